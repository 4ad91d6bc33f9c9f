"""The stores' rules, one at a time: what each does to a row, and what it says of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from attrs import evolve

from tradegecko_bridge.commerce import Shipment, ShippedItem, SourceOrder, UnreadableOrder
from tradegecko_bridge.errors import ClaimLost
from tradegecko_bridge.ledger import (
    CANCELED_AT_SOURCE,
    CHANGED_TOO_LATE,
    Alert,
    Claim,
    Finding,
    LedgerEntry,
    LedgerEvent,
    OrderState,
    PendingUpdate,
    Reason,
    Severity,
    ShipmentState,
    StateCount,
    Transition,
)
from tradegecko_bridge.stores.memory import MemoryStore
from tradegecko_bridge.stores.row import Row
from tradegecko_bridge.stores.rules import alerts, digests, expiry, ingest, lookups, shipments, work
from tradegecko_bridge.testing.builders import a_line, an_order

S = OrderState
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
BEFORE, LATER = NOW - timedelta(hours=1), NOW + timedelta(minutes=7, microseconds=5)
RUNNING = Claim(worker="w", until=LATER, serial=4)
RUN_OUT = Claim(worker="w", until=BEFORE + timedelta(microseconds=5), serial=4)
KEY = b"a key, as long as one must be"
UNKNOWN = Reason("unknown_sku", "SKU 'A' is not in TradeGecko", transient=True)
BY_HAND = Reason("by_hand", "wait for payment")
NEW_CONTENT = an_order("1001", [a_line("TEE-M")], source_status="packed", paid=True)
WITHDRAWN = evolve(NEW_CONTENT, canceled_at=NOW)
UNREADABLE = UnreadableOrder(reference="r1", number="1001", problem="a line has no quantity", cursor="1")


def a_row(state: OrderState = S.PENDING, *, update: SourceOrder | None = None, **fields: Any) -> Row:
    given = {"id": 1, "connection": "shop", "reference": "r1", "number": "1001", "order": an_order(), "serial": 4}
    times = {"ingested_at": BEFORE, "updated_at": BEFORE}
    entry = LedgerEntry(**{**given, **times, "state": state, "pending_update": PendingUpdate.of(update), **fields})
    return Row(entry=entry, fingerprint="f1", pending_update=update)


def an_event(was: OrderState | None, now: OrderState, why: str, who: str = "ingest", **detail: Any) -> LedgerEvent:
    return LedgerEvent(at=NOW, who=who, was=was, now=now, why=why, detail=detail)


# ── ingest ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("arrival", "state", "reason"),
    [
        (NEW_CONTENT, S.PENDING, None),
        (WITHDRAWN, S.PENDING, None),
        (UNREADABLE, S.HELD, Reason("unreadable", "a line has no quantity")),
    ],
)
def test_a_new_order(arrival: Any, state: OrderState, reason: Reason | None) -> None:
    """Its first event says why it is not pending, where it is not."""
    row, events = ingest.new_row("shop", ingest.Identified("r1", arrival, "f1"), NOW)
    assert (row.entry.id, row.entry.state, row.entry.reason, row.fingerprint) == (0, state, reason, "f1")
    assert row.entry.order is (None if arrival is UNREADABLE else arrival)
    assert events == (an_event(None, state, reason.text if reason else ""),)


@pytest.mark.parametrize(
    ("state", "reason", "arrival", "to", "after"),
    [
        (S.PENDING, UNKNOWN, NEW_CONTENT, S.PENDING, None),
        (S.HELD, UNKNOWN, NEW_CONTENT, S.PENDING, None),
        (S.CANCELED, CANCELED_AT_SOURCE, NEW_CONTENT, S.PENDING, None),
        (S.SKIPPED, UNKNOWN, NEW_CONTENT, S.PENDING, None),
        (S.FAILED, UNKNOWN, NEW_CONTENT, S.FAILED, UNKNOWN),
        (S.HELD, BY_HAND, NEW_CONTENT, S.HELD, BY_HAND),
        (S.HELD, BY_HAND, WITHDRAWN, S.HELD, BY_HAND),
        (S.FAILED, Reason("gave_up_in_doubt", "t"), WITHDRAWN, S.FAILED, Reason("gave_up_in_doubt", "t")),
        (S.PENDING, None, WITHDRAWN, S.PENDING, None),
        (S.HELD, Reason("key_used", "t"), WITHDRAWN, S.HELD, Reason("key_used", "t")),
        (S.FAILED, UNKNOWN, WITHDRAWN, S.CANCELED, CANCELED_AT_SOURCE),
        (S.SKIPPED, UNKNOWN, WITHDRAWN, S.PENDING, None),
        (S.PENDING, None, UNREADABLE, S.HELD, Reason("unreadable", "a line has no quantity")),
        (S.HELD, UNKNOWN, UNREADABLE, S.HELD, Reason("unreadable", "a line has no quantity")),
        (S.FAILED, UNKNOWN, UNREADABLE, S.FAILED, UNKNOWN),
    ],
)
def test_new_content_of_an_order_that_was_not_sent(
    state: OrderState, reason: Reason | None, arrival: Any, to: OrderState, after: Reason | None
) -> None:
    """Applied at once; what begins anew has all its tries; whoever had claimed the old content has lost it."""
    row = a_row(state, reason=reason, attempts=3, next_attempt_at=LATER, claim=RUNNING, update=WITHDRAWN)
    changed, events = ingest.changed_row(row, arrival, NOW)
    entry = changed.entry
    assert (entry.state, entry.reason) == (to, after)
    begins = to is S.PENDING and (state is not S.PENDING or arrival is WITHDRAWN)
    assert (entry.attempts, entry.next_attempt_at) == ((0, None) if begins else (3, LATER))
    assert (entry.claim, entry.serial, entry.updated_at) == (None, 5, NOW)
    assert entry.in_state_since == (BEFORE if to is state else NOW)
    assert entry.order is (row.entry.order if arrival is UNREADABLE else arrival)
    assert (entry.pending_update, changed.pending_update) == (None, None)
    what = {id(NEW_CONTENT): "changed at the source", id(WITHDRAWN): "canceled at the source"}
    unreadable = "the source can no longer give it whole (a line has no quantity)"
    assert events == (an_event(state, to, what.get(id(arrival), unreadable)),)


@pytest.mark.parametrize("state", [S.SENDING, S.UNCERTAIN, S.DELIVERED, S.SHIPPED, S.CONFIRMED])
def test_new_content_of_an_order_that_was_sent(state: OrderState) -> None:
    """Kept beside it until it is known whether it arrived; of one that did, only how far it is is told."""
    row = a_row(state, claim=RUNNING)
    changed, events = ingest.changed_row(row, NEW_CONTENT, NOW)
    in_doubt = state in {S.SENDING, S.UNCERTAIN}
    assert changed.pending_update is (NEW_CONTENT if in_doubt else None)
    assert changed.entry == evolve(row.entry, pending_update=PendingUpdate.CHANGED if in_doubt else None)
    told: dict[str, Any] = {"source_status": "packed", "payment_status": None, "paid": True}
    assert events == (an_event(state, state, "changed at the source after it was sent", **told),)
    unchanged, (event,) = ingest.changed_row(row, UNREADABLE, NOW)
    assert (unchanged, event.detail) == (row, {})


def test_new_content_of_an_expired_order_is_not_taken() -> None:
    """It would bring the personal data back."""
    row = a_row(S.SKIPPED, expired_at=NOW)
    said = "changed at the source; not applied, because its personal data has expired"
    assert ingest.changed_row(row, NEW_CONTENT, NOW) == (row, (an_event(S.SKIPPED, S.SKIPPED, said),))


def test_a_batch_goes_by_what_it_has_changed_itself() -> None:
    """The same order twice in a batch is new once; counted is what was known and what was different."""
    twice = ingest.identify([an_order("1001"), an_order("1001"), NEW_CONTENT, UnreadableOrder(problem="?", cursor="1")])
    batch = ingest.ingest("shop", twice, {}, NOW)
    assert (batch.counts.new, batch.counts.known, batch.counts.changed) == (("1001",), 2, ("1001",))
    assert batch.rows["1001"].entry.order == NEW_CONTENT
    assert [reference for reference, _ in batch.events] == ["1001", "1001"]
    again = ingest.ingest("shop", twice[:1], {"1001": evolve(a_row(), fingerprint=twice[0].fingerprint)}, NOW)
    assert (again.rows, again.counts.known, again.counts.new) == ({}, 1, ())


# ── work ─────────────────────────────────────────────────────────────────────────────────────


def test_a_claim() -> None:
    """The next serial; nothing else changes, and there is no event."""
    row, events = work.claimed(a_row(), "me", NOW, LATER)
    claim = Claim(worker="me", until=LATER, serial=5)
    assert (row, events) == (a_row(claim=claim, serial=5), ())


@pytest.mark.parametrize(
    ("sent_at", "ingested_at", "counts"),
    [(BEFORE, BEFORE, BEFORE), (LATER, BEFORE, NOW), (LATER, LATER, LATER)],
)
def test_what_was_sent_in_the_future_was_sent_now(sent_at: datetime, ingested_at: datetime, counts: datetime) -> None:
    """By a clock that has been put right since; but never before the order came."""
    row, _ = work.claimed(a_row(S.UNCERTAIN, sent_at=sent_at, ingested_at=ingested_at), "me", NOW, LATER)
    assert row.entry.sent_at == counts


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        (RUN_OUT, "w did not report back by 2026-11-03T11:00:00+00:00"),
        (None, "its worker gave it back while it was being sent"),
    ],
)
def test_what_its_worker_abandoned_is_in_doubt(claim: Claim | None, why: str) -> None:
    """Since it was sent, not since somebody noticed."""
    since = BEFORE - timedelta(hours=1)
    row, events = work.claimed(a_row(S.SENDING, claim=claim, in_state_since=since), "me", NOW, LATER)
    assert (row.entry.state, row.entry.updated_at, row.entry.in_state_since) == (S.UNCERTAIN, NOW, since)
    assert events == (an_event(S.SENDING, S.UNCERTAIN, why, who="me"),)


def recorded(row: Row, to: OrderState, why: str = "why", **facts: Any) -> tuple[Row, tuple[LedgerEvent, ...]]:
    entry = row.entry.transition_to(to, NOW, **facts)
    return work.recorded(row, Transition(entry=entry, who="me", why=why, detail={"key": "k"}))


@pytest.mark.parametrize(
    ("to", "facts", "kept"),
    [
        (S.SENDING, {"claim": RUNNING}, True),
        (S.DELIVERED, {"claim": RUNNING, "pending_actions": ("pay",)}, True),
        (S.DELIVERED, {"claim": None, "pending_actions": ("pay",)}, False),
        (S.DELIVERED, {"claim": RUNNING}, False),
        (S.PENDING, {"claim": RUNNING}, False),
    ],
)
def test_a_claim_is_kept_while_there_is_work(to: OrderState, facts: dict[str, Any], kept: bool) -> None:
    """One that is given back gets a new serial, so that whoever had it cannot write any more."""
    row, (event,) = recorded(a_row(claim=RUNNING), to, **facts)
    assert (row.entry.claim, row.entry.serial) == ((RUNNING, 4) if kept else (None, 5))
    assert event == an_event(S.PENDING, to, "why", who="me", key="k")


def test_what_a_worker_records_is_its_own() -> None:
    """Everything it may have learned, and nothing that is the source's."""
    row = a_row(claim=RUNNING, line_ids={"1": "v0"})
    facts: dict[str, Any] = {
        "reason": UNKNOWN,
        "remote_id": "",
        "remote_number": "EB-1",
        "line_ids": {"1": "v1"},
        "generation": 2,
        "attempts": 3,
        "sent_at": NOW.astimezone(timezone(timedelta(hours=2))),
        "next_attempt_at": LATER.astimezone(timezone(timedelta(hours=2))),
    }
    transition = Transition(entry=evolve(row.entry, **facts, number="other", order=None, updated_at=NOW), who="me")
    after, events = work.recorded(row, transition)
    assert after.entry == evolve(row.entry, **{**facts, "remote_id": None}, updated_at=NOW, claim=None, serial=5)
    assert after.entry.sent_at is not None
    assert after.entry.sent_at.tzinfo is UTC
    assert events == (), "neither a reason nor another state"


