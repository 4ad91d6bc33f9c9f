"""Which customer record an order goes to: the steps, as a pure function and against the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support import HandClock
from tradegecko_bridge import Sandbox, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import Address, Customer
from tradegecko_bridge.commerce.customers import identity
from tradegecko_bridge.commerce.remote import CustomerMatch, RecordKind
from tradegecko_bridge.commerce.values import phone_digits
from tradegecko_bridge.errors import Rejected
from tradegecko_bridge.tradegecko.gateway import customer_match
from tradegecko_bridge.tradegecko.gateway.mirror_book import MirrorBook
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import COMPANIES, company_keys
from tradegecko_bridge.tradegecko.records import Company

NORMAL, STRICT = CustomerMatch
ANN = Customer(reference="C-7", first_name="Ann", last_name="Lee", email="Ann@Example.com", phone="416 555-0100")


def company(id_: int, **fields: Any) -> Company:
    return Company(id=id_, **{"company_type": "consumer", "status": "active", **fields})


def best_match(
    there: list[Company], customer: Customer, billing: Address | None, match: CustomerMatch
) -> Company | None:
    """The one of these that the customer is, whatever they are looked up by."""
    known = identity(customer, billing)
    keys = dict(company_keys(str, name=known.name, email=known.email, phone=known.phone, code=known.code))
    rows = [COMPANIES.row(one, str) for one in there]
    found = customer_match.best_match(keys, match, lambda _: rows, is_counted=known.is_counted)
    return next((one for one in there if str(one.id) == found), None)


CODE = company(9, company_code="C-7", name="Somebody Else")
OTHER_SHOPS = company(0, company_code="C-7", name="Somebody Else", email="else@example.com")
NAME_AND_EMAIL = company(8, name="ann  lee", email="ann@example.com")
NAME_AND_PHONE = company(7, name="Ann Lee", phone_number="(416) 555 0100", email="old@example.com")
EMAIL_AND_PHONE = company(6, name="A. Lee", email="ann@example.com", phone_number="4165550100")
EMAIL = company(5, name="A. Lee", email="ann@example.com")
PHONE = company(4, name="Bo Lee", phone_number="416.555.0100")
NAME = company(3, name="Ann Lee")
SUPPLIER = company(2, company_code="C-7", email="ann@example.com", company_type="supplier")
AWAY = company(1, company_code="C-7", name="Ann Lee", email="ann@example.com", status="archived")
ALL = [AWAY, SUPPLIER, NAME, PHONE, EMAIL, EMAIL_AND_PHONE, NAME_AND_PHONE, NAME_AND_EMAIL, CODE]


@pytest.mark.parametrize(
    ("there", "normal", "strict"),
    [
        (ALL, CODE, CODE),
        ([OTHER_SHOPS], None, None),  # another shop's customer of the same number
        ([OTHER_SHOPS, PHONE], PHONE, None),
        (ALL[:8], NAME_AND_PHONE, NAME_AND_PHONE),  # of one step the oldest
        ([*ALL[:6], NAME_AND_EMAIL], NAME_AND_EMAIL, NAME_AND_EMAIL),
        (ALL[:6], EMAIL, EMAIL_AND_PHONE),
        (ALL[:5], EMAIL, None),
        (ALL[:4], PHONE, None),
        (ALL[:3], None, None),
        ([], None, None),
    ],
)
def test_the_steps(there: list[Company], normal: Company | None, strict: Company | None) -> None:
    """The first step that finds somebody counts, in whatever order they come; no supplier, and nobody put away."""
    for candidates in (there, there[::-1]):
        assert best_match(candidates, ANN, None, NORMAL) is normal
        assert best_match(candidates, ANN, None, STRICT) is strict


@pytest.mark.parametrize(
    ("customer", "billing", "who"),
    [
        (Customer(company="Lee & Sons", email="ann@example.com"), None, "Lee & Sons"),
        (
            Customer(first_name="Ann", last_name="Lee"),
            Address(company="Lee & Sons", email="ann@example.com"),
            "Lee & Sons",
        ),
        (Customer(email="ann@example.com"), Address(first_name="Ann", last_name="Lee"), "Ann Lee"),
    ],
)
def test_the_name_is_the_companys_or_that_on_the_bill(customer: Customer, billing: Address | None, who: str) -> None:
    """What the customer does not say is taken from the bill; a person of a company is the company."""
    assert best_match([company(1, name=who, email="ann@example.com")], customer, billing, STRICT) is not None
    assert best_match([company(1, name="Other", email="ann@example.com")], customer, billing, STRICT) is None
    assert who not in repr(identity(customer, billing))


@pytest.mark.parametrize("phone", ["", "0", "000-0000", "n/a", "1111111111", "123"])
def test_a_placeholder_is_nobodys_number(phone: str) -> None:
    """What people type when they do not want to give a number brings no two of them together."""
    assert phone_digits(phone) == ""
    assert best_match([company(1, phone_number=phone)], Customer(phone=phone), None, NORMAL) is None


def test_nothing_in_common_is_nobody() -> None:
    """Two records that both lack a thing do not agree in it."""
    assert best_match([company(1, name="", email="", company_code="")], Customer(), None, NORMAL) is None


Make = Callable[[], TradeGeckoGateway]


@pytest.fixture(params=["asked", "remembered"])
def make(request: pytest.FixtureRequest, client: TradeGeckoClient) -> Make:
    """Gateways that ask the account each time, or look into what is remembered of it."""
    book = MirrorBook() if request.param == "remembered" else None
    return lambda: TradeGeckoGateway(client, mirror=book, clock=HandClock())


def test_each_step_in_the_account(make: Make, client: TradeGeckoClient) -> None:
    """One record for each step, taken away one after the other."""
    known = [
        client.companies.create({**fields, "company_type": "consumer"}).id
        for fields in (
            {"name": "Bo Lee", "phone_number": "416.555.0100"},
            {"name": "A. Lee", "email": "ann@example.com"},
            {"name": "A. Lee", "email": "ann@example.com", "phone_number": "4165550100"},
            {"name": "ANN LEE", "phone_number": "(416) 555-0100", "email": "old@example.com"},
            {"name": "Somebody Else", "company_code": "C-7"},
        )
    ]
    phone, email, both, name, code = known
    found = []
    for gone in (None, code, name, both, email, phone):
        if gone is not None:
            client.companies.update(gone, {"status": "disabled"})
        gateway = make()
        found.append([gateway.find_customer(ANN, billing=None, match=match) for match in (NORMAL, STRICT)])
    assert found == [
        [str(code), str(code)],
        [str(name), str(name)],
        [str(email), str(both)],
        [str(email), None],
        [str(phone), None],
        [None, None],
    ]


def test_a_customer_who_is_not_known_by_anything_costs_nothing(make: Make) -> None:
    """Without id, e-mail address and phone there is nothing to look for."""
    gateway = make()
    assert gateway.find_customer(Customer(first_name="Robin", last_name="Tremblay")) is None
    assert gateway.calls <= 1


@pytest.mark.parametrize(
    ("kind", "name", "id_"),
    [
        (RecordKind.CUSTOMER, "2", "2"),
        (RecordKind.CUSTOMER, "HARBOUR", "2"),
        (RecordKind.CUSTOMER, "Harbour Gift Shop", "2"),
        (RecordKind.LOCATION, "Second Warehouse", "2"),
        (RecordKind.LOCATION, "1", "1"),
        (RecordKind.PAYMENT_METHOD, "Bank Transfer", "3"),
        (RecordKind.PRICE_LIST, "wholesale", "wholesale"),
        (RecordKind.PRICE_LIST, "US Retail", "4"),
        (RecordKind.PRICE_LIST, "US-RETAIL", "4"),
        (RecordKind.USER, "Sasha@demo.example", "2"),
        (RecordKind.USER, "2", "2"),
    ],
)
def test_what_settings_name(make: Make, kind: RecordKind, name: str, id_: str) -> None:
    """By id or by what people call it; asked for once."""
    gateway = make()
    assert gateway.find_record(kind, name) == id_
    calls = gateway.calls
    assert gateway.find_record(kind, name) == id_
    assert gateway.calls == calls


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        (RecordKind.CUSTOMER, "Ann Lee", "no customer in TradeGecko with this id, company code or name"),
        (RecordKind.CUSTOMER, "5", "no customer in TradeGecko"),  # a supplier
        (RecordKind.CUSTOMER, "9" * 40, "no customer in TradeGecko"),
        (RecordKind.CUSTOMER, "Harbour Gift", "no customer in TradeGecko"),
        (RecordKind.LOCATION, "Moon", "no stock location 'Moon' in TradeGecko; it has "),
        (RecordKind.PAYMENT_METHOD, "Gold", "no payment method 'Gold' in TradeGecko; it has "),
        (RecordKind.PRICE_LIST, "staff", "no price list 'staff' in TradeGecko; it has "),
        (RecordKind.USER, "ann@example.com", "no user in TradeGecko with this e-mail address or id"),
    ],
)
def test_what_is_not_there_is_said_without_naming_anybody(make: Make, kind: RecordKind, name: str, said: str) -> None:
    """With what there is to choose from, unless those are persons."""
    with pytest.raises(Rejected) as caught:
        make().find_record(kind, name)
    assert str(caught.value).startswith(said)
    assert "@" not in str(caught.value)
    assert "Ann" not in str(caught.value)


def test_barcodes(make: Make, client: TradeGeckoClient) -> None:
    """Exactly, all carriers, and nothing for part of one."""
    second = client.variants.create({"product_id": 1, "sku": "MUG-B2", "upc": "0628000000017"})
    found = make().find_barcodes({"0628000000017", "0628000000024", "0628", "", "nope"})
    assert {code: [v.sku for v in variants] for code, variants in found.items()} == {
        "0628000000017": ["MUG-BLUE", "MUG-B2"] if found["0628000000017"][0].id == "1" else ["MUG-B2", "MUG-BLUE"],
        "0628000000024": ["MUG-RED"],
    }
    assert str(second.id) in {v.id for v in found["0628000000017"]}


def test_currencies_by_name(make: Make, sandbox: Sandbox) -> None:
    """By ISO code or name, whatever the case; the complaint says what there is."""
    gateway = make()
    assert [gateway.find_currency(name) for name in ("US Dollar", "usd", "us  dollar")] == ["USD", "USD", "USD"]
    with pytest.raises(Rejected, match="no currency 'Taler' in TradeGecko; it has CAD, USD"):
        gateway.find_currency("Taler")


def test_the_accounts_treatment_is_asked_for_in_every_run(make: Make, client: TradeGeckoClient) -> None:
    """Prices made for yesterday's treatment would be wrong."""
    gateway = make()
    said, asked = [], 0
    for treatment in ("inclusive", "exclusive"):
        client.accounts.update(1, {"default_tax_treatment": treatment})
        with gateway.session():
            before = gateway.calls
            said += [gateway.prices_include_tax(), gateway.prices_include_tax()]
            asked += gateway.calls - before
    assert (said, asked) == ([True, True, False, False], 2)


