"""The ledger as the world sees it: on a disk that can be backed up, restored and lost, behind calls that can fail."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from attrs import frozen

from tests.simulation.book import LedgerBook, copied
from tradegecko_bridge import MemoryStore, SqlStore
from tradegecko_bridge.errors import StoreBusy, StoreError
from tradegecko_bridge.ledger import DELIVERED_STATES, OPEN_STATES
from tradegecko_bridge.ports import MirrorStore, RateLedger, Store

if TYPE_CHECKING:
    from tests.simulation.crew import Crew

WRITES: Final = frozenset(
    {
        "ingest",
        "claim",
        "record",
        "record_all",
        "release_claim",
        "override_state",
        "record_told_values",
        "update_alerts",
        *("claim_stream", "renew_stream", "release_stream", "want", "take_to_tell", "record_told"),
        *("ingest_shipments", "claim_shipments", "record_shipment"),
    }
)
QUIET: Final = frozenset({"known_account", "remember_account", "known_source", "remember_source", "key", "record_run"})
"""Calls that nothing happens around: there is one account and one source, and every run asks whether they still are; so
it asks for the one key. That a run is over is for people to read."""
CRITICAL: Final = frozenset(
    {
        *("claim", "record", "record_all"),
        *("want", "take_to_tell", "record_told", "claim_shipments", "record_shipment"),
    }
)
"""Around these a worker dies or stops more often."""
SIMULATED: Final = "simulated: "
"""Begins the messages of errors that the world has made up."""


@frozen
class Backup:
    """A ledger as it was at a moment."""

    at: datetime
    store: Store


class Disk(ABC):
    """Where the ledger is. Every backup is kept until the end."""

    def __init__(self) -> None:
        self._made: list[Store] = []
        self.backups: list[Backup] = []
        self.store = self._keep(self._new())

    def back_up(self, at: datetime) -> None:
        """Keep the ledger as it is now."""
        self.backups.append(Backup(at, self._keep(self._copy(self.store))))

    def restore(self, backup: Backup, at: datetime) -> None:
        """The ledger is what it was then, and knows that."""
        restored: Any = self._keep(self._copy(backup.store))
        restored.note_restore(backup.at, at=at)
        self.store = restored

    def lose(self) -> None:
        """The ledger is empty."""
        self.store = self._keep(self._new())

    def has_work(self) -> bool:
        """Whether some order is not done with; asked so often that it goes past the calls of workers."""
        entries = self.store.entries(states=OPEN_STATES | DELIVERED_STATES)
        return any(entry.state in OPEN_STATES or entry.pending_actions for entry in entries)

    def close(self) -> None:
        """Close all there was."""
        for store in self._made:
            store.close()

    def _keep(self, store: Store) -> Store:
        self._made.append(store)
        return store

    @abstractmethod
    def _new(self) -> Store:
        """An empty ledger."""

    @abstractmethod
    def _copy(self, store: Any) -> Store:
        """Another ledger with the same content."""


class Books(Disk):
    """Ledgers in dictionaries."""

    def _new(self) -> Store:
        return cast("Store", LedgerBook())

    def _copy(self, store: Any) -> Store:
        return cast("Store", store.copy())


class Memory(Disk):
    """SQLite ledgers in memory."""

    def _new(self) -> Store:
        return MemoryStore()

    def _copy(self, store: Store) -> Store:
        return copied(store)


class Files(Disk):
    """Ledgers in SQLite files of a directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._paths: dict[Store, Path] = {}
        super().__init__()

    def _new(self) -> Store:
        return self._opened(self._path())

    def _copy(self, store: Store) -> Store:
        path = self._path()
        with closing(sqlite3.connect(self._paths[store])) as source, closing(sqlite3.connect(path)) as target:
            source.backup(target)
        return self._opened(path)

    def _path(self) -> Path:
        return self._directory / f"ledger{len(self._paths)}.db"

    def _opened(self, path: Path) -> Store:
        store = SqlStore(f"sqlite:///{path}")
        self._paths[store] = path
        return store


MIRROR_WRITES: Final = frozenset({"write", "drop", "forget"})
PERMIT_WRITES: Final = frozenset({"take", "note"})


class _Remote:
    """Every method of a store, or of a ``part`` of it, as a call that takes time, and may fail before or after it was
    carried out."""

    def __init__(self, world: Crew, writes: Collection[str], part: str = "") -> None:
        self._world = world
        self._writes = writes
        self._part = part

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name in QUIET:
            store = self._world.disk.store
            return cast("Callable[..., Any]", getattr(getattr(store, self._part) if self._part else store, name))

        def call(*args: Any, **kwargs: Any) -> Any:
            return self._call(name, args, kwargs)

        setattr(self, name, call)
        return call

    def _call(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        world, writes = self._world, name in self._writes
        near = "at it" if name in CRITICAL else ""
        where = f"{self._part or 'store'}.{name}"
        world.point(where, 2_000, near)
        if writes and world.faults.happens("ledger busy"):
            raise StoreBusy(f"{SIMULATED}the ledger is busy")
        store = world.disk.store
        result = getattr(getattr(store, self._part) if self._part else store, name)(*args, **kwargs)
        if writes:
            world.point(f"{where} done", 2_000, near)
            if world.faults.happens("commit unanswered"):
                raise StoreError(f"{SIMULATED}the connection broke after the commit")
        return result


def remote_store(world: Crew) -> Store:
    """The ledger for a worker."""
    return cast("Store", _Remote(world, WRITES))


def remote_mirror(world: Crew) -> MirrorStore:
    """What the ledger's database remembers of the account, for a worker."""
    return cast("MirrorStore", _Remote(world, MIRROR_WRITES, "mirror"))


def remote_permits(world: Crew) -> RateLedger:
    """What the ledger's database knows of the rate limit, for a worker."""
    return cast("RateLedger", _Remote(world, PERMIT_WRITES, "permits"))
