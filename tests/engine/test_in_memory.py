"""Deliveries to the last detail, without a server: what is sent, written, told, and when, answer by answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve, field, frozen

from tests.engine.test_one_decision import Account
from tests.support import HandClock, ListSource, OrdersOnly
from tradegecko_bridge import MemoryStore, SyncEngine
from tradegecko_bridge.commerce import (
    Address,
    Customer,
    DeliveryReceipt,
    ItemResult,
    SourceOrder,
    Totals,
    UnreadableOrder,
    Verdict,
)
from tradegecko_bridge.commerce.remote import (
    CustomerMatch,
    OrderDraft,
    Presence,
    RecordKind,
    RemoteOrder,
    RemoteVariant,
)
from tradegecko_bridge.engine import ConnectionSettings, Outcome, Progress, Report
from tradegecko_bridge.engine.delivery.decide import NOT_TO_BE_FOUND, DueOrder
from tradegecko_bridge.engine.delivery.partitions import partition
from tradegecko_bridge.engine.keys import idempotency_key, marker
from tradegecko_bridge.engine.report import Item
from tradegecko_bridge.errors import (
    AccessDenied,
    AlreadySent,
    BridgeError,
    CursorMoved,
    GatewayError,
    OutcomeUnknown,
    OutdatedDraft,
    Rejected,
    Unavailable,
)
from tradegecko_bridge.ledger import LedgerEntry, OrderState, Reason
from tradegecko_bridge.testing.builders import AN_ADDRESS, a_line, an_order

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
S = OrderState
HALF_A_MINUTE, HOUR = timedelta(seconds=30), timedelta(hours=1)
Answer = BridgeError | Callable[[], None] | None


@frozen
class Scripted(Account):
    """Answers requests to create and to act with what is to come next; None, or nothing more: as is usual."""

    answers: list[Answer] = field(factory=list)
    looks: list[Answer] = field(factory=list)
    keys: list[str] = field(factory=list)
    asked: list[str] = field(factory=list)
    known_customers: dict[str, str] = field(factory=dict)
    done: list[str] = field(factory=list)
    gone: list[str] = field(factory=list)
    prefetched: list[tuple[list[str], list[str | None]]] = field(factory=list)

    def prefetch(self, orders: Collection[tuple[str, str]], customers: Any) -> Mapping[str, Presence]:
        numbers = [number for number, _ in orders]
        self.prefetched.append((numbers, [address.city if address else None for _, address in customers]))
        return super().prefetch(orders, customers)

    def find_orders(self, number: str, marker: str = "") -> Sequence[RemoteOrder]:
        self.asked.append(f"order {number}")
        _next(self.looks)
        return super().find_orders(number, marker)

    def find_variants(self, skus: Collection[str]) -> Mapping[str, Sequence[RemoteVariant]]:
        return {} if self.gone else super().find_variants(skus)

    def find_customer(self, customer: Customer, *, billing: Address | None, match: CustomerMatch) -> str | None:
        self.asked.append(f"customer {customer.email}")
        return self.known_customers.get(customer.email or "")

    def create_order(self, draft: OrderDraft, *, key: str, customer_id: str | None, **may: Any) -> RemoteOrder:
        self.keys.append(key)
        self.asked.append(f"create {draft.number} for {customer_id}")
        _next(self.answers)
        made = RemoteOrder(id=str(100 + len(self.present)), number=draft.number, marker=draft.marker)
        self.present.setdefault(draft.number, []).append(made)
        return made

    def find_record(self, kind: RecordKind, name: str) -> str:
        return name

    def perform_action(self, order_id: str, action: str, *, key: str, method: str | None = None) -> None:
        self.keys.append(key)
        self.asked.append(f"{action} {order_id} by {method}")
        _next(self.answers)

    def completed_actions(self, order_id: str) -> Collection[str]:
        self.asked.append(f"done {order_id}")
        return self.done


def _next(answers: list[Answer]) -> None:
    answer = answers.pop(0) if answers else None
    if isinstance(answer, BridgeError):
        raise answer
    if answer is not None:
        answer()


class Desk:
    """A connection called ``shop``, its account, and a clock that is moved by hand."""

    def __init__(self, *answers: Answer, orders: Sequence[SourceOrder | UnreadableOrder] = (), **options: Any) -> None:
        self.account = options.pop("account", None) or Scripted(answers=list(answers))
        self.source = options.pop("source", None) or ListSource(orders or [order()])
        self.store = options.pop("store", None) or MemoryStore()
        self.clock = options.pop("clock", None) or HandClock(NOW)
        self.progress: list[Progress] = []
        self.engine = SyncEngine(
            options.pop("connection", "shop"),
            source=self.source,
            gateway=self.account,
            store=self.store,
            clock=self.clock,
            worker="me",
            in_flight=1,
            settings=ConnectionSettings(**options),
            on_progress=self.progress.append,
        )

    def run(self, *, after: timedelta = timedelta(0)) -> Report:
        self.clock.now += after
        return self.engine.deliver_orders()

    def entry(self, number: str = "1") -> LedgerEntry:
        (entry,) = [entry for entry in self.store.entries("shop") if entry.number == number]
        return entry

    def history(self, number: str = "1") -> list[tuple[str, str, dict[str, Any]]]:
        """Of this worker's events: from which state to which, why, and what was answered."""
        events = [event for event in self.store.history(self.entry(number).id) if event.who == "me"]
        return [(f"{event.was} {event.now}", event.why, dict(event.detail)) for event in events]

    def steps(self, number: str = "1") -> list[str]:
        """The same without details."""
        return [f"{states}: {why}" for states, why, _ in self.history(number)]


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ledgers in memory are closed with their test."""
    made: list[MemoryStore] = []
    begin = MemoryStore.__init__

    def noted(store: MemoryStore) -> None:
        made.append(store)
        begin(store)

    monkeypatch.setattr(MemoryStore, "__init__", noted)
    yield
    for store in made:
        store.close()


def order(number: str = "1", **fields: Any) -> SourceOrder:
    return an_order(number, [a_line("MUG")], **fields)


def orders(count: int) -> list[SourceOrder]:
    """Of as many customers, so that none waits for another."""
    names = [f"c{n}" for n in range(1, count + 1)]
    return [
        order(
            str(n),
            customer=Customer(email=f"{name}@example.com", last_name=name),
            shipping_address=evolve(AN_ADDRESS, last_name=name),
        )
        for n, name in enumerate(names, 1)
    ]


def key(generation: int, number: str = "1") -> str:
    return idempotency_key("shop", number, generation)


def over_http(error: BridgeError, status: int, request_id: str) -> BridgeError:
    """An error with the exchange it came from behind it."""
    behind = GatewayError(str(error))
    behind.status, behind.request_id = status, request_id  # type: ignore[attr-defined]
    error.__cause__ = behind
    return error


# ── one order ────────────────────────────────────────────────────────────────────────────────


def test_an_order_is_created() -> None:
    """The intent is whole, the entry says all there is to know, and the source gets its receipt."""
    desk = Desk(orders=[order(totals=Totals(grand_total=Decimal("36.72")))])
    report = desk.run()
    assert report.items == [Item("1", Outcome.DELIVERED, "", {"remote_id": "100"})]
    intent = {
        "key": key(1),
        "generation": 1,
        "number": "1",
        "status": "active",
        "currency": "CAD",
        "prices_include_tax": False,
        "lines": [
            {"kind": "product", "variant_id": "7", "quantity": "1", "price": "19.99", "tax_rate": "13"},
            {"kind": "shipping", "variant_id": None, "quantity": "1", "price": "12.5", "tax_rate": "13"},
        ],
        "total": {"predicted": "36.72", "source": "36.72"},
        "customer": "new",
    }
    answer = {"outcome": "created", "remote_id": "100", "number": "1", "total": None}
    assert desk.history() == [("pending sending", "key 1", intent), ("sending delivered", "order id 100", answer)]
    entry = desk.entry()
    assert (entry.state, entry.remote_id, entry.remote_number) == (S.DELIVERED, "100", "1")
    assert (entry.line_ids, entry.generation, entry.attempts) == ({"MUG": "7"}, 1, 1)
    assert (entry.sent_at, entry.next_attempt_at, entry.claim, entry.reason) == (NOW, None, None, None)
    receipt = DeliveryReceipt(
        order_reference="1", order_number="1", remote_id="100", remote_number="1", delivered_at=NOW
    )
    assert desk.source.receipts == [receipt]
    assert desk.account.asked == ["customer ann@example.com", "create 1 for None"]
    assert [(one.operation, one.done) for one in desk.progress] == [("ingest orders", 1), ("deliver orders", 1)]


def test_a_refusal_is_held_under_the_next_key() -> None:
    """Nothing of the request stays, for it made nothing; what was answered is in the history."""
    desk = Desk(over_http(Rejected("422: no"), 422, "r1"))
    report = desk.run()
    assert report.items == [Item("1", Outcome.HELD, "422: no", {"reason": "rejected"})]
    assert desk.history()[-1] == (
        "sending held",
        "422: no",
        {"outcome": "refused", "status": 422, "request_id": "r1"},
    )
    entry = desk.entry()
    assert entry.reason == Reason("rejected", "422: no")
    assert (entry.generation, entry.sent_at, entry.remote_number) == (2, None, None)
    assert (entry.attempts, entry.next_attempt_at) == (1, NOW + timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("error", "code", "outcome"),
    [
        (OutcomeUnknown("500: ?"), "no_answer", "no answer"),
        (AlreadySent("400: used"), "key_used", "key used before"),
    ],
)
def test_an_order_in_doubt_is_sent_again_when_it_did_not_show_up(
    error: OutcomeUnknown, code: str, outcome: str
) -> None:
    """Looked for at once and before the next request, which goes under the same key. Where that is used up it is held:
    only a person sends it under the next one."""
    desk = Desk(error)
    report = desk.run()
    said = f"{error}; next check at 12:00:30 UTC"
    assert report.items == [Item("1", Outcome.UNCERTAIN, said, {"reason": code})]
    assert desk.history()[-1] == ("sending uncertain", str(error), {"outcome": outcome})
    entry = desk.entry()
    assert (entry.reason, entry.sent_at, entry.remote_number) == (Reason(code, str(error)), NOW, "1")
    assert entry.next_attempt_at == NOW + HALF_A_MINUTE
    assert desk.account.asked[-1] == "order 1"
    used_up = code == "key_used"
    if used_up:
        held = Item("1", Outcome.HELD, NOT_TO_BE_FOUND.text, {"reason": "key_used"})
        assert desk.run(after=HOUR).items == [held]
        assert desk.run(after=HOUR).items == []
        release(desk)
    asked = len(desk.account.asked)
    assert desk.run(after=HOUR).items == [Item("1", Outcome.DELIVERED, "", {"remote_id": "100"})]
    assert desk.account.keys == [key(1), key(1 + used_up)]
    assert desk.account.asked[asked:] == ["order 1", "customer ann@example.com", "create 1 for None"]
    assert desk.steps()[-1] == "sending delivered: order id 100"
    assert (desk.entry().attempts, desk.entry().sent_at) == (1 if used_up else 2, desk.clock())


def release(desk: Desk) -> None:
    """A person has looked, and sends the order out again."""
    (entry,) = desk.store.entries()
    desk.store.override_state(entry.id, S.PENDING, at=desk.clock(), who="ann", why="is not there")


@pytest.mark.parametrize("lately", [True, False])
def test_a_refusal_after_doubt(lately: bool) -> None:
    """Settles it only where the earlier request can no longer show up; until then all is as it was before."""
    desk = Desk(OutcomeUnknown("500: ?"), Rejected("422: no"))
    desk.run()
    before = desk.entry()
    report = desk.run(after=timedelta(minutes=5) if lately else HOUR)
    entry = desk.entry()
    if lately:
        assert (entry.state, entry.reason, entry.generation) == (S.UNCERTAIN, before.reason, 1)
        assert (entry.sent_at, entry.remote_number) == (before.sent_at, "1")
        assert outcome_of(report) == (Outcome.UNCERTAIN, "500: ?; next check at 12:05:30 UTC")
    else:
        assert (entry.state, entry.reason, entry.generation) == (S.HELD, Reason("rejected", "422: no"), 2)
        assert outcome_of(report) == (Outcome.HELD, "422: no")


def outcome_of(report: Report) -> tuple[Outcome, str]:
    (item,) = report.items
    return item.outcome, item.detail


@pytest.mark.parametrize("total", [None, "36.72", "40.00"])
def test_an_order_that_is_there_is_adopted(total: str | None) -> None:
    """With the difference of its total, if there is one; it has its receipt, and is not created."""
    desk = Desk(orders=[order(totals=Totals(grand_total=Decimal("36.72")))])
    there = RemoteOrder(id="9", number="1", marker=marker("shop", "1"), total=Decimal(total) if total else None)
    desk.account.present["1"] = [RemoteOrder(id="8", number="1", gone=True), there]
    report = desk.run()
    differs = "; total is 40.00 in TradeGecko and 36.72 at the source" if total == "40.00" else ""
    said = f"was in TradeGecko already as id 9{differs}"
    assert report.items == [Item("1", Outcome.ADOPTED, said, {"remote_id": "9"})]
    answer = {"outcome": "found", "remote_id": "9", "number": "1", "total": total and total.removesuffix(".00")}
    assert desk.history() == [("pending delivered", f"order id 9; {said}", answer)]
    assert [receipt.remote_id for receipt in desk.source.receipts] == ["9"]
    assert desk.account.keys == []


def test_a_number_somebody_else_has_holds_the_order() -> None:
    """With all who have it."""
    desk = Desk()
    desk.account.present["1"] = [
        RemoteOrder(id=id_, number="1", marker=whose, gone=gone)
        for id_, whose, gone in [("7", None, True), ("8", None, False), ("9", marker("other", "1"), False)]
    ]
    assert outcome_of(desk.run()) == (
        Outcome.HELD,
        (
            "TradeGecko has another order '1' (id 8, 9) that did not come from '1' of shop; renumber one of them, "
            "set date_in_number where numbers begin again, or skip this one"
        ),
    )
    reason = desk.entry().reason
    assert reason is not None
    assert (reason.code, reason.transient) == ("number_taken", True)


def test_a_draft_that_is_outdated_is_planned_again_once() -> None:
    """Its customer is looked for anew; a second refusal holds it; and so does what the account has no more."""
    desk = Desk()
    desk.account.known_customers["ann@example.com"] = "55"

    def merge() -> None:
        desk.account.known_customers["ann@example.com"] = "56"
        raise OutdatedDraft("422: gone")

    desk.account.answers.append(merge)
    assert outcome_of(desk.run()) == (Outcome.DELIVERED, "")
    assert desk.account.keys == [key(1), key(2)]
    assert [asked for asked in desk.account.asked if "create" in asked] == ["create 1 for 55", "create 1 for 56"]
    assert desk.steps() == ["pending sending: key 1", "sending sending: key 2", "sending delivered: order id 100"]
    assert (desk.entry().attempts, desk.entry().generation) == (1, 2)

    again = Desk(OutdatedDraft("422: gone"), OutdatedDraft("422: gone"))
    assert outcome_of(again.run()) == (Outcome.HELD, "422: gone")
    assert (again.entry().generation, again.entry().remote_number) == (3, None)

    missing = Desk()

    def refuse() -> None:
        missing.account.gone.append("MUG")
        raise OutdatedDraft("422: gone")

    missing.account.answers.append(refuse)
    held, text = outcome_of(missing.run())
    assert (held, "MUG" in text) == (Outcome.HELD, True)
    assert (missing.entry().generation, missing.entry().sent_at, len(missing.account.keys)) == (2, None, 1)


def test_a_known_customer_is_asked_for_once_a_run() -> None:
    """And the intent says whom the order is for."""
    desk = Desk(orders=[order("1"), order("2")])
    desk.account.known_customers["ann@example.com"] = "55"
    desk.run()
    assert desk.account.asked == ["customer ann@example.com", "create 1 for 55", "create 2 for 55"]
    assert desk.history("2")[0][2]["customer"] == "55"


# ── looks that fail ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("error", [over_http(Rejected("422: what?"), 422, "r2"), Unavailable("503: later")])
def test_a_look_that_fails_is_the_order_s_own_business(error: GatewayError) -> None:
    """The others go on; an order that was never sent is held, or waits."""
    desk = Desk(orders=orders(2))
    desk.account.present["1"] = []
    desk.account.looks.append(error)
    report = desk.run()
    assert [item.name for item in report.items] == ["1", "2"]
    assert report.items[1].outcome is Outcome.DELIVERED
    if isinstance(error, Rejected):
        assert report.items[0] == Item("1", Outcome.HELD, "422: what?", {"reason": "rejected"})
        answer = {"outcome": "refused", "status": 422, "request_id": "r2"}
        assert desk.history() == [("pending held", "422: what?", answer)]
    else:
        said = "503: later; next try at 12:00:30 UTC"
        assert report.items[0] == Item("1", Outcome.WAITING, said, {"reason": "unavailable"})
        assert desk.history() == [("pending pending", "503: later", {"outcome": "not carried out"})]


def test_a_look_after_a_lost_answer_may_fail() -> None:
    """Then nobody knows as before; and one that finds the order settles it at once."""
    desk = Desk(OutcomeUnknown("500: ?"))
    desk.account.looks.append(Unavailable("503: later"))
    assert outcome_of(desk.run())[0] is Outcome.UNCERTAIN

    found = Desk(OutcomeUnknown("500: ?"))
    there = RemoteOrder(id="9", number="1", marker=marker("shop", "1"))
    found.account.looks.append(lambda: found.account.present.update({"1": [there]}))
    assert outcome_of(found.run()) == (Outcome.ADOPTED, "was in TradeGecko already as id 9")
    assert found.steps() == [
        "pending sending: key 1",
        "sending delivered: order id 9; was in TradeGecko already as id 9",
    ]


# ── several orders ───────────────────────────────────────────────────────────────────────────


def test_three_failures_in_a_row_end_the_run() -> None:
    """What was not tried is as it was; a success in between begins the count anew."""
    busy = [Unavailable(f"429: {n}") for n in range(5)]
    desk = Desk(*busy[:3], orders=orders(5))
    report = desk.run()
    assert report.problems == ["stopped after 3 failures in a row, the last: 429: 2"]
    assert [item.name for item in report.items] == ["1", "2", "3"]
    assert len(desk.account.keys) == 3
    for number in "45":
        entry = desk.entry(number)
        assert (entry.state, entry.attempts, entry.generation, entry.claim) == (S.PENDING, 0, 0, None)
    better = Desk(*busy[:2], None, *busy[2:4], orders=orders(6))
    assert better.run().problems == []
    assert len(better.account.keys) == 6


def test_a_login_that_ends_leaves_all_as_it_was() -> None:
    """The request certainly made nothing: the intent is taken back, with what was answered."""
    desk = Desk(over_http(AccessDenied("log in again"), 401, "r3"), orders=orders(2))
    report = desk.run()
    assert (report.problems, report.items) == (["log in again"], [])
    answer = {"outcome": "failed", "status": 401, "request_id": "r3"}
    assert desk.history()[1:] == [("sending pending", "not sent: log in again", answer)]
    for number in "12":
        entry = desk.entry(number)
        assert (entry.state, entry.attempts, entry.generation, entry.sent_at) == (S.PENDING, 0, 0, None)
        assert (entry.remote_number, entry.reason, entry.claim) == (None, None, None)
    assert [outcome.outcome for outcome in desk.run().items] == [Outcome.DELIVERED] * 2


def test_intents_that_were_not_carried_out_are_withdrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several were written at once: those behind a login that ends are as they were, and it is said of each."""
    together = Desk(None, AccessDenied("log in again"), orders=orders(3))
    with whole_chunks(monkeypatch, 3):
        together.run()
    assert together.steps("3") == ["pending sending: key 1", "sending pending: not sent"]
    assert together.steps("2") == ["pending sending: key 1", "sending pending: not sent: log in again"]
    assert together.entry("1").state is S.DELIVERED
    for number in "23":
        entry = together.entry(number)
        assert (entry.attempts, entry.generation, entry.sent_at, entry.remote_number) == (0, 0, None, None)


