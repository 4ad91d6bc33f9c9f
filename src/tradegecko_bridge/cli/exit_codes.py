"""The exit codes, and the errors that carry them."""

from __future__ import annotations

from typing import Final

FAILED: Final = 1
"""Something failed, waits for another try, or is uncertain."""
MISUSED: Final = 2
"""The usage or the settings are wrong, or a decision cannot be carried out."""
UNABLE: Final = 3
"""The command could not do its work: ledger, network, port, or an extra that is not installed."""


class Refused(Exception):
    """What was asked for is not possible; the message says why, and what to do instead."""

    exit_code = MISUSED


class Unreachable(Exception):
    """No sandbox answers where one should be."""

    exit_code = UNABLE
