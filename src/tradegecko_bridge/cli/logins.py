"""Logging in, logging out, and checking that a login will do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import field, frozen

from tradegecko_bridge.config import Config, Connection, LoginSettings, load_config
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.ports import TokenStore
from tradegecko_bridge.ports.logins import Secret, StoredToken
from tradegecko_bridge.stores.sql import SqlStore
from tradegecko_bridge.stores.tokens import EncryptedTokenStore, FileTokenStore, KeyringTokenStore
from tradegecko_bridge.tradegecko.client import TradeGeckoClient
from tradegecko_bridge.tradegecko.client.auth import BearerToken, StoredLogin
from tradegecko_bridge.tradegecko.client.login import Logins
from tradegecko_bridge.tradegecko.gateway import TradeGeckoGateway
from tradegecko_bridge.tradegecko.oauth import OAuthApp


def signed_in(config: Config, ledger: TokenStore) -> BearerToken | StoredLogin:
    """What the settings say the client is to prove itself with."""
    if config.login is None:
        return BearerToken(config.access_token)
    return StoredLogin(_app(config, config.login), token_store(config.login, ledger), config.login.name)


def token_store(login: LoginSettings, ledger: TokenStore) -> TokenStore:
    """Where the settings keep tokens; ``ledger`` is the ledger's. Beside a keyring, leases and generations are there.

    Raises:
        ConfigError: a key is none, or the extra is not installed.
    """
    store = ledger
    if isinstance(login.tokens, Path):
        store = FileTokenStore(login.tokens)
    elif login.tokens == "keyring":
        store = KeyringTokenStore(store)
    return EncryptedTokenStore(store, login.keys) if login.keys else store


def log_in(
    config_path: Path,
    name: str | None,
    *,
    browser: bool,
    port: int,
    patience: float,
    user: str | None,
    password: Callable[[], Secret],
    tell: Callable[[str], None],
) -> StoredToken:
    """Log in as the settings say, under ``name`` or the settings' own.

    Raises:
        ConfigError: the settings have no application.
        LoginFailed, TradeGeckoError: it did not work out; nothing is stored.
    """
    with _logins(config_path) as (logins, login):
        chosen = name or login.name
        if user is not None:
            return logins.with_password(chosen, user, password())
        more: dict[str, Any] = {} if browser else {"open_browser": lambda _: False}
        return logins.at_browser(chosen, tell=tell, port=port, patience=patience, **more)


def log_out(config_path: Path, name: str | None) -> tuple[str, bool]:
    """Forget a login; its name, and whether there was one."""
    with _logins(config_path) as (logins, login):
        chosen = name or login.name
        return chosen, logins.forget(chosen)


@contextmanager
def _logins(config_path: Path) -> Iterator[tuple[Logins, LoginSettings]]:
    config = load_config(config_path)
    if config.login is None:
        raise ConfigError(
            f"{config_path}: [tradegecko] has an access token, so there is nothing to log in to; to log in, put "
            "client_id and client_secret in its place"
        )
    with SqlStore(config.ledger_url) as ledger:
        yield Logins(_app(config, config.login), token_store(config.login, ledger.tokens)), config.login


def _app(config: Config, login: LoginSettings) -> OAuthApp:
    return OAuthApp(
        client_id=login.client_id,
        client_secret=login.client_secret,
        base_url=config.base_url,
        redirect_uri=login.redirect_uri,
        authorize_url=login.authorize_url,
    )


# ── checking ─────────────────────────────────────────────────────────────────────────────────


@frozen(kw_only=True)
class Checked:
    """What a connection's login opens, and a line for everything that will not do."""

    connection: str
    account: str
    user: str
    locations: tuple[str, ...]
    problems: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        facts = {"connection": self.connection, "account": self.account, "user": self.user}
        return {**facts, "locations": list(self.locations), "problems": list(self.problems)}


def check(config_path: Path, connection: str | None) -> list[Checked]:
    """Ask TradeGecko for account, user and locations, and compare them with the settings. Changes nothing.

    Raises:
        TradeGeckoError: no access; the message says what to do.
    """
    config = load_config(config_path)
    chosen = config.chosen(connection)
    with (
        SqlStore(config.ledger_url) as ledger,
        TradeGeckoClient(signed_in(config, ledger.tokens), base_url=config.base_url) as client,
    ):
        access = TradeGeckoGateway(client).check_access()
        who = client.users.current().email or "unknown"
        locations = {str(location.id): location.label or "" for location in client.locations.list()}
    missing = tuple(f"user {who} lacks the permission {name}" for name in access.missing_permissions)
    return [
        Checked(
            connection=wired.name,
            account=access.account,
            user=who,
            locations=tuple(locations.values()),
            problems=(*missing, *_absent(wired, locations)),
        )
        for wired in chosen
    ]


def _absent(wired: Connection, locations: dict[str, str]) -> list[str]:
    """A line for each location of the settings the account does not have."""
    wanted = [*([wired.settings.location] if wired.settings.location else []), *(wired.settings.stock_locations or ())]
    there = {*locations, *locations.values()}
    known = ", ".join(f"{label} ({number})" for number, label in locations.items()) or "none"
    return [f"the account has no location {name!r}; there are {known}" for name in wanted if name not in there]


def password_from_stdin() -> Secret:
    """The first line of standard input."""
    return Secret(sys.stdin.readline().rstrip("\r\n"))