@contextmanager
def whole_chunks(monkeypatch: pytest.MonkeyPatch, count: int) -> Iterator[None]:
    """One thread takes so many orders at once and writes their intents together."""

    def run(
        partitions: Sequence[Sequence[Any]], work: Callable[[Sequence[Any], Callable[[], bool]], None], *_: object
    ) -> None:
        items = [item for part in partitions for item in part]
        for begin in range(0, len(items), count):
            work(items[begin : begin + count], lambda: True)

    monkeypatch.setattr("tradegecko_bridge.engine.delivery.run.run_partitions", run)
    yield
    monkeypatch.undo()


@pytest.mark.parametrize(("seconds", "renewed"), [(30, False), (31, True)])
def test_an_intent_that_grew_old_is_written_anew(monkeypatch: pytest.MonkeyPatch, seconds: int, renewed: bool) -> None:
    """And claimed anew, for all that still wait: a request leaves soon after its intent."""
    seen: list[LedgerEntry] = []
    desk = Desk(orders=orders(3))
    desk.account.answers[:] = [
        lambda: desk.clock.move(seconds=seconds),
        lambda: seen.extend(desk.entry(number) for number in "23"),
    ]
    with whole_chunks(monkeypatch, 3):
        desk.run()
    at = NOW + timedelta(seconds=seconds if renewed else 0)
    assert [entry.sent_at for entry in seen] == [at, at]
    assert [entry.claim and entry.claim.until for entry in seen] == [at + timedelta(minutes=7)] * 2
    assert [entry.attempts for entry in seen] == [1, 1]
    assert desk.account.keys == [key(1, number) for number in "123"]
    assert desk.steps("2") == ["pending sending: key 1", "sending delivered: order id 101"]


