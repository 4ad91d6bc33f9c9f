"""A connection works with the account that has its orders; with another one it does nothing, and says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from attrs import evolve, field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.bench import Bench, outcomes, stranger
from tests.engine.test_in_memory import Desk, Scripted, order
from tests.support import HandClock, ListSource
from tradegecko_bridge import MemoryStore, Sandbox, TradeGeckoClient
from tradegecko_bridge.commerce import Customer
from tradegecko_bridge.commerce.remote import AccountIdentity
from tradegecko_bridge.engine import Outcome, Report, SyncEngine
from tradegecko_bridge.engine.context import Progress
from tradegecko_bridge.errors import AccessDenied, BridgeError, OtherAccount, Rejected, Unavailable
from tradegecko_bridge.ledger import Finding, Severity
from tradegecko_bridge.testing.builders import an_order

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
ANNS = AccountIdentity(id="12", name="Ann's Tea", base_url="https://api.example", created_at=NOW)
BOBS = evolve(ANNS, id="34", name="Bob's")


@frozen
class Login(Scripted):
    """Opens one account after the other, the last one for good; ``looked`` is how often it was asked which."""

    accounts: list[AccountIdentity | BridgeError] = field(factory=list)
    looked: list[int] = field(factory=list)

    def account(self) -> AccountIdentity:
        self.looked.append(1)
        answer = self.accounts.pop(0) if len(self.accounts) > 1 else self.accounts[0]
        if isinstance(answer, BridgeError):
            raise answer
        return answer


@frozen
class Slow(Login):
    """Takes six minutes to fail, as three attempts do with a server that drips."""

    clock: HandClock = field(factory=HandClock)

    def account(self) -> AccountIdentity:
        self.clock.move(minutes=6)
        return super().account()


def desk(*accounts: AccountIdentity | BridgeError, store: MemoryStore | None = None) -> Desk:
    return Desk(account=Login(accounts=list(accounts)), store=store)


@pytest.fixture
def store() -> Iterator[MemoryStore]:
    with MemoryStore() as store:
        yield store


# ── one account or another ───────────────────────────────────────────────────────────────────

identities = st.builds(
    AccountIdentity,
    id=st.sampled_from(["1", "2"]),
    name=st.sampled_from(["Demo", "Bob's"]),
    base_url=st.sampled_from(["https://one", "https://other"]),
    created_at=st.sampled_from([None, NOW, NOW + timedelta(milliseconds=1)]),
)


@given(identities, identities)
def test_what_tells_accounts_apart(one: AccountIdentity, other: AccountIdentity) -> None:
    """Id and creation; where one does not say when it was created, id and address. Never the name."""
    dated = {account.created_at for account in (one, other)}
    by_date = None in dated or len(dated) == 1
    by_place = None not in dated or one.base_url == other.base_url
    assert one.is_same(other) == other.is_same(one) == (one.id == other.id and by_date and by_place)
    assert one.is_same(evolve(one, name="renamed"))
    if (one.created_at is None) == (other.created_at is None):
        assert (one.key == other.key) == one.is_same(other)
    assert one.is_same(other) or one.named_beside(other) != other.named_beside(one)


# ── runs ─────────────────────────────────────────────────────────────────────────────────────


@given(
    st.sampled_from([Unavailable, AccessDenied, Rejected]),
    st.integers(1, 3),
    st.sampled_from(["run", "deliver_orders", "sync_tracking"]),
    st.booleans(),
)
@settings(deadline=None, max_examples=30)
def test_an_account_that_takes_long_not_to_answer_is_asked_once(
    kind: type[BridgeError], numbers: int, operation: str, dry_run: bool
) -> None:
    """In a run. What the source gave is ingested all the same, and the next run asks again."""
    with MemoryStore() as store:
        orders = [order(str(number)) for number in range(1, numbers + 1)]
        clock = HandClock(NOW)
        login = Slow(accounts=[kind("down")], clock=clock)
        one = Desk(account=login, store=store, orders=orders, clock=clock, tracking=True, inventory=True)
        for runs in (1, 2):
            report = getattr(one.engine, operation)(dry_run=dry_run)
            assert not report
            assert len(login.looked) == runs
        assert login.asked == []
        if operation != "sync_tracking" and not dry_run:
            assert len(store.entries()) == numbers


def test_the_first_run_remembers_the_account() -> None:
    """As it was first seen; later it may have another name and be served elsewhere."""
    first = desk(ANNS)
    assert first.run()
    known = first.store.known_account("shop")
    assert known is not None
    assert (known.account, known.first_seen_at) == (ANNS, NOW)
    moved = desk(evolve(ANNS, name="Ann's Teas", base_url="https://new.example"), store=first.store)
    assert moved.run().problems == []
    assert first.store.known_account("shop") == known


OPERATIONS: dict[str, Callable[[SyncEngine], Report]] = {
    "deliver orders": SyncEngine.deliver_orders,
    "sync tracking": SyncEngine.sync_tracking,
    "sync inventory": SyncEngine.sync_inventory,
    "sync products": SyncEngine.sync_products,
}


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_with_another_account_nothing_is_done(store: MemoryStore, operation: str, dry_run: bool) -> None:
    """The source is not asked, nothing is ingested, sent or marked, and one line says why and what to do."""
    store.remember_account("shop", ANNS, at=datetime(2026, 1, 5, 8, 30, tzinfo=UTC))
    other = desk(BOBS, store=store)
    report = OPERATIONS[operation](other.engine, dry_run=dry_run)  # type: ignore[call-arg]
    said = (
        "connection 'shop' has its orders in account 12 \"Ann's Tea\" (first seen 2026-01-05), and the login is for "
        'account 34 "Bob\'s"; nothing was done: use the login of the first one, another connection name or another '
        "ledger, or, if the account itself has moved, run `tgbridge ledger adopt-account --connection shop`"
    )
    assert report.problems == [said]
    assert (report.operation, report.dry_run, report.items, bool(report)) == (operation, dry_run, [], False)
    assert isinstance(report.causes[0], OtherAccount)
    assert (other.account.asked, other.source.asked_after, list(store.entries())) == ([], [], [])
    assert [(alert.key, alert.severity) for alert in store.alerts()] == (
        [] if dry_run else [("account", Severity.ERROR)]
    )


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("shared", [False, True])
def test_a_number_is_taken_in_its_own_account_only(store: MemoryStore, shared: bool, dry_run: bool) -> None:
    """Of two shops with one account the second waits until lists show the first one's order; with another account it
    neither waits nor hears of it."""
    first = Desk(account=Login(accounts=[ANNS]), store=store, connection="anns", orders=[order("3001")])
    assert outcomes(first.run()) == {"3001": Outcome.DELIVERED}
    mine = [order("3001", customer=Customer(email="bob@example.com", last_name="Bob"))]
    second = Desk(
        account=Login(accounts=[ANNS if shared else BOBS]), store=store, connection="bobs", orders=[order("1"), *mine]
    )
    store.remember_account("bobs", ANNS if shared else BOBS, at=NOW)
    report = second.engine.deliver_orders(dry_run=dry_run)
    (found,) = [item for item in report.items if item.name == "3001"]
    if shared:
        assert (found.outcome, "order '3001' of anns is on its way" in found.detail) == (Outcome.HELD, True)
    else:
        assert found.outcome is (Outcome.PLANNED if dry_run else Outcome.DELIVERED)


def test_the_alert_closes_with_the_right_login(store: MemoryStore) -> None:
    """Not with a run that could not find out; and the orders go out."""
    store.remember_account("shop", ANNS, at=NOW)
    desk(BOBS, store=store).run()
    desk(Unavailable("down"), store=store).run()
    assert [alert.key for alert in store.alerts("shop")] == ["remote deliver orders", "account"]
    right = desk(ANNS, store=store)
    report = right.run()
    assert {alert.key for alert in report.alerts if not alert.is_open} == {"remote deliver orders", "account"}
    assert [item.outcome for item in report.items] == [Outcome.DELIVERED]


def test_a_dry_run_remembers_no_account() -> None:
    """It writes nothing."""
    looking = desk(ANNS)
    assert looking.engine.deliver_orders(dry_run=True)
    assert looking.store.known_account("shop") is None


@pytest.mark.parametrize("error", [Unavailable("503"), AccessDenied("401"), Rejected("404")])
def test_an_account_that_cannot_be_asked_gets_no_orders(error: BridgeError) -> None:
    """The source's orders are ingested all the same; nothing else is asked or sent until it is known which it is."""
    down = desk(error)
    report = down.run()
    assert report.problems == [str(error)]
    assert [entry.number for entry in down.store.entries()] == ["1"]
    assert (down.account.asked, down.store.known_account("shop")) == ([], None)


