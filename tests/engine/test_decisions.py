"""What a person decides, on a ledger in memory: the stores promise the rest in the behaviour suite."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve

from tests.support import HandClock
from tradegecko_bridge import Decisions, MemoryStore
from tradegecko_bridge.commerce import UnreadableOrder
from tradegecko_bridge.engine import Decision
from tradegecko_bridge.engine.operations.decisions import states_for
from tradegecko_bridge.ledger import LedgerEntry, OrderState, Reason
from tradegecko_bridge.testing.store_checks.cases import AFTER, AT, STATES, S, claim_one, entry_of, in_state, orders

CLOCK = HandClock(AFTER)
TO = {
    Decision.HOLD: S.HELD,
    Decision.RELEASE: S.PENDING,
    Decision.RETRY: S.PENDING,
    Decision.SKIP: S.SKIPPED,
    Decision.CANCEL: S.CANCELED,
    Decision.CONFIRM: S.CONFIRMED,
}


def decide(store: MemoryStore, decision: Decision, entry: LedgerEntry, *, dry_run: bool = False) -> str:
    """Why a decision on one order cannot be carried out; blank when it was."""
    (decided,) = Decisions(store, who="ann", clock=CLOCK, dry_run=dry_run).decide(decision, [entry], "so")
    assert (decided.was, decided.entry.reference) == (entry.state, "1")
    assert bool(decided) is not bool(decided.problem)
    return decided.problem


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("decision", Decision)
def test_each_decision_has_its_states(decision: Decision, state: OrderState) -> None:
    """What can be decided is done and stands in the history; what cannot changes nothing and says why."""
    store = MemoryStore()
    entry = in_state(store, state)
    problem = decide(store, decision, entry)
    after, event = entry_of(store), store.history(entry.id)[-1]
    if state not in states_for(decision) or (decision is Decision.RETRY and entry.remote_id):
        assert problem.startswith("order 1: ")
        assert after == entry
    else:
        assert problem == ""
        assert after.state is (S.UNCERTAIN if state is S.UNCERTAIN else TO[decision])
        assert (event.who, event.why, event.at) == ("ann", "so", AFTER)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("decision", Decision)
def test_a_dry_run_foretells_and_changes_nothing(decision: Decision, state: OrderState) -> None:
    """It says the same as the real thing would, and the ledger stays as it is."""
    store = MemoryStore()
    entry = in_state(store, state)
    foretold = decide(store, decision, entry, dry_run=True)
    assert entry_of(store) == entry
    assert decide(store, decision, entry) == foretold


def test_one_that_cannot_be_does_not_stop_the_others() -> None:
    """Of three orders the one a worker has right now is refused, the others are skipped."""
    store = MemoryStore()
    store.ingest("shop", orders(3), at=AT)
    claimed = store.claim("shop", "bob", at=AFTER, until=AFTER + timedelta(minutes=5), limit=1)[0]
    decided = Decisions(store, who="ann", clock=CLOCK).skip(store.entries(), "test orders")
    assert [(one.entry.reference, bool(one)) for one in decided] == [("3", True), ("2", True), ("1", False)]
    assert "bob is working on it" in decided[-1].problem
    assert entry_of(store, claimed.reference).state is S.PENDING


def test_retrying_undoes_no_person_s_hold() -> None:
    """What the bridge holds can be tried again; what a person holds is only released."""
    store = MemoryStore()
    entry = in_state(store, S.PENDING)
    held = Decisions(store, who="ann", clock=CLOCK).hold([entry], "wait for payment")[0].entry
    assert "a person holds it (wait for payment); release it instead" in decide(store, Decision.RETRY, held)
    assert decide(store, Decision.RELEASE, held) == ""


@pytest.mark.parametrize("decision", [Decision.RELEASE, Decision.RETRY])
@pytest.mark.parametrize("state", [S.HELD, S.SKIPPED, S.FAILED, S.CANCELED])
def test_what_its_source_canceled_is_not_sent(state: OrderState, decision: Decision) -> None:
    """The line says why, and what to do instead; the ledger stays as it is."""
    store = MemoryStore()
    entry = in_state(store, S.PENDING)
    if state is S.FAILED:
        entry = store.record(claim_one(store).transition_to(state, AT, reason=Reason("gave_up", "15 days")), who="bob")
    else:
        entry = store.override_state(entry.id, state, at=AT, who="bob", why="so")
    store.ingest("shop", [evolve(orders(1)[0], canceled_at=AT)], at=AT)
    entry = entry_of(store)
    assert entry.order is not None
    assert entry.order.canceled_at == AT
    problem = decide(store, decision, entry)
    if decision is Decision.RELEASE:
        assert problem.startswith("order 1: canceled at the source, so it is not sent; if it is wanted after all,")
    assert problem
    assert entry_of(store) == entry


def test_what_is_left_to_do_can_be_retried() -> None:
    """A delivered order whose invoice was refused stays delivered and is due again."""
    store = MemoryStore()
    entry = in_state(store, S.SENDING)
    reason = Reason("action_refused", "invoice was refused")
    entry = store.record(
        entry.transition_to(S.DELIVERED, AT, remote_id="9", pending_actions=("invoice",), reason=reason), who="bob"
    )
    entry = store.record(evolve(entry, claim=None), who="bob")
    assert decide(store, Decision.RETRY, entry) == ""
    due = claim_one(store, AFTER)
    assert (due.state, due.pending_actions, due.reason) == (S.DELIVERED, ("invoice",), None)


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("decision", [Decision.RELEASE, Decision.RETRY])
def test_what_never_came_whole_cannot_be_sent(decision: Decision, *, dry_run: bool) -> None:
    """There is nothing to send: it stays held with its reason until its source gives it again."""
    store = MemoryStore()
    store.ingest("shop", [UnreadableOrder(reference="1", problem="row 3: half a row")], at=AT)
    entry = entry_of(store)
    assert decide(store, decision, entry, dry_run=dry_run) == (
        "order 1: unreadable: correct it at the source and it is ingested when the source gives it again"
    )
    assert entry_of(store) == entry
    assert decide(store, Decision.SKIP, entry) == ""
    assert "unreadable" in decide(store, Decision.RELEASE, entry_of(store))