def test_a_number_another_order_was_sent_under_is_looked_at_closely() -> None:
    """While that one is in doubt this one waits; once it is there, its number is taken; where it is not, this goes."""
    clock, store = HandClock(NOW), MemoryStore()
    first = Desk(
        OutcomeUnknown("500: ?"), connection="other", orders=[order("1", reference="A")], clock=clock, store=store
    )
    first.run()
    desk = Desk(clock=clock, store=store)
    text = "order '1' of other is on its way to TradeGecko as '1'; this one waits until that is decided"
    assert desk.run().items == [Item("1", Outcome.HELD, text, {"reason": "number_taken"})]
    assert desk.entry().reason == Reason("number_taken", text, transient=True)
    assert (desk.account.keys, desk.steps()) == ([], [f"pending held: {text}"])

    (doubtful,) = store.entries("other")
    store.record(doubtful.transition_to(S.PENDING, clock(), remote_number=None), who="me")
    assert desk.run(after=HOUR).items[0].outcome is Outcome.DELIVERED
    assert desk.entry().next_attempt_at is None
    assert desk.steps()[1:] == ["held sending: key 1", "sending delivered: order id 100"]


def test_a_number_of_an_order_that_is_gone_over_there_is_free() -> None:
    """The ledger's other order was deleted in TradeGecko: asked, the account has nobody with the number."""
    clock, store = HandClock(NOW), MemoryStore()
    Desk(connection="other", orders=[order("1", reference="A")], clock=clock, store=store).run()
    desk = Desk(clock=clock, store=store)
    assert outcome_of(desk.run())[0] is Outcome.HELD, "it may not be shown yet"
    assert desk.run(after=HOUR).items == [Item("1", Outcome.DELIVERED, "", {"remote_id": "100"})]
    assert "order 1" in desk.account.asked


