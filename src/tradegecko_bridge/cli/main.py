"""The entry point and what all commands share.

Exit codes: 0 done (held orders are listed, not failures); 1 something failed or waits for another try; 2 wrong usage
or settings; 3 the command could not do its work (ledger, network, port).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from tradegecko_bridge.errors import BridgeError, ConfigError

if TYPE_CHECKING:
    import click

FAILED: Final = 1
MISUSED: Final = 2
COULD_NOT: Final = 3


def main() -> None:
    """Run ``tgbridge``; what goes wrong is one line on standard error and an exit code."""
    try:
        import click

        from tradegecko_bridge.cli.commands import tgbridge
    except ModuleNotFoundError as error:
        print(f"error: {error.name} is not installed; run: pip install 'tradegecko-bridge[cli]'", file=sys.stderr)
        sys.exit(COULD_NOT)
    try:
        sys.exit(tgbridge(standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(MISUSED)
    except click.UsageError as error:
        _complain(_usage(error), MISUSED)
    except click.ClickException as error:
        _complain(error.format_message(), error.exit_code)
    except click.Abort:
        _complain("aborted", FAILED)
    except ConfigError as error:
        _complain(error, MISUSED)
    except (BridgeError, OSError) as error:
        _complain(error, COULD_NOT)


def _usage(error: click.UsageError) -> str:
    """What is wrong with a command, in one line, and where to read how it is written."""
    said = " ".join(error.format_message().split()).rstrip(".")
    said = said[:1].lower() + said[1:]
    return f"{said}; {error.ctx.command_path} --help tells more" if error.ctx else said


def _complain(error: Exception | str, code: int) -> None:
    for line in str(error).splitlines():
        print(f"error: {line}", file=sys.stderr)
    sys.exit(code)
