"""The clock that workers share: however wrong their own are, they agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import HandClock, ListSource
from tradegecko_bridge import MemoryStore, Sandbox, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.engine import Timing
from tradegecko_bridge.engine.clock import SharedClock
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.ledger import LONGEST_WAIT
from tradegecko_bridge.testing.builders import an_order

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
SPANS = st.timedeltas(timedelta(days=-400), timedelta(days=400))


class Machine:
    """A clock that is wrong, beside one that is right, and the time that has passed."""

    def __init__(self, wrong_by: timedelta) -> None:
        self.own, self.seconds = HandClock(NOON + wrong_by), 0.0
        self.clock = SharedClock(self.own, self.right, elapsed=lambda: self.seconds)

    def right(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def move(self, seconds: float) -> None:
        self.seconds += seconds
        self.own.move(seconds=seconds)


@given(wrong_by=SPANS, seconds=st.floats(0, 10_000))
def test_a_wrong_clock_is_put_right(wrong_by: timedelta, seconds: float) -> None:
    machine = Machine(wrong_by)
    machine.clock.synchronize()
    assert machine.clock.offset == -wrong_by
    machine.move(seconds)
    assert abs(machine.clock() - machine.right()) < timedelta(seconds=1)


@given(by=SPANS, seconds=st.floats(0, 10_000))
def test_one_that_is_set_meanwhile_never_falls_behind(by: timedelta, seconds: float) -> None:
    """Whoever believes that less time has passed than has would send what others have taken over."""
    machine = Machine(timedelta(0))
    machine.clock.synchronize()
    machine.move(seconds)
    machine.own.move(seconds=by.total_seconds())
    assert machine.clock() >= machine.right() - timedelta(microseconds=1)
    machine.clock.synchronize()
    assert abs(machine.clock() - machine.right()) < timedelta(milliseconds=1)


def test_without_a_shared_one_it_is_our_own() -> None:
    own = HandClock(NOON)
    clock = SharedClock(own, lambda: None)
    clock.synchronize()
    own.move(hours=-1)
    assert clock() == NOON - timedelta(hours=1)


def test_two_workers_whose_clocks_differ_agree_on_leases(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """One is ten minutes ahead, longer than a lease: what the other has claimed is not taken from it."""
    now = HandClock(NOON)

    class Shared(MemoryStore):
        def now(self) -> datetime:
            return now()

    store = Shared()

    def worker(name: str, wrong_by: timedelta) -> SyncEngine:
        clock = SharedClock(lambda: now() + wrong_by, store.now)
        gateway = TradeGeckoGateway(client)
        source = ListSource([an_order("1001")])
        return SyncEngine("shop", source=source, gateway=gateway, store=store, clock=clock, worker=name)

    worker("slow:1", timedelta(0)).pull_orders("1001")
    store.ingest("shop", [an_order("1001")], at=now())
    store.claim("shop", "slow:1", at=now(), until=now() + Timing().lease, limit=1)
    report = worker("fast:1", timedelta(minutes=10)).deliver_orders()
    assert [str(item.outcome) for item in report.items] == ["claimed"]
    (alert,) = report.alerts
    said = "the clock of fast is 0:10:00 ahead of the ledger's, which orders go by; set it right"
    assert (alert.key, alert.text) == ("clock fast:", said)
    assert worker("slow:1", timedelta(0)).deliver_orders().alerts == []
    (closed,) = worker("fast:1", timedelta(seconds=1)).deliver_orders().alerts
    assert not closed.is_open


@pytest.mark.parametrize("name", ["lease", "first_retry", "longest_retry"])
def test_no_wait_is_longer_than_the_longest(name: str) -> None:
    """Else it could not be told from what a wrong clock has written."""
    Timing(**{name: LONGEST_WAIT})
    with pytest.raises(ConfigError, match=f"{name} must not be longer than 2:00:00"):
        Timing(**{name: LONGEST_WAIT + timedelta(microseconds=1)})


def test_what_the_other_side_asks_for_is_waited_for_within_bounds() -> None:
    timing = Timing()
    assert timing.retry_at(NOON, 1, NOON + timedelta(minutes=5)) == NOON + timedelta(minutes=5)
    assert timing.retry_at(NOON, 1, NOON) == NOON + timing.first_retry
    assert timing.retry_at(NOON, 1, NOON + timedelta(days=300)) == NOON + LONGEST_WAIT
