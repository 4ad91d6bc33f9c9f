"""How much of an account a run reads, however many orders there are and whatever the lists hold."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from tradegecko_bridge.tradegecko.gateway.reading_plan import FEWEST, IDLE, PART, RUNS, ReadingPlan, Share

orders = st.integers(0, 5000)
lengths = st.lists(st.integers(1, 3000), min_size=1, max_size=4)
saved = st.sampled_from([1.0, 1 / 20, 1 / 25, 1 / 50])


def read(share: Share, length: int) -> int:
    """The pages that are read of a list of so many."""
    for page in range(1, length + 1):
        if not share(page, length - page):
            return page
    return length


class Told:
    """What was told as pages were read."""

    def __init__(self) -> None:
        self.pages: list[tuple[int, int]] = []

    def __call__(self, done: int, total: int) -> None:
        self.pages.append((done, total))


@given(orders, lengths, st.data())
def test_never_more_is_read_than_the_budget_and_a_page_of_each_list(
    number: int, lists: list[int], data: st.DataObject
) -> None:
    """Nor are more pages ever read than a list has, nor fewer than none left."""
    told = Told()
    plan = ReadingPlan(number, told)
    budget = plan.budget
    for length in lists:
        share = plan.share(data.draw(saved), always=data.draw(st.booleans()))
        pages = read(share, length)
        assert 1 <= pages <= length
        assert share.left in (0, length - pages)
    assert plan.pages <= budget + len(lists)
    assert [done for done, _ in told.pages] == list(range(1, plan.pages + 1))
    assert all(total >= done for done, total in told.pages)


@given(st.integers(1, 5000), st.integers(1, 10_000))
def test_reading_leaves_an_order_at_two_requests(number: int, pages: int) -> None:
    """One to send it, and less than one of reading; small runs, which look something up anyway, read a few pages."""
    plan = ReadingPlan(number, Told())
    granted = plan.grant(pages)
    assert 0 <= granted <= max(number - 1, number // PART, FEWEST)
    assert granted >= min(pages, FEWEST)


@given(st.lists(st.tuples(orders, st.integers(0, 3)), min_size=1, max_size=30), lengths)
def test_the_end_is_reached_after_as_many_runs_as_the_longest_list_has_pages(
    runs: list[tuple[int, int]], lists: list[int]
) -> None:
    """At the latest, however few orders there are, whether it pays or not, and whatever was thought to be left."""
    left = [min(length, len(runs)) for length in lists]
    for number, grown in runs:
        plan = ReadingPlan(number, Told())
        for which, length in enumerate(left):
            if length:
                left[which] = max(length - read(plan.share(1 / 20), length + grown), 0)
    assert not any(left)


@given(orders, st.integers(1, 3000), saved)
def test_what_does_not_pay_is_looked_at_and_left(number: int, length: int, each: float) -> None:
    """One page a run, of which nobody hears that there is more to come."""
    assume(length > each * number * RUNS)
    share = ReadingPlan(number, Told()).share(each)
    assert read(share, length) == 1
    assert share.left == 0


def test_a_list_that_fits_is_read_whole_the_next_one_in_part() -> None:
    plan = ReadingPlan(100, Told())
    assert [read(plan.share(1), 60), read(plan.share(1), 60), read(plan.share(1, always=True), 60)] == [60, 10, 1]


def test_nothing_is_read_whole_behind_what_had_to_be_read_in_parts() -> None:
    """What is most useful is still asked for order by order: there is nothing to spare."""
    plan = ReadingPlan(100, Told())
    assert [read(plan.share(1), 90), read(plan.share(1), 20)] == [10, 1]


def test_runs_without_orders_go_on_a_little() -> None:
    plan = ReadingPlan(0, Told())
    shares = [plan.share(1 / 20, always=True), plan.share(1, always=True)]
    assert [read(share, 100) for share in shares] == [IDLE, 1]
    assert [share.left for share in shares] == [75, 99]
