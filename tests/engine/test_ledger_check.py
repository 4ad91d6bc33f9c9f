"""A ledger held against its account: what points nowhere, and what is there twice; and voiding one of two."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import define, evolve, field
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.bench import Bench
from tests.support import ListSource
from tradegecko_bridge import MemoryStore, Sandbox, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce.remote import AccountIdentity, RemoteOrder
from tradegecko_bridge.engine import adopt_account, check_ledger, void_double
from tradegecko_bridge.engine.keys import marker
from tradegecko_bridge.errors import AccessDenied, GatewayError, OutcomeUnknown, Rejected, Unavailable
from tradegecko_bridge.ledger import OrderState, Severity
from tradegecko_bridge.ports import Store
from tradegecko_bridge.testing.builders import an_order

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
ANNS = AccountIdentity(id="12", name="Ann's Tea", base_url="https://api.example", created_at=NOW)
BOBS = evolve(ANNS, id="34", name="Bob's")


@define
class Shown:
    """An account that shows its ``orders``, by id; ``lists`` are what its next answers by id leave out."""

    orders: dict[str, RemoteOrder] = field(factory=dict)
    identity: AccountIdentity = ANNS
    leaves_out: list[str] = field(factory=list)
    shipped: list[str] = field(factory=list)
    asked: list[str] = field(factory=list)
    actions: list[tuple[str, str, str]] = field(factory=list)
    answers: list[GatewayError] = field(factory=list)
    listed_at: list[datetime | None] = field(factory=list)
    error: GatewayError | None = None

    def put(self, id_: str, mark: str | None, *, gone: bool = False, hour: int | None = None) -> None:
        at = NOW + timedelta(hours=int(id_) if hour is None else hour)
        self.orders[id_] = RemoteOrder(id=id_, number=f"N{id_}", marker=mark, gone=gone, created_at=at)

    def account(self) -> AccountIdentity:
        if self.error is not None:
            raise self.error
        return self.identity

    def orders_by_id(self, ids: Collection[str]) -> Sequence[RemoteOrder]:
        assert len(ids) <= 200
        self.asked.append(f"{len(ids)} by id")
        left_out, self.leaves_out = self.leaves_out, []
        return [self.orders[id_] for id_ in ids if id_ in self.orders and id_ not in left_out]

    def orders_since(self, moment: datetime | None) -> Iterable[RemoteOrder]:
        self.asked.append("all")
        self.listed_at.append(moment)
        yield from self.orders.values()
        yield from list(self.orders.values())[:1]  # changed meanwhile

    def completed_actions(self, order_id: str) -> Collection[str]:
        return [*(["ship"] if order_id in self.shipped else []), *(["void"] if self.orders[order_id].gone else [])]

    def perform_action(self, order_id: str, action: str, *, key: str, method: str | None = None) -> None:
        self.actions.append((order_id, action, key))
        error = self.answers.pop(0) if self.answers else None
        if error is None or isinstance(error, OutcomeUnknown):
            self.put(order_id, self.orders[order_id].marker, gone=not (error and "before" in str(error)))
        if error is not None:
            raise error


def gateway(shown: Shown) -> Any:
    """It has no more than is needed."""
    return shown


@pytest.fixture
def store() -> Iterator[MemoryStore]:
    with MemoryStore() as store:
        yield store


def deliver(store: Store, connection: str, **ids: str) -> None:
    """Orders ``o…`` delivered as these ids."""
    store.ingest(connection, [an_order(number) for number in ids], at=NOW)
    until = NOW + timedelta(hours=1)
    for entry in store.claim(connection, "w", at=NOW, until=until, limit=len(ids)):
        facts = {"generation": 1, "sent_at": NOW, "remote_number": entry.number}
        sent = store.record(entry.transition_to(OrderState.SENDING, NOW, **facts), who="w")
        delivered = sent.transition_to(OrderState.DELIVERED, NOW, remote_id=ids[entry.number])
        store.record(delivered, who="w")


def texts(store: Store, shown: Shown | None = None, **options: Any) -> list[str]:
    findings = check_ledger(store, gateway(shown) if shown else None, **options)
    assert {finding.severity for finding in findings} <= {Severity.ERROR}
    return [finding.text for finding in findings]


def mark(number: str, connection: str = "shop") -> str:
    return marker(connection, number)


# ── checking ─────────────────────────────────────────────────────────────────────────────────


def test_all_is_well(store: MemoryStore) -> None:
    """Void orders and those of others are none of its business; it costs a request for two hundred orders, and the
    list."""
    numbers = {f"o{n}": str(n) for n in range(1, 402)}
    deliver(store, "shop", **numbers)
    store.ingest("shop", [an_order("new")], at=NOW)
    shown = Shown()
    for number, id_ in numbers.items():
        shown.put(id_, mark(number), gone=id_ == "7")
    shown.put("900", None)
    shown.put("901", mark("o1"), gone=True)
    assert texts(store, shown, since=NOW) == []
    assert shown.asked == ["200 by id", "200 by id", "1 by id", "all"]
    assert shown.listed_at == [NOW]


def test_what_points_nowhere(store: MemoryStore) -> None:
    """At an order that is not there, at somebody else's, and at one of ours that is another; each with what to do."""
    deliver(store, "shop", o1="1", o2="2", o3="3", o4="x")
    shown = Shown()
    shown.put("2", None)
    shown.put("3", mark("o2"))
    nowhere = "and the account has no such order; if it was removed there and is wanted, enter it at the source anew"
    compare = "compare the two in TradeGecko"
    assert texts(store, shown) == [
        f"order o4 of shop is delivered as x, {nowhere}",
        f"order o3 of shop is delivered as 3, which has another order's mark (number 'N3'); {compare}",
        f"order o2 of shop is delivered as 2, which has no mark (number 'N2'); {compare}",
        f"order o1 of shop is delivered as 1, {nowhere}",
    ]


