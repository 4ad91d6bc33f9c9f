"""Webhooks: subscribing, what is delivered and how, and what happens when nobody takes it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.receiver import Receiver, answering
from tests.sandbox.support import Client, HandClock, Json, eventually
from tests.support import require
from tradegecko_bridge.sandbox import Sandbox


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything."""
    receiver = Receiver()
    yield receiver
    receiver.close()


def subscribe(api: Client, receiver: Receiver, event: str = "order.create") -> int:
    """A webhook of this receiver."""
    key: int = api.post("/webhooks", "webhook", event=event, address=receiver.address)["id"]
    return key


def hooks(api: Client) -> list[int]:
    """The webhooks there are."""
    return api.ids("/webhooks")


def order(api: Client) -> Json:
    """A new order."""
    return api.order(api.line("MUG-BLUE"))


def attempts(api: Client) -> list[tuple[int, int | None]]:
    """Attempts made so far: which one, and the answer."""
    return [(entry["attempt"], entry["status"]) for entry in api.sandbox.deliveries()]


def test_webhooks_are_made_changed_and_removed(api: Client) -> None:
    """All five verbs; a webhook belongs to the application."""
    made = api.post("/webhooks", "webhook", event="product.create", address="http://localhost:1/h")
    assert list(made) == ["id", "created_at", "updated_at", "event", "address", "oauth_application_id"]
    assert made["oauth_application_id"] == 1
    api.put(f"/webhooks/{made['id']}", "webhook", event="order.fulfilled")
    assert api.get(f"/webhooks/{made['id']}")["webhook"]["event"] == "order.fulfilled"
    assert hooks(api) == [made["id"]]
    assert api("DELETE", f"/webhooks/{made['id']}").status_code == 204
    assert hooks(api) == []


@pytest.mark.parametrize(
    ("event", "address", "field"),
    [
        ("order.deleted", "http://127.0.0.1/", "event"), ("product.update", "http://127.0.0.1/", "event"),
        ("", "http://127.0.0.1/", "event"), ("order.create", "", "address"),
        ("order.create", "http://shop.example/h", "address"), ("order.create", "https://127.0.0.1/h", "address"),
        ("order.create", "http://127.0.0.1.shop.example/", "address"), ("order.create", "ftp://127.0.0.1/", "address"),
        ("order.create", "http://127.0.0.1@shop.example/", "address"), ("order.create", "http://10.0.0.1/", "address"),
        ("order.create", "http://169.254.169.254/", "address"), ("order.create", "nonsense", "address"),
        ("order.create", "http://127.0.0.1:99999/", "address"), ("order.create", "http://[::ffff:8.8.8.8]/", "address"),
        ("order.create", "http://127.0.0.1/a\r\nX: y", "address"),
    ],
)  # fmt: skip
def test_unknown_events_and_other_machines_are_refused(api: Client, event: str, address: str, field: str) -> None:
    """Only listed events, and only this machine: nothing ever leaves it."""
    error = api.refused("POST", "/webhooks", {"webhook": {"event": event, "address": address}})
    assert list(error["errors"]) == [field]


def test_a_delivery_is_signed_and_says_little(api: Client, receiver: Receiver) -> None:
    """Four fields, a unique id, and a signature over the very bytes with the application's secret."""
    subscribe(api, receiver)
    key = order(api)["id"]
    eventually(lambda: len(receiver.taken) == 1)
    headers, raw = receiver.taken[0]
    body = json.loads(raw)
    assert list(body) == ["object_id", "event", "timestamp", "resource_url"]
    assert (body["object_id"], body["event"]) == (key, "order.create")
    assert abs(body["timestamp"] - api.sandbox.now.timestamp()) < 5
    assert api("GET", body["resource_url"]).json()["order"]["id"] == key
    secret = api.sandbox.client_secret.encode()
    signature = base64.b64encode(hmac.new(secret, raw, hashlib.sha256).digest()).decode()
    assert headers["X-Gecko-Signature"] == signature
    assert len(headers["X-Gecko-Delivery"]) == 36
    eventually(lambda: attempts(api) == [(1, 200)])


