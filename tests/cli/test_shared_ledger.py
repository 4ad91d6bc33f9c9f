"""Two settings files with connections of different names in one ledger: each decides about its own orders."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import click
import pytest

from tests.cli.test_tenants import TRIED, Tenant, a_tenant, files, rows, sandboxes
from tests.tradegecko.oauth import PASSWORD
from tradegecko_bridge import Sandbox
from tradegecko_bridge.engine import Decision

__all__ = ["sandboxes"]

OF_THE_LEDGER: Final = {
    "ledger restore": "replaces all of it",
    "ledger restored": "is about all of it",
    "logout": "is about a login",
}
"""Commands that do not work on connections."""
DECISIONS: Final = [path for path in TRIED if path.split()[-1] in set(Decision)]
ONLY_LOOKED_AT: Final = (
    "the settings do not name connection 'anns', so its orders can only be looked at; use the settings that "
    "name it, or name it in these again"
)
OLD: Final = "UPDATE ledger_orders SET in_state_since = '2020-01-01T00:00:00.000000Z'"


@pytest.fixture
def tenants(
    sandboxes: tuple[Sandbox, Sandbox], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Tenant, Tenant]:
    """Ann's orders are 4001, delivered, 4002, held, and 4003, skipped long ago; Bob's 3001, 3002 and 3003 alike."""
    monkeypatch.setattr(click, "prompt", lambda *_args, **_options: PASSWORD)
    ledger, made = tmp_path / "ledger.db", []
    for sandbox, who, name in zip(sandboxes, ("Annika", "Bob"), ("anns", "bobs"), strict=True):
        tenant = a_tenant(tmp_path / name, who, sandbox, ledger, name, name)
        orders = tenant.home / "shop" / "orders" / "orders.csv"
        text = orders.read_text(encoding="utf-8")
        text += text.splitlines()[2].replace("3002", "3003") + "\n"
        orders.write_text(text.replace("300", "400") if name == "anns" else text, encoding="utf-8")
        tenant.log_in()
        assert tenant.tgbridge("sync").returncode == 0
        skipped = tenant.tgbridge("orders", "skip", "4003" if name == "anns" else "3003", "--reason", "old")
        assert skipped.returncode == 0, skipped.stderr
        made.append(tenant)
    with closing(sqlite3.connect(ledger)) as file:
        file.execute(OLD)
        file.commit()
    return made[0], made[1]


def test_whatever_bob_tries_ann_s_stay_as_they_are(tenants: tuple[Tenant, Tenant]) -> None:
    """Every command with every filter, also by Ann's numbers and under the name of her connection."""
    ann, bob = tenants
    ledger = ann.home.parent / "ledger.db"
    before = rows(ledger, "anns", "anns"), files(ann.home), len(ann.sandbox.requests())
    for path, several in TRIED.items():
        if path in OF_THE_LEDGER:
            continue
        for options in several:
            for name, numbers in (("bobs", "300"), ("bobs", "400"), ("anns", "400")):
                if path == "ledger expire" and name == "anns":
                    continue  # told by name, it takes one that is no longer in the settings
                words = options.replace("300", numbers).format(name=name, id=1).split()
                done = bob.tgbridge(*path.split(), *words, said=f"{PASSWORD}\n")
                said = f"{path} {' '.join(words)}: {done.stdout}{done.stderr}"
                assert "Traceback" not in done.stderr, said
                now = rows(ledger, "anns", "anns"), files(ann.home), len(ann.sandbox.requests())
                assert now == before, said
                if path == "ledger check":
                    assert "anns" not in done.stdout, said
    assert ann.tgbridge("orders", "show", "4001").stdout.count("delivered") > 0


@pytest.mark.parametrize("command", DECISIONS)
def test_a_decision_about_ann_s_is_one_line(tenants: tuple[Tenant, Tenant], command: str) -> None:
    """By number, and by connection; together with Bob's own nothing is decided at all."""
    _, bob = tenants
    reason = ("--reason", "x")
    for words in (["4002"], ["3002", "4002"], ["4002", "--dry-run"]):
        done = bob.tgbridge(*command.split(), *words, *reason)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: order 4002: {ONLY_LOOKED_AT}\n")
    for words in (["4002", "--connection", "anns"], ["--all", "--state", "held", "--connection", "anns"]):
        done = bob.tgbridge(*command.split(), *words, *reason)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: {ONLY_LOOKED_AT}\n")
    looked = bob.tgbridge("orders", "list", "--connection", "anns")
    assert (looked.returncode, "4002" in looked.stdout) == (0, True)


def test_expiry_by_name(tenants: tuple[Tenant, Tenant]) -> None:
    """Without one only Bob's own; a connection that was removed from the settings is named."""
    _, bob = tenants
    assert bob.tgbridge("ledger", "expire", "--days", "30").stdout == "bobs: 1 order lost all personal data\n"
    named = bob.tgbridge("ledger", "expire", "--days", "30", "--connection", "anns", "--dry-run")
    assert named.stdout == "anns: 1 order would lose all personal data\n"


def test_damage_of_the_whole_is_everybody_s(tenants: tuple[Tenant, Tenant]) -> None:
    """An order without its history is told to Bob too, whosever it is."""
    ann, bob = tenants
    with closing(sqlite3.connect(ann.home.parent / "ledger.db")) as file:
        file.execute("UPDATE ledger_orders SET remote_id = NULL WHERE number = '4001'")
        file.commit()
    checked = bob.tgbridge("ledger", "check", "--offline")
    assert checked.returncode == 1
    assert "1 orders are delivered without an id in TradeGecko" in checked.stdout
