"""What a person answers to a difference: void the order in the system, accept it as it is; or edit a held one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from tradegecko_bridge.commerce.edits import edited_fields
from tradegecko_bridge.commerce.remote import OrderAction
from tradegecko_bridge.engine.keys import idempotency_key
from tradegecko_bridge.engine.operations.decisions import Decided, said
from tradegecko_bridge.engine.operations.edits import edited
from tradegecko_bridge.engine.own_account import told_apart
from tradegecko_bridge.engine.source_changes import cancellations
from tradegecko_bridge.engine.source_changes.differences import (
    OpenDifference,
    close_alert,
    differences,
    note_accepted,
    note_void,
)
from tradegecko_bridge.errors import ClaimLost, GatewayError, OutcomeUnknown
from tradegecko_bridge.ledger import DELIVERED_STATES, LedgerEntry, OrderState
from tradegecko_bridge.ports import Clock, Gateway, Store


class _Refused(Exception):
    """Why it is not done."""


class Answers:
    """Answers what is different about orders, one by one: one that cannot be is told and does not stop the others.

    ::

        answers = Answers(store, who="ann")
        (answered,) = answers.accept([entry], "the customer keeps it; refunded as a favour")
        print(answered.problem or "accepted")

    Args:
        store: the ledger.
        who: who answers; it stands in the orders' history.
        clock: tells the present moment, aware and in UTC.
        dry_run: say what would come of it, and change nothing.

    ``why`` stands in the history for good and outlives the customer's data: name nobody in it.

    Raises:
        ValueError: ``who``, or an answer's ``why``, is blank.
    """

    def __init__(
        self, store: Store, *, who: str, clock: Clock = lambda: datetime.now(UTC), dry_run: bool = False
    ) -> None:
        self._store = store
        self._who = said("who", who)
        self._clock = clock
        self._dry_run = dry_run

    def accept(self, entries: Iterable[LedgerEntry], why: str) -> list[Decided]:
        """What is different about these is right as it is: their alerts close, until something else is different."""
        said("why", why)
        return [self._accept(entry, why) for entry in entries]

    def void(self, entries: Iterable[LedgerEntry], why: str, gateway: Gateway, *, force: bool = False) -> list[Decided]:
        """Void these in the system, because their source has canceled or refunded them, or all the same (``force``).

        Nothing is voided of which something has been shipped.
        """
        said("why", why)
        return [self._void(entry, why, gateway, force=force) for entry in entries]

    def edit(self, entry: LedgerEntry, changes: Mapping[str, str], why: str) -> Decided:
        """Correct a held order: it is planned as edited from now on, whatever its source says of those fields.

        ``changes`` are new values by field: ``ship.city``, ``bill.company``, ``customer.email``, ``ship_method``,
        ``ship_date``, ``note``, ``line.2.sku``, ``line.2.quantity`` (lines by their number, or their reference).

        Raises:
            ValueError: ``why`` is blank.
        """
        said("why", why)
        try:
            if entry.state is not OrderState.HELD:
                raise _Refused(f"it is {entry.state}; only a held order can be edited")
            after = edited(entry, changes)
            if self._dry_run:
                return Decided(after, entry.state)
            names = edited_fields(after.order, entry.given or entry.order) if after.order and entry.order else []
            text = f"edited {', '.join(changes)}: {why}"
            return Decided(
                self._store.edit(after, at=self._clock(), who=self._who, why=text, fields=names), entry.state
            )
        except (_Refused, ValueError, KeyError, ClaimLost) as error:
            return _problem(entry, error)

    def _accept(self, entry: LedgerEntry, why: str) -> Decided:
        try:
            difference = self._difference(entry)
            if difference is None:
                raise _Refused("nothing about it is different at its source or in TradeGecko")
            if self._dry_run:
                return Decided(entry, entry.state)
            after = self._note(entry, f"accepted that it is {difference.text}: {why}")
            note_accepted(self._store, entry, difference, self._clock())
        except (_Refused, ValueError, KeyError, ClaimLost) as error:
            return _problem(entry, error)
        return Decided(after, entry.state)

    def _void(self, entry: LedgerEntry, why: str, gateway: Gateway, *, force: bool) -> Decided:
        try:
            self._check(entry, gateway)
            done = gateway.completed_actions(str(entry.remote_id))
            if OrderAction.VOID not in done and OrderAction.SHIP in done:
                raise _Refused("something of it has been shipped; see to it by hand in TradeGecko, then accept it")
            if OrderAction.VOID not in done and not (force or self._is_taken_back(entry)):
                raise _Refused("its source has not canceled or refunded it; with --force it is voided all the same")
            if self._dry_run:
                return Decided(entry, entry.state)
            if OrderAction.VOID not in done:
                self._perform(entry, why, gateway)
            after = self._settle(entry, why)
        except (_Refused, GatewayError, ValueError, KeyError, ClaimLost) as error:
            return _problem(entry, error)
        return Decided(after, entry.state)

    def _check(self, entry: LedgerEntry, gateway: Gateway) -> None:
        if entry.state not in DELIVERED_STATES or entry.remote_id is None:
            raise _Refused(f"it is {entry.state}, so there is nothing to void; `tgbridge orders cancel` takes it back")
        known, account = self._store.known_account(entry.connection), gateway.account()
        if known is not None and not known.account.is_same(account):
            raise _Refused(told_apart(known, account))

    def _is_taken_back(self, entry: LedgerEntry) -> bool:
        """Whether its source wants nothing of it any more, so that its alert names this command."""
        difference = self._difference(entry)
        return difference is not None and difference.is_withdrawn

    def _perform(self, entry: LedgerEntry, why: str, gateway: Gateway) -> None:
        """Say it, do it. Each attempt has a key of its own: what is void cannot be voided again."""
        id_, at = str(entry.remote_id), self._clock()
        key = idempotency_key(entry.connection, f"{entry.reference}\nvoid by hand", int(at.timestamp() * 1000))
        self._note(entry, f"is to be voided in TradeGecko: {why}")
        try:
            gateway.perform_action(id_, OrderAction.VOID, key=key)
        except OutcomeUnknown as error:
            if OrderAction.VOID not in gateway.completed_actions(id_):
                raise _Refused(
                    f"nobody knows yet whether it is void ({error}); run this again, it looks first"
                ) from None

    def _settle(self, entry: LedgerEntry, why: str) -> LedgerEntry:
        store, at = self._store, self._clock()
        after = self._note(entry, f"voided in TradeGecko: {why}")
        note_void(store, entry, at)
        if store.told_values(entry.connection, cancellations.KIND).get(entry.reference):
            store.record_told_values(entry.connection, cancellations.KIND, {entry.reference: cancellations.DONE}, at=at)
        if difference := self._difference(entry):
            note_accepted(store, entry, difference, at)
        else:
            close_alert(store, entry, at)
        return after

    def _note(self, entry: LedgerEntry, why: str) -> LedgerEntry:
        return self._store.override_state(entry.id, entry.state, at=self._clock(), who=self._who, why=why)

    def _difference(self, entry: LedgerEntry) -> OpenDifference | None:
        return differences(self._store, entry.connection).get(entry.reference)


def _problem(entry: LedgerEntry, error: Exception) -> Decided:
    text = str(error)
    named = text if text.startswith(f"order {entry.reference}: ") else f"order {entry.reference}: {text}"
    return Decided(entry, entry.state, named)
