"""``tgbridge settings``: every setting, and where it comes from."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import pytest

from tests.cli.command import run
from tradegecko_bridge import ConnectionSettings

SETTINGS = """
[tradegecko]
base_url = "https://api.example.com"
access_token = "very-secret-token"

[connections.my-shop]
source = "folder"
options = { path = "shop" }
number_prefix = "$PREFIX"
note = "$$5 off"
earliest_order = 2026-11-01
minimum_stock = 2.5

[connections.my-shop.status_words]
"Abgeschlossen" = "shipped"

[[connections.my-shop.order_filters]]
field = "country"
values = ["CA"]

[connections.other]
source = "folder"
options = { path = "other" }
"""
GIVEN = {
    "number_prefix": ("EB-", 9, ", $PREFIX"),
    "note": ("$5 off", 10, ""),
    "earliest_order": ("2026-11-01T00:00:00+00:00", 11, ""),
    "minimum_stock": ("2.5", 12, ""),
    "status_words": ({"Abgeschlossen": "shipped"}, 14, ""),
    "order_filters": ([{"field": "country", "values": ["CA"], "rule": "only", "match": "full"}], 17, ""),
}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PREFIX", "EB-")
    path = tmp_path / "tgbridge.toml"
    path.write_text(SETTINGS, encoding="utf-8")
    return path


def test_every_setting_is_shown_with_its_default_and_its_origin(file: Path) -> None:
    """As JSON; nothing is opened or made."""
    done = run(file.parent, "settings", "--json")
    found = json.loads(done.stdout)
    assert list(found) == ["my-shop", "other"]
    for settings in found.values():
        assert list(settings) == list(attrs.fields_dict(ConnectionSettings))
    for name, (value, line, variable) in GIVEN.items():
        one = found["my-shop"][name]
        assert (one["value"], one["from"]) == (value, f"tgbridge.toml:{line}{variable}")
        assert found["other"][name]["value"] == found["other"][name]["default"] == one["default"]
    others = found["my-shop"].keys() - GIVEN.keys()
    assert {found["my-shop"][name]["from"] for name in others} == {"default"}
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    assert "very-secret-token" not in done.stdout


def test_people_read_what_differs_from_the_defaults(file: Path) -> None:
    """A line for each."""
    done = run(file.parent, "settings", "--changed")
    assert [line.split()[0] for line in done.stdout.splitlines() if line] == [
        *("my-shop", "setting", "number_prefix", "note", "earliest_order", "status_words", "order_filters"),
        *("minimum_stock", "other", "all"),
    ]
    one = run(file.parent, "settings", "--changed", "--connection", "other")
    assert one.stdout.splitlines() == ["other", "all as by default"]


def test_a_connection_that_is_not_there_is_told(file: Path) -> None:
    """Not shown as if all of it were as by default."""
    done = run(file.parent, "settings", "--connection", "shop")
    assert done.returncode == 2
    assert "no connection 'shop'" in done.stderr
