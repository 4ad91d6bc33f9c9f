"""Something in between: a proxy that mixes answers up, sends requests twice, and answers for itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from threading import Lock, Thread
from typing import Final
from urllib.parse import urlsplit

from attrs import frozen

HOP_BY_HOP: Final = frozenset({"connection", "content-length", "transfer-encoding", "server", "keep-alive"})
STATUSES: Final = (401, 402, 403, 414, 429, 502, 503)
PAGE: Final = b"<html><body>This request was blocked.</body></html>"
PATIENCE: Final = 30.0


@frozen(kw_only=True)
class Answer:
    """An answer as it is passed on."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Between:
    """Passes requests on to ``target``; about so large a ``share`` of them comes to harm, drawn by the seed.

    ``mischief`` counts what was done, by name.
    """

    def __init__(self, target: str, seed: int, share: float) -> None:
        address = urlsplit(target)
        self._target = (address.hostname or "", address.port or 80)
        self._chance = Random(f"{seed}/between")
        self._share = share
        self._lock = Lock()
        self._last: Answer | None = None
        self.mischief: dict[str, int] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def running(self) -> Iterator[Between]:
        """Serve, as long as the block lasts."""
        thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        between = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = PATIENCE

            def setup(self) -> None:
                super().setup()
                self.before: Answer | None = None
                self.queue: list[Answer] = []

            def pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name: text for name, text in self.headers.items() if name.lower() not in HOP_BY_HOP}
                answer = between._answer(self.command, self.path, headers, body)
                if answer is None:
                    self.close_connection = True
                    return
                self.queue += [*between._once_more(self.before), answer]
                self.before = self.queue.pop(0)
                self._write(self.before)

            do_GET = do_POST = do_PUT = do_DELETE = pass_on

            def _write(self, answer: Answer) -> None:
                self.send_response_only(answer.status)
                for name, text in answer.headers:
                    self.send_header(name, text)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        return Handler

    def _strikes(self, kind: str, share: float = 1.0) -> bool:
        """Whether this mischief is done now."""
        with self._lock:
            strikes = self._chance.random() < self._share * share
            if strikes:
                self.mischief[kind] = self.mischief.get(kind, 0) + 1
            return strikes

    def _once_more(self, before: Answer | None) -> list[Answer]:
        """The answer before on the same connection, again: those that follow are their neighbours'."""
        return [before] if before is not None and self._strikes("answer once more") else []

    def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer | None:
        """What is passed back; None: nothing, and the connection is closed."""
        if self._strikes("answers for itself"):
            if self._draw() < 0.5:
                self._ask(method, path, headers, body)
            status = STATUSES[int(self._draw() * len(STATUSES))]
            return Answer(status=status, headers=(("Content-Type", "text/html"),), body=PAGE)
        if method == "POST" and self._strikes("request twice"):
            self._ask(method, path, headers, body)
        answer = self._ask(method, path, headers, body)
        if answer is not None and answer.status == 201:
            with self._lock:
                last = self._last
                self._last = answer
            if last is not None and self._strikes("answers swapped", 2.0):
                return last
        return answer

    def _draw(self) -> float:
        with self._lock:
            return self._chance.random()

    def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer | None:
        connection = HTTPConnection(*self._target, timeout=PATIENCE)
        try:
            connection.request(method, path, body or None, headers)
            got = connection.getresponse()
            kept = tuple((name, text) for name, text in got.getheaders() if name.lower() not in HOP_BY_HOP)
            return Answer(status=got.status, headers=kept, body=got.read())
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()
