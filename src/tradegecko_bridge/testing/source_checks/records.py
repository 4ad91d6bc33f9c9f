"""What is in the orders: money to the cent, moments, codes, hundreds of lines; and what a source says of itself."""

from __future__ import annotations

import re
from collections.abc import Generator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.testing.source_checks.bench import METHODS, Bench, Checks, Findings, answers, listed
from tradegecko_bridge.testing.source_checks.shops import Wanted, WantedLine

RECORDS = Checks()
CENT = Decimal("0.005")


@RECORDS.check(
    why="An order whose total is not the shop's own is held, for a person to find the cent.",
    fix="Make Decimals of what the shop writes, never of a float; carry its grand total; see the money rules.",
    needs=["total"],
)
def totals_are_exact(bench: Bench) -> Findings:
    """Prices without tax: what the lines come to is the total the shop shows, to the cent."""
    lines = tuple(
        WantedLine(sku=sku, quantity=units, price=Decimal(price))
        for sku, units, price in zip(bench.skus, (3, 7, 1), ("19.99", "0.35", "1234.56"), strict=False)
    )
    yield from _adds_up(bench, Wanted(lines=lines))


@RECORDS.check(
    why="Tax that is inside the prices and is added once more makes the customer pay it twice.",
    fix="Set price_includes_tax on lines and shipping by what the order says, and give each line's tax.",
    needs=["total"],
)
def totals_are_exact_with_tax_inside(bench: Bench) -> Findings:
    """Prices with tax inside: what the lines come to is the total the shop shows, and they say that tax is inside."""
    wanted = bench.wanted(3, 7, 1, prices_include_tax=True)
    order = yield from _adds_up(bench, wanted)
    if not all(line.price_includes_tax for line in order.lines):
        yield "tax is inside the prices, and the lines do not say so"


@RECORDS.check(
    why="A discount that counts after tax, where the shop takes it off before, makes every such total wrong.",
    fix="Spread it over the lines as discount per unit, which is before tax; an order's own discounts are after it.",
    needs=["total"],
)
def discounts_before_tax_are_exact(bench: Bench) -> Findings:
    """Discounts on a line and on the whole order, before tax: what the lines come to is the total the shop shows."""
    lines = (
        WantedLine(sku=bench.skus[0], quantity=3, discount=Decimal("4.50")),
        WantedLine(sku=bench.skus[1], quantity=4, price=Decimal("25.00")),
    )
    order = yield from _adds_up(bench, Wanted(lines=lines, discount=Decimal("10.00")))
    for line in order.lines:
        if line.tax is None or line.tax_rate is None or line.price_includes_tax:
            continue
        if abs(line.extended_amount * line.tax_rate / 100 - line.tax) > 2 * CENT * (line.quantity + 1):
            yield f"line {line.reference}: {line.tax} is not {line.tax_rate} % of its price less discount"


def _adds_up(bench: Bench, wanted: Wanted) -> Generator[str, None, SourceOrder]:
    reference = bench.shop.place(wanted)
    order, total = bench.order(reference), bench.shop.total(reference)
    computed = order.computed_totals.grand_total
    if computed is None or abs(computed - total) >= CENT:
        yield f"the shop shows {total}; what the source gives comes to {computed}"
    return order


@RECORDS.check(
    why="A price that is a hair off is rounded the wrong way one time in a thousand, and a total to compare is needed.",
    fix="Read JSON numbers as Decimal, take the noise off those that were floats, and carry the shop's grand total.",
    needs=["total"],
)
def figures_are_as_they_were_written(bench: Bench) -> Findings:
    """Prices are those that the shop's owner typed, and the shop's own grand total is carried."""
    prices = [Decimal(price) for price in ("0.10", "19.99", "1.15")]
    lines = tuple(WantedLine(sku=sku, price=price) for sku, price in zip(bench.skus, prices, strict=False))
    reference = bench.shop.place(Wanted(lines=lines))
    order = bench.order(reference)
    if sorted(line.price for line in order.lines if line.price is not None) != sorted(prices):
        shown = ", ".join(str(line.price) for line in order.lines)
        yield f"the prices are {', '.join(map(str, prices))}; the source gives {shown}"
    total = order.totals.grand_total
    if total is None or abs(total - bench.shop.total(reference)) >= CENT:
        yield f"totals.grand_total is {total}; the shop shows {bench.shop.total(reference)}"


@RECORDS.check(
    why="An order of half past eleven at night belongs to that day, in books, filters and shipping dates.",
    fix="Read times with their zone, and those without one in the shop's; in one place of the source.",
)
def moments_are_those_of_the_shop(bench: Bench) -> Findings:
    """placed_at is the moment at which the order was placed, around midnight too, and in summer as in winter."""
    west, east = timezone(timedelta(hours=-5)), timezone(timedelta(hours=9))
    moments = [
        datetime(2026, 1, 31, 23, 30, tzinfo=west),
        datetime(2026, 3, 8, 7, 30, tzinfo=UTC),
        datetime(2026, 7, 1, 0, 15, tzinfo=east),
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
    ]
    for at in moments:
        order = bench.order(bench.shop.place(bench.wanted(at=at)))
        if abs(order.placed_at - at) > timedelta(seconds=1):
            given = order.placed_at.astimezone(UTC)
            yield f"placed at {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, given as {given:%Y-%m-%d %H:%M}"


