"""What importing the package costs, against importing the libraries it stands on, and starting Python alone."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from typing import Final

LIBRARIES: Final = "import httpx, attrs, cattrs, orjson, tenacity"
TERMINAL: Final = "import click, rich.console, rich.table"
HELP: Final = "import sys; sys.argv[1:] = ['--help']; from tradegecko_bridge.cli.main import main; main()"
COMPARED: Final = {
    LIBRARIES: [
        f"from tradegecko_bridge import {name}"
        for name in ("TradeGeckoClient", "AsyncTradeGeckoClient", "SyncEngine", "SqlStore", "Sandbox")
    ],
    TERMINAL: [HELP],
}
"""What each is compared with. The clients and the help are to take 1.5 times as long as that at most."""


def processor(code: str, rounds: int = 9) -> float:
    """Seconds of processor time of the fastest of several fresh processes; the first one may have compiled."""
    taken = []
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, env=environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(taken)


def main() -> None:
    """Print the table."""
    python = processor("pass")
    print(f"{'python -c pass':<36} {python * 1000:6.0f} ms; below: what comes on top of it")
    for floor, several in COMPARED.items():
        base = processor(floor) - python
        print(f"{floor:<60} {base * 1000:6.0f} ms")
        for code in several:
            taken = processor(code) - python
            name = "tgbridge --help" if code is HELP else code
            print(f"  {name:<58} {taken * 1000:6.0f} ms  {taken / base:4.1f} x")


if __name__ == "__main__":
    main()
