"""Eight hours of mixed traffic on the sandbox's moved clock, in a minute or two: does its memory stay flat?

    python benchmarks/soak_sandbox.py [hours]

One request a second of the sandbox's time, as much as an account may ever send: lists, records, orders made, shipped,
voided, refused, repeated under used keys; tokens refreshed, answers dropped, webhooks taken and refused. The server is
a process of its own. Exits with 1 when its memory grew by more than the rows it was given to keep explain.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

HOURS = 8
PER_ROW = 2048
"""Bytes a kept row may take, with its place in the indexes."""
SLACK = 8 * 1024 * 1024
"""Bytes that may come and go with the garbage collector and the log's last turns."""


def serve(pipe: Connection) -> None:
    """A sandbox that says how many rows it keeps when asked."""
    from tradegecko_bridge.sandbox import Sandbox

    with Sandbox() as sandbox:
        pipe.send((sandbox.base_url, sandbox.client_id, sandbox.client_secret, sandbox.users[0]))
        while pipe.recv():
            state = sandbox.instance.context.state
            pipe.send((sum(len(table.rows) for table in state.tables.values()), _resident()))


class Receiver(BaseHTTPRequestHandler):
    """Takes most webhooks."""

    def do_POST(self) -> None:
        """Nine out of ten."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(500 if len(body) % 10 == 0 else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quietly."""


