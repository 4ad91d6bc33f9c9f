"""From the settings to engines that run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path

from tradegecko_bridge.config import Config, load_config
from tradegecko_bridge.engine import Progress, SyncEngine
from tradegecko_bridge.engine.source_calls import close
from tradegecko_bridge.engine.telemetry import Tracer
from tradegecko_bridge.errors import NoLedger
from tradegecko_bridge.ledger import Alert
from tradegecko_bridge.ports import ChecksAddresses
from tradegecko_bridge.stores.memory import MemoryStore
from tradegecko_bridge.stores.sql import SqlStore
from tradegecko_bridge.tradegecko.gateway import TradeGeckoGateway
from tradegecko_bridge.tradegecko.limits import RateLimiter, SharedLimiter
from tradegecko_bridge.wiring.credentials import open_client
from tradegecko_bridge.wiring.open_ledger import ledger_of, make_sources


@contextmanager
def open_engines(
    settings: str | os.PathLike[str] = "tgbridge.toml",
    connection: str | None = None,
    *,
    dry_run: bool = False,
    on_progress: Callable[[Progress], None] = lambda _: None,
    on_alert: Callable[[Alert], None] = lambda _: None,
    tracer: Tracer | None = None,
    check_address: ChecksAddresses | None = None,
) -> Iterator[list[SyncEngine]]:
    """An engine for each connection of a settings file (or for this one), with one ledger, login and client.

    ::

        with open_engines("tgbridge.toml") as engines:
            for report in run_together(engines):
                print(report)

    Args:
        settings: the file, as the command line reads it (TOML; see the page on settings).
        connection: the name of one; None: all of them, in the order of the file.
        dry_run: the ledger is only read, and one that is not there yet is not made. For ``engine.run(dry_run=True)``.
        on_progress, on_alert, tracer, check_address: as for :class:`~tradegecko_bridge.engine.SyncEngine`.

    Raises:
        ConfigError: one line for each fault in the settings, with its line in the file.
        StoreError: the ledger cannot be opened.
    """
    path = Path(settings)
    config = load_config(path)
    connections = config.chosen(connection)
    siblings = {one.name: one.settings for one in config.connections}
    with ExitStack() as stack:
        sources = make_sources(path, connections)
        for source in sources:
            stack.callback(close, source)
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
                siblings=siblings,
                on_progress=on_progress,
                on_alert=on_alert,
                tracer=tracer,
                check_address=check_address,
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
