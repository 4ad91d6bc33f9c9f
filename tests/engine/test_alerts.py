"""What needs a person opens an alert, once, and closes it when the cause is gone."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.engine.bench import Bench
from tests.support import ListSource
from tradegecko_bridge import Decisions, MemoryStore, Sandbox, TradeGeckoClient
from tradegecko_bridge.commerce import ItemResult, SourceOrder, Totals, UnreadableOrder, Verdict
from tradegecko_bridge.errors import SourceNeedsLogin, SourceUnavailable, StoreError
from tradegecko_bridge.ledger import Alert, OrderState, Reason, Severity
from tradegecko_bridge.testing.builders import a_line, an_order


class Listening(Bench):
    """A bench that hears the alerts."""

    def __init__(self, sandbox: Sandbox, client: TradeGeckoClient, source: ListSource, **options: object) -> None:
        self.heard: list[Alert] = []
        super().__init__(sandbox, client, source, on_alert=self.heard.append, **options)

    def news(self) -> list[str]:
        """What was heard since the last time."""
        said = [f"{'+' if alert.is_open else '-'}{alert.key}" for alert in self.heard]
        self.heard.clear()
        return said


@pytest.fixture
def bench(sandbox: Sandbox, client: TradeGeckoClient) -> Listening:
    return Listening(sandbox, client, ListSource([an_order("1001")]))


def test_nothing_wrong_is_no_alert(bench: Listening) -> None:
    """A good run says nothing of alerts, and opens none."""
    report = bench.deliver()
    assert (bench.news(), report.alerts, "alert" in str(report)) == ([], [], False)
    assert report.as_dict()["alerts"] == {"open": 0, "opened": [], "closed": []}


def test_a_held_order_opens_one_and_its_release_closes_it(bench: Listening) -> None:
    """What a person has to correct is an alert at once, said with an example; one per reason, not per order or run."""
    bench.source.orders = [an_order("9", shipping_address=None), an_order("8", shipping_address=None)]
    report = bench.deliver()
    (alert,) = bench.heard
    assert (alert.count, alert.severity) == (2, Severity.WARNING)
    assert alert.text.startswith(
        "2 orders are held (no_address), the first since 2026-11-03 13:00 UTC; the newest is 8: "
    )
    assert f"alert opened: {alert.text}" in str(report)
    assert bench.news() == ["+held no_address"]
    assert (bench.deliver().open_alerts, bench.news()) == (1, [])
    decisions = Decisions(bench.store, who="ann", clock=bench.clock)
    decisions.skip(bench.store.entries(number="9"), "test")
    bench.deliver()
    assert (bench.news(), bench.store.alerts("shop")[0].count) == ([], 1)
    decisions.skip(bench.store.entries(number="8"), "test")
    report = bench.deliver()
    assert bench.news() == ["-held no_address"]
    assert "alert closed: " in str(report)
    assert report.as_dict()["alerts"] == {"open": 0, "opened": [], "closed": ["held no_address"]}


def test_what_may_pass_gets_time_to_pass(bench: Listening) -> None:
    """An unknown SKU is an alert only when it stays unknown for an hour."""
    bench.source.orders = [an_order("9", [a_line("NEW")])]
    bench.engine.deliver_orders()
    bench.clock.move(minutes=59)
    bench.engine.deliver_orders()
    assert bench.news() == []
    bench.clock.move(minutes=1)
    bench.engine.deliver_orders()
    assert bench.news() == ["+held unknown_sku"]
    bench.client.products.create({"name": "New", "variants": [{"sku": "NEW", "retail_price": "5"}]})
    bench.deliver()
    assert bench.news() == ["-held unknown_sku"]


def test_what_a_person_holds_is_no_alert(bench: Listening) -> None:
    """They know."""
    bench.engine.pull_orders("1001")
    bench.source.orders = [an_order("1001", canceled_at=None)]
    bench.store.ingest("shop", bench.source.orders, at=bench.clock())
    Decisions(bench.store, who="ann", clock=bench.clock).hold(bench.store.entries(number="1001"), "wait")
    bench.news()
    bench.deliver()
    assert bench.news() == []


def test_given_up_and_in_doubt(bench: Listening) -> None:
    """Both are errors; doubt gets its time first. Settled, they close."""
    bench.store.ingest("shop", [an_order("1"), an_order("2")], at=bench.clock())
    at = bench.clock()
    first, second = bench.store.claim("shop", "x", at=at, until=at.replace(hour=13), limit=2)
    bench.store.record(first.transition_to(OrderState.FAILED, at, reason=Reason("gave_up", "15 days")), who="x")
    sent = bench.store.record(second.transition_to(OrderState.SENDING, at, generation=1, sent_at=at), who="x")
    later = at + timedelta(hours=2)
    doubt = Reason("no_answer", "lost")
    bench.store.record(sent.transition_to(OrderState.UNCERTAIN, at, reason=doubt, next_attempt_at=later), who="x")
    bench.engine.deliver_orders()
    assert bench.news() == ["+failed"]
    bench.deliver()
    assert bench.news() == ["+uncertain"]
    assert {alert.severity for alert in bench.store.alerts()} == {Severity.ERROR}
    decisions = Decisions(bench.store, who="ann", clock=bench.clock)
    decisions.skip(bench.store.entries(number="1"), "too old")
    decisions.retry(bench.store.entries(number="2"))
    bench.deliver()
    assert sorted(bench.news()) == ["-failed", "-uncertain"]


def test_access(bench: Listening, sandbox: Sandbox) -> None:
    """A login that ended is one alert for all operations; it closes with the first call that works."""
    good = bench.client
    with TradeGeckoClient("not-a-token", base_url=sandbox.base_url) as bad:
        broken = Listening(sandbox, bad, bench.source, store=bench.store)
        broken.engine.run()
        assert broken.news() == ["+login"]
        broken.engine.run()
        assert broken.news() == []
    assert "401" in bench.store.alerts("shop")[0].text
    fixed = Listening(sandbox, good, bench.source, store=bench.store)
    fixed.deliver()
    assert fixed.news() == ["-login"]


def test_the_source(bench: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """Down is a warning, refused credentials an error; each closes when the source answers again."""

    def down(_: str | None) -> Iterable[SourceOrder | UnreadableOrder]:
        raise SourceUnavailable("maintenance")

    def refused(_: str | None) -> Iterable[SourceOrder | UnreadableOrder]:
        raise SourceNeedsLogin("wrong password")

    monkeypatch.setattr(bench.source, "fetch_orders", down)
    bench.deliver()
    assert (bench.heard[0].text, bench.heard[0].severity) == ("list: maintenance", Severity.WARNING)
    assert bench.news() == ["+source deliver orders"]
    bench.engine.sync_inventory()
    assert bench.news() == [], "stock says nothing of orders"
    monkeypatch.setattr(bench.source, "fetch_orders", refused)
    bench.deliver()
    assert sorted(bench.news()) == ["+source login", "-source deliver orders"]
    monkeypatch.undo()
    bench.deliver()
    assert bench.news() == ["-source login"]


def test_a_login_for_orders_alone(bench: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """The alert of what needs another login stays open, however well orders go; while orders need it too, it is one."""

    def refused(_: object) -> Any:
        raise SourceNeedsLogin("wrong password")

    monkeypatch.setattr(bench.source, "accept_stock", refused)
    for expected in (["+source sync inventory"], [], []):
        bench.engine.sync_inventory()
        assert bench.news() == expected
        bench.deliver()
        assert bench.news() == []
    with monkeypatch.context() as orders_too:
        orders_too.setattr(bench.source, "fetch_orders", refused)
        bench.deliver()
        bench.engine.sync_inventory()
        assert bench.news() == ["+source login", "-source sync inventory"]
    bench.deliver()
    assert bench.news() == ["-source login"]
    bench.engine.sync_inventory()
    assert bench.news() == ["+source sync inventory"]


def test_refused_shipments(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """A shipment the source refused is an alert until somebody has told it by hand and confirms the order."""
    refuse = ListSource(
        [an_order("1001")], lambda key: ItemResult(key=key, verdict=Verdict.REFUSED, message="no such order")
    )
    bench = Listening(sandbox, client, refuse)
    bench.deliver()
    bench.ship("1001", {"MUG-BLUE": 1})
    bench.news()
    bench.engine.sync_tracking()
    assert bench.heard[0].text.endswith("the newest is of 1001"), "without what the source said: it may name somebody"
    assert bench.news() == ["+shipments refused"]
    Decisions(bench.store, who="ann", clock=bench.clock).confirm(bench.store.entries(), "told by hand")
    bench.engine.sync_tracking()
    assert bench.news() == ["-shipments refused"]


def test_other_processes_are_told_nothing_twice(bench: Listening, sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Of two engines on one ledger, one hears that an alert opened, and one that it closed."""
    bench.source.orders = [an_order("9", shipping_address=None)]
    other = Listening(sandbox, client, bench.source, store=bench.store)
    bench.deliver()
    other.deliver()
    assert (bench.news(), other.news()) == (["+held no_address"], [])


