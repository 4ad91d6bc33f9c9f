"""What a token may do: the account's plan, and the permissions of the user behind it (reference §2.5, §2.7).

Which permissions there are is known from recordings and samples; which endpoint needs which is inferred
from their names. A privileged token may do everything.
"""

from __future__ import annotations

from .errors import Forbidden, NotFound, PaymentRequired
from .routes import Route
from .state import Row
from .world import World

_LAPSED = "Your subscription has lapsed. Please update your billing details to continue."
_NO_API = "API access is not enabled for this account. Please contact support."
_REFUSED = "You do not have permission to access this resource."

_AREAS = {
    "products": ("products", "variants", "images", "composition", "stock_levels"),
    "orders": (
        "orders", "order_line_items", "fulfillments", "fulfillment_line_items", "invoices", "invoice_line_items",
        "payments", "fulfillment_returns", "fulfillment_return_line_items",
    ),
    "stocks": (
        "stock_adjustments", "stock_adjustment_line_items", "stock_transfers", "stock_transfer_line_items",
        "purchase_orders", "purchase_order_line_items", "procurements",
    ),
    "companies": ("companies", "addresses", "contacts", "notes"),
    "settings": (
        "accounts", "users", "currencies", "locations", "tax_types", "tax_components", "payment_terms",
        "payment_methods", "price_lists",
    ),
}  # fmt: skip
_AREA_OF = {name: area for area, names in _AREAS.items() for name in names}
_READS = frozenset({"index", "show", "composition", "composition_of", "available_identifier"})
# Every program needs these to make sense of the rest, and everybody may see who and where they are.
_ALWAYS_READABLE = frozenset({"settings"})
_BUYING = ("buy_price", "moving_average_cost", "last_cost_price")


def admit(world: World) -> None:
    """Let the session in at all. Raises NotFound, PaymentRequired or Forbidden."""
    user = world.state.find("users", world.session.user_id) or {}
    if user.get("status", "active") != "active":
        raise NotFound("Login", user.get("login_id"))
    if world.switches.subscription_lapsed:
        raise PaymentRequired(_LAPSED)
    if not world.switches.api_access_enabled:
        raise Forbidden(_NO_API)


def permit(world: World, route: Route) -> None:
    """Let the user behind the session do this. Raises Forbidden."""
    area = _AREA_OF.get(route.resource)
    if world.session.privileged or area is None or route.endpoint in {"current_account", "current_user"}:
        return
    held = permissions(world)
    if f"write_{area}" in held:
        return
    if route.endpoint not in _READS or (_read_is_guarded(world, area) and f"read_{area}" not in held):
        raise Forbidden(_REFUSED)


def permissions(world: World) -> list[str]:
    """The permissions of the session's user."""
    user = world.state.find("users", world.session.user_id) or {}
    held: list[str] = user.get("permissions", [])
    return held


def may_see_buying_prices(world: World) -> bool:
    """Without the permission they are shown as null rather than refused (appendix 8)."""
    return world.session.privileged or "read_buy_prices" in permissions(world)


def without_buying_prices(shown: Row) -> Row:
    """A variant as somebody sees it who may not know what it cost."""
    hidden = dict.fromkeys(_BUYING)
    prices = [
        {**price, "value": None} if price["price_list_id"] == "buy" else price for price in shown["variant_prices"]
    ]
    return {**shown, **hidden, "variant_prices": prices, "prices": {**shown["prices"], "buy": None}}


def _read_is_guarded(world: World, area: str) -> bool:
    """Only `read_products` was ever seen beside its `write_` twin; a switch guards the other areas too."""
    if area in _ALWAYS_READABLE:
        return False
    return area == "products" or world.switches.every_read_needs_permission
