"""The stand-in on a port of this machine: HTTP, tokens, costs and the bucket they are paid from, and faults."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

from attrs import define

from tests.carts.shopify.answers import Answers
from tests.carts.shopify.records import Records
from tests.carts.shopify.schema import Api, Json, api
from tradegecko_bridge.sources.shopify import queries
from tradegecko_bridge.sources.shopify.api import MOST, VERSIONS
from tradegecko_bridge.testing import Fault
from tradegecko_bridge.testing.fake_shop.server import HTML, STATUS, huge

TOKEN = "shpat_0123456789abcdef"
CLIENT_ID, CLIENT_SECRET = "client-1", "shpss_fedcba9876543210"


@cache
def _warmed() -> Api:
    """The newest version, with all of our questions read: that takes longer than a source waits in some tests."""
    newest = api(VERSIONS[0])
    for text in vars(queries).values():
        if isinstance(text, str) and text.lstrip().startswith(("query ", "mutation ")):
            newest.document(queries.in_money(text, "shop"))
    return newest


@define
class Bucket:
    """Points, which come back with time."""

    size: float = 20_000.0
    refill: float = 1_000.0
    left: float = 20_000.0
    clock: Callable[[], float] = time.monotonic
    at: float = 0.0

    def pay(self, points: float) -> bool:
        """Take so many out, if they are there."""
        now = self.clock()
        self.left = min(self.size, self.left + (now - (self.at or now)) * self.refill)
        self.at = now
        if points > self.left:
            return False
        self.left -= points
        return True

    def status(self) -> Json:
        """What is said of it."""
        return {"maximumAvailable": self.size, "currentlyAvailable": int(self.left), "restoreRate": self.refill}


class StandIn:
    """One shop."""

    def __init__(self, *, slow: float = 1.2) -> None:
        self.records = Records()
        self.bucket = Bucket()
        self.fault: Fault | None = None
        self.after = 0
        self.good = Event()
        self.slow = slow
        self.tokens = {TOKEN}
        self.oldest = VERSIONS[-1]
        self.requests = 0
        self.asked: list[tuple[str, Json]] = []
        self.logins = 0
        self.lock = Lock()
        self.answers = Answers(self.records, _warmed())
        handler = type("Handler", (_Handler,), {"shop": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads, self._server.block_on_close = True, False
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.005,), daemon=True)

    def __enter__(self) -> StandIn:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.mend()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def break_line(self, fault: Fault, *, after: int = 0) -> None:
        """The requests behind the next ``after`` meet this fault; ``LOST`` is for the next change."""
        self.fault, self.after = fault, after
        self.good.clear()

    def mend(self) -> None:
        """The line is good again."""
        self.fault = None
        self.good.set()

    def meets(self, change: bool) -> Fault | None:
        """The fault that a request meets."""
        if self.fault is None or (self.fault is Fault.LOST and not change):
            return None
        if self.after:
            self.after -= 1
            return None
        fault = self.fault
        if fault is Fault.LOST:
            self.mend()
        return fault

    # ── answers ──────────────────────────────────────────────────────────────────────────────

    def answer(self, path: str, body: Any, token: str | None) -> tuple[int, Any, dict[str, str]]:
        """The answer to one request: status, JSON, headers."""
        match path.strip("/").split("/"):
            case ["admin", "oauth", "access_token"]:
                return self._log_in(body)
            case ["admin", "api", version, "graphql.json"]:
                if token not in self.tokens:
                    return (
                        401,
                        {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"},
                        {},
                    )
                served = max(version, self.oldest)
                return 200, self._graphql(body["query"], body.get("variables") or {}), {"x-shopify-api-version": served}
        return 404, {"errors": "Not Found"}, {}

    def _log_in(self, body: Any) -> tuple[int, Any, dict[str, str]]:
        if (body["client_id"], body["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
            return 400, {"error": "invalid_request", "error_description": f"no client {body['client_secret']}"}, {}
        self.logins += 1
        token = f"shpat_login_{self.logins}"
        self.tokens.add(token)
        return 200, {"access_token": token, "scope": ",".join(self.answers.scopes), "expires_in": 86399}, {}

    def _graphql(self, query: str, variables: Json) -> Json:
        self.asked.append((query, variables))
        _, wrong = self.answers.api.document(query)
        cost = 0 if wrong else self.answers.api.cost(query, variables)
        told: Json = {"requestedQueryCost": cost, "actualQueryCost": None}
        if cost > MOST:
            message = f"Query cost is {cost}, which exceeds the single query max cost limit ({MOST})."
            return {"errors": [{"message": message, "extensions": {"code": "MAX_COST_EXCEEDED", "cost": cost}}]}
        if not self.bucket.pay(cost):
            told["throttleStatus"] = self.bucket.status()
            throttled = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
            return {"errors": [throttled], "extensions": {"cost": told}}
        answer = self.answers.run(query, variables)
        actual = min(cost, _objects(answer.get("data")))
        self.bucket.left += cost - actual
        told |= {"actualQueryCost": actual, "throttleStatus": self.bucket.status()}
        return {**answer, "extensions": {"cost": told}}

    def file(self, path: str) -> bytes | None:
        """A file that a bulk operation has written."""
        for one, (_, lines, _) in self.answers.bulk.items():
            if path == f"/bulk/{one}.jsonl":
                return "".join(f"{line}\n" for line in lines).encode()
        return None


def _objects(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(_objects, value.values()))
    return sum(map(_objects, value)) if isinstance(value, list) else 0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    wbufsize = -1
    disable_nagle_algorithm = True
    shop: StandIn

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def handle(self) -> None:
        with suppress(ConnectionError, TimeoutError):
            super().handle()

    def do_GET(self) -> None:
        assert "x-shopify-access-token" not in self.headers, "a token goes to where files are kept"
        content = self.shop.file(self.path)
        self._write(404 if content is None else 200, content or b"", {})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        change = str(body.get("query", "")).lstrip().startswith("mutation")
        with self.shop.lock:
            self.shop.requests += 1
            fault = self.shop.meets(change)
            if fault in STATUS:
                said = {"errors": f"not now, said to {self.headers.get('x-shopify-access-token')}"}
                headers = {"retry-after": "0"} if fault is Fault.BUSY else {"location": "https://elsewhere.example/"}
                return self._json(STATUS[fault], said, headers)
            status, answer, headers = self.shop.answer(self.path, body, self.headers.get("x-shopify-access-token"))
        match fault:
            case Fault.LOST:
                self.close_connection = True
            case Fault.SLOW:
                self.shop.good.wait(self.shop.slow)
                self.close_connection = True
            case Fault.PAGE:
                self._write(200, HTML, {"content-type": "text/html"})
            case Fault.HUGE:
                self._write(200, huge(), {"content-type": "application/json", "content-encoding": "gzip"})
            case _:
                self._json(status, answer, headers, cut=fault is Fault.CUT)
        return None

    def _json(self, status: int, answer: Any, headers: Mapping[str, str], *, cut: bool = False) -> None:
        content = json.dumps(answer).replace("{base}", self.shop.url).encode()
        self._write(status, content, {"content-type": "application/json", **headers}, cut=cut)

    def _write(self, status: int, content: bytes, headers: Mapping[str, str], *, cut: bool = False) -> None:
        self.send_response_only(status)
        for name, value in {**headers, "content-length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)
        self.close_connection = self.close_connection or cut
