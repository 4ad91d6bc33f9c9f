"""How a cell of each kind is read, as a format says its file writes them.

Nothing is guessed: a cell that could mean two things is refused with a hint how to write it, or what to set.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import partial
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import attrs
from attrs import frozen

from tradegecko_bridge.bounds import MAGNITUDE, OutOfBounds, decimal_from
from tradegecko_bridge.commerce import ItemKind
from tradegecko_bridge.commerce.formatting import shown
from tradegecko_bridge.sources.folder.places import country_code, month_number

Read: TypeAlias = Callable[[str], Any]


@frozen
class Notation:
    """How a file writes numbers, times and lists.

    ``decimal``: the mark before decimals; blank: a point, and a comma where it can be nothing else. ``dates``:
    ``"dmy"`` or ``"mdy"`` where days and months are digits; blank: not known. ``own``: it is a file in our own columns,
    where nothing is evident.
    """

    decimal: str = ""
    dates: str = ""
    times: tuple[str, ...] = ()
    zone: tzinfo | None = None
    words: str = ""
    own: bool = False

    def reader(self, kind: type, form: str) -> Read:
        """The function that reads filled cells of a kind.

        It raises ValueError: the message says how to write it, and shows the value only if it can be nobody's data.
        """
        if kind is Decimal:
            return partial(_number, self.decimal or ("" if self.own else "?"), form)
        if kind is datetime:
            return partial(_moment, self)
        if kind is date:
            return partial(_date, self)
        if kind is tuple:
            return partial(_words, self.words)
        if kind is ItemKind:
            return _item_kind
        return _TEXTS.get(form, str) if kind is str else _flag


# ── text ─────────────────────────────────────────────────────────────────────────────────────

_TEXTS: Final[Mapping[str, Read]] = {"country": country_code}


def _words(separator: str, cell: str) -> tuple[str, ...]:
    mark = separator or ("|" if "|" in cell else ",")
    return tuple(word.strip() for word in cell.split(mark) if word.strip())


def _item_kind(cell: str) -> ItemKind:
    try:
        return ItemKind(cell.casefold().replace(" ", "_"))
    except ValueError:
        raise ValueError(f"{shown(cell)} is none of {', '.join(ItemKind)}") from None


_FLAGS: Final = {"yes": True, "no": False, "true": True, "false": False}


def _flag(cell: str) -> bool:
    try:
        return _FLAGS[cell.casefold()]
    except KeyError:
        raise ValueError(f"{shown(cell)} is neither yes nor no") from None


def split_name(name: str) -> tuple[str, str]:
    """First and last name of a full one, which they make again: small words before the last one belong to it."""
    words = name.split()
    at = len(words) - 1
    while at > 1 and words[at - 1][:1].islower():
        at -= 1
    return " ".join(words[:at]), " ".join(words[at:])


# ── numbers ──────────────────────────────────────────────────────────────────────────────────

_PLAIN: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_SEPARATED: Final = re.compile(r"[+-]?[0-9][0-9.,'’\s]*")
_EXPONENT: Final = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+")
_WITH_SIGN: Final = re.compile(r"[^0-9]{1,4}[0-9][0-9.,]*|[0-9][0-9.,]*\s?[^0-9]{1,4}")
_SIGN: Final = r"(?:(?:[A-Z]{1,3}\s?)?[$€£¥₹₩₽₺₪฿₫₴]|[A-Z]{3}|kr\.?|zł|Fr\.?|Kč|Ft|lei|R\$?|RM)"
_MONEY: Final = re.compile(rf"(?P<minus>[+-]?)\s*(?:{_SIGN}\s*)?(?P<digits>[+-]?[0-9.][0-9.,'’\s]*?)\s*(?:{_SIGN})?")
_GROUPED: Final = {
    mark: re.compile(rf"[+-]?[0-9]{{1,3}}(?:(?P<sep>[{others}'’\s])[0-9]{{2,3}})*(?<=[0-9]{{3}})(?:{escaped}[0-9]*)?")
    for mark, others, escaped in ((".", ",", r"\."), (",", ".", ","))
}
_EVIDENT: Final = re.compile(
    r"[+-]?[0-9]+(?P<mark>,)(?:[0-9]{1,2}|[0-9]{4,})|[+-]?[0-9]{1,3}(?P<first>[.,])[0-9]{3}(?:(?P=first)[0-9]{3})*"
    r"(?P<last>(?!(?P=first))[.,])[0-9]+"
)
"""A comma that does not stand before thousands, or two marks, of which the last is the one before decimals."""
_BEHIND_COMMA: Final = re.compile(r"[+-]?([0-9]+(,[0-9]*)?|,[0-9]+)")
_NO_DIGIT: Final = re.compile(r"[^0-9+-]")


def _number(mark: str, form: str, cell: str) -> Decimal:
    if len(cell) <= MAGNITUDE and mark != "," and _PLAIN.fullmatch(cell):
        return Decimal(cell)  # as nearly all are
    digits = _bare(form, cell.replace("\u2212", "-"))
    if mark == "?":
        mark = _evident_mark(digits)
    if mark == "," and _BEHIND_COMMA.fullmatch(digits):
        digits = digits.replace(",", ".")
    elif mark and _GROUPED[mark].fullmatch(digits) and _is_grouped(mark, digits):
        whole, _, decimals = digits.partition(mark)
        digits = f"{_NO_DIGIT.sub('', whole)}.{decimals}"
    elif mark == "," or not _PLAIN.fullmatch(digits):
        raise ValueError(f"{shown(cell)} {_number_hint(mark, cell)}")
    try:
        return decimal_from(digits)
    except OutOfBounds as error:
        raise ValueError(f"{shown(cell)} {error}") from None


def _evident_mark(digits: str) -> str:
    """The mark before decimals where it can only be that one; blank where there is none, or nobody can tell."""
    found = _EVIDENT.fullmatch(digits)
    return (found["mark"] or found["last"]) if found else ""


def _is_grouped(mark: str, digits: str) -> bool:
    """Whether something stands between thousands, always the same."""
    return len(set(_NO_DIGIT.findall(digits.partition(mark)[0]))) == 1


def _bare(form: str, cell: str) -> str:
    """A number without the sign of its currency, or percent, where such may stand."""
    if _PLAIN.fullmatch(cell) or not form:
        return cell
    if form == "percent":
        return cell.removesuffix("%").rstrip()
    negative = cell[:1] == "(" and cell[-1:] == ")"
    found = _MONEY.fullmatch(cell[1:-1].strip() if negative else cell)
    if not found or (negative and found["minus"]):
        return cell
    sign = "-" if negative else found["minus"]
    return cell if sign and found["digits"][0] in "+-" else sign + found["digits"]


def _number_hint(mark: str, cell: str) -> str:
    if _EXPONENT.fullmatch(cell):
        return "was shortened by a spreadsheet; format the column as a number and write all digits"
    if mark and _SEPARATED.fullmatch(cell):
        return f"does not fit decimal = '{mark}', which the format says; write it as the others, or correct the format"
    if _SEPARATED.fullmatch(cell):
        return "has a comma or thousands separators; write only digits and a point before decimals, such as 1234.50"
    if _WITH_SIGN.fullmatch(cell):
        return "is not a number alone; write the digits without any sign or unit, such as 12.50"
    return "is not a number; write digits such as 2 or 2.5"


# ── times ────────────────────────────────────────────────────────────────────────────────────

_MONTH: Final = r"(?P<month>[^\W\d_]{3,12})\.?"
_YEAR: Final = r"(?P<year>[0-9]{4}|[0-9]{2})"
_DAY: Final = r"(?P<day>[0-9]{1,2})"
_CLOCK: Final = (
    r"(?:(?:[T\s]|,\s*)\s*(?:at\s+)?(?P<hour>[0-9]{1,2})[:.](?P<minute>[0-9]{2})(?:[:.](?P<second>[0-9]{2})(?:[.,][0-9]+)?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2}|\(?[A-Z]{2,5}\)?|[A-Z][A-Za-z]+/[A-Za-z_/]+)?)?"
)
_FORMS: Final = tuple(
    re.compile(rf"(?:[^\W\d_]{{2,10}}\.?,\s*)?{form}{_CLOCK}")
    for form in (
        r"(?P<year>[0-9]{4})([-/.])(?P<month>[0-9]{1,2})\2(?P<day>[0-9]{1,2})",
        rf"{_MONTH}[-\s]+{_DAY}(?:st|nd|rd|th)?(?:,\s*|[-\s]+){_YEAR}",
        rf"{_DAY}(?:\.|st|nd|rd|th)?[-\s/]*{_MONTH}[-\s,/]+{_YEAR}",
    )
)
_DIGITS: Final = {
    order: re.compile(rf"{first}([-/. ]){second}\2{_YEAR}{_CLOCK}")
    for order, first, second in (
        ("dmy", _DAY, r"(?P<month>[0-9]{1,2})"),
        ("mdy", r"(?P<month>[0-9]{1,2})", _DAY),
    )
}
_ZONES: Final = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2,
    "EEST": 3, "AST": -4, "ADT": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8,
    "PDT": -7, "AEST": 10, "AEDT": 11, "AWST": 8, "NZST": 12, "NZDT": 13, "JST": 9,
}  # fmt: skip
_NAMED: Final = {
    "Atlantic": "America/Halifax",
    "Eastern": "America/New_York",
    "Central": "America/Chicago",
    "Mountain": "America/Denver",
    "Pacific": "America/Los_Angeles",
    "Alaska": "America/Anchorage",
    "Hawaii": "Pacific/Honolulu",
    "Arizona": "America/Phoenix",
}
"""Zones as people in North America call them, with “Time” behind."""
UNIX: Final = "unix"
"""The form of times that are seconds, or thousandths of them, since 1970."""
_NOON: Final = time(12)
"""What a day alone is taken for: with it the day is the same one nearly everywhere."""


def zone_named(name: str) -> tzinfo:
    """A zone by its name (``America/Toronto``), its letters (``EST``) or its distance (``-05:00``).

    Raises:
        ValueError: it is none.
    """
    if named := _NAMED.get(name.partition(" Time")[0]):
        return ZoneInfo(named)
    name = name.strip("()")
    if re.fullmatch(r"[+-][0-9]{2}:?[0-9]{2}", name):
        zone = datetime.strptime(name, "%z").tzinfo
        if zone is not None:
            return zone
    if name.upper() in _ZONES:
        return _fixed(_ZONES[name.upper()])
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # KeyError: ZoneInfoNotFoundError
        raise ValueError(f"{shown(name)} is no time zone; write e.g. America/Toronto or -05:00") from None


def _fixed(hours: int) -> tzinfo:
    return timezone(timedelta(hours=hours)) if hours else UTC


def moment_of(notation: Notation, cell: str, zone: str | None = None) -> datetime:
    """A time with its zone, which may stand apart.

    Raises:
        ValueError: it is none, or has no zone.
    """
    return _moment(attrs.evolve(notation, zone=zone_named(zone)) if zone else notation, cell)


def _moment(notation: Notation, cell: str) -> datetime:
    moment = _iso(cell) or _found(notation, cell)
    if moment is None:
        hint = "write 2026-01-31T09:30:00Z or 2026-01-31T09:30:00-05:00"
        more = "" if notation.own else ", or set dates or times in the format"
        raise ValueError(f"{shown(cell)} is not a time; {hint}{more}")
    if moment.tzinfo is not None:
        return moment
    if notation.zone is not None:
        return localized(moment, notation.zone, cell)
    if ":" not in cell and moment.time() == _NOON:
        return moment.replace(tzinfo=UTC)
    own = f"write {cell}Z if it is UTC, else e.g. {cell}-05:00"
    raise ValueError(f"{shown(cell)} has no time zone; {own if notation.own else 'set zone in the format'}")


def localized(moment: datetime, zone: tzinfo, cell: str) -> datetime:
    """The moment a clock in this zone showed; of two, when it was set back, the first.

    Raises:
        ValueError: no clock there showed it, because it was set forward.
    """
    local = moment.replace(tzinfo=zone)
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
        raise ValueError(f"{shown(cell)} was left out when clocks in {zone} went forward; check zone in the format")
    return local.replace(tzinfo=_offset(local))


def _offset(local: datetime) -> tzinfo:
    """The distance from UTC, which every store keeps."""
    return timezone(local.utcoffset() or timedelta())


def is_twofold(moment: datetime, zone: tzinfo | None) -> bool:
    """Whether clocks in this zone showed this local time twice."""
    if zone is None:
        return False
    local = moment.replace(tzinfo=zone)
    return local.utcoffset() != local.replace(fold=1).utcoffset() and local.utcoffset() == moment.utcoffset()


def _iso(cell: str) -> datetime | None:
    if len(cell) <= len("2026-01-31") or cell[4:5] != "-":
        return None
    try:
        return datetime.fromisoformat(cell)
    except ValueError:
        return None


def _found(notation: Notation, cell: str) -> datetime | None:
    """The time in any form that can mean only one, or that the format declares."""
    for form in notation.times:
        if form == UNIX:
            if cell.isdecimal() and len(cell) in (10, 13):
                return datetime.fromtimestamp(int(cell[:10]), UTC)
            continue
        try:
            moment = datetime.strptime(cell, form)  # noqa: DTZ007 (its zone is added)
        except ValueError:
            continue
        return datetime.combine(moment, _NOON) if _has_no_clock(form) else moment
    for pattern in (*_FORMS, *([_DIGITS[notation.dates]] if notation.dates else [])):
        if found := pattern.fullmatch(cell):
            return _assembled(found)
    return None


def _has_no_clock(form: str) -> bool:
    return not re.search(r"%[HIcXTs]", form)


def _assembled(found: re.Match[str]) -> datetime | None:
    written, half = found["month"], (found["half"] or "")[:1].lower()
    year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
    month = int(written) if written.isdigit() else month_number(written)
    try:
        day = date(year, month, int(found["day"]))
        if found["hour"] is None:
            return datetime.combine(day, _NOON)
        hour = int(found["hour"])
        if half:
            hour = hour % 12 + 12 * (half == "p") if 1 <= hour <= 12 else 24
        moment = datetime.combine(day, time(hour, int(found["minute"]), int(found["second"] or 0)))
    except (ValueError, OverflowError):
        return None
    return localized(moment, zone_named(found["zone"]), found[0]) if found["zone"] else moment


def _date(notation: Notation, cell: str) -> date:
    found = _iso(cell) if not notation.own else None
    found = found or _found(notation, cell)
    if found is None or (notation.own and ":" in cell):
        raise ValueError(f"{shown(cell)} is not a date; write year, month and day, such as 2026-01-31")
    return found.date()
