"""The made-up shop's API on a port of this machine, and what goes wrong with it when it is told to."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from email.utils import formatdate
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Protocol
from urllib.parse import parse_qs, urlencode, urlsplit

from attrs import frozen

from tradegecko_bridge.testing.fake_shop.records import (
    Json,
    Order,
    Paging,
    Records,
    order_json,
    product_json,
    variant_json,
)
from tradegecko_bridge.testing.source_checks.shops import Fault

STATUS = {Fault.BUSY: 429, Fault.DOWN: 503, Fault.LOGIN: 401, Fault.FORBIDDEN: 403, Fault.REDIRECT: 302}
HTML = b"<!doctype html><title>Welcome</title>"
Query = Mapping[str, list[str]]


@frozen
class Reply:
    """What is answered."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = {}


@cache
def huge() -> bytes:
    """An answer larger than any can be taken, compressed."""
    return gzip.compress(b" " * (33 * 2**20), 1)


class Line:
    """What is wrong with the line at present."""

    def __init__(self) -> None:
        self.good = Event()
        self.mend()

    def mend(self) -> None:
        """Nothing."""
        self.fault: Fault | None = None
        self.after = 0
        self.good.set()

    def break_with(self, fault: Fault, after: int) -> None:
        """This fault, for the requests behind the next ``after``."""
        self.fault, self.after = fault, after
        self.good.clear()

    def meets(self, method: str) -> Fault | None:
        """The fault that a request meets."""
        if self.fault is None or (self.fault is Fault.LOST and method == "GET"):
            return None
        if self.after:
            self.after -= 1
            return None
        fault = self.fault
        if fault is Fault.LOST:
            self.mend()
        return fault


class Meets(Protocol):
    """What answers requests."""

    line: Line

    @property
    def now(self) -> datetime:
        """What its clock shows."""

    def meet_with(
        self, method: str, path: str, query: str, body: Any, headers: Mapping[str, str], /
    ) -> tuple[Reply, Fault | None]:
        """The answer to one request, and what becomes of it on its way."""


