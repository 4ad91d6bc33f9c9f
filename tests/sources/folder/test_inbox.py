"""The inbox: which files are read and when, and when they leave it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.sources.folder.helpers import (
    GOOD,
    LONG_AGO,
    NOW,
    OTHER,
    bad,
    good,
    problems,
    put,
    sheet,
    source_at,
)
from tradegecko_bridge.errors import SourceRefused, SourceUnavailable
from tradegecko_bridge.ports import (
    AcceptsProducts,
    AcceptsReceipts,
    AcceptsStock,
    AcceptsTracking,
    AcknowledgesIngest,
    OrderSource,
)
from tradegecko_bridge.sources.folder import FolderSource
from tradegecko_bridge.sources.folder.inbox import Waiting


def names(folder: Path) -> list[str]:
    """The visible files of a folder."""
    return sorted(file.name for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))


def test_it_fits_the_ports(tmp_path: Path) -> None:
    """A folder is an order source with every capability but cancellations."""
    source: OrderSource = FolderSource(str(tmp_path), name="till")
    assert source.name == "till"
    for port in (AcknowledgesIngest, AcceptsReceipts, AcceptsTracking, AcceptsStock, AcceptsProducts):
        assert isinstance(source, port)


def test_a_missing_folder_is_created(tmp_path: Path) -> None:
    """The first run makes the folders to put files in."""
    assert list(source_at(tmp_path / "new" / "shop").fetch_orders(None)) == []
    assert (tmp_path / "new" / "shop" / "orders" / "done").is_dir()


def test_the_clock_of_the_computer_is_used_when_none_is_given(tmp_path: Path) -> None:
    """Without arguments a file just written waits, an older one does not."""
    put(tmp_path, "old.csv", sheet(GOOD))
    (tmp_path / "orders" / "new.csv").write_text(sheet(OTHER))
    assert [order.number for order in good(FolderSource(tmp_path).fetch_orders(None))] == ["1006"]


def test_files_come_oldest_first_with_cursors(tmp_path: Path) -> None:
    """By time of change and then by name, each order with the file and place it resumes after."""
    put(tmp_path, "a.csv", sheet(GOOD), NOW - timedelta(minutes=1))
    put(tmp_path, "c.csv", sheet(GOOD, OTHER))
    put(tmp_path, "B.CSV", sheet(OTHER))
    given = good(source_at(tmp_path).fetch_orders(None))
    assert [order.cursor for order in given] == ["B.CSV#1", "c.csv#1", "c.csv#2", "a.csv#1"]


def test_the_cursor_does_not_hide_files(tmp_path: Path) -> None:
    """A file that arrives with an old time is read all the same, and what was not acknowledged comes again."""
    put(tmp_path, "new.csv", sheet(GOOD))
    source = source_at(tmp_path)
    (first,) = source.fetch_orders(None)
    put(tmp_path, "old.csv", sheet(OTHER), LONG_AGO - timedelta(days=300))
    assert [order.cursor for order in source.fetch_orders(first.cursor)] == ["old.csv#1", "new.csv#1"]


@pytest.mark.parametrize(
    "name",
    [
        ".shop.csv",
        "~$shop.csv",
        "shop.csv.tmp",
        "shop.csv.part",
        "x.filepart",
        "x.crdownload",
        "shop.csv~",
        "Thumbs.db",
    ],
)
def test_unfinished_and_other_files_are_left_alone(tmp_path: Path, name: str) -> None:
    """Names that say "not finished", and what systems leave behind, are neither read nor reported."""
    put(tmp_path, name, sheet(GOOD))
    assert list(source_at(tmp_path).fetch_orders(None)) == []


@pytest.mark.parametrize(
    ("age", "is_read"),
    [
        (timedelta(seconds=2), True),
        (timedelta(seconds=1.9), False),
        (timedelta(seconds=-2), False),
        (timedelta(seconds=-2.1), True),
        (timedelta(days=-365), True),
    ],
)
def test_a_file_must_have_settled(tmp_path: Path, age: timedelta, is_read: bool) -> None:
    """A file just changed waits; one from further in the future than ``settle`` has a wrong clock and does not."""
    put(tmp_path, "shop.csv", sheet(GOOD), NOW - age)
    assert bool(list(source_at(tmp_path).fetch_orders(None))) is is_read


def test_a_file_that_changes_while_the_run_goes_on_waits(tmp_path: Path) -> None:
    """What was listed and has grown since is not read before the next run."""
    put(tmp_path, "a.csv", sheet(GOOD))
    later = put(tmp_path, "b.csv", sheet(OTHER))
    running = iter(source_at(tmp_path).fetch_orders(None))
    next(running)
    later.write_text(sheet(OTHER, OTHER))
    assert list(running) == []


def test_a_file_taken_away_meanwhile_is_no_error(tmp_path: Path) -> None:
    """A person may take a file back before it is read."""
    put(tmp_path, "a.csv", sheet(GOOD))
    put(tmp_path, "b.csv", sheet(OTHER)).unlink()
    running = source_at(tmp_path).fetch_orders(None)
    put(tmp_path, "a.csv", sheet(GOOD)).unlink()
    assert list(running) == []


# ── leaving the inbox ────────────────────────────────────────────────────────────────────────


def test_files_leave_when_all_of_their_orders_are_acknowledged(tmp_path: Path) -> None:
    """A cursor in the middle of a file moves the files before it, not that one."""
    put(tmp_path, "a.csv", sheet(GOOD))
    put(tmp_path, "b.csv", sheet(GOOD, OTHER))
    source = source_at(tmp_path)
    cursors = [order.cursor for order in source.fetch_orders(None)]
    source.acknowledge_ingest(cursors[1])
    assert names(tmp_path / "orders") == ["b.csv"]
    source.acknowledge_ingest(cursors[2])
    assert names(tmp_path / "orders") == []
    assert names(tmp_path / "orders" / "done") == ["a.csv", "b.csv"]


def test_acknowledging_while_orders_are_still_coming(tmp_path: Path) -> None:
    """Batches are acknowledged as they are taken in; what has not been given yet stays."""
    put(tmp_path, "a.csv", sheet(GOOD))
    put(tmp_path, "b.csv", sheet(OTHER))
    source = source_at(tmp_path)
    running: Iterator[object] = iter(source.fetch_orders(None))
    next(running)
    source.acknowledge_ingest("a.csv#1")
    assert names(tmp_path / "orders") == ["b.csv"]
    assert len(list(running)) == 1


def test_a_file_with_something_unreadable_stays_until_corrected(tmp_path: Path) -> None:
    """It is reported on every run, its good orders come again, and it leaves once it is right."""
    put(tmp_path, "a.csv", sheet(GOOD, OTHER.replace(",2,", ",two,")))
    for _ in range(2):
        source = source_at(tmp_path)
        given = list(source.fetch_orders(None))
        assert (len(good(given)), len(bad(given))) == (1, 1)
        source.acknowledge_ingest(given[-1].cursor)
        assert names(tmp_path / "orders") == ["a.csv"]
    put(tmp_path, "a.csv", sheet(GOOD, OTHER))
    (*_, last) = source.fetch_orders(None)
    source.acknowledge_ingest(last.cursor)
    assert names(tmp_path / "orders") == []


def test_a_file_changed_after_it_was_read_is_not_moved(tmp_path: Path) -> None:
    """Orders added meanwhile would otherwise be lost: it is read again instead."""
    file = put(tmp_path, "a.csv", sheet(GOOD))
    source = source_at(tmp_path)
    (order,) = source.fetch_orders(None)
    file.write_text(sheet(GOOD, OTHER))
    source.acknowledge_ingest(order.cursor)
    assert names(tmp_path / "orders") == ["a.csv"]
    assert len(list(source_at(tmp_path, NOW + timedelta(days=3650)).fetch_orders(None))) == 2


def test_a_file_replaced_at_the_last_moment_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the move somebody may put a new file there: it returns to the inbox."""
    put(tmp_path, "a.csv", sheet(GOOD))
    source = source_at(tmp_path)
    (order,) = source.fetch_orders(None)
    look = Path.lstat

    def replaced_after(path: Path) -> os.stat_result:
        found = look(path)
        if path.parent.name == "orders":
            put(tmp_path, "a.csv", sheet(GOOD, OTHER))
        return found

    monkeypatch.setattr(Path, "lstat", replaced_after)
    source.acknowledge_ingest(order.cursor)
    monkeypatch.undo()
    assert names(tmp_path / "orders") == ["a.csv"]
    assert names(tmp_path / "orders" / "done") == []