def test_what_the_source_says_while_nobody_knows_comes_too_late() -> None:
    """The order is there as it was sent, and that is told beside it."""
    desk = Desk(OutcomeUnknown("500: ?"))
    desk.run()
    desk.store.ingest("shop", [order(note="gift")], at=NOW)
    desk.account.present["1"] = [RemoteOrder(id="9", number="1", marker=marker("shop", "1"))]
    said = "changed or canceled at the source while it was on its way; TradeGecko has it as it was sent"
    assert desk.run(after=HOUR).items[-2:] == [
        Item("1", Outcome.ADOPTED, "was in TradeGecko already as id 9", {"remote_id": "9"}),
        Item("1", Outcome.CHANGED, said),
    ]
    assert desk.entry().pending_update is None


def test_a_claim_that_is_lost_leaves_the_order_to_whoever_has_it() -> None:
    """Told, and not counted as anything."""
    desk = Desk()

    def steal() -> None:
        entry = desk.entry()
        desk.store.claim("shop", "thief", at=NOW + HOUR, until=NOW + HOUR + HOUR, limit=1)
        assert desk.entry().serial > entry.serial

    desk.account.answers.append(steal)
    lost, taken = desk.run().items
    assert lost == Item("1", Outcome.WAITING, "order 1: somebody else has taken or changed it since it was read")
    assert (taken.outcome, taken.detail) == (Outcome.CLAIMED, "thief is working on it, until 14:00:00 UTC at most")
    assert desk.source.receipts == []


# ── what is done with delivered orders ───────────────────────────────────────────────────────

ALL: dict[str, Any] = {"order_status": "finalized", "create_invoice": True, "mark_paid": True, "pack_orders": True}


