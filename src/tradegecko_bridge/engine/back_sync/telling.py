"""Telling a source through the outbox: what it is to know is written first, then told, then what it said of it.

One worker at a time tells a connection things of one kind. Whatever breaks off in between is told again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any, Final, Generic, TypeVar

from attrs import evolve, frozen

from tradegecko_bridge.commerce import ItemResult, Verdict
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.report import OUTCOME_OF, Outcome, Report
from tradegecko_bridge.engine.source_calls import SourceFailed, in_batches, offered
from tradegecko_bridge.errors import ClaimLost, SourceError, SourceUnavailable
from tradegecko_bridge.outbox import OutboxEntry, OutboxState, Stream, Wanted
from tradegecko_bridge.ports import Spool

T = TypeVar("T")
PAGE: Final = 1_000
SHOWN: Final = 5
SEARCHES: Final = 20
"""Calls in a run, at most, that look for the items of a batch which a source's code cannot take."""
IN_DOUBT: Final = "calls in doubt"
"""Of the values told: by kind, when a call that had no answer was last made, and from which entry to which."""
_S = OutboxState
_AFTER: Final = {Verdict.ACCEPTED: _S.ACCEPTED, Verdict.IGNORED: _S.IGNORED, Verdict.REFUSED: _S.REFUSED}


@frozen(kw_only=True)
class Telling(Generic[T]):
    """One kind of thing that sources are told: how an entry of the outbox becomes an ``item``, what its key is, and
    what takes a batch of them. ``called`` is what reports say of an entry that was told."""

    kind: str
    operation: str
    doing: str
    accept: Callable[[Sequence[T]], Iterable[object]]
    item: Callable[[OutboxEntry], T]
    key: Callable[[T], str]
    batch: int
    called: Callable[[OutboxEntry], str]
    retract: Callable[[Sequence[T]], Iterable[object]] | None = None
    """What takes those that are ``gone``, where that is another method."""


# ── who tells ────────────────────────────────────────────────────────────────────────────────


@contextmanager
def stream_of(context: Context, kind: str, report: Report) -> Iterator[Stream | None]:
    """The right to tell this kind of thing; None, with a note, while another worker has it."""
    store, now = context.store, context.clock()
    stream = store.claim_stream(context.connection, kind, context.worker, at=now, until=context.lease_end())
    if stream is None:
        report.notes.append(f"another worker is telling the source its {kind} just now; nothing was done here")
        yield None
        return
    try:
        yield stream
    except ClaimLost as error:
        report.notes.append(str(error))
    finally:
        store.release_stream(stream)


# ── what is to be told ───────────────────────────────────────────────────────────────────────


@frozen(kw_only=True)
class Known:
    """What the outbox has of a key; ``accepted`` is the value the source accepted last."""

    wanted: Wanted
    accepted: str | None
    state: OutboxState


@frozen(kw_only=True)
class Difference:
    """What the source is to be told of a key now (None: the system has no such thing), and what the outbox has."""

    wanted: Wanted | None
    known: Known | None

    @property
    def is_change(self) -> bool:
        """Whether there is something new to tell."""
        return self.wanted is not None and (self.known is None or self.known.wanted.value != self.wanted.value)

    @property
    def has_vanished(self) -> bool:
        """Whether the system has it no more, since now."""
        return self.wanted is None and self.known is not None and not self.known.wanted.gone


def gather(context: Context, kind: str, listed: Iterable[Wanted], spool: Spool, *, page: int = PAGE) -> None:
    """A whole listing, and what the outbox has, side by side on disk: :func:`differences` goes through both."""
    _list(listed, spool)
    last = 0
    while entries := context.store.outbox(context.connection, kind, after=last, limit=page):
        _know(entries, spool)
        last = entries[-1].id


def gather_some(context: Context, kind: str, keys: Collection[str], listed: Iterable[Wanted], spool: Spool) -> None:
    """The same of these keys alone: what is not ``listed`` of them is not in the system."""
    _list(listed, spool)
    for key in keys:
        _know(context.store.outbox(context.connection, kind, key=key), spool)


def _list(listed: Iterable[Wanted], spool: Spool) -> None:
    spool.add((json.dumps(one.key), json.dumps(_facts(one))) for one in listed)


def _know(entries: Iterable[OutboxEntry], spool: Spool) -> None:
    spool.add((json.dumps(one.key), json.dumps([*_facts(one), one.accepted, one.state])) for one in entries)


