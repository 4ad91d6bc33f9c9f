"""The settings file: what it may say, and how its faults are told."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tradegecko_bridge.config import Config, load_config
from tradegecko_bridge.engine import OrderStatus
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.plugins import make_source, source_names

GOOD = """
[tradegecko]
base_url = "http://127.0.0.1:8080"
access_token = "$TOKEN"

[connections.shop]
source = "folder"
options = { path = "shop" }
order_status = "finalized"
minimum_stock = "2.5"
stock_locations = ["1"]
"""


def load(text: str, folder: Path, **environment: str) -> Config:
    path = folder / "tgbridge.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path, environment)


def test_a_whole_file(tmp_path: Path) -> None:
    """Everything is read, paths are meant from the file's folder, and the token does not show."""
    config = load(GOOD, tmp_path, TOKEN="secret-token")
    (shop,) = config.connections
    assert (config.access_token, config.base_url) == ("secret-token", "http://127.0.0.1:8080")
    assert shop.settings.order_status is OrderStatus.FINALIZED
    assert shop.settings.minimum_stock == Decimal("2.5")
    assert shop.options == {"path": tmp_path / "shop"}
    assert config.ledger_url == f"sqlite:///{tmp_path / 'ledger.db'}"
    assert "secret-token" not in repr(config)


def test_tables_within_a_connection(tmp_path: Path) -> None:
    """Filters, aliases and ship methods are TOML tables; a fault in one names it."""
    tables = """
number_prefix = "EB-"
earliest_order = 2026-11-01

[connections.shop.sku_aliases]
"our mug" = "MUG-BLUE"

[[connections.shop.order_filters]]
field = "country"
values = ["CA", "US"]

[[connections.shop.item_filters]]
skus = ["GIFT"]
level = "order"
"""
    (shop,) = load(GOOD + tables, tmp_path, TOKEN="t").connections
    assert shop.settings.sku_aliases == {"our mug": "MUG-BLUE"}
    assert shop.settings.order_filters[0].values == ("CA", "US")
    assert str(shop.settings.earliest_order) == "2026-11-01 00:00:00+00:00"
    with pytest.raises(
        ConfigError, match=r"\.toml:25: connections\.shop\.item_filters, filter 1: 'all' is not one of line, order"
    ):
        load(GOOD + tables.replace('"order"', '"all"'), tmp_path, TOKEN="t")


def test_a_dollar_sign_can_be_written(tmp_path: Path) -> None:
    """Two dollar signs are one, and no variable."""
    assert load(GOOD.replace("$TOKEN", "$$abc"), tmp_path).access_token == "$abc"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("access_token", "acess_token"), "unknown setting tradegecko.acess_token; did you mean 'access_token'?"),
        (("order_status", "order_state"), "unknown setting connections.shop.order_state; did you mean 'order_status'?"),
        (('"finalized"', '"done"'), "order_status must be one of draft, active, finalized, not 'done'"),
        (('"2.5"', '"many"'), "minimum_stock must be a number, not 'many'"),
        (('"2.5"', "-1"), "minimum_stock must not be negative"),
        (("[connections.shop]", "[connection.shop]"), "unknown setting connection; did you mean 'connections'?"),
        (('base_url = "http://127.0.0.1:8080"', ""), "tradegecko.base_url is missing"),
        (("$TOKEN", "$NOT_SET"), "the environment has no variable NOT_SET; set it"),
        (('source = "folder"', "source = 7"), "connections.shop.source must be text"),
        (("[tradegecko]", "[tradegecko"), "tgbridge.toml"),
    ],
)
def test_a_fault_is_one_clear_line(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    """What, where, and what to write instead."""
    with pytest.raises(ConfigError) as caught:
        load(GOOD.replace(*change), tmp_path, TOKEN="t")
    assert said in str(caught.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Nobody has to correct a file five times."""
    with pytest.raises(ConfigError) as caught:
        load('[tradegecko]\nbase_ur = ""\n[connections.a]\nsource = "folder"\nlocatio = "x"\n', tmp_path)
    assert len(str(caught.value).splitlines()) >= 4


def test_no_file(tmp_path: Path) -> None:
    """A file that is not there is said with how to name one."""
    with pytest.raises(ConfigError, match="no such settings file; name one with --config"):
        load_config(tmp_path / "nowhere.toml", {})


def test_no_connection_of_that_name(tmp_path: Path) -> None:
    """The names there are come with the complaint."""
    config = load(GOOD, tmp_path, TOKEN="t")
    with pytest.raises(ConfigError, match="no connection 'other' in the settings; there are shop"):
        config.chosen("other")


def test_sources_by_name(tmp_path: Path) -> None:
    """The shipped kinds are found; a wrong kind or option is told with what there is."""
    assert {"folder", "vendure"} <= set(source_names())
    assert make_source("folder", {"path": tmp_path, "name": "mine"}).name == "mine"
    with pytest.raises(ConfigError, match="no source of kind 'shopfy'; there are folder, vendure"):
        make_source("shopfy", {})
    with pytest.raises(ConfigError, match=r"source 'folder': .*pth"):
        make_source("folder", {"pth": tmp_path})
