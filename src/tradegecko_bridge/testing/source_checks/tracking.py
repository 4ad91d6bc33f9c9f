"""Shipments on their way back: each once, whatever happens to the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any

from attrs import evolve

from tradegecko_bridge.commerce import ItemResult, Shipment, SourceOrder, Verdict
from tradegecko_bridge.errors import SourceError
from tradegecko_bridge.testing.builders import a_receipt, a_shipment
from tradegecko_bridge.testing.source_checks.bench import Bench, Checks, Findings, answers, listed
from tradegecko_bridge.testing.source_checks.shops import Fault, ShownParcel

TRACKING = Checks()
TAKES = "accept_tracking"
NEEDS = ("parcels",)
ACCEPTED, REFUSED, FAILED, IGNORED = Verdict.ACCEPTED, Verdict.REFUSED, Verdict.FAILED, Verdict.IGNORED
_TWICE = "The engine tells a shipment again after a lost answer or a kill; a second parcel is goods that nobody sent."
_LOOK = "Look at what the shop shows of the order first: by the shipment's reference, else by contents and number."


def tell(bench: Bench, shipments: Sequence[Shipment], source: Any = None) -> dict[str, ItemResult]:
    """Hand shipments over; the results by key."""
    found, _ = answers((source or bench.source()).accept_tracking(shipments))
    return {result.key: result for result in found}


def units(parcels: Iterable[ShownParcel]) -> Counter[str]:
    """All that is shown as shipped, by line."""
    counted: Counter[str] = Counter()
    for parcel in parcels:
        for line, number in parcel.contents.items():
            counted[line] += int(number)
    return +counted


def _is(parcels: Sequence[ShownParcel], *shipments: Shipment) -> bool:
    """Whether exactly these are shown, with their numbers."""

    def key(contents: Mapping[str, Decimal], tracking: Iterable[str]) -> Any:
        return tuple(sorted((line, int(number)) for line, number in contents.items() if number)), tuple(
            sorted(tracking)
        )

    shown = Counter(key(one.contents, one.tracking) for one in parcels)
    wanted = Counter(
        key({item.line_reference: item.quantity for item in one.items}, one.tracking_numbers) for one in shipments
    )
    return shown == wanted


def _placed(bench: Bench, *quantities: int) -> SourceOrder:
    return bench.order(bench.shop.place(bench.wanted(*quantities)))


def _not_accepted(results: Mapping[str, ItemResult], *shipments: Shipment) -> Findings:
    for one in shipments:
        result = results.get(one.reference)
        if result is None or result.verdict is not ACCEPTED:
            said = f" ({result.verdict}: {result.message})" if result else ", it has no result"
            yield f"shipment {one.reference} is not accepted{said}"


@TRACKING.check(
    why="The customer is waiting for the number.",
    fix="Write the units of each line, and all tracking numbers of the packages.",
    takes=TAKES,
    needs=NEEDS,
)
def a_shipment_arrives(bench: Bench) -> Findings:
    """The shop shows a shipment with its units by line and its tracking number."""
    order = _placed(bench, 2, 3)
    shipment = a_shipment(order, tracking=("1Z1",))
    yield from _not_accepted(tell(bench, [shipment]), shipment)
    shown = bench.shop.parcels(order.reference)
    if units(shown) != units([ShownParcel(contents={line.reference: line.quantity for line in order.lines})]):
        yield f"2 and 3 units were shipped; the shop shows {dict(units(shown))}"
    elif not any("1Z1" in number for one in shown for number in one.tracking):
        yield "the shop shows no tracking number"


@TRACKING.check(why=_TWICE, fix=_LOOK, takes=TAKES, needs=NEEDS)
def a_shipment_told_twice_is_one(bench: Bench) -> Findings:
    """The same shipment, told again by the same source, by another and twice in one batch, ships once."""
    order = _placed(bench, 4)
    line, source = order.lines[0].reference, bench.source()
    first = a_shipment(order, {line: 2})
    second = a_shipment(order, {line: 1}, reference="S-2", tracking=("1Z2",))
    for batch, by in (([first], source), ([first], source), ([first], None), ([second, second], None)):
        yield from _not_accepted(tell(bench, batch, by), batch[0])
    if (count := len(bench.shop.parcels(order.reference))) != 2:
        yield f"told several times, two shipments are {count} parcels in the shop"


@TRACKING.check(why=_TWICE, fix=_LOOK, takes=TAKES, needs=[*NEEDS, "break_line", "mend"])
def a_lost_answer_ships_once(bench: Bench) -> Findings:
    """Where the shop's answer to a shipment is lost, it is shipped once, and accepted when it is told again."""
    for after in (0, 1, 2):
        order = _placed(bench, 4)
        shipment = a_shipment(order, {order.lines[0].reference: 2}, reference=f"S-{after}")
        bench.shop.break_line(Fault.LOST, after=after)
        with suppress(SourceError):
            tell(bench, [shipment])
        bench.shop.mend()
        yield from _not_accepted(tell(bench, [shipment]), shipment)
        if (count := len(bench.shop.parcels(order.reference))) != 1:
            yield f"after an answer that was lost, one shipment is {count} parcels in the shop"


