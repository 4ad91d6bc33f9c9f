"""Product details on their way back, from a real sandbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.bench import Bench, outcomes
from tests.support import ListSource, examples
from tradegecko_bridge import ConnectionSettings, Sandbox, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import ItemResult, ProductDetails, Verdict
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.engine.back_sync.product_rules import as_told, price_lists
from tradegecko_bridge.engine.back_sync.products import OFF
from tradegecko_bridge.errors import Unavailable
from tradegecko_bridge.tradegecko.gateway import product_lists


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
    """Product details overwrite what a shop shows: a run leaves them out unless the settings say so, and so does the
    command by itself. What it would do can be seen before."""
    bench = Bench(sandbox, client, ListSource())
    assert [report.operation for report in bench.engine.run()] == ["deliver orders", "sync tracking", "sync inventory"]
    report = bench.engine.sync_products(full=True)
    assert (report.items, bench.source.products, report.notes) == ([], [], [OFF])
    foreseen = bench.engine.sync_products(dry_run=True)
    assert (foreseen.count(Outcome.PLANNED), foreseen.notes) == (7, [OFF])
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
    bench = Bench(sandbox, client, source, settings=ConnectionSettings(products=True))
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


def test_what_is_gone_before_it_was_told_is_never_told_empty(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """A source that takes nothing back failed to take a product, which is archived since: it goes out as it was."""
    failing = ListSource(answer=lambda key: ItemResult(key=key, verdict=Verdict.FAILED))
    bench = Bench(sandbox, client, failing, settings=ConnectionSettings(products=True))
    bench.engine.sync_products()
    (tee,) = [one for one in bench.source.products if one.name == "Crew Neck Tee"]
    client.products.delete(int(tee.reference))
    bench.source.products.clear()
    bench.clock.move(days=2)
    bench.engine.sync_products()
    assert [one for one in bench.source.products if one.reference == tee.reference] == [tee]


def test_names_filters_and_prices_of_variants(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The source's names, without what is filtered out; buying prices and bundles by setting."""
    settings = ConnectionSettings(
        products=True,
        sku_aliases={"our-tee": "TEE-M"},
        item_filters=[{"skus": ["TEE-S"]}],
        product_composites=False,
    )
    bench = Bench(sandbox, client, ListSource(), settings=settings)
    bench.engine.sync_products()
    (tee,) = [product for product in bench.source.products if product.name == "Crew Neck Tee"]
    assert [variant.sku for variant in tee.variants] == ["our-tee", "TEE-L"]
    assert {variant.buy_price for product in bench.source.products for variant in product.variants} == {None}
    assert not any(variant.composite for product in bench.source.products for variant in product.variants)
    whole = Bench(sandbox, client, ListSource(), settings=ConnectionSettings(products=True, product_buy_prices=True))
    whole.engine.sync_products()
    assert any(variant.buy_price for product in whole.source.products for variant in product.variants)
    assert any(variant.composite for product in whole.source.products for variant in product.variants)


# ── what is told ─────────────────────────────────────────────────────────────────────────────


def told(bench: Bench, name: str) -> ProductDetails:
    """What the source was told last of a product."""
    return [product for product in bench.source.products if product.name == name][-1]


def made(bench: Bench, **fields: Any) -> int:
    """A product with one variant of these fields."""
    variant = {"sku": "KITE", "retail_price": "30", **fields}
    return bench.client.products.create({"name": "Kite", "opt1": "Size", "opt3": "Colour", "variants": [variant]}).id


def test_options_stay_in_their_places(bench: Bench) -> None:
    """A name or value that is missing does not move those behind it."""
    made(bench, opt1="M", opt3="Red")
    bench.engine.sync_products()
    kite = told(bench, "Kite")
    assert (kite.options, kite.variants[0].options) == (("Size", "", "Colour"), ("M", "", "Red"))


def test_what_customs_ask_for(bench: Bench) -> None:
    """Tariff code, origin and the variant's own description."""
    made(bench, hs_code="9503.00", country_of_origin="NZ", description="The red one")
    bench.engine.sync_products()
    (variant,) = told(bench, "Kite").variants
    assert (variant.hs_code, variant.country_of_origin, variant.description) == ("9503.00", "NZ", "The red one")


