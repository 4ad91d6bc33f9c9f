"""One schedule from its seed, and a smaller one that fails alike."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, cast

from attrs import frozen

from tests.simulation.disk import Disk, Memory
from tests.simulation.faults import Fault
from tests.simulation.invariants import Violation
from tests.way_back.invariants import violations
from tests.way_back.rates import RATES
from tests.way_back.world import BackWorld, Setup
from tradegecko_bridge.ports import Store
from tradegecko_bridge.tradegecko.gateway.mirror_book import MirrorBook
from tradegecko_bridge.tradegecko.limits.permits import PermitBook

EVERY = frozenset(RATES)


class Light(Memory):
    """Ledgers in memory, with what they remember of the account in dictionaries."""

    def _new(self) -> Store:
        store: Any = super()._new()
        store.mirror, store.permits = MirrorBook(), PermitBook()
        return cast("Store", store)


@frozen(kw_only=True)
class Result:
    """What came of a schedule. ``off`` are the faults that were switched off in it; ``heard``: how often shops were
    told something."""

    seed: int
    kinds: frozenset[str]
    hours: int
    times: float
    off: frozenset[Fault]
    setup: Setup
    happened: tuple[Fault, ...]
    violations: tuple[Violation, ...]
    heard: int
    digest: str
    story: str

    @property
    def names(self) -> frozenset[str]:
        """What does not hold."""
        return frozenset(violation.name for violation in self.violations)

    def __str__(self) -> str:
        faults = ", ".join(map(str, self.happened)) or "none"
        return "\n".join(
            (
                f"seed {self.seed}, {self.hours} hours: {len(self.violations)} violations",
                *(f"  {violation}" for violation in self.violations),
                str(self.setup),
                f"faults: {faults}",
                "the story:",
                self.story,
            )
        )


def simulate(
    seed: int,
    kinds: Collection[str] = EVERY,
    off: Collection[Fault] = (),
    *,
    hours: int = 0,
    times: float = 1.0,
    disk: Disk | None = None,
) -> Result:
    """Run the schedule of this seed, the same every time; of so many ``hours``, or 40 minutes with more at once."""
    world = BackWorld(seed, kinds, off, disk or Light(), hours=hours, times=times)
    try:
        world.run()
        found = tuple(violations(world))
        return Result(
            seed=seed,
            kinds=frozenset(kinds),
            hours=hours,
            times=times,
            off=frozenset(off),
            setup=world.setup,
            happened=tuple(world.faults.happened),
            violations=found,
            heard=sum(len(shop.heard) for shop in world.shops),
            digest=world.story.digest,
            story=str(world.story) if found else "",
        )
    finally:
        world.disk.close()


def shrink(failed: Result) -> Result:
    """The same failure with as few faults, orders, acts and workers as are found by leaving out one after the other."""
    smallest = failed
    for part in _parts(failed):
        smallest = _without(smallest, part, failed.names) or smallest
    again = True
    while again:
        again = False
        for fault in smallest.happened:
            if smaller := _without(smallest, {fault}, failed.names):
                smallest, again = smaller, True
    return smallest


def _parts(failed: Result) -> Iterator[set[Fault]]:
    """All faults of one kind at a time, then each order, act and worker."""
    for kind in sorted({fault.kind for fault in failed.happened}):
        yield {fault for fault in failed.happened if fault.kind == kind}
    for kind, count in (("worker", failed.setup.workers), ("act", failed.setup.acts), ("order", failed.setup.orders)):
        yield from ({Fault(kind, nth)} for nth in range(count + 1))


def _without(result: Result, part: Collection[Fault], names: frozenset[str]) -> Result | None:
    smaller = simulate(result.seed, result.kinds, result.off | set(part), hours=result.hours, times=result.times)
    return smaller if smaller.names & names else None
