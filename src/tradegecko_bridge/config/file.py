"""Reading a settings file: every fault is reported, with its line."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias, get_args
from urllib.parse import quote, urlsplit

import attrs
from attrs import field, frozen

from tradegecko_bridge.bounds import LARGEST_SETTINGS, LONGEST_NAME, LONGEST_SETTING, too_many
from tradegecko_bridge.config.model import Config, Connection, LoginSettings
from tradegecko_bridge.config.schedules import Schedule, read_schedule
from tradegecko_bridge.config.telling import Audience, ServiceSettings
from tradegecko_bridge.config.toml_lines import line_numbers, line_of
from tradegecko_bridge.config.variables import Variables
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.plugins import option_faults, read_secret
from tradegecko_bridge.ports.logins import Secret, SecretValues, as_secret
from tradegecko_bridge.stores.sql.database import ledger_address
from tradegecko_bridge.structuring import (
    Fault,
    KeyPath,
    Problem,
    UnknownName,
    describe,
    format_fault,
    register,
    strict_converter,
    structured,
)

_MOST_SHOWN: Final = 100
"""Faults that are told."""
_LONGEST_LINE: Final = 2000
"""Characters of each."""


def load_config(path: Path, environment: Mapping[str, str] = os.environ) -> Config:
    """Read and check a settings file; relative paths in it are meant from its folder.

    Raises:
        ConfigError: all faults found, one line each.
    """
    environment = SecretValues(environment)  # a traceback that shows locals must not show a password
    try:
        data = SecretValues(tomllib.loads(text_of(path)))
        unusable = list(_unusable(data))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from None
    except RecursionError:
        raise ConfigError(f"{path}: lists or tables are nested too deeply") from None
    except ValueError:  # Python reads no integer of more than a few thousand digits
        raise ConfigError(f"{path}: a number has too many digits") from None
    if unusable:
        raise settings_error(path, unusable)
    reader = _Reader(environment, path.parent)
    config = reader.config(data)
    if config is None or reader.faults:
        raise settings_error(path, reader.faults)
    return config


def settings_error(path: Path, faults: Sequence[Fault]) -> ConfigError:
    """The error that tells these faults of a settings file, in the order of their lines."""
    lines = line_numbers(text_of(path))
    found = [(line_of(fault[0], lines), format_fault(fault)) for fault in faults]
    found.sort(key=lambda pair: pair[0] or 0)
    said = [f"{path}:{f'{line}:' if line else ''} {_cut(text)}" for line, text in found[:_MOST_SHOWN]]
    if more := len(found) - len(said):
        said.append(f"{path}: and {more:,} more")
    return ConfigError("\n".join(said), faults=faults)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_LINE else f"{text[:_LONGEST_LINE]}…"


def _unusable(values: Mapping[str, Any] | Sequence[Any], where: KeyPath = ()) -> Iterator[Fault]:
    """Names and texts of a length that nobody means, or with the character that ends names of files."""
    for name, value in values.items() if isinstance(values, Mapping) else enumerate(values):
        path = (*where, name)
        if "\0" in f"{name}" or (isinstance(value, str) and "\0" in value):
            yield path, "has a NUL character; take it out"
        elif isinstance(name, str) and len(name) > LONGEST_NAME:
            yield path, f"is a name of {too_many(len(name), LONGEST_NAME)}"
        elif isinstance(value, str):
            if len(value) > LONGEST_SETTING:
                yield path, f"is a text of {too_many(len(value), LONGEST_SETTING)}"
        elif isinstance(value, Mapping | list):
            yield from _unusable(value, path)


def text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_SETTINGS + 1)
        if len(data) > LARGEST_SETTINGS:
            raise ConfigError(f"{path}: is larger than {LARGEST_SETTINGS:,} bytes; is it a settings file?")
        return data.decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such settings file; name one with --config") from None
    except UnicodeDecodeError as error:
        line, data = data.count(b"\n", 0, error.start) + 1, b""
        raise ConfigError(f"{path}:{line}: is not UTF-8 text; save the file as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror or error})") from None


# ── the tables as they are written ───────────────────────────────────────────────────────────


def _not_blank(text: Secret | str) -> None:
    if not as_secret(text).reveal().strip():
        raise Problem("must not be blank")


Text: TypeAlias = Annotated[str, _not_blank]
SecretText: TypeAlias = Annotated[Secret, _not_blank]


# What needs httpx is imported where it is needed: looking at a ledger does not.


def _proxy(address: Secret) -> None:
    from tradegecko_bridge.http_bounds import proxy_to

    proxy_to("", address.reveal())


def _url(text: str) -> None:
    from tradegecko_bridge.tradegecko.base_url import checked_url

    checked_url(text)


@frozen(kw_only=True)
class _TradeGecko:
    base_url: Annotated[Text, _url]
    access_token: SecretText = Secret("")
    client_id: Text = ""
    client_secret: SecretText = Secret("")
    redirect_uri: Text = ""
    authorize_url: Text = ""
    login: Text = "default"
    tokens: Text = "ledger"
    token_keys: tuple[SecretText, ...] = ()
    proxy: Annotated[SecretText, _proxy] = Secret("")
    allow_http: bool = False


@frozen(kw_only=True)
class _Ledger:
    url: Annotated[Text, ledger_address] = field(default="sqlite:///ledger.db", repr=False)


@frozen(kw_only=True)
class _File:
    tradegecko: _TradeGecko
    ledger: _Ledger = _Ledger()
    connections: Mapping[str, Mapping[str, Any]] = field(factory=dict)
    alerts: Mapping[str, Audience] = field(factory=dict)
    service: ServiceSettings = ServiceSettings()


@frozen(kw_only=True)
class _Source:
    source: Text
    options: Mapping[str, Any] = field(factory=dict)


_CONVERTER: Final = strict_converter()
register(_CONVERTER, Secret, read_secret)
_describe: Final = partial(describe, values=False)
_LOGIN: Final = frozenset(attrs.fields_dict(_TradeGecko)) - {"base_url", "access_token", "proxy", "allow_http"}
_SOURCE: Final = frozenset(attrs.fields_dict(_Source))
_SETTINGS: Final = {one.name: one.type for one in attrs.fields(attrs.resolve_types(ConnectionSettings))}


def _is_number(kind: Any) -> bool:
    return kind in (int, Decimal) or any(map(_is_number, get_args(kind)))


# ── reading ──────────────────────────────────────────────────────────────────────────────────


class _Reader:
    """Collects every fault instead of stopping at the first."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._variables = Variables(environment)
        self._folder = folder
        self._faults: list[Fault] = []

    @property
    def faults(self) -> list[Fault]:
        """All that is wrong; where a variable is missing, only that."""
        unresolved = {path for path, _ in self._variables.faults}
        return [*self._variables.faults, *(fault for fault in self._faults if fault[0] not in unresolved)]

    def config(self, data: Mapping[str, Any]) -> Config | None:
        file = self._file(data)
        connections = data.get("connections", {})
        read = [
            self._connection(name, table)
            for name, table in (connections.items() if isinstance(connections, dict) else ())
            if isinstance(table, dict)
        ]
        wired = tuple(connection for connection in read if connection is not None)
        self._faults += _shared_folders(wired)
        if connections == {}:
            self._note((), [(("connections",), "is missing: write a table [connections.NAME] for at least one source")])
        if file is None or self.faults:
            return None
        return Config(
            base_url=file.tradegecko.base_url,
            access_token=file.tradegecko.access_token,
            login=self._login(file.tradegecko) if file.tradegecko.client_id else None,
            ledger_url=self._ledger_url(file.ledger.url),
            connections=wired,
            proxy=file.tradegecko.proxy,
            allow_http=file.tradegecko.allow_http,
            audiences=file.alerts,
            service=file.service,
        )

    def _note(self, where: KeyPath, faults: Iterable[Fault]) -> None:
        self._faults += [((*where, *path), problem) for path, problem in faults]

    def _file(self, data: Mapping[str, Any]) -> _File | None:
        tables = {"tradegecko": {}, **data}
        for name in ("tradegecko", "ledger", "service"):
            if isinstance(table := tables.get(name), dict):
                tables[name] = self._variables.resolve_each(table, (name,), lists=True)
        if isinstance(table := tables.get("alerts"), dict):
            tables["alerts"] = {
                name: self._variables.resolve_each(one, ("alerts", name), lists=True) if isinstance(one, dict) else one
                for name, one in table.items()
            }
        file: _File | None
        file, faults = structured(_CONVERTER, tables, _File, _describe)
        self._note((), faults)
        self._note(("tradegecko",), _login_faults(tables["tradegecko"]))
        if file is not None:
            self._note(("tradegecko",), _plain_faults(file.tradegecko))
            for name, one in file.alerts.items():
                self._note(("alerts", name), one.faults(tuple(file.connections)))
            if not 0 <= file.service.port < 65536:
                self._note(("service",), [(("port",), "must be from 0 to 65535")])
        return file

    def _login(self, table: _TradeGecko) -> LoginSettings:
        return LoginSettings(
            client_id=table.client_id,
            client_secret=table.client_secret,
            redirect_uri=table.redirect_uri,
            authorize_url=table.authorize_url,
            name=table.login,
            tokens=table.tokens if table.tokens in ("ledger", "keyring") else self._folder / table.tokens,
            keys=table.token_keys,
        )

    def _ledger_url(self, url: str) -> str:
        """A relative SQLite file is meant from the settings file's folder, wherever the program was started."""
        scheme, _, file = url.partition(":///")
        if scheme == "sqlite" and file and not Path(file).is_absolute():
            return f"sqlite:///{quote(str(self._folder.resolve()))}/{file}"
        return url

    def _connection(self, name: str, table: Mapping[str, Any]) -> Connection | None:
        where: KeyPath = ("connections", name)
        if not name.strip() or not name.isprintable():
            problem = "a blank name" if not name.strip() else "a name with a character that cannot be seen"
            self._note(where, [((), f"is {problem}; give the connection another")])
            return None
        known = {*_SOURCE, *_SETTINGS, "schedule"}
        self._note(where, [describe(UnknownName(one, 0, known)) for one in table if one not in known])
        source = self._source(where, {one: value for one, value in table.items() if one in _SOURCE})
        settings = self._settings(where, {one: value for one, value in table.items() if one in _SETTINGS})
        schedule = self._schedule((*where, "schedule"), table.get("schedule", {}))
        if source is None or settings is None:
            return None
        return Connection(name=name, source=source.source, options=source.options, settings=settings, schedule=schedule)

    def _schedule(self, where: KeyPath, table: object) -> Schedule:
        if not isinstance(table, dict):
            self._note(where, [((), "must be a table")])
            return Schedule()
        schedule, faults = read_schedule(self._variables.resolve_each(table, where))
        self._note(where, faults)
        return schedule

    def _source(self, where: KeyPath, table: Mapping[str, Any]) -> _Source | None:
        tables = self._variables.resolve_each(table, where)
        if isinstance(options := table.get("options"), dict):
            tables["options"] = self._variables.resolve_each(options, (*where, "options"))
            if isinstance(path := tables["options"].get("path"), str):
                tables["options"]["path"] = self._folder / path
        source: _Source | None
        source, faults = structured(_CONVERTER, tables, _Source, _describe)
        self._note(where, faults if source is None else option_faults(source.source, source.options))
        return source

    def _settings(self, where: KeyPath, table: Mapping[str, Any]) -> ConnectionSettings | None:
        quoted = [one for one, text in table.items() if _is_number(_SETTINGS[one]) and _is_quoted(text)]
        self._note(where, [((one,), f"must be a number, without quotes, not {table[one]!r}") for one in quoted])
        given = {one: value for one, value in table.items() if one not in quoted}
        try:
            return ConnectionSettings(**self._variables.resolve_each(given, where))
        except ConfigError as error:
            self._note(where, error.faults)
            return None


