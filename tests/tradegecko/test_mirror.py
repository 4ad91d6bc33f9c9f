"""Keeping up with an account in which very much changed at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.support import HandClock
from tradegecko_bridge import Sandbox, TradeGeckoClient
from tradegecko_bridge.mirrors import MirrorBook
from tradegecko_bridge.tradegecko.mirror import LATE_PAGES, MOST_PAGES, VARIANTS, Mirror

MANY = 100
"""Variants a product."""
PAGE = 250


class Import:
    """An account that is filled while its clock stands still or moves by hand."""

    def __init__(self) -> None:
        self.now = datetime(2021, 3, 1, tzinfo=UTC)
        self.count = 0

    def products(self, client: TradeGeckoClient, number: int, *, apart: timedelta = timedelta(0)) -> list[str]:
        """Make products of a hundred variants each, so far apart; the new SKUs."""
        made: list[str] = []
        for _ in range(number):
            self.now += apart
            self.count += 1
            skus = [f"SKU-{self.count}-{n}" for n in range(MANY)]
            variants = [{"sku": sku, "name": sku, "opt1": sku} for sku in skus]
            client.products.create({"name": f"Product {self.count}", "opt1": "Size", "variants": variants})
            made += skus
        return made


@pytest.fixture
def imported() -> Import:
    return Import()


@pytest.fixture
def client(imported: Import) -> Iterator[TradeGeckoClient]:
    """A client of an account without anything in it."""
    with (
        Sandbox(seed="empty", rate_limit=None, clock=lambda: imported.now) as sandbox,
        TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client,
    ):
        yield client


def looked_up(client: TradeGeckoClient, book: MirrorBook, skus: list[str]) -> tuple[int | None, int]:
    """How many of these a new process finds by what is remembered (None: it cannot say), and the requests that took."""
    mirror = Mirror(client, book, clock=HandClock())
    assert mirror.account
    before = client.calls
    found = mirror.find(VARIANTS, "sku", skus)
    return (None if found is None else len(found)), client.calls - before


def test_an_import_of_one_moment_is_read_to_its_end(client: TradeGeckoClient, imported: Import) -> None:
    """Also when one moment has more rows than are read at a time: the next run reads on where the last one stopped."""
    skus, book = imported.products(client, 32), MirrorBook()
    assert looked_up(client, book, skus) == (None, MOST_PAGES)
    found, calls = looked_up(client, book, skus)
    assert found == len(skus)
    assert calls <= LATE_PAGES + len(skus) // PAGE + 1 - MOST_PAGES + 2
    assert looked_up(client, book, skus) == (len(skus), LATE_PAGES + 2)


def test_what_comes_at_such_a_moment_is_seen_too(client: TradeGeckoClient, imported: Import) -> None:
    """It stands behind what was read before."""
    book = MirrorBook()
    skus = imported.products(client, 32)
    assert looked_up(client, book, skus)[0] is None
    assert looked_up(client, book, skus)[0] == len(skus)
    late = imported.products(client, 1)
    assert looked_up(client, book, late)[0] == len(late)
    imported.now += timedelta(hours=1)
    later = imported.products(client, 1)
    assert looked_up(client, book, later)[0] == len(later)


def test_much_within_two_minutes_does_not_keep_it_from_the_end(client: TradeGeckoClient, imported: Import) -> None:
    """What is read again for the sake of late changes is limited; what is new is read in any case."""
    book = MirrorBook()
    skus = imported.products(client, 32, apart=timedelta(seconds=2))
    assert looked_up(client, book, skus)[0] is None
    assert looked_up(client, book, skus)[0] == len(skus)
    skus += imported.products(client, 2, apart=timedelta(seconds=2))
    found, calls = looked_up(client, book, skus)
    assert found == len(skus)
    assert calls <= LATE_PAGES + 2