@TRACKING.check(
    why="A number that was mistyped is corrected; made a second parcel, it ships what nobody sent.",
    fix="Recognize the shipment by its reference, and write the new number; where the shop cannot, say so in message.",
    takes=TAKES,
    needs=NEEDS,
)
def a_corrected_number_is_no_second_parcel(bench: Bench) -> Findings:
    """A shipment whose number was corrected stays one parcel with the new number, or the result says why not."""
    order = _placed(bench, 4)
    line = order.lines[0].reference
    tell(bench, [a_shipment(order, {line: 4}, tracking=("1Z1",))])
    corrected = a_shipment(order, {line: 4}, tracking=("1Z2",))
    results = tell(bench, [corrected])
    yield from _not_accepted(results, corrected)
    shown = bench.shop.parcels(order.reference)
    if len(shown) != 1:
        yield f"after its number was corrected, one shipment is {len(shown)} parcels in the shop"
    elif not any("1Z2" in number for number in shown[0].tracking):
        result = results.get(corrected.reference)
        if result is None or not result.message:
            yield "the shop keeps the old number, and the result says nothing of it"


@TRACKING.check(
    why="A number often comes hours after the goods have left.",
    fix="Recognize the shipment by its reference, and write the number into the parcel that is there.",
    takes=TAKES,
    needs=NEEDS,
)
def a_number_added_later_is_no_second_parcel(bench: Bench) -> Findings:
    """A shipment told without a number, and then with one, is one parcel."""
    order = _placed(bench, 4)
    line = order.lines[0].reference
    without, later = (a_shipment(order, {line: 1}, tracking=numbers) for numbers in ((), ("1Z1",)))
    first = tell(bench, [without]).get(without.reference)
    yield from _not_accepted(tell(bench, [later]), later)
    shown = bench.shop.parcels(order.reference)
    if len(shown) != 1:
        told = f" (without a number it was {first.verdict})" if first else ""
        yield f"told without a number and then with one, one shipment is {len(shown)} parcels in the shop{told}"


@TRACKING.check(
    why="Warehouses ship what they have; the rest follows.",
    fix="Ship the units of the shipment, line by line, never all that is left of the order.",
    takes=TAKES,
    needs=NEEDS,
)
def parts_and_the_rest_arrive(bench: Bench) -> Findings:
    """Two shipments of parts of an order are two parcels, with the units of each."""
    order = _placed(bench, 3, 2)
    first, second = (line.reference for line in order.lines)
    parts = [
        a_shipment(order, {first: 1}, reference="S-1", tracking=("1Z1",)),
        a_shipment(order, {first: 2, second: 2}, reference="S-2", tracking=("1Z2",)),
    ]
    for part in parts:
        yield from _not_accepted(tell(bench, [part]), part)
    shown = bench.shop.parcels(order.reference)
    if not _is(shown, *parts):
        yield f"1 unit and then 2 and 2 were shipped; the shop shows {[dict(one.contents) for one in shown]}"


