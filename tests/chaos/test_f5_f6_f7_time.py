"""F5, F6, F7: the same second, late visibility, clocks that differ, and hours that come twice or never."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.bench import Bench
from tests.sources.folder.helpers import put, sheet
from tests.support import ListSource
from tradegecko_bridge import FolderSource, MemoryStore, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.testing.builders import a_line, an_order
from tradegecko_bridge.tradegecko.retry import NO_RETRY

NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)
SPRING = datetime(2026, 3, 29, 1, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 25, 1, tzinfo=UTC)
"""When clocks change in Warsaw: an hour that never was, and one that comes twice."""

CLOSED = TradeGeckoGateway(
    TradeGeckoClient("none", transport=httpx.MockTransport(lambda _: httpx.Response(503)), retry=NO_RETRY)
)
"""A TradeGecko that is down: taking orders in goes on."""


class ByTheSecond(ListSource):
    """A shop that stamps orders in whole seconds and shows some of them late; its cursor is the stamp it has reached.

    It keeps its side of the contract: it resumes ``overlap`` before the cursor, so that what came after it was asked,
    with the same stamp or an older one, is given the next time.
    """

    def __init__(self, overlap: int) -> None:
        super().__init__()
        self._overlap = overlap
        self._shop: list[tuple[int, int, str]] = []
        self.second = 0

    def sell(self, number: str, late: int) -> None:
        """An order of this second, visible some seconds later."""
        self._shop.append((self.second, self.second + late, number))

    def fetch_orders(self, after: str | None) -> Iterable[SourceOrder]:
        """By stamp, from a little before the cursor on."""
        begin = int(after) - self._overlap if after else 0
        for stamp, visible, number in sorted(self._shop):
            if begin <= stamp and visible <= self.second:
                yield an_order(number, cursor=str(stamp))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(st.sampled_from(["sell", "sell late", "poll", "tick"]), max_size=25),
    overlap=st.sampled_from([90, 120]),
)
def test_f5_f6_any_interleaving_of_sales_and_polls(steps: list[str], overlap: int) -> None:
    """Twins of a second, orders visible up to 90 s late: whatever is sold between polls, the ledger has all of it."""
    source, store = ByTheSecond(overlap), MemoryStore()
    engine = SyncEngine("shop", source=source, gateway=CLOSED, store=store)
    sold = 0
    for step in steps:
        if step == "poll":
            engine.deliver_orders()
        elif step == "tick":
            source.second += 1
        else:
            sold += 1
            source.sell(str(sold), late=90 if step == "sell late" else 0)
    source.second += 90
    engine.deliver_orders()
    assert sorted(entry.reference for entry in store.entries()) == sorted(str(n) for n in range(1, sold + 1))


def test_f5_f6_files_of_one_moment_and_of_the_past(tmp_path: Path, client: TradeGeckoClient, bench: Bench) -> None:
    """Files with the same time, and one that arrives with an older one, after the others were taken in."""
    source = FolderSource(tmp_path, settle=0, clock=bench.clock)
    engine = SyncEngine(
        "folder", source=source, gateway=TradeGeckoGateway(client), store=bench.store, clock=bench.clock
    )
    moment = bench.clock.now - timedelta(hours=2)
    for name, number, changed in (
        ("a.csv", "1", moment),
        ("b.csv", "2", moment),
        ("older.csv", "3", moment - timedelta(days=1)),
    ):
        put(tmp_path, name, one_order(number), changed)
        assert engine.deliver_orders()
    assert sorted(order.order_number or "" for order in bench.remote()) == ["1", "2", "3"]


def test_f5_shipments_of_the_same_second(bench: Bench) -> None:
    """One leaves, is brought back, and another leaves in that same second: it is brought back too."""
    bench.sandbox.set_clock(NOON)
    bench.source.orders += [an_order("1001", [a_line("MUG-BLUE", 2)])]
    assert bench.deliver()
    for _ in range(2):
        bench.sandbox.set_clock(NOON + timedelta(minutes=1))
        bench.ship("1001", {"MUG-BLUE": 1})
        assert bench.engine.sync_tracking()
    assert [len(shipment.items) for shipment in bench.source.shipments] == [1, 1]


def test_f6_a_shipment_becomes_visible_late(bench: Bench) -> None:
    """A younger shipment is seen first; the older one, visible 90 s later, is not passed over."""
    bench.source.orders += [an_order("1001", [a_line("MUG-BLUE", 2)])]
    assert bench.deliver()
    bench.sandbox.fault("POST", "/fulfillments", "visible_late", seconds=90)
    bench.ship("1001", {"MUG-BLUE": 1}, tracking_number="LATE")
    bench.sandbox.advance(5)
    bench.ship("1001", {"MUG-BLUE": 1}, tracking_number="SOON")
    assert bench.engine.sync_tracking()
    bench.sandbox.advance(90)
    assert bench.engine.sync_tracking()
    numbers = [number for shipment in bench.source.shipments for number in shipment.tracking_numbers]
    assert sorted(numbers) == ["LATE", "SOON"]


@pytest.mark.parametrize("minutes", [-5, 0, 5])
@pytest.mark.parametrize("change", [SPRING, AUTUMN], ids=["spring", "autumn"])
@pytest.mark.usefixtures("warsaw")
def test_f7_over_the_change_of_the_clocks(bench: Bench, change: datetime, minutes: int) -> None:
    """Ours differs from the server's by five minutes, and the local hour never was or comes twice: nothing is lost."""
    moment = change - timedelta(hours=1)
    numbers = []
    while moment <= change + timedelta(hours=2):
        bench.sandbox.set_clock(moment + timedelta(minutes=minutes))
        bench.clock.now = moment
        numbers.append(f"{moment:%H%M}")
        bench.source.orders.append(evolve(an_order(numbers[-1]), placed_at=moment.astimezone()))
        assert bench.engine.deliver_orders()
        bench.ship(numbers[-1], {"MUG-BLUE": 1}, tracking_number=numbers[-1])
        assert bench.engine.sync_tracking()
        moment += timedelta(minutes=30)
    assert sorted(order.order_number or "" for order in bench.remote()) == sorted(numbers)
    brought = [number for shipment in bench.source.shipments for number in shipment.tracking_numbers]
    assert sorted(brought) == sorted(numbers), "each once"


@pytest.fixture
def warsaw() -> Iterator[None]:
    """This process's local time is Warsaw's."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Europe/Warsaw"
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def one_order(number: str) -> str:
    """A file with one order."""
    header = "order_number,placed_at,currency,sku,quantity,price,ship_address1,ship_city"
    return sheet(f"{number},2026-01-31T09:30:00Z,CAD,MUG-BLUE,1,2.50,1 King St,Ottawa", header=header)
