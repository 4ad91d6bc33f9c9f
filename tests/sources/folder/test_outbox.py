"""What comes back: files that appear whole, say each thing once, and an answer for every item."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from tests.sources.folder.helpers import NOW, source_at
from tradegecko_bridge.commerce import (
    DeliveryReceipt,
    ItemResult,
    Package,
    ProductDetails,
    Shipment,
    ShippedItem,
    StockLevel,
    VariantDetails,
    Verdict,
)
from tradegecko_bridge.commerce.codec import from_plain
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.sources.folder import FolderSource

MUG = ShippedItem(line_reference="1", sku="MUG", quantity=Decimal(2))
TEE = ShippedItem(line_reference="2", sku="TEE", quantity=Decimal("1.5"))
SHIPMENT = Shipment(
    reference="5501",
    order_reference="gid-1",
    order_number="1006",
    items=(MUG, TEE),
    packages=(Package(tracking_number="0070", tracking_url="https://example.com/t/0070"),),
    carrier="Canada Post",
    service="Expedited",
    shipped_at=datetime(2026, 1, 31, 9, tzinfo=timezone(timedelta(hours=-5))),
    completes_order=True,
)
RECEIPT = DeliveryReceipt(
    order_reference="gid-1", order_number="1006", remote_id="77", remote_number="SO-1006", delivered_at=NOW
)
STOCK = StockLevel(sku="MUG", available=Decimal(12))
PRODUCT = ProductDetails(
    reference="310", name="Mug", variants=(VariantDetails(reference="911", retail_price=Decimal("19.99")),)
)


def rows(file: Path) -> list[dict[str, str]]:
    """A CSV file as a spreadsheet shows it."""
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def files(folder: Path) -> list[Path]:
    """What a reader of the folder sees."""
    return sorted(folder.glob("*"), key=lambda file: file.name) if folder.exists() else []


def shown(folder: Path) -> list[Path]:
    """The files that are not hidden."""
    return [file for file in files(folder) if not file.name.startswith(".")]


def verdicts(results: object) -> list[Verdict]:
    """Only the verdicts."""
    assert isinstance(results, list)
    return [result.verdict for result in results if isinstance(result, ItemResult)]


def parcels(tmp_path: Path, shipment: Shipment) -> list[tuple[str, str, str]]:
    """Tracking number, line and quantity of each row of one shipment."""
    source_at(tmp_path).accept_tracking([shipment])
    (file,) = shown(tmp_path / "tracking")
    return [(row["tracking_number"], row["line_reference"], row["quantity"]) for row in rows(file)]


def test_tracking_has_a_row_for_each_item(tmp_path: Path) -> None:
    """Every column is filled, times are in UTC, and the file's name sorts by time."""
    results = source_at(tmp_path).accept_tracking([SHIPMENT])
    assert results == [ItemResult(key="5501", verdict=Verdict.ACCEPTED)]
    (file,) = shown(tmp_path / "tracking")
    assert file.name == "20260131T093000.123456Z-tracking.csv"
    first = {
        "order_reference": "gid-1",
        "order_number": "1006",
        "shipment_reference": "5501",
        "carrier": "Canada Post",
        "service": "Expedited",
        "tracking_number": "0070",
        "tracking_url": "https://example.com/t/0070",
        "shipped_at": "2026-01-31T14:00:00Z",
        "line_reference": "1",
        "sku": "MUG",
        "quantity": "2",
        "completes_order": "yes",
        "withdrawn": "no",
    }
    assert rows(file) == [first, first | {"line_reference": "2", "sku": "TEE", "quantity": "1.5"}]


def test_a_shipment_that_was_taken_back_is_written_once_more(tmp_path: Path) -> None:
    """Whole, with ``withdrawn``, once; what is told as a change is written as it is now."""
    source = source_at(tmp_path)
    source.accept_tracking([SHIPMENT])
    source.accept_tracking([evolve(SHIPMENT, before=evolve(SHIPMENT, carrier="UPS"))])
    for _ in range(2):
        (answer,) = source.withdraw_tracking([SHIPMENT])
        assert answer.verdict is Verdict.ACCEPTED
    files = shown(tmp_path / "tracking")
    assert [{row["withdrawn"] for row in rows(file)} for file in files] == [{"no"}, {"yes"}]


