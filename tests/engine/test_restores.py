"""After a restore: what the ledger missed is asked for again, and nothing is sent that was sent already."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from attrs import evolve

from tests.engine.bench import Bench, outcomes, stranger
from tests.support import ListSource
from tradegecko_bridge import Sandbox, SqlStore, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import Address, Customer, SourceOrder
from tradegecko_bridge.commerce.remote import Presence
from tradegecko_bridge.engine import Outcome

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
