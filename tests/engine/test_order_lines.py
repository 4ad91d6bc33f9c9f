"""Lines that are no goods, stand for nothing, or have no price; SKUs with blanks; the day an order is issued on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from attrs import evolve

from tests.engine.bench import Bench, detail, outcomes
from tests.engine.money import arrived, held, order, save, shop
from tests.support import ListSource
from tradegecko_bridge import ConnectionSettings, Sandbox, TradeGeckoClient
from tradegecko_bridge.commerce import Component, Discount, OrderLine, ShippingLine, SourceOrder, Totals
from tradegecko_bridge.commerce.codec import fingerprint, from_plain, to_plain
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.stores.memory import MemoryStore
from tradegecko_bridge.testing.builders import a_line, an_order
from tradegecko_bridge.tradegecko.gateway.gateway import TradeGeckoGateway

D = Decimal


@pytest.fixture
def bench(sandbox: Sandbox, client: TradeGeckoClient) -> Bench:
    """An empty source."""
    return Bench(sandbox, client, ListSource())


# ── fees, tips, gift wrap ────────────────────────────────────────────────────────────────────


def charge(name: str = "", price: str = "5.00", **fields: Any) -> OrderLine:
    return OrderLine(
        **{"reference": "2", "name": name, "quantity": D(1), "price": D(price), "tax_rate": D(13), **fields}
    )


@pytest.mark.parametrize(
    ("line", "kind", "label"),
    [
        (charge("Expedite fee", shippable=False), "fee", "Expedite fee"),
        (charge("Expedite FEE"), "fee", "Expedite FEE"),
        (charge("Tip", tax_rate=D(0)), "fee", "Tip"),
        (charge("Gift wrap"), "fee", "Gift wrap"),
        (charge("Box", kind="gift_wrap"), "gift_wrap", "Box"),
        (charge(kind="gift_wrap"), "gift_wrap", "Gift wrap"),
        (charge(kind="tip"), "fee", "Tip"),
        (charge(shippable=False), "fee", "Fee"),
        (charge("Wrapping", sku="WRAP", kind="gift_wrap"), "gift_wrap", "Wrapping"),
        (charge("Engraving", shippable=False, sku=" "), "fee", "Engraving"),
        (charge("A message", price="0", shippable=False), "fee", "A message"),
    ],
)
def test_what_is_no_goods_is_a_line_of_text(bench: Bench, line: OrderLine, kind: str, label: str) -> None:
    """With its price and its tax."""
    grand = D("56.50") + line.extended_amount * (1 + (line.tax_rate or D(0)) / 100)
    remote, lines = arrived(bench, order(a_line(price="50.00"), line, grand=str(grand)))
    assert remote.total == grand
    assert [(one.line_type, one.label, one.freeform, one.price) for one in lines[1:]] == [
        (kind, label, True, line.price)
    ]


def test_a_fee_with_a_sku_of_the_accounts_is_that_variant(bench: Bench) -> None:
    """Some sell gift wrap from stock."""
    _, lines = arrived(bench, order(a_line(), charge("Wrapping", sku="PIN-OWL", kind="gift_wrap")))
    assert lines[1].variant_id is not None


@pytest.mark.parametrize(
    ("line", "given"),
    [
        (charge("Blue mug"), {}),
        (charge("Coffee"), {}),
        (charge("Replacement tip"), {}),
        (charge("Voucher", shippable=False, kind="goods"), {}),
        (charge("Rush fee"), {"send_fees": False}),
        (charge("Rush fee"), {"fee_names": []}),
        (charge("Blue mug"), {"ignore_blank_skus": True}),
        (charge("Rush fee", shippable=False), {"ignore_blank_skus": True, "send_fees": False}),
    ],
)
def test_goods_without_a_sku_are_held(
    sandbox: Sandbox, client: TradeGeckoClient, line: OrderLine, given: dict[str, Any]
) -> None:
    """A forgotten SKU does not become a line nobody packs, and no money goes in silence."""
    said = held(shop(sandbox, client, **given), order(a_line(price="50.00"), line))
    assert said.startswith("line 2 without a SKU; ")
    assert 'an item filter on ""' in said


@pytest.mark.parametrize("given", [{"ignore_blank_skus": True}, {"ignore_unshippable": True}])
def test_settings_that_leave_lines_out_leave_no_fee_out(
    sandbox: Sandbox, client: TradeGeckoClient, given: dict[str, Any]
) -> None:
    """Its money would be gone."""
    made = order(a_line(price="50.00"), charge("Rush fee", shippable=False), grand="62.15")
    remote, lines = arrived(shop(sandbox, client, **given), made)
    assert (remote.total, len(lines)) == (D("62.15"), 2)


@pytest.mark.parametrize("fields", [{"shippable": False}, {"sku": " "}])
def test_what_takes_something_off_is_a_line_of_text_too(bench: Bench, fields: dict[str, Any]) -> None:
    """Some shops give coupons as lines below 0; one with a SKU is a slip."""
    made = order(a_line(price="50.00"), charge("Loyalty", "-5.00", **fields), grand="50.85")
    remote, lines = arrived(bench, made)
    assert (remote.total, lines[1].line_type, lines[1].price) == (D("50.85"), "discount", D(-5))
    slip = evolve(order(a_line(price="-1.00")), number="2", reference="2", cursor="2")
    assert "price -1.00 is below 0" in held(bench, slip)


def test_a_fee_does_not_keep_an_order_open(bench: Bench) -> None:
    """Nobody ships it."""
    arrived(bench, order(a_line("MUG-BLUE"), charge("Rush fee")))
    bench.ship("1", {"MUG-BLUE": 1})
    bench.clock.move(hours=1)
    bench.engine.sync_tracking()
    (shipment,) = bench.source.shipments
    assert shipment.completes_order


# ── lines of nothing, SKUs, days ─────────────────────────────────────────────────────────────


def test_a_line_of_nothing_is_left_out_and_told(bench: Bench) -> None:
    """The rest goes out, is shipped and is complete."""
    bench.source.orders.append(order(a_line("MUG-BLUE", price="48.00", tax_rate=D(0)), a_line("TEE-M", 0), grand="48"))
    dry = bench.engine.deliver_orders(dry_run=True)
    report = bench.deliver()
    (remote,) = bench.remote()
    assert (remote.total, len(remote.order_line_item_ids)) == (D(48), 1)
    for said in (dry, report):
        assert "without line TEE-M (SKU TEE-M), of which there are 0" in detail(said, "1")
    bench.ship("1", {"MUG-BLUE": 1})
    bench.clock.move(hours=1)
    bench.engine.sync_tracking()
    assert bench.source.shipments[0].completes_order


def test_an_order_of_nothing_is_held(bench: Bench) -> None:
    """As is a line of nothing that has money beside it."""
    assert "only some of quantity 0" in held(bench, order(a_line(quantity=0)))
    made = evolve(order(a_line("TEE-M"), a_line(quantity=0, tax=D("1.00"))), number="2", reference="2", cursor="2")
    assert "line MUG-BLUE (SKU MUG-BLUE): quantity 0" in held(bench, made)


@pytest.mark.parametrize("sku", ["MUG-BLUE ", " MUG-BLUE", "\tMUG-BLUE\u00a0\n"])
def test_blanks_around_a_sku_do_not_count(sandbox: Sandbox, client: TradeGeckoClient, sku: str) -> None:
    """Nor beside an alias; what is sold is taken off the stock of the SKU without them."""
    bench = shop(sandbox, client, sku_aliases={"our-mug": "MUG-BLUE"})
    _, lines = arrived(bench, order(a_line(sku), a_line(" our-mug ", reference="2")))
    assert len({line.variant_id for line in lines}) == 1
    before = {level.sku: level.available for level in _levels(bench)}["MUG-BLUE"]
    bench.source.orders.append(an_order("2", [a_line(sku, 5), a_line("NOPE")]))
    bench.deliver()
    assert {level.sku: level.available for level in _levels(bench)}["MUG-BLUE"] == before - 5


def _levels(bench: Bench) -> Sequence[Any]:
    bench.source.levels.clear()
    bench.engine.sync_inventory()
    return bench.source.levels


def test_a_sku_that_has_blanks_in_the_account_too(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """It is found as it stands."""
    made = client.variants.create({"product_id": 1, "sku": "ODD "})
    _, (line,) = arrived(shop(sandbox, client), order(a_line("ODD ")))
    assert line.variant_id == made.id


@pytest.mark.parametrize(
    ("sku", "mirrored"),
    [
        *product(["mug-blue", "Mug-Blue ", "MUG -BLUE"], [True, False]),
        ("MUG-BLUE\u200b", True),
    ],
)
def test_a_sku_that_differs_in_case_or_blanks_is_named_with_its_twin(
    sandbox: Sandbox, client: TradeGeckoClient, sku: str, mirrored: bool
) -> None:
    """And with the setting that makes them one."""
    gateway = None if mirrored else TradeGeckoGateway(client)
    bench = Bench(sandbox, client, ListSource([order(a_line(sku), a_line("NOPE"))]), gateway=gateway)
    report = bench.deliver()
    assert f"it has 'MUG-BLUE' for {sku!r}: correct the SKU on one side, or set sku_aliases" in detail(report, "1")


TORONTO = timezone(timedelta(hours=-5))


@pytest.mark.parametrize(
    ("placed", "zone", "day"),
    [
        (datetime(2026, 2, 1, 3, 30, tzinfo=UTC), None, date(2026, 1, 31)),
        (datetime(2026, 1, 31, 22, 30, tzinfo=TORONTO), None, date(2026, 1, 31)),
        (datetime(2026, 7, 1, 3, 59, tzinfo=UTC), None, date(2026, 6, 30)),
        (datetime(2026, 7, 1, 4, 0, tzinfo=UTC), None, date(2026, 7, 1)),
        (datetime(2026, 1, 31, 22, 30, tzinfo=TORONTO), "Asia/Tokyo", date(2026, 2, 1)),
        (datetime(2026, 2, 1, 3, 30, tzinfo=UTC), "UTC", date(2026, 2, 1)),
    ],
)
def test_an_order_is_issued_on_the_accounts_own_day(
    sandbox: Sandbox, client: TradeGeckoClient, placed: datetime, zone: str | None, day: date
) -> None:
    """Whatever zone the source tells the time in; the account is in Toronto."""
    remote, _ = arrived(shop(sandbox, client, time_zone=zone), order(a_line(), placed_at=placed))
    assert remote.issued_at == day


@pytest.mark.parametrize(
    ("wanted", "day"),
    [
        (date(2026, 2, 1), date(2026, 2, 1)),
        (datetime(2026, 2, 1, 3, 30, tzinfo=UTC), date(2026, 1, 31)),
        (None, None),
    ],
)
def test_a_moment_to_ship_at_is_the_accounts_day(bench: Bench, wanted: date | None, day: date | None) -> None:
    """A day stays what it is; both are kept as they were given."""
    made = order(a_line(), requested_ship_date=wanted)
    assert from_plain(to_plain(made), SourceOrder) == made
    remote, _ = arrived(bench, made)
    assert remote.ship_at == day


@pytest.mark.parametrize("zone", [None, "Eastern Time (US & Canada)", "../../etc/passwd", ""])
def test_an_account_in_no_zone_takes_the_sources_day(
    sandbox: Sandbox, client: TradeGeckoClient, zone: str | None
) -> None:
    """Nothing better is known."""
    client.accounts.update(client.accounts.current().id, {"time_zone": zone})
    remote, _ = arrived(shop(sandbox, client), order(a_line(), placed_at=datetime(2026, 1, 31, 22, 30, tzinfo=TORONTO)))
    assert remote.issued_at == date(2026, 1, 31)


# ── prices of the account's list ─────────────────────────────────────────────────────────────


def unpriced(sku: str = "MUG-BLUE", quantity: int = 2, **fields: Any) -> OrderLine:
    return evolve(a_line(sku, quantity), price=None, **fields)


@pytest.mark.parametrize("mirrored", [True, False])
@pytest.mark.parametrize("price_list", [None, "retail", "wholesale"])
def test_a_price_the_source_leaves_to_the_list(
    sandbox: Sandbox, client: TradeGeckoClient, price_list: str | None, mirrored: bool
) -> None:
    """The settings' list, else the account's default one; the report says so."""
    wired = {
        "gateway": None if mirrored else TradeGeckoGateway(client),
        "settings": ConnectionSettings(price_list=price_list),
    }
    bench = Bench(sandbox, client, ListSource([order(unpriced(), a_line("TEE-M"))]), **wired)
    (variant,) = client.variants.list(sku="MUG-BLUE")
    which = price_list or client.accounts.current().default_order_price_list_id
    assert which in ("retail", "wholesale")
    report = bench.deliver()
    (remote,) = bench.remote()
    prices = {line.variant_id: line.price for line in client.order_line_items.list(order_id=remote.id)}
    assert prices[variant.id] == (variant.retail_price if which == "retail" else variant.wholesale_price)
    assert "the price of line MUG-BLUE (SKU MUG-BLUE) is that of price list" in detail(report, "1")


def test_a_price_nobody_gives(bench: Bench) -> None:
    """Held with the line and the list; given one there, it goes out."""
    made = bench.client.variants.create({"product_id": 1, "sku": "NEW"})
    said = held(bench, order(unpriced("NEW")))
    assert "line NEW (SKU NEW) has no price, neither at the source nor on price list" in said
    bench.client.variants.update(made.id, {"retail_price": "7.50", "wholesale_price": "7.50"})
    bench.clock.move(hours=2)
    assert outcomes(bench.deliver()) == {"1": Outcome.DELIVERED}


def test_a_list_in_another_currency_is_not_used(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Nothing is exchanged here."""
    usd = {one.iso: one.id for one in client.currencies.list()}["USD"]
    client.price_lists.create({"name": "Dollars", "code": "USDL", "currency_id": usd})
    assert "is in USD, and the order in CAD" in held(shop(sandbox, client, price_list="Dollars"), order(unpriced()))


