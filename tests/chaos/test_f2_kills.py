"""F2: the process ends between any two instructions that matter, and the orders do not mind."""

from __future__ import annotations

from contextlib import closing
from itertools import pairwise
from random import Random

import pytest

from tests.chaos.audit import check
from tests.chaos.boundaries import Doom
from tests.chaos.campaign import Tally, killed_again_and_again, killed_at
from tests.chaos.cases import EVERYTHING, a_batch
from tests.chaos.ground import LEASE, Grounds
from tests.chaos.workers import run
from tradegecko_bridge import SqlStore
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.ledger import OrderState

S = OrderState
SEED = 20260131


@pytest.fixture
def tally() -> Tally:
    return Tally()


def one_of_each(passed: tuple[str, ...], most: int) -> list[int]:
    """The number of one boundary of each name, drawn by the seed; no more than ``most`` of them."""
    chance = Random(SEED)
    names = sorted(set(passed))
    numbers = [chance.choice([n for n, name in enumerate(passed, 1) if name == wanted]) for wanted in names]
    return sorted(chance.sample(numbers, min(most, len(numbers))))


def test_f2_killed_at_boundaries_of_every_kind(grounds: Grounds, tally: Tally) -> None:
    """SIGKILL before, in and after transactions and requests: each time the next worker puts everything right.

    The long form (``make chaos``) does this at every boundary.
    """
    ground = grounds.new()
    passed = ground.passes(ground.job(a_batch()))
    assert len(passed) > 100, "the hooks see the worker's boundaries"
    numbers = one_of_each(passed, 6)
    for number in numbers:
        killed_at(grounds, tally, number)
    tally.assert_clean()
    assert tally.kills == len(numbers)


def test_f2_killed_while_an_order_is_in_the_post(grounds: Grounds, tally: Tally) -> None:
    """Every other moment of one ``POST /orders``; with the long form, all of them."""
    ground = grounds.new()
    passed = ground.passes(ground.job(a_batch()))
    first = passed.index("POST /orders: leaves") + 1
    for number in range(first + (grounds.ledgers.name == "sqlite"), first + 6, 2):
        killed_at(grounds, tally, number)
    tally.assert_clean()
    assert tally.kills == tally.cases


def test_f2_killed_twice_in_a_row(grounds: Grounds, tally: Tally) -> None:
    """The successor dies too, a little further on than the first."""
    ground = grounds.new()
    passed = ground.passes(ground.job(a_batch()))
    sent = [n for n, name in enumerate(passed, 1) if name == "POST /orders: sent"]
    killed_at(grounds, tally, sent[0], sent[0] + 1)
    killed_at(grounds, tally, sent[1] + 3, sent[0])
    tally.assert_clean()
    assert tally.kills == 4


@pytest.mark.parametrize("moment", ["leaves", "sent", "handed back"])
def test_f2_killed_in_a_handful(grounds: Grounds, moment: str) -> None:
    """One thread has written the intents of several orders, and ends with the second of them on its way."""
    ground, orders = grounds.new(), a_batch(12)
    passed = ground.passes(ground.job(orders, in_flight=1))
    numbers = [n for n, name in enumerate(passed, 1) if name == f"POST /orders: {moment}"]
    together = [n for n, after in pairwise(numbers) if "database: about to commit" not in passed[n : after - 1]]
    assert together, "some went in one chunk"
    ground = grounds.new()
    assert run(ground.job(orders, in_flight=1, doom=Doom(kill_at=together[0] + 1))) is None
    sending = [entry for entry in ground.entries() if entry.state is S.SENDING]
    assert len(sending) > 1
    ground.settle(ground.job(orders), len(orders))
    check(ground, orders)


def test_f2_killed_again_and_again(grounds: Grounds, tally: Tally) -> None:
    """Many short lives, some of which begin while the claims of the one before still run."""
    killed_again_and_again(grounds, tally, SEED, lives=6)
    tally.assert_clean()
    assert tally.kills >= 3


@pytest.mark.parametrize("action", ["invoice", "pay", "pack"])
def test_f2_killed_between_actions(grounds: Grounds, action: str) -> None:
    """The invoice, the payment or the parcel is made, and nobody has written that down: none is made twice."""
    ground, orders = grounds.new(), a_batch(2)
    passed = ground.passes(ground.job(orders, settings=EVERYTHING))
    (number, *_) = [n for n, name in enumerate(passed, 1) if name.endswith(f"/actions/{action}: answered")]
    ground = grounds.new()
    assert run(ground.job(orders, settings=EVERYTHING, doom=Doom(kill_at=number))) is None
    ground.settle(ground.job(orders, settings=EVERYTHING), len(orders))
    check(ground, orders, EVERYTHING)


@pytest.mark.parametrize("moment", ["leaves", "handed back"])
def test_f2_the_dead_ones_orders_are_left_alone_for_a_while(grounds: Grounds, moment: str) -> None:
    """Killed between intent and request, or between answer and record: until the lease runs out nobody touches it."""
    ground, orders = grounds.new(), a_batch(2)
    number = ground.passes(ground.job(orders, in_flight=1)).index(f"POST /orders: {moment}") + 1
    ground = grounds.new()
    assert run(ground.job(orders, in_flight=1, doom=Doom(kill_at=number))) is None
    assert {entry.number: entry.state for entry in ground.entries()} == {"1001": S.SENDING, "1002": S.PENDING}

    early = run(ground.job(orders, worker="early"))
    assert early is not None
    (item,) = [item for item in early.reports[0].items if item.name == "1001"]
    assert (item.outcome, "worker/1 is working on it" in item.detail) == (Outcome.CLAIMED, True)

    ground.advance(LEASE.total_seconds())
    assert run(ground.job(orders, worker="late")) is not None
    check(ground, orders)
    with closing(SqlStore(ground.ledger)) as store:
        (entry,) = store.entries(number="1001")
        assert S.UNCERTAIN in [event.now for event in store.history(entry.id)], "nobody knew, and that was known"


def test_f2_restarted_when_the_key_is_forgotten(grounds: Grounds) -> None:
    """Killed with the order made; a day later TradeGecko would take the same key again, so only looking saves it."""
    ground, orders = grounds.new(), a_batch(2)
    number = ground.passes(ground.job(orders, in_flight=1)).index("POST /orders: answered") + 1
    ground = grounds.new()
    assert run(ground.job(orders, in_flight=1, doom=Doom(kill_at=number))) is None
    ground.settle(ground.job(orders), len(orders), pause=100_000)
    check(ground, orders)
