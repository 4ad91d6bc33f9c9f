"""Shipments that are taken back, that show late, that wait for a number, and carriers by their numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.bench import Bench, outcomes
from tests.support import ListSource
from tradegecko_bridge import ConnectionSettings, Sandbox, TradeGeckoClient
from tradegecko_bridge.commerce import ItemResult, Shipment, Verdict
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.engine.back_sync.carriers import carrier_of, named_carrier
from tradegecko_bridge.errors import SourceUnavailable
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.testing.builders import a_line, an_order

SENT = datetime(2026, 11, 3, 13, tzinfo=UTC)
"""When the bench delivers first."""
BLANK = ConnectionSettings(blank_tracking=False)


class Withdrawing(ListSource):
    """A source that can be told that a shipment was taken back."""

    def __init__(self) -> None:
        super().__init__([an_order("1001", [a_line("MUG-BLUE", 2), a_line("TEE-M", 1, reference="2")])])
        self.withdrawn: list[Shipment] = []

    def withdraw_tracking(self, shipments: Sequence[Shipment]) -> Iterable[ItemResult]:
        self.withdrawn += shipments
        return [self.answer(one.reference) for one in shipments]


def shipped(bench: Bench) -> int:
    """An order in two shipments, both told; the id of the first."""
    bench.deliver()
    first = bench.ship("1001", {"MUG-BLUE": 2}, tracking_number="1Z5R89390357567127", tracking_company="UPS")
    bench.clock.move(minutes=1)
    bench.ship("1001", {"TEE-M": 1})
    assert bench.engine.sync_tracking()
    assert bench.state("1001") is OrderState.CONFIRMED
    assert [one.completes_order for one in bench.source.shipments] == [False, True]
    bench.source.shipments.clear()
    return first


@pytest.fixture
def bench(sandbox: Sandbox, client: TradeGeckoClient) -> Bench:
    """A source that takes shipments, and takes them back."""
    return Bench(sandbox, client, Withdrawing())


def test_a_shipment_that_is_voided_is_withdrawn(bench: Bench) -> None:
    """The source is told once; what was the last shipment is so no more; the order waits for goods again, and what is
    shipped in its place completes it."""
    first = shipped(bench)
    bench.client.fulfillments.delete(first)
    dry = bench.engine.sync_tracking(dry_run=True)
    assert dry.count(Outcome.PLANNED) == 2
    assert bench.engine.sync_tracking()
    source = bench.source
    assert isinstance(source, Withdrawing)
    assert [(one.reference, one.tracking_numbers) for one in source.withdrawn] == [
        (str(first), ("1Z5R89390357567127",))
    ]
    assert [one.completes_order for one in source.shipments] == [False]
    assert bench.state("1001") is OrderState.DELIVERED
    assert bench.engine.sync_tracking()
    assert len(source.withdrawn) == 1
    source.shipments.clear()
    bench.ship("1001", {"MUG-BLUE": 2})
    bench.engine.sync_tracking()
    assert [one.completes_order for one in source.shipments] == [True]
    assert bench.state("1001") is OrderState.CONFIRMED


def test_a_source_that_cannot_take_it_back_is_a_person_s_business(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """It is told nothing, and an alert stays open until the order is seen to."""
    bench = Bench(
        sandbox, client, ListSource([an_order("1001", [a_line("MUG-BLUE", 2), a_line("TEE-M", 1, reference="2")])])
    )
    bench.client.fulfillments.delete(shipped(bench))
    report = bench.engine.sync_tracking()
    assert "taken this shipment back" in next(one.detail for one in report.items if one.outcome is Outcome.REFUSED)
    for _ in range(2):
        assert [alert.key for alert in bench.store.alerts("shop")] == ["shipments refused"]
        bench.clock.move(hours=2)
        bench.engine.sync_tracking()


def test_it_stays_open_when_others_go_in_its_place(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The shop still shows the parcel that was taken back: the order is not confirmed by itself, only by a person."""
    lines = [a_line("MUG-BLUE", 2), a_line("TEE-M", 1, reference="2")]
    bench = Bench(sandbox, client, ListSource([an_order("1001", lines)]))
    bench.client.fulfillments.delete(shipped(bench))
    bench.engine.sync_tracking()
    bench.ship("1001", {"MUG-BLUE": 2})
    bench.engine.sync_tracking()
    assert bench.state("1001") is OrderState.SHIPPED
    (alert,) = bench.store.alerts("shop")
    assert "1 of them TradeGecko has taken back: take those back at the source too" in alert.text
    (entry,) = bench.store.entries(number="1001")
    bench.store.override_state(entry.id, OrderState.CONFIRMED, at=bench.clock(), who="ann", why="done by hand")
    bench.engine.sync_tracking()
    assert bench.store.alerts("shop") == []


