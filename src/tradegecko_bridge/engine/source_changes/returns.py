"""Returns that a source tells of: noted with their orders, and created in the system where the settings say so.

A return is noted once, under its reference. Until it is in the system, or a person accepts it, it is something that is
different at the source. It carries a mark in the system, as orders do, and is looked for by it before it is created:
together with the one key it is always sent under, that makes it there once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from attrs import asdict, evolve

from tradegecko_bridge.commerce import OrderReturn
from tradegecko_bridge.commerce.clearing import cleared
from tradegecko_bridge.commerce.values import trimmed
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.keys import idempotency_key, marker, original_reference, storable_reference
from tradegecko_bridge.engine.report import Outcome, Report
from tradegecko_bridge.engine.settings.choices import ReturnStatus
from tradegecko_bridge.engine.source_calls import SourceFailed, a_kind, iterate
from tradegecko_bridge.engine.source_changes.differences import is_accepted
from tradegecko_bridge.engine.source_changes.gaps import is_due, next_try
from tradegecko_bridge.engine.source_changes.noted_returns import RETURN, NotedReturn
from tradegecko_bridge.errors import ClaimLost, OutcomeUnknown, Rejected, Unavailable
from tradegecko_bridge.ledger import DELIVERED_STATES, OPEN_STATES, LedgerEntry
from tradegecko_bridge.ports import GivesReturns

CURSOR: Final = "returns"
"""The kind, and the key, of the told value that holds how far the source's returns have been read."""


def take_returns(context: Context, report: Report) -> None:
    """Note the source's new returns, then create what is due.

    Raises:
        AccessDenied: login, plan or permission.
    """
    if not isinstance(context.source, GivesReturns):
        return
    try:
        _ingest(context, context.source, report)
    except SourceFailed as error:
        report.fail(error)
    for noted in _noted(context):
        _go_on(context, noted, report)


def preview_returns(context: Context, report: Report) -> None:
    """What :func:`take_returns` would do, with nothing noted.

    Raises:
        AccessDenied: login, plan or permission.
    """
    if not isinstance(context.source, GivesReturns):
        return
    found = list(_noted(context))
    try:
        found += (noted for noted, _ in _fetched(context, context.source, report) if noted is not None)
    except SourceFailed as error:
        report.fail(error)
    for noted in found:
        _foresee(context, noted, report)


def _foresee(context: Context, noted: NotedReturn, report: Report) -> None:
    entry = _entry(context, noted.order)
    if entry is None or entry.state not in DELIVERED_STATES:
        return
    if not noted.told:
        report.add(entry.number, Outcome.CHANGED, f"{noted.text} at the source")
    if not _is_to_be_created(context, entry):
        return
    try:
        units = _by_variant(entry, noted.units)
    except Rejected as error:
        if not noted.tries:
            report.add(entry.number, Outcome.REFUSED, f"{noted.text}, and could not be created: {error}")
    else:
        goods = f"{len(units)} {'line' if len(units) == 1 else 'lines'}"
        report.add(entry.number, Outcome.PLANNED, f"{noted.text}; would be created in TradeGecko with {goods}")


def _ingest(context: Context, source: GivesReturns, report: Report) -> None:
    for noted, cursor in _fetched(context, source, report):
        if noted is not None:
            _note(context, noted)
        if cursor:
            told = {CURSOR: storable_reference(cursor)}
            context.store.record_told_values(context.connection, CURSOR, told, at=context.clock())


def _fetched(context: Context, source: GivesReturns, report: Report) -> Iterator[tuple[NotedReturn | None, str]]:
    """Each return the source gives with its cursor; None in the place of one that is known, or of no order of ours.

    Raises:
        SourceFailed: the source failed, or gave something else.
    """
    store, connection = context.store, context.connection
    cursor = store.told_values(connection, CURSOR).get(CURSOR, "")
    known, unknown = set(store.told_values(connection, RETURN)), 0
    after = original_reference(cursor) or None
    for one in iterate(context.source, lambda: source.fetch_returns(after), "fetching returns"):
        if not isinstance(one, OrderReturn):
            raise SourceFailed(
                f"{context.source.name}: gave {a_kind(one)} that is no OrderReturn: a fault in the source"
            )
        reference = storable_reference(one.reference)
        entry = _entry(context, storable_reference(one.order_reference))
        unknown += entry is None
        is_new = entry is not None and reference not in known
        known.add(reference)
        yield _new(context, reference, one, entry) if is_new and entry else None, one.cursor
    if unknown:
        report.notes.append(f"{unknown} returns are of orders that the ledger does not have; they are not its business")


