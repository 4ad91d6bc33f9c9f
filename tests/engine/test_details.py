"""An order's history tells what was sent and answered, and not whom it is about."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.engine.bench import Bench
from tests.support import ListSource
from tradegecko_bridge import Sandbox, TradeGeckoClient
from tradegecko_bridge.commerce import Address, Customer, SourceOrder, Totals
from tradegecko_bridge.engine.delivery.audit import failed
from tradegecko_bridge.engine.keys import idempotency_key
from tradegecko_bridge.errors import AccessDenied, Rejected, StatusError
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.testing.builders import a_line, an_order

PERSONAL = ("Zoë", "Quist", "z@x.pl", "Aleja", "Gniezno", "62-200", "600100200", "Ring twice", "Mug for Zoë", "gift")


def personal(**fields: Any) -> SourceOrder:
    """An order with something personal wherever there is room for it."""
    someone = Address(
        first_name="Zoë",
        last_name="Quist",
        address1="Aleja 1",
        city="Gniezno",
        postal_code="62-200",
        country="PL",
        phone="600100200",
        email="z@x.pl",
    )
    content = {
        "lines": [a_line("MUG-BLUE", 2, "19.99", name="Mug for Zoë")],
        "customer": Customer(first_name="Zoë", last_name="Quist", email="z@x.pl", phone="600100200"),
        "shipping_address": someone,
        "billing_address": someone,
        "note": "Ring twice",
        "tags": ("gift for Zoë",),
        "extra": {"gift_from": "Zoë Quist"},
        "totals": Totals(grand_total=Decimal("59.31")),
        **fields,
    }
    return an_order("1001", **content)


def details(bench: Bench, number: str = "1001") -> list[tuple[OrderState, dict[str, Any]]]:
    """What the history of an order says beside who, when and why."""
    (entry,) = bench.store.entries(number=number)
    return [(event.now, dict(event.detail)) for event in bench.store.history(entry.id) if event.detail]


@pytest.fixture
def bench(sandbox: Sandbox, client: TradeGeckoClient) -> Bench:
    return Bench(sandbox, client, ListSource([personal()]))


def test_what_was_sent_and_answered(bench: Bench) -> None:
    """Key, number, status, currency, customer, lines and totals go out; id, number and total come back."""
    bench.deliver()
    (remote,) = bench.remote()
    (sending, sent), (delivered, answered) = details(bench)
    assert (sending, delivered) == (OrderState.SENDING, OrderState.DELIVERED)
    skus = {str(variant.id): variant.sku for variant in bench.client.variants.list()}
    product, shipping, *rounding = sent.pop("lines")
    assert skus[product.pop("variant_id")] == "MUG-BLUE"
    assert product == {"kind": "product", "quantity": "2", "price": "19.99", "tax_rate": "13"}
    assert (shipping["kind"], shipping["variant_id"], shipping["price"]) == ("shipping", None, "12.5")
    assert rounding == []
    assert sent == {
        "key": idempotency_key("shop", "1001", 1),
        "generation": 1,
        "number": "1001",
        "status": "active",
        "currency": "CAD",
        "prices_include_tax": False,
        "customer": "new",
        "total": {"predicted": "59.31", "source": "59.31"},
    }
    assert answered == {
        "outcome": "created",
        "remote_id": str(remote.id),
        "number": "1001",
        "total": "59.31",
        "status": "active",
        "parts": {
            "lines": ",".join(map(str, remote.order_line_item_ids)),
            "customer": str(remote.company_id),
            "shipping address": str(remote.shipping_address_id),
            "billing address": str(remote.billing_address_id),
            "currency": str(remote.currency_id),
        },
    }


def test_a_known_customer_is_an_id(bench: Bench) -> None:
    """The second order of a customer names the record it goes to."""
    bench.deliver()
    bench.source.orders.append(an_order("1002", customer=personal().customer))
    bench.deliver()
    assert details(bench, "1002")[0][1]["customer"] == str(bench.remote()[0].company_id)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"fault": "rate_limit"}, {"outcome": "not carried out", "status": 429}),
        ({"fault": "status", "status": 502, "when": "before"}, {"outcome": "no answer", "status": 502}),
        ({"fault": "drop_before_commit"}, {"outcome": "no answer"}),
    ],
)
def test_what_went_wrong(bench: Bench, sandbox: Sandbox, fault: dict[str, Any], said: dict[str, Any]) -> None:
    """A failure says what it was, and the status where there was an answer."""
    sandbox.fault(method="POST", path="/orders", nth=1, **fault)
    bench.deliver()
    _, (_, answered) = details(bench)[:2]
    assert {name: fact for name, fact in answered.items() if name != "request_id"} == said


def test_a_refusal_names_its_request() -> None:
    """What was refused can be asked after by its request id; an error with nothing behind it has none."""
    refused = Rejected("order_number has already been taken")
    assert failed(refused) == {"outcome": "refused"}
    refused.__cause__ = StatusError("taken", status=422, method="POST", path="/orders", request_id="9f3")
    assert failed(refused) == {"outcome": "refused", "status": 422, "request_id": "9f3"}
    assert failed(AccessDenied("no")) == {"outcome": "failed"}


@pytest.mark.parametrize(
    "fault", [None, {"fault": "rate_limit"}, {"fault": "status", "status": 500, "when": "after"}, {"fault": "html"}]
)
def test_nothing_personal_gets_into_the_history(bench: Bench, sandbox: Sandbox, fault: dict[str, Any] | None) -> None:
    """Names, addresses, notes, tags, and names of products made for somebody stay out, whatever happens."""
    if fault:
        sandbox.fault(method="POST", path="/orders", nth=1, **fault)
    bench.deliver()
    (entry,) = bench.store.entries(number="1001")
    told = repr(list(bench.store.history(entry.id)))
    assert "variant_id" in told
    assert not [secret for secret in PERSONAL if secret in told]