class Api:
    """Answers requests from what the shop keeps."""

    def __init__(self, records: Records, paging: Paging, page_size: int, key: str) -> None:
        self.records, self.paging, self.page_size, self.key = records, paging, page_size, key
        self.empty_pages = False
        self.line = Line()
        self.requests = 0
        self._lock = Lock()

    @property
    def now(self) -> datetime:
        """What the shop's clock shows."""
        return self.records.now

    def meet_with(
        self, method: str, path: str, query: str, body: Any, headers: Mapping[str, str]
    ) -> tuple[Reply, Fault | None]:
        """The answer to one request, with its key among the headers."""
        return self.meet(method, path, query, body, headers.get("x-key"))

    def meet(self, method: str, path: str, query: str, body: Any, key: str | None) -> tuple[Reply, Fault | None]:
        """The answer to one request, and what becomes of it on its way."""
        with self._lock:
            self.requests += 1
            fault = None if path == "/elsewhere" else self.line.meets(method)
            if fault in STATUS:
                return _refusal(STATUS[fault], key), None
            return self._answer(method, path, parse_qs(query), body, key), fault

    def _answer(self, method: str, path: str, query: Query, body: Any, key: str | None) -> Reply:
        if path == "/elsewhere":
            return Reply(200, {"orders": [], "more": False})
        if key != self.key:
            return Reply(401, {"message": f"the key {key} is not known"})
        for verb, pattern, act in self._routes():
            if verb == method and (found := re.fullmatch(pattern, path)):
                try:
                    return act(query, body, *map(int, found.groups()))
                except (KeyError, TypeError, ValueError) as error:
                    return Reply(404 if isinstance(error, KeyError) else 400, {"message": f"no such thing: {error}"})
        return Reply(404, {"message": f"no way leads to {path}"})

    def _routes(self) -> list[tuple[str, str, Callable[..., Reply]]]:
        return [
            ("GET", "/orders", self._orders),
            ("GET", r"/orders/(\d+)", lambda _q, _b, one: Reply(200, order_json(self.records.orders[one]))),
            ("POST", r"/orders/(\d+)/parcels", self._add_parcel),
            ("PUT", r"/orders/(\d+)/parcels/(\d+)", self._renumber),
            ("DELETE", r"/orders/(\d+)/parcels/(\d+)", self._remove),
            ("POST", r"/orders/(\d+)/notes", self._add_note),
            ("GET", "/variants", self._variants),
            ("PUT", "/stock", self._set_stock),
            ("GET", r"/products/(\d+)", lambda _q, _b, one: Reply(200, product_json(self.records.variants[one]))),
            ("PUT", r"/products/(\d+)", self._set_product),
        ]

    # ── orders ───────────────────────────────────────────────────────────────────────────────

    def _orders(self, query: Query, _body: Any) -> Reply:
        if "id" in query or "number" in query:
            wanted = {*query.get("id", ()), *query.get("number", ())}
            rows = [order_json(one) for one in self.records.orders.values()]
            return Reply(200, {"orders": [row for row in rows if {str(row["id"]), row["number"]} & wanted]})
        if newest := query.get("newest"):
            found = self.records.listing(None)[-int(newest[0]) :]
            return Reply(200, {"orders": [order_json(one) for one in reversed(found)]})
        since = datetime.fromisoformat(query["changed_from"][0]) if "changed_from" in query else None
        if since is not None and since.tzinfo is None:
            return Reply(500, {"message": "a time without a zone"})
        found = self.records.listing(since)
        take = min(int(query.get("take", ["100"])[0]), self.page_size)
        if self.paging in (Paging.CURSOR, Paging.LINK):
            return self._behind(found, take, query)
        return self._from(found, take, query)

    def _from(self, found: list[Order], take: int, query: Query) -> Reply:
        """The page from so many rows on."""
        rows = [order_json(one) for one in found]
        if self.empty_pages:  # those that nobody may see count in pages all the same
            hidden: list[Json] = [{}] * take
            rows = [row for place in range(0, len(rows), take) for row in hidden + rows[place : place + take]]
        skip = int(query.get("skip", ["0"])[0])
        begin = (int(query["page"][0]) - 1) * take if self.paging is Paging.NUMBER and "page" in query else skip
        shown = [row for row in rows[begin : begin + take] if row]
        return Reply(200, {"orders": shown, "more": begin + take < len(rows)})

    def _behind(self, found: list[Order], take: int, query: Query) -> Reply:
        """The page behind a row, wherever that is now. The cursor is that row's time and id."""
        key, _, was_empty = query.get("cursor", [""])[0].partition(".")
        rest = [one for one in found if not key or _key(one) > key]
        empty = self.empty_pages and not was_empty and rest
        shown = [] if empty else rest[:take]
        cursor = f"{key}.again" if empty else _key(shown[-1]) if len(rest) > take else None
        body: Json = {"orders": [order_json(one) for one in shown]}
        if self.paging is Paging.CURSOR:
            return Reply(200, {**body, "next": cursor})
        if cursor is None:
            return Reply(200, body)
        link = f'<{{base}}/orders?{urlencode({**query, "cursor": cursor}, doseq=True)}>; rel="next"'
        return Reply(200, body, {"link": link})

    # ── what is written ──────────────────────────────────────────────────────────────────────

    def _add_parcel(self, _query: Query, body: Any, id: int) -> Reply:
        order = self.records.orders[id]
        parcel = {
            "id": order.next_parcel,
            "reference": body.get("reference"),
            "lines": {str(line): int(units) for line, units in body["lines"].items()},
            "tracking": [str(number) for number in body["tracking"]],
        }
        order.next_parcel += 1
        order.parcels.append(parcel)
        self.records.touch(order)
        return Reply(201, parcel)

    def _renumber(self, _query: Query, body: Any, id: int, parcel: int) -> Reply:
        order = self.records.orders[id]
        shown = order.parcel(parcel)
        shown["tracking"] = [str(number) for number in body["tracking"]]
        self.records.touch(order)
        return Reply(200, shown)

    def _remove(self, _query: Query, _body: Any, id: int, parcel: int) -> Reply:
        order = self.records.orders[id]
        order.parcels.remove(order.parcel(parcel))
        self.records.touch(order)
        return Reply(204)

    def _add_note(self, _query: Query, body: Any, id: int) -> Reply:
        self.records.orders[id].notes.append(str(body["text"]))
        self.records.touch(self.records.orders[id])
        return Reply(201)

    def _variants(self, query: Query, _body: Any) -> Reply:
        wanted = query.get("sku", [])
        if len(wanted) > 50:
            return Reply(400, {"message": "at most 50 SKUs at a time"})
        return Reply(
            200, {"variants": [variant_json(one) for one in self.records.variants.values() if one.sku in wanted]}
        )

    def _set_stock(self, _query: Query, body: Any) -> Reply:
        counts = {self.records.variants[int(one["id"])].id: int(one["on_hand"]) for one in body["counts"]}
        if unsound := [one for one in counts if not self.records.variants[one].sound]:
            return Reply(422, {"message": f"variant {unsound[0]} has no stock location; nothing was set"})
        for one, on_hand in counts.items():
            self.records.variants[one].on_hand = on_hand
        return Reply(200, {})

    def _set_product(self, _query: Query, body: Any, id: int) -> Reply:
        variant = self.records.variants[id]
        variant.name, variant.description = str(body["name"]), str(body.get("description") or "")
        return Reply(200, product_json(variant))


