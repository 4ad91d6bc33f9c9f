"""Holds and what they rest on, doubles, and which of several orders is ours: each rule by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from tradegecko_bridge.commerce import Customer
from tradegecko_bridge.commerce.remote import CustomerMatch, OrderAction, RemoteOrder
from tradegecko_bridge.engine import ConnectionSettings, Outcome, Report, Timing
from tradegecko_bridge.engine.delivery import holds
from tradegecko_bridge.engine.delivery.decide import DueOrder, hold
from tradegecko_bridge.engine.delivery.doubles import find_doubles
from tradegecko_bridge.engine.delivery.grounds import Grounds, digest
from tradegecko_bridge.engine.delivery.lookup import KEYS_LIVE, as_new_customer, find_marked, find_own_order
from tradegecko_bridge.engine.delivery.outcomes import Outcomes
from tradegecko_bridge.engine.delivery.restores import after_restore, not_known_since
from tradegecko_bridge.engine.keys import marker
from tradegecko_bridge.engine.report import Item, Kept
from tradegecko_bridge.errors import ClaimLost, Rejected, StoreBusy, Unavailable
from tradegecko_bridge.ledger import (
    Alert,
    Claim,
    Finding,
    LedgerEntry,
    OrderState,
    Reason,
    Restore,
    Severity,
    StateCount,
)
from tradegecko_bridge.ports.mirrors import MirrorRow
from tradegecko_bridge.testing.builders import an_order
from tradegecko_bridge.tradegecko.gateway.customer_match import best_match
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import company_keys

S = OrderState
EVERY = tuple(S)
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
AN_HOUR = timedelta(hours=1)
GROUNDS = Grounds(settings="s", goods="1 0", numbers="3", setup="CAD")
NO_SKU = Reason("unknown_sku", "SKU 'MUG' is not in TradeGecko", transient=True)
NO_TAX = Reason("unknown_tax", "no tax of 7 %", transient=True)
BY_HAND = Reason("by_hand", "wait")
RUNNING = Claim(worker="w", until=NOW + AN_HOUR, serial=1)


def an_entry(id_: int = 1, reason: Reason | None = NO_SKU, state: OrderState = S.HELD, **fields: Any) -> LedgerEntry:
    return LedgerEntry(
        id=id_, connection="shop", reference=f"r{id_}", number=f"#{id_}", state=state, order=an_order(f"r{id_}"),
        reason=reason, ingested_at=NOW - AN_HOUR, updated_at=NOW - AN_HOUR, **fields,
    )  # fmt: skip


class Few:
    """A ledger of these entries, the oldest first."""

    def __init__(self, *entries: LedgerEntry, alerts: Sequence[Alert] = ()) -> None:
        self._entries, self._alerts = entries, alerts
        self.asked: Mapping[str, str | None] | None = None

    def summary(self, _connection: str, *, states: Collection[OrderState] = EVERY) -> Sequence[StateCount]:
        groups: dict[tuple[OrderState, str | None, bool], int] = {}
        for one in self._entries:
            if one.state in states:
                code, transient = (one.reason.code, one.reason.transient) if one.reason else (None, False)
                key = one.state, code, transient
                groups[key] = groups.get(key, 0) + 1
        return [
            StateCount(connection="shop", state=state, code=code, transient=transient, count=count, since=NOW)
            for (state, code, transient), count in groups.items()
        ]

    def entries(
        self, _connection: str, *, states: Collection[OrderState] = EVERY, reasons: Collection[str] | None = None,
        limit: int | None = None,
    ) -> Sequence[LedgerEntry]:  # fmt: skip
        found = [
            one
            for one in reversed(self._entries)
            if one.state in states and (reasons is None or (one.reason and one.reason.code in reasons))
        ]
        return found[:limit]

    def look_again(self, _connection: str, bases: Mapping[str, str | None]) -> None:
        self.asked = bases

    def alerts(self, _connection: str) -> Sequence[Alert]:
        return self._alerts

    def by_remote_ids(self, _connection: str, ids: Collection[str]) -> Mapping[str, LedgerEntry]:
        return {str(one.remote_id): one for one in self._entries if one.remote_id in ids}


def a_context(store: Few, *, account: str = "1", **fields: Any) -> Any:
    fields |= {"account": lambda: account}
    return SimpleNamespace(store=store, connection="shop", clock=lambda: NOW, source=None, **fields)


# ── what a hold rests on ─────────────────────────────────────────────────────────────────────


def test_what_ledgers_hold_of_grounds() -> None:
    """Texts are told apart, whatever is in them, and a later version finds them the same."""
    assert digest("s", "1 0") == "506f780d1e6d8ede84386fa844238422"
    assert len({digest("a", "b"), digest("ab"), digest("a\nb", ""), digest("\ud800")}) == 4
    assert GROUNDS.basis_of("unknown_sku") == digest("s", "1 0")


@pytest.mark.parametrize(
    ("change", "goes"),
    [
        ({}, True),
        ({"basis": digest("s", "1 0")}, False),
        ({"basis": None}, False),
        ({"reason": None}, False),
        ({"reason": evolve(NO_SKU, transient=False)}, False),
        ({"state": S.PENDING}, False),
    ],
)
def test_who_may_go(change: dict[str, Any], goes: bool) -> None:
    """A held order for which there is another ground now than when it was looked at."""
    assert holds.may_go(evolve(an_entry(basis="another"), **change), GROUNDS) is goes
    assert not holds.may_go(an_entry(basis="another"), None)


def test_which_reasons_are_looked_at_again() -> None:
    """Those of held orders that may go away by themselves; nothing is asked where there are none."""
    elsewhere = an_entry(3, NO_TAX, S.DELIVERED)
    store = Few(an_entry(1), an_entry(2, BY_HAND), elsewhere)
    planner: Any = SimpleNamespace(grounds=lambda codes: GROUNDS if codes == {"unknown_sku"} else None)
    holds.look_again(a_context(store), planner)
    assert store.asked == {"unknown_sku": digest("s", "1 0")}
    assert holds.grounds_now(a_context(store), planner) is GROUNDS
    nothing = Few(an_entry(2, BY_HAND), elsewhere)
    holds.look_again(a_context(nothing), planner)
    assert nothing.asked is None
    assert holds.grounds_now(a_context(nothing), planner) is None


def kept(*entries: LedgerEntry, others: Mapping[int, str]) -> Report:
    report = Report(operation="deliver orders", connection="shop", started_at=NOW)
    holds.report_kept(a_context(Few(*entries)), report, others)
    return report


def test_few_that_stay_held_are_listed() -> None:
    """The oldest first; without those a person holds, those told already, and those at work."""
    report = kept(
        an_entry(1), an_entry(2, NO_TAX), an_entry(3, BY_HAND), an_entry(4, claim=RUNNING), an_entry(5),
        an_entry(6, NO_SKU, S.DELIVERED), an_entry(7, evolve(NO_SKU, transient=False)), an_entry(8, NO_TAX, S.FAILED),
        others={5: "unknown_sku"},
    )  # fmt: skip
    assert [(item.name, item.outcome, item.detail, item.facts) for item in report.items] == [
        ("#1", Outcome.HELD, NO_SKU.text, {"reason": "unknown_sku"}),
        ("#2", Outcome.HELD, NO_TAX.text, {"reason": "unknown_tax"}),
    ]
    assert not report.kept
    assert not kept(an_entry(3, BY_HAND), others={}).items


def test_many_that_stay_held_are_counted() -> None:
    """By reason, with the newest of each; who is told already does not count."""
    many = [an_entry(number) for number in range(1, 22)]
    others = [an_entry(40, NO_TAX), an_entry(41, NO_TAX, S.FAILED), an_entry(50, BY_HAND)]
    report = kept(*many, *others, others={1: "unknown_sku"})
    assert not report.items
    assert report.kept == [
        Kept(outcome=Outcome.HELD, count=20, example=Item("#21", Outcome.HELD, NO_SKU.text, {"reason": "unknown_sku"})),
        Kept(outcome=Outcome.HELD, count=1, example=Item("#40", Outcome.HELD, NO_TAX.text, {"reason": "unknown_tax"})),
    ]


# ── doubles ──────────────────────────────────────────────────────────────────────────────────


class Twice:
    """A system with orders 9 and 10 for each of these markers; what is ``void`` is void, ``gone`` is not there."""

    def __init__(self, *marks: str, void: Collection[str] = (), gone: Collection[str] = ()) -> None:
        self.marks, self.void, self.gone, self.down = marks, void, gone, False

    def doubles(self) -> Mapping[str, Sequence[RemoteOrder]]:
        return {mark: [RemoteOrder(id="10", number="1"), RemoteOrder(id="9", number="1")] for mark in self.marks}

    def completed_actions(self, id_: str) -> Collection[str]:
        if self.down:
            raise Unavailable("503")
        if id_ in self.gone:
            raise Rejected(f"404 on GET /orders/{id_}")
        return {OrderAction.VOID} if id_ in self.void else set()


OURS = an_entry(1, None, S.DELIVERED, remote_id="10")
SAID = "order #1 is in TradeGecko twice, as id 9 and id 10; void all but id 10 (`tgbridge orders void-double 9 10`)"


def doubles(gateway: Twice, *alerts: Alert) -> list[Finding]:
    return list(find_doubles(a_context(Few(OURS, alerts=alerts), gateway=gateway)))


def test_a_double_is_told_with_the_command_that_ends_it() -> None:
    found = Finding(key="doubled 9 10", severity=Severity.ERROR, text=SAID)
    gateway = Twice(marker("shop", "r1"))
    assert doubles(gateway) == [found]
    gateway.down = True
    assert doubles(gateway) == [found], "nobody says that one is void"


@pytest.mark.parametrize("gateway", [Twice("another"), Twice(marker("shop", "r1"), void=["9"])])
def test_no_double(gateway: Twice) -> None:
    """Another order's marker; one of the two is void."""
    assert not doubles(gateway)


