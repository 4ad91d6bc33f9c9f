"""Shipments into a shop: one parcel each, never two for the same one.

Any answer may be lost, and we may be killed at any moment. So the order is looked at first, and the parcel of a
shipment is, in this order:

1. the one that carries its reference, whatever its tracking number is now;
2. one without any reference, with exactly its contents and tracking numbers;
3. one without any reference, with exactly its contents and no tracking number yet;
4. the only one without any reference and with exactly its contents, where too little is left of the order for another:
   its tracking number was corrected;

and only where there is none, and enough units are left, a new one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable

from attrs import frozen

from tradegecko_bridge.commerce import ItemResult, Shipment
from tradegecko_bridge.errors import SourceRefused
from tradegecko_bridge.sources.toolkit.batch import accepted, answer_each
from tradegecko_bridge.sources.toolkit.faults import AnswerLost, NotThere, NotYet, Refusal

ZERO = Decimal(0)


@frozen(kw_only=True)
class Parcel:
    """What a shop shows of something shipped: units by line, tracking numbers, and our reference where it keeps one.

    In shops where a parcel is packed first and shipped later, one that is only packed is not ``sent`` yet.
    ``canceled``: somebody has taken it back, its units are free again.
    """

    id: str
    contents: Mapping[str, Decimal]
    tracking: tuple[str, ...] = ()
    reference: str | None = None
    sent: bool = True
    canceled: bool = False


@frozen(kw_only=True)
class ShownOrder:
    """An order as the shop shows it: units ordered by line, and its parcels.

    ``closed`` says why nothing can be shipped of it, blank where something can; ``waits``, why nothing can yet: the
    shipment is offered again. ``data`` is the author's own.
    """

    number: str
    lines: Mapping[str, Decimal]
    parcels: Sequence[Parcel] = ()
    closed: str = ""
    waits: str = ""
    data: Any = None


class Parcels(Protocol):
    """What a shop can do with parcels."""

    def look(self, order_reference: str, /) -> ShownOrder | None:
        """The order as it is now; None where there is none."""

    def create(self, order: ShownOrder, shipment: Shipment, contents: Mapping[str, Decimal], /) -> Parcel | None:
        """Make the parcel, with the shipment's reference where the shop can keep it; the parcel, where it is to be
        sent yet."""

    def renumber(self, order: ShownOrder, parcel: Parcel, shipment: Shipment, /) -> str:
        """Correct a parcel's tracking numbers; what is to be said about it, where they cannot be corrected."""


@runtime_checkable
class SendsParcels(Parcels, Protocol):
    """The same of a shop in which a parcel is packed first, and sent with a second request."""

    def send(self, order: ShownOrder, parcel: Parcel, shipment: Shipment, /) -> str | None:
        """The parcel has left, with the shipment's tracking numbers; what is to be said about it."""


@runtime_checkable
class MarksParcels(Parcels, Protocol):
    """The same of a shop that keeps our reference beside a parcel, such as in a note on the order."""

    def mark(self, order: ShownOrder, parcel: Parcel, shipment: Shipment, /) -> None:
        """Write down that the parcel is this shipment."""


class RemovesParcels(Parcels, Protocol):
    """The same of a shop that can take a parcel back."""

    def remove(self, order: ShownOrder, parcel: Parcel, /) -> None:
        """The parcel was not sent after all."""


def record(
    shipments: Iterable[Shipment], parcels: Parcels, *, whole_units: bool = True, adopts_sent: bool = True
) -> Iterator[ItemResult]:
    """Each shipment's own result, one by one as it is done.

    Without ``adopts_sent`` the third rule is for parcels that are not sent yet, and there is no fourth: for shops in
    which people send parcels without a number, and none can be given one later.

    Raises:
        SourceNeedsLogin: what was answered before it counts.
    """
    return answer_each(
        shipments,
        lambda shipment: shipment.reference,
        lambda shipment: _record(shipment, parcels, whole_units, adopts_sent),
    )


def _record(shipment: Shipment, parcels: Parcels, whole_units: bool, adopts_sent: bool) -> ItemResult:
    order = _look(shipment, parcels)
    wanted = contents_of(shipment, whole_units=whole_units)
    parcel = find(order, shipment, wanted, adopts_sent=adopts_sent)
    if parcel is not None and parcel.canceled:
        raise SourceRefused(f"order {order.number}: somebody cancelled parcel {parcel.id} in the shop")
    if order.waits and (parcel is None or not parcel.sent):
        raise NotYet(f"order {order.number}: {order.waits}")
    is_new = parcel is None
    if parcel is None:
        check_left(order, wanted)
        try:
            parcel = parcels.create(order, shipment, wanted)
        except AnswerLost:
            order = _look(shipment, parcels)
            if (parcel := find(order, shipment, wanted, adopts_sent=adopts_sent)) is None:
                raise
    if parcel is None:
        return accepted(shipment.reference)
    if isinstance(parcels, MarksParcels) and parcel.reference != shipment.reference:
        parcels.mark(order, parcel, shipment)
    message = ""
    if not parcel.sent:
        message = _send(order, parcel, shipment, parcels) or ""
    elif not is_new and shipment.tracking_numbers and set(shipment.tracking_numbers) != set(parcel.tracking):
        message = parcels.renumber(order, parcel, shipment)
    return accepted(shipment.reference, message)


