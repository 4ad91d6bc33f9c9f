"""Everything at once: seeded mixes of all faults over many orders, workers and kills, until the wind drops."""

from __future__ import annotations

from random import Random

import httpx
from attrs import frozen

from tests.chaos.between import Between
from tests.chaos.boundaries import Doom
from tests.chaos.campaign import Tally
from tests.chaos.cases import a_batch
from tests.chaos.ground import LEASE, Ground, Grounds
from tests.chaos.workers import Worker, workers

IMPATIENT = 0.25
"""Seconds the workers of a storm wait for an answer."""
_LOST: tuple[dict[str, object], ...] = (
    {"fault": "drop_after_commit"},
    {"fault": "drop_before_commit"},
    {"fault": "drop_mid_body"},
    {"fault": "status", "status": 502, "when": "after"},
    {"fault": "status", "status": 503},
    {"fault": "html", "status": 200, "when": "after"},
    {"fault": "slow", "seconds": 0.4},
    {"fault": "slow", "seconds": 0.4, "when": "after"},
    {"fault": "rate_limit"},
    {"fault": "visible_late", "seconds": 50},
)
_READS: tuple[dict[str, object], ...] = (
    {"fault": "status", "status": 503},
    {"fault": "drop_before_commit"},
    {"fault": "html", "status": 200},
    {"fault": "rate_limit"},
    {"fault": "stale_remaining", "by": 100},
    {"fault": "clock_skew", "by": 300},
    {"fault": "clock_skew", "by": -300},
)


@frozen(kw_only=True)
class Weather:
    """What a storm has beside the faults of the server.

    ``mixed_up``: the share of requests and answers that something in between mixes up. ``apart``: seconds by which the
    workers' clocks may differ from the true time. ``restarts``: how often in each round the database's server crashes.
    """

    mixed_up: float = 0.0
    apart: float = 0.0
    restarts: int = 0


FAIR = Weather()


def storm(
    grounds: Grounds,
    tally: Tally,
    seed: int,
    *,
    size: int,
    count: int,
    rounds: int = 6,
    weather: Weather = FAIR,
) -> None:
    """``count`` workers at a time for some rounds, with more orders in each, until in fair weather all is at rest."""
    chance = Random(f"{seed}/storm")
    ground, orders = grounds.new(), a_batch(size)
    ground.sandbox.set_switch("idempotency_key_burnt_by_failure", chance.random() < 0.5)
    case = f"{grounds.ledgers.name}, storm {seed} over {size} orders with {count} workers, {weather}"
    with Between(ground.sandbox.base_url, seed, weather.mixed_up).running() as between:
        for round_ in range(1, rounds + 1):
            _blow(ground, chance)
            some = orders[: size * round_ // rounds]
            jobs = [
                ground.job(
                    some,
                    worker=f"w{round_}-{n}",
                    timeout=IMPATIENT,
                    doom=_doom(chance),
                    reads=3,
                    in_flight=chance.choice((1, 4)),
                    ahead=chance.uniform(-weather.apart, weather.apart) if weather.apart else 0.0,
                    persists=bool(weather.restarts),
                    **({"base_url": between.url} if weather.mixed_up else {}),
                )
                for n in range(count)
            ]
            with workers(*jobs) as running:
                for _ in range(weather.restarts):
                    running[0].wait(chance.uniform(0.05, 0.5))
                    grounds.ledgers.restart()
                running[0].wait(chance.uniform(0.05, 0.5))
                ground.advance(chance.choice((0, 30, LEASE.total_seconds() + 1)))
                tally.kills += sum(_ended(worker, tally, case) for worker in running)
            ground.advance(chance.choice((5, 60, 400, 3600)))
    httpx.delete(f"{ground.sandbox.base_url}/_sandbox/faults").raise_for_status()
    tally.settle(ground, ground.job(orders), orders, case)


def _ended(worker: Worker, tally: Tally, case: str) -> bool:
    """Whether it was killed; one that hangs is a deviation, and the storm goes on."""
    try:
        return worker.end() is None
    except AssertionError as error:
        tally.deviations.append(f"{case}: {error}")
        return False


def _blow(ground: Ground, chance: Random) -> None:
    """Some of everything, for orders on their way and for all that is read."""
    for fault in chance.sample(_LOST, 6):
        ground.sandbox.fault("POST", "/orders", chance=0.12, times=9, seed=chance.randrange(10**6), **fault)  # type: ignore[arg-type]
    for fault in chance.sample(_READS, 4):
        ground.sandbox.fault("GET", "*", chance=0.04, times=12, seed=chance.randrange(10**6), **fault)  # type: ignore[arg-type]


def _doom(chance: Random) -> Doom:
    return Doom(kill_at=chance.randint(10, 200) if chance.random() < 0.7 else None)
