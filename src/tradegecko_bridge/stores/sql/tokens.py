"""Logins in the ledger's database, so that whoever shares the ledger shares them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from tradegecko_bridge.errors import StoreError
from tradegecko_bridge.ports.logins import RefreshNote, StoredToken, TokenPair
from tradegecko_bridge.stores import token_rules
from tradegecko_bridge.stores.sql.database import Database, insert, wait_alone
from tradegecko_bridge.stores.sql.tables import tokens
from tradegecko_bridge.stores.token_rules import EMPTY, Slot


class SqlTokenStore:
    """The logins of one ledger; made by :attr:`SqlStore.tokens`. Writers of one login take turns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __repr__(self) -> str:
        return f"SqlTokenStore({self._database.url!r})"

    def load(self, name: str) -> StoredToken | None:
        """See :meth:`tradegecko_bridge.ports.TokenStore.load`."""
        with self._database.reading() as tx:
            return _read(tx, name).token

    def claim_refresh(
        self, name: str, generation: int, worker: str, *, at: datetime, until: datetime
    ) -> StoredToken | None:
        """See :meth:`tradegecko_bridge.ports.TokenStore.claim_refresh`."""
        with self._database.writing() as tx:
            claimed = token_rules.claimed(_read_alone(tx, name), generation, worker, at, until)
            if claimed is not None:
                _write(tx, name, token_rules.slot_of(claimed))
            return claimed

    def save(self, name: str, pair: TokenPair, *, at: datetime, after: StoredToken | None = None) -> StoredToken:
        """See :meth:`tradegecko_bridge.ports.TokenStore.save`."""
        with self._database.writing() as tx:
            if after is None:
                saved = token_rules.logged_in(_counters_alone(tx, name), name, pair, at)
            else:
                saved = token_rules.renewed(_read_alone(tx, name), after, pair, at)
            _write(tx, name, token_rules.slot_of(saved))
            return saved

    def release(self, claimed: StoredToken, *, note: RefreshNote | None = None) -> None:
        """See :meth:`tradegecko_bridge.ports.TokenStore.release`."""
        with self._database.writing() as tx:
            released = token_rules.released(_read_alone(tx, claimed.name), claimed, note)
            if released is not None:
                _write(tx, claimed.name, token_rules.slot_of(released))

    def delete(self, name: str) -> None:
        """See :meth:`tradegecko_bridge.ports.TokenStore.delete`."""
        with self._database.writing() as tx:
            slot = _counters_alone(tx, name)
            if slot.serial:
                _write(tx, name, token_rules.ended(slot))

    def holders(self, fingerprint: str) -> Sequence[str]:
        """See :meth:`tradegecko_bridge.ports.TokenStore.holders`."""
        with self._database.reading() as tx:
            names = tx.execute(select(tokens.c.name).order_by(tokens.c.name)).scalars().all()
            found = (_read(tx, name).token for name in names)
            return [token.name for token in found if token and token.has_held(fingerprint)]


def _read_alone(tx: Connection, name: str) -> Slot:
    """A login's place, and nobody else changes it until the transaction ends."""
    wait_alone(tx, f"login {name}")
    return _read(tx, name)


def _counters_alone(tx: Connection, name: str) -> Slot:
    """The same without the login itself, which need not be readable to be replaced."""
    wait_alone(tx, f"login {name}")
    row = tx.execute(select(tokens.c.generation, tokens.c.serial).where(tokens.c.name == name)).one_or_none()
    return Slot(generation=row.generation, serial=row.serial) if row else EMPTY


def _read(tx: Connection, name: str) -> Slot:
    row = tx.execute(select(tokens).where(tokens.c.name == name)).one_or_none()
    if row is None:
        return EMPTY
    return Slot(
        generation=row.generation, serial=row.serial, token=_token(name, row.generation, row.serial, row.content)
    )


def _token(name: str, generation: int, serial: int, content: str | None) -> StoredToken | None:
    if content is None:
        return None
    try:
        return token_rules.from_json(name, generation, serial, json.loads(content))
    except (KeyError, TypeError, ValueError):
        pass  # outside, so that no error that quotes the content hangs on to ours
    raise StoreError(f"what the ledger holds of login {name!r} cannot be read; log in again")


def _write(tx: Connection, name: str, slot: Slot) -> None:
    content = token_rules.to_text(slot.token) if slot.token else None
    new = insert(tx, tokens).values(name=name, generation=slot.generation, serial=slot.serial, content=content)
    changed = {column: new.excluded[column] for column in ("generation", "serial", "content")}
    tx.execute(new.on_conflict_do_update(index_elements=["name"], set_=changed))
