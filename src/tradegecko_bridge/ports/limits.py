"""How much of a rate-limit window is used: what limiters calculate with and stores keep for them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Protocol

from attrs import frozen

KEPT: Final = timedelta(hours=1)
"""How long windows are remembered after their beginning: a process whose clock is late may still name an old one."""


@frozen
class WindowUse:
    """The requests of one window: ``taken`` by us, sent or not; ``others`` by somebody else, as far as known."""

    taken: int = 0
    others: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.taken + self.others

    def at_least(self, used: int) -> WindowUse:
        """The server has counted ``used``: what exceeds our own count is somebody else's."""
        return self if used <= self.total else WindowUse(self.taken, used - self.taken)

    def take(self, want: int, up_to: int) -> Permits:
        """Up to ``want`` more, while no more than ``up_to`` are used in all."""
        granted = max(0, min(want, up_to - self.total))
        return Permits(granted, WindowUse(self.taken + granted, self.others))


@frozen
class Permits:
    """``granted`` requests may go out in the window, each once; ``use`` is the window's use, these included."""

    granted: int
    use: WindowUse


class RateLedger(Protocol):
    """How much of each account's rate-limit window is used, shared by all who call the account.

    ``account`` names application and account, ``window`` is the moment the window begins (aware UTC). A permit is
    good for one request in its window and is never given back: one that is not used, because its process was
    killed or had nothing more to send, ends with the window. What is older than an hour may be forgotten.

    Raises (any method): StoreBusy when another process holds the store too long, StoreError when it fails.
    """

    def take(self, account: str, window: datetime, want: int, *, up_to: int, seen: int = 0) -> Permits:
        """Up to ``want`` permits, none beyond ``up_to`` used in the window by everybody together.

        ``seen`` is the largest use the server has reported for this window. What exceeds our own count is somebody
        else's from now on, for all who share the ledger.
        """

    def note(self, account: str, window: datetime, used: int) -> None:
        """The server has reported that ``used`` requests of this window are used; after a 429, all of them."""