def test_a_kit_costs_what_its_parts_do(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """By the list, where they go out in its place."""
    parts = (Component(sku="MUG-BLUE", quantity=D(2)), Component(sku="TEE-M"))
    costs = {v.sku: v.wholesale_price or D(0) for v in client.variants.list() if v.sku in ("MUG-BLUE", "TEE-M")}
    bench = shop(sandbox, client, explode_kits=True, price_list="wholesale")
    _, lines = arrived(bench, order(unpriced("KIT", 3, components=parts)))
    assert sum((line.price or 0) * (line.quantity or 0) for line in lines) == 3 * (
        2 * costs["MUG-BLUE"] + costs["TEE-M"]
    )


def test_prices_cost_no_request_an_order(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The list is asked for once, its prices come with the variants."""
    asked = []
    for count in (3, 12):
        orders = [an_order(f"{count}-{n}", [unpriced()]) for n in range(count)]
        bench = Bench(sandbox, client, ListSource(orders), store=MemoryStore(), settings=ConnectionSettings())
        before = len(sandbox.requests())
        assert bench.deliver().count(Outcome.DELIVERED) == count
        asked.append(len(sandbox.requests()) - before - count)
    assert asked[1] <= asked[0] + 2 * 9, "no more than numbers and customers take"


# ── what is kept ─────────────────────────────────────────────────────────────────────────────


def test_what_earlier_versions_kept_is_the_same() -> None:
    """New fields change no fingerprint while they say nothing."""
    made = SourceOrder(
        reference="1", number="1", placed_at=datetime(2026, 1, 31, 9, 30, tzinfo=UTC), currency="CAD",
        lines=(OrderLine(reference="1", sku="A", quantity=D(2), price=D("19.99"), tax_rate=D(13)),),
        shipping=(ShippingLine(label="Post", amount=D("5.00")),), discounts=(Discount(label="SAVE", amount=D("3.00")),),
        totals=Totals(grand_total=D("42.00")),
    )  # fmt: skip
    assert fingerprint(made) == "0565aacb339bb1a5ca4d596e680d148d"


def test_what_is_new_is_kept() -> None:
    """And read back as it was."""
    made = order(unpriced(), charge("Tip", kind="tip"), discounts=save("1.00", before_tax=True))
    assert from_plain(to_plain(made), SourceOrder) == made
    assert to_plain(made)["lines"][1]["kind"] == "tip"
