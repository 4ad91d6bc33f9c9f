"""Nonsense for readers: what nobody means and anybody may send."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

NUMBERS = (
    *("0E-999999999", "0E+999999999", "1E+28", "-1E+28", "1E-999999999", "1e999999999", "9" * 400, "9" * 5000, "0"),
    *("-0", "NaN", "Infinity", "-Infinity", "sNaN", "1_000", "1,5", "٣", "1e99999999999999999999", "0." + "3" * 300),
    *("9007199254740993", "18446744073709551616", "-9223372036854775809", "1e308", "5e-324", "", " 1 ", "0x10", "1e5"),
)
MOMENTS = (
    *("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59.999999Z"),
    *("9999-12-31", "0001-01-01", "2026-02-30", "2026-W01-1", "20260101", "2026-01-01T24:00:00Z", "10000-01-01"),
    *("2026-01-01T00:00:00+23:59", "2026-01-01", "now", "-1", "2026-01-31T09:30:00Z", "2026-01-31T09:30:00"),
)
TEXTS = (
    "\0",
    "\ud800",
    "\udfff\ud800",
    "\ufffd",
    "\u2028",
    "\x1b[2J",
    "\u202e",
    "a" * 3000,
    "=1+1",
    "🎁",
    " ",
    "'",
    '"',
)

texts = st.sampled_from(TEXTS + NUMBERS + MOMENTS) | st.text(st.characters(), max_size=8)
"""Any text, half characters too."""
decimals = st.sampled_from([number for number in NUMBERS if number[:1] in "-019" and "_" not in number]).flatmap(
    lambda text: st.builds(_decimal, st.just(text))
) | st.builds(
    lambda digits, exponent: Decimal((int(digits < 0), tuple(map(int, str(abs(digits)))), exponent)),
    st.integers(-(10**30), 10**30),
    st.integers(-999_999_999, 999_999_999) | st.integers(-60, 30),
)
moments = st.sampled_from(
    [
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-12))),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 31, tzinfo=UTC),
    ]
) | st.datetimes(timezones=st.just(UTC))
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.sampled_from([10**400, -(2**63), 2**64])
    | st.floats()
    | texts
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6
)
"""Anything JSON can hold, and NaN."""


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except ArithmeticError:
        return Decimal(0)
    return number if number.is_finite() else Decimal(0)


def deep(levels: int = 100_000) -> str:
    """A JSON list in a list in a list."""
    return "[" * levels + "]" * levels


@st.composite
def spoiled(draw: st.DrawFn, whole: Any) -> Any:
    """A JSON value of a form that is right, with nonsense in one place or several."""
    data = json.loads(json.dumps(whole))
    for _ in range(draw(st.integers(1, 3))):
        data = _spoil(draw, data)
    return data


def _spoil(draw: st.DrawFn, data: Any) -> Any:
    if isinstance(data, dict) and data and draw(st.integers(0, 9)):
        name = draw(st.sampled_from(sorted(data)))
        if not draw(st.integers(0, 9)):
            return {key: value for key, value in data.items() if key != name}
        return {**data, name: _spoil(draw, data[name])}
    if isinstance(data, list) and data and draw(st.integers(0, 9)):
        place = draw(st.integers(0, len(data) - 1))
        return [*data[:place], _spoil(draw, data[place]), *data[place + 1 :]]
    return draw(values)


@st.composite
def json_texts(draw: st.DrawFn, whole: Any) -> bytes:
    """The text of such a value: with numbers no parser makes, cut short, with bytes that are no text, or too deep."""
    text = json.dumps(draw(spoiled(whole)))
    kind = draw(st.integers(0, 9))
    if kind <= 3:  # some string or number becomes a number of the text alone
        number = draw(st.sampled_from([number for number in NUMBERS if number[:1] in "-0123456789"]))
        marks = [place for place, letter in enumerate(text) if letter == ":"]
        if marks:
            at = draw(st.sampled_from(marks)) + 1
            end = min((place for place in (text.find(mark, at) for mark in ",}") if place >= 0), default=len(text))
            text = f"{text[:at]}{number}{text[end:]}"
    data = text.encode("utf-8", "surrogatepass")
    if kind == 4:
        return data[: draw(st.integers(0, len(data)))]
    if kind == 5:
        at = draw(st.integers(0, len(data)))
        return data[:at] + draw(st.binary(max_size=4)) + data[at:]
    if kind == 6:
        return text.replace("null", deep(draw(st.sampled_from([900, 100_000]))), 1).encode("utf-8", "replace")
    return data
