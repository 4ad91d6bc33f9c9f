"""The long form of the fault suite: ``make chaos``. Prints what it came to, and fails on any deviation."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from attrs import frozen

from tests.chaos.campaign import FIGURES, Tally, killed_again_and_again, killed_at, racing, suspended
from tests.chaos.cases import EVERYTHING, a_batch
from tests.chaos.ground import Grounds, Ledgers
from tests.chaos.storm import FAIR, Weather, storm
from tests.chaos.way_back import a_life
from tests.stores import postgres
from tests.stores.test_model import drive
from tests.support import quick_folder
from tradegecko_bridge import MemoryStore, Sandbox, SqlStore

DATABASES = ("sqlite", "postgresql")
LEAST_KILLS = 2000
CLOCKS_APART = 600.0
"""Seconds by which a worker's clock may be wrong."""
Part = Callable[[Grounds, Tally], None]


@frozen
class Row:
    """One line of the table."""

    database: str
    part: str
    tally: Tally
    seconds: float


def at_every_boundary(seed: int, grounds: Grounds, tally: Tally) -> None:
    """Killed at each boundary of a batch; then at each third one, by the seed, with the successor killed too."""
    ground = grounds.new()
    count = len(ground.passes(ground.job(a_batch())))
    chance = Random(f"{seed}/boundaries")
    for number in range(1, count + 1):
        killed_at(grounds, tally, number)
    for number in range(1 + seed % 3, count + 1, 3):
        killed_at(grounds, tally, number, chance.randint(1, 100))


def in_every_handful(seed: int, grounds: Grounds, tally: Tally) -> None:
    """The same where one thread takes several orders at a time: their intents are there, and not all are sent."""
    ground = grounds.new()
    count = len(ground.passes(ground.job(a_batch(12), in_flight=1)))
    for number in range(1 + seed % 2, count + 1, 2):
        killed_at(grounds, tally, number, size=12, in_flight=1)


def between_actions(seed: int, grounds: Grounds, tally: Tally) -> None:
    """At each third boundary of orders that are invoiced, paid and packed."""
    ground = grounds.new()
    count = len(ground.passes(ground.job(a_batch(3), settings=EVERYTHING)))
    for number in range(1 + seed % 3, count + 1, 3):
        killed_at(grounds, tally, number, size=3, settings=EVERYTHING)


def short_lives(seed: int, grounds: Grounds, tally: Tally) -> None:
    """Many workers in a row, each killed somewhere."""
    for number in range(30):
        killed_again_and_again(grounds, tally, seed * 1000 + number, lives=8)


