"""Several orders at once: which may pass each other, and what a failure stops."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.bench import Bench, stranger
from tests.support import ALL_ORDERS, ListSource
from tradegecko_bridge import MemoryStore, Sandbox, SqlStore, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import Customer, SourceOrder
from tradegecko_bridge.commerce.remote import OrderDraft, RemoteOrder
from tradegecko_bridge.engine import Outcome, Progress
from tradegecko_bridge.engine.context import Concurrency
from tradegecko_bridge.engine.delivery.decide import DueOrder
from tradegecko_bridge.engine.delivery.partitions import FEWEST, partition, run_partitions
from tradegecko_bridge.engine.report import DELIVER
from tradegecko_bridge.ledger import LedgerEntry, OrderState
from tradegecko_bridge.testing.builders import an_order

AT = datetime(2026, 1, 31, tzinfo=UTC)
NAMES = st.sampled_from(["", "1", "2", "3"])


def _due(id_: int, number: str, customer: Customer) -> DueOrder:
    order = evolve(an_order(str(id_)), customer=customer, billing_address=None, shipping_address=None)
    entry = LedgerEntry(
        id=id_, connection="shop", reference=str(id_), number=number, state=OrderState.PENDING, order=order,
        ingested_at=AT, updated_at=AT,
    )  # fmt: skip
    return DueOrder(entry=entry, number=number, marker=number)


@given(st.lists(st.tuples(st.sampled_from("12345"), NAMES, NAMES, NAMES), max_size=12))
def test_orders_that_share_a_number_or_a_customer_are_in_one_part(rows: list[tuple[str, str, str, str]]) -> None:
    """Every order once; two with something in common are in one partition, in their order."""
    orders = [
        _due(
            id_,
            number,
            Customer(email=email and f"b{email}@example.com", phone=phone and f"+1 416 555 {phone}", company=company),
        )
        for id_, (number, email, phone, company) in enumerate(rows)
    ]
    found = partition(orders)
    assert sorted(due.entry.id for part in found for due in part) == list(range(len(rows)))
    part_of = {due.entry.id: at for at, part in enumerate(found) for due in part}
    for part in found:
        assert [due.entry.id for due in part] == sorted(due.entry.id for due in part)
    for one, first in enumerate(rows):
        for other, second in enumerate(rows):
            if any(a and a == b for a, b in zip(first, second, strict=True)):
                assert part_of[one] == part_of[other]


def test_strangers_have_parts_of_their_own() -> None:
    """Orders without anything in common do not wait for each other."""
    orders = [_due(n, str(n), Customer(email=f"{n}@example.com")) for n in range(5)]
    assert [len(part) for part in partition(orders)] == [1] * 5


def test_two_parts_that_turn_out_to_be_one_leave_the_others_alone() -> None:
    """The last order has the first one's address and the third one's telephone."""
    people = (
        Customer(email="a@example.com"),
        Customer(email="x@example.com"),
        Customer(phone="416 555"),
        Customer(email="a@example.com", phone="416555"),
        Customer(email="x@example.com"),
    )
    found = partition([_due(n, str(n), customer) for n, customer in enumerate(people)])
    assert [[due.entry.id for due in part] for part in found] == [[0, 2, 3], [1, 4]]


def test_in_a_part_what_was_ingested_first_goes_first() -> None:
    """Whatever its id, and however it was claimed."""
    one, two = (_due(n, str(n), Customer(email="a@example.com")) for n in (1, 2))
    one = evolve(one, entry=evolve(one.entry, ingested_at=AT + timedelta(seconds=1)))
    assert partition([one, two]) == [[two, one]]


def test_parts_go_at_once_and_each_in_its_order() -> None:
    """Three partitions meet in the middle, which they only can at the same time."""
    barrier, done = Barrier(3), list[tuple[int, int]]()

    def work(items: Sequence[tuple[int, int]], _: Callable[[], bool]) -> None:
        (item,) = items
        if item[1] == 1:
            barrier.wait(timeout=10)
        done.append(item)

    run_partitions([[(part, step) for step in range(3)] for part in range(3)], work, 3)
    for part in range(3):
        assert [step for one, step in done if one == part] == [0, 1, 2]


@pytest.mark.parametrize(("count", "at_once"), [(1, 4), (4, 1)])
def test_threads_only_where_they_pay(count: int, at_once: int) -> None:
    """One part, or one at a time: the caller's own thread does it."""
    threads = set[int]()
    run_partitions([[n] for n in range(count)], lambda *_: threads.add(threading.get_ident()), at_once)
    assert threads == {threading.get_ident()}


