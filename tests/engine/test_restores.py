"""After a restore: what the ledger missed is asked for again, and nothing is sent that was sent already."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from attrs import evolve

from tests.engine.bench import Bench, detail, outcomes, stranger
from tests.support import ListSource
from tradegecko_bridge import Sandbox, SqlStore, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import Address, Customer, SourceOrder
from tradegecko_bridge.commerce.remote import Presence
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.ledger import OrderState, Restore

MINUTES = timedelta(minutes=5)


def an_order_at(number: int, at: datetime) -> SourceOrder:
    return evolve(stranger(f"c{number}@example.com", str(number)), placed_at=at, cursor=str(number))


class Asked(ListSource):
    """A source that can be asked again, and remembers from when on."""

    since: datetime | None = None

    def fetch_since(self, moment: datetime) -> Iterable[SourceOrder]:
        self.since = moment
        return [order for order in self.orders if isinstance(order, SourceOrder) and order.placed_at >= moment]


class OfManyOrders(TradeGeckoGateway):
    """A gateway to an account that was not listed to its end: it knows of numbers, and of no marker."""

    def prefetch(
        self, orders: Collection[tuple[str, str]], customers: Collection[tuple[Customer, Address | None]]
    ) -> Mapping[str, Presence]:
        taken = {number for number, _ in orders if self.find_orders(number)}
        return {marker: Presence.KNOWN if number in taken else Presence.FREE for number, marker in orders}


@pytest.mark.parametrize("gateway", [None, TradeGeckoGateway, OfManyOrders])
def test_what_was_delivered_since_the_backup_is_found(
    sandbox: Sandbox, client: TradeGeckoClient, tmp_path: Path, gateway: Callable[..., TradeGeckoGateway] | None
) -> None:
    """Under whatever number it is known now. The source is asked again, once, from a day before the backup."""
    with SqlStore(f"sqlite:///{tmp_path}/ledger.db") as store:
        options = {"gateway": gateway(client)} if gateway else {}
        source = Asked()
        bench = Bench(sandbox, client, source, store=store, **options)
        before, lately = bench.clock(), bench.clock() + MINUTES
        source.orders = [an_order_at(1, before)]
        bench.deliver()
        store.back_up(tmp_path / "backup", at=bench.clock())
        backed_up_at = bench.clock()
        source.orders += [an_order_at(number, lately) for number in (2, 3, 4)]
        bench.deliver()
        assert len(bench.remote()) == 4
        store.restore(tmp_path / "backup", at=bench.clock(), set_aside=tmp_path / "aside")
        source.orders = [
            evolve(order, number=f"{order.number}-b") if isinstance(order, SourceOrder) else order
            for order in source.orders
        ]
        after = Bench(sandbox, client, source, store=store, **options)
        after.clock.now = bench.clock()
        report = after.deliver()
        assert {name: outcome for name, outcome in outcomes(report).items() if name != "1"} == {
            f"{number}-b": Outcome.ADOPTED for number in (2, 3, 4)
        }
        assert len(after.remote()) == 4
        assert source.since == backed_up_at - timedelta(days=1)
        assert "this ledger was restored from a backup of" in report.notes[0]
        source.since = None
        assert after.deliver().notes == []
        assert source.since is None


def test_asked_again_a_source_is_read_on_from_where_it_was(
    sandbox: Sandbox, client: TradeGeckoClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it gives again is no news of how far it was read."""
    with SqlStore(f"sqlite:///{tmp_path}/ledger.db") as store:
        source = Asked()
        bench = Bench(sandbox, client, source, store=store)
        source.orders = [an_order_at(number, bench.clock()) for number in (1, 3)]
        bench.deliver()
        store.back_up(tmp_path / "backup", at=bench.clock())
        store.restore(tmp_path / "backup", at=bench.clock(), set_aside=tmp_path / "aside")
        missed = an_order_at(2, bench.clock())
        monkeypatch.setattr(source, "fetch_orders", lambda _after: [])
        monkeypatch.setattr(source, "fetch_since", lambda _moment: [missed])
        bench.deliver()
        assert bench.state("2") is not OrderState.CANCELED
        assert store.cursor("shop", "orders") == "3"


