"""Orders the source cancels after they were delivered: voided there, where the settings say so.

That an order is to be voided is durable before its cancellation is ingested, so that neither a killed process nor a
system that is down forgets it. Nothing is voided of which something has been shipped: that is a person's business. What
is refused is tried again with growing gaps, for as long as the source says so; meanwhile an alert is open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import frozen

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.commerce.clearing import cleared
from tradegecko_bridge.commerce.differences import CANCELED, VOIDED, Difference
from tradegecko_bridge.commerce.remote import OrderAction
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.keys import idempotency_key
from tradegecko_bridge.engine.report import Outcome, Report
from tradegecko_bridge.engine.settings.choices import OnCancel
from tradegecko_bridge.engine.source_changes.differences import ACCEPTED, note_void, open_differences
from tradegecko_bridge.engine.source_changes.gaps import is_due, next_try
from tradegecko_bridge.engine.source_changes.own_words import (
    OWN_WORDS,
    known_as,
    note_taken_back,
    says_canceled,
    was_sent,
)
from tradegecko_bridge.errors import ClaimLost, GatewayError, OutcomeUnknown, Rejected, Unavailable
from tradegecko_bridge.ledger import AT_SOURCE, DELIVERED_STATES, OPEN_STATES, LedgerEntry, OrderState

KIND: Final = "cancellation"
TO_DO: Final = "to do "
"""Begins what is still to be done; the number of the next attempt follows, and when that is due if it was refused."""
DONE: Final = "done"
NOT_THERE: Final = "not there"
"""It was canceled before it was delivered; should the source take that back, it may be canceled again."""
_CANCELED: Final = {CANCELED, VOIDED}
MAY_ARRIVE: Final = OPEN_STATES | {OrderState.FAILED}
"""States in which an order that was sent once, or by an earlier ledger, may yet be found."""


def to_note(context: Context, batch: Sequence[SourceOrder | UnreadableOrder]) -> dict[str, str]:
    """The canceled orders of a batch that are to be voided, should they be there."""
    words = context.words
    canceled = [a for a in batch if isinstance(a, SourceOrder) and (a.canceled_at or says_canceled(a, words))]
    if context.settings.on_cancel is not OnCancel.VOID or not canceled:
        return {}
    known = context.store.told_values(context.connection, KIND)
    named = ((order, *known_as(context, order)) for order in canceled)
    to_void = [reference for order, reference, entry in named if order.canceled_at or _was_open(context, entry)]
    return {reference: f"{TO_DO}1" for reference in to_void if known.get(reference, NOT_THERE) == NOT_THERE}


def _was_open(context: Context, entry: LedgerEntry | None) -> bool:
    """Whether an order was sent before its status said that it is canceled: of a new one settings decide."""
    if entry is None or entry.order is None or not was_sent(entry):
        return False
    return not says_canceled(entry.order, context.words)


def note(context: Context, batch: Sequence[SourceOrder | UnreadableOrder]) -> None:
    """Write them down, and what else the source takes back in words of its own."""
    note_taken_back(context, batch)
    if new := to_note(context, batch):
        context.store.record_told_values(context.connection, KIND, new, at=context.clock())


def void_canceled(context: Context, report: Report) -> None:
    """Void what is to be voided; what cannot be done now is tried again with the next run, or when it is due."""
    for task in _noted(context, {}):
        try:
            value = _settled(context, task, report)
        except GatewayError as error:
            report.fail(error)
            return
        if value != task.value:
            context.store.record_told_values(context.connection, KIND, {task.reference: value}, at=context.clock())


def preview_voids(context: Context, noted: Mapping[str, str], report: Report) -> None:
    """What :func:`void_canceled` would do, with these ``noted`` besides, by the same look."""
    for task in _noted(context, noted):
        entry = task.entry
        if entry is None or entry.state not in DELIVERED_STATES:
            continue
        try:
            voided = _is_void(context, entry)
            text = _ALREADY_VOID if voided else "canceled at the source; would be voided in TradeGecko"
            report.add(entry.number, Outcome.CHANGED if voided else Outcome.PLANNED, text)
        except Rejected as error:
            if not task.refused:
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


@frozen(kw_only=True)
class _Task:
    """An order to be voided: ``tries`` is the number of the next attempt, ``refused`` whether the last one was."""

    reference: str
    value: str
    entry: LedgerEntry | None
    tries: int
    refused: bool = False


def _noted(context: Context, more: Mapping[str, str]) -> Iterator[_Task]:
    """What is still to be voided, and due."""
    if context.settings.on_cancel is not OnCancel.VOID:
        return
    now = context.clock()
    for reference, value in {**context.store.told_values(context.connection, KIND), **more}.items():
        if not value.startswith(TO_DO):
            continue
        tries, _, due = value.removeprefix(TO_DO).partition(" ")
        if not is_due(due, now):
            continue
        entry = next(iter(context.store.entries(context.connection, reference=reference)), None)
        yield _Task(reference=reference, value=value, entry=entry, tries=int(tries), refused=bool(due))


def _may_arrive(entry: LedgerEntry | None) -> bool:
    if entry is None or entry.state not in MAY_ARRIVE:
        return False
    return entry.generation > 0 or entry.state is OrderState.PENDING


def _settled(context: Context, task: _Task, report: Report) -> str:
    """Void an order if it is there; what there is to do afterwards.

    Raises:
        AccessDenied: login, plan or permission.
    """
    entry, tries = task.entry, task.tries
    if entry is None or entry.state not in DELIVERED_STATES:
        return task.value if _may_arrive(entry) else NOT_THERE
    if _is_taken_back(context, task):
        return NOT_THERE
    try:
        text = _ALREADY_VOID
        if not _is_void(context, entry):
            key = idempotency_key(context.connection, f"{entry.reference}\n{OrderAction.VOID}", tries)
            context.gateway.perform_action(str(entry.remote_id), OrderAction.VOID, key=key)
            text = "canceled at the source; voided in TradeGecko"
        note_void(context.store, entry, context.clock())
        context.store.override_state(entry.id, entry.state, at=context.clock(), who=context.worker, why=text)
        report.add(entry.number, Outcome.CHANGED, text)
    except Rejected as error:
        if not task.refused:  # the alert that is open tells it from now on
            report.add(entry.number, Outcome.REFUSED, _not_voided(entry, error))
        return f"{TO_DO}{tries + 1} {next_try(context, tries)}"
    except (Unavailable, OutcomeUnknown, ClaimLost) as error:
        report.add(entry.number, Outcome.WAITING, _next_run(entry, error))
        return f"{TO_DO}{tries + 1}"
    except KeyError:
        report.add(entry.number, Outcome.WAITING, "voided, but this ledger does not have it any more; was it restored?")
        return task.value
    return DONE


def _is_taken_back(context: Context, task: _Task) -> bool:
    """Whether the source has thought better of it, or a person has accepted that it stays; of what an earlier version
    noted nobody knows."""
    store, reference = context.store, task.reference
    told = [store.told_values(context.connection, kind).get(reference) for kind in (AT_SOURCE, OWN_WORDS)]
    parts = {part for text in told if (said := Difference.of(text)) for part in said.parts}
    accepted = store.told_values(context.connection, ACCEPTED).get(reference)
    is_open = reference in open_differences(store, context.connection)
    return any(text is not None for text in told) and (not parts & _CANCELED or bool(accepted and not is_open))


def _is_void(context: Context, entry: LedgerEntry) -> bool:
    """Whether nothing is left to be voided.

    Raises:
        Rejected: something of it has been shipped.
    """
    done = context.gateway.completed_actions(str(entry.remote_id))
    if OrderAction.VOID not in done and OrderAction.SHIP in done:
        raise Rejected("something of it has been shipped; see to it by hand")
    return OrderAction.VOID in done
