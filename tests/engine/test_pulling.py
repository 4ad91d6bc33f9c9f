"""Asking the source again: what was missed comes in, what is known is there once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import pytest

from tests.engine.bench import Bench, outcomes
from tests.support import ListSource, OrdersOnly
from tradegecko_bridge import MemoryStore, Sandbox, SyncEngine, TradeGeckoClient
from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.errors import SourceUnavailable
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.testing.builders import a_line, an_order

Given = SourceOrder | UnreadableOrder
EARLY, LATE = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 5, tzinfo=UTC)


class Archive(ListSource):
    """A source whose walk gives nothing any more, and that can be asked for what it has."""

    def __init__(self, orders: Sequence[Given]) -> None:
        super().__init__()
        self.kept = list(orders)

    def fetch_order(self, name: str) -> Iterable[Given]:
        return [order for order in self.kept if name in (order.number, order.reference)]

    def fetch_since(self, moment: datetime) -> Iterable[Given]:
        return [order for order in self.kept if isinstance(order, SourceOrder) and order.placed_at >= moment]


@pytest.fixture
def bench(sandbox: Sandbox, client: TradeGeckoClient) -> Bench:
    """A shop whose orders 1001 and 1002 the walk has missed."""
    return Bench(sandbox, client, Archive([an_order("1001"), an_order("1002", placed_at=LATE)]))


def test_a_missed_order_is_pulled_and_delivered(bench: Bench) -> None:
    """It is taken in by its number, and goes out with the next run."""
    assert bench.deliver().items == []
    report = bench.engine.pull_orders("1001")
    assert (outcomes(report), report.ingested) == ({"1001": Outcome.INGESTED}, 1)
    assert (bench.state("1001"), bench.writes()) == (OrderState.PENDING, [])
    assert outcomes(bench.deliver()) == {"1001": Outcome.DELIVERED}


def test_everything_from_a_date_on(bench: Bench) -> None:
    """Orders placed at the moment or later come, the others do not."""
    assert outcomes(bench.engine.pull_since(LATE)) == {"1002": Outcome.INGESTED}
    assert set(outcomes(bench.engine.pull_since(EARLY))) == {"1001", "1002"}
    with pytest.raises(ValueError, match="no time zone"):
        bench.engine.pull_since(datetime(2026, 11, 1))  # noqa: DTZ001


def test_a_known_order_is_never_there_twice(bench: Bench) -> None:
    """Pulled again it is known, delivered or not, and nothing more goes out."""
    bench.engine.pull_orders("1001")
    assert outcomes(bench.engine.pull_orders("1001")) == {"1001": Outcome.KNOWN}
    bench.deliver()
    assert outcomes(bench.engine.pull_since(EARLY))["1001"] is Outcome.KNOWN
    bench.deliver()
    assert sorted(order.order_number or "" for order in bench.remote()) == ["1001", "1002"]


def test_changed_content_is_taken_up_by_the_ledger_s_rules(bench: Bench) -> None:
    """A held order gets its new lines and goes out; a delivered one is only reported."""
    assert isinstance(bench.source, Archive)
    bench.source.kept = [an_order("1001", [a_line("NOPE")])]
    bench.engine.pull_orders("1001")
    assert outcomes(bench.deliver()) == {"1001": Outcome.HELD}
    bench.source.kept = [an_order("1001")]
    bench.engine.pull_orders("1001")
    assert outcomes(bench.deliver()) == {"1001": Outcome.DELIVERED}
    bench.source.kept = [an_order("1001", note="changed")]
    report = bench.engine.pull_orders("1001")
    assert [item.outcome for item in report.items] == [Outcome.CHANGED, Outcome.INGESTED]
    assert bench.deliver().items == []


def test_the_cursor_stays_where_it_is(bench: Bench) -> None:
    """Pulling says nothing of how far the source was read."""
    bench.source.orders = [an_order("7")]
    bench.deliver()
    before = bench.store.cursor("shop", "orders")
    bench.engine.pull_since(EARLY)
    assert bench.store.cursor("shop", "orders") == before == "7"


def test_what_is_not_there_is_said(bench: Bench) -> None:
    """An order the source does not have is a problem of the report; the others are pulled."""
    report = bench.engine.pull_orders("9", "1002")
    assert report.problems == ["list: has no order '9'"]
    assert outcomes(report) == {"1002": Outcome.INGESTED}
    assert not report


def test_a_source_that_fails_is_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, and not that the order is missing."""

    def down(_: str) -> Iterable[Given]:
        raise SourceUnavailable("down for maintenance")

    monkeypatch.setattr(bench.source, "fetch_order", down)
    assert bench.engine.pull_orders("1001").problems == ["list: down for maintenance"]


def test_a_source_that_cannot_says_so(bench: Bench) -> None:
    """A source without the capability is one clear line that names a way."""
    engine = SyncEngine("shop", source=OrdersOnly(), gateway=bench.engine._context.gateway, store=MemoryStore())
    (line,) = engine.pull_orders("1").problems
    assert line.startswith("list: this source cannot give one order again; change the order there")
    assert "from a date on" in engine.pull_since(EARLY).problems[0]
