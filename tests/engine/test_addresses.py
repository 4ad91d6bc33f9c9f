"""Where an order and its bill go: what is left of addresses of blanks and names, and what is said of the rest."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.bench import Bench, outcomes
from tests.support import ListSource, examples
from tradegecko_bridge import Sandbox, TradeGeckoClient
from tradegecko_bridge.commerce import Address, Customer, SourceOrder
from tradegecko_bridge.engine import ConnectionSettings, Outcome
from tradegecko_bridge.engine.mapping.addresses import parties, ship_to
from tradegecko_bridge.ledger import OrderState, Reason
from tradegecko_bridge.sources.folder import FolderSource
from tradegecko_bridge.testing.builders import AN_ADDRESS, a_line, an_order
from tradegecko_bridge.tradegecko.records import Address as RemoteAddress

DOCS = [
    Path(__file__).parents[2] / name for name in ("README.md", "docs/folder.md")
]  # the tutorial's are walked through elsewhere
PLAIN = ConnectionSettings()
ANN = Customer(first_name="Ann", last_name="Lee", email="ann@example.com")
STREET = Address(address1="1 King St W", city="Toronto", country="CA")


def order(shipping: Address | None, billing: Address | None = None, **fields: Any) -> SourceOrder:
    return an_order("1", shipping_address=shipping, billing_address=billing, **{"customer": ANN, **fields})


def why(given: SourceOrder, **options: Any) -> str:
    """Why it is held for its address."""
    reason = ship_to(given, ConnectionSettings(**options))
    assert isinstance(reason, Reason)
    assert reason.code == "no_address"
    return reason.text


@pytest.mark.parametrize(
    "billing",
    [
        None,
        Address(),
        Address(address1=" ", city="\t"),
        Address(first_name="Ann", last_name="Lee", country="CA"),
        Address(email="pay@example.com"),
        Address(address1="n/a", address2="-", city="Ottawa"),
    ],
)
def test_a_bill_without_a_street_goes_where_the_order_goes(billing: Address | None) -> None:
    """Whatever else it says."""
    found = parties(order(AN_ADDRESS, billing))
    assert (found.shipping, found.billing, found.bill) == (AN_ADDRESS, None, AN_ADDRESS)


def test_what_such_a_bill_says_of_the_customer_is_kept() -> None:
    """Where the customer does not say it; two people's names are not mixed."""
    bill = Address(
        first_name="Bo", last_name="Berg", company="Berg & Co", email="pay@example.com", phone="416 555 0100"
    )
    assert parties(order(STREET, bill, customer=Customer())).customer == Customer(
        first_name="Bo", last_name="Berg", company="Berg & Co", email="pay@example.com", phone="416 555 0100"
    )
    assert parties(order(STREET, bill)).customer == evolve(ANN, phone="416 555 0100")


@pytest.mark.parametrize(
    ("shipping", "at"),
    [
        (None, AN_ADDRESS),
        (Address(), AN_ADDRESS),
        (Address(address1="", country="ca"), AN_ADDRESS),
        (Address(city=" toronto "), AN_ADDRESS),
        (
            Address(last_name="Berg", phone="1 555 0100"),
            evolve(AN_ADDRESS, first_name=None, last_name="Berg", phone="1 555 0100"),
        ),
    ],
)
def test_without_a_street_of_its_own_an_order_goes_to_that_of_the_bill(shipping: Address | None, at: Address) -> None:
    """To whom it is for, where that is said."""
    found = ship_to(order(shipping, AN_ADDRESS), PLAIN)
    assert not isinstance(found, Reason)
    assert (found.shipping, found.billing) == (at, AN_ADDRESS)


def test_a_street_in_the_second_line_is_one() -> None:
    """It goes into the first."""
    found = parties(order(Address(address1=" ", address2="1 King St W ", city="Toronto")))
    assert found.shipping == Address(address1="1 King St W", city="Toronto")


