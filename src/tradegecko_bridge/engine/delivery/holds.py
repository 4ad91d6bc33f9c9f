"""Orders held for a transient reason: looked at again when their cause may have gone, else counted and left alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.delivery.grounds import Grounds
from tradegecko_bridge.engine.delivery.planner import Planner
from tradegecko_bridge.engine.report import Item, Kept, Outcome, Report
from tradegecko_bridge.ledger import LedgerEntry, OrderState

MOST_LISTED: Final = 20
"""So many held orders are listed in every report; more are counted."""
_HELD: Final = (OrderState.HELD,)


def _codes(context: Context) -> set[str]:
    """Codes of the transient reasons that orders are held for now."""
    counts = context.store.summary(context.connection, states=_HELD)
    return {str(count.code) for count in counts if count.transient}


def grounds_now(context: Context, planner: Planner) -> Grounds | None:
    """What present holds rest on now; None where no order is held for a transient reason.

    Raises:
        AccessDenied, Unavailable: the account cannot be asked.
    """
    codes = _codes(context)
    return planner.grounds(codes) if codes else None


def look_again(context: Context, planner: Planner) -> None:
    """Make those due whose cause may have gone.

    Raises:
        AccessDenied, Unavailable: the account cannot be asked.
    """
    if codes := _codes(context):
        grounds = planner.grounds(codes)
        context.store.look_again(context.connection, {code: grounds.basis_of(code) for code in codes})


def may_go(entry: LedgerEntry, grounds: Grounds | None) -> bool:
    """Whether :func:`look_again` makes this order due, on these grounds."""
    if entry.state is not OrderState.HELD or entry.basis is None or entry.reason is None or grounds is None:
        return False
    return entry.reason.transient and entry.basis != grounds.basis_of(entry.reason.code)


def report_kept(context: Context, report: Report, others: Mapping[int, str]) -> None:
    """Report what stays held for a transient reason, as it was. ``others`` are told of already: codes by entry id."""
    store, connection = context.store, context.connection
    counts = store.summary(connection, states=_HELD)
    kept = Counter({str(count.code): count.count for count in counts if count.transient})
    kept.subtract(Counter(others.values()))
    codes = [code for code in sorted(kept) if kept[code] > 0]
    if sum(kept[code] for code in codes) <= MOST_LISTED:
        entries = store.entries(connection, states=_HELD, reasons=codes) if codes else ()
        for entry in reversed(entries):
            claimed = entry.claim_runs(context.clock())
            if entry.reason is not None and entry.reason.transient and entry.id not in others and not claimed:
                report.add(entry.number, Outcome.HELD, entry.reason.text, entry.reason)
        return
    for code in codes:
        for entry in store.entries(connection, states=_HELD, reasons=[code], limit=1):
            said = entry.reason.text if entry.reason else ""
            example = Item(entry.number, Outcome.HELD, said, {"reason": code})
            report.kept.append(Kept(outcome=Outcome.HELD, count=kept[code], example=example))
