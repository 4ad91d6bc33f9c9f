"""Records as the schema's objects."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.carts.shopify.records import (
    ZERO,
    Delivery,
    Fulfilment,
    FulfilmentOrder,
    Json,
    Line,
    Order,
    Records,
    Variant,
    cents,
    iso,
)

ADDRESS = {
    "firstName": "Ann",
    "lastName": "Lee",
    "company": None,
    "address1": "1 King St W",
    "address2": "",
    "city": "Toronto",
    "province": "Ontario",
    "zip": "M5H 1A1",
    "countryCodeV2": "CA",
    "phone": "+14165550123",
}


def gid(kind: str, id: int) -> str:
    """A global id."""
    return f"gid://shopify/{kind}/{id}"


class Views:
    """All of a shop's."""

    def __init__(self, records: Records) -> None:
        self.records = records

    # ── orders ───────────────────────────────────────────────────────────────────────────────

    def order(self, order: Order) -> Json:
        """One order."""

        def broken() -> Any:
            if order.broken:
                raise RuntimeError("internal error")
            return self.bag(order, order.current_total)

        view = {
            "__typename": "Order",
            "id": gid("Order", order.id),
            "name": order.name,
            "createdAt": iso(order.at),
            "processedAt": iso(order.at),
            "updatedAt": iso(order.updated),
            "cancelledAt": iso(order.canceled),
            "closed": False,
            "test": order.test,
            "taxesIncluded": order.taxes_included,
            "dutiesIncluded": order.duties_included,
            "currencyCode": order.currency,
            "presentmentCurrencyCode": order.presentment,
            "displayFinancialStatus": order.financial,
            "displayFulfillmentStatus": order.fulfillment_status,
            "note": None,
            "tags": ["vip"],
            "email": "ann@example.com",
            "phone": None,
            "poNumber": None,
            "sourceName": "web",
            "paymentGatewayNames": ["shopify_payments"],
            "discountCodes": [],
            "customAttributes": [],
            "totalPriceSet": self.bag(order, order.total),
            "currentTotalPriceSet": lambda: broken(),
            "totalTipReceivedSet": self.bag(order, order.tip),
            "totalRefundedSet": self.bag(order, sum((one["paid"] for one in order.refunds), ZERO)),
            "additionalFees": [
                {"id": gid("AdditionalFee", place), "name": name, "price": self.bag(order, amount), "taxLines": []}
                for place, (name, amount) in enumerate(order.fees, 1)
            ],
            "customer": {
                "__typename": "Customer",
                "id": gid("Customer", 7),
                "firstName": "Ann",
                "lastName": "Lee",
                "defaultEmailAddress": {"emailAddress": "ann@example.com"},
                "defaultPhoneNumber": None,
            },
            "purchasingEntity": self.buyer(order),
            "shippingAddress": None if order.no_address else ADDRESS,
            "billingAddress": ADDRESS,
            "shippingLines": [self.shipping(order, one) for one in order.shipping],
            "lineItems": [self.line(order, one) for one in order.lines],
            "fulfillments": [self.fulfilment(order, one) for one in order.fulfilments],
            "fulfillmentOrders": [self.fulfilment_order(order, one) for one in order.fulfilment_orders],
            "refunds": [self.refund(order, one) for one in order.refunds],
            "metafield": lambda namespace, key: (
                {"value": order.metafields[namespace, key]} if (namespace, key) in order.metafields else None
            ),
        }
        return view | order.more

    def bag(self, order: Order, amount: Decimal) -> Json:
        """Money in both currencies."""
        shop = {"amount": f"{cents(amount)}", "currencyCode": order.currency}
        return {
            "shopMoney": shop,
            "presentmentMoney": {"amount": f"{cents(amount * order.rate)}", "currencyCode": order.presentment},
        }

    def taxes(self, order: Order, amount: Decimal, rates: tuple[Decimal, ...]) -> list[Json]:
        """The taxes on something."""
        return [{"rate": float(rate), "priceSet": self.bag(order, order.tax(amount, rate))} for rate in rates]

    def buyer(self, order: Order) -> Json | None:
        """Who bought it."""
        if order.company is None:
            return {"__typename": "Customer", "id": gid("Customer", 7)}
        return {
            "__typename": "PurchasingCompany",
            "company": {"id": gid("Company", 70), "name": order.company},
            "location": {"id": gid("CompanyLocation", 71), "name": "Main"},
        }

    def shipping(self, order: Order, one: Delivery) -> Json:
        """A shipping line."""
        return {
            "__typename": "ShippingLine",
            "id": gid("ShippingLine", one.id),
            "title": one.title,
            "code": one.title,
            "deliveryCategory": one.category,
            "originalPriceSet": self.bag(order, one.price),
            "discountedPriceSet": self.bag(order, one.price),
            "currentDiscountedPriceSet": self.bag(order, one.price - one.refunded),
            "taxLines": self.taxes(order, one.price, one.rates),
        }

    def line(self, order: Order, line: Line) -> Json:
        """A line."""
        net = line.price * line.quantity - line.discount
        left = [item[1] for one in order.fulfilment_orders for item in one.items.values() if item[0] == line.id]
        duties = (
            [{"id": gid("Duty", line.id), "price": self.bag(order, line.duty), "taxLines": []}] if line.duty else []
        )
        return {
            "__typename": "LineItem",
            "id": gid("LineItem", line.id),
            "sku": line.sku,
            "name": line.title,
            "quantity": line.quantity,
            "currentQuantity": line.current,
            "unfulfilledQuantity": sum(left),
            "requiresShipping": line.ships,
            "isGiftCard": line.gift_card,
            "originalUnitPriceSet": self.bag(order, line.price),
            "discountAllocations": [{"allocatedAmountSet": self.bag(order, line.discount)}] if line.discount else [],
            "taxLines": self.taxes(order, net, line.rates),
            "duties": duties,
        }

    def fulfilment(self, order: Order, one: Fulfilment) -> Json:
        """Something shipped."""
        return {
            "__typename": "Fulfillment",
            "id": gid("Fulfillment", one.id),
            "status": one.status,
            "trackingInfo": [{"number": number, "company": one.company} for number in one.tracking],
            "fulfillmentLineItems": [
                {"quantity": units, "lineItem": {"id": gid("LineItem", line)}} for line, units in one.items.items()
            ],
        }

    def fulfilment_order(self, order: Order, one: FulfilmentOrder) -> Json:
        """Something to ship."""
        actions = {
            "OPEN": ["CREATE_FULFILLMENT", "HOLD"],
            "IN_PROGRESS": ["CREATE_FULFILLMENT"],
            "ON_HOLD": ["RELEASE_HOLD"],
        }
        return {
            "__typename": "FulfillmentOrder",
            "id": gid("FulfillmentOrder", one.id),
            "status": one.status,
            "assignedLocation": {
                "name": self.records.locations[one.location],
                "location": {"id": gid("Location", one.location)},
            },
            "deliveryMethod": {"methodType": "SHIPPING"},
            "fulfillmentHolds": [{"displayReason": one.hold}] if one.hold else [],
            "supportedActions": [{"action": action} for action in actions.get(one.status, [])],
            "lineItems": [
                {
                    "id": gid("FulfillmentOrderLineItem", item),
                    "remainingQuantity": left,
                    "lineItem": {"id": gid("LineItem", line)},
                }
                for item, (line, left) in one.items.items()
            ],
        }

    def refund(self, order: Order, one: Json) -> Json:
        """Money given back."""
        return {
            "__typename": "Refund",
            "id": gid("Refund", one["id"]),
            "createdAt": iso(one["at"]),
            "note": "too small",
            "totalRefundedSet": self.bag(order, one["paid"]),
            "refundLineItems": [
                {"quantity": row["units"], "restockType": row["kind"], "lineItem": {"id": gid("LineItem", row["line"])}}
                for row in one["rows"]
            ],
        }

    # ── stock and products ───────────────────────────────────────────────────────────────────

    def variant(self, one: Variant) -> Json:
        """A variant with its product and stock."""

        def level(locationId: str, **_: object) -> Json | None:
            level = one.levels.get(int(locationId.rpartition("/")[2]))
            if level is None:
                return None
            return {"quantities": lambda names: [{"name": name, "quantity": level[0]} for name in names]}

        product = {"id": gid("Product", one.product), "title": one.title, "descriptionHtml": one.description}
        item = {"id": gid("InventoryItem", one.id), "tracked": one.tracked, "inventoryLevel": level}
        return {
            "__typename": "ProductVariant",
            "id": gid("ProductVariant", one.id),
            "sku": one.sku,
            "price": f"{one.price}",
            "product": product,
            "inventoryItem": item,
        }