def test_what_is_quick_goes_in_handfuls() -> None:
    """The first goes alone, for nobody knows yet how quick it is; then several together, fewer towards the end."""
    sizes = list[int]()
    run_partitions([[n] for n in range(120)], lambda items, _: sizes.append(len(items)), 1)
    assert sizes == [1, 32, 32, 32, 23]
    sizes.clear()
    run_partitions([[n] for n in range(120)], lambda items, _: sizes.append(len(items)), 3)
    assert sum(sizes) == 120
    assert max(sizes[-2:]) <= FEWEST < sizes[3]


def test_more_threads_as_soon_as_one_waits() -> None:
    """As long as items are quick, one thread does them; where one is not, others go on beside it."""
    threads, held, freed = dict[int, int](), Event(), Event()

    def work(items: Sequence[int], _: Callable[[], bool]) -> None:
        for item in items:
            threads[item] = threading.get_ident()
            if item == 40:
                held.set()
                assert freed.wait(timeout=10)
            if item == 110:
                assert held.is_set()
                freed.set()

    run_partitions([[n] for n in range(120)], work, 4)
    assert len({threads[n] for n in range(40)}) == 1
    assert threads[110] != threads[40]


@pytest.mark.parametrize(("parts", "at_once", "threads"), [(2, 8, 2), (8, 2, 2), (3, 3, 3)])
def test_there_are_as_many_threads_as_can_have_something_to_do(parts: int, at_once: int, threads: int) -> None:
    """No more than parts, no more than at once."""
    asked, begun = list[int](), list[object]()

    class Pool(ThreadPoolExecutor):
        def submit(self, function: Any, /, *given: Any, **named: Any) -> Any:
            begun.append(function)
            return super().submit(function, *given, **named)

    def pool(count: int) -> Executor:
        asked.append(count)
        return Pool(count)

    run_partitions([[n] for n in range(parts)], lambda *_: None, at_once, Concurrency(executor=pool, patience=None))
    assert (asked, len(begun)) == ([threads], threads)


@pytest.mark.parametrize(("seconds", "sizes"), [(0.0, [1, 32, 32]), (0.02, [1, 12, 12, 12]), (0.05, [1, 5, 5])])
def test_a_handful_takes_a_quarter_of_a_second(seconds: float, sizes: list[int]) -> None:
    """By how long each of the last ones took; with a clock that stands still, as many as may be."""
    time, seen = [0.0], list[int]()

    def work(items: Sequence[int], _: Callable[[], bool]) -> None:
        seen.append(len(items))
        time[0] += seconds * len(items)

    run_partitions([[n] for n in range(65)], work, 1, Concurrency(monotonic=lambda: time[0]))
    assert seen[: len(sizes)] == sizes


def test_what_is_slow_goes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that little is in doubt should the process end."""
    monkeypatch.setattr("tradegecko_bridge.engine.delivery.partitions.SPAN", 0.002)
    sizes = list[int]()

    def work(items: Sequence[int], _: Callable[[], bool]) -> None:
        sizes.append(len(items))
        time.sleep(0.0025)

    run_partitions([[n] for n in range(20)], work, 1)
    assert sizes == [1] * 20


def test_parts_of_a_handful_keep_their_order() -> None:
    """The first items of all its partitions go together, then the second ones of those that have one."""
    done = list[list[tuple[int, int]]]()
    lengths = (1, 1, 3, 2)
    run_partitions(
        [[(part, step) for step in range(length)] for part, length in enumerate(lengths)],
        lambda items, _: done.append(list(items)),
        1,
    )
    assert done == [[(0, 0)], [(1, 0), (2, 0), (3, 0)], [(2, 1), (3, 1)], [(2, 2)]]


def test_a_failure_begins_nothing_more_and_is_raised() -> None:
    """What is under way ends, what waits is left, the first failure reaches the caller."""
    barrier, done = Barrier(2), list[int]()

    def work(items: Sequence[int], going_on: Callable[[], bool]) -> None:
        (item,) = items
        assert going_on()
        if item < 2:
            barrier.wait(timeout=10)
        if item == 0:
            raise ZeroDivisionError
        while item == 1 and going_on():
            time.sleep(0.001)
        done.append(item)

    with pytest.raises(ZeroDivisionError):
        run_partitions([[0, 2, 3], [1, 4]], work, 2)
    assert done == [1], "who was under way could see that it is not going on"


def test_a_failure_elsewhere_leaves_the_next_step_undone() -> None:
    """Of a part that is under way while another one's thread fails."""
    done, waiting = list[str](), Barrier(2)

    def work(items: Sequence[str], going_on: Callable[[], bool]) -> None:
        waiting.wait(timeout=10)
        if items == ["b1"]:
            raise ZeroDivisionError
        until = time.monotonic() + 10
        while going_on():
            assert time.monotonic() < until, "nobody told this thread"
            time.sleep(0.001)
        done.extend(items)

    with pytest.raises(ZeroDivisionError):
        run_partitions([["a1", "a2"], ["b1"]], work, 2)
    assert done == ["a1"]


