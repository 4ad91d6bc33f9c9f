"""The codes of all reasons an order can be kept back for; the page on operations explains each."""

from __future__ import annotations

from typing import Final

from tradegecko_bridge.engine.mapping.catalog import NAMING

CODES: Final = frozenset(
    {
        *("absurd_number", "action_refused", "ambiguous_barcode", "ambiguous_sku", "bad_amount", "bad_date"),
        *("discount_tax", "no_price"),
        *("bad_address", "bad_number", "bad_quantity", "bad_tax_rate", "same_line"),
        *("reference_reused", "several_addresses"),
        *("by_hand", "canceled_at_source", "fault", "filtered", "gave_up", "gave_up_in_doubt", "hold_tag"),
        *("id_in_use", "key_used", "mixed_tax", "no_address"),
        *(
            "no_answer",
            "no_lines",
            "no_sku",
            "number_taken",
            "reference_reused",
            "rejected",
            "restored",
            "tax_treatment",
            "too_early",
        ),
        *("total_differs", "unavailable", "unknown_currency", "unknown_sku", "unmapped_ship_method", "unreadable"),
        *(f"unknown_{setting}" for setting in NAMING),
    }
)
