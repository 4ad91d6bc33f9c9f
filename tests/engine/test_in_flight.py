"""What the sources of an account have sold, and the system has not committed yet: taken off, once, everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.bench import Bench
from tests.engine.test_one_decision import Account
from tests.support import HandClock, ListSource, examples
from tradegecko_bridge import ConnectionSettings, MemoryStore, Sandbox, SyncEngine, TradeGeckoClient
from tradegecko_bridge.commerce import LocationStock, VariantStock
from tradegecko_bridge.commerce.remote import AccountIdentity
from tradegecko_bridge.engine import run_together
from tradegecko_bridge.engine.back_sync.in_flight import InFlight, Moment
from tradegecko_bridge.engine.back_sync.stock_rules import stock_level
from tradegecko_bridge.engine.back_sync.stock_spool import VariantSpool
from tradegecko_bridge.testing.builders import a_line, an_order

BEGAN = datetime(2026, 11, 3, 12, tzinfo=UTC)
EARLIER, LATER = BEGAN - timedelta(hours=1), BEGAN + timedelta(minutes=1)
RULES = ConnectionSettings()


# ── the rule, against a plain model ──────────────────────────────────────────────────────────


def a_variant(id_: str, units: int, *, read: datetime | None = None, parts: Mapping[str, int] = {}) -> VariantStock:
    at = LocationStock(location_id="1", on_hand=Decimal(units), committed=Decimal(0))
    made_of = tuple((part, Decimal(count)) for part, count in parts.items())
    return VariantStock(variant_id=id_, sku=f"SKU-{id_}", locations=(at,), parts=made_of, as_of=read)


def levels(variants: list[VariantStock], sold: list[tuple[str, int, Moment]]) -> dict[str, int]:
    """What may be sold of each, by the engine's rule."""
    in_flight = InFlight()
    for sku, units, moment in sold:
        line = in_flight.sold.setdefault(("", sku, ""), {})
        line[moment] = line.get(moment, Decimal(0)) + units
    with MemoryStore() as store, store.spool() as spool:
        listed = VariantSpool(spool, BEGAN)
        listed.fill(variants)
        reserved = in_flight.reserved(listed, RULES, BEGAN)
    return {
        one.sku: int(stock_level(one, reserved.get(one.variant_id, Decimal(0)), RULES).available) for one in variants
    }


stock = st.lists(st.integers(0, 30), min_size=3, max_size=3)
moments = st.sampled_from([None, EARLIER, LATER])


