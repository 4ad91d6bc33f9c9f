"""Lives of workers that end early: the same few scenarios for the tests (some) and for the long form (very many)."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, Final

import httpx
from attrs import define, evolve, field

from tests.chaos.audit import audit
from tests.chaos.boundaries import Doom
from tests.chaos.cases import a_batch
from tests.chaos.ground import LEASE, Ground, Grounds
from tests.chaos.victim import Job
from tests.chaos.workers import Worker, run, workers
from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.engine import ConnectionSettings

_IN_DOUBT: Final[tuple[dict[str, Any], ...]] = (
    {"fault": "drop_after_commit"},
    {"fault": "drop_before_commit"},
    {"fault": "visible_late", "seconds": 60},
)
FIGURES: Final = ("cases", "kills", "restarts", "given", "held", "created", "doubles", "missing")


@define(kw_only=True)
class Tally:
    """What a campaign comes to; ``deviations`` are one line each, with what repeats the case."""

    cases: int = 0
    kills: int = 0
    restarts: int = 0
    given: int = 0
    held: int = 0
    created: int = 0
    doubles: int = 0
    missing: int = 0
    deviations: list[str] = field(factory=list)

    def close(
        self, ground: Ground, orders: Sequence[SourceOrder], case: str, settings: ConnectionSettings | None = None
    ) -> None:
        """One more case has come to rest: audit it."""
        verdict = audit(ground, orders, settings)
        self.cases += 1
        self.given += verdict.given
        self.held += verdict.held
        self.created += verdict.created
        self.doubles += verdict.doubles
        self.missing += verdict.missing
        self.deviations.extend(f"{case}: {deviation}" for deviation in verdict.deviations)

    def add(self, other: Tally) -> None:
        """Both together."""
        for name in FIGURES:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.deviations.extend(other.deviations)

    def settle(self, ground: Ground, job: Job, orders: Sequence[SourceOrder], case: str) -> None:
        """Restart until nothing is left to do, then audit."""
        try:
            self.restarts += ground.settle(evolve(job, doom=Doom()), len(orders))
        except AssertionError as error:
            self.deviations.append(f"{case}: {error}")
        self.close(ground, orders, case, job.settings)

    def assert_clean(self) -> None:
        """Nothing deviates."""
        assert not self.deviations, "\n".join(self.deviations)


def killed_at(grounds: Grounds, tally: Tally, *numbers: int, size: int = 6, **fields: Any) -> None:
    """A worker killed at a boundary, its successor too, and so on; then one that is left in peace.

    ``fields`` are the job's.
    """
    ground, orders = grounds.new(), a_batch(size)
    job = ground.job(orders, **fields)
    for number in numbers:
        tally.kills += run(evolve(job, doom=Doom(kill_at=number))) is None
        ground.advance(LEASE.total_seconds())
    tally.settle(ground, job, orders, f"{grounds.ledgers.name}, {size} orders with {fields}, killed at {numbers}")


def killed_again_and_again(grounds: Grounds, tally: Tally, seed: int, *, lives: int) -> None:
    """Workers that get to some boundary only, some while the last one's claims still run; new orders every time."""
    chance = Random(f"{seed}/lives")
    ground, orders = grounds.new(), a_batch(3 * lives)
    for life in range(1, lives + 1):
        doom, in_flight = Doom(kill_at=chance.randint(10, 70)), chance.choice((1, 4))
        tally.kills += run(ground.job(orders[: 3 * life], doom=doom, in_flight=in_flight)) is None
        ground.advance(chance.choice((2, 40, LEASE.total_seconds(), 3600, 100_000)))
    tally.settle(ground, ground.job(orders), orders, f"{grounds.ledgers.name}, seed {seed}, {lives} lives")


def racing(
    grounds: Grounds,
    tally: Tally,
    seed: int,
    *,
    count: int,
    size: int = 12,
    deadly: bool = True,
    engines: int = 1,
    apart: float = 0.0,
) -> None:
    """Workers at once on the same orders; some are killed, and time may jump so that claims run out beneath them.

    Their clocks differ from the true time by up to ``apart`` seconds.
    """
    chance = Random(f"{seed}/race")
    ground, orders = grounds.new(), a_batch(size)
    jobs = [
        ground.job(
            orders,
            worker=f"racer-{n}",
            waits=True,
            engines=engines,
            in_flight=chance.choice((1, 4)),
            ahead=chance.uniform(-apart, apart) if apart else 0.0,
            doom=Doom(kill_at=chance.randint(10, 20 * size // count) if deadly and chance.random() < 0.9 else None),
        )
        for n in range(count)
    ]
    with workers(*jobs) as racers:
        _start(racers)
        if deadly:
            racers[0].wait(chance.uniform(0.02, 0.3))
            ground.advance(chance.choice((0, 2, LEASE.total_seconds() + 1)))
        tally.kills += sum(racer.end() is None for racer in racers)
    tally.settle(ground, ground.job(orders), orders, f"{grounds.ledgers.name}, seed {seed}, {count} racers")


def _start(racers: Sequence[Worker]) -> None:
    for racer in racers:
        racer.ready()
    for racer in racers:
        racer.go()


def suspended(grounds: Grounds, tally: Tally, seed: int, *, size: int = 6, times: int = 3) -> None:
    """Workers that stand still somewhere for longer than their claims, some for longer than keys are remembered, while
    another one does their work; then they go on as if nothing had happened. Answers get lost meanwhile.

    One order at a time, so that none stands still inside a transaction: that would keep the database from all.
    """
    chance = Random(f"{seed}/suspended")
    ground, orders = grounds.new(), a_batch(size)
    case = f"{grounds.ledgers.name}, seed {seed}, suspended"
    for time in range(1, times + 1):
        some = orders[: size * time // times]
        for fault in chance.sample(("drop_after_commit", "drop_before_commit", "visible_late"), 2):
            ground.sandbox.fault(
                "POST", "/orders", fault, nth=chance.randint(1, 3), seconds=60 * (fault == "visible_late")
            )
        doom = Doom(stop_asking=chance.randint(10, 8 * len(some)))
        with workers(ground.job(some, worker=f"sleepy-{time}", in_flight=1, doom=doom)) as (sleepy,):
            stands = sleepy.stopped()
            ground.advance(chance.choice((LEASE.total_seconds(), 900, 3600, 90_000)))
            run(ground.job(some, worker=f"awake-{time}"))
            if stands:
                sleepy.go_on()
                sleepy.end()
    httpx.delete(f"{ground.sandbox.base_url}/_sandbox/faults").raise_for_status()
    tally.settle(ground, ground.job(orders), orders, case)
