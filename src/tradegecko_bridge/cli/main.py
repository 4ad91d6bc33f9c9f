"""The entry point and what all commands share.

Exit codes: 0 done (held orders are listed, not failures); 1 something failed or waits for another try; 2 wrong usage
or settings; 3 the command could not do its work (ledger, network, port).
"""

from __future__ import annotations

import sys
from typing import Final

from tradegecko_bridge.errors import BridgeError, ConfigError

FAILED: Final = 1
MISUSED: Final = 2
COULD_NOT: Final = 3


def main() -> None:
    """Run ``tgbridge``; what goes wrong is one line on standard error and an exit code."""
    try:
        from tradegecko_bridge.cli.commands import tgbridge
    except ModuleNotFoundError as error:
        print(f"error: {error.name} is not installed; run: pip install 'tradegecko-bridge[cli]'", file=sys.stderr)
        sys.exit(COULD_NOT)
    try:
        tgbridge()
    except ConfigError as error:
        _complain(error, MISUSED)
    except (BridgeError, OSError) as error:
        _complain(error, COULD_NOT)


def _complain(error: Exception, code: int) -> None:
    for line in str(error).splitlines():
        print(f"error: {line}", file=sys.stderr)
    sys.exit(code)