def _facts(one: Wanted | OutboxEntry) -> list[Any]:
    return [one.key, one.value, one.content, one.name, one.gone]


def _wanted(facts: Sequence[Any]) -> Wanted:
    key, value, content, name, gone = facts
    return Wanted(key=key, value=value, content=content, name=name, gone=gone)


def changes(
    spool: Spool,
    report: Report,
    gone: Callable[[Known], Wanted],
    *,
    gone_value: str,
    full: bool,
    settled: Callable[[Known], bool] = lambda _: False,
) -> Iterator[Wanted]:
    """What is to be written: what is new or changed, what came back, and by ``gone`` what the system has no more.

    ``full``: all of it, with what the source was told is gone (``gone_value``). What needs nothing is counted in the
    report; so is what is ``settled``, unless it is gone.
    """
    for one in differences(spool):
        if one.wanted is not None:
            to_tell = full or one.is_change or (one.known is not None and one.known.wanted.gone)
            if to_tell and (one.known is None or not settled(one.known)):
                yield one.wanted
            else:
                report.unchanged += 1
        elif one.known is not None and one.has_vanished:
            yield evolve(gone(one.known), gone=True)
        elif one.known is not None and full and one.known.wanted.value == gone_value:
            yield one.known.wanted


def some_of(names: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if names[SHOWN:] else "")


def differences(spool: Spool) -> Iterator[Difference]:
    """Each key of both sides, in one order; of a key listed twice the last counts."""
    for _, rows in spool.groups():
        wanted, known = None, None
        for row in map(json.loads, rows):
            facts, ours = row[:5], row[5:]
            if ours:
                known = Known(wanted=_wanted(facts), accepted=ours[0], state=_S(ours[1]))
            else:
                wanted = _wanted(facts)
        yield Difference(wanted=wanted, known=known)


def write(context: Context, stream: Stream, wanted: Iterable[Wanted], *, again: bool = False, page: int = PAGE) -> None:
    """Write what is to be told.

    Raises:
        ClaimLost: somebody else tells it now.
    """
    for batch in in_batches(wanted, page):
        context.store.want(stream, batch, at=context.clock(), again=again)
        context.store.renew_stream(stream, until=context.lease_end())


# ── telling it ───────────────────────────────────────────────────────────────────────────────


def tell(context: Context, stream: Stream, telling: Telling[T], report: Report) -> None:
    """Tell the source all that is due, each once.

    A source that is down, or needs a login, ends it at once: that is one failure, not one for each item. Where its code
    is at fault with some items, the others are told.

    Raises:
        ClaimLost: somebody else tells it now.
    """
    _tell_doubtful_again(context, stream)
    last, searches = 0, iter(range(SEARCHES))
    while True:
        context.store.renew_stream(stream, until=context.lease_end())
        entries = context.store.take_to_tell(stream, at=context.clock(), limit=telling.batch, after=last)
        if not entries:
            _note_waiting(context, telling, report)
            return
        last = entries[-1].id
        results, ended = by_halves(partial(_hand_over, context, telling), entries, lambda entry: entry.key, searches)
        now = context.clock()
        if ended is not None and isinstance(ended.__cause__, SourceUnavailable):
            _note_doubt(context, stream, [entry.id for entry in entries if entry.key not in results], now)
        answers = [_answer(context, entry, results.get(entry.key), now, report, telling) for entry in entries]
        context.store.record_told(stream, answers, at=now)
        context.progress(telling.operation, len(report.items))
        if ended is not None:
            report.fail(ended)
            return


def _note_doubt(context: Context, stream: Stream, ids: Sequence[int], now: datetime) -> None:
    """A call had no answer: it may arrive yet, after one that tells something newer."""
    doubt = [now.isoformat(), min(ids), max(ids)] if ids else None
    if doubt and (earlier := _in_doubt(context, stream)):
        doubt = [doubt[0], min(doubt[1], earlier[1]), max(doubt[2], earlier[2])]
    if doubt:
        context.store.record_told_values(context.connection, IN_DOUBT, {stream.kind: json.dumps(doubt)}, at=now)


def _in_doubt(context: Context, stream: Stream) -> list[Any] | None:
    noted = context.store.told_values(context.connection, IN_DOUBT).get(stream.kind)
    return json.loads(noted) if noted else None


