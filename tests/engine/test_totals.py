"""The totals gate: predicted to the cent, held when it differs, checked against what the sandbox really comes to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.bench import Bench, detail, outcomes
from tests.support import ListSource
from tradegecko_bridge import ConnectionSettings, Sandbox, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import Discount, OrderLine, SourceOrder, Totals
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
