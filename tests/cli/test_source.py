"""``tgbridge source``: what a file gives, and how to read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.sources.folder.shops import FILES
from tests.sources.folder.test_guess import UNKNOWN

SETTINGS = """
[tradegecko]
base_url = "http://127.0.0.1:1"
access_token = "t"
[connections.web]
source = "folder"
options = { path = "shop", preset = "shopify", format = { constants = { currency = "USD" } } }
[connections.other]
source = "vendure"
options = { url = "http://127.0.0.1:1", username = "u", password = "p" }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With an export of Shopify's, one of nobody's, and settings."""
    (tmp_path / "shopify.csv").write_text(FILES["shopify"][1], encoding="utf-8")
    (tmp_path / "export.csv").write_text(UNKNOWN, encoding="utf-8")
    (tmp_path / "tgbridge.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


def test_a_file_is_tried(folder: Path) -> None:
    """Columns, orders and sums are shown; of people only what is given, and the file stays."""
    done = run(folder, "source", "try", "shopify.csv", "--preset", "shopify")
    assert done.returncode == 0, done.stderr
    for said in (
        "  Lineitem sku                -> sku",
        "  not read: Paid at, ",
        "order #2001",
        "    2 × MUG-BLUE at 19.99",
        "    shipping 12.50 Expedited",
        "    total 87.55 CAD, and so it adds up",
        "1 order can be taken, 0 problems",
    ):
        assert said in done.stdout
    assert "given: first name, last name, address1, city, region, postal code, country (CA)" in done.stdout
    for secret in ("Ann", "King St", "ann@example.com", "4165550100", "Ring twice"):
        assert secret not in done.stdout
    assert (folder / "shopify.csv").exists()


def test_sums_that_do_not_agree_are_told(folder: Path) -> None:
    """As the file's total and what its lines make."""
    file = folder / "shopify.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("87.55", "90.00"), encoding="utf-8")
    done = run(folder, "source", "try", "shopify.csv", "--preset", "shopify")
    assert "total 90.00 CAD, but it adds up to 87.55" in done.stdout


def test_faults_are_told_with_their_rows(folder: Path) -> None:
    """And end with 1."""
    file = folder / "shopify.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",19.99,", ",x,"), encoding="utf-8")
    done = run(folder, "source", "try", "shopify.csv", "--preset", "shopify")
    assert done.returncode == 1
    assert "problem: shopify.csv, row 2, Lineitem price: 'x' is not a number" in done.stdout
    assert "0 orders can be taken, 1 problem" in done.stdout


def test_missing_columns_are_told_line_by_line(folder: Path) -> None:
    """Each as an error of its own."""
    (folder / "short.csv").write_text("order_number,currency\n1,CAD\n", encoding="utf-8")
    done = run(folder, "source", "try", "short.csv")
    assert done.returncode == 2
    assert done.stderr.splitlines()[:2] == [
        "error: the column 'placed_at' is missing",
        "error: the column 'quantity' is missing",
    ]
    assert "\\n" not in done.stderr


def test_the_format_of_a_connection(folder: Path) -> None:
    """As the settings file has it."""
    done = run(folder, "source", "try", "shopify.csv", "--connection", "web", "--json")
    found = json.loads(done.stdout)
    assert (found["ok"], found["orders"][0]["number"], found["orders"][0]["currency"]) == (True, "#2001", "USD")
    assert found["orders"][0]["totals_agree"]
    assert {"name": "Name", "fields": ["order_number"]} in found["columns"]
    assert "Ann" not in done.stdout


def test_from_an_unknown_export_to_its_orders(folder: Path) -> None:
    """What is guessed is a format that can be tried as it is."""
    guessed = run(folder, "source", "guess", "export.csv", "--connection", "shop")
    assert guessed.stdout.startswith(
        "# A format to start from; check each line of it.\n[connections.shop.options.format]\n"
    )
    (folder / "export.toml").write_text(guessed.stdout, encoding="utf-8")
    done = run(folder, "source", "try", "export.csv", "--format", "export.toml")
    assert done.returncode == 0, done.stdout
    assert "placed    2026-01-31 09:30 -0500" in done.stdout
    assert "  currency is always USD\n" in done.stdout
    assert "  not read: Colour\n" in done.stdout


def test_a_preset_is_named(folder: Path) -> None:
    """With what else it needs."""
    assert run(folder, "source", "guess", "shopify.csv").stdout == (
        '# This is Shopify orders (CSV).\n[connections.my-shop.options]\npreset = "shopify"\n'
    )
    (folder / "s.csv").write_text(FILES["squarespace"][1], encoding="utf-8")
    assert 'zone = "America/Toronto"' in run(folder, "source", "guess", "s.csv").stdout
    (folder / "own.csv").write_text("order_number,sku\n", encoding="utf-8")
    assert "no preset and no format is needed" in run(folder, "source", "guess", "own.csv").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("try shopify.csv", 'this looks like Shopify orders (CSV): set preset = "shopify"'),
        ("try shopify.csv --preset shopfy", "preset 'shopfy' is not known; did you mean 'shopify'?"),
        ("try shopify.csv --connection web --preset etsy", "use one of --preset, --format and --connection"),
        ("try shopify.csv --connection nope", "no connection 'nope'"),
        ("try shopify.csv --connection other", "is of the source 'vendure', which reads no files"),
        ("try shopify.csv --format tgbridge.csv", "tgbridge.csv"),
        ("try nope.csv", "nope.csv"),
        ("guess empty.csv", "empty.csv"),
        ("guess empty.json", "empty.json"),
        ("try empty.json", "empty.json"),
        ("try shopify.csv --format bad.toml", "bad.toml: decimal must be one of"),
        ("try shopify.csv --format broken.toml", "broken.toml: "),
        ("try shopify.csv --format plain.toml", "plain.toml: its first connection has no preset and no format"),
    ],
)
def test_what_cannot_be_is_one_line(folder: Path, arguments: str, said: str) -> None:
    """With what to do instead."""
    (folder / "empty.csv").write_text("", encoding="utf-8")
    (folder / "plain.toml").write_text('[connections.web]\noptions = { path = "shop" }\n', encoding="utf-8")
    (folder / "empty.json").write_text("", encoding="utf-8")
    (folder / "bad.toml").write_text('[format]\ndecimal = ";"\n', encoding="utf-8")
    (folder / "broken.toml").write_text("[", encoding="utf-8")
    done = run(folder, "source", *arguments.split())
    assert done.returncode
    assert not done.stdout
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr
