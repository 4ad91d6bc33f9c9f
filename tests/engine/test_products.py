"""Product details on their way back, from a real sandbox."""

from __future__ import annotations

import pytest

from tests.engine.bench import Bench, outcomes
from tests.support import ListSource
from tradegecko_bridge import ConnectionSettings, Sandbox, TradeGeckoClient
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
