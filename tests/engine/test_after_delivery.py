"""After delivery nothing is lost from sight: what source and system say differently is one open alert until it is
settled, by itself, by a setting or by a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from tests.engine.bench import Bench, outcomes
from tests.support import ListSource
from tradegecko_bridge import Answers, ConnectionSettings, Sandbox, TradeGeckoClient
from tradegecko_bridge.commerce import Address, ItemResult, SourceOrder, Totals, UnreadableOrder, Verdict
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.engine.report import DIFFERS
from tradegecko_bridge.engine.source_changes.own_words import OWN_WORDS
from tradegecko_bridge.ledger import Alert, LedgerEntry, OrderState
from tradegecko_bridge.testing.builders import a_line, an_order
from tradegecko_bridge.tradegecko.records import Order

SENT = an_order("1001", paid=True, payment_status="paid")
CANCELED = evolve(SENT, canceled_at=datetime(2026, 11, 3, tzinfo=UTC))
ROME = Address(first_name="Ann", last_name="Lee", address1="Via Roma 1", city="Roma", country="IT")


class Shop(Bench):
    """A bench with one delivered order."""

    def __init__(
        self,
        sandbox: Sandbox,
        client: TradeGeckoClient,
        sent: SourceOrder = SENT,
        source: ListSource | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(sandbox, client, source or ListSource(), settings=ConnectionSettings(**settings))
        self.say(sent)
        assert self.deliver()
        assert self.open_alerts() == []

    def say(self, order: SourceOrder) -> None:
        """The source gives the order, as it is now."""
        self.source.orders.append(evolve(order, cursor=f"{len(self.source.orders):04}"))

    def open_alerts(self) -> list[Alert]:
        """Those about differences."""
        return [alert for alert in self.store.alerts() if alert.key.startswith(DIFFERS)]

    def told(self) -> str:
        """What the only open alert says is different."""
        (alert,) = self.open_alerts()
        assert alert.key == f"{DIFFERS}1001"
        return alert.text.removeprefix("order 1001: ").partition(", since ")[0]

    def entry(self) -> LedgerEntry:
        (entry,) = self.store.entries(number="1001")
        return entry

    def there(self) -> Order:
        """The order in the account."""
        (order,) = self.remote()
        return order

    def answers(self) -> Answers:
        return Answers(self.store, who="ann", clock=self.clock)

    def void(self, why: str = "so", *, force: bool = False) -> str:
        """Why it was not voided."""
        (decided,) = self.answers().void([self.entry()], why, self.gateway, force=force)
        return decided.problem

    def accept(self, why: str = "so") -> str:
        """Why it was not accepted."""
        (decided,) = self.answers().accept([self.entry()], why)
        return decided.problem

    @property
    def gateway(self) -> Any:
        return self.engine._context.gateway


@pytest.fixture
def shop(sandbox: Sandbox, client: TradeGeckoClient) -> Shop:
    return Shop(sandbox, client)


def with_line(**changes: Any) -> SourceOrder:
    return evolve(SENT, lines=(evolve(SENT.lines[0], **changes),))


AT_SOURCE = [
    (CANCELED, "canceled at the source"),
    (evolve(SENT, payment_status="refunded", paid=False), "refunded at the source"),
    (evolve(SENT, payment_status="PARTIALLY_REFUNDED"), "partly refunded at the source"),
    (evolve(SENT, source_status="Cancelled"), "canceled at the source"),
    (evolve(SENT, paid=False, payment_status="pending"), "not paid any more at the source"),
    (with_line(quantity=Decimal(5)), "quantities changed at the source"),
    (with_line(sku="TEE-M"), "SKUs changed at the source"),
    (with_line(price=Decimal(1)), "prices of lines changed at the source"),
    (evolve(SENT, lines=(*SENT.lines, a_line("TEE-M"))), "lines changed at the source"),
    (evolve(SENT, shipping_address=ROME), "shipping address changed at the source"),
    (evolve(SENT, billing_address=ROME), "billing address changed at the source"),
    (evolve(SENT, totals=Totals(grand_total=Decimal(1))), "totals changed at the source"),
    (evolve(SENT, requested_ship_date=date(2027, 1, 1)), "ship date changed at the source"),
    (evolve(SENT, note="to the back door"), "note changed at the source"),
    (
        evolve(CANCELED, shipping_address=ROME, payment_status="refunded"),
        "canceled, refunded, shipping address changed at the source",
    ),
]


@pytest.mark.parametrize(("now", "said"), AT_SOURCE)
def test_what_the_source_says_differently_stays_open(shop: Shop, now: SourceOrder, said: str) -> None:
    """One alert, for as long as it is so; it closes by itself when the source says again what was sent."""
    shop.say(now)
    report = shop.deliver()
    assert [alert.is_open for alert in report.alerts] == [True]
    assert shop.told() == said
    assert "Roma" not in shop.open_alerts()[0].text
    assert [(shop.deliver().alerts, shop.told()) for _ in range(2)] == [([], said)] * 2
    shop.say(SENT)
    shop.deliver()
    assert shop.open_alerts() == []
    assert len([alert for alert in shop.store.alerts(closed=True) if alert.key == f"{DIFFERS}1001"]) == 1


@pytest.mark.parametrize(
    "now",
    [
        evolve(SENT, source_status="shipped", fulfillment_status="shipped", payment_method="card"),
        evolve(SENT, tags=("vip",), url="https://example.com/1", extra={"a": "b"}),
        evolve(SENT, lines=(evolve(SENT.lines[0], name="A Blue Mug"),)),
    ],
)
def test_what_goes_on_at_the_source_is_no_difference(shop: Shop, now: SourceOrder) -> None:
    shop.say(now)
    shop.deliver()
    assert shop.open_alerts() == []


def test_paid_after_delivery_and_then_not_any_more(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The ledger remembers that it was paid; paid again, it is settled."""
    shop = Shop(sandbox, client, evolve(SENT, paid=False, payment_status="pending"))
    for paid, expected in ((True, 0), (False, 1), (True, 0)):
        shop.say(evolve(SENT, paid=paid, payment_status="paid" if paid else "pending"))
        shop.deliver()
        assert len(shop.open_alerts()) == expected


