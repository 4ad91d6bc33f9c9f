"""TradeGecko's records as attrs classes, one module for each part of the account (reference §5)."""

from tradegecko_bridge.tradegecko.records.accounts import (
    Account,
    Currency,
    Location,
    PaymentMethod,
    PaymentTerm,
    PriceList,
    TaxComponent,
    TaxType,
    User,
)
from tradegecko_bridge.tradegecko.records.base import Record
from tradegecko_bridge.tradegecko.records.companies import Address, Company, Contact
from tradegecko_bridge.tradegecko.records.orders import (
    Fulfillment,
    FulfillmentLineItem,
    Invoice,
    InvoiceLineItem,
    Order,
    OrderLineItem,
)
from tradegecko_bridge.tradegecko.records.products import Image, Product, Variant, VariantLocation, VariantPrice
from tradegecko_bridge.tradegecko.records.purchasing import PurchaseOrder, PurchaseOrderLineItem

__all__ = [
    "Account",
    "Address",
    "Company",
    "Contact",
    "Currency",
    "Fulfillment",
    "FulfillmentLineItem",
    "Image",
    "Invoice",
    "InvoiceLineItem",
    "Location",
    "Order",
    "OrderLineItem",
    "PaymentMethod",
    "PaymentTerm",
    "PriceList",
    "Product",
    "PurchaseOrder",
    "PurchaseOrderLineItem",
    "Record",
    "TaxComponent",
    "TaxType",
    "User",
    "Variant",
    "VariantLocation",
    "VariantPrice",
]
