"""One schedule from its seed, and a smaller one that fails alike."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from attrs import frozen

from tests.simulation.disk import Books, Disk
from tests.simulation.faults import ALL_RATES, Fault
from tests.simulation.invariants import Violation, violations
from tests.simulation.world import CONNECTION, Setup, World
from tradegecko_bridge.ledger import LedgerEntry

EVERYTHING = frozenset(ALL_RATES)
PORT = "port"
"""The level at which schedules run unless asked otherwise: the gateway's port."""


@frozen(kw_only=True)
class Result:
    """What came of a schedule. ``off`` are the faults that were switched off in it."""

    seed: int
    level: str
    kinds: frozenset[str]
    times: float
    off: frozenset[Fault]
    setup: Setup
    happened: tuple[Fault, ...]
    violations: tuple[Violation, ...]
    digest: str
    steps: int
    restores: int
    story: str
    ledger: str

    @property
    def names(self) -> frozenset[str]:
        """What does not hold."""
        return frozenset(violation.name for violation in self.violations)

    def __str__(self) -> str:
        faults, setup = ", ".join(map(str, self.happened)) or "none", self.setup
        return "\n".join(
            (
                f"seed {self.seed} at the {self.level} level: {len(self.violations)} violations",
                *(f"  {violation}" for violation in self.violations),
                f"{setup}",
                f"faults: {faults}",
                "the story:",
                self.story,
                "the ledger:",
                self.ledger,
            )
        )


def simulate(
    seed: int,
    kinds: Collection[str] = EVERYTHING,
    off: Collection[Fault] = (),
    *,
    disk: Disk | None = None,
    level: str = PORT,
    times: float = 1.0,
) -> Result:
    """Run the schedule of this seed, the same every time and on every ``disk``; by default in dictionaries.

    Faults are so many ``times`` as likely as usual.
    """
    world = World(seed, kinds, off, disk or Books(), level, times)
    try:
        world.run()
        found = tuple(violations(world))
        return Result(
            seed=seed,
            level=level,
            kinds=frozenset(kinds),
            times=times,
            off=frozenset(off),
            setup=world.setup,
            happened=tuple(world.faults.happened),
            violations=found,
            digest=world.story.digest,
            steps=world.scheduler.steps,
            restores=world.restores,
            story=str(world.story) if found else "",
            ledger=_histories(world) if found else "",
        )
    finally:
        world.disk.close()


def shrink(failed: Result) -> Result:
    """The same failure with as few faults, orders and workers as can be found by leaving out one after the other."""
    smallest = failed
    for part in _parts(failed):
        if smaller := _without(smallest, part, failed.names):
            smallest = smaller
    again = True
    while again:
        again = False
        for fault in (*smallest.happened, *_cast(smallest)):
            if smaller := _without(smallest, {fault}, failed.names):
                smallest, again = smaller, True
    return smallest


def _parts(failed: Result) -> Iterator[set[Fault]]:
    """All faults of one kind at a time."""
    for kind in sorted({fault.kind for fault in failed.happened}):
        yield {fault for fault in failed.happened if fault.kind == kind}


def _cast(result: Result) -> Iterator[Fault]:
    """Orders and workers, as if they were faults."""
    for nth in range(1, result.setup.orders + 1):
        yield Fault("order", nth)
    for slot in range(result.setup.workers):
        yield Fault("worker", slot)


def _without(result: Result, part: Collection[Fault], names: frozenset[str]) -> Result | None:
    off = result.off | set(part)
    if off == result.off:
        return None
    smaller = simulate(result.seed, result.kinds, off, level=result.level, times=result.times)
    return smaller if smaller.names & names else None


def _histories(world: World) -> str:
    restored = world.disk.store.restored()
    of = f"  restored at {_moment(restored.restored_at)}, as of {_moment(restored.backed_up_at)}" if restored else ""
    lines = (line for entry in world.disk.store.entries(CONNECTION) for line in _history(world, entry))
    return "\n".join([*filter(None, [of]), *lines])


def _moment(moment: datetime | None) -> str:
    return f"{moment:%d %H:%M:%S.%f}"


def _history(world: World, entry: LedgerEntry) -> Iterator[str]:
    yield f"  {entry.reference!r} {entry.number}: {entry.state}, order {entry.remote_id}"
    for event in world.disk.store.history(entry.id):
        yield f"    {_moment(event.at)} {event.who}: {event.was} -> {event.now} {event.why}"
