"""F8, F9, F10: a poison order, lines nobody knows, and totals that do not add up."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from itertools import product

import pytest
from attrs import evolve
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from tests.engine.bench import Bench, outcomes
from tests.support import ListSource
from tradegecko_bridge import ConnectionSettings, Sandbox, TradeGeckoClient
from tradegecko_bridge.commerce import Discount, OrderLine, SourceOrder, Totals, UnreadableOrder
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.testing.builders import a_line, an_order

D = Decimal
TOLERANCE = D("0.05")
DIGITS = {"CAD": 2, "JPY": 0, "KWD": 3}
POISON: dict[str, SourceOrder | UnreadableOrder] = {
    "unknown-sku": an_order("1007", [a_line("NOT-YET")]),
    "unreadable": UnreadableOrder(reference="1007", number="1007", problem="a line has no quantity", cursor="1007"),
    "no-lines": an_order("1007", []),
}


@pytest.mark.parametrize("poison", POISON)
def test_f8_a_poison_order_stops_nobody(bench: Bench, poison: str) -> None:
    """Twenty orders, the seventh cannot be delivered: nineteen are, it is held where people see it, and goes later."""
    orders: list[SourceOrder | UnreadableOrder] = [an_order(str(number)) for number in range(1001, 1021)]
    orders[6] = POISON[poison]
    bench.source.orders = orders
    report = bench.deliver()
    assert report.count(Outcome.DELIVERED) == len(bench.remote()) == 19
    assert outcomes(report)["1007"] is Outcome.HELD
    assert "1007" in str(report)
    (held,) = bench.store.entries(states={OrderState.HELD})
    assert (held.number, bool(held.reason and held.reason.text)) == ("1007", True)
    assert bench.store.cursor("shop", "orders") == "1020", "nothing waits behind it"
    bench.source.orders = [an_order("1007")]  # corrected at the source
    assert outcomes(bench.deliver())["1007"] is Outcome.DELIVERED
    assert sorted(order.order_number or "" for order in bench.remote()) == [str(n) for n in range(1001, 1021)]


@pytest.mark.parametrize("known", list(product([True, False], repeat=3)))
def test_f9_all_lines_or_no_order(bench: Bench, known: tuple[bool, ...]) -> None:
    """Three lines, any of them of a SKU nobody has: three lines arrive, or nothing does and the ledger says why."""
    skus = ["MUG-BLUE", "TEE-M", "PIN-OWL"]
    lines = [a_line(sku if there else f"NO-{sku}") for sku, there in zip(skus, known, strict=True)]
    bench.source.orders.append(an_order("1001", lines))
    bench.deliver()
    if all(known):
        (order,) = bench.remote()
        there = [line for line in bench.client.order_line_items.list(order_id=order.id) if line.variant_id]
        assert len(there) == 3
        return
    assert bench.remote() == []
    (entry,) = bench.store.entries(states={OrderState.HELD})
    missing = [line.sku for line, there in zip(lines, known, strict=True) if not there]
    assert entry.reason is not None
    assert all(str(sku) in entry.reason.text for sku in missing)


prices = st.decimals(min_value="0.01", max_value=500, places=2) | st.decimals(min_value=0, max_value=50, places=4)
lines = st.builds(
    a_line,
    st.sampled_from(["MUG-BLUE", "TEE-M", "PIN-OWL"]),
    st.integers(1, 30),
    prices.map(str),
    tax_rate=st.sampled_from([D(0), D(5), D(13), D("8.875")]),
    reference=st.uuids().map(str),
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    order_lines=st.lists(lines, min_size=1, max_size=4),
    inclusive=st.booleans(),
    currency=st.sampled_from(sorted(DIGITS)),
    discount=st.sampled_from([D(0), D(1), D(7)]),
    off_by=st.sampled_from([D(0), D("0.03"), D(1)]),
)
@example(order_lines=[a_line(price="0.01")], inclusive=True, currency="CAD", discount=D(1), off_by=D(1))
@example(order_lines=[a_line(price="0.98")], inclusive=True, currency="CAD", discount=D(1), off_by=D("0.03"))
@example(order_lines=[a_line(price="0.99")], inclusive=True, currency="CAD", discount=D(1), off_by=D("0.03"))
def test_f10_totals_agree_or_the_order_is_held_with_both(
    sandbox: Sandbox,
    client: TradeGeckoClient,
    order_lines: list[OrderLine],
    inclusive: bool,
    currency: str,
    discount: Decimal,
    off_by: Decimal,
) -> None:
    """The total over there is the source's own to the last digit. Beyond the tolerance nothing is sent, nor is an order
    whose discount is more than all it is taken off."""
    sandbox.reset()
    know(client, currency)
    order = ordered(order_lines, inclusive, currency, discount, off_by)
    bench = Bench(sandbox, client, ListSource([order]), settings=ConnectionSettings(total_tolerance=TOLERANCE))
    report = bench.deliver()
    total = order.totals.grand_total
    code, said = must_hold(order, discount, off_by)
    assert outcomes(report)["1001"] is (Outcome.HELD if code else Outcome.DELIVERED)
    if code is None:
        (there,) = bench.remote()
        assert there.total == total
        return
    assert bench.remote() == []
    (entry,) = bench.store.entries(states={OrderState.HELD})
    assert entry.reason is not None
    assert entry.reason.code == code
    assert said in entry.reason.text


def ordered(
    order_lines: list[OrderLine], inclusive: bool, currency: str, discount: Decimal, off_by: Decimal
) -> SourceOrder:
    """An order whose source adds up as TradeGecko does, and is then off by so much."""
    step = D(1).scaleb(-DIGITS[currency])
    given = [evolve(line, price_includes_tax=inclusive) for line in order_lines]
    total = sum((amount(line).quantize(step, ROUND_HALF_UP) for line in given), D(0)) - discount + off_by
    assume(total >= 0)
    return an_order(
        "1001",
        given,
        currency=currency,
        shipping=(),
        discounts=(Discount(amount=discount),) if discount else (),
        totals=Totals(grand_total=total.quantize(step, ROUND_HALF_UP)),
    )


def must_hold(order: SourceOrder, discount: Decimal, off_by: Decimal) -> tuple[str | None, str]:
    """Why such an order must not go out, and what the reason must name; each line may lose one step in rounding."""
    worth = sum(map(amount, order.lines)) + D(1).scaleb(-DIGITS[order.currency]) * len(order.lines)
    if discount > worth:
        return "bad_amount", f"discounts of {discount}"
    unit = D(1).scaleb(-DIGITS[order.currency])
    sent = len(order.lines) + len(order.shipping) + bool(discount)
    allowed = TOLERANCE if unit <= TOLERANCE else unit * sent  # of yen, one for each line
    return ("total_differs", str(order.totals.grand_total)) if off_by > allowed else (None, "")


def amount(line: OrderLine) -> Decimal:
    """A line with its tax."""
    rate = D(0) if line.price_includes_tax else line.tax_rate or D(0)
    return line.extended_amount * (1 + rate / 100)


def know(client: TradeGeckoClient, currency: str) -> None:
    """Have the account know a currency."""
    if currency not in {known.iso for known in client.currencies.list()}:
        client.currencies.create({"iso": currency, "name": currency, "rate": "1.0", "precision": DIGITS[currency]})