def test_what_happens_is_announced(api: Client, receiver: Receiver) -> None:
    """Documents, statuses, stock and changes each set off their event, once per record and request."""
    events = ("order.finalized", "order.fulfilled", "fulfillment.create", "fulfillment.fulfilled", "invoice.create",
              "invoice.destroy", "payment.create", "variant.stock_level_update", "company.update", "company.destroy",
              "purchase_order.create", "purchase_order.received", "procurement.create", "stock_transfer.create",
              "fulfillment_return.create", "fulfillment_return.received", "account.update")  # fmt: skip
    for event in events:
        subscribe(api, receiver, event)
    made = api.order(api.line("MUG-BLUE", 2), status="finalized")
    path = f"/orders/{made['id']}"
    api("POST", f"{path}/actions/fulfil").raise_for_status()
    invoice = api("POST", f"{path}/actions/invoice").json()["invoice"]["id"]
    api("DELETE", f"/invoices/{invoice}").raise_for_status()
    api("POST", f"{path}/actions/pay").raise_for_status()
    lines = [{"order_line_item_id": made["order_line_item_ids"][0], "quantity": 1}]
    given = {"order_id": made["id"], "status": "received", "fulfillment_return_line_items": lines}
    api.post("/fulfillment_returns", "fulfillment_return", **given)
    api.put("/companies/2", "company", phone_number="1")
    api.put("/companies/2", "company", phone_number="1")
    api("DELETE", "/companies/3").raise_for_status()
    api.put("/accounts/1", "account", name="Renamed")
    buy = {"company_id": 5, "status": "active", "purchase_order_line_items": [{"variant_id": 1, "price": 1}]}
    key = api.post("/purchase_orders", "purchase_order", **buy)["id"]
    api("POST", f"/purchase_orders/{key}/actions/receive").raise_for_status()
    move = {"source_location_id": 1, "destination_location_id": 2}
    api.post("/stock_transfers", "stock_transfer", **move)
    eventually(lambda: len(attempts(api)) >= 22)
    names = [body["event"] for body in receiver.bodies()]
    assert set(names) == set(events)
    for once in set(events) - {"variant.stock_level_update", "invoice.create"}:
        assert names.count(once) == 1, once
    # Committed, shipped, returned, ordered, received.
    assert names.count("variant.stock_level_update") == 5


def test_only_what_was_kept_is_announced(api: Client, receiver: Receiver) -> None:
    """A refused request and one that died before its commit set nothing off; a lost answer does."""
    subscribe(api, receiver)
    body = {"order": {"company_id": 2, "shipping_address_id": 1}}
    api.refused("POST", "/orders", {"order": {"notes": "x"}})
    for fault in ("status", "html"):
        api.sandbox.fault("POST", "/orders", fault)
        assert api("POST", "/orders", body).status_code == 500
    api.sandbox.fault("POST", "/orders", "html", when="after")
    api("POST", "/orders", body)
    eventually(lambda: attempts(api) == [(1, 200)])
    assert len(receiver.taken) == 1


def test_a_delivery_may_come_twice(api: Client, receiver: Receiver) -> None:
    """The fault delivers the same body under the same delivery id a second time."""
    subscribe(api, receiver)
    api.sandbox.fault("POST", "/orders", "duplicate_webhook")
    order(api)
    eventually(lambda: attempts(api) == [(1, 200), (1, 200)])
    (one, first), (two, second) = receiver.taken
    assert (first, one["X-Gecko-Delivery"]) == (second, two["X-Gecko-Delivery"])


def test_a_refused_delivery_is_repeated_on_the_sandbox_s_clock(api: Client, receiver: Receiver) -> None:
    """Errors and redirects to nowhere aside, anything but 200 to 399 comes again after growing waits."""
    subscribe(api, receiver)
    receiver.answers = [500, 404, 302]
    order(api)
    for made in range(1, 3):
        eventually(lambda made=made: len(attempts(api)) == made)  # type: ignore[misc]
        time.sleep(0.05)
        assert len(receiver.taken) == made
        api.sandbox.advance(120)
    eventually(lambda: attempts(api) == [(1, 500), (2, 404), (3, 302)])
    assert len({headers["X-Gecko-Delivery"] for headers, _ in receiver.taken}) == 1
    assert api.sandbox.instance.deliveries.waiting() == 0


def test_gone_removes_the_webhook(api: Client, receiver: Receiver) -> None:
    """An answer of 410 deletes the webhook; nothing comes any more."""
    subscribe(api, receiver)
    receiver.answers = [410]
    order(api)
    eventually(lambda: hooks(api) == [])
    order(api)
    assert len(receiver.taken) == 1


def test_three_days_of_failure_remove_the_webhook_and_a_success_forgives(api: Client, receiver: Receiver) -> None:
    """Failing for three days without one success deletes the webhook; a success starts the time anew."""
    key = subscribe(api, receiver)
    receiver.answers = [500, 200, 500]
    order(api)
    eventually(lambda: len(attempts(api)) == 1)
    api.sandbox.advance(2 * 86400)
    eventually(lambda: len(attempts(api)) == 2)
    order(api)
    eventually(lambda: len(attempts(api)) == 3)
    api.sandbox.advance(2 * 86400)
    eventually(lambda: len(attempts(api)) == 4)
    assert hooks(api) == [key]
    api.sandbox.advance(86400 + 3600)
    eventually(lambda: hooks(api) == [])
    assert [status for _, status in attempts(api)] == [500, 200, 500, 500, 500]


