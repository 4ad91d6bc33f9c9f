"""What source and system say differently of orders that were delivered: seen, kept, and told until it is settled.

What the source says differently is noted with ingest (:data:`~tradegecko_bridge.ledger.AT_SOURCE`), what the system
says differently here. A person may accept both; anything else said later is another difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from attrs import evolve, frozen

from tradegecko_bridge.bounds import brief
from tradegecko_bridge.commerce.differences import MISSING, WITHDRAWN, Difference
from tradegecko_bridge.commerce.remote import ChangedOrders, OrderAction, RemoteOrder
from tradegecko_bridge.commerce.values import trimmed
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.report import DIFFERS, Outcome, Report
from tradegecko_bridge.engine.settings.choices import OrderStatus
from tradegecko_bridge.engine.source_changes.fulfilled import complete_fulfilled
from tradegecko_bridge.engine.source_changes.noted_returns import RETURN, NotedReturn
from tradegecko_bridge.engine.source_changes.own_words import OWN_WORDS
from tradegecko_bridge.errors import Rejected, Unavailable
from tradegecko_bridge.ledger import AT_SOURCE, DELIVERED_STATES, DeliveredEntry, Finding, LedgerEntry, Severity
from tradegecko_bridge.ports import Store

IN_SYSTEM: Final = "differs in system"
"""The kind of told value that holds what the system says differently of an order since it was delivered."""
MISSING_AT_SOURCE: Final = "missing at source"
"""The kind of told value that holds which orders a source was asked for and has no longer."""
ACCEPTED: Final = "accepted difference"
"""The kind of told value that holds which difference of an order a person has accepted."""
SHIPPED: Final = "shipped in system"
"""The kind of told value that holds of orders that their source took back whether something has been shipped."""
CURSOR: Final = "system changes"
"""The kind, and the key, of the told value that holds how far the system's changes have been read."""
VOID: Final = "void"
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
YES: Final = "yes"
NO: Final = "no"


@frozen(kw_only=True)
class OpenDifference:
    """What is different about one order, at its source and in the system, and when the newest of it was first seen."""

    reference: str
    number: str
    at_source: tuple[str, ...] = ()
    in_system: tuple[str, ...] = ()
    digest: str = ""
    at: datetime

    @property
    def seal(self) -> str:
        """Another text for every other difference of the order."""
        return f"{self.digest} {'; '.join(self.at_source)} | {'; '.join(self.in_system)}"

    @property
    def text(self) -> str:
        """What is different, in words."""
        sides = [("at the source", self.at_source), ("in TradeGecko", self.in_system)]
        return "; ".join(f"{', '.join(parts)} {where}" for where, parts in sides if parts)

    @property
    def is_withdrawn(self) -> bool:
        """Whether the source has taken the order back, and the system has it still."""
        return bool(WITHDRAWN.intersection(self.at_source)) and VOID not in self.in_system

    @property
    def is_void(self) -> bool:
        """Whether it is void in the system, and its source does not know."""
        return VOID in self.in_system and not WITHDRAWN.intersection(self.at_source)


def differences(store: Store, connection: str, seen: Mapping[str, str] = NOTHING) -> dict[str, OpenDifference]:
    """All that is different, accepted or not, by order reference. What is void on both sides is the same.

    ``seen`` is what the system says by now, and is not noted, in a dry run.
    """
    system = _parsed({**store.told_values(connection, IN_SYSTEM), **seen})
    source = _taken_back(store, connection, system)
    for text in store.told_values(connection, RETURN).values():
        noted = NotedReturn.of(text)
        if noted is not None and noted.is_open and noted.told:
            at = datetime.fromisoformat(noted.at)
            known = source.get(noted.order) or Difference(number=noted.number, at=at)
            source[noted.order] = evolve(known, at=max(known.at, at), parts=(*known.parts, noted.text))
    found = {}
    for reference in (*source, *(one for one in system if one not in source)):
        one = _both(reference, source.get(reference), system.get(reference))
        if one is not None:
            found[reference] = one
    return found


def _taken_back(store: Store, connection: str, system: Mapping[str, Difference]) -> dict[str, Difference]:
    """What the source says differently but for returns. Its own words count once an order is delivered."""
    source = _read(store, connection, AT_SOURCE)
    for reference, own in _read(store, connection, OWN_WORDS).items():
        if reference in system or store.entries(connection, reference=reference, states=DELIVERED_STATES):
            source[reference] = _more(source.get(reference, own), own.parts)
    for reference, missing in _read(store, connection, MISSING_AT_SOURCE).items():
        source[reference] = _more(source.get(reference, missing), missing.parts)
    return source


