"""Making the sandbox misbehave: its clock, tokens ended on demand, and every kind of fault beyond the first ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from tests.sandbox.junk import ANYTHING
from tests.sandbox.support import START, Application, Client
from tradegecko_bridge.sandbox import Sandbox

ORDER = {"order": {"company_id": 2, "shipping_address_id": 1, "order_number": "W-1"}}


def tell(api: Client, path: str, body: object) -> httpx.Response:
    """Send a command to the control area."""
    return httpx.post(f"{api.sandbox.base_url}/_sandbox/{path}", json=body, verify=False)


def test_the_clock_moves_on_command(api: Client) -> None:
    """Windows, keys, Date and timestamps follow the moved clock; a reset moves it back."""
    api.post("/notes", "note", company_id=2, body="x")
    before = api("GET", "/notes")
    api.sandbox.advance(300)
    after = api("GET", "/notes")
    assert after.headers["X-Rate-Limit-Remaining"] == "299"
    jump = parsedate_to_datetime(after.headers["Date"]) - parsedate_to_datetime(before.headers["Date"])
    assert timedelta(seconds=299) <= jump <= timedelta(seconds=302)
    assert api.sandbox.set_clock(datetime(2030, 1, 2, tzinfo=UTC)).year == 2030
    assert api.post("/notes", "note", company_id=2, body="y")["created_at"].startswith("2030-01-02T")
    api.sandbox.reset()
    assert api.sandbox.now - START < timedelta(seconds=10)


def test_the_clock_over_http(api: Client) -> None:
    """The control area shows the clock, advances and sets it, and refuses what cannot be."""
    assert tell(api, "clock", {"advance": 3600}).json()["now"].startswith("2021-03-01T13:00:0")
    assert tell(api, "clock", {"set": "2022-05-01T00:00:00+02:00"}).json()["now"].startswith("2022-04-30T22:00:0")
    shown = httpx.get(f"{api.sandbox.base_url}/_sandbox/clock", verify=False).json()["now"]
    assert shown.startswith("2022-04-30T22:00:0")
    impossible: tuple[object, ...] = (
        {}, {"advance": "1"}, {"advance": -1}, {"advance": 1e30}, {"advance": True}, {"set": "soon"},
        {"set": "2022-05-01"}, {"set": "9999-12-31T00:00:00Z"}, [],
    )  # fmt: skip
    for wrong in impossible:
        assert tell(api, "clock", wrong).status_code == 422, wrong


def test_tokens_are_ended_over_http(api: Client, app: Application) -> None:
    """Expiring and revoking tell how many tokens they ended; the privileged one ends only by name."""
    pair = app.pair()
    assert tell(api, "tokens/expire", {}).json() == {"tokens": 1}
    assert app.call(pair) == (401, "The access token expired")
    assert tell(api, "tokens/revoke", {"token": pair["access_token"]}).json() == {"tokens": 1}
    assert app.call(pair) == (401, "The access token was revoked")
    assert tell(api, "tokens/revoke", {"token": 5}).status_code == 422
    assert api("GET", "/orders").status_code == 200
    assert tell(api, "tokens/revoke", {"token": api.sandbox.access_token}).json() == {"tokens": 1}
    assert api("GET", "/orders").status_code == 401


def test_a_storm_of_429_for_some_requests(api: Client) -> None:
    """The requests it hits have no effect and say that nothing remains; then all is as before."""
    api.sandbox.fault("POST", "/orders", "rate_limit", times=3)
    for _ in range(3):
        answer = api("POST", "/orders", ORDER)
        assert (answer.status_code, answer.headers["X-Rate-Limit-Remaining"]) == (429, "0")
        assert list(answer.json()) == ["error"]
    answer = api("POST", "/orders", ORDER)
    assert (answer.status_code, answer.headers["X-Rate-Limit-Remaining"]) == (201, "296")


@pytest.mark.parametrize("limit", [300, None])
def test_a_window_that_somebody_else_used_up(limit: int | None) -> None:
    """With until="reset" everything is 429 until the window of the headers is over, limit or none."""
    with Sandbox(rate_limit=limit) as sandbox:
        api = Client(sandbox)
        sandbox.set_clock(datetime(2021, 3, 1, 12, 0, 10, tzinfo=UTC))
        sandbox.fault("GET", "/orders", "rate_limit", until="reset")
        for method, path in (("GET", "/orders"), ("GET", "/products"), ("POST", "/orders")):
            assert api(method, path, ORDER).status_code == 429
        reset = int(api("GET", "/orders").headers["X-Rate-Limit-Reset"])
        sandbox.set_clock(datetime.fromtimestamp(reset, UTC) - timedelta(seconds=5))
        assert api("GET", "/orders").status_code == 429
        sandbox.advance(5)
        assert api("GET", "/orders").status_code == 200
        api.close()


def test_remaining_may_be_stale(api: Client) -> None:
    """Remaining is reported too high, never above the limit, while the true count goes on."""
    api.sandbox.fault("GET", "*", "stale_remaining", by=10, times=12)
    shown = [int(api("GET", "/orders").headers["X-Rate-Limit-Remaining"]) for _ in range(13)]
    assert shown == [300] * 10 + [299, 298, 287]


@pytest.mark.parametrize("status", [200, 403, 502])
def test_html_instead_of_json(api: Client, status: int) -> None:
    """A page from a proxy, with any status, before or after the commit."""
    api.sandbox.fault("POST", "/orders", "html", status=status)
    answer = api("POST", "/orders", ORDER)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert answer.text.startswith("<!DOCTYPE html>")
    assert api.get("/orders")["meta"]["total"] == 0
    api.sandbox.fault("POST", "/orders", "html", status=status, when="after")
    api("POST", "/orders", ORDER)
    assert api.get("/orders")["meta"]["total"] == 1


def test_an_answer_may_break_off_in_the_middle(api: Client) -> None:
    """The client gets half a body of the promised length; the order is there. Empty answers just break off."""
    api.sandbox.fault("*", "/orders*", "drop_mid_body", times=2)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        api("POST", "/orders", ORDER)
    with pytest.raises(httpx.RemoteProtocolError):
        api("PUT", "/orders/1", {"order": {"notes": "x"}})
    assert api.get("/orders/1")["order"]["notes"] == "x"


def test_an_order_may_be_visible_late(api: Client) -> None:
    """Created, but neither listed, found by number or shown until the time has passed; writes reach it."""
    api.sandbox.fault("POST", "/orders", "visible_late", seconds=30)
    key = api("POST", "/orders", ORDER).json()["order"]["id"]
    for query in ("", "?order_number=W-1", f"?ids={key}", "?status=draft"):
        assert api.get(f"/orders{query}")["meta"]["total"] == 0, query
    api.refused("GET", f"/orders/{key}", None, 404)
    api.put(f"/orders/{key}", "order", notes="x")
    assert api("POST", "/orders", ORDER).status_code == 201
    assert api.get("/orders")["meta"]["total"] == 1
    api.sandbox.advance(30)
    assert api.get("/orders", order_number="W-1")["meta"]["total"] == 2
    assert api.get(f"/orders/{key}")["order"]["notes"] == "x"


def test_pages_may_come_in_another_order(api: Client) -> None:
    """A list it hits is shuffled before it is cut, the same way for the same seed; totals stay true."""

    def walk(seed: int) -> list[int]:
        api.sandbox.instance.faults.clear()
        api.sandbox.fault("GET", "/variants", "shuffle", times=4, seed=seed)
        return [key for page in (1, 2, 3, 4) for key in api.ids("/variants", limit=4, page=page)]

    assert walk(1) == walk(1) != walk(2)
    assert len(walk(1)) == 16 > len(set(walk(1)))
    assert api.ids("/variants") == list(range(16, 0, -1))


def test_date_may_be_skewed(api: Client) -> None:
    """Date is off by as much as asked, before or after the true time."""
    true = parsedate_to_datetime(api("GET", "/orders").headers["Date"])
    for by in (-90, 90):
        api.sandbox.fault("GET", "/orders", "clock_skew", by=by)
        shown = parsedate_to_datetime(api("GET", "/orders").headers["Date"])
        assert abs((shown - true).total_seconds() - by) <= 2


def test_quiet_faults_come_along_with_a_loud_one(api: Client) -> None:
    """A skewed clock and a 429 strike the same request."""
    api.sandbox.fault("GET", "/orders", "clock_skew", by=3600)
    api.sandbox.fault("GET", "/orders", "rate_limit")
    answer = api("GET", "/orders")
    assert answer.status_code == 429
    assert parsedate_to_datetime(answer.headers["Date"]) - api.sandbox.now > timedelta(minutes=59)


def test_chance_is_repeatable(api: Client) -> None:
    """The same seed strikes the same requests, another one others, and times is the most it strikes."""

    def run(seed: int) -> list[int]:
        api.sandbox.instance.faults.clear()
        api.sandbox.fault("GET", "/orders", "status", status=503, chance=0.3, times=1000, seed=seed)
        return [api("GET", "/orders").status_code for _ in range(30)]

    assert run(1) == run(1) != run(2)
    assert 3 <= run(1).count(503) <= 15
    api.sandbox.instance.faults.clear()
    api.sandbox.fault("GET", "/orders", "status", status=503, chance=0.5, times=2, seed=3)
    assert [api("GET", "/orders").status_code for _ in range(30)].count(503) == 2


@pytest.mark.parametrize(
    "odd",
    [{"by": "1"}, {"by": 10**10}, {"until": "reset"}, {"until": "noon"}, {"chance": 2}, {"chance": "x"},
     {"seed": 1.5}, {"fault": "html", "status": 100}, {"seen": 4}],
)  # fmt: skip
def test_faults_that_cannot_be(api: Client, odd: dict[str, Any]) -> None:
    """New keys are checked as strictly as the old ones."""
    fault = {"method": "GET", "path": "/orders", "fault": "stale_remaining", **odd}
    assert tell(api, "faults", fault).status_code == 422


def test_secrets_are_hidden_however_their_names_are_written(sandbox: Sandbox) -> None:
    """Percent signs, brackets and capitals in a parameter's name do not bring its value into the log."""
    for name in ("access_token", "refresh%5Ftoken", "Password", "code", "client_secret%5B%5D", "%74oken"):
        httpx.get(f"{sandbox.base_url}/oauth/authorize?{name}=s3cret&state=kept")
    httpx.get(f"{sandbox.base_url}/oauth/authorize?state=s%2Bt&mycode=fine")
    logged = [entry["query"] for entry in sandbox.requests()]
    assert "s3cret" not in "".join(logged)
    assert all("state=kept" in query for query in logged[:-1])
    assert logged[-1] == "state=s%2Bt&mycode=fine"


