"""Faults that were asked for: what goes wrong, with which request, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from fnmatch import fnmatchcase
from typing import Any

KINDS = ("drop_after_commit", "drop_before_commit", "slow", "status")


@dataclass(slots=True)
class Fault:
    """One fault. It strikes the `nth` matching request from now on, and `times` - 1 more after that.

    `fault`: `drop_before_commit` and `drop_after_commit` close the socket without an answer; `slow` waits
    `seconds`; `status` answers 500, 502 or 503. `when` says for the last two whether that comes `before` the
    request's effect (a `status` then has none) or `after` it was committed. `path` may hold `*`.
    """

    method: str
    path: str
    fault: str
    nth: int = 1
    times: int = 1
    seconds: float = 0.0
    status: int = 500
    when: str = "before"
    seen: int = 0

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Fault:
        """A fault from its JSON form. Raises ValueError, saying what is wrong."""
        known = {f.name for f in fields(cls)} - {"seen"}
        unknown = sorted(given.keys() - known)
        if unknown:
            raise ValueError(f"unknown key {unknown[0]!r}; a fault has {', '.join(sorted(known))}")
        missing = sorted({"method", "path", "fault"} - given.keys())
        if missing:
            raise ValueError(f"a fault needs {missing[0]!r}")
        made = cls(**given)
        made.check()
        return made

    def check(self) -> None:
        """Raises ValueError for values no fault can have, whatever their types."""
        given: dict[str, Any] = asdict(self)
        if self.fault not in KINDS:
            raise ValueError(f"fault must be one of {', '.join(KINDS)}, not {self.fault!r}")
        if self.when not in {"before", "after"}:
            raise ValueError(f"when must be before or after, not {self.when!r}")
        if not (isinstance(given["method"], str) and isinstance(given["path"], str)):
            raise ValueError("method and path must be texts")
        if type(self.nth) is not int or type(self.times) is not int or self.nth < 1 or self.times < 1:
            raise ValueError("nth and times must be whole numbers from 1")
        if not isinstance(given["seconds"], int | float) or not 0 <= self.seconds <= 3600:
            raise ValueError("seconds must be a number from 0 to 3600")
        if type(self.status) is not int or not 500 <= self.status <= 599:
            raise ValueError("status must be a whole number from 500 to 599")

    @property
    def drops(self) -> bool:
        """Whether the client gets no answer."""
        return self.fault.startswith("drop_")

    @property
    def undoes(self) -> bool:
        """Whether the request has no effect."""
        return self.fault == "drop_before_commit" or (self.fault == "status" and self.when == "before")

    def matches(self, method: str, path: str) -> bool:
        """Whether a request is one this fault counts."""
        return self.method.upper() in {method, "*"} and fnmatchcase(_plain(path), _plain(self.path))


class Faults:
    """The faults still to come."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Have a fault strike."""
        self._waiting.append(fault)

    def take(self, method: str, path: str) -> Fault | None:
        """Count a request; the fault that strikes it, if one does. The one set first goes first."""
        struck = None
        for fault in [f for f in self._waiting if f.matches(method, path)]:
            fault.seen += 1
            if struck is None and fault.seen >= fault.nth:
                struck = fault
            if fault.seen >= fault.nth + fault.times - 1:
                self._waiting.remove(fault)
        return struck

    def clear(self) -> None:
        """Have nothing more go wrong."""
        self._waiting.clear()

    def listing(self) -> list[dict[str, Any]]:
        """The faults still to come, as JSON objects."""
        return [asdict(fault) for fault in self._waiting]


def _plain(path: str) -> str:
    return "/" + path.strip("/").removesuffix(".json")
