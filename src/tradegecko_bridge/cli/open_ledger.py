"""The ledger that the settings name, opened to look up orders; unknown names are errors, not empty results."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from difflib import get_close_matches
from pathlib import Path

from tradegecko_bridge.config import Config, load_config
from tradegecko_bridge.engine.reasons import CODES
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.ledger import Filter, LedgerEntry
from tradegecko_bridge.ports import Store
from tradegecko_bridge.stores.sql import SqlStore


@contextmanager
def open_ledger(config_path: Path, connection: str | None = None, which: Filter | None = None) -> Iterator[SqlStore]:
    """The ledger. Raises ConfigError if nothing knows the connection, or a reason code of the filter."""
    config = load_config(config_path)
    with closing(SqlStore(config.ledger_url)) as store:
        _check_connection(connection, config, store)
        _check_reasons((which or {}).get("reasons") or (), store)
        yield store


def _check_connection(name: str | None, config: Config, store: Store) -> None:
    known = [connection.name for connection in config.connections]
    if name is None or name in known:
        return
    used = {count.connection for count in store.summary()} | {alert.connection for alert in store.alerts(closed=True)}
    if name not in used:
        removed = "".join(f", {old} (only in the ledger)" for old in sorted(used - set(known)))
        raise ConfigError(f"there is no connection {name!r}; the connections are {', '.join(known)}{removed}")


def _check_reasons(codes: Collection[str], store: Store) -> None:
    unknown = [code for code in codes if code not in CODES]
    used = {count.code for count in store.summary() if count.code} if unknown else set()
    for code in unknown:
        if code not in used:
            closest = get_close_matches(code, CODES | used, n=1, cutoff=0)[0]
            raise ConfigError(f"there is no reason code {code!r}; the closest is {closest!r}")


def find_entries(store: Store, connection: str | None, name: str) -> Sequence[LedgerEntry]:
    """The orders with this number, or else with this source reference. Raises ConfigError if there is none."""
    found = store.entries(connection, number=name) or store.entries(connection, reference=name)
    if not found:
        raise ConfigError(f"the ledger has no order {name!r}; `tgbridge orders list` shows what it has")
    return found
