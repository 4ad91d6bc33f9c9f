"""`big`: an account of a size to measure with. A million variants, a hundred thousand companies, half a million orders.

Nothing of it is stored: every row follows from its id by arithmetic, and so does the way back from a value to the
ids that have it. That is why it serves in a moment, and why a page costs the same wherever it stands in the list.
The books add up as everywhere: stock is what adjustments put in less what fulfilments took out.

- An order `o` has the lines `2o - 1` and `2o`, and belongs to company `(o - 1) % companies + 1`.
- Line `l` sells variant `l * stride % variants + 1`; `stride` and the number of variants share no divisor, so that
  every variant has its turn and a variant's lines are found again.
- Orders up to `settled` are fulfilled, each by one fulfilment; every hundredth is void. The newest ones are open.
- Variants have a stock record at either warehouse, and one adjustment line for each record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from math import gcd
from typing import Any

from ..model.formats import datetime_text, round_half_up
from ..model.tables import BaseRows, Row
from ..rules.base import RulesContext
from .demo import second_settings
from .empty import Keys, fill_empty

_MAIN, _SECOND = 1, 2
_CURRENCY, _USER, _HST = 1, 1, 3
_RATE = Decimal("1.13")
_PER_PRODUCT, _PER_ADJUSTMENT, _LINES, _VOID = 4, 200, 2, 100
_OPEN_STATUSES = ("draft", "active", "active", "finalized")
_CENT = Decimal("0.01")
_KINDS = ("Candle", "Mug", "Scarf", "Lamp", "Notebook", "Tray", "Vase", "Basket")
_COLOURS = ("Red", "Blue", "Green", "Grey")
_CITIES = (("Toronto", "ON", "M5X 1A9"), ("Montréal", "QC", "H2Y 1C6"), ("Vancouver", "BC", "V6B 1A1"),
           ("Halifax", "NS", "B3J 1S9"))  # fmt: skip
_CATALOGUE, _TRADE = timedelta(days=365), timedelta(days=3 * 365)
_SETTLING = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many of each there are."""

    variants: int = 1_000_000
    companies: int = 100_000
    orders: int = 500_000

    @classmethod
    def of(cls, text: str) -> Sizes:
        """The sizes in `big` or `big:variants=10000,orders=500`. Raises ValueError, saying what is wrong."""
        given: dict[str, int] = {}
        for part in filter(None, text.partition(":")[2].split(",")):
            name, _, number = part.partition("=")
            if name not in {f.name for f in fields(cls)} or not number.isdecimal() or not 1 <= int(number) <= 10**8:
                raise ValueError(f"seed big takes variants=, companies= and orders=, each from 1, not {part!r}")
            given[name] = int(number)
        return cls(**given)

    def __str__(self) -> str:
        return f"big:variants={self.variants},companies={self.companies},orders={self.orders}"


