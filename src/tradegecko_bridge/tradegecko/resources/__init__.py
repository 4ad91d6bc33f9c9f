"""The endpoints, each said once (reference §4): resources make the calls, drivers send them."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from tradegecko_bridge.tradegecko.calls import Call
from tradegecko_bridge.tradegecko.records.base import Record
from tradegecko_bridge.tradegecko.resources.accounts import (
    Accounts,
    Currencies,
    Locations,
    PaymentMethods,
    PaymentTerms,
    PriceLists,
    TaxComponents,
    TaxTypes,
    Users,
    Webhooks,
)
from tradegecko_bridge.tradegecko.resources.base import PAGE_LIMIT, Current, Resource
from tradegecko_bridge.tradegecko.resources.companies import Addresses, Companies, Contacts, Notes
from tradegecko_bridge.tradegecko.resources.fulfillments import (
    FulfillmentLineItems,
    FulfillmentReturnLineItems,
    FulfillmentReturns,
    Fulfillments,
)
from tradegecko_bridge.tradegecko.resources.invoices import InvoiceLineItems, Invoices, Payments
from tradegecko_bridge.tradegecko.resources.orders import OrderLineItems, Orders
from tradegecko_bridge.tradegecko.resources.products import Composition, Images, Products, Variants
from tradegecko_bridge.tradegecko.resources.purchasing import Procurements, PurchaseOrderLineItems, PurchaseOrders
from tradegecko_bridge.tradegecko.resources.reading import RECORD_OF
from tradegecko_bridge.tradegecko.resources.stock import (
    StockAdjustmentLineItems,
    StockAdjustmentReasons,
    StockAdjustments,
    StockLevels,
    StockTransferLineItems,
    StockTransfers,
)

R = TypeVar("R", bound=Record)

ACCOUNTS: Final = Accounts()
ADDRESSES: Final = Addresses()
COMPANIES: Final = Companies()
COMPOSITION: Final = Composition()
CONTACTS: Final = Contacts()
CURRENCIES: Final = Currencies()
FULFILLMENTS: Final = Fulfillments()
FULFILLMENT_LINE_ITEMS: Final = FulfillmentLineItems()
FULFILLMENT_RETURNS: Final = FulfillmentReturns()
FULFILLMENT_RETURN_LINE_ITEMS: Final = FulfillmentReturnLineItems()
IMAGES: Final = Images()
INVOICES: Final = Invoices()
INVOICE_LINE_ITEMS: Final = InvoiceLineItems()
LOCATIONS: Final = Locations()
NOTES: Final = Notes()
ORDERS: Final = Orders()
ORDER_LINE_ITEMS: Final = OrderLineItems()
PAYMENTS: Final = Payments()
PAYMENT_METHODS: Final = PaymentMethods()
PAYMENT_TERMS: Final = PaymentTerms()
PRICE_LISTS: Final = PriceLists()
PROCUREMENTS: Final = Procurements()
PRODUCTS: Final = Products()
PURCHASE_ORDERS: Final = PurchaseOrders()
PURCHASE_ORDER_LINE_ITEMS: Final = PurchaseOrderLineItems()
STOCK_ADJUSTMENTS: Final = StockAdjustments()
STOCK_ADJUSTMENT_LINE_ITEMS: Final = StockAdjustmentLineItems()
STOCK_ADJUSTMENT_REASONS: Final = StockAdjustmentReasons()
STOCK_LEVELS: Final = StockLevels()
STOCK_TRANSFERS: Final = StockTransfers()
STOCK_TRANSFER_LINE_ITEMS: Final = StockTransferLineItems()
TAX_COMPONENTS: Final = TaxComponents()
TAX_TYPES: Final = TaxTypes()
USERS: Final = Users()
VARIANTS: Final = Variants()
WEBHOOKS: Final = Webhooks()

ALL: Final[tuple[Resource[Any], ...]] = tuple(
    value for value in list(globals().values()) if isinstance(value, Resource)
)
BY_ROOT: Final[dict[str, Resource[Any]]] = {resource.plural: resource for resource in ALL}
RECORD_OF.update({root: resource.record for root, resource in BY_ROOT.items()})


def current(resource: Current[R]) -> Call[R]:
    """The account or user the token belongs to: ``/accounts/current``, ``/users/current`` (§5.1, §5.33)."""
    return resource.current()


__all__ = [
    "ACCOUNTS",
    "ADDRESSES",
    "ALL",
    "BY_ROOT",
    "COMPANIES",
    "COMPOSITION",
    "CONTACTS",
    "CURRENCIES",
    "FULFILLMENTS",
    "FULFILLMENT_LINE_ITEMS",
    "FULFILLMENT_RETURNS",
    "FULFILLMENT_RETURN_LINE_ITEMS",
    "IMAGES",
    "INVOICES",
    "INVOICE_LINE_ITEMS",
    "LOCATIONS",
    "NOTES",
    "ORDERS",
    "ORDER_LINE_ITEMS",
    "PAGE_LIMIT",
    "PAYMENTS",
    "PAYMENT_METHODS",
    "PAYMENT_TERMS",
    "PRICE_LISTS",
    "PROCUREMENTS",
    "PRODUCTS",
    "PURCHASE_ORDERS",
    "PURCHASE_ORDER_LINE_ITEMS",
    "STOCK_ADJUSTMENTS",
    "STOCK_ADJUSTMENT_LINE_ITEMS",
    "STOCK_ADJUSTMENT_REASONS",
    "STOCK_LEVELS",
    "STOCK_TRANSFERS",
    "STOCK_TRANSFER_LINE_ITEMS",
    "TAX_COMPONENTS",
    "TAX_TYPES",
    "USERS",
    "VARIANTS",
    "WEBHOOKS",
    "Accounts",
    "Addresses",
    "Companies",
    "Composition",
    "Contacts",
    "Currencies",
    "FulfillmentLineItems",
    "FulfillmentReturnLineItems",
    "FulfillmentReturns",
    "Fulfillments",
    "Images",
    "InvoiceLineItems",
    "Invoices",
    "Locations",
    "Notes",
    "OrderLineItems",
    "Orders",
    "PaymentMethods",
    "PaymentTerms",
    "Payments",
    "PriceLists",
    "Procurements",
    "Products",
    "PurchaseOrderLineItems",
    "PurchaseOrders",
    "Resource",
    "StockAdjustmentLineItems",
    "StockAdjustmentReasons",
    "StockAdjustments",
    "StockLevels",
    "StockTransferLineItems",
    "StockTransfers",
    "TaxComponents",
    "TaxTypes",
    "Users",
    "Variants",
    "Webhooks",
    "current",
]
