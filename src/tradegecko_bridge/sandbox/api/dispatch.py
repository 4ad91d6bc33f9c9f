"""The resource API without the network: a request in, an answer out.

The order of checks is the order of the real stack: proxy (414), routing (HTML 404), token (401), rate
limit (429), plan (402, 403), idempotency key (400), permission (403), then the action. Each one a small
function, none of them async.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from http import HTTPStatus
from typing import Any

import orjson

from ..oauth import OAuth
from ..rules.base import RulesContext
from ..wire.errors import ApiError, Malformed, NotFound, TooManyRequests, Unauthorized
from ..wire.faults import ActiveFaults, Fault
from ..wire.log import log
from ..wire.messages import JSON, Answer, Request, Rollback, error_page
from ..wire.params import is_form, read_body, read_query
from .access import admit, permit
from .endpoints import Call, Endpoints, Reply
from .limits import RateLimits, authenticate, claim_key
from .routes import Route, match

MAX_REQUEST_LINE = 8192  # bytes; beyond, the proxy answered 414 (appendix 38)
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_KEYED = frozenset({"POST", "PUT", "PATCH"})
_SECURITY = [
    ("X-Frame-Options", "SAMEORIGIN"),
    ("X-XSS-Protection", "1; mode=block"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Download-Options", "noopen"),
    ("X-Permitted-Cross-Domain-Policies", "none"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
]
_CACHING_2014 = "max-age=0, private, must-revalidate"


class Api:
    """Answers requests. Never raises: what goes wrong inside becomes a 500 and a log entry."""

    def __init__(self, context: RulesContext, limits: RateLimits) -> None:
        self.context = context
        self.limits = limits
        self.endpoints: Endpoints = Endpoints(context)
        self.oauth: OAuth = OAuth(context)

    def handle(self, request: Request, faults: ActiveFaults | None = None) -> Answer:
        """Answer one request, with the faults that apply to it."""
        started = time.perf_counter()
        answer = self._answer(request, faults or ActiveFaults())
        answer.request_id = str(uuid.uuid4())
        runtime = f"{time.perf_counter() - started:.6f}"
        answer.headers += [("X-Request-Id", answer.request_id), ("X-Runtime", runtime)]
        return answer

    def _answer(self, request: Request, faults: ActiveFaults) -> Answer:
        if len(request.method) + len(request.path) + len(request.query) > MAX_REQUEST_LINE:
            return error_page(414, "Request-URI Too Large")
        if request.path.startswith("/oauth/"):
            return self.oauth.handle(request, undo=faults.rolls_back)
        route = match(request.method, request.path, self.context.switches)
        if route is None:
            return error_page(404, "There is nothing at this address")
        counted: list[tuple[str, str]] = []
        try:
            self.context.session = authenticate(self.context, request.headers.get("authorization", ""), request.query)
            counted, allowed = self._count(faults.of("rate_limit"))
            if not allowed:
                raise TooManyRequests
            admit(self.context)
            reply = self._act(request, route, faults)
        except Unauthorized as exc:
            reply = Reply(exc.status, exc.body, [_challenge(exc.message)])
        except ApiError as exc:
            if isinstance(exc, Malformed) and self.context.switches.malformed_json_is_html:
                return error_page(400, "Bad Request")
            reply = Reply(exc.status, self._error_body(exc))
        except Exception:
            log.exception("the sandbox failed on %s %s", request.method, request.path)
            reply = internal_error()
        return self._to_answer(request, reply, counted)

    def _count(self, fault: Fault | None) -> tuple[list[tuple[str, str]], bool]:
        now, scope = self.context.clock(), self.context.session.scope
        if fault is not None and fault.until:
            self.limits.use_up(scope, now)
        return self.limits.count(scope, now, refuse=fault is not None)

    def _act(self, request: Request, route: Route, faults: ActiveFaults) -> Reply:
        if faults.stops_in_front:
            return internal_error()
        key = self._key(request)
        burnt_anyway = self.context.switches.idempotency_key_burnt_by_failure
        if key and burnt_anyway:
            with self.context.state.transaction():
                claim_key(self.context, key)
        try:
            with self.context.state.transaction():
                if key and not burnt_anyway:
                    claim_key(self.context, key)
                permit(self.context, route.endpoint)
                reply = self.endpoints.run(_call(request, route, faults.of("shuffle")))
                if faults.rolls_back:
                    raise Rollback
        except Rollback:
            return internal_error()
        return reply

    def _key(self, request: Request) -> str:
        """The Idempotency-Key that counts, or nothing."""
        switches = self.context.switches
        if request.method not in _KEYED or not switches.idempotency_keys:
            return ""
        key = request.headers.get("idempotency-key", "").strip()
        return f"{request.method} {request.path} {key}" if key and switches.idempotency_key_per_endpoint else key

    def _error_body(self, error: ApiError) -> dict[str, Any]:
        """The body of an error; ActiveRecord put the column's name into quotes later."""
        if isinstance(error, NotFound) and self.context.switches.legacy_not_found_text:
            return {**error.body, "message": error.body["message"].replace(" with 'id'=", " with id=")}
        return error.body

    def _to_answer(self, request: Request, reply: Reply, counted: list[tuple[str, str]]) -> Answer:
        body = b"" if reply.content is None else orjson.dumps(reply.content)
        legacy = self.context.switches.legacy_headers
        headers = [*(_legacy_headers(reply.status) if legacy else _SECURITY), *counted]
        if reply.status < 400:
            headers.append(("Cache-Control", _CACHING_2014 if legacy else "no-cache, no-store"))
            if body:
                digest = hashlib.md5(body, usedforsecurity=False).hexdigest()
                headers.append(("ETag", f'"{digest}"' if legacy else f'W/"{digest}"'))
                if self._unchanged(request, headers[-1][1]):
                    return Answer(304, b"", headers)
        else:
            headers.append(("Cache-Control", "no-cache"))
        if body:
            headers.append(("Content-Type", JSON))
        return Answer(reply.status, body, headers + reply.headers)

    def _unchanged(self, request: Request, etag: str) -> bool:
        if not self.context.switches.conditional_get or request.method not in {"GET", "HEAD"}:
            return False
        return request.headers.get("if-none-match") == etag


def _legacy_headers(status: int) -> list[tuple[str, str]]:
    """What stood in front of the others in 2014 (reference §3.1)."""
    return [*_SECURITY[:3], ("X-UA-Compatible", "chrome=1"), ("Status", f"{status} {HTTPStatus(status).phrase}")]


def internal_error(status: int = 500) -> Reply:
    """The API's own 500 (appendix 37)."""
    message = "We're sorry, but something went wrong."
    return Reply(status, {"type": "Internal Server Error", "message": message})


def _call(request: Request, route: Route, shuffle: Fault | None) -> Call:
    content_type = request.headers.get("content-type", "")
    query = read_query(request.query)
    body = read_body(request.body, content_type) if request.method in _WRITES else {}
    return Call(
        route=route,
        query=query,
        body=body,
        given=body | query,
        host=request.headers.get("host") or "localhost",
        json=not is_form(content_type),
        shuffle=None if shuffle is None else shuffle.random(),
    )


def _challenge(message: str) -> tuple[str, str]:
    value = f'Bearer realm="TradeGecko", error="invalid_token", error_description="{message}"'
    return "WWW-Authenticate", value
