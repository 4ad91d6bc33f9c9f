"""The gateway against the sandbox: what the engine's port promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import uuid4

import httpx
import pytest
from attrs import evolve

from tests.support import HandClock
from tests.tradegecko.support import Waits, mocked, scripted
from tradegecko_bridge import Sandbox, TradeGeckoClient, TradeGeckoGateway, errors
from tradegecko_bridge.commerce import Address, Customer
from tradegecko_bridge.commerce.remote import DraftLine, LineKind, OrderDraft, RemoteShipment
from tradegecko_bridge.ports.mirrors import MirrorRow
from tradegecko_bridge.testing.builders import A_CUSTOMER, AN_ADDRESS
from tradegecko_bridge.tradegecko.gateway.mirror_book import MirrorBook
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import COMPANIES, VARIANTS
from tradegecko_bridge.tradegecko.records import Address as RemoteAddress
from tradegecko_bridge.tradegecko.records import Order
from tradegecko_bridge.tradegecko.retry import NO_RETRY, RetryPolicy

TIME = datetime(2026, 11, 3, 12, tzinfo=UTC)
TRICKY = [
    "a&b",
    "a+b",
    "a b",
    "größe-č-汉",
    "a[]",
    "[a]",
    "a,b",
    "100%",
    "a=b",
    "#1",
    "a/b",
    'q"q',
    "a?b",
    "a\\b",
    "'",
    "0",
]


@pytest.fixture
def gateway(client: TradeGeckoClient) -> TradeGeckoGateway:
    """A gateway to the sandbox's account."""
    return TradeGeckoGateway(client)


def a_draft(number: str = "1001", *lines: DraftLine, **fields: Any) -> OrderDraft:
    """An order for Ann Lee of Toronto, prices without tax."""
    return OrderDraft(
        **{
            "number": number,
            "reference": f"ref-{number}",
            "marker": f"mark-{number}",
            "status": "active",
            "issued_on": date(2026, 11, 2),
            "currency": "CAD",
            "prices_include_tax": False,
            "customer": A_CUSTOMER,
            "shipping_address": AN_ADDRESS,
            "lines": lines or (a_line(),),
            **fields,
        }
    )


def a_line(
    quantity: str = "1", price: str = "10", rate: str | None = "13", variant: str | None = "1", **fields: Any
) -> DraftLine:
    rate_given = None if rate is None else Decimal(rate)
    return DraftLine(
        variant_id=variant, quantity=Decimal(quantity), price=Decimal(price), tax_rate=rate_given, **fields
    )


def create(
    gateway: TradeGeckoGateway, client: TradeGeckoClient, draft: OrderDraft, customer: str | None = None
) -> Order:
    """The order as TradeGecko has it after the gateway created it."""
    made = gateway.create_order(draft, key=f"key-{draft.number}", customer_id=customer)
    return client.orders.get(made.id)


# ── finding ──────────────────────────────────────────────────────────────────────────────────


def test_access(gateway: TradeGeckoGateway, client: TradeGeckoClient) -> None:
    """The account's name, and what its user may not do but we would need."""
    access = gateway.check_access()
    assert access.account == client.accounts.current().name
    assert access.missing_permissions == ()
    client.users.update(1, {"permissions": ["read_reports", "write_orders"]})
    assert gateway.check_access().missing_permissions == ("write_companies",)


def test_orders_are_found_void_and_deleted_too(gateway: TradeGeckoGateway, client: TradeGeckoClient) -> None:
    """With their mark, and whether they are gone."""
    made = {
        status: gateway.create_order(a_draft("77", status="draft"), key=status, customer_id=None)
        for status in ("draft", "void", "deleted")
    }
    client.orders.delete(made["deleted"].id)
    client.orders.update(made["void"].id, {"status": "finalized"})
    client.orders.action(made["void"].id, "void")
    found = {order.id: order for order in gateway.find_orders("77")}
    assert {i: order.gone for i, order in found.items()} == {
        made["draft"].id: False,
        made["void"].id: True,
        made["deleted"].id: True,
    }
    assert {order.marker for order in found.values()} == {"mark-77"}
    assert gateway.find_orders("7") == []


def test_a_filter_that_matches_partially_fools_nobody() -> None:
    """Where the API finds 1001 for 100, we do not."""
    with (
        Sandbox(rate_limit=None, switches={"order_number_filter_substring": True}) as sandbox,
        TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client,
    ):
        gateway = TradeGeckoGateway(client)
        for number in ("100", "1001", "SO-100"):
            gateway.create_order(a_draft(number), key=number, customer_id=None)
        assert len(list(client.orders.list(order_number="100"))) == 3
        assert [order.number for order in gateway.find_orders("100")] == ["100"]
        assert gateway.find_orders("00") == []


@pytest.mark.parametrize("number", ["#1001", "A,B", "A&B=C", "1 001", "Nº 5/7", "[1]", " 1001 ", "%31"])
def test_odd_numbers_are_found_again(gateway: TradeGeckoGateway, number: str) -> None:
    """What was created is found by the number it was created with, or it would be created twice."""
    made = gateway.create_order(a_draft(number), key="k", customer_id=None)
    assert [order.id for order in gateway.find_orders(number)] == [made.id]
    assert made.number == number.strip()


def test_orders_of_others_have_no_mark(gateway: TradeGeckoGateway, client: TradeGeckoClient) -> None:
    """Only ours are known as ours, whatever link they carry."""
    for url in (None, "", "https://shop.example/orders/9"):
        client.orders.create({"company_id": 2, "shipping_address_id": 1, "order_number": "X", "source_url": url})
    assert [order.marker for order in gateway.find_orders("X")] == [None, None, None]