def test_prices_of_chosen_lists_with_their_currencies(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """By the name people gave the list. What is not on it has no price, and not one in another currency."""
    lists = {one.name: one for one in client.price_lists.list()}
    euro = client.price_lists.create({"name": "Europe", "currency_id": lists["Retail"].currency_id}).id
    settings = ConnectionSettings(products=True, product_price_list="Europe", product_supply_price_list="wholesale")
    bench = Bench(sandbox, client, ListSource(), settings=settings)
    kite = client.products.get(made(bench, wholesale_price="12"))
    client.variants.update(kite.variant_ids[0], {"variant_prices": [{"price_list_id": str(euro), "value": "27.5"}]})
    bench.engine.sync_products()
    (variant,) = told(bench, "Kite").variants
    currency = lists["Retail"].currency_iso
    assert (variant.retail_price, variant.supply_price) == (Decimal("27.5"), Decimal(12))
    assert (told(bench, "Kite").currency, told(bench, "Kite").supply_currency) == (currency, currency)
    assert {one.retail_price for one in told(bench, "Crew Neck Tee").variants} == {None}


def test_a_price_list_that_is_not_there(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """One line says which setting, and nothing is told."""
    bench = Bench(sandbox, client, ListSource(), settings=ConnectionSettings(products=True, product_price_list="Mars"))
    report = bench.engine.sync_products()
    (problem,) = report.problems
    assert problem.startswith("setting product_price_list: no price list 'Mars' in TradeGecko; it has ")
    assert problem.endswith("no product is told until you create it there or correct the setting")
    assert bench.source.products == []


@pytest.mark.parametrize("asked", [False, True])
def test_what_goods_cost_to_buy_is_told_only_when_asked_for(
    sandbox: Sandbox, client: TradeGeckoClient, asked: bool
) -> None:
    """Under whatever list it stands."""
    currency = next(iter(client.price_lists.list())).currency_id
    made_for = client.price_lists.create({"name": "Factory", "currency_id": currency, "is_cost": True}).id
    bench = Bench(sandbox, client, ListSource(), settings=ConnectionSettings(products=True, product_buy_prices=asked))
    kite = client.products.get(made(bench, buy_price="7.77"))
    client.variants.update(kite.variant_ids[0], {"variant_prices": [{"price_list_id": str(made_for), "value": "6.66"}]})
    bench.engine.sync_products()
    (variant,) = told(bench, "Kite").variants
    assert ({"buy", str(made_for)} <= variant.prices.keys(), variant.buy_price is not None) == (asked, asked)
    assert all((price in repr(told(bench, "Kite"))) is asked for price in ("7.77", "6.66"))
    assert variant.prices["retail"] == 30


@pytest.mark.parametrize(("rule", "create", "update"), [("create", True, False), ("update", False, True)])
def test_only_created_or_only_updated(
    sandbox: Sandbox, client: TradeGeckoClient, rule: Any, create: bool, update: bool
) -> None:
    """The source is told which; of what it has created it hears no more, but that it is gone."""
    source = Withdrawing()
    bench = Bench(sandbox, client, source, settings=ConnectionSettings(products=True, product_changes=rule))
    kite = made(bench)
    bench.engine.sync_products()
    assert {(product.create, product.update) for product in source.products} == {(create, update)}
    source.products.clear()
    client.products.update(kite, {"name": "Dragon"})
    bench.engine.sync_products()
    assert [product.name for product in source.products] == (["Dragon"] if update else [])
    client.products.update(kite, {"status": "archived"})
    bench.engine.sync_products()
    assert source.withdrawn == [str(kite)]


def test_linked_by_id(bench: Bench) -> None:
    """A product whose SKU and name change is the one it was."""
    kite = made(bench)
    bench.engine.sync_products()
    (variant,) = told(bench, "Kite").variants
    bench.source.products.clear()
    bench.client.variants.update(int(variant.reference), {"sku": "DRAGON"})
    bench.client.products.update(kite, {"name": "Dragon"})
    bench.engine.sync_products()
    (product,) = bench.source.products
    assert (product.reference, product.variants[0].reference) == (str(kite), variant.reference)


# ── what is read ─────────────────────────────────────────────────────────────────────────────


def asked(bench: Bench, **options: Any) -> list[str]:
    """What of the products a run asks for."""
    before = len(bench.sandbox.requests())
    bench.engine.sync_products(**options)
    paths = [request["path"] for request in bench.sandbox.requests()[before:]]
    return [path for path in paths if path.split("/")[1] in ("products", "variants", "images", "price_lists")]


def settled(bench: Bench) -> None:
    """All is told, and nothing more may show late."""
    bench.engine.sync_products()
    bench.sandbox.advance(7200)
    for _ in range(2):  # the first one still has the server's clock of before
        bench.engine.sync_products()


def test_an_idle_pass_costs_three_requests(bench: Bench) -> None:
    """However many products there are: what changed is asked of products, variants and pictures."""
    bench.client.products.create({"name": "More", "variants": [{"sku": f"MORE-{n}"} for n in range(300)]})
    settled(bench)
    assert asked(bench) == ["/products", "/variants", "/images"]
    made(bench)
    assert asked(bench)[3:] == ["/products", "/price_lists"]
    assert told(bench, "Kite").variants


def test_when_all_are_read(bench: Bench) -> None:
    """Once a day, where the settings are others, and when a person says so."""
    settled(bench)
    bench.clock.move(hours=1)
    whole = ["/products", "/price_lists", "/images"]
    assert sorted(asked(bench, full=True)[:3]) == sorted(whole)
    assert len(asked(bench)) == 3
    others = Bench(
        bench.sandbox,
        bench.client,
        bench.source,
        store=bench.store,
        settings=ConnectionSettings(products=True, product_composites=False),
    )
    assert "/price_lists" in asked(others)
    assert "/price_lists" not in asked(others)
    others.clock.move(days=1)
    assert "/price_lists" in asked(others)


def test_a_picture_that_took_its_time(bench: Bench) -> None:
    """It is told when it has its address, though nothing says that it changed."""
    kite = made(bench)
    variants = bench.client.products.get(kite).variant_ids
    bench.engine.sync_products()
    bench.sandbox.advance(1800)
    bench.client.images.create({"product_id": kite, "variant_ids": variants, "url": "https://pictures.example/k.jpg"})
    bench.engine.sync_products()
    bench.sandbox.advance(1800)
    bench.engine.sync_products()
    assert [url.rpartition("/")[2] for url in told(bench, "Kite").image_urls] == ["k.jpg"]


def test_very_many_changes_are_read_as_a_whole(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is missed, and nothing kept in memory for it."""
    monkeypatch.setattr(product_lists, "MOST", 3)
    bench.engine.sync_products()
    bench.source.products.clear()
    names = {one.id: f"New {one.name}" for one in bench.client.products.list()}
    for id_, name in names.items():
        bench.client.products.update(id_, {"name": name})
    bench.engine.sync_products()
    assert {product.name for product in bench.source.products} == set(names.values())


def test_a_reading_that_breaks_off_is_read_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cursor stays where it was."""
    bench.engine.sync_products()
    bench.sandbox.advance(3600)
    made(bench)

    def down(*_: object) -> None:
        raise Unavailable("down")

    with monkeypatch.context() as broken:
        broken.setattr(product_lists, "products_by_id", down)
        assert bench.engine.sync_products().problems == ["down"]
    bench.sandbox.advance(3600)
    bench.engine.sync_products()
    assert told(bench, "Kite").variants


class Shop(Withdrawing):
    """What a shop shows, by what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.shelf: dict[str, ProductDetails] = {}

    def accept_products(self, products: Sequence[ProductDetails]) -> Iterable[ItemResult]:
        self.shelf |= {product.reference: product for product in products}
        return super().accept_products(products)

    def withdraw_products(self, references: Sequence[str]) -> Iterable[ItemResult]:
        for reference in references:
            self.shelf.pop(reference, None)
        return super().withdraw_products(references)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["rename", "price", "sku", "archive", "revive", "drop variant", "add", "picture", "erase"]),
        st.integers(0, 20),
        st.booleans(),
    ),
    max_size=6,
)


def step(client: TradeGeckoClient, what: str, number: int) -> None:
    """Something people do in the account."""
    products = list(client.products.list(status=["active", "archived"]))
    product = products[number % len(products)]
    variant = product.variant_ids[number % len(product.variant_ids)] if product.variant_ids else None
    if what == "add":
        client.products.create({"name": f"New {number}", "variants": [{"sku": f"NEW-{number}"}]})
    elif what == "rename":
        client.products.update(product.id, {"name": f"Name {number}"})
    elif what in ("archive", "revive"):
        client.products.update(product.id, {"status": "archived" if what == "archive" else "active"})
    elif what == "erase":
        client.products.delete(product.id)
    elif variant is None:
        return
    elif what == "drop variant":
        client.variants.delete(variant)
    elif what == "picture":
        client.images.create({"product_id": product.id, "variant_ids": [variant], "url": "https://p.example/p.jpg"})
    else:
        changed = {"price": {"retail_price": str(number)}, "sku": {"sku": f"SKU-{number}"}}
        client.variants.update(variant, changed[what])


@given(STEPS)
@settings(max_examples=examples(12), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_shop_shows_what_the_account_has(sandbox: Sandbox, steps: Any) -> None:
    """Whatever is done there, after one more pass."""
    sandbox.reset()
    shop = Shop()
    with TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client:
        bench = Bench(sandbox, client, shop, settings=ConnectionSettings(products=True))
        bench.engine.sync_products()
        for what, number, run in steps:
            step(client, what, number)
            sandbox.advance(1200)
            if run:
                bench.engine.sync_products()
        sandbox.advance(60)
        bench.engine.sync_products()
        gateway = TradeGeckoGateway(client)
        lists = price_lists(gateway, bench.engine.settings)
        there = {one.reference: as_told(one, bench.engine.settings, lists) for one in gateway.products()}
    assert shop.shelf == {reference: product for reference, product in there.items() if product is not None}
