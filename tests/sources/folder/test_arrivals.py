"""Files as they arrive: growing, empty, changed under reading or after they were put away, in folders that go away."""

from __future__ import annotations

import os
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sources.folder.helpers import GOOD, HEADER, NOW, OTHER, good, problems, put, sheet, source_at
from tradegecko_bridge.commerce import SourceOrder, StockLevel, Verdict
from tradegecko_bridge.errors import ConfigError, SourceUnavailable
from tradegecko_bridge.sources.folder import FolderSource, text

JUST_NOW = NOW - timedelta(seconds=30)
LATER = NOW + timedelta(days=1)


def run(source: FolderSource) -> list[str]:
    """One run: the numbers of the orders, all of which were put away."""
    given = list(source.fetch_orders(None))
    assert not problems(given)
    if given:
        source.acknowledge_ingest(given[-1].cursor)
    return [order.number for order in good(given)]


def names(folder: Path) -> list[str]:
    """The visible files of a folder."""
    return sorted(file.name for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))


# ── not whole yet ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("content", [sheet(GOOD, OTHER)[:-1], sheet(GOOD) + "1008,2026", HEADER, HEADER[:20]])
def test_a_last_row_without_a_line_break_waits(tmp_path: Path, content: str) -> None:
    """Nothing is held and nothing is said while somebody may still be writing it."""
    put(tmp_path, "shop.csv", content, JUST_NOW)
    source = source_at(tmp_path)
    assert list(source.fetch_orders(None)) == []
    assert source.take_notes() == []
    assert names(tmp_path / "orders") == ["shop.csv"]


def test_a_last_row_counts_once_the_file_was_left_alone(tmp_path: Path) -> None:
    """A minute, or as long as is set; many programs write no line break at the end."""
    put(tmp_path, "shop.csv", sheet(GOOD, OTHER)[:-1], JUST_NOW)
    assert run(source_at(tmp_path, NOW + timedelta(seconds=29))) == []
    assert run(source_at(tmp_path, NOW + timedelta(seconds=30))) == ["1006", "1008"]
    put(tmp_path, "shop.csv", sheet(GOOD)[:-1], JUST_NOW)
    assert run(FolderSource(tmp_path, whole_after=31, clock=lambda: NOW)) == []
    assert run(FolderSource(tmp_path, whole_after=30, clock=lambda: NOW)) == ["1006"]
    with pytest.raises(ConfigError, match=r"^whole_after must be from 0 to 86400 seconds, not -1$"):
        FolderSource(tmp_path, whole_after=-1)


@pytest.mark.parametrize(("column", "taken"), [("weight", True), ("shiping_amount", False), ("grand totals", False)])
def test_a_column_that_is_none_of_ours(tmp_path: Path, column: str, taken: bool) -> None:
    """It is passed over and told; one that is nearly ours is a slip that would lose something."""
    source = FolderSource(tmp_path, settle=0)
    (tmp_path / "orders").mkdir()
    header = "order_number,placed_at,currency,sku,quantity,price"
    (tmp_path / "orders" / "a.csv").write_text(f"{header},{column}\n1,2026-01-31,CAD,MUG,1,5,9\n")
    (order,) = source.fetch_orders(None)
    assert isinstance(order, SourceOrder) is taken
    said = f"a.csv, row 1: column '{column}' is none of ours and was passed over; list it under ignore in the format"
    assert list(source.take_notes()) == ([said] if taken else [])


def test_what_is_of_no_known_kind_is_told_once_it_was_left_alone(tmp_path: Path) -> None:
    """It may have another name only while it is written."""
    put(tmp_path, "shop.csv.upload", sheet(GOOD), JUST_NOW)
    assert list(source_at(tmp_path).fetch_orders(None)) == []
    assert len(problems(source_at(tmp_path, LATER).fetch_orders(None))) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("shop.csv", f"{HEADER}\n"),
        ("shop.csv", f"sep=,\r\n{HEADER}\r\n\r\n,,,,,,\r\n"),
        ("shop.json", "[]"),
        ("shop.json", '{"orders": []}\n'),
    ],
)
def test_a_file_with_nothing_in_it_is_put_away(tmp_path: Path, name: str, content: str) -> None:
    """Which is said, and is no problem; not before it was left alone, as its orders may be yet to come."""
    put(tmp_path, name, content, JUST_NOW)
    early, later = source_at(tmp_path), source_at(tmp_path, LATER)
    assert (run(early), early.take_notes(), names(tmp_path / "orders")) == ([], [], [name])
    assert (run(later), names(tmp_path / "orders")) == ([], [])
    assert later.take_notes() == [f"{name}: has no orders in it; it was put away"]
    assert names(tmp_path / "orders" / "done") == [name]


# ── changing ─────────────────────────────────────────────────────────────────────────────────