def _tell_doubtful_again(context: Context, stream: Stream) -> None:
    """What went along in calls without an answer is told once more, when those cannot arrive any more."""
    doubt = _in_doubt(context, stream)
    if doubt is None or context.clock() - datetime.fromisoformat(doubt[0]) < context.timing.patience:
        return
    _, first, last = doubt
    while entries := context.store.outbox(stream.connection, stream.kind, after=first - 1, limit=PAGE):
        some = [one.as_wanted for one in entries if one.id <= last and one.state is _S.ACCEPTED]
        context.store.want(stream, some, at=context.clock(), again=True)
        first = entries[-1].id + 1
        if first > last:
            break
    context.store.record_told_values(context.connection, IN_DOUBT, {stream.kind: ""}, at=context.clock())


def by_halves(
    hand_over: Callable[[Sequence[T]], tuple[dict[str, ItemResult], SourceFailed | None]],
    items: Sequence[T],
    key: Callable[[T], str],
    searches: Iterator[int],
) -> tuple[dict[str, ItemResult], SourceFailed | None]:
    """What a source says of each item, by key, and why it cannot be asked any more in this run, if that is so.

    A batch its code fails with is offered in halves, as long as there are ``searches`` left.
    """
    results, failure = hand_over(items)
    if failure is None or isinstance(failure.__cause__, SourceError):
        return results, failure
    missing = [one for one in items if key(one) not in results]
    if len(missing) > 1 and next(searches, None) is not None:
        middle = len(missing) // 2
        for half in (missing[:middle], missing[middle:]):
            more, ended = by_halves(hand_over, half, key, searches)
            results |= more
            if ended is not None:
                return results, ended
        return results, None
    failed = (ItemResult(key=key(one), verdict=Verdict.FAILED, message=str(failure)) for one in missing)
    return results | {one.key: one for one in failed}, None


def _hand_over(
    context: Context, telling: Telling[T], entries: Sequence[OutboxEntry]
) -> tuple[dict[str, ItemResult], SourceFailed | None]:
    """Offer entries, those that are gone by themselves where the source has another method for them."""
    results: dict[str, ItemResult] = {}
    gone = [entry for entry in entries if entry.gone and telling.retract]
    there = [entry for entry in entries if entry not in gone]
    for some, accept in ((there, telling.accept), (gone, telling.retract)):
        if some and accept is not None:
            items = [telling.item(entry) for entry in some]
            more, failure = offered(context.source, accept, items, telling.key, telling.doing)
            results |= more
            if failure is not None:
                return results, failure
    return results, None


def _note_waiting(context: Context, telling: Telling[T], report: Report) -> None:
    """What waits for another try since earlier runs is no success of this one."""
    counts = context.store.outbox_counts(context.connection)
    pending = sum(one.count for one in counts if one.kind == telling.kind and one.state is _S.PENDING)
    if (waiting := pending - report.count(Outcome.WAITING)) > 0:
        report.unlisted[Outcome.WAITING] = report.unlisted.get(Outcome.WAITING, 0) + waiting
        report.unchanged = max(report.unchanged - waiting, 0)


def _answer(
    context: Context,
    entry: OutboxEntry,
    result: ItemResult | None,
    now: datetime,
    report: Report,
    telling: Telling[T],
) -> OutboxEntry:
    """An entry with what the source said of it; unanswered it is as it was, and the source may have it or not."""
    if result is None:
        return evolve(entry, state=_S.PENDING)
    after = evolve(entry, reason=result.message, told_at=now)
    if result.verdict in _AFTER:
        after = evolve(after, state=_AFTER[result.verdict], attempts=0, next_attempt_at=None, failing_since=None)
        if result.verdict is Verdict.ACCEPTED:
            after = evolve(after, told=entry.value, accepted=entry.value)
    else:
        since, attempts = entry.failing_since or now, entry.attempts + 1
        given_up = now - since >= context.timing.horizon
        after = evolve(
            after,
            state=_S.FAILED if given_up else _S.PENDING,
            attempts=attempts,
            failing_since=since,
            next_attempt_at=None if given_up else context.timing.retry_at(now, attempts),
        )
    outcome = Outcome.FAILED if after.state is _S.FAILED else OUTCOME_OF[result.verdict]
    if outcome in (Outcome.SENT, Outcome.IGNORED):
        report.tally(telling.called(entry), outcome, result.message)
    else:
        report.add(telling.called(entry), outcome, result.message)
    return after