def test_packages_list_their_own_items(tmp_path: Path) -> None:
    """What is in no package follows without tracking number, so that quantities add up."""
    one = evolve(MUG, quantity=Decimal(1))
    packages = (Package(tracking_number="A", items=(one,)), Package(tracking_number="B", items=(TEE,)))
    assert parcels(tmp_path, evolve(SHIPMENT, packages=packages)) == [
        ("A", "1", "1"),
        ("B", "2", "1.5"),
        ("", "1", "1"),
    ]


def test_packages_of_unknown_content_have_a_row_each(tmp_path: Path) -> None:
    """Nobody said which items are where: nothing is invented, and no tracking number is lost."""
    packages = (Package(tracking_number="A"), Package(tracking_number="B"))
    assert parcels(tmp_path, evolve(SHIPMENT, packages=packages)) == [
        ("A", "", ""),
        ("B", "", ""),
        ("", "1", "2"),
        ("", "2", "1.5"),
    ]


def test_a_shipment_without_packages_or_items_still_has_rows(tmp_path: Path) -> None:
    """A shipment is never accepted without a trace."""
    assert parcels(tmp_path, evolve(SHIPMENT, packages=())) == [("", "1", "2"), ("", "2", "1.5")]
    assert parcels(tmp_path / "x", evolve(SHIPMENT, packages=(), items=())) == [("", "", "")]


def test_an_unchanged_shipment_is_not_written_again(tmp_path: Path) -> None:
    """Not by the next process either; the answer is still that it is there."""
    for _ in range(3):
        results = source_at(tmp_path).accept_tracking([SHIPMENT, SHIPMENT])
        assert verdicts(results) == [Verdict.ACCEPTED, Verdict.ACCEPTED]
    (file,) = shown(tmp_path / "tracking")
    assert len(rows(file)) == 2


def test_a_changed_shipment_is_written_again_under_its_reference(tmp_path: Path) -> None:
    """Also when it changes back: what was written last counts."""
    changed = evolve(SHIPMENT, carrier="UPS")
    for shipment in (SHIPMENT, changed, SHIPMENT):
        source_at(tmp_path).accept_tracking([shipment])
    carriers = [rows(file)[0]["carrier"] for file in shown(tmp_path / "tracking")]
    assert carriers == ["Canada Post", "UPS", "Canada Post"]


@pytest.mark.parametrize("damage", [b"", b"\n0123 55", b"\xff\xfe", b"no digest here"])
def test_a_damaged_index_only_repeats(tmp_path: Path, damage: bytes) -> None:
    """Whatever happens to ``.written``, a shipment is written once more rather than not at all."""
    source_at(tmp_path).accept_tracking([SHIPMENT])
    index = tmp_path / "tracking" / ".written"
    index.write_bytes(damage)
    for _ in range(2):
        assert verdicts(source_at(tmp_path).accept_tracking([SHIPMENT])) == [Verdict.ACCEPTED]
    assert len(shown(tmp_path / "tracking")) == 2


def test_an_index_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    """The shipment is there; it would only be written once more."""
    (tmp_path / "tracking" / ".written").mkdir(parents=True)
    assert verdicts(source_at(tmp_path).accept_tracking([SHIPMENT])) == [Verdict.ACCEPTED]
    assert len(shown(tmp_path / "tracking")) == 1


def test_formulas_are_defused_and_numbers_are_not_touched(tmp_path: Path) -> None:
    """A spreadsheet must run neither a carrier's name nor a SKU; a number stays one."""
    risky = evolve(
        SHIPMENT,
        carrier='=HYPERLINK("x")',
        service="@SUM(1)",
        items=(evolve(MUG, sku="-MUG+1"),),
        packages=(Package(tracking_number="+0070", tracking_url="-1"),),
    )
    source_at(tmp_path).accept_tracking([risky])
    (row,) = rows(shown(tmp_path / "tracking")[0])
    assert [row["carrier"], row["service"], row["tracking_url"]] == ['\'=HYPERLINK("x")', "'@SUM(1)", "-1"]
    assert [row["sku"], row["tracking_number"]] == ["'-MUG+1", "+0070"]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ('Post;=HYPERLINK("x")', 'Post;\'=HYPERLINK("x")'),
        ("Post;@SUM(1)\n-A1\t+A1", "Post;'@SUM(1)\n'-A1\t'+A1"),
        ("Post\r\n=A1", "Post\r\n'=A1"),
        ('Post;"=A1', "Post;'\"=A1"),
        ("Post;'=A1", "Post;''=A1"),
        ("Post;-5", "Post;'-5"),
        ("Post; =A1, -5\r\nline", "Post; =A1, -5\r\nline"),
    ],
)
def test_nor_where_a_spreadsheet_splits_at_semicolons(tmp_path: Path, text: str, cell: str) -> None:
    """As it does where a comma separates decimals, and then the quotes in which a cell is do not hold it together."""
    source_at(tmp_path).accept_tracking([evolve(SHIPMENT, carrier=text)])
    written = shown(tmp_path / "tracking")[0]
    assert rows(written)[0]["carrier"] == cell
    split = list(csv.reader(io.StringIO(written.read_bytes().decode(), newline=""), delimiter=";"))
    assert not [one for row in split for one in row if one.startswith(tuple("=+-@"))]