def test_a_later_change_updates_the_alert(shop: Shop) -> None:
    shop.say(with_line(quantity=Decimal(5)))
    shop.deliver()
    (first,) = shop.open_alerts()
    shop.say(evolve(CANCELED, lines=with_line(quantity=Decimal(5)).lines))
    assert shop.deliver().alerts == []
    (second,) = shop.open_alerts()
    assert (second.id, second.opened_at) == (first.id, first.opened_at)
    assert shop.told() == "canceled, quantities changed at the source"


# ── in the system ────────────────────────────────────────────────────────────────────────────


def void_there(shop: Shop) -> None:
    shop.client.orders.void(shop.there().id)


def delete_there(shop: Shop) -> None:
    shop.client.orders.delete(shop.there().id)


def renumber(shop: Shop) -> None:
    shop.client.orders.update(shop.there().id, {"order_number": "1001-B"})


def to_draft(shop: Shop) -> None:
    shop.client.orders.update(shop.there().id, {"status": "draft"})


def another_line(shop: Shop) -> None:
    shop.client.order_line_items.create(
        {"order_id": shop.there().id, "freeform": True, "label": "Gift", "price": "1", "quantity": 1}
    )


def another_quantity(shop: Shop) -> None:
    line = next(iter(shop.client.order_line_items.list(order_id=shop.there().id)))
    shop.client.order_line_items.update(line.id, {"quantity": 7})


def another_address(shop: Shop) -> None:
    there = shop.there()
    address = shop.client.addresses.create(
        {"company_id": there.company_id, "label": "New", "address1": "Via Roma 1", "country": "IT"}
    )
    shop.client.orders.update(there.id, {"shipping_address_id": address.id})


IN_SYSTEM: list[tuple[Callable[[Shop], None], str]] = [
    (void_there, "void in TradeGecko"),
    (delete_there, "void in TradeGecko"),
    (renumber, "number is 1001-B, was 1001 in TradeGecko"),
    (to_draft, "status is draft again in TradeGecko"),
    (another_quantity, "in TradeGecko"),
    (another_line, "lines changed in TradeGecko"),
    (another_address, "shipping address changed in TradeGecko"),
]


@pytest.mark.parametrize(("change", "said"), IN_SYSTEM)
def test_what_people_do_in_the_system_stays_open(
    sandbox: Sandbox, client: TradeGeckoClient, change: Callable[[Shop], None], said: str
) -> None:
    """One alert, told by the next run and foreseen by a dry run; accepted, it closes."""
    sandbox.set_switch("allow_status_revert", True)
    shop = Shop(sandbox, client)
    change(shop)
    foreseen = shop.engine.deliver_orders(dry_run=True)
    report = shop.deliver()
    assert outcomes(foreseen) == outcomes(report) == {"1001": Outcome.CHANGED}
    assert shop.told().endswith(said)
    told = shop.told()
    assert (shop.deliver().alerts, shop.told()) == ([], told)
    assert shop.accept() == ""
    assert shop.open_alerts() == []
    report = shop.deliver()
    assert (report.items, report.alerts, shop.open_alerts()) == ([], [], [])


