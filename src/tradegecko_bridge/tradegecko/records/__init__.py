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
    Webhook,
)
from tradegecko_bridge.tradegecko.records.base import Record
from tradegecko_bridge.tradegecko.records.companies import Address, Company, Contact, Note
from tradegecko_bridge.tradegecko.records.orders import (
    Fulfillment,
    FulfillmentLineItem,
    Invoice,
    InvoiceLineItem,
    Order,
    OrderLineItem,
    Payment,
)
from tradegecko_bridge.tradegecko.records.products import Image, Product, Variant, VariantLocation, VariantPrice
from tradegecko_bridge.tradegecko.records.purchasing import Procurement, PurchaseOrder, PurchaseOrderLineItem
from tradegecko_bridge.tradegecko.records.returns import FulfillmentReturn, FulfillmentReturnLineItem
from tradegecko_bridge.tradegecko.records.stock import (
    CompositionRow,
    StockAdjustment,
    StockAdjustmentLineItem,
    StockAdjustmentReason,
    StockLevel,
    StockTransfer,
    StockTransferLineItem,
)

__all__ = [
    "Account",
    "Address",
    "Company",
    "CompositionRow",
    "Contact",
    "Currency",
    "Fulfillment",
    "FulfillmentLineItem",
    "FulfillmentReturn",
    "FulfillmentReturnLineItem",
    "Image",
    "Invoice",
    "InvoiceLineItem",
    "Location",
    "Note",
    "Order",
    "OrderLineItem",
    "Payment",
    "PaymentMethod",
    "PaymentTerm",
    "PriceList",
    "Procurement",
    "Product",
    "PurchaseOrder",
    "PurchaseOrderLineItem",
    "Record",
    "StockAdjustment",
    "StockAdjustmentLineItem",
    "StockAdjustmentReason",
    "StockLevel",
    "StockTransfer",
    "StockTransferLineItem",
    "TaxComponent",
    "TaxType",
    "User",
    "Variant",
    "VariantLocation",
    "VariantPrice",
    "Webhook",
]
