"""F1: TradeGecko has the order, or has not, and its answer never says so."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.chaos.audit import check
from tests.chaos.cases import a_batch, to_be_held
from tests.chaos.ground import Ground
from tests.chaos.workers import run
from tradegecko_bridge import Sandbox
from tradegecko_bridge.engine import Outcome

AFTER_COMMIT: dict[str, dict[str, Any]] = {
    "reset": {"fault": "drop_after_commit"},
    "half-an-answer": {"fault": "drop_mid_body"},
    "502": {"fault": "status", "status": 502, "when": "after"},
    "504": {"fault": "status", "status": 504, "when": "after"},
    "html": {"fault": "html", "status": 200, "when": "after"},
    "read-timeout": {"fault": "slow", "seconds": 0.3, "when": "after"},
}
BEFORE_COMMIT: dict[str, dict[str, Any]] = {
    "reset": {"fault": "drop_before_commit"},
    "503": {"fault": "status", "status": 503},
    "html": {"fault": "html", "status": 502},
}
ON_SQLITE = pytest.mark.parametrize("ledgers", ["sqlite"], indirect=True)
"""Every kind of lost answer on one database is enough: the ledger hears the same of all of them."""
IMPATIENT = 0.1
"""Seconds a worker waits for an answer, where the server takes longer."""


@ON_SQLITE
@pytest.mark.parametrize("kind", AFTER_COMMIT)
def test_f1_every_answer_lost_after_commit(ground: Ground, kind: str) -> None:
    """No answer to a ``POST /orders`` ever arrives, and every order is there once, in one run."""
    orders = a_batch()
    strike(ground.sandbox, times=99, **AFTER_COMMIT[kind])
    ended = run(ground.job(orders, timeout=IMPATIENT if kind == "read-timeout" else 30.0))
    assert ended is not None
    assert ended.reports[0].count(Outcome.ADOPTED) == len(orders) - held(orders)
    check(ground, orders)
    assert posts(ground.sandbox) == len(orders) - held(orders), "nothing was sent twice"


@ON_SQLITE
@pytest.mark.parametrize("burnt", [True, False], ids=["key-burnt", "key-unused"])
@pytest.mark.parametrize("kind", BEFORE_COMMIT)
def test_f1_answers_lost_before_commit(ground: Ground, kind: str, burnt: bool) -> None:
    """Nothing arrived, and nobody says so: each order goes out again. Where the application has used up its key, a
    person decides that, and it goes out under the next one."""
    orders = a_batch(3)
    ground.sandbox.set_switch("idempotency_key_burnt_by_failure", burnt)
    strike(ground.sandbox, times=4, **BEFORE_COMMIT[kind])
    assert run(ground.job(orders)) is not None
    ground.settle(ground.job(orders), len(orders))
    check(ground, orders)


def test_f1_the_look_after_a_lost_answer_fails_too(ground: Ground) -> None:
    """In doubt, and nobody can look: the order stays in doubt until somebody can, and is not sent again."""
    orders = a_batch(2)
    strike(ground.sandbox, times=99, **AFTER_COMMIT["reset"])
    ground.sandbox.fault("GET", "/orders", "status", status=503, nth=2, times=3)
    assert run(ground.job(orders, reads=1)) is not None
    ground.settle(ground.job(orders), len(orders))
    check(ground, orders)
    assert posts(ground.sandbox) == len(orders)


@pytest.mark.parametrize("pause", [2.0, 700.0], ids=["at-once", "after-the-patience"])
def test_f1_the_server_commits_after_the_client_gave_up(ground: Ground, pause: float) -> None:
    """A request is still waiting at the server when its order is looked for, not found, and sent again."""
    orders, sent = a_batch(2), 0
    strike(ground.sandbox, fault="slow", seconds=1.0)
    for timeout in (IMPATIENT, *[30.0] * 8):
        ended = run(ground.job(orders, timeout=timeout))
        assert ended is not None
        sent += ended.passed.count("POST /orders: sent")
        if ground.at_rest(len(orders)):
            break
        ground.advance(pause)
    wait_until_answered(ground.sandbox, sent)
    check(ground, orders)


@pytest.mark.parametrize("burnt", [True, False], ids=["key-burnt", "key-unused"])
def test_f1_an_order_becomes_visible_late(ground: Ground, burnt: bool) -> None:
    """The answer is lost, and for minutes the order cannot be seen: it is there, so it must not be made again."""
    orders = a_batch(2)
    ground.sandbox.set_switch("idempotency_key_burnt_by_failure", burnt)
    ground.sandbox.fault("POST", "/orders", "visible_late", seconds=400, times=99)
    strike(ground.sandbox, times=2, **AFTER_COMMIT["reset"])
    assert run(ground.job(orders)) is not None
    ground.settle(ground.job(orders), len(orders), pause=200, rounds=12)
    check(ground, orders)


def test_f1_visible_only_after_what_is_remembered_has_moved_on(ground: Ground) -> None:
    """The order shows up with a stamp that the listing of changes has long passed: the account itself is asked."""
    orders = a_batch(4)
    ground.sandbox.fault("POST", "/orders", "visible_late", seconds=400)
    strike(ground.sandbox, **AFTER_COMMIT["reset"])
    for known in (1, 2, 4):  # each run lists what the one before it made
        assert run(ground.job(orders[:known])) is not None
        ground.advance(180)
    ground.settle(ground.job(orders), len(orders), pause=100_000)
    check(ground, orders)


def strike(sandbox: Sandbox, *, times: int = 1, **fault: Any) -> None:
    """Have this go wrong with the next ``times`` orders."""
    sandbox.fault("POST", "/orders", times=times, **fault)


def posts(sandbox: Sandbox) -> int:
    """How often an order was sent."""
    return sum(request["method"] == "POST" and request["path"] == "/orders" for request in sandbox.requests())


def held(orders: list[Any]) -> int:
    """How many of the orders cannot be delivered."""
    return sum(to_be_held(order) for order in orders)


def wait_until_answered(sandbox: Sandbox, count: int) -> None:
    """Until the server is through with so many orders, whether anybody still listens or not."""
    until = time.monotonic() + 20
    while posts(sandbox) < count:
        assert time.monotonic() < until, "the server is not through"
        time.sleep(0.02)
