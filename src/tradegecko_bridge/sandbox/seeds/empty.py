"""`empty`: an account, a user, one warehouse, a currency and taxes, and nothing to sell."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from ..rules.base import RulesContext


class Keys(NamedTuple):
    """What opens a sandbox, of which each has its own: a privileged token, and the application's secret."""

    access_token: str
    client_secret: str


# Obviously nobody's: 64 lower-case hexadecimal digits, the form real ones had.
CLIENT_ID = "c1d0" * 16
PASSWORD = "demo-password"  # noqa: S105 - an obvious fake
# Any port: a program that waits for a browser on its own machine takes one that is free.
REDIRECT_URIS = ["http://127.0.0.1:*", "http://localhost:*", "http://[::1]:*"]

_ACCOUNT = {
    "contact_email": "hello@demo.example",
    "contact_phone": "+1 416 555 0100",
    "industry": "Retail",
    "stock_level_warn": True,
    "tax_label": "HST",
    "tax_number": "",
    "tax_number_label": "HST Number",
    "default_tax_treatment": "exclusive",
    "default_order_price_list_id": "retail",
    "default_purchase_order_price_list_id": "buy",
    "billing_contact_id": 1,
}


def fill_empty(context: RulesContext, keys: Keys) -> None:
    """Set the account up as far as every account is."""
    state = context.state
    account = state.insert("accounts", {"name": "Demo", "country": "CA", "time_zone": "America/Toronto"})
    user = state.insert("users", _user(account["id"]))
    application = state.insert("applications", _application(account["id"], keys))
    state.insert(
        "access_tokens",
        {
            "token": keys.access_token,
            "application_id": application["id"],
            "account_id": account["id"],
            "user_id": user["id"],
        },
    )
    _reasons(context)
    _settings(context)


def complete(context: RulesContext, keys: Keys) -> None:
    """Add what an earlier release had not kept: passwords and client ids, reasons of adjustments."""
    application, user = context.state["applications"].rows[1], context.state["users"].rows[1]
    with context.state.transaction():
        if application.get("client_id") is None:
            context.state.update("applications", application, _application(user["account_id"], keys))
            context.state.update("users", user, {"password": PASSWORD}, touch=False)
        if not context.state["stock_adjustment_reasons"].rows:
            _reasons(context)


def _reasons(context: RulesContext) -> None:
    """The documented reasons of stock adjustments; their names and signs are inferred (reference §5.26)."""
    for code, name, sign in (
        ("supplier", "New Products", 1),
        ("customer", "Returned Goods", 1),
        ("damaged", "Damaged Goods", -1),
        ("shrinkage", "Shrinkage", -1),
        ("promotion", "Promotion", -1),
        ("production", "Production of Goods", 1),
    ):
        reason = {"name": name, "reason_code": code, "default_quantity": sign, "is_system": True}
        context.state.insert("stock_adjustment_reasons", reason)


def _application(account_id: int, keys: Keys) -> dict[str, object]:
    return {
        "name": "Demo application",
        "account_id": account_id,
        "client_id": CLIENT_ID,
        "client_secret": keys.client_secret,
        "redirect_uris": REDIRECT_URIS,
    }


def _user(account_id: int) -> dict[str, object]:
    return {
        "first_name": "Dana",
        "last_name": "Demo",
        "email": "dana@demo.example",
        "password": PASSWORD,
        "login_id": 1,
        "account_id": account_id,
        "billing_contact": True,
        "permissions": [
            "read_reports",
            "write_stocks",
            "write_orders",
            "write_products",
            "write_settings",
            "write_companies",
            "read_buy_prices",
        ],
    }


def _settings(context: RulesContext) -> None:
    state, create = context.state, {name: rules.create for name, rules in context.rules.items()}
    cad = create["currencies"]({"iso": "CAD", "name": "Canadian Dollar", "symbol": "$"})
    for code, name in (("BUY", "Buy"), ("WHOLESALE", "Wholesale"), ("RETAIL", "Retail")):
        built_in = {"builtin": code.lower(), "code": code, "name": name, "currency_id": cad["id"]}
        state.insert("price_lists", {**built_in, "is_cost": code == "BUY"})
    main = create["locations"](
        {"label": "Main Warehouse", "address1": "100 King Street West", "city": "Toronto", "state": "ON",
         "country": "CA", "zip_code": "M5X 1A9", "holds_stock": True}
    )  # fmt: skip
    taxes = {
        code: create["tax_types"]({"name": name, "code": code, "tax_components": [{"label": code, "rate": rate}]})
        for code, name, rate in (
            ("EXEMPT", "Tax Exempt", Decimal(0)),
            ("GST", "GST 5%", Decimal(5)),
            ("HST", "HST 13%", Decimal(13)),
        )
    }
    terms = [
        create["payment_terms"]({"name": name, "due_in_days": days, "from": "now"})
        for name, days in (("Due on receipt", 0), ("NET30", 30))
    ]
    card = state.insert("payment_methods", {"name": "Credit Card", "is_default": True})
    state.insert("payment_methods", {"name": "Cash"})
    state.update("accounts", context.account, _ACCOUNT)
    defaults = {
        "primary_location_id": main["id"],
        "primary_billing_location_id": main["id"],
        "default_currency_id": cad["id"],
        "default_payment_method_id": card["id"],
        "default_payment_term_id": terms[0]["id"],
        "default_sales_order_tax_type_id": taxes["HST"]["id"],
        "default_purchase_order_tax_type_id": taxes["HST"]["id"],
        "default_tax_exempt_id": taxes["EXEMPT"]["id"],
    }
    state.update("accounts", context.account, defaults)
