"""The ledger as the world sees it: on a disk that can be backed up, restored and lost, behind calls that can fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, cast

from tradegecko_bridge import MemoryStore
from tradegecko_bridge.errors import StoreBusy, StoreError
from tradegecko_bridge.ledger import OPEN_STATES
from tradegecko_bridge.ports import Store
from tradegecko_bridge.stores.sql.tables import orders

if TYPE_CHECKING:
    from tests.simulation.world import World

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
    }
)
CRITICAL: Final = frozenset({"claim", "record", "record_all"})
"""Around these a worker dies or stops more often."""
_OPEN = ", ".join(f"'{state.value}'" for state in sorted(OPEN_STATES))
_WORK: Final = f"SELECT 1 FROM {orders.name} WHERE {orders.c.state.name} IN ({_OPEN}) OR {orders.c.todo.name} != ''"
SIMULATED: Final = "simulated: "
"""Begins the messages of errors that the world has made up."""


class Disk:
    """Where the ledger is. Every backup is kept until the end."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.backups: list[MemoryStore] = []
        self._others: list[MemoryStore] = []

    def back_up(self) -> None:
        """Keep the ledger as it is now."""
        self.backups.append(_copy(self.store))

    def restore(self, backup: MemoryStore) -> None:
        """The ledger is what it was then."""
        self._replace(_copy(backup))

    def lose(self) -> None:
        """The ledger is empty."""
        self._replace(MemoryStore())

    @property
    def has_work(self) -> bool:
        """Whether some order is not done with; asked so often that it goes past the store."""
        return _sqlite(self.store).execute(_WORK).fetchone() is not None

    def _replace(self, store: MemoryStore) -> None:
        self._others.append(self.store)
        self.store = store

    def close(self) -> None:
        """Free the memory."""
        for store in (self.store, *self.backups, *self._others):
            store.close()


def _copy(store: MemoryStore) -> MemoryStore:
    copied = MemoryStore()
    _sqlite(store).backup(_sqlite(copied))
    return copied


def _sqlite(store: MemoryStore) -> Any:
    database: Any = store._database
    return database._connection.connection.driver_connection


class _RemoteStore:
    """Every method of a store as a call that takes time, and may fail before or after it was carried out."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            return self._call(name, args, kwargs)

        setattr(self, name, call)
        return call

    def _call(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        world, writes = self._world, name in WRITES
        near = "at it" if name in CRITICAL else ""
        world.point(f"store.{name}", 2_000, near)
        if writes and world.faults.happens("ledger busy"):
            raise StoreBusy(f"{SIMULATED}the ledger is busy")
        result = getattr(world.disk.store, name)(*args, **kwargs)
        if writes:
            world.point(f"store.{name} done", 2_000, near)
            if world.faults.happens("commit unanswered"):
                raise StoreError(f"{SIMULATED}the connection broke after the commit")
        return result


def remote_store(world: World) -> Store:
    """The ledger for a worker."""
    return cast("Store", _RemoteStore(world))