def test_a_row_that_begins_with_a_number_is_no_formula_either(tmp_path: Path) -> None:
    """Split at semicolons, the whole row is one cell that begins with it."""
    source_at(tmp_path).accept_stock([evolve(STOCK, sku="-5"), evolve(STOCK, sku="5")])
    assert [row["sku"] for row in rows(shown(tmp_path / "stock")[0])] == ["'-5", "5"]


def test_cancellations_are_a_table(tmp_path: Path) -> None:
    """A file with the references, for whoever cancels them."""
    source = FolderSource(tmp_path)
    assert verdicts(source.cancel_orders(["gid-1", "gid-2"])) == [Verdict.ACCEPTED] * 2
    (file,) = shown(tmp_path / "cancellations")
    assert file.read_bytes() == b"order_reference\r\ngid-1\r\ngid-2\r\n"


def test_stock_and_receipts_are_tables(tmp_path: Path) -> None:
    """Plain digits whatever the exponent, yes or no, and times in UTC."""
    source = source_at(tmp_path)
    unlimited = StockLevel(sku="TEE, blue", available=Decimal("1E+3"), sell_without_stock=True)
    assert verdicts(source.accept_stock([STOCK, unlimited])) == [Verdict.ACCEPTED] * 2
    assert source.accept_receipts([RECEIPT]) == [ItemResult(key="gid-1", verdict=Verdict.ACCEPTED)]
    assert shown(tmp_path / "stock")[0].read_bytes() == (
        b'sku,available,sell_without_stock\r\nMUG,12,no\r\n"TEE, blue",1000,yes\r\n'
    )
    assert shown(tmp_path / "receipts")[0].read_bytes() == (
        b"order_reference,order_number,remote_id,remote_number,delivered_at\r\n"
        b"gid-1,1006,77,SO-1006,2026-01-31T09:30:00.123456Z\r\n"
    )


def test_products_are_in_the_canonical_form(tmp_path: Path) -> None:
    """What is written reads back as what was given."""
    other = evolve(PRODUCT, reference="311", name="Tasse à café")
    assert verdicts(source_at(tmp_path).accept_products([PRODUCT, other])) == [Verdict.ACCEPTED] * 2
    (file,) = shown(tmp_path / "products")
    plain = json.loads(file.read_text(encoding="utf-8"))
    assert [from_plain(each, ProductDetails, strict=True) for each in plain["products"]] == [PRODUCT, other]


def test_nothing_given_nothing_written(tmp_path: Path) -> None:
    """An empty batch makes no file."""
    source = source_at(tmp_path)
    given = (source.accept_tracking([]), source.accept_stock([]), source.accept_products([]))
    assert [list(results) for results in given] == [[], [], []]
    assert files(tmp_path) == []


def test_batches_in_the_same_moment_keep_their_order(tmp_path: Path) -> None:
    """No file is overwritten, and the later one sorts later."""
    for available in range(5):
        source_at(tmp_path).accept_stock([evolve(STOCK, available=Decimal(available))])
    assert [rows(file)[0]["available"] for file in shown(tmp_path / "stock")] == list("01234")


def test_a_temporary_file_left_by_a_crash_is_in_nobodys_way(tmp_path: Path) -> None:
    """Its name is not used, and it is neither read nor overwritten."""
    left = tmp_path / "stock" / ".20260131T093000.123456Z-stock.csv.tmp"
    left.parent.mkdir()
    left.write_text("half")
    source_at(tmp_path).accept_stock([STOCK])
    assert left.read_text() == "half"
    assert [file.name for file in shown(tmp_path / "stock")] == ["20260131T093000.123457Z-stock.csv"]


def test_an_item_that_no_file_can_hold_does_not_stop_the_others(tmp_path: Path) -> None:
    """It alone is refused."""
    results = source_at(tmp_path).accept_stock([evolve(STOCK, sku="M\ud800"), STOCK])
    assert verdicts(results) == [Verdict.REFUSED, Verdict.ACCEPTED]
    assert [row["sku"] for row in rows(shown(tmp_path / "stock")[0])] == ["MUG"]


