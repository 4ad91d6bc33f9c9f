"""Product details on their way back, from a real sandbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from tests.engine.bench import Bench, outcomes
from tests.support import ListSource
from tradegecko_bridge import ConnectionSettings, Sandbox, TradeGeckoClient
from tradegecko_bridge.commerce import ItemResult
from tradegecko_bridge.engine import Outcome


@pytest.fixture
def bench(sandbox: Sandbox, client: TradeGeckoClient) -> Bench:
    """An empty source that takes product details."""
    return Bench(sandbox, client, ListSource(), settings=ConnectionSettings(products=True))


def test_all_products_once_then_only_changes(bench: Bench) -> None:
    """Everything at first, then nothing, then only the product whose variant's price changed."""
    first = bench.engine.sync_products()
    assert first.count(Outcome.SENT) == len(bench.source.products) == 7
    assert bench.engine.sync_products().items == []
    bench.source.products.clear()
    tee = next(iter(bench.client.variants.list(sku="TEE-M")))
    bench.client.variants.update(tee.id, {"retail_price": "26.5"})
    assert outcomes(bench.engine.sync_products()) == {"Crew Neck Tee": Outcome.SENT}
    (product,) = bench.source.products
    assert {v.sku: str(v.retail_price) for v in product.variants}["TEE-M"] == "26.5"


def test_details_are_whole(bench: Bench) -> None:
    """Name, description, brand, tags, option names and values, SKUs and prices come along."""
    bench.engine.sync_products()
    (tee,) = [product for product in bench.source.products if product.name == "Crew Neck Tee"]
    assert tee.options
    assert tee.description
    assert tee.brand
    assert [variant.sku for variant in tee.variants] == ["TEE-S", "TEE-M", "TEE-L"]
    assert all(variant.options for variant in tee.variants)
    assert "retail" in tee.variants[0].prices


def test_off_until_asked_for(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Product details overwrite what a shop shows: a run leaves them out unless the settings say so."""
    bench = Bench(sandbox, client, ListSource())
    assert [report.operation for report in bench.engine.run()] == ["deliver orders", "sync tracking", "sync inventory"]
    bench = Bench(sandbox, client, ListSource(), settings=ConnectionSettings(products=True))
    assert [report.operation for report in bench.engine.run()][-1] == "sync products"


def test_a_dry_run_sends_nothing(bench: Bench) -> None:
    """The changes are shown and the source hears nothing."""
    assert bench.engine.sync_products(dry_run=True).count(Outcome.PLANNED) == 7
    assert bench.source.products == []


class Withdrawing(ListSource):
    """A source that takes products off sale."""

    def __init__(self) -> None:
        super().__init__()
        self.withdrawn: list[str] = []

    def withdraw_products(self, references: Sequence[str]) -> Iterable[ItemResult]:
        self.withdrawn += references
        return [self.answer(reference) for reference in references]


def test_a_product_that_is_gone_is_withdrawn(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Once, where the source can; when it comes back it is told again."""
    source = Withdrawing()
    bench = Bench(sandbox, client, source)
    bench.engine.sync_products()
    (scarf,) = [one for one in client.products.list() if one.name == "Wool Scarf"]
    client.products.update(scarf.id, {"status": "archived"})
    source.products.clear()
    assert bench.engine.sync_products(dry_run=True).count(Outcome.PLANNED) == 1
    assert outcomes(bench.engine.sync_products()) == {"Wool Scarf": Outcome.SENT}
    assert source.withdrawn == [str(scarf.id)]
    assert bench.engine.sync_products().items == []
    client.products.update(scarf.id, {"status": "active"})
    assert outcomes(bench.engine.sync_products()) == {"Wool Scarf": Outcome.SENT}
    assert [one.name for one in source.products] == ["Wool Scarf"]


def test_a_source_that_cannot_withdraw_is_named_in_a_note(bench: Bench) -> None:
    """Once; nothing else is told."""
    bench.engine.sync_products()
    (scarf,) = [one for one in bench.client.products.list() if one.name == "Wool Scarf"]
    bench.client.products.update(scarf.id, {"status": "archived"})
    report = bench.engine.sync_products()
    assert report.items == []
    assert "Wool Scarf" in report.notes[0]
    assert bench.engine.sync_products().notes == []


def test_names_filters_and_prices_of_variants(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The source's names, without what is filtered out; buying prices and bundles by setting."""
    settings = ConnectionSettings(
        sku_aliases={"our-tee": "TEE-M"}, item_filters=[{"skus": ["TEE-S"]}], product_composites=False
    )
    bench = Bench(sandbox, client, ListSource(), settings=settings)
    bench.engine.sync_products()
    (tee,) = [product for product in bench.source.products if product.name == "Crew Neck Tee"]
    assert [variant.sku for variant in tee.variants] == ["our-tee", "TEE-L"]
    assert {variant.buy_price for product in bench.source.products for variant in product.variants} == {None}
    assert not any(variant.composite for product in bench.source.products for variant in product.variants)
    whole = Bench(sandbox, client, ListSource(), settings=ConnectionSettings(product_buy_prices=True))
    whole.engine.sync_products()
    assert any(variant.buy_price for product in whole.source.products for variant in product.variants)
    assert any(variant.composite for product in whole.source.products for variant in product.variants)
