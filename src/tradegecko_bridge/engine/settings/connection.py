"""What can be set for one connection, and the waits of the engine.

Every setting is declared once, as a field of :class:`ConnectionSettings`: the settings file, Python, the messages and
the page of the documentation all come from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import attrs
from attrs import field, frozen

from tradegecko_bridge.commerce.remote import CustomerMatch
from tradegecko_bridge.engine.settings import declaration
from tradegecko_bridge.engine.settings.declaration import Fault, about, complain, documented, faults_of, sentence, tried
from tradegecko_bridge.engine.settings.filters import ItemFilter, OrderFilter, moment, read_filters
from tradegecko_bridge.errors import ConfigError

DIGEST: Final = 10
"""Characters by which a shortened order number differs from every other: 50 bits."""


class OrderStatus(StrEnum):
    """The status an order is created with: drafts wait for approval, active ones commit stock, finalized ones can be
    packed."""

    DRAFT = "draft"
    ACTIVE = "active"
    FINALIZED = "finalized"


class TaxTreatment(StrEnum):
    """Whether the prices an order has over there include tax."""

    SOURCE = "source"
    """As the source's prices are; where they differ from line to line, without tax."""
    DEFAULT = "default"
    """As the account has it."""
    INCLUSIVE = "inclusive"
    EXCLUSIVE = "exclusive"


class LineTax(StrEnum):
    """Whose tax rate an order line gets."""

    SOURCE = "source"
    """The source's, where it gives one; else the account's default."""
    ACCOUNT = "account"
    """Always the account's default."""


class MatchBy(StrEnum):
    """What an order line's variant is known by."""

    SKU = "sku"
    BARCODE = "barcode"
    """The barcode where a variant has it, else the SKU."""


class OnCancel(StrEnum):
    """What follows when the source cancels an order that was delivered."""

    REPORT = "report"
    VOID = "void"


class OnChange(StrEnum):
    """What follows when the source changes an order that was delivered."""

    REPORT = "report"


# ── converters: named functions, because that is what type checkers see through ──────────────


def _order_status(value: OrderStatus | str) -> OrderStatus:
    return tried(lambda given: declaration.one_of(OrderStatus, given), value)


def _tax_treatment(value: TaxTreatment | str) -> TaxTreatment:
    return tried(lambda given: declaration.one_of(TaxTreatment, given), value)


def _line_tax(value: LineTax | str) -> LineTax:
    return tried(lambda given: declaration.one_of(LineTax, given), value)


def _match_by(value: MatchBy | str) -> MatchBy:
    return tried(lambda given: declaration.one_of(MatchBy, given), value)


def _customer_match(value: CustomerMatch | str) -> CustomerMatch:
    return tried(lambda given: declaration.one_of(CustomerMatch, given), value)


def _on_cancel(value: OnCancel | str) -> OnCancel:
    return tried(lambda given: declaration.one_of(OnCancel, given), value)


def _on_change(value: OnChange | str) -> OnChange:
    return tried(lambda given: declaration.one_of(OnChange, given), value)


def _flag(value: bool) -> bool:
    return tried(declaration.flag, value)


def _text(value: str) -> str:
    return tried(declaration.text, value)


def _name(value: str | None) -> str | None:
    return tried(declaration.name_or_none, value)


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    return tried(declaration.texts, values)


def _table(values: Mapping[str, str]) -> Mapping[str, str]:
    return tried(declaration.table, values)


def _number(value: Decimal | int | str | float) -> Decimal:
    return tried(declaration.number, value)


def _days(value: Decimal | int | str | float) -> Decimal:
    return tried(lambda given: declaration.number(given, least=1, most=3650), value)


def _limit(value: int | None) -> int | None:
    return None if value is None else tried(_read_limit, value)


def _read_limit(value: object) -> int:
    return int(declaration.number(value, whole=True, least=1, most=255))


def _moment(value: datetime | date | None) -> datetime | None:
    return tried(moment, value)


def _order_filters(values: Iterable[OrderFilter | Mapping[str, Any]]) -> tuple[OrderFilter, ...]:
    return tried(lambda given: read_filters(OrderFilter, given), values)


def _item_filters(values: Iterable[ItemFilter | Mapping[str, Any]]) -> tuple[ItemFilter, ...]:
    return tried(lambda given: read_filters(ItemFilter, given), values)


