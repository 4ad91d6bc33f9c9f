"""JSON order files: what they give, and what each fault says."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.nonsense import NUMBERS
from tests.sources.folder.helpers import bad, fetch, good, problems
from tests.support import examples
from tradegecko_bridge.commerce import Discount, Totals
from tradegecko_bridge.commerce.codec import to_plain
from tradegecko_bridge.testing.builders import an_order


def order(reference: str = "1006", **fields: Any) -> dict[str, Any]:
    """An order as a JSON file holds it."""
    least = {"reference": reference, "number": reference, "placed_at": "2026-01-31T09:30:00Z", "currency": "CAD"}
    return least | fields


LINE = {"reference": "1", "quantity": 1, "price": "1"}


@pytest.mark.parametrize("wrapped", [order(), [order()], {"orders": [order()]}])
def test_an_order_a_list_or_an_object_with_orders(tmp_path: Path, wrapped: object) -> None:
    """All three forms give the order, also without lines."""
    (given,) = good(fetch(tmp_path, "shop.json", json.dumps(wrapped)))
    assert (given.reference, given.lines, given.cursor) == ("1006", (), "shop.json#1")


def test_numbers_are_decimals_digit_for_digit(tmp_path: Path) -> None:
    """A price written as a plain JSON number never becomes a binary fraction."""
    line = '{"reference": "1", "quantity": 3, "price": 0.1000000000000000055511151231257827}'
    text = json.dumps(order(lines=["here"])).replace('"here"', line)
    (given,) = good(fetch(tmp_path, "shop.json", text))
    assert str(given.lines[0].price) == "0.1000000000000000055511151231257827"
    assert given.lines[0].quantity == Decimal(3)


def test_a_bad_order_is_held_under_its_reference(tmp_path: Path) -> None:
    """A fault names file, order and field; the other orders go through."""
    orders = [order("1"), order("2"), order("3"), order("gid-7", number="1007", lines=[LINE | {"quantity": "two"}])]
    given = fetch(tmp_path, "shop.json", json.dumps({"orders": orders}))
    assert [o.reference for o in good(given)] == ["1", "2", "3"]
    (held,) = bad(given)
    assert (held.reference, held.number, held.cursor) == ("gid-7", "1007", "shop.json#4")
    assert held.problem == ("shop.json: orders[3].lines[0].quantity must be a number, not 'two' (order 1007 is held)")


@pytest.mark.parametrize("reference", ["", " ", "a\0b", None, ["1"]])
def test_an_order_without_a_usable_reference_is_left_out(tmp_path: Path, reference: Any) -> None:
    """The ledger could hold it under nothing, so nobody is told that it is held."""
    text = json.dumps([order(), order(number="J3") | {"reference": reference}])
    (given,) = bad(fetch(tmp_path, "shop.json", text))
    assert (given.reference, given.number) == (None, "J3")
    assert given.problem.endswith(" (order J3 is left out because it has no reference)")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"number": " "}, "shop.json: number must not be blank"),
        ({"number": 1007}, "shop.json: number must be text, in quotes, not a number"),
        (
            {"placed_at": "2026-01-31"},
            "shop.json: placed_at 2026-01-31T00:00:00 has no time zone; write e.g. 2026-01-31T09:30:00Z",
        ),
        ({"colour": "red"}, "shop.json: has an unknown field 'colour'"),
        ({"tags": "vip"}, 'shop.json: tags must be a list of texts, e.g. ["one", "two"], not text of 3 characters'),
        ({"lines": 7}, "shop.json: lines must be a list of objects, not a number"),
        ({"customer": {"age": 7}}, "shop.json: customer has an unknown field 'age'"),
        ({"note": "a\0b"}, "shop.json: note holds a NUL or half a character, which cannot be stored"),
        (
            {"customer": {"email": "\ud800"}},
            "shop.json: customer.email holds a NUL or half a character, which cannot be stored",
        ),
        ({"lines": [LINE | {"quantity": float("nan")}]}, "shop.json: lines[0].quantity must be a number, not 'NaN'"),
        ({"currency": float("nan")}, "shop.json: currency must be text, in quotes, not a number"),
    ],
)
def test_faults_of_one_order(tmp_path: Path, fields: dict[str, Any], said: str) -> None:
    """Each wrong field leads to a line that names it."""
    given = fetch(tmp_path, "shop.json", json.dumps(order(**fields)))
    assert not good(given)
    assert [order.reference for order in bad(given)] == ["1006"]
    assert problems(given)[0].startswith(said)


@pytest.mark.parametrize(
    "fields",
    [
        {"customer": {"phone": 4165551234}},
        {"customer": "4165551234"},
        {"shipping_address": {"city": 4165551234}},
        {"billing_address": ["4165551234"]},
        {"note": 4165551234},
        {"extra": {"gift": 4165551234}},
    ],
)
def test_personal_values_are_never_shown(tmp_path: Path, fields: dict[str, Any]) -> None:
    """A fault in what may identify a person names the field, not the value."""
    (line,) = problems(fetch(tmp_path, "shop.json", json.dumps([order(**fields)])))
    assert "4165551234" not in line
    assert next(iter(fields)) in line


def test_a_field_given_twice_is_a_fault(tmp_path: Path) -> None:
    """JSON would let the last one win silently."""
    text = json.dumps(order(lines=[LINE])).replace('"quantity": 1', '"quantity": 1, "quantity": 2')
    assert problems(fetch(tmp_path, "shop.json", text)) == [
        "shop.json: lines[0].quantity must be a number, not a value given twice (order 1006 is held)"
    ]


def test_the_same_order_twice_is_given_twice(tmp_path: Path) -> None:
    """The ledger recognises it."""
    assert len(good(fetch(tmp_path, "shop.json", json.dumps([order(), order()])))) == 2


@pytest.mark.parametrize("second", [order(currency="USD"), order(currency=5)])
def test_two_contents_under_one_reference_hold_both(tmp_path: Path, second: dict[str, Any]) -> None:
    """Nobody can know which one is right, so neither goes."""
    given = fetch(tmp_path, "shop.json", json.dumps([order(), order("2"), second]))
    assert [o.reference for o in good(given)] == ["2"]
    assert [o.reference for o in bad(given)] == ["1006"]
    assert problems(given)[0].startswith(
        "shop.json: orders[2] has the reference of orders[0] and another content; keep one"
    )


def test_the_reference_is_read_where_it_can_be(tmp_path: Path) -> None:
    """An order without a usable reference is reported without one."""
    given = bad(fetch(tmp_path, "shop.json", json.dumps([7, {}, order() | {"reference": 7}, order("a\0b")])))
    assert [held.reference for held in given] == [None, None, "7", None]
    assert given[0].problem.endswith(
        "orders[0] must be an object with named fields, not a number (the order was left out)"
    )


LARGE = "1e99999999999999999999"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"lines": [LINE | {"quantity": "@"}]}, "orders[0].lines[0].quantity must be a number"),
        ({"paid": "@"}, "orders[0].paid must be true or false, without quotes"),
        ({"note": "@"}, "orders[0].note must be text, in quotes"),
        ({"extra": {"a": "@"}}, "orders[0].extra.a must be text, in quotes"),
    ],
)
def test_a_number_beyond_all_numbers_costs_its_order(tmp_path: Path, fields: dict[str, Any], said: str) -> None:
    """The others of the file go on."""
    text = json.dumps([order(**fields), order("2")]).replace('"@"', LARGE)
    given = fetch(tmp_path, "shop.json", text)
    assert [o.reference for o in good(given)] == ["2"]
    (held,) = bad(given)
    assert held.problem == f"shop.json: {said}, not a number that is too large (order 1006 is held)"


def test_a_number_beyond_all_numbers_is_no_reference_and_no_order(tmp_path: Path) -> None:
    """Nobody can tell which order it was."""
    given = fetch(tmp_path, "shop.json", json.dumps([order("@"), "@", order("2")]).replace('"@"', LARGE))
    assert [o.reference for o in good(given)] == ["2"]
    assert [(held.reference, held.number) for held in bad(given)] == [(None, None)] * 2


WHOLE = to_plain(
    an_order("spoiled", totals=Totals(tax=Decimal(1)), discounts=(Discount(amount=Decimal(1)),), paid=True, note="x")
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where there is a single value."""
    if not isinstance(value, dict | list):
        return [path]
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return [place for name, one in items for place in places(one, (*path, name))]