def test_it_closes_when_the_system_agrees_again(shop: Shop) -> None:
    renumber(shop)
    shop.deliver()
    shop.client.orders.update(shop.there().id, {"order_number": "1001"})
    shop.deliver()
    assert shop.open_alerts() == []
    renumber(shop)
    shop.deliver()
    assert shop.told() == "number is 1001-B, was 1001 in TradeGecko"


def test_what_was_accepted_is_told_when_it_changes_again(shop: Shop) -> None:
    renumber(shop)
    shop.deliver()
    assert shop.accept("the customer asked for it") == ""
    shop.client.orders.update(shop.there().id, {"order_number": "1001-C"})
    shop.deliver()
    assert shop.told() == "number is 1001-C, was 1001 in TradeGecko"
    assert shop.accept() == ""
    shop.say(evolve(SENT, shipping_address=ROME))
    shop.deliver()
    assert shop.told().startswith("shipping address changed at the source; number is")
    assert shop.accept() == ""
    shop.say(evolve(SENT, shipping_address=evolve(ROME, address1="Via Roma 2")))
    shop.deliver()
    assert len(shop.open_alerts()) == 1
    assert [event.who for event in shop.store.history(shop.entry().id)].count("ann") == 3


def test_what_the_warehouse_does_is_no_difference(shop: Shop) -> None:
    """Finalized, packed, shipped, invoiced: an order that goes on."""
    shop.ship("1001", {"MUG-BLUE": 1})
    shop.client.orders.invoice(shop.there().id)
    assert shop.deliver().items == []
    assert shop.open_alerts() == []


