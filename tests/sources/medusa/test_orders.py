"""An order of Medusa's as one of ours: orders that a Medusa 2.21.2 gave, and amounts as they may come."""

from __future__ import annotations

import json
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import examples
from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.errors import MalformedData, SourceError, SourceRefused
from tradegecko_bridge.sources import MedusaSource
from tradegecko_bridge.sources.medusa.orders import READY, read_order
from tradegecko_bridge.sources.toolkit import NO_RETRIES
from tradegecko_bridge.sources.toolkit.reading import json_value

RECORDED = Path(__file__).parent / "recorded"


def recorded(name: str) -> Any:
    """The JSON of an order, with exact numbers."""
    return json_value((RECORDED / f"{name}.json").read_bytes())


def read(data: Any) -> SourceOrder:
    """The order."""
    order = read_order(data, frozenset(READY))
    assert order is not None
    return order


@pytest.mark.parametrize(
    ("name", "total", "lines"),
    [
        ("plain", "144.05", [("MUG-BLUE", "19.99", "0.00", "5.20"), ("TEE-M", "25", "0.00", "9.75")]),
        ("promotion", "104.49", [("MUG-BLUE", "19.99", "3.53", "7.34"), ("TEE-M", "25", "1.47", "3.06")]),
        ("inclusive", "91.87", [("MUG-BLUE", "19.99", "3.53", "9.01"), ("TEE-M", "25", "1.47", "3.76")]),
        ("yen", "9897", [("MUG-BLUE", "1999", "0", "600"), ("TEE-M", "2500", "0", "250")]),
    ],
)
def test_money(name: str, total: str, lines: list[tuple[str, str, str, str]]) -> None:
    """Price, discount on the line and its tax, rounded; they come to the order's own total, rounded."""
    order = read(recorded(name))
    assert order.totals.grand_total == order.computed_totals.grand_total == Decimal(total)
    found = [
        (one.sku, one.price, one.discount * one.quantity + one.additional_discount, one.tax) for one in order.lines
    ]
    assert sorted(found, key=str) == [(sku, *map(Decimal, rest)) for sku, *rest in lines]
    assert all(one.price_includes_tax == (name == "inclusive") for one in order.priced)


CENTS = st.integers(0, 99_999).map(lambda cents: Decimal(cents) / 100)
RATES = st.sampled_from([Decimal(rate) for rate in ("0", "5", "13", "14.975", "19")])


@settings(max_examples=examples(25), deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 9), CENTS, st.fractions(0, 1, max_denominator=97), RATES), min_size=1, max_size=9
    ),
    CENTS,
    st.booleans(),
)
def test_any_amounts_come_to_the_total(
    lines: list[tuple[int, Decimal, Any, Decimal]], shipping: Decimal, inclusive: bool
) -> None:
    """Whatever is unrounded in Medusa, the lines come to its total, rounded to the cent."""
    data = recorded("plain")
    item, method = data["items"][0], data["shipping_methods"][0]
    whole = Decimal(0)
    data["items"] = []
    for place, (units, price, share, rate) in enumerate(lines):
        taken = price * units * share.numerator / share.denominator
        left = price * units - taken
        tax = left * rate / (100 + rate if inclusive else 100)
        whole += left if inclusive else left + tax
        side = "discount_total" if inclusive else "discount_subtotal"
        amounts = {"unit_price": price, "quantity": units, side: taken, "tax_total": tax}
        raw = {f"raw_{name}": {"value": str(round(Decimal(value), 18))} for name, value in amounts.items()}
        rates = [{"rate": rate}]
        data["items"].append(
            item | raw | {"id": f"i{place}", "quantity": units, "is_tax_inclusive": inclusive, "tax_lines": rates}
        )
    data["shipping_methods"] = [
        method
        | {"raw_amount": {"value": str(shipping)}, "raw_tax_total": {"value": "0"}, "is_tax_inclusive": inclusive}
    ]
    data |= {"total": whole + shipping, "tax_total": Decimal(0), "credit_line_total": Decimal(0)}
    order = read(data)
    total = order.totals.grand_total or Decimal(0)
    assert abs(total - (whole + shipping)) <= Decimal("0.005")
    unit = Decimal("0.01")
    off = abs((order.computed_totals.grand_total or Decimal(0)) - total)
    taxed = any(one.tax for one in order.lines)
    assert off == 0 if taxed and not inclusive else off <= unit


@pytest.mark.parametrize(
    ("changes", "ready"),
    [
        ({}, True),
        ({"payment_status": "not_paid"}, False),
        ({"payment_status": "requires_action"}, False),
        ({"status": "requires_action"}, False),
        ({"payment_status": "not_paid", "total": Decimal(0)}, True),
        ({"payment_status": "not_paid", "status": "canceled"}, True),
    ],
)
def test_what_waits(changes: dict[str, Any], ready: bool) -> None:
    """By payment and status; what costs nothing needs no payment, what is canceled waits for none."""
    order = read(recorded("plain") | changes)
    assert (order.ready, order.canceled_at is not None) == (ready, "canceled" in changes.values())


def test_a_draft_is_no_order() -> None:
    assert read_order(recorded("plain") | {"is_draft_order": True}, frozenset(READY)) is None


@pytest.mark.parametrize("name", ["id", "items", "currency_code", "total", "shipping_methods", "created_at"])
def test_what_is_missing_is_named(name: str) -> None:
    """With its name, and without a value."""
    data = deepcopy(recorded("plain"))
    del data[name]
    with pytest.raises(MalformedData, match=name) as caught:
        read(data)
    assert "ann@example.com" not in str(caught.value)


@pytest.mark.parametrize(
    "answer", [{}, [], {"orders": 7}, {"orders": [{}], "count": 1}, {"orders": [], "count": "many"}, None, "text"]
)
def test_answers_of_no_medusa(answer: Any) -> None:
    """Are an error of the port, which says what to do."""
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=json.dumps(answer)))
    with MedusaSource("https://shop.example", key="sk_1", retries=NO_RETRIES, transport=transport) as source:
        with pytest.raises(SourceError):
            list(source.fetch_orders(None))
        results = [source.accept_receipts([]), source.accept_stock([]), source.accept_tracking([])]
        assert [list(one) for one in results] == [[], [], []]


def test_a_wrong_address_is_told() -> None:
    """What answers 404 to the list of orders is no Medusa."""
    transport = httpx.MockTransport(lambda request: httpx.Response(404, text="<html>"))
    with (
        MedusaSource("https://shop.example/shop", key="sk_1", transport=transport) as source,
        pytest.raises(SourceRefused, match="url"),
    ):
        source.check()