def test_a_mark_leaves_the_link_working(gateway: TradeGeckoGateway, client: TradeGeckoClient) -> None:
    """It is the fragment of the order's address at the source."""
    order = create(gateway, client, a_draft("5", url="https://shop.example/orders/5"))
    assert order.source_url == "https://shop.example/orders/5#tgb-mark-5"
    assert gateway.find_orders("5")[0].marker == "mark-5"


def test_variants_are_found_by_sku(gateway: TradeGeckoGateway) -> None:
    """Exactly, every carrier of a SKU, and the absent ones absent."""
    found = gateway.find_variants(["MUG-BLUE", "DUP-SKU", "mug-red", "NOPE", "", " "])
    assert set(found) == {"MUG-BLUE", "DUP-SKU"}
    assert [variant.id for variant in found["MUG-BLUE"]] == ["1"]
    assert len({variant.id for variant in found["DUP-SKU"]}) == 2
    assert gateway.find_variants([]) == {}


def test_a_sku_filter_that_matches_partially_fools_nobody() -> None:
    """Where the API gives MUG-BLUE-2 and mug-blue for MUG-BLUE, we do not."""
    rows = [{"id": i, "sku": sku} for i, sku in enumerate(("MUG-BLUE-2", "mug-blue", "MUG-BLUE", None), 1)]
    client, _ = scripted(httpx.Response(200, json={"variants": rows}, headers={"X-Pagination": '{"last_page": true}'}))
    found = TradeGeckoGateway(client).find_variants(["MUG-BLUE"])
    assert {sku: [v.id for v in variants] for sku, variants in found.items()} == {"MUG-BLUE": ["3"]}


def test_a_blank_sku_does_not_list_the_whole_shop(gateway: TradeGeckoGateway) -> None:
    """The API ignores blank filters; so nothing is asked."""
    assert gateway.find_variants({"", "  "}) == {}
    assert gateway.calls == 0


@pytest.mark.parametrize("sku", TRICKY)
def test_odd_skus_are_found(gateway: TradeGeckoGateway, client: TradeGeckoClient, sku: str) -> None:
    """Whatever characters they have."""
    variant = client.variants.create({"product_id": 1, "sku": sku})
    found = gateway.find_variants([sku, "MUG-BLUE"])
    assert [v.id for v in found[sku]] == [str(variant.id)]
    assert set(found) == {sku, "MUG-BLUE"}


@pytest.mark.parametrize("make", [lambda n: f"S-{n}", lambda n: f"/{n}/" + "/" * 245, lambda n: f"{n}" + "汉" * 240])
def test_many_and_long_skus_fit_their_addresses(
    gateway: TradeGeckoGateway, client: TradeGeckoClient, make: Callable[[int], str]
) -> None:
    """More than fifty at a time, and such as take a lot of room: in as few calls as fit, never too long (414)."""
    skus = [make(n) for n in range(120)]
    client.products.create({"name": "Many", "variants": [{"sku": sku} for sku in skus[:60]]})
    found = gateway.find_variants(skus)
    assert set(found) == set(skus[:60])
    assert 3 <= gateway.calls - 1 <= 120


def test_customers_are_found_by_address(gateway: TradeGeckoGateway, client: TradeGeckoClient) -> None:
    """The oldest active company with just this e-mail address that is no supplier."""
    assert gateway.find_customer(Customer(email="robin@shopper.example")) == "3"
    assert gateway.find_customer(Customer(email="sales@northernclay.example")) is None
    assert gateway.find_customer(Customer(email="nobody@shopper.example")) is None
    assert gateway.find_customer(Customer(first_name="Robin")) is None
    twin = client.companies.create({"name": "R", "company_type": "consumer", "email": "robin@shopper.example"})
    assert gateway.find_customer(Customer(email="robin@shopper.example")) == "3"
    client.companies.update(3, {"status": "disabled"})
    assert gateway.find_customer(Customer(email="robin@shopper.example")) == str(twin.id)


def test_currencies_are_read_once_a_run(gateway: TradeGeckoGateway, client: TradeGeckoClient) -> None:
    """What rarely changes is remembered until the next run."""
    assert set(gateway.currencies()) == {"CAD", "USD"}
    client.currencies.create({"iso": "EUR", "name": "Euro", "rate": "0.7"})
    assert set(gateway.currencies()) == {"CAD", "USD"}
    with gateway.session():
        assert set(gateway.currencies()) == {"CAD", "USD", "EUR"}


# ── creating ─────────────────────────────────────────────────────────────────────────────────


def addresses(client: TradeGeckoClient, order: Order) -> tuple[RemoteAddress, RemoteAddress]:
    assert order.shipping_address_id is not None
    assert order.billing_address_id is not None
    return client.addresses.get(order.shipping_address_id), client.addresses.get(order.billing_address_id)


def test_an_order_arrives_whole(gateway: TradeGeckoGateway, client: TradeGeckoClient) -> None:
    """Header, lines in their order, company and address of a new customer, in one request."""
    lines = (
        a_line("2", "19.99"),
        a_line("1", "12.50", variant=None, kind=LineKind.SHIPPING, label="Shipping: Flat rate"),
        a_line("1", "-5", "0", variant=None, kind=LineKind.DISCOUNT, label="SAVE5"),
    )
    draft = a_draft("1", *lines, note="ring twice", tags=("web", "a,b"), ship_on=date(2026, 11, 5))
    order = create(gateway, client, draft)
    assert (order.order_number, order.reference_number, order.status) == ("1", "ref-1", "active")
    assert (order.issued_at, order.ship_at, order.notes) == (date(2026, 11, 2), date(2026, 11, 5), "ring twice")
    assert (order.tags, order.email, order.phone_number) == (["web", "a,b"], "ann@example.com", "4165550100")
    assert order.tax_treatment == "exclusive"
    found = [client.order_line_items.get(i) for i in order.order_line_item_ids]
    assert [(line.variant_id, line.line_type, line.label) for line in found] == [
        (1, None, None),
        (None, "shipping", "Shipping: Flat rate"),
        (None, "discount", "SAVE5"),
    ]
    assert [f"{line.quantity} × {line.price}" for line in found] == ["2.0 × 19.99", "1.0 × 12.5", "1.0 × -5.0"]
    assert order.company_id is not None
    company = client.companies.get(order.company_id)
    assert (company.name, company.company_type, company.email) == ("Ann Lee", "consumer", "ann@example.com")
    shipping, billing = addresses(client, order)
    assert shipping.id == billing.id
    assert (shipping.label, shipping.address1, shipping.city, shipping.state) == (
        "Shipping",
        "1 King St W",
        "Toronto",
        "ON",
    )
    assert (shipping.zip_code, shipping.country, shipping.first_name, shipping.last_name) == (
        "M5H 1A1",
        "CA",
        "Ann",
        "Lee",
    )


