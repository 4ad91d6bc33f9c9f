"""Which preset a file is of, or a format to start from: by the names of its columns and what stands below them."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any, BinaryIO, Final
from unicodedata import combining, normalize

from attrs import Factory, define

from tradegecko_bridge.bounds import parse_json
from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.sources.folder.binding import REQUIRED
from tradegecko_bridge.sources.folder.columns import FIELDS
from tradegecko_bridge.sources.folder.format import OWN, Format
from tradegecko_bridge.sources.folder.mapping import normal
from tradegecko_bridge.sources.folder.packed import at
from tradegecko_bridge.sources.folder.reading import is_json, table_of, text_of
from tradegecko_bridge.sources.folder.shipped import likeliest_preset, preset_table

_SAMPLE: Final = 200
"""Rows that are looked at."""
_WHOSE: Final = {
    "ship": ("ship to", "shipping", "ship", "delivery", "recipient", "deliver to"),
    "bill": ("bill to", "billing", "bill", "invoice", "payer"),
    "customer": ("customer", "buyer", "client", "purchaser", "billing", ""),
}
_OF_PEOPLE: Final = {
    "first_name": ("first name", "firstname", "given name", "forename"),
    "last_name": ("last name", "lastname", "surname", "family name"),
    "name": ("name", "full name", "fullname", "contact name", "contact"),
    "company": ("company", "company name", "organization", "organisation"),
    "address1": ("address 1", "address1", "address", "street", "street 1", "address line 1", "street address", "line1"),
    "address2": ("address 2", "address2", "street 2", "address line 2", "line2"),
    "city": ("city", "town", "locality"),
    "region": ("state", "province", "region", "county", "state code", "province code"),
    "postal_code": ("zip", "zip code", "zipcode", "postal code", "postcode", "post code", "postalcode"),
    "country": ("country", "country code", "country name"),
    "phone": ("phone", "phone number", "telephone", "tel", "mobile"),
    "email": ("email", "e mail", "email address", "mail"),
}
_OTHERS: Final = {
    "order_number": ("order number", "order no", "order", "order id", "order #", "number", "ordernumber", "orderid",
                     "order ref", "order name", "sales order", "po number", "id"),
    "placed_at": ("order date", "date", "created at", "created", "placed at", "sale date", "purchase date",
                  "order time", "date created", "ordered at", "order placed"),
    "placed_time": ("time",),
    "placed_zone": ("time zone", "timezone"),
    "currency": ("currency", "currency code", "order currency"),
    "customer_reference": ("customer id", "customer number", "customer no", "customer code"),
    "shipping_label": ("shipping method", "ship method", "shipping service", "delivery method", "service", "carrier"),
    "shipping_amount": ("shipping", "shipping cost", "shipping price", "shipping total", "shipping amount", "postage",
                        "shipping and handling", "delivery cost", "freight", "order shipping"),
    "shipping_tax": ("shipping tax",),
    "discount_code": ("discount code", "coupon", "coupon code", "voucher", "voucher code"),
    "discount_amount": ("discount", "discount amount", "order discount", "discount total", "coupon discount"),
    "subtotal": ("subtotal", "sub total", "order subtotal"),
    "tax_total": ("tax", "taxes", "tax total", "total tax", "order tax", "sales tax", "vat"),
    "grand_total": ("total", "grand total", "order total", "total price", "amount paid", "order amount",
                    "total amount"),
    "note": ("note", "notes", "customer note", "comment", "comments", "message", "buyer note", "instructions"),
    "tags": ("tags", "labels", "tag"),
    "requested_ship_date": ("ship by", "requested ship date", "ship date", "promise date"),
    "canceled_at": ("canceled at", "cancelled at"),
    "source_status": ("status", "order status", "state"),
    "payment_status": ("payment status", "financial status"),
    "fulfillment_status": ("fulfillment status", "shipping status", "fulfilment status"),
    "payment_method": ("payment method", "payment type", "payment"),
    "line_reference": ("line id", "line item id", "order item id", "line no", "line number", "transaction id"),
    "sku": ("sku", "item sku", "product sku", "item", "item code", "product code", "lineitem sku", "item number",
            "article", "article number", "variant sku", "stock code", "part number"),
    "name": ("item name", "product name", "product", "title", "description", "item title", "lineitem name",
             "product title", "item description"),
    "quantity": ("quantity", "qty", "item quantity", "units", "lineitem quantity", "quantity ordered", "qty ordered",
                 "quantity purchased", "item qty", "pieces", "menge", "cantidad", "quantité"),
    "price": ("price", "unit price", "item price", "lineitem price", "price each", "unit cost", "each", "item cost"),
    "line_price": ("line price", "line total", "item total", "extended price", "amount", "row total"),
    "line_discount": ("line discount", "item discount", "lineitem discount"),
    "tax_rate": ("tax rate", "vat rate", "tax percent"),
    "barcode": ("barcode", "upc", "ean", "gtin"),
}  # fmt: skip
_WORDS: Final = re.compile(r"[^\w#]+")
_LINES: Final = ("line items", "items", "lines", "order lines", "order items", "products", "positions")
_DAY: Final = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ][0-9]")
_LOCAL: Final = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?[AaPp][Mm])?$")
"""A time at the end, so without its zone."""
_NEEDS: Final = {
    "dates": '# dates = "dmy"  # or "mdy": the cells do not tell whether days or months come first',
    "zone": 'zone = "America/Toronto"  # the shop’s own: change it',
}
"""What somebody has to set who knows the shop."""
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


@define
class Guess:
    """A preset, blank where none fits, or what a format to start from says. ``unused`` are columns that nobody knows,
    ``missing`` fields that have to come from somewhere."""

    preset: str = ""
    title: str = ""
    unusable: str = ""
    needs: tuple[str, ...] = ()
    is_own: bool = False
    columns: dict[str, str] = Factory(dict)
    settings: dict[str, str] = Factory(dict)
    unused: list[str] = Factory(list)
    missing: list[str] = Factory(list)


class _Anything(Format):
    """A format that takes any words for names of columns."""

    def known(self, cells: Sequence[str]) -> int:
        return sum(bool(cell) and not cell[:1].isdigit() for cell in cells)


def guess(name: str, opened: BinaryIO) -> Guess:
    """What a file most likely is.

    Raises:
        MalformedData: it holds no table and no JSON.
    """
    if is_json(name):
        lines, names, samples, keys = _json_names(name, opened)
        settings = {"lines": lines} if lines else {}
    else:
        table = table_of(name, opened, _Anything())
        names, settings = list(table.header), {}
        keys = names
        rows = [row for _, row in islice(table.rows(), _SAMPLE)]
        samples = {name: [row[at] for row in rows if at < len(row) and row[at]] for at, name in enumerate(names)}
    if preset := likeliest_preset(keys):
        table_ = preset_table(preset)
        return Guess(preset, table_["title"], table_.get("unusable", ""), tuple(table_.get("needs", ())))
    if OWN.known(names) == len([name for name in names if name]):
        return Guess(is_own=True)
    found = Guess(columns=_columns(names), settings=settings)
    found.settings |= _notation(found.columns, samples)
    found.unused = [name for name in names if name and name not in found.columns.values()]
    found.missing = [ways[0] for ways in REQUIRED if found.columns.keys().isdisjoint(ways)]
    return found


def as_toml(found: Guess, connection: str) -> str:
    """The lines of a settings file that a guess comes to."""
    options = (
        f"connections.{connection if re.fullmatch('[A-Za-z0-9_-]+', connection) else json.dumps(connection)}.options"
    )
    if found.preset:
        lines = [f"[{options}]", f'preset = "{found.preset}"']
        if found.needs:
            lines += ["", f"[{options}.format]", *(_NEEDS[need] for need in found.needs)]
        return "\n".join(lines)
    return "\n".join(_format_lines(found, f"{options}.format"))


def _format_lines(found: Guess, table: str) -> Iterator[str]:
    yield f"[{table}]"
    for name, value in found.settings.items():
        yield _NEEDS[name] if not value or name == "zone" else f"{name} = {json.dumps(value, ensure_ascii=False)}"
    if found.unused:
        yield "ignore_others = true"
        yield f"# Not read: {', '.join(found.unused)}"
    if "currency" not in found.columns:
        yield 'constants = { currency = "USD" }  # change it, or set currency of the connection'
    yield ""
    yield f"[{table}.columns]"
    for name, column in found.columns.items():
        yield f"{name} = {json.dumps(column, ensure_ascii=False)}"
    for name in found.missing:
        yield f'# {name} = "…"  # needed: which column is it?'


def _columns(names: Sequence[str]) -> dict[str, str]:
    """The likeliest column for each field: the first wording that a column has counts most."""
    by_words: dict[str, str] = {}
    for name in names:
        by_words.setdefault(_words(name), name)
    found: dict[str, str] = {}
    taken: set[str] = set()
    for field, wordings in _wordings():
        column = next((by_words[words] for words in wordings if words in by_words), None)
        if field in FIELDS and column is not None and column not in taken:
            found[field] = column
            taken.add(column)
    if "placed_time" in found and "placed_at" in found:
        found["placed_date"] = found.pop("placed_at")
    return {field: found[field] for field in FIELDS if field in found}


def _words(name: str) -> str:
    last = name.replace("[]", "").rpartition(".")
    text = f"{last[0]} {last[2]}" if last[0] in ("shipping_address", "billing_address", "customer") else last[2] or name
    if not text.isascii():
        text = "".join(one for one in normalize("NFD", text.casefold()) if not combining(one))
    return " ".join(_WORDS.sub(" ", _CAMEL.sub(" ", text).replace("_", " ").replace("address.", "")).split()).casefold()


@cache
def _in_languages(kind: str) -> Mapping[str, Sequence[str]]:
    """The same in other languages than English."""
    words: dict[str, dict[str, list[str]]] = tomllib.loads(
        (files("tradegecko_bridge.sources.folder") / "words.toml").read_text(encoding="utf-8")
    )
    return words[kind]


def _wordings() -> Iterator[tuple[str, Sequence[str]]]:
    people = {part: (*words, *_in_languages("people")[part]) for part, words in _OF_PEOPLE.items()}
    others = _in_languages("others")
    yield from ((field, (*words, *others.get(field, ()))) for field, words in _OTHERS.items())
    for whose, english in _WHOSE.items():
        ways = (*english, *_in_languages("whose")[whose])
        for part, wordings in people.items():
            several = [f"{way} {words}".strip() for way in ways for words in wordings]
            several += [f"{words} {way}" for way in ways if way for words in wordings]
            if whose != "customer":
                several += [f"{way} address {words}" for way in ways for words in wordings]
            yield f"{whose}_{part}", [one for one in several if one not in ("name", *_in_languages("people")["name"])]
    yield "customer_name", others["customer_name"]
    for part, wordings in people.items():
        yield f"ship_{part}", wordings


def _notation(columns: Mapping[str, str], samples: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """How numbers and dates are written, where the cells show it."""
    found: dict[str, str] = {}
    prices = [name for field, name in columns.items() if "price" in field or "total" in field]
    amounts = [cell for name in prices for cell in samples.get(name, ())]
    if any(re.search(r",[0-9]{1,2}(?![0-9])", cell) for cell in amounts):
        found["decimal"] = ","
    elif any(re.search(r"[0-9],[0-9]{3}\.", cell) for cell in amounts):
        found["decimal"] = "."
    days = samples.get(columns.get("placed_at") or columns.get("placed_date", ""), ())
    pairs = [(int(one[1]), int(one[2])) for cell in days if (one := _DAY.match(cell))]
    if pairs:
        found["dates"] = "mdy" if any(second > 12 for _, second in pairs) else "dmy"
        if all(max(pair) <= 12 for pair in pairs):
            found["dates"] = ""
    clocks = [*days, *samples.get(columns.get("placed_time", ""), ())]
    if "placed_zone" not in columns and any(_LOCAL.search(cell) for cell in clocks):
        found["zone"] = "America/Toronto"
    return found


def _json_names(name: str, opened: BinaryIO) -> tuple[str, list[str], dict[str, list[str]], list[str]]:
    """Of the first order: the path of its lines, the paths of values in it and in its first line, what stands there,
    and its own names."""
    text = text_of(name, opened)
    try:
        data = parse_json(text)
    except ValueError:
        try:
            data = parse_json(text.splitlines()[0] if text.strip() else "")
        except ValueError:
            raise MalformedData([f"{name}: is not JSON"]) from None
    order = _first_order(data)
    if not isinstance(order, dict):
        raise MalformedData([f"{name}: holds no order"])
    lists = [key for key, one in order.items() if isinstance(one, list) and one and isinstance(one[0], dict)]
    lines = max(lists, key=lambda key: (_words(key) in _LINES, len(order[key][0])), default="")
    paths = [*_paths(order, skipped=lines), *(_paths(order[lines][0]) if lines else ())]
    samples = {path: [str(one) for one in at(order, path)] for path in paths}
    return lines, paths, samples, list(order)


def _first_order(data: Any) -> Any:
    while isinstance(data, list) and data:
        data = data[0]
    if isinstance(data, dict) and len(data) <= 2:
        inner = next((one for one in data.values() if isinstance(one, list | dict)), None)
        return data if inner is None else _first_order(inner)
    return data


def _paths(data: Mapping[str, Any], skipped: str = "", within: str = "") -> Iterator[str]:
    for key, value in data.items():
        if key == skipped or not normal(str(key)):
            continue
        if isinstance(value, dict):
            yield from _paths(value, within=f"{within}{key}.")
        elif not isinstance(value, list):
            yield f"{within}{key}"
