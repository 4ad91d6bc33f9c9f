"""How fast the sandbox answers, beside a bare Starlette route on the same server and core; and the big account.

    python benchmarks/bench_sandbox.py [--floors]

Every server is a process of its own on one core; the load comes from this process on another one, over eight keep-alive
connections, one request each at a time. ``--floors`` exits with 1 below 2,500 reads/s or 1,000 orders/s, or when a
late page of the big account costs more than twice an early one.
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from statistics import median

import orjson

CONNECTIONS = 8
ROUNDS = 5
SECONDS = 2.0
READS, CREATES = 2500, 1000
"""The floors, in answers a second."""
LATE = 2.0
"""What a late page may cost, as a multiple of an early one."""


def bare(pipe: Connection) -> None:
    """A Starlette application that reads a little JSON and writes a little JSON."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def read(_: Request) -> JSONResponse:
        return JSONResponse({"location": {"id": 1, "label": "Main Warehouse"}})

    async def create(request: Request) -> JSONResponse:
        given = await request.json()
        return JSONResponse({"order": {"id": 1, **given["order"]}}, 201)

    _one_core(0)
    app = Starlette(routes=[Route("/locations/1", read), Route("/orders", create, methods=["POST"])])
    listener = socket.create_server(("127.0.0.1", 0))
    pipe.send((listener.getsockname()[1], "none"))
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none")
    uvicorn.Server(config).run([listener])


def sandboxed(pipe: Connection) -> None:
    """A sandbox that counts no rate limit."""
    _sandbox(pipe, "demo")


def big(pipe: Connection) -> None:
    """The same, with a million variants and half a million orders."""
    _sandbox(pipe, "big")


def _sandbox(pipe: Connection, seed: str) -> None:
    from tradegecko_bridge.sandbox import Sandbox

    _one_core(0)
    with Sandbox(seed=seed, rate_limit=None) as sandbox:
        pipe.send((int(sandbox.base_url.rsplit(":", 1)[1]), sandbox.access_token))
        pipe.recv()


@contextmanager
def served(serve: Callable[[Connection], None]) -> Iterator[tuple[int, str]]:
    """A server in a process of its own: its port and a token."""
    here, there = multiprocessing.Pipe()
    process: BaseProcess = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    process.start()
    try:
        port, token = here.recv()
        yield port, token
    finally:
        process.kill()
        process.join()


def request(method: str, path: str, token: str, body: bytes = b"") -> bytes:
    """One request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {token}"]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def answer(connection: socket.socket) -> bytes:
    """The first line of the answer that comes next."""
    got = connection.recv(65536)
    while (end := got.find(b"\r\n\r\n")) < 0:
        got += connection.recv(65536)
    head = got[:end].lower()
    at = head.find(b"content-length:")
    length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
    while len(got) < end + 4 + length:
        got += connection.recv(65536)
    return head.split(b"\r\n", 1)[0]


def rate(port: int, status: bytes, make: Callable[[int], bytes], seconds: float = SECONDS) -> float:
    """Answers a second; each has to have this status."""
    connections = []
    for _ in range(CONNECTIONS):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connections.append(connection)
    number, began = 0, time.perf_counter()
    for connection in connections:
        connection.sendall(make(number := number + 1))
    answers = 0
    while (taken := time.perf_counter() - began) < seconds:
        for connection in connections:
            if status not in (line := answer(connection)):
                raise SystemExit(f"not the answer to measure: {line.decode()}")
            connection.sendall(make(number := number + 1))
        answers += CONNECTIONS
    for connection in connections:
        connection.close()
    return answers / taken


def read(token: str) -> Callable[[int], bytes]:
    """A simple read: one small record."""
    return lambda _: request("GET", "/locations/1", token)


def create(token: str) -> Callable[[int], bytes]:
    """An order with two lines; each has a number of its own."""

    def make(number: int) -> bytes:
        order = {
            "company_id": 2,
            "shipping_address_id": 1,
            "issued_at": "2026-11-02",
            "status": "active",
            "order_number": f"B-{os.getpid()}-{time.monotonic_ns()}-{number}",
            "order_line_items": [
                {"variant_id": 1, "quantity": "1", "price": "19.99"},
                {"variant_id": 4, "quantity": "2", "price": "25.00"},
            ],
        }
        return request("POST", "/orders", token, orjson.dumps({"order": order}))

    return make


def pages(port: int, token: str, name: str, numbers: tuple[int, ...]) -> list[float]:
    """Milliseconds for pages of 250 records, the best of a few tries each, in turn."""
    best = dict.fromkeys(numbers, 1e9)
    connection = socket.create_connection(("127.0.0.1", port))
    for _ in range(ROUNDS):
        for number in numbers:
            began = time.perf_counter()
            connection.sendall(request("GET", f"/{name}?limit=250&page={number}", token))
            answer(connection)
            best[number] = min(best[number], (time.perf_counter() - began) * 1e3)
    connection.close()
    return list(best.values())


def walk_the_big_account() -> float:
    """Print what its first, middle and last pages cost; the worst ratio of a late one to an early one."""
    worst, began = 0.0, time.perf_counter()
    with served(big) as (port, token):
        print(f"the big account serves after {time.perf_counter() - began:.2f} s, a new process included")
        for name, last in (("variants", 4000), ("orders", 1980), ("companies", 400), ("order_line_items", 4000)):
            early, middle, late = pages(port, token, name, (1, last // 2, last))
            worst = max(worst, late / early)
            print(f"{name:<17} 250 a page: first {early:5.1f} ms, middle {middle:5.1f} ms, last {late:5.1f} ms")
    return worst


def main() -> None:
    """Print all figures."""
    _one_core(1)
    rates: dict[str, list[float]] = {}
    with served(bare) as (floor, none), served(sandboxed) as (port, token):
        for _ in range(ROUNDS):
            for name, where, status, make in (
                ("bare Starlette, reads", floor, b" 200 ", read(none)),
                ("sandbox, reads", port, b" 200 ", read(token)),
                ("bare Starlette, creates", floor, b" 201 ", create(none)),
                ("sandbox, creates", port, b" 201 ", create(token)),
            ):
                rates.setdefault(name, []).append(rate(where, status, make))
    for name, figures in rates.items():
        print(f"{name:<24} {median(figures):7,.0f}/s   ({min(figures):,.0f} to {max(figures):,.0f})")
    for kind in ("reads", "creates"):
        share = median(rates[f"sandbox, {kind}"]) / median(rates[f"bare Starlette, {kind}"])
        print(f"{kind} beside the bare route: {share:.2f} x")
    slow = median(rates["sandbox, reads"]) < READS or median(rates["sandbox, creates"]) < CREATES
    slow = walk_the_big_account() > LATE or slow
    if "--floors" in sys.argv and slow:
        sys.exit(f"below {READS:,} reads/s or {CREATES:,} orders/s, or a late page costs over {LATE} x an early one")


def _one_core(number: int) -> None:
    """Keep to one core, another one than the other side's, where the system can do that."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[number % len(cores)]})


if __name__ == "__main__":
    main()
