"""From settings to engines that run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from hashlib import sha256
from pathlib import Path

from tradegecko_bridge.cli.logins import signed_in
from tradegecko_bridge.config import Config, load_config
from tradegecko_bridge.engine import Progress, Report, RunReport, SyncEngine
from tradegecko_bridge.errors import ConfigError, NoLedger
from tradegecko_bridge.ledger import LedgerEntry
from tradegecko_bridge.plugins import make_source
from tradegecko_bridge.ports import Store
from tradegecko_bridge.stores.memory import MemoryStore
from tradegecko_bridge.stores.sql import SqlStore
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
        sources = [make_source(c.source, {**c.options, "name": c.name}) for c in chosen]
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
def open_ledger(config_path: Path) -> Iterator[SqlStore]:
    """The ledger the settings name."""
    with closing(SqlStore(load_config(config_path).ledger_url)) as store:
        yield store


def find_entries(store: Store, connection: str | None, name: str) -> Sequence[LedgerEntry]:
    """The orders of this number, or else of this source reference.

    Raises:
        ConfigError: there is none.
    """
    found = store.entries(connection, number=name) or store.entries(connection, reference=name)
    if not found:
        raise ConfigError(f"no order {name!r} in the ledger; `tgbridge orders list` shows what is there")
    return found
