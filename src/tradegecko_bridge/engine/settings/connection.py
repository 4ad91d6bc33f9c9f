"""What can be set for one connection.

Every setting is declared once, as a field of :class:`ConnectionSettings`: its type says how it is read, the text below
it what it does, and a text in its type what it takes where that is more than the type. The settings file, Python, the
messages and the page of the documentation all come from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final, TypeAlias

from attrs import field, frozen

from tradegecko_bridge.commerce.remote import CustomerMatch
from tradegecko_bridge.commerce.statuses import Standing
from tradegecko_bridge.engine.settings import choices
from tradegecko_bridge.engine.settings.choices import (
    DiscountTax,
    Fractions,
    LineTax,
    MatchBy,
    OnCancel,
    OnChange,
    OnVoid,
    OrderStatus,
    PartialShipments,
    ProductChanges,
    ReturnStatus,
    StockDrift,
    TaxTreatment,
    Unpaid,
    Vanished,
)
from tradegecko_bridge.engine.settings.filters import ItemFilter, OrderFilter
from tradegecko_bridge.engine.settings.reading import (
    Between,
    a_time_zone,
    moment,
    number,
    optional_number,
    read_fields,
    tolerance,
    words,
)
from tradegecko_bridge.structuring import Fault, refuse

DIGEST: Final = 10
"""Characters by which a shortened order number differs from every other: 50 bits."""

TOLERANCE: Final = Decimal("0.05")
RELAY_DOMAINS: Final = (
    "marketplace.amazon.*",
    "members.ebay.*",
    "relay.walmart.com",
    "allegromail.pl",
    "verkopen.bol.com",
)
"""Where marketplaces that stand in front of their buyers have those addresses."""

Amount: TypeAlias = Annotated[Decimal, "a number, money in the order's currency", Between(0)]
Tolerance: TypeAlias = Annotated[
    Amount | Mapping[str, Amount], "a number, money in the order's currency, or a table: ISO code = a number"
]
Units: TypeAlias = Annotated[Decimal, "a number of units", Between(0)]
Percent: TypeAlias = Annotated[Decimal, "a number of percent", Between(0, 100)]
Days: TypeAlias = Annotated[Decimal, "a number of days", Between(1, 3650)]
Hours: TypeAlias = Annotated[Decimal, "a number of hours", Between(0, 8760)]
SkuTable: TypeAlias = Annotated[Mapping[str, str], "table: the source's SKU = TradeGecko's"]
CarrierTable: TypeAlias = Annotated[Mapping[str, str], "table: TradeGecko's carrier = the source's"]
LocationTable: TypeAlias = Annotated[Mapping[str, str], "table: TradeGecko's location, by label or id = the source's"]
StandingTable: TypeAlias = Annotated[
    Mapping[str, Standing], f"table: the source's word = one of {', '.join(f'`{standing}`' for standing in Standing)}"
]
ShipMethodTable: TypeAlias = Annotated[Mapping[str, str], "table: the source's ship method = the warehouse's"]


def _order_filters(values: Iterable[OrderFilter | Mapping[str, Any]]) -> Any:
    return values


def _item_filters(values: Iterable[ItemFilter | Mapping[str, Any]]) -> Any:
    return values


@frozen(kw_only=True)
class ConnectionSettings:
    """How one source is wired to one account.

    Raises:
        ConfigError: settings that cannot work; all of them, one line each.
    """

    # ── New orders ────────────────────────────────────────────────────────────────────────────────

    order_status: OrderStatus = field(default=OrderStatus.ACTIVE, converter=choices.order_status)
    """The status orders are created with. Drafts wait for somebody's approval, active orders commit stock, finalized
    ones are locked and can be invoiced and packed."""
    create_invoice: bool = False
    """Invoice every order as soon as it is there. Only with `order_status = "finalized"`."""
    pack_orders: bool = False
    """Pack every order as soon as it is there: one fulfilment with all of its goods, ready to be shipped. Only with
    `order_status = "finalized"`."""
    mark_paid: bool = False
    """Record a payment over what is open, which also invoices it, unless the source says that the order is not paid
    yet. Only with `order_status = "finalized"`."""
    payment_method: str | None = None
    """The payment method recorded by `mark_paid`, by its name in TradeGecko; left out, the account's default one. E.g.
    `"Bank Transfer"`."""
    number_prefix: str = ""
    """Put before the source's order number. A change only counts for new orders. E.g. `"EB-"`."""
    number_suffix: str = ""
    """Put behind the source's order number. E.g. `"-WEB"`."""
    number_limit: Annotated[int, Between(1, 255)] | None = None
    """The most characters an order number may have in TradeGecko, prefix and suffix included, which must leave 10. A
    longer one is cut to its end and 10 characters worked out from the whole, so that it stays the same and no two are
    alike; the whole number then stands in the order's notes. With less than 14 characters between prefix and suffix
    nothing of the end is kept. `tgbridge orders` finds it by either. E.g. `20`."""
    date_in_number: bool = False
    """Put the day an order was placed behind its number (`1007` becomes `1007-20260131`), for tills and shops whose
    numbers begin again. Without it an order whose number or reference was another order's before is held. A change only
    counts for new orders."""
    tags: tuple[str, ...] = field(default=(), converter=words)
    """Put on every order, beside the source's own tags. E.g. `["ebay"]`."""
    assignee: str | None = None
    """The TradeGecko user orders are assigned to, by e-mail address or id; left out, the customer's. E.g.
    `"sales@example.com"`."""
    note: str = ""
    """Text put into every order's notes, behind the source's own note. E.g. `"From eBay"`."""
    location: str | None = None
    """The stock location orders are assigned to, by its label or id; left out, the customer's or the account's primary
    one. E.g. `"Main Warehouse"`."""
    time_zone: Annotated[str | None, a_time_zone] = None
    """The time zone by whose calendar the day is found that an order is issued on; left out, the account's. E.g.
    `"America/Toronto"`."""

    # ── Which orders go out ──────────────────────────────────────────────────────────────────────

    earliest_order: datetime | None = field(default=None, converter=moment)
    """Orders placed before are skipped; a date means its beginning in UTC. Left out, orders placed more than a day
    before the connection's first run are held, with one alert for all of them, until it is set; but not those of a
    folder, which somebody has put there. E.g. `2026-11-01`."""
    send_shipped: bool = False
    """Send orders that are shipped already at the source when they would be sent; else they are skipped, and those
    shipped in part are held. Also goes for orders that the source calls completed."""
    send_refunded: bool = False
    """Send orders that are refunded already at the source; else they are skipped. Those refunded in part go out."""
    send_canceled: bool = False
    """Send orders that are canceled or voided by one of their statuses at the source; else they are skipped. One with a
    time of cancellation is never sent."""
    unpaid: Unpaid = field(default=Unpaid.WAIT, converter=choices.unpaid)
    """What becomes of orders of which the source says that they are not, or not wholly, paid: they wait and go out by
    themselves once it says that they are paid, are sent all the same, or are skipped. An authorized payment is enough.
    """
    pay_later: tuple[str, ...] = field(
        default=("cod", "cash on delivery", "invoice", "purchase order"), converter=words
    )
    """Payment methods that are paid after delivery: orders with one of these words in their payment method do not wait
    to be paid. E.g. `["cod", "invoice", "net 30"]`."""
    status_words: StandingTable = field(factory=dict, converter=choices.standings)
    """What words in the source's `source_status`, `payment_status` and `fulfillment_status` mean, where the bridge does
    not know them or takes them for something else; case and punctuation do not matter. E.g. `{ "Abgeschlossen" =
    "shipped", "Completed" = "open" }`."""
    order_filters: tuple[OrderFilter, ...] = field(default=(), converter=_order_filters)
    """Orders that pass every filter go out; the others are skipped. `field` is one of country, region, postal_code
    (of the shipping address), currency, tag, ship_method, number, source_status, payment_status and fulfillment_status
    (in the source's own words). One of `values` must match: in `full` (the default), by its beginning (`match =
    "prefix"`) or end (`"suffix"`), whatever the case; `""` stands for none. `rule = "only"` (the default) takes what
    matches, `"except"` all else. E.g. `[{ field = "country", values = ["CA", "US"], rule = "only", match = "full" }]`.
    """
    hold_tags: tuple[str, ...] = field(default=(), converter=words)
    """Orders with one of these tags at the source are held until the tag is taken off there. E.g. `["HOLD"]`."""

    # ── Items ─────────────────────────────────────────────────────────────────────────────────────

    item_filters: tuple[ItemFilter, ...] = field(default=(), converter=_item_filters)
    """Which items go out, by the source's own `skus`, whatever the case; `""` stands for none, whatever the barcode.
    `rule = "except"` (the default) leaves them out, `"only"` leaves out all others; `level = "line"` (the default) the
    line alone, `"order"` the whole order. Stock levels follow the same filters. E.g. `[{ skus = ["GIFT-WRAP", ""], rule
    = "except", level = "line" }]`."""
    ignore_unshippable: bool = False
    """Leave out lines that are not shipped, such as downloads and vouchers."""
    ignore_blank_skus: bool = False
    """Leave out lines without a SKU (nothing but spaces is none) that cost nothing; else they hold the order, as do
    those that cost something, unless they are fees. A line that goes out by its barcode or as its components stays. An
    item filter on `""` leaves out lines without a SKU whatever they cost, and the order comes to less."""
    send_fees: bool = True
    """Send what is charged and is no goods as a line of text, with its price and tax: lines of which the source says
    that they are a fee, a tip or gift wrap, and of lines without a SKU those that are not shipped and those called as
    in `fee_names`. Otherwise they hold the order."""
    fee_names: tuple[str, ...] = field(
        default=("fee", "* fee", "surcharge", "* surcharge", "tip", "gratuity", "gift wrap", "gift wrapping"),
        converter=words,
    )
    """What lines without a SKU that are no goods are called, whatever the case; `*` stands for anything. E.g.
    `["* fee", "tip", "deposit"]`."""
    sku_aliases: SkuTable = field(factory=dict)
    """Orders get TradeGecko's SKU; stock levels go back under every name the source may have for it: its aliases, and
    TradeGecko's SKU itself unless that is here as the alias of another. Names are compared exactly, upper and lower
    case too, as TradeGecko compares SKUs. E.g. `{ "our-mug" = "MUG-BLUE" }`."""
    match_by: MatchBy = field(default=MatchBy.SKU, converter=choices.match_by)
    """What a line's variant is known by; blanks around a SKU do not count. With barcode a line that has one goes to the
    variant with just this barcode (UPC), and by its SKU where there is none. Stock levels go back by SKU, less what is
    sold of it by barcode and not in TradeGecko yet."""
    explode_kits: bool = False
    """Send a kit whose components the source tells as these, at prices that add up to the kit's. Otherwise it goes out
    under its own SKU. A kit is shipped for the source when its last component is."""

    # ── Prices and tax ────────────────────────────────────────────────────────────────────────────

    tax_treatment: TaxTreatment = field(default=TaxTreatment.SOURCE, converter=choices.tax_treatment)
    """Whether prices include tax in TradeGecko: as the source's do, as the account has it by default (nothing is sent),
    always or never. Prices on the other basis are converted by their line's tax rate; where that is not known, or the
    line would come to another amount, the order is held."""
    line_tax: LineTax = field(default=LineTax.SOURCE, converter=choices.line_tax)
    """Whose tax rate a line gets: the source's, where it gives one or its tax, or the order's, implies one; or always
    the account's default, in which case totals are not compared."""
    currency: str | None = None
    """The currency of every order of this connection, by ISO code or by its name in TradeGecko, whatever the source
    calls it; amounts are not converted. Left out, the order's own. E.g. `"US Dollar"`."""
    price_list: str | None = None
    """The price list orders are marked with, by name, code or id (`retail`, `wholesale`); left out, the customer's.
    Prices are the source's. Those it does not give come from this list; left out, from the account's default one. E.g.
    `"wholesale"`."""
    shipping_label: str = "Shipping Cost"
    """What the shipping line is called; blank sends no shipping cost. E.g. `"Freight"`."""
    send_zero_shipping: bool = True
    """Send the shipping line at no cost too, so that the ship method is seen."""
    send_discount: bool = True
    """Send what is taken off the whole order, as a line of its own."""
    discount_label: str = "Discount"
    """What that line is called when the source has no name for it. E.g. `"Voucher"`."""
    discount_tax: DiscountTax = field(default=DiscountTax.SOURCE, converter=choices.discount_tax)
    """Whether what is taken off the whole order, or a whole line, is taken off before tax or after it: as the source or
    its totals say (where both fit, the order is held), always before, or always after. One before tax has the tax rates
    of the goods, in proportion."""
    total_tolerance: Tolerance = field(default=TOLERANCE, converter=tolerance)
    """By how much the source's grand total and TradeGecko's may differ, for all currencies or for each by its code
    (those not in the table: `0.05`). A number above 0 that is less than the smallest unit of a currency, as `0.05` yen
    is, allows that unit for each line. A difference up to it becomes a rounding line, a greater one holds the order.
    What the settings leave out is taken off the source's total first; where the source says nothing of tax, it is none
    or the account's default, whichever fits. E.g. `{ CAD = 0.05, JPY = 3 }`."""

    # ── Customers ─────────────────────────────────────────────────────────────────────────────────

    customer_match: CustomerMatch = field(default=CustomerMatch.NORMAL, converter=choices.customer_match)
    """Which customer record an order goes to. The first that is found, and of several the oldest: the source's customer
    id as company code (not beside another e-mail address, nor where nothing else agrees beside another phone number or
    name: that is another shop's customer of the same number, or a number for all guests); the same company name (or
    name on the bill) with the same e-mail address or phone number; the same e-mail address (strict: and the same phone
    number); normal only: the same phone number, unless the e-mail address is another. Otherwise a new one is created.
    What stands for nobody does not count: `0`, `n/a`, `Guest`, `none@none.com`, `0000000`, whatever is no e-mail
    address."""
    customer: str | None = None
    """One customer for all orders of this connection, by id, company code or exact name. Nothing else is matched then,
    and none is created. E.g. `"eBay customers"`."""

    relay_domains: tuple[str, ...] = field(default=RELAY_DOMAINS, converter=words)
    """Domains whose addresses a marketplace gives in place of the buyer's (`*` stands for any ending; what is below one
    counts too). Such an address says who somebody is only with the same name or phone number, as with strict matching.
    E.g. `["marketplace.amazon.*", "relay.example"]`."""
    shared_contacts: tuple[str, ...] = field(default=(), converter=words)
    """E-mail addresses, domains (`"@shop.example"`) and phone numbers that orders of many buyers have, such as the
    shop's own: they say nothing of who the customer is. E.g. `["orders@shop.example", "+1 416 555 0100"]`."""

    # ── Shipping ──────────────────────────────────────────────────────────────────────────────────

    ship_methods: ShipMethodTable = field(factory=dict)
    """What a ship method, by its code or name at the source, is called in TradeGecko. E.g. `{ "EXP" = "Purolator
    Express" }`."""
    hold_unmapped_ship_methods: bool = False
    """Hold orders whose ship method is not among `ship_methods`, until it is."""

    unshipped_street: str | None = None
    """What stands in place of the street where an order has no address and nothing of it is shipped (downloads,
    vouchers); left out, such an order is held. E.g. `"Download"`."""

    split_addresses: bool = False
    """Send an order whose lines go to several addresses as one order for each, with `-1`, `-2` and so on behind its
    number; shipping, discounts and totals are shared out. Otherwise it is held. Not to be taken back while such orders
    are under way."""
    address_check: str | None = None
    """What looks at every address before its order goes out, and holds an order with what it says is wrong: `formats`
    (country codes, states and postal codes; needs `pip install tradegecko-bridge[addresses]`), a check that another
    package offers by name, or a function of your own as `module:function`. Left out, none. E.g. `"formats"`."""

    # ── What comes back ───────────────────────────────────────────────────────────────────────────

    carriers: CarrierTable = field(factory=dict)
    """What the source calls a carrier, by its name in TradeGecko, whatever the case; others keep their name. A shipment
    without one gets that of its tracking number, where the number tells (UPS, USPS, posts).
    E.g. `{ "UPS Ground" = "ups" }`."""
    partial_shipments: PartialShipments = field(default=PartialShipments.SEND, converter=choices.partial_shipments)
    """Tell the source of each shipment of an order as it leaves (`send`), or of all of them once the order is complete
    (`wait`), for sources that take one shipment for an order."""
    blank_tracking: bool = True
    """Tell the source of shipments that have no tracking number, too. Otherwise each waits until it has one."""
    notify_customer: bool | None = None
    """Whether the source is to write to the customer about a shipment; left out, as the source does by itself. E.g.
    `false`."""

    stock_locations: tuple[str, ...] = field(default=(), converter=words)
    """Labels or ids of the locations whose stock is offered; left out, all. E.g. `["Main Warehouse", "2"]`."""
    excluded_stock_locations: tuple[str, ...] = field(default=(), converter=words)
    """Labels or ids of locations whose stock is never offered. E.g. `["Returns"]`."""
    source_locations: LocationTable = field(factory=dict)
    """What the source calls a stock location, where it takes levels for each of its own; several of TradeGecko's may be
    one there. Of a location that is not named nothing is told. E.g. `{ "Main Warehouse" = "Berlin" }`."""
    stock_percentage: Percent = field(default=Decimal(100), converter=number)
    """How much of what is available the source may sell, such as half of it at each of two shops. E.g. `50`."""
    stock_subtract: Units = field(default=Decimal(0), converter=number)
    """Units that are kept back of each SKU. E.g. `2`."""
    minimum_stock: Units = field(default=Decimal(0), converter=number)
    """Below it the source is told 0. E.g. `3`."""
    maximum_stock: Units | None = field(default=None, converter=optional_number)
    """The source is never told more, nor more than the variant's own `max_online`. E.g. `20`."""
    stock_fractions: Fractions = field(default=Fractions.KEEP, converter=choices.fractions)
    """What becomes of levels that are no whole numbers, as of goods by the metre: the source is told them as they are,
    or the next whole number below."""
    online_only: bool = False
    """Offer only variants that TradeGecko offers online (`online_ordering`); of the others the source is told 0.
    Variants that are not for sale (`sellable`) are 0 in any case."""
    vanished: Vanished = field(default=Vanished.ZERO, converter=choices.vanished)
    """What follows where a SKU the source was told of has no stock level in TradeGecko any more (archived, deleted,
    renamed, filtered out, on several variants): the source is told 0, or it is left as it is and reported once, or left
    without a word."""
    stock_drift: StockDrift = field(default=StockDrift.REPORT, converter=choices.stock_drift)
    """What follows where a source that can say what it shows (`fetch_stock`) shows other stock than it has accepted: an
    alert, or the level is told again, or it is not asked. It is asked once a day and by `sync inventory --full`."""
    stock_brake: Percent = field(default=Decimal(30), converter=number)
    """A pass that would set more than this share of the SKUs which the source sells to 0, and more than ten, is held
    with an alert, as when a location was emptied by mistake. `100` lets everything pass. E.g. `50`."""
    stock_read_hours: Hours = field(default=Decimal(24), converter=number)
    """Each pass asks TradeGecko for the variants that changed. All others are read again within so many hours, some
    with each pass, for what changed without a sign. `0` reads the whole list with every pass. E.g. `6`."""
    tracking: bool = True
    """Bring shipments and their tracking numbers back."""
    inventory: bool = True
    """Bring stock levels back."""
    products: bool = False
    """Bring product details back. They overwrite what the source shows, so they are off until asked for: for
    `tgbridge sync products` too, of which a dry run shows what it would do."""
    product_changes: ProductChanges = field(default=ProductChanges.ALL, converter=choices.product_changes)
    """Whether the source may create products it does not have, and change those it has, or only one of these. What is
    gone in TradeGecko is taken off sale in any case."""
    product_price_list: str | None = None
    """The price list, by name, code or id, whose prices the source is told as retail prices, with its currency; left
    out, TradeGecko's retail prices. E.g. `"Web shop EUR"`."""
    product_supply_price_list: str | None = None
    """The price list, by name, code or id, whose prices the source is told as supply prices, with its currency; left
    out, it is told none. E.g. `"wholesale"`."""
    product_composites: bool = True
    """Bring back details of composites (bundles) too."""
    product_buy_prices: bool = False
    """Tell the source what the goods cost to buy, too."""

    # ── Afterwards ────────────────────────────────────────────────────────────────────────────────

    retry_days: Days = field(default=Decimal(15), converter=number)
    """How long an order that meets transient failures is tried again before it is given up as failed."""
    on_cancel: OnCancel = field(default=OnCancel.REPORT, converter=choices.on_cancel)
    """What follows when the source cancels an order that is in TradeGecko already: an alert stays open, or it is voided
    there, unless something of it has been shipped."""
    on_void: OnVoid = field(default=OnVoid.REPORT, converter=choices.on_void)
    """What follows when somebody voids an order in TradeGecko that its source has not canceled: an alert stays open, or
    the source is told to cancel it, if it can."""
    return_status: ReturnStatus = field(default=ReturnStatus.NONE, converter=choices.return_status)
    """What a return that the source tells of becomes in TradeGecko: with none an alert stays open; a return on its way
    (`returning`), or one whose goods are in stock again at once (`received`)."""
    on_change: OnChange = field(default=OnChange.REPORT, converter=choices.on_change)
    """What follows when the source changes an order that is in TradeGecko already: an alert stays open; nothing is
    edited silently."""

    def __attrs_post_init__(self) -> None:
        faults = read_fields(self)
        refuse([*faults, *self._contradictions({path[0] for path, _ in faults})])

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
    def stock_age(self) -> timedelta:
        """How old a stock level may be that was read and shows no sign of a change."""
        return timedelta(hours=float(self.stock_read_hours))

    def tolerance(self, currency: str, digits: int, lines: int) -> Decimal:
        """By how much the totals of so many lines may differ in a currency with so many digits."""
        given: Decimal | Mapping[str, Decimal] = self.total_tolerance
        if not isinstance(given, Decimal):
            own = (amount for code, amount in given.items() if code.strip().upper() == currency)
            if (found := next(own, None)) is not None:
                return found
            given = TOLERANCE
        unit = Decimal(1).scaleb(-digits)
        return unit * lines if 0 < given < unit else given

    @property
    def number_room(self) -> int | None:
        """The most characters of an order number between prefix and suffix; None where there is no limit."""
        if self.number_limit is None:
            return None
        return self.number_limit - len(self.number_prefix) - len(self.number_suffix)
