"""The first runs of a connection: what somebody has dealt with, or may not be sent yet, is not sent by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.bench import Bench, detail, outcomes
from tests.support import ListSource
from tradegecko_bridge import ConnectionSettings, MemoryStore, Sandbox, SqlStore, TradeGeckoClient
from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.commerce.progress import plain_status
from tradegecko_bridge.commerce.statuses import Standing, standings
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.engine.delivery.first_day import MOST_LISTED
from tradegecko_bridge.engine.operations.decisions import Decisions
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.testing.builders import a_line, an_order

LONG_AGO = datetime(2026, 5, 1, 9, tzinfo=UTC)


def bench_with(sandbox: Sandbox, client: TradeGeckoClient, *orders: SourceOrder, **settings: Any) -> Bench:
    return Bench(sandbox, client, ListSource(orders), settings=ConnectionSettings(**settings))


def again(bench: Bench, source: ListSource | None = None, **settings: Any) -> Bench:
    """The same connection, with other settings."""
    return Bench(
        bench.sandbox,
        bench.client,
        source or bench.source,
        store=bench.store,
        settings=ConnectionSettings(**settings),
    )


# ── statuses ─────────────────────────────────────────────────────────────────────────────────

OVER = [
    ({"fulfillment_status": "fulfilled"}, "shipped", "send_shipped"),
    ({"fulfillment_status": "SHIPPED"}, "shipped", "send_shipped"),
    ({"source_status": "Completed", "paid": True}, "shipped", "send_shipped"),
    ({"source_status": "Delivered"}, "shipped", "send_shipped"),
    ({"payment_status": "refunded"}, "refunded", "send_refunded"),
    ({"source_status": "wc-refunded"}, "refunded", "send_refunded"),
    ({"fulfillment_status": "restocked"}, "refunded", "send_refunded"),
    ({"payment_status": "VOIDED"}, "canceled", "send_canceled"),
    ({"source_status": "Cancelled"}, "canceled", "send_canceled"),
    ({"source_status": "failed", "paid": True}, "canceled", "send_canceled"),
    ({"source_status": "wc-failed", "payment_method": "Cash on delivery"}, "canceled", "send_canceled"),
    ({"source_status": "Trash", "paid": True}, "canceled", "send_canceled"),
    ({"source_status": "test", "paid": True}, "canceled", "send_canceled"),
    ({"source_status": "checkout-draft"}, "canceled", "send_canceled"),
    ({"fulfillment_status": "CANCELED"}, "canceled", "send_canceled"),
]


@pytest.mark.parametrize(("fields", "code", "setting"), OVER)
def test_what_is_over_at_its_source_is_skipped_unless_a_setting_says_so(
    sandbox: Sandbox, client: TradeGeckoClient, fields: dict[str, Any], code: str, setting: str
) -> None:
    """With the word that says it, and the setting; the dry run says the same."""
    bench = bench_with(sandbox, client, an_order("1001", **fields), an_order("1002"))
    assert outcomes(bench.engine.deliver_orders(dry_run=True)) == {"1001": Outcome.SKIPPED, "1002": Outcome.PLANNED}
    report = bench.deliver()
    assert outcomes(report) == {"1001": Outcome.SKIPPED, "1002": Outcome.DELIVERED}
    (item,) = (item for item in report.items if item.name == "1001")
    assert item.facts == {"reason": f"{code}_before"}
    assert f"`{setting} = true`" in item.detail
    told = bench_with(sandbox, client, an_order("1003", **fields), **{setting: True}).deliver()
    assert outcomes(told) == {"1003": Outcome.DELIVERED}


def test_what_came_to_nothing_goes_out_once_its_source_says_otherwise(
    sandbox: Sandbox, client: TradeGeckoClient
) -> None:
    """A payment that failed may be made again."""
    bench = bench_with(sandbox, client, an_order("1001", source_status="failed"))
    assert outcomes(bench.deliver()) == {"1001": Outcome.SKIPPED}
    bench.source.orders = [an_order("1001", source_status="processing", paid=True, cursor="2")]
    assert outcomes(bench.deliver()) == {"1001": Outcome.DELIVERED}


@pytest.mark.parametrize(
    "fields",
    [
        {"paid": False},
        {"payment_status": "pending"},
        {"payment_status": "Awaiting payment"},
        {"payment_status": "PARTIALLY_PAID"},
        {"payment_status": "not_paid"},
        {"source_status": "on-hold"},
        {"source_status": "pending_payment"},
        {"paid": False, "payment_method": "bank transfer"},
    ],
)
def test_what_is_not_paid_waits_until_it_is(sandbox: Sandbox, client: TradeGeckoClient, fields: dict[str, Any]) -> None:
    """By itself; a setting sends it all the same, or leaves it out."""
    bench = bench_with(sandbox, client, an_order("1001", **fields))
    assert outcomes(bench.deliver()) == {"1001": Outcome.HELD}
    assert bench.state("1001") is OrderState.HELD
    bench.source.orders = [an_order("1001", paid=True, payment_status="paid", cursor="2")]
    assert outcomes(bench.deliver()) == {"1001": Outcome.DELIVERED}
    sent = bench_with(sandbox, client, an_order("1002", **fields), unpaid="send")
    assert outcomes(sent.deliver()) == {"1002": Outcome.DELIVERED}
    skipped = bench_with(sandbox, client, an_order("1003", **fields), unpaid="skip")
    assert outcomes(skipped.deliver()) == {"1003": Outcome.SKIPPED}


def test_what_is_not_paid_is_an_alert_after_some_days(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Transfers take their time; that nobody ever pays somebody should know."""
    bench = bench_with(sandbox, client, an_order("1001", paid=False))
    bench.deliver()
    bench.clock.move(days=3, hours=-1)
    bench.deliver()
    assert bench.store.alerts("shop") == []
    bench.clock.move(hours=1)
    bench.deliver()
    assert [alert.key for alert in bench.store.alerts("shop")] == ["held unpaid"]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"paid": True, "payment_status": "pending"},
        {"payment_status": "authorized", "paid": False},
        {"payment_status": "partially_refunded"},
        {"payment_status": "paid", "fulfillment_status": "unfulfilled"},
        {"payment_status": "PAID", "fulfillment_status": "PENDING"},
        {"source_status": "processing", "payment_status": "completed"},
        {"source_status": "awaiting shipment"},
        {"fulfillment_status": "not shipped"},
        {"fulfillment_status": "not_fulfilled"},
        {"paid": False, "payment_method": "Cash on Delivery (COD)"},
        {"paid": False, "payment_method": "cod"},
        {"payment_status": "pending", "payment_method": "Invoice, 30 days"},
        {"source_status": "In Bearbeitung"},
        {"payment_status": "online_cc"},
    ],
)
def test_what_is_to_be_sent_is_sent(sandbox: Sandbox, client: TradeGeckoClient, fields: dict[str, Any]) -> None:
    """Paid, to be paid on delivery, or of words nobody knows."""
    assert outcomes(bench_with(sandbox, client, an_order("1001", **fields)).deliver()) == {"1001": Outcome.DELIVERED}