@RECORDS.check(
    why="Systems know currencies and countries by their codes; a name or a small letter is not found.",
    fix="Write both in capitals, and leave a country out that you know only by name.",
)
def codes_are_codes(bench: Bench) -> Findings:
    """Currencies are ISO 4217 codes, countries ISO 3166 ones."""
    order = bench.order(bench.place(1)[0])
    if not re.fullmatch("[A-Z]{3}", order.currency):
        yield f"the currency {order.currency!r} is no code such as CAD"
    for address in filter(None, (order.shipping_address, order.billing_address)):
        if address.country is not None and not re.fullmatch("[A-Z]{2}", address.country):
            yield "the country of an address is no code such as CA"


@RECORDS.check(
    why="What the warehouse packs, and whom it sends it to, is in these fields.",
    fix="Give every line its SKU and units as the shop has them, and the address the goods go to.",
)
def contents_are_those_of_the_shop(bench: Bench) -> Findings:
    """An order has the lines that were ordered, with SKU and units, and an address to send them to."""
    order = bench.order(bench.shop.place(bench.wanted(2, 1, 5)))
    wanted = sorted(zip(bench.skus, map(Decimal, (2, 1, 5)), strict=False))
    given = sorted((line.sku or "", line.quantity) for line in order.lines if line.shippable)
    if given != wanted:
        shown = ", ".join(f"{units} {sku}" for sku, units in given)
        yield f"ordered were {', '.join(f'{units} {sku}' for sku, units in wanted)}; the source gives {shown}"
    if order.shipping_address is None:
        yield "the order has no shipping_address"


@RECORDS.check(
    why="Shops cut long lists inside an order too, and an order without some of its lines is shipped short.",
    fix="Read an order's lines page by page, or ask for all of them.",
)
def long_orders_are_whole(bench: Bench) -> Findings:
    """An order of four hundred lines has four hundred lines."""
    lines = tuple(WantedLine(sku=bench.skus[place % len(bench.skus)]) for place in range(400))
    given = bench.order(bench.shop.place(Wanted(lines=lines)))
    units = sum((line.quantity for line in given.lines if line.shippable), Decimal(0))
    if units != 400:
        yield f"of an order of 400 units in 400 lines, {units} come"


@RECORDS.check(
    why="People find a source by its name in reports, and the ledger binds its orders to the shop they are from.",
    fix="name is a text; identity is one line that is the same after every restart, such as the shop's address.",
)
def a_source_says_what_it_is(bench: Bench) -> Findings:
    """It has a name, and an identity, if it has one, that is one line and stays."""
    first, second = bench.source(), bench.source()
    if not isinstance(first.name, str) or not first.name.strip():
        yield f"its name is {first.name!r}"
    if hasattr(first, "identity"):
        if not isinstance(first.identity, str) or not first.identity.strip() or not first.identity.isprintable():
            yield "its identity is not one line of text"
        if first.identity != second.identity:
            yield "its identity is another one after a restart"


@RECORDS.check(
    why="The engine goes by the methods that are there: one that does nothing loses what it is handed.",
    fix="Have only the methods that do something, make them accept an empty batch, and give one ItemResult an item.",
)
def capabilities_are_real(bench: Bench) -> Findings:
    """What a source has, it can do: each method is one, is there after every restart, and takes an empty batch."""
    first, second = bench.source(), bench.source()
    if (one := _methods(first)) != (other := _methods(second)):
        yield f"after a restart it can do other things: {listed(one ^ other)}"
    for method in sorted(name for name in _methods(first) if name.startswith(("accept", "withdraw"))):
        results, wrong = answers(getattr(first, method)([]))
        yield from (f"{method}: {fault}" for fault in wrong)
        if results:
            yield f"{method}: it gives {len(results)} results for an empty batch"


def _methods(source: object) -> set[str]:
    return {name for name in METHODS if hasattr(source, name)}


@RECORDS.check(
    why="A wrong option that is taken fails days later, in the night, and says nothing of the option.",
    fix="Check options in the constructor, and raise ConfigError with the option's name and what to write.",
    needs=["bad_options"],
)
def senseless_options_are_refused(bench: Bench) -> Findings:
    """Options that cannot work are a ConfigError at once, which names the option."""
    for what, make in bench.shop.bad_options().items():
        try:
            make()
        except ConfigError as error:
            if not str(error).strip():
                yield f"{what}: the ConfigError says nothing"
        except Exception as error:
            yield f"{what}: raised {type(error).__name__} in place of ConfigError"
        else:
            yield f"{what}: it is taken"
