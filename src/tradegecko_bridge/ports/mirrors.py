"""What an account holds in the order-management system, remembered here: enough for most look-ups."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from attrs import field, frozen

ASIDE: Final = "~"
"""How the names of facts begin that may change without anything that rests on the row changing."""


@frozen
class MirrorRow:
    """One record in the system: its id, the values it is found by (name, value), and a few facts.

    ``stamp`` sorts as text as the record's versions do in time; an older version never overwrites a newer one.
    It holds no personal data: where such a value must be compared, its digest is kept, made with
    :meth:`MirrorStore.key`.
    """

    id: str
    stamp: str
    keys: tuple[tuple[str, str], ...] = ()
    facts: Mapping[str, str] = field(factory=dict)

    @property
    def counted(self) -> tuple[tuple[tuple[str, str], ...], dict[str, str]]:
        """What counts as changed when it is another one: all but the facts whose names begin with ``ASIDE``."""
        return self.keys, {name: fact for name, fact in self.facts.items() if not name.startswith(ASIDE)}

    def values(self, name: str) -> list[str]:
        """The values of one key."""
        return [value for key, value in self.keys if key == name]


@frozen(kw_only=True)
class MirrorProgress:
    """How far one kind of record has been read.

    ``cursor`` sorts as text and never goes back. ``complete``: the end was reached, so a record that is not remembered
    did not exist at ``at`` (UTC). ``after`` is the cursor that the reading went on from; it is not kept.
    """

    cursor: str | None = None
    complete: bool = False
    at: datetime | None = None
    after: str | None = None

    def then(self, later: MirrorProgress) -> MirrorProgress:
        """Both together, in whatever order they were recorded.

        A reading that went on from farther than here leads nowhere: the store was restored meanwhile, and lacks what
        was read before.
        """
        if later.after is not None and (self.cursor or "") < later.after:
            return self
        cursor = max(filter(None, (self.cursor, later.cursor)), default=None)
        at = max(filter(None, (self.at, later.at)), default=None)
        return MirrorProgress(cursor=cursor, at=at, complete=self.complete or later.complete)


@frozen
class MirrorCounts:
    """How many rows of a kind were ever ``added``, and how many ``changed`` (``MirrorRow.counted``) or were dropped.

    While both stay the same, so does all that is remembered, but for stamps and facts aside.
    """

    added: int = 0
    changed: int = 0


def newest(rows: Iterable[MirrorRow]) -> list[MirrorRow]:
    """Of several versions of one record the newest, in the order the records came first."""
    found: dict[str, MirrorRow] = {}
    for row in rows:
        if row.id not in found or found[row.id].stamp <= row.stamp:
            found[row.id] = row
    return list(found.values())


class MirrorStore(Protocol):
    """What is remembered of accounts, by kind of record, so that most look-ups cost no request.

    Every method is atomic and durable when it returns. Processes may share it.

    Raises (any method): StoreBusy when another process holds the store too long, StoreError when it fails.
    """

    def key(self) -> bytes:
        """With what digests of personal data are made, 16 to 64 bytes; random, always the same, and the same for all
        who share the store."""

    def progress(self, account: str, kind: str) -> MirrorProgress:
        """How far this kind has been read; the beginning when nobody has read any."""

    def counts(self, account: str, kind: str) -> MirrorCounts:
        """What has been added and changed so far; never less than before."""

    def write(
        self, account: str, kind: str, rows: Sequence[MirrorRow], *, progress: MirrorProgress | None = None
    ) -> None:
        """Remember rows, each in place of its older version, and the progress, in one transaction.

        A late writer changes nothing: a row with an older stamp is ignored, and progress never goes back.
        """

    def find(self, account: str, kind: str, key: str, values: Collection[str]) -> Sequence[MirrorRow]:
        """The rows that have one of the values under this key, by id (as text)."""

    def with_ids(self, account: str, kind: str, ids: Collection[str]) -> Sequence[MirrorRow]:
        """The rows with these ids, as far as they are remembered, in any order."""

    def rows(self, account: str, kind: str, *, after: str = "", limit: int = 1_000) -> Sequence[MirrorRow]:
        """Up to ``limit`` rows of a kind by id (as text, digits), those behind the id ``after``."""

    def drop(self, account: str, kind: str, ids: Collection[str]) -> None:
        """Forget these rows; harmless for those that are not remembered. Progress stays."""

    def forget(self, account: str) -> None:
        """Forget everything of an account, which counts as one change; it is read again from the beginning."""