def test_a_company_is_a_business(gateway: TradeGeckoGateway, client: TradeGeckoClient) -> None:
    """With its own name, while a customer without any name still gets one."""
    order = create(gateway, client, a_draft("1", customer=evolve(A_CUSTOMER, company="Lee & Sons")))
    assert order.company_id is not None
    company = client.companies.get(order.company_id)
    assert (company.name, company.company_type) == ("Lee & Sons", "business")
    nameless = a_draft("2", customer=Customer(), shipping_address=Address(address1="1 King St W"))
    order = create(gateway, client, nameless)
    assert order.company_id is not None
    assert client.companies.get(order.company_id).name == "Customer of 2"


def test_a_bill_goes_elsewhere(gateway: TradeGeckoGateway, client: TradeGeckoClient) -> None:
    """A billing address of its own for a new customer, each under its own label."""
    elsewhere = evolve(AN_ADDRESS, address1="2 Queen St", company="Lee & Sons")
    order = create(gateway, client, a_draft("1", billing_address=elsewhere))
    shipping, billing = addresses(client, order)
    assert (shipping.address1, shipping.label) == ("1 King St W", "Shipping")
    assert (billing.address1, billing.label) == ("2 Queen St", "Billing")
    assert order.company_id is not None
    assert client.companies.get(order.company_id).name == "Lee & Sons"


def test_a_known_customers_addresses_are_used_again(gateway: TradeGeckoGateway, client: TradeGeckoClient) -> None:
    """The same door is the same address, in whatever case it is written; another door is a new one."""
    first = create(gateway, client, a_draft("1"))
    known = gateway.find_customer(A_CUSTOMER)
    assert known == str(first.company_id)
    louder = evolve(AN_ADDRESS, address1="1 KING ST W", phone="1", email="x@example.com")
    second = create(gateway, client, a_draft("2", shipping_address=louder), known)
    assert second.company_id == first.company_id
    assert second.shipping_address_id == second.billing_address_id == first.shipping_address_id
    elsewhere = evolve(AN_ADDRESS, address1="2 Queen St")
    third = create(gateway, client, a_draft("3", billing_address=elsewhere), known)
    assert third.shipping_address_id == first.shipping_address_id
    fourth = create(gateway, client, a_draft("4", shipping_address=elsewhere), known)
    assert fourth.shipping_address_id == fourth.billing_address_id == third.billing_address_id
    assert client.companies.get(known).address_ids == [first.shipping_address_id, third.billing_address_id]


def test_labels_are_unique_within_a_company(gateway: TradeGeckoGateway, client: TradeGeckoClient) -> None:
    """As many new addresses as there are orders: no label is refused for being taken."""
    company = create(gateway, client, a_draft("0")).company_id
    for n in range(1, 4):
        ship, bill = (evolve(AN_ADDRESS, address1=f"{n} {street}") for street in ("Bay St", "Elm St"))
        create(gateway, client, a_draft(str(n), shipping_address=ship, billing_address=bill), str(company))
    labels = [address.label for address in client.addresses.list(company_id=company)]
    assert sorted(filter(None, labels)) == [
        "Billing", "Billing 2", "Billing 3", "Shipping", "Shipping 2", "Shipping 3", "Shipping 4",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("included", "lines", "total"),
    [
        (False, [a_line("2", "19.99"), a_line("1", "12.50")], "59.31"),
        (True, [a_line("2", "19.99"), a_line("1", "12.50")], "52.48"),
        (False, [a_line("3", "3.33", "8.875")], "10.88"),
        (False, [a_line("1", "10", "0"), a_line("1", "10", "5"), a_line("1", "10", "13")], "31.8"),
        (True, [a_line("1", "9.99", "8.875"), a_line("1", "-5", "0", variant=None)], "4.99"),
    ],
)
def test_totals_agree_to_the_cent(
    gateway: TradeGeckoGateway, client: TradeGeckoClient, included: bool, lines: list[DraftLine], total: str
) -> None:
    """With tax in the prices or on top, by tax type or by bare rate: each line rounded, then summed."""
    order = create(gateway, client, a_draft("1", *lines, prices_include_tax=included))
    assert order.tax_treatment == ("inclusive" if included else "exclusive")
    assert order.total == Decimal(total)


def test_a_rate_is_a_tax_type_where_there_is_one(gateway: TradeGeckoGateway, client: TradeGeckoClient) -> None:
    """A tax type with just this rate, else the rate alone; no rate is left to the account."""
    order = create(
        gateway, client, a_draft("1", a_line(rate="13.00"), a_line(rate="0"), a_line(rate="8.875"), a_line(rate=None))
    )
    lines = [client.order_line_items.get(i) for i in order.order_line_item_ids]
    codes = {t.id: t.code for t in client.tax_types.list()}
    told = [(codes[line.tax_type_id or 0], line.tax_rate_override) for line in lines]
    default = codes[client.accounts.current().default_sales_order_tax_type_id or 0]
    assert told == [("HST", None), ("EXEMPT", None), (default, Decimal("8.875")), (default, None)]


