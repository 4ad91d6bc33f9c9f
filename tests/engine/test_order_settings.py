"""What the settings of a connection make of an order in TradeGecko: each through the real sandbox."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.bench import Bench, detail, outcomes
from tests.support import ListSource
from tradegecko_bridge import ConnectionSettings, Sandbox, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import Customer, SourceOrder, Totals
from tradegecko_bridge.commerce.remote import OrderDraft, RemoteOrder, RemoteVariant
from tradegecko_bridge.engine import Outcome, TaxTreatment
from tradegecko_bridge.engine.mapping.catalog import Catalog
from tradegecko_bridge.engine.mapping.draft import build_draft
from tradegecko_bridge.engine.mapping.order_numbers import remote_number
from tradegecko_bridge.errors import Unavailable
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.testing.builders import A_CUSTOMER, AN_ADDRESS, a_line, an_order
from tradegecko_bridge.tradegecko.records import Order

D = Decimal
GROSS = a_line("MUG-BLUE", 2, "22.59", price_includes_tax=True)
NET = a_line("MUG-BLUE", 2, "19.99")


def bench_with(sandbox: Sandbox, client: TradeGeckoClient, *orders: SourceOrder, **given: Any) -> Bench:
    return Bench(sandbox, client, ListSource(list(orders)), settings=ConnectionSettings(**given))


def delivered(sandbox: Sandbox, client: TradeGeckoClient, order: SourceOrder, **given: Any) -> Order:
    """The one order as TradeGecko has it."""
    bench = bench_with(sandbox, client, order, **given)
    report = bench.deliver()
    assert outcomes(report) == {order.number: Outcome.DELIVERED}, list(report.lines())
    (remote,) = bench.remote()
    return remote


def held(sandbox: Sandbox, client: TradeGeckoClient, order: SourceOrder, **given: Any) -> str:
    """Why the one order is held; nothing was written for it."""
    bench = bench_with(sandbox, client, order, **given)
    report = bench.deliver()
    assert outcomes(report) == {order.number: Outcome.HELD}
    assert "/orders" not in bench.writes()
    return detail(report, order.number)


# ── status and what follows ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", ["draft", "active", "finalized"])
def test_the_status(sandbox: Sandbox, client: TradeGeckoClient, status: str) -> None:
    """In one request, whatever the status."""
    bench = bench_with(sandbox, client, an_order(), order_status=status)
    assert bench.deliver()
    assert [order.status for order in bench.remote()] == [status]
    assert bench.writes() == ["/orders"]


@pytest.mark.parametrize(("paid", "status"), [(True, "paid"), (None, "paid"), (False, "unpaid")])
def test_who_has_not_paid_is_not_marked_paid(
    sandbox: Sandbox, client: TradeGeckoClient, paid: bool | None, status: str
) -> None:
    """Unless the source denies it, what mark_paid says is so."""
    order = an_order(paid=paid)
    wired = {"order_status": "finalized", "mark_paid": True, "payment_method": "Bank Transfer", "unpaid": "send"}
    assert delivered(sandbox, client, order, **wired).payment_status == status


# ── tax and currency ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("line", [GROSS, NET], ids=["gross", "net"])
@pytest.mark.parametrize(("treatment", "written"), [("inclusive", "inclusive"), ("exclusive", "exclusive")])
def test_prices_are_put_on_the_wanted_footing(
    sandbox: Sandbox, client: TradeGeckoClient, line: Any, treatment: str, written: str
) -> None:
    """Whether they had tax in them or not, the total stays what it was."""
    order = an_order(lines=[line], shipping=(), totals=Totals(grand_total=D("45.18")))
    remote = delivered(sandbox, client, order, tax_treatment=treatment)
    assert (remote.tax_treatment, remote.total) == (written, D("45.18"))


@pytest.mark.parametrize("account", ["inclusive", "exclusive"])
@pytest.mark.parametrize("line", [GROSS, NET], ids=["gross", "net"])
def test_the_accounts_own_treatment(sandbox: Sandbox, client: TradeGeckoClient, line: Any, account: str) -> None:
    """Nothing is sent, the account's default applies, and the prices are right for it."""
    client.accounts.update(1, {"default_tax_treatment": account})
    order = an_order(lines=[line], shipping=(), totals=Totals(grand_total=D("45.18")))
    remote = delivered(sandbox, client, order, tax_treatment="default")
    assert (remote.tax_treatment, remote.total) == (account, D("45.18"))