def test_one_answer_that_leaves_an_order_out_proves_nothing(store: MemoryStore) -> None:
    """It is asked for once more."""
    deliver(store, "shop", o1="1", o2="2")
    shown = Shown(leaves_out=["2"])
    shown.put("1", mark("o1"))
    shown.put("2", mark("o2"))
    assert texts(store, shown) == []
    assert shown.asked == ["2 by id", "1 by id", "all"]


def test_what_is_there_twice(store: MemoryStore) -> None:
    """Whether or not the ledger has one of them; told with the ids and the command, looked at once more."""
    deliver(store, "shop", o1="11")
    shown = Shown()
    shown.put("11", mark("o1"))
    shown.put("9", mark("o1"), hour=20)
    shown.put("5", "somebody's")
    shown.put("6", "somebody's")
    shown.put("8", "somebody's")
    ours = "order o1 of shop is in TradeGecko twice, as id 11 (N11) and id 9 (N9)"
    ids = "id 5 (N5) and id 6 (N6) and id 8 (N8)"
    lost = f"an order that the ledger has as none of them is in TradeGecko 3 times, as {ids}"
    assert texts(store, shown) == [
        f"{ours}; `tgbridge orders void-double 11 9` voids the younger one",
        f"{lost}; `tgbridge orders void-double 5 8` voids the younger one",
    ]
    shown.asked.clear()
    shown.leaves_out = ["9"]
    deliver(store, "other", o1="9")
    assert "order o1 of other is delivered as 9" in texts(store, shown)[0]


def test_one_that_is_voided_while_the_list_is_read_is_not_told(store: MemoryStore) -> None:
    """A list takes long in a large account."""

    class Slow(Shown):
        def orders_since(self, moment: datetime | None) -> Iterable[RemoteOrder]:
            yield from Shown.orders_since(self, moment)
            self.put("2", mark("o1"), gone=True)

    shown = Slow()
    shown.put("1", mark("o1"))
    shown.put("2", mark("o1"))
    deliver(store, "shop", o1="1")
    assert texts(store, shown) == []


def test_two_connections_of_one_account(store: MemoryStore) -> None:
    """Their orders cannot be one order: that the ledger alone can say. Orders of other accounts may share an id."""
    for name, account in (("one", ANNS), ("two", ANNS), ("three", BOBS)):
        deliver(store, name, o1="1", o2={"one": "2", "two": "3", "three": "4"}[name])
        store.remember_account(name, account, at=NOW)
    deliver(store, "unknown", o1="1")
    assert texts(store) == [
        "order o1 of one and order o1 of two are both delivered as 1; find out in TradeGecko which of them it is"
    ]


def test_the_orders_of_another_account_are_not_looked_up(store: MemoryStore) -> None:
    """The login says nothing of them; what it is for is looked up all the same."""
    deliver(store, "shop", o1="1")
    deliver(store, "bobs", o1="1")
    store.remember_account("shop", ANNS, at=NOW)
    store.remember_account("bobs", BOBS, at=NOW)
    found = texts(store, Shown())
    assert [line.partition(",")[0] for line in found] == [
        "connection 'bobs' has its orders in account 34 \"Bob's\" (first seen 2026-11-03)",
        "order o1 of shop is delivered as 1",
    ]