def test_nothing_in_done_is_overwritten(tmp_path: Path) -> None:
    """Shops use the same file name every day."""
    for price in ("1", "2", "3"):
        put(tmp_path, "shop.csv", sheet(GOOD.replace("2.50", price)))
        source = source_at(tmp_path)
        (order,) = source.fetch_orders(None)
        source.acknowledge_ingest(order.cursor)
    assert names(tmp_path / "orders" / "done") == ["shop (2).csv", "shop (3).csv", "shop.csv"]
    assert ",1,1,Ottawa" in (tmp_path / "orders" / "done" / "shop.csv").read_text()


@pytest.mark.parametrize("cursor", ["", "a.csv#1", "unknown.csv#7", "no place"])
def test_a_cursor_from_another_process_moves_nothing(tmp_path: Path, cursor: str) -> None:
    """A source that has not given a file itself cannot know that it is still the same: it is offered again."""
    put(tmp_path, "a.csv", sheet(GOOD))
    source_at(tmp_path).acknowledge_ingest(cursor)
    assert names(tmp_path / "orders") == ["a.csv"]


def test_a_crash_before_the_move_is_harmless(tmp_path: Path) -> None:
    """Everything is offered again by the next process, and leaves then."""
    put(tmp_path, "a.csv", sheet(GOOD))
    before = list(source_at(tmp_path).fetch_orders(None))
    source = source_at(tmp_path)
    again = list(source.fetch_orders(before[-1].cursor))
    assert again == before
    source.acknowledge_ingest(again[-1].cursor)
    assert names(tmp_path / "orders" / "done") == ["a.csv"]


