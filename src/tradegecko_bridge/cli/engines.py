"""From settings to engines that run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path

from tradegecko_bridge.cli.logins import signed_in
from tradegecko_bridge.config import Config, Connection, load_config, settings_error
from tradegecko_bridge.engine import Progress, Report, RunReport, SyncEngine
from tradegecko_bridge.engine.reasons import CODES
from tradegecko_bridge.errors import ConfigError, NoLedger
from tradegecko_bridge.ledger import Filter, LedgerEntry
from tradegecko_bridge.plugins import make_source
from tradegecko_bridge.ports import OrderSource, Store
from tradegecko_bridge.stores.memory import MemoryStore
from tradegecko_bridge.stores.sql import SqlStore
from tradegecko_bridge.structuring import Fault
from tradegecko_bridge.tradegecko.client import TradeGeckoClient
from tradegecko_bridge.tradegecko.gateway import TradeGeckoGateway
from tradegecko_bridge.tradegecko.limits import RateLimiter, SharedLimiter


@contextmanager
def engines(
    config_path: Path, connection: str | None, on_progress: Callable[[Progress], None], *, dry_run: bool = False
) -> Iterator[Iterator[tuple[str, SyncEngine]]]:
    """An engine for each chosen connection, over one ledger and one client; for a dry run the ledger is only read.

    Raises:
        ConfigError: the settings cannot work.
        StoreError: the ledger cannot be opened.
    """
    config = load_config(config_path)
    chosen = config.chosen(connection)
    with ExitStack() as stack:
        sources = _sources(config_path, chosen)
        for source in sources:
            if hasattr(source, "close"):
                stack.callback(source.close)
        store = _ledger_to_read(config) if dry_run else SqlStore(config.ledger_url)
        stack.callback(store.close)
        limiter = RateLimiter() if dry_run else _limiter(config, store)
        client = stack.enter_context(
            TradeGeckoClient(signed_in(config, store.tokens), base_url=config.base_url, limiter=limiter)
        )
        yield (
            (
                wired.name,
                SyncEngine(
                    wired.name,
                    source=source,
                    gateway=TradeGeckoGateway(client, mirror=store.mirror),
                    store=store,
                    settings=wired.settings,
                    on_progress=on_progress,
                ),
            )
            for wired, source in zip(chosen, sources, strict=True)
        )


def _sources(config_path: Path, chosen: Sequence[Connection]) -> list[OrderSource]:
    """The sources of these connections; what they refuse is told of all at once, with the lines in the settings."""
    sources, faults = [], list[Fault]()
    for wired in chosen:
        try:
            sources.append(make_source(wired.source, {**wired.options, "name": wired.name}))
        except ConfigError as error:
            faults.append((("connections", wired.name, "options"), f": {error}"))
    if faults:
        raise settings_error(config_path, faults)
    return sources


def _ledger_to_read(config: Config) -> SqlStore | MemoryStore:
    """The ledger, of which nothing changes but a login that is refreshed; an empty one where there is none yet."""
    try:
        return SqlStore(config.ledger_url, read_only=True)
    except NoLedger:
        return MemoryStore()


def _limiter(config: Config, store: SqlStore | MemoryStore) -> SharedLimiter:
    """One for all processes on this ledger that log in alike: the account counts their requests together too.

    The name it goes by is kept in the ledger, so of a token only a digest is in it.
    """
    login = config.login
    who = f"{login.client_id} {login.name}" if login else sha256(config.access_token.encode()).hexdigest()[:32]
    return SharedLimiter(store.permits, f"{config.base_url} {who}")


def run_operation(engine: SyncEngine, operation: str, *, dry_run: bool) -> Report | RunReport:
    """The operation of this name on the command line."""
    operations: dict[str, Callable[..., Report | RunReport]] = {
        "all": engine.run,
        "orders": engine.deliver_orders,
        "tracking": engine.sync_tracking,
        "inventory": engine.sync_inventory,
        "products": engine.sync_products,
    }
    return operations[operation](dry_run=dry_run)


@contextmanager
def open_ledger(config_path: Path, connection: str | None = None, which: Filter | None = None) -> Iterator[SqlStore]:
    """The ledger the settings name, to look for orders of this connection that match.

    Raises:
        ConfigError: neither settings nor ledger know the connection, or neither ledger nor program a reason: whoever
            looks would find nothing and take it for good news.
    """
    config = load_config(config_path)
    with closing(SqlStore(config.ledger_url)) as store:
        _check_connection(connection, config, store)
        _check_reasons((which or {}).get("reasons") or (), store)
        yield store


def _check_connection(name: str | None, config: Config, store: Store) -> None:
    known = [wired.name for wired in config.connections]
    if name is None or name in known:
        return
    used = {count.connection for count in store.summary()} | {alert.connection for alert in store.alerts(closed=True)}
    if name not in used:
        removed = "".join(f", {old} (only in the ledger)" for old in sorted(used - set(known)))
        raise ConfigError(f"no connection {name!r}; there are {', '.join(known)}{removed}")


def _check_reasons(codes: Collection[str], store: Store) -> None:
    unknown = [code for code in codes if code not in CODES]
    there = {count.code for count in store.summary() if count.code} if unknown else set()
    for code in unknown:
        if code not in there:
            nearest = get_close_matches(code, CODES | there, n=1, cutoff=0)[0]
            raise ConfigError(f"there is no reason {code!r}; the nearest is {nearest!r}")


def find_entries(store: Store, connection: str | None, name: str) -> Sequence[LedgerEntry]:
    """The orders of this number, or else of this source reference.

    Raises:
        ConfigError: there is none.
    """
    found = store.entries(connection, number=name) or store.entries(connection, reference=name)
    if not found:
        raise ConfigError(f"no order {name!r} in the ledger; `tgbridge orders list` shows what is there")
    return found
