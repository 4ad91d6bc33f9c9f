"""Numbers that no account can hold and no sum survives: found by comparing, before anything computes with them.

And what else no order can be: amounts that would turn what is taken off into what is charged, or the other way round,
dates in another age, lines nobody can tell apart.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Final

from attrs import fields_dict

from tradegecko_bridge.bounds import is_bounded
from tradegecko_bridge.commerce import Address, Customer, Discount, OrderLine, ShippingLine, SourceOrder
from tradegecko_bridge.commerce.remote import OrderDraft
from tradegecko_bridge.commerce.values import bare, is_cut_short, is_text
from tradegecko_bridge.ledger import Reason

ZERO: Final = Decimal(0)
TOO_MUCH: Final = Decimal(10) ** 10
"""No real price or quantity is as high."""
MOST_DIGITS: Final = 10
"""Behind the point; the account keeps no more."""
LONGEST: Final = 28
"""Digits in all with which sums are exact."""
LONGEST_NUMBER: Final = 255
"""No real order number is longer."""
SHOWN: Final = 40
"""Characters of a text that is too long that still tell which one it is."""
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""No order that waits to be sent is older; before it lie the dates that stand for none, such as 1970."""
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
_BREAKING: Final = frozenset({"Cc", "Zl", "Zp"})
"""Kinds of characters that are no part of a line of text."""
_SENT: Final = tuple(
    dict.fromkeys(name for kind in (Customer, Address) for name in fields_dict(kind) if name != "reference")
)
"""Fields of customers and addresses that are sent."""
_NAMES: Final = ("quantity", "price", "discount", "additional_discount", "amount", "tax", "tax_rate")
_OF_LINE, _OF_SHIPPING = (
    attrgetter(*(name for name in _NAMES if name in fields_dict(kind))) for kind in (OrderLine, ShippingLine)
)


def named(part: OrderLine | ShippingLine | Discount) -> str:
    """A line as messages call it."""
    if not isinstance(part, OrderLine):
        return "shipping" if isinstance(part, ShippingLine) else "discount"
    reference, sku = _shortened(part.reference), _shortened(part.sku or "")
    return f"line {reference} (SKU {sku})" if bare(sku) else f"line {reference}"


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_NUMBER else f"{text[:SHOWN]}…"


def impossible(order: SourceOrder) -> Reason | None:
    """What no order can be, as its source gives it: nothing the settings do to it changes that."""
    if not EARLIEST <= order.placed_at < LATEST:
        said = f"placed at {order.placed_at.isoformat()}, before the year {EARLIEST.year} or after {LATEST.year - 1}"
        return Reason("bad_date", f"{said}; correct it at the source")
    if half := _unsendable(order.number):
        said = f"the order number {order.number[:SHOWN]!r} holds {half}"
        return Reason("bad_number", f"{said}, of which nothing can be sent; correct it at the source")
    for what, said in (("number", order.number), ("reference", order.reference)):
        if is_cut_short(said):
            other = "so others may have come to the same; give it with all its digits at the source, and skip this one"
            return Reason("bad_number", f"the order {what} {said.strip()!r} was shortened by a spreadsheet, {other}")
    references = Counter(line.reference for line in order.lines)
    if twice := [reference for reference, times in references.items() if times > 1]:
        said = f"{references[twice[0]]} lines have the reference {twice[0][:SHOWN]!r}"
        return Reason("same_line", f"{said}, so nobody could tell which has shipped; give each its own at the source")
    return None


def _unsendable(text: str) -> str:
    if not is_text(text):
        return "half a character"
    return "a NUL" if "\0" in text else ""


def half_texts(draft: OrderDraft) -> Reason | None:
    """Texts that would be sent and hold half a character, by their fields; what they hold is not shown."""
    texts = [("note", draft.note), ("url", draft.url), *(("tags", tag) for tag in draft.tags)]
    texts += [(f"label of a {line.kind} line", line.label) for line in draft.lines if line.variant_id is None]
    for name in ("customer", "shipping_address", "billing_address"):
        part = getattr(draft, name)
        texts += [(f"{name}.{field}", getattr(part, field, None)) for field in _SENT]
    if bad := list(dict.fromkeys(name for name, text in texts if isinstance(text, str) and not is_text(text))):
        said = f"{', '.join(bad)}: half a character, of which nothing can be sent"
        return Reason("bad_text", f"{said}; correct it at the source")
    return None


def absurd(order: SourceOrder) -> Reason | None:
    """Numbers that nothing may compute with, neither those that are sent nor those that the settings leave out."""
    said = "; ".join(absurd_numbers(order))
    return Reason("absurd_number", f"{said}: beyond what can be sent; correct it at the source") if said else None


def bad_number(number: str) -> str | None:
    """What is wrong with what an order is called; None where it can be sent, found again and listed."""
    if len(number) > LONGEST_NUMBER:
        return f"the order number has {len(number)} characters ({number[:SHOWN]!r}…)"
    if any(unicodedata.category(character) in _BREAKING for character in number):
        return f"the order number {number[:SHOWN]!r} holds line breaks or control characters"
    return None


