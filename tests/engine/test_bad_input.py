"""Whatever a source gives: every order ends delivered, or in the ledger with one clear reason, and the run goes on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from tests.engine.bench import Bench, outcomes
from tests.support import HandClock, ListSource
from tradegecko_bridge import ConnectionSettings, Sandbox, SqlStore, TradeGeckoClient
from tradegecko_bridge.bounds import LONGEST_NAME
from tradegecko_bridge.commerce import (
    Address,
    Component,
    Customer,
    Discount,
    OrderLine,
    ShippingLine,
    SourceOrder,
    Totals,
    UnreadableOrder,
)
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.ledger import DELIVERED_STATES, OrderState
from tradegecko_bridge.testing.builders import A_CUSTOMER, AN_ADDRESS, a_line, an_order

D = Decimal
EMOJI = "🎁 Ünïcødé 汉字 ‮txet"
GOES, HOLDS = Outcome.DELIVERED, Outcome.HELD


def order(*lines: OrderLine, **fields: Any) -> SourceOrder:
    return an_order("bad", list(lines) if lines else None, **fields)


def kit(*parts: Component) -> OrderLine:
    return a_line("KIT", 1, "10.00", components=parts)


CASES: dict[str, tuple[SourceOrder, Outcome, str]] = {
    "no address": (order(shipping_address=None), HOLDS, "no address"),
    "empty address": (order(shipping_address=Address()), HOLDS, "no address"),
    "blank address": (order(shipping_address=Address(address1="  ")), HOLDS, "no address"),
    "only a street": (order(shipping_address=Address(address1="1 King St")), GOES, ""),
    "no customer": (order(customer=Customer()), GOES, ""),
    "nobody at all": (order(customer=Customer(), shipping_address=Address(address1="x")), GOES, ""),
    "no lines": (an_order("bad", []), HOLDS, "no lines"),
    "quantity 0": (order(a_line(quantity=0)), HOLDS, "quantity 0"),
    "quantity below 0": (order(a_line(quantity=-3)), HOLDS, "quantity -3"),
    "half a unit": (order(a_line(quantity="0.5")), GOES, ""),
    "quantity 1e30": (order(a_line(quantity="1e30")), HOLDS, "quantity 1e+30: beyond"),
    "quantity -1e30": (order(a_line(quantity="-1e30")), HOLDS, "quantity -1e+30: beyond"),
    "quantity of a billion digits": (order(a_line(quantity="1e999999999")), HOLDS, "quantity 1e+999999999: beyond"),
    "hardly anything": (order(a_line(quantity="1e-999999999")), HOLDS, "quantity 1e-999999999: beyond"),
    "nothing, with a billion decimals": (
        order(a_line(quantity="0e-999999999")),
        HOLDS,
        "quantity 0e-999999999: beyond",
    ),
    "tax of nothing, with a billion decimals": (
        order(a_line(tax=D("0e-999999999"))),
        HOLDS,
        "tax 0e-999999999: beyond",
    ),
    "discount of nothing, to the billionth power": (
        order(discounts=(Discount(amount=D("0e999999999")),)),
        HOLDS,
        "discount 0e+999999999: beyond",
    ),
    "price of 40 digits": (order(a_line(price="1" * 40)), HOLDS, "price 1.11111e+39: beyond"),
    "price with 40 decimals": (order(a_line(price="19.99" + "0" * 37 + "1")), GOES, ""),
    "price with 11 decimals": (order(a_line(price="19.99000000001")), GOES, ""),
    "price with zeros behind": (order(a_line(price="19.9900000000000000")), GOES, ""),
    "price 0": (order(a_line(price="0")), GOES, ""),
    "price below 0": (order(a_line(price="-5.00")), HOLDS, "line MUG-BLUE (SKU MUG-BLUE): price -5.00 is below 0"),
    "400 prices below 0": (
        order(*[a_line(price="-1", reference=str(n)) for n in range(400)]),
        HOLDS,
        "and 395 more; correct",
    ),
    "unit discount below 0": (order(a_line(discount=D(-1))), HOLDS, "discount -1 is below 0"),
    "unit discount of it all": (order(a_line(discount=D("19.99"))), GOES, ""),
    "unit discount above the price": (
        order(a_line(discount=D(20))),
        HOLDS,
        "discount 20 is more than the price 19.99",
    ),
    "additional discount below 0": (order(a_line(additional_discount=D(-1))), HOLDS, "additional discount -1 is below"),
    "shipping below 0": (
        order(shipping=(ShippingLine(amount=D(-3)),)),
        HOLDS,
        "shipping: amount -3 is below 0",
    ),
    "shipping for nothing": (order(shipping=(ShippingLine(amount=D(0), tax_rate=D(13)),)), GOES, ""),
    "discount below 0": (order(discounts=(Discount(amount=D(-5)),)), HOLDS, "discount -5 is below 0"),
    "discount of 0": (order(discounts=(Discount(amount=D(0)),)), GOES, ""),
    "discount of it all": (order(discounts=(Discount(amount=D("36.71")),)), GOES, ""),
    "discounts above it all": (
        order(a_line(additional_discount=D(20)), discounts=(Discount(amount=D(17)),)),
        HOLDS,
        "discounts of 37 are more than the 36.71 they are taken off",
    ),
    "discount of a tax only the totals tell": (
        order(
            a_line(tax_rate=None),
            shipping=(),
            discounts=(Discount(amount=D("22.59")),),
            totals=Totals(tax=D("2.60")),
        ),
        GOES,
        "",
    ),
    "discount of prices with tax": (
        order(a_line(price_includes_tax=True), shipping=(), discounts=(Discount(amount=D("19.99")),)),
        GOES,
        "",
    ),
    "tax rate 1e20": (order(a_line(tax_rate=D("1e20"))), HOLDS, "tax_rate 1e+20: beyond"),
    "tax rate 1000": (order(a_line(tax_rate=D(1000))), HOLDS, "tax rate 1000; a tax rate must be from 0 to 100 %"),
    "tax rate 100": (order(a_line(tax_rate=D(100))), GOES, ""),
    "tax rate -100": (order(a_line(tax_rate=D(-100))), HOLDS, "tax rate -100"),
    "tax 1e50 without a rate": (order(a_line(tax_rate=None, tax=D("1e50"))), HOLDS, "tax 1e+50: beyond"),
    "shipping 1e25": (order(shipping=(ShippingLine(amount=D("1e25")),)), HOLDS, "shipping: amount 1e+25: beyond"),
    "discount 1e25": (order(discounts=(Discount(amount=D("1e25")),)), HOLDS, "discount 1e+25: beyond"),
    "grand total 1e60": (order(totals=Totals(grand_total=D("1e60"))), HOLDS, "grand total 1e+60: beyond"),
    "another grand total": (order(totals=Totals(grand_total=D("1.00"))), HOLDS, "and is 1.00 at the source"),
    "subtotal 1e999999": (order(totals=Totals(subtotal=D("1e999999"))), GOES, ""),
    "400 lines": (order(*[a_line(quantity=1, reference=str(n)) for n in range(400)]), GOES, ""),
    "one reference for all lines": (order(*[a_line(reference="1")] * 3), HOLDS, "3 lines have the reference '1', so"),
    "SKU of spaces": (order(a_line("   ", reference="1")), HOLDS, "line 1"),
    "SKU of emoji": (order(a_line(EMOJI)), HOLDS, "not in TradeGecko"),
    "SKU of 9000 characters": (order(a_line("X" * 9000, reference="1")), HOLDS, "a SKU of 9000 characters"),
    "emoji everywhere": (
        order(
            a_line(name=EMOJI),
            note=EMOJI,
            tags=(EMOJI,),
            customer=Customer(first_name=EMOJI, email="e@example.com"),
            shipping_address=Address(first_name=EMOJI, address1=EMOJI, city=EMOJI),
            shipping=(ShippingLine(label=EMOJI, amount=D(1)),),
        ),
        GOES,
        "",
    ),
    "note of 10 kB": (order(note="ring twice " * 1000), GOES, ""),
    "note of 1 MB": (order(note="x" * 1_000_000), GOES, ""),
    "no currency": (order(currency=""), HOLDS, "the source names no currency; set currency for the connection"),
    "unknown currency": (order(currency="🪙"), HOLDS, "currency '🪙' is not set up"),
    "something else as currency": (
        order(currency="zzann@example.com"),
        HOLDS,
        "currency text of 17 characters is not set up",
    ),
    "year 1": (order(placed_at=datetime(1, 1, 1, tzinfo=UTC)), HOLDS, "placed at 0001-01-01T00:00:00+00:00, before"),
    "year 1, east of Greenwich": (
        order(placed_at=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))),
        HOLDS,
        "before the year 2000",
    ),
    "year 1999": (order(placed_at=datetime(1999, 12, 31, tzinfo=UTC)), HOLDS, "before the year 2000"),
    "year 2000": (order(placed_at=datetime(2000, 1, 1, tzinfo=UTC)), GOES, ""),
    "year 2099": (order(placed_at=datetime(2099, 12, 31, tzinfo=UTC)), GOES, ""),
    "year 9999": (order(placed_at=datetime(9999, 12, 31, 23, 59, tzinfo=UTC)), HOLDS, "or after 2099"),
    "year 9999, west of Greenwich": (
        order(placed_at=datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-12)))),
        HOLDS,
        "or after 2099",
    ),
    "to be shipped in year 1": (order(requested_ship_date=date(1, 1, 1)), GOES, ""),
    "link that is none": (order(url="not a link\n"), GOES, ""),
    "note of more than 1 MB": (order(note="x" * 1_000_001), HOLDS, "note has 1000001 characters, more than 1000000"),
    "10001 tags": (order(tags=("x",) * 10_001), HOLDS, "tags has 10001 entries, more than 10000"),
    "half a character in the note": (order(note="\ud83c"), HOLDS, "note: half a character"),
    "half a character in a tag": (order(tags=("a", "\ud83c")), HOLDS, "tags: half a character"),
    "half a character in the link": (order(url="https://x.example/\ud83c"), HOLDS, "url: half a character"),
    "half a character in the city": (
        order(shipping_address=evolve(AN_ADDRESS, city="\ud83c")),
        HOLDS,
        "shipping_address.city: half a character",
    ),
    "half a character in the bill": (
        order(billing_address=evolve(AN_ADDRESS, company="\ud83c")),
        HOLDS,
        "billing_address.company: half a character",
    ),
    "half a character in the e-mail address": (
        order(customer=Customer(email="x\ud83c@example.com")),
        HOLDS,
        "customer.email: half a character",
    ),
    "half a character in shipping": (
        order(shipping=(ShippingLine(label="\ud83c", amount=D(5)),)),
        HOLDS,
        "label of a shipping line: half a character",
    ),
    "half a character in a fee": (
        order(a_line(), a_line("", reference="2", name="\ud83c", kind="fee")),
        HOLDS,
        "line: half a character",
    ),
    "half characters and NULs elsewhere": (
        order(a_line(name="\ud800\0"), note="\0", extra={"\0": "\ud800"}, source_status="\udfff\0"),
        GOES,
        "",
    ),
    "blank link": (order(url=" "), GOES, ""),
    "link in capitals": (order(url="HTTPS://shop.example/7?a=b#c"), GOES, ""),
    "tags that are blank": (order(tags=("", " ", ",")), GOES, ""),
    "e-mail address that is none": (order(customer=Customer(email="n/a & co"), shipping_address=AN_ADDRESS), GOES, ""),
    "kit without contents": (order(kit()), HOLDS, "SKU 'KIT' is not in TradeGecko"),
    "kit of nothing": (order(kit(Component(sku="MUG-BLUE", quantity=D(0)))), HOLDS, "quantity 0"),
    "kit of 1e30": (order(kit(Component(sku="MUG-BLUE", quantity=D("1e30")))), HOLDS, "quantity of MUG-BLUE 1e+30"),
    "kit without SKUs": (order(kit(Component(sku=""))), HOLDS, "without a SKU"),
}


NUMBERS = {
    "1" * 5000: "the order number has 5000 characters ('111",
    "1" * 256: "the order number has 256 characters",
    "10\n01": "the order number '10\\n01' holds line breaks or control characters",
    "10\x1b[2J01": "the order number '10\\x1b[2J01' holds",
    "10\u202801": "the order number '10\\u202801' holds",
    "10\ud80001": "the order number '10\\ud80001' holds half a character",
    "10\x0001": "the order number '10\\x0001' holds a NUL",
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    """A real ledger: what cannot be written is no less a fault than what cannot be sent."""
    with closing(SqlStore(f"sqlite:///{tmp_path / 'ledger.db'}")) as store:
        yield store


@pytest.mark.parametrize("case", CASES)
def test_it_ends_delivered_or_held(sandbox: Sandbox, client: TradeGeckoClient, store: SqlStore, case: str) -> None:
    """One clear line for what cannot go out; the orders around it do; a second run changes nothing."""
    bad, outcome, said = CASES[case]
    settings = ConnectionSettings(explode_kits=True)
    store.record_told_values("shop", "first run", {"began": "long ago"}, at=HandClock()())
    source = ListSource([an_order("a"), bad, an_order("z")])
    bench = Bench(sandbox, client, source, settings=settings, store=store)
    report = bench.deliver()
    assert report.problems == []
    assert outcomes(report) == {"a": GOES, "bad": outcome, "z": GOES}
    (entry,) = bench.store.entries(number="bad")
    if outcome is GOES:
        assert entry.state in DELIVERED_STATES
    else:
        assert entry.state is OrderState.HELD
        assert entry.reason is not None
        assert said in entry.reason.text
        assert "\n" not in entry.reason.text
        assert len(entry.reason.text) < 400
        for secret in (A_CUSTOMER.email, "Ann", "King St"):
            assert str(secret) not in entry.reason.text
    before = len(bench.remote())
    bench.deliver()
    assert len(bench.remote()) == before
    bench.engine.sync_inventory()


@pytest.mark.parametrize("case", [case for case in CASES if case.startswith("half a character")])
def test_half_a_character_is_foreseen(sandbox: Sandbox, client: TradeGeckoClient, store: SqlStore, case: str) -> None:
    """The dry run holds the order with the same words as the run."""
    bad, _, said = CASES[case]
    bench = Bench(sandbox, client, ListSource([bad]), store=store)
    for dry in (True, False):
        (item,) = bench.engine.deliver_orders(dry_run=dry).items
        assert (item.outcome, said in item.detail) == (HOLDS, True)


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: repr(number[:9]))
def test_an_absurd_number_is_held(sandbox: Sandbox, client: TradeGeckoClient, store: SqlStore, number: str) -> None:
    """Nothing could be found by it over there, and no list could show it."""
    bench = Bench(sandbox, client, ListSource([an_order(number, reference="bad"), an_order("good")]), store=store)
    report = bench.deliver()
    assert [item.outcome for item in report.items] == [HOLDS, GOES]
    (entry,) = store.entries(reference="bad")
    assert entry.reason is not None
    assert entry.reason.code == ("unreadable" if len(number) > LONGEST_NAME else "bad_number")
    assert NUMBERS[number] in entry.reason.text
    assert entry.reason.text.isprintable()
    assert len(entry.reason.text) < 200


def test_numbers_do_not_become_one(sandbox: Sandbox, client: TradeGeckoClient, store: SqlStore) -> None:
    """Two that a ledger's column shows alike are both held, by a dry run too; the one that is called so goes out."""
    orders = [an_order(f"7{end}", reference=f"r{n}") for n, end in enumerate(("\ud800", "\udfff", "\0", "\ufffd"))]
    bench = Bench(sandbox, client, ListSource(orders), store=store)
    dry = bench.engine.deliver_orders(dry_run=True)
    assert [item.outcome for item in dry.items] == [HOLDS, HOLDS, HOLDS, Outcome.PLANNED]
    assert [item.outcome for item in bench.deliver().items] == [HOLDS, HOLDS, HOLDS, GOES]
    assert [order.order_number for order in bench.remote()] == ["7\ufffd"]


