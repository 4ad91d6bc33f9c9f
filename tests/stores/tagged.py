"""Orders with a tag of its own in every field that is somebody's, and the search for what is left of them."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from attrs import evolve

from tradegecko_bridge.commerce import Address, Customer, Discount, SourceOrder
from tradegecko_bridge.testing.builders import a_line, an_order

CARD: Final = "4111111111111111"


def tag(number: str, field: str) -> str:
    """What stands in a field of an order: nowhere else, and spelled in many ways."""
    return f"Zqö{number}{field}"


def phone(number: str, digit: int) -> str:
    """A telephone number that is nobody else's."""
    return f"0049{digit}{number}77341"


def tagged(number: str, version: str = "", **fields: Any) -> SourceOrder:
    """An order with a tag wherever there is room for one; another ``version`` has other tags."""
    of = f"{number}{version}"

    def someone(what: str, digit: int) -> Address:
        names = ("first_name", "last_name", "company", "address1", "address2", "suburb", "city", "region")
        words = {name: tag(of, f"{what}{name.replace('_', '')}") for name in names}
        code, mail = tag(of, f"{what}zip"), f"{tag(of, f'{what}mail')}@example.com"
        return Address(**words, postal_code=code, country="DE", phone=phone(of, digit), email=mail)

    customer = Customer(
        reference=tag(of, "customer"),
        company=tag(of, "company"),
        first_name=tag(of, "first"),
        last_name=tag(of, "last"),
        email=f"{tag(of, 'mail')}@example.com",
        phone=phone(of, 1),
    )
    order = an_order(number, [evolve(a_line("MUG-BLUE", 1), name=tag(of, "line"))])
    personal = {
        "customer": customer,
        "shipping_address": someone("ship", 2),
        "billing_address": someone("bill", 3),
        "note": f"{tag(of, 'note')} and more {CARD}",
        "tags": (tag(of, "tag"),),
        "url": f"https://shop.example/{tag(of, 'url')}",
        "payment_method": tag(of, "payment"),
        "extra": {"memo": tag(of, "extra")},
        "discounts": (Discount(label=tag(of, "discount"), code=tag(of, "code"), amount=order.lines[0].price * 0),),
    }
    return evolve(order, **{**personal, **fields})


def tags(orders: Iterable[SourceOrder]) -> list[str]:
    """All the tags of these orders."""
    found: dict[str, None] = {}
    for order in orders:
        for person in (order.customer, order.shipping_address, order.billing_address):
            found |= {text: None for text in _texts(person) if text != "DE"}
        found |= dict.fromkeys([*(line.name for line in order.lines), *order.tags, *order.extra.values()])
        found |= {text: None for one in order.discounts for text in (one.label, one.code or "")}
        found |= dict.fromkeys([str(order.note).split()[0], str(order.url).rpartition("/")[2]])
        found |= {str(order.payment_method): None}
    return list(found)


def _texts(record: object) -> Iterator[str]:
    names = getattr(type(record), "__slots__", ())
    yield from (text for name in names if isinstance(text := getattr(record, name, None), str) and text)


def quoted(record: object) -> str:
    """What a careless system says of an order: everything, in several spellings."""
    said = (
        [tag_ for tag_ in tags([record])] if isinstance(record, SourceOrder) else [str(part) for part in _deep(record)]
    )
    everything = ", ".join(dict.fromkeys(said))
    return f"refused: {everything}; {everything.upper()}; {json.dumps(everything)}; {quote(everything)}"


def _deep(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _deep(part)
    elif not isinstance(value, datetime):
        for name in getattr(type(value), "__slots__", ()):
            if not name.startswith("__"):
                yield from _deep(getattr(value, name, None))


# ── the search ───────────────────────────────────────────────────────────────────────────────


def forms(text: str) -> set[bytes]:
    """How a text may stand in a file; letters in small, but for base64."""
    small = {text.lower(), text.casefold(), quote(text).lower(), json.dumps(text)[1:-1].lower()}
    plain = {form.encode(coding) for form in small for coding in ("utf-8", "utf-16-le", "utf-16-be")}
    return plain | {form.hex().encode() for form in plain} | {text.encode("utf-8").hex().encode()}


def in_base64(text: str) -> set[bytes]:
    """The same in base64, wherever among three bytes it begins."""
    whole = {form.encode() for form in (text, text.lower(), text.upper())}
    return {b64encode(b"\0" * shift + form)[shift and shift + 1 : -4] for form in whole for shift in (0, 1, 2)}


def left_in(folder: Path, texts: Iterable[str]) -> list[str]:
    """Which of these can be found in any file of a folder, however it is written; with the file's name."""
    found: list[str] = []
    wanted = [(text, forms(text), in_base64(text)) for text in texts]
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        raw = file.read_bytes()
        small = raw.lower()
        for text, spellings, coded in wanted:
            if any(form in small for form in spellings) or any(form in raw for form in coded):
                found.append(f"{text} in {file.relative_to(folder)}")
    return found