def test_two_processes_acknowledging_do_not_disturb_each_other(tmp_path: Path) -> None:
    """The second finds the file gone and leaves nothing behind."""
    put(tmp_path, "a.csv", sheet(GOOD))
    sources = [source_at(tmp_path), source_at(tmp_path)]
    for source in sources:
        list(source.fetch_orders(None))
    for source in sources:
        source.acknowledge_ingest("a.csv#1")
    assert names(tmp_path / "orders" / "done") == ["a.csv"]


# ── odd things in the inbox ──────────────────────────────────────────────────────────────────


def test_folders_links_and_spreadsheets_are_reported(tmp_path: Path) -> None:
    """What cannot be an order file says so on every run, and stays."""
    orders = put(tmp_path, "good.csv", sheet(GOOD)).parent
    (orders / "dir.csv").mkdir()
    (orders / "dir.csv" / "b.csv").touch()
    (orders / "nothing in it").mkdir()
    (orders / "link.csv").symlink_to(put(tmp_path / "elsewhere", "a.csv", sheet(OTHER)))
    put(tmp_path, "book.ods", b"PK")
    put(tmp_path, "orders.pdf", b"%PDF")
    put(tmp_path, "orders", sheet(GOOD))
    os.mkfifo(orders / "pipe.json")
    source = source_at(tmp_path, NOW + timedelta(days=3650))
    given = list(source.fetch_orders(None))
    assert [order.number for order in good(given)] == ["1006"]
    assert sorted(problems(given)) == [
        (
            "book.ods: is a spreadsheet of a kind that is not read; save it as .xlsx or CSV UTF-8 and remove this one"
            " (nothing of this file was ingested)"
        ),
        "dir.csv: is a folder; put the files in it here (nothing of this file was ingested)",
        "link.csv: is a link; put the file itself here (nothing of this file was ingested)",
        (
            "orders.pdf: has no ending of a kind of file that is read; give it the right one, or take it out of here"
            " (nothing of this file was ingested)"
        ),
        (
            "orders: has no ending of a kind of file that is read; give it the right one, or take it out of here"
            " (nothing of this file was ingested)"
        ),
        "pipe.json: is not an ordinary file; remove it (nothing of this file was ingested)",
    ]
    source.acknowledge_ingest(given[-1].cursor)
    assert (orders / "link.csv").is_symlink()