def test_a_slow_receiver_slows_no_request(api: Client, receiver: Receiver) -> None:
    """Requests are answered while a delivery waits; too slow an answer is a failure that comes again."""
    api.sandbox.instance.deliveries.timeout = 0.2
    try:
        subscribe(api, receiver)
        receiver.seconds = 0.5
        started = time.perf_counter()
        order(api)
        assert time.perf_counter() - started < 0.2
        eventually(lambda: attempts(api) == [(1, None)])
        assert "timed out" in api.sandbox.deliveries()[0]["error"]
    finally:
        api.sandbox.instance.deliveries.timeout = 10.0


def test_stopping_does_not_wait_for_a_receiver(receiver: Receiver) -> None:
    """A sandbox ends at once although a delivery is under way, and leaves no thread of its own."""
    receiver.seconds = 2.0
    before = set(threading.enumerate())
    with Sandbox() as sandbox:
        api = Client(sandbox)
        subscribe(api, receiver)
        order(api)
        eventually(lambda: len(receiver.taken) == 1)
        started = time.perf_counter()
        api.close()
    assert time.perf_counter() - started < 1.5
    left = set(threading.enumerate()) - before
    assert not [thread for thread in left if "sandbox" in thread.name]


def test_nobody_listening_and_a_full_queue(api: Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A closed port is a failure like any other; what does not fit the queue is dropped, not waited for."""
    receiver.close()
    subscribe(api, receiver)
    monkeypatch.setattr("tradegecko_bridge.sandbox.webhooks.delivery._MAX_QUEUE", 3)
    for _ in range(6):
        order(api)
    eventually(lambda: len(attempts(api)) >= 3)
    assert api.sandbox.instance.deliveries.waiting() <= 3
    assert api.sandbox.deliveries()[0]["status"] is None
    api.sandbox.reset()
    assert (api.sandbox.deliveries(), api.sandbox.instance.deliveries.waiting()) == ([], 0)


def test_event_names_are_singular_or_plural(api: Client, receiver: Receiver) -> None:
    """As subscribed, or as the documentation's sample of a delivery prints them."""
    subscribe(api, receiver)
    order(api)
    eventually(lambda: len(receiver.taken) == 1)
    api.sandbox.set_switch("webhook_event_plural", True)
    order(api)
    eventually(lambda: len(receiver.taken) == 2)
    assert [body["event"] for body in receiver.bodies()] == ["order.create", "orders.create"]


DAY = 86400


def test_three_days_to_the_minute(api: Client, receiver: Receiver) -> None:
    """A failure just before three days are over changes nothing, the first one after them removes the webhook."""
    key = subscribe(api, receiver)
    receiver.answers = [500]
    order(api)
    for made, (seconds, left) in enumerate([(0, [key]), (3 * DAY - 60, [key]), (120, [])], start=1):
        api.sandbox.advance(seconds)
        # The last wait of a delivery is longer than two minutes; another one comes meanwhile.
        order(api) if seconds == 120 else None
        eventually(lambda made=made: len(attempts(api)) == made)  # type: ignore[misc]
        eventually(lambda left=left: hooks(api) == left)  # type: ignore[misc]
    assert {status for _, status in attempts(api)} == {500}


def test_a_success_of_one_delivery_forgives_the_failures_of_all(api: Client, receiver: Receiver) -> None:
    """Consecutive means of the webhook, not of one delivery: another one that is taken starts the days anew."""
    key = subscribe(api, receiver)
    receiver.answers = [500, 200, 500]
    order(api)
    eventually(lambda: len(attempts(api)) == 1)
    order(api)
    eventually(lambda: attempts(api) == [(1, 500), (1, 200)])
    api.sandbox.advance(3 * DAY + 60)
    eventually(lambda: attempts(api)[2:] == [(2, 500)])
    assert hooks(api) == [key]


def test_failures_are_remembered_across_a_restart(receiver: Receiver, tmp_path: Path) -> None:
    """What waited is gone with the sandbox, but the three days go on."""
    receiver.answers = [500]
    clock = HandClock()
    with Sandbox(state=tmp_path / "state", clock=clock) as sandbox:
        api = Client(sandbox)
        key = subscribe(api, receiver)
        order(api)
        eventually(lambda: len(attempts(api)) == 1)
        api.close()
    clock.forward(days=3, seconds=60)
    with Sandbox(state=tmp_path / "state", clock=clock) as sandbox:
        api = Client(sandbox)
        assert (hooks(api), sandbox.instance.deliveries.waiting()) == ([key], 0)
        order(api)
        eventually(lambda: hooks(api) == [])
        api.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK",
        b"HTTP/1.0 204 No Content",
        b"HTTP/1.1 301 Moved\r\nLocation: /elsewhere",
        b"HTTP/1.1 399 Odd",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted",
    ],
)
def test_answers_that_are_a_success(api: Client, answer: bytes) -> None:
    """200 to 399, redirects included, which are not followed."""
    with answering(answer + b"\r\n\r\n") as address:
        api.post("/webhooks", "webhook", event="order.create", address=address)
        order(api)
        eventually(lambda: len(attempts(api)) == 1)
    (entry,) = api.sandbox.deliveries()
    assert (200 <= entry["status"] < 400, entry["error"], api.sandbox.instance.deliveries.waiting()) == (True, None, 0)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"HTTP/1.1 500 Internal Server Error\r\n\r\n",
        b"HTTP/1.1 999 Odd\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"\x00" * 100,
        b"",
    ],
)
def test_answers_that_are_none(api: Client, answer: bytes) -> None:
    """Other statuses, nonsense, half an answer and a closed connection are failures that come again."""
    with answering(answer) as address:
        key = api.post("/webhooks", "webhook", event="order.create", address=address)["id"]
        order(api)
        eventually(lambda: len(attempts(api)) == 1)
        eventually(lambda: api.sandbox.instance.deliveries.waiting() == 1)
        (entry,) = api.sandbox.deliveries()
        assert (entry["status"] is None) == bool(entry["error"])
        assert hooks(api) == [key]
        api.sandbox.advance(120)
        eventually(lambda: len(attempts(api)) == 2)


