"""What the threads of a delivery share is touched only by the one that holds the lock."""

from __future__ import annotations

from threading import Lock, get_ident
from typing import Any

import pytest

from tests.engine.bench import Bench, stranger
from tests.support import ListSource
from tradegecko_bridge import Sandbox, TradeGeckoClient
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.engine.delivery import outcomes

SHARED = ("_items", "_receipts", "_arrivals", "_failures", "_in_a_row")


class OwnedLock:
    """A lock that knows who holds it."""

    def __init__(self) -> None:
        self._lock, self.owner = Lock(), 0

    def __enter__(self) -> None:
        self._lock.acquire()
        self.owner = get_ident()

    def __exit__(self, *_: object) -> None:
        self.owner = 0
        self._lock.release()


class Watched(outcomes.Outcomes):
    """Notes every touch of what is shared by a thread that does not hold the lock."""

    touched: list[str] = []  # noqa: RUF012

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._lock = OwnedLock()  # type: ignore[assignment]

    def __getattribute__(self, name: str) -> Any:
        if name in SHARED:
            lock = super().__getattribute__("_lock")
            if isinstance(lock, OwnedLock) and lock.owner != get_ident():
                Watched.touched.append(name)
        return super().__getattribute__(name)


def test_nobody_touches_what_is_shared_without_the_lock(
    sandbox: Sandbox, client: TradeGeckoClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty orders, four threads, with failures and lost answers among them."""
    monkeypatch.setattr("tradegecko_bridge.engine.delivery.run.Outcomes", Watched)
    Watched.touched.clear()
    for nth, fault in ((3, "drop_after_commit"), (20, "drop_before_commit")):
        sandbox.fault(method="POST", path="/orders", nth=nth, fault=fault)
    bench = Bench(sandbox, client, ListSource([stranger(f"c{n}@example.com", str(n)) for n in range(40)]), in_flight=4)
    report = bench.deliver()
    assert report.count(Outcome.DELIVERED, Outcome.ADOPTED, Outcome.UNCERTAIN) == 40
    assert Watched.touched == []
