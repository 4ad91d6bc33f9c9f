"""Changes that lists show late: when to look for them again, behind where a list was read to.

A listing goes back a little before its cursor each time. That is not enough for what becomes visible minutes late; and
to go back so far each time would be to read most of it many times. So every :data:`LATEST` a reading goes back to where
the one before it could still have missed something: each change is read twice, and none is missed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tradegecko_bridge.ports import MirrorStore
from tradegecko_bridge.ports.mirrors import MirrorProgress
from tradegecko_bridge.tradegecko.codec import write_value
from tradegecko_bridge.tradegecko.gateway.cursors import AHEAD
from tradegecko_bridge.tradegecko.gateway.listing import moment_in

LATEST: Final = timedelta(minutes=10)
"""How late a change may become visible: as long as is waited for an order that is in doubt."""


class LateChanges:
    """Of one kind of record of an account, remembered in the store beside the mirror.

    Args:
        now: our clock (aware), by which it is due. ``server_now``: the server's, whose moments the changes have.
    """

    def __init__(self, store: MirrorStore, account: str, kind: str, *, now: datetime, server_now: datetime) -> None:
        self._store, self._account, self._name = store, account, f"{kind} late"
        self._now, self._server_now = now, server_now

    def missed_since(self, reached: datetime) -> datetime | None:
        """From when on to read again what has been read up to ``reached``; None where it is not due."""
        looked = self._store.progress(self._account, self._name)
        if looked.at is not None and timedelta(0) <= self._now - looked.at < LATEST:
            return None
        return moment_in(looked.cursor) or reached - 2 * LATEST

    def looked(self) -> None:
        """All that was changed up to now is read, but for what is not visible yet."""
        since = str(write_value(self._server_now - LATEST - AHEAD))
        self._store.write(self._account, self._name, [], progress=MirrorProgress(cursor=since, at=self._now))
