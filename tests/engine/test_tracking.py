"""Shipments on their way back, from a real sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.engine.bench import Bench, detail, outcomes, stranger
from tests.support import ALL_ORDERS, ListSource, OrdersOnly
from tradegecko_bridge import MemoryStore, Sandbox, SqlStore, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import ItemResult, Verdict
from tradegecko_bridge.commerce.remote import RemoteItem, RemoteShipment
from tradegecko_bridge.engine import ConnectionSettings, Outcome, Report, expire_personal_data
from tradegecko_bridge.engine.back_sync.shipment_lines import to_shipment
from tradegecko_bridge.engine.back_sync.shipments import SLACK
from tradegecko_bridge.errors import Unavailable
from tradegecko_bridge.ledger import LedgerEntry, OrderState
from tradegecko_bridge.testing.builders import a_line, an_order

TWO_LINES = [a_line("MUG-BLUE", 2), a_line("TEE-M", 3)]


@pytest.fixture
def bench(sandbox: Sandbox, client: TradeGeckoClient) -> Bench:
    """One order of two mugs and three tees, delivered."""
    bench = Bench(sandbox, client, ListSource([an_order("1001", TWO_LINES)]))
    assert bench.deliver()
    return bench


def sync(bench: Bench) -> Report:
    bench.clock.move(hours=1)
    return bench.engine.sync_tracking()


def test_a_partial_shipment_then_the_rest(bench: Bench) -> None:
    """Each shipment reaches the source once, with its own units and number, and the order's state follows."""
    bench.ship("1001", {"MUG-BLUE": 1, "TEE-M": 3}, tracking_number="1Z1", tracking_company="UPS")
    assert outcomes(sync(bench)) == {"1001": Outcome.SENT}
    assert bench.state("1001") is OrderState.DELIVERED
    bench.ship("1001", {"MUG-BLUE": 1}, tracking_number="1Z2", tracking_company="UPS")
    assert outcomes(sync(bench)) == {"1001": Outcome.SENT}
    assert bench.state("1001") is OrderState.CONFIRMED
    first, second = bench.source.shipments
    assert {item.sku: item.quantity for item in first.items} == {"MUG-BLUE": 1, "TEE-M": 3}
    assert {item.sku: item.quantity for item in second.items} == {"MUG-BLUE": 1}
    assert (first.tracking_numbers, second.tracking_numbers) == (("1Z1",), ("1Z2",))
    assert (first.completes_order, second.completes_order) == (False, True)
    assert first.order_reference == "1001"
    assert first.carrier == "UPS"


def test_a_shipment_is_sent_once(bench: Bench) -> None:
    """Listing overlaps, so shipments are seen again; the source is not told again, not even when others follow."""
    bench.ship("1001", {"MUG-BLUE": 1})
    for _ in range(3):
        sync(bench)
    bench.ship("1001", {"MUG-BLUE": 1, "TEE-M": 3})
    for _ in range(3):
        sync(bench)
    assert len(bench.source.shipments) == 2


def test_a_packed_shipment_is_still_in_the_warehouse(bench: Bench) -> None:
    """Packed goods are not on their way; they are told of when they leave."""
    fulfillment = bench.ship("1001", {"MUG-BLUE": 1}, status="packed")
    assert sync(bench).items == []
    bench.client.fulfillments.update(fulfillment, {"status": "fulfilled", "tracking_number": "1Z9"})
    assert outcomes(sync(bench)) == {"1001": Outcome.SENT}


def test_a_tracking_number_added_later_is_brought_too(bench: Bench) -> None:
    """The same shipment comes again when its tracking number was added after it left."""
    fulfillment = bench.ship("1001", {"MUG-BLUE": 1})
    sync(bench)
    bench.client.fulfillments.update(fulfillment, {"tracking_number": "1Z5"})
    sync(bench)
    first, second = bench.source.shipments
    assert first.reference == second.reference
    assert (first.tracking_numbers, second.tracking_numbers) == ((), ("1Z5",))


