"""The totals gate: predicted to the cent, held when it differs, checked against what the sandbox really comes to."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.bench import Bench, detail, outcomes
from tests.support import ListSource, examples
from tradegecko_bridge import ConnectionSettings, Sandbox, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import Component, Discount, OrderLine, ShippingLine, SourceOrder, Totals
from tradegecko_bridge.commerce.remote import DraftLine, LineKind, OrderDraft
from tradegecko_bridge.engine import Outcome, TaxTreatment
from tradegecko_bridge.engine.mapping.tax import amount_of, rated, tax_in
from tradegecko_bridge.engine.mapping.totals import predicted_total
from tradegecko_bridge.testing.builders import AN_ADDRESS, a_line, an_order

D = Decimal
money = st.decimals(min_value="0.01", max_value=2000, places=2)
lines = st.builds(
    DraftLine,
    variant_id=st.just("1"),
    quantity=st.integers(1, 99).map(Decimal),
    price=money | st.decimals(min_value=0, max_value=100, places=5),
    tax_rate=st.sampled_from([D(0), D(5), D(13), D("8.875"), D("19")]),
)


def totalling(total: str, *order_lines: OrderLine, **fields: Any) -> SourceOrder:
    return an_order("1001", order_lines or None, totals=Totals(grand_total=D(total)), **fields)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order_lines=st.lists(lines, min_size=1, max_size=6),
    inclusive=st.booleans(),
    currency=st.sampled_from(["CAD", "JPY", "KWD"]),
)
def test_the_prediction_is_what_it_comes_to(
    sandbox: Sandbox, client: TradeGeckoClient, order_lines: list[DraftLine], inclusive: bool, currency: str
) -> None:
    """Whatever the lines, rates, tax basis and digits: the total predicted is the total TradeGecko gives the order."""
    digits = {"CAD": 2, "JPY": 0, "KWD": 3}[currency]
    gateway = TradeGeckoGateway(client)
    if currency not in gateway.currencies():
        client.currencies.create({"iso": currency, "name": currency, "rate": "1.0", "precision": digits})
    draft = OrderDraft(
        number="T",
        reference="t",
        marker="t",
        status="draft",
        issued_on=an_order().placed_at.date(),
        currency=currency,
        prices_include_tax=inclusive,
        shipping_address=AN_ADDRESS,
        lines=tuple(order_lines),
    )
    made = client.orders.create(gateway._order_fields(draft, None, ()))
    assert made.total == predicted_total(draft, digits)


def test_an_unknown_rate_cannot_be_predicted() -> None:
    """Where the account decides on the tax, nobody here can say what it will come to."""
    line = DraftLine(quantity=D(1), price=D(1), tax_rate=None)
    draft = OrderDraft(
        number="1", reference="1", marker="m", status="active", issued_on=an_order().placed_at.date(),
        currency="CAD", prices_include_tax=False, shipping_address=AN_ADDRESS, lines=(line,),
    )  # fmt: skip
    assert predicted_total(draft, 2) is None


@pytest.fixture
def bench(sandbox: Sandbox, client: TradeGeckoClient) -> Bench:
    """An empty source."""
    return Bench(sandbox, client, ListSource())


def deliver(bench: Bench, order: SourceOrder) -> Outcome:
    bench.source.orders.append(order)
    return outcomes(bench.deliver())[order.number]


def test_equal_totals_go_out_as_they_are(bench: Bench) -> None:
    """No rounding line where none is needed."""
    assert deliver(bench, totalling("144.06", a_line("MUG-BLUE", 2), a_line("TEE-M", 3, "25.00"))) is Outcome.DELIVERED
    (order,) = bench.remote()
    assert order.total == D("144.06")
    assert len(order.order_line_item_ids) == 3


@pytest.mark.parametrize("total", ["144.04", "144.11"])
def test_a_small_difference_becomes_a_rounding_line(bench: Bench, total: str) -> None:
    """Shops round per order or per unit: a few cents are a line of their own, and the totals agree."""
    assert deliver(bench, totalling(total, a_line("MUG-BLUE", 2), a_line("TEE-M", 3, "25.00"))) is Outcome.DELIVERED
    (order,) = bench.remote()
    assert order.total == D(total)
    (rounding,) = [
        line for line in bench.client.order_line_items.list(order_id=order.id) if line.line_type == "rounding"
    ]
    assert rounding.price == D(total) - D("144.06")


def test_a_greater_difference_holds_the_order(bench: Bench) -> None:
    """Both numbers are told, nothing is sent, and a wider tolerance lets it out."""
    order = totalling("150.00", a_line("MUG-BLUE", 2), a_line("TEE-M", 3, "25.00"))
    bench.source.orders.append(order)
    report = bench.deliver()
    assert outcomes(report) == {"1001": Outcome.HELD}
    assert "would come to 144.06 in TradeGecko and is 150.00 at the source" in detail(report, "1001")
    assert bench.writes() == []
    wider = Bench(
        bench.sandbox, bench.client, bench.source, store=bench.store, settings=ConnectionSettings(total_tolerance="6")
    )
    wider.clock.move(hours=2)
    assert outcomes(wider.deliver()) == {"1001": Outcome.DELIVERED}
    assert bench.remote()[0].total == D("150.00")


LEFT_OUT = [
    {"shipping_label": ""},
    {"send_discount": False},
    {"item_filters": [{"skus": ["TEE-M"], "rule": "except"}]},
    {"ignore_unshippable": True},
]


def much_to_leave_out() -> SourceOrder:
    """Something of everything that settings can leave out, and the total of all of it."""
    gift = a_line("PIN-OWL", 1, "3.00", reference="gift", shippable=False, additional_discount=D(1))
    order_lines = [a_line("MUG-BLUE", 2), a_line("TEE-M", 1, "25.00"), gift]
    order = an_order("1001", order_lines, discounts=(Discount(amount=D(7)),))
    return evolve(order, totals=Totals(grand_total=shop_total(order, 2)))


@pytest.mark.parametrize("given_settings", LEFT_OUT)
def test_what_the_settings_leave_out_is_no_difference(
    sandbox: Sandbox, client: TradeGeckoClient, given_settings: dict[str, Any]
) -> None:
    """It is taken off the source's total before that is compared; the report tells that the totals differ."""
    bench = Bench(sandbox, client, ListSource(), settings=ConnectionSettings(**given_settings))
    order = much_to_leave_out()
    bench.source.orders.append(order)
    report = bench.deliver()
    assert outcomes(report) == {"1001": Outcome.DELIVERED}
    assert f"in TradeGecko and {order.totals.grand_total} at the source" in detail(report, "1001")
    kinds = [line.line_type for line in client.order_line_items.list(order_id=bench.remote()[0].id)]
    assert "rounding" not in kinds


