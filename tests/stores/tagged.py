"""Orders with a tag of its own in every field that is somebody's, and the search for what is left of them."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import attrs
from attrs import evolve

from tradegecko_bridge.commerce import Address, Customer, Discount, SourceOrder
from tradegecko_bridge.testing.builders import a_line, an_order

CARD: Final = "4111111111111111"
STEM: Final = "Zqöxwvkj"
"""Ends every tag: whatever is left of any of them, this shows."""
CALLING: Final = "4930776541"
"""Begins every telephone number."""
TRACKING: Final = f"1Z{STEM}"


def tag(number: str, field: str) -> str:
    """What stands in a field of an order: nowhere else, and spelled in many ways."""
    return f"{number}{field}{STEM}"


def phone(number: str, digit: int) -> str:
    """A telephone number that is nobody else's."""
    return f"+{CALLING}{number}{digit}"


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
        "discounts": (Discount(label=tag(of, "discount"), code=tag(of, "code"), amount=order.lines[0].unit_price * 0),),
    }
    return evolve(order, **{**personal, **fields})


def quoted(record: object) -> str:
    """What a careless system says of an order: everything, in several spellings."""
    said = ", ".join(dict.fromkeys(_texts(record)))
    return f"refused: {said.upper()}; {json.dumps(said)}; {quote(said)}"


def _texts(value: object) -> Iterator[str]:
    """All text in a record."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, tuple):
        for part in value:
            yield from _texts(part)
    elif attrs.has(type(value)):
        yield from _texts(tuple(getattr(value, name) for name in _names(type(value))))


def _names(kind: type[Any]) -> list[str]:
    return [field.name for field in attrs.fields(kind)]


# ── the search ───────────────────────────────────────────────────────────────────────────────


def forms(text: str) -> set[bytes]:
    """How a text may stand in a file, in small letters."""
    small = {text.lower(), text.casefold(), quote(text).lower(), json.dumps(text)[1:-1].lower(), escape(text).lower()}
    plain = {form.encode(coding) for form in small for coding in ("utf-8", "utf-16-le", "utf-16-be")}
    return plain | {form.encode().hex().encode() for form in (text, text.lower(), text.upper())}


def in_base64(text: str) -> set[bytes]:
    """The same in base64, wherever among three bytes it begins."""
    whole = (form.encode() for form in (text, text.lower(), text.upper()))
    return {b64encode(b"\0" * shift + form)[shift and shift + 1 : -4] for form in whole for shift in (0, 1, 2)}


def left_in(folder: Path, texts: Iterable[str] = (STEM, CALLING, CARD)) -> list[str]:
    """Where any of these stands in the files of a folder, however it is written, with what stands around it."""
    files = {file: file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}
    found: list[str] = []
    for file, raw in files.items():
        small = raw.lower()
        for text in texts:
            places = [small.find(form) for form in forms(text)] + [raw.find(form) for form in in_base64(text)]
            found += [f"{file.name}: {raw[max(at - 40, 0) : at + 60]!r}" for at in places if at >= 0]
    return found