def test_a_refusal_that_is_about_the_account_holds_no_order() -> None:
    """Whichever order asks first: here one that is delivered and has its invoice before it."""
    login = Login(accounts=[ANNS, Rejected("404")], answers=[None, Unavailable("503")])
    invoicing = Desk(account=login, order_status="finalized", create_invoice=True)
    invoicing.run()
    before = invoicing.entry()
    assert before.pending_actions == ("invoice",)
    report = invoicing.run(after=timedelta(hours=1))
    assert report.problems == ["404"]
    after = invoicing.entry()
    assert (after.reason, after.pending_actions) == (before.reason, before.pending_actions)


def test_what_nobody_can_look_at_stays_told(store: MemoryStore) -> None:
    """An order that is there twice is not taken for mended because the account is down."""
    told = Finding(key="doubled 7 9", severity=Severity.ERROR, text="order 1 is in TradeGecko twice")
    store.update_alerts("shop", [told], scope=[], at=NOW)
    report = desk(Unavailable("503"), store=store).run()
    assert [alert.key for alert in report.alerts] == ["remote deliver orders"]
    assert {alert.key for alert in store.alerts("shop")} == {"doubled 7 9", "remote deliver orders"}


def test_it_is_found_out_in_the_middle_of_a_run() -> None:
    """When the account was down at first and answers a moment later: as the one it is, or as another one."""
    fine = desk(Unavailable("503"), ANNS)
    assert [item.outcome for item in fine.run().items] == [Outcome.DELIVERED]
    other = desk(Unavailable("503"), BOBS, store=fine.store)
    other.source.orders = [order("2")]
    report = other.run()
    assert isinstance(report.causes[0], OtherAccount)
    assert [item.outcome for item in report.items] == []
    assert other.account.asked == []
    assert [entry.state.value for entry in fine.store.entries(number="2")] == ["pending"]


