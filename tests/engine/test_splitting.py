"""Orders whose lines go to several addresses: held, or split with nothing lost, doubled or made up."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.bench import Bench, outcomes
from tests.support import ListSource, examples
from tradegecko_bridge import Sandbox, TradeGeckoClient
from tradegecko_bridge.commerce import Address, Discount, ShippingLine, SourceOrder, Totals
from tradegecko_bridge.commerce.codec import fingerprint, from_plain, to_plain
from tradegecko_bridge.engine import ConnectionSettings, Outcome
from tradegecko_bridge.engine.keys import is_split, split_reference, whole_reference
from tradegecko_bridge.engine.mapping.splitting import parts_of, shares
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.testing.builders import a_line, an_order

D = Decimal
ELM = Address(first_name="Bo", last_name="Berg", address1="2 Elm", city="Ottawa", country="CA")
OAK = Address(first_name="Cy", last_name="Dale", address1="9 Oak", city="Halifax", country="CA")
LINES = (a_line("MUG-BLUE", 2), a_line("TEE-M", 1, "25.00", ship_to=ELM), a_line("MUG-RED", 1, ship_to=ELM))
SPLIT = {"split_addresses": True}
Open = Callable[..., Bench]


def order(*lines: Any, **fields: Any) -> SourceOrder:
    return an_order("1", lines or LINES, **fields)


@pytest.fixture
def open_bench(sandbox: Sandbox, client: TradeGeckoClient) -> Open:
    def open_(*orders: SourceOrder, **options: Any) -> Bench:
        sandbox.reset()
        return Bench(sandbox, client, ListSource(list(orders)), settings=ConnectionSettings(**options))

    return open_


def with_settings(bench: Bench, **options: Any) -> Bench:
    """The same connection, set otherwise."""
    again = Bench(bench.sandbox, bench.client, bench.source, store=bench.store, settings=ConnectionSettings(**options))
    again.clock.now = bench.clock.now
    return again


def states(bench: Bench) -> dict[str, OrderState]:
    return {entry.number: entry.state for entry in bench.store.entries()}


# ── parts ────────────────────────────────────────────────────────────────────────────────────


def test_one_order_for_each_address() -> None:
    """In the order of the lines, with what each line carries; the last one has the cursor."""
    one, two = parts_of(order(cursor="c"))
    assert [(part.reference, part.number, part.cursor) for part in (one, two)] == [
        (split_reference("1", 1), "1-1", ""),
        (split_reference("1", 2), "1-2", "c"),
    ]
    assert one.shipping_address == order().shipping_address
    assert two.shipping_address == ELM
    assert [line.reference for part in (one, two) for line in part.lines] == ["MUG-BLUE", "TEE-M", "MUG-RED"]
    assert not any(line.ship_to for part in (one, two) for line in part.lines)
    assert {whole_reference(part.reference) for part in (one, two)} == {"1"}


@pytest.mark.parametrize("blank", [None, Address(), Address(address1=" ")])
def test_what_says_no_address_goes_where_the_order_goes(blank: Address | None) -> None:
    """Or with the first line that says one."""
    lines = [evolve(LINES[0], ship_to=blank), *LINES[1:]]
    assert len(parts_of(order(*lines))) == 2
    (only,) = parts_of(order(*lines, shipping_address=None))
    assert only.shipping_address == ELM


def test_the_ledger_s_fingerprints_stay() -> None:
    """Of orders without: those of earlier versions are found again."""
    plain = to_plain(order(a_line()))
    assert "ship_to" not in str(plain)
    assert from_plain(to_plain(order()), SourceOrder) == order()
    assert fingerprint(order()) != fingerprint(order(*(evolve(line, ship_to=None) for line in LINES)))


@pytest.mark.parametrize("reference", ["1", "1 ⧸ x", "a/2", "1 / 2"])
def test_names_of_parts(reference: str) -> None:
    """Are turned back."""
    assert not is_split(reference)
    assert is_split(split_reference(reference, 12))
    assert whole_reference(split_reference(reference, 12)) == reference == whole_reference(reference)


MONEY = st.decimals(min_value=0, max_value=10_000, places=2)


@given(st.decimals(min_value=-1000, max_value=1000, places=3), st.lists(MONEY, min_size=1, max_size=5).filter(any))
def test_shares_add_up(amount: Decimal, weights: list[Decimal]) -> None:
    """To the last digit, each near its proportion."""
    found = shares(amount, weights)
    assert sum(found) == amount
    for share, weight in zip(found, weights, strict=True):
        assert abs(share - amount * weight / sum(weights)) <= D("0.01")


# ── against the sandbox ──────────────────────────────────────────────────────────────────────


def test_held_by_the_setting_it_names_and_sent_once_it_is_there(open_bench: Open) -> None:
    """Without being given anew; the dry runs say so before."""
    bench = open_bench(order())
    said = "its lines go to 2 addresses; set split_addresses = true, and each gets an order of its own"
    for report in (bench.engine.deliver_orders(dry_run=True), bench.deliver()):
        assert [(item.outcome, item.detail) for item in report.items] == [(Outcome.HELD, said)]
    bench = with_settings(bench, **SPLIT)
    foreseen = outcomes(bench.engine.deliver_orders(dry_run=True))
    assert foreseen == {"1": Outcome.CANCELED, "1-1": Outcome.PLANNED, "1-2": Outcome.PLANNED}
    bench.deliver()
    delivered = {"1": OrderState.CANCELED, "1-1": OrderState.DELIVERED, "1-2": OrderState.DELIVERED}
    assert states(bench) == delivered
    bench.deliver()
    assert states(bench) == delivered
    assert len(bench.writes()) == 2


def test_lines_that_all_go_to_one_address_need_no_setting(open_bench: Open) -> None:
    """The order goes there."""
    bench = open_bench(order(*(evolve(line, ship_to=ELM) for line in LINES)))
    bench.deliver()
    (made,) = [one for one in bench.remote() if one.order_number == "1"]
    (to,) = bench.client.addresses.list(company_id=made.company_id)
    assert to.address1 == "2 Elm"


def test_shipments_come_back_to_the_one_order(open_bench: Open) -> None:
    """Under its reference and number; complete when the last part is."""
    bench = open_bench(order(), **SPLIT)
    bench.deliver()
    assert {receipt.order_reference for receipt in bench.source.receipts} == {"1"}
    bench.ship("1-2", {"TEE-M": 1, "MUG-RED": 1})
    bench.engine.sync_tracking()
    bench.ship("1-1", {"MUG-BLUE": 2})
    bench.engine.sync_tracking()
    assert [
        (
            told.order_reference,
            told.order_number,
            sorted(item.line_reference for item in told.items),
            told.completes_order,
        )
        for told in bench.source.shipments
    ] == [("1", "1", ["MUG-RED", "TEE-M"], False), ("1", "1", ["MUG-BLUE"], True)]
    assert set(states(bench).values()) == {OrderState.CONFIRMED}


def test_an_address_that_goes_away_takes_its_part_with_it(open_bench: Open) -> None:
    """One that was not sent yet; what stays is an edit."""
    bench = open_bench(order(*LINES[:2], a_line("NOPE", ship_to=OAK)), **SPLIT)
    bench.deliver()
    assert states(bench) == {"1-1": OrderState.DELIVERED, "1-2": OrderState.DELIVERED, "1-3": OrderState.HELD}
    bench.source.orders = [order(*LINES[:2], cursor="2")]
    for _ in range(2):
        bench.deliver()
        assert states(bench)["1-3"] is OrderState.CANCELED
    assert len(bench.writes()) == 2


def test_what_was_sent_whole_stays_whole(open_bench: Open) -> None:
    """An address that is added later sends nothing twice."""
    bench = open_bench(order(*(evolve(line, ship_to=None) for line in LINES)), **SPLIT)
    bench.deliver()
    bench.source.orders = [order(cursor="2")]
    bench.deliver()
    assert states(bench) == {"1": OrderState.DELIVERED}
    assert len(bench.writes()) == 1


def test_a_cancellation_cancels_all_parts(open_bench: Open) -> None:
    """Before they are sent."""
    unknown = order(*(evolve(line, sku="NOPE") for line in LINES))
    bench = open_bench(unknown, **SPLIT)
    bench.deliver()
    bench.source.orders = [evolve(unknown, canceled_at=bench.clock(), cursor="2")]
    bench.deliver()
    assert states(bench) == {"1-1": OrderState.CANCELED, "1-2": OrderState.CANCELED}


@st.composite
def orders(draw: st.DrawFn) -> SourceOrder:
    """An order to several addresses, whose total is what its lines come to."""
    included = draw(st.booleans())
    rate = draw(st.sampled_from([D(0), D(13), D("7.7")]))
    prices = st.decimals(min_value=D("0.01"), max_value=300, places=2)
    lines = [
        a_line("MUG-BLUE", draw(st.integers(1, 3)), str(draw(prices)), reference=str(n), ship_to=to, tax_rate=rate,
               price_includes_tax=included)
        for n, to in enumerate(draw(st.lists(st.sampled_from([None, ELM, OAK]), min_size=2, max_size=4)))
    ]  # fmt: skip
    amount = draw(prices)
    shipping = ShippingLine(label="Ground", amount=amount, tax_rate=rate, price_includes_tax=included)
    goods = sum((line.extended_amount for line in lines), D(0))
    off = (goods * draw(st.sampled_from([D(0), D("0.1"), D("0.33")]))).quantize(D("0.01"))
    taxed = goods + amount
    tax = (taxed * rate / ((100 + rate) if included else 100)).quantize(D("0.01"))
    total = taxed - off + (0 if included else tax)
    return order(
        *lines,
        shipping=(shipping,),
        discounts=(Discount(label="WELCOME", amount=off),) if off else (),
        totals=Totals(tax=tax, grand_total=total),
    )


@given(orders())
def test_the_parts_are_the_order(given_order: SourceOrder) -> None:
    """Every line once; shipping, discounts, tax and totals add up to the source's own."""
    parts = parts_of(given_order)
    assert sorted(line.reference for part in parts for line in part.lines) == [
        line.reference for line in given_order.lines
    ]
    for name in ("tax", "grand_total"):
        assert sum(getattr(part.totals, name) for part in parts) == getattr(given_order.totals, name)
    for whole, name in product([given_order], ("shipping", "discounts")):
        assert sum(one.amount for part in parts for one in getattr(part, name)) == sum(
            one.amount for one in getattr(whole, name)
        )


@given(orders())
@settings(max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_parts_pass_the_gate_and_come_to_the_total(open_bench: Open, given_order: SourceOrder) -> None:
    """All are created, as foreseen, and together cost what the source charged, to the cent."""
    bench = open_bench(given_order, **SPLIT)
    foreseen = outcomes(bench.engine.deliver_orders(dry_run=True))
    done = outcomes(bench.deliver())
    assert set(foreseen.values()) == {Outcome.PLANNED}, bench.store.entries()[0].reason
    assert dict.fromkeys(foreseen, Outcome.DELIVERED) == done
    made = [one for one in bench.remote() if one.order_number in done]
    assert sum(one.total or 0 for one in made) == given_order.totals.grand_total