def absurd_numbers(order: SourceOrder) -> list[str]:
    """What is absurd in an order, named so that whoever entered it finds it."""
    if _is_plain(order):
        return []
    return [_said(part, name, number) for part, name, number in _numbers_of(order) if _is_absurd(number)]


def _is_plain(order: SourceOrder) -> bool:
    """Whether the numbers of an order are as nearly all are, told without naming any."""
    amounts = [discount.amount for discount in order.discounts]
    for part in order.priced:
        if isinstance(part, OrderLine):
            if part.components:
                return False
            amounts += _OF_LINE(part)
        else:
            amounts += _OF_SHIPPING(part)
    return all(amount is None or _is_usual(amount) for amount in (*amounts, order.totals.grand_total, order.totals.tax))


def unbounded_numbers(order: SourceOrder) -> list[str]:
    """What of an order is beyond all bounds, named likewise."""
    return [_said(part, name, number) for part, name, number in _numbers_of(order) if not is_bounded(number)]


def _said(part: OrderLine | ShippingLine | None, name: str, number: Decimal) -> str:
    whole = len(number.as_tuple().digits) <= LONGEST
    return f"{f'{named(part)}: ' if part else ''}{name} {str(number).lower() if whole else f'{number:.6g}'}"


def _numbers_of(order: SourceOrder) -> Iterator[tuple[OrderLine | ShippingLine | None, str, Decimal]]:
    for part in order.priced:
        for name, number in _numbers(part):
            yield part, name, number
    for discount in order.discounts:
        yield None, "discount", discount.amount
    for name, total in (("grand total", order.totals.grand_total), ("total tax", order.totals.tax)):
        if total is not None:
            yield None, name, total


def bad_amounts(order: SourceOrder, digits: int, may_be_negative: Callable[[OrderLine], bool]) -> list[str]:
    """Amounts below zero where none may be, and discounts greater than what they are taken off, in a currency of so
    many digits."""
    found = [fault for part in order.priced for fault in _bad_amounts_of(part, may_be_negative)]
    found += [f"discount {discount.amount} is below 0" for discount in order.discounts if discount.amount < 0]
    if found:
        return found
    off = sum((discount.amount for discount in order.discounts), ZERO)
    off += sum((line.additional_discount for line in order.lines), ZERO)
    worth = _most_it_comes_to(order)
    rounding = Decimal(1).scaleb(-digits) * len(order.priced)
    return [f"discounts of {off} are more than the {worth:.2f} they are taken off"] if off > worth + rounding else []


def _bad_amounts_of(part: OrderLine | ShippingLine, may_be_negative: Callable[[OrderLine], bool]) -> Iterator[str]:
    for name in ("price", "discount", "additional_discount", "amount"):
        amount: Decimal | None = getattr(part, name, None)
        if (
            amount is not None
            and amount < 0
            and not (name == "price" and isinstance(part, OrderLine) and may_be_negative(part))
        ):
            yield f"{named(part)}: {name.replace('_', ' ')} {amount} is below 0"
    if (
        isinstance(part, OrderLine)
        and part.price is not None
        and part.discount
        and part.discount > max(part.price, ZERO)
    ):
        yield f"{named(part)}: discount {part.discount} is more than the price {part.price}"


def _most_it_comes_to(order: SourceOrder) -> Decimal:
    """The order with its taxes before what is taken off after tax; taxes as the lines or the totals say, whichever
    is more."""
    amounts, taxes = ZERO, ZERO
    for part in order.priced:
        amount = part.extended_amount if isinstance(part, OrderLine) else part.amount
        amounts += amount
        if not part.price_includes_tax:
            taxes += part.tax if part.tax is not None else amount * (part.tax_rate or ZERO) / 100
    outside = ZERO if order.prices_include_tax else order.totals.tax or ZERO
    return amounts + max(taxes, outside)


def is_sane(part: OrderLine | ShippingLine) -> bool:
    """Whether a line's numbers can be computed with."""
    return not any(_is_absurd(number) for _, number in _numbers(part))


def _numbers(part: OrderLine | ShippingLine) -> list[tuple[str, Decimal]]:
    found = [(name, number) for name in _NAMES if (number := getattr(part, name, None)) is not None]
    for component in part.components if isinstance(part, OrderLine) else ():
        found.append((f"quantity of {component.sku}", component.quantity))
        if component.price is not None:
            found.append((f"price of {component.sku}", component.price))
    return found


def _is_usual(number: Decimal) -> bool:
    _, digits, exponent = number.as_tuple()
    return isinstance(exponent, int) and -MOST_DIGITS <= exponent <= 0 and len(digits) <= MOST_DIGITS


def _is_absurd(number: Decimal) -> bool:
    if _is_usual(number):
        return False
    digits = number.as_tuple().digits
    if not is_bounded(number) or abs(number) >= TOO_MUCH or len(digits) > LONGEST:
        return True
    return number != round(number, MOST_DIGITS)
