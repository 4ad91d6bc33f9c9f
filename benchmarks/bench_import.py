"""Importing the package and its first use, against starting Python."""

from __future__ import annotations

import subprocess
import sys
import time


def best(code: str, rounds: int = 7) -> float:
    """Seconds of the fastest of several fresh processes."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(time.perf_counter() - began)
    return min(times)


if __name__ == "__main__":
    floor = best("pass")
    print(f"python -c pass                        {floor * 1000:6.0f} ms")
    for name, code in {
        "import tradegecko_bridge": "import tradegecko_bridge",
        "… and TradeGeckoClient": "from tradegecko_bridge import TradeGeckoClient",
        "… and the engine": "from tradegecko_bridge import SyncEngine",
        "… and SqlStore": "from tradegecko_bridge import SqlStore",
        "… and Sandbox": "from tradegecko_bridge import Sandbox",
    }.items():
        taken = best(code)
        print(f"{name:<36}  {taken * 1000:6.0f} ms  {taken / floor:5.1f}×  (+{(taken - floor) * 1000:.0f} ms)")
