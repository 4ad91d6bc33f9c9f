"""``python -m tradegecko_bridge`` is ``tgbridge``."""

from tradegecko_bridge.cli.main import main

if __name__ == "__main__":
    main()