class Account:
    """The arithmetic all tables share."""

    def __init__(self, sizes: Sizes, now: datetime) -> None:
        self.variants: int = sizes.variants
        self.companies: int = sizes.companies
        self.orders: int = sizes.orders
        self.products: int = -(-self.variants // _PER_PRODUCT)
        self.lines: int = _LINES * self.orders
        self.settled: int = self.orders - min(self.orders // 50, 10_000)
        self.fulfillments: int = self.settled - self.settled // _VOID
        self.per_location: int = -(-self.variants // _PER_ADJUSTMENT)
        self.stride: int = next(n for n in range(7_368_787, 2 * 7_368_787) if gcd(n, self.variants) == 1)
        self._opened = now - _TRADE
        self._founded = self._opened - _CATALOGUE
        self._pace = (_TRADE - 2 * _SETTLING) / self.orders

    @cached_property
    def _unstride(self) -> int:
        return pow(self.stride, -1, self.variants) if self.variants > 1 else 0

    def in_catalogue(self, key: int, size: int) -> str:
        """When the `key`th of `size` records was set up, in the year before the first order."""
        return datetime_text(self._founded + _CATALOGUE * key / size)

    def ordered(self, order: int) -> datetime:
        """When an order came, in the three years of trade."""
        return self._opened + self._pace * order

    def settled_at(self, order: int) -> str:
        """When an order reached the status it has."""
        return datetime_text(self.ordered(order) + _SETTLING)

    def status(self, order: int) -> str:
        """An order's status."""
        if order > self.settled:
            return _OPEN_STATUSES[order % len(_OPEN_STATUSES)]
        return "fulfilled" if order % _VOID else "void"

    def with_status(self, status: object) -> Sequence[int]:
        """The orders with a status."""
        if status == "void":
            return range(_VOID, self.settled + 1, _VOID)
        if status == "fulfilled":
            return [order for order in range(1, self.settled + 1) if order % _VOID]
        return [order for order in range(self.settled + 1, self.orders + 1) if self.status(order) == status]

    def variant_of(self, line: int) -> int:
        """The variant a line sells."""
        return line * self.stride % self.variants + 1

    def lines_of(self, variant: int) -> range:
        """The lines that sell a variant."""
        first = (variant - 1) * self._unstride % self.variants or self.variants
        return range(first, self.lines + 1, self.variants)

    def quantity(self, line: int) -> Decimal:
        """How many units a line asks for."""
        return Decimal(1 + line % 3)

    def price(self, variant: int) -> Decimal:
        """What a variant costs in shops."""
        return Decimal(500 + variant * 37 % 9_500) * _CENT

    def cost(self, variant: int) -> Decimal:
        """What a variant cost to buy."""
        return Decimal(200 + variant * 13 % 250) * _CENT

    def opening(self, variant: int, location: int) -> Decimal:
        """What the first adjustment put on the shelf."""
        return Decimal(40 + variant % 160 if location == _MAIN else variant % 40)

    def units(self, variant: int, statuses: frozenset[str]) -> Decimal:
        """How many units of a variant are on orders with one of these statuses."""
        lines = [line for line in self.lines_of(variant) if self.status((line + 1) // _LINES) in statuses]
        return sum((self.quantity(line) for line in lines), Decimal(0))

    def total(self, order: int) -> Decimal:
        """An order's total: every line with its tax, rounded, then added."""
        return sum((self._line_total(line) for line in (_LINES * order - 1, _LINES * order)), Decimal(0))

    def _line_total(self, line: int) -> Decimal:
        return round_half_up(self.price(self.variant_of(line)) * self.quantity(line) * _RATE, 2)

    def fulfillment_of(self, order: int) -> int:
        """The fulfilment of a fulfilled order."""
        return order - order // _VOID

    def shipped_by(self, fulfillment: int) -> int:
        """The order a fulfilment ships."""
        return fulfillment + (fulfillment - 1) // (_VOID - 1)

    def line_shipped(self, item: int) -> int:
        """The order line that a line of a fulfilment ships."""
        return _LINES * self.shipped_by((item + 1) // _LINES) - item % _LINES

    def company_of(self, order: int) -> int:
        """The company an order belongs to."""
        return (order - 1) % self.companies + 1


class _Rows:
    """The base rows of one table; its subclasses say what a row is and how it is found."""

    hidden: Sequence[int] = ()
    also: tuple[str, ...] = ()

    def __init__(self, account: Account, size: int) -> None:
        self.account = account
        self.size = size

    def row(self, key: int) -> Row:
        """The row with this id."""
        raise LookupError(key)

    def find(self, name: str, value: Any) -> Sequence[int]:
        """Ids of the rows whose column has this value."""
        if name.endswith("_id") and type(value) is not int:
            return ()
        number = value if isinstance(value, int) else _numbered(value)
        found: Sequence[int] = getattr(self, f"by_{name}")(number, value)
        return [key for key in found if 1 <= key <= self.size]


class Products(_Rows):
    """A product has four variants, one in each colour."""

    def row(self, key: int) -> Row:
        moment = self.account.in_catalogue(key, self.size)
        kind = _KINDS[key % len(_KINDS)]
        return {
            "id": key, "created_at": moment, "updated_at": moment, "name": f"{kind} {key}", "opt1": "Colour",
            "product_type": kind, "brand": f"Brand {key % 50}", "tags": f"{kind.lower()},big",
        }  # fmt: skip


class Variants(_Rows):
    """SKUs are `BIG-0000001` and so on."""

    def row(self, key: int) -> Row:
        account, cost = self.account, self.account.cost(key)
        moment, price = account.in_catalogue(key, self.size), account.price(key)
        colour = _COLOURS[(key - 1) % _PER_PRODUCT]
        return {
            "id": key, "created_at": moment, "updated_at": moment, "product_id": _product_of(key),
            "sku": f"BIG-{key:07d}", "name": colour, "opt1": colour, "position": 1 + (key - 1) % _PER_PRODUCT,
            "retail_price": price, "wholesale_price": price / 2, "buy_price": cost, "moving_average_cost": cost,
            "last_cost_price": cost, "upc": f"{628 * 10**9 + key}",
        }  # fmt: skip

    def by_product_id(self, product: int, _: object) -> Sequence[int]:
        """Four to a product."""
        return range(_PER_PRODUCT * (product - 1) + 1, _PER_PRODUCT * product + 1)

    def by_sku(self, number: int, sku: object) -> Sequence[int]:
        """By the number at the end."""
        return [number] if sku == f"BIG-{number:07d}" else []


class StockRecords(_Rows):
    """What lies where: the opening stock, less what was shipped from the main warehouse."""

    def row(self, key: int) -> Row:
        variant, location = (key + 1) // 2, _MAIN if key % 2 else _SECOND
        row: Row = {"id": key, "variant_id": variant, "location_id": location}
        row["on_hand"] = self.account.opening(variant, location)
        if location == _MAIN:
            row["on_hand"] -= self.account.units(variant, frozenset({"fulfilled"}))
            committed = self.account.units(variant, frozenset({"active", "finalized"}))
            if committed:
                row["committed"] = committed
        return row

    def by_variant_id(self, variant: int, _: object) -> Sequence[int]:
        """One at either warehouse."""
        return (2 * variant - 1, 2 * variant)


class StockAdjustments(_Rows):
    """First those of the main warehouse, then those of the second; two hundred lines in each."""

    def row(self, key: int) -> Row:
        moment = self.account.in_catalogue(key, self.size)
        return {
            "id": key, "created_at": moment, "updated_at": moment, "adjustment_number": f"SA{key:04d}",
            "reason": "supplier", "notes": "Opening stock",
            "stock_location_id": _MAIN if key <= self.account.per_location else _SECOND,
        }  # fmt: skip

    def by_adjustment_number(self, number: int, text: object) -> Sequence[int]:
        """By the number at the end."""
        return [number] if text == f"SA{number:04d}" else []


class StockAdjustmentLines(_Rows):
    """One for each stock record."""

    def row(self, key: int) -> Row:
        moment = self.account.in_catalogue(key, self.size)
        location, variant = self._place(key)
        quantity = self.account.opening(variant, location)
        return {
            "id": key, "created_at": moment, "updated_at": moment, "variant_id": variant, "quantity": quantity,
            "stock_adjustment_id": self._adjustment(location, variant), "price": self.account.cost(variant),
            "moved": [(variant, location, quantity)],
        }  # fmt: skip

    def by_variant_id(self, variant: int, _: object) -> Sequence[int]:
        """One for either warehouse."""
        return (variant, self.account.variants + variant) if 1 <= variant <= self.account.variants else ()

    def by_stock_adjustment_id(self, adjustment: int, _: object) -> Sequence[int]:
        """Two hundred in a row."""
        nth, before = adjustment, 0
        if adjustment > self.account.per_location:
            nth, before = adjustment - self.account.per_location, self.account.variants
        first = _PER_ADJUSTMENT * (nth - 1) + 1
        last = min(first + _PER_ADJUSTMENT - 1, self.account.variants)
        return range(before + max(first, 1), before + last + 1)

    def _place(self, key: int) -> tuple[int, int]:
        variants = self.account.variants
        return (_MAIN, key) if key <= variants else (_SECOND, key - variants)

    def _adjustment(self, location: int, variant: int) -> int:
        before = 0 if location == _MAIN else self.account.per_location
        return before + (variant - 1) // _PER_ADJUSTMENT + 1


class Companies(_Rows):
    """Customers; every tenth is a business."""

    def row(self, key: int) -> Row:
        moment = self.account.in_catalogue(key, self.size)
        return {
            "id": key, "created_at": moment, "updated_at": moment, "name": f"Customer {key}",
            "company_type": "consumer" if key % 10 else "business", "company_code": f"C{key:06d}",
            "email": f"customer{key}@big.example",
        }  # fmt: skip

    def by_email(self, number: int, email: object) -> Sequence[int]:
        """By the number in it."""
        return [number] if email == f"customer{number}@big.example" else []

    def by_company_code(self, number: int, code: object) -> Sequence[int]:
        """By the number in it."""
        return [number] if code == f"C{number:06d}" else []


class _OfCompanies(_Rows):
    """One for each company, with the company's id."""

    def by_company_id(self, company: int, _: object) -> Sequence[int]:
        """The company's only one."""
        return [company]


class Addresses(_OfCompanies):
    """Where customers live."""

    def row(self, key: int) -> Row:
        moment = self.account.in_catalogue(key, self.size)
        city, state, code = _CITIES[key % len(_CITIES)]
        return {
            "id": key, "created_at": moment, "updated_at": moment, "company_id": key, "label": "Shipping",
            "address1": f"{key % 999 + 1} Long Street", "city": city, "state": state, "zip_code": code,
            "country": "CA", "country_code": "CA",
        }  # fmt: skip


class Contacts(_OfCompanies):
    """Who to ask for."""

    def row(self, key: int) -> Row:
        moment = self.account.in_catalogue(key, self.size)
        return {
            "id": key, "created_at": moment, "updated_at": moment, "company_id": key, "first_name": "Customer",
            "last_name": str(key), "email": f"customer{key}@big.example",
        }  # fmt: skip


class Orders(_Rows):
    """Numbers are `BIG-0000001` and so on."""

    also: tuple[str, ...] = ("status", "fulfillment_status")

    def __init__(self, account: Account, size: int) -> None:
        super().__init__(account, size)
        self.hidden: Sequence[int] = account.with_status("void")

    def row(self, key: int) -> Row:
        account = self.account
        moment, status, company = account.ordered(key), account.status(key), account.company_of(key)
        return {
            "id": key, "created_at": datetime_text(moment), "updated_at": account.settled_at(key),
            "company_id": company, "shipping_address_id": company, "billing_address_id": company,
            "contact_id": company, "currency_id": _CURRENCY, "stock_location_id": _MAIN, "user_id": _USER,
            "default_price_list_id": "retail", "email": f"customer{company}@big.example",
            "issued_at": moment.date().isoformat(), "order_number": f"BIG-{key:07d}",
            "order_number_folded": f"big-{key:07d}", "status": status, "tax_label": "HST",
            "tax_treatment": "exclusive", "total_value": account.total(key),
            "packed_status": "packed" if status == "fulfilled" else "unpacked",
            "fulfillment_status": "shipped" if status == "fulfilled" else "unshipped",
        }  # fmt: skip

    def by_company_id(self, company: int, _: object) -> Sequence[int]:
        """Every so manieth is the company's."""
        return range(company, self.size + 1, self.account.companies) if 1 <= company <= self.account.companies else ()

    def by_order_number_folded(self, number: int, text: object) -> Sequence[int]:
        """By the number at the end."""
        return [number] if text == f"big-{number:07d}" else []

    def by_status(self, _: int, status: object) -> Sequence[int]:
        """By how old they are."""
        return self.account.with_status(status)

    def by_fulfillment_status(self, _: int, status: object) -> Sequence[int]:
        """Shipped or not, by the order's status."""
        of = self.account.status
        if status not in {"shipped", "unshipped"}:
            return ()
        return [key for key in range(1, self.size + 1) if (of(key) == "fulfilled") is (status == "shipped")]


class OrderLines(_Rows):
    """Two to an order."""

    def row(self, key: int) -> Row:
        account, order = self.account, (key + 1) // _LINES
        variant, quantity = account.variant_of(key), account.quantity(key)
        moment = datetime_text(account.ordered(order))
        row = {
            "id": key, "created_at": moment, "updated_at": moment, "order_id": order, "variant_id": variant,
            "tax_type_id": _HST, "price": account.price(variant), "quantity": quantity,
        }  # fmt: skip
        if account.status(order) in {"active", "finalized"}:
            row["committed"] = [(variant, _MAIN, quantity)]
        return row

    def by_order_id(self, order: int, _: object) -> Sequence[int]:
        """Two in a row."""
        return (_LINES * order - 1, _LINES * order)

    def by_variant_id(self, variant: int, _: object) -> Sequence[int]:
        """By the stride."""
        return self.account.lines_of(variant) if 1 <= variant <= self.account.variants else ()

    def by_tax_type_id(self, tax_type: int, _: object) -> Sequence[int]:
        """All are taxed alike."""
        return range(1, self.size + 1) if tax_type == _HST else ()


class Fulfillments(_Rows):
    """One for each fulfilled order."""

    also: tuple[str, ...] = ("status",)

    def row(self, key: int) -> Row:
        order = self.account.shipped_by(key)
        moment, company = self.account.settled_at(order), self.account.company_of(order)
        return {
            "id": key, "created_at": moment, "updated_at": moment, "order_id": order, "company_id": company,
            "shipping_address_id": company, "billing_address_id": company, "stock_location_id": _MAIN,
            "packed_at": moment[:10], "shipped_at": moment, "status": "fulfilled", "exchange_rate": Decimal("1.0"),
            "tracking_company": "Canada Post", "tracking_number": f"BIG{key:09d}CA", "service": "Expedited",
        }  # fmt: skip

    def by_order_id(self, order: int, _: object) -> Sequence[int]:
        """By the order's place among the fulfilled ones."""
        fulfilled = 1 <= order <= self.account.settled and order % _VOID
        return [self.account.fulfillment_of(order)] if fulfilled else []

    def by_status(self, _: int, status: object) -> Sequence[int]:
        """All have left."""
        return range(1, self.size + 1) if status == "fulfilled" else ()


class FulfillmentLines(_Rows):
    """One for each line of a fulfilled order."""

    def row(self, key: int) -> Row:
        account, line = self.account, self.account.line_shipped(key)
        moment = account.settled_at((line + 1) // _LINES)
        variant, quantity = account.variant_of(line), account.quantity(line)
        return {
            "id": key, "created_at": moment, "updated_at": moment, "fulfillment_id": (key + 1) // _LINES,
            "order_line_item_id": line, "quantity": quantity, "base_price": account.price(variant),
            "moved": [(variant, _MAIN, quantity)],
        }  # fmt: skip

    def by_fulfillment_id(self, fulfillment: int, _: object) -> Sequence[int]:
        """Two in a row."""
        return (_LINES * fulfillment - 1, _LINES * fulfillment)

    def by_order_line_item_id(self, line: int, _: object) -> Sequence[int]:
        """By the order's place among the fulfilled ones."""
        order = (line + 1) // _LINES
        if not 1 <= order <= self.account.settled or not order % _VOID:
            return []
        return [_LINES * self.account.fulfillment_of(order) - line % _LINES]


def base_rows(sizes: Sizes, now: str) -> dict[str, BaseRows]:
    """The base rows of every table; `now` is when the account stopped growing."""
    account = Account(sizes, datetime.fromisoformat(now).astimezone(UTC))
    kinds: dict[str, tuple[type[_Rows], int]] = {
        "products": (Products, account.products),
        "variants": (Variants, account.variants),
        "stock_records": (StockRecords, 2 * account.variants),
        "stock_adjustments": (StockAdjustments, 2 * account.per_location),
        "stock_adjustment_line_items": (StockAdjustmentLines, 2 * account.variants),
        "companies": (Companies, account.companies),
        "addresses": (Addresses, account.companies),
        "contacts": (Contacts, account.companies),
        "orders": (Orders, account.orders),
        "order_line_items": (OrderLines, account.lines),
        "fulfillments": (Fulfillments, account.fulfillments),
        "fulfillment_line_items": (FulfillmentLines, _LINES * account.fulfillments),
    }
    return {name: kind(account, size) for name, (kind, size) in kinds.items()}


def fill_big(context: RulesContext, keys: Keys) -> None:
    """The settings the base rows refer to, and a sequence that goes on after their numbers."""
    fill_empty(context, keys)
    second_settings(context)
    adjustments = context.state["stock_adjustments"].last_id
    context.state.update("accounts", context.account, {"next_adjustment_number": adjustments + 1}, touch=False)


def _product_of(variant: int) -> int:
    return (variant - 1) // _PER_PRODUCT + 1


def _numbered(text: object) -> int:
    """The number a text ends with, before an `@` if there is one; 0 without."""
    head = str(text).partition("@")[0]
    digits = head[len(head.rstrip("0123456789")) :]
    return int(digits) if digits and len(digits) <= 12 else 0
