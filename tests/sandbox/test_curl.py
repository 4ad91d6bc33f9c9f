"""The sandbox as another language sees it: plain curl over real sockets, and what it prints."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import Any

import pytest

from tests.sandbox.support import Json
from tests.support import require
from tradegecko_bridge.sandbox import Sandbox

JSON = ("-H", "Content-Type: application/json")
EMPTY_REPLY, PARTIAL = 52, 18  # curl's exit codes for a server that hangs up


@dataclass
class Reply:
    """What curl printed with `-i`, taken apart."""

    exit: int
    status: int
    headers: list[tuple[str, str]]
    body: str

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    def __getitem__(self, name: str) -> str:
        """A header, which must be there once."""
        (value,) = [value for key, value in self.headers if key.lower() == name.lower()]
        return value

    def __contains__(self, name: str) -> bool:
        return any(key.lower() == name.lower() for key, _ in self.headers)


class Curl:
    """Runs curl against a sandbox, with its token unless told otherwise."""

    def __init__(self, program: str, sandbox: Sandbox) -> None:
        self.program, self.sandbox = program, sandbox
        self.token: str | None = sandbox.access_token

    def __call__(self, path: str, *options: str, data: object = None, exit: int = 0) -> Reply:
        """One request. `data` goes out on standard input, as it is or as JSON."""
        if data is not None:
            options = (*options, *(() if isinstance(data, str) else JSON), "--data-binary", "@-")
        done = self.run(path, "-i", *options, given=data if isinstance(data, str) else json.dumps(data))
        assert done.returncode == exit, (done.returncode, done.stderr)
        return _take_apart(done.returncode, done.stdout)

    def run(self, path: str, *options: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """curl as it is."""
        command = [self.program, "-sS", "--globoff", "--max-time", "10", "--noproxy", "*", *options]
        command += ["-H", f"Authorization: Bearer {self.token}"] if self.token else []
        return subprocess.run(
            [*command, self.sandbox.base_url + path], input=given, capture_output=True, text=True, timeout=20
        )

    def control(self, path: str, data: object, status: int = 201) -> Any:
        """Ask something of the control area, without a token."""
        token, self.token = self.token, None
        reply = self(f"/_sandbox/{path}", data=data)
        self.token = token
        assert reply.status == status, reply.body
        return reply.json

    def fault(self, method: str, path: str, fault: str, **more: object) -> None:
        """Have something go wrong."""
        self.control("faults", {"method": method, "path": path, "fault": fault, **more})

    def sign_in(self, email: str = "dana@demo.example") -> Json:
        """A token pair by the password grant, sent as a form."""
        keys = {"client_id": self.sandbox.client_id, "client_secret": self.sandbox.client_secret}
        fields = {"grant_type": "password", "username": email, "password": "demo-password", **keys}
        reply = self("/oauth/token", *(part for key, value in fields.items() for part in ("-d", f"{key}={value}")))
        assert reply.status == 200, reply.body
        pair: Json = reply.json
        return pair


def _take_apart(code: int, printed: str) -> Reply:
    """The last answer curl printed: an interim one such as 100 may stand before it."""
    head, _, body = printed.partition("\n\n")
    if re.match(r"HTTP/\S+ 100", head):
        head, _, body = body.partition("\n\n")
    first, *rest = head.splitlines() or [""]
    status = int(first.split()[1]) if first.startswith("HTTP/") else 0
    return Reply(code, status, [(k, v.strip()) for k, _, v in (line.partition(":") for line in rest)], body)


@pytest.fixture
def curl(sandbox: Sandbox) -> Curl:
    """curl, and the reset sandbox. Without curl the test is skipped; in CI it fails instead."""
    program = shutil.which("curl")
    if program is None:
        require("curl is not installed")
    return Curl(program, sandbox)


@pytest.fixture
def order(curl: Curl) -> Json:
    """An active order of two blue mugs, made with curl."""
    made = curl("/orders", data={"order": NEW_ORDER})
    assert made.status == 201, made.body
    order: Json = made.json["order"]
    return order


NEW_ORDER = {
    "company_id": 2, "shipping_address_id": 1, "status": "active", "order_number": "WEB-1",
    "order_line_items": [{"variant_id": 1, "quantity": 2, "price": "19.99"}],
}  # fmt: skip


def test_signing_in(curl: Curl) -> None:
    """Password grant as a form, refresh as JSON, the client as HTTP Basic; the old token ends, a wrong one is told."""
    curl.token = None
    pair = curl.sign_in()
    assert {name: pair[name] for name in ("token_type", "expires_in", "scope")} == {
        "token_type": "bearer", "expires_in": 7200, "scope": "public",
    }  # fmt: skip
    basic = ("-u", f"{curl.sandbox.client_id}:{curl.sandbox.client_secret}")
    grant = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
    fresh = curl("/oauth/token/", *basic, data=grant)
    assert (fresh.status, fresh["Content-Type"], fresh["Cache-Control"]) == (
        200, "application/json; charset=utf-8", "no-store",
    )  # fmt: skip
    again = curl("/oauth/token", *basic, data=grant)
    assert (again.status, again.json["error"]) == (401, "invalid_grant")
    assert again["WWW-Authenticate"].startswith('Bearer realm="TradeGecko", error="invalid_grant"')
    curl.token = fresh.json["access_token"]
    assert curl("/users/current").json["user"]["email"] == "dana@demo.example"
    curl.token = pair["access_token"]
    revoked = curl("/orders")
    assert (revoked.status, revoked.json) == (401, {"type": "unauthorized", "message": "The access token was revoked"})
    assert revoked["WWW-Authenticate"].endswith('error_description="The access token was revoked"')
    in_query = curl(f"/orders?access_token={fresh.json['access_token']}", "-H", "Authorization:")
    assert in_query.status == 401  # The header curl sends all the same goes first.


def test_an_order_s_life_in_json(curl: Curl, order: Json) -> None:
    """Created with its place, shown, listed, changed and deleted; 204 has no body and no length."""
    made = curl("/orders", data={"order": {**NEW_ORDER, "order_number": "WEB-2"}})
    assert made["Location"] == f"{curl.sandbox.base_url}/ajax/orders/2"
    assert (made.json["order"]["total"], made.json["order"]["status"]) == ("45.18", "active")
    changed = curl("/orders/1", "-X", "PUT", data={"order": {"notes": "ring twice"}})
    assert (changed.status, changed.body, "Content-Length" in changed) == (204, "", False)
    shown = curl("/orders/1.json?include=order_line_items")
    assert list(shown.json) == ["order_line_items", "order"]
    assert shown.json["order"]["notes"] == "ring twice"
    assert [row["order_number"] for row in curl("/orders/").json["orders"]] == ["WEB-2", "WEB-1"]
    deleted = curl("/orders/1", "-X", "DELETE")
    assert (deleted.status, deleted.body) == (204, "")
    assert [row["id"] for row in curl("/orders").json["orders"]] == [2]
    assert curl("/orders/1").json["order"]["status"] == "deleted"


@pytest.mark.parametrize(
    ("path", "singular", "fields", "change"),
    [
        ("companies", "company", {"name": "Ünïted & Co", "company_type": "business"}, ("email", "a+b@shop.example")),
        ("products", "product", {"name": "Bowl", "opt1": "", "tags": "clay,blue"}, ("brand", "50 % more")),
        ("variants", "variant", {"product_id": "1", "sku": "BOWL=1", "retail_price": "12.5"}, ("sku", "BOWL&2")),
        ("contacts", "contact", {"company_id": "2", "first_name": "Zoë"}, ("last_name", "O'Hara")),
        ("notes", "note", {"company_id": "2", "body": "line 1\nline 2"}, ("body", "")),
    ],
)
def test_records_in_forms(curl: Curl, path: str, singular: str, fields: Json, change: tuple[str, str]) -> None:
    """Nested form fields, whatever they hold, make, change and remove records as JSON does."""
    form = [part for name, value in fields.items() for part in ("--data-urlencode", f"{singular}[{name}]={value}")]
    made = curl(f"/{path}", *form)
    assert made.status == 201, made.body
    record = made.json[singular]
    assert all(str(record[name]) == value for name, value in fields.items()), record
    where = f"/{path}/{record['id']}"
    assert made["Location"] == f"{curl.sandbox.base_url}/ajax{where}"
    assert curl(where, "-X", "PUT", "--data-urlencode", f"{singular}[{change[0]}]={change[1]}").status == 204
    assert curl(where).json[singular][change[0]] == change[1]
    assert curl(where, "-X", "DELETE").status == 204


def test_an_order_in_a_form(curl: Curl) -> None:
    """Lines of an order nest with empty brackets, as Rails' forms do."""
    lines = ("order[order_line_items][][variant_id]=1", "order[order_line_items][][quantity]=2",
             "order[order_line_items][][variant_id]=2", "order[order_line_items][][quantity]=1")  # fmt: skip
    fields = ("order[company_id]=2", "order[shipping_address_id]=1", *lines, "order[tags][]=a", "order[tags][]=b")
    made = curl("/orders", *(part for field in fields for part in ("-d", field)))
    assert (made.status, len(made.json["order"]["order_line_item_ids"])) == (201, 2)
    assert made.json["order"]["tags"] == ["a", "b"]


