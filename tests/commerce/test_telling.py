"""What messages quote: ordinary mistakes as they were written, and nothing that may be somebody's data."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.commerce.codec import from_plain
from tradegecko_bridge.commerce.formatting import shown, shown_code, shown_currency, shown_name
from tradegecko_bridge.errors import MalformedData

ORDINARY = ["12,50", "1,234.50", "1 234.50", "$12.50", "12 CAD", "13%", "1.5E+06", "-3,0", "two", "maybe", "", "x"]
MOMENTS = ["31/01/2026 9:30", "2026-01-31T09:30:00", "2026-01-31 09:30", "20260131", "31.1.26", "1/31/2026 9:30 PM"]
PERSONAL = [
    *("1 Zzprivate St", "zzann@example.com", "Ann", "ann", "12 Lee", "Lee 12", "O'Neil", "Zoë", "K1A 0B1", "77 RUE"),
    *(
        "4165551234",
        "416-555-1234",
        "416 555 1234",
        "416.555.1234",
        "555-1234",
        "555 1234",
        "01 23 45 67",
    ),
    *("10115", "123 45", "SW1A", "two Lee", "2026-01-31 Lee", "2\n3", "NaN4165551234"),
]


@pytest.mark.parametrize("value", [*ORDINARY, *MOMENTS])
def test_ordinary_mistakes_are_quoted(value: str) -> None:
    """Whoever wrote a comma, a sign or a date of another country sees it again."""
    assert shown(value) == f"'{value}'"


@pytest.mark.parametrize("value", PERSONAL)
def test_what_may_be_personal_is_described(value: str) -> None:
    """Its length helps to find it."""
    assert shown(value) == shown_code(value) == f"text of {len(value)} characters"


def test_other_values() -> None:
    """Numbers are held to the same measure as text; codes and currencies have their own."""
    plain: tuple[object, ...] = (7, 1.5, None, True)
    assert [shown(value) for value in plain] == ["7", "1.5", "None", "True"]
    others: tuple[object, ...] = (Decimal(4165551234), 4165551234, [], {})
    assert [shown(value) for value in others] == ["a number", "a number", "a list", "a dict"]
    assert [shown_code("L-12"), shown_code("Ann")] == ["'L-12'", "text of 3 characters"]
    assert [shown_currency("Dollar"), shown_currency("zzann@example.com")] == ["'Dollar'", "text of 17 characters"]


def test_names_of_columns_and_fields() -> None:
    """What reads like a name is quoted, anything else is told by its place."""
    assert shown_name("grand total", 3) == "'grand total'"
    for name in ("zzann@example.com", "4165551234", "x" * 41, "1 King St, Toronto", "a\nb"):
        assert shown_name(name, 3) == "3 (its name may be personal and is not shown)"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"paid": "zzann@example.com"}, "paid must be true or false, without quotes, not text of 17 characters"),
        ({"paid": 4165551234}, "paid must be true or false, without quotes, not a number"),
        ({"lines": "zzann"}, "lines must be a list of objects, not text of 5 characters"),
        ({"customer": "1980-01-31"}, "customer must be an object with named fields, not text of 10 characters"),
        ({"note": 12}, "note must be text, in quotes, not a number"),
        ({"lines": ["zzann"]}, "lines[0] must be an object with named fields, not text of 5 characters"),
        (
            {"requested_ship_date": "zzann"},
            "requested_ship_date must be a date such as 2026-01-31, not text of 5 characters",
        ),
        ({"totals": {"grand_total": "1 zzann St"}}, "totals.grand_total must be a number, not text of 10 characters"),
        (
            {"totals": {"grand_total": "NaN4165551234"}},
            "totals.grand_total must be a number, not text of 13 characters",
        ),
        ({"number": "1", "zzann@example.com": 1}, "has an unknown field 2 (its name may be personal and is not shown)"),
        ({"extra": {"zzann @ $.home": 7}}, "extra.(a name not shown) must be text, in quotes, not a number"),
    ],
)
def test_faults_of_records_hold_nothing_personal(data: object, said: str) -> None:
    """Neither values nor the names of fields."""
    with pytest.raises(MalformedData) as caught:
        from_plain(data, SourceOrder, strict=True)
    assert [line for line in caught.value.problems if line.startswith(said)], caught.value.problems
    assert "zzann" not in str(caught.value)
    assert "4165551234" not in str(caught.value)
