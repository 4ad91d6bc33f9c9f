"""The delivery of orders. The order of steps is the promise.

Nothing is sent that the ledger does not know; the intent is durable before the request leaves; after any doubt the
order is looked for before anything else happens to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from attrs import evolve, frozen

from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.commerce.remote import OrderDraft, RemoteOrder
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.delivery import audit
from tradegecko_bridge.engine.delivery.catalog_lookup import catalog_of
from tradegecko_bridge.engine.delivery.customers import Customers
from tradegecko_bridge.engine.delivery.lookup import look, plan
from tradegecko_bridge.engine.delivery.outcomes import Outcomes
from tradegecko_bridge.engine.keys import idempotency_key
from tradegecko_bridge.engine.mapping.draft import Catalog
from tradegecko_bridge.engine.mapping.order_numbers import remote_number
from tradegecko_bridge.engine.mapping.rules import not_taken
from tradegecko_bridge.engine.report import Outcome
from tradegecko_bridge.errors import (
    AlreadySent,
    ClaimLost,
    GatewayError,
    NumberInUse,
    OutcomeUnknown,
    Rejected,
    Unavailable,
)
from tradegecko_bridge.ledger import (
    CANCELED_AT_SOURCE,
    DELIVERED_STATES,
    SENT_STATES,
    LedgerEntry,
    OrderState,
    Reason,
    Transition,
)

FRESH: Final = timedelta(seconds=30)
"""How long before its request leaves an intent may have been written: much less than a claim lasts."""
_NO_ANSWER: Final = Reason("no_answer", "nobody knows whether it arrived")


@frozen(kw_only=True)
class Ready:
    """An order that shall be sent, and how.

    ``entry`` is as the order was before, ``generation`` that of the key it goes out under. ``besides``: orders of the
    ledger that have or had its number, and do not stand in its way. ``again``: it was refused for something that is
    remembered wrongly, and planned anew.
    """

    entry: LedgerEntry
    order: SourceOrder
    draft: OrderDraft
    catalog: Catalog
    customer_id: str | None
    generation: int
    besides: frozenset[int] = frozenset()
    again: bool = False


Said = LedgerEntry | Exception
"""An entry whose intent is durable, or why none was written."""


class Sender:
    """Delivers claimed orders, from several threads at once. One run has one sender."""

    def __init__(self, context: Context, outcomes: Outcomes) -> None:
        self._w = context
        self._outcomes = outcomes
        self._customers = Customers(context.gateway, context.settings)

    def deliver(self, entries: Sequence[LedgerEntry], catalog: Catalog, going_on: Callable[[], bool]) -> None:
        """Orders that have nothing to do with each other: their intents in one durable write, then one by one.

        What was not sent when it ends, for a failure or because it is not ``going_on`` any more, is given back as it
        was.

        Raises:
            AccessDenied: login, plan or permission. Unavailable: several orders in a row could not be delivered.
        """
        said = dict[int, tuple[Ready, Said]]()
        try:
            tried = [self._own(entry, partial(self._prepared, entry, catalog)) for entry in entries]
            ready = [one for one in tried if one is not None]
            answers = self._outcomes.write([self._intent(one) for one in ready])
            said.update((one.entry.id, (one, answer)) for one, answer in zip(ready, answers, strict=True))
            for entry in entries:
                if not going_on():
                    break
                if entry.id in said:
                    self._keep_fresh(said, entry)
                    self._own(entry, partial(self._send, *said.pop(entry.id)))
                self._outcomes.through(entry)
        finally:
            not_sent = [(one.entry, it) for one, it in said.values() if isinstance(it, LedgerEntry)]
            self._outcomes.write([self._unsent(before, it, "not sent") for before, it in not_sent])

    def _keep_fresh(self, said: dict[int, tuple[Ready, Said]], entry: LedgerEntry) -> None:
        """Where the one before it took long: all that wait for their turn are said, and claimed, anew."""
        oldest = said[entry.id][1]
        if not isinstance(oldest, LedgerEntry) or self._w.clock() - (oldest.sent_at or oldest.updated_at) <= FRESH:
            return
        waiting = [(one, it) for one, it in said.values() if isinstance(it, LedgerEntry)]
        steps = [Transition(entry=self._sending(it, reason=it.reason), who=self._w.worker) for _, it in waiting]
        for (one, _), answer in zip(waiting, self._outcomes.write(steps), strict=True):
            said[one.entry.id] = one, answer

    def _own(self, entry: LedgerEntry, attempt: Callable[[], Ready | None]) -> Ready | None:
        """One order's failure is its own."""
        try:
            return attempt()
        except ClaimLost as error:
            self._outcomes.say(entry, Outcome.WAITING, str(error))
            return None

    # ── before it is sent ────────────────────────────────────────────────────────────────────

    def _prepared(self, entry: LedgerEntry, catalog: Catalog) -> Ready | None:
        """The order, if it shall be sent now."""
        if entry.order is None:
            self._outcomes.unreadable(entry)
        elif entry.state in DELIVERED_STATES:
            self._outcomes.follow_up(entry)
        else:
            return self._tried(entry, partial(self._planned, entry, entry.order, catalog))
        return None

    def _tried(self, entry: LedgerEntry, attempt: Callable[[], Ready | None]) -> Ready | None:
        """What a look or a plan meets over there is the order's own business; it settles no doubt."""
        try:
            return attempt()
        except Rejected as error:
            if entry.state is OrderState.UNCERTAIN:
                self._outcomes.doubt(entry, entry.reason or _NO_ANSWER, audit.failed(error))
            else:
                self._outcomes.hold(entry, Reason("rejected", str(error)), error)
        except Unavailable as error:
            self._outcomes.wait(entry, error)
        return None

    def _planned(self, entry: LedgerEntry, order: SourceOrder, catalog: Catalog) -> Ready | None:
        """An order that was never sent, and is not taken or cannot be planned, need not be looked for.

        One that was is looked for in any case, and then goes out whatever a filter says by now; but not if it was
        canceled.
        """
        reason = not_taken(order, self._w.settings)
        if reason is not None and not entry.generation:
            self._outcomes.skip(entry, reason)
            return None
        draft = reason if reason == CANCELED_AT_SOURCE else plan(self._w, order, catalog)
        found = None
        if entry.generation or not isinstance(draft, Reason):
            found = look(self._w, entry.reference, self._remote_number(entry), certain=bool(entry.generation))
        return self._decided(entry, found or draft, order, catalog)

    def _decided(
        self, entry: LedgerEntry, found: RemoteOrder | Reason | OrderDraft, order: SourceOrder, catalog: Catalog
    ) -> Ready | None:
        """The order, if it shall be sent now: it is not there, and will not show up any more."""
        if isinstance(found, RemoteOrder):
            self._outcomes.delivered(entry, found, order, catalog, Outcome.ADOPTED)
        elif self._may_show_up(entry) and (not self._may_go_again(entry) or isinstance(found, Reason)):
            self._outcomes.doubt(entry, entry.reason or _NO_ANSWER)
        elif found == CANCELED_AT_SOURCE and entry.state is not OrderState.UNCERTAIN:
            self._outcomes.skip(entry, CANCELED_AT_SOURCE)
        elif isinstance(found, Reason):
            self._outcomes.hold(entry, found)
        elif entry.pending_update:
            self._outcomes.begin_anew(entry)
        elif self._outcomes.is_over(entry):
            self._outcomes.give_up_in_doubt(entry)
        else:
            return Ready(
                entry=entry,
                order=order,
                draft=evolve(found, number=self._remote_number(entry)),
                catalog=catalog,
                customer_id=self._customers.id_for(found),
                generation=max(entry.generation + _used_up(entry), 1),
            )
        return None

    def _remote_number(self, entry: LedgerEntry) -> str:
        """What it is looked for and sent as: what it was sent as while it may be there, whatever has changed since."""
        return entry.remote_number or remote_number(entry.number, self._w.settings)

    def _may_show_up(self, entry: LedgerEntry) -> bool:
        """Whether a request that could have made the order left so lately that its order may yet become visible."""
        if entry.state is not OrderState.UNCERTAIN:
            return False
        return self._w.clock() - (entry.sent_at or entry.updated_at) <= self._w.timing.patience

    def _may_go_again(self, entry: LedgerEntry) -> bool:
        """Whether the same request may leave once more while an earlier one may yet show up."""
        return not (_used_up(entry) or entry.pending_update or self._outcomes.is_over(entry))

    # ── the intent ───────────────────────────────────────────────────────────────────────────

    def _intent(self, one: Ready) -> Transition:
        """Durable before the request leaves: this order is being sent, under this key, by this worker."""
        entry = one.entry
        sending = self._sending(
            entry,
            generation=one.generation,
            attempts=entry.attempts + (entry.state is not OrderState.SENDING),
            reason=None if _used_up(entry) else entry.reason,
            remote_number=self._remote_number(entry),
        )
        detail = audit.sent(
            one.draft,
            one.order,
            one.catalog.currencies[one.draft.currency],
            key=self._key(sending),
            generation=one.generation,
            customer=one.customer_id,
        )
        why, require_unique_number = f"key {one.generation}", not entry.generation
        return Transition(
            entry=sending,
            who=self._w.worker,
            why=why,
            detail=detail,
            require_unique_number=require_unique_number,
            number_shared_with=one.besides,
        )

    def _sending(self, entry: LedgerEntry, **facts: object) -> LedgerEntry:
        now = self._w.clock()
        claim = evolve(entry.claim, until=self._w.until(now)) if entry.claim else None
        return entry.transition_to(OrderState.SENDING, now, sent_at=now, claim=claim, **facts)

    def _key(self, entry: LedgerEntry) -> str:
        return idempotency_key(self._w.connection, entry.reference, entry.generation)

    def _unsent(
        self, before: LedgerEntry, said: LedgerEntry, why: str, detail: audit.Detail | None = None
    ) -> Transition:
        """It was not sent after all: as it was before, for whoever comes next."""
        unsent = said.transition_to(
            before.state,
            self._w.clock(),
            reason=before.reason,
            generation=before.generation,
            attempts=before.attempts,
            sent_at=before.sent_at,
            remote_number=before.remote_number,
        )
        return Transition(entry=unsent, who=self._w.worker, why=why, detail=detail)

    # ── sending ──────────────────────────────────────────────────────────────────────────────

    def _send(self, one: Ready, said: Said) -> None:
        if isinstance(said, NumberInUse):
            self._tried(one.entry, partial(self._look_closely, one))
        elif isinstance(said, Exception):
            raise said
        else:
            self._post(one, said)

    def _say_and_send(self, one: Ready) -> Ready | None:
        (said,) = self._outcomes.write([self._intent(one)])
        self._send(one, said)
        return None

    def _post(self, one: Ready, entry: LedgerEntry) -> None:
        gateway, outcomes = self._w.gateway, self._outcomes
        try:
            remote = gateway.create_order(one.draft, key=self._key(entry), customer_id=one.customer_id)
        except Rejected as error:
            self._refused(one, entry, error)
        except OutcomeUnknown as error:
            self._settle(one, entry, error)
        except Unavailable as error:
            outcomes.wait(one.entry, error)
        except GatewayError as error:
            outcomes.write([self._unsent(one.entry, entry, f"not sent: {error}", audit.failed(error))])
            raise
        else:
            outcomes.delivered(entry, remote, one.order, one.catalog, Outcome.DELIVERED)

    def _refused(self, one: Ready, entry: LedgerEntry, error: Rejected) -> None:
        """Certainly not made by this request; an earlier one of which nobody knows may still have made it."""
        if self._may_show_up(one.entry):
            self._outcomes.doubt(one.entry, one.entry.reason or _NO_ANSWER, audit.failed(error))
            return
        refused = evolve(entry, generation=entry.generation + 1, reason=None, sent_at=None, remote_number=None)
        if self._is_stale(one):
            self._tried(refused, partial(self._send_afresh, one, refused))
        else:
            self._outcomes.hold(refused, Reason("rejected", str(error)), error)

    def _is_stale(self, one: Ready) -> bool:
        """Whether to plan an order anew, once; where that cannot be found out, its refusal stands."""
        try:
            return not one.again and self._w.gateway.is_stale(one.draft, one.customer_id)
        except GatewayError:
            return False

    def _look_closely(self, one: Ready) -> Ready | None:
        """Another order of the ledger has or had this number: what is remembered of the account may not know it yet.

        While nobody knows whether that one arrives, this one is held.
        """
        number = self._remote_number(one.entry)
        others = self._w.store.entries(number=number, states=SENT_STATES)
        others = [other for other in others if other.remote_number == number and other.id != one.entry.id]
        found = look(self._w, one.entry.reference, number) or _on_its_way(others, number)
        if found is not None:
            return self._decided(one.entry, found, one.order, one.catalog)
        return self._say_and_send(evolve(one, besides=frozenset(other.id for other in others)))

    def _send_afresh(self, one: Ready, entry: LedgerEntry) -> Ready | None:
        """Refused because of what was remembered of the account and is so no more: planned again from what is."""
        self._customers.forget(one.draft)
        catalog = catalog_of(self._w, [one.order])
        draft = plan(self._w, one.order, catalog)
        if isinstance(draft, Reason):
            self._outcomes.hold(entry, draft)
            return None
        draft = evolve(draft, number=self._remote_number(entry))
        customer_id, generation = self._customers.id_for(draft), entry.generation
        afresh = evolve(one, entry=entry, draft=draft, catalog=catalog, customer_id=customer_id, generation=generation)
        return self._say_and_send(evolve(afresh, again=True))

    def _settle(self, one: Ready, entry: LedgerEntry, error: OutcomeUnknown) -> None:
        """In doubt: look at once; if it is not there, nobody knows, and only looking again may tell.

        The same key cannot make a second order, so a request without an answer is sent again under it. A key known
        to be used up makes nothing any more: the order its request made must show up, and only when it has stayed
        absent for long after the last request that could have made it is the next key safe.
        """
        try:
            found = look(self._w, entry.reference, self._remote_number(entry))
        except GatewayError:
            found = None
        if isinstance(found, RemoteOrder):
            self._outcomes.delivered(entry, found, one.order, one.catalog, Outcome.ADOPTED)
        else:
            code = "key_used" if isinstance(error, AlreadySent) else "no_answer"
            self._outcomes.doubt(entry, Reason(code, str(error)), audit.failed(error))


def _on_its_way(others: Iterable[LedgerEntry], number: str) -> Reason | None:
    """Another order of the ledger of which nobody knows yet whether it gets the number."""
    other = next((other for other in others if other.state not in DELIVERED_STATES), None)
    if other is None:
        return None
    whose = f"order {other.number!r} of {other.connection}"
    text = f"{whose} is on its way to TradeGecko as {number!r}; this one waits until that is decided"
    return Reason("number_taken", text, transient=True)


def _used_up(entry: LedgerEntry) -> bool:
    return entry.reason is not None and entry.reason.code == "key_used"