def test_a_file_written_on_after_it_was_put_away_is_read_again(tmp_path: Path) -> None:
    """Whoever had it open goes on writing to it; it comes back, once, and says so."""
    put(tmp_path, "shop.csv", sheet(GOOD))
    assert run(source_at(tmp_path)) == ["1006"]
    with (tmp_path / "orders" / "done" / "shop.csv").open("a") as file:
        file.write(f"{OTHER}\n")
    source = source_at(tmp_path, LATER + timedelta(days=3650))
    assert run(source) == ["1006", "1008"]
    assert source.take_notes() == ["shop.csv: was changed after it was put away; it is read again"]
    assert names(tmp_path / "orders" / "done") == ["shop.csv"]
    assert run(source) == []
    assert source.take_notes() == []


def test_the_same_name_again_is_a_new_file(tmp_path: Path) -> None:
    """Both stay, and each is watched under the name it has."""
    for city in ("Ottawa", "Halifax", "Quebec"):
        put(tmp_path, "shop.csv", sheet(GOOD.replace("Ottawa", city)))
        assert run(source_at(tmp_path)) == ["1006"]
    assert names(tmp_path / "orders" / "done") == ["shop (2).csv", "shop (3).csv", "shop.csv"]
    assert run(source_at(tmp_path)) == []
    (tmp_path / "orders" / "done" / "shop (2).csv").write_text(sheet(OTHER))
    assert run(source_at(tmp_path, LATER + timedelta(days=3650))) == ["1008"]


def test_the_watch_list_may_be_lost_and_stays_short(tmp_path: Path) -> None:
    """Without it nothing comes back, and nothing else goes wrong."""
    source = source_at(tmp_path)
    list(source.fetch_orders(None))
    watched = tmp_path / "orders" / "done" / ".put-away"
    watched.write_text("\n".join(["", "x y z", "1 2", *(f"1 2 {n}.csv" for n in range(3_000))]), encoding="utf-8")
    put(tmp_path, "shop.csv", sheet(GOOD))
    assert run(source) == ["1006"]
    assert len(watched.read_text(encoding="utf-8").split("\n")) == 501
    watched.unlink()
    (tmp_path / "orders" / "done" / "shop.csv").write_text(sheet(OTHER))
    assert run(source_at(tmp_path, LATER + timedelta(days=3650))) == []


def test_a_file_changed_under_reading_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No order is made of what two people wrote, even if the file looks as before; it is read again."""
    monkeypatch.setattr(text, "BLOCK", 4096)
    file = put(tmp_path, "shop.csv", sheet(*(OTHER.replace("1008", f"{number}") for number in range(2000, 2400))))
    source = source_at(tmp_path)
    given = iter(source.fetch_orders(None))
    first = next(given)
    before = file.stat()
    changed = file.read_bytes().replace(b"Toronto", b"Halifax")
    with file.open("rb+") as opened:
        opened.write(changed)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    orders = good([first, *given])
    assert len(orders) < 100
    assert {order.shipping_address and order.shipping_address.city for order in orders} == {"Toronto"}
    source.acknowledge_ingest(orders[-1].cursor)
    assert names(tmp_path / "orders") == ["shop.csv"]
    assert len(run(source_at(tmp_path))) == 400


# ── folders that go away ─────────────────────────────────────────────────────────────────────


def test_a_folder_that_was_there_is_not_made_anew(tmp_path: Path) -> None:
    """Nobody would look into it: the share is not connected. The ledger's cursor tells that it was read before."""
    home = tmp_path / "share"
    said = r"orders: was there and is not any more; is the network share connected\? If it was taken away on purpose"
    with pytest.raises(SourceUnavailable, match=said):
        source_at(home).fetch_orders("shop.csv#1")
    assert not home.exists()
    source = source_at(home)
    source.fetch_orders(None)
    home.rename(tmp_path / "elsewhere")
    for again in (source, source):
        with pytest.raises(SourceUnavailable, match=said):
            again.fetch_orders(None)
    (result,) = source.accept_stock([StockLevel(sku="MUG", available=Decimal(1))])
    assert result.verdict is Verdict.FAILED
    assert "orders: was there and is not any more" in result.message
    assert not home.exists()
    (tmp_path / "elsewhere").rename(home)
    assert list(source.fetch_orders("shop.csv#1")) == []
    assert source.accept_stock([StockLevel(sku="MUG", available=Decimal(1))])[0].verdict is Verdict.ACCEPTED


def test_asking_for_an_order_makes_no_folder(tmp_path: Path) -> None:
    """Where none is, no order is either."""
    source = source_at(tmp_path / "shop")
    with pytest.raises(SourceUnavailable, match="was there and is not any more"):
        source.fetch_order("1006")
    with pytest.raises(SourceUnavailable, match="was there and is not any more"):
        source.fetch_since(NOW)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_mount_point_is_not_filled(tmp_path: Path) -> None:
    """Where the share was, only the folder is left that it is mounted on."""
    put(tmp_path, "shop.csv", sheet(GOOD))
    (order,) = source_at(tmp_path).fetch_orders(None)
    (tmp_path / "orders").rename(tmp_path.parent / "unmounted")
    with pytest.raises(SourceUnavailable, match="was there and is not any more"):
        source_at(tmp_path).fetch_orders(order.cursor)
    assert list(tmp_path.iterdir()) == []
