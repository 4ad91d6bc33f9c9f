"""Webhooks: whose they are, what they say, and the receivers over a real socket."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import threading
import time
from base64 import encodebytes
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx
import orjson
import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st

from tradegecko_bridge.errors import BadSignature, ConfigError, MalformedData
from tradegecko_bridge.ports.logins import Secret
from tradegecko_bridge.tradegecko.webhooks import (
    MAX_BYTES,
    AsgiReceiver,
    Handler,
    WebhookEvent,
    WsgiReceiver,
    is_signed,
    normal_name,
    read_event,
    receive,
    sign,
)

SECRET = "an-application-secret"
SAMPLE = {
    "object_id": 1234567,
    "event": "order.create",
    "timestamp": 1546272000,
    "resource_url": "https://api.tradegecko.com/orders/1234567.json",
}
BODY = orjson.dumps(SAMPLE)


def body(**changes: object) -> bytes:
    return orjson.dumps({**SAMPLE, **changes})


# ── whose it is ──────────────────────────────────────────────────────────────────────────────


@given(content=st.binary(max_size=200), secret=st.text(min_size=1, max_size=40).filter(str.strip))
def test_a_signature_is_what_the_documentation_says(content: bytes, secret: str) -> None:
    """Base64 of HMAC-SHA256, whether the trailing line end of Ruby's Base64 is there or not."""
    by_hand = encodebytes(hmac.new(secret.encode(), content, hashlib.sha256).digest()).decode()
    assert by_hand.endswith("\n")
    assert sign(content, secret) == by_hand.strip()
    assert is_signed(content, by_hand, secret)
    assert is_signed(content, by_hand.strip(), secret)


@given(content=st.binary(max_size=200), place=st.integers(0), bit=st.integers(0, 7))
def test_a_single_changed_bit_is_seen(content: bytes, place: int, bit: int) -> None:
    """In the body or in the secret, the signature no longer fits."""
    changed = bytearray(content or b"x")
    changed[place % len(changed)] ^= 1 << bit
    assert not is_signed(bytes(changed), sign(content or b"x", SECRET), SECRET)
    assert not is_signed(content, sign(content, SECRET), SECRET + "x")


@given(signature=st.none() | st.text())
def test_no_made_up_signature_passes(signature: str | None) -> None:
    """Whatever characters it is made of, and when there is none."""
    assert not is_signed(BODY, signature, SECRET)


def test_an_unsigned_body_is_not_even_read() -> None:
    """The signature is checked before a single character is believed."""
    with pytest.raises(BadSignature, match="check the application's secret"):
        receive({"x-gecko-signature": sign(BODY, "another")}, b"{", SECRET)


# ── what it says ─────────────────────────────────────────────────────────────────────────────


def test_an_event_is_typed() -> None:
    """The documentation's sample, with the delivery's id."""
    event = receive({"x-gecko-signature": sign(BODY, SECRET), "x-gecko-delivery": "d-1"}, BODY, SECRET)
    assert event == WebhookEvent(
        object_id=1234567,
        event="order.create",
        timestamp=datetime(2018, 12, 31, 16, tzinfo=UTC),
        resource_url="https://api.tradegecko.com/orders/1234567.json",
        delivery_id="d-1",
    )
    assert (event.resource, event.action) == ("order", "create")


KINDS = [
    ("accounts", "account"),
    ("addresses", "address"),
    ("companies", "company"),
    ("document_themes", "document_theme"),
    ("fulfillments", "fulfillment"),
    ("fulfillment_returns", "fulfillment_return"),
    ("purchase_orders", "purchase_order"),
    ("variants", "variant"),
]


