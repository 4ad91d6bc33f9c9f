"""What the page on architecture says of the code is so."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from tests.support import ALL_ORDERS, ListSource
from tradegecko_bridge import Sandbox, SqlStore, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.testing.builders import an_order

PAGE = Path(__file__).parents[1] / "docs" / "architecture.md"
STEP = re.compile(r"^(\d+)\. `([a-z_.]+):([A-Za-z_.]+)`", re.MULTILINE)


def steps() -> list[str]:
    """The functions of the way of an order, in its order."""
    return [f"tradegecko_bridge.{module}.{name}" for _, module, name in STEP.findall(PAGE.read_text(encoding="utf-8"))]


def watch(called: list[str]) -> Callable[[FrameType, str, Any], None]:
    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            called.append(f"{frame.f_globals.get('__name__')}.{frame.f_code.co_qualname}")

    return note


def test_an_order_goes_the_way_that_is_described(sandbox: Sandbox, client: TradeGeckoClient, tmp_path: Path) -> None:
    """In at most ten steps, each a function that is really called, one after the other."""
    described = steps()
    assert 0 < len(described) <= 10
    called: list[str] = []
    with SqlStore(f"sqlite:///{tmp_path / 'ledger.db'}") as store:
        engine = SyncEngine(
            "shop",
            source=ListSource([an_order("1001")]),
            gateway=TradeGeckoGateway(client, mirror=store.mirror),
            store=store,
            settings=ALL_ORDERS,
            in_flight=1,
        )
        sys.setprofile(watch(called))
        try:
            assert engine.deliver_orders()
        finally:
            sys.setprofile(None)
    at = 0
    for step in described:
        assert step in called[at:], f"{step} is not called after {described[: described.index(step)]}"
        at = called.index(step, at) + 1