@TRACKING.check(
    why="Two parcels with one unit each are common, and the second one is not the first told again.",
    fix="Take a parcel for this shipment only if its reference says so, or its contents and its number do.",
    takes=TAKES,
    needs=NEEDS,
)
def parcels_that_look_alike_are_two(bench: Bench) -> Findings:
    """Two shipments with the same contents are two parcels."""
    order = _placed(bench, 2)
    alike = [a_shipment(order, {order.lines[0].reference: 1}, reference=f"S-{n}", tracking=(f"1Z{n}",)) for n in (1, 2)]
    for one in (*alike, *alike):
        yield from _not_accepted(tell(bench, [one]), one)
    if (count := len(bench.shop.parcels(order.reference))) != 2:
        yield f"two shipments with the same contents are {count} parcels in the shop"


@TRACKING.check(
    why="Shops that take any shipment then show more sent than was ordered, and refund or reorder by it.",
    fix="Look at what is left of each line, and answer REFUSED with both numbers.",
    takes=TAKES,
    needs=NEEDS,
)
def more_than_was_ordered_is_not_shipped(bench: Bench) -> Findings:
    """A shipment of more units than are left of a line is not accepted, and changes nothing."""
    order = _placed(bench, 2)
    line = order.lines[0].reference
    too_many = a_shipment(order, {line: 3})
    yield from _taken(bench, order, too_many, "3 of 2 units")
    tell(bench, [a_shipment(order, {line: 2}, reference="S-2")])
    again = a_shipment(order, {line: 1}, reference="S-3", tracking=("1Z3",))
    yield from _taken(bench, order, again, "1 unit of a line that is all shipped", 2)


@TRACKING.check(
    why="A line that the order does not have is a mistake that somebody must see.",
    fix="Compare the lines with the order's, and answer REFUSED with the line.",
    takes=TAKES,
    needs=NEEDS,
)
def a_line_that_is_not_there_is_not_shipped(bench: Bench) -> Findings:
    """A shipment of a line that the order does not have is not accepted, and changes nothing."""
    order = _placed(bench, 2)
    yield from _taken(bench, order, a_shipment(order, {"no-such-line": 1}), "a line that the order does not have")


def _taken(bench: Bench, order: SourceOrder, shipment: Shipment, what: str, before: int = 0) -> Findings:
    result = tell(bench, [shipment]).get(shipment.reference)
    if result is None or result.verdict in (ACCEPTED, IGNORED):
        yield f"{what}: the result is {result.verdict if result else 'missing'}"
    elif not result.message:
        yield f"{what}: the result does not say what is wrong"
    if sum(units(bench.shop.parcels(order.reference)).values()) != before:
        yield f"{what}: the shop shows them as shipped"


@TRACKING.check(
    why="Orders are deleted in shops; a shipment for one must not end the run, nor count as told.",
    fix="Answer REFUSED: a person has to see it.",
    takes=TAKES,
    needs=NEEDS,
)
def an_order_that_is_gone_is_not_shipped(bench: Bench) -> Findings:
    """A shipment of an order that the shop does not have is not accepted, and is told as one item's trouble."""
    order = _placed(bench, 2)
    gone = evolve(a_shipment(order), order_reference="987654321", order_number="no such order")
    result = tell(bench, [gone]).get(gone.reference)
    if result is None or result.verdict is ACCEPTED:
        yield f"the order is not there, and the result is {result.verdict if result else 'missing'}"


@TRACKING.check(
    why="An item without a result is offered again for ever; a refused one that hides others keeps them back for ever.",
    fix="Go through the batch item by item, catch what one of them raises, and make it that item's result.",
    takes=TAKES,
    needs=NEEDS,
)
def each_shipment_has_its_own_result(bench: Bench) -> Findings:
    """Of a batch with bad ones in it, every shipment has one result, and the good ones arrive, in any order."""
    orders = [_placed(bench, 1) for _ in range(3)]
    good = [a_shipment(order, reference=f"S-{place}") for place, order in enumerate(orders)]
    bad = evolve(a_shipment(orders[0], reference="S-bad"), order_reference="987654321", order_number="no such order")
    for batch in ([bad, *good], [*reversed(good), bad]):
        results, wrong = answers(bench.source().accept_tracking(batch))
        yield from wrong
        yield from same_keys([one.key for one in results], [one.reference for one in batch])
    for order in orders:
        if (count := len(bench.shop.parcels(order.reference))) != 1:
            yield f"beside a bad one in the batch, a good shipment is {count} parcels"


