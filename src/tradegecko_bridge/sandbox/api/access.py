"""What a token may do: the account's plan, and the permissions of the user behind it (reference §2.5, §2.7).

Which permissions there are is known from recordings and samples; which endpoint needs which is inferred
from their names. A privileged token may do everything.
"""

from __future__ import annotations

from ..model.context import Context
from ..model.schema import Endpoint, reading_needs_permission
from ..model.state import Row
from ..wire.errors import Forbidden, NotFound, PaymentRequired

_LAPSED = "Your subscription has lapsed. Please update your billing details to continue."
_NO_API = "API access is not enabled for this account. Please contact support."
_REFUSED = "You do not have permission to access this resource."

_BUYING = ("buy_price", "moving_average_cost", "last_cost_price")


def admit(context: Context) -> None:
    """Let the session in at all. Raises NotFound, PaymentRequired or Forbidden."""
    user = context.state.find("users", context.session.user_id) or {}
    if user.get("status", "active") != "active":
        raise NotFound("Login", user.get("login_id"))
    if context.switches.subscription_lapsed:
        raise PaymentRequired(_LAPSED)
    if not context.switches.api_access_enabled:
        raise Forbidden(_NO_API)


def permit(context: Context, endpoint: Endpoint) -> None:
    """Let the user behind the session do this. Raises Forbidden."""
    area = endpoint.area
    if context.session.privileged or not area:
        return
    held = permissions(context)
    if f"write_{area}" in held:
        return
    reads = endpoint.permission == "read"
    if not reads or (_read_is_guarded(context, area) and f"read_{area}" not in held):
        raise Forbidden(_REFUSED)


def permissions(context: Context) -> list[str]:
    """The permissions of the session's user."""
    user = context.state.find("users", context.session.user_id) or {}
    held: list[str] = user.get("permissions", [])
    return held


def may_see_buying_prices(context: Context) -> bool:
    """Without the permission they are shown as null rather than refused, or shown after all (appendix 8)."""
    if context.session.privileged or not context.switches.buying_prices_hidden:
        return True
    return "read_buy_prices" in permissions(context)


def without_buying_prices(shown: Row) -> Row:
    """A variant as somebody sees it who may not know what it cost."""
    hidden = dict.fromkeys(_BUYING)
    prices = [
        {**price, "value": None} if price["price_list_id"] == "buy" else price for price in shown["variant_prices"]
    ]
    return {**shown, **hidden, "variant_prices": prices, "prices": {**shown["prices"], "buy": None}}


def _read_is_guarded(context: Context, area: str) -> bool:
    """Only `read_products` was ever seen beside its `write_` twin; a switch guards most other areas too."""
    guarded = reading_needs_permission()[area]
    return bool(getattr(context.switches, guarded)) if isinstance(guarded, str) else guarded
