"""What can go wrong, under the seed.

Each kind has its own random stream, and every opportunity draws from it alike whether the fault happens or not. So a
fault is a pair (kind, how many-th opportunity) that can be switched off alone, without moving the others of its kind.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from random import Random
from typing import Final, NamedTuple

RATES: Final[Mapping[str, float]] = {
    # requests and their answers
    "request lost": 0.04,
    "answer lost": 0.06,
    "answer late": 0.04,
    "answer truncated": 0.03,
    "answer swapped": 0.03,
    "request late": 0.04,
    "request doubled": 0.04,
    "proxy answers": 0.03,
    "request refused": 0.04,
    "account down": 0.02,
    "access denied": 0.005,
    "rate limit": 0.08,
    # what the account does
    "visible late": 0.20,
    "keys forgotten": 0.06,
    "keys not honoured": 0.20,
    # people in the account
    "person renames": 0.04,
    "person voids": 0.04,
    "person deletes": 0.03,
    "person re-enters": 0.04,
    # the source
    "source changes": 0.10,
    "source cancels": 0.10,
    "source restores": 0.30,
    "source renumbers": 0.06,
    "source repeats": 0.10,
    "source down": 0.04,
    "same number": 0.06,
    "same customer": 0.15,
    "odd reference": 0.15,
    # workers
    "killed": 0.004,
    "killed at it": 0.03,
    "paused": 0.004,
    "paused at it": 0.03,
    "pause lasts": 0.30,
    # clocks
    "clock skewed": 0.30,
    "clock jumps": 0.03,
    # the ledger
    "ledger busy": 0.004,
    "commit unanswered": 0.004,
    "ledger restored": 0.04,
    "ledger restored live": 0.02,
    "ledger lost": 0.02,
    # settings
    "prefix changed": 0.05,
}
"""How likely each kind is at each of its opportunities."""
NEWER_RATES: Final[Mapping[str, float]] = {
    "key stripped": 0.03,
    "request repeated": 0.03,
    "settings changed": 0.05,
}
"""The same of kinds that came later. Which schedules have them is drawn apart: older schedules stay as they are."""
HTTP_RATES: Final[Mapping[str, float]] = {
    "read fails": 0.02,
    "read swapped": 0.01,
    "list shuffled": 0.02,
    "list cut": 0.02,
    "answers shifted": 0.02,
    "limit used up": 0.005,
}
"""The same of kinds that only a network has."""
ALL_RATES: Final[Mapping[str, float]] = {**RATES, **NEWER_RATES, **HTTP_RATES}


class Fault(NamedTuple):
    """The ``nth`` opportunity of a kind."""

    kind: str
    nth: int

    def __str__(self) -> str:
        return f"{self.kind} #{self.nth}"


class Occurrence(NamedTuple):
    """A fault that happens; two numbers in [0, 1) say how much of it."""

    fault: Fault
    amount: float
    other: float


class Faults:
    """The faults of one schedule: of ``kinds`` alone, without those that are ``off``, so many ``times`` as likely."""

    def __init__(
        self,
        seed: int,
        kinds: Collection[str],
        off: Collection[Fault],
        told: Callable[[Fault], None],
        *,
        times: float = 1.0,
        rates: Mapping[str, float] = ALL_RATES,
    ) -> None:
        self._seed = seed
        self._rates = rates
        self._times = times
        self._kinds = frozenset(kinds)
        self._off = frozenset(off)
        self._told = told
        self._streams: dict[str, Random] = {}
        self._counts: dict[str, int] = {}
        self.stopped = False
        self.happened: list[Fault] = []

    def happens(self, kind: str) -> Occurrence | None:
        """Whether a fault of this kind happens here and now."""
        if kind not in self._kinds or self.stopped:
            return None
        stream = self._streams.get(kind)
        if stream is None:
            stream = self._streams[kind] = Random(f"{self._seed} {kind}")
        nth = self._counts[kind] = self._counts.get(kind, 0) + 1
        chance, amount, other = stream.random(), stream.random(), stream.random()
        if chance >= self._rates[kind] * self._times or (fault := Fault(kind, nth)) in self._off:
            return None
        self.happened.append(fault)
        self._told(fault)
        return Occurrence(fault, amount, other)
