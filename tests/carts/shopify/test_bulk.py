"""The first import of a large shop, from one file."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from tradegecko_bridge.sources.shopify import bulk
from tradegecko_bridge.testing import Wanted, WantedLine


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the shop."""
    monkeypatch.setattr(bulk, "EVERY", 0.0)


def given(shop: Any, after: str | None = None, **options: Any) -> list[Any]:
    """What a source gives, with its notes and the number of questions about orders."""
    from tests.carts.shopify.driver import source

    shop.asked.clear()
    with source(shop, page_size=50, **options) as shopify:
        orders = list(shopify.fetch_orders(after))
        shop.notes = shopify.take_notes()
    shop.details = sum("query Details" in query for query, _ in shop.asked)
    return orders


def bare(orders: list[Any]) -> list[Any]:
    """Without cursors."""
    return [evolve(one, cursor="") for one in orders]


def test_the_file_gives_what_pages_give(shop: Any) -> None:
    """Long orders, returns and orders that wait among them, in the same order, and no page is read."""
    lines = tuple(WantedLine(sku="MUG-BLUE", quantity=2) for _ in range(20))
    for number in range(12):
        shop.place(Wanted(lines=lines if number % 5 == 0 else (WantedLine(quantity=2),)))
    shop.place_unready()
    third = shop.records.orders[min(shop.records.orders)]
    shop.change(str(third.id))
    pages, file = given(shop, bulk_above=0), given(shop, bulk_above=5)
    assert bare(file) == bare(pages)
    assert len(file) == 13
    assert shop.details == 0
    assert not shop.notes


def test_it_resumes_from_every_order(shop: Any) -> None:
    """Broken off anywhere, the rest comes by pages; and what was placed meanwhile."""
    placed = [shop.place(Wanted()) for _ in range(8)]
    first = given(shop, bulk_above=3)
    assert [one.reference for one in first] == placed
    new = shop.place(Wanted())
    for place, order in enumerate(first):
        rest = {one.reference for one in given(shop, order.cursor, bulk_above=3)}
        assert {*placed[place + 1 :], new} <= rest
    assert shop.details


@pytest.mark.parametrize("end", ["FAILED", "CANCELED", "EXPIRED"])
def test_where_there_is_no_file_pages_are_read(shop: Any, end: str) -> None:
    """And the report says why."""
    placed = [shop.place(Wanted()) for _ in range(8)]
    shop.answers.bulk_fails = end
    assert [one.reference for one in given(shop, bulk_above=3)] == placed
    assert shop.details
    assert any("page by page" in note and end in note for note in shop.notes)


def test_a_file_that_is_cut_short_is_not_the_end(shop: Any) -> None:
    """A line in the middle of it ends the reading, and pages are read instead."""
    placed = [shop.place(Wanted()) for _ in range(8)]
    whole = shop.file
    shop.file = lambda path: whole(path)[:-40]
    assert [one.reference for one in given(shop, bulk_above=3)] == placed
    assert any("cannot be read" in note for note in shop.notes)


def test_a_small_shop_needs_none(shop: Any) -> None:
    """Nor does one that has no orders."""
    assert given(shop) == []
    shop.place(Wanted())
    assert len(given(shop)) == 1
    assert not shop.answers.bulk
