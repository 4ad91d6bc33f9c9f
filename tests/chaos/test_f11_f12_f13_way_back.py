"""F11 to F13: what a shop is told of stock and shipments, by workers in processes of their own that die and race."""

from __future__ import annotations

import pytest

from tests.chaos.boundaries import Doom
from tests.chaos.campaign import Tally
from tests.chaos.ground import LEASE, Grounds
from tests.chaos.way_back import Stage, a_life, killed_while_telling
from tests.chaos.workers import run, workers


@pytest.fixture
def stage(grounds: Grounds) -> Stage:
    """A shop whose two orders have arrived."""
    return Stage(grounds.new())


def test_f11_what_failed_once_is_told_again(stage: Stage) -> None:
    """One SKU of many fails: the others are told, and three runs later it shows the truth as well."""
    job = stage.job(fails=frozenset({"TEE-M"}))
    assert run(job) is not None
    assert set(stage.shop.shows("stock")) > {"MUG-BLUE", "TEE-S"}
    assert "TEE-M" not in stage.shop.shows("stock")
    for _ in range(3):
        stage.ground.advance(3600)
        assert run(job) is not None
    assert stage.deviations() == []


def test_f12_a_level_that_goes_back_arrives(stage: Stage) -> None:
    """10 more, 10 less: the third value is the first, and is told though the answer to the second was lost."""
    assert run(stage.job()) is not None
    first = stage.shop.shows("stock")["MUG-BLUE"]
    for units, lost in ((10, 99), (-10, 0)):
        stage.count("MUG-BLUE", units)
        stage.ground.advance(60)
        assert run(stage.job(loses=lost)) is not None
    assert stage.shop.values("stock", "MUG-BLUE") == [first, str(int(first) + 10), first]
    assert stage.deviations() == []


def test_f12_a_stale_worker_does_not_have_the_last_word(stage: Stage) -> None:
    """SIGSTOP with a level in hand, until another worker has told a newer one; then SIGCONT."""
    assert run(stage.job()) is not None
    stage.count("MUG-BLUE", 10)
    with workers(stage.job(worker="sleepy", doom=Doom(stop_named="shop stock: leaves"))) as (sleepy,):
        assert sleepy.stopped()
        stage.count("MUG-BLUE", -4)
        stage.ground.advance(LEASE.total_seconds() + 1)
        assert run(stage.job(worker="awake")) is not None
        sleepy.go_on()
        assert sleepy.end() is not None
    stage.ground.advance(60)
    assert run(stage.job()) is not None
    assert stage.deviations() == []


def test_f13_two_shipments_of_one_sku_are_two(stage: Stage) -> None:
    """The answer to the first is lost, then the second leaves: two shipments of one unit each, on the right lines."""
    first = stage.ship("1001", 0, 1, "1Z1")
    assert run(stage.job(operations=("sync_tracking",), loses=1)) is not None
    second = stage.ship("1001", 1, 1, "1Z2")
    stage.settle()
    assert stage.shop.shows("shipments") == {
        first: ["1001", [["first", 1]], ["1Z1"], False],
        second: ["1001", [["second", 1]], ["1Z2"], True],
    }


def test_f13_two_workers_and_a_slow_shop(stage: Stage) -> None:
    """One of them tells, the other one leaves it alone; nothing is told twice."""
    shipments = [stage.ship("1002", 0, 1, f"1Z{number}") for number in range(3)]
    jobs = [stage.job(worker=f"w{number}", pause=0.05, waits=True) for number in range(2)]
    with workers(*jobs) as racers:
        for racer in racers:
            racer.ready()
        for racer in racers:
            racer.go()
        assert all(racer.end() for racer in racers)
    stage.settle()
    assert not stage.shop.is_told_by_two()
    assert [len(stage.shop.values("shipments", one)) for one in shipments] == [1, 1, 1]
    assert stage.deviations() == []


def test_f13_killed_between_telling_and_recording(grounds: Grounds) -> None:
    """At the moments in between, of shipments and of stock."""
    tally = Tally()
    killed_while_telling(grounds, tally, ("shop shipments: there", "shop stock: there"))
    tally.assert_clean()
    assert tally.kills == tally.cases


def test_f13_lives_that_end_early(grounds: Grounds) -> None:
    """Sales, shipments and counts under workers that are killed; the long form leads many of them."""
    tally = Tally()
    a_life(grounds, tally, 3)
    tally.assert_clean()
    assert tally.kills
