"""TradeGecko's records as the engine's values: orders, shipments, stock, products."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Final

from tradegecko_bridge.commerce import LocationStock, ProductDetails, VariantDetails, VariantStock
from tradegecko_bridge.commerce.remote import RemoteItem, RemoteOrder, RemoteShipment
from tradegecko_bridge.tradegecko import records
from tradegecko_bridge.tradegecko.calls import Page
from tradegecko_bridge.tradegecko.codec import write_value
from tradegecko_bridge.tradegecko.gateway.marks import GONE, marker_of

WITHDRAWN: Final = ("void", "deleted")
"""Statuses of fulfilments that were taken back (§6.3)."""
_BETWEEN_NUMBERS: Final = re.compile(r"[,;|/\n\r\t]+")
_ADDRESS: Final = re.compile(r"https?://\S+", re.IGNORECASE)
"""Some write the page of a shipment where its number belongs."""
SHORTEST_NUMBER: Final = 8
"""Characters of a tracking number that stands beside another with nothing but a blank between them."""
LONGEST_LIST: Final = 64
"""Characters of a list of ids that are kept as they are; of a longer one its digest is."""


def remote_order(order: records.Order) -> RemoteOrder:
    return RemoteOrder(
        id=str(order.id),
        number=order.order_number or "",
        marker=marker_of(order),
        total=order.total,
        gone=order.status in GONE,
        created_at=order.created_at,
        status=order.status,
        shipped=order.fulfillment_status not in (None, "unshipped"),
        fulfilled=order.status == "fulfilled" or order.fulfillment_status == "shipped",
        shipment_ids=tuple(map(str, order.fulfillment_ids)),
        line_ids=tuple(map(str, sorted(order.order_line_item_ids))),
        parts=_parts(order),
    )


def _parts(order: records.Order) -> dict[str, str]:
    """What lines an order has, whose it is and where it goes: by ids, which are others where somebody edits them."""
    said: dict[str, object] = {
        "lines": ",".join(map(str, sorted(order.order_line_item_ids))),
        "customer": order.company_id,
        "shipping address": order.shipping_address_id,
        "billing address": order.billing_address_id,
        "currency": order.currency_id,
    }
    lines = str(said["lines"])
    if len(lines) > LONGEST_LIST:
        said["lines"] = sha256(lines.encode()).hexdigest()
    return {name: str(value) for name, value in said.items() if value not in (None, "")}


def remote_shipments(page: Page[records.Fulfillment]) -> list[RemoteShipment]:
    lines = {line.id: line for line in page.sideloaded.get("fulfillment_line_items", ())}
    return [_remote_shipment(fulfillment, lines) for fulfillment in page]


def _remote_shipment(
    fulfillment: records.Fulfillment, lines: Mapping[int, records.FulfillmentLineItem]
) -> RemoteShipment:
    items = [lines[i] for i in fulfillment.fulfillment_line_item_ids if i in lines]
    field = (fulfillment.tracking_number or "").strip()
    is_address = _ADDRESS.fullmatch(field) is not None
    return RemoteShipment(
        id=str(fulfillment.id),
        order_id=str(fulfillment.order_id),
        items=tuple(
            RemoteItem(
                variant_id=str(item.variant_id) if item.variant_id is not None else None,
                sku=item.variant_sku,
                line_id=None if item.order_line_item_id is None else str(item.order_line_item_id),
                quantity=item.quantity or Decimal(0),
            )
            for item in items
        ),
        tracking_numbers=() if is_address else _numbers(field),
        tracking_url=(fulfillment.tracking_url or "").strip() or (field if is_address else None),
        carrier=fulfillment.tracking_company,
        service=fulfillment.service or fulfillment.delivery_type,
        shipped_at=fulfillment.shipped_at or fulfillment.created_at,
        changed_at=fulfillment.updated_at,
        withdrawn=fulfillment.status in WITHDRAWN,
        cursor=str(write_value(fulfillment.updated_at)) if fulfillment.updated_at else "",
    )


def _numbers(field: str) -> tuple[str, ...]:
    """The tracking numbers in the one field there is for them, each once.

    Blanks are between numbers only where all that they part is long enough for one: carriers print numbers in groups.
    """
    found: list[str] = []
    for text in _BETWEEN_NUMBERS.split(field):
        words = text.split()
        found += words if all(len(word) >= SHORTEST_NUMBER for word in words) else [" ".join(words)]
    return tuple(dict.fromkeys(found))


def variant_stock(variant: records.Variant) -> VariantStock:
    return VariantStock(
        variant_id=str(variant.id),
        sku=variant.sku or "",
        locations=tuple(
            LocationStock(
                location_id=str(location.location_id),
                on_hand=location.stock_on_hand or Decimal(0),
                committed=location.committed or Decimal(0),
            )
            for location in variant.locations
        ),
        tracked=variant.manage_stock is not False,
        sell_without_stock=bool(variant.keep_selling),
        maximum=variant.max_online,
        barcode=variant.upc or None,
        sellable=variant.sellable is not False,
        online=variant.online_ordering is not False,
    )


def product_details(
    product: records.Product, variants: Sequence[records.Variant], images: Mapping[int, str]
) -> ProductDetails:
    urls = tuple(images[i] for i in product.image_ids if i in images)
    return ProductDetails(
        reference=str(product.id),
        name=product.name or "",
        description=product.description or None,
        brand=product.brand or None,
        supplier=product.supplier or None,
        product_type=product.product_type or None,
        tags=tuple(tag.strip() for tag in (product.tags or "").split(",") if tag.strip()),
        options=_in_place(product.opt1, product.opt2, product.opt3),
        variants=tuple(
            _variant(variant, images) for variant in sorted(variants, key=lambda v: (v.position or 0, v.id))
        ),
        image_urls=urls or ((product.image_url,) if product.image_url else ()),
    )


def _variant(variant: records.Variant, images: Mapping[int, str]) -> VariantDetails:
    return VariantDetails(
        reference=str(variant.id),
        sku=variant.sku or None,
        name=variant.name or None,
        description=variant.description or None,
        options=_in_place(variant.opt1, variant.opt2, variant.opt3),
        barcode=variant.upc or None,
        supplier_code=variant.supplier_code or None,
        retail_price=variant.retail_price,
        wholesale_price=variant.wholesale_price,
        buy_price=variant.buy_price,
        prices=prices_by_list(variant),
        weight=variant.weight_value if variant.weight_value is not None else variant.weight,
        weight_unit=variant.weight_unit or None,
        hs_code=variant.hs_code or None,
        country_of_origin=variant.country_of_origin or None,
        taxable=variant.taxable is not False,
        sellable=variant.sellable is not False,
        composite=bool(variant.composite),
        image_urls=tuple(images[i] for i in variant.image_ids if i in images),
    )


def _in_place(*options: str | None) -> tuple[str, ...]:
    """Names or values of options, each where it belongs; blank before others where there is none."""
    texts = [option or "" for option in options]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


def prices_by_list(variant: records.Variant) -> dict[str, Decimal]:
    """What a variant costs, by the id of the price list; the three of every account have fields of their own."""
    own = {"retail": variant.retail_price, "wholesale": variant.wholesale_price, "buy": variant.buy_price}
    own |= {price.price_list_id: price.value for price in variant.variant_prices if price.value is not None}
    return {id_: price for id_, price in own.items() if price is not None}


def image_url(image: records.Image) -> str | None:
    """``base_path`` + ``/`` + ``file_name``; none while the image is still being processed (§5.11)."""
    if image.image_processing or not image.base_path or not image.file_name:
        return None
    return f"{image.base_path.rstrip('/')}/{image.file_name}"
