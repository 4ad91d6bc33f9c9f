"""The ledger that the settings name, opened for whoever its connections belong to.

All commands but ``login`` and ``logout`` open it here, or hand it to engines, which look for themselves. Unknown names
are errors, not empty results.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from tradegecko_bridge.config import Config, Connection, load_config, settings_error
from tradegecko_bridge.engine.own_source import must_be_the_source
from tradegecko_bridge.engine.reasons import CODES
from tradegecko_bridge.engine.source_calls import SourceFailed, close, identity_of
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.ledger import Filter, LedgerEntry
from tradegecko_bridge.plugins import make_source
from tradegecko_bridge.ports import OrderSource, Store
from tradegecko_bridge.ports.logins import SecretValues
from tradegecko_bridge.stores.sql import SqlStore
from tradegecko_bridge.structuring import Fault, did_you_mean


@contextmanager
def ledger_of(
    config_path: Path, config: Config, connection: str | None = None, *, read_only: bool = False
) -> Iterator[SqlStore]:
    """The ledger, if the connections (or this one) in the settings are the ones that it knows under these names.

    Raises:
        OtherSource: it has another source's orders under one of the names.
        ConfigError: what a connection's source is cannot be said.
    """
    with closing(SqlStore(config.ledger_url, read_only=read_only)) as store:
        for one in config.connections:
            if connection in (None, one.name) and (known := store.known_source(one.name)) is not None:
                with source_of(config_path, one) as source:
                    must_be_the_source(one.name, known, identity_of(source))
        yield store


@contextmanager
def source_of(config_path: Path, connection: Connection) -> Iterator[OrderSource]:
    """The source of a connection, which is asked for nothing yet."""
    (source,) = make_sources(config_path, [connection])
    try:
        yield source
    finally:
        close(source)


def make_sources(config_path: Path, connections: Sequence[Connection]) -> list[OrderSource]:
    """The sources of these connections; everything that they refuse is reported at once, with lines in the settings."""
    sources, faults = [], list[Fault]()
    for one in connections:
        try:
            sources.append(make_source(one.source, SecretValues({**one.options, "name": one.name})))
        except ConfigError as error:
            written = ("options",) if one.options else ()
            faults.append((("connections", one.name, *written), f": {error}"))
    if faults:
        for source in sources:
            with suppress(SourceFailed):  # it is logged, and not what is to be told
                close(source)
        raise settings_error(config_path, faults)
    return sources


@contextmanager
def open_ledger(
    config_path: Path, connection: str | None = None, which: Filter | None = None
) -> Iterator[tuple[SqlStore, tuple[str, ...]]]:
    """The ledger, and the connections that the settings name, of which one may be chosen: the others in the ledger may
    be somebody else's. Raises ConfigError if nothing knows the connection, or a reason code of the filter."""
    config = load_config(config_path)
    with ledger_of(config_path, config, connection) as store:
        _check_connection(connection, config, store)
        _check_reasons((which or {}).get("reasons") or (), store)
        yield store, tuple(name for name in config.names if connection in (None, name))


def _check_connection(name: str | None, config: Config, store: Store) -> None:
    if name is None or name in config.names:
        return
    used = {count.connection for count in store.summary()} | {alert.connection for alert in store.alerts(closed=True)}
    if name not in used:
        removed = "".join(f", {old} (only in the ledger)" for old in sorted(used - set(config.names)))
        raise ConfigError(f"there is no connection {name!r}; the connections are {', '.join(config.names)}{removed}")


def not_named(connection: str) -> ConfigError:
    """That nothing is done with a connection which is only in the ledger."""
    return ConfigError(
        f"the settings do not name connection {connection!r}, so its orders can only be looked at; use the settings "
        "that name it, or name it in these again"
    )


def _check_reasons(codes: Collection[str], store: Store) -> None:
    unknown = [code for code in codes if code not in CODES]
    used = {count.code for count in store.summary() if count.code} if unknown else set()
    for code in unknown:
        if code not in used:
            raise ConfigError(f"there is no reason code {code!r}{did_you_mean(code, CODES | used)}")


def find_entries(store: Store, connection: str | None, name: str) -> Sequence[LedgerEntry]:
    """The orders with this number, or else with this source reference. Raises ConfigError if there is none."""
    found = store.entries(connection, number=name) or store.entries(connection, reference=name)
    if not found:
        raise ConfigError(f"the ledger has no order {name!r}; `tgbridge orders list` shows what it has")
    return found
