"""Engine, client and ledger made before a fork and used after it, in the parent and in its children at once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests import prefork
from tradegecko_bridge import Sandbox, SqlStore, TradeGeckoClient
from tradegecko_bridge.ledger import OrderState

QUIET = ("-W", "ignore::DeprecationWarning:__main__")
"""Python 3.12 and newer warn of forks beside threads, which are what is tested."""
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing forks on Windows")


def forked(task: str, ledger_url: str, sandbox: Sandbox) -> list[Any]:
    """What the children of ``tests.prefork`` tell."""
    done = subprocess.run(
        [sys.executable, *QUIET, "-m", "tests.prefork", task, ledger_url, sandbox.base_url, sandbox.access_token],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_children_that_deliver_at_once_deliver_each_order_once(
    ledger_url: str, sandbox: Sandbox, client: TradeGeckoClient
) -> None:
    """With connections of their own to both; no answer is another's, and the ledger names who did it."""
    children = forked("deliver", ledger_url, sandbox)
    assert [child["problems"] for child in children] == [[]] * prefork.CHILDREN
    orders = {str(order.id): order.order_number for order in client.orders.list(status=["draft", "active"])}
    assert Counter(orders.values()) == Counter(str(n) for n in range(1, prefork.ORDERS + 1))
    with SqlStore(ledger_url) as store:
        entries = store.entries(states={OrderState.DELIVERED})
        assert {entry.remote_id: entry.number for entry in entries} == orders
        workers = {event.who for entry in entries for event in store.history(entry.id)}
    assert len({child["worker"] for child in children} & workers) > 1


def test_a_fork_at_any_moment_leaves_nothing_locked(ledger_url: str, sandbox: Sandbox) -> None:
    """While threads of the parent call, look and write, with both clients."""
    users = {user for child in forked("touch", ledger_url, sandbox) for user in child["users"]}
    assert len(users) == 1


def test_what_a_child_writes_outlives_its_parents_ledger(ledger_url: str, sandbox: Sandbox) -> None:
    """SQLite removes its log with the last connection that it knows of."""
    assert forked("keep", ledger_url, sandbox) == ["ingested"]
    with SqlStore(ledger_url) as store:
        assert len(store.entries()) == prefork.ORDERS