@pytest.mark.parametrize(("plural", "singular"), KINDS)
def test_plural_names_become_singular(plural: str, singular: str) -> None:
    """The documentation prints both; a handler sees one."""
    assert normal_name(f"{plural}.create") == normal_name(f"{singular}.create") == f"{singular}.create"
    assert read_event(body(event=f"{plural}.update")).resource == singular


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "not a JSON object"),
        (b"[1]", "not a JSON object"),
        (b'{"object_id": 1', "not a JSON object"),
        (b"\xff", "not a JSON object"),
        (b"{}", "object_id is not a whole number; event is not like order.create"),
        (body(object_id="7"), "object_id"),
        (body(object_id=True), "object_id"),
        (body(event="order"), "event"),
        (body(event=7), "event"),
        (body(event="order.create\n"), "event"),
        (body(timestamp="2018"), "timestamp"),
        (body(timestamp=1e300), "timestamp"),
        (body(timestamp=-1), "timestamp"),
        (body(resource_url=None), "resource_url"),
    ],
)
def test_what_is_no_event_is_told_in_one_line(content: bytes, problem: str) -> None:
    """Every fault found is named."""
    with pytest.raises(MalformedData) as caught:
        read_event(content)
    assert problem in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@given(
    st.dictionaries(
        st.sampled_from(list(SAMPLE)),
        st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(),
    )
)
def test_no_body_raises_anything_else(changes: dict[str, Any]) -> None:
    """An event, or an error of ours."""
    try:
        event = read_event(body(**changes))
    except (MalformedData, TypeError):  # orjson takes no half characters
        return
    assert event.timestamp.tzinfo is UTC


# ── receivers over a real socket ─────────────────────────────────────────────────────────────


