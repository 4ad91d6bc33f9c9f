"""The exit codes, and the errors that carry them."""

from __future__ import annotations

from typing import Final

from tradegecko_bridge.visible import visible

FAILED: Final = 1
"""Something failed, waits for another try, or is uncertain."""
MISUSED: Final = 2
"""The usage or the settings are wrong, or a decision cannot be carried out."""
UNABLE: Final = 3
"""The command could not do its work: ledger, network, port, or an extra that is not installed."""


class Refused(Exception):
    """What was asked for is not possible; each argument is a line that says why, and what to do instead."""

    exit_code = MISUSED

    def __str__(self) -> str:
        return "\n".join(map(visible, map(str, self.args)))


class Unreachable(Exception):
    """No sandbox answers where one should be."""

    exit_code = UNABLE