def test_several_numbers_are_several_packages(bench: Bench) -> None:
    """Numbers separated by commas are packages of one shipment."""
    bench.ship("1001", {"MUG-BLUE": 2}, tracking_number="1Z1, 1Z2")
    sync(bench)
    (shipment,) = bench.source.shipments
    assert shipment.tracking_numbers == ("1Z1", "1Z2")
    assert [package.items for package in shipment.packages] == [(), ()], "nobody said what is in which"


def test_a_failure_is_offered_again_and_a_refusal_is_not(bench: Bench) -> None:
    """The source is down: offered again later. It refuses: told to a person, once."""
    bench.ship("1001", {"MUG-BLUE": 1})
    bench.source.answer = lambda key: ItemResult(key=key, verdict=Verdict.FAILED, message="the shop is down")
    report = sync(bench)
    assert outcomes(report) == {"1001": Outcome.WAITING}
    assert not report
    bench.source.answer = lambda key: ItemResult(key=key, verdict=Verdict.REFUSED, message="unknown order")
    assert detail(sync(bench), "1001") == "unknown order"
    assert sync(bench).items == []


def test_a_source_that_breaks_down_keeps_the_shipment(bench: Bench) -> None:
    """An exception from the source, or no answer for an item, is a failure to be tried again."""

    def broken(_key: str) -> ItemResult:
        raise RuntimeError("ann@example.com")

    bench.ship("1001", {"MUG-BLUE": 1})
    bench.source.answer = broken
    said = detail(sync(bench), "1001")
    assert "RuntimeError" in said
    assert "ann@example.com" not in said
    bench.source.answer = lambda _key: ItemResult(key="another", verdict=Verdict.ACCEPTED)
    assert detail(sync(bench), "1001") == "the source gave no answer for it"


