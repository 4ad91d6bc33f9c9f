"""Injected faults: what goes wrong, with which request, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from fnmatch import fnmatchcase
from random import Random
from typing import Any

from .messages import Answer, error_page

# At most one of these applies to a request...
EXCLUSIVE = ("drop_after_commit", "drop_before_commit", "drop_mid_body", "slow", "status", "html", "rate_limit")
# ...and any number of these along with it.
COMBINABLE = ("stale_remaining", "clock_skew", "shuffle", "visible_late", "duplicate_webhook")
_TITLES = {200: "Scheduled Maintenance", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Time-out"}


@dataclass(slots=True)
class Fault:
    """One fault. It hits the `nth` matching request from now on, and `times` - 1 more after that.

    `path` and `method` may hold `*`. With `chance` below 1 each request from the `nth` on is hit with that
    probability, until `times` were; the same `seed` hits the same ones.

    - `drop_before_commit`, `drop_after_commit`: the socket is closed without an answer. `drop_mid_body`: after
      half of the answer, committed.
    - `slow`: waits `seconds`. `status`: answers `status`, 500 to 599. `html`: answers an HTML page with
      `status`. `when` says for these whether that comes `before` the request's effect (`status` and `html`
      then have none) or `after` it was committed.
      A page (`html`) and a 501 to 599 without effect come from the proxy in front of the application, which the
      request has not reached: its idempotency key is not used up.
    - `rate_limit`: 429 without effect. With `until="reset"` the account's window is used up by it.
    - `stale_remaining`: `X-Rate-Limit-Remaining` is `by` too high. `clock_skew`: `Date` is `by` seconds off.
    - `visible_late`: what a POST made cannot be read for `seconds` on the sandbox's clock.
    - `shuffle`: the list comes in an order of its own, drawn from `seed`, before it is cut into pages.
    - `duplicate_webhook`: what the request sets off is delivered twice.
    """

    method: str
    path: str
    fault: str
    nth: int = 1
    times: int = 1
    seconds: float = 0.0
    status: int = 500
    when: str = "before"
    by: int = 0
    until: str = ""
    chance: float = 1.0
    seed: int = 0
    seen: int = 0
    struck: int = 0

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Fault:
        """A fault from its JSON form. Raises ValueError, saying what is wrong."""
        known = {f.name for f in fields(cls)} - {"seen", "struck"}
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
        kinds, lowest = (*EXCLUSIVE, *COMBINABLE), 200 if self.fault == "html" else 500
        if self.fault not in kinds:
            raise ValueError(f"fault must be one of {', '.join(kinds)}, not {self.fault!r}")
        if self.when not in ("before", "after"):
            raise ValueError(f"when must be before or after, not {self.when!r}")
        if self.until not in ("", "reset") or (self.until and self.fault != "rate_limit"):
            raise ValueError('until can only be "reset", for rate_limit')
        if not (isinstance(given["method"], str) and isinstance(given["path"], str)):
            raise ValueError("method and path must be texts")
        if type(self.nth) is not int or type(self.times) is not int or self.nth < 1 or self.times < 1:
            raise ValueError("nth and times must be whole numbers from 1")
        if not isinstance(given["seconds"], int | float) or not 0 <= self.seconds <= 3600:
            raise ValueError("seconds must be a number from 0 to 3600")
        if type(self.status) is not int or not lowest <= self.status <= 599:
            raise ValueError(f"status must be a whole number from {lowest} to 599")
        if type(self.by) is not int or type(self.seed) is not int or abs(self.by) > 10**9:
            raise ValueError("by and seed must be whole numbers")
        if not isinstance(given["chance"], int | float) or not 0 <= self.chance <= 1:
            raise ValueError("chance must be a number from 0 to 1")

    @property
    def drops_connection(self) -> bool:
        """Whether the client gets no complete answer."""
        return self.fault.startswith("drop_")

    @property
    def rolls_back(self) -> bool:
        """Whether the request has no effect."""
        return self.fault == "drop_before_commit" or (self.fault in {"status", "html"} and self.when == "before")

    @property
    def is_a_proxys(self) -> bool:
        """Whether the answer comes from the proxy in front of the application."""
        return self.fault == "html" or (self.fault == "status" and self.status != 500)

    def matches(self, method: str, path: str) -> bool:
        """Whether a request is one this fault counts."""
        return self.method.upper() in {method, "*"} and fnmatchcase(_plain(path), _plain(self.path))

    def count(self, *, free: bool) -> bool:
        """Count a matching request: whether it is hit, which it can only be when it is `free`."""
        self.seen += 1
        hit = free and self.seen >= self.nth and (self.chance >= 1 or self.random().random() < self.chance)
        self.struck += hit
        return hit

    @property
    def over(self) -> bool:
        """Whether it will hit no more."""
        return self.struck >= self.times if self.chance < 1 else self.seen >= self.nth + self.times - 1

    def random(self) -> Random:
        """Random numbers for the request just counted, the same every time."""
        return Random(f"{self.seed}/{self.seen}")  # noqa: S311 - it must be repeatable, not secret


@dataclass(slots=True)
class ActiveFaults:
    """The faults that apply to one request."""

    exclusive: Fault | None = None
    combined: list[Fault] = field(default_factory=list)

    @property
    def rolls_back(self) -> bool:
        """Whether the request has no effect."""
        return self.exclusive is not None and self.exclusive.rolls_back

    @property
    def stops_in_front(self) -> bool:
        """Whether the request does not reach the application: a proxy answers."""
        return self.rolls_back and self.exclusive is not None and self.exclusive.is_a_proxys

    def of(self, kind: str) -> Fault | None:
        """The fault of this kind, if it is among them."""
        faults = self.combined if self.exclusive is None else [self.exclusive, *self.combined]
        return next((fault for fault in faults if fault.fault == kind), None)

    def apply(self, answer: Answer) -> Answer:
        """The answer as it leaves: another page in its place, or a figure that is not true."""
        exclusive, stale = self.exclusive, self.of("stale_remaining")
        if exclusive is not None and exclusive.fault == "html":
            return _instead(answer, error_page(exclusive.status, _TITLES.get(exclusive.status, "Error")))
        if exclusive is not None and exclusive.fault == "status":
            # A 500 is the application's own and JSON, the others come from the proxy in front of it.
            if exclusive.status == 500 and answer.status == 500:
                return answer
            return _instead(answer, error_page(exclusive.status, _TITLES.get(exclusive.status, "Server Error")))
        remaining, limit = answer.header("X-Rate-Limit-Remaining"), answer.header("X-Rate-Limit-Limit")
        if stale is not None and remaining is not None and limit is not None:
            answer.replace("X-Rate-Limit-Remaining", str(max(min(int(remaining) + stale.by, int(limit)), 0)))
        return answer


class Faults:
    """The faults still to come."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Add a fault."""
        self._waiting.append(fault)

    def match(self, method: str, path: str) -> ActiveFaults | None:
        """Count a request; the faults that apply to it, if any. Of the exclusive ones the one set first wins."""
        if not self._waiting:
            return None
        faults = ActiveFaults()
        for fault in [f for f in self._waiting if f.matches(method, path)]:
            combines = fault.fault in COMBINABLE
            if fault.count(free=combines or faults.exclusive is None):
                if combines:
                    faults.combined.append(fault)
                else:
                    faults.exclusive = fault
            if fault.over:
                self._waiting.remove(fault)
        return faults if faults.exclusive or faults.combined else None

    def clear(self) -> None:
        """Have nothing more go wrong."""
        self._waiting.clear()

    def listing(self) -> list[dict[str, Any]]:
        """The faults still to come, as JSON objects."""
        return [asdict(fault) for fault in self._waiting]


def _instead(answer: Answer, shown: Answer) -> Answer:
    shown.request_id = answer.request_id
    return shown


def _plain(path: str) -> str:
    return "/" + path.strip("/").removesuffix(".json")
