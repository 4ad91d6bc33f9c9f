"""Real processes on one real ledger, in each database: killed at the worst moments, and racing each other."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.engine.victim import LEASE
from tradegecko_bridge import Sandbox, SqlStore, TradeGeckoClient
from tradegecko_bridge.ledger import OrderState

KILLED = -9


def start(moment: str, sandbox: Sandbox, ledger: str, numbers: str) -> subprocess.Popen[str]:
    arguments = [moment, sandbox.base_url, sandbox.access_token, ledger, numbers]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.engine.victim", *arguments],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out + err


@pytest.mark.parametrize("moment", ["before-request", "after-answer"])
def test_a_killed_process_leaves_exactly_one_order(
    sandbox: Sandbox, client: TradeGeckoClient, ledger_url: str, moment: str
) -> None:
    """Killed between intent and request, or between answer and record: the next run ends with one order, delivered."""
    code, said = finish(start(moment, sandbox, ledger_url, "1001,1002"))
    assert code == KILLED, said
    with closing(SqlStore(ledger_url)) as store:
        states = {entry.number: entry.state for entry in store.entries()}
    assert states == {"1001": OrderState.SENDING, "1002": OrderState.PENDING}

    code, said = finish(start("never", sandbox, ledger_url, "1001,1002"))
    assert code == 0, said
    assert "claimed 1001: " in said, "the dead worker's lease still runs: its order is left alone, and that is said"

    time.sleep(LEASE)  # the dead worker's lease
    code, said = finish(start("never", sandbox, ledger_url, "1001,1002"))
    assert code == 0, said

    orders = sorted(order.order_number or "" for order in client.orders.list())
    assert orders == ["1001", "1002"]
    with closing(SqlStore(ledger_url)) as store:
        assert {entry.state for entry in store.entries()} == {OrderState.DELIVERED}
        (entry,) = store.entries(number="1001")
        history = [event.now for event in store.history(entry.id)]
    assert OrderState.UNCERTAIN in history, "the next worker knew that nobody knew"


def test_a_second_process_leaves_a_running_ones_orders_alone(
    sandbox: Sandbox, client: TradeGeckoClient, ledger_url: str
) -> None:
    """Three processes race on one ledger for the same twelve orders: each order is made once."""
    numbers = ",".join(str(n) for n in range(2001, 2013))
    racers = [start("never", sandbox, ledger_url, numbers) for _ in range(3)]
    for process in racers:
        code, said = finish(process)
        assert code == 0, said
    orders = sorted(order.order_number or "" for order in client.orders.list())
    assert orders == numbers.split(",")
    with closing(SqlStore(ledger_url)) as store:
        assert {entry.state for entry in store.entries()} == {OrderState.DELIVERED}
