"""A held order that a person corrects goes out as corrected, whatever its source says of those fields later."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.bench import Bench, outcomes
from tests.support import ListSource
from tradegecko_bridge import Answers, Sandbox, TradeGeckoClient
from tradegecko_bridge.commerce import Address, SourceOrder
from tradegecko_bridge.commerce.edits import edited_fields, merged
from tradegecko_bridge.engine import Decisions, Outcome
from tradegecko_bridge.ledger import EDIT_OUTDATED, LedgerEntry, OrderState
from tradegecko_bridge.testing.builders import AN_ADDRESS, a_line, an_order

HELD = an_order("1001", [a_line("MUG-BLUE", 2), a_line("NOPE")], shipping_address=AN_ADDRESS)


class Desk(Bench):
    """A bench with one order that is held, and a person."""

    def __init__(self, sandbox: Sandbox, client: TradeGeckoClient, order: SourceOrder = HELD) -> None:
        super().__init__(sandbox, client, ListSource([order]))
        self.deliver()
        assert self.entry().state is OrderState.HELD

    def say(self, order: SourceOrder) -> None:
        self.source.orders.append(evolve(order, cursor=f"{len(self.source.orders):04}"))

    def entry(self) -> LedgerEntry:
        (entry,) = self.store.entries(number="1001")
        return entry

    def edit(self, *, dry_run: bool = False, **changes: str) -> str:
        """Why it was not edited; ``ship__city`` is ``ship.city``."""
        answers = Answers(self.store, who="ann", clock=self.clock, dry_run=dry_run)
        wanted = {name.replace("__", "."): value for name, value in changes.items()}
        return answers.edit(self.entry(), wanted, "the customer wrote").problem

    def lines(self) -> dict[str, Decimal | None]:
        """Units by SKU of the only order in the account."""
        (order,) = self.remote()
        skus = {variant.id: variant.sku for variant in self.client.variants.list()}
        items = self.client.order_line_items.list(order_id=order.id)
        return {str(skus[line.variant_id]): line.quantity for line in items if line.variant_id}


@pytest.fixture
def desk(sandbox: Sandbox, client: TradeGeckoClient) -> Desk:
    return Desk(sandbox, client)


def test_an_edited_order_goes_out_as_edited(desk: Desk) -> None:
    """Who, why and what stand in its history, and no value; the edit is no difference to its source."""
    assert desk.edit(line__2__sku="TEE-M", line__2__quantity="3", ship__address1="Via Roma 1") == ""
    assert desk.entry().state is OrderState.PENDING
    assert outcomes(desk.deliver()) == {"1001": Outcome.DELIVERED}
    assert desk.lines() == {"MUG-BLUE": 2, "TEE-M": 3}
    (order,) = desk.remote()
    assert next(iter(desk.client.addresses.list(ids=[str(order.shipping_address_id)]))).address1 == "Via Roma 1"
    history = desk.store.history(desk.entry().id)
    (edited,) = [event for event in history if event.who == "ann"]
    assert edited.why == "edited line.2.sku, line.2.quantity, ship.address1: the customer wrote"
    assert "shipping_address.address1" in edited.detail["edited"]
    assert "Roma" not in repr(history) + repr(desk.entry())
    desk.say(evolve(HELD, tags=("vip",)))
    desk.deliver()
    assert desk.store.alerts() == []
    desk.say(evolve(HELD, shipping_address=evolve(AN_ADDRESS, address1="Elsewhere")))
    desk.deliver()
    (alert,) = desk.store.alerts()
    assert "shipping address changed at the source" in alert.text


def test_what_the_source_says_later_does_not_undo_an_edit(desk: Desk) -> None:
    """What was not edited follows the source."""
    assert desk.edit(ship__address1="Via Roma 1") == ""
    desk.deliver()
    desk.say(evolve(HELD, note="ring twice"))
    desk.deliver()
    order = desk.entry().order
    assert order is not None
    assert order.shipping_address is not None
    assert (order.shipping_address.address1, order.note) == ("Via Roma 1", "ring twice")


def test_the_source_changes_what_was_edited(desk: Desk) -> None:
    """Held with the field named, never half of the one and half of the other; released, the edit counts; where the
    source says the same as the edit there is nothing to settle."""
    assert desk.edit(ship__address1="Via Roma 1") == ""
    desk.deliver()
    theirs = evolve(AN_ADDRESS, address1="9 New St", city="Ottawa")
    desk.say(evolve(HELD, shipping_address=theirs))
    dry, report = desk.engine.deliver_orders(dry_run=True), desk.deliver()
    entry = desk.entry()
    assert entry.reason is not None
    for told in (dry, report):
        assert [(item.name, item.outcome, item.detail) for item in told.items] == [
            ("1001", Outcome.HELD, entry.reason.text)
        ]
    assert outcomes(desk.deliver()) == {}
    assert (entry.state, entry.reason.code) == (OrderState.HELD, EDIT_OUTDATED)
    assert "shipping_address.address1" in entry.reason.text
    assert "New St" not in entry.reason.text
    assert entry.order is not None
    assert entry.order.shipping_address == evolve(AN_ADDRESS, address1="Via Roma 1")
    assert [alert.key for alert in desk.store.alerts()][:1] == [f"held {EDIT_OUTDATED}"]
    desk.say(evolve(HELD, shipping_address=theirs, note="x"))
    desk.deliver()
    assert desk.entry().reason == entry.reason
    decisions = Decisions(desk.store, who="ann", clock=desk.clock)
    assert all(decisions.release([desk.entry()]))
    assert desk.entry().order == evolve(entry.order, note="x")


def test_an_edit_the_source_follows_is_no_edit_any_more(desk: Desk) -> None:
    assert desk.edit(line__2__sku="TEE-M") == ""
    desk.say(evolve(HELD, lines=(HELD.lines[0], evolve(HELD.lines[1], sku="TEE-M", barcode=None))))
    desk.deliver()
    assert desk.entry().given is None
    assert desk.state("1001") is OrderState.DELIVERED


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, "say what to change"),
        ({"ship__citty": "Rome"}, "'ship.citty' cannot be edited; did you mean 'ship.city'?"),
        ({"line__9__sku": "X"}, "there is no line '9'; the order has 2 lines"),
        ({"line__0__sku": "X"}, "there is no line '0'"),
        ({"line__sku": "X"}, "there is no line ''"),
        ({"line__1__price": "1"}, "only sku and quantity"),
        ({"line__1__quantity": "two"}, "line.1.quantity must be a number, not 'two'"),
        ({"line__1__quantity": "0"}, "line.1.quantity must be more than 0"),
        ({"line__1__quantity": "NaN"}, "line.1.quantity must be more than 0"),
        ({"line__1__quantity": "1E+30"}, "line.1.quantity must be more than 0"),
        ({"line__1__sku": " "}, "line.1.sku must not be blank"),
        ({"ship_date": "tomorrow"}, "ship_date must be a date such as 2026-01-31, not 'tomorrow'"),
        ({"ship_method": ""}, "ship_method must not be blank"),
        ({"line__1__sku": "MUG-BLUE"}, "nothing would change"),
    ],
)
def test_bad_edits_change_nothing(desk: Desk, changes: dict[str, str], problem: str) -> None:
    before = desk.entry()
    said = desk.edit(dry_run=False, **changes)
    assert problem in said
    assert "\n" not in said
    assert desk.entry() == before


def test_only_held_orders_are_edited(desk: Desk) -> None:
    """And a dry run edits nothing; nobody edits what somebody else has changed meanwhile."""
    assert desk.edit(dry_run=True, line__2__sku="TEE-M") == ""
    stale = desk.entry()
    assert desk.edit(line__2__sku="TEE-M") == ""
    assert "only a held order can be edited" in desk.edit(line__2__sku="TEE-L")
    (late,) = [Answers(desk.store, who="bob", clock=desk.clock).edit(stale, {"note": "x"}, "so")]
    assert "somebody else has taken or changed it" in late.problem


def test_what_a_person_holds_stays_held(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    desk = Desk(sandbox, client)
    Decisions(desk.store, who="ann", clock=desk.clock).hold([desk.entry()], "wait")
    assert desk.edit(line__2__sku="TEE-M") == ""
    assert desk.state("1001") is OrderState.HELD
    desk.deliver()
    assert desk.remote() == []


def test_an_edit_expires_with_the_rest(desk: Desk) -> None:
    """Neither what the person wrote nor what the source had said stays."""
    assert desk.edit(ship__address1="Via Roma 1", line__2__sku="TEE-M") == ""
    desk.deliver()
    at = desk.clock()
    states = {OrderState.DELIVERED}
    desk.clock.move(days=1)
    assert desk.store.expire_personal_data("shop", before=desk.clock(), at=desk.clock(), who="x", states=states) == 1
    entry = desk.entry()
    assert (entry.given, at < desk.clock()) == (None, True)
    assert entry.order is not None
    assert entry.order.shipping_address is None


# ── any edit, any news ───────────────────────────────────────────────────────────────────────

_texts = st.sampled_from(["a", "b", "c"])
_addresses = st.none() | st.builds(Address, address1=_texts, city=_texts)
_orders = st.builds(
    lambda skus, ship, note: an_order(
        "1", [evolve(a_line(sku), reference=str(n)) for n, sku in enumerate(skus)], shipping_address=ship, note=note
    ),
    st.lists(_texts, min_size=1, max_size=3),
    _addresses,
    st.none() | _texts,
)


@st.composite
def _edits(draw: Any) -> tuple[SourceOrder, SourceOrder]:
    """An order, and as a person has edited it."""
    order: SourceOrder = draw(_orders)
    lines = tuple(evolve(line, sku=draw(_texts)) for line in order.lines)
    return order, evolve(order, lines=lines, shipping_address=draw(_addresses), note=draw(_texts))


@given(_edits(), _orders)
def test_an_edit_is_kept_and_the_rest_follows(edit: tuple[SourceOrder, SourceOrder], news: SourceOrder) -> None:
    given_, order = edit
    both = merged(news, order, given_)
    edited = edited_fields(order, given_)
    assert (both.given or news) == news
    for name in ("shipping_address", "note"):
        is_edited = any(one.split(".")[0] == name for one in edited)
        assert getattr(both.order, name) == getattr(order if is_edited else news, name)
    before, was = {line.reference: line for line in order.lines}, {line.reference: line for line in given_.lines}
    for line, theirs in zip(both.order.lines, news.lines, strict=True):
        mine = before.get(line.reference)
        kept = mine is not None and mine.sku != was[line.reference].sku
        assert line.sku == (mine.sku if kept and mine else theirs.sku)
    if merged(given_, order, given_).contested:
        raise AssertionError("what the source has not changed is contested by nobody")
    assert merged(order, order, given_).given is None
