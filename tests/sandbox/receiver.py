"""A server on this machine that webhooks are delivered to."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.sandbox.support import Json


class Receiver:
    """A server on this machine that takes deliveries; `answers` are the statuses it gives, the last for ever."""

    def __init__(self) -> None:
        self.answers = [200]
        self.seconds = 0.0
        self.taken: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.taken.append((dict(self.headers), body))
                time.sleep(receiver.seconds)
                answers = receiver.answers
                try:
                    self.send_response(answers.pop(0) if len(answers) > 1 else answers[0])
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                except OSError:
                    return

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/hook?shop=1"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def bodies(self) -> list[Json]:
        """What was delivered."""
        return [json.loads(body) for _, body in self.taken]

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()