def test_tax_treatment_can_be_left_to_the_account(gateway: TradeGeckoGateway, client: TradeGeckoClient) -> None:
    """Nothing is sent where nothing is known."""
    client.accounts.update(1, {"default_tax_treatment": "inclusive"})
    assert create(gateway, client, a_draft("1", prices_include_tax=None)).tax_treatment == "inclusive"


@pytest.mark.parametrize(
    ("location", "expected"), [("Second Warehouse", 2), ("2", 2), ("Main Warehouse", 1), (None, 1)]
)
def test_a_location_goes_by_label_or_id(
    gateway: TradeGeckoGateway, client: TradeGeckoClient, location: str | None, expected: int
) -> None:
    """Where the order is to be shipped from; the account's own choice without one."""
    assert create(gateway, client, a_draft("1", location=location)).stock_location_id == expected


def test_an_unknown_location_is_refused(gateway: TradeGeckoGateway, sandbox: Sandbox) -> None:
    """Before anything is sent, naming those that exist."""
    with pytest.raises(errors.Rejected, match=r"no stock location 'Moon' in TradeGecko; it has .*'Main Warehouse'"):
        gateway.create_order(a_draft("1", location="Moon"), key="k", customer_id=None)
    assert "POST" not in {request["method"] for request in sandbox.requests()}


def test_a_currency_is_the_orders_own(gateway: TradeGeckoGateway, client: TradeGeckoClient) -> None:
    """A known one; an unknown one is refused."""
    order = create(gateway, client, a_draft("1", currency="USD"))
    assert client.currencies.get(order.currency_id or 0).iso == "USD"
    with pytest.raises(errors.Rejected, match="currency"):
        gateway.create_order(a_draft("2", currency="XAU"), key="k", customer_id=None)


def refusal(gateway: TradeGeckoGateway, draft: OrderDraft, customer_id: str | None = None) -> type[errors.Rejected]:
    """The kind of error a draft is refused with."""
    with pytest.raises(errors.Rejected) as refused:
        gateway.create_order(draft, key=str(uuid4()), customer_id=customer_id)
    return refused.type


def test_each_draft_that_refers_to_what_is_gone_is_outdated(client: TradeGeckoClient) -> None:
    """Also after another one has ended all trust for the run: they were made from the same memory, at the same time."""
    book = MirrorBook()
    gateway = TradeGeckoGateway(client, mirror=book)
    account = gateway._mirror.account
    book.write(account, COMPANIES.name, [MirrorRow(id_, "", (("email", "x"),)) for id_ in ("99001", "99002")])
    wrong = a_draft("1", currency="XAU")
    assert refusal(gateway, wrong) is errors.Rejected, "nothing it refers to has gone"
    assert [refusal(gateway, a_draft("1"), company) for company in ("99001", "99002")] == [errors.OutdatedDraft] * 2
    assert refusal(gateway, wrong) is errors.Rejected, "nor has it now"
    assert list(book.find(account, COMPANIES.name, "email", ["x"])) == []
    with gateway.session(read_only=True):
        assert refusal(gateway, a_draft("1"), "99001") is errors.Rejected, "nothing is remembered in a dry run"


@pytest.mark.parametrize("remembered", [False, True])
def test_a_label_that_another_worker_has_just_taken_is_outdated(client: TradeGeckoClient, remembered: bool) -> None:
    """Also where the mirror that both share has that address by the time the refusal comes."""
    book = MirrorBook()
    TradeGeckoGateway(client).create_order(a_draft("0"), key="0", customer_id=None)
    company = str(next(iter(client.orders.list(order_number="0"))).company_id)
    ours, theirs = TradeGeckoGateway(client, mirror=book), TradeGeckoGateway(client, mirror=book)

    def meanwhile() -> bool:  # asked twice: before the request leaves, and as it does
        elsewhere = evolve(AN_ADDRESS, address1="1 Bay St")
        with theirs.session():
            theirs.create_order(a_draft("1", shipping_address=elsewhere), key="1", customer_id=company)
        if not remembered:
            book.forget(theirs._mirror.account)
        return True

    draft = a_draft("2", shipping_address=evolve(AN_ADDRESS, address1="2 Elm St"))
    with ours.session():
        stranger = Customer(first_name="Kim", email="kim@example.com")
        ours.create_order(a_draft("3", customer=stranger), key="3", customer_id=None)
        with pytest.raises(errors.OutdatedDraft, match="label"):
            ours.create_order(draft, key="2", customer_id=company, may_leave=cache(meanwhile))


def test_lines_without_a_variant_are_never_outdated(client: TradeGeckoClient) -> None:
    """After a refusal there is nothing of theirs to look at."""
    gateway = TradeGeckoGateway(client, mirror=MirrorBook())
    free = DraftLine(variant_id=None, label="Gift wrapping", quantity=Decimal(1), price=Decimal(5))
    assert refusal(gateway, a_draft("1", free, currency="XAU")) is errors.Rejected
    assert refusal(gateway, a_draft("1", a_line(variant="99999"))) is errors.OutdatedDraft


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        (httpx.Response(404, json={"type": "Not Found", "message": "Couldn't find Variant with 'id'=7"}), []),
        (httpx.Response(404, html="<h1>Not Found</h1>"), ["7"]),
        (httpx.Response(200, json={"variant": {"id": 7, "sku": "MUG", "status": "archived"}}), ["7"]),
    ],
)
def test_only_the_apis_own_word_makes_a_variant_forgotten(answer: httpx.Response, kept: list[str]) -> None:
    """One that is archived is remembered as such; what a proxy says is no answer."""
    answers = {
        "/accounts/current": httpx.Response(200, json={"account": {"id": 1}}),
        "/orders": httpx.Response(422, json={"type": "Unprocessable Entity", "errors": {"variant_id": ["is gone"]}}),
        "/tax_types": httpx.Response(200, json={"tax_types": []}, headers={"X-Pagination": '{"last_page": true}'}),
        "/variants": httpx.Response(200, json={"variants": []}, headers={"X-Pagination": '{"last_page": true}'}),
        "/variants/7": answer,
    }
    book, account = MirrorBook(), "1@https://api.example"
    book.write(account, VARIANTS.name, [MirrorRow("7", "", (("sku", "MUG"),), {"status": "active"})])
    gateway = TradeGeckoGateway(mocked(lambda request: answers[request.url.path]), mirror=book)
    with gateway.session():
        found = refusal(gateway, a_draft("1", a_line(variant="7")))
    assert found is (errors.Rejected if "<h1>" in answer.text else errors.OutdatedDraft)
    rows = book.find(account, VARIANTS.name, "sku", ["MUG"])
    assert [row.id for row in rows] == kept
    assert [row.facts["status"] for row in rows] == (["archived"] if answer.is_success else ["active"] * len(kept))


