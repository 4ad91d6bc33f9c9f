"""Prices, tax, discounts and fees as shops really give them: what arrives in TradeGecko, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from tests.engine.bench import Bench, outcomes
from tests.engine.money import arrived, bare, held, order, priced, rate, save, shop
from tests.support import ListSource
from tradegecko_bridge import ConnectionSettings, Sandbox, TradeGeckoClient
from tradegecko_bridge.commerce import Discount, ItemKind, OrderLine, ShippingLine, SourceOrder, Totals
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.testing.builders import a_line, an_order

D = Decimal


@pytest.fixture
def bench(sandbox: Sandbox, client: TradeGeckoClient) -> Bench:
    """An empty source."""
    return Bench(sandbox, client, ListSource())


# ── what binary fractions leave behind ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("price", "quantity", "grand", "sent"),
    [
        ("16.666666666666668", 3, "50.00", "16.66667"),
        ("19.990000000000002", 3, "59.97000000000001", "19.99"),
        ("0.30000000000000004", 10, "3", "0.30"),
        ("16.66666666666666666666666667", 3, "50", "16.66667"),
        ("0.12345678901234567", 99999, "12345.56", "0.1234567890"),
    ],
)
def test_noise_is_rounded_off(bench: Bench, price: str, quantity: int, grand: str, sent: str) -> None:
    """As coarsely as the line still comes to the same; the report does not speak of it."""
    remote, (line,) = arrived(bench, order(a_line(price=price, quantity=quantity, tax_rate=D(0)), grand=grand))
    assert (remote.total, line.price) == (round(D(grand), 2), D(sent))


def test_noise_is_rounded_off_everywhere(bench: Bench) -> None:
    """Of quantities, rates, shipping, discounts and what is left of nothing."""
    line = a_line(price="10.00", quantity="2.0000000000000004", tax_rate=D("13.000000000000002"), discount=D("5e-17"))
    made = order(
        line,
        grand="20.339999999999996",
        shipping=(ShippingLine(amount=D("3.0000000000000004"), tax_rate=D("3.5e-15")),),
        discounts=(Discount(amount=D("5.260000000000001"), before_tax=False),),
    )
    remote, lines = arrived(bench, made)
    assert remote.total == D("20.34")
    assert priced(bench.client, lines) == [(10, 13), (3, 0), (D("-5.26"), 0)]
    assert [one.quantity for one in lines] == [2, 1, 1]


def test_what_does_not_add_up_is_no_noise(bench: Bench) -> None:
    """The gate decides, and numbers are told whole."""
    said = held(bench, order(a_line(price="16.666666666666668", quantity=3, tax_rate=D(0)), grand="50.06"))
    assert "come to 50.00 in TradeGecko and is 50.06 at the source" in said
    said = held(bench, evolve(order(a_line(price="123456789012345.5")), number="2", reference="2", cursor="2"))
    assert "price 123456789012345.5: beyond what can be sent" in said


# ── discounts ────────────────────────────────────────────────────────────────────────────────


TEN = [(D(100), D(10)), (D(-20), D(10))]
AFTER = [(D(100), D(10)), (D(-20), D(0))]


@pytest.mark.parametrize(
    ("made", "sent"),
    [
        (order(bare(tax_rate=D(10)), grand="88.00", tax="8.00", discounts=save("20")), TEN),
        (order(bare(tax_rate=D(10)), grand="90.00", tax="10.00", discounts=save("20")), AFTER),
        (order(bare(tax_rate=D(10)), grand="88.00", discounts=save("20")), TEN),
        (order(bare(tax_rate=D(10)), tax="8.00", discounts=save("20")), TEN),
        (order(bare(tax_rate=D(10)), tax="10.00", discounts=save("20")), AFTER),
        (order(bare(tax_rate=D(10)), discounts=save("20")), AFTER),
        (order(bare(tax_rate=D(10)), discounts=save("20", before_tax=True)), TEN),
        (order(bare(tax_rate=D(10)), grand="90.00", discounts=save("20", before_tax=False)), AFTER),
        (order(bare(tax_rate=D(10), additional_discount=D(20)), grand="88.00"), TEN),
        (order(bare(tax=D(8)), grand="88.00", discounts=save("20", before_tax=True)), TEN),
        (order(bare(tax=D(8)), discounts=save("20", before_tax=True)), TEN),
        (order(bare(), tax="8.00", grand="88.00", discounts=save("20", before_tax=True)), TEN),
        (order(bare(), tax="8.00", grand="88.00", discounts=save("20", before_tax=False)), [(100, 8), (-20, 0)]),
        (order(bare("74.97"), tax="8.77", grand="76.24", discounts=save("7.50")), [(D("74.97"), 13), (D("-7.50"), 13)]),
        (order(bare("74.97"), tax="9.75", grand="77.22", discounts=save("7.50")), [(D("74.97"), 13), (D("-7.50"), 0)]),
        (order(bare(), tax="0", grand="80", discounts=save("20")), [(100, 0), (-20, 0)]),
        (order(bare(), grand="80", discounts=save("20")), [(100, 0), (-20, 0)]),
        (order(bare(), grand="90.40", discounts=save("20")), [(100, 13), (-20, 13)]),
        (order(bare(), grand="93.00", discounts=save("20")), [(100, 13), (-20, 0)]),
    ],
)  # fmt: skip
def test_discounts_before_tax_and_after_it(
    bench: Bench, made: SourceOrder, sent: Sequence[tuple[Decimal, Decimal]]
) -> None:
    """As the source says, or its totals show: their tax is that of the goods, or none."""
    remote, lines = arrived(bench, made)
    assert priced(bench.client, lines) == list(sent)
    assert made.totals.grand_total in (None, remote.total)


def test_a_net_subtotal_shows_a_discount_before_tax(bench: Bench) -> None:
    """80.00 at 10 %, not 100.00 at an invented 8 %."""
    made = order(bare(), tax="8.00", grand="88.00", discounts=save("20"))
    remote, lines = arrived(bench, evolve(made, totals=evolve(made.totals, subtotal=D("80.00"))))
    assert remote.total == D("88.00")
    assert (priced(bench.client, lines)[1], lines[1].label) == ((-20, 10), "SAVE")


def test_it_is_not_guessed(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Where both fit, the reason says at which rates, and a setting lets it out."""
    made = order(bare(), tax="8.00", grand="88.00", discounts=save("20"))
    bench = shop(sandbox, client)
    for one in client.tax_types.list():
        assert one.effective_rate not in (8, 10)
    said = held(bench, made)
    assert "whether the discount of 20 was taken off before tax or after it (tax would be 8 % or 10 %)" in said
    assert "set discount_tax" in said
    told = Bench(sandbox, client, bench.source, store=bench.store, settings=ConnectionSettings(discount_tax="before"))
    told.clock.move(hours=2)
    assert outcomes(told.deliver()) == {"1": Outcome.DELIVERED}


