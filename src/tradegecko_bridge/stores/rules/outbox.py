"""What happens to what a source is to be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from attrs import evolve

from tradegecko_bridge.outbox import OutboxEntry, OutboxState, Stream, Wanted

_S = OutboxState


def want(
    stream: Stream, wanted: Iterable[Wanted], known: Mapping[str, OutboxEntry], at: datetime, *, again: bool
) -> Iterator[OutboxEntry]:
    """The entries to write; new ones have the id 0. Of several with one key the last counts."""
    for one in {one.key: one for one in wanted}.values():
        entry = known.get(one.key)
        if entry is None:
            yield OutboxEntry(
                id=0, connection=stream.connection, kind=stream.kind, wanted_at=at, **_facts(one)
            )  # fmt: skip
        elif entry.as_wanted != one or again:
            yield _wanted(entry, one, at, again=again)


def _facts(one: Wanted) -> dict[str, Any]:
    return {"key": one.key, "value": one.value, "content": one.content, "name": one.name, "gone": one.gone}


def _wanted(entry: OutboxEntry, one: Wanted, at: datetime, *, again: bool) -> OutboxEntry:
    """An entry with what is wanted now: to be told, unless the source is known to have just that."""
    same = one.value == entry.value
    after = evolve(entry, **_facts(one))
    if same and not again:
        return after
    after = evolve(
        after,
        generation=entry.generation + 1,
        wanted_at=entry.wanted_at if same else at,
        attempts=0,
        next_attempt_at=None,
        failing_since=None,
    )
    if one.value == entry.told and not again:  # never of one that is being told: what is told then is not known
        return evolve(after, state=_S.ACCEPTED, reason="")
    return evolve(after, state=_S.PENDING, told=None if again else entry.told)


def abandoned(entry: OutboxEntry) -> OutboxEntry:
    """One whose worker was lost while it told it: the source may have this value, or may get it yet."""
    return evolve(entry, state=_S.PENDING, told=None)


def telling(entry: OutboxEntry) -> OutboxEntry:
    """One that is told now."""
    return evolve(entry, state=_S.TELLING, told=None)


def answered(stored: OutboxEntry, answer: OutboxEntry) -> OutboxEntry:
    """What a worker reports of an entry that may have got another value meanwhile, which is then still to be told."""
    if stored.generation == answer.generation:
        return answer
    told = answer.told
    state = _S.ACCEPTED if told == stored.value else _S.PENDING
    return evolve(stored, told=told, accepted=answer.accepted, state=state, told_at=answer.told_at)