def test_nobody_writes_over_who_came_after() -> None:
    """By the row's serial; and a request leaves only under a claim that runs."""
    row = a_row(claim=RUNNING)
    stale = Transition(entry=evolve(row.entry, serial=3).transition_to(S.PENDING, NOW), who="me")
    with pytest.raises(ClaimLost, match=r"^order r1: somebody else has taken or changed it since it was read$"):
        work.recorded(row, stale)
    for claim in (None, RUN_OUT, evolve(RUNNING, until=NOW)):
        with pytest.raises(ClaimLost, match=r"^order r1: only a worker whose claim still runs may send it$"):
            recorded(a_row(claim=claim), S.SENDING)
    late = row.entry.transition_to(S.SENDING, NOW, claim=RUN_OUT)
    with pytest.raises(ClaimLost, match=r"^order r1: only a worker whose claim still runs may send it$"):
        work.recorded(row, Transition(entry=late, who="me"))
    another = row.entry.transition_to(S.SENDING, NOW, claim=evolve(RUNNING, worker="me"))
    with pytest.raises(ClaimLost, match=r"^order r1: w has it; was the ledger restored\?$"):
        work.recorded(row, Transition(entry=another, who="me"))
    restored = Transition(entry=evolve(row.entry, reference="r2"), who="me")
    with pytest.raises(ClaimLost, match=r"^order r2: this ledger has another order in its place; was it restored\?$"):
        work.recorded(row, restored)
    with pytest.raises(ValueError, match=r"^order r1: canceled cannot become sending$"):
        work.recorded(a_row(S.CANCELED), Transition(entry=a_row(S.SENDING).entry, who="me"))


