"""What TradeGecko answers: a class for each kind of record."""
# ruff: noqa: F403 - what that module defines is public; a list of it would say it twice

from tradegecko_bridge.tradegecko.records import *
