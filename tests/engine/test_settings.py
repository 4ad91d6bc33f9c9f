"""Settings of a connection: one declaration for Python, TOML, messages and documentation."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest

from scripts import settings_page
from tradegecko_bridge import ConnectionSettings
from tradegecko_bridge.engine import Timing
from tradegecko_bridge.engine.settings.declaration import told
from tradegecko_bridge.errors import ConfigError


def faults(**given: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        ConnectionSettings(**given)
    return str(caught.value).splitlines()


def test_the_page_is_as_written() -> None:
    """Nobody edits it by hand, and no setting is missing: run ``python scripts/settings_page.py``."""
    assert settings_page.PAGE.read_text() == settings_page.page()


def test_every_setting_says_what_it_is() -> None:
    """On the page, in ``help()``, with an example."""
    known = told(ConnectionSettings)
    assert list(known) == [a.name for a in attrs.fields(ConnectionSettings)]
    for name, said in known.items():
        assert said.example, name
        assert said.does.endswith("."), name
        assert f"{name}: {said.does}" in (ConnectionSettings.__doc__ or "")


def test_the_examples_work() -> None:
    """All of the documentation's examples make one connection together, and none of them is the default by chance."""
    known = told(ConnectionSettings)
    text = "[connections.my-shop]\n" + settings_page.example(known)
    given = tomllib.loads(text)["connections"]["my-shop"]
    assert given.keys() == known.keys()
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
            order_status="done",
            tags="ebay",
            minimum_stock="NaN",
            order_filters=[{"field": "colour", "mach": "full"}, {"field": "tagg", "values": [1]}],
            sku_aliases={"A": 1},  # type: ignore[dict-item]
        )
    assert [path for path, _ in caught.value.faults] == [
        ("order_status",),
        ("tags",),
        ("order_filters", 0, "mach"),
        ("order_filters", 0),
        ("order_filters", 0, "field"),
        ("order_filters", 1, "field"),
        ("order_filters", 1, "values"),
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
        ({"tags": ["a", 1]}, "tags must be a list of texts"),
        ({"location": 1}, "location must be text, in quotes, not 1"),
        ({"total_tolerance": "inf"}, "total_tolerance must be a number, not 'inf'"),
        ({"total_tolerance": True}, "total_tolerance must be a number, not True"),
        ({"retry_days": 0}, "retry_days must be at least 1, not 0"),
        ({"retry_days": "1e9"}, "retry_days must be at most 3650, not '1e9'"),
        ({"number_limit": 12.5}, "number_limit must be a whole number, not 12.5"),
        ({"number_limit": "1e999999999"}, "number_limit must be at most 255"),
        ({"number_limit": 12, "number_prefix": "EB-"}, "number_limit must be at least 13 with this prefix"),
        ({"payment_method": "Cash"}, "payment_method has no use without mark_paid = true"),
        ({"tax_treatment": "gross"}, "tax_treatment must be one of source, default, inclusive, exclusive, not 'gross'"),
        ({"customer_match": "fuzzy"}, "customer_match must be one of normal, strict, not 'fuzzy'"),
        ({"on_cancel": "delete"}, "on_cancel must be one of report, void, not 'delete'"),
        ({"on_change": "void"}, "on_change must be one of report, not 'void'"),
        ({"match_by": "ean"}, "match_by must be one of sku, barcode, not 'ean'"),
        ({"order_filters": "tag"}, "order_filters must be a list of tables"),
        ({"order_filters": ["tag"]}, "order_filters, filter 1: 'tag' is not a table"),
        ({"item_filters": [{"skus": ["A"], "lvl": "x"}]}, "filter 1: unknown 'lvl'; did you mean 'level'?"),
    ],
)
def test_a_fault_says_what_to_write(given: dict[str, Any], said: str) -> None:
    """One line with the setting's name."""
    (line,) = faults(**given)
    assert said in line


def test_blank_is_left_out() -> None:
    """A blank name in the file is as good as none."""
    settings = ConnectionSettings(currency=" ", customer="", location="  ")
    assert (settings.currency, settings.customer, settings.location) == (None, None, None)


def test_the_horizon_is_a_setting() -> None:
    """Days, also halves of them."""
    assert Timing.of(ConnectionSettings(retry_days="2.5")).horizon == timedelta(days=2.5)
    assert Timing.of(ConnectionSettings()).horizon == timedelta(days=15)
    assert ConnectionSettings(retry_days=3).retry_days == Decimal(3)