def _more(known: Difference, parts: Sequence[str]) -> Difference:
    return evolve(known, parts=tuple(dict.fromkeys((*known.parts, *parts))))


def _read(store: Store, connection: str, kind: str) -> dict[str, Difference]:
    return _parsed(store.told_values(connection, kind))


def _parsed(said: Mapping[str, str]) -> dict[str, Difference]:
    return {reference: one for reference, text in said.items() if (one := Difference.of(text)) and one.parts}


def _both(reference: str, source: Difference | None, system: Difference | None) -> OpenDifference | None:
    newest = max((one for one in (source, system) if one), key=lambda one: one.at, default=None)
    if newest is None:
        return None
    found = OpenDifference(
        reference=reference,
        number=newest.number,
        at_source=source.parts if source else (),
        in_system=system.parts if system else (),
        digest=source.digest if source else "",
        at=newest.at,
    )
    both_gone = VOID in found.in_system and bool(WITHDRAWN.intersection(found.at_source))
    return None if both_gone else found


def open_differences(store: Store, connection: str, seen: Mapping[str, str] = NOTHING) -> dict[str, OpenDifference]:
    """Those that nobody has accepted."""
    accepted = store.told_values(connection, ACCEPTED)
    return {ref: one for ref, one in differences(store, connection, seen).items() if accepted.get(ref) != one.seal}


def is_accepted(context: Context, entry: LedgerEntry) -> bool:
    """Whether a person has accepted what is different about an order."""
    accepted = context.store.told_values(context.connection, ACCEPTED).get(entry.reference)
    return bool(accepted) and entry.reference not in open_differences(context.store, context.connection)


def findings(context: Context) -> Iterator[Finding]:
    """One for each order that is different and not accepted, with the commands that answer it.

    What was accepted and is the same again on both sides is a new matter the next time.
    """
    found = differences(context.store, context.connection)
    accepted = context.store.told_values(context.connection, ACCEPTED)
    if over := {reference for reference, seal in accepted.items() if seal and reference not in found}:
        blank = dict.fromkeys(over, "")
        context.store.record_told_values(context.connection, ACCEPTED, blank, at=context.clock())
    shipped = context.store.told_values(context.connection, SHIPPED) if found else {}
    for one in found.values():
        if accepted.get(one.reference) == one.seal:
            continue
        answers = _answers(one, shipped=shipped.get(one.reference) == YES)
        text = f"order {one.number}: {one.text}, since {one.at:%Y-%m-%d %H:%M} UTC; {answers}"
        yield Finding(key=f"{DIFFERS}{one.reference}", severity=Severity.WARNING, text=text)


def _answers(one: OpenDifference, *, shipped: bool) -> str:
    accept = f"`tgbridge orders accept {one.number} --why …` if that is right"
    if VOID in one.in_system:
        return f"cancel it at the source, or {accept}"
    if one.is_withdrawn and shipped:
        then = f"`tgbridge orders accept {one.number} --why …`"
        return f"something of it has been shipped: see to it in TradeGecko, then {then}"
    if one.is_withdrawn:
        return f"`tgbridge orders void {one.number} --why …` voids it in TradeGecko, {accept}"
    return f"correct it where it is wrong, {accept}"


# ── what the system says ─────────────────────────────────────────────────────────────────────


def look_at_system(context: Context, report: Report, *, dry_run: bool = False) -> Mapping[str, str]:
    """See which delivered orders somebody has changed in the system since the last look, where the gateway can tell.

    Nothing is asked before anything is delivered. Returned is what was, or in a dry run would be, noted of them.
    """
    tell = getattr(context.gateway, "changed_orders", None)
    if tell is None:
        return NOTHING
    store, connection = context.store, context.connection
    cursor = store.told_values(connection, CURSOR).get(CURSOR)
    if cursor is not None and not store.entries(connection, states=DELIVERED_STATES, limit=1):
        return NOTHING
    try:
        changed: ChangedOrders = tell(cursor)
    except (Rejected, Unavailable) as error:
        report.notes.append(f"what people changed in TradeGecko is seen with the next run: {error}")
        return NOTHING
    noted = _seen(context, changed.orders, report)
    if dry_run:
        return noted
    _look_at_shipments(context, changed.orders)
    complete_fulfilled(context, changed.orders)
    if noted:
        store.record_told_values(connection, IN_SYSTEM, noted, at=context.clock())
    if changed.cursor != cursor:
        store.record_told_values(connection, CURSOR, {CURSOR: changed.cursor}, at=context.clock())
    return noted