@contextmanager
def wsgi_server(handler: Handler) -> Iterator[str]:
    """wsgiref with the receiver on a free port."""

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    with make_server("127.0.0.1", 0, WsgiReceiver(handler, SECRET), handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/hook"
        finally:
            server.shutdown()
            thread.join(10)


@contextmanager
def asgi_server(handler: Handler) -> Iterator[str]:
    """uvicorn with the receiver on a free port."""
    server = uvicorn.Server(uvicorn.Config(AsgiReceiver(handler, SECRET), port=0, log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < until
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/hook"
    finally:
        server.should_exit = True
        thread.join(10)


Serve = Callable[[Handler], Any]


@pytest.fixture(params=[wsgi_server, asgi_server], ids=["wsgiref", "uvicorn"])
def serve(request: pytest.FixtureRequest) -> Serve:
    """Each kind of server in turn."""
    server: Serve = request.param
    return server


def post(url: str, content: bytes = BODY, *, signature: str | None = None, **options: Any) -> httpx.Response:
    headers = {"X-Gecko-Signature": signature or sign(content, SECRET), "X-Gecko-Delivery": "d-1"}
    with httpx.Client() as client:
        return client.post(url, content=content, headers=headers, **options)


def test_a_delivery_is_handed_on(serve: Serve) -> None:
    """200, and the handler has it, whole."""
    got: list[WebhookEvent] = []
    with serve(got.append) as url:
        assert post(url).status_code == 200
    assert [(event.object_id, event.event, event.delivery_id) for event in got] == [(1234567, "order.create", "d-1")]


def test_nobody_else_is_heard(serve: Serve) -> None:
    """401 without the right signature, 400 unreadable, 405 for other methods, 413 too long; the handler sleeps."""
    got: list[WebhookEvent] = []
    with serve(got.append) as url, httpx.Client() as client:
        assert post(url, signature=sign(BODY, "another")).status_code == 401
        assert client.post(url, content=BODY).status_code == 401
        assert post(url, b"{}").status_code == 400
        assert post(url, b"x" * 70_000).status_code == 413
        refused = client.get(url)
        assert (refused.status_code, refused.headers["Allow"]) == (405, "POST")
    assert got == []


def test_a_handler_that_fails_asks_for_another_delivery(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """500, told in the log; the next delivery is handed on as if nothing had been."""
    got: list[WebhookEvent] = []

    def handler(event: WebhookEvent) -> None:
        got.append(event)
        if len(got) == 1:
            raise ZeroDivisionError

    with caplog.at_level(logging.ERROR, "tradegecko_bridge"), serve(handler) as url:
        assert [post(url).status_code for _ in range(2)] == [500, 200]
    assert len(got) == 2
    assert "d-1" in caplog.text
    assert SECRET not in caplog.text


def test_a_receiver_does_not_show_its_secret() -> None:
    """Not in its ``repr``."""
    assert SECRET not in repr(WsgiReceiver(print, SECRET)) + repr(AsgiReceiver(print, SECRET))


@pytest.mark.parametrize("secret", ["", " ", "\n", Secret("")])
def test_a_blank_secret_is_refused(secret: str | Secret) -> None:
    """Everybody could sign with it: an environment variable that is not set must not open the door."""
    for use in (
        lambda: WsgiReceiver(print, secret),
        lambda: AsgiReceiver(print, secret),
        lambda: receive({"x-gecko-signature": sign(BODY, SECRET)}, BODY, secret),
        lambda: is_signed(BODY, None, secret),
        lambda: sign(BODY, secret),
    ):
        with pytest.raises(ConfigError, match=r"the webhooks' secret is blank.* give the application's client_secret"):
            use()
    assert sign(BODY, Secret(SECRET)) == sign(BODY, SECRET)


# ── handlers of every kind ───────────────────────────────────────────────────────────────────


class Later:
    """Something that does its work when it is awaited."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work

    def __await__(self) -> Iterator[Any]:
        yield from asyncio.sleep(0).__await__()
        self._work()


class AsyncMethod:
    """An object that is called like an asynchronous function."""

    def __init__(self, note: Callable[[WebhookEvent], Any]) -> None:
        self._note = note

    async def __call__(self, event: WebhookEvent) -> None:
        await asyncio.sleep(0)
        self._note(event)


async def noted(note: Callable[[WebhookEvent], Any], event: WebhookEvent) -> None:
    await asyncio.sleep(0)
    note(event)


async def nested(note: Callable[[WebhookEvent], Any], event: WebhookEvent) -> Any:
    return noted(note, event)


HANDLERS: dict[str, Callable[[Callable[[WebhookEvent], Any]], Handler]] = {
    "function": lambda note: note,
    "coroutine function": lambda note: partial(noted, note),
    "partial of a partial": lambda note: partial(partial(noted), note),
    "object with an asynchronous call": AsyncMethod,
    "partial of such an object": lambda note: partial(AsyncMethod(note)),
    "function that returns a coroutine": lambda note: lambda event: noted(note, event),
    "function that returns an awaitable object": lambda note: lambda event: Later(lambda: note(event)),
    "coroutine that returns a coroutine": lambda note: lambda event: nested(note, event),
    "function that returns a wait": lambda note: lambda event: asyncio.wait_for(noted(note, event), 5),
}


def wsgi(receiver: WsgiReceiver, content: bytes = BODY, **environ: Any) -> int:
    """The status a WSGI receiver answers with; what is None is left out of the environment."""
    given = {
        "REQUEST_METHOD": "POST",
        "CONTENT_LENGTH": str(len(content)),
        "wsgi.input": BytesIO(content),
        "HTTP_X_GECKO_SIGNATURE": sign(content, SECRET),
        **environ,
    }
    said: list[str] = []
    receiver({name: value for name, value in given.items() if value is not None}, lambda status, _: said.append(status))
    return int(said[0][:3])


@pytest.mark.parametrize("kind", HANDLERS)
def test_whatever_can_be_awaited_is_awaited(kind: str) -> None:
    """200 means that the handler is done, 500 that it failed, with both receivers; no event is lost."""
    body = {"type": "http.request", "body": BODY}
    got: list[WebhookEvent] = []
    handler = HANDLERS[kind](got.append)
    assert (wsgi(WsgiReceiver(handler, SECRET)), len(got)) == (200, 1)
    assert (told(handler, body), len(got)) == (200, 2)

    async def within_a_loop() -> int:
        return wsgi(WsgiReceiver(handler, SECRET))

    assert (asyncio.run(within_a_loop()), len(got)) == (200, 3)

    def fail(event: WebhookEvent) -> None:
        raise ZeroDivisionError("about a customer")

    handler = HANDLERS[kind](fail)
    assert (wsgi(WsgiReceiver(handler, SECRET)), told(handler, body)) == (500, 500)


def test_a_handler_that_does_nothing_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """A function with a yield in it has not run when it was called: 500, and the log says why."""
    got: list[WebhookEvent] = []

    def generator(event: WebhookEvent) -> Iterator[None]:
        got.append(event)
        yield

    async def asynchronous(event: WebhookEvent) -> AsyncIterator[None]:
        got.append(event)
        yield

    for handler in (generator, asynchronous):
        body = {"type": "http.request", "body": BODY}
        assert (wsgi(WsgiReceiver(handler, SECRET)), told(handler, body)) == (500, 500)
    assert got == []
    assert caplog.text.count("it has a yield; write it without") == 4


def test_a_handler_that_is_cancelled() -> None:
    """It has not seen the event through."""

    async def handler(event: WebhookEvent) -> None:
        raise asyncio.CancelledError

    assert wsgi(WsgiReceiver(handler, SECRET)) == 500


def test_what_a_handler_says_stays_with_it(caplog: pytest.LogCaptureFixture) -> None:
    """Its error is told by type and place: the text may quote a customer."""

    def handler(event: WebhookEvent) -> None:
        raise KeyError("somebody@shopper.example")

    assert wsgi(WsgiReceiver(handler, SECRET)) == 500
    assert f"(KeyError at {__file__}:" in caplog.text
    assert "shopper" not in caplog.text


# ── bodies whose length nobody told ──────────────────────────────────────────────────────────


class Pieces(BytesIO):
    """A body that comes in pieces, as one sent in chunks does; reading without a bound is a mistake."""

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert 0 < size <= MAX_BYTES + 1
        return super().read(min(size, 1000))


def test_a_body_in_chunks() -> None:
    """Read to its end where the server ends it, up to the limit; 411 where its end cannot be told."""
    got: list[WebhookEvent] = []
    receiver = WsgiReceiver(got.append, SECRET)
    chunked: dict[str, Any] = {"CONTENT_LENGTH": None, "HTTP_TRANSFER_ENCODING": "chunked"}
    ended = {**chunked, "wsgi.input_terminated": True}
    long = BODY.ljust(MAX_BYTES)
    for content, status in ((BODY, 200), (long, 200), (long + b" ", 413), (b"", 400)):
        assert wsgi(receiver, content, **{**ended, "wsgi.input": Pieces(content)}) == status
    assert wsgi(receiver, **{**ended, "CONTENT_LENGTH": ""}) == 200
    assert wsgi(receiver, long, **{"wsgi.input": Pieces(long)}) == 200
    assert len(got) == 4
    assert wsgi(receiver, **chunked) == 411
    assert wsgi(receiver, CONTENT_LENGTH=None) == 401, "without a length and chunks there is no body"


def test_a_sender_who_hangs_up() -> None:
    """400: a server's error about the rest of a body is no fault of ours."""

    class HungUp(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("no chunk")

    chunked: dict[str, Any] = {"CONTENT_LENGTH": None, "wsgi.input_terminated": True, "wsgi.input": HungUp()}
    assert wsgi(WsgiReceiver(print, SECRET), **chunked) == 400


# ── the asynchronous one, message by message ─────────────────────────────────────────────────


def told(handler: Handler, *messages: dict[str, Any], headers: tuple[tuple[bytes, bytes], ...] = ()) -> int:
    """The status an ASGI receiver answers these messages with."""
    sent: list[Any] = []
    script = iter(messages)

    async def receive() -> Any:
        return next(script)

    async def send(message: Any) -> None:
        sent.append(message)

    signed = ((b"X-Gecko-Signature", sign(BODY, SECRET).encode()), *headers)
    scope = {"type": "http", "method": "POST", "headers": signed}
    asyncio.run(AsgiReceiver(handler, SECRET)(scope, receive, send))
    status: int = sent[0]["status"]
    return status


def test_an_asynchronous_handler_is_awaited() -> None:
    """In the loop of the server; a body may come in pieces."""
    got: list[WebhookEvent] = []

    async def handler(event: WebhookEvent) -> None:
        await asyncio.sleep(0)
        got.append(event)

    first, last = (
        {"type": "http.request", "body": BODY[:9], "more_body": True},
        {"type": "http.request", "body": BODY[9:]},
    )
    assert told(handler, first, last) == 200
    assert len(got) == 1


def test_a_body_without_an_end_is_cut_off() -> None:
    """Whatever length was announced, no more than the limit is kept; a sender who hangs up is nobody."""
    piece = {"type": "http.request", "body": b"x" * 40_000, "more_body": True}
    assert told(print, piece, piece, piece) == 413
    assert told(print, piece, {"type": "http.disconnect"}) == 400
    assert told(print, headers=((b"Content-Length", b"9" * 30),)) == 413
    assert told(print, headers=((b"Content-Length", b"many"),)) == 400


def test_start_and_end_of_the_server_are_answered() -> None:
    """So that the receiver can be a server's only application."""
    said: list[Any] = []
    script = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive() -> Any:
        return next(script)

    async def send(message: Any) -> None:
        said.append(message["type"])

    asyncio.run(AsgiReceiver(print, SECRET)({"type": "lifespan"}, receive, send))
    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
