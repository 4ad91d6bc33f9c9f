"""Settings of a connection: one declaration for Python, TOML, messages and documentation."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import NoneType
from typing import Any

import attrs
import pytest

from scripts import settings_page
from tradegecko_bridge import ConnectionSettings
from tradegecko_bridge.engine import Timing
from tradegecko_bridge.engine.settings.connection import DIGEST
from tradegecko_bridge.errors import ConfigError


def faults(**given: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        ConnectionSettings(**given)
    return str(caught.value).splitlines()


def test_the_page_is_as_written() -> None:
    """Nobody edits it by hand, and no setting is missing: run ``python scripts/settings_page.py``."""
    assert settings_page.PAGE.read_text() == settings_page.page()


def test_every_setting_says_what_it_is() -> None:
    """In the text below its field, which editors show, with an example."""
    known = list(settings_page.settings())
    assert [one.name for one in known] == [a.name for a in attrs.fields(ConnectionSettings)]
    for one in known:
        assert one.example not in (None, "", (), {}), one.name
        assert one.does.endswith("."), one.name
        assert "E.g." not in one.does, one.name
    (limit,) = (one.does for one in known if one.name == "number_limit")
    assert f"which must leave {DIGEST}." in limit
    assert f"less than {DIGEST + 4} characters" in limit


def test_the_examples_work() -> None:
    """All of the documentation's examples make one connection together, and none of them is the default by chance."""
    known = list(settings_page.settings())
    text = "[connections.my-shop]\n" + settings_page.example(known)
    given = tomllib.loads(text)["connections"]["my-shop"]
    assert given.keys() == {one.name for one in known}
    ConnectionSettings(**given)


@pytest.mark.parametrize("name", ["create_invoice", "pack_orders", "mark_paid"])
@pytest.mark.parametrize("status", ["draft", "active"])
def test_what_needs_a_finalized_order(name: str, status: str) -> None:
    """Said when the settings are read, for each setting; with finalized orders it is right."""
    assert faults(order_status=status, **{name: True}) == [
        f'{name} only works with order_status = "finalized", and it is "{status}"'
    ]
    assert getattr(ConnectionSettings(order_status="finalized", **{name: True}), name) is True  # type: ignore[arg-type]


def test_all_faults_at_once() -> None:
    """One line each, with the path of the setting for programs."""
    with pytest.raises(ConfigError) as caught:
        ConnectionSettings(
            order_status="done",  # type: ignore[arg-type]
            tags="ebay",
            minimum_stock="NaN",
            order_filters=[{"field": "colour", "mach": "full"}, {"field": "tagg", "values": [1]}],
            sku_aliases={"A": 1},  # type: ignore[dict-item]
        )
    assert [path for path, _ in caught.value.faults] == [
        ("order_status",),
        ("tags",),
        ("order_filters", 0, "field"),
        ("order_filters", 0, "values"),
        ("order_filters", 0, "mach"),
        ("order_filters", 1, "field"),
        ("order_filters", 1, "values", 0),
        ("sku_aliases", "A"),
        ("minimum_stock",),
    ]
    assert len(str(caught.value).splitlines()) == 9
    assert len(faults(create_invoice=True, pack_orders=True, mark_paid=True)) == 3


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"tags": "ebay", "pack_orders": True, "payment_method": "Cash"}, ["tags", "pack_orders", "payment_method"]),
        ({"note": 1, "number_limit": 12, "number_prefix": "EB-"}, ["note", "number_limit"]),
        ({"order_status": "done", "pack_orders": True}, ["order_status"]),
        ({"pack_orders": "yes", "create_invoice": True}, ["pack_orders", "create_invoice"]),
        ({"mark_paid": "yes", "payment_method": "Cash"}, ["mark_paid"]),
        ({"payment_method": 1}, ["payment_method"]),
        ({"number_prefix": 1, "number_limit": 5}, ["number_prefix"]),
        ({"number_suffix": 1, "number_limit": 5}, ["number_suffix"]),
        ({"number_limit": "few", "number_prefix": "EB-"}, ["number_limit"]),
    ],
)
def test_contradictions_are_told_beside_other_faults(given: dict[str, Any], wrong: list[str]) -> None:
    """But nothing is said of a setting that could not be read, nor of what depends on it."""
    assert [line.split()[0] for line in faults(**given)] == wrong


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"create_invoice": "yes"}, "create_invoice must be true or false, without quotes, not 'yes'"),
        ({"number_prefix": 7}, "number_prefix must be text, in quotes, not 7"),
        ({"tags": "ebay"}, """tags must be a list of texts, e.g. ["one", "two"], not 'ebay'"""),
        ({"tags": ["a", 1]}, "tags[1] must be text, in quotes, not 1"),
        ({"location": 1}, "location must be text, in quotes, not 1"),
        ({"total_tolerance": "inf"}, "total_tolerance must be a number or a table, not 'inf'"),
        ({"total_tolerance": True}, "total_tolerance must be a number or a table, not True"),
        ({"retry_days": 0}, "retry_days must be at least 1, not 0"),
        ({"retry_days": "1e9"}, "retry_days must be at most 3650, not '1e9'"),
        ({"number_limit": 12.5}, "number_limit must be a whole number, not 12.5"),
        (
            {"number_limit": "1e999999999"},
            "number_limit must be a number of at most 15 digits before the point and 50 behind it, not '1e999999999'",
        ),
        ({"number_limit": 12, "number_prefix": "EB-"}, "number_limit must be at least 13 with this prefix"),
        ({"payment_method": "Cash"}, "payment_method has no use without mark_paid = true"),
        ({"tax_treatment": "gross"}, "tax_treatment must be one of source, default, inclusive, exclusive, not 'gross'"),
        ({"customer_match": "fuzzy"}, "customer_match must be one of normal, strict, not 'fuzzy'"),
        ({"on_cancel": "delete"}, "on_cancel must be one of report, void, not 'delete'"),
        ({"on_change": "void"}, "on_change must be one of report, not 'void'"),
        ({"match_by": "ean"}, "match_by must be one of sku, barcode, not 'ean'"),
        ({"order_filters": "tag"}, "order_filters must be a list of tables"),
        ({"order_filters": ["tag"]}, "order_filters[0] must be a table, not 'tag'"),
        ({"item_filters": [{"skus": ["A"], "lvl": "x"}]}, "[0].lvl is not a known setting; did you mean 'level'?"),
        ({"sku_aliases": {"A\nB": 1}}, "sku_aliases.'A\\nB' must be text, in quotes, not 1"),
        ({"number_limit": 256}, "number_limit must be at most 255, not 256"),
    ],
)
def test_a_fault_says_what_to_write(given: dict[str, Any], said: str) -> None:
    """One line with the setting's name."""
    (line,) = faults(**given)
    assert said in line


