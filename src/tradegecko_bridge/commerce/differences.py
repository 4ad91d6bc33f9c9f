"""What two sides say differently of one order after it was delivered, without saying whose it is.

A difference is what has to be seen to by somebody: it is kept until both sides say the same again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from attrs import evolve, frozen

from tradegecko_bridge.commerce.codec import to_plain
from tradegecko_bridge.commerce.orders import OrderLine, SourceOrder
from tradegecko_bridge.commerce.progress import STATUSES, is_paid, is_unpaid, plain_status, undone

CANCELED: Final = "canceled"
VOIDED: Final = "voided"
UNPAID: Final = "not paid any more"
MISSING: Final = "not there any more"
"""What a source has no longer."""
WITHDRAWN: Final = frozenset({CANCELED, "refunded", VOIDED, MISSING})
"""What makes an order at its source one that is rightly void in the system."""
_FIELDS: Final = {
    "number": "number",
    "currency": "currency",
    "shipping": "shipping cost",
    "discounts": "discounts",
    "totals": "totals",
    "customer": "customer",
    "shipping_address": "shipping address",
    "billing_address": "billing address",
    "requested_ship_date": "ship date",
    "note": "note",
}
"""Fields of an order that matter once it is delivered, and what they are called. How far it is, its tags and links are
its source's own business."""
_EXPIRES: Final = ("customer", "shipping_address", "billing_address", "note", "shipping", "discounts")
"""Those of them that are not, or not all, there any more once personal data has expired."""
_LINE_FIELDS: Final = {
    "quantity": "quantities",
    "sku": "SKUs",
    **dict.fromkeys(
        ("price", "price_includes_tax", "discount", "additional_discount", "tax", "tax_rate"), "prices of lines"
    ),
}
_SILENT_LINE_FIELDS: Final = ("name", "barcode", "components")
DIGITS: Final = 4
"""Hexadecimal digits by which one change is told from the next. So few say nothing of what stood there."""


@frozen(kw_only=True)
class Difference:
    """What one side says differently: each of ``parts`` in a few words, none where it says the same.

    ``at`` (UTC) is when it was first said so, ``digest`` tells it from another change of the same parts, and
    ``was_paid`` remembers that the source has said so since the order was delivered.
    """

    number: str
    at: datetime
    parts: tuple[str, ...] = ()
    digest: str = ""
    was_paid: bool = False

    def as_text(self) -> str:
        """How it is kept."""
        return json.dumps(
            {
                "number": self.number,
                "at": self.at.isoformat(),
                "parts": self.parts,
                "digest": self.digest,
                "was_paid": self.was_paid,
            }
        )

    @classmethod
    def of(cls, text: str | None) -> Difference | None:
        """What :meth:`as_text` wrote; None where it is not there, or nothing that can be read."""
        try:
            said: dict[str, Any] = json.loads(text or "null")
            at, parts = datetime.fromisoformat(said["at"]), tuple(map(str, said["parts"]))
            return cls(
                number=said["number"], at=at, parts=parts, digest=said["digest"], was_paid=bool(said["was_paid"])
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            return None

    def since(self, before: Difference | None) -> Difference:
        """This one, from the moment on at which the same was said first."""
        same = before is not None and (before.parts, before.digest) == (self.parts, self.digest)
        return evolve(self, at=before.at) if same and before is not None else self


def at_source(
    newest: SourceOrder,
    sent: SourceOrder,
    given: SourceOrder | None,
    *,
    at: datetime,
    before: Difference | None = None,
    expired: bool = False,
) -> Difference:
    """What a source says ``newest`` of an order, held against how it was ``sent``.

    ``given`` is what the source had said where a person edited it since: to say that again is no difference.
    ``expired``: of what was sent there is no personal data any more.
    """
    was_paid = is_paid(newest) or is_paid(sent) or (before is not None and before.was_paid)
    allowed = (sent, given or sent)
    parts = [*_taken_back(newest, sent, was_paid=was_paid), *_edited(newest, allowed, expired=expired)]
    digest = _digest(newest) if parts else ""
    number = newest.number
    found = Difference(number=number, at=at, parts=tuple(parts), digest=digest, was_paid=was_paid)
    return found.since(before)


def _taken_back(newest: SourceOrder, sent: SourceOrder, *, was_paid: bool) -> Iterator[str]:
    said = [CANCELED] if newest.canceled_at is not None else []
    for name in STATUSES:
        was, now = getattr(sent, name), getattr(newest, name)
        if plain_status(was) != plain_status(now) and (word := undone(now)):
            said.append(word)
    yield from dict.fromkeys(said)
    if was_paid and is_unpaid(newest, sent) and not undone(newest.payment_status):
        yield UNPAID


def _edited(newest: SourceOrder, allowed: Iterable[SourceOrder], *, expired: bool) -> Iterator[str]:
    known = tuple(allowed)
    if any(newest is one for one in known):
        return  # as just after every delivery
    yield from (f"{name} changed" for name in _lines(newest, known))
    for name, called in _FIELDS.items():
        if expired and name in _EXPIRES:
            continue
        if all(getattr(newest, name) != getattr(one, name) for one in known):
            yield f"{called} changed"


def _lines(newest: SourceOrder, known: Iterable[SourceOrder]) -> Iterator[str]:
    now = {line.reference: line for line in newest.lines}
    before = [{line.reference: line for line in one.lines} for one in known]
    found = {"lines": None} if all(now.keys() != lines.keys() for lines in before) else {}
    for reference, line in now.items():
        was = [lines[reference] for lines in before if reference in lines]
        for name, called in _LINE_FIELDS.items():
            if was and all(getattr(line, name) != getattr(one, name) for one in was):
                found[called] = None
        if was and all(_rest(line, one) != one for one in was):
            found["lines"] = None
    yield from found


def _rest(line: OrderLine, like: OrderLine) -> OrderLine:
    """The line with what is told by itself, or does not matter, as in the other one."""
    return evolve(line, **{name: getattr(like, name) for name in (*_LINE_FIELDS, *_SILENT_LINE_FIELDS)})


def _digest(order: SourceOrder) -> str:
    plain = to_plain(order)
    about = {name: plain.get(name) for name in (*_FIELDS, "lines", "canceled_at")}
    return sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:DIGITS]
