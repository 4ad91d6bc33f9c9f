"""``tgbridge ledger``: check it, back it up, restore and move it; and the account it belongs to."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.test_commands import ORDERS, shop, tgbridge
from tradegecko_bridge import Sandbox, SqlStore, TradeGeckoClient
from tradegecko_bridge.stores.sql import storage

__all__ = ["shop"]


@pytest.fixture(autouse=True)
def _on_a_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever these tests run."""
    mounts = tmp_path / "mountinfo"
    mounts.write_text("1 0 0:1 / / rw - ext4 /dev/x rw\n")
    monkeypatch.setattr(storage, "MOUNTS", mounts)


def more_orders(shop: Path, *numbers: str) -> None:
    for number in numbers:
        text = ORDERS.replace("1001,", f"{number},").split("1002,")[0]
        (shop / "shop" / "orders" / f"{number}.csv").write_text(text, encoding="utf-8")


def numbers(shop: Path, *options: str) -> dict[str, str]:
    """The orders of the ledger and their states."""
    listed = json.loads(tgbridge(shop, "orders", "list", "--json", *options).stdout)
    return {order["number"]: order["state"] for order in listed}


# ── check ────────────────────────────────────────────────────────────────────────────────────


def test_a_ledger_that_is_well(shop: Path, sandbox: Sandbox) -> None:
    """Counted, with how it is stored; compared with the account by reading alone, or not at all."""
    tgbridge(shop, "sync", "orders")
    before = len(sandbox.requests())
    done = tgbridge(shop, "ledger", "check")
    assert (done.returncode, done.stderr) == (0, "")
    counts, stored = done.stdout.splitlines()
    assert re.fullmatch(r"✓ schema \d+: 2 orders \(0 without personal data\), 0 shipments, \d events, 0 alerts", counts)
    assert re.fullmatch(r"  stored: SQLite [\d.]+ on ext4, journal wal, synchronous FULL", stored)
    asked = sandbox.requests()[before:]
    assert {request["method"] for request in asked} == {"GET"}
    offline = tgbridge(shop, "ledger", "check", "--offline")
    assert offline.stdout.splitlines() == [counts, stored, "  not compared with TradeGecko"]
    assert len(sandbox.requests()) == before + len(asked)
    found = json.loads(tgbridge(shop, "ledger", "check", "--json").stdout)
    assert (found["ok"], found["orders"], found["problems"]) == (True, 2, [])
    assert found["storage"] == stored.removeprefix("  stored: ")


def test_what_is_wrong_is_said_a_line_each(shop: Path, client: TradeGeckoClient, tmp_path: Path) -> None:
    """Exit code 1; a double is voided by the command that is named, and then all is well."""
    tgbridge(shop, "sync", "orders")
    (first,) = client.orders.list()
    same = ("company_id", "shipping_address_id", "billing_address_id", "source_url")
    again = {name: getattr(first, name) for name in same}
    second = client.orders.create({**again, "order_number": "1001 again", "issued_at": "2026-11-03"})
    (tmp_path / "mountinfo").write_text("1 0 0:1 / / rw - nfs4 server:/x rw\n")
    done = tgbridge(shop, "ledger", "check", "--since", "2020-01-01")
    assert done.returncode == 1
    _, _, unsafe, twice = done.stdout.splitlines()
    assert "  problem: " in unsafe
    assert "is on nfs4, which several machines share" in unsafe
    command = f"tgbridge orders void-double {first.id} {second.id}"
    assert twice.endswith(f"`{command}` voids the younger one")
    assert len(json.loads(tgbridge(shop, "ledger", "check", "--json").stdout)["problems"]) == 2
    assert tgbridge(shop, "ledger", "check", "--since", "2099-01-01").stdout.count("problem") == 1

    said = f"order {second.id} would be voided; {first.id} stays, which is order 1001 of my-shop\n"
    assert tgbridge(shop, *command.split()[1:], "--dry-run").stdout == said
    refused = tgbridge(shop, *command.split()[1:], "--older")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "the ledger has order 1001 of my-shop as 1, the older one" in refused.stderr
    voided = tgbridge(shop, *command.split()[1:], "--json")
    assert voided.returncode == 0
    found = json.loads(voided.stdout)
    assert (found["voided"], found["kept"], found["entry"]["number"]) == (str(second.id), str(first.id), "1001")
    assert client.orders.get(second.id).status == "void"
    assert "is voided in TradeGecko" in tgbridge(shop, "orders", "show", "1001").stdout
    (tmp_path / "mountinfo").write_text("1 0 0:1 / / rw - ext4 /dev/x rw\n")
    assert tgbridge(shop, "ledger", "check").returncode == 0


