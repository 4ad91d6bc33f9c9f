"""Money, moments, names and addresses as shops write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from tradegecko_bridge.commerce import Address, Totals
from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.sources.toolkit import (
    address,
    balanced,
    currency_digits,
    each,
    exact,
    from_minor,
    moment,
    number,
    per_unit,
    placed,
    rate_between,
    rounded,
    shared,
    split_name,
    stamp,
    tax_on,
    tax_within,
)
from tradegecko_bridge.testing import a_line, an_order

CENTS = st.integers(0, 10**9).map(lambda cents: Decimal(cents).scaleb(-2))


@given(st.integers(-(10**11), 10**11), st.integers(0, 6))
def test_a_float_is_what_was_typed(units: int, digits: int) -> None:
    """Also after it was added up from tenths, as shops do."""
    assume(len(str(abs(units))) < 13)
    typed = Decimal(units).scaleb(-digits)
    assert exact(float(typed)) == typed
    assert exact(str(typed)) == typed
    assert abs(exact(float(typed) + 0.1 - 0.1) - typed) <= Decimal("0.00001")


def test_noise_is_taken_off_and_nothing_else() -> None:
    """What was computed in tenths of a cent stays."""
    assert str(exact(0.1 + 0.2)) == "0.3"
    assert str(exact(Decimal("19.990000000000002"))) == "19.99"
    assert str(exact("144.0524")) == "144.0524"
    assert str(exact(Decimal("16.572400000000000000001"))) == "16.5724"
    assert str(exact(Decimal("20.000000000000004"))) == "20"
    for text in ("19,99", "1_000", "", "NaN", "Infinity", "١", "1e400"):
        with pytest.raises(ValueError, match=r"must|is not"):
            exact(text)
    for value in (True, None, [1]):
        with pytest.raises(TypeError):
            exact(value)


@given(st.integers(-(10**9), 10**9), st.sampled_from(["CAD", "jpy", "KWD", "CLF", "XXX"]))
def test_minor_units(units: int, currency: str) -> None:
    """By the currency's digits; parts of one are told."""
    digits = currency_digits(currency)
    assert from_minor(units, digits) * 10**digits == units
    for wrong in ("12.5", 1.5, None, "many"):
        with pytest.raises(MalformedData):
            from_minor(wrong)


@given(CENTS, st.integers(1, 500))
def test_a_discount_per_unit_adds_up(total: Decimal, quantity: int) -> None:
    """To the last cent, with less than one cent a unit left over."""
    each_unit, rest = per_unit(total, Decimal(quantity))
    assert each_unit * quantity + rest == total
    assert 0 <= rest < Decimal("0.01") * quantity


@given(CENTS, st.lists(CENTS, max_size=30))
def test_a_shared_total_adds_up(total: Decimal, weights: list[Decimal]) -> None:
    """In proportion, to within a cent each."""
    shares = shared(total, weights)
    assert len(shares) == len(weights)
    if weights:
        assert sum(shares) == total
        whole = sum(weights)
        for share, weight in zip(shares, weights, strict=True):
            fair = total * weight / whole if whole else total / len(weights)
            assert abs(share - fair) <= Decimal("0.01")


@given(CENTS, st.sampled_from(["0", "5", "8.875", "13", "19", "25"]))
def test_tax_on_and_within(net: Decimal, rate: str) -> None:
    """What was put on is found inside, and its rate is told."""
    percent = Decimal(rate)
    tax = tax_on(net, percent)
    assert abs(tax_within(net + tax, percent) - tax) <= Decimal("0.01")
    found = rate_between(net, net + tax, [Decimal(99), percent])
    assert found in (percent, Decimal(0), Decimal(99))
    assert rounded(Decimal("0.005")) == Decimal("0.01")
    assert rate_between(Decimal(100), Decimal(150), [Decimal(13)]) is None


def test_a_cent_of_rounding_is_balanced_and_no_more() -> None:
    """Into the tax of the line with the most of it."""
    lines = [a_line("A", price="10.00", tax=Decimal("1.30")), a_line("B", price="1.00", tax=Decimal("0.13"))]
    order = an_order("1", lines, shipping=())
    for off, tax in (("0.01", "1.31"), ("-0.02", "1.28"), ("0.03", "1.30")):
        mended = balanced(evolve(order, totals=Totals(grand_total=Decimal("12.43") + Decimal(off))))
        assert mended.lines[0].tax == Decimal(tax)


# ── moments ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-02T15:30:00Z",
        "2026-11-02T15:30:00.000Z",
        "2026-11-02T10:30:00-05:00",
        "2026-11-02 15:30:00+00:00",
        "Mon, 02 Nov 2026 15:30:00 GMT",
        1793633400,
        Decimal(1793633400000),
        1793633400.0,
    ],
)
def test_one_moment_in_many_forms(written: object) -> None:
    """Always in UTC."""
    assert moment(written) == datetime(2026, 11, 2, 15, 30, tzinfo=UTC)
    assert stamp(moment(written)) == "2026-11-02T15:30:00.000Z"


def test_a_time_without_a_zone_is_woocommerce_webhook_s() -> None:
    """Of an hour that comes twice it is the first; without a zone to go by it is none."""
    toronto = ZoneInfo("America/Toronto")
    assert moment("2026-07-01T00:15:00", toronto) == datetime(2026, 7, 1, 4, 15, tzinfo=UTC)
    assert moment("2026-11-01T01:30:00", toronto) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    with pytest.raises(ValueError, match="no time zone"):
        moment("2026-11-02T15:30:00")
    for wrong in ("", "soon", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00Z"):
        with pytest.raises(ValueError, match=r"."):
            moment(wrong)
    for wrong_kind in (None, True, object()):
        with pytest.raises(TypeError):
            moment(wrong_kind)


@given(st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1)), st.integers(-14 * 4, 14 * 4))  # noqa: DTZ001
def test_a_stamp_is_read_back(naive: datetime, quarters: int) -> None:
    """To the microsecond, from any zone."""
    at = naive.replace(tzinfo=timezone(timedelta(minutes=15 * quarters)))
    assert moment(stamp(at, "microseconds")) == at
    assert moment(at.isoformat()) == at


# ── names, addresses, places of faults ───────────────────────────────────────────────────────


def test_names_and_addresses() -> None:
    """Blank is not given; a country is a code in capitals."""
    assert split_name("Ludwig van Beethoven") == ("Ludwig", "van Beethoven")
    assert split_name("Ann Mary Lee", "Mary Lee") == ("Ann", "Mary Lee")
    assert split_name("Ann") == ("Ann", None)
    assert address(full_name=None, address1=" ", city="", country=None) is None
    assert address(full_name="Ann Lee", city=" Toronto ", country="ca", phone=" ") == Address(
        first_name="Ann", last_name="Lee", city="Toronto", country="CA"
    )
    with pytest.raises(TypeError, match="no street"):
        address(street="1 King St W")


def test_what_is_wrong_is_told_by_its_place() -> None:
    """And never by its value."""
    lines = [{"price": "1"}, {"price": "ann@example.com"}]
    with pytest.raises(MalformedData) as caught, placed("order 12, "):
        each("lines", lines, lambda line: number(line, "price"))
    assert str(caught.value) == "order 12, lines[1].price is not a number that can be sent"
    with pytest.raises(MalformedData, match=r"^order 12, lines\[0\].price is missing$"), placed("order 12, "):
        each("lines", [{}], lambda line: number(line, "price"))