def test_serials_outgrow_those_of_the_ledger_before() -> None:
    """By a second for each that has passed since the backup, by a clock that runs backwards all the same."""
    assert work.serial_gap(NOW, LATER) == 1420
    assert work.serial_gap(LATER, NOW) == work.serial_gap(NOW, NOW) == 1000


def test_what_is_wrong_with_one_transition_is_not_wrong_with_the_others() -> None:
    """Whatever it is, it is the answer to that one."""
    store = MemoryStore()
    store.ingest("shop", [an_order(str(number)) for number in range(5)], at=NOW)
    rows = store.claim("shop", "me", at=NOW, until=LATER, limit=5)
    good, stale, unknown, odd, zoneless = (
        Transition(entry=row.transition_to(S.SENDING, NOW), who="me") for row in rows
    )
    answers = store.record_all(
        [
            evolve(stale, entry=evolve(stale.entry, serial=9)),
            evolve(unknown, entry=evolve(unknown.entry, id=99)),
            evolve(odd, detail={"key": object()}),
            evolve(zoneless, entry=evolve(zoneless.entry, updated_at=NOW.replace(tzinfo=None))),
            good,
        ]
    )
    assert [type(answer) for answer in answers[:4]] == [ClaimLost, ClaimLost, TypeError, ValueError]
    assert isinstance(answers[4], LedgerEntry)


