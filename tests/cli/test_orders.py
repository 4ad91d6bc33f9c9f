"""``tgbridge orders``, ``alerts`` and ``ledger`` against a real sandbox."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_commands import on_disk, shop, tgbridge
from tradegecko_bridge import Sandbox, TradeGeckoClient

__all__ = ["on_disk", "shop"]


def told(folder: Path, *arguments: str) -> Any:
    """What a command prints for programs."""
    done = tgbridge(folder, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def synced(shop: Path) -> Path:
    """Order 1001 is delivered, 1002 held for an unknown SKU."""
    assert tgbridge(shop, "sync", "orders").returncode == 0
    return shop


def test_an_order_s_whole_story(synced: Path, sandbox: Sandbox) -> None:
    """Shown are the lines that were sent, the totals, the key, and what was answered; the customer is nowhere."""
    shown = tgbridge(synced, "orders", "show", "1001").stdout
    assert "product variant" in shown
    assert "2 × 19.99" in shown
    assert "prices include tax no, customer new\n" in shown
    assert "outcome created, remote id " in shown
    history = told(synced, "orders", "show", "1001")[0]["history"]
    sent, answered = history[1]["detail"], history[2]["detail"]
    assert (sent["number"], sent["customer"], len(sent["key"])) == ("1001", "new", 36)
    assert answered["remote_id"] == history[2]["why"].split()[2].rstrip(";")
    for text in (shown, str(history)):
        assert not [secret for secret in ("ann@", "King St", "Lee") if secret in text]


def test_looking_for_orders(synced: Path) -> None:
    """By reason, text and date, page by page, and counted."""
    for options in (["--reason-code", "unknown_sku"], ["--text", "02"], ["--state", "held", "--since", "2020-01-01"]):
        assert [order["number"] for order in told(synced, "orders", "list", *options)] == ["1002"]
    assert told(synced, "orders", "list", "--until", "2020-01-01", "--ingested") == []
    first = told(synced, "orders", "list", "--limit", "1")
    then = told(synced, "orders", "list", "--limit", "1", "--before", str(first[0]["id"]))
    assert [order["number"] for order in (*first, *then)] == ["1002", "1001"]
    assert f"--before {first[0]['id']}" in tgbridge(synced, "orders", "list", "--limit", "1").stdout
    counts = {(line["state"], line["code"]): line["count"] for line in told(synced, "orders", "summary")}
    assert counts == {("delivered", None): 1, ("held", "unknown_sku"): 1}
    assert "unknown_sku" in tgbridge(synced, "orders", "summary").stdout
    wrong = tgbridge(synced, "orders", "list", "--since", "yesterday")
    assert (wrong.returncode, "'yesterday' is not a date" in wrong.stderr) == (2, True)
    assert tgbridge(synced, "orders", "list", "--before", "99").returncode == 2


def test_decisions_on_all_that_match(synced: Path) -> None:
    """First listed, then done; a filter says which, and it has to be one."""
    listed = tgbridge(
        synced, "orders", "skip", "--all", "--reason-code", "unknown_sku", "--reason", "gone", "--dry-run"
    )
    assert listed.stdout.strip() == "order 1002 of my-shop: held -> skipped (dry run)"
    assert told(synced, "orders", "show", "1002")[0]["state"] == "held"
    done = told(synced, "orders", "skip", "--all", "--reason-code", "unknown_sku", "--reason", "gone")
    assert [(one["number"], one["was"], one["state"]) for one in done["orders"]] == [("1002", "held", "skipped")]
    assert tgbridge(synced, "orders", "release", "--all", "--reason-code", "by_hand").stdout.endswith("-> pending\n")
    assert tgbridge(synced, "orders", "retry", "--all", "--text", "nothing").stdout == "no orders match\n"
    for wrong in (["--all"], ["1002", "--text", "1"], [], ["1002", "--all", "--text", "1"]):
        assert tgbridge(synced, "orders", "retry", *wrong).returncode == 2


def test_decisions_on_several(synced: Path) -> None:
    """Each is told; one that cannot be does not stop the others, and makes the exit code."""
    done = tgbridge(synced, "orders", "hold", "1001", "1002", "--reason", "wait for payment")
    assert done.returncode == 2
    assert done.stdout == "order 1002 of my-shop: held -> held\n"
    assert done.stderr == "error: order 1001: delivered cannot become held\n"
    assert tgbridge(synced, "orders", "cancel", "1002", "--reason", "changed his mind").returncode == 0
    assert told(synced, "orders", "show", "1002")[0]["reason"] == {
        "code": "by_hand",
        "text": "changed his mind",
        "transient": False,
    }


def test_the_reason_of_a_release(synced: Path) -> None:
    """One may be given, and stands in the history; there is a default."""
    assert tgbridge(synced, "orders", "release", "1002", "--reason", "the hat is there").returncode == 0
    assert tgbridge(synced, "orders", "retry", "1002").returncode == 0
    history = told(synced, "orders", "show", "1002")[0]["history"]
    assert [event["why"] for event in history[-2:]] == ["the hat is there", "retried by hand"]


def test_keys_for_programs(synced: Path) -> None:
    """They are the attributes' names; the customer is left out."""
    (listed, _) = told(synced, "orders", "list")
    assert listed.keys() >= {"ingested_at", "in_state_since", "pending_actions", "next_attempt_at", "remote_number"}
    assert "order" not in listed
    assert listed["reason"].keys() == {"code", "text", "transient"}
    (shown,) = told(synced, "orders", "show", "1002")
    assert shown.keys() - listed.keys() == {"shipments", "history"}
    assert shown["history"][0].keys() == {"at", "who", "was", "now", "why", "detail"}
    (decided,) = told(synced, "orders", "retry", "1002")["orders"]
    assert decided.keys() - listed.keys() == {"was", "problem"}
    (counted, _) = told(synced, "orders", "summary")
    assert counted.keys() == {"connection", "state", "code", "transient", "count", "since"}