def test_an_answer_must_be_whole_in_time(api: Client) -> None:
    """A receiver that trickles its answer is cut off, however steadily it does."""
    api.sandbox.instance.deliveries.timeout = 0.3
    try:
        with answering(*(bytes([byte]) for byte in b"HTTP/1.1 200 OK\r\n\r\n"), pause=0.1) as address:
            api.post("/webhooks", "webhook", event="order.create", address=address)
            started = time.perf_counter()
            order(api)
            eventually(lambda: len(attempts(api)) == 1)
            assert time.perf_counter() - started < 1.5
        assert api.sandbox.deliveries()[0]["error"] == "timed out"
    finally:
        api.sandbox.instance.deliveries.timeout = 10.0


def test_one_receiver_that_hangs_holds_up_no_other(api: Client, receiver: Receiver) -> None:
    """Others get theirs at once; its own come one after the other, in their order."""
    slow = Receiver()
    try:
        slow.seconds = 0.4
        subscribe(api, slow)
        subscribe(api, receiver)
        started = time.perf_counter()
        keys = [order(api)["id"] for _ in range(3)]
        eventually(lambda: len(receiver.taken) == 3)
        assert time.perf_counter() - started < 0.4
        eventually(lambda: len(slow.taken) == 3)
        assert time.perf_counter() - started > 0.8
        for taker in (receiver, slow):
            assert [body["object_id"] for body in taker.bodies()] == keys
    finally:
        slow.close()


def test_a_webhook_that_moved_gets_what_waits(api: Client, receiver: Receiver) -> None:
    """The next attempt goes to the address the webhook has by then, signed as before."""
    with answering(b"") as address:
        key = api.post("/webhooks", "webhook", event="order.create", address=address)["id"]
        order(api)
        eventually(lambda: len(attempts(api)) == 1)
    api.put(f"/webhooks/{key}", "webhook", address=receiver.address)
    api.sandbox.advance(120)
    eventually(lambda: len(receiver.taken) == 1)
    eventually(lambda: attempts(api)[1:] == [(2, 200)])


def test_a_failure_inside_ends_no_deliveries(api: Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the outcome of one cannot be kept, the next one goes out all the same."""
    subscribe(api, receiver)
    deliveries = api.sandbox.instance.deliveries

    def broken(*_: object) -> None:
        monkeypatch.undo()
        raise OSError("no space left on device")

    monkeypatch.setattr(deliveries, "_record_outcome", broken)
    order(api)
    eventually(lambda: len(receiver.taken) == 1)
    order(api)
    eventually(lambda: len(receiver.taken) == 2)


def test_the_signature_is_what_openssl_makes(api: Client, receiver: Receiver) -> None:
    """Base64 of the HMAC-SHA256 of the raw bytes, by a program that shares nothing with the sandbox."""
    program = shutil.which("openssl")
    if program is None:
        require("openssl is not installed")
    subscribe(api, receiver, "company.create")
    api.post("/companies", "company", name="Zoë & Søn", company_type="business")
    eventually(lambda: len(receiver.taken) == 1)
    headers, raw = receiver.taken[0]
    command = [program, "dgst", "-sha256", "-hmac", api.sandbox.client_secret, "-binary"]
    digest = subprocess.run(command, input=raw, capture_output=True, check=True).stdout
    signature = subprocess.run([program, "base64", "-A"], input=digest, capture_output=True, check=True).stdout
    assert headers["X-Gecko-Signature"] == signature.decode()
