"""A connection's first run sends nothing that was there long before it, unless it is told to.

A shop that is connected has years of orders, which somebody has dealt with. They are taken in and held, all for one
reason and with one alert; ``earliest_order`` says which of them are to be sent. What a folder holds was put there to be
sent.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.report import Item, Kept, Outcome, Report
from tradegecko_bridge.engine.source_calls import gives_what_is_handed_over
from tradegecko_bridge.errors import ClaimLost
from tradegecko_bridge.ledger import INGEST_ACTORS, TOO_OLD, LedgerEntry, OrderState, Reason

KIND: Final = "first run"
"""The kind of told value that says when the connection's first run began."""
LONG_AGO: Final = "long ago"
"""That value where an earlier version began it; some of them have a blank one."""
_KEY: Final = "began"
RELEASED: Final = "by the settings, orders of before the first run are taken"
MOST_LISTED: Final = 20
DAY: Final = timedelta(days=1)
"""Orders of the day before are new: clocks and zones differ, and somebody has to set everything up."""


@frozen(kw_only=True)
class FirstDay:
    """Orders placed before ``from_`` (UTC) were there before the connection; None: it takes all."""

    from_: datetime | None
    context: Context

    def keeps(self, entry: LedgerEntry) -> Reason | None:
        """Why an order is held that was there before; None where it may go, was sent, or was released by a person."""
        order = entry.order
        if self.from_ is None or order is None or order.placed_at >= self.from_ or entry.generation:
            return None
        return None if self._was_released(entry) else self.reason

    @property
    def reason(self) -> Reason:
        """Why such an order is held."""
        day = f"{self.from_:%Y-%m-%d %H:%M} UTC" if self.from_ else ""
        said = f"placed before {day}, a day before this connection's first run"
        return Reason(TOO_OLD, f"{said}; set `earliest_order` to say which orders of before are sent, or release it")

    def _was_released(self, entry: LedgerEntry) -> bool:
        if entry.updated_at <= entry.ingested_at:
            return False  # as it came: no need to look
        history = self.context.store.history(entry.id)
        return any(
            event.was is OrderState.HELD and event.now is OrderState.PENDING and event.who not in INGEST_ACTORS
            for event in history
        )


def first_day(context: Context) -> FirstDay:
    """From when on orders go out, as of now."""
    return FirstDay(from_=_from(context), context=context)


def _from(context: Context) -> datetime | None:
    if context.settings.earliest_order is not None or gives_what_is_handed_over(context.source):
        return None
    began = _began(context)
    return datetime.fromisoformat(began) - DAY if began not in (LONG_AGO, "") else None


def _began(context: Context) -> str:
    """When the first run began."""
    store, connection = context.store, context.connection
    began = store.told_values(connection, KIND).get(_KEY)
    if began is None:
        before = store.cursor(connection, "orders") is not None or bool(store.entries(connection, limit=1))
        began = store.told_values(connection, KIND).get(_KEY)  # again: who begins notes that before anything else
        if began is None:
            return LONG_AGO if before else context.clock().isoformat()
    return began


def begin(context: Context) -> None:
    """Note that the connection has begun, before anything is taken in, and let orders go that are kept no longer."""
    store, connection, now = context.store, context.connection, context.clock()
    if _KEY not in store.told_values(connection, KIND):
        store.record_told_values(connection, KIND, {_KEY: _began(context)}, at=now)
    if _from(context) is None:
        for entry in kept(context):
            try:
                store.override_state(entry.id, OrderState.PENDING, at=now, who=context.worker, why=RELEASED)
            except (ClaimLost, ValueError):
                continue  # somebody else has it, or has just decided something


def let_go(context: Context) -> Callable[[LedgerEntry], bool]:
    """Which orders :func:`begin` would let go now."""
    kept_still = _from(context) is not None

    def goes(entry: LedgerEntry) -> bool:
        held = entry.state is OrderState.HELD and entry.reason is not None and entry.reason.code == TOO_OLD
        return held and not kept_still

    return goes


def kept(context: Context) -> list[LedgerEntry]:
    """The orders that are held for that, oldest first."""
    held = context.store.entries(context.connection, states={OrderState.HELD}, reasons={TOO_OLD})
    return list(reversed(held))


def sum_up(report: Report) -> None:
    """Count the orders that were held for that now, where they are too many to be listed."""
    found = [item for item in report.items if _is_kept(item)]
    if len(found) > MOST_LISTED:
        report.items[:] = [item for item in report.items if not _is_kept(item)]
        report.kept.append(Kept(outcome=Outcome.HELD, count=len(found), example=found[-1]))


def _is_kept(item: Item) -> bool:
    return item.outcome is Outcome.HELD and item.facts.get("reason") == TOO_OLD
