"""The ledger's own key: digests of personal data are made with it, so that who has only them cannot try values out.

It is made at its first use, and goes with the ledger into copies and backups: all who share a ledger share its key.
"""

from __future__ import annotations

from secrets import token_hex
from typing import Final

from sqlalchemy import Connection, select

from tradegecko_bridge.stores.sql.database import insert
from tradegecko_bridge.stores.sql.tables import keys

DIGESTS: Final = "digests"
_READ: Final = select(keys.c.value).where(keys.c.name == DIGESTS)


def read_key(tx: Connection) -> bytes | None:
    """The key, where the ledger has one."""
    held = tx.execute(_READ).scalar_one_or_none()
    return None if held is None else bytes.fromhex(held)


def ledger_key(tx: Connection) -> bytes:
    """The key, which is made now where there is none; ``tx`` can write."""
    held = read_key(tx)
    if held is None:
        tx.execute(insert(tx, keys).values(name=DIGESTS, value=token_hex(32)).on_conflict_do_nothing())
        held = read_key(tx)  # of two who make one at the same moment, the first one's
    assert held is not None  # noqa: S101
    return held