def action_key(action: str, attempts: int) -> str:
    return idempotency_key("shop", f"1\n{action}", attempts)


def test_actions_follow_one_after_the_other() -> None:
    """Each under its own key, with the claim kept, and renewed, until the last is done."""
    seen: list[LedgerEntry] = []
    desk = Desk(**ALL, payment_method="Cash")

    def look() -> None:
        seen.append(desk.entry())
        desk.clock.move(minutes=1)

    desk.account.answers[:] = [None, look, look, look]
    assert outcome_of(desk.run()) == (Outcome.DELIVERED, "")
    assert desk.account.asked[2:] == ["invoice 100 by Cash", "pay 100 by Cash", "pack 100 by Cash"]
    assert desk.account.keys == [key(1), *(action_key(action, 1) for action in ("invoice", "pay", "pack"))]
    assert [entry.pending_actions for entry in seen] == [("invoice", "pay", "pack"), ("pay", "pack"), ("pack",)]
    until = [NOW + timedelta(minutes=7 + minutes) for minutes in (0, 1, 2)]
    assert [entry.claim and entry.claim.until for entry in seen] == until
    assert desk.steps()[1:] == [
        "sending delivered: order id 100",
        *(f"delivered delivered: {action} done" for action in ("invoice", "pay", "pack")),
    ]
    entry = desk.entry()
    assert (entry.pending_actions, entry.claim, entry.attempts) == ((), None, 1)
    assert len(desk.source.receipts) == 1


@pytest.mark.parametrize(
    ("error", "retry_at", "outcome"),
    [
        (OutcomeUnknown("500: ?"), 30, "no answer"),
        (Unavailable("429: busy"), 30, "not carried out"),
        (Unavailable("429: busy", NOW + timedelta(seconds=1)), 30, "not carried out"),
        (Unavailable("429: busy", NOW + timedelta(seconds=90)), 90, "not carried out"),
    ],
)
def test_an_action_that_came_to_nothing_is_tried_again(error: GatewayError, retry_at: int, outcome: str) -> None:
    """What is done by then is not done twice; the next try is under another key."""
    desk = Desk(None, None, error, **ALL)
    at = NOW + timedelta(seconds=retry_at)
    assert desk.run().items == [
        Item("1", Outcome.DELIVERED, "", {"remote_id": "100"}),
        Item("1", Outcome.WAITING, f"delivered; next try to pay at {at:%H:%M:%S} UTC: {error}"),
    ]
    entry = desk.entry()
    assert entry.reason == Reason("unavailable", str(error), transient=True)
    assert (entry.pending_actions, entry.next_attempt_at) == (("pay", "pack"), at)
    assert (entry.claim, entry.attempts) == (None, 2)
    assert desk.history()[-1] == ("delivered delivered", f"pay: {error}", {"outcome": outcome})
    desk.account.done[:] = ["invoice", "pay"]
    assert desk.run(after=HOUR).items == []
    assert desk.account.asked[4:] == ["done 100", "pack 100 by None"]
    assert desk.account.keys[-1] == action_key("pack", 2)
    assert (desk.entry().pending_actions, desk.entry().reason) == ((), None)


def test_an_action_that_is_refused_waits_for_a_person() -> None:
    """With what was refused and why; it is not tried again by itself."""
    desk = Desk(None, over_http(Rejected("422: no"), 422, "r4"), **ALL)
    text = "invoice was refused: 422: no"
    assert desk.run().items[1:] == [Item("1", Outcome.REFUSED, f"delivered, but {text}")]
    entry = desk.entry()
    assert entry.reason == Reason("action_refused", text)
    assert (entry.pending_actions, entry.claim, entry.attempts) == (("invoice", "pay", "pack"), None, 2)
    answer = {"outcome": "refused", "status": 422, "request_id": "r4"}
    assert desk.history()[-1] == ("delivered delivered", text, answer)
    asked = len(desk.account.asked)
    assert desk.run(after=HOUR).items == []
    assert len(desk.account.asked) == asked


def test_a_void_order_is_left_alone() -> None:
    """Nothing that was to be done with it is done any more."""
    desk = Desk(None, OutcomeUnknown("500: ?"), **ALL)
    desk.run()
    desk.account.done[:] = ["void"]
    desk.run(after=HOUR)
    assert (desk.entry().pending_actions, desk.entry().claim) == ((), None)
    assert desk.steps()[-1] == "delivered delivered: void; nothing more is done with it"
    assert desk.account.asked[-1] == "done 100"


def test_an_order_that_was_found_is_looked_at_before_anything_is_done_with_it() -> None:
    """An earlier worker may have done it; a new order needs no look."""
    desk = Desk(**ALL)
    desk.account.present["1"] = [RemoteOrder(id="9", number="1", marker=marker("shop", "1"))]
    desk.account.done[:] = ["invoice", "pay"]
    desk.run()
    assert desk.account.asked == ["order 1", "done 9", "pack 9 by None"]


@pytest.mark.parametrize(
    ("paid", "total", "actions"),
    [
        (None, None, ("invoice", "pay", "pack")),
        (True, "1", ("invoice", "pay", "pack")),
        (False, "1", ("invoice", "pack")),
        (None, "0", ("invoice", "pack")),
    ],
)
def test_what_is_paid(paid: bool | None, total: str | None, actions: tuple[str, ...]) -> None:
    """What costs something and was not said to be unpaid."""
    desk = Desk(orders=[order(paid=paid)], **ALL)
    remote = RemoteOrder(id="9", number="1", marker=marker("shop", "1"), total=Decimal(total) if total else None)
    desk.account.present["1"] = [remote]
    desk.run()
    assert desk.account.asked[2:] == [f"{action} 9 by None" for action in actions]


# ── ingest ───────────────────────────────────────────────────────────────────────────────────