def test_headers_as_curl_prints_them(curl: Curl) -> None:
    """Recorded headers on a list: pages, links, limit, tag, id; nothing is cached."""
    reply = curl("/products?limit=3&page=2")
    base = f"<{curl.sandbox.base_url}/ajax/products?limit=3&page="
    assert reply["Link"] == f'{base}1>; rel="first", {base}1>; rel="prev", {base}3>; rel="next", {base}3>; rel="last"'
    assert reply["X-Pagination"] == (
        '{"total_records":7,"total_pages":3,"first_page":false,"last_page":false,"out_of_bounds":false,"offset":3}'
    )
    assert reply["Content-Type"] == "application/json; charset=utf-8"
    assert int(reply["Content-Length"]) == len(reply.body.encode())
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", reply["X-Request-Id"])
    assert re.fullmatch(r'W/"[0-9a-f]{32}"', reply["ETag"])
    assert (reply["Cache-Control"], reply["X-Frame-Options"]) == ("no-cache, no-store", "SAMEORIGIN")
    assert (reply["X-Rate-Limit-Limit"], reply["X-Rate-Limit-Remaining"]) == ("300", "299")
    assert int(reply["X-Rate-Limit-Reset"]) % 300 == 0
    assert reply["Date"].endswith(" GMT")
    assert "Server" not in reply
    assert float(reply["X-Runtime"]) >= 0


