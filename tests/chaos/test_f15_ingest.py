"""F15: nothing is let go of before it is durable, and half-finished work is taken up once."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.chaos.audit import check
from tests.chaos.boundaries import Doom
from tests.chaos.cases import a_batch
from tests.chaos.ground import Ground, Grounds
from tests.chaos.workers import run
from tests.sources.folder.helpers import put, sheet
from tradegecko_bridge import FolderSource, SqlStore
from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.testing.builders import an_order

FILES = {"first.csv": ("2001", "2002"), "second.csv": ("2003",)}


def test_f15_killed_around_the_intake(grounds: Grounds, tmp_path: Path) -> None:
    """Killed at every moment from fetching to acknowledging: no file's orders are lost, none comes twice."""
    ground = grounds.new()
    passed = ground.passes(ground.job([], source=folder(tmp_path / "undisturbed")))
    written = passed.index("database: INSERT ledger_cursors") + 1
    for number in (written, written + 1, written + 2):
        ground, path = grounds.new(), tmp_path / str(number)
        job = ground.job([], source=folder(path))
        assert run(ground.job([], source=folder(path), doom=Doom(kill_at=number))) is None
        durable = len(ground.entries())
        gone = {file.name for file in (path / "orders" / "done").glob("*.csv")}
        assert durable == 3 or not gone, "a file was let go of before its orders were durable"
        ground.settle(job, 3)
        check(ground, the_orders())
        assert not list((path / "orders").glob("*.csv")), "all is put away in the end"


def test_f15_a_half_finished_lease_is_taken_up_once(grounds: Grounds) -> None:
    """A worker dies with an order in the post: nobody touches it while its lease runs, then somebody does, once."""
    orders = a_batch(2)
    ground = grounds.new()
    sent = ground.passes(ground.job(orders, in_flight=1)).index("POST /orders: sent") + 1
    ground = grounds.new()
    assert run(ground.job(orders, worker="dead", in_flight=1, doom=Doom(kill_at=sent))) is None
    for _ in range(3):
        assert run(ground.job(orders, worker="early")) is not None
    assert [event for event in told(ground, "1001") if "early" in event] == []
    ground.settle(ground.job(orders, worker="late"), len(orders))
    check(ground, orders)
    (left_behind,) = [event for event in told(ground, "1001") if "did not report back" in event]
    assert left_behind.startswith("late")
    assert "dead" in left_behind


def told(ground: Ground, number: str) -> list[str]:
    """An order's history: who, and why."""
    with SqlStore(ground.ledger) as store:
        (entry,) = store.entries(number=number)
        return [f"{event.who}: {event.why}" for event in store.history(entry.id)]


def folder(path: Path) -> partial[FolderSource]:
    """A folder with two files of orders."""
    header = "order_number,placed_at,currency,sku,quantity,price,ship_address1,ship_city"
    for name, numbers in FILES.items():
        rows = [f"{number},2026-01-31T09:30:00Z,CAD,MUG-BLUE,1,2.50,1 King St,Ottawa" for number in numbers]
        put(path, name, sheet(*rows, header=header))
    return partial(FolderSource, path, settle=0)


def the_orders() -> list[SourceOrder]:
    """What is in the files, as far as an audit looks."""
    return [an_order(number) for numbers in FILES.values() for number in numbers]
