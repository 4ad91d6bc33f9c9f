"""What a type checker must know of the client. Checked by mypy, never run: a needless ``ignore`` is an error there."""

from __future__ import annotations

from datetime import date
from typing import assert_type

from tradegecko_bridge.tradegecko import records as r
from tradegecko_bridge.tradegecko.calls import Call, Page, Shown
from tradegecko_bridge.tradegecko.client import AsyncTradeGeckoClient, TradeGeckoClient
from tradegecko_bridge.tradegecko.client.paging import Pages
from tradegecko_bridge.tradegecko.payloads import (
    NewCompany,
    NewContact,
    NewCurrency,
    NewFulfillmentLine,
    NewFulfillmentLineItem,
    NewFulfillmentReturnLine,
    NewInvoiceLine,
    NewLocation,
    NewOrder,
    NewOrderAddress,
    NewPayment,
    NewPriceList,
    NewProduct,
    NewPurchaseOrder,
    OrderChanges,
    ProductChanges,
)
from tradegecko_bridge.tradegecko.resources import ACCOUNTS, IMAGES, ORDERS, STOCK_LEVELS, VARIANTS


def calls() -> None:
    assert_type(ORDERS.get(1), Call[r.Order])
    assert_type(ORDERS.list(status=["draft"], company_id=7), Call[Page[r.Order]])
    assert_type(ORDERS.show(1, include=["company"]), Call[Shown[r.Order]])
    assert_type(ORDERS.update(1, OrderChanges(notes=None)), Call[r.Order | None])
    assert_type(ORDERS.fulfil(1), Call[Shown[r.Fulfillment] | None])
    assert_type(ACCOUNTS.current(), Call[r.Account])
    VARIANTS.available_identifier()  # type: ignore[attr-defined]
    IMAGES.update(1, {})  # type: ignore[attr-defined]
    STOCK_LEVELS.create({})  # type: ignore[attr-defined]
    ACCOUNTS.get(1)  # type: ignore[attr-defined]
    ORDERS.list(emial="x")  # type: ignore[call-arg]
    ORDERS.list(include="company")  # type: ignore[call-arg]
    ORDERS.list(company_id="seven")  # type: ignore[arg-type]
    ORDERS.update(1, ProductChanges(name="x"))  # type: ignore[arg-type]
    ORDERS.create(OrderChanges())  # type: ignore[arg-type]


def payloads(order: r.Order, product: r.Product) -> None:
    NewProduct()  # type: ignore[call-arg]
    NewOrder(issued_at=None, company_id=1, shipping_address_id=2)  # type: ignore[arg-type]
    NewOrder(issued_at=date(2026, 1, 1), total=1)  # type: ignore[call-arg]
    OrderChanges(tags=7)  # type: ignore[arg-type]
    assert_type(OrderChanges.of(order), OrderChanges)
    OrderChanges.of(product)  # type: ignore[arg-type]


def synchronous(client: TradeGeckoClient) -> None:
    assert_type(client.orders.get(1), r.Order)
    assert_type(client.orders.list(status="draft"), Pages[r.Order])
    assert_type([order.id for order in client.orders.list()], list[int])
    assert_type(client.orders.list().first(), r.Order | None)
    assert_type(client.orders.update(1, {"notes": "x"}), r.Order | None)
    assert_type(client.composition.get(1), Page[r.CompositionRow])
    assert_type(client.users.current(), r.User)
    client.images.update(1, {})  # type: ignore[attr-defined]
    client.orders.list(emial="x")  # type: ignore[call-arg]


async def asynchronous(client: AsyncTradeGeckoClient) -> None:
    assert_type(await client.orders.get(1), r.Order)
    assert_type([order.id async for order in client.orders.list(ids=[1])], list[int])
    assert_type(await client.orders.invoice(1), Shown[r.Invoice] | None)
    client.images.update(1, {})  # type: ignore[attr-defined]


def required() -> None:
    NewCompany()  # type: ignore[call-arg]
    NewContact()  # type: ignore[call-arg]
    NewCurrency()  # type: ignore[call-arg]
    NewFulfillmentLine()  # type: ignore[call-arg]
    NewFulfillmentLineItem()  # type: ignore[call-arg]
    NewFulfillmentReturnLine()  # type: ignore[call-arg]
    NewInvoiceLine()  # type: ignore[call-arg]
    NewLocation()  # type: ignore[call-arg]
    NewOrder()  # type: ignore[call-arg]
    NewOrderAddress()  # type: ignore[call-arg]
    NewPayment()  # type: ignore[call-arg]
    NewPriceList()  # type: ignore[call-arg]
    NewProduct()  # type: ignore[call-arg]
    NewPurchaseOrder()  # type: ignore[call-arg]