def test_what_cannot_be_read_is_not_released(shop: Path) -> None:
    """Each is refused with one line, also among all that match, and stays held for its reason."""
    inbox = shop / "shop" / "orders" / "today.csv"
    inbox.write_text(inbox.read_text(encoding="utf-8").replace(",HAT-ONE,1,", ",HAT-ONE,one,"), encoding="utf-8")
    tgbridge(shop, "sync", "orders")
    for which in (["1002"], ["--all", "--reason-code", "unreadable"], ["--all", "--text", "1002", "--dry-run"]):
        done = tgbridge(shop, "orders", "release", *which)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("error: order 1002: unreadable: correct it at the source")
    (order,) = told(shop, "orders", "show", "1002")
    assert (order["state"], order["reason"]["code"]) == ("held", "unreadable")
    assert [alert["key"] for alert in told(shop, "alerts")] == ["held unreadable"]


def test_absurd_numbers_break_no_list(shop: Path) -> None:
    """Shown short and with control characters escaped, each on its line; whole where one order is shown."""
    head, good, _ = (shop / "shop" / "orders" / "today.csv").read_text(encoding="utf-8").splitlines()
    rows = [head, good.replace("1001", "9" * 5000), good.replace("1001", '"10\n01"')]
    (shop / "shop" / "orders" / "today.csv").write_text("\n".join([*rows, ""]), encoding="utf-8")
    done = tgbridge(shop, "sync", "orders")
    assert (done.returncode, "2 held" in done.stdout, "9" * 41 in done.stdout) == (0, True, False)
    listed = tgbridge(shop, "orders", "list").stdout
    broken, long = (line.split()[0] for line in listed.splitlines()[1:3])
    assert (broken, long[:20], long[-1], len(long) < 40) == ("10\\n01", "9" * 20, "…", True)
    assert tgbridge(shop, "orders", "show", "10\n01").stdout.startswith("order 10\\n01 of my-shop\n")
    skipped = tgbridge(shop, "orders", "skip", "10\n01", "--reason", "nonsense")
    assert skipped.stdout == "order 10\\n01 of my-shop: held -> skipped\n"
    again = tgbridge(shop, "orders", "skip", "10\n01", "--reason", "nonsense")
    assert again.stderr == "error: order 10\\n01: is skipped already\n"


