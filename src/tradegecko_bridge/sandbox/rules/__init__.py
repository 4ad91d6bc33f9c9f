"""The rules of TradeGecko, one module per domain; HTTP does not reach in here."""

from __future__ import annotations

from ..model.clock import Clock
from ..model.switches import Switches
from .adjustments import StockAdjustmentLineItems, StockAdjustments
from .base import Rules, RulesContext
from .catalogue import Images, Products, Variants
from .companies import Addresses, Companies, Contacts, Notes
from .fulfillments import FulfillmentLineItems, Fulfillments
from .invoices import InvoiceLineItems, Invoices, Payments
from .orders import OrderLineItems, Orders
from .purchasing import Procurements, PurchaseOrderLineItems, PurchaseOrders
from .returns import FulfillmentReturnLineItems, FulfillmentReturns
from .settings import Currencies, Locations, PriceLists, TaxComponents, TaxTypes
from .transfers import StockTransferLineItems, StockTransfers
from .webhooks import Webhooks

_SPECIAL: dict[str, type[Rules]] = {
    "addresses": Addresses,
    "companies": Companies,
    "contacts": Contacts,
    "currencies": Currencies,
    "fulfillment_line_items": FulfillmentLineItems,
    "fulfillment_return_line_items": FulfillmentReturnLineItems,
    "fulfillment_returns": FulfillmentReturns,
    "fulfillments": Fulfillments,
    "images": Images,
    "invoice_line_items": InvoiceLineItems,
    "invoices": Invoices,
    "locations": Locations,
    "notes": Notes,
    "order_line_items": OrderLineItems,
    "orders": Orders,
    "payments": Payments,
    "price_lists": PriceLists,
    "procurements": Procurements,
    "products": Products,
    "purchase_order_line_items": PurchaseOrderLineItems,
    "purchase_orders": PurchaseOrders,
    "stock_adjustment_line_items": StockAdjustmentLineItems,
    "stock_adjustments": StockAdjustments,
    "stock_transfer_line_items": StockTransferLineItems,
    "stock_transfers": StockTransfers,
    "tax_components": TaxComponents,
    "tax_types": TaxTypes,
    "variants": Variants,
    "webhooks": Webhooks,
}


def create_context(clock: Clock, switches: Switches) -> RulesContext:
    """An empty context with the rules of every resource."""
    context = RulesContext(clock, switches)
    for name, resource in context.schema.items():
        if not resource.internal:
            context.rules[name] = _SPECIAL.get(name, Rules)(context, resource)
    return context
