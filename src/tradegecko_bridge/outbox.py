"""What a source is to be told, and what it was told: the words of the way back.

For each connection there is one stream of each kind (``"stock"``, ``"products"``): one entry for each thing that a
source is told of, by its key. What is wanted is written before the source is told, so that a kill, a lost answer or a
race makes it be told again, and never forgotten.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen


class OutboxState(StrEnum):
    """Where one entry stands."""

    PENDING = "pending"
    """To be told; with a ``next_attempt_at`` not before that."""
    TELLING = "telling"
    """Being told, or was when its worker was lost: what the source has now is not known."""
    ACCEPTED = "accepted"
    IGNORED = "ignored"
    """Not the source's business: not told again until its value changes, or it is sent again."""
    REFUSED = "refused"
    """Never as it stands: likewise."""
    FAILED = "failed"
    """Given up after failures: likewise."""


AT_REST = frozenset({OutboxState.ACCEPTED, OutboxState.IGNORED, OutboxState.REFUSED, OutboxState.FAILED})
"""States in which nothing is told."""


@frozen(kw_only=True)
class Wanted:
    """What a source is to be told of ``key``: ``value`` in short (two that are equal are not told twice), ``content``
    whole where the value alone does not say it (JSON), and what people call it.

    ``gone``: it is not in the system any more (or under no name that could be told).
    """

    key: str
    value: str
    content: str = field(default="", repr=False)
    name: str = ""
    gone: bool = False


@frozen(kw_only=True)
class OutboxEntry:
    """One thing a source is told of. Times are aware UTC.

    ``generation`` counts its values. ``told`` is the value the source is known to have, None where nobody knows what it
    has; ``accepted`` is the one it accepted last, which it may not have any more. ``failing_since`` is the first of the
    failures since it was last answered.
    """

    id: int
    connection: str
    kind: str
    key: str
    value: str
    content: str = field(default="", repr=False)
    name: str = ""
    gone: bool = False
    generation: int = 1
    told: str | None = None
    accepted: str | None = None
    state: OutboxState = OutboxState.PENDING
    attempts: int = 0
    next_attempt_at: datetime | None = None
    failing_since: datetime | None = None
    reason: str = ""
    """What the source said last; blank where it said nothing."""
    wanted_at: datetime
    """Since when the value is wanted."""
    told_at: datetime | None = None
    """When the source last answered."""

    @property
    def as_wanted(self) -> Wanted:
        """What is wanted of it now."""
        return Wanted(key=self.key, value=self.value, content=self.content, name=self.name, gone=self.gone)


@frozen(kw_only=True)
class Stream:
    """The right to tell one connection one kind of thing, which one worker at a time has, until ``until`` (UTC)."""

    connection: str
    kind: str
    worker: str
    until: datetime
    serial: int


@frozen(kw_only=True)
class OutboxCount:
    """How many entries of a kind are in a state, and since when the first of them fails."""

    kind: str
    state: OutboxState
    count: int
    failing_since: datetime | None = None
