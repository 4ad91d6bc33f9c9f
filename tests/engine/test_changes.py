"""What a source says anew of orders that were delivered: what is undone is told once, what goes on is not."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from tests.engine.bench import Bench, detail, outcomes
from tests.support import ListSource
from tradegecko_bridge import ConnectionSettings, Sandbox, TradeGeckoClient
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.testing.builders import an_order

PAID = {"payment_status": "paid", "paid": True, "source_status": "processing"}
AFTER = "changed at the source after it was delivered"


@pytest.fixture
def bench(sandbox: Sandbox, client: TradeGeckoClient) -> Bench:
    """Orders go out however they stand."""
    return Bench(sandbox, client, ListSource(), settings=ConnectionSettings(unpaid="send", send_refunded=True))


def say(bench: Bench, **facts: Any) -> None:
    """The source gives the order, as it is now."""
    bench.source.orders.append(evolve(an_order("1001", **facts), cursor=str(len(bench.source.orders))))


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        (PAID, {"payment_status": "refunded", "paid": True}, "payment status is 'refunded', was 'paid'"),
        (PAID, {"paid": False}, "was paid, and is not any more"),
        (PAID, {"payment_status": "PARTIALLY_REFUNDED"}, "payment status is 'PARTIALLY_REFUNDED', was 'paid'"),
        (PAID, {"payment_status": "PartiallyRefunded"}, "payment status is 'PartiallyRefunded', was 'paid'"),
        (PAID, {"payment_status": "disputed"}, "payment status is 'disputed', was 'paid'"),
        (PAID, {"payment_status": "pending"}, "payment status is 'pending', was 'paid'"),
        (PAID, {"source_status": "cancelled"}, "source status is 'cancelled', was 'processing'"),
        (PAID, {"source_status": "Canceled by customer"}, "source status is 'Canceled by customer', was 'processing'"),
        (
            PAID,
            {"source_status": "refunded", "payment_status": "voided", "paid": False},
            (
                "was paid, and is not any more; source status is 'refunded', was 'processing'; "
                "payment status is 'voided', was 'paid'"
            ),
        ),
        ({}, {"payment_status": "voided"}, "payment status is 'voided', was ''"),
        ({}, {"source_status": "partly cancelled"}, "source status is 'partly cancelled', was ''"),
        ({"payment_status": "Captured"}, {"payment_status": "unpaid"}, "payment status is 'unpaid', was 'Captured'"),
    ],
)
def test_what_is_undone_is_told_once(bench: Bench, was: dict[str, Any], now: dict[str, Any], said: str) -> None:
    """Refunded, voided, canceled, not paid any more: with what changed, once, and foreseen by a dry run."""
    say(bench, **was)
    assert bench.deliver()
    say(bench, **{**was, **now})
    foreseen = bench.engine.deliver_orders(dry_run=True)
    report = bench.deliver()
    assert outcomes(report) == outcomes(foreseen) == {"1001": Outcome.CHANGED}
    assert detail(report, "1001") == detail(foreseen, "1001") == f"{AFTER}: {said}"
    assert bench.deliver().items == []
    say(bench, **{**was, **now})
    assert bench.engine.deliver_orders(dry_run=True).items == []
    assert bench.deliver().items == []


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ({"payment_status": "pending", "paid": False}, PAID),
        (PAID, {**PAID, "source_status": "shipped", "payment_method": "card"}),
        (PAID, {**PAID, "payment_status": "Paid in full"}),
        (PAID, {**PAID, "payment_status": None}),
        (PAID, {"source_status": "delivered"}),
        ({"payment_status": "authorized"}, {"payment_status": "partially_paid"}),
        ({"payment_status": "refunded", "paid": False}, {"payment_status": "refunded", "source_status": "closed"}),
        (PAID, {**PAID, "source_status": "not refunded"}),
    ],
)
def test_going_on_is_no_change(bench: Bench, was: dict[str, Any], now: dict[str, Any]) -> None:
    """Payment taken, parcels sent, another word for the same, or nothing said of it any more."""
    say(bench, **was)
    assert bench.deliver()
    say(bench, **now)
    assert bench.engine.deliver_orders(dry_run=True).items == []
    assert bench.deliver().items == []


def test_what_was_last_said_counts(bench: Bench) -> None:
    """Paid only after it was delivered, and then no more: that is news too; what was told is not told again."""
    say(bench, paid=False)
    bench.deliver()
    say(bench, paid=True, payment_status="paid")
    assert bench.deliver().items == []
    say(bench, paid=False, payment_status="open")
    assert (
        detail(bench.deliver(), "1001")
        == f"{AFTER}: was paid, and is not any more; payment status is 'open', was 'paid'"
    )
    say(bench, paid=False, payment_status="open", source_status="archived")
    assert bench.deliver().items == []


def test_a_refund_while_in_doubt_is_told(bench: Bench) -> None:
    """What comes while nobody knows whether the order arrived is not lost."""
    bench.sandbox.fault("POST", "/orders", "status", nth=1, status=503, when="before")
    say(bench, **PAID)
    bench.deliver()
    say(bench, **{**PAID, "payment_status": "refunded"})
    report = bench.deliver()
    assert report.items[0].outcome is Outcome.CHANGED
    assert report.items[0].detail == (
        "changed at the source while nobody knows whether it arrived: payment status is 'refunded', was 'paid'"
    )


def test_nobody_is_named(bench: Bench) -> None:
    """Of a status only the beginning is told, and nothing else of what changed."""
    say(bench, **PAID)
    bench.deliver()
    say(bench, **{**PAID, "payment_status": "refunded " + "x" * 500, "note": "for Ann Lee, King St"})
    report = bench.deliver()
    assert len(detail(report, "1001")) < 150
    (entry,) = bench.store.entries()
    assert "Ann" not in str(report) + repr(bench.store.history(entry.id))