# ── the client's errors in the port's words ──────────────────────────────────────────────────

READS: dict[str, Callable[[TradeGeckoGateway], object]] = {
    "check_access": lambda g: g.check_access(),
    "account": lambda g: g.account(),
    "find_orders": lambda g: g.find_orders("1"),
    "find_variants": lambda g: g.find_variants(["A"]),
    "find_customer": lambda g: g.find_customer(A_CUSTOMER),
    "currencies": lambda g: g.currencies(),
    "orders_by_id": lambda g: g.orders_by_id(["1"]),
    "orders_since": lambda g: list(g.orders_since(None)),
    "shipments_since": lambda g: list(g.shipments_since(None)),
    "stock": lambda g: list(g.stock()),
    "products": lambda g: list(g.products()),
}
PLAIN = a_draft("1", a_line(rate=None))
RESET = {"X-Rate-Limit-Reset": "1594871400"}


def api(status: int, message: str) -> httpx.Response:
    """A refusal in the API's own form."""
    return httpx.Response(status, json={"type": "T", "message": message})


REFUSALS: list[tuple[httpx.Response | Exception, type[Exception], type[Exception]]] = [
    (api(400, "Required parameter missing"), errors.Rejected, errors.Rejected),
    (api(401, "The access token is invalid"), errors.AccessDenied, errors.AccessDenied),
    (api(402, "lapsed"), errors.AccessDenied, errors.AccessDenied),
    (api(403, "no permission"), errors.AccessDenied, errors.AccessDenied),
    (api(404, "Couldn't find Company with 'id'=9"), errors.Rejected, errors.Rejected),
    (httpx.Response(422, json={"errors": {"company": ["can't be blank"]}}), errors.Rejected, errors.Rejected),
    (api(418, "no"), errors.Rejected, errors.Rejected),
    (httpx.Response(429, json={"error": "exceeded"}, headers=RESET), errors.Unavailable, errors.Unavailable),
    *((httpx.Response(status), errors.AccessDenied, errors.OutcomeUnknown) for status in (401, 402, 403)),
    (httpx.Response(401, json={"detail": "who are you?"}), errors.AccessDenied, errors.OutcomeUnknown),
    (httpx.Response(403, html="<h1>Forbidden</h1>"), errors.AccessDenied, errors.OutcomeUnknown),
    (httpx.Response(414, html="<h1>Request-URI Too Long</h1>"), errors.Unavailable, errors.OutcomeUnknown),
    (httpx.Response(429, html="<h1>Slow down</h1>"), errors.Unavailable, errors.OutcomeUnknown),
    (httpx.Response(429, headers=RESET), errors.Unavailable, errors.OutcomeUnknown),
    (httpx.Response(400, json={"message": "no"}), errors.Unavailable, errors.OutcomeUnknown),
    (httpx.Response(400, html="<h1>Bad Request</h1>"), errors.Unavailable, errors.OutcomeUnknown),
    (httpx.Response(404, html="<h1>Not Found</h1>"), errors.Unavailable, errors.OutcomeUnknown),
    (httpx.Response(404), errors.Unavailable, errors.OutcomeUnknown),
    (httpx.Response(408), errors.Unavailable, errors.OutcomeUnknown),
    (httpx.Response(413, text="too large"), errors.Unavailable, errors.OutcomeUnknown),
    (httpx.Response(422, json=["no"]), errors.Unavailable, errors.OutcomeUnknown),
    (httpx.Response(422, json={"error": "no"}), errors.Unavailable, errors.OutcomeUnknown),
    (httpx.Response(500), errors.Unavailable, errors.OutcomeUnknown),
    (httpx.Response(503), errors.Unavailable, errors.OutcomeUnknown),
    (httpx.Response(200, text="<html>"), errors.Unavailable, errors.OutcomeUnknown),
    (httpx.Response(200), errors.Unavailable, errors.OutcomeUnknown),
    (httpx.Response(200, text="null"), errors.Unavailable, errors.OutcomeUnknown),
    (httpx.Response(200, json={"order": {"id": None}}), errors.Unavailable, errors.OutcomeUnknown),
    (httpx.Response(302), errors.Unavailable, errors.OutcomeUnknown),
    (httpx.ConnectError("x"), errors.Unavailable, errors.Unavailable),
    (httpx.ReadTimeout("x"), errors.Unavailable, errors.OutcomeUnknown),
    (httpx.RemoteProtocolError("x"), errors.Unavailable, errors.OutcomeUnknown),
]


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize(("failure", "expected", "_write"), REFUSALS)
def test_a_read_fails_in_the_ports_words(
    read: str, failure: httpx.Response | Exception, expected: type[Exception], _write: type[Exception]
) -> None:
    """A read writes nothing, so nothing is ever in doubt."""
    client, _ = scripted(failure)
    with pytest.raises(errors.GatewayError) as caught:
        READS[read](TradeGeckoGateway(client))
    assert type(caught.value) is expected


