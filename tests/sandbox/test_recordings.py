"""The sandbox answers what was once recorded from the real API in the same shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.support import Client
from tradegecko_bridge.sandbox import Sandbox

FOLDER = Path(__file__).parents[2].parent / "shared" / "recordings"
EXCHANGES = {path.stem: json.loads(path.read_text())[0] for path in sorted(FOLDER.glob("*.json"))}
LISTS = [name for name, exchange in EXCHANGES.items() if "X-Pagination" in exchange["response"]["headers"]]
# Sent by the web server of that time, or about the connection rather than the answer.
_NOT_OURS = {"date", "status", "x-ua-compatible", "content-length"}

pytestmark = pytest.mark.skipif(not EXCHANGES, reason="the recordings are not beside the repository")


@pytest.fixture(scope="module")
def old_api() -> Iterator[Client]:
    """A sandbox that also shows the columns only the recordings of 2014 had, with documents to show."""
    with Sandbox(switches={"legacy_fields": True}) as sandbox:
        client = Client(sandbox)
        for _ in range(6):
            order = client.order(client.line("MUG-BLUE"), client.line("TEE-M"), status="finalized")
            client("POST", f"/orders/{order['id']}/actions/fulfil").raise_for_status()
            line = {"variant_id": 1, "quantity": 2, "price": "2.5"}
            client.post("/purchase_orders", "purchase_order", company_id=5, purchase_order_line_items=[line])
            client.post("/payment_terms", "payment_term", name="N")
            client.post("/payment_methods", "payment_method", name="M")
            client.post("/tax_types", "tax_type", name="T", tax_components=[{"label": "L", "rate": 1}])
        yield client
        client.close()


def _replay(api: Client, request: Any) -> Any:
    headers = {"Content-Type": request["content_type"]} if request["content_type"] else {}
    return api(request["method"], request["path"], content=request["body"] or b"", headers=headers)


@pytest.mark.parametrize("name", EXCHANGES)
def test_a_recorded_request_gets_an_answer_of_the_recorded_shape(old_api: Client, name: str) -> None:
    """Same status, same roots in the same order, every recorded key with a value of the recorded kind."""
    exchange = EXCHANGES[name]
    recorded, answer = exchange["response"], _replay(old_api, exchange["request"])
    assert answer.status_code == recorded["status"]
    then, now = json.loads(recorded["body"]), answer.json()
    assert list(now) == list(then)
    for root, value in then.items():
        _same_shape(value, now[root], f"{name}:{root}")


@pytest.mark.parametrize("name", EXCHANGES)
def test_recorded_headers_are_there(old_api: Client, name: str) -> None:
    """Every header of the recording that the application set is set here too."""
    exchange = EXCHANGES[name]
    answer = _replay(old_api, exchange["request"])
    wanted = {header.lower() for header in exchange["response"]["headers"]} - _NOT_OURS
    assert wanted <= {header.lower() for header in answer.headers}


@pytest.mark.parametrize("name", LISTS)
def test_pagination_headers_have_the_recorded_form(old_api: Client, name: str) -> None:
    """X-Pagination has the recorded keys in their order, Link the recorded relations."""
    exchange = EXCHANGES[name]
    recorded = exchange["response"]["headers"]
    answer = _replay(old_api, exchange["request"])
    assert list(json.loads(answer.headers["X-Pagination"])) == list(json.loads(recorded["X-Pagination"]))
    assert ": " not in answer.headers["X-Pagination"]
    rels = [part.split("rel=")[1] for part in recorded["Link"].split(", ")]
    assert [part.split("rel=")[1] for part in answer.headers["Link"].split(", ")] == rels


def _same_shape(then: Any, now: Any, where: str) -> None:
    """Every key of the recording is here, with a value of a kind that was recorded for it, or null."""
    if isinstance(then, dict):
        assert isinstance(now, dict), where
        if where.rsplit(".", 1)[-1] in {"receipt", "invoice_numbers"}:
            return
        assert then.keys() <= now.keys(), (where, sorted(then.keys() - now.keys()))
        for key, value in then.items():
            _same_shape(value, now[key], f"{where}.{key}")
    elif isinstance(then, list):
        assert isinstance(now, list), where
        for one in then[:3] if then and isinstance(then[0], dict) else []:
            for other in now:
                _same_shape(one, other, f"{where}[]")
    elif then is not None and now is not None:
        assert _kind(then) == _kind(now), (where, then, now)


def _kind(value: Any) -> str:
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
