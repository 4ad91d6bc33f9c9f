"""Card numbers are taken out of whatever people write, and nothing else is."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any, get_type_hints

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tradegecko_bridge.commerce import (
    Address,
    Component,
    Customer,
    Discount,
    OrderLine,
    ShippingLine,
    UnreadableOrder,
)
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
    """References, SKUs and barcodes are left alone, and shorter numbers in telephone numbers and links: some of them
    look like card numbers."""
    order = personal(reference=CARD, shipping_address=Address(phone="+49 4006381333931"), url=f"{LINK}/4006381333931")
    line = evolve(order.lines[0], sku=CARD, barcode="4006381333931", name="Mug 400638")
    order = evolve(order, number=CARD, lines=(line,))
    assert without_card_numbers(order) is order


LINK = "https://shop.example/orders"
WRITTEN = st.sampled_from(["{}", "card {} exp 12/29", "x{}", "({})", "see {}, thanks"])
BETWEEN = st.sampled_from(["", " ", "-", ".", "_", "  ", "\u2009", "\u2011", "\u200b", " - ", "/"])
ZEROS = st.sampled_from(["0", "\uff10", "\u0660", "\u0966"])
"""The 0 of several scripts."""


@given(st.text("0123456789", min_size=14, max_size=14), WRITTEN, BETWEEN, ZEROS, st.data())
def test_no_field_of_an_order_keeps_one(rest: str, written: str, between: str, zero: str, data: st.DataObject) -> None:
    """In groups of four, whatever stands between them, in whatever digits: in any text that is no name of an order or
    of goods."""
    number = with_check_digit(f"4{rest}")
    groups = between.join(number[n : n + 4] for n in range(0, 16, 4))
    said = written.format("".join(chr(ord(zero) + int(c)) if c.isdecimal() else c for c in groups))
    order = personal(lines=(OrderLine(reference="1", quantity=D(1), price=D(1), components=(Component(sku="x"),)),))
    record: Any = data.draw(st.sampled_from([order, order.customer, Address(), *order.lines, Discount(amount=D(1)),
                                        ShippingLine(amount=D(1)), Component(sku="x")]))  # fmt: skip
    hints = get_type_hints(type(record))
    texts = [name for name, hint in hints.items() if hint in (str, str | None) and name not in KNOWN_BY]
    name = data.draw(st.sampled_from(texts))
    kept = getattr(without_card_numbers(evolve(record, **{name: said})), name)
    assert kept == written.format(REMOVED)


KNOWN_BY = ("reference", "number", "sku", "barcode", "currency", "cursor")
"""What orders and goods are known by: some of it looks like a card number. A code of shipping is looked up too."""


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
