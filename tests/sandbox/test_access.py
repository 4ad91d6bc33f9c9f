"""Who may do what: permissions of the user behind a token, the account's plan, and switches turned while it runs."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.sandbox.support import Application, Client
from tradegecko_bridge.sandbox import Sandbox

ORDER = {"order": {"company_id": 2, "shipping_address_id": 1}}


@pytest.fixture
def seller(app: Application, sandbox: Sandbox) -> Iterator[Client]:
    """A client with the token of the user who may only sell and look at products."""
    client = Client(sandbox)
    client.http.headers["Authorization"] = f"Bearer {app.pair(who=1)['access_token']}"
    yield client
    client.close()


def test_the_seeds_have_people_who_can_sign_in(sandbox: Sandbox) -> None:
    """Users are listed with their obvious passwords, the one who may do everything first."""
    first, second, *others = sandbox.users
    assert (first.email, first.password) == ("dana@demo.example", "demo-password")
    assert "write_settings" in first.permissions
    assert (second.email, second.permissions) == ("sasha@demo.example", ("read_products", "write_orders"))
    assert len({user.permissions for user in others}) > 5
    assert all(user.password == "demo-password" for user in sandbox.users)
    with Sandbox(seed="empty") as empty:
        assert [user.email for user in empty.users] == [first.email]


def test_a_user_acts_within_permissions(seller: Client) -> None:
    """Selling and looking are allowed, other writes are 403 with type and message and without effect."""
    assert seller.post("/orders", "order", company_id=2, shipping_address_id=1)["user_id"] == 2
    for path in ("/products", "/variants", "/stock_levels", "/companies", "/locations", "/users/current"):
        assert seller("GET", path).status_code == 200, path
    for method, path, body in (
        ("POST", "/products", {"product": {"name": "x"}}),
        ("PUT", "/variants/1", {"variant": {"sku": "x"}}),
        ("POST", "/companies", {"company": {"name": "x", "company_type": "consumer"}}),
        ("DELETE", "/addresses/1", None),
        ("POST", "/stock_adjustments", {"stock_adjustment": {}}),
        ("PUT", "/users/2", {"user": {"permissions": ["write_settings"]}}),
        ("PUT", "/accounts/1", {"account": {"name": "x"}}),
    ):
        error = seller.refused(method, path, body, 403)
        assert list(error) == ["type", "message"]
        assert error["type"] == "Forbidden"
    assert seller.variant("MUG-BLUE")["sku"] == "MUG-BLUE"


def test_buying_prices_are_null_without_permission(seller: Client, api: Client) -> None:
    """What things cost is hidden rather than refused; everything else of a variant is shown."""
    hidden, shown = seller.variant("MUG-BLUE"), api.variant("MUG-BLUE")
    assert shown["buy_price"] == "6.5"
    for name in ("buy_price", "last_cost_price", "moving_average_cost"):
        assert hidden[name] is None
    assert (hidden["prices"]["buy"], hidden["prices"]["retail"]) == (None, "19.99")
    assert list(hidden) == list(shown)
    sideloaded = seller.get("/products/1", include="variants")["variants"]
    assert {row["buy_price"] for row in sideloaded} == {None}
    api.sandbox.set_switch("buying_prices_hidden", False)
    assert seller.variant("MUG-BLUE") == shown


def test_reads_that_need_permission(seller: Client, api: Client) -> None:
    """Products cannot be read without any product permission; the switch guards the other areas as well."""
    assert seller("GET", "/stock_adjustments").status_code == 200
    api.sandbox.set_switch("every_read_needs_permission", True)
    assert seller("GET", "/stock_adjustments").status_code == 403
    assert seller("GET", "/companies").status_code == 403
    assert seller("GET", "/orders").status_code == 200
    assert seller("GET", "/currencies").status_code == 200
    api.put("/users/2", "user", permissions=["write_orders"])
    assert seller("GET", "/products").status_code == 403
    assert seller("GET", "/users/current").status_code == 200


def test_a_refused_write_has_used_its_key_up(seller: Client) -> None:
    """The key is checked before the permission, so a second attempt is told of the key."""
    keyed = {"headers": {"Idempotency-Key": "k"}}
    assert seller("POST", "/products", {"product": {"name": "x"}}, **keyed).status_code == 403
    assert seller("POST", "/products", {"product": {"name": "x"}}, **keyed).status_code == 400


def test_a_lapsed_subscription_and_a_plan_without_the_api(api: Client, app: Application) -> None:
    """402 and 403 for every token while the switch is turned, signing in still works, back to normal after."""
    api.sandbox.set_switch("subscription_lapsed", True)
    for path in ("/orders", "/accounts/current", "/users/current"):
        error = api.refused("GET", path, None, 402)
        assert error.keys() == {"type", "message"}
        assert error["type"] == "Payment Required"
    assert app.call(app.pair())[0] == 402
    api.sandbox.set_switch("subscription_lapsed", False)
    api.sandbox.set_switch("api_access_enabled", False)
    assert api.refused("POST", "/orders", ORDER, 403)["type"] == "Forbidden"
    api.sandbox.set_switch("api_access_enabled", True)
    assert api.get("/orders")["orders"] == []


def test_switches_turn_over_http_and_back_on_reset(api: Client) -> None:
    """The control area shows and turns switches, refuses unknown ones, and a reset restores them."""
    url = f"{api.sandbox.base_url}/_sandbox/switches"
    assert httpx.get(url, verify=False).json()["switches"]["subscription_lapsed"] is False
    turned = httpx.post(url, json={"subscription_lapsed": True, "legacy_fields": True}, verify=False)
    assert turned.json()["switches"]["subscription_lapsed"] is True
    assert api("GET", "/orders").status_code == 402
    refused = httpx.post(url, json={"subscription_lapsed": False, "no_such": True}, verify=False)
    assert (refused.status_code, "no_such" in refused.json()["error"]) == (422, True)
    api.sandbox.reset()
    assert "expires_at" not in api.get("/accounts/current")["account"]