def test_the_accounts_rates_tell(bench: Bench) -> None:
    """Of two rates that fit, the one that the account has a tax type of."""
    bench.client.tax_types.create(
        {"name": "Ten", "code": "TEN", "tax_components": [{"label": "Ten", "rate": 10, "position": 0}]}
    )
    _, lines = arrived(bench, order(bare(), tax="8.00", grand="88.00", discounts=save("20")))
    assert [rate(bench.client, line) for line in lines] == [10, 10]


def test_a_discount_of_several_rates_is_shared_out(bench: Bench) -> None:
    """In proportion to the goods, a line for each rate; fees keep theirs."""
    made = order(
        a_line("MUG-BLUE", 1, "60.00", tax_rate=D(20)),
        a_line("TEE-M", 1, "30.00", tax_rate=D(5)),
        OrderLine(reference="fee", kind=ItemKind.FEE, name="Rush", quantity=D(1), price=D(10), tax_rate=D(20)),
        discounts=save("9.00"),
        grand="105.15",
    )
    remote, lines = arrived(bench, made)
    assert remote.total == D("105.15")  # 54 + 20 %, 27 + 5 %, 10 + 20 %
    assert priced(bench.client, [line for line in lines if line.line_type == "discount"]) == [
        (-6, 20),
        (-3, 5),
    ]


def test_a_discount_off_shipping_as_well(bench: Bench) -> None:
    """Where only that comes to the total."""
    made = order(
        bare("80.00", tax_rate=D(20)),
        shipping=(ShippingLine(amount=D(20), tax_rate=D(0)),),
        discounts=save("10.00"),
        grand="104.40",
    )
    remote, lines = arrived(bench, made)
    assert remote.total == D("104.40")
    assert priced(bench.client, [line for line in lines if line.line_type == "discount"]) == [
        (-8, 20),
        (-2, 0),
    ]


def test_a_discount_of_prices_with_tax(bench: Bench) -> None:
    """The total is the same either way; the source's tax tells whose tax the discount lowers."""
    line = bare("119.00", tax_rate=D(19), price_includes_tax=True)
    _, lines = arrived(bench, order(line, tax="17.10", grand="107.10", discounts=save("11.90")))
    assert [rate(bench.client, one) for one in lines] == [19, 19]