def races(count: int, seed: int, grounds: Grounds, tally: Tally) -> None:
    """Several workers at once, most of them killed."""
    for number in range(240 // count):
        racing(grounds, tally, seed * 1000 + number, count=count, engines=2 if number % 4 == 3 else 1)


def storms(weather: Weather, count: int, seed: int, grounds: Grounds, tally: Tally) -> None:
    """All faults at once, over hundreds of orders."""
    for number in range(count):
        many = (1, 2, 4)[number % 3]
        storm(grounds, tally, seed * 1000 + number, size=120, count=many, weather=weather)


def standing_still(seed: int, grounds: Grounds, tally: Tally) -> None:
    """Workers that are suspended for longer than their claims, while others do their work."""
    for number in range(40):
        suspended(grounds, tally, seed * 1000 + number)


def apart(seed: int, grounds: Grounds, tally: Tally) -> None:
    """Workers at once whose clocks are up to ten minutes wrong."""
    for number in range(30):
        racing(grounds, tally, seed * 1000 + number, count=3, apart=CLOCKS_APART)


def way_back(seed: int, grounds: Grounds, tally: Tally) -> None:
    """Shops told of shipments, stock and products, by workers most of which are killed."""
    for number in range(40):
        a_life(grounds, tally, seed * 1000 + number, rounds=6)


def random_use(grounds: Grounds, tally: Tally) -> None:
    """The stores at random, beside their model."""
    with closing(SqlStore(grounds.ledgers.new())) as store:
        drive(lambda: store, examples=300, steps=40)
    memory = MemoryStore()
    drive(lambda: memory, examples=600, steps=50)
    tally.cases += 900


def parts(seed: int, *, restarts: bool) -> dict[str, Part]:
    """All that is done on each database; ``restarts``: its server may be restarted."""
    return {
        "killed at every boundary": partial(at_every_boundary, seed),
        "killed in handfuls": partial(in_every_handful, seed),
        "killed between actions": partial(between_actions, seed),
        "killed again and again": partial(short_lives, seed),
        "2 racing": partial(races, 2, seed),
        "4 racing": partial(races, 4, seed),
        "8 racing": partial(races, 8, seed),
        "suspended": partial(standing_still, seed),
        "clocks apart": partial(apart, seed),
        "storms of all faults": partial(storms, FAIR, 12, seed),
        "storms, answers mixed up": partial(storms, Weather(mixed_up=0.02), 8, seed),
        "storms, clocks apart": partial(storms, Weather(apart=CLOCKS_APART), 6, seed),
        **({"storms, server restarts": partial(storms, Weather(restarts=2), 6, seed)} if restarts else {}),
        "the way back": partial(way_back, seed),
        "random use of the store": random_use,
    }


def track(database: str, seed: int, wanted: str) -> list[Row]:
    """Everything on one kind of database, in a process of its own."""
    rows = []
    with grounds_on(database) as grounds:
        for name, part in parts(seed, restarts=database != "sqlite").items():
            if wanted in name:
                tally, began = Tally(), time.monotonic()
                try:
                    part(grounds, tally)
                except AssertionError as error:  # the rest of this part is lost, the figures are not
                    tally.deviations.append(f"{database}, {name}: {error}")
                rows.append(Row(database, name, tally, time.monotonic() - began))
                print(f"  done: {database}, {name}", file=sys.stderr, flush=True)
    return rows


@contextmanager
def grounds_on(database: str) -> Iterator[Grounds]:
    """A sandbox and ledgers of one kind."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="tgbridge-chaos-", dir=quick_folder())))
        server = None if database == "sqlite" else stack.enter_context(postgres.running())
        sandbox = stack.enter_context(Sandbox(rate_limit=None))
        yield Grounds(
            sandbox, Ledgers(folder, server.url if server else None, server.restart if server else None), folder
        )


def table(rows: Sequence[Row]) -> Iterator[str]:
    """The figures, a line for each part and one for all."""
    total = Tally()
    for row in rows:
        total.add(row.tally)
    yield f"{'database':<11} {'part':<26} " + " ".join(f"{name:>8}" for name in FIGURES) + "  minutes"
    everything = Row("both", "all", total, sum(row.seconds for row in rows))
    for row in (*rows, everything):
        figures = " ".join(f"{getattr(row.tally, name):>8}" for name in FIGURES)
        yield f"{row.database:<11} {row.part:<26} {figures}  {row.seconds / 60:>7.1f}"


def main() -> int:
    """Both databases side by side."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="another seed draws other boundaries, races and storms")
    parser.add_argument("--only", default="", help="only the parts whose name has this in it")
    parser.add_argument("--database", choices=DATABASES, help="only this one")
    chosen = parser.parse_args()
    databases = [name for name in DATABASES if chosen.database in (None, name)]
    if "postgresql" in databases and (reason := postgres.missing()):
        print(f"{reason}; name the other one with --database sqlite", file=sys.stderr)
        return 2
    began = time.monotonic()
    with ProcessPoolExecutor(len(databases), mp_context=multiprocessing.get_context("spawn")) as pool:
        tracks = [pool.submit(track, name, chosen.seed, chosen.only) for name in databases]
        rows = [row for done in tracks for row in done.result()]
    print("\n".join(table(rows)))
    print(f"{(time.monotonic() - began) / 60:.1f} minutes in all")
    deviations = [line for row in rows for line in row.tally.deviations]
    if not (chosen.only or chosen.database) and (kills := sum(row.tally.kills for row in rows)) < LEAST_KILLS:
        deviations.append(f"only {kills} processes were killed, and {LEAST_KILLS} have to be")
    for line in deviations:
        print(f"DEVIATION {line}")
    if deviations:
        print(f"repeat it with: python -m tests.chaos --seed {chosen.seed}")
    return 1 if deviations else 0