@pytest.mark.parametrize(
    "fields",
    [
        {"fulfillment_status": "partial"},
        {"source_status": "PartiallyShipped"},
        {"fulfillment_status": "partially_fulfilled"},
    ],
)
def test_what_is_shipped_in_part_is_a_persons_business(
    sandbox: Sandbox, client: TradeGeckoClient, fields: dict[str, Any]
) -> None:
    """Nobody knows what of it is left."""
    bench = bench_with(sandbox, client, an_order("1001", **fields))
    assert outcomes(bench.deliver()) == {"1001": Outcome.HELD}
    assert "send_shipped" in detail(bench.deliver(), "1001")
    assert outcomes(again(bench, send_shipped=True).deliver()) == {"1001": Outcome.DELIVERED}


def test_what_is_shipped_by_hand_while_it_is_held_is_not_sent(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Its SKU was missing, and somebody has dealt with it in the shop."""
    order = an_order("1001", [a_line("MUG-NEW")])
    bench = bench_with(sandbox, client, order)
    assert outcomes(bench.deliver()) == {"1001": Outcome.HELD}
    bench.source.orders.append(evolve(order, fulfillment_status="fulfilled", cursor="2"))
    assert outcomes(bench.deliver())["1001"] is Outcome.SKIPPED


def test_what_was_sent_is_not_asked_again(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """That it is shipped is what everybody wants."""
    bench = bench_with(sandbox, client, an_order("1001"))
    bench.deliver()
    bench.source.orders.append(an_order("1001", fulfillment_status="fulfilled", paid=True, cursor="2"))
    bench.deliver()
    assert bench.state("1001") is OrderState.DELIVERED


class OwnWords(ListSource):
    """Somebody's shop."""

    status_words: Mapping[str, str] = MappingProxyType(
        {"Abgeschlossen": "shipped", "completed": "open", "Offen": "unpaid"}
    )


def test_a_source_has_words_of_its_own_and_settings_come_first(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Whatever their case and punctuation."""
    orders = [
        an_order("1001", source_status="ABGESCHLOSSEN"),
        an_order("1002", source_status="Completed"),
        an_order("1003", payment_status="offen"),
        an_order("1004", source_status="erledigt"),
    ]
    wired = ConnectionSettings(status_words={"erledigt!": "refunded", "abgeschlossen": "open"})
    out, skipped, held = Outcome.DELIVERED, Outcome.SKIPPED, Outcome.HELD
    told = Bench(sandbox, client, OwnWords(orders)).deliver()
    assert outcomes(told) == {"1001": skipped, "1002": out, "1003": held, "1004": out}
    orders = [evolve(order, number=f"2{order.number}", reference=f"2{order.number}") for order in orders]
    told = Bench(sandbox, client, OwnWords(orders), settings=wired).deliver()
    assert outcomes(told) == {"21001": out, "21002": out, "21003": held, "21004": skipped}


@pytest.mark.parametrize("words", [{"x": "gone"}, {1: "open"}, ["open"], None, 7])
def test_words_that_mean_nothing_are_refused(sandbox: Sandbox, client: TradeGeckoClient, words: Any) -> None:
    """When the engine is made, and not in the middle of the night."""
    source = OwnWords()
    source.status_words = words
    with pytest.raises(ConfigError, match="list"):
        Bench(sandbox, client, source)
    with pytest.raises(ConfigError, match="status_words"):
        ConnectionSettings(status_words={"x": "gone"})


@given(
    fields=st.fixed_dictionaries(
        {},
        optional={
            "source_status": st.text(max_size=20),
            "payment_status": st.text(max_size=20),
            "fulfillment_status": st.text(max_size=20),
            "paid": st.none() | st.booleans(),
        },
    ),
    words=st.dictionaries(st.text(max_size=20).map(plain_status), st.sampled_from(Standing), max_size=3),
)
def test_whatever_a_source_says(fields: dict[str, Any], words: dict[str, Standing]) -> None:
    """An order that is paid is not unpaid, and what is quoted is short."""
    said = standings(an_order(**fields), words)
    assert not (fields.get("paid") and Standing.UNPAID in said)
    assert not {Standing.PAID, Standing.UNPAID} <= said.keys()
    assert all(len(text) < 250 for text in said.values())


# ── not ready ────────────────────────────────────────────────────────────────────────────────


def test_what_is_not_ready_waits_with_its_goods_reserved(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Without a problem or an alert, however long; once it is ready it goes out, and canceled it does not."""
    bench = bench_with(sandbox, client)
    bench.engine.sync_inventory(full=True)
    (before,) = (level.available for level in bench.source.levels if level.sku == "MUG-BLUE")
    bench.source.levels.clear()
    bench.source.orders = [
        an_order("1001", [a_line(quantity=3)], ready=False),
        an_order("1002", [a_line(quantity=2)], ready=False),
    ]
    assert outcomes(bench.engine.deliver_orders(dry_run=True)) == {"1001": Outcome.HELD, "1002": Outcome.HELD}
    report = bench.deliver()
    assert outcomes(report) == {"1001": Outcome.HELD, "1002": Outcome.HELD}
    assert report
    assert "not ready" in detail(report, "1001")
    bench.engine.sync_inventory()
    assert [level.available for level in bench.source.levels if level.sku == "MUG-BLUE"] == [before - 5]
    bench.clock.move(days=30)
    assert bench.deliver()
    assert bench.store.alerts("shop", closed=True) == []
    bench.source.orders += [
        an_order("1001", [a_line(quantity=3)], cursor="a"),
        an_order("1002", [a_line(quantity=2)], ready=False, canceled_at=bench.clock(), cursor="b"),
    ]
    assert outcomes(bench.deliver()) == {"1001": Outcome.DELIVERED, "1002": Outcome.CANCELED}


# ── the first day ────────────────────────────────────────────────────────────────────────────


def old_orders(count: int, first: int = 1) -> list[SourceOrder]:
    return [
        an_order(f"old-{n:04}", placed_at=LONG_AGO + timedelta(hours=n), cursor=f"{n:04}")
        for n in range(first, first + count)
    ]


@pytest.mark.parametrize("kind", ["memory", "sql"])
def test_the_first_run_sends_nothing_that_was_there_before(
    sandbox: Sandbox, client: TradeGeckoClient, tmp_path: Any, kind: str
) -> None:
    """All for one reason, with one alert and without reserving goods; a setting says what goes out."""
    store = MemoryStore() if kind == "memory" else SqlStore(f"sqlite:///{tmp_path / 'ledger.db'}")
    source = ListSource([*old_orders(MOST_LISTED + 5), an_order("1001")])
    bench = Bench(sandbox, client, source, store=store)
    for dry_run in (True, False):
        report = bench.engine.deliver_orders(dry_run=dry_run)
        assert outcomes(report) == {"1001": Outcome.PLANNED if dry_run else Outcome.DELIVERED}
        assert [(kept.count, kept.example.facts["reason"]) for kept in report.kept] == [
            (MOST_LISTED + 5, "before_first_run")
        ]
    (alert,) = store.alerts("shop")
    assert (alert.key, alert.count) == ("held before_first_run", MOST_LISTED + 5)
    assert "`earliest_order`" in alert.text
    bench.engine.sync_inventory(full=True)
    (left,) = (level.available for level in source.levels if level.sku == "MUG-BLUE")
    assert left > 0

    assert outcomes(bench.deliver()) == {}, "they stay, and are not looked at again"
    since = LONG_AGO + timedelta(hours=MOST_LISTED + 4)
    set_up = again(bench, earliest_order=since)
    set_up.clock.move(days=1)
    for dry_run in (True, False):
        went = set_up.engine.deliver_orders(dry_run=dry_run)
        assert went.count(Outcome.SKIPPED) == MOST_LISTED + 3
        assert went.count(Outcome.PLANNED if dry_run else Outcome.DELIVERED) == 2
    assert store.alerts("shop") == []
    store.close()


def test_what_comes_later_goes_out(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Of the day before the first run, too, and however late the source gives it."""
    bench = bench_with(sandbox, client)
    bench.deliver()
    yesterday = bench.clock() - timedelta(hours=20)
    bench.clock.move(days=60)
    bench.source.orders = [an_order("1001", placed_at=yesterday), *old_orders(1)]
    assert outcomes(bench.deliver()) == {"1001": Outcome.DELIVERED, "old-0001": Outcome.HELD}


def test_a_person_may_send_one_of_them(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """By releasing it."""
    bench = bench_with(sandbox, client, *old_orders(2))
    bench.deliver()
    entries = bench.store.entries(number="old-0001")
    bench.clock.move(hours=1)
    (done,) = Decisions(bench.store, who="ann", clock=bench.clock).release(entries, "it was forgotten")
    assert done
    assert outcomes(bench.deliver()) == {"old-0001": Outcome.DELIVERED}
    assert bench.state("old-0002") is OrderState.HELD


def test_a_ledger_of_an_earlier_version_has_begun(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """It holds orders, and nobody has noted when its first run was."""
    bench = bench_with(sandbox, client)
    bench.store.ingest("shop", [an_order("1001")], at=bench.clock(), after="")
    bench.source.orders = [an_order("1001"), *old_orders(1)]
    assert outcomes(bench.deliver()) == {"1001": Outcome.DELIVERED, "old-0001": Outcome.DELIVERED}


def test_what_is_asked_for_by_name_before_the_first_run_begins_it(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Else the ledger would look as if it were of an earlier version."""

    class Archive(ListSource):
        def fetch_order(self, name: str) -> Iterable[SourceOrder]:
            return [order for order in old_orders(2) if order.number == name]

    bench = Bench(sandbox, client, Archive(old_orders(2)))
    bench.engine.pull_orders("old-0001")
    assert outcomes(bench.deliver()) == {"old-0001": Outcome.HELD, "old-0002": Outcome.HELD}


def test_what_is_handed_over_is_sent_however_old_it_is(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """As in a folder: somebody has put it there."""

    class Inbox(ListSource):
        handed_over = True

    assert outcomes(Bench(sandbox, client, Inbox(old_orders(1))).deliver()) == {"old-0001": Outcome.DELIVERED}

    class Odd(ListSource):
        @property
        def handed_over(self) -> bool:
            raise RuntimeError("Ann Lee")

    bench = Bench(sandbox, client, Odd(old_orders(1, 2)))
    assert outcomes(bench.deliver()) == {"old-0002": Outcome.HELD}


# ── what a source is told and asked ──────────────────────────────────────────────────────────


class Shop(ListSource):
    """Takes the earliest date, and has something to close."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.told: list[datetime | None] = []
        self.closed = 0
        self.checked = 0

    def start_from(self, moment: datetime | None) -> None:
        self.told.append(moment)

    def check(self) -> None:
        self.checked += 1

    def close(self) -> None:
        self.closed += 1


def test_a_source_is_told_from_when_on_orders_are_wanted(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Before it is asked, in a dry run too."""
    source = Shop()
    bench = Bench(sandbox, client, source, settings=ConnectionSettings(earliest_order=LONG_AGO))
    bench.engine.deliver_orders(dry_run=True)
    bench.deliver()
    Bench(sandbox, client, source).deliver()
    assert source.told == [LONG_AGO, LONG_AGO, None]


def test_a_source_that_does_not_take_it_is_not_asked(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """It might give what is not wanted."""

    class Odd(Shop):
        def start_from(self, moment: datetime | None) -> None:
            raise KeyError(moment)

    bench = Bench(sandbox, client, Odd([an_order("1001")]))
    (problem,) = bench.deliver().problems
    assert problem.startswith(f"list: KeyError at {__file__}:")
    assert bench.source.asked_after == []


def test_a_source_is_closed_once_and_checked_when_asked(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """By whoever has made the engine."""
    source = Shop()
    engine = Bench(sandbox, client, source).engine
    engine.check_source()
    engine.close()
    engine.close()
    assert (source.checked, source.closed) == (1, 1)
    plain = Bench(sandbox, client, ListSource()).engine
    plain.check_source()
    plain.close()