def test_what_the_source_said_meanwhile() -> None:
    """Told to be too late where the order arrived; applied where it did not; kept while nobody knows."""
    row = a_row(S.SENDING, claim=RUNNING, update=NEW_CONTENT)
    arrived, events = recorded(row, S.DELIVERED)
    assert (arrived.pending_update, arrived.entry.pending_update) == (None, None)
    assert events == (
        an_event(S.SENDING, S.DELIVERED, "why", who="me", key="k"),
        an_event(S.DELIVERED, S.DELIVERED, CHANGED_TOO_LATE, who="me"),
    )
    assert CHANGED_TOO_LATE == (
        "changed or canceled at the source while it was on its way; TradeGecko has it as it was sent"
    )
    not_there, events = recorded(row, S.PENDING)
    assert not_there.entry.order == NEW_CONTENT
    assert [event.why for event in events] == ["why", "changed at the source"]
    unknown, events = recorded(row, S.UNCERTAIN)
    assert (unknown.pending_update, len(events)) == (NEW_CONTENT, 1)
    delivered = evolve(a_row(S.DELIVERED), pending_update=NEW_CONTENT)
    assert recorded(delivered, S.DELIVERED, "")[1] == (), "nothing happened that it could be said with"


@pytest.mark.parametrize(
    ("state", "to", "retry", "reason", "attempts"),
    [
        (S.HELD, S.PENDING, False, None, 0),
        (S.HELD, S.SKIPPED, False, Reason("by_hand", "because"), 3),
        (S.UNCERTAIN, S.UNCERTAIN, False, UNKNOWN, 3),
        (S.DELIVERED, S.SHIPPED, False, UNKNOWN, 3),
        (S.DELIVERED, S.DELIVERED, True, None, 3),
    ],
)
def test_what_a_person_decides(
    state: OrderState, to: OrderState, retry: bool, reason: Reason | None, attempts: int
) -> None:
    """What is sent back to pending has all its tries; what still waits to be done goes on waiting, unless retried."""
    row = a_row(state, reason=UNKNOWN, attempts=3, next_attempt_at=LATER, claim=RUN_OUT)
    after, events = work.overridden(row, to, NOW, "ann", "because", **({"retry": True} if retry else {}))
    entry = after.entry
    assert (entry.state, entry.reason, entry.attempts, entry.claim, entry.serial) == (to, reason, attempts, None, 5)
    assert entry.next_attempt_at == (LATER if state is S.DELIVERED and not retry else None)
    assert (entry.updated_at, entry.in_state_since) == (NOW, BEFORE if to is state else NOW)
    assert events == (an_event(state, to, "because", who="ann"),)


