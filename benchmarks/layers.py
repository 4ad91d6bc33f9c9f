"""Where the processor's time of a program goes, layer by layer: each layer's calls are timed on their way in and out.

A layer's time is that of its own thread, without what its calls spend in other layers. What no layer claims is the
rest: the engine itself, its threads, and the garbage collector.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any, Final

import httpx
from sqlalchemy import Connection
from sqlalchemy.engine.default import DefaultDialect

from tradegecko_bridge import SqlStore, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.engine.delivery.outcomes import Outcomes
from tradegecko_bridge.engine.delivery.planner import Planner
from tradegecko_bridge.stores.sql.mirrors import SqlMirror

LAYERS: Final[Mapping[str, Mapping[type, str]]] = {
    "planning": {Planner: "plan"},
    "outcomes": {Outcomes: "write delivered"},
    "gateway and mirror": {TradeGeckoGateway: "prefetch create_order find_customer find_orders state_of"},
    "client": {TradeGeckoClient: "exchange"},
    "httpx": {httpx.Client: "send"},
    "httpcore and h11": {httpx.HTTPTransport: "handle_request"},
    "ledger": {SqlStore: "ingest claim record_all summary", SqlMirror: "write find progress counts"},
    "SQLAlchemy": {Connection: "execute exec_driver_sql"},
    "SQLite": {DefaultDialect: "do_execute do_executemany do_commit"},
}
"""What is timed: the methods of each layer's classes."""


class Layers:
    """Seconds of processor time by layer."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._here = threading.local()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Every layer's calls are timed in the meantime."""
        before = [
            (layer, cls, name, getattr(cls, name))
            for layer, classes in LAYERS.items()
            for cls, names in classes.items()
            for name in names.split()
        ]
        for layer, cls, name, function in before:
            setattr(cls, name, self._timed(layer, function))
        try:
            yield
        finally:
            for _, cls, name, function in before:
                setattr(cls, name, function)

    def _timed(self, layer: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            outer, began = getattr(self._here, "inner", 0.0), time.thread_time()
            self._here.inner = 0.0
            try:
                return function(*args, **kwargs)
            finally:
                taken = time.thread_time() - began
                with self._lock:
                    self.seconds[layer] += taken - self._here.inner
                self._here.inner = outer + taken

        return timed

    def table(self, total: float, count: int) -> Iterator[str]:
        """A line a layer, of ``total`` seconds for ``count`` things."""
        for name, seconds in {**self.seconds, "the rest": total - self.seconds.total()}.items():
            yield f"  {name:<18} {seconds / count * 1e3:6.2f} ms  {seconds / total:4.0%}"
