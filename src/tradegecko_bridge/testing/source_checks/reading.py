"""Reading orders: every one, from every cursor, whatever happens meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from attrs import evolve

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.testing.source_checks.bench import Bench, Checks, Findings, collected, listed, references

READING = Checks()
DAY = timedelta(days=1)
FIRST = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)


@READING.check(
    why="An order that is left out is never delivered, and nothing tells.",
    fix="Read the list to its end: an answer's page size is the shop's, not the one you asked for.",
)
def gives_every_order(bench: Bench) -> Findings:
    """Without a cursor, every order the shop has is given, and no other."""
    placed = set(bench.place())
    given = set(references(bench.read()))
    if missing := placed - given:
        yield f"of {len(placed)} orders it leaves out {listed(missing)}"
    if strange := given - placed:
        yield f"it gives what nobody placed: {listed(strange)}"


@READING.check(
    why="The engine resumes after the last order that is safe in its ledger, whichever that is.",
    fix="A cursor must resume after its own order: build it from that order's time and id, not from the page's last.",
)
def resumes_from_every_cursor(bench: Bench) -> Findings:
    """Reading on from the cursor of any order gives all that came after it."""
    bench.place()
    first = bench.read()
    for place, order in enumerate(first[:-1]):
        rest = set(references(bench.read(order.cursor)))
        if missing := set(references(first[place + 1 :])) - rest - {order.reference}:
            yield f"from the cursor of order {place + 1} of {len(first)}, {listed(missing)} do not come"


@READING.check(
    why="A run may be interrupted, and the next one in the same process uses the same source.",
    fix="Keep nothing of a reading in the source itself: let each call of fetch_orders be a generator of its own.",
)
def may_be_interrupted(bench: Bench) -> Findings:
    """A reading that was broken off is taken up by the same source from where it was, and another may begin anew."""
    bench.place()
    source = bench.source()
    for count in range(1, 5):
        reading = iter(source.fetch_orders(None))
        begun = [order for order, _ in zip(reading, range(count), strict=False)]
        if hasattr(reading, "close"):
            reading.close()
        if not begun:
            yield "a reading after one that was broken off gives nothing"
            return
        rest = references(bench.read(begun[-1].cursor, source))
        after_restart = set(references(bench.read(begun[-1].cursor)))
        if missing := after_restart - set(references(begun)) - set(rest):
            yield f"broken off after {count}, {listed(missing)} come from another source and not from this one any more"
    if missing := set(references(bench.read())) - set(references(bench.read(None, source))):
        yield f"begun anew without a cursor, {listed(missing)} come from another source and not from this one"


@READING.check(
    why="The ledger keeps the cursor as text, and gives it back after a restart, perhaps of a newer version.",
    fix="Give every order a cursor that is a text and not blank; take it from the shop's data, never from the clock.",
)
def cursors_are_texts(bench: Bench) -> Findings:
    """Every order, readable or not, has a cursor, and it is a text."""
    bench.place(3)
    for place, order in enumerate(bench.read()):
        cursor: object = order.cursor
        if not isinstance(cursor, str) or not cursor.strip():
            yield f"order {place + 1} has no cursor: resuming after it reads everything again"


@READING.check(
    why="What is read again costs requests in every run; a shop with a hundred thousand orders would never be done.",
    fix="Let the shop filter by the cursor's time, less a small overlap for clocks that are coarse.",
)
def cursors_go_forward(bench: Bench) -> Findings:
    """From the last order's cursor, orders placed and changed days before do not come again."""
    placed = [bench.shop.place(bench.wanted(at=FIRST + DAY * day)) for day in range(0, 60, 10)]
    last = bench.read()[-1].cursor
    again = set(references(bench.read(last)))
    if len(again) >= len(placed):
        yield f"all {len(placed)} orders come again from the last one's cursor"


@READING.check(
    why="People look at what came first, and orders of one customer are to be delivered in the order they were placed.",
    fix="Ask the shop for the oldest first, or sort what you read.",
)
def oldest_come_first(bench: Bench) -> Findings:
    """Orders placed on different days are given in that order."""
    placed = [bench.shop.place(bench.wanted(at=FIRST + DAY * day)) for day in range(5)]
    given = list(dict.fromkeys(reference for reference in references(bench.read()) if reference in placed))
    if given != sorted(given, key=placed.index):
        yield "orders placed on different days are not given oldest first"