# ── the settings ─────────────────────────────────────────────────────────────────────────────

_NEW = "New orders"
_WHICH = "Which orders are taken"
_ITEMS = "Items"
_MONEY = "Prices and tax"
_WHO = "Customers"
_SHIP = "Shipping"
_BACK = "What comes back"
_LATER = "Afterwards"


@documented
@frozen(kw_only=True)
class ConnectionSettings:
    """How one source is wired to one account.

    Raises:
        ConfigError: settings that cannot work; all of them, one line each.
    """

    order_status: OrderStatus = field(
        default=OrderStatus.ACTIVE,
        converter=_order_status,
        metadata=about(
            _NEW,
            OrderStatus,
            "The status orders are created with. Drafts wait for somebody's approval, active orders commit stock, "
            "finalized ones are locked and can be invoiced and packed.",
            '"finalized"',
        ),
    )
    create_invoice: bool = field(
        default=False,
        converter=_flag,
        metadata=about(
            _NEW,
            "true or false",
            'Invoice every order as soon as it is there. Only with `order_status = "finalized"`.',
            "true",
        ),
    )
    pack_orders: bool = field(
        default=False,
        converter=_flag,
        metadata=about(
            _NEW,
            "true or false",
            "Pack every order as soon as it is there: one fulfilment with all of its goods, ready to be shipped. Only "
            'with `order_status = "finalized"`.',
            "true",
        ),
    )
    mark_paid: bool = field(
        default=False,
        converter=_flag,
        metadata=about(
            _NEW,
            "true or false",
            "Record a payment over what is open, which also invoices it, unless the source says that the order is not "
            'paid yet. Only with `order_status = "finalized"`.',
            "true",
        ),
    )
    payment_method: str | None = field(
        default=None,
        converter=_name,
        metadata=about(
            _NEW,
            "text",
            "The payment method recorded by `mark_paid`, by its name in TradeGecko; left out, the account's "
            "default one.",
            '"Bank Transfer"',
        ),
    )
    number_prefix: str = field(
        default="",
        converter=_text,
        metadata=about(
            _NEW,
            "text",
            "Put before the source's order number. A change only counts for new orders.",
            '"EB-"',
        ),
    )
    number_suffix: str = field(
        default="",
        converter=_text,
        metadata=about(_NEW, "text", "Put behind the source's order number.", '"-WEB"'),
    )
    number_limit: int | None = field(
        default=None,
        converter=_limit,
        metadata=about(
            _NEW,
            "a whole number",
            "The most characters an order number may have in TradeGecko, prefix and suffix included, "
            f"which must leave {DIGEST}. A longer one is cut to its end and {DIGEST} characters worked out from the "
            "whole, so that it stays the same and no two are alike; the whole number then stands in the order's notes. "
            f"With less than {DIGEST + 4} characters between prefix and suffix nothing of the end is kept. "
            "`tgbridge orders` finds it by either.",
            "20",
        ),
    )
    tags: tuple[str, ...] = field(
        default=(),
        converter=_texts,
        metadata=about(_NEW, "list of texts", "Put on every order, beside the source's own tags.", '["ebay"]'),
    )
    assignee: str | None = field(
        default=None,
        converter=_name,
        metadata=about(
            _NEW,
            "text",
            "The TradeGecko user orders are assigned to, by e-mail address or id; left out, the customer's.",
            '"sales@example.com"',
        ),
    )
    note: str = field(
        default="",
        converter=_text,
        metadata=about(_NEW, "text", "Text put into every order's notes, behind the source's own note.", '"From eBay"'),
    )
    location: str | None = field(
        default=None,
        converter=_name,
        metadata=about(
            _NEW,
            "text",
            "The stock location orders are assigned to, by its label or id; left out, the customer's or the account's "
            "primary one.",
            '"Main Warehouse"',
        ),
    )
    earliest_order: datetime | None = field(
        default=None,
        converter=_moment,
        metadata=about(
            _WHICH,
            "a date or time, without quotes",
            "Orders placed before are skipped; a date means its beginning in UTC. Set it before the first run of a "
            "shop that has old orders.",
            "2026-11-01",
        ),
    )
    order_filters: tuple[OrderFilter, ...] = field(
        default=(),
        converter=_order_filters,
        metadata=about(
            _WHICH,
            "list of tables",
            "Orders are taken that pass every filter; the others are skipped. `field` is one of country, region, "
            "postal_code (of the shipping address), currency, tag, ship_method, number, source_status, payment_status "
            "and fulfillment_status (in the source's own words). One of `values` must match: in `full` (unless said), "
            'by its beginning (`match = "prefix"`) or end (`"suffix"`), whatever the case; `""` stands for none. '
            '`rule = "only"` (unless said) takes what matches, `"except"` all else.',
            '[[connections.my-shop.order_filters]]\nfield = "country"\nvalues = ["CA", "US"]\nrule = "only"\n'
            'match = "full"',
        ),
    )
    hold_tags: tuple[str, ...] = field(
        default=(),
        converter=_texts,
        metadata=about(
            _WHICH,
            "list of texts",
            "Orders with one of these tags at the source are held until the tag is taken off there.",
            '["HOLD"]',
        ),
    )
    item_filters: tuple[ItemFilter, ...] = field(
        default=(),
        converter=_item_filters,
        metadata=about(
            _ITEMS,
            "list of tables",
            'Which items are taken, by the source\'s own `skus`, whatever the case; `""` stands for none, whatever '
            'the barcode. `rule = "except"` (unless said) leaves them out, `"only"` leaves out all others; '
            '`level = "line"` (unless said) the line alone, `"order"` the whole order. Stock levels follow the same '
            "filters.",
            '[[connections.my-shop.item_filters]]\nskus = ["GIFT-WRAP", ""]\nrule = "except"\nlevel = "line"',
        ),
    )
    ignore_unshippable: bool = field(
        default=False,
        converter=_flag,
        metadata=about(
            _ITEMS, "true or false", "Leave out lines that are not shipped, such as downloads and vouchers.", "true"
        ),
    )
    ignore_blank_skus: bool = field(
        default=False,
        converter=_flag,
        metadata=about(
            _ITEMS,
            "true or false",
            "Leave out lines without a SKU (nothing but spaces is none); else they hold the order. A line that goes "
            "out by its barcode or as its components stays.",
            "true",
        ),
    )
    sku_aliases: Mapping[str, str] = field(
        factory=dict,
        converter=_table,
        metadata=about(
            _ITEMS,
            "table: the source's SKU = TradeGecko's",
            "Orders get TradeGecko's SKU; stock levels go back under every name the source may have for it: its "
            "aliases, and TradeGecko's SKU itself unless that is here as the alias of another. Names are compared "
            "exactly, upper and lower case too, as TradeGecko compares SKUs.",
            '[connections.my-shop.sku_aliases]\n"our-mug" = "MUG-BLUE"',
        ),
    )
    match_by: MatchBy = field(
        default=MatchBy.SKU,
        converter=_match_by,
        metadata=about(
            _ITEMS,
            MatchBy,
            "What a line's variant is known by. With barcode a line that has one goes to the variant with just this "
            "barcode (UPC), and by its SKU where there is none. Stock levels go back by SKU, less what is sold of it "
            "by barcode and not in TradeGecko yet.",
            '"barcode"',
        ),
    )
    explode_kits: bool = field(
        default=False,
        converter=_flag,
        metadata=about(
            _ITEMS,
            "true or false",
            "Send a kit whose components the source tells as these, at prices that add up to the kit's. Otherwise it "
            "goes out under its own SKU. A kit is shipped for the source when its last component is.",
            "true",
        ),
    )
    tax_treatment: TaxTreatment = field(
        default=TaxTreatment.SOURCE,
        converter=_tax_treatment,
        metadata=about(
            _MONEY,
            TaxTreatment,
            "Whether prices include tax in TradeGecko: as the source's do, as the account has it by default (nothing "
            "is sent), always or never. Prices on another footing are converted by their line's tax rate; where that "
            "is not known, or the line would come to another amount, the order is held.",
            '"exclusive"',
        ),
    )
    line_tax: LineTax = field(
        default=LineTax.SOURCE,
        converter=_line_tax,
        metadata=about(
            _MONEY,
            LineTax,
            "Whose tax rate a line gets: the source's, where it gives one or its tax, or the order's, implies one; or "
            "always the account's default, in which case totals are not compared.",
            '"account"',
        ),
    )
    currency: str | None = field(
        default=None,
        converter=_name,
        metadata=about(
            _MONEY,
            "text",
            "The currency of every order of this connection, by ISO code or by its name in TradeGecko, whatever the "
            "source calls it; amounts are not converted. Left out, the order's own.",
            '"US Dollar"',
        ),
    )
    price_list: str | None = field(
        default=None,
        converter=_name,
        metadata=about(
            _MONEY,
            "text",
            "The price list orders are marked with, by name, code or id (`retail`, `wholesale`); left out, the "
            "customer's. Prices are always the source's.",
            '"wholesale"',
        ),
    )
    shipping_label: str = field(
        default="Shipping Cost",
        converter=_text,
        metadata=about(_MONEY, "text", "What the shipping line is called; blank sends no shipping cost.", '"Freight"'),
    )
    send_zero_shipping: bool = field(
        default=True,
        converter=_flag,
        metadata=about(
            _MONEY,
            "true or false",
            "Send the shipping line at no cost too, so that the ship method is seen.",
            "false",
        ),
    )
    send_discount: bool = field(
        default=True,
        converter=_flag,
        metadata=about(
            _MONEY, "true or false", "Send what is taken off the whole order, as a line of its own.", "false"
        ),
    )
    discount_label: str = field(
        default="Discount",
        converter=_text,
        metadata=about(_MONEY, "text", "What that line is called when the source has no name for it.", '"Voucher"'),
    )
    total_tolerance: Decimal = field(
        default=Decimal("0.05"),
        converter=_number,
        metadata=about(
            _MONEY,
            "a number, money in the order's currency",
            "By how much the source's grand total and TradeGecko's may differ. A difference up to it becomes a "
            "rounding line, a greater one holds the order. What the settings leave out is taken off the source's "
            "total first; where the source says nothing of tax, it is none or the account's default, whichever fits.",
            "0.05",
        ),
    )
    customer_match: CustomerMatch = field(
        default=CustomerMatch.NORMAL,
        converter=_customer_match,
        metadata=about(
            _WHO,
            CustomerMatch,
            "Which customer record an order goes to. The first that is found, and of several the oldest: the source's "
            "customer id as company code (not where nothing else agrees and the e-mail address or phone number is "
            "another: that is another shop's customer of the same number); the same company name (or name on the "
            "bill) with the same e-mail address or phone number; the same e-mail address (strict: and the same phone "
            "number); normal only: the same phone number. Otherwise a new one is created.",
            '"strict"',
        ),
    )
    customer: str | None = field(
        default=None,
        converter=_name,
        metadata=about(
            _WHO,
            "text",
            "One customer for all orders of this connection, by id, company code or exact name. Nothing else is "
            "matched then, and none is created.",
            '"eBay customers"',
        ),
    )
    ship_methods: Mapping[str, str] = field(
        factory=dict,
        converter=_table,
        metadata=about(
            _SHIP,
            "table: the source's ship method = the warehouse's",
            "What a ship method, by its code or name at the source, is called in TradeGecko.",
            '[connections.my-shop.ship_methods]\n"EXP" = "Purolator Express"',
        ),
    )
    hold_unmapped_ship_methods: bool = field(
        default=False,
        converter=_flag,
        metadata=about(
            _SHIP,
            "true or false",
            "Hold orders whose ship method is not among `ship_methods`, until it is.",
            "true",
        ),
    )
    stock_locations: tuple[str, ...] = field(
        default=(),
        converter=_texts,
        metadata=about(
            _BACK,
            "list of texts",
            "Labels or ids of the locations whose stock is offered; left out, all.",
            '["Main Warehouse", "2"]',
        ),
    )
    minimum_stock: Decimal = field(
        default=Decimal(0),
        converter=_number,
        metadata=about(_BACK, "a number of units", "Below it the source is told 0.", "3"),
    )
    tracking: bool = field(
        default=True,
        converter=_flag,
        metadata=about(_BACK, "true or false", "Bring shipments and their tracking numbers back.", "false"),
    )
    inventory: bool = field(
        default=True,
        converter=_flag,
        metadata=about(_BACK, "true or false", "Bring stock levels back.", "false"),
    )
    products: bool = field(
        default=False,
        converter=_flag,
        metadata=about(
            _BACK,
            "true or false",
            "Bring product details back. They overwrite what the source shows, so they are off until asked for.",
            "true",
        ),
    )
    retry_days: Decimal = field(
        default=Decimal(15),
        converter=_days,
        metadata=about(
            _LATER,
            "a number of days",
            "How long an order that meets transient failures is tried again before it is given up as failed.",
            "15",
        ),
    )
    on_cancel: OnCancel = field(
        default=OnCancel.REPORT,
        converter=_on_cancel,
        metadata=about(
            _LATER,
            OnCancel,
            "What follows when the source cancels an order that is in TradeGecko already: it is only reported, or "
            "it is voided there, unless something of it has been shipped.",
            '"void"',
        ),
    )
    on_change: OnChange = field(
        default=OnChange.REPORT,
        converter=_on_change,
        metadata=about(
            _LATER,
            OnChange,
            "What follows when the source changes an order that is in TradeGecko already: it is reported; nothing is "
            "edited silently.",
            '"report"',
        ),
    )

    def __attrs_post_init__(self) -> None:
        faults = faults_of(self)
        faulty = {path[0] for path, _ in faults}
        complain([sentence(fault) for fault in (*faults, *self._contradictions(faulty))])

    def _contradictions(self, faulty: Set[str | int]) -> Iterator[Fault]:
        """Settings that are each right and cannot work together; nothing is said of those that are ``faulty``."""
        if "order_status" not in faulty and self.order_status is not OrderStatus.FINALIZED:
            for name in ("create_invoice", "pack_orders", "mark_paid"):
                if name not in faulty and getattr(self, name):
                    yield (name,), f'only works with order_status = "finalized", and it is "{self.order_status}"'
        paying = {"payment_method", "mark_paid"}
        if faulty.isdisjoint(paying) and self.payment_method is not None and not self.mark_paid:
            yield ("payment_method",), "has no use without mark_paid = true"
        numbering = {"number_limit", "number_prefix", "number_suffix"}
        if faulty.isdisjoint(numbering) and self.number_room is not None and self.number_room < DIGEST:
            around = len(self.number_prefix) + len(self.number_suffix)
            yield ("number_limit",), f"must be at least {around + DIGEST} with this prefix and suffix"

    @property
    def number_room(self) -> int | None:
        """The most characters of an order number between prefix and suffix; None where there is no limit."""
        if self.number_limit is None:
            return None
        return self.number_limit - len(self.number_prefix) - len(self.number_suffix)


