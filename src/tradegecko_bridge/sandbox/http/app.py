"""The ASGI application: bytes in, bytes out, and the faults that happen on the wire."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import unquote_plus

from starlette.types import Receive, Scope, Send

from ..instance import Instance
from ..ui import is_ui_request, render
from ..wire.faults import ActiveFaults, Fault
from ..wire.messages import Answer, Request, error_page
from .admission import Admission
from .control import control_area

_SECRET = re.compile(r"(?:(?:access|bearer|refresh)_)?token|client_secret|code|password", re.IGNORECASE)
_MAX_BODY = 32 * 1024 * 1024


class _TooLarge(Exception):
    """A request body the proxy would not have let through."""


class App:
    """Serves one instance. Requests run one after the other on the event loop; only faults wait."""

    def __init__(self, instance: Instance, admission: Admission | None = None) -> None:
        self.instance = instance
        self._admission = admission or Admission()
        self._control = control_area(instance)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        request = _request(scope)
        named = self._admission.is_named(request)
        if (refusal := self._admission.refusal(request)) is not None:
            await self._log_and_send(request, refusal, send)
        elif named and request.path.startswith("/_sandbox"):
            await self._control(scope, receive, send)
        elif named and is_ui_request(request):
            await self._send(send, render(self.instance, request))
        else:
            await self._serve(request, scope, receive, send)

    async def _serve(self, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await _read(scope, receive)
        except _TooLarge:
            await self._log_and_send(request, error_page(413, "Request Entity Too Large"), send)
            return
        if body is None:
            return
        request.body = body
        with self.instance.lock:
            faults = self.instance.faults.match(request.method, request.path)
        if faults is None:
            await self._log_and_send(request, self.instance.handle(request), send)
        else:
            await self._serve_with_faults(request, faults, receive, send)

    async def _log_and_send(self, request: Request, answer: Answer, send: Send) -> None:
        self.instance.log_request(_redacted(request), answer, answer.status)
        await self._send(send, answer)

    async def _serve_with_faults(self, request: Request, faults: ActiveFaults, receive: Receive, send: Send) -> None:
        fault = faults.exclusive or Fault("*", "*", "slow")
        if fault.when == "before":
            await asyncio.sleep(fault.seconds)
        answer = faults.apply(self.instance.handle(request, faults))
        self.instance.log_request(_redacted(request), answer, None if fault.drops_connection else answer.status)
        if fault.when == "after":
            await asyncio.sleep(fault.seconds)
        skew = faults.of("clock_skew")
        if not fault.drops_connection:
            await self._send(send, answer, skew.by if skew else 0)
            return
        if fault.fault == "drop_mid_body" and answer.body:
            await self._send(send, answer, skew.by if skew else 0, half=True)
        await _abort(receive, send)

    async def _send(self, send: Send, answer: Answer, skew: int = 0, *, half: bool = False) -> None:
        """Send an answer, or the first half of it. `Date` comes from the sandbox's clock, which may be moved."""
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
        headers.append((b"Date", self.instance.date(skew).encode()))
        if answer.status not in {204, 304}:
            headers.append((b"Content-Length", str(len(answer.body)).encode()))
        body = answer.body[: len(answer.body) // 2] if half else answer.body
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": half})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _read(scope: Scope, receive: Receive) -> bytes | None:
    """The request body, or None when the client went away before it was complete.

    Raises _TooLarge as soon as it is known to be: what still comes is read and forgotten by the server.
    """
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    if int(declared) > _MAX_BODY:  # The server lets nothing but digits through.
        raise _TooLarge
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size, more = size + len(parts[-1]), message.get("more_body", False)
        if size > _MAX_BODY:
            raise _TooLarge
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _request(scope: Scope) -> Request:
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    query = scope["query_string"].decode("latin-1")
    return Request(scope["method"], scope["path"], query, headers)


def _redacted(request: Request) -> Request:
    """The request as it may be logged: no tokens."""
    if request.query:
        request.query = "&".join(map(_redact_parameter, request.query.split("&")))
    return request


def _redact_parameter(part: str) -> str:
    """One parameter of a query, without its value where that is a secret, however its name is written."""
    name, equals, _ = part.partition("=")
    secret = _SECRET.fullmatch(unquote_plus(name).split("[")[0].strip())
    return f"{name}=[hidden]" if equals and secret else part


async def _abort(receive: Receive, send: Send) -> None:
    """Close the socket without a word. ASGI has no message for that, so this reaches uvicorn's transport."""
    getattr(send, "__self__").transport.abort()  # noqa: B009 - a plain attribute would not type-check
    while (await receive())["type"] != "http.disconnect":
        pass