@pytest.mark.skipif(os.name != "posix", reason="only there may names hold such bytes")
def test_strange_file_names_stay_on_one_line(tmp_path: Path) -> None:
    """A name that is not UTF-8 or holds a line break can be reported, kept as a cursor and moved."""
    put(tmp_path, "a.csv", sheet(GOOD)).rename(os.fsdecode(os.fsencode(tmp_path / "orders") + b"/caf\xe9\n.csv"))
    source = source_at(tmp_path)
    (order,) = source.fetch_orders(None)
    assert order.cursor == "caf\\udce9\\n.csv#1"
    source.acknowledge_ingest(order.cursor)
    assert names(tmp_path / "orders") == []


def test_a_file_that_may_not_be_read_is_reported(bound_by_permissions: Path) -> None:
    """One closed file does not stop the others."""
    put(bound_by_permissions, "closed.csv", sheet(GOOD)).chmod(0)
    put(bound_by_permissions, "open.csv", sheet(OTHER))
    given = list(source_at(bound_by_permissions).fetch_orders(None))
    assert [order.number for order in good(given)] == ["1008"]
    assert problems(given) == [
        (
            "closed.csv: may not be read; give the user the bridge runs as the right to read it"
            " (nothing of this file was ingested)"
        ),
    ]


# ── the folder itself ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("below", ["", "orders", "orders/done"])
def test_a_file_in_place_of_a_folder_is_refused(tmp_path: Path, below: str) -> None:
    """One line says which path is the trouble."""
    path = tmp_path / "shop"
    (path / below).parent.mkdir(parents=True, exist_ok=True)
    (path / below).write_text("")
    with pytest.raises(SourceRefused, match=r"is not a folder; name a folder for the orders$"):
        source_at(path).fetch_orders(None)


@pytest.mark.parametrize("below", ["", "orders", "orders/done"])
def test_a_folder_that_may_not_be_written_is_refused(bound_by_permissions: Path, below: str) -> None:
    """Better to know at once than after orders were taken in and could not be put away."""
    folder = bound_by_permissions / below
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o500)
    with pytest.raises(SourceRefused, match=r"cannot be used \(Permission denied\); give the user the bridge runs as"):
        source_at(bound_by_permissions).fetch_orders(None)


def test_a_share_that_disappears_is_unavailable(tmp_path: Path) -> None:
    """What was given before it counts, and nothing is taken for done."""
    put(tmp_path / "share", "a.csv", sheet(GOOD))
    put(tmp_path / "share", "b.csv", sheet(OTHER))
    running = iter(source_at(tmp_path / "share").fetch_orders(None))
    next(running)
    (tmp_path / "share").rename(tmp_path / "elsewhere")
    with pytest.raises(SourceUnavailable, match="went away while it was read"):
        next(running)


def test_a_failing_disk_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that is nobody's fault is worth trying again."""
    put(tmp_path, "a.csv", sheet(GOOD))
    running = source_at(tmp_path).fetch_orders(None)

    def broken(*_: object) -> object:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "open", broken)
    with pytest.raises(SourceUnavailable, match=r"a\.csv: cannot be read now \(Input/output error\)"):
        list(running)