def _send(order: ShownOrder, parcel: Parcel, shipment: Shipment, parcels: Parcels) -> str | None:
    """The second step; where it fails, or its answer is lost, it may be done all the same."""
    if not isinstance(parcels, SendsParcels):
        raise TypeError("a parcel that is not sent yet needs a method 'send'")
    try:
        return parcels.send(order, parcel, shipment)
    except (AnswerLost, Refusal):
        now = next((one for one in _look(shipment, parcels).parcels if one.id == parcel.id), parcel)
        if not now.sent:
            raise
        return None


def withdraw(shipments: Iterable[Shipment], parcels: RemovesParcels) -> Iterator[ItemResult]:
    """Takes the parcels of these shipments back, those that there are, each with its own result.

    Raises:
        SourceNeedsLogin: what was answered before it counts.
    """
    return answer_each(shipments, lambda shipment: shipment.reference, lambda shipment: _withdraw(shipment, parcels))


def _withdraw(shipment: Shipment, parcels: RemovesParcels) -> ItemResult:
    order = parcels.look(shipment.order_reference)
    parcel = _certain(order, shipment, contents_of(shipment, whole_units=False)) if order else None
    if order is None or parcel is None or parcel.canceled:
        return accepted(shipment.reference, "the shop does not have it")
    with suppress(NotThere):  # somebody was faster, or the answer to an earlier request was lost
        parcels.remove(order, parcel)
    return accepted(shipment.reference)


def _look(shipment: Shipment, parcels: Parcels) -> ShownOrder:
    order = parcels.look(shipment.order_reference)
    if order is None:
        raise SourceRefused(f"order {shipment.order_number} is not in the shop: was it deleted there?")
    return order


def contents_of(shipment: Shipment, *, whole_units: bool = True) -> dict[str, Decimal]:
    """Units by line.

    Raises:
        SourceRefused: nothing to ship, or not in whole units where they have to be.
    """
    wanted: Counter[str] = Counter()
    for item in shipment.items:
        if item.quantity <= 0 or (whole_units and item.quantity != item.quantity.to_integral_value()):
            raise SourceRefused(f"line {item.line_reference}: the shop ships whole units, not {item.quantity:f}")
        wanted[item.line_reference] += item.quantity  # type: ignore[assignment]
    if not wanted:
        raise SourceRefused("the shipment has nothing in it that the shop could ship")
    return {line: Decimal(units) for line, units in wanted.items()}


def find(
    order: ShownOrder, shipment: Shipment, wanted: Mapping[str, Decimal], *, adopts_sent: bool = True
) -> Parcel | None:
    """The parcel that is this shipment, by the rules in this module's docstring."""
    alike = _alike(order, wanted)
    bare = [one for one in alike if not one.tracking and (adopts_sent or not one.sent)]
    corrected = alike if adopts_sent and len(alike) == 1 and not _fits(order, wanted) else []
    return _certain(order, shipment, wanted) or next(iter(bare + corrected), None)


def _certain(order: ShownOrder, shipment: Shipment, wanted: Mapping[str, Decimal]) -> Parcel | None:
    """The parcel that is this shipment by the first two of the rules."""
    ours = [one for one in order.parcels if one.reference == shipment.reference]
    numbers = set(shipment.tracking_numbers)
    return next(iter(ours + [one for one in _alike(order, wanted) if set(one.tracking) == numbers]), None)


def _alike(order: ShownOrder, wanted: Mapping[str, Decimal]) -> list[Parcel]:
    return [one for one in counting(order) if not one.reference and _filled(one.contents) == _filled(wanted)]


def check_left(order: ShownOrder, wanted: Mapping[str, Decimal]) -> None:
    """Many shops take any shipment.

    Raises:
        SourceRefused: the order is closed, has no such line, or has less left of it.
    """
    if order.closed:
        raise SourceRefused(f"order {order.number}: {order.closed}")
    left = remaining(order)
    for line, units in wanted.items():
        if line not in left:
            raise SourceRefused(f"order {order.number} has no line {line} in the shop")
        if units > left[line]:
            raise SourceRefused(
                f"order {order.number}, line {line}: {units:f} to ship, {left[line]:f} left in the shop"
            )


def counting(order: ShownOrder) -> list[Parcel]:
    """The parcels that nobody has taken back."""
    return [one for one in order.parcels if not one.canceled]


def remaining(order: ShownOrder) -> dict[str, Decimal]:
    """Units of each line that no parcel has yet."""
    left = dict(order.lines)
    for parcel in counting(order):
        for line, units in parcel.contents.items():
            left[line] = left.get(line, ZERO) - units
    return left


def _fits(order: ShownOrder, wanted: Mapping[str, Decimal]) -> bool:
    left = remaining(order)
    return all(units <= left.get(line, ZERO) for line, units in wanted.items())


def _filled(contents: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {line: units for line, units in contents.items() if units}
