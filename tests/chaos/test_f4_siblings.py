"""F4: one order in doubt beside others that fail: their second try is not its second try."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chaos.audit import check
from tests.chaos.cases import a_batch
from tests.chaos.ground import Ground
from tests.chaos.test_f1_lost_answers import posts
from tests.chaos.workers import run
from tradegecko_bridge.ledger import OrderState

FAILING: dict[str, dict[str, Any]] = {
    "rate-limit": {"fault": "rate_limit"},
    "lost-before-commit": {"fault": "drop_before_commit"},
    "refused-by-proxy": {"fault": "status", "status": 503},
}


@pytest.mark.parametrize("kind", FAILING)
def test_f4_a_failing_sibling_does_not_repeat_an_order_in_doubt(ground: Ground, kind: str) -> None:
    """The first order's answer and the look after it are lost, the second fails: the first was sent once."""
    orders = a_batch(2)
    ground.sandbox.fault("POST", "/orders", "drop_after_commit")
    ground.sandbox.fault("GET", "/orders", "status", status=503, nth=2)
    ground.sandbox.fault("POST", "/orders", nth=2, **FAILING[kind])
    assert run(ground.job(orders, reads=1, in_flight=1)) is not None
    states = {entry.number: entry.state for entry in ground.entries()}
    assert states["1001"] is OrderState.UNCERTAIN
    assert states["1002"] in {OrderState.PENDING, OrderState.UNCERTAIN}
    before = posts(ground.sandbox)
    ground.settle(ground.job(orders), len(orders))
    check(ground, orders)
    again = 2 if kind == "lost-before-commit" else 1  # the key that is used up, and the next one
    assert posts(ground.sandbox) == before + again, "only the second order was sent again"