@pytest.mark.parametrize(("length", "expected"), [(20, errors.Unavailable), (9000, errors.Rejected)])
def test_an_address_is_too_long_only_where_it_is_long(length: int, expected: type[Exception]) -> None:
    """What is asked for is too long; else something in between refuses what it likes, and the order waits."""
    client, _ = scripted(httpx.Response(414, html="<h1>Request-URI Too Long</h1>"))
    with pytest.raises(errors.GatewayError) as caught:
        TradeGeckoGateway(client).find_orders("9" * length)
    assert type(caught.value) is expected


@pytest.mark.parametrize(("failure", "_read", "expected"), REFUSALS)
def test_a_write_fails_in_the_ports_words(
    failure: httpx.Response | Exception, _read: type[Exception], expected: type[Exception]
) -> None:
    """Refused, not carried out, or in doubt; and it went out once, whatever the client's own policy."""
    client, script = scripted(failure, retry=RetryPolicy())
    with pytest.raises(errors.GatewayError) as caught:
        TradeGeckoGateway(client).create_order(PLAIN, key="k", customer_id=None)
    assert type(caught.value) is expected
    assert len(script.requests) == 1
    if isinstance(caught.value, errors.Unavailable) and isinstance(failure, httpx.Response):
        assert caught.value.retry_at == datetime(2020, 7, 16, 3, 50, tzinfo=UTC)


def test_what_cannot_be_sent_is_refused() -> None:
    """Half a character in a name, a number of endless length: refused, never carried out."""
    client, script = scripted(httpx.Response(500))
    gateway = TradeGeckoGateway(client)
    with pytest.raises(errors.Rejected):
        gateway.create_order(evolve(PLAIN, note="\ud83d"), key="k", customer_id=None)
    with pytest.raises(errors.Rejected):
        gateway.find_orders("9" * 100_000)
    assert script.requests == []


@pytest.mark.parametrize(
    ("fault", "options"),
    [("drop_after_commit", {}), ("drop_before_commit", {}), ("status", {"status": 503, "when": "after"})],
)
def test_a_write_in_doubt_and_its_key(
    sandbox: Sandbox, gateway: TradeGeckoGateway, fault: str, options: dict[str, Any]
) -> None:
    """In doubt the first time, and the same key again says that it was used."""
    sandbox.fault("POST", "/orders", fault, **options)
    with pytest.raises(errors.OutcomeUnknown) as caught:
        gateway.create_order(a_draft("1"), key="k", customer_id=None)
    assert type(caught.value) is errors.OutcomeUnknown
    with pytest.raises(errors.AlreadySent):
        gateway.create_order(a_draft("1"), key="k", customer_id=None)
    assert len(gateway.find_orders("1")) == (0 if fault == "drop_before_commit" else 1)


@pytest.mark.parametrize(
    "read", ["find_orders", "orders_by_id", "orders_since", "stock", "products", "currencies", "shipments_since"]
)
def test_a_row_that_cannot_be_read_stops_a_read(read: str) -> None:
    """Half the truth could be the half without our order."""
    roots = ("orders", "variants", "products", "images", "currencies", "fulfillments")
    body = {root: [{"id": "?"}] for root in roots}
    client, _ = scripted(httpx.Response(200, json=body, headers={"X-Pagination": '{"last_page": true}'}))
    with pytest.raises(errors.Unavailable, match="id holds text where an integer was expected"):
        READS[read](TradeGeckoGateway(client))


# ── what there is ────────────────────────────────────────────────────────────────────────────


def test_which_account_it_is(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Id, name, address and when it was created; asked once."""
    gateway = TradeGeckoGateway(client)
    found = gateway.account()
    assert (found.id, found.name, found.base_url) == ("1", "Demo", sandbox.base_url)
    assert found.created_at == client.accounts.current().created_at
    before = gateway.calls
    assert gateway.account() is found
    assert gateway.calls == before


def test_a_fresh_account_under_an_old_id_has_a_memory_of_its_own(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Nothing that is remembered of the sandbox before this one is taken for its own."""
    book = MirrorBook()
    before = TradeGeckoGateway(client, mirror=book)
    client.products.create({"name": "Hat", "variants": [{"sku": "HAT", "retail_price": "5"}]})
    assert before.find_variants(["HAT"])
    sandbox.reset()
    assert TradeGeckoGateway(client, mirror=book).find_variants(["HAT", "MUG-BLUE"]).keys() == {"MUG-BLUE"}


def test_orders_by_their_ids(client: TradeGeckoClient, gateway: TradeGeckoGateway) -> None:
    """Those that are there, in whatever state, with all that is known of them; two hundred a call."""
    made = [gateway.create_order(a_draft(str(n)), key=str(n), customer_id=None) for n in range(3)]
    client.orders.void(int(made[1].id))
    before = gateway.calls
    found = gateway.orders_by_id([*(order.id for order in made), "99999", "x", "9" * 40])
    assert sorted(found, key=lambda order: order.id) == [made[0], evolve(made[1], gone=True), made[2]]
    assert all(order.created_at for order in found)
    assert gateway.calls == before + 1
    assert len(gateway.orders_by_id([str(n) for n in range(1, 402)])) == 3
    assert gateway.calls == before + 4
    assert (gateway.orders_by_id([]), gateway.calls) == ([], before + 4)


def test_orders_since_a_moment(warehouse: tuple[TradeGeckoGateway, TradeGeckoClient], clock: HandClock) -> None:
    """Made or changed then or later; all of them, void ones too, if no moment is given."""
    gateway, client = warehouse
    made = []
    for n in range(3):
        made.append(gateway.create_order(a_draft(str(n)), key=str(n), customer_id=None))
        clock.move(hours=1)
    client.orders.void(int(made[0].id))
    assert {order.id for order in gateway.orders_since(None)} == {order.id for order in made}
    recent = list(gateway.orders_since(TIME + timedelta(minutes=90)))
    assert [(order.id, order.gone) for order in recent] == [(made[2].id, False), (made[0].id, True)]


# ── the way back ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def clock() -> HandClock:
    return HandClock(TIME)


@pytest.fixture
def warehouse(clock: HandClock) -> Iterator[tuple[TradeGeckoGateway, TradeGeckoClient]]:
    """An account whose clock moves when told."""
    with (
        Sandbox(rate_limit=None, clock=clock) as sandbox,
        TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url, retry=NO_RETRY) as client,
    ):
        yield TradeGeckoGateway(client), client


