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
from tests.support import ListSource
from tradegecko_bridge import ConnectionSettings, Sandbox, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import Component, Discount, OrderLine, ShippingLine, SourceOrder, Totals
from tradegecko_bridge.commerce.remote import DraftLine, LineKind, OrderDraft
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.engine.totals import predicted_total
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
    """Whatever the lines, rates, footing and digits: the total predicted is the total TradeGecko gives the order."""
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
    made = client.orders.create(gateway._order_fields(draft, None))
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


@pytest.mark.parametrize(
    "given_settings",
    [
        {"shipping_label": ""},
        {"send_discount": False},
        {"line_tax": "account"},
        {"item_filters": [{"skus": ["TEE-M"]}]},
    ],
)
def test_what_the_settings_leave_out_is_no_difference(
    sandbox: Sandbox, client: TradeGeckoClient, given_settings: dict[str, Any]
) -> None:
    """Where something is left out, or left to the account, on purpose, the gate stays open and the report tells."""
    bench = Bench(sandbox, client, ListSource(), settings=ConnectionSettings(**given_settings))
    order_lines = [a_line("MUG-BLUE", 2, tax_rate=D(5)), a_line("TEE-M", 1, "25.00")]
    order = totalling("99.99", *order_lines, discounts=(Discount(amount=D(7)),))
    bench.source.orders.append(order)
    report = bench.deliver()
    assert outcomes(report) == {"1001": Outcome.DELIVERED}
    assert "in TradeGecko and 99.99 at the source" in detail(report, "1001")


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
    amounts = st.decimals(min_value=1, max_value=900, places=digits)
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
        amount = part.quantity * (part.price - part.discount) if isinstance(part, OrderLine) else part.amount
        if not part.price_includes_tax:
            amount += amount * (part.tax_rate or 0) / 100
        total += amount.quantize(D(1).scaleb(-digits), ROUND_HALF_UP)
    return total - (order.computed_totals.discount or 0)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
    wired = ConnectionSettings(tax_treatment=treatment, explode_kits=explode, total_tolerance=step * 20)
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
