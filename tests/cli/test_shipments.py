"""``tgbridge shipments``, ``orders resend`` and ``status`` against a real sandbox."""

from __future__ import annotations

from pathlib import Path

from tests.cli.test_commands import on_disk, shop, tgbridge
from tests.cli.test_orders import synced, told
from tradegecko_bridge import TradeGeckoClient

__all__ = ["on_disk", "shop", "synced"]


def ship(client: TradeGeckoClient, number: str) -> int:
    """Ship the only order; the fulfilment's id."""
    (order,) = client.orders.list()
    client.orders.update(order.id, {"status": "finalized"})
    client.orders.action(order.id, "fulfil")
    (fulfillment,) = client.fulfillments.list()
    client.fulfillments.update(fulfillment.id, {"tracking_number": number})
    return fulfillment.id


def test_what_was_told_of_a_shipment(synced: Path, client: TradeGeckoClient) -> None:
    """Wanted, told last, when and why not; and told once more when somebody says so."""
    assert tgbridge(synced, "shipments").stdout == "no shipments\n"
    reference = ship(client, "TRK-1")
    tgbridge(synced, "sync", "tracking")
    (row,) = told(synced, "shipments", "1001")
    assert (row["shipment"]["reference"], row["state"], row["why"]) == (str(reference), "sent", "")
    assert row["told"] == row["shipment"]
    assert row["told_at"]
    assert tgbridge(synced, "shipments").stdout.split("\n")[1].split()[4:6] == ["TRK-1", "TRK-1"]
    assert told(synced, "shipments", "--state", "refused") == []
    refused = tgbridge(synced, "shipments", "1001", "--state", "refused", "--resend")
    assert (refused.returncode, "it has no such shipments" in refused.stderr) == (2, True)
    assert tgbridge(synced, "shipments", "--resend").returncode == 2
    assert told(synced, "orders", "resend", "1001")[0]["shipments"] == 1
    assert told(synced, "shipments")[0]["state"] == "pending"
    tgbridge(synced, "sync", "tracking")
    assert told(synced, "shipments")[0]["state"] == "sent"
    said = tgbridge(synced, "shipments", "1001", "--resend").stdout
    assert said == "order 1001: 1 shipment is told again with the next `tgbridge sync`\n"
    history = told(synced, "orders", "show", "1001")[0]["history"]
    assert [event["why"] for event in history].count("its shipments are told again") == 2


def test_how_a_connection_fares(shop: Path) -> None:
    """Before anything ran, after a run that went well, and after one that did not."""
    assert "no job has run yet" in tgbridge(shop, "status").stdout
    tgbridge(shop, "sync", "orders")
    (status,) = told(shop, "status")
    assert (status["connection"], status["orders"]) == ("my-shop", {"held": 1, "in_doubt": 0, "failed": 0})
    (job,) = status["jobs"]
    assert (job["job"], job["ok"], job["last_success"] == job["finished_at"]) == ("deliver orders", True, True)
    assert job["counts"] == {"delivered": 1, "held": 1, "ingested": 2}
    settings = shop / "tgbridge.toml"
    settings.write_text(settings.read_text().replace("access_token = ", 'access_token = "wrong" # '))
    assert tgbridge(shop, "sync", "orders").returncode == 1
    (failed,) = told(shop, "status")[0]["jobs"]
    assert (failed["ok"], failed["last_success"]) == (False, job["last_success"])
    shown = tgbridge(shop, "status").stdout
    assert "problems of the last runs" in shown
    assert "my-shop: 1 held; 1 open alert" in shown
