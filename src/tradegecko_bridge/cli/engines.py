"""From the settings to engines that run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path

from tradegecko_bridge.cli.credentials import open_client
from tradegecko_bridge.cli.open_ledger import close_source, ledger_of, make_sources
from tradegecko_bridge.cli.output.console import progress_bar
from tradegecko_bridge.config import Config, load_config
from tradegecko_bridge.engine import SyncEngine
from tradegecko_bridge.errors import NoLedger
from tradegecko_bridge.stores.memory import MemoryStore
from tradegecko_bridge.stores.sql import SqlStore
from tradegecko_bridge.tradegecko.gateway import TradeGeckoGateway
from tradegecko_bridge.tradegecko.limits import RateLimiter, SharedLimiter


@contextmanager
def open_engines(
    config_path: Path, connection: str | None, *, dry_run: bool = False, quiet: bool = False
) -> Iterator[list[SyncEngine]]:
    """An engine for each selected connection, with one ledger and one client; a dry run only reads the ledger.

    They show a progress bar unless ``quiet``. Raises ConfigError and StoreError.
    """
    config = load_config(config_path)
    connections = config.chosen(connection)
    with ExitStack() as stack:
        on_progress = stack.enter_context(progress_bar(hidden=quiet))
        sources = make_sources(config_path, connections)
        for source in sources:
            stack.callback(close_source, source)
        store = _read_only_ledger(config) if dry_run else SqlStore(config.ledger_url)
        stack.callback(store.close)
        limiter = RateLimiter() if dry_run else _shared_limiter(config, store)
        client = stack.enter_context(open_client(config, store, limiter))
        yield [
            SyncEngine(
                one.name,
                source=source,
                gateway=TradeGeckoGateway(client, mirror=store.mirror),
                store=store,
                settings=one.settings,
                on_progress=on_progress,
            )
            for one, source in zip(connections, sources, strict=True)
        ]


@contextmanager
def open_account(config_path: Path, config: Config) -> Iterator[tuple[SqlStore, TradeGeckoGateway]]:
    """The ledger, and the account that the settings log in to. Raises ConfigError and StoreError."""
    with ledger_of(config_path, config) as store:
        limiter = _shared_limiter(config, store)
        with open_client(config, store, limiter) as client:
            yield store, TradeGeckoGateway(client, mirror=store.mirror)


def _read_only_ledger(config: Config) -> SqlStore | MemoryStore:
    """The ledger, which only a refreshed login changes; an empty one in memory if there is none yet."""
    try:
        return SqlStore(config.ledger_url, read_only=True)
    except NoLedger:
        return MemoryStore()


def _shared_limiter(config: Config, store: SqlStore | MemoryStore) -> SharedLimiter:
    """One limiter for all processes with this ledger and login, because the account counts their requests together.

    Its name is stored in the ledger, so it contains only a digest of an access token.
    """
    login = config.login
    who = f"{login.client_id} {login.name}" if login else sha256(config.access_token.reveal().encode()).hexdigest()[:32]
    return SharedLimiter(store.permits, f"{config.base_url} {who}")
