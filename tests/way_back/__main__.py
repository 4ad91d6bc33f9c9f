"""Hunt for schedules that fail: ``python -m tests.way_back --minutes 10``, or one alone: ``--seed 4711``; whole days
with ``--hours 24``. Every failure is told with its fewest faults and its story. Ends with 1 if anything failed."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from itertools import count

import pytest

from tests.way_back.guards import GUARDS
from tests.way_back.schedule import EVERY, shrink, simulate


def main() -> int:
    """Run schedules until the time is up."""
    parser = argparse.ArgumentParser(prog="python -m tests.way_back", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first one")
    parser.add_argument("--minutes", type=float, default=0.0, help="how long; 0: this seed alone")
    parser.add_argument("--hours", type=int, default=0, help="a schedule is so long; 0: forty minutes, and denser")
    parser.add_argument("--kinds", default="", help="kinds of faults, with commas between; default: all")
    parser.add_argument("--times", type=float, default=1.0, help="so many times as likely as usual are all faults")
    parser.add_argument("--without", choices=sorted(GUARDS), default="", help="with this guard taken away")
    parser.add_argument("--no-shrink", dest="shrink", action="store_false", help="only tell the seeds that fail")
    asked = parser.parse_args()
    kinds = frozenset(asked.kinds.split(",")) if asked.kinds else EVERY
    logging.disable(logging.CRITICAL)
    until, failed = time.monotonic() + asked.minutes * 60, 0
    with pytest.MonkeyPatch.context() as patch:
        if asked.without:
            GUARDS[asked.without](patch)
        for seed in count(asked.seed):
            result = simulate(seed, kinds, hours=asked.hours, times=asked.times)
            if result.violations:
                failed += 1
                told = str(shrink(result)) if asked.shrink else f"seed {seed}: {', '.join(sorted(result.names))}"
                print(told, flush=True)
            if time.monotonic() >= until:
                break
    print(f"{seed + 1 - asked.seed} schedules, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
