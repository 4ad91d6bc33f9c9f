"""What sources are told of shipments: whose lines, when, in what words, and once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.bench import Bench, detail, outcomes
from tests.support import ListSource, examples
from tradegecko_bridge import ConnectionSettings, Sandbox, TradeGeckoClient
from tradegecko_bridge.commerce import Component, ItemResult, Shipment, SourceOrder, Verdict
from tradegecko_bridge.commerce.remote import RemoteItem, RemoteShipment
from tradegecko_bridge.engine import Outcome, PartialShipments, resend_tracking
from tradegecko_bridge.engine.back_sync.shipment_lines import to_shipment
from tradegecko_bridge.errors import SourceUnavailable
from tradegecko_bridge.ledger import LedgerEntry, OrderState, ShipmentState, Wait
from tradegecko_bridge.testing.builders import a_line, an_order

TWO_LINES = [a_line("MUG-BLUE", 2), a_line("TEE-M", 3, reference="2")]
WAITING = ConnectionSettings(partial_shipments=PartialShipments.WAIT)


class Shop(ListSource):
    """A source that keeps what it was told, by shipment, and can be made to lose an answer."""

    def __init__(self, *orders: SourceOrder) -> None:
        super().__init__(orders or [an_order("1001", TWO_LINES)])
        self.shown: dict[str, Shipment] = {}
        self.lose = 0

    def accept_tracking(self, shipments: Sequence[Shipment]) -> Iterable[ItemResult]:
        self.shipments += shipments
        self.shown |= {one.reference: one for one in shipments}
        if self.lose:
            self.lose -= 1
            raise SourceUnavailable("the connection broke off")
        return [self.answer(one.reference) for one in shipments]


class Withdrawing(Shop):
    """One that takes shipments back as well."""

    def withdraw_tracking(self, shipments: Sequence[Shipment]) -> Iterable[ItemResult]:
        for one in shipments:
            self.shown.pop(one.reference, None)
        return [self.answer(one.reference) for one in shipments]


def make(sandbox: Sandbox, client: TradeGeckoClient, source: Shop | None = None, **settings: object) -> Bench:
    """A shop whose order is delivered."""
    bench = Bench(sandbox, client, source or Shop(), settings=ConnectionSettings(**settings))  # type: ignore[arg-type]
    bench.deliver()
    return bench


def lines_of(bench: Bench) -> dict[str, int]:
    """The ids the order's lines were made under, by the source's references."""
    (entry,) = bench.store.entries()
    return {reference: int(id_) for id_, reference in entry.remote_lines.items()}


def units(shipment: Shipment) -> dict[str, int]:
    """What is in a shipment, by line."""
    total = Counter[str]()
    for item in shipment.items:
        total[item.line_reference] += int(item.quantity)
    return dict(total)


def ship_lines(bench: Bench, units: dict[int, int], **fields: object) -> int:
    """Ship units of lines by their ids, as a warehouse does."""
    (order,) = bench.remote()
    if order.status != "finalized":
        bench.client.orders.update(order.id, {"status": "finalized"})
    items = [{"order_line_item_id": line, "quantity": n} for line, n in units.items()]
    fields = {"order_id": order.id, "status": "fulfilled", "fulfillment_line_items": items, **fields}
    return bench.client.fulfillments.create(fields).id


# ── whose units they are ─────────────────────────────────────────────────────────────────────


def test_units_are_of_the_line_they_were_shipped_for(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Of two lines with one SKU the second leaves first: the source hears of the second."""
    lines = [a_line("MUG-BLUE", 2, reference="a"), a_line("MUG-BLUE", 1, reference="b")]
    bench = make(sandbox, client, Shop(an_order("1001", lines)))
    ids = lines_of(bench)
    ship_lines(bench, {ids["b"]: 1})
    bench.engine.sync_tracking()
    ship_lines(bench, {ids["a"]: 2})
    bench.engine.sync_tracking()
    assert [units(one) for one in bench.source.shipments] == [{"b": 1}, {"a": 2}]
    assert bench.state("1001") is OrderState.CONFIRMED