def test_the_same_sku_on_two_lines(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Units of a SKU that two lines carry fill the first line, then the second."""
    lines = [a_line("MUG-BLUE", 2, reference="a"), a_line("MUG-BLUE", 1, reference="b")]
    bench = Bench(sandbox, client, ListSource([an_order("1001", lines)]))
    bench.deliver()
    (order,) = bench.remote()
    client.orders.update(order.id, {"status": "finalized"})
    client.orders.action(order.id, "fulfil")
    sync(bench)
    (shipment,) = bench.source.shipments
    assert {item.line_reference: item.quantity for item in shipment.items} == {"a": Decimal(2), "b": Decimal(1)}
    assert shipment.completes_order


def test_orders_made_by_hand_are_not_ours(bench: Bench) -> None:
    """A shipment of an order that did not come from this connection is left alone."""
    other = Bench(bench.sandbox, bench.client, ListSource(), store=bench.store)
    other.engine = SyncEngine(
        "other", source=other.source, gateway=TradeGeckoGateway(bench.client), store=bench.store, clock=other.clock
    )
    bench.ship("1001", {"MUG-BLUE": 1})
    assert other.engine.sync_tracking().items == []
    assert other.source.shipments == []


def test_goods_that_were_not_ordered_are_told(bench: Bench) -> None:
    """The warehouse added a line over there: the source hears of what it knows, a person of the rest."""
    (order,) = bench.remote()
    client = bench.client
    extra = next(iter(client.variants.list(sku="TEE-S")))
    client.orders.update(order.id, {"order_line_items": [{"variant_id": extra.id, "quantity": 1, "price": "1"}]})
    bench.ship("1001", {"MUG-BLUE": 2, "TEE-S": 1})
    report = sync(bench)
    assert outcomes(report) == {"1001": Outcome.SENT}
    assert "TEE-S not ordered" in report.problems[0]
    assert {item.sku for item in bench.source.shipments[0].items} == {"MUG-BLUE"}


def test_a_source_without_tracking_costs_no_call(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """A source that takes no tracking is not an error and asks TradeGecko nothing."""
    gateway = TradeGeckoGateway(client)
    engine = SyncEngine("shop", source=OrdersOnly(), gateway=gateway, store=Bench(sandbox, client, ListSource()).store)
    report = engine.run()
    assert report
    assert [part.calls for part in report][1:] == [0, 0]


def test_a_dry_run_tells_and_writes_nowhere(bench: Bench) -> None:
    """What would be sent is shown; the source hears nothing, and the real run still sends it."""
    bench.ship("1001", {"MUG-BLUE": 1}, tracking_number="1Z1")
    report = bench.engine.sync_tracking(dry_run=True)
    assert detail(report, "1001") == "1 unit, 1Z1, more to come"
    assert outcomes(report) == {"1001": Outcome.PLANNED}
    assert bench.source.shipments == []
    assert outcomes(sync(bench)) == {"1001": Outcome.SENT}


def test_the_history_names_every_shipment(bench: Bench) -> None:
    """An order's history tells each shipment and what became of it; the report alone tells the tracking number."""
    number = bench.ship("1001", {"MUG-BLUE": 2, "TEE-M": 3}, tracking_number="1Z1")
    assert detail(sync(bench), "1001") == "5 units, 1Z1, complete"
    (entry,) = bench.store.entries()
    assert bench.store.history(entry.id)[-1].why == f"shipment {number} sent (5 units, complete)"


@pytest.mark.parametrize(("verdict", "became"), [(Verdict.REFUSED, "refused"), (Verdict.FAILED, "waiting")])
def test_what_a_source_says_is_not_in_the_history(bench: Bench, verdict: Verdict, became: str) -> None:
    """It may name somebody: it is in the report and in the shipment's row, and in nothing that stays for good."""
    number = bench.ship("1001", {"MUG-BLUE": 1}, tracking_number="1Z1")
    said = "customer ann@example.com has moved; shipment 1Z1"
    bench.source.answer = lambda key: ItemResult(key=key, verdict=verdict, message=said)
    report = sync(bench)
    assert detail(report, "1001") == said
    (entry,) = bench.store.entries()
    history = bench.store.history(entry.id)
    assert history[-1].why == f"shipment {number} {became}"
    assert bench.store.shipments("shop")[0].reason == said
    kept = str([history, bench.store.alerts("shop", closed=True)])
    assert not [secret for secret in ("ann@", "1Z1") if secret in kept]


@pytest.fixture(params=["memory", "sql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MemoryStore | SqlStore]:
    """Either kind of ledger."""
    with MemoryStore() if request.param == "memory" else SqlStore(f"sqlite:///{tmp_path}/ledger.db") as store:
        yield store


@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.REFUSED])
def test_shipments_of_an_expired_order(
    sandbox: Sandbox, client: TradeGeckoClient, store: MemoryStore | SqlStore, verdict: Verdict, tmp_path: Path
) -> None:
    """New and changed ones reach the source whole, once each, and leave no tracking number in the ledger."""
    bench = Bench(sandbox, client, ListSource([an_order("1001", TWO_LINES)]), store=store)
    bench.deliver()
    first = bench.ship("1001", {"MUG-BLUE": 1}, tracking_number="TRK1")
    sync(bench)
    bench.clock.move(days=91)
    expired = expire_personal_data(
        store, "shop", older_than=timedelta(days=90), who="nightly", also_delivered=True, clock=bench.clock
    )
    assert expired.orders == 1
    bench.source.answer = lambda key: ItemResult(key=key, verdict=verdict, message="not for ann@example.com, TRK2")
    client.fulfillments.update(first, {"tracking_number": "TRK2"})
    sync(bench)
    bench.ship("1001", {"MUG-BLUE": 1, "TEE-M": 3}, tracking_number="TRK3")
    sync(bench)
    sync(bench)
    assert [shipment.tracking_numbers for shipment in bench.source.shipments] == [("TRK1",), ("TRK2",), ("TRK3",)]
    assert bench.state("1001") is (OrderState.CONFIRMED if verdict is Verdict.ACCEPTED else OrderState.SHIPPED)
    (entry,) = store.entries("shop")
    kept = str([store.shipments("shop"), store.history(entry.id), store.alerts("shop", closed=True)])
    assert not [secret for secret in ("TRK", "ann@") if secret in kept]
    bench.clock.move(hours=1)
    assert bench.engine.sync_tracking(dry_run=True).items == [], "seen again, and known"
    assert store.scrub()
    left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert not [secret for secret in (b"TRK", b"ann@") if secret in left]


class NoActions(TradeGeckoGateway):
    """Invoices cannot be made at the moment, so they stay to be done."""

    def perform_action(self, *_: object, **__: object) -> None:
        raise Unavailable("503 on POST /orders")


def test_an_order_somebody_is_working_on_follows_its_shipment_later(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Its claim stops neither the run nor the other orders; its own state follows with the next run."""
    orders = [stranger("a@example.com", "1001"), stranger("b@example.com", "1002")]
    settings = ConnectionSettings(order_status="finalized", create_invoice=True)
    bench = Bench(sandbox, client, ListSource(orders), settings=settings, gateway=NoActions(client))
    bench.deliver()
    for number in ("1001", "1002"):
        bench.ship(number, {"MUG-BLUE": 1}, tracking_number=f"1Z{number}")
    bench.clock.move(hours=1)
    until = bench.clock() + timedelta(minutes=7)
    (claimed,) = bench.store.claim("shop", "another", at=bench.clock(), until=until, limit=1)
    report = bench.engine.sync_tracking()
    assert outcomes(report) == {"1001": Outcome.SENT, "1002": Outcome.SENT}
    other = {"1001": "1002", "1002": "1001"}[claimed.number]
    assert (bench.state(claimed.number), bench.state(other)) == (OrderState.DELIVERED, OrderState.CONFIRMED)
    bench.store.release_claim(claimed)
    assert sync(bench).items == []
    assert bench.state(claimed.number) is OrderState.CONFIRMED
    told = bench.store.history(claimed.id)[-1].why
    assert told.startswith("shipment ")
    assert told.endswith(" sent (1 unit, complete)")
    events = len(bench.store.history(claimed.id))
    sync(bench)
    assert len(bench.store.history(claimed.id)) == events


def test_an_order_somebody_works_on_for_days_follows_its_shipment_in_the_end(
    sandbox: Sandbox, client: TradeGeckoClient
) -> None:
    """Shipments of long ago are not looked at again once no order is behind, but this one is."""
    orders = [stranger("a@example.com", "1001"), stranger("b@example.com", "1002")]
    settings = ConnectionSettings(order_status="finalized", create_invoice=True)
    bench = Bench(sandbox, client, ListSource(orders), settings=settings, gateway=NoActions(client))
    sync(bench)
    bench.deliver()
    bench.ship("1001", {"MUG-BLUE": 1})
    bench.ship("1002", {"MUG-BLUE": 1})
    bench.clock.move(hours=1)
    for _ in range(5):
        until = bench.clock() + timedelta(minutes=7)
        (claimed,) = bench.store.claim("shop", "another", at=bench.clock(), until=until, limit=1)
        bench.engine.sync_tracking()
        bench.clock.move(days=1)
    states = {number: bench.state(number) for number in ("1001", "1002")}
    assert sorted(states.values()) == [OrderState.CONFIRMED, OrderState.DELIVERED]
    assert states[claimed.number] is OrderState.DELIVERED
    sync(bench)
    assert bench.state(claimed.number) is OrderState.CONFIRMED


def test_what_a_person_says_was_shipped_stays_so(bench: Bench) -> None:
    """The ledger's shipments take an order further, never back."""
    bench.ship("1001", {"MUG-BLUE": 1})
    sync(bench)
    (entry,) = bench.store.entries()
    bench.store.override_state(entry.id, OrderState.SHIPPED, at=bench.clock(), who="ann", why="the rest was picked up")
    sync(bench)
    assert bench.state("1001") is OrderState.SHIPPED


def in_doubt(sandbox: Sandbox, client: TradeGeckoClient) -> Bench:
    """``1000`` is delivered; ``1001`` has arrived, and nobody knows."""
    orders = [stranger("a@example.com", "1000"), stranger("b@example.com", "1001")]
    bench = Bench(sandbox, client, ListSource(orders), in_flight=1, settings=ALL_ORDERS)
    bench.clock.now = datetime.now(UTC)
    sandbox.fault("POST", "/orders", "drop_after_commit", nth=2)
    sandbox.fault("GET", "/orders", "status", nth=2, times=4, status=503)
    bench.engine.deliver_orders()
    assert bench.state("1001") is OrderState.UNCERTAIN
    return bench


def test_what_was_shipped_before_its_order_was_found_is_brought_too(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Others were shipped after it, and their shipments read, before the ledger knew what the order is there."""
    bench = in_doubt(sandbox, client)
    bench.ship("1001", {"MUG-BLUE": 1}, tracking_number="1Z1")
    sandbox.advance(180)
    bench.ship("1000", {"MUG-BLUE": 1}, tracking_number="1Z0")
    assert outcomes(sync(bench)) == {"1000": Outcome.SENT}
    bench.deliver()
    assert outcomes(sync(bench)) == {"1001": Outcome.SENT}
    assert [shipment.tracking_numbers for shipment in bench.source.shipments] == [("1Z0",), ("1Z1",)]


def test_an_order_in_doubt_may_have_left_before_it_was_last_sent(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """An earlier request under the same key made it, or the clocks differ: up to an hour it is not passed over."""
    bench = in_doubt(sandbox, client)
    bench.ship("1001", {"MUG-BLUE": 1}, tracking_number="1Z1")
    sent_at = bench.clock() + timedelta(minutes=55)
    bench.clock.move(hours=1)
    until = bench.clock() + timedelta(minutes=7)
    (claimed,) = bench.store.claim("shop", "another", at=bench.clock(), until=until, limit=1)
    bench.store.record(claimed.transition_to(OrderState.SENDING, bench.clock(), sent_at=sent_at), who="another")
    assert sync(bench).items == []
    assert bench.store.cursor("shop", "shipments") is None
    bench.deliver()
    assert outcomes(sync(bench)) == {"1001": Outcome.SENT}


def test_shipments_from_before_the_doubt_are_not_read_for_ever(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """What somebody else shipped long before any order in doubt was sent does not keep the cursor back."""
    bench = in_doubt(sandbox, client)
    bench.ship("1001", {"MUG-BLUE": 1})
    until = bench.clock() + timedelta(hours=3)
    bench.clock.move(hours=1)
    (claimed,) = bench.store.claim("shop", "another", at=bench.clock(), until=until, limit=1)
    much_later = bench.clock() + SLACK + timedelta(hours=1)
    bench.store.record(claimed.transition_to(OrderState.SENDING, bench.clock(), sent_at=much_later), who="another")
    sync(bench)
    assert bench.store.cursor("shop", "shipments") is not None


def test_without_doubt_others_shipments_are_passed(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The cursor moves on where no order is in doubt, and stays while one is."""
    bench = in_doubt(sandbox, client)
    bench.ship("1001", {"MUG-BLUE": 1})
    sync(bench)
    assert bench.store.cursor("shop", "shipments") is None
    other = Bench(sandbox, client, ListSource([an_order("2001")]))
    other.deliver()
    sync(other)
    assert other.store.cursor("shop", "shipments") is not None


def test_a_shipment_is_offered_once_a_run_whatever_the_clock_does(bench: Bench) -> None:
    """Set back during the run, the time for the next try seems to have come already."""
    offered: list[str] = []

    def busy(key: str) -> ItemResult:
        offered.append(key)
        if len(offered) == 1:
            bench.clock.move(hours=-3)
        return ItemResult(key=key, verdict=Verdict.FAILED if len(offered) < 5 else Verdict.ACCEPTED, message="busy")

    number = bench.ship("1001", {"MUG-BLUE": 1})
    bench.source.answer = busy
    sync(bench)
    assert offered == [str(number)]
    (row,) = bench.store.shipments("shop")
    assert (row.claim, row.attempts) == (None, 1)


def test_more_than_was_ordered_is_told_with_the_last_line() -> None:
    """What left the warehouse left it, whatever the order says."""
    order = an_order(lines=[a_line("MUG-BLUE", 1, reference="1"), a_line("MUG-BLUE", 1, reference="2")])
    now = order.placed_at
    entry = LedgerEntry(
        id=1, connection="shop", reference="1001", number="1001", state=OrderState.DELIVERED, order=order,
        line_ids={"1": "v", "2": "v"}, ingested_at=now, updated_at=now,
    )  # fmt: skip
    remote = RemoteShipment(id="7", order_id="9", items=(RemoteItem(variant_id="v", quantity=Decimal(5)),))
    shipment, strange = to_shipment(remote, entry, order, [])
    assert [(item.line_reference, str(item.quantity)) for item in shipment.items] == [("1", "1"), ("2", "4")]
    assert (shipment.completes_order, strange) == (True, [])
