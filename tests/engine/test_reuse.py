"""Numbers and references that are used again: another order is kept, held and told; an edit is one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.test_in_memory import Desk, closed
from tests.support import HandClock
from tradegecko_bridge import MemoryStore, SqlStore
from tradegecko_bridge.bounds import LONGEST_NAME
from tradegecko_bridge.commerce import Address, Customer, SourceOrder
from tradegecko_bridge.commerce.reuse import SAME_MOMENT, is_another, is_reused, references
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.engine.mapping.order_numbers import remote_number
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.ports import Store
from tradegecko_bridge.testing.builders import A_CUSTOMER, a_line, an_order

__all__ = ["closed"]

NINE = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
BO = Customer(first_name="Bo", last_name="Berg", email="bo@example.com")
ELM = Address(first_name="Bo", last_name="Berg", address1="2 Elm", city="Ottawa", country="CA")
FIRST = an_order("1", [a_line("MUG")], placed_at=NINE)


def other(**fields: Any) -> SourceOrder:
    """The next order of the same reference, of another customer a day later."""
    return evolve(FIRST, **{"placed_at": NINE + DAY, "customer": BO, "shipping_address": ELM, "cursor": "2", **fields})


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: Store = MemoryStore() if request.param == "memory" else SqlStore(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield made
    made.close()


EDITS = [
    {},
    {"note": "in a box"},
    {"customer": BO, "shipping_address": ELM},
    {"lines": (a_line("TEE-M"),)},
    {"lines": (), "customer": Customer()},
    {"placed_at": NINE + SAME_MOMENT},
    {"placed_at": NINE - SAME_MOMENT, "note": "x"},
    {"placed_at": NINE + timedelta(hours=5)},  # a zone put right
    {"placed_at": NINE - timedelta(hours=26)},
    {"placed_at": NINE.astimezone(timezone(timedelta(hours=-5)))},
    {"canceled_at": NINE + DAY},
]
OTHERS = [
    {"placed_at": NINE + DAY},
    {"placed_at": NINE - DAY, "customer": BO},
    {"placed_at": NINE + SAME_MOMENT + timedelta(seconds=1)},
    {"placed_at": NINE + timedelta(hours=5), "note": "x"},
    {"placed_at": NINE + timedelta(hours=27)},
    {"placed_at": NINE + timedelta(hours=5, minutes=20)},
    {"customer": BO, "shipping_address": ELM, "lines": (a_line("TEE-M"),)},
    {"placed_at": NINE + DAY, "canceled_at": NINE + DAY},
]


@pytest.mark.parametrize(("fields", "another"), [*((one, False) for one in EDITS), *((one, True) for one in OTHERS)])
def test_what_an_edit_is(fields: dict[str, Any], another: bool) -> None:
    """By the moment first; at one moment, by customer and goods together."""
    assert is_another(FIRST, evolve(FIRST, **fields)) is another
    assert is_another(evolve(FIRST, **fields), FIRST) is another


def test_a_nameless_order_hours_later_is_no_zone_put_right() -> None:
    """Two people at a till may buy the same."""
    till = evolve(FIRST, customer=Customer(), shipping_address=None)
    assert is_another(till, evolve(till, placed_at=NINE + timedelta(hours=5)))


@given(st.text(min_size=1, max_size=2 * LONGEST_NAME).filter(str.strip))
def test_the_names_of_such_orders(reference: str) -> None:
    """No two alike, told from the first, and short enough for the ledger if that is."""
    order = evolve(FIRST, reference=reference)
    names = [name for name, _ in zip(references(order), range(4), strict=False)]
    assert len(set(names)) == 4
    assert [is_reused(name, order) for name in names] == [False, True, True, True]
    assert max(map(len, names[1:])) <= LONGEST_NAME


@pytest.mark.parametrize("is_held", [False, True])
def test_the_next_day_s_order_is_held_and_told(store: Store, is_held: bool) -> None:
    """Whatever became of the first one; the dry run says the same; nothing is overwritten, and the alert goes once the
    setting is there."""
    first = evolve(FIRST, shipping_address=None) if is_held else FIRST
    desk = Desk(orders=[first], store=store)
    desk.run()
    (before,) = store.entries("shop")
    desk.source.orders = [other()]
    desk.clock.move(hours=1)
    foreseen = {item.detail: item.outcome for item in desk.engine.deliver_orders(dry_run=True).items}
    report = desk.run()
    (text,) = [item.detail for item in report.items if "reference" in item.detail]
    assert text.startswith(
        "its source gave another order as '1' before; if the numbers there begin again, set date_in_n"
    )
    assert foreseen[text] is Outcome.HELD
    assert "held reference_reused" in {alert.key for alert in store.alerts("shop")}
    newest, first_again = store.entries("shop")
    assert (first_again.order, first_again.state) == (before.order, before.state)
    assert (newest.state, newest.reference, newest.number) == (OrderState.HELD, "1 @ 2026-11-04T09:30:00Z", "1")
    assert newest.order is not None
    assert newest.order.customer == BO

    again = Desk(orders=[other()], store=store, account=desk.account, clock=desk.clock, date_in_number=True)
    report = again.run(after=timedelta(hours=1))
    assert again.account.asked[-1].startswith("create 1-20261104")
    (sent,) = [entry for entry in store.entries("shop") if entry.remote_number == "1-20261104"]
    assert sent.reference == newest.reference
    assert [receipt.order_reference for receipt in again.source.receipts][-1:] == ["1"]
    assert report.problems == []


def test_a_cancellation_of_the_second_leaves_the_first_alone(store: Store) -> None:
    """Nothing is voided of the first, nor told of it."""
    desk = Desk(orders=[FIRST], store=store, on_cancel="void")
    desk.run()
    desk.source.orders = [other(canceled_at=NINE + DAY)]
    report = desk.run(after=timedelta(hours=1))
    assert [item.outcome for item in report.items] == [Outcome.CANCELED]
    assert not [asked for asked in desk.account.asked if asked.startswith("void")]
    assert {entry.state for entry in store.entries("shop")} == {OrderState.DELIVERED, OrderState.CANCELED}


def test_both_in_one_batch(store: Store) -> None:
    """The first that comes has the reference."""
    desk = Desk(orders=[FIRST, other()], store=store, date_in_number=True)
    assert [item.outcome for item in desk.run().items] == [Outcome.DELIVERED] * 2
    assert sorted(entry.remote_number or "" for entry in store.entries("shop")) == ["1-20261103", "1-20261104"]


def test_one_number_under_two_references(store: Store) -> None:
    """The second is held with the setting that tells them apart, and goes out with it."""
    orders = [evolve(FIRST, reference="a"), other(reference="b")]
    desk = Desk(orders=orders, store=store, date_in_number=True)
    assert [item.outcome for item in desk.run().items] == [Outcome.DELIVERED] * 2


@pytest.mark.parametrize("name", ["number", "reference"])
@pytest.mark.parametrize("cut", ["1.23457E+14", "1E+14", "1,23457E+14", " 1.2e12 "])
def test_what_a_spreadsheet_shortened_is_refused(name: str, cut: str) -> None:
    """Whatever the source; with what to do. The order behind it goes out."""
    desk = Desk(
        orders=[
            evolve(FIRST, reference=cut) if name == "reference" else evolve(FIRST, number=cut),
            an_order("2", [a_line("MUG")], customer=BO, shipping_address=ELM),
        ]
    )
    desk.clock.move(hours=1)
    for report in (desk.engine.deliver_orders(dry_run=True), desk.run()):
        (held,) = [item for item in report.items if item.outcome is Outcome.HELD]
        assert held.detail == (
            f"the order {name} {cut.strip()!r} was shortened by a spreadsheet, so others may have come to the same; "
            "give it with all its digits at the source, and skip this one"
        )
    assert desk.entry("2").state is OrderState.DELIVERED


def test_the_day_in_a_number_has_room() -> None:
    """It is that of the order's own zone, and survives where numbers are cut."""
    settings = ConnectionSettings(date_in_number=True, number_prefix="T-", number_limit=20)
    assert remote_number(" 1 ", settings, NINE.date()) == "T-1-20261103"
    one, two = (remote_number("1234567890123", settings, (NINE + DAY * n).date()) for n in (0, 1))
    assert one != two
    assert max(len(one), len(two)) <= 20
    assert remote_number("1", ConnectionSettings(), NINE.date()) == "1"