def test_a_kit_and_a_single_item_of_its_sku_are_kept_apart(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The single mug leaves; the kit that holds a mug, too, has not begun."""
    kit = a_line("SET", 1, reference="kit", components=(Component(sku="MUG-BLUE"), Component(sku="TEE-M")))
    order = an_order("1001", [kit, a_line("MUG-BLUE", 1, reference="one")])
    bench = make(sandbox, client, Shop(order), explode_kits=True)
    ids = lines_of(bench)
    ship_lines(bench, {ids["one"]: 1})
    bench.engine.sync_tracking()
    (told,) = bench.source.shipments
    assert units(told) == {"one": 1}
    parts = [id_ for reference, id_ in ids.items() if reference != "one"]
    ship_lines(bench, dict.fromkeys(parts, 1))
    bench.engine.sync_tracking()
    assert units(bench.source.shipments[-1]) == {"kit": 1}
    assert bench.state("1001") is OrderState.CONFIRMED


def test_a_line_that_was_replaced_is_known_by_its_variant(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Somebody deletes a line there and adds it anew: its id is another one."""
    bench = make(sandbox, client)
    (order,) = bench.remote()
    line = next(line for line in client.order_line_items.list(order_id=order.id) if line.quantity == 3)
    client.order_line_items.delete(line.id)
    fields = {"order_id": order.id, "variant_id": line.variant_id, "quantity": 3, "price": line.price}
    ship_lines(bench, {client.order_line_items.create(fields).id: 3})
    report = bench.engine.sync_tracking()
    assert report.problems == []
    assert [item.line_reference for item in bench.source.shipments[0].items] == ["2"]


@given(
    ordered=st.lists(st.integers(1, 3), min_size=1, max_size=4),
    parcels=st.lists(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 2)), min_size=1, max_size=3), max_size=5),
)
@settings(max_examples=examples(25), deadline=None)
def test_what_leaves_of_a_line_is_told_of_that_line(ordered: list[int], parcels: list[list[tuple[int, int]]]) -> None:
    """Whatever leaves in whatever parcels, of lines that are all of one variant: nothing is told of another line, and
    the parcel with which the last unit has left is the first that completes the order."""
    lines = [a_line("MUG-BLUE", count, reference=str(n)) for n, count in enumerate(ordered)]
    order = an_order("1001", lines)
    entry = LedgerEntry(
        id=1, connection="shop", reference="1001", number="1001", state=OrderState.DELIVERED, order=order,
        line_ids={line.reference: "v" for line in lines}, remote_lines={f"L{n}": str(n) for n in range(len(lines))},
        ingested_at=order.placed_at, updated_at=order.placed_at,
    )  # fmt: skip
    told: list[Shipment] = []
    left = Counter({str(n): count for n, count in enumerate(ordered)})
    for number, parcel in enumerate(parcels):
        known = [(line, count) for line, count in parcel if line < len(lines)]
        items = [RemoteItem(line_id=f"L{line}", variant_id="v", quantity=Decimal(count)) for line, count in known]
        remote = RemoteShipment(id=str(number), order_id="9", items=tuple(items))
        shipment, strange = to_shipment(remote, entry, order, told)
        for line, count in known:
            left[str(line)] -= count
        assert strange == []
        wanted = Counter[str]()
        for line, count in known:
            wanted[str(line)] += count
        assert Counter(units(shipment)) == wanted
        assert shipment.completes_order is all(rest <= 0 for rest in left.values())
        told.append(shipment)


# ── all at once ──────────────────────────────────────────────────────────────────────────────


