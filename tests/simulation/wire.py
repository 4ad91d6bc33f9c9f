"""A request on its way, whatever it is made of: what becomes of it, and what its sender hears.

It *arrives* as an event of the world, so it is carried out whatever has become of its sender meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from attrs import frozen

from tests.simulation.faults import Occurrence
from tests.simulation.scheduler import HOUR, MINUTE, SECOND

if TYPE_CHECKING:
    from tests.simulation.crew import Crew

A = TypeVar("A")

TIMEOUT: Final = 30 * SECOND
"""How long a sender waits for its answer."""
LATE: Final = 4 * MINUTE
"""How late a request or an answer may be."""
REPEATED: Final = HOUR
"""How much later something in between may send a request once more."""


@frozen
class Arrival:
    """How a request arrives: without its key; once more, or later than anybody waits for it."""

    keyed: bool = True
    again: bool = False


class Trip(Protocol[A]):
    """A request, its answers, and what can be made of them."""

    def arrive(self, arrival: Arrival) -> A:
        """It is carried out; the answer."""

    def cut_short(self, answer: A, cut: Occurrence) -> A:
        """What is left of the answer."""

    def of_another(self, answer: A, which: Occurrence) -> A:
        """The answer to another request in its place."""

    def from_between(self, refusal: Occurrence) -> A:
        """What something in between says instead."""


def send(world: Crew, what: str, trip: Trip[A]) -> A | None:
    """Send a request and wait for its answer; None: none came in time."""
    faults = world.faults
    ticket, sender = world.scheduler.ticket(), world.scheduler.current
    world.story.tell(sender.process.name, f"sends {what}")
    answer_lost, truncated = faults.happens("answer lost"), faults.happens("answer truncated")
    swapped, answer_late = faults.happens("answer swapped"), faults.happens("answer late")
    keyed = not faults.happens("key stripped")

    def arrive(*, again: bool) -> None:
        answer = trip.arrive(Arrival(keyed, again))
        if answer_lost:
            return
        if truncated:
            answer = trip.cut_short(answer, truncated)
        elif swapped:
            answer = trip.of_another(answer, swapped)
        back = world.duration(200_000) + (int(answer_late.amount * LATE) if answer_late else 0)
        world.scheduler.wake(sender, ticket, answer, delay=back)

    late, lost = faults.happens("request late"), faults.happens("request lost")
    there = world.duration(200_000) + (int(late.amount * LATE) if late else 0)
    refusal = faults.happens("proxy answers")
    if refusal:
        world.scheduler.wake(sender, ticket, trip.from_between(refusal), delay=SECOND)
    if lost is None:
        world.scheduler.after(there, lambda: arrive(again=False))
    if not refusal and (doubled := faults.happens("request doubled")):
        world.scheduler.after(there + int(doubled.amount * 10 * SECOND), lambda: arrive(again=lost is None))
    if repeated := faults.happens("request repeated"):
        delay = int(repeated.amount * REPEATED)
        world.in_time(there + delay, lambda: arrive(again=lost is None or delay > LATE))
    world.trouble("at it", within=SECOND)
    answer: A | None = world.scheduler.wait(TIMEOUT)
    return answer
