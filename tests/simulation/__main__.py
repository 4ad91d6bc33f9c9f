"""Hunt for schedules that fail: ``make simulate SEED=1 MINUTES=5``, or one alone: ``make simulate SEED=4711``.

With ``--kinds`` only these kinds of faults happen. Every failure is printed with its fewest faults, its story and the
ledger's history. Ends with 1 if there was one.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.simulation.disk import Files
from tests.simulation.faults import RATES
from tests.simulation.schedule import Result, shrink, simulate

ON_FILES = 20
"""One in so many schedules is run on a SQLite file too."""
SHARED_MEMORY = Path("/dev/shm")


def main() -> int:
    """Run schedules until the time is up, and say what was found."""
    asked = _arguments()
    kinds = frozenset(asked.kinds.split(",") if asked.kinds else RATES)
    if unknown := kinds - RATES.keys():
        print(f"no such kind of fault: {', '.join(sorted(unknown))}; there are {', '.join(RATES)}")
        return 2
    began, found, count, seed = time.monotonic(), list[Result](), 0, asked.seed
    while not count or time.monotonic() - began < asked.minutes * 60:
        result = simulate(seed, kinds)
        if seed % ON_FILES == 0:
            _compare(result)
        count, seed = count + 1, seed + 1
        if result.violations:
            found.append(result)
            print(f"\n{shrink(result)}" if asked.shrink else f"seed {result.seed}: {', '.join(sorted(result.names))}")
            sys.stdout.flush()
    minutes = (time.monotonic() - began) / 60
    names = Counter(name for result in found for name in result.names)
    print(f"\n{count} schedules, seeds {asked.seed} to {seed - 1}, {count / minutes:.0f} a minute; {len(found)} failed")
    for name, times in names.most_common():
        print(f"  {times:4} {name}: seeds {', '.join(str(one.seed) for one in found if name in one.names)}")
    return bool(found)


def _compare(result: Result) -> None:
    """The same schedule on a SQLite file, in memory if the machine has such a directory, goes the same way.

    Raises:
        AssertionError: it does not.
    """
    where = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
    with TemporaryDirectory(dir=where) as directory:
        on_file = simulate(result.seed, result.kinds, disk=Files(Path(directory)))
    assert on_file.digest == result.digest, f"seed {result.seed} goes another way on a SQLite file"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first one")
    parser.add_argument("--minutes", type=float, default=0.0, help="how long; 0: this seed alone")
    parser.add_argument("--kinds", default="", help="kinds of faults, with commas between; default: all")
    parser.add_argument("--no-shrink", dest="shrink", action="store_false", help="only tell the seeds that fail")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