def ship(gateway: TradeGeckoGateway, client: TradeGeckoClient, number: str, **tracking: object) -> str:
    """Ship an order whole; its id."""
    draft = a_draft(number, a_line("2"), a_line("1", variant=None, label="Flat"), status="finalized")
    order = gateway.create_order(draft, key=number, customer_id=None)
    client.orders.action(order.id, "fulfil", {"fulfillment": tracking} if tracking else None)
    return order.id


def test_a_shipment_comes_back(warehouse: tuple[TradeGeckoGateway, TradeGeckoClient]) -> None:
    """Order, items by variant, tracking numbers one by one, carrier and moment."""
    gateway, client = warehouse
    order_id = ship(
        gateway,
        client,
        "1",
        tracking_number="1Z1, 1Z2;1Z3 ,",
        tracking_company="UPS",
        tracking_url="https://ups.example/1Z1",
        service="Ground",
    )
    (shipment,) = gateway.shipments_since(None)
    assert shipment.order_id == order_id
    assert shipment.tracking_numbers == ("1Z1", "1Z2", "1Z3")
    assert (shipment.carrier, shipment.service, shipment.tracking_url) == ("UPS", "Ground", "https://ups.example/1Z1")
    goods = [item for item in shipment.items if item.variant_id]
    assert [(item.variant_id, item.sku, str(item.quantity)) for item in goods] == [("1", "MUG-BLUE", "2.0")]
    assert shipment.shipped_at == TIME
    assert shipment.cursor == "2026-11-03T12:00:00.000Z"


def test_what_is_only_packed_has_not_left(warehouse: tuple[TradeGeckoGateway, TradeGeckoClient]) -> None:
    """It comes once it is shipped."""
    gateway, client = warehouse
    order = gateway.create_order(a_draft("1", status="finalized"), key="k", customer_id=None)
    client.orders.action(order.id, "pack")
    assert list(gateway.shipments_since(None)) == []
    client.orders.action(order.id, "fulfil")
    assert len(list(gateway.shipments_since(None))) == 1


def test_shipments_resume_a_little_before_the_cursor(
    warehouse: tuple[TradeGeckoGateway, TradeGeckoClient], clock: HandClock
) -> None:
    """Oldest change first, from two minutes before the cursor on; a number added later comes again."""
    gateway, client = warehouse
    for number in ("1", "2", "3"):
        ship(gateway, client, number)
        clock.move(seconds=90)
    first, second, third = gateway.shipments_since(None)
    assert first.cursor < second.cursor < third.cursor
    assert [s.id for s in gateway.shipments_since(third.cursor)] == [second.id, third.id]
    clock.move(minutes=10)
    client.fulfillments.update(first.id, {"tracking_number": "LATE"})
    late = list(gateway.shipments_since(third.cursor))
    assert [(s.id, s.tracking_numbers) for s in late] == [(second.id, ()), (third.id, ()), (first.id, ("LATE",))]