def test_an_account_that_is_down_is_a_finding(shop: Path, sandbox: Sandbox) -> None:
    """What the ledger alone can say is said."""
    tgbridge(shop, "sync", "orders")
    text = (shop / "tgbridge.toml").read_text(encoding="utf-8")
    (shop / "tgbridge.toml").write_text(text.replace(sandbox.access_token, "x" * 64), encoding="utf-8")
    done = tgbridge(shop, "ledger", "check")
    assert done.returncode == 1
    assert "the account could not be asked, so the check is not complete (401 on GET" in done.stdout
    assert tgbridge(shop, "ledger", "check", "--offline").returncode == 0


# ── the account ──────────────────────────────────────────────────────────────────────────────


def test_the_sandbox_of_the_tutorial_begins_afresh(
    shop: Path, sandbox: Sandbox, client: TradeGeckoClient, tmp_path: Path
) -> None:
    """The ledger stays: the next sync says so in a line, and does nothing. With another ledger it goes on."""
    assert tgbridge(shop, "sync").returncode == 0
    sandbox.reset()
    more_orders(shop, "1003")
    for arguments in (["sync"], ["sync", "--dry-run"]):
        done = tgbridge(shop, *arguments)
        assert done.returncode == 1
        (said,) = [line for line in done.stdout.splitlines() if "problem" in line]
        assert "connection 'my-shop' has its orders in account 1 'Demo' created " in said
        assert "use the login of the first one, another connection name or another ledger" in said
    assert list(client.orders.list()) == []
    assert (shop / "shop" / "orders" / "1003.csv").exists()
    assert "error account of my-shop" in tgbridge(shop, "alerts").stdout
    checked = tgbridge(shop, "ledger", "check")
    assert (checked.returncode, checked.stdout.count("problem: connection 'my-shop' has its orders in")) == (1, 1)

    refused = tgbridge(shop, "ledger", "adopt-account")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "is not the one that moved: of the newest 1 orders of my-shop, it has 0; --force adopts" in refused.stderr
    settings = shop / "tgbridge.toml"
    settings.write_text(settings.read_text() + '[ledger]\nurl = "sqlite:///other.db"\n')
    assert "1 ingested, 1 delivered" in tgbridge(shop, "sync").stdout


def test_an_account_that_has_moved_is_adopted(shop: Path, sandbox: Sandbox) -> None:
    """Then the syncs go on, and the alert closes."""
    tgbridge(shop, "sync", "orders")
    same = tgbridge(shop, "ledger", "adopt-account", "--connection", "my-shop")
    assert same.stdout == "my-shop: its orders are still in account 1 'Demo'\n"
    sandbox.reset()
    tgbridge(shop, "sync", "orders")
    forced = tgbridge(shop, "ledger", "adopt-account", "--force", "--json")
    (adopted,) = json.loads(forced.stdout)
    assert (adopted["connection"], adopted["now"]["id"]) == ("my-shop", "1")
    assert adopted["was"]["created_at"] != adopted["now"]["created_at"]
    done = tgbridge(shop, "sync", "orders")
    assert (done.returncode, "alert  closed" in done.stdout) == (0, True), done.stdout


# ── backup, restore, copy ────────────────────────────────────────────────────────────────────