def test_orders_are_pulled_again(synced: Path) -> None:
    """By number, from files that were put away already, and from a date on; what is not there is a failure."""
    pulled = tgbridge(synced, "orders", "pull", "1001")
    assert (pulled.returncode, "known" in pulled.stdout) == (0, True), pulled.stderr
    (run,) = told(synced, "orders", "pull", "--since", "2026-11-01")["runs"]
    assert run["counts"] == {"known": 2}
    missing = tgbridge(synced, "orders", "pull", "9")
    assert (missing.returncode, "has no order '9'" in missing.stdout) == (1, True)
    assert tgbridge(synced, "orders", "pull").returncode == 2


def test_alerts(shop: Path) -> None:
    """A sync opens one and says so; it is listed while it is open, with --all also later; exit codes stay."""
    inbox = shop / "shop" / "orders" / "today.csv"
    inbox.write_text(inbox.read_text(encoding="utf-8").replace(",HAT-ONE,1,", ",HAT-ONE,-1,"), encoding="utf-8")
    done = tgbridge(shop, "sync", "orders")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "1 alert is open; `tgbridge alerts` shows what to do")
    assert "warning held bad_quantity of my-shop, since " in tgbridge(shop, "alerts").stdout
    (alert,) = told(shop, "alerts")
    assert (alert["key"], alert["open"], alert["count"]) == ("held bad_quantity", True, 1)
    tgbridge(shop, "orders", "skip", "1002", "--reason", "nonsense")
    assert "closed" in tgbridge(shop, "sync", "orders").stdout
    assert tgbridge(shop, "alerts").stdout == "no alerts\n"
    assert [one["open"] for one in told(shop, "alerts", "--all")] == [False]


