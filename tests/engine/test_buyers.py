"""Whose company an order goes to, where buyers share, leave out or make up what they are known by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
from attrs import evolve, frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.bench import Bench, outcomes
from tests.support import ListSource, examples
from tradegecko_bridge import Sandbox, TradeGeckoClient
from tradegecko_bridge.commerce import Address, Customer, SourceOrder
from tradegecko_bridge.commerce.customers import identity
from tradegecko_bridge.engine import ConnectionSettings, Outcome
from tradegecko_bridge.testing.builders import an_order

Open = Callable[..., Bench]


@pytest.fixture
def open_bench(sandbox: Sandbox, client: TradeGeckoClient) -> Open:
    """Benches on accounts that begin afresh."""

    def open_(orders: Iterable[SourceOrder], **options: Any) -> Bench:
        sandbox.reset()
        return Bench(sandbox, client, ListSource(list(orders)), settings=ConnectionSettings(**options))

    return open_


def of(number: str, customer: Customer, street: str = "1 King St W") -> SourceOrder:
    """An order of this customer, which goes to nobody else."""
    address = Address(
        first_name=customer.first_name, last_name=customer.last_name, address1=street, city="Toronto", country="CA"
    )
    return an_order(number, customer=customer, shipping_address=address)


def companies(bench: Bench) -> dict[str, int | None]:
    """The company of each order."""
    return {order.order_number or "": order.company_id for order in bench.remote()}


def delivered(bench: Bench) -> dict[str, int | None]:
    """The same after a run, of which a dry run said that all would be created."""
    foreseen = outcomes(bench.engine.deliver_orders(dry_run=True))
    report = bench.deliver()
    assert report.problems == []
    assert set(foreseen.values()) == {Outcome.PLANNED}
    assert set(outcomes(report).values()) == {Outcome.DELIVERED}
    found = companies(bench)
    return {number: found[number] for number in foreseen}


MARIA = Customer(first_name="Maria", last_name="Garcia", email="maria@example.com", phone="416-555-0101")
OTHER_MARIA = Customer(first_name="Maria", last_name="Garcia", email="m.garcia@example.org", phone="604-555-0199")
BO = Customer(first_name="Bo", last_name="Berg")
CY = Customer(first_name="Cy", last_name="Dale", email="cy@example.com")


@pytest.mark.parametrize("code", ["0", "", "guest", "-1", "N/A", "1", "1.23457E+14", None])
@pytest.mark.parametrize("runs", [1, 4])
def test_guests_with_one_code_are_customers_each(open_bench: Open, code: str | None, runs: int) -> None:
    """Two of one name among them; whether they come in one batch or one by one, and a second time."""
    people = [evolve(who, reference=code) for who in (MARIA, OTHER_MARIA, BO, CY)]
    orders = [of(f"g{number}", who, f"{number} Elm") for number, who in enumerate(people, 1)]
    bench = open_bench(orders if runs == 1 else [])
    found: dict[str, int | None] = {}
    for order in orders if runs > 1 else [None]:
        bench.source.orders += [order] if order else []
        found |= delivered(bench)
    assert len(found) == len(set(found.values())) == 4
    bench.source.orders += [of(f"again {number}", who) for number, who in enumerate((people[0], people[3]), 1)]
    again = delivered(bench)
    assert (again["again 1"], again["again 2"]) == (found["g1"], found["g4"])


@pytest.mark.parametrize("email", ["Invalid Request", "n/a", "none@none.com", "noemail@shop.example", "guest@x.com"])
@pytest.mark.parametrize("phone", [None, "0000000000", "416-000-0000"])
def test_placeholders_bring_nobody_together(open_bench: Open, email: str, phone: str | None) -> None:
    """Nor are they sent as anybody's address."""
    people = [Customer(first_name=name, last_name=name * 2, email=email, phone=phone) for name in ("Al", "Bea", "Cal")]
    bench = open_bench(of(f"e{number}", who, f"{number} Elm St") for number, who in enumerate(people, 1))
    assert len(set(delivered(bench).values())) == 3
    assert {order.email for order in bench.remote() if (order.order_number or "").startswith("e")} == {None}
    own = [one for one in bench.client.companies.list() if (one.name or "").endswith(("AlAl", "BeaBea", "CalCal"))]
    assert [one.email or one.phone_number for one in own] == [None] * 3


