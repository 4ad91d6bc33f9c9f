"""Settings from a TOML file and the environment.

::

    [tradegecko]
    base_url = "http://127.0.0.1:8080"
    access_token = "$TRADEGECKO_TOKEN"       # taken from the environment; or client_id and client_secret, and
                                             # once `tgbridge login`

    [ledger]
    url = "sqlite:///ledger.db"

    [connections.my-shop]
    source = "folder"                        # or vendure, or a plugin's name
    options = { path = "shop" }              # the source's own arguments
    order_status = "active"                  # everything in ConnectionSettings: see the page on settings

A text value that begins with ``$`` names an environment variable; ``$$`` stands for a dollar sign.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

import attrs
from attrs import field, frozen

from tradegecko_bridge.config.toml_lines import line_numbers, line_of
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.engine.settings.declaration import Fault, meant, told
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.plugins import option_faults
from tradegecko_bridge.ports.logins import Secret
from tradegecko_bridge.stores.sql.database import ledger_address
from tradegecko_bridge.tradegecko.client.base import checked_url

_NAMED: Final = {
    "": {"tradegecko", "ledger", "connections"},
    "tradegecko": {
        "base_url",
        "access_token",
        "client_id",
        "client_secret",
        "redirect_uri",
        "authorize_url",
        "login",
        "tokens",
        "token_keys",
    },
    "ledger": {"url"},
}

_NUMBERS: Final = {
    name for name, said in told(ConnectionSettings).items() if said.takes.startswith(("a number", "a whole number"))
}
_NO_VARIABLE: Final = (
    "begins with $, but what follows is no name of an environment variable; for text that begins with a dollar sign "
    "write $$"
)
_LOGIN: Final = _NAMED["tradegecko"] - {"base_url", "access_token"}
_OPTIONAL: Final = ("redirect_uri", "authorize_url", "login", "tokens")


@frozen(kw_only=True)
class Connection:
    """One ``[connections.NAME]`` of the file: a kind of source, its own options, and how it is wired."""

    name: str
    source: str
    options: Mapping[str, Any] = field(factory=dict, repr=False)
    settings: ConnectionSettings = ConnectionSettings()


@frozen(kw_only=True)
class LoginSettings:
    """How to log in where no privileged token is given.

    ``name`` is what the login is called in the token store. ``tokens`` says where that is: ``"ledger"``,
    ``"keyring"``, or a file. ``keys`` are Fernet keys; with any, tokens are encrypted with the first.
    """

    client_id: str
    client_secret: Secret
    redirect_uri: str = ""
    authorize_url: str = ""
    name: str = "default"
    tokens: str | Path = "ledger"
    keys: tuple[Secret, ...] = ()


@frozen(kw_only=True)
class Config:
    """The whole file. ``ledger_url`` is an SQLAlchemy URL; secrets do not show in ``repr``.

    One of ``access_token`` and ``login`` is given; the other is blank, or None.
    """

    base_url: str
    access_token: str = field(default="", repr=False)
    login: LoginSettings | None = None
    ledger_url: str = field(default="sqlite:///ledger.db", repr=False)
    connections: tuple[Connection, ...] = ()

    def chosen(self, name: str | None) -> tuple[Connection, ...]:
        """The connection of this name, or all of them.

        Raises:
            ConfigError: there is none of this name.
        """
        if name is None:
            return self.connections
        for connection in self.connections:
            if connection.name == name:
                return (connection,)
        known = ", ".join(c.name for c in self.connections)
        raise ConfigError(f"no connection {name!r} in the settings; there are {known}")


def load_config(path: Path, environment: Mapping[str, str] = os.environ) -> Config:
    """Read and check a settings file; relative paths in it are meant from its folder.

    Raises:
        ConfigError: all faults found, one line each.
    """
    text = _text_of(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from None
    reader = _Reader(environment, path.parent)
    config = reader.config(data)
    if config is None or reader.faults:
        raise faulty(path, reader.faults)
    return config


def faulty(path: Path, faults: Sequence[Fault]) -> ConfigError:
    """The error that tells these faults of a settings file, each with its line."""
    return ConfigError("\n".join(_placed(path, faults)), faults=faults)


def _text_of(path: Path) -> str:
    try:
        data = path.read_bytes()
        return data.decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such settings file; name one with --config") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: is not UTF-8 text; save the file as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror or error})") from None


def _placed(path: Path, faults: Sequence[Fault]) -> Iterator[str]:
    """Each fault with the file and, where it can be found, the line; in the order of the lines."""
    lines = line_numbers(_text_of(path))
    found = [(line_of(where, lines), said) for where, said in faults]
    for line, said in sorted(found, key=lambda pair: pair[0] or 0):
        yield f"{path}:{line}: {said}" if line else f"{path}: {said}"


class _Reader:
    """Collects every fault, with the path of the setting, instead of stopping at the first."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._environment = environment
        self._folder = folder
        self.faults: list[Fault] = []

    def config(self, data: Mapping[str, Any]) -> Config | None:
        self._known((), data, _NAMED[""])
        tradegecko = self._table(data, "tradegecko")
        ledger = self._table(data, "ledger")
        self._known(("tradegecko",), tradegecko, _NAMED["tradegecko"])
        self._known(("ledger",), ledger, _NAMED["ledger"])
        base_url = self._text(tradegecko, ("tradegecko",), "base_url")
        if base_url:
            self._try(("tradegecko", "base_url"), lambda: checked_url(base_url))
        ledger_url = self._ledger_url(ledger)
        login = self._login(tradegecko)
        token = "" if login else self._text(tradegecko, ("tradegecko",), "access_token")
        connections = [self._connection(name, table) for name, table in self._table(data, "connections").items()]
        self._apart([connection for connection in connections if connection is not None])
        if not connections:
            self.faults.append((("connections",), "no [connections.NAME] table: name at least one source"))
        if self.faults:
            return None
        return Config(
            base_url=base_url,
            access_token=token,
            login=login,
            ledger_url=ledger_url,
            connections=tuple(c for c in connections if c is not None),
        )

    def _try(self, where: tuple[str | int, ...], check: Callable[[], object]) -> None:
        try:
            check()
        except ConfigError as error:
            self._fault(where, f": {error}")

    def _login(self, table: Mapping[str, Any]) -> LoginSettings | None:
        """The application's id and secret, and how to use them; None where an access token is to be used."""
        if not table.keys() & _LOGIN:
            return None
        if "access_token" in table:
            named = next(name for name in sorted(_LOGIN) if name in table)
            said = f"tradegecko has both access_token and {named}: keep the token, or log in, not both"
            self.faults.append((("tradegecko", "access_token"), said))
        more = {name: self._text(table, ("tradegecko",), name) for name in _OPTIONAL if name in table}
        tokens: str | Path = more.pop("tokens", "ledger")
        return LoginSettings(
            client_id=self._text(table, ("tradegecko",), "client_id"),
            client_secret=Secret(self._text(table, ("tradegecko",), "client_secret")),
            name=more.pop("login", "default"),
            tokens=tokens if tokens in ("ledger", "keyring") else self._folder / tokens,
            keys=self._keys(table),
            **more,
        )

    def _keys(self, table: Mapping[str, Any]) -> tuple[Secret, ...]:
        given = table.get("token_keys", [])
        if not isinstance(given, list):
            self._fault(("tradegecko", "token_keys"), ' must be a list, e.g. ["$TOKEN_KEY"]')
            return ()
        return tuple(Secret(str(self._resolved(key, ("tradegecko", "token_keys")))) for key in given)

    def _connection(self, name: str, table: object) -> Connection | None:
        where: tuple[str | int, ...] = ("connections", name)
        if not name.strip() or not name.isprintable():
            said = "is blank" if not name.strip() else "holds a character that cannot be seen"
            self.faults.append((where, f"connections: the name {name!r} {said}; give the connection another"))
            return None
        if not isinstance(table, dict):
            self._fault(where, " must be a table")
            return None
        settings = {a.name for a in attrs.fields(ConnectionSettings)}
        self._known(where, table, {"source", "options", *settings})
        kind = self._text(table, where, "source")
        options = {
            key: self._resolved(value, (*where, "options", key))
            for key, value in self._table(table, "options", where).items()
        }
        if isinstance(options.get("path"), str):
            options["path"] = self._folder / options["path"]
        if kind:
            found = option_faults(kind, options)
            self.faults += [((*where, *path), f"{_dotted(where)}{said}") for path, said in found]
        wired = self._settings(where, {key: value for key, value in table.items() if key in settings})
        return None if wired is None else Connection(name=name, source=kind, options=options, settings=wired)

    def _apart(self, connections: Sequence[Connection]) -> None:
        """Two connections on one folder would each take the other's orders for its own."""
        homes: dict[Path, str] = {}
        for connection in connections:
            path = connection.options.get("path")
            if connection.source != "folder" or not isinstance(path, Path):
                continue
            other = homes.setdefault(path.resolve(), connection.name)
            if other != connection.name:
                said = f" is the folder of connections.{other} too; give each its own"
                self._fault(("connections", connection.name, "options", "path"), said)

    def _settings(self, where: tuple[str | int, ...], given: Mapping[str, Any]) -> ConnectionSettings | None:
        for name in _NUMBERS & given.keys():
            if isinstance(given[name], str) and _is_number(given[name]):
                self._fault((*where, name), f" must be a number, without quotes, not {given[name]!r}")
        try:
            return ConnectionSettings(**{key: self._resolved(value, (*where, key)) for key, value in given.items()})
        except ConfigError as error:
            self.faults += [((*where, *path), f"{_dotted(where)}.{said}") for path, said in error.faults]
            return None

    def _ledger_url(self, ledger: Mapping[str, Any]) -> str:
        """A relative SQLite file is meant from the settings file's folder, wherever the program was started."""
        url = self._text(ledger, ("ledger",), "url") if "url" in ledger else "sqlite:///ledger.db"
        if url:
            self._try(("ledger", "url"), lambda: ledger_address(url))
        scheme, _, file = url.partition(":///")
        if scheme == "sqlite" and file and not Path(file).is_absolute():
            return f"sqlite:///{(self._folder / file).resolve()}"
        return url

    def _table(self, data: Mapping[str, Any], name: str, where: tuple[str | int, ...] = ()) -> dict[str, Any]:
        table = data.get(name, {})
        if isinstance(table, dict):
            return table
        self._fault((*where, name), " must be a table")
        return {}

    def _text(self, table: Mapping[str, Any], where: tuple[str | int, ...], name: str) -> str:
        value = self._resolved(table.get(name), (*where, name))
        if isinstance(value, str) and value.strip():
            return value
        if name in table and not str(table[name]).startswith("$"):
            self._fault((*where, name), " must be text")
        elif name not in table:
            self._fault((*where, name), " is missing")
        return ""

    def _resolved(self, value: Any, where: tuple[str | int, ...]) -> Any:
        if not isinstance(value, str) or not value.startswith("$"):
            return value
        if value.startswith("$$"):
            return value[1:]
        name = value[1:]
        if name not in self._environment:
            is_name = name.isidentifier() and name.isascii()
            said = f"the environment has no variable {name}; set it" if is_name else _NO_VARIABLE
            self._fault(where, f": {said}")
        return self._environment.get(name, "")

    def _known(self, where: tuple[str | int, ...], table: Mapping[str, Any], names: set[str]) -> None:
        for name in table:
            if name not in names:
                path = (*where, name)
                self.faults.append((path, f"unknown setting {_dotted(path)}{meant(name, names)}"))

    def _fault(self, where: tuple[str | int, ...], said: str) -> None:
        """What is wrong with a setting, in words that go on after its dotted name."""
        self.faults.append((where, f"{_dotted(where)}{said}"))


def _is_number(text: str) -> bool:
    """Whether a text would be taken for a number."""
    try:
        Decimal(text)
    except InvalidOperation:
        return False
    return True


def _dotted(path: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in path)
