"""The door from a settings file to engines, for programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_log import shop
from tradegecko_bridge import Outcome, open_engines
from tradegecko_bridge.engine import Progress
from tradegecko_bridge.errors import ConfigError
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
