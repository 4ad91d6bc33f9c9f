"""The eras, which turn several switches at once, and the account's tax treatment, which is a column as well."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from tests.sandbox.support import Client, HandClock, Json
from tradegecko_bridge.sandbox import Sandbox, Switches

PAGE = Path(__file__).parents[2] / "docs/sandbox.md"


def treatments(api: Client) -> list[str]:
    """The account's default tax treatment, its old name, what a new order and purchase order get, and the switch."""
    account = api.get("/accounts/current")["account"]
    bought = api.post("/purchase_orders", "purchase_order", company_id=5)
    shown = [account["default_tax_treatment"], account["default_tax_type"]]
    shown += [api.order()["tax_treatment"], bought["tax_treatment"]]
    return [*shown, api.sandbox.instance.switches()["default_tax_treatment"]]


def test_the_tax_treatment_is_switch_and_column_in_one(api: Client) -> None:
    """Turned or put, both say the same, orders and purchase orders follow, and other switches leave it alone."""
    assert treatments(api) == ["exclusive"] * 5
    api.sandbox.set_switch("default_tax_treatment", "inclusive")
    assert treatments(api) == ["inclusive"] * 5
    api.sandbox.set_switch("default_page_size", 100)
    api.sandbox.set_switch("era", "2018")
    assert treatments(api) == ["inclusive"] * 5
    api.put("/accounts/1", "account", default_tax_treatment="exclusive")
    assert treatments(api) == ["exclusive"] * 5
    api.sandbox.set_switch("default_tax_treatment", "inclusive")
    assert treatments(api) == ["inclusive"] * 5
    api.sandbox.reset()
    assert treatments(api) == ["exclusive"] * 5


def test_the_tax_treatment_is_kept_with_the_account(tmp_path: Path) -> None:
    """A state file keeps what was put; a switch given at the start counts, then and after a reset."""
    file = tmp_path / "state"
    for given, expected in (
        ({}, "exclusive"),
        ({"default_tax_treatment": "inclusive"}, "inclusive"),
        ({}, "inclusive"),
        ({"default_tax_treatment": "exclusive"}, "exclusive"),
    ):
        with Sandbox(state=file, switches=given) as sandbox:
            api = Client(sandbox)
            assert treatments(api) == [expected] * 5
            sandbox.reset() if given.get("default_tax_treatment") == "exclusive" else None
            assert treatments(api) == [expected] * 5
            api.close()


def turned(switches: Switches) -> Json:
    """The switches that are not as they are by default."""
    return {f.name: getattr(switches, f.name) for f in fields(Switches) if getattr(switches, f.name) != f.default}


def test_an_era_turns_the_switches_that_are_known_to_have_changed() -> None:
    """Each era sets its own, leaves the rest alone, and what is given beside it counts."""
    assert turned(Switches.of({"era": "2021"})) == {}
    assert turned(Switches.of({"era": "2018"})) == {
        "era": "2018",
        "default_page_size": 100,
        "address_put_returns_body": False,
        "adjustment_revert_action": True,
    }
    old = Switches.of({"legacy_fields": False, "era": "2014"})
    assert (old.legacy_headers, old.legacy_fields, old.default_page_size) == (True, False, 100)
    later = old.having({"era": "2018", "subscription_lapsed": True}).having({"default_page_size": 50})
    assert turned(later) == {
        "era": "2018",
        "address_put_returns_body": False,
        "adjustment_revert_action": True,
        "subscription_lapsed": True,
    }
    assert turned(later.having({"era": "2021"})) == {"subscription_lapsed": True}
    with pytest.raises(ValueError, match="era takes 2014 or 2018 or 2021"):
        Switches.of({"era": "1999"})


def test_the_service_of_2014(clock: HandClock) -> None:
    """A sandbox of that time as a whole: what it shows, what it refuses, what it does not know yet."""
    with Sandbox(clock=clock, switches={"era": "2014"}) as sandbox:
        api = Client(sandbox)
        assert "subscription_price" in api.get("/accounts/current")["account"]
        assert isinstance(api.get("/accounts/current")["account"]["default_tax_rate"], float)
        gone = api.order()["id"]
        api("DELETE", f"/orders/{gone}")
        assert api.ids("/orders") == [gone]
        api.put("/addresses/1", "address", city="x")
        keyed = {"headers": {"Idempotency-Key": "k"}}
        note = {"note": {"company_id": 2, "body": "x"}}
        assert [api("POST", "/notes", note, **keyed).status_code for _ in range(2)] == [201, 201]
        assert api.refused("POST", "/stock_adjustments", {"stock_adjustment": {"notes": "x"}})["errors"].keys() == {
            "reason"
        }
        assert api("GET", "/stock_adjustment_reasons").status_code == 404
        assert api("GET", "/orders").headers["Status"] == "200 OK"
        grant = {"grant_type": "refresh_token", "refresh_token": "spent", "client_id": sandbox.client_id}
        refused = api.http.post("/oauth/token", json={**grant, "client_secret": sandbox.client_secret})
        assert refused.json()["error"] == "invalid_request"
        api.close()


def test_locations_and_stock_of_2014(api: Client) -> None:
    """A location needed only a label, stock at one had three keys, and no column came before its time."""
    assert api.refused("POST", "/locations", {"location": {"label": "L"}})["errors"].keys() == {"address1", "country"}
    assert list(api.variant("MUG-BLUE")["locations"][0])[3:] == [
        "incoming", "bin_location", "reorder_point", "production_committed", "production_incoming", "available",
    ]  # fmt: skip
    api.sandbox.set_switch("era", "2014")
    made = api.post("/locations", "location", label="L")
    assert (made["address1"], made["country"], made.keys() & {"created_at", "updated_at"}) == (None, None, set())
    assert api.refused("POST", "/locations", {"location": {"city": "x"}})["errors"].keys() == {"label"}
    assert list(api.variant("MUG-BLUE")["locations"][0]) == ["location_id", "stock_on_hand", "committed"]
    assert not api.order().keys() & {"tags", "contact_id", "payment_ids", "return_status"}
    api.sandbox.set_switch("later_fields", True)
    assert {"tags", "contact_id", "total", "url"} < api.order().keys()


def test_the_documentation_names_every_switch_with_its_default() -> None:
    """Each has a row of its own in docs/sandbox.md, in the order of the class."""
    rows = re.findall(r"^\| `(\w+)` \| `([^`]+)` \| .{20,}\|$", PAGE.read_text(), re.MULTILINE)
    expected = [(f.name, f'"{f.default}"' if isinstance(f.default, str) else str(f.default)) for f in fields(Switches)]
    assert rows == expected
