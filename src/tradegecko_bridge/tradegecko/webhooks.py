"""Webhooks (reference §3.12): is it TradeGecko's, what does it say, and two small receivers. No I/O of its own.

A body only names what changed; ask the API for the record. Deliveries may come twice, late and out of order.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import inspect
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http import HTTPStatus
from traceback import walk_tb
from typing import Any, Final, Protocol

import orjson
from anyio import to_thread
from attrs import field, frozen

from tradegecko_bridge.errors import BadSignature, BridgeError, ConfigError, MalformedData
from tradegecko_bridge.foreign import discreet, discreetly_made
from tradegecko_bridge.forks import OfThisProcess
from tradegecko_bridge.ports.logins import Secret, as_secret
from tradegecko_bridge.visible import log

SIGNATURE_HEADER: Final = "x-gecko-signature"
DELIVERY_HEADER: Final = "x-gecko-delivery"
MAX_BYTES: Final = 64 * 1024
"""The largest body a receiver reads; real ones have some two hundred bytes."""

Handler = Callable[["WebhookEvent"], object]
"""Is handed each event; what it returns is awaited where it can be, what it raises makes TradeGecko deliver again."""
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Headers(Protocol):
    """What a request came with: a dict, or the headers of Flask, Starlette, Django, aiohttp and their like."""

    def get(self, name: str, /) -> str | None:
        """One of them; None where it was not sent."""


_NAME: Final = re.compile(r"([a-z_]+)\.([a-z_]+)")
_FURTHEST: Final = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


@frozen(kw_only=True)
class WebhookEvent:
    """Something happened to a record.

    ``event`` is singular, e.g. ``order.create``, whichever way it came. ``timestamp`` is aware UTC.
    ``delivery_id`` is unique to the delivery: remember it to know a repeated one; None when it was not sent.
    """

    object_id: int
    event: str
    timestamp: datetime
    resource_url: str
    delivery_id: str | None = None

    @property
    def resource(self) -> str:
        """What kind of record, e.g. ``order``."""
        return self.event.partition(".")[0]

    @property
    def action(self) -> str:
        """What happened to it, e.g. ``create``."""
        return self.event.partition(".")[2]


# ── is it TradeGecko's, and what does it say ─────────────────────────────────────────────────


def signing_secret(secret: Secret | str) -> Secret:
    """The application's secret as one that can tell TradeGecko from others.

    Raises:
        ConfigError: it is blank, so that everybody could sign.
    """
    secret = as_secret(secret)
    if not secret.reveal().strip():
        raise ConfigError("the webhooks' secret is blank, so anybody could sign; give the application's client_secret")
    return secret


@discreet
def sign(body: bytes, secret: Secret | str) -> str:
    """The signature of a body under the application's secret.

    Raises:
        ConfigError: the secret is blank.
    """
    key = signing_secret(secret).reveal().encode("utf-8", "surrogatepass")
    return b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()


@discreet
def is_signed(body: bytes, signature: str | None, secret: Secret | str) -> bool:
    """Whether a body carries the right ``X-Gecko-Signature``. Takes as long for a wrong one as for a right one.

    The white space around a signature does not count: TradeGecko's ends with a line end before it becomes a header.
    """
    given = (signature or "").strip().encode("utf-8", "surrogatepass")
    return hmac.compare_digest(given, sign(body, secret).encode())


def read_event(body: bytes, delivery_id: str | None = None) -> WebhookEvent:
    """What a body says; whose it is must have been checked.

    Raises:
        MalformedData: it is no webhook's.
    """
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        data = None
    if not isinstance(data, dict):
        raise MalformedData(["the webhook's body is not a JSON object"])
    wrong = [f"{name} is not {wanted}" for name, (is_fine, wanted) in _CHECKS.items() if not is_fine(data.get(name))]
    if wrong:
        raise MalformedData(wrong)
    return WebhookEvent(
        object_id=data["object_id"],
        event=normal_name(data["event"]),
        timestamp=datetime.fromtimestamp(data["timestamp"], UTC),
        resource_url=data["resource_url"],
        delivery_id=delivery_id,
    )


@discreet
def receive(headers: Headers, body: bytes, secret: Secret | str) -> WebhookEvent:
    """Check, then read. Of a framework: ``receive(request.headers, body, secret)``.

    ``headers`` are anything with ``get`` that ignores case, or has lower-case names.

    Raises:
        BadSignature: TradeGecko did not send this.
        MalformedData: it did, and it cannot be read.
        ConfigError: the secret is blank.
    """
    if not is_signed(body, headers.get(SIGNATURE_HEADER), secret):
        raise BadSignature("the webhook's signature is missing or wrong; check the application's secret")
    return read_event(body, headers.get(DELIVERY_HEADER))


def normal_name(event: str) -> str:
    """``fulfillments.create`` and ``fulfillment.create`` alike become the latter: the documentation shows both."""
    resource, dot, action = event.partition(".")
    if resource.endswith("ies"):
        resource = f"{resource[:-3]}y"
    elif resource.endswith("sses"):
        resource = resource[:-2]
    elif resource.endswith("s") and not resource.endswith("ss"):
        resource = resource[:-1]
    return f"{resource}{dot}{action}"


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_CHECKS: Final[dict[str, tuple[Callable[[Any], object], str]]] = {
    "object_id": (lambda value: _is_number(value) and isinstance(value, int), "a whole number"),
    "event": (lambda value: isinstance(value, str) and _NAME.fullmatch(value), "like order.create"),
    "timestamp": (lambda value: _is_number(value) and 0 <= value < _FURTHEST, "a number of seconds since 1970"),
    "resource_url": (lambda value: isinstance(value, str) and value, "a text"),
}
"""Whether a field is as it must be, and what it must be."""


# ── receivers ────────────────────────────────────────────────────────────────────────────────


@frozen
class _Refusal(Exception):
    """A request that is answered before the handler hears of it."""

    status: HTTPStatus


@discreetly_made
@frozen
class _Receiver(OfThisProcess):
    """What both receivers share."""

    handler: Handler
    secret: Secret = field(converter=signing_secret)
    max_bytes: int = field(default=MAX_BYTES, kw_only=True)

    def _check_request(self, method: str, length: str) -> None:
        if method != "POST":
            raise _Refusal(HTTPStatus.METHOD_NOT_ALLOWED)
        if length and not (length.isascii() and length.isdigit()):
            raise _Refusal(HTTPStatus.BAD_REQUEST)
        if len(length) > 18 or int(length or 0) > self.max_bytes:
            raise _Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    def _event(self, headers: Headers, body: bytes) -> WebhookEvent:
        try:
            return receive(headers, body, self.secret)
        except BadSignature:
            raise _Refusal(HTTPStatus.UNAUTHORIZED) from None
        except MalformedData as error:
            log.warning("unreadable webhook %s: %s", headers.get(DELIVERY_HEADER), error)
            raise _Refusal(HTTPStatus.BAD_REQUEST) from None


def _failed(event: WebhookEvent, error: BaseException) -> _Refusal:
    """An error that is not ours is told by type and place: its text may quote a customer."""
    *_, (frame, line) = walk_tb(error.__traceback__)
    foreign = f"{type(error).__name__} at {frame.f_code.co_filename}:{line}"
    why = error if isinstance(error, BridgeError) else foreign
    log.error("the webhook handler failed on %s (%s); it will be delivered again", event, why)
    return _Refusal(HTTPStatus.INTERNAL_SERVER_ERROR)


async def _end_of(result: object) -> None:
    """Wait for what a handler returned, where that can be waited for.

    Raises:
        ConfigError: it is a generator, of which nothing has run.
    """
    while inspect.isawaitable(result):
        result = await result
    if inspect.isgenerator(result) or inspect.isasyncgen(result):
        raise ConfigError("the webhook handler does nothing when it is called: it has a yield; write it without")


def _run_to_end(result: object) -> None:
    """The same where nothing is asynchronous."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(_end_of(result))
    else:  # called from a coroutine: its loop stands still until we are done
        with ThreadPoolExecutor(1) as elsewhere:
            elsewhere.submit(asyncio.run, _end_of(result)).result()


