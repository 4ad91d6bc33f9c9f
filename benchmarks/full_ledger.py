"""A ledger that holds years of orders, and what is done with one all day long: idle runs and look-ups."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import insert, literal, select

from tradegecko_bridge.commerce import ItemResult, ProductDetails, Shipment, SourceOrder, StockLevel
from tradegecko_bridge.commerce.codec import fingerprint
from tradegecko_bridge.commerce.remote import AccountIdentity, Presence, RemoteOrder, RemoteVariant, Topic
from tradegecko_bridge.engine import ConnectionSettings, SyncEngine
from tradegecko_bridge.ledger import LedgerEntry, OrderState, ShipmentEntry, ShipmentState, Wait
from tradegecko_bridge.ports import Gateway
from tradegecko_bridge.stores.row import Row
from tradegecko_bridge.stores.rules.shipments import ShipmentRow
from tradegecko_bridge.stores.sql.database import chunks
from tradegecko_bridge.stores.sql.rows import order_values, shipment_values
from tradegecko_bridge.stores.sql.store import DatabaseStore
from tradegecko_bridge.stores.sql.tables import events, orders, shipments
from tradegecko_bridge.testing.builders import a_line, an_order

START = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
SHOP = "shop"
STATES = (*(OrderState.DELIVERED,) * 4, *(OrderState.CONFIRMED,) * 4, OrderState.CANCELED, OrderState.SKIPPED)
"""What became of the orders, in turn."""


def fill(store: DatabaseStore, count: int) -> None:
    """So many settled orders, a minute apart, each with three events; the confirmed ones with a shipment, the delivered
    ones shipped in part for long, which the source knows of one half, and which waits for the rest of the other."""
    order = an_order("0", [a_line("MUG-BLUE"), a_line("TEE-M", 2, "25.00")])
    entry = LedgerEntry(
        id=0,
        connection=SHOP,
        reference="0",
        number="0",
        state=OrderState.DELIVERED,
        order=order,
        generation=1,
        attempts=1,
        sent_at=START,
        ingested_at=START,
        updated_at=START,
    )
    alike = order_values(Row(entry=entry, fingerprint=fingerprint(order)))
    with store._database.writing() as tx:
        for part in chunks(range(1, count + 1), 5000):
            first = tx.execute(
                insert(orders).returning(orders.c.id), [_values(alike, n) for n in part[:1]]
            ).scalar_one()
            if part[1:]:
                tx.execute(insert(orders), [_values(alike, n) for n in part[1:]])
            made = orders.c.id >= first
            for was, now in ((None, "pending"), ("pending", "sending"), ("sending", "delivered")):
                said = (orders.c.id, orders.c.taken_in_at, literal("w"), literal(was), literal(now), literal("key 1"))
                names = ["order_id", "at", "who", "was", "now", "why"]
                tx.execute(insert(events).from_select(names, select(*said).where(made)))
            left = select(orders.c.id, orders.c.state).where(made, orders.c.state.in_(("confirmed", "delivered")))
            if rows := [_shipment_values(row.id, OrderState(row.state)) for row in tx.execute(left)]:
                tx.execute(insert(shipments), rows)
        if not store._database.is_sqlite:
            tx.exec_driver_sql("ANALYZE")


def _values(alike: dict[str, Any], n: int) -> dict[str, Any]:
    at = START + timedelta(minutes=n)
    return alike | {
        "reference": f"r{n}",
        "number": f"#{n}",
        "remote_id": str(n),
        "remote_number": f"EB-{n}",
        "names": f"#{n}\nr{n}\neb-{n}\n{n}",
        "state": STATES[n % len(STATES)].value,
        **dict.fromkeys(("taken_in_at", "sent_at", "updated_at", "in_state_since"), at),
    }


def _shipment_values(order_id: int, of: OrderState) -> dict[str, Any]:
    whole = of is OrderState.CONFIRMED
    waits = not whole and bool(order_id % 2)
    shipment = Shipment(
        reference=f"s{order_id}", order_reference="r", order_number="#", items=(), completes_order=whole
    )
    entry = ShipmentEntry(
        id=0,
        connection=SHOP,
        entry_id=order_id,
        shipment=shipment,
        state=ShipmentState.PENDING if waits else ShipmentState.SENT,
        waits_for=Wait.REST if waits else None,
    )
    return {**shipment_values(ShipmentRow(entry=entry, fingerprint="f")), "updated_at": START}


class QuietSource:
    """A source with nothing but these orders, which takes everything."""

    name = "quiet"

    def __init__(self, orders: Sequence[SourceOrder] = ()) -> None:
        self.orders = orders

    def fetch_orders(self, after: str | None) -> Iterable[SourceOrder]:
        return () if after else self.orders

    def accept_tracking(self, shipments: Sequence[Shipment]) -> Iterable[ItemResult]:  # noqa: ARG002
        return ()

    def accept_stock(self, levels: Sequence[StockLevel]) -> Iterable[ItemResult]:  # noqa: ARG002
        return ()

    def accept_products(self, products: Sequence[ProductDetails]) -> Iterable[ItemResult]:  # noqa: ARG002
        return ()


class QuietGateway:
    """An account in which nothing is and nothing happens."""

    calls = 0
    clock_offset = timedelta(0)
    goods = "as ever"
    """Changes when its variants do."""

    @contextmanager
    def session(self, *, read_only: bool = False) -> Iterator[None]:  # noqa: ARG002
        yield

    def account(self) -> AccountIdentity:
        return AccountIdentity(id="1", name="Demo", base_url="https://api.example")

    def state_of(self, topic: Topic) -> str | None:  # noqa: ARG002
        return self.goods

    def prepare(self, orders: int, told: Callable[[int, int], None]) -> Sequence[str]:  # noqa: ARG002
        return ()

    def prefetch(self, orders: Collection[tuple[str, str]], customers: object) -> Mapping[str, Presence]:  # noqa: ARG002
        return {marker: Presence.ABSENT for _, marker in orders}

    def currencies(self, wanted: Collection[str] = ()) -> Mapping[str, int]:  # noqa: ARG002
        return {"CAD": 2}

    def find_variants(self, skus: Collection[str]) -> Mapping[str, Sequence[RemoteVariant]]:  # noqa: ARG002
        return {}

    def doubles(self, markers: Collection[str] = ()) -> Mapping[str, Sequence[RemoteOrder]]:  # noqa: ARG002
        return {}

    def shipments_since(self, cursor: str | None, **_: object) -> Collection[Any]:  # noqa: ARG002
        return ()

    def stock(self) -> Collection[Any]:
        return ()

    def products(self) -> Collection[Any]:
        return ()


def engine_of(store: DatabaseStore, source: QuietSource, gateway: QuietGateway) -> SyncEngine:
    """Every operation there is."""
    settings = ConnectionSettings(
        tracking=True, inventory=True, products=True, on_cancel="void", partial_shipments="wait"
    )
    return SyncEngine(SHOP, source=source, gateway=cast("Gateway", gateway), store=store, settings=settings)


def idle_run(store: DatabaseStore, *, dry_run: bool = False) -> None:
    """Every operation there is, with nothing to do."""
    report = engine_of(store, QuietSource(), QuietGateway()).run(dry_run=dry_run)
    if not report:
        raise SystemExit(f"the run was not idle:\n{report}")


LOOKS: dict[str, Callable[[DatabaseStore], object]] = {
    "an idle run": idle_run,
    "an idle dry run": lambda store: idle_run(store, dry_run=True),
    "a number": lambda store: store.entries(SHOP, number="#77"),
    "a number over there, anywhere": lambda store: store.entries(number="EB-77"),
    "a number that may be taken": lambda store: store.entries(number="EB-77", states=(OrderState.DELIVERED,)),
    "a page of a number": lambda store: store.entries(SHOP, number="#77", limit=50),
    "a reference": lambda store: store.entries(SHOP, reference="r77"),
    "a reference, anywhere": lambda store: store.entries(reference="r77"),
    "ids over there": lambda store: store.by_remote_ids(SHOP, ["77", "78"]),
    "a history": lambda store: store.history(77),
    "an order's shipments": lambda store: store.shipments(SHOP, [77]),
    "what is held": lambda store: store.entries(SHOP, states=(OrderState.HELD,), limit=50),
    "a claim": lambda store: store.claim(SHOP, "w", at=START, until=START + timedelta(minutes=5), limit=200),
}
"""What must cost the same however long the ledger is."""