def test_a_listener_that_raises_breaks_nothing(
    sandbox: Sandbox, client: TradeGeckoClient, caplog: pytest.LogCaptureFixture
) -> None:
    """The run goes on, and the log says what kind of error it was without its words."""

    def broken(_: Alert) -> None:
        raise RuntimeError("smtp of ann@example.com")

    bench = Bench(sandbox, client, ListSource([an_order("9", shipping_address=None)]), on_alert=broken)
    with caplog.at_level(logging.ERROR, logger="tradegecko_bridge"):
        report = bench.deliver()
    assert report
    assert "fault in the alert callback: RuntimeError" in caplog.text
    assert "ann@" not in caplog.text


def test_a_dry_run_leaves_alerts_alone(bench: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """It opens none for what it meets or the ledger shows, and closes none."""
    bench.source.orders = [an_order("9", shipping_address=None)]
    bench.deliver()
    Decisions(bench.store, who="ann", clock=bench.clock).skip(bench.store.entries(), "test")
    bench.news()

    def down(_: str | None) -> Iterable[SourceOrder | UnreadableOrder]:
        raise SourceUnavailable("maintenance")

    monkeypatch.setattr(bench.source, "fetch_orders", down)
    before = list(bench.store.alerts())
    assert [alert.key for alert in before] == ["held no_address"]
    assert bench.engine.run(dry_run=True).reports[0].problems == ["list: maintenance"]
    assert (list(bench.store.alerts()), bench.news()) == (before, [])


def test_the_ledger_itself(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Its failure is told, though it cannot be kept, and still raised."""

    class Broken(MemoryStore):
        def cursor(self, connection: str, stream: str) -> str | None:
            raise StoreError("ledger x: the disk is full; nothing was written")

    bench = Listening(sandbox, client, ListSource(), store=Broken())
    for _ in range(2):
        with pytest.raises(StoreError):
            bench.deliver()
        assert bench.news() == ["+ledger"]


def test_no_personal_data_in_alerts(bench: Listening) -> None:
    """Names and addresses of held orders stay out."""
    bench.source.orders = [
        an_order("9", totals=Totals(grand_total=Decimal(1)), note="Ring twice"),
        an_order("8", shipping_address=None),
    ]
    bench.deliver()
    bench.deliver()
    assert len(bench.heard) == 2
    assert not [secret for secret in ("Ann", "Lee", "King St", "Ring", "example.com") if secret in repr(bench.heard)]