class Traffic:
    """One client of one application, and what it does next."""

    def __init__(self, base_url: str, client_id: str, secret: str, user: Any) -> None:
        self.dice = Random(7)
        self.statuses: Counter[int] = Counter()
        self.orders: list[int] = []
        self.keys = 0
        self.address = base_url.removeprefix("http://")
        self.http = http.client.HTTPConnection(self.address)
        self.keyring = {"client_id": client_id, "client_secret": secret}
        grant = {"grant_type": "password", "username": user.email, "password": user.password}
        self.pair = self.call("POST", "/oauth/token", {**self.keyring, **grant})
        self.doings: list[tuple[int, Callable[[], object]]] = [
            (30, self.look_around), (20, self.look_at_an_order), (8, self.make_an_order), (8, self.change_an_order),
            (6, self.ship_an_order), (2, self.void_an_order), (8, self.move_stock), (6, self.be_refused),
            (6, self.repeat_a_key), (3, self.lose_an_answer), (3, self.make_a_company),
        ]  # fmt: skip

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Send one request; what it answered, or None when nothing came."""
        if hasattr(self, "pair"):
            headers["Authorization"] = f"Bearer {self.pair['access_token']}"
        headers["Content-Type"] = "application/json"
        try:
            self.http.request(method, path, None if body is None else json.dumps(body), headers)
            answer = self.http.getresponse()
            text = answer.read()
        except (http.client.HTTPException, OSError):
            self.http.close()
            return None
        self.statuses[answer.status] += 1
        return json.loads(text) if text.startswith(b"{") else None

    def step(self) -> None:
        """A second passes, and something is done in it."""
        self.call("POST", "/_sandbox/clock", {"advance": 1})
        chances, doings = zip(*self.doings, strict=True)
        self.dice.choices(doings, chances)[0]()

    def refresh(self) -> None:
        """The next token pair."""
        grant = {"grant_type": "refresh_token", "refresh_token": self.pair["refresh_token"]}
        self.pair = self.call("POST", "/oauth/token", {**self.keyring, **grant})

    def look_around(self) -> None:
        """A list."""
        paths = (
            "orders", "variants?limit=250", "products?include=variants", "companies?email=x", "fulfillments",
            "orders?updated_at_min=2020-01-01", "stock_levels", "invoices", "orders?status=void&limit=5",
        )  # fmt: skip
        self.call("GET", f"/{self.dice.choice(paths)}")

    def look_at_an_order(self) -> None:
        """One order with all that belongs to it."""
        self.call("GET", f"/orders/{self.an_order()}?include=order_line_items,company")

    def make_an_order(self) -> None:
        """A finalized order with two lines."""
        lines = [{"variant_id": n, "quantity": 1, "price": "2.5"} for n in self.dice.sample(range(1, 9), 2)]
        given = {"company_id": 2, "shipping_address_id": 1, "status": "finalized", "order_line_items": lines}
        made = self.call("POST", "/orders", {"order": given}, **self.a_key())
        if made and "order" in made:
            self.orders.append(made["order"]["id"])

    def change_an_order(self) -> None:
        """Its notes."""
        self.call("PUT", f"/orders/{self.an_order()}", {"order": {"notes": str(self.keys)}}, **self.a_key())

    def ship_an_order(self) -> None:
        """All of it, and invoice it."""
        order = self.an_order()
        self.call("POST", f"/orders/{order}/actions/{self.dice.choice(('fulfil', 'invoice', 'pack', 'pay'))}")

    def void_an_order(self) -> None:
        """Whatever state it is in."""
        self.call("POST", f"/orders/{self.an_order()}/actions/void")

    def move_stock(self) -> None:
        """In, or out again."""
        line = {"variant_id": self.dice.randint(1, 8), "quantity": self.dice.choice((5, -5)), "price": 1}
        given = {"stock_location_id": 1, "reason": "shrinkage", "stock_adjustment_line_items": [line]}
        self.call("POST", "/stock_adjustments", {"stock_adjustment": given})

    def be_refused(self) -> None:
        """Something that cannot be."""
        self.call("POST", "/orders", {"order": {"company_id": 99999, "order_line_items": "x"}})
        self.call("GET", "/nonsense")

    def repeat_a_key(self) -> None:
        """A key that was used before."""
        self.call("POST", "/notes", {"note": {"company_id": 2, "body": "again"}}, **{"Idempotency-Key": "k1"})

    def lose_an_answer(self) -> None:
        """An order of which nobody learns."""
        fault = {"method": "POST", "path": "/orders", "fault": "drop_after_commit"}
        self.call("POST", "/_sandbox/faults", fault)
        self.make_an_order()

    def make_a_company(self) -> None:
        """A customer with an address."""
        made = self.call("POST", "/companies", {"company": {"name": f"C{self.keys}", "company_type": "consumer"}})
        if made and "company" in made:
            self.call("POST", "/addresses", {"address": {"company_id": made["company"]["id"], "address1": "1 St"}})

    def an_order(self) -> int:
        """One that was made."""
        return self.dice.choice(self.orders) if self.orders else 1

    def a_key(self) -> dict[str, str]:
        """A key nobody used."""
        self.keys += 1
        return {"Idempotency-Key": f"k{self.keys}"}


def main(hours: int) -> None:
    """Print memory and rows hour by hour."""
    receiver = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    Thread(target=receiver.serve_forever, daemon=True).start()
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    traffic, began = Traffic(*here.recv()), time.perf_counter()
    for event in ("order.create", "variant.stock_level_update", "fulfillment.fulfilled"):
        address = f"http://127.0.0.1:{receiver.server_address[1]}/hook"
        traffic.call("POST", "/webhooks", {"webhook": {"event": event, "address": address}})
    figures: list[tuple[int, int]] = []
    for hour in range(1, hours + 1):
        for second in range(3600):
            if second == 0:
                traffic.refresh()
            traffic.step()
        here.send(True)
        figures.append(here.recv())
        rows, resident = figures[-1]
        answers = sum(traffic.statuses.values())
        print(f"hour {hour}: {resident / 2**20:6.1f} MiB resident, {rows:7,} rows, {answers:,} answers")
    here.send(False)
    server.join()
    (rows, before), (more, after) = figures[0], figures[-1]
    allowed = SLACK + PER_ROW * (more - rows)
    print(f"{hours} hours in {time.perf_counter() - began:.0f} s; by status: {dict(sorted(traffic.statuses.items()))}")
    print(f"grown by {(after - before) / 2**20:.1f} MiB since the first hour, for {more - rows:,} more rows "
          f"({(after - before) / max(more - rows, 1):.0f} bytes each)")  # fmt: skip
    if after - before > allowed:
        sys.exit(f"more than {allowed / 2**20:.1f} MiB: something else than rows is kept")
    if any(status >= 500 for status in traffic.statuses):
        sys.exit("the sandbox failed")


def _resident() -> int:
    """Bytes of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else HOURS)