@pytest.mark.parametrize("error", [Unavailable("503"), AccessDenied("401")])
def test_an_account_that_cannot_be_asked_is_told(store: MemoryStore, error: GatewayError) -> None:
    """What was found before counts."""
    deliver(store, "shop", o1="1")
    said = f"the account could not be asked, so the check is not complete ({error}); try again later"
    assert texts(store, Shown(error=error)) == [said]

    class Breaking(Shown):
        def orders_since(self, moment: datetime | None) -> Iterable[RemoteOrder]:
            raise error

    first, second = texts(store, Breaking())
    assert first.startswith("order o1 of shop is delivered as 1, and the account has no such order")
    assert second == said


def test_a_gateway_that_shows_nothing_is_told(store: MemoryStore) -> None:
    """The ledger alone was checked."""

    class Plain:
        def account(self) -> AccountIdentity:
            return ANNS

    plain: Any = Plain()
    assert [finding.severity for finding in check_ledger(store, plain)] == [Severity.WARNING]


remotes = st.dictionaries(
    st.integers(1, 12).map(str),
    st.tuples(st.sampled_from(["o1", "o2", "o3", "o4", "stranger", None]), st.booleans()),
    max_size=8,
)
delivered = st.dictionaries(st.sampled_from(["o1", "o2", "o3"]), st.integers(1, 12).map(str), max_size=3).filter(
    lambda ids: len(set(ids.values())) == len(ids)
)


@given(delivered, remotes)
@settings(deadline=None, max_examples=60)
def test_everything_is_found_and_nothing_else(ids: dict[str, str], there: dict[str, tuple[str | None, bool]]) -> None:
    """In any arrangement: each entry that is not at its own order, and each mark that more than one live order has."""
    shown = Shown()
    for id_, (name, gone) in there.items():
        shown.put(id_, mark(name) if name else None, gone=gone)
    with MemoryStore() as store:
        deliver(store, "shop", **ids)
        found = {finding.key for finding in check_ledger(store, gateway(shown))}
    wrong = {f"misplaced {id_}" for name, id_ in ids.items() if there.get(id_, (None, False))[0] != name}
    names = [name for name, gone in there.values() if name and not gone]
    assert found == wrong | {f"doubled {mark(name)}" for name in names if names.count(name) > 1}


@given(delivered, delivered, remotes)
@settings(deadline=None, max_examples=60)
def test_each_looks_at_its_own(
    ids: dict[str, str], theirs: dict[str, str], there: dict[str, tuple[str | None, bool]]
) -> None:
    """What is found for each of two connections to an account is what is found for both; nobody's is left out, and
    what concerns only the other one is not told."""
    shown = Shown()
    for place, (id_, (name, gone)) in enumerate(there.items()):
        shown.put(id_, mark(name, "other" if place % 2 else "shop") if name else None, gone=gone)
    with MemoryStore() as store:
        for connection, some in (("shop", ids), ("other", theirs)):
            deliver(store, connection, **some)
            store.remember_account(connection, ANNS, at=NOW)
        found = {one: texts(store, shown, connections=[one]) for one in ("shop", "other")}
        assert set(texts(store, shown)) == {text for several in found.values() for text in several}
    for one, other in (("shop", "other"), ("other", "shop")):
        assert not [text for text in found[one] if f"of {other}" in text and f"of {one}" not in text]


# ── voiding one of two ───────────────────────────────────────────────────────────────────────


@pytest.fixture
def twice(store: MemoryStore) -> Shown:
    """Order o1, which the ledger has as 1, and its double 2."""
    deliver(store, "shop", o1="1")
    shown = Shown()
    shown.put("1", mark("o1"))
    shown.put("2", mark("o1"))
    return shown


def void(store: Store, shown: Shown, *ids: str, **options: Any) -> str:
    one, other = ids
    done = void_double(store, gateway(shown), (one, other), who="ann", clock=lambda: NOW, **options)
    assert bool(done) == (not done.problem)
    return done.problem or f"{done.voided} goes, {done.kept} stays"


def whys(store: Store) -> list[tuple[str, str]]:
    (entry,) = store.entries("shop")
    return [(event.who, event.why) for event in store.history(entry.id)[3:]]