def test_filters(curl: Curl, order: Json) -> None:
    """Brackets, comma lists and escaped values in the address; with -G as curl builds them."""
    assert [row["id"] for row in curl("/variants?ids[]=3&ids[]=5&ids[]=999").json["variants"]] == [5, 3]
    assert [row["id"] for row in curl("/variants?ids=2,1").json["variants"]] == [2, 1]
    assert [row["id"] for row in curl("/variants", "-G", "-d", "ids[]=4", "-d", "ids[]=6").json["variants"]] == [6, 4]
    found = curl("/orders", "-G", "--data-urlencode", "order_number=web-1", "-d", "status[]=draft,active")
    assert [row["id"] for row in found.json["orders"]] == [order["id"]]
    since = curl("/orders", "-G", "--data-urlencode", "updated_at_min=2021-03-01T13:00:00+01:00")
    assert [row["id"] for row in since.json["orders"]] == [order["id"]]
    assert curl("/products?limit=0").json == {"products": [], "meta": {"total": 7}}


def test_head_and_http_1_0(curl: Curl) -> None:
    """HEAD has the headers of GET and no body; the oldest protocol is answered and closed."""
    head = curl("/products/1", "--head")
    get = curl("/products/1")
    assert (head.status, head.body) == (200, "")
    assert (head["Content-Length"], head["ETag"]) == (get["Content-Length"], get["ETag"])
    old = curl("/products/1", "--http1.0")
    assert (old.json, old["Connection"].lower()) == (get.json, "close")


