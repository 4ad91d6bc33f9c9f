"""TradeGecko's records as attrs classes, one module for each part of the account (reference §5)."""
# ruff: noqa: F403 - what these modules define is public; a list of it would say it twice

from tradegecko_bridge.tradegecko.records.accounts import *
from tradegecko_bridge.tradegecko.records.base import *
from tradegecko_bridge.tradegecko.records.companies import *
from tradegecko_bridge.tradegecko.records.orders import *
from tradegecko_bridge.tradegecko.records.products import *
from tradegecko_bridge.tradegecko.records.purchasing import *
from tradegecko_bridge.tradegecko.records.stock import *
