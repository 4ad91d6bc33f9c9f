"""What may be sent to TradeGecko: a class for creating and one for changing each kind of record."""
# ruff: noqa: F403 - what that module defines is public; a list of it would say it twice

from tradegecko_bridge.tradegecko.payloads import *