NONSENSE: dict[str, Any] = {
    "none": None,
    "text": "x\ny",
    "digits": "12,5",
    "long": "x" * 10_000,
    "bytes": b"x",
    "flag": True,
    "negative": -1,
    "huge": 10**5000,
    "float": float("nan"),
    "decimal": Decimal("1e999999999"),
    "date": date(2026, 1, 31),
    "no zone": datetime(2026, 1, 31),  # noqa: DTZ001
    "span": timedelta(1),
    "list": [[]],
    "texts": ["x", 1],
    "tables": [{"x": 1}],
    "table": {"x": 1},
    "names": {1: "x"},
    "class": int,
    "object": object(),
}
"""A value of each kind that some setting could be given by mistake."""
FITS: dict[type, type] = {
    NoneType: NoneType,
    str: str,
    bool: bool,
    dict: dict,
    int: Decimal,
    Decimal: Decimal,
    date: datetime,
}
"""What such a value is read as by a setting that takes it."""


@pytest.mark.parametrize("kind", NONSENSE)
@pytest.mark.parametrize("name", [a.name for a in attrs.fields(ConnectionSettings)])
def test_nonsense_is_a_fault_of_its_setting(name: str, kind: str) -> None:
    """Whatever stands in place of a value: a ConfigError with the path and one short line, unless it fits."""
    try:
        read = getattr(ConnectionSettings(**{name: NONSENSE[kind]}), name)
    except ConfigError as error:
        for (path, _), line in zip(error.faults, str(error).splitlines(), strict=True):
            assert path[0] == name
            assert line.startswith(name)
            assert len(line) < 250
    else:
        assert type(read) is FITS[type(NONSENSE[kind])]


def test_blank_is_left_out() -> None:
    """A blank name in the file is as good as none."""
    settings = ConnectionSettings(currency=" ", customer="", location="  ")
    assert (settings.currency, settings.customer, settings.location) == (None, None, None)


def test_the_horizon_is_a_setting() -> None:
    """Days, also halves of them."""
    assert Timing.of(ConnectionSettings(retry_days="2.5")).horizon == timedelta(days=2.5)
    assert Timing.of(ConnectionSettings()).horizon == timedelta(days=15)
    assert ConnectionSettings(retry_days=3).retry_days == Decimal(3)