def _answer(status: HTTPStatus) -> tuple[bytes, list[tuple[str, str]]]:
    """Body and headers."""
    body = f"{status.phrase}\n".encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    return body, [*headers, ("Allow", "POST")] if status == HTTPStatus.METHOD_NOT_ALLOWED else headers


class WsgiReceiver(_Receiver):
    """A WSGI application that receives webhooks. An asynchronous handler runs to its end in its own loop.

    The answer is 200 when the handler is done, 500 when it raised (TradeGecko delivers again for three days), 401 for
    a wrong signature, 400 for a body that cannot be read, 413 for one too long, 411 for one whose end cannot be told,
    405 for anything but POST.

    TradeGecko waits ten seconds for the answer (§3.12): a handler that takes longer puts the event into a queue.

    Args:
        handler: is handed each :class:`WebhookEvent`; whatever it returns that can be awaited is awaited.
        secret: the application's, never shown.
        max_bytes: of a body.

    Raises:
        ConfigError: the secret is blank.
    """

    def __call__(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one request."""
        try:
            self._serve(environ)
            status = HTTPStatus.OK
        except _Refusal as refusal:
            status = refusal.status
        body, headers = _answer(status)
        start_response(f"{status.value} {status.phrase}", headers)
        return [body]

    def _serve(self, environ: Mapping[str, Any]) -> None:
        body = self._body(environ)
        named = {SIGNATURE_HEADER: "HTTP_X_GECKO_SIGNATURE", DELIVERY_HEADER: "HTTP_X_GECKO_DELIVERY"}
        event = self._event({name: environ[key] for name, key in named.items() if key in environ}, body)
        try:
            result = self.handler(event)
            if result is not None:
                _run_to_end(result)
        except (Exception, asyncio.CancelledError) as error:
            raise _failed(event, error) from None

    def _body(self, environ: Mapping[str, Any]) -> bytes:
        """A body whose length was not told is read to its end, if the server says where that is."""
        length = environ.get("CONTENT_LENGTH") or ""
        self._check_request(environ["REQUEST_METHOD"], length)
        if not length and not environ.get("wsgi.input_terminated"):
            if environ.get("HTTP_TRANSFER_ENCODING"):
                raise _Refusal(HTTPStatus.LENGTH_REQUIRED)
            return b""
        body, wanted = b"", int(length) if length else self.max_bytes + 1
        try:
            while len(body) < wanted and (piece := environ["wsgi.input"].read(wanted - len(body))):
                body += piece
        except OSError:  # the sender hung up, or its chunks are none
            raise _Refusal(HTTPStatus.BAD_REQUEST) from None
        if len(body) > self.max_bytes:
            raise _Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return body


class AsgiReceiver(_Receiver):
    """An ASGI application that receives webhooks. A handler that is not asynchronous runs in a thread.

    Answers, arguments and errors are those of :class:`WsgiReceiver`.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or say that start and end are fine."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            try:
                await self._serve(scope, receive)
                status = HTTPStatus.OK
            except _Refusal as refusal:
                status = refusal.status
            await _respond(send, status)

    async def _serve(self, scope: Scope, receive: Receive) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        self._check_request(scope["method"], headers.get("content-length", ""))
        event = self._event(headers, await self._body(receive))
        try:
            if inspect.iscoroutinefunction(self.handler):
                result: object = self.handler(event)
            else:
                result = await to_thread.run_sync(self.handler, event)
            await _end_of(result)
        except Exception as error:
            raise _failed(event, error) from None

    async def _body(self, receive: Receive) -> bytes:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Refusal(HTTPStatus.BAD_REQUEST)
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self.max_bytes:
                raise _Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return body


async def _respond(send: Send, status: HTTPStatus) -> None:
    body, headers = _answer(status)
    raw = [(name.lower().encode(), value.encode()) for name, value in headers]
    await send({"type": "http.response.start", "status": status.value, "headers": raw})
    await send({"type": "http.response.body", "body": body})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
