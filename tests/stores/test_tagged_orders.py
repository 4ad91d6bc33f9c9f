"""Whatever way an order went: after its expiry no byte of the ledger's files tells whose it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from attrs import evolve

from tests.stores import postgres
from tests.stores.tagged import CARD, left_in, quoted, tag, tagged, tags
from tests.support import HandClock, ListSource, require
from tradegecko_bridge import Decisions, Sandbox, SqlStore, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import ItemResult, SourceOrder, UnreadableOrder, Verdict
from tradegecko_bridge.commerce.remote import OrderDraft, RemoteOrder
from tradegecko_bridge.engine import ConnectionSettings, Timing, expire_personal_data
from tradegecko_bridge.errors import GatewayError, OutcomeUnknown, Rejected, SourceUnavailable, Unavailable
from tradegecko_bridge.ledger import EXPIRABLE_STATES, OrderState

TRACKING: Final = "1Zqö77341"
FAILURES: Final[Mapping[str, type[GatewayError]]] = {
    "1002": Rejected,
    "1003": Unavailable,
    "1004": OutcomeUnknown,
    "1005": OutcomeUnknown,
    "1009": OutcomeUnknown,
    "1011": Rejected,
}
"""How the sending of an order ends, whose number this is."""
ARRIVES: Final = frozenset({"1005"})
"""Sent without an answer, and there all the same."""
TOLD: Final = {"1010"}
"""Orders whose shipments their source refuses."""


class Careless(TradeGeckoGateway):
    """A system that quotes the whole order in whatever it says of it."""

    orders: Mapping[str, SourceOrder] = {}

    def create_order(self, draft: OrderDraft, **how: Any) -> RemoteOrder:
        failure = FAILURES.get(draft.number)
        if failure is None or draft.number in ARRIVES:
            remote = super().create_order(draft, **how)
        if failure is not None:
            raise failure(quoted(draft))
        return remote

    def perform_action(self, order_id: str, action: str, **how: Any) -> None:
        raise Rejected(quoted(self.orders["1012"]))


class Shop(ListSource):
    """Gives what is put into ``next``, then fails with ``failure``; refuses some shipments, naming whom they are for."""

    next: Sequence[SourceOrder | UnreadableOrder] = ()
    failure: str = ""

    def fetch_orders(self, _after: str | None) -> Iterator[SourceOrder | UnreadableOrder]:
        given, self.next = self.next, ()
        yield from given
        if self.failure:
            raise SourceUnavailable(self.failure)

    def accept_tracking(self, shipments: Sequence[Any]) -> list[ItemResult]:
        refused = {one.reference for one in shipments if one.order_number in TOLD}
        return [
            ItemResult(key=one.reference, verdict=Verdict.REFUSED, message=f"{tag('1010', 'first')} has moved")
            if one.reference in refused
            else ItemResult(key=one.reference, verdict=Verdict.ACCEPTED)
            for one in shipments
        ]


def live(store: SqlStore, sandbox: Sandbox, client: TradeGeckoClient, clock: HandClock) -> list[SourceOrder]:
    """Orders of every kind, each to its end; all that was ever given."""
    numbers = [str(number) for number in range(1001, 1013) if number != 1007]  # noqa: PLR2004 - that one is unreadable
    orders = {number: tagged(number) for number in numbers}
    changed = {number: tagged(number, "9") for number in ("1009", "1011")}
    source = Shop()
    gateway = Careless(client, mirror=store.mirror, clock=clock)
    gateway.orders = orders
    settings = ConnectionSettings(create_invoice=True, order_status="finalized")
    timing = Timing(horizon=timedelta(days=1))
    engine = SyncEngine(
        "shop", source=source, gateway=gateway, store=store, settings=settings, timing=timing, clock=clock,
        worker="tester", in_flight=1,
    )  # fmt: skip

    def run(*given: SourceOrder | UnreadableOrder, failure: str = "", **later: float) -> None:
        source.next, source.failure = given, failure
        clock.move(**(later or {"hours": 1}))
        engine.run()

    unread = tagged("1007")
    words = quoted(unread)
    run(*orders.values(), UnreadableOrder(problem=words, reference="1007", number="1007", cursor="1012"))
    run(*changed.values(), evolve(orders["1006"], canceled_at=clock()))
    run(UnreadableOrder(problem=quoted(orders["1008"]), reference="1008", number="1008", cursor="1012"))
    ship(client, sandbox, "1001")
    ship(client, sandbox, "1010")
    run(failure=f"while reading order 1001: {quoted(orders['1001'])}")
    for _ in range(3):
        run(hours=13)
    decide = Decisions(store, who="bob", clock=clock)
    for number in ("1002", "1007", "1011"):
        (entry,) = store.entries(number=number)
        decide.skip([entry], f"spoke to {tag(number, 'first')}")
    (entry,) = store.entries(number="1012")
    return [*orders.values(), *changed.values(), unread]


def ship(client: TradeGeckoClient, sandbox: Sandbox, number: str) -> None:
    """All of it leaves, in one parcel."""
    (order,) = client.orders.list(order_number=number)
    lines = [line for line in client.order_line_items.list(order_id=order.id) if line.variant_id]
    items = [{"order_line_item_id": line.id, "quantity": line.quantity} for line in lines]
    fields = {"tracking_number": TRACKING, "tracking_company": "UPS", "tracking_url": f"https://ups.example/{TRACKING}"}
    client.fulfillments.create({"order_id": order.id, "status": "fulfilled", "fulfillment_line_items": items, **fields})


def test_nothing_is_left(tmp_path: Path, sandbox: Sandbox, client: TradeGeckoClient) -> None:
    clock = HandClock()
    with SqlStore(f"sqlite:///{tmp_path / 'ledger.db'}") as store:
        given = live(store, sandbox, client, clock)
        for e in store.entries("shop"):
            print(e.number, e.state, e.reason, e.pending_actions)
            for ev in store.history(e.id):
                print("   ", ev.was, ev.now, ev.why[:150], ev.detail.get("outcome") if ev.detail else "")
        for a in store.alerts(closed=True):
            print(a.key, a.text[:300], a.closed_at)
        print(store.shipments("shop"))
        wanted = [*tags(given), TRACKING, CARD]
        before = left_in(tmp_path, wanted)
        print(len(wanted), len(before))
        clock.move(days=100)
        done = expire_personal_data(
            store, "shop", older_than=timedelta(days=90), who="nightly", also_delivered=True, clock=clock
        )
        print(done)
        print(left_in(tmp_path, wanted))
        print([(e.number, e.state, e.pending_actions, e.reason) for e in store.entries("shop") if not e.expired_at])
    assert 0