def test_a_shipment_the_source_s_code_cannot_take_hides_no_other(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The others are told, and it alone waits."""
    orders = [an_order(number, [a_line("MUG-BLUE", 1)]) for number in ("1001", "1002", "1003")]

    class Choking(ListSource):
        def accept_tracking(self, shipments: Sequence[Shipment]) -> Iterable[ItemResult]:
            if any(one.order_number == "1002" for one in shipments):
                raise KeyError("ann@example.com")
            return super().accept_tracking(shipments)

    bench = Bench(sandbox, client, Choking(orders))
    bench.deliver()
    for number in ("1001", "1002", "1003"):
        bench.ship(number, {"MUG-BLUE": 1})
    report = bench.engine.sync_tracking()
    assert outcomes(report) == {"1001": Outcome.SENT, "1002": Outcome.WAITING, "1003": Outcome.SENT}
    assert "ann@" not in str(report)


def test_what_the_source_never_heard_of_is_not_withdrawn(bench: Bench) -> None:
    """Shipped and voided between two runs: nothing to tell."""
    bench.deliver()
    bench.client.fulfillments.delete(bench.ship("1001", {"MUG-BLUE": 2}))
    assert bench.engine.sync_tracking().items == []
    assert bench.state("1001") is OrderState.DELIVERED


def test_a_shipment_waits_for_its_number(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Where the settings say so: said once, no failure, no alert, nothing to be done meanwhile, and told as soon as it
    has one."""
    bench = Bench(sandbox, client, Withdrawing(), settings=BLANK)
    bench.deliver()
    one = bench.ship("1001", {"MUG-BLUE": 2})
    report = bench.engine.sync_tracking()
    assert outcomes(report) == {"1001": Outcome.HELD}
    assert "waits for a tracking number" in report.items[0].detail
    for _ in range(30):
        bench.clock.move(hours=1)
        report = bench.engine.sync_tracking()
        assert report
        assert report.items == []
    assert bench.source.shipments == []
    assert bench.store.alerts("shop") == []
    bench.client.fulfillments.update(one, {"tracking_number": "T-1 / T-2|T-3\nT-4; T-5"})
    bench.engine.sync_tracking()
    assert [told.tracking_numbers for told in bench.source.shipments] == [("T-1", "T-2", "T-3", "T-4", "T-5")]


def test_failures_end_and_are_told(bench: Bench) -> None:
    """An alert after an hour; given up at the horizon, which is another one."""
    bench.deliver()
    bench.ship("1001", {"MUG-BLUE": 2})
    bench.source.answer = lambda key: ItemResult(key=key, verdict=Verdict.FAILED, message="busy")
    opened: set[str] = set()
    for _ in range(16 * 4):
        bench.engine.sync_tracking()
        opened |= {alert.key for alert in bench.store.alerts("shop")}
        bench.clock.move(hours=6)
    assert opened == {"shipments failing", "shipments refused"}
    assert [alert.key for alert in bench.store.alerts("shop")] == ["shipments refused"]
    assert 50 < len(bench.source.shipments) < 64


def test_a_shop_that_is_down_is_asked_once(bench: Bench) -> None:
    """It ends the run with one failure, and nothing counts as tried."""
    shipped(bench)
    calls = []

    def down(_: Sequence[Shipment]) -> Iterable[ItemResult]:
        calls.append(1)
        raise SourceUnavailable("the shop is down")

    taken = bench.source.accept_tracking
    bench.source.accept_tracking = down  # type: ignore[assignment, method-assign]
    for one in bench.client.fulfillments.list():
        bench.client.fulfillments.update(one.id, {"tracking_number": f"N{one.id}"})
    report = bench.engine.sync_tracking()
    assert (report.items, report.problems, len(calls)) == ([], ["list: the shop is down"], 1)
    bench.source.accept_tracking = taken  # type: ignore[method-assign]
    assert outcomes(bench.engine.sync_tracking()) == {"1001": Outcome.SENT}


def asked(bench: Bench) -> list[str]:
    """From when on fulfilments were asked for, each time."""
    asks = [str(one) for one in bench.sandbox.requests() if "/fulfillments" in one["path"] and one["method"] == "GET"]
    return [re.findall(r"updated_at_min\D+(\d{4}-\d\d-\d\d)", one)[0] for one in asks]


@pytest.mark.parametrize(
    ("placed", "earliest", "begins"),
    [
        (SENT, None, SENT - timedelta(days=1)),
        (SENT, SENT - timedelta(days=300), SENT - timedelta(days=1)),
        (SENT - timedelta(days=40), SENT - timedelta(days=300), SENT - timedelta(days=301)),
    ],
)
def test_the_first_run_reads_from_where_the_first_order_was_sent(
    sandbox: Sandbox, client: TradeGeckoClient, placed: datetime, earliest: datetime | None, begins: datetime
) -> None:
    """Nothing before one was; then not from the first shipment there ever was. One placed long before may have been
    sent by an earlier ledger, and others too: then from the earliest order."""
    source = Withdrawing()
    source.orders[:] = [an_order("1001", [a_line("MUG-BLUE", 2)], placed_at=placed)]
    bench = Bench(sandbox, client, source, settings=ConnectionSettings(earliest_order=earliest))
    bench.engine.sync_tracking()
    assert asked(bench) == []
    bench.deliver()
    shipment = bench.ship("1001", {"MUG-BLUE": 2})
    bench.engine.sync_tracking()
    assert [one.reference for one in source.shipments] == [str(shipment)]
    assert asked(bench)[0] == f"{begins:%Y-%m-%d}"


def test_what_the_list_shows_late_is_brought_a_day_later(bench: Bench) -> None:
    """The cursor has passed it; the second reading finds it."""
    bench.deliver()
    late = bench.ship("1001", {"MUG-BLUE": 2})
    listed = bench.client.fulfillments.get(late)
    bench.engine.sync_tracking()
    told = [one.reference for one in bench.source.shipments]
    assert told == [str(late)]
    bench.sandbox.advance(3600)
    bench.client.fulfillments.update(bench.ship("1001", {"TEE-M": 1}), {"tracking_number": "T-1"})
    bench.engine.sync_tracking()  # the cursor passes the first one
    with bench.store._database.writing() as tx:  # as if the list had left that out
        tx.exec_driver_sql(f"DELETE FROM ledger_shipments WHERE reference = '{late}'")
    bench.engine.sync_tracking()
    bench.source.shipments.clear()
    bench.engine.sync_tracking()
    assert bench.source.shipments == []
    assert listed.updated_at is not None
    bench.clock.now = listed.updated_at + timedelta(days=2)
    bench.engine.sync_tracking()
    assert str(late) in [one.reference for one in bench.source.shipments]
    again = len(bench.sandbox.requests())
    bench.engine.sync_tracking()
    assert len([one for one in bench.sandbox.requests()[again:] if "/fulfillments" in one["path"]]) == 1, "once a day"


@pytest.mark.parametrize(
    ("number", "carrier"),
    [
        ("1Z5R89390357567127", "UPS"),
        ("1z 5r89 3903 5756 7127", "UPS"),
        ("1Z5R89390357567128", None),
        ("9400 1112 0255 5842 3326 69", "USPS"),
        ("RB123456785GB", "Royal Mail"),
        ("RB123456784GB", None),
        ("CP123456785US", "USPS"),
        ("LX123456785NO", "Post (NO)"),
        ("986578788855", None),
        ("", None),
        ("１Z5R89390357567127", None),
    ],
)
def test_whose_a_number_is(number: str, carrier: str | None) -> None:
    """Only what a check digit proves."""
    assert carrier_of(number) == carrier


@given(number=st.from_regex(r"\A(1Z[0-9A-Z]{16}|9[1-5][0-9]{20}|[A-Z]{2}[0-9]{9}[A-Z]{2})\Z"), place=st.integers(0, 50))
def test_one_wrong_digit_is_nobody_s(number: str, place: int) -> None:
    """A digit misread makes it no number at all, never another carrier's."""
    at = [n for n, char in enumerate(number) if char.isdigit() and n > 1]
    where = at[place % len(at)] if at else 0
    if not at or carrier_of(number) is None:
        return
    for other in set("0123456789") - {number[where]}:
        assert carrier_of(number[:where] + other + number[where + 1 :]) in (None, carrier_of(number))


def test_carriers_by_the_setting() -> None:
    """The source's name, whatever the case; others keep theirs; none is guessed where one is given."""
    names = {"UPS Ground": "ups"}
    assert named_carrier("ups ground", (), names) == "ups"
    assert named_carrier("DHL", ("1Z5R89390357567127",), names) == "DHL"
    assert named_carrier(None, ("?", "1Z5R89390357567127"), {"UPS": "ups"}) == "ups"
    assert named_carrier(None, ("?",), names) is None
