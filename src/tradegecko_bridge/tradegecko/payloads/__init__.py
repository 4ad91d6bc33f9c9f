"""What may be sent: one class for creating and one for changing each kind of record (reference §5)."""
# ruff: noqa: F403 - what these modules define is public; a list of it would say it twice

from tradegecko_bridge.tradegecko.payload_base import *
from tradegecko_bridge.tradegecko.payloads.accounts import *
from tradegecko_bridge.tradegecko.payloads.companies import *
from tradegecko_bridge.tradegecko.payloads.orders import *
from tradegecko_bridge.tradegecko.payloads.products import *
from tradegecko_bridge.tradegecko.payloads.purchasing import *
from tradegecko_bridge.tradegecko.payloads.stock import *