@pytest.mark.parametrize(
    ("row", "to", "error", "said"),
    [
        (
            a_row(claim=RUNNING),
            S.SKIPPED,
            ClaimLost,
            "order r1: w is working on it until 2026-11-03T12:07:00+00:00; try again then",
        ),
        (a_row(S.SKIPPED), S.CANCELED, ValueError, "order r1: skipped cannot become canceled"),
        (a_row(S.UNCERTAIN), S.HELD, ValueError, "order r1: uncertain cannot become held: it may be in TradeGecko"),
        (
            a_row(S.SKIPPED, expired_at=BEFORE),
            S.PENDING,
            ValueError,
            (
                "order r1: its personal data expired 2026-11-03, so it cannot be sent; enter it in TradeGecko by hand, "
                "or as a new order at the source"
            ),
        ),
        (a_row(), S.SENDING, ValueError, "order r1: only a worker with a claim can send it; make it pending"),
    ],
)
def test_what_nobody_may_decide(row: Row, to: OrderState, error: type[Exception], said: str) -> None:
    """Each with what stands against it."""
    with pytest.raises(error) as caught:
        work.overridden(row, to, NOW, "ann", "because")
    assert str(caught.value) == said


def test_an_expired_order_may_still_be_skipped() -> None:
    """Only sending it needs its data."""
    row, _ = work.overridden(a_row(S.FAILED, expired_at=BEFORE), S.SKIPPED, NOW, "ann", "because")
    assert row.entry.state is S.SKIPPED


