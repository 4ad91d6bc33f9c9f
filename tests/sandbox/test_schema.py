"""The description of endpoints and fields: whole, free of contradictions, and what requests are routed by."""

from __future__ import annotations

from dataclasses import fields

import httpx
import pytest

from scripts import write_api_docs
from tests.sandbox.support import Client
from tradegecko_bridge.sandbox.api.endpoints import Endpoints
from tradegecko_bridge.sandbox.api.routes import match
from tradegecko_bridge.sandbox.model.describe import published
from tradegecko_bridge.sandbox.model.schema import Endpoint, oauth_endpoints, reading_needs_permission, schema
from tradegecko_bridge.sandbox.model.switches import Switches
from tradegecko_bridge.sandbox.oauth import OAuth

ENDPOINTS = [endpoint for resource in schema().values() for endpoint in resource.endpoints]
EVERYTHING = Switches.of({f.name: True for f in fields(Switches) if f.type == "bool"})
KINDS = {"int", "string", "bool", "decimal", "quantity", "float", "date", "datetime", "array", "object"}


def _name(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {endpoint.path}"


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=_name)
def test_a_request_finds_its_endpoint(endpoint: Endpoint) -> None:
    """By its path, with a slash or `.json` behind it, and by the other name of its method; something answers it."""
    path = endpoint.path.replace(":id", "17")
    for method in endpoint.methods:
        for text in (path, f"{path}/", f"{path}.json", path.lstrip("/")):
            route = match(method, text, EVERYTHING)
            assert route is not None, (method, text)
            assert route.endpoint is endpoint
            assert route.key == ("17" if ":id" in endpoint.path else None)
    assert callable(getattr(Endpoints, endpoint.does))


def test_endpoints_behind_a_switch_are_not_there_without_it() -> None:
    """What a switch takes away is no route at all, and the switch exists."""
    switched = [endpoint for endpoint in ENDPOINTS if endpoint.switch]
    assert switched
    for endpoint in switched:
        off = Switches.of({endpoint.switch: False})
        assert match(endpoint.method, endpoint.path.replace(":id", "17"), off) is None, _name(endpoint)


def test_endpoints_are_described_whole() -> None:
    """No two share method and path; each has a summary, a section and, where it guards something, an area."""
    names = [_name(endpoint) for endpoint in [*ENDPOINTS, *oauth_endpoints()]]
    assert len(names) == len(set(names))
    for endpoint in [*ENDPOINTS, *oauth_endpoints()]:
        assert endpoint.summary.endswith("."), _name(endpoint)
        assert "{" not in endpoint.summary + endpoint.path
        assert endpoint.reference
        assert endpoint.permission in {"", "read", "write"}
        assert (endpoint.permission == "write") == (endpoint.method != "GET" and not endpoint.path.startswith("/oauth"))
        assert endpoint.gives or endpoint.status in {204, 302} or endpoint.path.startswith("/oauth")
        assert not endpoint.speaks or (endpoint.gives and endpoint.status == 204)
        assert {endpoint.switch, endpoint.speaks} - {""} <= {f.name for f in fields(Switches)}
    for endpoint in oauth_endpoints():
        assert callable(getattr(OAuth, endpoint.does))


def test_the_page_of_the_description_is_as_written() -> None:
    """Nobody edits it by hand, and nothing is missing: run ``python scripts/write_api_docs.py``."""
    assert write_api_docs.PAGE.read_text() == write_api_docs.page()


def test_the_description_is_served(api: Client) -> None:
    """Every endpoint and every field a client meets, by name, without what only matters inside; no token needed."""
    answer = httpx.get(f"{api.sandbox.base_url}/_sandbox/schema", verify=False)
    told = answer.json()
    assert told == published()
    expected = {(e.method, e.path) for e in [*ENDPOINTS, *oauth_endpoints()]}
    assert {(e["method"], e["path"]) for e in told["endpoints"]} == expected
    assert told["resources"].keys() == {e.resource for e in ENDPOINTS}
    order = told["resources"]["orders"]["fields"]
    assert order["company_id"] == {
        "kind": "int", "access": "CU", "required": True, "filter": True, "ref": "companies", "evidence": "DRC",
    }  # fmt: skip
    assert list(order)[:3] == ["id", "created_at", "updated_at"]
    assert "order_number_folded" not in order
    assert told["resources"]["accounts"]["fields"]["default_sales_ledger_account_on"]["default"] == "company"


def test_every_area_says_when_reading_needs_permission() -> None:
    """Always, never, or when a switch says so."""
    areas = reading_needs_permission()
    assert {endpoint.area for endpoint in ENDPOINTS} - {""} == areas.keys()
    assert {value for value in areas.values() if isinstance(value, str)} <= {f.name for f in fields(Switches)}


def test_fields_fit_together() -> None:
    """Kinds are known; references, aliases, indexes, children and sideloads lead to what there is."""
    every = schema()
    for resource in every.values():
        assert {*resource.always, *resource.children} <= every.keys()
        assert {rule["table"] for rule in resource.includes.values()} <= every.keys()
        assert set(resource.indexes) <= resource.fields.keys()
        for field in resource.fields.values():
            where = f"{resource.name}.{field.name}"
            assert field.kind in KINDS, where
            assert field.access in {"RO", "CU", "C", "U", "filter", "hidden"}, where
            assert field.ref is None or field.ref in every, where
            assert field.alias is None or field.alias in resource.fields, where
            assert field.default is None or not field.enum or field.default in field.enum, where