def test_a_long_number_goes_out_where_it_is_shortened(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """What counts is what the order is called over there."""
    settings = ConnectionSettings(number_limit=20)
    bench = Bench(sandbox, client, ListSource([an_order("1" * LONGEST_NAME)]), settings=settings)
    assert bench.deliver().items[0].outcome is GOES


def test_one_reference_twice_in_a_batch(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The same order twice is one; of two different ones the later content counts, and one order is made."""
    same = an_order("1", cursor="1"), an_order("1", cursor="2")
    other = an_order("2", cursor="3"), an_order("2", [a_line("TEE-M", 2, "25.00")], cursor="4")
    bench = Bench(sandbox, client, ListSource([*same, *other]))
    assert outcomes(bench.deliver()) == {"1": GOES, "2": GOES}
    assert sorted(order.order_number or "" for order in bench.remote()) == ["1", "2"]


def test_one_number_for_two_orders(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The second is held with the id of the first."""
    bench = Bench(sandbox, client, ListSource([an_order("1"), an_order("1", reference="other", cursor="2")]))
    report = bench.deliver()
    assert [item.outcome for item in report.items] == [GOES, HOLDS]
    assert "has another order '1'" in report.items[1].detail


def test_a_batch_of_nothing_but_trouble(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """All of it at once, and what cannot even be read: each order has its own line."""
    cases = [
        evolve(bad, reference=name, number=name, cursor=name)
        for name, (bad, outcome, _) in CASES.items()
        if outcome is HOLDS
    ]
    unreadable = UnreadableOrder(problem="orders.csv, row 7: half a row", reference="u", number="u", cursor="u")
    settings = ConnectionSettings(explode_kits=True)
    bench = Bench(sandbox, client, ListSource([*cases, unreadable, an_order("good")]), settings=settings)
    bench.store.record_told_values("shop", "first run", {"began": "long ago"}, at=bench.clock())  # long ago
    report = bench.deliver()
    assert report.problems == []
    assert outcomes(report) == {**{c.number: HOLDS for c in cases}, "u": HOLDS, "good": GOES}


def test_what_the_ledger_cannot_read_is_told(sandbox: Sandbox, client: TradeGeckoClient, tmp_path: Path) -> None:
    """An order whose record was spoiled is not passed over in silence, and its record is left as it is."""
    file = tmp_path / "ledger.db"
    with closing(SqlStore(f"sqlite:///{file}")) as store:
        bench = Bench(sandbox, client, ListSource([an_order("a", [a_line("NOPE")]), an_order("b")]), store=store)
        bench.deliver()
        with closing(sqlite3.connect(file)) as database, database:
            database.execute("UPDATE ledger_orders SET content = '{}' WHERE number = 'a'")
        for _ in range(2):
            report = bench.deliver()
            assert outcomes(report) == {"a": HOLDS}
        with closing(sqlite3.connect(file)) as database:
            assert database.execute("SELECT content FROM ledger_orders WHERE number = 'a'").fetchone() == ("{}",)


def test_what_was_sent_back_without_content_is_held_again(
    sandbox: Sandbox, client: TradeGeckoClient, store: SqlStore
) -> None:
    """A ledger may hold pending orders that never came whole: they are told and held, and taken up when they do."""
    bench = Bench(sandbox, client, ListSource([UnreadableOrder(problem="half a row", reference="u")]), store=store)
    bench.deliver()
    (entry,) = store.entries()
    store.override_state(entry.id, OrderState.PENDING, at=bench.clock(), who="ann", why="released")
    assert bench.engine.deliver_orders(dry_run=True).items[0].facts == {"reason": "unreadable"}
    bench.source.orders = []
    report = bench.deliver()
    assert outcomes(report) == {"u": HOLDS}
    (held,) = store.entries()
    assert held.reason is not None
    assert (held.state, held.reason.code) == (OrderState.HELD, "unreadable")
    assert "correct it at the source" in report.items[0].detail
    bench.source.orders = [an_order("u")]
    assert outcomes(bench.deliver()) == {"u": GOES}