@pytest.mark.parametrize("phone", ["+41 44 123 45 67", "0041441234567", "0041 (44) 123-45-67", "41.44.123.45.67"])
def test_a_number_is_the_same_however_it_is_written(phone: str) -> None:
    """Dialled from abroad with 00 or +, it is one number, and finds its company."""
    assert phone_digits(phone) == "41441234567"
    assert best_match([company(1, phone_number="+41441234567")], Customer(phone=phone), None, NORMAL) is not None


MARIA = company(1, company_code="7", name="Maria Garcia", email="maria@example.com", phone_number="416 555 0101")
OTHER_MARIA = company(2, company_code="7", name="Maria Garcia", email="m@example.org", phone_number="604 555 0199")
CODED = company(3, company_code="WEB", name="Maria Garcia", email="maria@example.com")
CODED_TOO = company(4, company_code="WEB", name="Cy Dale", email="cy@example.com")
COUNTED = company(5, company_code="7", name="Bo Berg")


@pytest.mark.parametrize(
    ("there", "customer", "found"),
    [
        ([MARIA], Customer(reference="7", first_name="Maria", last_name="Garcia", email="m@example.org"), None),
        ([MARIA], Customer(reference="7", email="MARIA@example.com"), MARIA),
        ([MARIA], Customer(reference="7", first_name="Maria", last_name="Garcia"), MARIA),
        ([MARIA], Customer(reference="7", first_name="Maria", last_name="Garcia", phone="604 555 0199"), MARIA),
        ([MARIA], Customer(reference="7", last_name="Garcia", phone="604 555 0199"), None),
        ([MARIA], Customer(reference="7", last_name="Berg"), None),
        ([MARIA], Customer(reference="7"), MARIA),
        ([MARIA, OTHER_MARIA], Customer(reference="7", last_name="Berg"), None),
        ([COUNTED], Customer(reference="7", last_name="Dale", email="cy@example.com"), None),
        ([COUNTED], Customer(reference="7", first_name="Bo", last_name="Berg", email="bo@example.com"), None),
        ([CODED], Customer(reference="WEB", last_name="Berg"), None),
        (
            [CODED, CODED_TOO],
            Customer(reference="WEB", first_name="Maria", last_name="Garcia", phone="1 555 0100"),
            CODED,
        ),
        ([CODED_TOO, CODED], Customer(reference="WEB", last_name="Berg", phone="416 555 0177"), None),
        ([MARIA], Customer(last_name="Berg", email="bo@example.com", phone="416 555 0101"), None),
        ([MARIA], Customer(last_name="Berg", phone="416 555 0101"), MARIA),
        ([MARIA], Customer(first_name="Maria", last_name="Garcia", email="b@example.com", phone="416 555 0101"), MARIA),
        (
            [company(6, email="Invalid Request", company_code="0")],
            Customer(reference="0", email="Invalid Request"),
            None,
        ),
    ],
)
def test_a_code_and_a_number_beside_what_is_different(
    there: list[Company], customer: Customer, found: Company | None
) -> None:
    """A code that others have too says nothing beside another address; nor does a telephone number alone."""
    for candidates in (there, there[::-1]):
        assert best_match(candidates, customer, None, NORMAL) is found