def test_back_up_and_restore(shop: Path, client: TradeGeckoClient) -> None:
    """What was delivered since is found by its mark, and nothing is duplicated."""
    tgbridge(shop, "sync", "orders")
    done = tgbridge(shop, "ledger", "backup", "backup.db")
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"backup\.db: 2 orders, \d events, as of 20.* UTC; logins are not in it\n", done.stdout)
    again = tgbridge(shop, "ledger", "backup", "backup.db")
    assert (again.returncode, again.stderr) == (
        2,
        "error: backup.db is there already; name another file, or use --force to replace it\n",
    )
    found = json.loads(tgbridge(shop, "ledger", "backup", "backup.db", "--force", "--json").stdout)
    assert found["rows"]["ledger_orders"] == 2
    more_orders(shop, "1003")
    tgbridge(shop, "sync", "orders")
    refused = tgbridge(shop, "ledger", "restore", "backup.db")
    assert refused.returncode == 2
    assert refused.stderr.endswith("ledger.db: it is not empty; use --force to replace what it holds\n")
    assert len(numbers(shop)) == 3

    restored = tgbridge(shop, "ledger", "restore", "backup.db", "--force")
    assert restored.returncode == 0, restored.stderr
    said = r"the ledger is as of 20.* UTC: 2 orders, \d events; what it held before is in (.*)\n"
    told = re.match(said, restored.stdout)
    assert told, restored.stdout
    assert re.fullmatch(r"backup-before-\d{8}T\d{6}Z\.db", told[1])
    assert len(numbers(shop)) == 2
    inbox = shop / "shop" / "orders"
    (inbox / "done" / "1003.csv").rename(inbox / "1003 again.csv")
    tgbridge(shop, "sync", "orders")
    assert numbers(shop)["1003"] == "delivered"
    assert sorted(str(order.order_number) for order in client.orders.list()) == ["1001", "1003"]
    tgbridge(shop, "ledger", "restore", told[1], "--force")
    assert len(numbers(shop)) == 3


def test_a_restore_by_other_means_is_noted(shop: Path) -> None:
    """With the moment of the backup, which is not still to come."""
    tgbridge(shop, "sync", "orders")
    done = tgbridge(shop, "ledger", "restored", "2026-01-31T03:00Z")
    assert done.stdout.startswith("noted: the ledger is as of 2026-01-31 03:00:00 UTC, restored at ")
    with SqlStore(f"sqlite:///{shop / 'ledger.db'}") as store:
        restored = store.restored()
        assert restored is not None
        assert f"{restored.backed_up_at:%Y-%m-%d %H:%M}" == "2026-01-31 03:00"
    late = tgbridge(shop, "ledger", "restored", "2099-01-01")
    assert (late.returncode, "is still to come" in late.stderr) == (2, True)


def test_nothing_to_back_up(shop: Path) -> None:
    """Neither is a ledger made, nor a file."""
    done = tgbridge(shop, "ledger", "backup", "backup.db")
    assert (done.returncode, done.stderr.endswith("ledger.db: there is none yet\n")) == (3, True)
    assert not list(shop.glob("*.db*"))


def test_move_to_another_database_and_back(shop: Path, postgres_ledger: str) -> None:
    """An address may come from the environment; the syncs go on where they were."""
    tgbridge(shop, "sync", "orders")
    environment = {"NEW_LEDGER": postgres_ledger}
    done = tgbridge(shop, "ledger", "copy", "sqlite:///ledger.db", "$NEW_LEDGER", **environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("2 orders, ")
    settings = shop / "tgbridge.toml"
    text = settings.read_text()
    settings.write_text(text + '[ledger]\nurl = "$NEW_LEDGER"\n')
    more_orders(shop, "1003")
    assert "1 delivered" in tgbridge(shop, "sync", "orders", **environment).stdout
    back = tgbridge(shop, "ledger", "copy", "$NEW_LEDGER", "sqlite:///back.db", "--json", **environment)
    assert json.loads(back.stdout)["rows"]["ledger_orders"] == 3
    settings.write_text(text + '[ledger]\nurl = "sqlite:///back.db"\n')
    assert numbers(shop) == {"1003": "delivered", "1002": "held", "1001": "delivered"}
    twice = tgbridge(shop, "ledger", "copy", "sqlite:///ledger.db", "sqlite:///back.db")
    assert (twice.returncode, "a ledger is copied into an empty one" in twice.stderr) == (2, True)
    unset = tgbridge(shop, "ledger", "copy", "$NOWHERE", "sqlite:///back.db")
    assert (unset.returncode, "the environment has no variable NOWHERE; set it" in unset.stderr) == (2, True)
    for address in ("postgresql://me:hush@db/ledger", "postgresql://db/ledger?password=hush", "postgres:/me:hush@db"):
        told = tgbridge(shop, "ledger", "copy", "sqlite:///ledger.db", address)
        assert (told.returncode, "hush" in told.stderr) == (2, False)
        assert "an address with a password is not for the command line" in told.stderr
    missing = tgbridge(shop, "ledger", "copy", "sqlite:///none.db", "sqlite:///new.db")
    assert (missing.returncode, "there is none yet" in missing.stderr) == (3, True)
    assert not (shop / "new.db").exists()
