"""The codes of all reasons an order can be kept back for; the page on operations explains each."""

from __future__ import annotations

from typing import Final

from tradegecko_bridge.engine.mapping.catalog import NAMING
from tradegecko_bridge.ledger import GIVEN_OTHERWISE, NOT_READY, PARTLY_SHIPPED, TOO_OLD, UNPAID

CODES: Final = frozenset(
    {
        *("absurd_number", "action_refused", "ambiguous_barcode", "ambiguous_sku", "bad_amount", "bad_date"),
        *("discount_tax", "missing_price"),
        *("bad_address", "bad_number", "bad_quantity", "bad_tax_rate", "bad_text", "same_line"),
        *(
            "by_hand",
            "canceled_at_source",
            "edit_outdated",
            "fault",
            "filtered",
            "gave_up",
            "gave_up_in_doubt",
            "hold_tag",
        ),
        *("id_in_use", "key_used", "mixed_tax", "no_address"),
        *("no_answer", "no_lines", "no_sku", "number_taken", "rejected", "restored", "tax_treatment", "too_early"),
        *("canceled_before", "refunded_before", "shipped_before"),
        *("reference_reused", "several_addresses"),
        *(GIVEN_OTHERWISE, NOT_READY.code, UNPAID, PARTLY_SHIPPED, TOO_OLD),
        *("total_differs", "unavailable", "unknown_currency", "unknown_sku", "unmapped_ship_method", "unreadable"),
        *(f"unknown_{setting}" for setting in NAMING),
    }
)
