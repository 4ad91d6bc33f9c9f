"""What was sent and what was answered, for an order's history: everything but whom it is about.

Made from lists of what may be told, so that a new field of an order stays out until somebody adds it here: no names,
addresses, e-mail addresses, telephone numbers or notes. JSON values; numbers are text, as the ledger keeps them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.commerce.remote import DraftLine, RemoteOrder
from tradegecko_bridge.commerce.values import trimmed
from tradegecko_bridge.engine.mapping.plan import OrderPlan
from tradegecko_bridge.errors import AlreadySent, BridgeError, OutcomeUnknown, Rejected, Unavailable

Detail = dict[str, Any]

_OUTCOMES: tuple[tuple[type[BridgeError], str], ...] = (
    (Rejected, "refused"),
    (AlreadySent, "key used before"),
    (OutcomeUnknown, "no answer"),
    (Unavailable, "not carried out"),
)


def sent(plan: OrderPlan, order: SourceOrder | None, *, key: str, generation: int, customer: str | None) -> Detail:
    """An order that is about to be sent; ``customer`` is the id of a known one."""
    return {"key": key, "generation": generation, **planned(plan, order), "customer": customer or "new"}


def planned(plan: OrderPlan, order: SourceOrder | None) -> Detail:
    """An order that would be sent."""
    draft = plan.draft
    return {
        "number": draft.number,
        "status": draft.status,
        "currency": draft.currency,
        "prices_include_tax": draft.prices_include_tax,
        "lines": [_line(line) for line in draft.lines],
        "total": {"predicted": _text(plan.total), "source": _text(order.totals.grand_total if order else None)},
    }


def answered(remote: RemoteOrder, outcome: str) -> Detail:
    """An order that is there: ``created``, or ``found``."""
    facts: Detail = {
        "outcome": outcome,
        "remote_id": remote.id,
        "number": remote.number,
        "total": _text(remote.total),
    }
    more = {"status": remote.status, "parts": dict(remote.parts)}
    return {**facts, **{name: value for name, value in more.items() if value}}


def failed(error: BridgeError) -> Detail:
    """What an error says of the exchange behind it: HTTP status and request id, where there was an answer."""
    outcome = next((said for kind, said in _OUTCOMES if isinstance(error, kind)), "failed")
    behind = error.__cause__
    facts = {"status": getattr(behind, "status", None), "request_id": getattr(behind, "request_id", None)}
    return {"outcome": outcome, **{name: fact for name, fact in facts.items() if fact is not None}}


def _line(line: DraftLine) -> Detail:
    return {
        "kind": line.kind.value,
        "variant_id": line.variant_id,
        "quantity": _text(line.quantity),
        "price": _text(line.price),
        "tax_rate": _text(line.tax_rate),
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else format(trimmed(number), "f")
