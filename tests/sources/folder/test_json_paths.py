# ruff: noqa: E501 (tables of cases)
"""Orders in a shop's own JSON, read by path."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.sources.folder.test_formats import HALF_PAST, SHORT, fault, given, only
from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder

BY_PATH: dict[str, Any] = {
    "columns": {
        "order_number": "n", "placed_at": "when", "ship_city": "to.city", "shipping_amount": "post[].cost",
        "tags": "words", "sku": "variant.sku", "quantity": "q", "price": "p", "tax": "taxes[].amount",
    },
    "lines": "items",
}  # fmt: skip
ORDER = (
    '{"n": "A", "when": "2026-01-31T14:30:00Z", "to": {"city": "Toronto"}, "post": [{"cost": 5}, {"cost": "7.50"}],'
    ' "words": ["vip", "gift"], "items": [{"variant": {"sku": "M"}, "q": 2, "p": 1.10,'
    ' "taxes": [{"amount": 0.1}, {"amount": 0.2}]}]}'
)


@pytest.mark.parametrize(
    ("text", "settings"),
    [(ORDER, {}), (f"[{ORDER}]", {}), (f'{{"orders": [{ORDER}]}}', {}), (f'{{"data": {{"list": [{ORDER}]}}}}', {"orders": "data.list"}),
     (f'{{"results": [{ORDER}], "count": 1}}', {}), (ORDER.replace("\n", " ") + "\n" + ORDER, {})],
)  # fmt: skip
def test_json_is_read_by_path(text: str, settings: dict[str, Any]) -> None:
    """One order, a list, wrapped, or one on each line; numbers keep their digits."""
    order, *others = given(text, "a.json", **BY_PATH, **settings)
    assert isinstance(order, SourceOrder)
    assert (order.placed_at, order.tags) == (HALF_PAST, ("vip", "gift"))
    assert order.shipping_address is not None
    assert order.shipping_address.city == "Toronto"
    assert [way.amount for way in order.shipping] == [Decimal("12.50")]
    (line,) = order.lines
    assert (line.sku, line.quantity, line.price, line.tax) == ("M", Decimal(2), Decimal("1.10"), Decimal("0.3"))
    assert all(other == order for other in others)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ORDER.replace('"q": 2', '"q": "two"'), "a.json: order 1, line 1, q: 'two' is not a number"),
        (ORDER.replace('"n": "A",', ""), "a.json: order 1: has no n (the order was left out)"),
        (ORDER.replace('"q": 2', '"q": 2, "q": 3'), "a.json: order 1, q: is a value given twice"),
        (ORDER.replace('"A"', '"A\\u0000"'), "a.json: order 1: n: holds a NUL"),
        (ORDER.replace("Toronto", "\\ud83d"), "a.json: order 1, to.city: holds a NUL or half a character"),
        (ORDER.replace("[{\"variant\"", "[1, {\"variant\""), "items: has an entry in which nothing of a line was found"),
        ("7", "a.json: order 1: has no n"),
    ],
)  # fmt: skip
def test_json_that_cannot_be_read(text: str, said: str) -> None:
    """One line, with the order and the path."""
    assert said in fault(text, "a.json", **BY_PATH)


def test_a_bad_line_of_json_lines_leaves_the_others_alone() -> None:
    """It is told with its number."""
    first, last = given(f"{ORDER}\n{{oops\n", "a.jsonl", **BY_PATH)
    assert isinstance(first, SourceOrder)
    assert isinstance(last, UnreadableOrder)
    assert last.problem.startswith("a.jsonl, line 2, column 2: is not JSON")
    assert last.problem.endswith("(the line was left out)")


def test_json_objects_that_are_lines_are_grouped() -> None:
    """Where the format names no list of lines."""
    text = '[{"no": 7, "at": "2026-01-31", "sku": "M", "n": 1, "p": 2}, {"no": 7, "sku": "T", "n": 3, "p": 4}]'
    order = only(text, "a.json", columns=SHORT)
    assert [(line.sku, line.quantity) for line in order.lines] == [("M", Decimal(1)), ("T", Decimal(3))]


def test_two_orders_under_one_number_are_held() -> None:
    """Nobody can know which of them is right."""
    other = ORDER.replace("Toronto", "Ottawa")
    assert "has the reference of order 1 and another content" in fault(f"[{ORDER}, {other}]", "a.json", **BY_PATH)