def _key(order: Order) -> str:
    """Sorts as the list does."""
    return f"{order.changed_at.timestamp():.0f}-{10**6 - order.id}"


def _refusal(status: int, key: str | None) -> Reply:
    headers = {429: {"retry-after": "0"}, 302: {"location": "{base}/elsewhere"}}.get(status, {})
    return Reply(status, {"message": f"not now, said to {key}"}, headers)


class Server:
    """Serves an API on a free port of this machine, from entering to leaving."""

    def __init__(self, api: Meets, slow: float) -> None:
        handler = type("Handler", (_Handler,), {"api": api, "slow": slow})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._api = api
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.005,), daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; whoever waits for a slow answer is let go."""
        self._api.line.mend()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    wbufsize = -1  # headers and body leave together
    disable_nagle_algorithm = True
    api: Meets
    slow: float

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def handle(self) -> None:
        with suppress(ConnectionError, TimeoutError):
            super().handle()

    def _serve(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        parts = urlsplit(self.path)
        reply, fault = self.api.meet_with(self.command, parts.path, parts.query, body, self._heard())
        match fault:
            case Fault.LOST:
                self.close_connection = True
            case Fault.SLOW:
                self.api.line.good.wait(self.slow)
                self.close_connection = True
            case Fault.PAGE:
                self._write(200, HTML, {"content-type": "text/html"})
            case Fault.HUGE:
                self._write(200, huge(), {"content-type": "application/json", "content-encoding": "gzip"})
            case Fault.CUT:
                self._send(reply, cut=True)
            case _:
                self._send(reply)

    def _heard(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}

    def _send(self, reply: Reply, *, cut: bool = False) -> None:
        base = f"http://{self.headers.get('host')}"
        content = b"" if reply.body is None else json.dumps(reply.body).encode()
        headers = {name: value.replace("{base}", base) for name, value in reply.headers.items()}
        self._write(reply.status, content, {"content-type": "application/json", **headers}, cut=cut)

    def _write(self, status: int, content: bytes, headers: Mapping[str, str], *, cut: bool = False) -> None:
        self.send_response_only(status)
        now = self.api.now.timestamp()
        for name, value in {"date": formatdate(now, usegmt=True), **headers, "content-length": len(content)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)
        self.close_connection = self.close_connection or cut