# ── when it cannot be written ────────────────────────────────────────────────────────────────


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Writing beyond fails as on a full disk, for root too."""
    resource = pytest.importorskip("resource", reason="file sizes can only be limited on POSIX systems")
    was = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, was[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, was)


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    """Every item fails with the reason, the folder stays empty, and the next attempt succeeds."""
    source = source_at(tmp_path)
    with files_of_at_most(10):
        results = source.accept_tracking([SHIPMENT])
    assert verdicts(results) == [Verdict.FAILED]
    assert "cannot be written (File too large)" in results[0].message
    assert files(tmp_path / "tracking") == []
    assert verdicts(source.accept_tracking([SHIPMENT])) == [Verdict.ACCEPTED]


def test_a_failed_batch_leaves_refused_items_refused(tmp_path: Path) -> None:
    """What can never be written is not told to be tried again."""
    (tmp_path / "stock").write_text("a file where the folder should be")
    results = source_at(tmp_path).accept_stock([STOCK, evolve(STOCK, sku="M\ud800")])
    assert verdicts(results) == [Verdict.FAILED, Verdict.REFUSED]


def test_a_folder_that_may_not_be_written_fails_each_item(bound_by_permissions: Path) -> None:
    """One answer for every item, no exception."""
    (bound_by_permissions / "stock").mkdir(mode=0o500)
    results = source_at(bound_by_permissions).accept_stock([STOCK, evolve(STOCK, sku="TEE")])
    assert [(result.key, result.verdict) for result in results] == [("MUG", Verdict.FAILED), ("TEE", Verdict.FAILED)]
    assert all("(Permission denied)" in result.message for result in results)


def test_a_path_that_is_a_file_fails_each_item(tmp_path: Path) -> None:
    """Also where the whole folder is none."""
    (tmp_path / "shop").write_text("")
    source = source_at(tmp_path / "shop")
    assert verdicts(source.accept_receipts([RECEIPT])) == [Verdict.FAILED]
    assert verdicts(source.accept_products([PRODUCT])) == [Verdict.FAILED]


def test_a_reader_never_sees_a_file_that_is_not_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until everything is on the disk there is no file by its final name."""
    seen: list[list[Path]] = []
    sync = os.fsync

    def spying(descriptor: int) -> None:
        sync(descriptor)
        seen.append(shown(tmp_path / "stock"))

    monkeypatch.setattr(os, "fsync", spying)
    source_at(tmp_path).accept_stock([STOCK])
    assert seen[0] == []
    assert seen[-1] == shown(tmp_path / "stock") != []


def test_files_may_be_read_by_others(tmp_path: Path) -> None:
    """Whoever reads them is another user: the usual rights apply, not those of temporary files."""
    was = os.umask(0o022)
    try:
        FolderSource(tmp_path, clock=lambda: NOW.astimezone(UTC)).accept_stock([STOCK])
    finally:
        os.umask(was)
    assert shown(tmp_path / "stock")[0].stat().st_mode & 0o777 == 0o644


# ── for people ───────────────────────────────────────────────────────────────────────────────

SKUS = [StockLevel(sku=sku, available=Decimal(n)) for n, sku in enumerate(("MUG", "=1+1", "0123456789012345678"))]


def test_csv_for_excel_says_that_it_is_utf8(tmp_path: Path) -> None:
    """By the mark it goes by; everything else is as in other CSV."""
    FolderSource(tmp_path, tables="csv for excel", clock=lambda: NOW).accept_stock(SKUS)
    FolderSource(tmp_path / "plain", clock=lambda: NOW).accept_stock(SKUS)
    marked, plain = (shown(folder / "stock")[0].read_bytes() for folder in (tmp_path, tmp_path / "plain"))
    assert marked == b"\xef\xbb\xbf" + plain