def test_the_accounts_own_treatment_is_not_sent(client: TradeGeckoClient) -> None:
    """So that whoever changes it in TradeGecko changes it for these orders too."""
    variants = {"MUG-BLUE": [RemoteVariant(id="1", sku="MUG-BLUE")]}
    for treatment, sent in (("default", None), ("source", "exclusive")):
        settings = ConnectionSettings(tax_treatment=TaxTreatment(treatment))
        draft = build_draft(an_order(), "m", Catalog(variants=variants, currencies={"CAD": 2}), settings)
        assert isinstance(draft, OrderDraft)
        assert TradeGeckoGateway(client)._order_fields(draft, None, ()).get("tax_treatment") == sent


def test_by_default_prices_stay_as_the_source_has_them(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """With tax in them they are said to have it."""
    remote = delivered(sandbox, client, an_order(lines=[GROSS], shipping=()))
    assert remote.tax_treatment == "inclusive"


def test_a_price_that_cannot_be_converted_holds_the_order(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Without a rate, or where the line would come to another amount, it is said which line and why."""
    no_rate = an_order(lines=[evolve(GROSS, tax_rate=None)], shipping=())
    said = held(sandbox, client, no_rate, tax_treatment="exclusive")
    assert said.startswith(
        "line MUG-BLUE (SKU MUG-BLUE): its tax rate is not known, so it cannot be sent with tax on top"
    )
    many = an_order(lines=[a_line("MUG-BLUE", 900_000, "0.07", price_includes_tax=True)], shipping=())
    said = held(sandbox, client, many, tax_treatment="exclusive")
    assert said == (
        "line MUG-BLUE (SKU MUG-BLUE) would come to 63003.15 instead of 63000.00 with tax on top of its price; "
        "set tax_treatment otherwise"
    )


def test_what_costs_nothing_needs_no_rate(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """A free line is free on any tax basis."""
    free = a_line("PIN-OWL", 1, "0.00", tax_rate=None)
    remote = delivered(sandbox, client, an_order(lines=[GROSS, free], shipping=()), tax_treatment="inclusive")
    assert remote.total == D("45.18")


@pytest.mark.parametrize("name", ["US Dollar", "usd", "USD"])
def test_one_currency_for_the_connection(sandbox: Sandbox, client: TradeGeckoClient, name: str) -> None:
    """By name or ISO code, whatever the source calls it, and if it does not call it anything."""
    remote = delivered(sandbox, client, an_order(currency=""), currency=name)
    usd = next(c.id for c in client.currencies.list() if c.iso == "USD")
    assert remote.currency_id == usd


def test_a_currency_in_small_letters_is_the_same(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Sources write ISO codes as they like."""
    delivered(sandbox, client, an_order(currency=" cad "))


# ── what settings name ───────────────────────────────────────────────────────────────────────


def test_records_named_in_the_settings(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Customer, location, price list and user, by what people call them."""
    remote = delivered(
        sandbox, client, an_order(), customer="HARBOUR", location="Second Warehouse", price_list="US Retail",
        assignee="sasha@demo.example",
    )  # fmt: skip
    found = (remote.company_id, remote.stock_location_id, remote.default_price_list_id, remote.assignee_id)
    assert found == (2, 2, "4", 2)


@pytest.mark.parametrize(
    ("setting", "name", "said"),
    [
        ("customer", "Ann Lee Ltd", "no customer in TradeGecko with this id, company code or name"),
        ("location", "Moon", "no stock location 'Moon' in TradeGecko; it has"),
        ("price_list", "staff", "no price list 'staff'"),
        ("assignee", "ann@example.com", "no user in TradeGecko with this e-mail address or id"),
        ("currency", "Taler", "no currency 'Taler' in TradeGecko; it has CAD, USD"),
    ],
)
def test_what_is_not_there_holds_every_order(
    sandbox: Sandbox, client: TradeGeckoClient, setting: str, name: str, said: str
) -> None:
    """With the setting's name and without naming a person; nothing is written."""
    text = held(sandbox, client, an_order(), **{setting: name})
    assert text.startswith(f"setting {setting}: {said}")
    assert "Ann" not in text
    assert "ann@" not in text


def test_it_goes_out_once_what_is_named_is_there(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """By itself, with the next run."""
    bench = bench_with(sandbox, client, an_order(), customer="EBAY")
    assert outcomes(bench.deliver()) == {"1001": Outcome.HELD}
    made = client.companies.create({"name": "eBay buyers", "company_type": "consumer", "company_code": "EBAY"})
    assert outcomes(bench.deliver()) == {"1001": Outcome.DELIVERED}
    assert [order.company_id for order in bench.remote()] == [made.id]


@pytest.mark.parametrize(
    ("email", "customers"),
    [(None, 1), ("berg@example.com", 2)],
    ids=["nothing speaks against it", "another address: another shop's customer of this number"],
)
def test_a_new_customer_is_known_by_its_source_afterwards(
    sandbox: Sandbox, client: TradeGeckoClient, email: str | None, customers: int
) -> None:
    """The source's own customer id becomes the company code, and finds the customer at a new address, without contact.
    Under another name and address for mail it is somebody else."""
    name = "Berg" if email else A_CUSTOMER.last_name
    married = Customer(reference="C-7", first_name="Ann", last_name=name, email=email)
    moved = evolve(AN_ADDRESS, last_name=name, address1="2 Bay St", email=None, phone=None)
    orders = (
        an_order("1", customer=evolve(A_CUSTOMER, reference="C-7")),
        an_order("2", customer=married, shipping_address=moved),
    )
    bench = bench_with(sandbox, client, *orders)
    assert bench.deliver()
    assert len({order.company_id for order in bench.remote()}) == customers
    assert client.companies.get(bench.remote()[0].company_id or 0).company_code == "C-7"


@pytest.mark.parametrize(("match", "customers"), [("normal", 1), ("strict", 2)])
def test_how_much_must_agree(sandbox: Sandbox, client: TradeGeckoClient, match: str, customers: int) -> None:
    """The same e-mail address under another name: one customer, or strictly two."""
    again = Customer(first_name="A.", last_name="Lee", email="ANN@example.com")
    other = an_order("2", customer=again, shipping_address=evolve(AN_ADDRESS, first_name="A."))
    bench = bench_with(sandbox, client, an_order("1"), other, customer_match=match)
    assert bench.deliver()
    assert len({order.company_id for order in bench.remote()}) == customers


# ── texts ────────────────────────────────────────────────────────────────────────────────────


def test_reference_link_and_notes(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The source's reference and link as they are, its note before the settings' own."""
    order = an_order(reference="gid-7", note="ring twice", url="https://shop.example/7")
    remote = delivered(sandbox, client, order, note="From eBay")
    assert (remote.reference_number, remote.notes) == ("gid-7", "ring twice\nFrom eBay")
    assert (remote.source_url or "").startswith("https://shop.example/7#tgb-")


LONG = "113-5551234-7654321-EXPORT-2026"


def test_a_long_number_is_cut_and_told_in_the_notes(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The order is found by its whole number and by its short one, and a second run makes no second order."""
    given_: dict[str, Any] = {"number_limit": 20, "number_prefix": "EB-"}
    bench = bench_with(sandbox, client, an_order(LONG), **given_)
    assert outcomes(bench.deliver()) == {LONG: Outcome.DELIVERED}
    (remote,) = bench.remote()
    assert len(remote.order_number or "") == 20
    assert (remote.order_number or "").startswith("EB-")
    assert remote.notes == f"Order number: {LONG}"
    lost = Bench(sandbox, client, ListSource([an_order(LONG)]), settings=ConnectionSettings(**given_))
    assert outcomes(lost.deliver()) == {LONG: Outcome.ADOPTED}
    for name in (LONG, remote.order_number or ""):
        assert [entry.number for entry in bench.store.entries(number=name)] == [LONG]
        assert [entry.number for entry in bench.store.entries(text=name)] == [LONG]


@given(
    numbers=st.lists(st.text("ABC-0129", min_size=1, max_size=40), min_size=2, max_size=30, unique=True),
    limit=st.integers(13, 40),
)
def test_short_numbers_stay_apart(numbers: list[str], limit: int) -> None:
    """Never too long, the same every time, no two alike; what fits is left as it is."""
    wired = ConnectionSettings(number_limit=limit, number_prefix="EB-")
    short = [remote_number(number, wired) for number in numbers]
    assert len(set(short)) == len(numbers)
    assert max(map(len, short)) <= limit
    assert short == [remote_number(number, wired) for number in numbers]
    for number, made in zip(numbers, short, strict=True):
        assert made == f"EB-{number}" or len(number) + 3 > limit


def test_numbers_that_only_differ_where_they_are_cut() -> None:
    """Stay two numbers."""
    wired = ConnectionSettings(number_limit=20)
    one, other = (remote_number(f"{day}-5551234-7654321-EXPORT", wired) for day in ("112", "113"))
    assert one != other
    assert one[:9] == other[:9] == "21-EXPORT"


# ── which orders, which items ────────────────────────────────────────────────────────────────


def test_a_tag_holds_an_order_until_it_is_taken_off(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """As a window in which an order may still be changed; also when the setting goes away."""
    bench = bench_with(sandbox, client, an_order("1", tags=("hold", "vip")), an_order("2"), hold_tags=["HOLD"])
    report = bench.deliver()
    assert outcomes(report) == {"1": Outcome.HELD, "2": Outcome.DELIVERED}
    assert detail(report, "1") == "it has the tag 'HOLD'; take that off at the source"
    bench.source.orders.append(an_order("1", tags=("vip",), cursor="later"))
    assert outcomes(bench.deliver()) == {"1": Outcome.DELIVERED}
    other = bench_with(sandbox, client, an_order("3", tags=("HOLD",)), hold_tags=["HOLD"])
    other.deliver()
    freed = Bench(sandbox, client, other.source, store=other.store)
    freed.clock.move(hours=3)
    assert outcomes(freed.deliver()) == {"3": Outcome.DELIVERED}


def test_a_mapped_ship_method_releases_by_itself(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Held for an unmapped method, the order goes out with the first run that has it mapped."""
    bench = bench_with(sandbox, client, an_order(), hold_unmapped_ship_methods=True)
    assert outcomes(bench.deliver()) == {"1001": Outcome.HELD}
    mapped = ConnectionSettings(hold_unmapped_ship_methods=True, ship_methods={"Flat rate": "Canada Post"})
    later = Bench(sandbox, client, bench.source, store=bench.store, settings=mapped)
    later.clock.move(hours=2)
    assert outcomes(later.deliver()) == {"1001": Outcome.DELIVERED}


@pytest.mark.parametrize(
    ("order_filter", "taken"),
    [
        ({"field": "payment_status", "values": ["paid"]}, ["1"]),
        ({"field": "payment_status", "values": ["paid", ""]}, ["1", "3"]),
        ({"field": "payment_status", "values": ["refunded"], "rule": "except"}, ["1", "3"]),
        ({"field": "source_status", "values": ["partial"], "match": "prefix", "rule": "except"}, ["1", "3"]),
        ({"field": "fulfillment_status", "values": ["unshipped", ""]}, ["1", "3"]),
        ({"field": "fulfillment_status", "values": ["unshipped"], "rule": "except"}, ["2", "3"]),
    ],
)
def test_filters_on_the_sources_own_statuses(
    sandbox: Sandbox, client: TradeGeckoClient, order_filter: dict[str, Any], taken: list[str]
) -> None:
    """In the source's words; blank stands for none."""
    orders = [
        an_order("1", payment_status="PAID", source_status="open", fulfillment_status="Unshipped"),
        an_order("2", payment_status="refunded", source_status="partially shipped", fulfillment_status="partial"),
        an_order("3"),
    ]
    over = {"send_shipped": True, "send_refunded": True}
    report = bench_with(sandbox, client, *orders, order_filters=[order_filter], **over).deliver()
    assert [number for number, outcome in outcomes(report).items() if outcome is Outcome.DELIVERED] == taken
    assert report.count(Outcome.SKIPPED) == 3 - len(taken)


BLUE, RED = "0628000000017", "0628000000024"


@pytest.mark.parametrize(
    ("line", "sku"),
    [
        (a_line("whatever", barcode=BLUE), "MUG-BLUE"),
        (a_line("MUG-RED", barcode=BLUE), "MUG-BLUE"),
        (a_line("MUG-RED", barcode="0000"), "MUG-RED"),
        (a_line("MUG-RED"), "MUG-RED"),
        (a_line("", barcode=RED, reference="1"), "MUG-RED"),
    ],
)
def test_by_barcode_and_else_by_sku(sandbox: Sandbox, client: TradeGeckoClient, line: Any, sku: str) -> None:
    """The barcode goes first; where no variant has it the SKU does."""
    remote = delivered(sandbox, client, an_order(lines=[line], shipping=()), match_by="barcode")
    (sent,) = client.order_line_items.list(order_id=remote.id)
    assert client.variants.get(sent.variant_id or 0).sku == sku


def test_a_line_known_by_its_barcode_is_not_left_out(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Blank lines are left out and this one is none: the order arrives with everything that can be sent."""
    lines = [a_line("MUG-RED"), a_line("", reference="2", barcode=BLUE), a_line(" ", price="0", reference="3")]
    order = an_order(lines=lines, shipping=())
    remote = delivered(sandbox, client, order, match_by="barcode", ignore_blank_skus=True)
    sent = [client.variants.get(line.variant_id or 0).sku for line in client.order_line_items.list(order_id=remote.id)]
    assert sent == ["MUG-RED", "MUG-BLUE"]


@pytest.mark.parametrize(
    ("cure", "lines"),
    [
        ({"ignore_blank_skus": True}, 1),
        ({"item_filters": [{"skus": [""]}]}, 1),
        ({"match_by": "barcode"}, 2),
    ],
)
def test_a_setting_releases_what_is_held_for_want_of_a_sku(
    sandbox: Sandbox, client: TradeGeckoClient, cure: dict[str, Any], lines: int
) -> None:
    """With the first run that has it; until then nothing is looked for among the orders."""
    order = an_order(lines=[a_line("MUG-RED"), a_line("  ", price="0", reference="2", barcode=BLUE)], shipping=())
    bench = bench_with(sandbox, client, order)
    assert outcomes(bench.deliver()) == {"1001": Outcome.HELD}
    asked = len(sandbox.requests())
    bench.engine.deliver_orders()
    assert not [request for request in sandbox.requests()[asked:] if request["path"] == "/orders"]
    later = Bench(sandbox, client, bench.source, store=bench.store, settings=ConnectionSettings(**cure))
    later.clock.move(hours=2)
    assert outcomes(later.deliver()) == {"1001": Outcome.DELIVERED}
    (remote,) = later.remote()
    assert len(list(client.order_line_items.list(order_id=remote.id))) == lines


def test_a_barcode_does_not_count_unless_asked_for(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """By default the SKU is what counts, and nothing is looked up for barcodes."""
    remote = delivered(sandbox, client, an_order(lines=[a_line("MUG-RED", barcode=BLUE)], shipping=()))
    (sent,) = client.order_line_items.list(order_id=remote.id)
    assert client.variants.get(sent.variant_id or 0).sku == "MUG-RED"


def test_barcodes_that_cannot_be_used_are_named(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Nobody's, or of several variants."""
    client.variants.create({"product_id": 1, "sku": "MUG-B2", "upc": BLUE})
    said = held(sandbox, client, an_order(lines=[a_line("", barcode="4711", reference="1")]), match_by="barcode")
    assert said.startswith("line 1 (barcode 4711 is not in TradeGecko) without a SKU")
    said = held(sandbox, client, an_order("2", lines=[a_line("MUG-BLUE", barcode=BLUE)]), match_by="barcode")
    assert f"barcode '{BLUE}' is on several TradeGecko variants" in said


def test_tracking_of_a_line_matched_by_barcode(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The shipment names the source's own line and SKU."""
    bench = bench_with(sandbox, client, an_order(lines=[a_line("our-mug", barcode=BLUE)]), match_by="barcode")
    assert bench.deliver()
    bench.ship("1001", {"MUG-BLUE": 1})
    bench.clock.move(hours=1)
    bench.engine.sync_tracking()
    (shipment,) = bench.source.shipments
    assert [(item.sku, shipment.completes_order) for item in shipment.items] == [("our-mug", True)]


@pytest.mark.parametrize(("days", "given_up"), [(1, True), (15, False)])
def test_the_horizon_of_the_settings(sandbox: Sandbox, days: int, given_up: bool) -> None:
    """An order that cannot be sent is given up after the days the settings say."""

    class Refusing(TradeGeckoGateway):
        """Lets everything be looked up and nothing be created."""

        def create_order(self, draft: OrderDraft, *, key: str, customer_id: str | None, **may: Any) -> RemoteOrder:
            raise Unavailable("429 on POST /orders: busy")

    with TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client:
        settings = ConnectionSettings(retry_days=days)
        bench = Bench(sandbox, client, ListSource([an_order()]), gateway=Refusing(client), settings=settings)
        for _ in range(30):
            bench.deliver()
        assert bench.state("1001") is (OrderState.FAILED if given_up else OrderState.PENDING)


def test_an_order_that_only_went_on_is_no_change(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Paid, sent, closed at its source: nobody need read of it; of any other change they must."""
    bench = bench_with(sandbox, client, an_order(payment_status="pending", source_status="open"), unpaid="send")
    assert bench.deliver()
    paid = an_order(
        payment_status="paid",
        fulfillment_status="shipped",
        paid=True,
        source_status="closed",
        payment_method="card",
        cursor="2",
    )
    bench.source.orders.append(paid)
    assert bench.deliver().items == []
    bench.source.orders.append(evolve(paid, note="ring twice", cursor="3"))
    assert outcomes(bench.deliver()) == {"1001": Outcome.CHANGED}
