"""An API on a raw socket that sends answers twice, so that all later ones of a connection come one too early.

It answers each request from the request alone: orders with the number and the mark they were sent with, one record with
the id in the path, a list with the number asked for.
"""

from __future__ import annotations

import json
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from threading import Lock, Thread
from time import sleep
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

ROOTS: Final = {"orders": "order", "companies": "company"}
SLOW: Final = 0.002
"""Seconds until an answer: long enough that the next request is under way before one too many is noticed."""
AT_ONCE, LATE = "at once", "late"
"""When an answer comes once more: right behind itself, or in front of the next one."""
PAGE: Final = json.dumps({"total_records": 1, "total_pages": 1, "first_page": True, "last_page": True})


class KeepAlive:
    """``twice`` says of the how many-th request when its answer is sent once more, if it is; ``named``: answers have
    an ``X-Request-Id``."""

    def __init__(self, twice: Callable[[int], str | None], *, named: bool) -> None:
        self._twice, self._named = twice, named
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.lock = Lock()
        self.requests = 0
        self.faults = 0
        self.created: Counter[str] = Counter()
        self.connections = 0
        self.after_a_fault: Counter[int] = Counter()
        """How many requests a connection brought after an answer of its had been sent twice."""
        self._open: list[socket.socket] = []

    def serve(self) -> None:
        with suppress(OSError):
            for number in count():
                peer, _ = self._listener.accept()
                self._open.append(peer)
                self.connections += 1
                Thread(target=self._talk, args=(peer, number), daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for peer in (self._listener, *self._open):
            peer.close()

    def _talk(self, peer: socket.socket, connection: int) -> None:
        with suppress(OSError), peer, peer.makefile("rb") as reading:
            late, faults = b"", 0
            while line := reading.readline():
                method, target, _ = line.decode().split()
                headers = {}
                while (header := reading.readline().decode().strip()) != "":
                    name, _, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                body = reading.read(int(headers.get("content-length", 0)))
                with self.lock:
                    self.requests += 1
                    self.after_a_fault[connection] += faults > 0
                    again = self._twice(self.requests)
                    self.faults += again is not None
                    faults += again is not None
                    request_id = f"X-Request-Id: {self.requests}\r\n" if self._named else ""
                answer = self._answer(method, target, body, request_id)
                sleep(SLOW)
                peer.sendall(late + answer * (2 if again == AT_ONCE else 1))
                late = answer if again == LATE else b""

    def _answer(self, method: str, target: str, body: bytes, request_id: str) -> bytes:
        url = urlsplit(target)
        root, _, member = url.path.strip("/").partition("/")
        content: dict[str, Any]
        if method == "POST":
            sent = json.loads(body)["order"]
            with self.lock:
                self.created[sent["order_number"]] += 1
                made = sum(self.created.values())
            content = {"order": {**sent, "id": made}}
        elif member:
            content = {ROOTS[root]: {"id": int(member)}}
        else:
            wanted = parse_qs(url.query).get("order_number", [])
            content = {root: [{"id": 1, "order_number": number} for number in wanted]}
        text = json.dumps(content).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(text)}\r\nX-Pagination: {PAGE}\r\n{request_id}\r\n"
        return head.encode() + text


@contextmanager
def keep_alive(twice: Callable[[int], str | None], *, named: bool = True) -> Iterator[KeepAlive]:
    """The API while the block runs."""
    api = KeepAlive(twice, named=named)
    serving = Thread(target=api.serve, daemon=True)
    serving.start()
    try:
        yield api
    finally:
        api.close()
        serving.join()