@pytest.mark.parametrize(
    ("shipping", "billing", "said"),
    [
        (None, None, "the order has no address to ship to; add one at the source"),
        (Address(), Address(city=" "), "the order has no address to ship to; add one at the source"),
        (
            None,
            Address(city="Ottawa"),
            "the order has no shipping address, and the billing address has no street (address1); add it at the source",
        ),
        (
            Address(last_name="Lee", city="Toronto"),
            None,
            "the shipping address has no street (address1); add it at the source",
        ),
        (
            Address(last_name="Lee", postal_code="K1A 0B1"),
            AN_ADDRESS,
            (
                "the shipping address has no street (address1), and another postal code than the billing address; add "
                "the street at the source"
            ),
        ),
    ],
)
def test_what_is_missing_is_said(shipping: Address | None, billing: Address | None, said: str) -> None:
    """And where; nobody's data is quoted."""
    assert why(order(shipping, billing)) == said


def test_downloads_need_no_address() -> None:
    """By a setting, which the reason names; what is shipped needs one all the same."""
    downloads = order(None, lines=[a_line(shippable=False)])
    assert 'set unshipped_street = "Download"' in why(downloads)
    sent = ship_to(downloads, ConnectionSettings(unshipped_street="Download"))
    assert not isinstance(sent, Reason)
    assert sent.shipping == Address(address1="Download", first_name="Ann", last_name="Lee", email="ann@example.com")
    assert "unshipped" not in why(order(None, lines=[a_line(), a_line("B", shippable=False)]), unshipped_street="x")


PART = st.sampled_from([None, "", " ", "-", "n/a", "Toronto", "1 King St W"])
ADDRESSES = st.none() | st.builds(Address, **{one.name: PART for one in attrs.fields(Address)})


@given(ADDRESSES, ADDRESSES)
def test_any_parts_at_all(shipping: Address | None, billing: Address | None) -> None:
    """An order goes where somebody gave a street, or it is held; nothing is made up, and a second look changes none."""
    given = order(shipping, billing)
    found = ship_to(given, PLAIN)
    if isinstance(found, Reason):
        assert found.code == "no_address"
        return
    said = {value.strip() for one in (shipping, billing) if one for value in attrs.astuple(one) if value}
    for one in (found.shipping, found.billing):
        assert one is None or one.address1 in said
        assert one is None or {value for value in attrs.astuple(one) if value} <= said
        assert one is None or all(value is None or value.strip() for value in attrs.astuple(one))
    again = ship_to(evolve(given, shipping_address=found.shipping, billing_address=found.billing), PLAIN)
    assert not isinstance(again, Reason)
    assert (again.shipping, again.billing) == (found.shipping, found.billing)


# ── against the sandbox ──────────────────────────────────────────────────────────────────────

Open = Callable[..., Bench]


@pytest.fixture
def open_bench(sandbox: Sandbox, client: TradeGeckoClient) -> Open:
    def open_(*orders: SourceOrder, source: Any = None, **options: Any) -> Bench:
        sandbox.reset()
        return Bench(sandbox, client, source or ListSource(list(orders)), settings=ConnectionSettings(**options))

    return open_


def addresses(bench: Bench, number: str) -> tuple[RemoteAddress, RemoteAddress]:
    """Where an order and its bill went."""
    (made,) = [one for one in bench.remote() if one.order_number == number]
    known = {one.id: one for one in bench.client.addresses.list(company_id=made.company_id)}
    assert made.shipping_address_id
    assert made.billing_address_id
    return known[made.shipping_address_id], known[made.billing_address_id]