def test_a_file_that_cannot_be_moved_is_told_and_offered_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody has it open: its orders are safe already, and the files behind it do not wait for it."""
    put(tmp_path, "a.csv", sheet(GOOD))
    put(tmp_path, "b.csv", sheet(OTHER))
    source = source_at(tmp_path)
    first, second = source.fetch_orders(None)
    move = Path.replace

    def open_elsewhere(path: Path, target: Path) -> Path:
        if path.name == "a.csv":
            raise PermissionError(13, "Permission denied", str(path))
        return move(path, target)

    monkeypatch.setattr(Path, "replace", open_elsewhere)
    with pytest.raises(SourceRefused, match=r"a\.csv: cannot be moved to done/ \(Permission denied\).*read again$"):
        source.acknowledge_ingest(second.cursor)
    monkeypatch.undo()
    assert names(tmp_path / "orders" / "done") == ["b.csv"]
    assert list(source.fetch_orders(None)) == [first]


def test_a_done_folder_closed_meanwhile_is_told(bound_by_permissions: Path) -> None:
    """A missing right is named, and nothing is left half-moved."""
    put(bound_by_permissions, "a.csv", sheet(GOOD))
    source = source_at(bound_by_permissions)
    (order,) = source.fetch_orders(None)
    (bound_by_permissions / "orders" / "done").chmod(0o500)
    with pytest.raises(SourceRefused, match="Permission denied"):
        source.acknowledge_ingest(order.cursor)
    assert names(bound_by_permissions / "orders") == ["a.csv"]


@pytest.mark.parametrize("settle", [timedelta(minutes=5), 300, 300.0])
def test_settle_may_be_seconds(tmp_path: Path, settle: timedelta | float) -> None:
    """A settings file has numbers, not time spans."""
    put(tmp_path, "a.csv", sheet(GOOD), NOW - timedelta(seconds=299))
    put(tmp_path, "b.csv", sheet(OTHER), NOW - timedelta(seconds=300))
    source = FolderSource(tmp_path, settle=settle, clock=lambda: NOW)
    assert [order.cursor for order in source.fetch_orders(None)] == ["b.csv#1"]


# ── once more ────────────────────────────────────────────────────────────────────────────────


def test_an_order_is_given_again_from_done(tmp_path: Path) -> None:
    """By number or reference, as the newest file has it, whether that was put away or not."""
    source = source_at(tmp_path)
    put(tmp_path, "1.csv", sheet(GOOD, OTHER))
    source.acknowledge_ingest(list(source.fetch_orders(None))[-1].cursor)
    assert [order.number for order in good(source.fetch_order("1006"))] == ["1006"]
    put(tmp_path, "2.csv", sheet(GOOD.replace("Ottawa", "Halifax")), LONG_AGO + timedelta(minutes=1))
    (order,) = good(source.fetch_order("1006"))
    assert order.shipping_address is not None
    assert order.shipping_address.city == "Halifax"
    assert list(source.fetch_order("1")) == []
    assert names(tmp_path / "orders" / "done") == ["1.csv"]


def test_orders_are_given_again_from_a_date_on(tmp_path: Path) -> None:
    """From all files, each order once, as the newest file has it, by the order's own date; unreadable ones not."""
    source = source_at(tmp_path)
    put(tmp_path, "1.csv", sheet(GOOD, OTHER.replace("01-31", "01-30")), LONG_AGO)
    source.acknowledge_ingest(list(source.fetch_orders(None))[-1].cursor)
    put(
        tmp_path,
        "2.csv",
        sheet(GOOD.replace("Ottawa", "Halifax"), "1009,never,CAD,MUG,1,2.50,"),
        NOW - timedelta(seconds=9),
    )
    given = good(source.fetch_since(LONG_AGO.replace(hour=0, minute=0)))
    assert [(order.number, order.shipping_address and order.shipping_address.city) for order in given] == [
        ("1006", "Halifax")
    ]
    assert [order.number for order in source.fetch_since(NOW - timedelta(days=9))] == ["1008", "1006"]
    assert list(source.fetch_since(NOW + timedelta(days=9))) == []


def test_files_from_long_before_are_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file last changed long before the date cannot hold an order placed after it."""
    source = source_at(tmp_path)
    put(tmp_path, "1.csv", sheet(GOOD), NOW - timedelta(days=30))
    put(tmp_path, "2.csv", sheet(OTHER))
    read: list[str] = []
    inner = source._inbox.opened

    def noted(file: Waiting) -> AbstractContextManager[BinaryIO]:
        read.append(file.name)
        return inner(file)

    monkeypatch.setattr(source._inbox, "opened", noted)
    assert [order.number for order in source.fetch_since(NOW - timedelta(days=1))] == ["1008"]
    assert read == ["2.csv"]
