"""Two settings with one connection name begin on one new ledger: one gets the name, the other is told."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, product
from threading import Barrier, Thread
from typing import Any, cast

import pytest
from attrs import field, frozen

from tests.engine.test_in_memory import Desk, order
from tests.engine.test_own_account import ANNS, BOBS, Login
from tests.engine.test_own_source import Shop
from tradegecko_bridge import SqlStore
from tradegecko_bridge.commerce.remote import AccountIdentity
from tradegecko_bridge.engine import Report, SyncEngine
from tradegecko_bridge.errors import OtherAccount, OtherSource
from tradegecko_bridge.ports import Store

RUNS: dict[str, Callable[[SyncEngine], Report]] = {
    "deliver": SyncEngine.deliver_orders,
    "pull": lambda engine: engine.pull_orders("1", "2"),
}


class MeetingShop(Shop):
    """Says what it is only once the other one is asked, too."""

    meets: Callable[[], object] | None = None

    @property
    def identity(self) -> str:
        meets, self.meets = self.meets, None
        if meets:
            meets()
        return super().identity


@frozen
class Settings:
    """A source, a login, and what came of a run with them."""

    shop: MeetingShop
    login: Login
    reports: list[Report] = field(factory=list)

    def run(self, operation: str, store: Store, connection: str) -> None:
        desk = Desk(account=self.login, store=store, source=self.shop, connection=connection)
        self.reports.append(RUNS[operation](desk.engine))

    def is_refused(self, kind: type[Exception]) -> bool:
        (report,) = self.reports
        return any(isinstance(cause, kind) for cause in report.causes)


def settings(account: AccountIdentity = ANNS) -> tuple[Settings, Settings]:
    """Ann's and Bob's: each with a folder and an order of its own, and as a rule with one account."""
    ann = Settings(MeetingShop("folder /ann", [order("1")]), Login(accounts=[ANNS]))
    return ann, Settings(MeetingShop("folder /bob", [order("2")]), Login(accounts=[account]))


def assert_one_works(store: Store, connection: str, both: tuple[Settings, Settings]) -> None:
    """The one whose source is bound. The other has ingested nothing, sent nothing, and told its source nothing."""
    bound = store.known_source(connection)
    (loser,) = [one for one in both if one.shop.identity != bound]
    (winner,) = [one for one in both if one is not loser]
    assert (winner.is_refused(OtherSource), loser.is_refused(OtherSource)) == (False, True)
    assert [entry.number for entry in store.entries(connection)] == [winner.shop.orders[0].number]
    assert (loser.shop.asked_after, loser.shop.receipts, loser.login.asked) == ([], [], [])


class Overtaken:
    """A store before whose ``nth`` use something else happens."""

    def __init__(self, store: Store, nth: int, happens: Callable[[], None]) -> None:
        self._store, self.left, self._happens = store, nth, happens

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        def used(*args: Any, **options: Any) -> Any:
            self.left -= 1
            if not self.left:
                self._happens()
            return method(*args, **options)

        return used if callable(method) else method


@pytest.mark.parametrize(("faster", "slower"), list(product(RUNS, RUNS)))
def test_overtaken_anywhere(faster: str, slower: str, ledger_url: str) -> None:
    """Before each use of the ledger the whole run of the other one may come."""
    with SqlStore(ledger_url) as store:
        for nth in count(1):
            connection, (ann, bob) = f"shop {nth}", settings()

            def overtake(bob: Settings = bob, connection: str = connection) -> None:
                bob.run(faster, store, connection)

            overtaken = Overtaken(store, nth, overtake)
            ann.run(slower, cast("Store", overtaken), connection)
            if overtaken.left > 0:
                break
            assert_one_works(store, connection, (ann, bob))
    assert nth > 5


@pytest.mark.parametrize("slower", RUNS)
def test_overtaken_with_another_account(slower: str, ledger_url: str) -> None:
    """One source, two accounts: only one of them gets the order."""
    with SqlStore(ledger_url) as store:
        for nth in count(1):
            connection, (ann, bob) = f"shop {nth}", settings(BOBS)
            bob = Settings(ann.shop, bob.login)

            def overtake(bob: Settings = bob, connection: str = connection) -> None:
                bob.run("deliver", store, connection)

            overtaken = Overtaken(store, nth, overtake)
            ann.run(slower, cast("Store", overtaken), connection)
            if overtaken.left > 0:
                break
            known = store.known_account(connection)
            assert known is not None
            for one in (ann, bob):
                if one.login.accounts != [known.account]:
                    assert one.login.asked == []
                    assert one.is_refused(OtherAccount) is (one is bob or slower == "deliver")
    assert nth > 5


def test_two_threads_at_once(ledger_url: str) -> None:
    """Each has a ledger open of its own, and both have looked what is known before either goes on."""
    with SqlStore(ledger_url) as one, SqlStore(ledger_url) as other:
        for turn in range(8):
            connection, both, meeting = f"shop {turn}", settings(), Barrier(2, timeout=60)
            threads = []
            for mine, store in zip(both, (one, other), strict=True):
                mine.shop.meets = meeting.wait
                threads.append(Thread(target=mine.run, args=("deliver", store, connection)))
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert_one_works(one, connection, both)