def test_a_double_is_told_until_one_is_void() -> None:
    alert = Alert(
        id=1,
        connection="shop",
        key="doubled 9 10",
        severity=Severity.WARNING,
        text="as before",
        opened_at=NOW,
        count=1,
        last_seen_at=NOW,
    )
    other = evolve(alert, key="held: 3", id=2)
    assert doubles(Twice(), alert, other) == [Finding(key="doubled 9 10", severity=Severity.WARNING, text="as before")]
    assert len(doubles(Twice(marker("shop", "r1")), alert)) == 1, "once"
    assert not doubles(Twice(void=["10"]), alert)
    assert not doubles(Twice(gone=["9"]), alert), "there is none any more"


# ── ours ─────────────────────────────────────────────────────────────────────────────────────


def test_of_several_the_one_that_is_alive_then_the_oldest_is_ours() -> None:
    due = DueOrder(entry=an_entry(), number="#1", marker="m")
    there = [
        RemoteOrder(id="8", number="#1", marker="m", gone=True),
        RemoteOrder(id="10", number="#1", marker="m"),
        RemoteOrder(id="9", number="#1", marker="m"),
        RemoteOrder(id="7", number="#1", marker="another's"),
    ]
    context = a_context(Few(), gateway=SimpleNamespace(find_orders=lambda *_: there))
    assert find_own_order(context, due) == there[2]
    context.timing = Timing()
    assert find_own_order(context, evolve(due, number="#2", marker="nobody's")) is None, "another number is free"


