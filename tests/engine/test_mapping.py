"""From a source order to what is to be created: pure functions, no server."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradegecko_bridge import ConnectionSettings, MatchBy
from tradegecko_bridge.commerce import Discount, OrderLine, ShippingLine, SourceOrder, Totals
from tradegecko_bridge.commerce.remote import LineKind, OrderDraft, RemoteVariant
from tradegecko_bridge.engine.mapping.catalog import Catalog
from tradegecko_bridge.engine.mapping.draft import build_draft
from tradegecko_bridge.engine.mapping.tax import rated, tax_rate
from tradegecko_bridge.ledger import Reason
from tradegecko_bridge.testing.builders import a_line, an_order

D = Decimal
CATALOG = Catalog(
    variants={sku: [RemoteVariant(id=f"v-{sku}", sku=sku)] for sku in ("MUG-BLUE", "TEE-M")}, currencies={"CAD": 2}
)


def plan(order: SourceOrder, **settings: object) -> OrderDraft:
    draft = build_draft(rated(order, 2), "mark", CATALOG, ConnectionSettings(**settings))  # type: ignore[arg-type]
    assert isinstance(draft, OrderDraft), draft
    return draft


def test_lines_keep_their_order_and_kind() -> None:
    """Goods first, then shipping, then what is taken off; each with its variant, price and rate."""
    order = an_order(
        lines=[a_line("TEE-M", 2, "25.00", discount=D(5)), a_line("MUG-BLUE", additional_discount=D("1.00"))],
        discounts=(Discount(label="WELCOME", amount=D(10)),),
    )
    lines = plan(order).lines
    assert [(line.kind, line.variant_id, line.quantity, line.price, line.tax_rate) for line in lines] == [
        (LineKind.PRODUCT, "v-TEE-M", D(2), D("20.00"), D(13)),
        (LineKind.PRODUCT, "v-MUG-BLUE", D(1), D("19.99"), D(13)),
        (LineKind.SHIPPING, None, D(1), D("12.50"), D(13)),
        (LineKind.DISCOUNT, None, D(1), D(-10), D(0)),
        (LineKind.DISCOUNT, None, D(1), D("-1.00"), D(0)),
    ]
    assert [line.label for line in lines[2:]] == ["Shipping Cost: Flat rate", "WELCOME", "Discount"]
    assert CATALOG.line_ids(order.lines) == {"TEE-M": "v-TEE-M", "MUG-BLUE": "v-MUG-BLUE"}


@pytest.mark.parametrize(
    ("settings", "labels"),
    [
        ({}, ["Shipping Cost: Free", "WELCOME"]),
        ({"send_zero_shipping": False}, ["WELCOME"]),
        ({"shipping_label": ""}, ["WELCOME"]),
        ({"shipping_label": "Freight", "send_discount": False}, ["Freight: Free"]),
    ],
)
def test_shipping_and_discount_lines_by_the_settings(settings: dict[str, object], labels: list[str]) -> None:
    """A blank label sends no shipping, zero shipping is sent so that the method shows, discounts can be left out."""
    order = an_order(
        shipping=(ShippingLine(label="Free", amount=D(0)),), discounts=(Discount(label="WELCOME", amount=D(10)),)
    )
    assert [line.label for line in plan(order, **settings).lines[1:]] == labels


def test_whose_tax_rate_a_line_gets() -> None:
    """The source's where it gives one; nothing where it gives none or the settings leave it to the account."""
    assert plan(an_order()).lines[0].tax_rate == 13
    assert plan(an_order(), line_tax="account").lines[0].tax_rate is None
    bare = [a_line(tax_rate=None)]
    assert plan(an_order(lines=bare, shipping=())).lines[0].tax_rate is None
    untaxed = an_order(lines=bare, shipping=(), totals=Totals(tax=D("0.00")))
    assert plan(untaxed).lines[0].tax_rate == 0, "the source says there is no tax: the account's default must not apply"


@pytest.mark.parametrize(
    ("tax", "amount", "included", "rate"),
    [
        ("13.00", "100", False, "13"),
        ("2.60", "19.99", False, "13"),
        ("1.15", "10.00", True, "13"),
        ("8.88", "100.00", False, "8.88"),
        ("0", "100", False, "0"),
        ("0", "0", False, "0"),
        ("5", "0", False, None),
    ],
)
def test_the_rate_a_tax_amount_means(tax: str, amount: str, included: bool, rate: str | None) -> None:
    """The roundest rate that gives the tax to the cent."""
    line = ShippingLine(amount=D(amount), tax=D(tax), price_includes_tax=included)
    assert tax_rate(line) == (None if rate is None else D(rate))