@READING.check(
    why="Imports and sales make many orders in one second; a cursor that is a time alone skips those after its own.",
    fix="Order by time and id, or begin the next page at the last one's time and leave out what you have.",
    needs=["place_together"],
)
def ties_are_all_given(bench: Bench) -> Findings:
    """Orders of one and the same instant, more than a page has, are all given, and from each cursor the rest."""
    bench.place(2)
    tied = bench.shop.place_together([bench.wanted() for _ in range(9)])
    first = bench.read()
    given = references(first)
    if missing := set(tied) - set(given):
        yield f"of {len(tied)} orders of one instant it leaves out {listed(missing)}"
        return
    for order in [one for one in first[:-1] if one.reference in tied]:
        rest = set(references(bench.read(order.cursor)))
        if left_out := set(given[given.index(order.reference) + 1 :]) - rest - {order.reference}:
            yield f"from the cursor of order {order.reference}, {listed(left_out)} of the same instant do not come"
            return


@READING.check(
    why="This is what every run is for.",
    fix="Ask for what is at the cursor's time or after it, with an overlap; take no cursor from this machine's clock.",
)
def new_orders_come(bench: Bench) -> Findings:
    """An order placed after a reading comes with the next one, from the last cursor."""
    bench.place(4)
    for turn in range(3):
        cursor = bench.read()[-1].cursor
        new = bench.shop.place(bench.wanted())
        if new not in references(bench.read(cursor)):
            yield f"order {turn + 5}, placed after the reading, does not come from the last cursor"


@READING.check(
    why="A customer who changes the order must not get the old one.",
    fix="Move the cursor along the clock that changes move, and read orders again whose clock has moved.",
    needs=["change"],
)
def changes_come_again(bench: Bench) -> Findings:
    """An order that was changed after it was given comes again, as it is now."""
    placed = bench.place(4)
    before = bench.read()
    bench.shop.change(placed[1])
    again = [one for one in bench.read(before[-1].cursor) if one.reference == placed[1]]
    if not again:
        yield "an order that was changed after it was given does not come again"
    elif evolve(again[-1], cursor="") == evolve(next(one for one in before if one.reference == placed[1]), cursor=""):
        yield "an order that was changed comes again as it was before"


@READING.check(
    why="Shops sell while they are read, and the first import of a large one takes hours.",
    fix="Do not fix the end of a list before you read it; let the cursor stop where the reading began.",
)
def orders_placed_meanwhile_come(bench: Bench) -> Findings:
    """An order placed while the others are read comes by the end of the next reading."""
    placed = bench.place(7)
    given = []
    for place, order in enumerate(bench.source().fetch_orders(None)):
        given.append(order)
        if place in (1, 3, 5):
            placed.append(bench.shop.place(bench.wanted()))
    rest = bench.read(given[-1].cursor) if given else []
    if missing := set(placed) - set(references([*given, *rest])):
        yield f"{listed(missing)} came neither with the reading they were placed in nor with the next"


@READING.check(
    why="With offsets, an order that leaves a page that was read pulls the next ones forward, past the reader.",
    fix="Do not read a list by offset or page number that changes meanwhile: begin each page at the last one's time.",
    needs=["change"],
)
def changes_meanwhile_shift_nothing(bench: Bench) -> Findings:
    """Orders that change while the others are read leave none of the others out."""
    placed = bench.place(9)
    given = []
    for place, order in enumerate(bench.source().fetch_orders(None)):
        given.append(order)
        if place < 4:
            bench.shop.change(placed[place])
        if place > 60:
            yield "orders that change while they are read make the reading endless"
            return
    if missing := set(placed) - set(references(given)):
        yield f"orders before them changed, and {listed(missing)} were left out of the reading"


@READING.check(
    why="Shops that filter after paging, and those with cursors, give pages without rows that have more behind them.",
    fix="Go by what the shop says of a next page, not by how many rows this one has.",
    needs=["empty_pages"],
)
def empty_pages_are_no_end(bench: Bench) -> Findings:
    """A page without orders that has more behind it does not end the reading."""
    placed = set(bench.place())
    bench.shop.empty_pages()
    if missing := placed - set(references(bench.read())):
        yield f"behind an empty page, {listed(missing)} are left out"


@READING.check(
    why="The ledger knows an order by its reference: two with one reference are one order to it, for ever.",
    fix="Take the shop's own id of the order, which no other order ever has, and never changes; not its number.",
    needs=["change"],
)
def references_are_unique(bench: Bench) -> Findings:
    """No two orders share a reference, it stays when the order changes, and so do those of the lines of an order."""
    orders = [bench.shop.place(bench.wanted(1, 2, 3)) for _ in range(4)]
    if len(set(orders)) < len(orders):
        yield "the shop's driver gives two orders one reference"
    before = [one for one in bench.read() if isinstance(one, SourceOrder)]
    if len({one.reference for one in before}) < len({one.number for one in before}):
        yield "two orders have the same reference"
    if any(len({line.reference for line in one.lines}) < len(one.lines) for one in before):
        yield "two lines of an order have the same reference: what is shipped of one counts for the other"
    bench.shop.change(orders[0])
    after = {one.number: one for one in bench.read() if isinstance(one, SourceOrder)}
    for one in before:
        now = after.get(one.number)
        if now is not None and (
            now.reference != one.reference
            or not {line.reference for line in one.lines} <= {line.reference for line in now.lines}
        ):
            yield f"order {one.number} has another reference, or its lines do, after it was changed"


