"""Guards of the way back that can be taken away, to see whether the simulation notices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import pytest
from attrs import evolve

from tradegecko_bridge.engine.back_sync import products, telling
from tradegecko_bridge.outbox import OutboxEntry, OutboxState, Stream
from tradegecko_bridge.stores.rules import outbox as rules
from tradegecko_bridge.stores.sql import outbox
from tradegecko_bridge.stores.sql.outbox import SqlOutbox

Removal = Callable[[pytest.MonkeyPatch], None]


def written_before_telling(patch: pytest.MonkeyPatch) -> None:
    """What is being told looks as if it had been taken already."""
    patch.setattr(rules, "telling", lambda entry: evolve(entry, state=OutboxState.ACCEPTED, told=entry.value))


def abandoned_is_told_again(patch: pytest.MonkeyPatch) -> None:
    """What a lost worker was telling counts as told."""
    patch.setattr(rules, "abandoned", lambda entry: evolve(entry, state=OutboxState.ACCEPTED, told=entry.value))


def one_teller_at_a_time(patch: pytest.MonkeyPatch) -> None:
    """A worker whose right to tell was taken over goes on."""
    patch.setattr(outbox, "_is_ours", lambda *_: True)


def unanswered_is_told_again(patch: pytest.MonkeyPatch) -> None:
    """What the source said nothing of counts as told."""
    real = telling._answer

    def answer(context: Any, entry: OutboxEntry, result: Any, *rest: Any) -> OutboxEntry:
        if result is None:
            return evolve(entry, state=OutboxState.ACCEPTED, told=entry.value)
        return real(context, entry, result, *rest)

    patch.setattr(telling, "_answer", answer)


def doubt_is_kept(patch: pytest.MonkeyPatch) -> None:
    """A call that had no answer is taken for one that never arrives."""
    patch.setattr(telling, "_note_doubt", lambda *_: None)


def refused_rests(patch: pytest.MonkeyPatch) -> None:
    """What was refused is offered again with every run."""
    real = SqlOutbox.take_to_tell

    def take(self: SqlOutbox, stream: Stream, **how: Any) -> Sequence[OutboxEntry]:
        if not how.get("after"):
            refused = self.outbox(stream.connection, stream.kind, states=[OutboxState.REFUSED])
            self.want(stream, [one.as_wanted for one in refused], at=how["at"], again=True)
        return real(self, stream, **how)

    patch.setattr(SqlOutbox, "take_to_tell", take)


def what_vanished_is_told(patch: pytest.MonkeyPatch) -> None:
    """What the system has no more is left as it is."""
    patch.setattr(telling.Difference, "has_vanished", False)


def what_is_gone_keeps_its_content(patch: pytest.MonkeyPatch) -> None:
    """A product that has gone before it was told goes out without its variants."""
    real = products._product
    patch.setattr(
        products, "_product", lambda entry: real(evolve(entry, value=products.WITHDRAWN) if entry.gone else entry)
    )


_REMOVALS: Final = (
    *(written_before_telling, abandoned_is_told_again, one_teller_at_a_time, unanswered_is_told_again),
    *(doubt_is_kept, refused_rests, what_vanished_is_told, what_is_gone_keeps_its_content),
)
GUARDS: Final[Mapping[str, Removal]] = {removal.__name__: removal for removal in _REMOVALS}