@given(
    price=st.decimals(min_value="0.01", max_value=5000, places=2),
    quantity=st.integers(1, 50),
    rate=st.decimals(min_value=0, max_value=30, places=2),
)
def test_a_rate_found_gives_the_tax_back(price: Decimal, quantity: int, rate: Decimal) -> None:
    """Whatever the true rate was, the one found makes the same tax to the cent."""
    net = price * quantity
    tax = (net * rate / 100).quantize(D("0.01"))
    line = OrderLine(reference="1", sku="A", quantity=D(quantity), price=price, tax=tax)
    found = tax_rate(line)
    assert found is not None
    assert abs(net * found / 100 - tax) <= D("0.005")


def test_prices_on_mixed_footing_are_put_on_one() -> None:
    """Where some prices include tax and some do not, all are sent without it; unknown rates are a hold."""
    lines = [a_line("TEE-M", 1, "11.30", price_includes_tax=True), a_line("MUG-BLUE", 1, "10.00")]
    draft = plan(an_order(lines=lines))
    assert draft.prices_include_tax is False
    assert [line.price for line in draft.lines[:2]] == [D("10.00000"), D("10.00")]
    unknown = [a_line("TEE-M", price_includes_tax=True, tax_rate=None), a_line("MUG-BLUE")]
    reason = build_draft(an_order(lines=unknown), "mark", CATALOG, ConnectionSettings())
    assert isinstance(reason, Reason)
    assert reason.code == "mixed_tax"


def test_tax_inclusive_orders_stay_inclusive() -> None:
    """Prices that all include tax are sent as they are, and said to include it."""
    order = an_order(lines=[a_line(price_includes_tax=True)], shipping=())
    draft = plan(order)
    assert (draft.prices_include_tax, draft.lines[0].price) == (True, D("19.99"))


@pytest.mark.parametrize(
    ("code", "transient"),
    [
        ("unknown_sku", True),
        ("unknown_currency", True),
        ("no_sku", True),
        ("no_lines", False),
        ("bad_quantity", False),
    ],
)
def test_which_reasons_may_pass_by_themselves(code: str, transient: bool) -> None:
    """What may be cured in TradeGecko or by a setting is looked at again; what must be cured at the source is not."""
    orders = {
        "unknown_sku": an_order(lines=[a_line("NOPE")]),
        "unknown_currency": an_order(currency="EUR"),
        "no_sku": an_order(lines=[a_line("X" * 256)]),
        "no_lines": an_order(lines=[]),
        "bad_quantity": an_order(lines=[a_line(quantity=0)]),
    }
    reason = build_draft(orders[code], "mark", CATALOG, ConnectionSettings())
    assert isinstance(reason, Reason)
    assert (reason.code, reason.transient) == (code, transient)


@pytest.mark.parametrize(
    ("line", "match_by", "said", "cure"),
    [
        (a_line("", reference="7"), "sku", "line 7", "an item filter"),
        (a_line("", price="0", reference="7"), "sku", "line 7", "ignore_blank_skus or an item filter"),
        (a_line(" ", reference="7", barcode=" "), "barcode", "line 7", "an item filter"),
        (
            a_line(" ", reference="7", barcode="4711"),
            "sku",
            'line 7 (barcode 4711 counts with match_by = "barcode")',
            "an item filter",
        ),
        (
            a_line("", reference="7", barcode="4711"),
            "barcode",
            "line 7 (barcode 4711 is not in TradeGecko)",
            "an item filter",
        ),
    ],
)
def test_a_line_without_a_sku_names_the_settings_that_cure_it(
    line: OrderLine, match_by: str, said: str, cure: str
) -> None:
    """Those that do: a line with a barcode that counts is not blank, only a filter leaves it out."""
    reason = build_draft(an_order(lines=[line]), "mark", CATALOG, ConnectionSettings(match_by=MatchBy(match_by)))
    assert isinstance(reason, Reason)
    assert reason.text == (
        f"{said} without a SKU; give the product one at the source, name it in fee_names if it is no goods, or leave "
        f'such lines out with {cure} on ""'
    )
    assert (reason.code, reason.transient) == ("no_sku", True)


def test_the_billing_address_does_for_both() -> None:
    """An order without a shipping address is shipped to the billing address."""
    order = an_order()
    billed = an_order(shipping_address=None, billing_address=order.shipping_address)
    assert plan(billed).shipping_address == order.shipping_address
