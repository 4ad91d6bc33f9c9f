"""Orders the source cancels after they were delivered: voided there, where the settings say so.

That an order is to be voided is durable before its cancellation is ingested, so that neither a killed process nor a
system that is down forgets it. Nothing is voided of which something has been shipped: that is a person's business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.commerce.clearing import cleared
from tradegecko_bridge.commerce.remote import OrderAction
from tradegecko_bridge.commerce.reuse import is_another, references
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.keys import idempotency_key
from tradegecko_bridge.engine.report import Outcome, Report
from tradegecko_bridge.engine.settings.choices import OnCancel
from tradegecko_bridge.errors import ClaimLost, GatewayError, OutcomeUnknown, Rejected, Unavailable
from tradegecko_bridge.ledger import DELIVERED_STATES, OPEN_STATES, LedgerEntry, OrderState

KIND: Final = "cancellation"
TO_DO: Final = "to do "
"""Begins what is still to be done; the number of the next attempt follows."""
DONE: Final = "done"
NOT_THERE: Final = "not there"
"""It was canceled before it was delivered; should the source take that back, it may be canceled again."""
MAY_ARRIVE: Final = OPEN_STATES | {OrderState.FAILED}
"""States in which an order that was sent once, or by an earlier ledger, may yet be found."""


def to_note(context: Context, batch: Sequence[SourceOrder | UnreadableOrder]) -> dict[str, str]:
    """The canceled orders of a batch that are to be voided, should they be there."""
    canceled = [a for a in batch if isinstance(a, SourceOrder) and a.canceled_at is not None]
    if context.settings.on_cancel is not OnCancel.VOID or not canceled:
        return {}
    known = context.store.told_values(context.connection, KIND)
    named = (_known_as(context, order) for order in canceled)
    return {reference: f"{TO_DO}1" for reference in named if known.get(reference, NOT_THERE) == NOT_THERE}


def _known_as(context: Context, order: SourceOrder) -> str:
    """The reference the ledger knows an order by, or will."""
    for reference in references(order):
        entry = next(iter(context.store.entries(context.connection, reference=reference)), None)
        if entry is None or entry.order is None or not is_another(entry.order, order):
            return reference
    raise AssertionError("references never end")


def note(context: Context, batch: Sequence[SourceOrder | UnreadableOrder]) -> None:
    """Write them down."""
    if new := to_note(context, batch):
        context.store.record_told_values(context.connection, KIND, new, at=context.clock())


def void_canceled(context: Context, report: Report) -> None:
    """Void what is to be voided; what cannot be done now is tried again with the next run."""
    for reference, entry, tries in _noted(context, {}):
        try:
            value = _settled(context, entry, tries, report)
        except GatewayError as error:
            report.fail(error)
            return
        if value != f"{TO_DO}{tries}":
            context.store.record_told_values(context.connection, KIND, {reference: value}, at=context.clock())


def preview_voids(context: Context, noted: Mapping[str, str], report: Report) -> None:
    """What :func:`void_canceled` would do, with these ``noted`` besides, by the same look."""
    for _, entry, _ in _noted(context, noted):
        if entry is None or entry.state not in DELIVERED_STATES:
            continue
        try:
            voided = _is_void(context, entry)
            text = _ALREADY_VOID if voided else "canceled at the source; would be voided in TradeGecko"
            report.add(entry.number, Outcome.CHANGED if voided else Outcome.PLANNED, text)
        except Rejected as error:
            report.add(entry.number, Outcome.REFUSED, _not_voided(entry, error))
        except (Unavailable, OutcomeUnknown) as error:
            report.add(entry.number, Outcome.WAITING, _next_run(entry, error))
        except GatewayError as error:
            report.fail(error)
            return


_ALREADY_VOID: Final = "canceled at the source; was void in TradeGecko already"


def _not_voided(entry: LedgerEntry, error: Rejected) -> str:
    return f"canceled at the source, and could not be voided: {cleared(str(error), entry.order)}"


def _next_run(entry: LedgerEntry, error: Exception) -> str:
    return f"canceled at the source; voided with the next run: {cleared(str(error), entry.order)}"


def _noted(context: Context, more: Mapping[str, str]) -> Iterator[tuple[str, LedgerEntry | None, int]]:
    """What is still to be voided: references, with their entries and the number of the next attempt."""
    if context.settings.on_cancel is not OnCancel.VOID:
        return
    for reference, value in {**context.store.told_values(context.connection, KIND), **more}.items():
        if value.startswith(TO_DO):
            entry = next(iter(context.store.entries(context.connection, reference=reference)), None)
            yield reference, entry, int(value.removeprefix(TO_DO))


def _may_arrive(entry: LedgerEntry | None) -> bool:
    if entry is None or entry.state not in MAY_ARRIVE:
        return False
    return entry.generation > 0 or entry.state is OrderState.PENDING


def _settled(context: Context, entry: LedgerEntry | None, tries: int, report: Report) -> str:
    """Void an order if it is there; what there is to do afterwards.

    Raises:
        AccessDenied: login, plan or permission.
    """
    if entry is None or entry.state not in DELIVERED_STATES:
        return f"{TO_DO}{tries}" if _may_arrive(entry) else NOT_THERE
    try:
        text = _ALREADY_VOID
        if not _is_void(context, entry):
            key = idempotency_key(context.connection, f"{entry.reference}\n{OrderAction.VOID}", tries)
            context.gateway.perform_action(str(entry.remote_id), OrderAction.VOID, key=key)
            text = "canceled at the source; voided in TradeGecko"
        context.store.override_state(entry.id, entry.state, at=context.clock(), who=context.worker, why=text)
        report.add(entry.number, Outcome.CHANGED, text)
    except Rejected as error:
        report.add(entry.number, Outcome.REFUSED, _not_voided(entry, error))
    except (Unavailable, OutcomeUnknown, ClaimLost) as error:
        report.add(entry.number, Outcome.WAITING, _next_run(entry, error))
        return f"{TO_DO}{tries + 1}"
    except KeyError:
        report.add(entry.number, Outcome.WAITING, "voided, but this ledger does not have it any more; was it restored?")
        return f"{TO_DO}{tries}"
    return DONE


def _is_void(context: Context, entry: LedgerEntry) -> bool:
    """Whether nothing is left to be voided.

    Raises:
        Rejected: something of it has been shipped.
    """
    done = context.gateway.completed_actions(str(entry.remote_id))
    if OrderAction.VOID not in done and OrderAction.SHIP in done:
        raise Rejected("something of it has been shipped; see to it by hand")
    return OrderAction.VOID in done