@pytest.mark.parametrize("given_settings", LEFT_OUT)
def test_what_is_left_out_does_not_open_the_gate(
    sandbox: Sandbox, client: TradeGeckoClient, given_settings: dict[str, Any]
) -> None:
    """What goes out still has to come to the rest."""
    bench = Bench(sandbox, client, ListSource(), settings=ConnectionSettings(**given_settings))
    bench.source.orders.append(evolve(much_to_leave_out(), totals=Totals(grand_total=D(500))))
    report = bench.deliver()
    assert outcomes(report) == {"1001": Outcome.HELD}
    assert "and is 500 at the source, " in detail(report, "1001")
    assert "of it left out by the settings" in detail(report, "1001")


def test_tax_left_to_the_account_opens_the_gate(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The settings say so; what came out different is told."""
    bench = Bench(sandbox, client, ListSource(), settings=ConnectionSettings(line_tax="account"))
    bench.source.orders.append(totalling("500.00", a_line("MUG-BLUE", 2)))
    report = bench.deliver()
    assert outcomes(report) == {"1001": Outcome.DELIVERED}
    assert "in TradeGecko and 500.00 at the source" in detail(report, "1001")


def bare(sku: str = "MUG-BLUE", price: str = "20.00", **facts: Any) -> OrderLine:
    """A line that says nothing of tax."""
    return a_line(sku, **{"price": price, "tax_rate": None, **facts})


def shipped_for(amount: str, **facts: Any) -> tuple[ShippingLine, ...]:
    return (ShippingLine(label="Flat rate", amount=D(amount), **facts),)


@pytest.mark.parametrize(
    ("order", "rates"),
    [
        pytest.param(
            an_order(lines=[bare()], shipping=(), totals=Totals(tax=D(4), grand_total=D(24))), [20], id="order"
        ),
        pytest.param(
            an_order(
                lines=[bare()], shipping=shipped_for("5.00"), totals=Totals(tax=D("3.25"), grand_total=D("28.25"))
            ),
            [13, 13],
            id="order-on-all",
        ),
        pytest.param(
            an_order(
                lines=[bare()], shipping=shipped_for("5.00"), totals=Totals(tax=D("2.60"), grand_total=D("27.60"))
            ),
            [13, 0],
            id="order-on-goods",
        ),
        pytest.param(
            an_order(
                lines=[a_line(price="10.00"), bare("TEE-M", "20.00")],
                shipping=(),
                totals=Totals(tax=D("2.30"), grand_total=D("32.30")),
            ),
            [13, 5],
            id="order-minus-what-is-known",
        ),
        pytest.param(
            an_order(
                lines=[bare(price="10.00", tax=D("1.30"))],
                shipping=shipped_for("5.00"),
                totals=Totals(grand_total=D("16.30")),
            ),
            [13, 0],
            id="goods-carry-it-shipping-does-not",
        ),
        pytest.param(
            an_order(
                lines=[bare(price="10.00", tax=D("1.30")), bare("TEE-M", "10.00")],
                shipping=(),
                totals=Totals(grand_total=D("21.30")),
            ),
            [13, 0],
            id="one-line-carries-it",
        ),
        pytest.param(
            an_order(lines=[bare(price="1.000", tax=D("0.053"))], shipping=(), currency="KWD",
                     totals=Totals(grand_total=D("1.053"))),
            [D("5.3")],
            id="three-digits",
        ),
        pytest.param(
            an_order(lines=[bare(price="333", tax=D("27"))], shipping=(), currency="JPY",
                     totals=Totals(grand_total=D("360"))),
            [8],
            id="no-digits",
        ),
        pytest.param(
            an_order(lines=[bare()], shipping=(), totals=Totals(grand_total=D("20.00"))), [0], id="no-tax-at-all"
        ),
        pytest.param(
            an_order(lines=[bare()], shipping=(), totals=Totals(grand_total=D("22.60"))), [None], id="the-accounts"
        ),
        pytest.param(
            an_order(lines=[bare(price_includes_tax=True)], shipping=(), totals=Totals(grand_total=D("20.00"))),
            [None],
            id="included-nobody-knows-how-much",
        ),
        pytest.param(
            an_order(lines=[bare(price_includes_tax=True)], shipping=(),
                     totals=Totals(tax=D("2.61"), grand_total=D("20.00"))),
            [15],
            id="included-by-the-order",
        ),
        pytest.param(
            an_order(lines=[bare(price="24.998685", tax_rate=D(13))], shipping=(),
                     totals=Totals(grand_total=D("28.24851405"))),
            [13],
            id="unrounded-total",
        ),
    ],
)  # fmt: skip
def test_however_a_shop_tells_its_tax(
    sandbox: Sandbox, client: TradeGeckoClient, order: SourceOrder, rates: list[Decimal | None]
) -> None:
    """Per line, per order, on goods alone, not at all: TradeGecko comes to the shop's total, without rounding."""
    if order.currency not in {currency.iso for currency in client.currencies.list()}:
        digits = {"KWD": 3, "JPY": 0}[order.currency]
        client.currencies.create({"iso": order.currency, "name": order.currency, "rate": "1.0", "precision": digits})
    bench = Bench(sandbox, client, ListSource())
    assert deliver(bench, order) is Outcome.DELIVERED
    (remote,) = bench.remote()
    assert order.totals.grand_total is not None
    assert remote.total == round(order.totals.grand_total, 3 if order.currency == "KWD" else 2)
    found = sorted(client.order_line_items.list(order_id=remote.id), key=lambda line: line.position or 0)
    types = {tax_type.id: tax_type.effective_rate for tax_type in client.tax_types.list()}
    default = client.accounts.current().default_sales_order_tax_type_id
    sent = [
        types[line.tax_type_id] if line.tax_rate_override is None and line.tax_type_id else line.tax_rate_override
        for line in found
    ]
    assert sent == [types[default or 0] if rate is None else rate for rate in rates]


@pytest.mark.parametrize(
    "order",
    [
        an_order(lines=[bare()], shipping=(), totals=Totals(grand_total=D("999.00"))),
        an_order(lines=[bare()], shipping=(), totals=Totals(tax=D("4.00"), grand_total=D("999.00"))),
        an_order(lines=[bare()], shipping=(), totals=Totals(tax=D("300.00"), grand_total=D("320.00"))),
        an_order(lines=[bare(price_includes_tax=True)], shipping=(), totals=Totals(grand_total=D("500.00"))),
        an_order(lines=[a_line()], shipping=shipped_for("5.00"), totals=Totals(grand_total=D("500.00"))),
    ],
    ids=["nothing-of-tax", "order-tax", "absurd-tax", "included", "shipping-without-rate"],
)
def test_no_way_of_telling_tax_opens_the_gate(bench: Bench, order: SourceOrder) -> None:
    """What the parts do not come to is held with both numbers."""
    assert deliver(bench, order) is Outcome.HELD
    (entry,) = bench.store.entries()
    assert entry.reason is not None
    assert entry.reason.code == "total_differs"
    assert bench.writes() == []


def test_a_part_without_tax_beside_one_with_it_has_none() -> None:
    """Also where no total says so: either every taxed part carries its tax, or only the order does."""
    order = an_order(lines=[bare(price="10.00", tax=D("1.30"))], shipping=shipped_for("5.00"))
    assert [part.tax_rate for part in rated(order, 2).priced] == [13, 0]


@pytest.mark.parametrize("tax", ["2.00", "-2.00", "0.01", "-0.01", "1e9", "-1e9"])
@pytest.mark.parametrize("price", ["0.01", "2.00", "0", "-3.00"])
@pytest.mark.parametrize("included", [True, False])
def test_no_tax_is_too_strange_to_be_looked_at(tax: str, price: str, included: bool) -> None:
    """More tax than price, tax below 0, prices of nothing: a rate or none, and no fault."""
    line, more = bare(price=price, price_includes_tax=included), shipped_for("42.10", price_includes_tax=included)
    for order in (
        an_order(lines=[line], shipping=more, totals=Totals(tax=D(tax))),
        an_order(lines=[evolve(line, tax=D(tax))], shipping=more),
    ):
        for part in rated(order, 2).priced:
            assert part.tax_rate is None or -100 < part.tax_rate <= 100


shop_rates = st.sampled_from([D(5), D(13), D("8.875"), D("19"), D("20"), D("21")])


@given(
    prices=st.lists(st.tuples(st.integers(1, 9), money), min_size=1, max_size=6),
    rate=shop_rates,
    shipping=st.none() | money,
    taxed_shipping=st.booleans(),
    included=st.booleans(),
)
def test_tax_told_for_the_whole_order_is_found_again(
    prices: list[tuple[int, Decimal]], rate: Decimal, shipping: Decimal | None, taxed_shipping: bool, included: bool
) -> None:
    """A shop that rounds its tax once: the lines come to its total, but for a cent for each of them."""
    order_lines = [
        bare(price=str(price), quantity=units, reference=str(n), price_includes_tax=included)
        for n, (units, price) in enumerate(prices)
    ]
    ways = () if shipping is None else shipped_for(str(shipping), price_includes_tax=included)
    order = an_order(lines=order_lines, shipping=ways)
    shares = [tax_in(part, rate if isinstance(part, OrderLine) or taxed_shipping else D(0)) for part in order.priced]
    tax = round_half_up(sum(shares, D(0)))
    net = sum(map(amount_of, order.priced), D(0))
    told = evolve(order, totals=Totals(tax=tax, grand_total=net if included else net + tax))
    found = rated(told, 2)
    assert all(part.tax_rate is not None for part in found.priced)
    assert abs(sum((tax_in(part, part.tax_rate or D(0)) for part in found.priced), D(0)) - tax) <= D("0.005") * len(
        found.priced
    )


def round_half_up(amount: Decimal) -> Decimal:
    return amount.quantize(D("0.01"), ROUND_HALF_UP)


def test_a_source_without_a_grand_total_has_no_gate(bench: Bench) -> None:
    """Nothing to compare with is not a difference."""
    assert deliver(bench, an_order("1002")) is Outcome.DELIVERED
    (order,) = bench.remote()
    kinds = {line.line_type for line in bench.client.order_line_items.list(order_id=order.id)}
    assert LineKind.ROUNDING.value not in kinds


# ── whole orders, by every setting that touches money ────────────────────────────────────────

order_numbers = count(1)
rates = st.sampled_from([D(0), D(5), D(13), D("8.875"), D("19")])


@st.composite
def source_orders(draw: st.DrawFn) -> tuple[SourceOrder, int]:
    """An order as shops make them, and the digits of its currency; its grand total is the shop's own, line by line."""
    iso, digits = draw(st.sampled_from([("CAD", 2), ("JPY", 0), ("KWD", 3)]))
    amounts = st.decimals(min_value=10, max_value=900, places=digits)
    parts = (Component(sku="TEE-M", quantity=D(3)), Component(sku="PIN-OWL"))
    order_lines = tuple(
        OrderLine(
            reference=str(number),
            sku="MUG-BLUE",
            quantity=D(draw(st.integers(1, 20))),
            price=draw(amounts),
            discount=draw(st.sampled_from([D(0), D(1)])),
            additional_discount=draw(st.sampled_from([D(0), D(0), D(2)])),
            price_includes_tax=draw(st.booleans()),
            tax_rate=draw(rates),
            components=draw(st.sampled_from([(), (), parts])),
        )
        for number in range(draw(st.integers(1, 4)))
    )
    shipping = ShippingLine(amount=draw(amounts), tax_rate=draw(rates), price_includes_tax=draw(st.booleans()))
    discounts = draw(st.sampled_from([(), (Discount(amount=D(3)),)]))
    number = f"P{next(order_numbers)}"
    made = an_order(number, order_lines, shipping=(shipping,), discounts=discounts, currency=iso)
    return evolve(made, totals=Totals(grand_total=shop_total(made, digits))), digits


def shop_total(order: SourceOrder, digits: int) -> Decimal:
    """What a shop that rounds each line asks for, worked out on its own."""
    total = D(0)
    for part in order.priced:
        amount = part.quantity * part.unit_price if isinstance(part, OrderLine) else part.amount
        if not part.price_includes_tax:
            amount += amount * (part.tax_rate or 0) / 100
        total += amount.quantize(D(1).scaleb(-digits), ROUND_HALF_UP)
    return total - (order.computed_totals.discount or 0)


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    made=source_orders(),
    treatment=st.sampled_from(["source", "default", "inclusive", "exclusive"]),
    explode=st.booleans(),
)
def test_what_goes_out_comes_to_the_shops_total(
    sandbox: Sandbox, client: TradeGeckoClient, made: tuple[SourceOrder, int], treatment: str, explode: bool
) -> None:
    """Prices with and without tax, discounts of all kinds, kits, any treatment and currency: what is delivered comes to
    the shop's own total to the last digit, with a rounding line of at most a smallest unit for each line; else it is
    held with the reason."""
    order, digits = made
    if order.currency not in {currency.iso for currency in client.currencies.list()}:
        client.currencies.create({"iso": order.currency, "name": order.currency, "rate": "1.0", "precision": digits})
    step = D(1).scaleb(-digits)
    wired = ConnectionSettings(tax_treatment=TaxTreatment(treatment), explode_kits=explode, total_tolerance=step * 20)
    bench = Bench(sandbox, client, ListSource([order]), settings=wired)
    report = bench.deliver()
    if outcomes(report) == {order.number: Outcome.HELD}:
        assert "would come to" in detail(report, order.number)
        assert treatment != "source" or order.prices_include_tax is None
        return
    (remote,) = [known for known in bench.remote() if known.order_number == order.number]
    assert remote.total == order.totals.grand_total
    rounding = [line.price for line in client.order_line_items.list(order_id=remote.id) if line.line_type == "rounding"]
    assert all(abs(price or D(0)) <= step * 9 for price in rounding)
    if treatment == "source" and not explode and order.prices_include_tax is not None:
        assert rounding == [], "nothing was converted or split, so nothing is left over"