def test_ways_to_send_a_body(curl: Curl) -> None:
    """After 100 Continue, in chunks, in one piece of two megabytes: the same record."""
    text = "ü" * 1_000_000
    silent = ("-H", "Expect:")  # Unless told otherwise, curl itself expects a 100 before so large a body.
    for options in ((), ("-H", "Transfer-Encoding: chunked", *silent), silent):
        done = curl.run("/notes", "-i", *JSON, *options, "--data-binary", "@-", given=_note(text))
        assert done.stdout.startswith("HTTP/1.1 100 Continue") == (not options), options
        made = _take_apart(done.returncode, done.stdout)
        assert (made.status, made.json["note"]["body"] == text) == (201, True), options
    too_large = curl("/notes", *JSON, "-H", "Expect: 100-continue", "-H", "Content-Length: 99999999", "-d", "x", exit=0)
    assert too_large.status == 413


def _note(text: str) -> str:
    return json.dumps({"note": {"company_id": 2, "body": text}}, ensure_ascii=False)


def test_many_requests_on_one_connection(curl: Curl) -> None:
    """curl keeps the connection through reads, a refusal and an empty answer."""
    base, quiet = curl.sandbox.base_url, ("-o", os.devnull, "-w", "%{http_code} %{num_connects} %{size_download}\\n")
    done = curl.run("/orders", *quiet, f"{base}/products/9", *quiet[:2], f"{base}/nowhere", *quiet[:2])
    seen = [line.split()[:2] for line in done.stdout.splitlines()]
    assert seen == [["404", "1"], ["404", "0"], ["200", "0"]]
    done = curl.run("/companies/3", *quiet, "-X", "DELETE", f"{base}/companies/4", *quiet[:2])
    assert [line.split() for line in done.stdout.splitlines()] == [["204", "1", "0"], ["204", "0", "0"]]


def test_idempotency_keys(curl: Curl, order: Json) -> None:
    """A key is good once, for a PUT as for a POST, also when its first answer was lost."""
    key, duplicate = ("-H", "Idempotency-Key: k1"), "Duplicate Idempotency Key header detected"
    assert curl("/orders", *key, data={"order": NEW_ORDER}).status == 201
    again = curl("/orders", *key, data={"order": NEW_ORDER})
    assert (again.status, again.json) == (400, {"type": "Bad Request", "message": duplicate})
    curl.fault("PUT", "/orders/1", "drop_after_commit")
    lost = curl("/orders/1", "-X", "PUT", "-H", "Idempotency-Key: k2", data={"order": {"notes": "x"}}, exit=EMPTY_REPLY)
    assert lost.body == ""
    assert curl("/orders/1", "-X", "PUT", "-H", "Idempotency-Key: k2", data={"order": {"notes": "y"}}).status == 400
    assert curl("/orders/1").json["order"]["notes"] == "x"


def test_refusals(curl: Curl, order: Json) -> None:
    """Each status with the body the API gave it."""
    missing = {"type": "Bad Request", "message": "Required parameter missing: order"}
    rootless: tuple[Any, ...] = ({}, {"orders": {}}, [])
    for sent in rootless:
        reply = curl("/orders", data=sent)
        assert (reply.status, reply.json) == (400, missing), sent
    unmarked = curl("/orders", data=json.dumps({"order": NEW_ORDER}))
    assert (unmarked.status, unmarked.json) == (400, missing)  # curl says it is a form unless told otherwise.
    broken = curl("/orders", *JSON, data='{"order": {')
    assert (broken.status, broken.json["type"]) == (400, "Bad Request")
    gone = curl("/orders/77")
    assert (gone.status, gone.json) == (404, {"type": "Not Found", "message": "Couldn't find Order with 'id'=77"})
    nowhere = curl("/nowhere")
    assert (nowhere.status, nowhere["Content-Type"]) == (404, "text/html; charset=utf-8")
    invalid = curl("/products", data={"product": {"name": ""}})
    assert (invalid.status, invalid.json, invalid["Cache-Control"]) == (
        422, {"errors": {"name": ["can't be blank"]}}, "no-cache",
    )  # fmt: skip
    nested = curl("/orders", data={"order": {**NEW_ORDER, "order_line_items": [{"variant_id": 999}]}})
    assert nested.json == {"errors": {"order_line_items.variant": ["can't be blank"]}}
    assert curl("/products?q=" + "x" * 9000).status == 414
    curl.control("switches", {"subscription_lapsed": True}, 200)
    lapsed = curl("/orders")
    assert (lapsed.status, lapsed.json["type"]) == (402, "Payment Required")
    curl.control("switches", {"subscription_lapsed": False}, 200)
    curl.token = curl.sign_in("sasha@demo.example")["access_token"]
    forbidden = curl("/companies", data={"company": {"name": "x", "company_type": "business"}})
    assert (forbidden.status, forbidden.json["type"]) == (403, "Forbidden")
    curl.token = None
    anonymous = curl("/orders")
    assert (anonymous.status, anonymous.json["message"]) == (401, "The access token is invalid")