def test_shipments_wait_for_all_of_their_order(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Said once, no failure, nothing done meanwhile; with the last one all are told."""
    bench = make(sandbox, client, partial_shipments="wait")
    bench.ship("1001", {"MUG-BLUE": 2})
    planned = bench.engine.sync_tracking(dry_run=True)
    assert outcomes(planned) == {"1001": Outcome.HELD}
    report = bench.engine.sync_tracking()
    assert outcomes(report) == {"1001": Outcome.HELD}
    assert "waits for the rest of the order" in detail(report, "1001")
    for _ in range(3):
        bench.clock.move(hours=5)
        assert (report := bench.engine.sync_tracking())
        assert report.items == []
    assert bench.source.shipments == []
    assert bench.store.alerts("shop") == []
    bench.ship("1001", {"TEE-M": 3})
    bench.engine.sync_tracking()
    assert [one.completes_order for one in bench.source.shipments] == [False, True]
    assert bench.state("1001") is OrderState.CONFIRMED


def test_what_waited_is_told_when_the_setting_changes(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Nobody has to touch the orders."""
    bench = make(sandbox, client, partial_shipments="wait", blank_tracking=False)
    bench.ship("1001", {"MUG-BLUE": 1}, tracking_number="1Z1")
    bench.ship("1001", {"MUG-BLUE": 1})
    bench.engine.sync_tracking()
    assert [row.waits_for for row in bench.store.shipments("shop")] == [Wait.REST, Wait.NUMBER]
    bench = Bench(sandbox, client, bench.source, store=bench.store, settings=ConnectionSettings(blank_tracking=False))
    bench.engine.sync_tracking()
    assert [one.tracking_numbers for one in bench.source.shipments] == [("1Z1",)]
    bench = Bench(sandbox, client, bench.source, store=bench.store)
    bench.engine.sync_tracking()
    assert [one.tracking_numbers for one in bench.source.shipments] == [("1Z1",), ()]


@pytest.mark.parametrize("shop", [Shop, Withdrawing])
def test_what_waited_and_was_voided_is_nobody_s_business(
    sandbox: Sandbox, client: TradeGeckoClient, shop: type[Shop]
) -> None:
    """The source never heard of it: it is told nothing, and no alert asks anybody to take it back there."""
    bench = make(sandbox, client, shop(), partial_shipments="wait")
    voided = bench.ship("1001", {"MUG-BLUE": 2})
    bench.engine.sync_tracking()
    client.fulfillments.delete(voided)
    assert bench.engine.sync_tracking()
    assert bench.store.alerts("shop") == []
    bench.ship("1001", {"MUG-BLUE": 2})
    bench.ship("1001", {"TEE-M": 3})
    bench.engine.sync_tracking()
    assert str(voided) not in [one.reference for one in bench.source.shipments]
    assert len(bench.source.shipments) == 2
    assert bench.state("1001") is OrderState.CONFIRMED


# ── what TradeGecko calls fulfilled ──────────────────────────────────────────────────────────


def reduce(bench: Bench, sku_quantity: int, to: int) -> None:
    """Somebody takes units of the line with this quantity off the order."""
    bench.sandbox.set_switch("finalized_orders_editable", True)
    (order,) = bench.remote()
    line = next(line for line in bench.client.order_line_items.list(order_id=order.id) if line.quantity == sku_quantity)
    bench.client.order_line_items.update(line.id, {"quantity": to})


def test_lines_that_were_reduced_before_the_rest_left_complete_the_order(
    sandbox: Sandbox, client: TradeGeckoClient
) -> None:
    """Two of three tees are all there are: TradeGecko says that nothing is left, and so is the source told."""
    bench = make(sandbox, client)
    bench.ship("1001", {"MUG-BLUE": 2})
    bench.engine.sync_tracking()
    reduce(bench, 3, 2)
    bench.ship("1001", {"TEE-M": 2})
    bench.engine.sync_tracking()
    assert [one.completes_order for one in bench.source.shipments] == [False, True]
    assert bench.state("1001") is OrderState.CONFIRMED
    calls = len(sandbox.requests())
    bench.engine.sync_tracking()
    assert len([one for one in sandbox.requests()[calls:] if one["path"].startswith("/orders")]) == 0, "asked once"
    assert len(bench.source.shipments) == 2


def test_lines_that_are_reduced_after_the_last_shipment_complete_it_too(
    sandbox: Sandbox, client: TradeGeckoClient
) -> None:
    """There is no new shipment to read: the order itself has changed."""
    bench = make(sandbox, client)
    bench.deliver()
    bench.ship("1001", {"MUG-BLUE": 2, "TEE-M": 2})
    bench.engine.sync_tracking()
    assert [one.completes_order for one in bench.source.shipments] == [False]
    reduce(bench, 3, 2)
    bench.engine.run()
    assert [one.completes_order for one in bench.source.shipments] == [False, True]
    again = bench.source.shipments[-1]
    assert again.before == bench.source.shipments[0]
    assert bench.state("1001") is OrderState.CONFIRMED


# ── changes ──────────────────────────────────────────────────────────────────────────────────


def test_a_changed_number_goes_with_what_was_told_before(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """As accepted last, whatever was tried since; the first time, and when sent again, there is no change."""
    bench = make(sandbox, client, carriers={"UPS": "ups"})
    one = bench.ship("1001", {"MUG-BLUE": 2}, tracking_number="T-1", tracking_company="UPS")
    bench.engine.sync_tracking()
    bench.source.answer = lambda key: ItemResult(key=key, verdict=Verdict.FAILED, message="busy")
    client.fulfillments.update(one, {"tracking_number": "T-2"})
    bench.engine.sync_tracking()
    bench.source.answer = ListSource().answer
    client.fulfillments.update(one, {"tracking_number": "T-3"})
    bench.clock.move(hours=2)
    bench.engine.sync_tracking()
    first, failed, last = bench.source.shipments
    assert first.before is None
    for told in (failed, last):
        assert told.before is not None
        assert (told.before.tracking_numbers, told.before.carrier) == (("T-1",), "ups")
    assert last.tracking_numbers == ("T-3",)
    (row,) = bench.store.shipments("shop")
    assert row.told == row.shipment
    assert row.told_at == bench.clock()
    (entry,) = bench.store.entries()
    assert resend_tracking(bench.store, entry, who="ann", at=bench.clock()) == 1
    bench.engine.sync_tracking()
    assert bench.source.shipments[-1] == evolve(last, before=None)
    assert bench.store.history(entry.id)[-2].why == "its shipments are told again"


def test_an_edit_of_no_concern_is_not_told(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """A note over there moves the time of the last change, and neither the shipment's date nor anything else."""
    bench = make(sandbox, client)
    one = bench.ship("1001", {"MUG-BLUE": 2}, tracking_number="T-1")
    bench.engine.sync_tracking()
    sandbox.advance(3600)
    client.fulfillments.update(one, {"notes": "left at the door"})
    bench.engine.sync_tracking()
    assert len(bench.source.shipments) == 1


@pytest.mark.parametrize(
    ("field", "numbers"),
    [
        ("T-1, T-2;T-3\nT-4/T-5|T-6", ("T-1", "T-2", "T-3", "T-4", "T-5", "T-6")),
        ("9400 1112 0255 5842 3326 69", ("9400 1112 0255 5842 3326 69",)),
        ("RB 123 456 785 GB, RB 123 456 799 GB", ("RB 123 456 785 GB", "RB 123 456 799 GB")),
        ("986578788855 986578788866", ("986578788855", "986578788866")),
        ("T-1, T-1,, ", ("T-1",)),
        (" ; / ", ()),
        ("https://track.example/T-1", ()),
    ],
)
def test_several_numbers_in_one_field(
    sandbox: Sandbox, client: TradeGeckoClient, field: str, numbers: tuple[str, ...]
) -> None:
    """Each once; a number that is written in groups is one; the page of a shipment is no number."""
    bench = make(sandbox, client)
    bench.ship("1001", {"MUG-BLUE": 2}, tracking_number=field)
    bench.engine.sync_tracking()
    (told,) = bench.source.shipments
    assert told.tracking_numbers == numbers
    urls = {package.tracking_url for package in told.packages}
    assert urls == ({"https://track.example/T-1"} if field.startswith("https") else {None})


def test_the_page_of_one_package_is_that_package_s(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """An address that names one of several numbers is not given to the others."""
    bench = make(sandbox, client)
    page = "https://track.example/T-2"
    bench.ship("1001", {"MUG-BLUE": 2}, tracking_number="T-1,T-2", tracking_url=page)
    bench.engine.sync_tracking()
    (told,) = bench.source.shipments
    assert {package.tracking_number: package.tracking_url for package in told.packages} == {"T-1": None, "T-2": page}


def test_the_service_is_called_as_the_source_calls_it(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The ship methods, the other way; several methods of one service leave its name."""
    methods = {"EXP": "Purolator Express", "std": "Canada Post", "flat": "canada post"}
    bench = make(sandbox, client, ship_methods=methods)
    for service in ("purolator express", "Canada Post", "Pickup"):
        bench.ship("1001", {"TEE-M": 1}, service=service)
    bench.engine.sync_tracking()
    assert [one.service for one in bench.source.shipments] == ["EXP", "Canada Post", "Pickup"]


# ── faults ───────────────────────────────────────────────────────────────────────────────────


def test_a_lost_answer_ships_nothing_twice(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """One of two leaves, the answer is lost, it is told again, then the second: two shipments of one each, with their
    own numbers, on lines of one SKU."""
    lines = [a_line("MUG-BLUE", 1, reference="a"), a_line("MUG-BLUE", 1, reference="b")]
    shop = Shop(an_order("1001", lines))
    bench = make(sandbox, client, shop)
    ids = lines_of(bench)
    ship_lines(bench, {ids["a"]: 1}, tracking_number="T-1")
    shop.lose = 1
    assert not bench.engine.sync_tracking()
    bench.clock.move(hours=1)
    bench.engine.sync_tracking()
    ship_lines(bench, {ids["b"]: 1}, tracking_number="T-2")
    bench.engine.sync_tracking()
    assert len(shop.shipments) == 3
    shown = [(one.tracking_numbers, units(one)) for one in shop.shown.values()]
    assert shown == [(("T-1",), {"a": 1}), (("T-2",), {"b": 1})]
    assert bench.state("1001") is OrderState.CONFIRMED


ODD: Final[dict[str, Callable[[Sequence[Shipment]], Any]]] = {
    "too few": lambda shipments: [],
    "nothing": lambda shipments: None,
    "doubled": lambda shipments: [ItemResult(key=one.reference, verdict=Verdict.ACCEPTED) for one in shipments] * 2,
    "foreign": lambda shipments: [ItemResult(key="another", verdict=Verdict.ACCEPTED)],
    "nonsense": lambda shipments: ["yes", 7, None],
    "a verdict of its own": lambda shipments: [ItemResult(key=one.reference, verdict="fine") for one in shipments],  # type: ignore[arg-type]
}


@pytest.mark.parametrize("odd", ODD)
def test_odd_answers_make_nothing_told(sandbox: Sandbox, client: TradeGeckoClient, odd: str) -> None:
    """What a source does not clearly accept is told again, and is never taken for accepted; two answers that agree are
    one."""
    bench = make(sandbox, client)
    accept, bench.source.accept_tracking = bench.source.accept_tracking, ODD[odd]  # type: ignore[method-assign, assignment]
    bench.ship("1001", {"MUG-BLUE": 2})
    report = bench.engine.sync_tracking()
    (row,) = bench.store.shipments("shop")
    if odd == "doubled":
        assert row.state is ShipmentState.SENT
        return
    assert not report
    assert (row.state, row.told) == (ShipmentState.PENDING, None)
    bench.source.accept_tracking = accept  # type: ignore[method-assign]
    bench.clock.move(hours=2)
    assert bench.engine.sync_tracking()
    assert bench.store.shipments("shop")[0].state is ShipmentState.SENT


def test_resending_tells_what_was_refused(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Of chosen states alone, and of no order whose numbers have expired."""
    bench = make(sandbox, client)
    bench.ship("1001", {"MUG-BLUE": 2})
    bench.engine.sync_tracking()
    bench.source.answer = lambda key: ItemResult(key=key, verdict=Verdict.REFUSED, message="closed")
    bench.ship("1001", {"TEE-M": 3})
    bench.engine.sync_tracking()
    assert bench.state("1001") is OrderState.SHIPPED
    (entry,) = bench.store.entries()
    bench.source.answer = ListSource().answer
    bench.source.shipments.clear()
    states = [ShipmentState.REFUSED]
    assert resend_tracking(bench.store, entry, states=states, who="ann", at=bench.clock()) == 1
    bench.engine.sync_tracking()
    assert len(bench.source.shipments) == 1
    assert bench.state("1001") is OrderState.CONFIRMED
    assert resend_tracking(bench.store, entry, states=states, who="ann", at=bench.clock()) == 0
