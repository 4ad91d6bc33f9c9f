"""The door from a settings file to engines, for programs."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import run
from tests.cli.test_log import shop
from tests.support import OrdersOnly
from tradegecko_bridge import Outcome, open_engines, plugins
from tradegecko_bridge.engine import Progress
from tradegecko_bridge.errors import ConfigError, SourceNeedsLogin
from tradegecko_bridge.ledger import Alert

__all__ = ["shop"]


def test_engines_as_the_command_line_has_them(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One for each connection; a dry run makes no ledger; what is going on is told."""
    monkeypatch.chdir(shop)
    told, alerts = list[Progress](), list[Alert]()
    with open_engines(dry_run=True) as (engine,):
        (planned,) = engine.deliver_orders(dry_run=True).items
    assert planned.outcome is Outcome.PLANNED
    assert not (shop / "ledger.db").exists()
    with open_engines(str(shop / "tgbridge.toml"), "shop", on_progress=told.append, on_alert=alerts.append) as (
        engine,
    ):
        assert [item.outcome for item in engine.run().reports[0].items] == [Outcome.DELIVERED]
    assert told
    assert (shop / "ledger.db").exists()


def test_what_cannot_work_is_said(shop: Path) -> None:
    """With the line in the file, and before anything is opened."""
    with (
        pytest.raises(ConfigError, match="no connection 'sohp' in the settings; there are shop"),
        open_engines(shop / "tgbridge.toml", "sohp"),
    ):
        pass
    (shop / "tgbridge.toml").write_text("[tradegeck]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"tgbridge.toml:1: tradegeck is not a known setting"):
        open_engines(shop / "tgbridge.toml").__enter__()
    assert not (shop / "ledger.db").exists()


class Market(OrdersOnly):
    """Notes that it was closed; ``fails`` is where it does."""

    closed: list[str] = []  # noqa: RUF012 - of all that a test makes

    def __init__(self, *, name: str, fails: str = "") -> None:
        super().__init__()
        self.name, self.fails = name, fails
        if fails == "made":
            raise RuntimeError(name)

    def check(self) -> None:
        if self.fails == "check":
            raise SourceNeedsLogin("the key has run out; put a new one into the settings")

    def close(self) -> None:
        self.closed.append(self.name)
        if self.fails == "close":
            raise RuntimeError(self.name)


@pytest.fixture
def market(shop: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings with two markets; the second is to fail where the test says."""
    point = EntryPoint("market", f"{__name__}:Market", "tradegecko_bridge.sources")
    monkeypatch.setattr(plugins, "entry_points", lambda group: [point])
    monkeypatch.setattr(EntryPoint, "load", lambda _: Market)
    monkeypatch.setattr(Market, "closed", [])
    path = shop / "tgbridge.toml"
    head = path.read_text(encoding="utf-8").split("[connections")[0]
    tables = '[connections.one]\nsource = "market"\n[connections.two]\nsource = "market"\noptions = { fails = "%s" }\n'
    path.write_text(head + tables, encoding="utf-8")
    return path


def fail_at(path: Path, where: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") % where, encoding="utf-8")


def test_each_source_is_closed_once_whatever_happens(market: Path) -> None:
    """After an error in the program too."""
    fail_at(market, "")
    with open_engines(market) as engines:
        assert [engine.run().connection for engine in engines] == ["one", "two"]
    assert sorted(Market.closed) == ["one", "two"]
    Market.closed.clear()
    with pytest.raises(ZeroDivisionError), open_engines(market):
        raise ZeroDivisionError
    assert sorted(Market.closed) == ["one", "two"]


def test_what_was_made_is_closed_if_another_cannot_be(market: Path) -> None:
    """The error tells the connection, and nothing of its source's own words."""
    fail_at(market, "made")
    with (
        pytest.raises(ConfigError, match=r"connections\.two\.options: source 'market' cannot be made"),
        open_engines(market),
    ):
        pass
    assert Market.closed == ["one"]


def test_check_asks_the_source_too(market: Path) -> None:
    """Where it can say whether orders can be fetched."""
    fail_at(market, "check")
    done: Any = run(market.parent, "check")
    assert done.returncode == 1
    assert "problem: two: the key has run out; put a new one into the settings" in done.stdout
    assert done.stdout.count("problem") == 1
    assert {"one", "two"} <= set(Market.closed)