def paged_fulfillments(moments: list[datetime], changed: list[int]) -> tuple[TradeGeckoGateway, list[httpx.Request]]:
    """An API with pages of two; after its first answer the fulfilments ``changed`` are touched, as by somebody else."""
    rows = dict(enumerate(moments, 1))
    requests: list[httpx.Request] = []

    def api(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        since = datetime.fromisoformat(request.url.params.get("updated_at_min", "2000-01-01T00:00:00Z"))
        start = 2 * (int(request.url.params["page"]) - 1)
        live = sorted((moment, i) for i, moment in rows.items() if moment >= since)
        page = [
            {"id": i, "order_id": i, "status": "fulfilled", "updated_at": moment.isoformat()}
            for moment, i in live[start : start + 2]
        ]
        if len(requests) == 1:
            rows.update({i: max(moments) + timedelta(hours=1) for i in changed})
        facts = f'{{"last_page": {str(start + 2 >= len(live)).lower()}}}'
        return httpx.Response(200, json={"fulfillments": page}, headers={"X-Pagination": facts})

    return TradeGeckoGateway(mocked(api, waits=Waits())), requests


def ids(shipments: Iterator[RemoteShipment] | Any) -> list[int]:
    return [int(shipment.id) for shipment in shipments]


def test_a_shipment_that_changes_meanwhile_hides_no_other() -> None:
    """It moves to the end of the list and the others forward: none falls through between two pages."""
    moments = [TIME + timedelta(minutes=10 * n) for n in range(5)]
    gateway, _ = paged_fulfillments(moments, changed=[1])
    assert ids(gateway.shipments_since(None)) == [1, 2, 3, 4, 5, 1]


def test_shipments_of_one_moment_are_read_to_the_end() -> None:
    """More of them than fit a page: all come, once each."""
    gateway, requests = paged_fulfillments([TIME] * 5, changed=[])
    assert ids(gateway.shipments_since(None)) == [1, 2, 3, 4, 5]
    assert len(requests) < 6


def test_stock(gateway: TradeGeckoGateway, client: TradeGeckoClient) -> None:
    """By location; bundles computed, untracked and oversellable ones said, caps passed on."""
    stock = {variant.sku: variant for variant in gateway.stock()}
    mug = stock["MUG-BLUE"]
    held = {place.location_id: (int(place.on_hand), int(place.available)) for place in mug.locations}
    assert held == {"1": (120, 120), "2": (30, 30)}
    gateway.create_order(a_draft("1", a_line("20")), key="k", customer_id=None)
    stock = {variant.sku: variant for variant in gateway.stock()}
    here = next(place for place in stock["MUG-BLUE"].locations if place.location_id == "1")
    assert [int(n) for n in (here.on_hand, here.committed, here.available)] == [120, 20, 100]
    bundle = {place.location_id: place.available for place in stock["MUG-SET"].locations}
    assert bundle == {"1": 40, "2": 7}
    assert not stock["GIFT-50"].tracked
    assert mug.tracked
    assert stock["PIN-FOX"].sell_without_stock
    assert not mug.sell_without_stock
    assert stock["PIN-OWL"].maximum == 10
    assert mug.maximum is None
    assert (mug.barcode, stock["MUG-SET"].barcode) == ("0628000000017", None)


def test_stock_of_what_has_a_sku_and_is_active(gateway: TradeGeckoGateway, client: TradeGeckoClient) -> None:
    """No variant without a SKU, none that is archived."""
    client.variants.create({"product_id": 1, "sku": ""})
    client.variants.delete(1)
    skus = [variant.sku for variant in gateway.stock()]
    assert "" not in skus
    assert "MUG-BLUE" not in skus
    assert skus.count("DUP-SKU") == 2


def test_products(warehouse: tuple[TradeGeckoGateway, TradeGeckoClient], clock: HandClock) -> None:
    """With variants in their order, options, prices of every list, and addresses of pictures."""
    gateway, _ = warehouse
    clock.move(seconds=10)  # pictures take a moment
    mug = next(product for product in gateway.products() if product.name == "Stoneware Mug")
    assert (mug.brand, mug.supplier, mug.product_type) == ("Northern Clay", "Northern Clay Ltd", "Kitchen")
    assert (mug.tags, mug.options) == (("mug", "stoneware", "kitchen"), ("Colour",))
    assert [(v.sku, v.options, v.composite) for v in mug.variants] == [
        ("MUG-BLUE", ("Blue",), False),
        ("MUG-RED", ("Red",), False),
        ("MUG-SET", ("Blue and red",), True),
    ]
    blue = mug.variants[0]
    assert (blue.retail_price, blue.barcode, blue.weight, blue.weight_unit) == (
        Decimal("19.99"), "0628000000017", Decimal("0.4"), "kg",
    )  # fmt: skip
    assert blue.prices == {"buy": Decimal("6.5"), "wholesale": 12, "retail": Decimal("19.99"), "4": Decimal("15.5")}
    assert [url.rpartition("/")[2] for url in mug.image_urls] == ["mug-blue.jpg", "mug-red.jpg"]
    assert [url.rpartition("/")[2] for url in blue.image_urls] == ["mug-blue.jpg"]
    assert all(url.startswith("https://") for url in mug.image_urls)


def test_pictures_that_are_not_ready_have_no_address(warehouse: tuple[TradeGeckoGateway, TradeGeckoClient]) -> None:
    """They come with a later look; those of the seed were made long ago."""
    gateway, client = warehouse
    products = list(gateway.products())
    before = {product.reference: product.image_urls for product in products}
    assert any(before.values())
    bare = next(product for product in products if not product.image_urls)
    of_it = {"product_id": int(bare.reference), "variant_ids": [int(bare.variants[0].reference)]}
    client.images.create({**of_it, "url": "https://pictures.example/new.jpg", "name": "new.jpg"})
    assert {product.reference: product.image_urls for product in gateway.products()} == before


def test_products_that_are_active(gateway: TradeGeckoGateway, client: TradeGeckoClient) -> None:
    """Neither archived nor disabled ones, nor their archived variants."""
    names = {product.name: product for product in gateway.products()}
    client.products.delete(names["Wool Scarf"].reference)
    client.variants.delete(1)
    now = {product.name: product for product in gateway.products()}
    assert set(names) - set(now) == {"Wool Scarf"}
    assert [v.sku for v in now["Stoneware Mug"].variants] == ["MUG-RED", "MUG-SET"]


def test_a_disabled_product_is_not_active() -> None:
    """Lists leave out archived products, not disabled ones, and may bring archived variants along; we leave out all."""
    rows = [{"id": 1, "name": "a", "status": "disabled"}, {"id": 2, "name": "b", "status": ""}, {"id": 3, "name": "c"}]
    variants = [{"id": 5, "product_id": 2, "status": "archived"}, {"id": 6, "product_id": 2}]
    body = {"variants": variants, "products": rows, "images": []}
    client, _ = scripted(httpx.Response(200, json=body, headers={"X-Pagination": '{"last_page": true}'}))
    found = {product.name: [v.reference for v in product.variants] for product in TradeGeckoGateway(client).products()}
    assert found == {"b": ["6"], "c": []}


@pytest.mark.parametrize(("action", "body"), [("invoice", None), ("pack", None), ("void", None), ("pay", "Cash")])
def test_only_a_payment_says_how_it_was_paid(action: str, body: str | None) -> None:
    """The other actions have no body; what the API did with one is not known."""
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.content.decode())
        return httpx.Response(200, json={"order": {"id": 7}})

    with TradeGeckoClient("token", base_url="https://api.example", transport=httpx.MockTransport(answer)) as mocked:
        TradeGeckoGateway(mocked).perform_action("7", action, key="k", method="Cash")
    (content,) = sent
    assert ("payment_method_name" in content) is (body is not None)
    assert body is not None or content in ("", "{}")
