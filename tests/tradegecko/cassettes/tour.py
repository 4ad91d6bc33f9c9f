"""What the cassette holds: a round of calls, and how it is kept free of people and tokens."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import orjson
import vcr  # type: ignore[import-untyped]  # it has no annotations

from tradegecko_bridge import errors
from tradegecko_bridge.tradegecko.calls import Call
from tradegecko_bridge.tradegecko.client import TradeGeckoClient
from tradegecko_bridge.tradegecko.resources import COMPANIES, ORDERS, PRODUCTS, TAX_TYPES, USERS, VARIANTS, current

CASSETTE: Final = Path(__file__).with_name("tour.yaml")
CALLS: Final[dict[str, Call[Any]]] = {
    "who": current(USERS),
    "first page": VARIANTS.list(page=1, limit=3),
    "second page": VARIANTS.list(page=2, limit=3),
    "along": PRODUCTS.list(limit=2, include=["variants"]),
    "always along": TAX_TYPES.list(limit=2),
    "people": COMPANIES.list(limit=2),
    "made": PRODUCTS.create({"name": "Kite"}, idempotency_key="tour-1"),
    "made twice": PRODUCTS.create({"name": "Kite"}, idempotency_key="tour-1"),
    "refused": PRODUCTS.create({"name": ""}),
    "changed": PRODUCTS.update(1, {"brand": "Tailwind"}),
    "missing": ORDERS.get(99),
}
_PERSONAL: Final = re.compile(r"(first|last)_name|email|.*phone.*|fax|mobile|address\d|.*_url|url|billing_contact.*")
_HARMLESS: Final = {"action_items_email"}
_LEFT_OUT: Final = {"authorization", "cookie", "user-agent", "host"}


def run(client: TradeGeckoClient) -> dict[str, Any]:
    """Every call's value, or the error it raised."""
    results: dict[str, Any] = {}
    for name, call in CALLS.items():
        try:
            results[name] = client.send(call)
        except errors.TradeGeckoError as error:
            results[name] = error
    return results


def recorder(mode: str) -> Any:
    """vcrpy, set so that nothing personal is written; the sandbox's port does not matter."""
    return vcr.VCR(
        record_mode=mode,
        match_on=("method", "path", "query", "body"),
        filter_headers=sorted(_LEFT_OUT),
        before_record_request=_without_port,
        before_record_response=_discreet,
    ).use_cassette(str(CASSETTE))


def _without_port(request: Any) -> Any:
    request.uri = re.sub(r"^http://127\.0\.0\.1:\d+", "http://api.example", request.uri)
    return request


def _discreet(response: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in response["headers"].items() if name.lower() not in {"link", "location"}}
    body = response["body"].get("string") or b""
    scrubbed = orjson.dumps(_scrubbed(orjson.loads(body))) if body else body
    length = {name: [str(len(scrubbed))] for name in kept if name.lower() == "content-length"}
    return {**response, "headers": {**kept, **length}, "body": {"string": scrubbed}}


def _scrubbed(value: Any) -> Any:
    """The same JSON with every text about a person blanked out."""
    if isinstance(value, list):
        return [_scrubbed(item) for item in value]
    if isinstance(value, dict):
        return {name: _blank(name, item) for name, item in value.items()}
    return value


def _blank(name: str, value: Any) -> Any:
    personal = isinstance(value, str) and _PERSONAL.fullmatch(name) and name not in _HARMLESS
    return "(left out)" if personal else _scrubbed(value)