def test_a_total_that_no_way_comes_to_names_them_all(bench: Bench) -> None:
    """What each would come to, beside the source's."""
    said = held(bench, order(bare(tax_rate=D(10)), grand="70.00", discounts=save("20")))
    assert (
        "come to 88.00 in TradeGecko, or to 90.00 as its discounts may be before tax or after it, and is 70.0" in said
    )


def test_discounts_that_are_left_out(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Their tax goes with them."""
    made = order(bare(tax_rate=D(10)), grand="88.00", discounts=save("20"))
    remote, lines = arrived(shop(sandbox, client, send_discount=False), made)
    assert (remote.total, len(lines)) == (D("110.00"), 1)


# ── tolerance, prices with and without tax ───────────────────────────────────────────────────


def yen(*lines: OrderLine, grand: str) -> SourceOrder:
    return order(*lines, grand=grand, currency="JPY")


@pytest.fixture
def tokyo(sandbox: Sandbox, client: TradeGeckoClient) -> Bench:
    """An account with yen."""
    if "JPY" not in {one.iso for one in client.currencies.list()}:
        client.currencies.create({"iso": "JPY", "name": "Yen", "rate": "1.0", "precision": 0})
    return Bench(sandbox, client, ListSource())


def test_yen_whose_tax_is_rounded_down(tokyo: Bench) -> None:
    """By a yen a line at most."""
    lines = [a_line("MUG-BLUE", 1, "123", tax_rate=D(10)), a_line("TEE-M", 1, "128", tax_rate=D(10))]
    remote, sent = arrived(tokyo, yen(*lines, grand="275"))
    assert remote.total == 275
    assert [line.price for line in sent if line.line_type == "rounding"] == [-1]
    said = held(tokyo, evolve(yen(*lines, grand="273"), number="2", reference="2", cursor="2"))
    assert "come to 276 in TradeGecko and is 273 at the source" in said
    assert "raise total_tolerance (now 2)" in said


@pytest.mark.parametrize(
    ("tolerance", "passes"), [({"JPY": 3}, True), ({"jpy": 2}, False), ({"CAD": 9}, False), (0, False), (3, True)]
)
def test_tolerance_by_currency(
    sandbox: Sandbox, client: TradeGeckoClient, tokyo: Bench, tolerance: Any, passes: bool
) -> None:
    """In the currency's own money; 0 lets nothing pass."""
    made = yen(a_line("MUG-BLUE", 1, "123", tax_rate=D(10)), a_line("TEE-M", 1, "128", tax_rate=D(10)), grand="273")
    report = shop(sandbox, client, made, total_tolerance=tolerance).deliver()
    assert outcomes(report) == {"1": Outcome.DELIVERED if passes else Outcome.HELD}


def test_goods_with_tax_and_shipping_without_it(bench: Bench) -> None:
    """One rate for all, where the totals prove it."""
    made = order(
        bare("11.90", price_includes_tax=True), shipping=(ShippingLine(amount=D("5.00")),), tax="2.85", grand="17.85"
    )
    remote, lines = arrived(bench, made)
    assert remote.total == D("17.85")
    assert priced(bench.client, lines) == [(10, 19), (5, 19)]
    untaxed = evolve(made, number="2", reference="2", totals=Totals(tax=D("1.90"), grand_total=D("16.90")), cursor="2")
    _, lines = arrived(bench, untaxed)
    assert priced(bench.client, lines) == [(10, 19), (5, 0)]


def test_prices_on_two_footings_without_rates_are_held(bench: Bench) -> None:
    """The reason says what is missing."""
    lines = [bare("11.90", price_includes_tax=True), bare("5.00", sku="TEE-M", reference="2")]
    assert "not every tax rate is given" in held(bench, order(*lines, grand="17.85"))
    made = evolve(order(*lines, tax="2.85", grand="30.00"), number="2", reference="2", cursor="2")
    assert "come to 17.85 in TradeGecko and is 30.00 at the source" in held(bench, made)


def test_goods_taxed_by_the_account_and_shipping_not_at_all(bench: Bench) -> None:
    """Where the source gives no tax, and its total is the account's tax on the goods alone; to the last digit, or not
    at all."""
    lines = [bare("19.99", sku="MUG-BLUE", quantity=2), bare("25.00", sku="TEE-M", reference="2")]
    freight = (ShippingLine(amount=D("12.50")),)
    made = an_order("1", lines, shipping=freight, totals=Totals(grand_total=D("85.93")))
    arrived(bench, made)
    off = evolve(made, number="2", reference="2", totals=Totals(grand_total=D("85.80")), cursor="2")
    bench.source.orders.append(off)
    assert outcomes(bench.deliver())["2"] is Outcome.HELD