def _look_at_shipments(context: Context, changed: Sequence[RemoteOrder]) -> None:
    """Note of which orders that their source has taken back something has been shipped: asked once, then as they
    change."""
    store, connection = context.store, context.connection
    known = store.told_values(connection, SHIPPED)
    withdrawn = {ref for ref, one in open_differences(store, connection).items() if one.is_withdrawn}
    found = dict.fromkeys((ref for ref, value in known.items() if value and ref not in withdrawn), "")
    said = {order.id: order.shipped for order in changed}
    for reference in sorted(withdrawn):
        (entry,) = store.entries(connection, reference=reference)[:1] or (None,)
        if entry is None or entry.remote_id is None:
            continue
        is_shipped = said.get(entry.remote_id)
        if is_shipped is None:
            if known.get(reference):
                continue
            try:
                is_shipped = OrderAction.SHIP in context.gateway.completed_actions(entry.remote_id)
            except (Rejected, Unavailable):
                continue  # looked at with the next run
        if (value := YES if is_shipped else NO) != known.get(reference):
            found[reference] = value
    if found:
        store.record_told_values(connection, SHIPPED, found, at=context.clock())


def _seen(context: Context, orders: Sequence[RemoteOrder], report: Report) -> dict[str, str]:
    """What is to be noted of these orders, by reference; what is new of it is reported."""
    if not orders:
        return {}
    entries = context.store.delivered(context.connection, {order.id for order in orders})
    known = context.store.told_values(context.connection, IN_SYSTEM) if entries else {}
    withdrawn = _taken_back(context.store, context.connection, _parsed(known)) if entries else {}
    noted = {}
    for order in orders:
        entry = entries.get(order.id)
        if entry is None:
            continue
        before = Difference.of(known.get(entry.reference))
        parts = tuple(_parts(order, entry))
        if parts == (before.parts if before else ()):
            continue
        found = Difference(number=entry.number, at=context.clock(), parts=parts)
        noted[entry.reference] = found.as_text()
        if parts and _both(entry.reference, withdrawn.get(entry.reference), found):
            report.add(
                entry.number, Outcome.CHANGED, f"changed in TradeGecko after it was delivered: {', '.join(parts)}"
            )
    return noted


def _parts(now: RemoteOrder, entry: DeliveredEntry) -> Iterator[str]:
    was = entry.said
    if now.gone:
        yield VOID
        return
    if entry.remote_number and now.number != entry.remote_number:
        yield f"number is {brief(now.number)}, was {entry.remote_number}"
    if was.get("total") is not None and now.total is not None and Decimal(was["total"]) != now.total:
        yield f"total is {trimmed(now.total):f}, was {was['total']}"
    parts = was.get("parts") or {}
    yield from (f"{name} changed" for name, text in now.parts.items() if parts.get(name, text) != text)
    ranks = {status.value: rank for rank, status in enumerate(OrderStatus)}
    if now.status in ranks and ranks[now.status] < ranks.get(was.get("status", ""), 0):
        yield f"status is {now.status} again"


def note_void(store: Store, entry: LedgerEntry, at: datetime) -> None:
    """Note that an order is void in the system: we made it so, or found it so."""
    found = Difference(number=entry.number, at=at, parts=(VOID,))
    store.record_told_values(entry.connection, IN_SYSTEM, {entry.reference: found.as_text()}, at=at)


def note_accepted(store: Store, entry: LedgerEntry, difference: OpenDifference, at: datetime) -> None:
    """Note that a difference is right as it is, and close its alert."""
    store.record_told_values(entry.connection, ACCEPTED, {entry.reference: difference.seal}, at=at)
    close_alert(store, entry, at)


def close_alert(store: Store, entry: LedgerEntry, at: datetime) -> None:
    """Close the alert on an order's difference; those on orders whose references begin alike stay."""
    key = f"{DIFFERS}{entry.reference}"
    others = [one for one in store.alerts(entry.connection) if one.key.startswith(key) and one.key != key]
    stay = [Finding(key=one.key, severity=one.severity, text=one.text, count=one.count) for one in others]
    store.update_alerts(entry.connection, stay, scope=[key], at=at)


def note_missing(context: Context, entry: LedgerEntry, *, missing: bool) -> None:
    """Note that the source has the order no longer, or has it again."""
    known = context.store.told_values(context.connection, MISSING_AT_SOURCE).get(entry.reference, "")
    if bool(known) is not missing:
        value = Difference(number=entry.number, at=context.clock(), parts=(MISSING,)).as_text() if missing else ""
        context.store.record_told_values(
            context.connection, MISSING_AT_SOURCE, {entry.reference: value}, at=context.clock()
        )
