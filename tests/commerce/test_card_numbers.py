"""Card numbers are taken out of whatever people write, and nothing else is."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tradegecko_bridge.commerce import Address, Customer, UnreadableOrder
from tradegecko_bridge.commerce.card_numbers import REMOVED, is_card_number, without_card_numbers
from tradegecko_bridge.commerce.codec import to_plain
from tradegecko_bridge.testing.store_checks.expiry import personal

CARD = "4111111111111111"


def with_check_digit(digits: str) -> str:
    """A number that is valid."""
    return next(digits + last for last in "0123456789" if is_card_number(digits + last))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"card {CARD}, thanks", f"card {REMOVED}, thanks"),
        ("Visa 4111 1111 1111 1111 12/27 cvc 123", f"Visa {REMOVED} 12/27 cvc 123"),
        ("4111-1111-1111-1111", REMOVED),
        ("amex 3782 822463 10005", f"amex {REMOVED}"),
        (f"note%20{CARD}%2C%20thanks", f"note%20{REMOVED}%2C%20thanks"),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", REMOVED),
        ("4111111111111112 is none", "4111111111111112 is none"),
        ("call 600100200 or 600100201", "call 600100200 or 600100201"),
        ("0000000000000000", "0000000000000000"),
        ("41111111111111110000", "41111111111111110000"),
    ],
)
def test_what_is_one(said: str, kept: str) -> None:
    """In one, in groups or digit by digit; with other numbers beside it; not without a valid check digit."""
    assert without_card_numbers(said) == kept


def test_wherever_people_write() -> None:
    """Notes, names, addresses, tags, what is said of the payment, and all that is extra."""
    said = f"use {CARD}"
    someone = Address(first_name=said, last_name=said, company=said, address1=said, address2=said, city=said)
    order = personal(
        note=said, payment_method=said, payment_status=said, source_status=said, tags=(said,), extra={"memo": said},
        customer=Customer(first_name=said, last_name=said, company=said), shipping_address=someone,
        billing_address=someone,
    )  # fmt: skip
    assert CARD not in str(to_plain(without_card_numbers(order)))
    assert str(to_plain(without_card_numbers(order))).count(REMOVED) == 21


def test_what_holds_none_stays_the_very_same() -> None:
    """References, SKUs, barcodes and telephone numbers are left alone: some of them look like card numbers."""
    order = personal(reference=CARD, shipping_address=Address(phone=CARD))
    line = evolve(order.lines[0], sku=CARD, barcode="4006381333931", name=CARD)
    order = evolve(order, number=CARD, lines=(line,))
    assert without_card_numbers(order) is order


def test_what_could_not_be_read() -> None:
    """A source's words about an order may quote one."""
    assert (
        CARD not in without_card_numbers(UnreadableOrder(problem=f"note {CARD!r} is too long", reference="1")).problem
    )


@given(
    st.text("123456789", min_size=1, max_size=1),
    st.text("0123456789", min_size=11, max_size=17),
    st.sampled_from(["", "a ", "nr.", "(", "7/"]),
    st.sampled_from(["", " b", ")", ".", ", 7"]),
)
def test_any_number_in_any_text(first: str, rest: str, before: str, after: str) -> None:
    """Of 13 to 19 digits with a valid check digit."""
    number = with_check_digit(first + rest)
    assert without_card_numbers(f"{before}{number}{after}") == f"{before}{REMOVED}{after}"