# ── shipments ────────────────────────────────────────────────────────────────────────────────


def a_shipment(reference: str = "s1", carrier: str = "UPS") -> Shipment:
    items = (ShippedItem(line_reference="1", sku="A", quantity=a_line().quantity),)
    return Shipment(reference=reference, order_reference="r1", order_number="1001", items=items, carrier=carrier)


def known_shipment(**fields: Any) -> shipments.ShipmentRow:
    row = shipments.ingest("shop", [(7, a_shipment())], {})["s1"]
    return evolve(row, entry=evolve(row.entry, id=3, **fields), serial=4)


def test_a_shipment_is_written_when_it_is_new_or_different() -> None:
    """To be told again then, by somebody else than who is telling the old one."""
    (new,) = shipments.ingest("shop", [(7, a_shipment())], {}).values()
    assert (new.entry.id, new.entry.entry_id, new.entry.state, new.serial) == (0, 7, ShipmentState.PENDING, 0)
    known = {"s1": known_shipment(state=ShipmentState.SENT, attempts=2, claim=RUNNING)}
    assert shipments.ingest("shop", [(7, a_shipment())], known) == {}
    (changed,) = shipments.ingest("shop", [(7, a_shipment(carrier="DHL"))], known).values()
    entry = changed.entry
    assert (entry.id, entry.state, entry.attempts, entry.claim) == (3, ShipmentState.PENDING, 0, None)
    assert (entry.shipment.carrier, changed.serial) == ("DHL", 5)
    (last,) = shipments.ingest("shop", [(7, a_shipment(carrier=name)) for name in ("DHL", "UPS")], known).values()
    assert (last.entry.shipment.carrier, last.serial) == ("UPS", 6), "the batch's own, not the ledger's, is compared"


def test_a_claimed_shipment_is_recorded_once() -> None:
    """By the claim's serial, which ends with it."""
    row = shipments.claimed(known_shipment(), "me", LATER)
    assert (row.serial, row.entry.claim) == (5, Claim(worker="me", until=LATER, serial=5))
    report = evolve(row.entry, state=ShipmentState.REFUSED, reason="no", attempts=1, next_attempt_at=LATER)
    after = shipments.recorded(row, report)
    assert after == evolve(row, entry=evolve(report, claim=None), serial=6)
    for late in (evolve(report, claim=None), evolve(report, claim=RUNNING)):
        with pytest.raises(ClaimLost, match=r"^shipment s1: somebody else has taken or changed it since$"):
            shipments.recorded(row, late)


def test_shipments_belong_to_their_own_connection() -> None:
    """Another's order is as good as none."""
    shipments.check_owners("shop", [7], {7: "shop"})
    for owners in ({}, {7: "other"}):
        with pytest.raises(KeyError, match="shop has no order entry 7"):
            shipments.check_owners("shop", [7], owners)


# ── expiry ───────────────────────────────────────────────────────────────────────────────────


def test_an_expired_order_holds_nobody_s_data() -> None:
    """Not in what is pending either; whoever had claimed it has lost it."""
    (row, events), _ = expiry.expired(a_row(S.SKIPPED, claim=RUN_OUT, update=WITHDRAWN), NOW, "ann", KEY)
    assert row.entry.order is not None
    assert row.entry.order.customer != an_order().customer
    entry = row.entry
    assert (entry.expired_at, entry.claim, entry.serial, entry.pending_update) == (NOW, None, 5, None)
    assert row.pending_update is None
    assert events == (an_event(S.SKIPPED, S.SKIPPED, "personal data expired", who="ann"),)
    assert expiry.expired(a_row(S.SKIPPED, order=None), NOW, "ann", KEY)[0][0].entry.order is None


