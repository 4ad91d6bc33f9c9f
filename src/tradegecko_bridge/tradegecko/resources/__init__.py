"""The endpoints, each described once (reference §4): resources make the calls, drivers send them."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from tradegecko_bridge.tradegecko.calls import Call
from tradegecko_bridge.tradegecko.records import Record
from tradegecko_bridge.tradegecko.resources import accounts, companies, orders, products, purchasing, stock
from tradegecko_bridge.tradegecko.resources.base import PAGE_LIMIT as PAGE_LIMIT
from tradegecko_bridge.tradegecko.resources.base import Current
from tradegecko_bridge.tradegecko.resources.base import Resource as Resource

R = TypeVar("R", bound=Record)

ACCOUNTS: Final = accounts.Accounts()
ADDRESSES: Final = companies.Addresses()
COMPANIES: Final = companies.Companies()
COMPOSITION: Final = products.Composition()
CONTACTS: Final = companies.Contacts()
CURRENCIES: Final = accounts.Currencies()
FULFILLMENTS: Final = orders.Fulfillments()
FULFILLMENT_LINE_ITEMS: Final = orders.FulfillmentLineItems()
FULFILLMENT_RETURNS: Final = orders.FulfillmentReturns()
FULFILLMENT_RETURN_LINE_ITEMS: Final = orders.FulfillmentReturnLineItems()
IMAGES: Final = products.Images()
INVOICES: Final = orders.Invoices()
INVOICE_LINE_ITEMS: Final = orders.InvoiceLineItems()
LOCATIONS: Final = accounts.Locations()
NOTES: Final = companies.Notes()
ORDERS: Final = orders.Orders()
ORDER_LINE_ITEMS: Final = orders.OrderLineItems()
PAYMENTS: Final = orders.Payments()
PAYMENT_METHODS: Final = accounts.PaymentMethods()
PAYMENT_TERMS: Final = accounts.PaymentTerms()
PRICE_LISTS: Final = accounts.PriceLists()
PROCUREMENTS: Final = purchasing.Procurements()
PRODUCTS: Final = products.Products()
PURCHASE_ORDERS: Final = purchasing.PurchaseOrders()
PURCHASE_ORDER_LINE_ITEMS: Final = purchasing.PurchaseOrderLineItems()
STOCK_ADJUSTMENTS: Final = stock.StockAdjustments()
STOCK_ADJUSTMENT_LINE_ITEMS: Final = stock.StockAdjustmentLineItems()
STOCK_ADJUSTMENT_REASONS: Final = stock.StockAdjustmentReasons()
STOCK_LEVELS: Final = stock.StockLevels()
STOCK_TRANSFERS: Final = stock.StockTransfers()
STOCK_TRANSFER_LINE_ITEMS: Final = stock.StockTransferLineItems()
TAX_COMPONENTS: Final = accounts.TaxComponents()
TAX_TYPES: Final = accounts.TaxTypes()
USERS: Final = accounts.Users()
VARIANTS: Final = products.Variants()
WEBHOOKS: Final = accounts.Webhooks()

ALL: Final[tuple[Resource[Any], ...]] = tuple(
    value for value in list(globals().values()) if isinstance(value, Resource)
)
BY_ROOT: Final[dict[str, Resource[Any]]] = {resource.plural: resource for resource in ALL}


def current(resource: Current[R]) -> Call[R]:
    """The account or user the token belongs to: ``/accounts/current``, ``/users/current`` (§5.1, §5.33)."""
    return resource.current()
