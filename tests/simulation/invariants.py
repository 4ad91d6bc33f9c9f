"""What must hold at the end, whatever happened on the way."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from traceback import format_exception
from typing import Final

from attrs import frozen

from tests.simulation.account import AccountOrder, Goods
from tests.simulation.world import CONNECTION, World
from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.ledger import DELIVERED_STATES, LedgerEntry, OrderState

NOT_THERE: Final = frozenset({OrderState.CANCELED, OrderState.SKIPPED, OrderState.HELD, OrderState.FAILED})


@frozen
class Violation:
    """Something that does not hold; ``name`` is the same for the same thing in other schedules."""

    name: str
    text: str

    def __str__(self) -> str:
        return f"{self.name}: {self.text}"


def violations(world: World) -> Iterator[Violation]:
    """Everything that does not hold. An error that escaped is all there is to say: the world ended with it."""
    for error in world.scheduler.failures:
        lines = "".join(format_exception(error)[-3:]).strip()
        yield Violation(f"stray {type(error).__name__}", lines)
    if world.scheduler.failures:
        return
    entries: defaultdict[str, list[LedgerEntry]] = defaultdict(list)
    for entry in world.disk.store.entries(CONNECTION):
        (name,) = entry.order.tags if entry.order else ("",)
        entries[name].append(entry)
    made: defaultdict[str | None, list[AccountOrder]] = defaultdict(list)
    for order in world.account.orders.values():
        made[order.name].append(order)
    for name, versions in world.shop.versions.items():
        yield from _about_one(world, name, versions, entries[name], made[name])
    yield from _numbers(world)
    yield from _customers(world)


def _about_one(
    world: World, name: str, versions: list[SourceOrder], entries: list[LedgerEntry], orders: list[AccountOrder]
) -> Iterator[Violation]:
    if len(orders) > 1 and not (name in world.account.unpreventable and _is_told(world, orders)):
        yield Violation("doubled", f"{name} is in the account as {', '.join(order.id for order in orders)}")
    if len(entries) != 1:
        yield Violation("not in the ledger", f"{name} has {len(entries)} entries")
        return
    (entry,) = entries
    yield from _settled(world, name, entry)
    if entry.state in DELIVERED_STATES:
        yield from _delivered(world, name, versions, entry, orders)
    elif entry.state in NOT_THERE:
        for order in orders:
            if not order.is_gone:
                yield Violation("alive", f"{name} is {entry.state} ({_why(entry)}), and order {order.id} is alive")


def _is_told(world: World, orders: list[AccountOrder]) -> bool:
    """Whether one at most is alive, or an alert names them all: where the account honours no keys, a double can be told
    but not prevented. One that the ledger has is told, even if the run that wrote it broke off."""
    orders = [order for order in orders if not order.is_gone]
    written = {alert.text for alert in world.disk.store.alerts(CONNECTION, closed=True)}
    told = world.told_alerts | written
    return len(orders) < 2 or any(all(f"id {order.id}" in text for order in orders) for text in told)


def _settled(world: World, name: str, entry: LedgerEntry) -> Iterator[Violation]:
    unsettled = entry.state in {OrderState.PENDING, OrderState.SENDING, OrderState.UNCERTAIN, OrderState.FAILED}
    taken = entry.reason is not None and entry.reason.code == "number_taken"
    if unsettled or (entry.state is OrderState.HELD and not (taken and _is_taken(world, entry))):
        yield Violation("unsettled", f"{name} is {entry.state} in the end ({_why(entry)})")


def _is_taken(world: World, entry: LedgerEntry) -> bool:
    """Whether a person, or another order, has the number that an order is held for."""
    name = entry.order.tags[0] if entry.order else None
    said = entry.reason.text if entry.reason else ""
    return any(order.name != name and repr(order.number) in said for order in world.account.orders.values())


def _delivered(
    world: World, name: str, versions: list[SourceOrder], entry: LedgerEntry, orders: list[AccountOrder]
) -> Iterator[Violation]:
    home = world.account.orders.get(entry.remote_id or "")
    if home is None or home.name != name:
        whose = f"which is {home.name or 'made by hand'}" if home else "nobody's"
        yield Violation("points elsewhere", f"{name} is delivered as {entry.remote_id}, {whose}")
        return
    if home.goods not in {_goods(version) for version in versions}:
        yield Violation("other content", f"{name} is in the account with {home.goods}")
    if entry.pending_actions and not home.is_gone:
        yield Violation("undone", f"{name}: still to do is {', '.join(entry.pending_actions)} ({_why(entry)})")
    if world.always_voids and versions[-1].canceled_at is not None and not home.is_gone:
        yield Violation("alive", f"{name} was canceled and is to be voided; order {home.id} is alive")


def _numbers(world: World) -> Iterator[Violation]:
    """No two orders of ours went out under one number and are both alive."""
    users: defaultdict[str, list[AccountOrder]] = defaultdict(list)
    times = Counter(order.name for order in world.account.orders.values())
    for order in world.account.orders.values():
        if times[order.name] > 1 and order.name in world.account.unpreventable:
            continue  # made again by what repeats requests, where keys are not honoured: a double, not a number
        if order.name and not order.is_gone and order.number == order.number_as_sent:
            users[order.number_as_sent].append(order)
    for number, orders in users.items():
        if len({order.name for order in orders}) > 1:
            yield Violation("number used twice", f"{number!r} by orders {', '.join(order.id for order in orders)}")


def _customers(world: World) -> Iterator[Violation]:
    records: defaultdict[str, list[str]] = defaultdict(list)
    for company in world.account.companies:
        records[company.email].append(company.id)
    ours = [order.name for order in world.account.orders.values() if order.name]
    if len(set(ours)) < len(ours):
        return  # a doubled order has made its customer twice; it is told of already
    for email, ids in records.items():
        if len(ids) > 1:
            yield Violation("customer made twice", f"{email} as {', '.join(ids)}")


def _goods(order: SourceOrder) -> Goods:
    return tuple((f"v {line.sku}", line.quantity, line.unit_price) for line in order.lines)


def _why(entry: LedgerEntry) -> str:
    return f"{entry.reason.code}: {entry.reason.text}" if entry.reason else "no reason"