def test_what_is_left_of_a_fingerprint_nobody_can_make_without_the_key() -> None:
    """And it stays what it is when the order's source gives it again."""
    before = a_row(S.SKIPPED)
    (after, _), _ = expiry.expired(before, NOW, "ann", KEY)
    (other, _), _ = expiry.expired(before, NOW, "ann", b"another key, as long as one")
    assert before.fingerprint not in after.fingerprint
    assert len({before.fingerprint, after.fingerprint, other.fingerprint}) == 3
    assert digests.like(before.fingerprint, after.fingerprint, KEY) == after.fingerprint
    assert digests.like(before.fingerprint, before.fingerprint, KEY) == before.fingerprint
    assert digests.keyed(after.fingerprint, KEY) == after.fingerprint


def test_what_is_said_of_an_order_that_expires() -> None:
    """Goes with its values; where nobody knows them, all of it does."""
    order = an_order(note="Ring twice")
    said = [(None, ""), (None, "Ann Lee is too long"), (S.HELD, "spoke to ann"), (S.HELD, "gift 'ring TWICE'")]
    gone = "the source can no longer give it whole (the rest has expired)"
    row = a_row(S.SKIPPED, order=order, reason=Reason("by_hand", "spoke to Ann"))
    (after, _), left = expiry.expired(row, NOW, "ann", KEY, said)
    assert after.entry.reason == Reason("by_hand", "spoke to …")
    assert left == ["", gone, "spoke to …", "gift '…'"]
    unknown = evolve(row, entry=evolve(row.entry, order=None))
    (after, _), left = expiry.expired(unknown, NOW, "ann", KEY, said)
    assert after.entry.reason == Reason("by_hand", expiry.EXPIRED)
    assert left == [expiry.EXPIRED] * 4


@pytest.mark.parametrize("to", [S.HELD, S.SKIPPED])
def test_nobody_s_words_say_whose_order_it_is(to: OrderState) -> None:
    """Neither a system's nor a person's: the order's values are taken out where it is written down."""
    row = a_row(S.PENDING, claim=RUNNING, order=an_order())
    said = "refused: 'Ann' LEE of 1 king st w (request id 7)"
    entry = row.entry.transition_to(to, NOW, reason=Reason("rejected", said))
    detail = {"status": 422, "request_id": "lee"}
    after, (event,) = work.recorded(row, Transition(entry=entry, who="w", why=said, detail=detail))
    left = "refused: '…' … of … (request id 7)"
    assert (after.entry.reason, event.why) == (Reason("rejected", left), left)
    assert event.detail == {"status": 422, "request_id": "…"}
    after, (event,) = work.overridden(a_row(S.PENDING, order=an_order()), to, NOW, "bob", "Ann Lee called")
    assert (after.entry.reason, event.why) == (Reason("by_hand", "… called"), "… called")


def test_states_that_may_expire() -> None:
    """In their order, each once; others are refused with those that may."""
    assert expiry.checked([S.SKIPPED, S.CANCELED, S.SKIPPED]) == [S.CANCELED, S.SKIPPED]
    with pytest.raises(ValueError, match="orders that are held") as caught:
        expiry.checked([S.PENDING, S.HELD, S.SKIPPED])
    assert str(caught.value) == (
        "orders that are held may still be sent; "
        "only canceled, confirmed, delivered, failed, shipped, skipped can expire"
    )


def test_a_shipment_expires_once_its_source_knows_of_it() -> None:
    """With what the source said of it."""
    sent = known_shipment(state=ShipmentState.SENT, reason="for Ann")
    after = expiry.expired_shipment(sent, KEY).entry
    assert (after.reason, after.state) == ("", ShipmentState.SENT)
    pending = known_shipment(reason="for Ann")
    assert expiry.expired_shipment(pending, KEY) == pending