@settings(max_examples=examples(80), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=st.sampled_from(places(WHOLE)),
    number=st.sampled_from([one for one in NUMBERS if re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?", one)])
    | st.integers(-(10**25), 10**25).map(lambda exponent: f"1e{exponent}"),
)
def test_nonsense_in_one_order_of_a_file(tmp_path: Path, place: tuple[Any, ...], number: str) -> None:
    """Whatever number stands wherever in it: the order beside it is read."""
    data = json.loads(json.dumps(WHOLE))
    *around, last = place
    reduce(lambda inner, name: inner[name], around, data)[last] = "@"
    given_ = fetch(tmp_path, "a.json", json.dumps([data, order("2")]).replace('"@"', number))
    assert "2" in [one.reference for one in good(given_)]
    assert len(given_) == 2
    assert all(len(problem) < 3000 for problem in problems(given_))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[\n{"reference": "1006", ',
            (
                "shop.json, line 2, column 23: is not JSON from here on or was cut short (Expecting property name"
                " enclosed in double quotes)"
            ),
        ),
        ("[" * 100_000, "shop.json: is nested too deeply"),
        ("", "shop.json: is empty; delete it or export it again"),
        ("7", "shop.json: holds neither an order nor a list of orders"),
        ('{"orders": {}}', "shop.json: holds neither an order nor a list of orders"),
        ('{"orders": [], "page": 1}', "shop.json: unknown field 'page' beside 'orders'"),
    ],
)
def test_a_file_that_makes_no_sense_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    """Cut short, empty or something else altogether: one line without an order reference."""
    given = fetch(tmp_path, "shop.json", text)
    assert [order.reference for order in bad(given)] == [None]
    assert problems(given) == [f"{said} (nothing of this file was ingested)"]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(order() | {"zzann@example.com": 1}),
        json.dumps(order() | {"zzann@example.com": "\0"}),
        json.dumps(order(extra={"zzann@example.com": 7})),
        json.dumps({"orders": [order()], "zzann@example.com": 1}),
        json.dumps(order(paid="zzann@example.com")),
        json.dumps(order(lines="zzann@example.com")),
        json.dumps(order(requested_ship_date="zzann@example.com")),
        json.dumps(order(totals={"grand_total": "zzann@example.com"})),
    ],
)
def test_neither_names_nor_values_of_other_fields_show(tmp_path: Path, text: str) -> None:
    """A program that mixed its fields up put personal data anywhere."""
    (line,) = problems(fetch(tmp_path, "shop.json", text))
    assert "zzann" not in line
