"""The use cases: deliver orders, bring tracking, stock levels and product details back.

Knows the ports and the words of commerce; no HTTP, no database, no TradeGecko.
"""

from tradegecko_bridge.engine.context import Progress
from tradegecko_bridge.engine.engine import SyncEngine, run_together
from tradegecko_bridge.engine.operations.adoption import Adopted, AdoptedSource, adopt_account, adopt_source
from tradegecko_bridge.engine.operations.answers import Answers
from tradegecko_bridge.engine.operations.decisions import Decided, Decision, Decisions
from tradegecko_bridge.engine.operations.expiry import Expired, expire_personal_data
from tradegecko_bridge.engine.operations.ledger_check import check_ledger
from tradegecko_bridge.engine.operations.resend import resend, resend_tracking
from tradegecko_bridge.engine.operations.void_double import VoidedDouble, void_double
from tradegecko_bridge.engine.report import Item, Kept, Outcome, Report, RunReport
from tradegecko_bridge.engine.settings.choices import (
    DiscountTax,
    Fractions,
    Job,
    LineTax,
    MatchBy,
    OnCancel,
    OnChange,
    OnVoid,
    OrderStatus,
    PartialShipments,
    ProductChanges,
    ReturnStatus,
    StockDrift,
    TaxTreatment,
    Unpaid,
    Vanished,
)
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.engine.settings.timing import Timing

__all__ = [
    "Adopted",
    "AdoptedSource",
    "Answers",
    "ConnectionSettings",
    "Decided",
    "Decision",
    "Decisions",
    "DiscountTax",
    "Expired",
    "Fractions",
    "Item",
    "Job",
    "Kept",
    "LineTax",
    "MatchBy",
    "OnCancel",
    "OnChange",
    "OnVoid",
    "OrderStatus",
    "Outcome",
    "PartialShipments",
    "ProductChanges",
    "Progress",
    "Report",
    "ReturnStatus",
    "RunReport",
    "StockDrift",
    "SyncEngine",
    "TaxTreatment",
    "Timing",
    "Unpaid",
    "Vanished",
    "VoidedDouble",
    "adopt_account",
    "adopt_source",
    "check_ledger",
    "expire_personal_data",
    "resend",
    "resend_tracking",
    "run_together",
    "void_double",
]