def test_what_came_is_counted_acknowledged_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batch by batch: new, unchanged, changed; what cannot be read, by its number, its reference, or as a problem."""
    monkeypatch.setattr("tradegecko_bridge.engine.delivery.ingest.BATCH", 2)
    unreadable = UnreadableOrder(reference="r4", number="4", problem="no price", cursor="4")
    nameless = [
        evolve(unreadable, reference="r5", number=None, cursor="5"),
        evolve(unreadable, reference=None, problem="line 6 is none", cursor=""),
    ]
    desk = Desk(orders=[*orders(3), unreadable, *nameless])
    report = desk.run()
    assert (report.ingested, report.unchanged, report.problems) == (5, 0, ["line 6 is none"])
    assert report.items[:2] == [Item(name, Outcome.HELD, "no price", {"reason": "unreadable"}) for name in ("4", "r5")]
    assert desk.source.acknowledged == ["2", "4"], "what has no cursor is not acknowledged"
    assert desk.source.asked_after == [None]
    assert [one.done for one in desk.progress if one.operation == "ingest orders"] == [2, 4, 5]
    desk.source.orders = [order("1", note="gift"), *orders(3)[1:]]
    again = desk.run()
    assert (again.ingested, again.unchanged) == (0, 2)
    assert [(item.name, item.outcome) for item in again.items] == [("1", Outcome.CHANGED)]
    assert desk.source.asked_after[1] == "4"
    assert [one.done for one in desk.progress if one.operation == "ingest orders"][3:] == [1, 2]


def test_a_source_that_fails_at_the_acknowledgment_is_told() -> None:
    """The orders are in the ledger, and delivered."""

    class Forgetful(ListSource):
        def acknowledge_ingest(self, cursor: str) -> None:
            raise OSError

    desk = Desk(source=Forgetful([order()]))
    report = desk.run()
    assert [item.outcome for item in report.items] == [Outcome.DELIVERED]
    (problem,) = report.problems
    assert "while acknowledging orders: a fault in the source" in problem
    assert Desk(source=OrdersOnly([order()])).run().problems == []


@pytest.mark.parametrize(
    ("given", "what"), [(None, "None"), ("1001", "a value of type str"), ({"a": 1}, "a value of type dict")]
)
def test_what_is_no_order_is_a_fault_of_the_source(given: Any, what: str) -> None:
    """What came before it counts."""

    class Odd(OrdersOnly):
        def fetch_orders(self, after: str | None) -> Any:
            return [order(), given]

    desk = Desk(source=Odd())
    report = desk.run()
    (problem,) = report.problems
    said = f"list: gave {what} that is no SourceOrder and no UnreadableOrder while fetching orders at {__file__}:"
    assert problem.startswith(said)
    assert problem.endswith(": a fault in the source")
    assert report.ingested == 1


def test_what_changed_while_in_doubt_goes_out_anew() -> None:
    """Once the order certainly is not there, with the next run."""
    desk = Desk(OutcomeUnknown("500: ?"))
    desk.run()
    desk.source.orders = [order(note="gift", cursor="2")]
    assert desk.run(after=HOUR).items[-1] == Item(
        "1", Outcome.WAITING, "changed at the source; goes out anew with the next run", {}
    )
    entry = desk.entry()
    assert (entry.state, entry.generation, entry.remote_number) == (S.PENDING, 2, None)
    assert entry.order is not None
    assert entry.order.note == "gift"
    assert desk.steps()[-1] == "uncertain pending: certainly not there; the source has changed it since"
    assert outcome_of(desk.run(after=HOUR)) == (Outcome.DELIVERED, "")
    assert (desk.account.keys, desk.entry().next_attempt_at) == ([key(1), key(2)], None)


def test_what_changed_while_its_key_was_used_up_stays_held() -> None:
    """New content is applied, then and later, but does not send it out again."""
    desk = Desk(AlreadySent("400: used"))
    desk.run()
    for cursor, note in enumerate(("gift", "no gift"), 2):
        desk.source.orders = [order(note=note, cursor=str(cursor))]
        desk.run(after=HOUR)
        entry = desk.entry()
        assert (entry.state, entry.reason, entry.generation) == (S.HELD, NOT_TO_BE_FOUND, 2)
        assert entry.order is not None
        assert entry.order.note == note
    release(desk)
    assert outcome_of(desk.run(after=HOUR)) == (Outcome.DELIVERED, "")


# ── around it ────────────────────────────────────────────────────────────────────────────────


def test_what_the_source_says_of_receipts() -> None:
    """Refused and failed ones are problems, each said once; the orders are delivered all the same."""

    def answer(reference: str) -> ItemResult:
        verdict = {"1": Verdict.REFUSED, "2": Verdict.FAILED, "3": Verdict.FAILED}.get(reference, Verdict.ACCEPTED)
        return ItemResult(key=reference, verdict=verdict, message={"1": "who?"}.get(reference, "later"))

    desk = Desk(source=ListSource(orders(4), answer))
    report = desk.run()
    assert report.problems == ["receipts: later", "receipts: who?"]
    assert {item.outcome for item in report.items} == {Outcome.DELIVERED}
    assert Desk(source=OrdersOnly(orders(1))).run().problems == []


def test_what_another_worker_has_is_told() -> None:
    """Until when, at most; once its claim has run out it is ours."""
    desk = Desk()
    desk.store.ingest("shop", [order()], at=NOW)
    desk.store.claim("shop", "other", at=NOW, until=NOW + HOUR, limit=1)
    assert outcome_of(desk.run()) == (Outcome.CLAIMED, "other is working on it, until 13:00:00 UTC at most")
    assert outcome_of(desk.run(after=HOUR))[0] is Outcome.DELIVERED


def test_more_than_a_batch_is_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batch after batch, each order once, in the report in the order they came."""
    monkeypatch.setattr("tradegecko_bridge.engine.delivery.run.BATCH", 2)
    desk = Desk(None, Unavailable("429: busy"), orders=orders(5))
    report = desk.run()
    assert [item.name for item in report.items] == ["1", "2", "3", "4", "5"]
    assert desk.progress[-1].done == 5
    assert [receipt.order_number for receipt in desk.source.receipts] == ["1", "3", "4", "5"]


@pytest.mark.parametrize(("seconds", "limits"), [(0, [2, 4, 4]), (20, [2, 4, 2]), (40, [2, 2, 2, 2])])
def test_more_is_claimed_at_a_time_where_that_is_soon_done(
    monkeypatch: pytest.MonkeyPatch, seconds: int, limits: list[int]
) -> None:
    """Not where a lease would be over before the last order's turn."""
    monkeypatch.setattr("tradegecko_bridge.engine.delivery.run.BATCH", 2)
    desk, claimed = Desk(orders=orders(6)), list[int]()
    create, claim = Scripted.create_order, MemoryStore.claim

    def create_order(account: Scripted, draft: OrderDraft, **options: Any) -> RemoteOrder:
        desk.clock.now += timedelta(seconds=seconds)
        return create(account, draft, **options)

    def noted(store: MemoryStore, *whose: str, limit: int, **when: Any) -> Sequence[LedgerEntry]:
        claimed.append(limit)
        return claim(store, *whose, limit=limit, **when)

    monkeypatch.setattr(Scripted, "create_order", create_order)
    monkeypatch.setattr(MemoryStore, "claim", noted)
    assert desk.run().count(Outcome.DELIVERED) == 6
    assert claimed == limits