def _new(context: Context, reference: str, one: OrderReturn, entry: LedgerEntry) -> NotedReturn:
    units: dict[str, Decimal] = {}
    for line in one.lines:
        units[line.line_reference] = units.get(line.line_reference, Decimal(0)) + line.quantity
    return NotedReturn(
        reference=reference,
        order=entry.reference,
        number=entry.number,
        at=context.clock().isoformat(),
        units={line: f"{trimmed(quantity):f}" for line, quantity in units.items()},
        refunded=None if one.refunded is None else f"{trimmed(one.refunded):f}",
    )


def _note(context: Context, noted: NotedReturn) -> None:
    value = json.dumps(asdict(noted))
    context.store.record_told_values(context.connection, RETURN, {noted.reference: value}, at=context.clock())


def _noted(context: Context) -> Iterator[NotedReturn]:
    """What is not done with, and due."""
    for text in context.store.told_values(context.connection, RETURN).values():
        noted = NotedReturn.of(text)
        if noted is not None and noted.is_open and is_due(noted.due, context.clock()):
            yield noted


def _go_on(context: Context, noted: NotedReturn, report: Report) -> None:
    entry = _entry(context, noted.order)
    if entry is None or entry.state not in DELIVERED_STATES:
        if entry is None or entry.state not in OPEN_STATES:
            _note(context, evolve(noted, state="none of ours"))
        return
    if not noted.told:
        if not _say(context, entry, noted.text):
            return
        noted = evolve(noted, told=True)
        _note(context, noted)
        report.add(entry.number, Outcome.CHANGED, f"{noted.text} at the source")
    if not _is_to_be_created(context, entry):
        return
    try:
        id_ = _create(context, entry, noted)
    except Rejected as error:
        if not noted.tries:  # the alert tells it from then on
            said = cleared(str(error), entry.order)
            report.add(entry.number, Outcome.REFUSED, f"{noted.text}, and could not be created: {said}")
        _note(context, evolve(noted, tries=noted.tries + 1, due=next_try(context, noted.tries + 1)))
    except (Unavailable, OutcomeUnknown) as error:
        if not noted.doubts:
            said = cleared(str(error), entry.order)
            report.add(entry.number, Outcome.WAITING, f"{noted.text}; created with a later run: {said}")
        _note(context, evolve(noted, doubts=noted.doubts + 1, due=next_try(context, noted.doubts)))
    else:
        _note(context, evolve(noted, state="created", due=""))
        _say(context, entry, f"{noted.text}; created in TradeGecko as {id_}")
        report.add(entry.number, Outcome.CHANGED, f"{noted.text}; created in TradeGecko as {id_}")


def _is_to_be_created(context: Context, entry: LedgerEntry) -> bool:
    is_wanted = context.settings.return_status is not ReturnStatus.NONE
    return is_wanted and hasattr(context.gateway, "create_return") and not is_accepted(context, entry)


def _create(context: Context, entry: LedgerEntry, noted: NotedReturn) -> str:
    """Create it, unless it is there.

    Raises:
        Rejected, Unavailable, OutcomeUnknown, AccessDenied: as the gateway says.
    """
    gateway: Any = context.gateway
    units = _by_variant(entry, noted.units)
    mark = marker(context.connection, f"{noted.order}\nreturn {noted.reference}")
    found: str | None = gateway.find_return(str(entry.remote_id), mark)
    if found is not None:
        return found
    key = idempotency_key(context.connection, f"{noted.order}\nreturn {noted.reference}", noted.tries)
    made: str = gateway.create_return(
        str(entry.remote_id), units, status=context.settings.return_status.value, marker=mark, key=key
    )
    return made


def _by_variant(entry: LedgerEntry, units: Mapping[str, str]) -> dict[str, Decimal]:
    """The units by what the lines were delivered as.

    Raises:
        Rejected: there are none, or a line was not delivered as itself.
    """
    found: dict[str, Decimal] = {}
    for line, quantity in units.items():
        if line not in entry.line_ids:
            raise Rejected("a returned line was not delivered as a line of its own; create the return by hand")
        variant = entry.line_ids[line]
        found[variant] = found.get(variant, Decimal(0)) + Decimal(quantity)
    if not found:
        raise Rejected("the source does not say which lines come back; create the return by hand")
    return found


def _entry(context: Context, reference: str) -> LedgerEntry | None:
    return next(iter(context.store.entries(context.connection, reference=reference)), None)


def _say(context: Context, entry: LedgerEntry, why: str) -> bool:
    """Put it into the order's history; not while a worker has the order."""
    try:
        context.store.override_state(entry.id, entry.state, at=context.clock(), who=context.worker, why=why)
    except (ClaimLost, KeyError, ValueError):
        return False
    return True