def test_each_run_asks_again(store: MemoryStore) -> None:
    """A gateway that finds out that it serves another account now is believed."""
    login = Login(accounts=[ANNS, BOBS])
    both = Desk(account=login, store=store)
    assert both.run()
    assert not both.run()
    assert len(login.looked) == 2, "once a run, not once an order"


# ── in life ──────────────────────────────────────────────────────────────────────────────────


def test_a_sandbox_that_began_afresh_is_another_account(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """It has the id, the name and the address it had before, and none of the orders."""
    store = MemoryStore()
    bench = Bench(sandbox, client, ListSource([an_order("1001")]), store=store)
    assert outcomes(bench.deliver()) == {"1001": Outcome.DELIVERED}
    sandbox.reset()
    again = Bench(sandbox, client, ListSource([an_order("1002")]), store=store)
    before = sandbox.requests()
    report = again.engine.run()
    assert [len(part.problems) for part in report] == [1]
    said = (
        r"connection 'shop' has its orders in account 1 'Demo' created 20.* UTC at http.* \(first seen 2026-11-03\), "
        r"and the login is for account 1 'Demo' created 20.* UTC at http.*; nothing was done: "
    )
    assert re.match(said, report.reports[0].problems[0])
    assert [entry.number for entry in store.entries()] == ["1001"]
    assert again.remote() == []
    assert len(sandbox.requests()) == len(before) + 2, "one to find out, and that of this test"


class Exchanged(httpx.Auth):
    """A login that somebody exchanges while it is used: first for ``token``, then for another one."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)
        self.logins = 0

    def exchange(self) -> None:
        """From now on the next one is used."""
        self.tokens.pop(0)
        self.logins += 1

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        request.headers["Authorization"] = f"Bearer {self.tokens[0]}"
        yield request


@pytest.fixture
def two_accounts(sandbox: Sandbox) -> Iterator[tuple[Exchanged, TradeGeckoClient, Sandbox]]:
    """A login for one sandbox that can be exchanged for one that is served at the same address."""
    with Sandbox() as other:
        login = Exchanged(sandbox.access_token, other.access_token)

        def served(request: httpx.Request) -> httpx.Response:
            home = sandbox if login.logins == 0 else other
            there = httpx.URL(home.base_url)
            url = request.url.copy_with(scheme=there.scheme, host=there.host, port=there.port)
            headers = {**request.headers, "host": there.netloc.decode()}
            answer = httpx.request(request.method, url, headers=headers, content=request.content)
            encoding = ("content-encoding", "content-length", "transfer-encoding")
            kept = [(name, value) for name, value in answer.headers.items() if name not in encoding]
            return httpx.Response(answer.status_code, headers=kept, content=answer.content)

        with TradeGeckoClient(login, transport=httpx.MockTransport(served)) as client:
            yield login, client, other


def test_a_login_that_was_exchanged_is_noticed_by_the_next_run(
    two_accounts: tuple[Exchanged, TradeGeckoClient, Sandbox], sandbox: Sandbox
) -> None:
    """In the same process; while it stays the same, a run costs nothing."""
    login, client, other = two_accounts
    bench = Bench(sandbox, client, ListSource())
    assert [bench.deliver().calls for _ in range(3)] == [1, 0, 0]
    login.exchange()
    report = bench.deliver()
    assert report.calls == 1
    assert isinstance(report.causes[0], OtherAccount)
    assert [request["path"] for request in other.requests()] == ["/accounts/current"]


def test_a_login_that_is_exchanged_while_orders_are_sent_gets_none(
    two_accounts: tuple[Exchanged, TradeGeckoClient, Sandbox], sandbox: Sandbox
) -> None:
    """What was looked up in one account is not written into another one."""
    login, client, other = two_accounts

    def on_progress(progress: Progress) -> None:
        if progress.operation == "deliver orders" and progress.done == 1:
            login.exchange()

    orders = [stranger(f"c{n}@example.com", f"N{n}") for n in range(3)]
    bench = Bench(sandbox, client, ListSource(orders), in_flight=1, on_progress=on_progress)
    assert bench.deliver().count(Outcome.DELIVERED) == 1
    assert [request["method"] for request in other.requests() if request["method"] != "GET"] == []
    assert isinstance(bench.deliver().causes[0], OtherAccount)


def test_it_costs_one_request_a_process(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Whatever is run, and with nothing remembered too; told in the first report."""
    bench = Bench(sandbox, client, ListSource())
    assert [bench.deliver().calls for _ in range(3)] == [1, 0, 0]
    bench.engine.run()
    asked = [request["path"] for request in sandbox.requests()]
    assert asked.count("/accounts/current") == 1
