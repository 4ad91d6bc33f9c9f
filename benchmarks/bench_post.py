"""How much processor time a POST through each driver takes beside bare httpx with orjson.

    python benchmarks/bench_post.py

Every way posts the same order and reads the same answer over a real socket, in turn in the same run; the server is a
process of its own, so only our side is counted. Prints ratios against bare httpx of the same kind.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import socket
import time
from collections.abc import Awaitable, Callable
from itertools import count
from statistics import median
from typing import Any

import httpx
import orjson

from tradegecko_bridge import AsyncTradeGeckoClient, TradeGeckoClient
from tradegecko_bridge.tradegecko.calls import Call

ROUNDS = 40
REQUESTS = 100
LINES = [{"variant_id": n, "quantity": "1.0", "price": "19.99"} for n in range(1, 4)]
ORDER = {"order": {"company_id": 2, "order_number": "W-1", "issued_at": "2026-11-03", "order_line_items": LINES}}
ANSWER = orjson.dumps({"order": {"id": 1, "order_number": "W-1", "total": "59.97", "status": "active"}})
HEAD = (
    b"HTTP/1.1 201 Created\r\nContent-Type: application/json; charset=utf-8\r\n"
    b"Content-Length: %d\r\nX-Request-Id: " % len(ANSWER)
)
CALL: Call[Any] = Call(
    method="POST", path="/orders", body=ORDER, idempotency_key="k", read=lambda reply: reply.body["order"]["id"]
)
HEADERS = {
    "Authorization": "Bearer t",
    "Accept": "application/json",
    "Content-Type": "application/json",
    "Idempotency-Key": "k",
}


def serve(listening: socket.socket) -> None:
    """Answer every request alike but for its id, one connection after the other."""
    numbers = count(1)
    while True:
        connection, _ = listening.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        waiting = b""
        while got := connection.recv(65536):
            waiting += got
            if waiting.endswith(b"]}}"):  # the end of the order
                connection.sendall(b"%b%08d\r\n\r\n%b" % (HEAD, next(numbers), ANSWER))
                waiting = b""


class Times:
    """Processor seconds of each way, round by round."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}

    def ratio(self, name: str, floor: str) -> float:
        """The median over the rounds, so that a disturbed round does not count."""
        return median(a / b for a, b in zip(self.seconds[name], self.seconds[floor], strict=True))

    def line(self, name: str, floor: str) -> str:
        """One line of the report."""
        ours, bare = (median(self.seconds[which]) / REQUESTS * 1e6 for which in (name, floor))
        return f"{name:<22} {ours:6.0f} µs   {floor} {bare:6.0f} µs   = {self.ratio(name, floor):4.2f} ×"

    def note(self, name: str, started: float) -> None:
        """So long since ``started``."""
        self.seconds.setdefault(name, []).append(time.process_time() - started)


def measure(times: Times, ways: dict[str, Callable[[], object]]) -> None:
    """The ways in turn, round after round."""
    for _ in range(ROUNDS):
        for name, way in ways.items():
            gc.collect()
            started = time.process_time()
            for _ in range(REQUESTS):
                way()
            times.note(name, started)


async def measure_async(times: Times, ways: dict[str, Callable[[], Awaitable[object]]]) -> None:
    """The same in one event loop."""
    for _ in range(ROUNDS):
        for name, way in ways.items():
            gc.collect()
            started = time.process_time()
            for _ in range(REQUESTS):
                await way()
            times.note(name, started)


def sync_ways(times: Times, url: str, more: list[str]) -> None:
    """Bare httpx, and the synchronous client."""
    with httpx.Client(base_url=url) as bare, TradeGeckoClient("t", base_url=more[0]) as client:

        def post() -> Any:
            return orjson.loads(bare.post("/orders", content=orjson.dumps(ORDER), headers=HEADERS).content)

        measure(times, {"bare httpx": post, "TradeGeckoClient": lambda: client.send(CALL)})


async def async_ways(times: Times, url: str, more: list[str]) -> None:
    """Bare httpx's asynchronous client, and ours."""
    async with httpx.AsyncClient(base_url=url) as bare, AsyncTradeGeckoClient("t", base_url=more[0]) as client:

        async def post() -> Any:
            return orjson.loads((await bare.post("/orders", content=orjson.dumps(ORDER), headers=HEADERS)).content)

        await measure_async(times, {"bare httpx, async": post, "AsyncTradeGeckoClient": lambda: client.send(CALL)})


def many_clients() -> str:
    """What four hundred clients take."""
    started = time.perf_counter()
    clients = [TradeGeckoClient("t") for _ in range(400)]
    seconds = time.perf_counter() - started
    for client in clients:
        client.close()
    return f"400 clients with one SSL context: {seconds * 1e3:.0f} ms"


def main() -> None:
    """Print the report."""
    times = Times()
    servers, urls = [], []
    for _ in range(2):
        listening = socket.create_server(("127.0.0.1", 0))
        server = multiprocessing.get_context("fork").Process(target=serve, args=(listening,), daemon=True)
        server.start()
        servers.append(server)
        urls.append(f"http://127.0.0.1:{listening.getsockname()[1]}")
    sync_ways(times, urls[0], urls[1:])
    asyncio.run(async_ways(times, urls[0], urls[1:]))
    print(times.line("TradeGeckoClient", "bare httpx"))
    print(times.line("AsyncTradeGeckoClient", "bare httpx, async"))
    print(many_clients())
    for server in servers:
        server.terminate()


if __name__ == "__main__":
    main()
