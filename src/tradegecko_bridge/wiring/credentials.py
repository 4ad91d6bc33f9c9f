"""What the bridge logs in to TradeGecko with (an access token, or a stored login), and whether that is sufficient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tradegecko_bridge.config import Config, Connection, LoginSettings, load_config
from tradegecko_bridge.engine.source_calls import SourceFailed, check
from tradegecko_bridge.errors import ConfigError, StoreError, TradeGeckoError
from tradegecko_bridge.ports import TokenStore
from tradegecko_bridge.ports.logins import TokenPair
from tradegecko_bridge.stores.sql import SqlStore
from tradegecko_bridge.stores.sql.store import DatabaseStore
from tradegecko_bridge.stores.tokens import EncryptedTokenStore, FileTokenStore, KeyringTokenStore
from tradegecko_bridge.tradegecko.client import TradeGeckoClient
from tradegecko_bridge.tradegecko.client.auth import BearerToken
from tradegecko_bridge.tradegecko.client.keeper import TokenEndpoint
from tradegecko_bridge.tradegecko.client.login import Logins
from tradegecko_bridge.tradegecko.client.stored_login import StoredLogin
from tradegecko_bridge.tradegecko.gateway import TradeGeckoGateway
from tradegecko_bridge.tradegecko.limits import RateLimiter
from tradegecko_bridge.tradegecko.oauth import OAuthApp, origin
from tradegecko_bridge.wiring.open_ledger import ledger_of, source_of


def credentials(config: Config, ledger: DatabaseStore) -> BearerToken | StoredLogin:
    """What the settings give the client to authenticate with.

    Raises:
        ConfigError: an earlier version stored the login, and all that this ledger knows of accounts is elsewhere.
    """
    if config.login is None:
        return BearerToken(config.access_token)
    tokens, name = _token_store(config.login, ledger.tokens), config.login.name
    _must_be_from_here(config, ledger, tokens, name)
    return StoredLogin(_app(config, config.login), tokens, name, endpoint=TokenEndpoint(proxy=config.proxy))


def open_client(config: Config, ledger: DatabaseStore, limiter: RateLimiter | None = None) -> TradeGeckoClient:
    """A client of the account that the settings name. Raises ConfigError as :func:`credentials`."""
    return client_with(credentials(config, ledger), config, limiter)


def client_with(
    login: BearerToken | StoredLogin, config: Config, limiter: RateLimiter | None = None
) -> TradeGeckoClient:
    """A client with this login, by the way that the settings name."""
    return TradeGeckoClient(
        login, base_url=config.base_url, limiter=limiter, proxy=config.proxy, allow_http=config.allow_http
    )


def _is_stored(tokens: TokenStore, name: str) -> bool:
    try:
        return tokens.load(name) is not None
    except StoreError:  # whoever uses it is told
        return False


def _must_be_from_here(config: Config, ledger: DatabaseStore, tokens: TokenStore, login: str) -> None:
    """Whom a login is for that says nothing of it, told by the accounts that the ledger's connections have."""
    if not _is_stored(tokens, login) or tokens.owner(login) is not None:
        return
    names = {one.name for one in config.connections} | {count.connection for count in ledger.summary()}
    known = [account for name in names if (account := ledger.known_account(name))]
    elsewhere = {one.account.base_url for one in known}
    if elsewhere and origin(config.base_url) not in map(origin, elsewhere):
        raise ConfigError(
            f"login {login!r} does not say whom it is for, and this ledger knows only accounts at "
            f"{', '.join(sorted(elsewhere))}, none at {config.base_url}; it stays as it is, unsent: give these "
            'settings a login of their own (login = "…" in [tradegecko]), or, if the address has changed, run '
            f"`tgbridge logout --name {login} --force` and log in again"
        )


@contextmanager
def open_logins(config_path: Path, name: str | None, *, force: bool = False) -> Iterator[tuple[Logins, str]]:
    """The stored logins, and the name of the one that is meant: this one, or the one in the settings.

    Raises:
        ConfigError: the settings need no login; or as for :func:`credentials`, unless ``force``.
    """
    config = load_config(config_path)
    if config.login is None:
        raise ConfigError(
            f"{config_path}: [tradegecko] has an access token, so no login is needed; to log in, replace it by "
            "client_id and client_secret"
        )
    with SqlStore(config.ledger_url) as ledger:
        endpoint = TokenEndpoint(proxy=config.proxy)
        store = _token_store(config.login, ledger.tokens)
        chosen = name or config.login.name
        if not force:
            _must_be_from_here(config, ledger, store, chosen)
        account_of = partial(_account_of, config)
        yield Logins(_app(config, config.login), store, endpoint=endpoint, account_of=account_of), chosen


def _account_of(config: Config, pair: TokenPair) -> str | None:
    """The id of the account that a new pair opens; None where its user may not ask, or no answer came."""
    try:
        with client_with(BearerToken(pair.access_token), config) as client:
            return str(client.accounts.current().id)
    except TradeGeckoError:
        return None


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
    """For each connection its account, user, locations, and a line for each problem, of the account or the source.
    Only reads."""
    config = load_config(config_path)
    chosen = config.chosen(connection)
    with (
        ledger_of(config_path, config, connection) as ledger,
        open_client(config, ledger) as client,
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
            "problems": [*missing, *_unknown_locations(one, locations), *_of_source(config_path, one)],
        }
        for one in chosen
    ]


def _of_source(config_path: Path, connection: Connection) -> list[str]:
    """Why orders cannot be fetched from a connection's source, where it can say so."""
    try:
        with source_of(config_path, connection) as source:
            check(source)
    except SourceFailed as error:
        return [str(error)]
    return []


def _unknown_locations(connection: Connection, locations: Mapping[str, str]) -> list[str]:
    """A line for each location in the settings that the account does not have."""
    settings = connection.settings
    wanted = [*([settings.location] if settings.location else []), *(settings.stock_locations or ())]
    there = ", ".join(f"{label} ({number})" for number, label in locations.items()) or "none"
    known = {*locations, *locations.values()}
    return [f"the account has no location {name!r}; it has {there}" for name in wanted if name not in known]
