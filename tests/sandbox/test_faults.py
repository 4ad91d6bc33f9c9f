"""Faults on demand and the control area."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from tests.sandbox.support import Client, Json

ORDER: Json = {"order": {"company_id": 2, "shipping_address_id": 1, "order_number": "W-1"}}


def test_drop_after_commit_keeps_the_order_and_loses_the_answer(api: Client) -> None:
    """The client sees a broken connection, the order is there, once."""
    api.sandbox.fault("POST", "/orders", "drop_after_commit")
    with pytest.raises(httpx.RemoteProtocolError):
        api("POST", "/orders", ORDER)
    assert api.get("/orders", order_number="W-1")["meta"]["total"] == 1
    assert api.sandbox.requests()[0]["status"] is None


def test_drop_before_commit_keeps_nothing_but_burns_the_key(api: Client) -> None:
    """The order is not there, and the Idempotency-Key of the lost attempt is refused all the same."""
    keyed = {"headers": {"Idempotency-Key": "k"}}
    api.sandbox.fault("POST", "/orders", "drop_before_commit")
    with pytest.raises(httpx.RemoteProtocolError):
        api("POST", "/orders", ORDER, **keyed)
    assert api.get("/orders")["meta"]["total"] == 0
    assert api("POST", "/orders", ORDER, **keyed).status_code == 400


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize(("when", "kept"), [("before", 0), ("after", 1)])
def test_statuses_before_and_after_commit(api: Client, status: int, when: str, kept: int) -> None:
    """A 5xx before the commit keeps nothing, one after it keeps everything; only one request is hit."""
    api.sandbox.fault("POST", "/orders", "status", status=status, when=when)
    assert api("POST", "/orders", ORDER).status_code == status
    assert api.get("/orders")["meta"]["total"] == kept
    assert api("POST", "/orders", ORDER).status_code == 201


def test_slow_answers_and_the_nth_request(api: Client) -> None:
    """The second matching request waits, the first and the third do not."""
    api.sandbox.fault("GET", "/products/*", "slow", nth=2, seconds=0.3)
    spent = []
    for _ in range(3):
        started = time.perf_counter()
        api.get("/products/1.json")
        spent.append(time.perf_counter() - started)
    assert spent[1] >= 0.3
    assert max(spent[0], spent[2]) < 0.3


def test_a_slow_commit_outlives_an_impatient_client(api: Client) -> None:
    """A client that gives up waiting finds its order there."""
    api.sandbox.fault("POST", "/orders", "slow", seconds=0.4, when="after")
    with pytest.raises(httpx.ReadTimeout):
        api("POST", "/orders", ORDER, timeout=0.1)
    assert api.get("/orders")["meta"]["total"] == 1


def test_the_control_area_over_http(api: Client) -> None:
    """Faults are set, listed and cleared by anyone on this machine, uncounted and unlogged."""
    url, anonymous = api.sandbox.base_url, httpx.Client(verify=False)
    fault = {"method": "POST", "path": "/orders", "nth": 1, "fault": "drop_after_commit"}
    assert anonymous.post(f"{url}/_sandbox/faults", json=fault).status_code == 201
    assert anonymous.get(f"{url}/_sandbox/faults").json()["faults"][0]["path"] == "/orders"
    assert anonymous.delete(f"{url}/_sandbox/faults").status_code == 204
    assert api("POST", "/orders?access_token=secret", ORDER).status_code == 201
    log = anonymous.get(f"{url}/_sandbox/requests").json()["requests"]
    assert [(entry["method"], entry["path"], entry["status"]) for entry in log] == [("POST", "/orders", 201)]
    assert log[0].keys() == {"method", "path", "query", "status", "request_id", "time"}
    assert "secret" not in str(log)
    assert anonymous.post(f"{url}/_sandbox/reset").status_code == 204
    assert api.sandbox.requests() == []
    answer = api("GET", "/orders")
    assert (answer.json()["meta"]["total"], answer.headers["X-Rate-Limit-Remaining"]) == (0, "299")
    assert anonymous.get(f"{url}/_sandbox/nonsense").status_code == 404
    anonymous.close()


@pytest.mark.parametrize(
    "fault",
    [
        {}, [], "x", {"method": "GET", "path": "/", "fault": "explode"},
        {"method": "GET", "path": "/", "fault": "slow", "seconds": "1"},
        {"method": "GET", "path": "/", "fault": "status", "status": 200},
        {"method": "GET", "path": "/", "fault": "slow", "nth": 0},
        {"method": "GET", "path": "/", "fault": "slow", "when": "later"},
        {"method": 1, "path": "/", "fault": "slow"},
        {"method": "GET", "path": "/", "fault": "slow", "wat": 1},
    ],
)  # fmt: skip
def test_impossible_faults_are_refused(api: Client, fault: Any) -> None:
    """A fault that cannot be is 422 with a reason, and nothing is set."""
    answer = httpx.post(f"{api.sandbox.base_url}/_sandbox/faults", json=fault, verify=False)
    assert answer.status_code == 422
    assert answer.json()["error"]
    assert api.sandbox.instance.faults.listing() == []
