"""What the bridge logs in to TradeGecko with (an access token, or a stored login), and whether that is sufficient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tradegecko_bridge.config import Config, Connection, LoginSettings, load_config
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.ports import TokenStore
from tradegecko_bridge.stores.sql import SqlStore
from tradegecko_bridge.stores.tokens import EncryptedTokenStore, FileTokenStore, KeyringTokenStore
from tradegecko_bridge.tradegecko.client import TradeGeckoClient
from tradegecko_bridge.tradegecko.client.auth import BearerToken, StoredLogin
from tradegecko_bridge.tradegecko.client.keeper import TokenEndpoint
from tradegecko_bridge.tradegecko.client.login import Logins
from tradegecko_bridge.tradegecko.gateway import TradeGeckoGateway
from tradegecko_bridge.tradegecko.limits import RateLimiter
from tradegecko_bridge.tradegecko.oauth import OAuthApp


def credentials(config: Config, ledger: TokenStore) -> BearerToken | StoredLogin:
    """What the settings give the client to authenticate with; ``ledger`` is the ledger's token store."""
    if config.login is None:
        return BearerToken(config.access_token)
    return StoredLogin(
        _app(config, config.login),
        _token_store(config.login, ledger),
        config.login.name,
        endpoint=TokenEndpoint(proxy=config.proxy),
    )


def open_client(config: Config, ledger: TokenStore, limiter: RateLimiter | None = None) -> TradeGeckoClient:
    """A client of the account that the settings name."""
    return TradeGeckoClient(
        credentials(config, ledger),
        base_url=config.base_url,
        limiter=limiter,
        proxy=config.proxy,
        allow_http=config.allow_http,
    )


@contextmanager
def open_logins(config_path: Path) -> Iterator[tuple[Logins, LoginSettings]]:
    """The stored logins, with what the settings say about them. Raises ConfigError if they need none."""
    config = load_config(config_path)
    if config.login is None:
        raise ConfigError(
            f"{config_path}: [tradegecko] has an access token, so no login is needed; to log in, replace it by "
            "client_id and client_secret"
        )
    with SqlStore(config.ledger_url) as ledger:
        endpoint = TokenEndpoint(proxy=config.proxy)
        store = _token_store(config.login, ledger.tokens)
        yield Logins(_app(config, config.login), store, endpoint=endpoint), config.login


def _token_store(login: LoginSettings, ledger: TokenStore) -> TokenStore:
    """Where the settings keep tokens. With a keyring, leases and generations are still kept in the ledger."""
    store = ledger
    if isinstance(login.tokens, Path):
        store = FileTokenStore(login.tokens)
    elif login.tokens == "keyring":
        store = KeyringTokenStore(store)
    return EncryptedTokenStore(store, login.keys) if login.keys else store


def _app(config: Config, login: LoginSettings) -> OAuthApp:
    return OAuthApp(
        client_id=login.client_id,
        client_secret=login.client_secret,
        base_url=config.base_url,
        redirect_uri=login.redirect_uri,
        authorize_url=login.authorize_url,
        allow_http=config.allow_http,
    )


def check_access(config_path: Path, connection: str | None) -> list[dict[str, Any]]:
    """For each connection its account, user, locations, and a line for each problem. Only reads TradeGecko."""
    config = load_config(config_path)
    chosen = config.chosen(connection)
    with (
        SqlStore(config.ledger_url) as ledger,
        open_client(config, ledger.tokens) as client,
    ):
        access = TradeGeckoGateway(client).check_access()
        user = client.users.current().email or "unknown"
        locations = {str(location.id): location.label or "" for location in client.locations.list()}
    missing = [f"user {user} lacks the permission {name}" for name in access.missing_permissions]
    return [
        {
            "connection": one.name,
            "account": access.account,
            "user": user,
            "locations": list(locations.values()),
            "problems": [*missing, *_unknown_locations(one, locations)],
        }
        for one in chosen
    ]


def _unknown_locations(connection: Connection, locations: Mapping[str, str]) -> list[str]:
    """A line for each location in the settings that the account does not have."""
    settings = connection.settings
    wanted = [*([settings.location] if settings.location else []), *(settings.stock_locations or ())]
    there = ", ".join(f"{label} ({number})" for number, label in locations.items()) or "none"
    known = {*locations, *locations.values()}
    return [f"the account has no location {name!r}; it has {there}" for name in wanted if name not in known]
