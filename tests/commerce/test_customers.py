"""What people and shops write in place of a customer, and what tells customers apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradegecko_bridge.commerce import Address, Customer
from tradegecko_bridge.commerce.customers import email_address, identity, telling
from tradegecko_bridge.commerce.values import is_cut_short, phone_digits

NOBODY = ["", " ", "0", "00", "000-0", "-1", "-", "n/a", "N/A", "NULL", "None", "nan", "Guest", " guest ", "Anonymous"]
NO_ADDRESS = [
    *("Invalid Request", "n/a", "none", "@", "a@b", "ann@", "@example.com", "ann example.com", "a@b.com;c@d.com"),
    *("none@none.com", "na@na.com", "noemail@shop.example", "no-email@x.org", "no_reply+17@shop.example", "0@0.com"),
    *(
        "guest@shop.example",
        "guest1041@shop.example",
        "test@test.com",
        "x@x.com",
        "aaa@aaa.net",
        "abc@abc.com",
        "12@12.de",
        "donotreply@example.org",
        "1@none.com",
    ),
]
NO_PHONE = [
    "0000000000",
    "1111111",
    "+1 000 000 0000",
    "416-000-0000",
    "1234567890",
    "0123456",
    "98765",
    "+1 (123) 456-7890",
    "4.16556E+09",
]


@pytest.mark.parametrize("text", [*NOBODY, "Not logged in", "Not Applicable", "1.23457E+14"])
def test_what_stands_for_nobody(text: str) -> None:
    """As a code or as a name."""
    assert telling(text) == ""
    assert identity(Customer(reference=text, company=text), None) == identity(Customer(), None)


@pytest.mark.parametrize("text", ["1", "57", "C-7", "Nann", "Null & Sons", "李", "Müller", "5E10", "GUEST-17"])
def test_what_is_somebodys(text: str) -> None:
    """As it is written, without blanks around it."""
    assert telling(f" {text} ") == text


@pytest.mark.parametrize("text", [*NOBODY, *NO_ADDRESS])
def test_what_is_no_address(text: str) -> None:
    """What has not the form of one, and what stands for none."""
    assert email_address(text) == ""


@pytest.mark.parametrize(
    "text",
    ["ann@example.com", "Ann.Lee+shop@mail.example.co.uk", "smith@smith.com", "test@example.com", "j@münchen.de"],
)
def test_what_is_an_address(text: str) -> None:
    """However odd."""
    assert email_address(f" {text}\n") == text


@pytest.mark.parametrize("text", NO_PHONE)
def test_what_is_nobodys_number(text: str) -> None:
    """Digits that are all alike at the end, that count up or down, or that a spreadsheet left."""
    assert phone_digits(text) == ""


@pytest.mark.parametrize(("text", "cut"), [("1.23457E+14", True), ("1,2E+5", True), ("1E+14", True), ("1.5e12", True)])
def test_what_a_spreadsheet_shortened(text: str, cut: bool) -> None:
    """With a sign, or with a point."""
    assert is_cut_short(text) is cut


@pytest.mark.parametrize("text", ["5E10", "12E+5", "1.5", "E+14", "1E14", "A1.2E+5", "1.2E+5B", ""])
def test_what_only_looks_alike(text: str) -> None:
    """Somebody may number orders like this."""
    assert not is_cut_short(text)


@given(st.text(), st.text(), st.text(), st.text())
def test_an_identity_says_nothing_that_nobody_said(code: str, name: str, email: str, phone: str) -> None:
    """Whatever is written: it is that without blanks, or nothing; and never shows."""
    known = identity(Customer(reference=code, last_name=name, email=email, phone=phone), Address())
    assert known.code in {"", code.strip()}
    assert known.name in {"", name.strip()}
    assert known.email in {"", email.strip()}
    assert known.phone in {"", phone}
    assert "object at" in repr(known)


def test_the_bill_says_what_the_customer_does_not() -> None:
    """Each for itself; a placeholder is as good as nothing."""
    bill = Address(first_name="Ann", last_name="Lee", email="ann@example.com", phone="416 555 0100")
    known = identity(Customer(last_name="Guest", email="n/a", phone="000 0000"), bill)
    assert (known.name, known.email, known.phone) == ("Ann Lee", "ann@example.com", "416 555 0100")