def test_what_a_dry_run_says_of_each_order() -> None:
    """What would be created, with what and for how much; and of what is left alone, why."""
    desk = Desk(orders=[order("1"), an_order("2", [a_line("MUG"), a_line("MUG", reference="b")])])
    desk.account.present["2"] = []
    first, second = desk.engine.deliver_orders(dry_run=True).items
    assert (first.outcome, first.detail) == (Outcome.PLANNED, "would be created as 1 with 1 line of goods, 36.72 CAD")
    assert second.detail == "would be created as 2 with 2 lines of goods, 59.31 CAD"
    assert (first.facts["number"], first.facts["total"]) == ("1", {"predicted": "36.72", "source": None})
    assert desk.store.entries("shop") == []

    waiting = Desk(Unavailable("429: busy"), Rejected("422: no"), orders=orders(2))
    waiting.run()
    items = waiting.engine.deliver_orders(dry_run=True).items
    assert [(item.name, item.outcome, item.detail, dict(item.facts)) for item in items] == [
        ("1", Outcome.WAITING, "429: busy; next try at 12:00:30 UTC", {"reason": "unavailable"}),
        ("2", Outcome.KNOWN, "held: 422: no", {"reason": "rejected"}),
    ]


def test_a_dry_run_is_one() -> None:
    """It says so, whatever there is; and what a worker was sending is looked for, as a run would."""
    desk = Desk(AlreadySent("400: used"))
    desk.run()
    (sent,) = desk.store.claim("shop", "dead", at=NOW + HOUR, until=NOW + HOUR * 2, limit=1)
    desk.store.record(sent.transition_to(S.SENDING, NOW + HOUR), who="d")
    desk.clock.move(hours=3)
    report = desk.engine.deliver_orders(dry_run=True)
    assert report.dry_run
    assert outcome_of(report)[0] is Outcome.PLANNED
    desk.account.present["1"] = [RemoteOrder(id="9", number="1", marker=marker("shop", "1"))]
    desk.store.ingest("shop", [order(note="gift")], at=NOW + HOUR)
    assert [item.outcome for item in desk.engine.deliver_orders(dry_run=True).items] == [
        Outcome.ADOPTED,
        Outcome.CHANGED,
    ]


def test_a_dry_run_of_held_orders() -> None:
    """Those that may be released are decided on anew, others are told, with the reason; a total nobody knows is not."""
    desk = Desk(orders=[an_order("1", [a_line("NOPE")]), order("2", placed_at=datetime(1970, 1, 1, tzinfo=UTC))])
    desk.run()
    desk.clock.move(seconds=1)
    items = desk.engine.deliver_orders(dry_run=True).items
    assert [(item.name, item.outcome) for item in items] == [("2", Outcome.KNOWN), ("1", Outcome.HELD)]
    untaxed = Desk(orders=[an_order("1", [a_line("MUG", tax_rate=None)], shipping=())])
    assert outcome_of(untaxed.engine.deliver_orders(dry_run=True))[1] == ("would be created as 1 with 1 line of goods")


# ── what is planned, and what goes together ──────────────────────────────────────────────────


def due(number: str, customer: Customer, parcel: Address | None = None, bill: Address | None = None) -> DueOrder:
    sent = order(number, customer=customer, shipping_address=parcel, billing_address=bill)
    entry = LedgerEntry(
        id=int(number), connection="shop", reference=number, number=number, state=S.PENDING, order=sent,
        ingested_at=NOW, updated_at=NOW,
    )  # fmt: skip
    return DueOrder(entry=entry, number=number, marker=number)


ANN, BEN = Customer(first_name="Ann", last_name="Lee"), Customer(first_name="Ben", last_name="Lee")


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        (due("1", ANN), due("2", BEN), False),
        (due("1", ANN), due("2", Customer(first_name="ANN ", last_name=" lee")), True),
        (due("1", evolve(ANN, reference="c1")), due("2", evolve(BEN, reference="c1")), True),
        (due("1", evolve(ANN, email="A@x.com")), due("2", evolve(BEN, email="a@X.com")), True),
        (due("1", evolve(ANN, email="a@x.com")), due("2", BEN, Address(email="a@x.com")), True),
        (due("1", evolve(ANN, reference="a@x.com")), due("2", evolve(BEN, email="a@x.com")), False),
        (due("1", evolve(ANN, phone="+1 416-555")), due("2", evolve(BEN, phone="(1416) 555")), True),
        (due("1", evolve(ANN, phone="1416555")), due("2", BEN, Address(phone="1 416 555")), True),
        (due("1", evolve(ANN, phone="none")), due("2", evolve(BEN, phone="x")), False),
        (due("1", evolve(ANN, company="Lee Ltd")), due("2", evolve(BEN, company="LEE LTD")), True),
        (due("1", evolve(ANN, company="Lee Ltd")), due("2", ANN), False),
        (due("1", Customer(), Address(company="Lee Ltd")), due("2", evolve(BEN, company="Lee Ltd")), True),
        (due("1", Customer(), Address(first_name="Ann", last_name="Lee")), due("2", ANN), True),
        (due("1", Customer(), AN_ADDRESS, Address(last_name="Bo")), due("2", Customer(last_name="Bo")), True),
        (due("1", Customer(), AN_ADDRESS, Address(last_name="Bo")), due("2", ANN), False),
        (due("1", Customer()), due("2", Customer()), False),
        (due("1", ANN), evolve(due("2", BEN), number="1"), True),
    ],
)
def test_orders_of_one_customer_go_one_after_the_other(first: DueOrder, second: DueOrder, together: bool) -> None:
    """Known by reference, e-mail address, telephone number or name, each only as itself; so do those of one number."""
    assert partition([first, second]) == ([[first, second]] if together else [[first], [second]])
    unreadable = [evolve(one, entry=evolve(one.entry, order=None)) for one in (due("1", ANN), due("2", ANN))]
    assert partition(unreadable) == [[one] for one in unreadable]


