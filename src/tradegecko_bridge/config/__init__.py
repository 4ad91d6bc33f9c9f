"""Settings from a TOML file and the environment.

::

    [tradegecko]
    base_url = "http://127.0.0.1:8080"
    access_token = "$TRADEGECKO_TOKEN"       # taken from the environment; or client_id and client_secret, and
                                             # once `tgbridge login`

    [ledger]
    url = "sqlite:///ledger.db"

    [connections.my-shop]
    source = "folder"                        # or medusa, shopify, vendure, or a plugin's name
    options = { path = "shop" }              # the source's own arguments
    order_status = "active"                  # everything in ConnectionSettings: see the page on settings

A text value that begins with ``$`` names an environment variable; ``$$`` stands for a dollar sign.
"""

from tradegecko_bridge.config.file import load_config, settings_error
from tradegecko_bridge.config.model import Config, Connection, LoginSettings
from tradegecko_bridge.config.schedules import QuietHours, Rhythm, Schedule
from tradegecko_bridge.config.telling import Audience, Channel, Encryption, ServiceSettings

__all__ = [
    "Audience",
    "Channel",
    "Config",
    "Connection",
    "Encryption",
    "LoginSettings",
    "QuietHours",
    "Rhythm",
    "Schedule",
    "ServiceSettings",
    "load_config",
    "settings_error",
]
