"""Record the cassette anew: ``python -m tests.tradegecko.cassettes.record``."""

from __future__ import annotations

from tests.tradegecko.cassettes.tour import CASSETTE, recorder, run
from tradegecko_bridge import Sandbox, TradeGeckoClient


def main() -> None:
    """One round against a fresh sandbox."""
    CASSETTE.unlink(missing_ok=True)
    with (
        Sandbox(seed="demo") as sandbox,
        recorder("all"),
        TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client,
    ):
        for name, value in run(client).items():
            print(f"{name:<14} {type(value).__name__}")


if __name__ == "__main__":
    main()