# ── a search ─────────────────────────────────────────────────────────────────────────────────

SALES = st.tuples(st.sampled_from("123"), st.integers(0, 3), st.sampled_from(["MUG", "TEE-M"]), st.booleans())


@given(st.lists(SALES, min_size=1, max_size=12), st.data())
def test_no_sale_of_a_till_is_lost(sales: list[tuple[str, int, str, bool]], data: st.DataObject) -> None:
    """A till counts from 1 every day; its sales come in any batches, any of them again and again: each is in the ledger
    once, with what was sold, and none took another's place."""
    store, clock = MemoryStore(), HandClock()
    sold = {
        (number, day): evolve(
            FIRST,
            reference=number,
            number=number,
            cursor=f"{number} {day}",
            placed_at=NINE + DAY * day,
            lines=(a_line(sku, price=str(Decimal(day + 1))),),
            customer=A_CUSTOMER if known else Customer(),
        )
        for number, day, sku, known in sales
    }
    given = [*sold.values()]
    while given:
        batch = [given.pop(0) for _ in range(min(len(given), data.draw(st.integers(1, 4))))]
        batch += data.draw(st.lists(st.sampled_from([*sold.values()]), max_size=2))
        foreseen, _ = store.preview_ingest("till", batch, at=clock())
        assert store.ingest("till", batch, at=clock()) == foreseen
    kept = [entry.order for entry in store.entries("till")]
    assert sorted(kept, key=str) == sorted(sold.values(), key=str)
    assert len({entry.reference for entry in store.entries("till")}) == len(sold)