def test_workbooks_hold_text_that_nothing_runs(tmp_path: Path) -> None:
    """As it is, with every digit and zero; what no workbook can hold is replaced."""
    openpyxl = pytest.importorskip("openpyxl")
    source = FolderSource(tmp_path, tables="xlsx", clock=lambda: NOW)
    results = source.accept_stock([*SKUS, StockLevel(sku="\ud800", available=Decimal(1))])
    assert verdicts(results) == [Verdict.ACCEPTED] * 3 + [Verdict.REFUSED]
    source.accept_tracking([evolve(SHIPMENT, carrier="a\x07b;=1+1")])
    source.accept_receipts([RECEIPT])
    source.accept_products([PRODUCT])
    names = [file.name.partition("-")[2] for folder in tmp_path.iterdir() for file in shown(folder)]
    assert sorted(names) == ["products.json", "receipts.xlsx", "stock.xlsx", "tracking.xlsx"]
    sheet = openpyxl.load_workbook(shown(tmp_path / "stock")[0]).active
    cells = list(sheet.iter_rows())
    assert [cell.value for cell in cells[0]] == ["sku", "available", "sell_without_stock"]
    assert [row[0].value for row in cells[1:]] == ["MUG", "=1+1", "0123456789012345678"]
    assert {cell.data_type for row in cells for cell in row} == {"s"}
    tracking = openpyxl.load_workbook(shown(tmp_path / "tracking")[0]).active
    assert tracking["D2"].value == "a\ufffdb;=1+1"


def test_old_files_are_deleted_by_age(tmp_path: Path) -> None:
    """Those of ours, where it is set; whatever else lies there stays."""
    old, young = NOW - timedelta(days=31), NOW - timedelta(days=29)
    for at in (old, young):
        for accept in (source_at(tmp_path, at).accept_stock, source_at(tmp_path, at).accept_all_stock):
            accept([STOCK])
    for name in ("20200101T000000.000000Z-mine.csv", "my-stock.csv", ".20200101T000000.000000Z-stock.csv"):
        (tmp_path / "stock" / name).touch()
    source_at(tmp_path).accept_stock([STOCK])
    assert len(shown(tmp_path / "stock")) == 7
    FolderSource(tmp_path, keep_days=30, clock=lambda: NOW).accept_stock([STOCK])
    left = [file.name for file in shown(tmp_path / "stock")]
    assert [name for name in left if name.startswith("20251231")] == []
    assert len(left) == 6
    assert "20200101T000000.000000Z-mine.csv" in left
    assert "my-stock.csv" in left


def test_all_stock_is_wanted_once_a_day(tmp_path: Path) -> None:
    """In a file of its own, beside the changes, whichever process asks; a failure is no file."""
    assert source_at(tmp_path).wants_all_stock()
    results = source_at(tmp_path).accept_all_stock(SKUS)
    assert verdicts(results) == [Verdict.ACCEPTED] * 3
    (file,) = shown(tmp_path / "stock")
    assert file.name == "20260131T093000.123456Z-all-stock.csv"
    assert [row["sku"] for row in rows(file)] == ["MUG", "'=1+1", "0123456789012345678"]
    file.unlink()
    assert not source_at(tmp_path, NOW + timedelta(hours=23, minutes=59)).wants_all_stock()
    assert source_at(tmp_path, NOW + timedelta(days=1)).wants_all_stock()
    assert not FolderSource(tmp_path, all_stock_every=0, clock=lambda: NOW + timedelta(days=9)).wants_all_stock()
    with files_of_at_most(10):
        assert verdicts(source_at(tmp_path, NOW + timedelta(days=2)).accept_all_stock([STOCK])) == [Verdict.FAILED]
    assert source_at(tmp_path, NOW + timedelta(days=2)).wants_all_stock()


def test_all_stock_may_have_one_name(tmp_path: Path) -> None:
    """The file is replaced whenever a level has changed, and made again when it is gone."""
    source = FolderSource(tmp_path, stock_file="stock.csv", clock=lambda: NOW)
    assert source.wants_all_stock()
    for levels in (SKUS, SKUS[:1]):
        source.accept_stock(levels)
        assert source.wants_all_stock()
        source.accept_all_stock(levels)
        assert not source.wants_all_stock()
        assert len(rows(tmp_path / "stock" / "stock.csv")) == len(levels)
    (tmp_path / "stock" / "stock.csv").unlink()
    assert source.wants_all_stock()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"tables": "ods"}, "tables must be one of csv, csv for excel, xlsx"),
        ({"stock_file": "../stock.csv"}, r"stock_file must be the name of a file in stock/, such as stock\.csv"),
        ({"stock_file": ".stock"}, "stock_file must be the name of a file"),
        ({"keep_days": 0}, "keep_days must be above 0"),
        ({"keep_days": float("nan")}, "keep_days must be above 0"),
        ({"all_stock_every": -1}, "all_stock_every must be from 0 to"),
    ],
)
def test_settings_that_cannot_work_are_refused(tmp_path: Path, options: dict[str, Any], said: str) -> None:
    """When the source is made."""
    with pytest.raises(ConfigError, match=f"^{said}"):
        FolderSource(tmp_path, **options)