def test_tracking_numbers_expire(synced: Path, sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """One that came before expiry and one that comes later: the source gets both, the ledger's files keep neither."""
    (order,) = client.orders.list()
    client.orders.update(order.id, {"status": "finalized"})
    client.orders.action(order.id, "fulfil")
    (fulfillment,) = client.fulfillments.list()
    for number in ("TRK91", "TRK92"):
        client.fulfillments.update(fulfillment.id, {"tracking_number": number})
        assert tgbridge(synced, "sync", "tracking").returncode == 0
        (shipment,) = told(synced, "orders", "show", "1001")[0]["shipments"]
        assert shipment == {"reference": str(fulfillment.id), "state": "sent", "reason": ""}
        assert f"  shipment         {fulfillment.id} sent\n" in tgbridge(synced, "orders", "show", "1001").stdout
        with closing(sqlite3.connect(synced / "ledger.db")) as ledger:
            ledger.execute("UPDATE ledger_orders SET in_state_since = '2020-01-01T00:00:00.000000Z'")
            ledger.commit()
        assert tgbridge(synced, "ledger", "expire", "--days", "30").returncode == 0
        assert number not in "".join(file.read_bytes().decode("latin-1") for file in synced.glob("ledger.db*"))
        assert any(number in file.read_text() for file in (synced / "shop" / "tracking").glob("*.csv"))


def test_the_ledger_is_looked_after(synced: Path, on_disk: None) -> None:
    """Checked, and rid of personal data: counted first, then done; the order stays known and tells that it is gone."""
    assert tgbridge(synced, "ledger", "check").stdout.startswith("✓ schema ")
    assert told(synced, "ledger", "check")["orders"] == 2
    tgbridge(synced, "orders", "skip", "1002", "--reason", "test order")
    assert told(synced, "ledger", "expire", "--days", "1")["orders"] == {"my-shop": 0}
    with closing(sqlite3.connect(synced / "ledger.db")) as ledger:
        ledger.execute("UPDATE ledger_orders SET in_state_since = '2020-01-01T00:00:00.000000Z'")
        ledger.commit()
    counted = tgbridge(synced, "ledger", "expire", "--days", "30", "--dry-run")
    assert counted.stdout == "my-shop: 1 order would lose all personal data\n"
    assert told(synced, "ledger", "expire", "--days", "30") == {
        "dry_run": False,
        "scrubbed": True,
        "orders": {"my-shop": 1},
    }
    assert b"Okafor" not in (synced / "ledger.db").read_bytes()
    assert told(synced, "ledger", "expire", "--days", "30", "--also-delivered")["orders"] == {"my-shop": 1}
    assert "personal data    removed on " in tgbridge(synced, "orders", "show", "1001").stdout
    refused = tgbridge(synced, "orders", "release", "1002")
    assert (refused.returncode, "so it cannot be sent" in refused.stderr) == (2, True)
    again = tgbridge(synced, "orders", "pull", "1002")
    assert "known" in again.stdout, "the folder gave it again: it is known, and not sent"


def test_answers_to_what_is_different(synced: Path, sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The alert names the commands; each says what it did, and what it cannot in one line."""
    (order,) = [one for one in client.orders.list() if one.order_number == "1001"]
    refused = tgbridge(synced, "orders", "void", "1001", "--why", "entered twice")
    assert refused.returncode == 2
    assert "its source has not canceled or refunded it; with --force" in refused.stderr
    client.orders.update(order.id, {"order_number": "1001-B"})
    assert tgbridge(synced, "sync", "orders").returncode == 0
    (alert,) = [one for one in told(synced, "alerts") if one["key"].startswith("differs ")]
    assert "number is 1001-B, was 1001 in TradeGecko" in alert["text"]
    assert "`tgbridge orders accept 1001 --why" in alert["text"]
    dry = tgbridge(synced, "orders", "accept", "1001", "--why", "agreed", "--dry-run")
    assert dry.stdout == "order 1001 of my-shop would be accepted as it is\n"
    done = tgbridge(synced, "orders", "accept", "1001", "--why", "agreed")
    assert done.stdout == "order 1001 of my-shop is accepted as it is, and delivered\n"
    assert [one for one in told(synced, "alerts") if one["key"].startswith("differs ")] == []
    nothing = tgbridge(synced, "orders", "accept", "1002", "--why", "agreed")
    assert (nothing.returncode, nothing.stdout, nothing.stderr.count("\n")) == (2, "", 1)
    forced = told(synced, "orders", "void", "1001", "--why", "entered twice", "--force")
    assert (forced["ok"], client.orders.get(order.id).status) == (True, "void")
    history = told(synced, "orders", "show", "1001")[0]["history"]
    assert history[-1]["why"] == "voided in TradeGecko: entered twice"


def test_a_held_order_is_corrected(synced: Path, client: TradeGeckoClient) -> None:
    """From the alert to the order in three commands; bad input is one line and changes nothing."""
    for wrong in (["--set", "ship.city"], ["--line", "1"], ["--sku", "X"], ["--set", "ship.city=Rome", "--why", " "]):
        assert tgbridge(synced, "orders", "edit", "1002", "--why", "typo", *wrong).returncode == 2
    for option in (["--set", "ship.cty=X"], ["--line", "7", "--sku", "X"], ["--line", "1", "--quantity", "many"]):
        done = tgbridge(synced, "orders", "edit", "1002", "--why", "typo", *option)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    edit = ["orders", "edit", "1002", "--line", "1", "--sku", "MUG-BLUE", "--set", "ship.city=Ottawa", "--why", "typo"]
    assert tgbridge(synced, *edit, "--dry-run").stdout == "order 1002 of my-shop would be edited\n"
    assert tgbridge(synced, *edit).stdout == "order 1002 of my-shop is edited, and pending\n"
    assert tgbridge(synced, "sync", "orders").returncode == 0
    (shown,) = told(synced, "orders", "show", "1002")
    assert shown["state"] == "delivered", shown["reason"]
    assert "Ottawa" not in str(shown)
    assert "edited ship.city, line.1.sku: typo" in str(shown["history"])