def test_a_dry_run_says_so_and_asks_nothing(sandbox: Sandbox, client: TradeGeckoClient, tmp_path: Path) -> None:
    with SqlStore(f"sqlite:///{tmp_path}/ledger.db") as store:
        source = Asked([stranger("c@example.com", "1")])
        bench = Bench(sandbox, client, source, store=store)
        bench.deliver()
        store.back_up(tmp_path / "backup", at=bench.clock())
        store.restore(tmp_path / "backup", at=bench.clock(), set_aside=tmp_path / "aside")
        for _ in range(2):
            assert "restored" in bench.engine.deliver_orders(dry_run=True).notes[0]
        assert source.since is None


def test_what_is_not_to_be_seen_yet_waits(sandbox: Sandbox, client: TradeGeckoClient, tmp_path: Path) -> None:
    """One that was sent before the restore may show late, so nothing follows from its absence: neither is it canceled
    nor sent. A dry run says the same, and what is placed afterwards goes out at once."""
    with SqlStore(f"sqlite:///{tmp_path}/ledger.db") as store:
        source = Asked()
        bench = Bench(sandbox, client, source, store=store)
        store.back_up(tmp_path / "backup", at=bench.clock())
        shown, late, canceled = (an_order_at(number, bench.clock()) for number in (1, 2, 3))
        canceled = evolve(canceled, canceled_at=bench.clock())
        source.orders = [shown]
        bench.deliver()
        store.restore(tmp_path / "backup", at=bench.clock(), set_aside=tmp_path / "aside")
        restored_at = bench.clock()
        source.orders = [shown, late, canceled, an_order_at(4, restored_at + timedelta(seconds=1))]
        bench.clock.move(minutes=9)
        expected = {"1": Outcome.ADOPTED, "2": Outcome.WAITING, "3": Outcome.WAITING}
        foreseen = bench.engine.deliver_orders(dry_run=True)
        assert outcomes(foreseen) == {**expected, "4": Outcome.PLANNED}
        report = bench.engine.deliver_orders()
        assert outcomes(report) == {**expected, "4": Outcome.DELIVERED}
        said = "may show up in TradeGecko late; next try at"
        assert said in detail(report, "2")
        assert said in detail(report, "3")
        bench.clock.move(minutes=1)
        assert outcomes(bench.engine.deliver_orders()) == {"2": Outcome.DELIVERED, "3": Outcome.CANCELED}
        assert len(bench.remote()) == 3


def test_one_in_doubt_is_not_sent_again_yet(sandbox: Sandbox, client: TradeGeckoClient, tmp_path: Path) -> None:
    """Since the backup it may have been sent under another key."""
    with SqlStore(f"sqlite:///{tmp_path}/ledger.db") as store:
        bench = Bench(sandbox, client, Asked(), store=store)
        bench.source.orders = [an_order_at(1, bench.clock())]
        sandbox.fault("POST", "/orders", "drop_before_commit")
        bench.deliver()
        assert bench.state("1") == OrderState.UNCERTAIN
        store.back_up(tmp_path / "backup", at=bench.clock())
        bench.clock.move(hours=1)
        store.restore(tmp_path / "backup", at=bench.clock(), set_aside=tmp_path / "aside")
        assert outcomes(bench.engine.deliver_orders()) == {"1": Outcome.UNCERTAIN}
        assert bench.writes() == ["/orders"]
        bench.deliver()
        assert bench.writes() == ["/orders", "/orders"]


def test_the_newest_restore_counts(tmp_path: Path) -> None:
    """Also where a backup was put into the ledger's place by hand before."""
    moment = datetime(2026, 11, 3, 12, tzinfo=UTC)
    with SqlStore(f"sqlite:///{tmp_path}/first.db") as store:
        store.back_up(tmp_path / "ledger.db", at=moment)
    with SqlStore(f"sqlite:///{tmp_path}/ledger.db") as store:
        assert store.restored() == Restore(backed_up_at=moment, restored_at=None)
        earlier = moment - timedelta(days=1)
        store.note_restore(earlier, at=moment + timedelta(days=7))
        assert store.restored() == Restore(backed_up_at=earlier, restored_at=moment + timedelta(days=7))
