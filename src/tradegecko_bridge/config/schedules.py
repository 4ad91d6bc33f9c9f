"""When something happens: rhythms, cron expressions, quiet hours; and ``[connections.NAME.schedule]``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from attrs import field, frozen

from tradegecko_bridge.ports.logins import Secret, as_secret
from tradegecko_bridge.structuring import Fault, UnknownName, describe

JOBS: Final[Mapping[str, str]] = {
    "orders": "5 min",
    "tracking": "15 min",
    "inventory": "1 h",
    "full_stock": "30 2 * * *",
    "products": "1 day",
}
"""The jobs of a connection in the order they run, and how often each does unless the settings say otherwise."""
_UNITS: Final = {"s": "seconds", "min": "minutes", "h": "hours", "day": "days", "days": "days"}
_INTERVAL: Final = re.compile(r"(\d{1,5}) ?(s|min|h|days?)")
_QUIET: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_LEAST: Final = timedelta(seconds=10)
_MOST: Final = timedelta(days=366)
_HOW: Final = 'write "5 min", "1 h", "1 day" or a cron expression of five fields such as "30 2 * * *"'


@frozen
class Rhythm:
    """How often: ``every`` so long, or whenever ``cron`` says in ``zone``."""

    every: timedelta | None = None
    cron: str = ""
    zone: str = "UTC"

    @classmethod
    def of(cls, text: str, zone: str = "UTC") -> Rhythm:
        """The rhythm that a text says.

        Raises:
            ValueError: it says none; in a line of what to write.
        """
        text = " ".join(text.split())
        if found := _INTERVAL.fullmatch(text):
            every = timedelta(**{_UNITS[found[2]]: int(found[1])})
            if not _LEAST <= every <= _MOST:
                raise ValueError(f"is {text!r}; the least is 10 s, the most a year")
            return cls(every)
        if len(text.split()) != 5:
            raise ValueError(f"is no rhythm: {text!r}; {_HOW}")
        if text in JOBS.values():  # nothing has to be loaded to know that they are right
            return cls(None, text, zone)
        from cronsim import CronSim, CronSimError

        try:
            next(CronSim(text, datetime(2026, 1, 1, tzinfo=UTC)))
        except (CronSimError, StopIteration) as error:
            why = str(error) or "such a day never comes"
            raise ValueError(f"is a wrong cron expression: {text!r} ({why}); {_HOW}") from None
        return cls(None, text, zone)

    def after(self, moment: datetime) -> datetime:
        """The next time after a moment; UTC."""
        if self.every is not None:
            return moment + self.every
        from cronsim import CronSim

        found: datetime = next(CronSim(self.cron, moment.astimezone(ZoneInfo(self.zone))))
        return found.astimezone(UTC)

    def apart(self, moment: datetime) -> timedelta:
        """How long it is about then from one time to the next."""
        first = self.after(moment)
        return self.after(first) - first


@frozen
class QuietHours:
    """From one time of the day to another one, in ``zone``, every day."""

    begin: time
    end: time
    zone: str = "UTC"

    @classmethod
    def of(cls, text: str, zone: str = "UTC") -> QuietHours:
        """The hours that a text says. Raises ValueError."""
        found = _QUIET.fullmatch(text.replace(" ", ""))
        if not found or found.group(1, 2) == found.group(3, 4):
            raise ValueError(f'are no hours: {text!r}; write "22:00-06:00"')
        one, two, three, four = map(int, found.groups())
        return cls(time(one, two), time(three, four), zone)

    def over(self, moment: datetime) -> datetime:
        """The moment, or the end of the quiet hours it is in; UTC."""
        local = moment.astimezone(ZoneInfo(self.zone))
        now = local.time()
        across = self.begin > self.end
        if not ((now >= self.begin or now < self.end) if across else self.begin <= now < self.end):
            return moment
        day = local.date() + timedelta(days=across and now >= self.begin)
        return datetime.combine(day, self.end, ZoneInfo(self.zone)).astimezone(UTC)


@frozen(kw_only=True)
class Schedule:
    """When each job of a connection runs; one that is not in ``jobs`` is off.

    ``overdue`` is how long a job may go without success; None: three times its rhythm, and an hour at least. ``ping``
    is called after each run, and its ``/fail`` after one that failed.
    """

    jobs: Mapping[str, Rhythm] = field(factory=lambda: {job: Rhythm.of(text) for job, text in JOBS.items()})
    quiet: QuietHours | None = None
    overdue: timedelta | None = None
    ping: Secret = field(default=Secret(""), converter=as_secret)

    def begins(self, moment: datetime) -> datetime:
        """When something that is due then may begin."""
        return self.quiet.over(moment) if self.quiet else moment

    def late_after(self, job: str, moment: datetime) -> timedelta:
        """How long after its last success a job is overdue."""
        if self.overdue is not None:
            return self.overdue
        apart, quiet = self.jobs[job].apart(moment), timedelta(hours=12 if self.quiet else 0)
        return max(apart * 3, timedelta(hours=1)) + quiet


def read_schedule(table: Mapping[str, Any]) -> tuple[Schedule, list[Fault]]:
    """A schedule, and all that is wrong with the table."""
    faults: list[Fault] = [*_unknown(table, {*JOBS, "quiet", "time_zone", "overdue", "ping"})]
    zone = _zone(table, faults)
    jobs = {}
    for job, default in JOBS.items():
        given = table.get(job, True)
        if given is False:
            continue
        try:
            jobs[job] = Rhythm.of(default if given is True else _text(given), zone)
        except ValueError as error:
            faults.append(((job,), str(error)))
    quiet, overdue = read_quiet(table, zone, faults), None
    if "overdue" in table:
        try:
            overdue = Rhythm.of(_text(table["overdue"])).every
            if overdue is None:
                raise ValueError('is how long a job may go without success, such as "6 h"')
        except ValueError as error:
            faults.append((("overdue",), str(error)))
    ping = as_secret(table.get("ping", ""))
    if ping.reveal() and not is_address(ping.reveal()):
        faults.append((("ping",), "must be an address that begins with https:// (or http://)"))
    return Schedule(jobs=jobs, quiet=quiet, overdue=overdue, ping=ping), faults


def read_quiet(table: Mapping[str, Any], zone: str, faults: list[Fault]) -> QuietHours | None:
    """The quiet hours of a table that may have some."""
    try:
        return QuietHours.of(_text(table["quiet"]), zone) if "quiet" in table else None
    except ValueError as error:
        faults.append((("quiet",), str(error)))
        return None


def is_address(text: str) -> bool:
    """Whether it is an address on the web."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _zone(table: Mapping[str, Any], faults: list[Fault]) -> str:
    name = table.get("time_zone", "UTC")
    try:
        ZoneInfo(_text(name))
    except (ValueError, OSError, KeyError):
        faults.append((("time_zone",), f'is no time zone: {name!r}; write one such as "Europe/Berlin"'))
        return "UTC"
    return str(name)


def _unknown(table: Mapping[str, Any], known: set[str]) -> Iterator[Fault]:
    for name in table:
        if name not in known:
            yield describe(UnknownName(name, 0, known))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"is no text: {value!r}; {_HOW}")
    return value