@pytest.mark.parametrize("ids", [("1", "2"), ("2", "1")])
def test_the_younger_one_is_voided(store: MemoryStore, twice: Shown, ids: tuple[str, str]) -> None:
    """In whatever order they are named; said before and after in the order's history, which stays what it is."""
    assert void(store, twice, *ids) == "2 goes, 1 stays"
    assert [(id_, action) for id_, action, _ in twice.actions] == [("2", "void")]
    assert twice.orders["2"].gone
    assert whys(store) == [
        ("ann", "order 2, a double of 1, is to be voided"),
        ("ann", "order 2, a double of 1, is voided in TradeGecko"),
    ]
    assert store.entries("shop")[0].state is OrderState.DELIVERED
    assert void(store, twice, *ids) == "order 2 is void already, so there is no double any more"
    assert len(twice.actions) == 1


def test_a_dry_run_voids_nothing(store: MemoryStore, twice: Shown) -> None:
    """It says which one it would be."""
    assert void(store, twice, "1", "2", dry_run=True) == "2 goes, 1 stays"
    assert (twice.actions, whys(store)) == ([], [])


def test_the_one_the_ledger_has_is_never_voided(store: MemoryStore, twice: Shown) -> None:
    """Where that is the younger one, the older one is voided, if one says so."""
    assert "the ledger has order o1 of shop as 1, the older one; without --older 2 is voided" in void(
        store, twice, "1", "2", older=True
    )
    twice.put("1", mark("o1"), hour=9)
    assert void(store, twice, "1", "2") == (
        "the ledger has order o1 of shop as 1, the younger one; with --older 2 is voided"
    )
    assert twice.actions == []
    assert void(store, twice, "1", "2", older=True) == "2 goes, 1 stays"


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        (("1", "1"), "name two orders, not 1 twice"),
        (("1", "7"), "the account has no order 7"),
        (("1", "3"), "orders 1 and 3 do not carry one mark: they are two orders"),
        (("3", "4"), "orders 3 and 4 do not carry one mark: they are two orders"),
        (
            ("5", "6"),
            "the ledger has no order as 5 or 6; run a sync, which finds out which of them it is",
        ),
    ],
)
def test_what_is_no_double(store: MemoryStore, twice: Shown, ids: tuple[str, str], said: str) -> None:
    """It is left alone, with the reason."""
    twice.put("3", None)
    twice.put("4", None)
    twice.put("5", mark("o5"))
    twice.put("6", mark("o5"))
    assert void(store, twice, *ids) == said
    assert twice.actions == []


def test_a_double_of_other_settings_is_left_alone(store: MemoryStore, twice: Shown) -> None:
    """Whoever has the account sees it; the connection says who decides."""
    said = "order o1 is of shop, a connection that the settings do not name"
    assert void(store, twice, "1", "2", connections=["other"]) == said
    assert (twice.actions, whys(store)) == ([], [])
    assert void(store, twice, "1", "2", connections=["other", "shop"]) == "2 goes, 1 stays"


def test_what_has_been_shipped_is_left_to_a_person(store: MemoryStore, twice: Shown) -> None:
    """It is in a parcel."""
    twice.shipped.append("2")
    assert void(store, twice, "1", "2") == "something of order 2 has been shipped; see to it by hand"
    assert twice.actions == []


@pytest.mark.parametrize("arrived", [True, False])
def test_a_lost_answer_is_looked_up(store: MemoryStore, twice: Shown, arrived: bool) -> None:
    """It is done if it is done; else the next attempt looks first, and goes under another key."""
    twice.answers.append(OutcomeUnknown("500" if arrived else "500 before"))
    said = void(store, twice, "1", "2")
    if arrived:
        assert said == "2 goes, 1 stays"
        return
    assert said == "nobody knows yet whether it is void (500 before); run this again, it looks first"
    done = void_double(store, gateway(twice), ("1", "2"), who="ann", clock=lambda: NOW + timedelta(seconds=1))
    assert done
    assert len({key for _, _, key in twice.actions}) == 2


@pytest.mark.parametrize("error", [Rejected("422: no"), Unavailable("503"), AccessDenied("403")])
def test_a_refusal_is_told(store: MemoryStore, twice: Shown, error: GatewayError) -> None:
    """In its own words; that it was tried stands in the history."""
    twice.answers.append(error)
    assert void(store, twice, "1", "2") == str(error)
    assert [why for _, why in whys(store)] == ["order 2, a double of 1, is to be voided"]