@pytest.mark.parametrize(
    ("state", "not_known", "since"),
    [
        (S.UNCERTAIN, None, NOW - AN_HOUR - KEYS_LIVE),
        (S.PENDING, None, NOW - AN_HOUR - KEYS_LIVE),
        (S.PENDING, (NOW - 9 * AN_HOUR, NOW), NOW - 9 * AN_HOUR),
        (S.UNCERTAIN, (NOW - 9 * AN_HOUR, NOW), NOW - AN_HOUR - KEYS_LIVE),
        (S.UNCERTAIN, (NOW - 99 * AN_HOUR, NOW), NOW - 99 * AN_HOUR),
    ],
)
def test_since_when_it_may_have_been_made(state: OrderState, not_known: Any, since: datetime) -> None:
    asked: list[Any] = []

    def find(mark: str, *, since: datetime, as_of: datetime) -> Sequence[RemoteOrder]:
        asked.append((mark, since, as_of))
        return [RemoteOrder(id="9", number="x", marker="m")]

    due = DueOrder(entry=an_entry(state=state), number="#1", marker="m", not_known=not_known)
    context = a_context(Few(), gateway=SimpleNamespace(find_marked=find))
    found = find_marked(context, due, as_of=NOW)
    assert found is not None
    assert (found.id, asked) == ("9", [("m", since, NOW)])


def test_who_is_known_by_name_alone_keeps_no_order_waiting() -> None:
    """Two of one name are two customers; an e-mail address, a telephone number or a code makes one of them."""
    context = a_context(Few(), settings=ConnectionSettings(), timing=Timing())
    order = an_order(customer=Customer(first_name="Ann", last_name="Lee"), billing_address=None, shipping_address=None)
    assert as_new_customer(context, order) is None
    made = as_new_customer(context, evolve(order, customer=Customer(first_name="Ann", email="a@example.com")))
    assert made is not None
    assert made.since == NOW - Timing().patience


