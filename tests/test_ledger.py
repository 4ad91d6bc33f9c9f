"""The ledger's words: what ledgers of all versions hold, and which state follows which."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from tradegecko_bridge import ledger
from tradegecko_bridge.commerce import Shipment, ShippedItem
from tradegecko_bridge.ledger import (
    Claim,
    Finding,
    IngestCounts,
    LedgerEntry,
    LedgerEvent,
    OrderState,
    PendingUpdate,
    Reason,
    Severity,
    ShipmentEntry,
    ShipmentState,
    Transition,
)
from tradegecko_bridge.testing.builders import an_order

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
FOLLOWING = {
    "pending": "pending sending delivered held skipped failed canceled",
    "sending": "sending delivered uncertain pending held failed",
    "uncertain": "uncertain sending delivered pending held failed",
    "delivered": "delivered shipped confirmed",
    "shipped": "shipped confirmed delivered",
    "confirmed": "confirmed delivered shipped",
    "held": "held pending sending delivered skipped failed canceled",
    "skipped": "pending",
    "failed": "pending skipped canceled",
    "canceled": "pending",
}
"""Which state may follow which."""


def an_entry(state: OrderState = OrderState.PENDING, **fields: Any) -> LedgerEntry:
    given = {"id": 1, "connection": "shop", "reference": "r1", "number": "1001", "order": an_order()}
    return LedgerEntry(**{**given, "state": state, "ingested_at": NOW, "updated_at": NOW, **fields})


# ── what ledgers hold ────────────────────────────────────────────────────────────────────────


def test_the_words_stored_in_ledgers_stay() -> None:
    """Ledgers of earlier versions are read, and programs go by the codes."""
    assert [str(state) for state in OrderState] == [*FOLLOWING]
    assert [str(update) for update in PendingUpdate] == ["changed", "canceled"]
    assert [str(state) for state in ShipmentState] == ["pending", "sent", "refused"]
    assert [str(severity) for severity in Severity] == ["warning", "error"]
    codes = (ledger.BY_HAND, ledger.KEY_USED, ledger.ID_IN_USE, ledger.GAVE_UP_IN_DOUBT)
    assert codes == ("by_hand", "key_used", "id_in_use", "gave_up_in_doubt")
    assert {"ingest", "intake"} == ledger.INGEST_ACTORS
    assert ledger.INGEST == "ingest"
    assert Reason("canceled_at_source", "canceled at the source before it was sent") == ledger.CANCELED_AT_SOURCE


def test_what_is_not_said_is_nothing() -> None:
    """A new order has no attempt behind it and nothing left to do; an event without a reason has none."""
    entry = an_entry()
    assert (entry.generation, entry.attempts, entry.serial, entry.pending_update) == (0, 0, 0, None)
    assert (entry.line_ids, entry.pending_actions, entry.in_state_since) == ({}, (), NOW)
    assert not Reason("code", "text").transient
    assert Transition(entry=entry, who="w") == Transition(
        entry=entry, who="w", why="", require_unique_number=False, number_shared_with=frozenset()
    )
    assert LedgerEvent(at=NOW, who="w", was=None, now=OrderState.PENDING).why == ""
    assert IngestCounts() == IngestCounts(new=(), known=0, changed=())
    assert Finding(key="k", severity=Severity.ERROR, text="t").count == 1


def test_an_entry_does_not_show_its_customer() -> None:
    """It may be printed anywhere."""
    assert "SourceOrder" not in repr(an_entry())


# ── states ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("to", OrderState)
@pytest.mark.parametrize("state", OrderState)
def test_a_state_is_followed_by_those_it_may_be_followed_by(state: OrderState, to: OrderState) -> None:
    """Everything else is refused, with the order and both states."""
    if to in FOLLOWING[state].split():
        after = an_entry(state).transition_to(to, LATER, remote_id="7")
        assert (after.state, after.updated_at, after.remote_id) == (to, LATER, "7")
        return
    with pytest.raises(ValueError, match=f"^order r1: {state} cannot become {to}$"):
        an_entry(state).transition_to(to, LATER)


@pytest.mark.parametrize(
    ("group", "states"),
    [
        ("OPEN_STATES", "pending sending uncertain held"),
        ("FINAL_STATES", "confirmed skipped canceled failed"),
        ("EXPIRABLE_STATES", "confirmed skipped canceled failed delivered shipped"),
        ("DELIVERED_STATES", "delivered shipped confirmed"),
        ("UNCERTAIN_STATES", "sending uncertain"),
        ("SENT_STATES", "delivered shipped confirmed sending uncertain"),
    ],
)
def test_groups_of_states(group: str, states: str) -> None:
    """What may be missing over there, what is over, what is there, what is in doubt."""
    assert getattr(ledger, group) == set(states.split())


@pytest.mark.parametrize(
    ("state", "to", "stays"),
    [
        ("pending", "pending", True),
        ("sending", "uncertain", True),
        ("uncertain", "sending", True),
        ("pending", "sending", False),
        ("uncertain", "pending", False),
        ("delivered", "shipped", False),
    ],
)
def test_since_when_it_has_been_in_its_state(state: str, to: str, stays: bool) -> None:
    """Sending and in doubt are one doubt, however many requests it takes."""
    assert an_entry(OrderState(state)).transition_to(OrderState(to), LATER).in_state_since == (NOW if stays else LATER)


@pytest.mark.parametrize(
    ("state", "to", "actions", "kept"),
    [
        ("pending", "sending", (), True),
        ("sending", "delivered", ("pay",), True),
        ("sending", "delivered", (), False),
        ("sending", "uncertain", (), False),
    ],
)
def test_a_claim_ends_when_there_is_nothing_to_do(state: str, to: str, actions: tuple[str, ...], kept: bool) -> None:
    """And so does the reason for which the order was where it was."""
    claim = Claim(worker="w", until=LATER, serial=3)
    entry = an_entry(OrderState(state), claim=claim, reason=Reason("code", "text"))
    after = entry.transition_to(OrderState(to), LATER, pending_actions=actions)
    assert (after.claim, after.reason) == (claim if kept else None, None)
    assert entry.transition_to(OrderState(to), LATER, claim=None, reason=entry.reason).reason == entry.reason
    assert evolve(entry, basis="settings and goods").transition_to(OrderState(to), LATER).basis is None


NEED: list[tuple[str, dict[str, Any], bool]] = [
    ("pending", {}, True),
    ("uncertain", {}, True),
    ("held", {"reason": Reason("code", "text", transient=True)}, True),
    ("held", {"reason": Reason("code", "text")}, False),
    ("held", {}, False),
    ("delivered", {"pending_actions": ("pay",)}, True),
    ("shipped", {"pending_actions": ("pay",), "reason": Reason("code", "text", transient=True)}, True),
    ("confirmed", {"pending_actions": ("pay",)}, True),
    ("delivered", {"pending_actions": ("pay",), "reason": Reason("code", "text")}, False),
    ("delivered", {"reason": Reason("code", "text", transient=True)}, False),
    ("delivered", {}, False),
    ("skipped", {}, False),
    ("failed", {"reason": Reason("code", "text", transient=True)}, False),
    ("canceled", {}, False),
]


@pytest.mark.parametrize(("state", "fields", "due"), NEED)
def test_what_is_due(state: str, fields: dict[str, Any], due: bool) -> None:
    """Not before its next attempt, to the moment, and not while a claim runs."""
    entry = an_entry(OrderState(state), **fields)
    assert entry.is_due(NOW) is due
    assert evolve(entry, next_attempt_at=NOW).is_due(NOW) is due
    assert not evolve(entry, next_attempt_at=LATER).is_due(NOW)
    claimed = evolve(entry, claim=Claim(worker="w", until=LATER, serial=1))
    assert (claimed.is_due(NOW), claimed.is_due(LATER)) == (False, due)
    assert (claimed.claim_runs(NOW), claimed.claim_runs(LATER), entry.claim_runs(NOW)) == (True, False, False)


def test_nothing_is_waited_for_longer_than_two_hours() -> None:
    """A moment beyond that was written by a wrong clock: it is none to wait for."""
    longest = NOW + timedelta(hours=2)
    beyond = longest + timedelta(microseconds=1)
    for until, runs in ((longest, True), (beyond, False)):
        assert an_entry(claim=Claim(worker="w", until=until, serial=1)).claim_runs(NOW) is runs
        assert an_entry(next_attempt_at=until).waits(NOW) is runs


def test_what_is_said_of_an_order_says_what_to_do() -> None:
    assert "correct it at the source" in ledger.NO_CONTENT
    assert "TradeGecko has it as it was sent" in ledger.CHANGED_TOO_LATE


def test_what_is_being_sent_is_due_when_its_worker_is_gone() -> None:
    """Whatever was planned for it."""
    entry = an_entry(OrderState.SENDING, next_attempt_at=LATER)
    assert entry.is_due(NOW)
    assert not evolve(entry, claim=Claim(worker="w", until=LATER, serial=1)).is_due(NOW)


def test_what_the_source_did_after_it_was_sent() -> None:
    """Changed or canceled it, or nothing."""
    assert PendingUpdate.of(None) is None
    assert PendingUpdate.of(an_order()) is PendingUpdate.CHANGED
    assert PendingUpdate.of(an_order(canceled_at=NOW)) is PendingUpdate.CANCELED


# ── shipments ────────────────────────────────────────────────────────────────────────────────


def test_units_of_a_shipment_by_line() -> None:
    """Several items of one line are added up."""
    items = [("1", "2"), ("2", "1"), ("1", "0.5")]
    shipment = Shipment(
        reference="s1",
        order_reference="r1",
        order_number="1001",
        items=tuple(ShippedItem(line_reference=line, sku="A", quantity=Decimal(units)) for line, units in items),
    )
    entry = ShipmentEntry(id=1, connection="shop", entry_id=1, shipment=shipment, state=ShipmentState.PENDING)
    assert entry.shipped() == {"1": Decimal("2.5"), "2": Decimal(1)}
    assert (entry.reason, entry.attempts) == ("", 0)