def test_an_order_somebody_works_on_is_left_alone(store: MemoryStore, twice: Shown) -> None:
    """Nothing is asked of the account."""
    store.ingest("shop", [an_order("o2")], at=NOW)
    entry = store.entries("shop", reference="o1")[0]
    (other,) = store.claim("shop", "w", at=NOW, until=NOW + timedelta(hours=1), limit=9)
    sent = store.record(other.transition_to(OrderState.SENDING, NOW, generation=1, sent_at=NOW), who="w")
    actions = {"pending_actions": ("invoice",), "remote_id": "8"}
    store.record(sent.transition_to(OrderState.DELIVERED, NOW, **actions), who="w")
    twice.put("8", mark("o2"))
    twice.put("9", mark("o2"))
    assert "w is working on it" in void(store, twice, "8", "9")
    assert twice.actions == []
    assert entry.remote_id == "1"


# ── adopting an account ──────────────────────────────────────────────────────────────────────


def test_an_account_that_has_moved_with_its_orders(store: MemoryStore) -> None:
    """It is adopted if it has most of the newest orders; else it is another one, and only adopted by force."""
    deliver(store, "shop", o1="1", o2="2")
    store.remember_account("shop", ANNS, at=NOW)
    moved = Shown(identity=BOBS)
    refused = adopt_account(store, gateway(moved), "shop", at=NOW)
    assert refused.problem == (
        'account 34 "Bob\'s" is not the one that moved: of the newest 2 orders of shop, it has 0; --force adopts it '
        "all the same"
    )
    known = store.known_account("shop")
    assert known is not None
    assert known.account == ANNS
    moved.put("2", mark("o2"))
    later = NOW + timedelta(days=1)
    adopted = adopt_account(store, gateway(moved), "shop", at=later)
    assert (adopted.was, adopted.now, adopted.problem) == (ANNS, BOBS, "")
    known = store.known_account("shop")
    assert known is not None
    assert (known.account, known.first_seen_at) == (BOBS, later)
    same = adopt_account(store, gateway(moved), "shop", at=later + timedelta(days=1))
    assert (same.was, same.now) == (BOBS, BOBS)
    assert store.known_account("shop") == known
    assert adopt_account(store, gateway(Shown()), "shop", at=later, force=True)
    assert store.known_account("shop") != known


def test_a_connection_without_orders_goes_anywhere(store: MemoryStore) -> None:
    """There is nothing to mix up."""
    assert adopt_account(store, gateway(Shown()), "shop", at=NOW).was is None
    assert adopt_account(store, gateway(Shown(identity=BOBS)), "shop", at=NOW).was == ANNS


# ── in life ──────────────────────────────────────────────────────────────────────────────────


def test_a_double_in_the_sandbox(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Found by the check, told by the next sync, voided by the command; then all is well again."""
    bench = Bench(sandbox, client, ListSource([an_order("1001"), an_order("1002")]))
    bench.deliver()
    mirrored = TradeGeckoGateway(client, mirror=bench.store.mirror)
    assert check_ledger(bench.store, mirrored) == []
    (first,) = [order for order in bench.remote() if order.order_number == "1001"]
    same = ("company_id", "shipping_address_id", "billing_address_id", "source_url")
    again = {name: getattr(first, name) for name in same}
    second = client.orders.create({**again, "order_number": "1001 again", "issued_at": "2026-11-03"})
    (finding,) = check_ledger(bench.store, mirrored)
    assert f"is in TradeGecko twice, as id {first.id} (1001) and id {second.id} (1001 again)" in finding.text
    bench.source.orders.append(an_order("1003"))
    report = bench.deliver()
    twice = f"order 1001 is in TradeGecko twice, as id {first.id} and id {second.id}"
    command = f"`tgbridge orders void-double {first.id} {second.id}`"
    assert [alert.text for alert in report.alerts] == [f"{twice}; void all but id {first.id} ({command})"]
    done = void_double(bench.store, mirrored, (str(second.id), str(first.id)), who="ann")
    assert (done.voided, done.kept) == (str(second.id), str(first.id))
    assert client.orders.get(second.id).status == "void"
    assert check_ledger(bench.store, mirrored) == []
    bench.source.orders.append(an_order("1004"))
    assert [alert.is_open for alert in bench.deliver().alerts] == [False]
    sandbox.reset()
    assert len(check_ledger(bench.store, TradeGeckoGateway(client))) == 1, "another account: nothing is looked up"