_ORDERED = {"order": "1", "finalize": "true"}
_COMMANDS: dict[str, dict[str, str]] = {
    "faults": {"method": '"POST"', "path": '"/nowhere"', "fault": '"slow"', "nth": "1", "times": "1", "seconds": "0",
               "status": "500", "when": '"before"', "by": "0", "until": '""', "chance": "1", "seed": "0"},
    "clock": {"advance": "1"},
    "switches": {"subscription_lapsed": "false", "era": '"2021"', "default_page_size": "50"},
    "tokens/expire": {"token": '"x"'},
    "warehouse/receive": {"sku": '"MUG-RED"', "quantity": "1", "location": "1", "cost": "1"},
    "warehouse/pack": {**_ORDERED, "lines": "{}", "location": "1", "notes": '"x"'},
    "warehouse/ship": {**_ORDERED, "tracking_number": '"1Z"', "fulfillment": "1"},
}  # fmt: skip


@pytest.mark.parametrize("path", _COMMANDS)
def test_junk_for_the_control_area(api: Client, path: str) -> None:
    """Whatever stands where a value belongs: done, or one line that is no Python's."""
    whole = _COMMANDS[path]
    bodies = ["", "[]", "nonsense", "null", "[" * 5000]
    for name in whole:
        for junk in ANYTHING:
            pairs = (f'"{key}":{junk if key == name else value}' for key, value in whole.items())
            bodies.append("{" + ",".join(pairs) + "}")
    for body in bodies:
        answer = httpx.post(f"{api.sandbox.base_url}/_sandbox/{path}", content=body.encode(), verify=False)
        assert answer.status_code in {200, 201, 422}, (body[:300], answer.text)
        if answer.status_code == 422:
            line = answer.json()["error"]
            assert len(line) <= 501, body[:300]
            assert "\n" not in line, body[:300]
            assert "unhashable" not in line, body[:300]
    api.sandbox.reset()
    assert api("GET", "/variants").status_code == 200
