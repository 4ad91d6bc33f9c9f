"""Stock levels and product details on their way back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from tradegecko_bridge.commerce import ItemResult, StockLevel, Verdict
from tradegecko_bridge.errors import SourceError
from tradegecko_bridge.testing.builders import a_product, a_stock_level
from tradegecko_bridge.testing.source_checks.bench import Bench, Checks, Findings, answers
from tradegecko_bridge.testing.source_checks.shops import Fault
from tradegecko_bridge.testing.source_checks.tracking import same_keys

STOCK = Checks()
TAKES = "accept_stock"
NEEDS = ("stock",)
NO_SUCH = "NO-SUCH-SKU"


def told(bench: Bench, levels: Sequence[StockLevel]) -> dict[str, ItemResult]:
    """Hand levels over; the results by key."""
    found, _ = answers(bench.source().accept_stock(levels))
    return {result.key: result for result in found}


def _shows(bench: Bench, sku: str, units: int, when: str) -> Findings:
    if (shown := bench.shop.stock(sku)) != units:
        yield f"{when}, the shop would sell {shown} units and not {units}"


@STOCK.check(
    why="Levels are what may be sold, not by how much that changed; told twice, they must come to the same.",
    fix="Set the shop's number to the level, whatever it was.",
    takes=TAKES,
    needs=NEEDS,
)
def stock_is_set_and_not_added(bench: Bench) -> Findings:
    """The shop sells what the last level says, told once or twice, up or down, and nothing at 0."""
    sku = bench.skus[0]
    for units in (7, 7, 5, 0, 12):
        result = told(bench, [a_stock_level(sku, units)]).get(sku)
        if result is None or result.verdict is not Verdict.ACCEPTED:
            yield f"a level of {units} is not accepted: {result.message if result else 'it has no result'}"
        yield from _shows(bench, sku, units, f"after a level of {units}")


@STOCK.check(
    why="A shop that counts what is on the shelf sells what is promised to others once more, or too little.",
    fix="Add what the shop has reserved itself to the level, where it takes that off again.",
    takes=TAKES,
    needs=[*NEEDS, "reserve"],
)
def reservations_do_not_count_twice(bench: Bench) -> Findings:
    """Where the shop has promised units to its orders, it sells what the level says all the same."""
    sku = bench.skus[0]
    told(bench, [a_stock_level(sku, 10)])
    bench.shop.reserve(sku, 3)
    told(bench, [a_stock_level(sku, 6)])
    yield from _shows(bench, sku, 6, "with 3 units reserved and a level of 6")


@STOCK.check(
    why="Levels come for all SKUs of the account; each one that is refused raises an alert that somebody reads.",
    fix="Answer IGNORED for a SKU that the shop does not sell.",
    takes=TAKES,
    needs=NEEDS,
)
def an_unknown_sku_is_ignored(bench: Bench) -> Findings:
    """A level of a SKU that the shop does not sell is ignored, and those around it are set."""
    first, second = bench.skus[:2]
    results = told(bench, [a_stock_level(first, 3), a_stock_level(NO_SUCH, 4), a_stock_level(second, 5)])
    result = results.get(NO_SUCH)
    if result is None or result.verdict is not Verdict.IGNORED:
        yield f"a SKU that the shop does not sell is {result.verdict if result else 'left without a result'}"
    yield from _shows(bench, first, 3, "beside a SKU that is not known")
    yield from _shows(bench, second, 5, "beside a SKU that is not known")


@STOCK.check(
    why="One product that is broken in the shop must not keep all others from being sold, or from being sold out.",
    fix="Where a call for many is refused, make one for each.",
    takes=TAKES,
    needs=[*NEEDS, "refused_sku"],
)
def a_refused_sku_hides_no_other(bench: Bench) -> Findings:
    """A level that the shop refuses is told as such, and those around it are set."""
    refused = bench.shop.refused_sku
    first, second = [sku for sku in bench.skus if sku != refused][:2]
    results = told(bench, [a_stock_level(first, 3), a_stock_level(refused, 4), a_stock_level(second, 5)])
    result = results.get(refused)
    if result is None or result.verdict not in (Verdict.REFUSED, Verdict.FAILED):
        yield f"a level that the shop refuses is {result.verdict if result else 'left without a result'}"
    elif not result.message:
        yield "a level that the shop refuses is told without the reason"
    yield from _shows(bench, first, 3, "beside a SKU that is refused")
    yield from _shows(bench, second, 5, "beside a SKU that is refused")


@STOCK.check(
    why="Results are told apart by SKU; one that is missing is offered again in every run.",
    fix="Give one result a level, whatever became of its page.",
    takes=TAKES,
    needs=NEEDS,
)
def each_level_has_its_own_result(bench: Bench) -> Findings:
    """Of a batch of a hundred and more levels, each has one result, in whatever order they come."""
    known = [a_stock_level(sku, 9) for sku in bench.skus[:3]]
    unknown = [a_stock_level(f"{NO_SUCH}-{place}", 1) for place in range(120)]
    for batch in ([*known, *unknown], [*unknown, *reversed(known)]):
        results, wrong = answers(bench.source().accept_stock(batch))
        yield from wrong
        yield from same_keys([one.key for one in results], [one.sku for one in batch])
    for level in known:
        yield from _shows(bench, level.sku, 9, "in a large batch")


@STOCK.check(
    why="The engine takes a result for the truth: accepted means that the shop sells it.",
    fix="Catch what one call raises, and answer FAILED for what it was about.",
    takes=TAKES,
    needs=[*NEEDS, "break_line", "mend"],
)
def stock_that_was_not_set_is_not_accepted(bench: Bench) -> Findings:
    """While the shop is down, no level is accepted; told again, it is."""
    sku = bench.skus[0]
    told(bench, [a_stock_level(sku, 2)])
    for after in (0, 1):
        bench.shop.break_line(Fault.DOWN, after=after)
        results: dict[str, ItemResult] = {}
        with suppress(SourceError):
            results = told(bench, [a_stock_level(sku, 8 + after)])
        bench.shop.mend()
        result = results.get(sku)
        if bench.shop.stock(sku) != 8 + after and result is not None and result.verdict is not Verdict.FAILED:
            yield f"the shop was down, and the level is {result.verdict}"
        told(bench, [a_stock_level(sku, 8 + after)])
        yield from _shows(bench, sku, 8 + after, "told again when the shop is up")


# ── products ─────────────────────────────────────────────────────────────────────────────────


@STOCK.check(
    why="What the account says of a product is what the shop is to show, and it may be told twice.",
    fix="Find the product by the SKUs of its variants, and write what differs.",
    takes="accept_products",
    needs=["product"],
)
def product_details_arrive(bench: Bench) -> Findings:
    """The shop shows a product's name and description as they were told last; each product has its result."""
    sku, other = bench.skus[:2]
    batch = [
        a_product("P-1", [sku], name="Blue mug", description="It is blue."),
        a_product("P-0", [NO_SUCH], name="Nothing"),
        a_product("P-2", [other], name="Red mug"),
    ]
    for _ in range(2):
        results, wrong = answers(bench.source().accept_products(batch))
        yield from wrong
        yield from same_keys([one.key for one in results], [one.reference for one in batch])
        accepted = {one.key for one in results if one.verdict is Verdict.ACCEPTED}
        yield from (f"product {key} is not accepted" for key in sorted({"P-1", "P-2"} - accepted))
    if (shown := bench.shop.product(sku)) != ("Blue mug", "It is blue."):
        yield f"told 'Blue mug' and 'It is blue.', the shop shows {shown[0]!r} and {shown[1]!r}"
    if bench.shop.product(other)[0] != "Red mug":
        yield f"told 'Red mug', the shop shows {bench.shop.product(other)[0]!r}"


@STOCK.check(
    why="Who lets the account only create products, or only change them, keeps the rest in the shop by hand.",
    fix="Where the shop has it and update is false, or has it not and create is false, answer IGNORED.",
    takes="accept_products",
    needs=["product"],
)
def products_go_by_their_rule(bench: Bench) -> Findings:
    """A product that may only be created is left as the shop has it, and one that may only be changed is not made."""
    sku = bench.skus[0]
    before = bench.shop.product(sku)
    batch = [
        a_product("P-1", [sku], name="Never shown", update=False),
        a_product("P-2", [NO_SUCH], name="Never made", create=False),
    ]
    results, _ = answers(bench.source().accept_products(batch))
    for one in results:
        if one.verdict is not Verdict.IGNORED:
            yield f"product {one.key}, which the shop is to leave alone, is {one.verdict} and not ignored"
        elif not one.message:
            yield f"product {one.key} is ignored without a reason"
    if (shown := bench.shop.product(sku)) != before:
        yield f"a product that may only be created shows {shown[0]!r} and not {before[0]!r}"