@READING.check(
    why="One order nobody can read must not keep hundreds of others from being delivered.",
    fix="Give an UnreadableOrder with its reference, and with what is wrong and what to do; then go on.",
    needs=["place_unreadable"],
)
def an_unreadable_order_hides_no_other(bench: Bench) -> Findings:
    """An order that cannot be given whole is told as such, and those around it are given."""
    before = bench.place(3)
    broken = bench.shop.place_unreadable()
    behind = bench.place(3)
    given = bench.read()
    if missing := {*before, *behind} - set(references(given)):
        yield f"because one order cannot be read, {listed(missing)} are left out"
    told = [one for one in given if isinstance(one, UnreadableOrder) and one.reference in (broken, None)]
    if not told:
        yield "the order that cannot be read is not told as an UnreadableOrder"
    elif all(one.reference is None for one in told):
        yield "the UnreadableOrder has no reference, so it is only reported and not held"


@READING.check(
    why="Goods leave the warehouse for an order that was never paid; or an order that was paid in the end never comes.",
    fix="Give it as an UnreadableOrder that says what it waits for, or as not ready, and ask for it again until it is.",
    needs=["place_unready", "make_ready"],
)
def what_waits_comes_when_it_is_ready(bench: Bench) -> Findings:
    """An order that is not to be delivered yet is not given as if it were, and comes once it is."""
    before = bench.place(2)
    waiting = bench.shop.place_unready()
    behind = bench.place(4)
    given = bench.read()
    if missing := {*before, *behind} - set(references(given)):
        yield f"because one order waits, {listed(missing)} are left out"
    if any(is_ready(one) for one in given if one.reference == waiting):
        yield "an order that waits is given as one to deliver"
    cursor = given[-1].cursor if given else None
    cursor = (bench.read(cursor) or given)[-1].cursor
    bench.shop.make_ready(waiting)
    if not any(is_ready(one) for one in bench.read(cursor) if one.reference == waiting):
        yield "once it is ready, it does not come"


def is_ready(given: SourceOrder | UnreadableOrder) -> bool:
    """Whether this may be delivered."""
    return isinstance(given, SourceOrder) and getattr(given, "ready", True) is True


@READING.check(
    why="Nobody wants to ship what the customer has cancelled.",
    fix="Give the order once more, with canceled_at; absence from a list is not a cancellation.",
    needs=["cancel"],
)
def cancellations_come(bench: Bench) -> Findings:
    """An order that is cancelled after it was given comes again, as cancelled."""
    placed = bench.place(4)
    cursor = bench.read()[-1].cursor
    bench.shop.cancel(placed[1])
    again = [one for one in bench.read(cursor) if one.reference == placed[1]]
    if not again:
        yield "an order that was cancelled after it was given does not come again"
    elif not isinstance(again[-1], SourceOrder) or again[-1].canceled_at is None:
        yield "an order that was cancelled comes without canceled_at"


@READING.check(
    why="A person asks for an order by the number on their screen, to have it read once more.",
    fix="Look for the number, then for the reference; give nothing where there is none.",
    takes="fetch_order",
)
def one_order_is_found(bench: Bench) -> Findings:
    """fetch_order finds an order by number and by reference, and nothing for a name that no order has."""
    placed = bench.place(4)
    wanted = bench.order(placed[2])
    source = bench.source()
    for name in (wanted.number, wanted.reference):
        found = collected(source.fetch_order(name))
        if [one.reference for one in found] != [wanted.reference]:
            yield f"asked for {name!r} it gives {len(found)} orders: {listed(references(found))}"
    if found := collected(source.fetch_order("no such order")):
        yield f"asked for an order that is not there, it gives {listed(references(found))}"


@READING.check(
    why="After a mistake in the settings, people have everything since a day read once more.",
    fix="Read by the time of placing, the moment itself included, and give each order once.",
    takes="fetch_since",
)
def orders_since_a_moment(bench: Bench) -> Findings:
    """fetch_since gives each order placed at the moment or later, once, and none placed before it."""
    placed = [bench.shop.place(bench.wanted(at=FIRST + DAY * day)) for day in range(6)]
    given = references(collected(bench.source().fetch_since(FIRST + DAY * 3)))
    if missing := set(placed[3:]) - set(given):
        yield f"placed at the moment or later, and left out: {listed(missing)}"
    if strange := set(given) - set(placed[3:]):
        yield f"placed before the moment, and given: {listed(strange)}"
    if len(given) > len(set(given)):
        yield "an order comes more than once"
