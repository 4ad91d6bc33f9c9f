"""The entry point: runs a command and turns what goes wrong into one line and an exit code."""

from __future__ import annotations

import sys
from typing import NoReturn

from tradegecko_bridge.cli.exit_codes import FAILED, MISUSED, UNABLE, Refused, Unreachable
from tradegecko_bridge.errors import BridgeError, ConfigError
from tradegecko_bridge.lazy import missing_extra
from tradegecko_bridge.visible import VisibleStream, visible


def main() -> None:
    """Run ``tgbridge``; errors go to standard error, one line each.

    What is printed by whomever, libraries and Python itself included, is made visible from here on.
    """
    sys.stdout, sys.stderr = VisibleStream.over(sys.stdout), VisibleStream.over(sys.stderr)
    try:
        import click

        from tradegecko_bridge.cli.app import tgbridge

        sys.exit(tgbridge(prog_name="tgbridge", standalone_mode=False))
    except ModuleNotFoundError as error:
        if said := missing_extra(error):
            _fail(said, UNABLE)
        raise
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(MISUSED)
    except click.UsageError as error:
        problem = " ".join(error.format_message().split()).rstrip(".")
        where = f" (see {error.ctx.command_path} --help)" if error.ctx else ""
        _fail(f"{problem[:1].lower()}{problem[1:]}{where}", MISUSED)
    except click.Abort:
        _fail("interrupted", FAILED)
    except (Refused, Unreachable) as error:
        _fail(error, error.exit_code)
    except ConfigError as error:
        _fail(error, MISUSED)
    except BridgeError as error:
        _fail(error, UNABLE)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _fail(visible(f"{where}{error.strerror or error}"), UNABLE)


def _fail(error: Exception | str, code: int) -> NoReturn:
    for line in str(error).split("\n"):
        print(f"error: {line}", file=sys.stderr)
    sys.exit(code)