def _is_quoted(value: object) -> bool:
    return isinstance(value, str) and not value.startswith("$")


def _login_faults(table: object) -> Iterator[Fault]:
    """What is missing, or too much, for logging in with an application or with a token."""
    if not isinstance(table, dict):
        return
    login = sorted(_LOGIN & table.keys())
    for name in ("client_id", "client_secret") if login else ("access_token",):
        if name not in table:
            yield (name,), "is missing"
    if login and "access_token" in table:
        yield ("access_token",), f"cannot be used together with {login[0]}: keep the token, or log in, not both"


def _plain_faults(table: _TradeGecko) -> Iterator[Fault]:
    """Addresses to which logins would travel unencrypted."""
    from tradegecko_bridge.http_bounds import check_not_plain

    for name in ("base_url", "authorize_url"):
        address = urlsplit(getattr(table, name))
        try:
            check_not_plain("", address.scheme, address.hostname or "", allow_http=table.allow_http)
        except ConfigError as error:
            yield (name,), str(error).strip()


def _shared_folders(connections: Iterable[Connection]) -> Iterator[Fault]:
    """Two connections on one folder would each take the other's orders for its own."""
    homes: dict[Path, str] = {}
    for connection in connections:
        path = connection.options.get("path")
        if connection.source != "folder" or not isinstance(path, Path):
            continue
        other = homes.setdefault(path.resolve(), connection.name)
        if other != connection.name:
            where = ("connections", connection.name, "options", "path")
            yield where, f"is the folder of connections.{other} too; give each its own"