@settings(max_examples=examples(60))
@given(
    stock=stock,
    packs=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    sold=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 5), moments), max_size=6),
    read=st.sampled_from([None, BEGAN - timedelta(hours=2)]),
)
def test_bundles_and_components_both_ways(
    stock: list[int], packs: list[int], sold: list[tuple[int, int, Moment]], read: datetime | None
) -> None:
    """A bundle takes its components, and a component what is left for bundles; what was there when the stock was read
    is not taken twice."""
    parts = {str(n): pack for n, pack in enumerate(packs)}
    made = min(stock[n] // pack for n, pack in enumerate(packs))
    variants = [a_variant(str(n), units, read=read) for n, units in enumerate(stock)]
    bundle = a_variant("9", made, read=read, parts=parts)
    names = ["0", "1", "2", "9"]
    found = levels([*variants, bundle], [(f"SKU-{names[n]}", units, moment) for n, units, moment in sold])

    left = list(stock)
    for n, units, moment in sold:
        if moment is None or moment > (read or BEGAN):
            for part, pack in parts.items() if names[n] == "9" else [(names[n], 1)]:
                left[int(part)] -= units * pack
    expected = {f"SKU-{n}": max(units, 0) for n, units in enumerate(left)}
    expected["SKU-9"] = max(min(left[int(part)] // pack for part, pack in parts.items()), 0)
    assert found == expected


def test_of_a_bundle_and_its_components_the_later_reading_counts() -> None:
    """A bundle that was read earlier than its component shows what the component made then."""
    component = a_variant("0", 4, read=LATER)
    assert levels([component, a_variant("9", 10, read=EARLIER, parts={"0": 1})], [])["SKU-9"] == 4
    assert levels([component, a_variant("9", 2, read=LATER, parts={"0": 1})], [])["SKU-9"] == 2


# ── whose orders count ───────────────────────────────────────────────────────────────────────


@frozen
class Shelf(Account):
    """An account with ten of everything, under this id; ``met`` is called while the list is read."""

    id: str = "1"
    met: list[Any] = field(factory=list)

    def account(self) -> AccountIdentity:
        return AccountIdentity(id=self.id, name="fake", base_url="fake://")

    def stock(self) -> Iterator[VariantStock]:
        for n, sku in enumerate(["MUG", "CUP"]):
            at = LocationStock(location_id="1", on_hand=Decimal(10), committed=Decimal(0))
            yield VariantStock(variant_id=str(n), sku=sku, locations=(at,))
            while self.met:
                self.met.pop()()


class Shops:
    """Connections of one ledger; each with a source, settings and an account of its own."""

    def __init__(self, **settings: ConnectionSettings) -> None:
        self.store, self.clock, self.settings = MemoryStore(), HandClock(), settings
        self.sources = {name: ListSource() for name in settings}
        self.shelves = {name: Shelf(id="2" if name == "stranger" else "1") for name in settings}
        self.engines = {name: self._engine(name) for name in settings}

    def _engine(self, name: str) -> SyncEngine:
        return SyncEngine(
            name,
            source=self.sources[name],
            gateway=self.shelves[name],
            store=self.store,
            settings=self.settings[name],
            siblings=self.settings,
            clock=self.clock,
        )

    def sell(self, name: str, sku: str, units: int) -> None:
        """An order that is held, because another line's SKU is unknown."""
        self.sources[name].orders.append(an_order("1001", [a_line(sku, units), a_line("NOPE")]))
        self.engines[name].deliver_orders()

    def levels(self, name: str) -> dict[str, Decimal]:
        assert self.engines[name].sync_inventory()
        return {level.sku: level.available for level in self.sources[name].levels}


def test_every_connection_of_the_account_counts_by_its_own_aliases() -> None:
    """Those of another account do not, though the ledger has them."""
    ours = ConnectionSettings(sku_aliases={"ours": "CUP"})
    theirs = ConnectionSettings(sku_aliases={"ours": "MUG"})
    shops = Shops(first=ours, second=theirs, stranger=ConnectionSettings())
    shops.sell("second", "ours", 3)
    shops.sell("stranger", "CUP", 9)
    assert shops.levels("first") == {"MUG": 7, "CUP": 10, "ours": 10}


def test_what_is_delivered_while_the_list_is_read_is_taken_off_once() -> None:
    """And not any more with the next list, which has it."""
    shops = Shops(first=ConnectionSettings(), second=ConnectionSettings())
    shops.levels("first")

    def deliver() -> None:
        shops.clock.move(seconds=1)
        shops.sources["second"].orders.append(an_order("1001", [a_line("MUG", 3)]))
        assert shops.engines["second"].deliver_orders()

    shops.shelves["first"].met.append(deliver)
    assert shops.levels("first")["MUG"] == 7
    shops.clock.move(seconds=1)
    assert shops.levels("first")["MUG"] == 10, "this shelf knows nothing of orders"


def test_what_one_has_sold_is_off_the_others_levels_in_the_same_run() -> None:
    """Also where the other one comes first; and each run is reported under its own connection."""
    shops = Shops(first=ConnectionSettings(), second=ConnectionSettings())
    engines = list(shops.engines.values())
    run_together(engines)
    shops.sources["second"].orders.append(an_order("1001", [a_line("MUG", 3), a_line("NOPE")]))
    shops.sources["first"].levels.clear()
    runs = run_together(engines)
    assert [run.connection for run in runs] == ["first", "second"]
    assert {level.sku: level.available for level in shops.sources["first"].levels} == {"MUG": 7}


# ── with TradeGecko's rules ──────────────────────────────────────────────────────────────────


@pytest.fixture
def bench(sandbox: Sandbox, client: TradeGeckoClient) -> Bench:
    """A connection whose orders wait for approval."""
    return Bench(sandbox, client, ListSource(), settings=ConnectionSettings(order_status="draft"))


def level(bench: Bench, sku: str) -> Decimal:
    bench.clock.move(hours=1)
    assert bench.engine.sync_inventory()
    return [level.available for level in bench.source.levels if level.sku == sku][-1]


def test_drafts_are_taken_off_until_they_are_approved(bench: Bench) -> None:
    """They commit nothing; approved they do."""
    assert level(bench, "TEE-M") == 80
    bench.source.orders.append(an_order("1001", [a_line("TEE-M", 3)]))
    bench.deliver()
    assert level(bench, "TEE-M") == 77
    (order,) = [order for order in bench.remote() if order.order_number == "1001"]
    bench.client.orders.update(order.id, {"status": "active"})
    assert level(bench, "TEE-M") == 77
    bench.client.orders.delete(order.id)
    assert level(bench, "TEE-M") == 80


@pytest.mark.parametrize("signs", [True, False])
def test_what_we_delivered_is_taken_off_whether_or_not_the_account_shows_it(
    sandbox: Sandbox, client: TradeGeckoClient, *, signs: bool
) -> None:
    """Of the variant, and of a bundle that holds it."""
    sandbox.set_switch("stock_change_touches_variant", signs)
    bench = Bench(sandbox, client, ListSource())
    sets = level(bench, "MUG-SET")
    for number in ("1001", "1002"):
        bench.source.orders.append(an_order(number, [a_line("MUG-SET", 2)]))
        bench.deliver()
        sets -= 2
        assert level(bench, "MUG-SET") == sets
