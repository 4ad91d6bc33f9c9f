"""Named switches of the account, one for each question the evidence leaves open.

The default is the most plausible behaviour; the other position is the one a client must survive as well.
`docs/sandbox.md` gives the evidence for each (reference appendix (a)). `era` turns several at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Switches:
    """How the account behaves where two behaviours are plausible."""

    # How the service was in 2014, in 2018 and at last: sets the switches below that are known to have changed.
    era: str = "2021"
    # Orders (reference §5.16, §6.1, §8; appendix 13-17, 19, 20, 24, 28, 29)
    default_order_status: str = "draft"
    reject_duplicate_order_numbers: bool = False
    void_orders_block_numbers: bool = True
    order_number_filter_substring: bool = False
    order_number_filter_case_sensitive: bool = False
    deleted_orders_listed: bool = False
    unknown_order_parties_are_422: bool = False
    archived_refused_on_orders: bool = False
    require_issued_at: bool = False
    require_line_price: bool = False
    require_finalized: bool = True
    actions_finalize_order: bool = False
    actions_answer_200: bool = False
    fulfill_action_with_two_ls: bool = False
    finalized_orders_editable: bool = False
    locked_order_is_400: bool = False
    allow_status_revert: bool = False
    delete_active_order_voids: bool = False
    void_action_returns_order: bool = False
    allow_over_fulfillment: bool = False
    allow_over_invoicing: bool = False
    fulfillment_without_lines_is_400: bool = False
    # The account and who may do what (reference §2.7, §5.1; appendix 7, 8, 27)
    default_tax_treatment: str = "exclusive"
    subscription_lapsed: bool = False
    api_access_enabled: bool = True
    every_read_needs_permission: bool = False
    buying_prices_hidden: bool = True
    labels_are_unique: bool = True
    company_codes_are_unique: bool = False
    require_location_address: bool = True
    # Signing in (reference §2.2-2.4; appendix 4, 6)
    legacy_oauth_errors: bool = False
    password_grant: bool = True
    reuse_access_token: bool = True
    refresh_revokes_on_first_use: bool = False
    # Buying, returns and stock (reference §5.9, §5.24, §5.26, §6.4, §6.5, §9)
    default_purchase_order_status: str = "draft"
    require_purchase_order_dates: bool = False
    allow_over_return: bool = False
    transfers_are_incoming: bool = False
    stock_change_touches_variant: bool = True
    require_adjustment_reason: bool = False
    adjustment_reasons_served: bool = True
    adjustment_revert_action: bool = False
    # The protocol (reference §3, §4; appendix 10, 11, 21, 23, 36, 40)
    default_page_size: int = 50
    limit_over_max_is_400: bool = False
    ids_come_in_one_page: bool = False
    last_page_past_the_end: bool = True
    address_put_returns_body: bool = True
    fulfillment_put_returns_body: bool = False
    invoice_put_returns_body: bool = False
    tax_component_put_returns_body: bool = False
    delete_archived_is_404: bool = False
    idempotency_keys: bool = True
    idempotency_key_burnt_by_failure: bool = True
    idempotency_key_per_endpoint: bool = False
    malformed_json_is_html: bool = False
    unwrapped_put_accepted: bool = True
    webhook_event_plural: bool = False
    older_verbs_served: bool = False
    ajax_paths_served: bool = False
    conditional_get: bool = False
    legacy_fields: bool = False
    later_fields: bool = True
    legacy_headers: bool = False
    legacy_image_root: bool = False
    legacy_not_found_text: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any] | None) -> Switches:
        """The defaults with `given` on top. Raises ValueError for a name or a value no switch has."""
        return cls().having(given)

    def having(self, given: Mapping[str, Any] | None) -> Switches:
        """These with `given` on top, an `era` before the rest. Raises ValueError for what no switch is or takes."""
        chosen = dict(given or {})
        for name, value in chosen.items():
            _check(name, value)
        if "era" in chosen:
            chosen = _of_era(chosen["era"]) | chosen
        return replace(self, **chosen)


_DEFAULTS: dict[str, Any] = {f.name: f.default for f in fields(Switches)}
# Only what the reference has evidence for: documents and recordings of the time, and the changelog since.
_ERAS: dict[str, dict[str, Any]] = {
    "2014": {
        "default_page_size": 100,
        "address_put_returns_body": False,
        "fulfillment_put_returns_body": True,
        "invoice_put_returns_body": True,
        "tax_component_put_returns_body": True,
        "deleted_orders_listed": True,
        "idempotency_keys": False,
        "require_adjustment_reason": True,
        "require_location_address": False,
        "adjustment_reasons_served": False,
        "older_verbs_served": True,
        "legacy_oauth_errors": True,
        "legacy_fields": True,
        "later_fields": False,
        "legacy_headers": True,
        "legacy_image_root": True,
        "legacy_not_found_text": True,
    },
    "2018": {"default_page_size": 100, "address_put_returns_body": False, "adjustment_revert_action": True},
    "2021": {},
}
_CHOICES: dict[str, tuple[Any, ...]] = {
    "era": tuple(_ERAS),
    "default_order_status": ("draft", "active", "finalized"),
    "default_purchase_order_status": ("draft", "active"),
    "default_tax_treatment": ("exclusive", "inclusive"),
    "default_page_size": (50, 100),
}


_KINDS = {bool: "true or false", int: "a whole number", str: "a word"}


def _check(name: str, value: Any) -> None:
    if name not in _DEFAULTS:
        raise ValueError(f"unknown switch {name!r}; docs/sandbox.md lists them")
    kind, choices = type(_DEFAULTS[name]), _CHOICES.get(name)
    if type(value) is not kind:
        raise ValueError(f"switch {name} takes {_KINDS[kind]}, not {value!r}")
    if choices is not None and value not in choices:
        raise ValueError(f"switch {name} takes {' or '.join(map(str, choices))}, not {value!r}")


def _of_era(era: str) -> dict[str, Any]:
    """Every switch that some era sets, as it was in this one."""
    touched = {name: _DEFAULTS[name] for preset in _ERAS.values() for name in preset}
    return touched | _ERAS[era]