def test_a_relay_address_needs_the_name(open_bench: Open) -> None:
    """Known ones, and those of the setting; the same buyer twice is one."""
    people = [
        Customer(first_name=name, last_name="Abe", email=email)
        for email in ("b7x@marketplace.amazon.co.uk", "any@relay.example", "any@mail.relay.example")
        for name in ("Al", "Bea", "Al")
    ]
    orders = [of(str(number), who) for number, who in enumerate(people)]
    found = delivered(open_bench(orders, relay_domains=["marketplace.amazon.*", "@relay.example"]))
    assert [found[str(n)] for n in (0, 3, 6)] == [found[str(n)] for n in (2, 5, 8)]
    assert len(set(found.values())) == 6
    found = delivered(open_bench(orders))
    assert len({found[str(n)] for n in (0, 1, 2)}) == 2, "known by default"
    assert len({found[str(n)] for n in (3, 4, 5)}) == 1, "an address as any other"


@pytest.mark.parametrize("shared", ["orders@shop.example", "@shop.example", "shop.example"])
def test_contacts_of_many_are_nobodys(open_bench: Open, shared: str) -> None:
    """An address or a whole domain, and a telephone number, however it is written."""
    people = [
        Customer(first_name="Al", last_name="Abe", email="orders@shop.example", phone="+1 416 555 0100"),
        Customer(first_name="Al", last_name="Abe", email="Orders@Shop.example", phone="1-416-555-0100"),
        Customer(first_name="Bea", last_name="Boo", email="bea@example.com", phone="+1 416 555 0100"),
        Customer(first_name="B.", last_name="Boo", email="bea@example.com"),
    ]
    orders = [of(str(number), who) for number, who in enumerate(people)]
    found = delivered(open_bench(orders, shared_contacts=[shared, "14165550100"]))
    assert len(set(found.values())) == 3
    assert found["2"] == found["3"]


# ── a search ─────────────────────────────────────────────────────────────────────────────────


@frozen
class Buyer:
    """A person, by what is their own."""

    number: int
    name: str
    has_phone: bool

    @property
    def email(self) -> str:
        return f"buyer{self.number}@mail.example"

    @property
    def phone(self) -> str:
        return f"+1 416 555 {100 + self.number * 7:04d}"


BUYERS = [Buyer(number, name, number % 2 == 0) for number, name in enumerate(["Garcia", "Garcia", "Lee", "Lee", "Wu"])]
CODES = st.sampled_from([None, "", "0", "guest", "1", "7"])
NO_EMAIL = st.sampled_from([None, "", "n/a", "Invalid Request", "none@none.com", "noemail@shop.example"])
NO_PHONE = st.sampled_from([None, "", "0000000000", "1234567", "n/a"])


@st.composite
def purchases(draw: st.DrawFn) -> tuple[Buyer, Customer]:
    """Somebody who buys, and what the shop knows of them: an address of their own, or nothing of the kind."""
    who = draw(st.sampled_from(BUYERS))
    known = draw(st.booleans())
    return who, Customer(
        reference=draw(CODES),
        first_name="Maria",
        last_name=who.name,
        email=draw(st.sampled_from([who.email, who.email.upper()])) if known else draw(NO_EMAIL),
        phone=draw(st.sampled_from([who.phone, None])) if known and who.has_phone else draw(NO_PHONE),
    )


@given(bought=st.lists(purchases(), min_size=2, max_size=10), runs=st.integers(1, 3), strict=st.booleans())
@settings(max_examples=examples(12), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_two_buyers_share_a_company(
    open_bench: Open, bought: Sequence[tuple[Buyer, Customer]], runs: int, strict: bool
) -> None:
    """Whatever codes they share and placeholders stand for them, in whatever batches they come; who says their own
    address twice is one (matched strictly: with the same name)."""
    orders = [(who, of(f"b{number}", customer)) for number, (who, customer) in enumerate(bought)]
    bench = open_bench([], customer_match="strict" if strict else "normal")
    found: dict[str, int | None] = {}
    for run in range(runs):
        bench.source.orders = [order for _, order in orders[run::runs]]
        if bench.source.orders:
            found |= delivered(bench)
    said = {order.number: (order.customer.email or "").lower() for _, order in orders}
    own = {number: address for number, address in said.items() if address.endswith("@mail.example")}
    of_company: dict[int | None, set[str]] = {}
    for number, address in own.items():
        of_company.setdefault(found[number], set()).add(address)
    assert all(len(several) == 1 for several in of_company.values())
    assert len(of_company) == len(set(own.values()))
    unknown = [order for _, order in orders if not _is_known(order.customer)]
    alone = {found[order.number] for order in unknown}
    assert len(alone) == len(unknown)
    assert alone.isdisjoint(found[order.number] for _, order in orders if _is_known(order.customer))


def _is_known(customer: Customer) -> bool:
    """Whether anything but a name says who somebody is."""
    known = identity(customer, None)
    return bool(known.code or known.email or known.phone)