def test_bills_and_orders_without_a_street_arrive(open_bench: Open) -> None:
    """As they were foreseen, with no request that is refused."""
    bench = open_bench(
        order(AN_ADDRESS, Address(first_name="Ann", last_name="Lee", country="CA")),
        evolve(order(Address(), AN_ADDRESS), reference="2", number="2"),
        evolve(order(Address(last_name="Lee", city="Toronto")), reference="3", number="3"),
    )
    foreseen = outcomes(bench.engine.deliver_orders(dry_run=True))
    assert foreseen == {"1": Outcome.PLANNED, "2": Outcome.PLANNED, "3": Outcome.HELD}
    assert outcomes(bench.deliver()) == {"1": Outcome.DELIVERED, "2": Outcome.DELIVERED, "3": Outcome.HELD}
    assert len(bench.writes()) == 2
    for number in ("1", "2"):
        to, billed = addresses(bench, number)
        assert to.id == billed.id
        assert (to.address1, to.city) == ("1 King St W", "Toronto")


def test_downloads_alone_go_out_once_the_setting_is_there(open_bench: Open) -> None:
    """With the setting that the reason named, by themselves."""
    bench = open_bench(order(None, lines=[a_line(shippable=False)]))
    bench.deliver()
    assert bench.state("1") is OrderState.HELD
    again = Bench(
        bench.sandbox,
        bench.client,
        bench.source,
        store=bench.store,
        settings=ConnectionSettings(unshipped_street="Download"),
    )
    again.clock.move(hours=1)
    again.deliver()
    assert addresses(again, "1")[0].address1 == "Download"


def documented() -> dict[str, tuple[str, list[str]]]:
    """The order files that the documentation shows: by name their content, and the numbers in it."""
    found: dict[str, tuple[str, list[str]]] = {}
    for page in DOCS:
        blocks = re.findall(r"^```\w*\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        for text in (block for block in blocks if block.startswith(("order_number,", '{"orders":'))):
            is_json = text.startswith("{")
            rows = json.loads(text)["orders"] if is_json else text.splitlines()[1:]
            numbers = [row["number"] if is_json else row.partition(",")[0] for row in rows]
            name = f"{page.stem}-{len(found)}.{'json' if is_json else 'csv'}"
            found[name] = text, list(dict.fromkeys(numbers))
    return found


@pytest.mark.parametrize("name", documented())
def test_the_examples_of_the_documentation_are_delivered(open_bench: Open, tmp_path: Path, name: str) -> None:
    """As they stand."""
    text, numbers = documented()[name]
    source = FolderSource(tmp_path, settle=0)
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / name).write_text(text, encoding="utf-8")
    bench = open_bench(source=source)
    assert outcomes(bench.deliver()) == dict.fromkeys(numbers, Outcome.DELIVERED)


def test_the_documentation_shows_examples() -> None:
    """Of both kinds, so that the test above is none of nothing."""
    assert {name.rpartition(".")[2] for name in documented()} == {"csv", "json"}


@given(pairs=st.lists(st.tuples(ADDRESSES, ADDRESSES), min_size=1, max_size=8), downloads=st.booleans())
@settings(max_examples=examples(12), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_address_is_refused(
    open_bench: Open, pairs: list[tuple[Address | None, Address | None]], downloads: bool
) -> None:
    """Whatever parts are missing or blank: what a dry run says becomes of an order, a run does, and all that is sent is
    taken."""
    orders = [
        an_order(str(n), [a_line(shippable=not downloads)], shipping_address=one, billing_address=other)
        for n, (one, other) in enumerate(pairs)
    ]
    bench = open_bench(*orders, unshipped_street="Download" if downloads else None)
    foreseen = outcomes(bench.engine.deliver_orders(dry_run=True))
    done = outcomes(bench.deliver())
    assert {number: Outcome.DELIVERED if said is Outcome.PLANNED else said for number, said in foreseen.items()} == done
    assert not downloads or set(done.values()) == {Outcome.DELIVERED}
    assert {entry.reason.code for entry in bench.store.entries() if entry.reason} <= {"no_address"}
    assert len(bench.writes()) == list(done.values()).count(Outcome.DELIVERED)