PEOPLE = st.builds(
    Customer,
    last_name=st.sampled_from(["Lee", " LEE", "Wu"]),
    email=st.sampled_from([None, "ann@example.com", "Ann@Example.com", "bob@example.com"]),
    phone=st.sampled_from([None, "+41 44 123 45 67", "0041441234567", "(044) 765-4321", "000-0000", "0447654321"]),
    reference=st.sampled_from([None, "C-1", "c-1", "C-2"]),
)


@given(PEOPLE, PEOPLE, st.sampled_from(CustomerMatch))
@settings(deadline=None)
def test_two_orders_make_one_customer_where_the_second_would_be_matched_with_it(
    first: Customer, second: Customer, match: CustomerMatch
) -> None:
    """By whatever that is: no order goes out beside another one whose new customer it would be given to, and none waits
    for another reason. Where only one of them says an e-mail address, what else is alike makes none wait: two with
    other addresses would."""
    context = a_context(Few(), settings=ConnectionSettings(customer_match=match), timing=Timing())
    order = an_order(billing_address=None, shipping_address=None)
    one, other = (as_new_customer(context, evolve(order, customer=who)) for who in (first, second))
    theirs, ours = (
        company_keys(str, name=who.full_name, email=who.email, phone=who.phone, code=who.reference)
        for who in (first, second)
    )
    there = MirrorRow("1", "", theirs, {"type": "consumer", "status": "active"})
    matches = best_match(dict(ours), match, lambda _: [there]) is not None
    waits = one is not None and other is not None and not one.digests.isdisjoint(other.digests)
    assert waits <= matches
    if {key for key, _ in set(theirs) & set(ours)} != {"code"} and bool(first.email) is bool(second.email):
        assert waits is matches


@given(PEOPLE, PEOPLE, st.sampled_from(CustomerMatch))
@settings(deadline=None)
def test_no_order_waits_for_a_customer_of_another_account(
    first: Customer, second: Customer, match: CustomerMatch
) -> None:
    """Nor does anybody learn in this way whom another account of the ledger deals with."""
    connection = ConnectionSettings(customer_match=match)
    made = [
        as_new_customer(
            a_context(Few(), settings=connection, timing=Timing(), account=account),
            an_order(customer=who, billing_address=None, shipping_address=None),
        )
        for account, who in (("1", first), ("2", second))
    ]
    assert not frozenset.intersection(*(one.digests if one else frozenset() for one in made))


def test_a_decision_about_an_order_that_somebody_else_has_is_not_theirs() -> None:
    """It waits; no other failure of the ledger passes for that."""
    report = Report(operation="deliver orders", connection="shop", started_at=NOW)
    outcomes, entry = Outcomes(a_context(Few()), report), an_entry()
    decision = hold(entry, NO_SKU, NOW)
    outcomes._report_settled(entry, decision, ClaimLost("order r1: somebody else has it"))
    outcomes.flush([entry])
    assert [(item.outcome, item.detail) for item in report.items] == [
        (Outcome.WAITING, "order r1: somebody else has it")
    ]
    with pytest.raises(StoreBusy):
        outcomes._report_settled(entry, decision, StoreBusy("held for 30 s"))


def test_a_source_that_was_told_its_orders_are_safe_may_not_give_them_again() -> None:
    """After a restore a person has to be told; once, and in a dry run too early for that."""
    told: dict[str, str] = {}
    store = SimpleNamespace(
        restored=lambda: Restore(backed_up_at=NOW - AN_HOUR, restored_at=None),
        told_values=lambda _connection, _kind: told,
        record_told_values=lambda _connection, _kind, values, at: told.update(values),
    )
    source = SimpleNamespace(name="list", acknowledge_ingest=lambda _references: {}, fetch_orders=lambda _after: [])
    context: Any = SimpleNamespace(store=store, connection="shop", clock=lambda: NOW, source=source)
    for dry_run, lines in ((True, 1), (False, 2), (False, 0)):
        report = Report(operation="deliver orders", connection="shop", started_at=NOW, dry_run=dry_run)
        after_restore(context, report)
        assert len(report.notes) == lines
        assert any(note.startswith("list may not give again") for note in report.notes) is (lines == 2)
    noticed = not_known_since(context)
    context.clock = lambda: NOW + AN_HOUR
    assert not_known_since(context) == noticed, "until it was noticed, where nobody knows when it was"