def test_the_rate_limit(curl: Curl) -> None:
    """A used-up window answers 429 with a body of its own until it ends."""
    curl.fault("GET", "/orders", "rate_limit", until="reset")
    for path in ("/orders", "/products"):
        reply = curl(path)
        assert (reply.status, reply["X-Rate-Limit-Remaining"]) == (429, "0")
        assert reply.json == {"error": "You have exceeded the API rate limit. Please retry later."}
    curl.control("clock", {"advance": 300}, 200)
    assert curl("/orders")["X-Rate-Limit-Remaining"] == "299"


def test_images_and_webhooks(curl: Curl) -> None:
    """An image is processed a moment later; a webhook belongs to the application, its events are a list."""
    made = curl("/images", data={"image": {"product_id": 1, "variant_ids": [1], "url": "http://shop.example/a.png"}})
    assert (made.status, made.json["image"]["image_processing"]) == (201, True)
    curl.control("clock", {"advance": 5}, 200)
    image = curl(f"/images/{made.json['image']['id']}").json["image"]
    assert (image["image_processing"], image["file_name"]) == (False, "a.png")
    hook = curl("/webhooks", data={"webhook": {"event": "order.create", "address": "http://127.0.0.1:9/hook"}})
    assert (hook.status, hook.json["webhook"]["oauth_application_id"]) == (201, 1)
    odd = curl("/webhooks", data={"webhook": {"event": "order.nonsense", "address": "http://127.0.0.1:9/hook"}})
    assert odd.json == {"errors": {"event": ["is not included in the list"]}}


def test_answers_that_get_lost(curl: Curl) -> None:
    """curl says how the server hung up; what was kept is there afterwards."""
    for fault, code, kept in (("drop_before_commit", EMPTY_REPLY, 0), ("drop_after_commit", EMPTY_REPLY, 1),
                              ("drop_mid_body", PARTIAL, 2)):  # fmt: skip
        curl.fault("POST", "/orders", fault)
        curl("/orders", data={"order": NEW_ORDER}, exit=code)
        assert curl("/orders").json["meta"]["total"] == kept, fault
    curl.fault("GET", "/orders", "status", status=503)
    curl.fault("GET", "/orders", "html", status=200)
    assert [curl("/orders").status for _ in range(2)] == [503, 200]
    curl.fault("GET", "/orders", "slow", seconds=2)
    assert curl.run("/orders", "--max-time", "0.2").returncode == 28


def test_the_warehouse(curl: Curl, order: Json) -> None:
    """Receive, pack and ship with curl alone; what cannot be is one line."""
    assert curl.control("warehouse/pack", {"order": "WEB-1"}, 422) == {
        "error": "order WEB-1 is active; only finalized orders are packed and shipped"
    }
    received = curl.control("warehouse/receive", {"sku": "MUG-BLUE", "quantity": 10, "cost": "7"})
    assert received["stock_adjustments"][0]["cached_quantity"] == "10.0"
    packed = curl.control("warehouse/pack", {"order": "WEB-1", "finalize": True, "lines": {"MUG-BLUE": 1}})
    assert packed["fulfillments"][0]["status"] == "packed"
    shipped = curl.control("warehouse/ship", {"order": order["id"], "tracking_number": "1Z"})["fulfillments"]
    assert [(row["status"], row["tracking_number"]) for row in shipped] == [("fulfilled", "1Z")] * 2
    shown = curl("/variants/1").json["variant"]
    assert (shown["stock_on_hand"], shown["committed_stock"]) == ("158", "0")
    assert curl("/orders/1").json["order"]["status"] == "fulfilled"
    nonsense = curl.run("/_sandbox/warehouse/pack", "-d", "nonsense")
    assert "error" in json.loads(nonsense.stdout)
