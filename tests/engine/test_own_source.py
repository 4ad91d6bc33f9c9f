"""A connection's name stands for the source that its orders are from; with another one nothing is done, but told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.test_in_memory import Desk, order
from tests.engine.test_own_account import ANNS, OPERATIONS, Login
from tests.support import ListSource
from tradegecko_bridge import MemoryStore
from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.engine import Report, SyncEngine, adopt_source
from tradegecko_bridge.engine.source_calls import identity_of
from tradegecko_bridge.errors import OtherSource, Unavailable
from tradegecko_bridge.sources.folder import FolderSource
from tradegecko_bridge.sources.vendure import VendureSource
from tradegecko_bridge.testing.builders import an_order

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)


class Shop(ListSource):
    """A source that says which it is, and gives orders again."""

    def __init__(self, identity: object, orders: Sequence[SourceOrder] = ()) -> None:
        super().__init__(orders)
        self._identity = identity

    @property
    def identity(self) -> str:
        if isinstance(self._identity, Exception):
            raise self._identity
        return self._identity  # type: ignore[return-value]

    def fetch_order(self, name: str) -> Sequence[SourceOrder]:
        return [one for one in self.orders if isinstance(one, SourceOrder) and name in (one.number, one.reference)]

    def fetch_since(self, moment: datetime) -> Sequence[SourceOrder]:
        return [one for one in self.orders if isinstance(one, SourceOrder) and one.placed_at >= moment]


@pytest.fixture
def store() -> Iterator[MemoryStore]:
    with MemoryStore() as store:
        yield store


def engine_of(source: ListSource, store: MemoryStore, gateway: Login | None = None) -> SyncEngine:
    return Desk(account=gateway or Login(accounts=[ANNS]), store=store, source=source).engine


EVERY: dict[str, Callable[[SyncEngine], Report]] = {
    **OPERATIONS,
    "pull orders": lambda engine: engine.pull_orders("1001"),
    "pull since": lambda engine: engine.pull_since(NOW - timedelta(days=9)),
}


def test_the_first_run_binds_the_source(store: MemoryStore) -> None:
    """A dry run binds nothing."""
    engine = engine_of(Shop("folder /ann", [order("1001")]), store)
    assert engine.deliver_orders(dry_run=True)
    assert store.known_source("shop") is None
    assert engine.deliver_orders()
    assert store.known_source("shop") == "folder /ann"
    assert engine_of(Shop("folder /ann"), store).deliver_orders()


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("operation", EVERY)
def test_with_another_source_nothing_is_done(operation: str, dry_run: bool, store: MemoryStore) -> None:
    """It is not even asked, nor is the account; not an order, an alert or a cursor changes."""
    engine_of(Shop("folder /ann", [order("1001"), order("1002")]), store).deliver_orders()
    before = [store.entries(), store.alerts(closed=True), store.cursor("shop", "orders"), store.history(1)]
    other, account = Shop("folder /bob", [order("1001", currency="EUR"), order("3001")]), Login(accounts=[ANNS])
    engine = engine_of(other, store, account)
    if operation not in OPERATIONS:
        report = EVERY[operation](engine)
    else:
        report = OPERATIONS[operation](engine, dry_run=dry_run)  # type: ignore[call-arg]
        assert report.dry_run is dry_run
    said = (
        "connection 'shop' has its orders from folder /ann, and the settings name folder /bob; nothing was done: use "
        "another connection name or another ledger, or, if the source itself has moved, run "
        "`tgbridge ledger adopt-source --connection shop`"
    )
    assert report.problems == [said]
    assert isinstance(report.causes[0], OtherSource)
    assert (report.operation, report.items, bool(report)) == (operation.replace("pull since", "pull orders"), [], False)
    assert (other.asked_after, account.asked, account.looked) == ([], [], [])
    assert [store.entries(), store.alerts(closed=True), store.cursor("shop", "orders"), store.history(1)] == before


def test_a_whole_run_stops_there(store: MemoryStore) -> None:
    """It is said once."""
    store.remember_source("shop", "folder /ann", at=NOW)
    run = engine_of(Shop("folder /bob"), store).run()
    assert [report.operation for report in run.reports] == ["deliver orders"]
    assert not run


@pytest.mark.parametrize("operation", EVERY)
def test_a_ledger_of_before_is_bound_with_its_own_account(operation: str, store: MemoryStore) -> None:
    """It knows the account: who has another one does not bind the name to his source, nor does who cannot reach any."""
    store.ingest("shop", [an_order("1001")], at=NOW)
    store.remember_account("shop", ANNS, at=NOW)
    for answer in (Unavailable("down"), ANNS.__class__(id="34", name="Bob's", base_url="https://api.example")):
        EVERY[operation](engine_of(Shop("folder /bob"), store, Login(accounts=[answer])))
        assert store.known_source("shop") is None
    EVERY[operation](engine_of(Shop("folder /ann", [order("1001")]), store))
    assert store.known_source("shop") == ("folder /ann" if operation in OPERATIONS else None)


def test_a_new_ledger_is_bound_before_the_account_is_reached(store: MemoryStore) -> None:
    """For orders are ingested all the same."""
    engine_of(Shop("folder /ann", [order("1001")]), store, Login(accounts=[Unavailable("down")])).deliver_orders()
    assert [entry.number for entry in store.entries()] == ["1001"]
    assert store.known_source("shop") == "folder /ann"


@pytest.mark.parametrize("pulls", [False, True])
def test_of_two_at_once_one_is_bound(pulls: bool, store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one is told before it reads anything."""
    monkeypatch.setattr(store, "remember_source", lambda *_args, **_options: "folder /faster")
    slower = Shop("folder /bob", [order("1001")])
    engine = engine_of(slower, store)
    report = engine.pull_orders("1001") if pulls else engine.deliver_orders()
    assert isinstance(report.causes[0], OtherSource)
    assert (slower.asked_after, list(store.entries()), list(store.alerts())) == ([], [], [])