@pytest.mark.parametrize(
    ("why", "kept"),
    [
        ("shipment 7 sent: UPS 1Z1", "shipment 7 sent (the rest has expired)"),
        (
            "shipment 7 was taken over by another worker; shipment 8 sent: 1Z2",
            "shipment 7 was taken over by another worker (the rest has expired)",
        ),
        ("shipment 7 sent (1 unit, complete)", "shipment 7 sent (1 unit, complete)"),
        ("order id 9", "order id 9"),
    ],
)
def test_what_earlier_versions_said_of_shipments(why: str, kept: str) -> None:
    """Is cut where tracking numbers may follow."""
    assert expiry.expired_why(S.DELIVERED, why) == kept


# ── look-ups ─────────────────────────────────────────────────────────────────────────────────


def test_what_an_order_is_found_by() -> None:
    """All it is called, whatever the case, each up to 120 characters and on a line of its own."""
    entry = a_row(number="EB-1\nx", reference="R" * 130, remote_number="ß", remote_id="77").entry
    assert lookups.search_key(entry) == f"eb-1 x\n{'r' * 120}\nss\n77"
    assert lookups.search_key(a_row().entry) == "1001\nr1\n\n"
    assert lookups.searched("  EB-1\nX ") == "eb-1 x"


def test_moments_of_a_filter_are_in_utc() -> None:
    """Both spans, each end; what is not given stays so."""
    local = NOW.astimezone(timezone(timedelta(hours=2)))
    found = lookups.in_utc({"number": "1", "ingested": (local, None), "entered": (None, local)})
    assert found == {"number": "1", "ingested": (NOW, None), "entered": (None, NOW)}
    assert {str(moment) for span in (found["ingested"], found["entered"]) for moment in span or ()} == {
        str(NOW),
        "None",
    }
    assert lookups.in_utc({}) == {"ingested": None, "entered": None}


def test_counts_come_in_one_order() -> None:
    """By connection, state, code and whether it may pass."""
    sorted_so = [
        ("a", S.HELD, "x", False),
        ("a", S.HELD, "x", True),
        ("a", S.HELD, "y", False),
        ("a", S.PENDING, None, False),
        ("a", S.PENDING, "A", False),
        ("b", S.HELD, None, False),
        ("b", S.HELD, "a", False),
    ]
    counts = [
        StateCount(connection=connection, state=state, code=code, transient=transient, count=1, since=NOW)
        for connection, state, code, transient in sorted_so
    ]
    assert lookups.in_order(reversed(counts)) == counts


# ── alerts ───────────────────────────────────────────────────────────────────────────────────


def test_an_alert_opens_goes_on_and_closes() -> None:
    """Within what was looked at; and it was never last seen earlier than before."""
    opened = Alert(
        id=5, connection="shop", key="held:a", severity=Severity.ERROR, text="one", count=1, opened_at=BEFORE,
        last_seen_at=LATER,
    )  # fmt: skip
    elsewhere = evolve(opened, key="stock:b")
    finding = Finding(key="held:a", severity=Severity.WARNING, text="two", count=2)
    changes = alerts.compared("shop", [opened, elsewhere], [finding], ["held:"], NOW)
    assert changes == alerts.Changes(seen=[evolve(opened, severity=Severity.WARNING, text="two", count=2)])
    later = alerts.compared("shop", [opened], [finding], ["held:"], LATER + timedelta(hours=1))
    assert [alert.last_seen_at for alert in later.seen] == [LATER + timedelta(hours=1)]
    over = alerts.compared("shop", [opened, elsewhere], [], ["held:"], NOW)
    assert over == alerts.Changes(closed=[evolve(opened, closed_at=NOW)])
    new = alerts.compared("shop", [], [finding], ["held:"], NOW)
    assert new == alerts.Changes(
        opened=[
            Alert(
                id=0, connection="shop", key="held:a", severity=Severity.WARNING, text="two", count=2, opened_at=NOW,
                last_seen_at=NOW,
            )
        ]
    )  # fmt: skip