def test_what_is_prefetched() -> None:
    """The number each order was sent as, else that it would have, also of one that is left out: a lost ledger may have
    sent it. With whom the bill goes to, else the parcel, of those that are planned."""
    bill = Address(last_name="Bo", city="Ottawa", country="CA", address1="2 Main St")
    desk = Desk(
        OutcomeUnknown("500: ?"),
        orders=[order("1", billing_address=bill), an_order("2", [a_line("MUG")], tags=("test",))],
        order_filters=[{"field": "tag", "values": ["test"], "rule": "except"}],
    )
    desk.run()
    assert desk.account.prefetched == [(["1", "2"], ["Ottawa"])]
    desk.engine = with_settings(desk, number_prefix="X-")
    desk.source.orders = [order("3", cursor="3", customer=Customer(email="bo@example.com"))]
    desk.run(after=HOUR)
    assert desk.account.prefetched[1:] == [(["1", "X-3"], ["Ottawa", "Toronto"])]
    desk.run(after=HOUR)
    assert len(desk.account.prefetched) == 2, "nothing was due"


def with_settings(desk: Desk, **settings: Any) -> SyncEngine:
    """The same connection with other settings."""
    return SyncEngine(
        "shop", source=desk.source, gateway=desk.account, store=desk.store, clock=desk.clock, worker="me", in_flight=1,
        settings=ConnectionSettings(**settings),
    )  # fmt: skip


def test_an_order_that_was_sent_is_looked_for_whatever_the_settings_say_now() -> None:
    """A filter leaves out what was never sent; what was sent is adopted where it is there."""
    desk = Desk(OutcomeUnknown("500: ?"), orders=[order("1", tags=("test",))])
    desk.run()
    desk.engine = with_settings(desk, order_filters=[{"field": "tag", "values": ["test"], "rule": "except"}])
    desk.account.present["1"] = [RemoteOrder(id="9", number="1", marker=marker("shop", "1"))]
    assert outcome_of(desk.run(after=HOUR))[0] is Outcome.ADOPTED
    never = Desk(orders=[order("1", tags=("test",))])
    never.engine = with_settings(never, order_filters=[{"field": "tag", "values": ["test"], "rule": "except"}])
    assert outcome_of(never.run())[0] is Outcome.SKIPPED
    assert never.account.prefetched == [(["1"], [])]
    assert never.account.asked == []
    lost = Desk(orders=[order("1", tags=("test",))])
    lost.engine = with_settings(lost, order_filters=[{"field": "tag", "values": ["test"], "rule": "except"}])
    lost.account.present["1-renamed"] = [RemoteOrder(id="9", number="1-renamed", marker=marker("shop", "1"))]
    lost.account.present["1"] = lost.account.present["1-renamed"]
    assert outcome_of(lost.run())[0] is Outcome.ADOPTED


def test_orders_are_pulled_again() -> None:
    """What became of each is told; the cursor stays, and who cannot give one again says what to do instead."""

    class Giving(ListSource):
        def fetch_order(self, name: str) -> Any:
            return [one for one in self.orders if one.number == name]

        def fetch_since(self, moment: datetime) -> Any:
            if moment > NOW:
                raise OSError
            return self.orders

    unreadable = UnreadableOrder(reference="r4", number="4", problem="no price", cursor="4")
    desk = Desk(source=Giving([order("1"), order("2"), unreadable]))
    desk.store.ingest("shop", [order("1"), order("2", note="old")], at=NOW)
    desk.source.orders.append(order("3"))
    report = desk.engine.pull_orders("1", "2", "3", "4", "5")
    assert [(item.name, item.outcome, item.detail) for item in report.items] == [
        ("1", Outcome.KNOWN, "as the ledger has it"),
        ("2", Outcome.INGESTED, "changed at the source since it was ingested"),
        ("3", Outcome.INGESTED, "new; goes out with the next sync"),
        ("4", Outcome.HELD, "no price"),
    ]
    assert report.problems == ["list: has no order '5'"]
    assert desk.store.cursor("shop", "orders") == "2"
    desk.progress.clear()
    assert len(desk.engine.pull_since(NOW).items) == 3 + 1
    assert [one.done for one in desk.progress] == [4]
    (problem,) = desk.engine.pull_since(NOW + HOUR).problems
    assert "while fetching orders again: a fault in the source" in problem
    plain = Desk(source=OrdersOnly())
    instead = "change the order there, so that it is given with the next sync"
    assert plain.engine.pull_orders("1").problems == [f"list: this source cannot give one order again; {instead}"]
    assert plain.engine.pull_since(NOW).problems == [
        f"list: this source cannot give orders from a date on again; {instead}"
    ]


# ── reading ahead ────────────────────────────────────────────────────────────────────────────


@frozen
class Ahead(Scripted):
    """Reads five pages ahead, and notes for how many orders."""

    fails: list[GatewayError] = field(factory=list)
    prepared: list[int] = field(factory=list)

    def prepare(self, orders: int, told: Callable[[int, int], None]) -> Sequence[str]:
        self.prepared.append(orders)
        for error in self.fails:
            raise error
        told(5, 5)
        return ["read the account once, in 5 pages"]


def test_the_account_is_read_ahead_for_as_many_orders_as_there_are() -> None:
    """That is told as it goes on, and in the report."""
    account = Ahead()
    desk = Desk(account=account, orders=orders(3))
    assert desk.run().notes == ["read the account once, in 5 pages"]
    assert Progress(operation="read ahead", done=5, total=5) in desk.progress
    desk.run()
    assert account.prepared == [3, 0]


@pytest.mark.parametrize("error", [AccessDenied("no login"), Unavailable("no answer")])
def test_what_cannot_be_done_without_ends_the_run(error: GatewayError) -> None:
    desk = Desk(account=Ahead(fails=[error]))
    assert desk.run().problems == [str(error)]
    assert desk.account.keys == []
    assert desk.entry().state is S.PENDING


def test_where_another_worker_reads_on_meanwhile_the_rest_is_left_to_it() -> None:
    """What was read from an older place could undo what that one has written."""

    class Overtaken(ListSource):
        def fetch_orders(self, after: str | None) -> Iterator[SourceOrder | UnreadableOrder]:
            yield self.orders[0]
            desk.store.ingest("shop", self.orders, at=NOW)

    desk = Desk(source=Overtaken([order(number, cursor=number) for number in "12"]))
    report = desk.run()
    assert (report.ingested, report.notes) == (0, [str(CursorMoved.of("shop", "orders"))])
    assert desk.store.cursor("shop", "orders") == "2"
