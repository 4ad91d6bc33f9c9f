"""Threads that write at the same moment share a synced commit, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from tradegecko_bridge import SqlStore
from tradegecko_bridge.errors import ClaimLost, StoreBusy, StoreError
from tradegecko_bridge.ledger import LedgerEntry, OrderState
from tradegecko_bridge.stores.sql.together import Together
from tradegecko_bridge.testing.store_checks.cases import AT, SHOP, an_order, claim, entry_of, history_of, orders

S = OrderState


class Desk:
    """Writes numbers down, slowly when asked to; negative ones are refused, and with 13 nothing works."""

    def __init__(self) -> None:
        self.together = Together(self.carry_out)
        self.groups: list[list[int]] = []
        self.may_go_on, self.busy = Event(), Event()
        self.may_go_on.set()

    def carry_out(self, numbers: Sequence[int]) -> list[int | Exception]:
        self.groups.append(list(numbers))
        self.busy.set()
        assert self.may_go_on.wait(10)
        if 13 in numbers:
            raise StoreBusy("nothing was written")
        return [-number if number >= 0 else ValueError(number) for number in numbers]

    def while_busy(self, *numbers: int) -> list[Future[int]]:
        """All of these, left while 99 is being written."""
        self.may_go_on.clear()
        with ThreadPoolExecutor(len(numbers) + 1) as pool:
            pool.submit(self.together.write, 99)
            assert self.busy.wait(10)
            futures = [pool.submit(self.together.write, number) for number in numbers]
            until = monotonic() + 10
            while len(self.together._waiting) < len(numbers):
                assert monotonic() < until
            self.may_go_on.set()
        return futures


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_those_who_wait_go_together(desk: Desk) -> None:
    """However many they are; each gets its own answer."""
    assert [future.result() for future in desk.while_busy(*range(8))] == [-n for n in range(8)]
    assert [sorted(group) for group in desk.groups] == [[99], list(range(8))]


def test_what_is_refused_is_told_to_whom_it_belongs(desk: Desk) -> None:
    """And to nobody else."""
    errors = [type(future.exception()) for future in desk.while_busy(1, -2, 3)]
    assert errors == [type(None), ValueError, type(None)]


def test_a_failure_of_all_is_told_to_all(desk: Desk) -> None:
    """Nobody believes in something written that is not; the next one is not troubled by it."""
    assert [type(future.exception()) for future in desk.while_busy(1, 13, 3)] == [StoreBusy] * 3
    assert desk.together.write(4) == -4


# ── in a ledger ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    """A ledger with four orders."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_ledger")
    with closing(SqlStore(url)) as store:
        store.take_in(SHOP, orders(4), at=AT)
        yield store


def all_at_once(store: SqlStore, *entries: LedgerEntry) -> list[LedgerEntry | Exception]:
    """What comes of these reports, made while somebody else writes."""

    def report(entry: LedgerEntry) -> LedgerEntry | Exception:
        try:
            return store.record(entry, who="ann", why="so it is")
        except StoreError as error:
            return error

    with ThreadPoolExecutor(len(entries)) as pool:
        with store._reports._one_at_a_time:
            futures = [pool.submit(report, entry) for entry in entries]
            until = monotonic() + 10
            while len(store._reports._waiting) < len(entries):
                assert monotonic() < until
        return [future.result() for future in futures]


Change = Callable[[LedgerEntry], LedgerEntry]


def delivered_as(remote_id: str) -> Change:
    return lambda entry: entry.moved(S.DELIVERED, AT, remote_id=remote_id)


def test_one_late_word_spoils_nothing(ledger: SqlStore) -> None:
    """What was good is written whole, with its event, in one look, update and commit."""
    first, second, third, late = claim(ledger)
    ledger.unclaim(late)
    answers = all_at_once(
        ledger, first.moved(S.SENDING, AT), delivered_as("7")(second), late.moved(S.SENDING, AT), third
    )
    assert isinstance(answers[2], ClaimLost)
    assert [entry_of(ledger, str(n)).state for n in (1, 2, 3, 4)] == [S.SENDING, S.DELIVERED, S.PENDING, S.PENDING]
    assert answers[:2] == [entry_of(ledger, "1"), entry_of(ledger, "2")]
    assert [history_of(ledger, str(n))[-1].why for n in (1, 2)] == ["so it is"] * 2
    assert all(event.why != "so it is" for event in history_of(ledger, "4"))


def test_two_orders_become_one_neither_alone_nor_together(ledger: SqlStore) -> None:
    """The second of two that say they were delivered as the same order is refused, and those beside them are not."""
    first, second, third, fourth = claim(ledger)
    answers = all_at_once(
        ledger,
        delivered_as("7")(first),
        delivered_as("8")(second),
        delivered_as("7")(third),
        fourth.moved(S.SENDING, AT),
    )
    refused = [answer for answer in answers if isinstance(answer, StoreError)]
    assert ["7" in str(error) for error in refused] == [True]
    assert {entry_of(ledger, str(n)).remote_id for n in (1, 3)} == {"7", None}
    assert entry_of(ledger, "2").remote_id == "8"
    assert entry_of(ledger, "4").state is S.SENDING


def test_of_two_words_on_one_order_the_second_is_late(ledger: SqlStore) -> None:
    """Also when they come at the same moment."""
    entry = claim(ledger)[0]
    answers = all_at_once(ledger, delivered_as("7")(entry), delivered_as("9")(entry))
    assert sorted(type(answer).__name__ for answer in answers) == ["ClaimLost", "LedgerEntry"]
    assert len([event for event in history_of(ledger, "1") if event.now is S.DELIVERED]) == 1


def test_of_two_that_want_a_number_for_themselves_one_gets_it(ledger: SqlStore) -> None:
    """At the same moment as well."""
    ledger.take_in("other", [an_order("9")], at=AT)
    (elsewhere,) = ledger.claim("other", "ann", at=AT, until=AT + timedelta(minutes=5), limit=1)
    ours = claim(ledger)[0]
    with ThreadPoolExecutor(2) as pool, ledger._reports._one_at_a_time:
        futures = [
            pool.submit(ledger.record, entry.moved(S.SENDING, AT, remote_number="1001"), who="ann", sole=True)
            for entry in (ours, elsewhere)
        ]
        until = monotonic() + 10
        while len(ledger._reports._waiting) < 2:
            assert monotonic() < until
    assert sorted(type(future.exception()).__name__ for future in futures) == ["NoneType", "NumberInUse"]