def test_many_changes_are_read_in_several_runs(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """And an idle run costs one request."""
    shop = Shop(sandbox, client)
    assert [shop.deliver().calls for _ in range(3)] == [1, 1, 1]


# ── answers ──────────────────────────────────────────────────────────────────────────────────


def test_void_by_hand(shop: Shop) -> None:
    """Who and why stand in the history; the alert closes at once; there is nothing more to do."""
    shop.say(CANCELED)
    shop.deliver()
    assert "`tgbridge orders void 1001 --why" in shop.open_alerts()[0].text
    assert shop.void("the customer called") == ""
    assert shop.there().status == "void"
    assert shop.open_alerts() == []
    last = shop.store.history(shop.entry().id)[-1]
    assert (last.who, last.why) == ("ann", "voided in TradeGecko: the customer called")
    assert (shop.deliver().items, shop.open_alerts()) == ([], [])
    writes = len(shop.writes())
    assert shop.void() == ""
    assert len(shop.writes()) == writes, "what is void is not voided again"


def test_what_has_been_shipped_is_not_voided_by_hand(shop: Shop) -> None:
    shop.ship("1001", {"MUG-BLUE": 1})
    shop.say(CANCELED)
    shop.deliver()
    answer = "something of it has been shipped: see to it in TradeGecko, then `tgbridge orders accept 1001 --why …`"
    assert shop.open_alerts()[0].text.endswith(answer)
    assert "something of it has been shipped" in shop.void()
    assert shop.there().status == "fulfilled"
    assert shop.told() == "canceled at the source"
    assert shop.accept("a return is on its way") == ""
    assert (shop.deliver().alerts, shop.open_alerts()) == ([], [])


def test_what_the_source_wants_is_voided_by_force_alone(shop: Shop) -> None:
    assert "its source has not canceled or refunded it" in shop.void()
    assert shop.there().status == "active"
    assert shop.void("entered twice", force=True) == ""
    assert shop.there().status == "void"
    assert (shop.deliver().items, shop.open_alerts()) == ([], [])


def test_the_alert_goes_by_what_is_shipped_now(shop: Shop) -> None:
    """Shipped after it was canceled, and taken back again: asked when the order changes, and not in idle runs."""
    shop.say(CANCELED)
    shop.deliver()
    assert "orders void" in shop.open_alerts()[0].text
    fulfillment = shop.ship("1001", {"MUG-BLUE": 1})
    shop.deliver()
    assert "orders void" not in shop.open_alerts()[0].text
    assert [shop.deliver().calls for _ in range(2)] == [1, 1]
    shop.client.fulfillments.delete(fulfillment)
    shop.deliver()
    assert "orders void" in shop.open_alerts()[0].text
    assert shop.void() == ""


@pytest.mark.parametrize(("now", "said"), AT_SOURCE)
def test_void_does_what_the_alert_names(shop: Shop, now: SourceOrder, said: str) -> None:
    """What is refunded in part, not paid any more or edited is still wanted: it is voided by force alone."""
    shop.say(now)
    shop.deliver()
    offered = "orders void 1001" in shop.open_alerts()[0].text
    assert offered is said.startswith(("canceled", "refunded"))
    refusal = "order 1001: its source has not canceled or refunded it; with --force it is voided all the same"
    assert shop.void() == ("" if offered else refusal)
    assert (shop.there().status == "void") is offered
    assert shop.void(force=True) == ""
    assert shop.there().status == "void"


def test_nothing_to_accept(shop: Shop) -> None:
    assert shop.accept() == "order 1001: nothing about it is different at its source or in TradeGecko"


def test_refused_voids_are_tried_again(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """With growing gaps, an alert open meanwhile; the report says it once."""
    shop = Shop(sandbox, client, on_cancel="void")
    fulfillment = shop.ship("1001", {"MUG-BLUE": 1})
    shop.say(CANCELED)
    assert outcomes(shop.deliver())["1001"] is Outcome.REFUSED
    looks = []
    for _ in range(12):
        before = len(sandbox.requests())
        shop.clock.move(minutes=1)
        assert shop.engine.deliver_orders().items == []
        looks.append(any(r["path"] == f"/orders/{shop.there().id}" for r in sandbox.requests()[before:]))
        assert shop.told() == "canceled at the source"
    assert 1 < looks.count(True) < 6
    shop.client.fulfillments.delete(fulfillment)
    for _ in range(3):
        shop.deliver()
    assert shop.there().status == "void"
    assert shop.open_alerts() == []


def test_a_cancellation_that_is_taken_back_voids_nothing(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """It could not be voided at first; by then the source has thought better of it."""
    shop = Shop(sandbox, client, on_cancel="void")
    sandbox.fault("POST", "/orders/*/actions/void", "status", status=503)
    shop.say(CANCELED)
    shop.deliver()
    shop.say(SENT)
    for _ in range(3):
        shop.deliver()
    assert shop.there().status == "active"
    assert shop.open_alerts() == []


def test_what_a_person_accepts_is_not_voided(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    shop = Shop(sandbox, client, on_cancel="void")
    fulfillment = shop.ship("1001", {"MUG-BLUE": 1})
    shop.say(CANCELED)
    shop.deliver()
    assert shop.accept("it is gone already") == ""
    shop.client.fulfillments.delete(fulfillment)
    for _ in range(3):
        shop.deliver()
    assert shop.there().status != "void"
    assert shop.open_alerts() == []


# ── the source is told ───────────────────────────────────────────────────────────────────────


class Canceling(ListSource):
    """A source that cancels orders, unless it is told to answer otherwise; and can be asked for one again."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.verdict = Verdict.ACCEPTED

    def cancel_orders(self, references: Sequence[str]) -> Iterable[ItemResult]:
        self.asked += references
        return [ItemResult(key=one, verdict=self.verdict, message="Ann Lee says no") for one in references]

    def fetch_order(self, name: str) -> Iterable[SourceOrder | UnreadableOrder]:
        return [order for order in self.orders if name in (order.reference, order.number)][-1:]


def voiding(sandbox: Sandbox, client: TradeGeckoClient, **settings: Any) -> tuple[Shop, Canceling]:
    """A shop whose delivered order somebody has voided in the system."""
    source = Canceling()
    shop = Shop(sandbox, client, source=source, **settings)
    void_there(shop)
    return shop, source


def test_a_void_is_told_to_a_source_that_cancels(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Once it has taken it, nothing is left to be settled, whether it gives the order as canceled then or not."""
    shop, source = voiding(sandbox, client, on_void="cancel")
    dry = shop.engine.deliver_orders(dry_run=True)
    planned = [item.detail for item in dry.items if item.outcome is Outcome.PLANNED]
    assert planned == ["void in TradeGecko; its source would be told to cancel it"]
    assert (source.asked, shop.open_alerts()) == ([], [])
    shop.deliver()
    assert source.asked == [shop.entry().reference]
    assert shop.open_alerts() == []
    assert shop.store.history(shop.entry().id)[-1].why == "void in TradeGecko; its source was told to cancel it"
    shop.say(CANCELED)
    shop.deliver()
    assert (len(source.asked), shop.open_alerts()) == (1, [])


def test_by_default_it_is_not_told(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    shop, source = voiding(sandbox, client)
    shop.deliver()
    assert (source.asked, shop.told()) == ([], "void in TradeGecko")


@pytest.mark.parametrize("verdict", [Verdict.REFUSED, Verdict.FAILED, Verdict.IGNORED])
def test_what_a_source_does_not_cancel_stays_open(sandbox: Sandbox, client: TradeGeckoClient, verdict: Verdict) -> None:
    """And is told again, with growing gaps; what it says is told once, without whom it is about."""
    shop, source = voiding(sandbox, client, on_void="cancel")
    source.verdict = verdict
    report = shop.deliver()
    assert "its source did not cancel it" in report.items[-1].detail
    assert "Ann" not in str(report)
    for _ in range(20):
        shop.clock.move(minutes=1)
        assert shop.engine.deliver_orders().items == []
        assert shop.told() == "void in TradeGecko"
    assert 2 < len(source.asked) < 10
    source.verdict = Verdict.ACCEPTED
    shop.deliver()
    assert shop.open_alerts() == []


def test_a_source_that_cannot_cancel_is_named(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    shop = Shop(sandbox, client, on_void="cancel")
    void_there(shop)
    assert "this source cannot cancel orders" in str(shop.deliver())
    assert shop.told() == "void in TradeGecko"


def test_what_the_source_has_no_longer_is_a_difference(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Found out when it is asked for; there again, it is settled."""
    source = Canceling()
    shop = Shop(sandbox, client, source=source)
    given, source.orders = source.orders, []
    shop.engine.pull_orders("1001")
    shop.deliver()
    assert shop.told() == "not there any more at the source"
    source.orders = given
    shop.engine.pull_orders("1001")
    shop.deliver()
    assert shop.open_alerts() == []


@pytest.mark.parametrize("meant", ["canceled", "refunded"])
def test_what_own_words_take_back_stays_open(sandbox: Sandbox, client: TradeGeckoClient, meant: str) -> None:
    """Only the settings know that the word takes it back; until the source says otherwise, or it is void."""
    shop = Shop(sandbox, client, status_words={"Zurückgenommen": meant})
    shop.say(evolve(SENT, source_status="zurückgenommen"))
    assert outcomes(shop.deliver()) == {"1001": Outcome.CHANGED}
    assert shop.told() == f"{meant} at the source"
    shop.say(evolve(SENT, source_status="zurückgenommen", note="to the back door"))
    shop.deliver()
    assert shop.told() == f"note changed, {meant} at the source"
    shop.say(SENT)
    shop.deliver()
    assert shop.open_alerts() == []
    shop.say(evolve(SENT, source_status="zurückgenommen"))
    shop.deliver()
    assert shop.void() == ""
    assert shop.there().status == "void"
    shop.deliver()
    assert shop.open_alerts() == []


def test_sent_with_its_own_word_by_setting_nothing_is_different(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Somebody wants such orders."""
    sent = evolve(SENT, source_status="Storno")
    shop = Shop(sandbox, client, sent, status_words={"storno": "canceled"}, send_canceled=True)
    shop.say(evolve(sent, tags=("late",)))
    shop.deliver()
    assert shop.open_alerts() == []


def test_what_was_not_sent_has_no_difference(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """It was in doubt when its source took it back, and is not there."""
    shop = Shop(sandbox, client, status_words={"storno": "canceled"})
    shop.say(an_order("1002"))
    sandbox.fault("POST", "/orders", "drop_before_commit")
    sandbox.fault("GET", "/orders", "status", nth=2, times=4, status=503)
    shop.deliver()
    assert shop.state("1002") is OrderState.UNCERTAIN
    shop.say(an_order("1002", source_status="storno"))
    shop.deliver()
    assert shop.store.told_values("shop", OWN_WORDS)
    assert shop.open_alerts() == []
    for _ in range(5):
        shop.deliver()
    assert shop.state("1002") is OrderState.SKIPPED
    assert [order.order_number for order in shop.remote()] == ["1001"]
    assert shop.open_alerts() == []
