"""The service over HTTP: ``/healthz``, ``/readyz``, ``/metrics``, and ``/webhooks`` if it takes some."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import make_wsgi_app

from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.service.service import Service

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_HEADERS = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]


def app_of(service: Service, webhooks: App | None = None) -> App:
    """The WSGI application that shows a service."""
    metrics = make_wsgi_app(service.metrics.registry, disable_compression=True)

    def answer(start: Callable[..., Any], status: str, found: Mapping[str, Any]) -> Iterable[bytes]:
        start(status, list(_HEADERS))
        return [json.dumps(found).encode() + b"\n"]

    def serve(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/webhooks" and webhooks is not None:
            return webhooks(environ, start)
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return answer(start, "405 Method Not Allowed", {"error": "only GET"})
        if path == "/healthz":
            alive = service.alive
            return answer(start, "200 OK" if alive else "503 Service Unavailable", {"alive": alive})
        if path == "/readyz":
            overdue = {name: jobs for name, jobs in service.overdue.items() if jobs}
            ready = service.alive and not service.ledger_down and not overdue
            found = {"ready": ready, "ledger": not service.ledger_down, "overdue": overdue}
            return answer(start, "200 OK" if ready else "503 Service Unavailable", found)
        if path == "/metrics":
            done: Iterable[bytes] = metrics(environ, start)
            return done
        return answer(start, "404 Not Found", {"paths": ["/healthz", "/readyz", "/metrics"]})

    return serve


class _Handler(WSGIRequestHandler):
    timeout = 15

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what is asked for is nobody's news."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


@contextmanager
def serving(app: App, host: str, port: int) -> Iterator[int]:
    """Serve; the port.

    Raises:
        ConfigError: nothing can listen there.
    """
    try:
        server = make_server(host, port, app, server_class=_Server, handler_class=_Handler)
    except OSError as error:
        raise ConfigError(
            f"service: nothing can listen on {host}:{port} ({error.strerror or error}); choose another port or host"
        ) from None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