@pytest.mark.parametrize(
    ("identity", "said"),
    [
        (None, "list: its identity is None: a fault in the source"),
        (7, "list: its identity is a value of type int: a fault in the source"),
        (" ", "list: its identity is a text that is no line: a fault in the source"),
        ("a\nb", "list: its identity is a text that is no line: a fault in the source"),
        (RuntimeError("ann@example.com"), "while telling what it is: a fault in the source"),
    ],
)
def test_a_source_that_cannot_say_what_it_is(identity: object, said: str, store: MemoryStore) -> None:
    """One line, and nothing is done; what its error says is not told."""
    report = engine_of(Shop(identity, [order("1001")]), store).deliver_orders()
    (problem,) = report.problems
    assert said in problem
    assert "ann@example.com" not in problem
    assert (list(store.entries()), store.known_source("shop")) == ([], None)


def test_a_source_that_says_nothing_goes_by_kind_and_name(store: MemoryStore) -> None:
    """So the kind of source cannot be exchanged under a connection."""
    assert engine_of(ListSource(), store).deliver_orders()
    assert store.known_source("shop") == "ListSource list"
    assert isinstance(engine_of(Shop("folder /ann"), store).deliver_orders().causes[0], OtherSource)


def test_what_tells_our_own_sources_apart(tmp_path: Path) -> None:
    """A folder's real path; a shop's address and channel, without what is secret."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "shop")
    folders = {FolderSource(tmp_path / path, name=path).identity for path in ("shop", "link", "shop/../shop", "./link")}
    assert folders == {f"folder {tmp_path / 'shop'}"}

    def vendure(url: str, **more: str) -> str:
        given = {"username": "ann", "password": "pässword"} | more
        return identity_of(VendureSource(url, **given))  # type: ignore[arg-type]

    url = "https://shop.example/admin-api"
    assert vendure(url) == vendure(f"{url}?key=s3cret", password="new", username="bob") == f"vendure {url}"
    channels = {vendure(url, channel_token=token) for token in ("t0ken-1", "t0ken-2")}
    assert len(channels | {vendure(url), vendure("https://shop.example:8443/admin-api")}) == 4
    assert not [one for one in channels if "t0ken" in one]


# ── a source that has moved ──────────────────────────────────────────────────────────────────


@given(st.sets(st.integers(0, 9)), st.booleans(), st.booleans())
def test_adopting_looks_for_the_newest_orders(there: set[int], again: bool, force: bool) -> None:
    """At least half of them have to be given again as they were placed; or a person says so."""
    mine = [order(str(1000 + n), placed_at=NOW + timedelta(minutes=n)) for n in range(10)]
    theirs = [order(one.number, placed_at=one.placed_at + timedelta(seconds=1)) for one in mine]
    with MemoryStore() as store:
        store.ingest("shop", mine, at=NOW)
        store.remember_source("shop", "folder /old", at=NOW)
        has = [one if n in there else other for n, (one, other) in enumerate(zip(mine, theirs, strict=True))]
        moved: ListSource = Shop("folder /new", has)
        if not again:
            moved = ListSource(has)
        adopted = adopt_source(store, moved, "shop", at=NOW, force=force)
        done = force or (again and len(there) >= 5)
        assert bool(adopted) is done
        assert adopted.was == "folder /old"
        assert store.known_source("shop") == (identity_of(moved) if done else "folder /old") == adopted.now
        if not done:
            what = f"it has {len(there)}" if again else "cannot show whether it has the orders of shop"
            assert what in adopted.problem
            assert adopted.problem.endswith("; --force adopts it all the same")


def test_adopting_what_is_bound_or_not_at_all(store: MemoryStore) -> None:
    """Nothing is asked then; a source that cannot say what it is, is not adopted even by force."""
    assert adopt_source(store, Shop("folder /ann"), "shop", at=NOW).was is None
    same = adopt_source(store, Shop("folder /ann"), "shop", at=NOW)
    assert (same.was, same.now, bool(same)) == ("folder /ann", "folder /ann", True)
    refused = adopt_source(store, Shop(" "), "shop", at=NOW, force=True)
    assert "its identity is a text that is no line" in refused.problem
    assert store.known_source("shop") == "folder /ann"
