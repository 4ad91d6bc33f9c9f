"""Named switches of the account, one for each question the evidence leaves open.

The default is the most plausible behaviour; the other position is the one a client must survive as well.
`docs/sandbox.md` tells the evidence for each (reference appendix (a)).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Switches:
    """How the account behaves where two behaviours are plausible."""

    # Orders (reference §6.1, §8; appendix 13-17, 19, 20, 29)
    default_order_status: str = "draft"
    reject_duplicate_order_numbers: bool = False
    order_number_filter_substring: bool = False
    require_issued_at: bool = False
    require_finalized: bool = True
    actions_finalize_order: bool = False
    finalized_orders_editable: bool = False
    allow_status_revert: bool = False
    delete_active_order_voids: bool = False
    void_action_returns_order: bool = False
    allow_over_fulfillment: bool = False
    allow_over_invoicing: bool = False
    fulfillment_put_returns_body: bool = False
    fulfillment_without_lines_is_400: bool = False
    # The account and who may do what (reference §2.7; appendix 7, 8)
    subscription_lapsed: bool = False
    api_access_enabled: bool = True
    every_read_needs_permission: bool = False
    # Signing in (reference §2.2-2.4; appendix 4, 6)
    legacy_oauth_errors: bool = False
    password_grant: bool = True
    reuse_access_token: bool = True
    refresh_revokes_on_first_use: bool = False
    # Buying, returns and stock (reference §5.9, §5.24, §6.4, §6.5, §9)
    default_purchase_order_status: str = "draft"
    allow_over_return: bool = False
    transfers_are_incoming: bool = False
    stock_change_touches_variant: bool = True
    require_adjustment_reason: bool = False
    # The protocol (reference §3; appendix 10, 21)
    idempotency_key_burnt_by_failure: bool = True
    limit_over_max_is_400: bool = False
    unwrapped_put_accepted: bool = True
    ajax_paths_served: bool = False
    conditional_get: bool = False
    legacy_fields: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any] | None) -> Switches:
        """The defaults with `given` on top. Raises ValueError for a name or a value no switch has."""
        return cls().having(given)

    def having(self, given: Mapping[str, Any] | None) -> Switches:
        """These with `given` on top. Raises ValueError for a name or a value no switch has."""
        for name, value in (given or {}).items():
            known = getattr(self, name, None) if name in {f.name for f in fields(self)} else None
            if known is None:
                raise ValueError(f"unknown switch {name!r}; docs/sandbox.md lists them")
            if type(value) is not type(known):
                raise ValueError(f"switch {name} takes a {type(known).__name__}, not {value!r}")
        made = replace(self, **(given or {}))
        if made.default_order_status not in {"draft", "active", "finalized"}:
            raise ValueError("switch default_order_status takes draft, active or finalized")
        if made.default_purchase_order_status not in {"draft", "active"}:
            raise ValueError("switch default_purchase_order_status takes draft or active")
        return made