def _not_negative(_instance: object, attribute: attrs.Attribute[Any], value: timedelta) -> None:
    if value < timedelta(0):
        raise ConfigError(f"{attribute.name} must not be negative")


@frozen(kw_only=True)
class Timing:
    """How long the engine waits for what.

    Attributes:
        lease: how long a worker may be silent before another takes over the order it was sending. A request that waits
            for a whole window of the rate limit (five and a half minutes at most) must leave within it.
        first_retry, longest_retry: the wait after a transient failure; it doubles from the one to the other.
        horizon: how long after ingest an order is retried before it is given up as failed.
        patience: how long an order whose key was used must stay absent before it is certain that the first
            request made nothing and the next key may be used. Late visibility must fit into it.
        alert_after: how long an order may be held for a transient reason, or in doubt, before that is an alert.
    """

    lease: timedelta = field(default=timedelta(minutes=7), validator=_not_negative)
    alert_after: timedelta = field(default=timedelta(hours=1), validator=_not_negative)
    first_retry: timedelta = field(default=timedelta(seconds=30), validator=_not_negative)
    longest_retry: timedelta = field(default=timedelta(hours=1), validator=_not_negative)
    horizon: timedelta = field(default=timedelta(days=15), validator=_not_negative)
    patience: timedelta = field(default=timedelta(minutes=10), validator=_not_negative)

    @classmethod
    def of(cls, settings: ConnectionSettings) -> Timing:
        """The usual waits, with the horizon a connection's settings ask for."""
        return cls(horizon=timedelta(days=float(settings.retry_days)))

    def retry_at(self, now: datetime, attempts: int) -> datetime:
        """When to try again after ``attempts`` failures."""
        wait = self.first_retry * 2.0 ** min(attempts - 1, 20)
        return now + min(wait, self.longest_retry)