def test_four_orders_are_on_their_way_at_once(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """By default four requests are out together; the report keeps the orders' own sequence."""
    barrier = Barrier(4)

    class Meeting(TradeGeckoGateway):
        def create_order(self, draft: OrderDraft, *, key: str, customer_id: str | None, **may: Any) -> RemoteOrder:
            barrier.wait(timeout=10)
            return super().create_order(draft, key=key, customer_id=customer_id, **may)

    orders = [stranger(f"c{n}@example.com", str(1000 + n)) for n in range(8)]
    bench = Bench(sandbox, client, ListSource(orders), gateway=Meeting(client))
    report = bench.deliver()
    assert [(item.name, item.outcome) for item in report.items] == [
        (str(1000 + n), Outcome.DELIVERED) for n in range(8)
    ]


def test_one_new_customer_is_made_once(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Eight orders of a customer nobody knows yet, among others: one company comes of it."""
    orders = [stranger("new@example.com" if n % 2 else f"c{n}@example.com", str(1000 + n)) for n in range(16)]
    bench = Bench(sandbox, client, ListSource(orders))
    assert bench.deliver().count(Outcome.DELIVERED) == 16
    companies = list(client.companies.list(email="new@example.com"))
    assert len(companies) == 1
    assert len(list(client.orders.list(company_id=companies[0].id))) == 8


@pytest.mark.parametrize("url", [None, "sqlite"])
def test_the_same_person_is_another_customer_in_another_account(
    sandbox: Sandbox, client: TradeGeckoClient, tmp_path: Path, url: str | None
) -> None:
    """Two tenants of one ledger: neither waits for the other, nor learns of whom the other sells to."""
    ann = stranger("ann@example.com", "1001")
    with MemoryStore() if url is None else SqlStore(f"sqlite:///{tmp_path / 'ledger.db'}") as store:

        def engine(shop: str, client: TradeGeckoClient, *orders: SourceOrder) -> SyncEngine:
            gateway = TradeGeckoGateway(client, mirror=store.mirror)
            return SyncEngine(shop, source=ListSource(list(orders)), gateway=gateway, store=store, settings=ALL_ORDERS)

        assert engine("mine", client, ann).deliver_orders().count(Outcome.DELIVERED) == 1
        again = evolve(ann, reference="2", number="1002", cursor="2")
        with Sandbox(rate_limit=None) as box, TradeGeckoClient(box.access_token, base_url=box.base_url) as there:
            other = engine("theirs", there, again)
            assert [item.outcome for item in other.deliver_orders(dry_run=True).items] == [Outcome.PLANNED]
            report = other.deliver_orders()
        assert [item.outcome for item in report.items] == [Outcome.DELIVERED], report.items


def test_of_two_orders_with_one_number_the_second_sees_the_first(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Two references, one number, in one batch: the older is delivered, the younger held."""
    orders = [evolve(stranger(f"c{n}@example.com", "77"), reference=f"r{n}", cursor=str(n)) for n in range(4)]
    bench = Bench(sandbox, client, ListSource(orders))
    report = bench.deliver()
    assert [item.outcome for item in report.items] == [Outcome.DELIVERED, *[Outcome.HELD] * 3]
    assert len(bench.remote()) == 1


@pytest.mark.parametrize("url", [None, "sqlite"])
def test_another_shop_takes_the_number_meanwhile(
    sandbox: Sandbox, client: TradeGeckoClient, tmp_path: Path, url: str | None
) -> None:
    """What is remembered of the account does not know that order; the ledger does, and so it is looked for."""
    with MemoryStore() if url is None else SqlStore(f"sqlite:///{tmp_path / 'ledger.db'}") as store:

        def engine(shop: str, *numbers: str, **more: Any) -> SyncEngine:
            orders = [stranger(f"{shop}-{number}@example.com", number) for number in numbers]
            gateway = TradeGeckoGateway(client, mirror=MemoryStore().mirror)
            return SyncEngine(
                shop, source=ListSource(orders), gateway=gateway, store=store, in_flight=1, settings=ALL_ORDERS, **more
            )

        others = engine("other", "1002")

        def meanwhile(progress: Progress) -> None:
            if (progress.operation, progress.done) == (DELIVER, 1):
                assert others.deliver_orders().count(Outcome.DELIVERED) == 1

        report = engine("shop", "1001", "1002", "1003", on_progress=meanwhile).deliver_orders()
        assert [item.outcome for item in report.items] == [Outcome.DELIVERED, Outcome.HELD, Outcome.DELIVERED]
        assert "TradeGecko has another order '1002'" in report.items[1].detail
        assert len(list(client.orders.list(order_number="1002"))) == 1