def same_keys(given: Sequence[str], wanted: Sequence[str]) -> Findings:
    """One result for each item, and no other."""
    if missing := set(wanted) - set(given):
        yield f"no result for {listed(missing)}"
    if strange := set(given) - set(wanted):
        yield f"results for what was not asked: {listed(strange)}"
    if twice := [key for key, count in Counter(given).items() if count > 1]:
        yield f"more than one result for {listed(twice)}"


@TRACKING.check(
    why="A parcel that was never sent stands in the shop as sent, and its units cannot be shipped again.",
    fix="Find the parcel as when it was made, and remove it; where there is none, that is as it should be.",
    takes="withdraw_tracking",
    needs=NEEDS,
)
def a_withdrawn_shipment_is_gone(bench: Bench) -> Findings:
    """A shipment that is withdrawn, told twice, is gone from the shop, and others stay; it can be told anew."""
    order = _placed(bench, 3)
    line = order.lines[0].reference
    kept, gone, never = (
        a_shipment(order, {line: units}, reference=f"S-{units}", tracking=(f"1Z{units}",)) for units in (1, 2, 3)
    )
    tell(bench, [kept, gone])
    batch = [never, evolve(gone, withdrawn=True)]
    for _ in range(2):
        results, wrong = answers(bench.source().withdraw_tracking(batch))
        yield from wrong
        yield from same_keys([one.key for one in results], [one.reference for one in batch])
        yield from _not_accepted({one.key: one for one in results}, gone)
        if not _is(shown := bench.shop.parcels(order.reference), kept):
            yield f"of 1 and 2 units, 2 were withdrawn; the shop shows {dict(units(shown))}"
    yield from _not_accepted(tell(bench, [gone]), gone)


@TRACKING.check(
    why="What a source writes moves the order's clock, so the order comes again: as a change, it would be acted upon.",
    fix="Leave out of an order what moves as it is paid and shipped, but for the fields that are meant for that.",
    takes=TAKES,
    needs=NEEDS,
)
def own_writes_are_no_change(bench: Bench) -> Findings:
    """An order comes again with the content it had, after its shipment was written."""
    order = _placed(bench, 2)
    tell(bench, [a_shipment(order)])
    after = bench.order(order.reference)
    moving: dict[str, Any] = {
        "cursor": "",
        "source_status": None,
        "payment_status": None,
        "fulfillment_status": None,
        "paid": None,
    }
    if evolve(after, **moving) != evolve(order, **moving):
        yield "after its shipment was written, the order comes with other content than before"


# ── receipts ─────────────────────────────────────────────────────────────────────────────────


@TRACKING.check(
    why="A receipt may be told twice; notes that pile up on an order are read by people.",
    fix="Look whether the order has the note already, or write a field that has one value.",
    takes="accept_receipts",
    needs=["receipts"],
)
def a_receipt_is_noted_once(bench: Bench) -> Findings:
    """The shop shows where an order went, once, though it is told twice; each receipt has its result."""
    order = _placed(bench, 1)
    receipt = a_receipt(order, "SO-4711")
    gone = evolve(receipt, order_reference="987654321")
    for _ in range(2):
        results, wrong = answers(bench.source().accept_receipts([gone, receipt]))
        yield from wrong
        yield from same_keys([one.key for one in results], [gone.order_reference, receipt.order_reference])
    noted = [text for text in bench.shop.receipts(order.reference) if "SO-4711" in text]
    if len(noted) != 1:
        yield f"told twice, a receipt is noted {len(noted)} times"
