"""Logins in the ledger's database: all who share the ledger share them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from tradegecko_bridge.stores.slots import EMPTY, Slot, SlotStore, Write
from tradegecko_bridge.stores.sql.database import InDatabase, insert, wait_alone
from tradegecko_bridge.stores.sql.tables import tokens


class SqlTokenStore(InDatabase, SlotStore):
    """The logins of one ledger. Writers of one login take turns."""

    def _read(self, name: str | None = None) -> Mapping[str, Slot]:
        with self._database.reading() as tx:
            return _slots(tx, name)

    @contextmanager
    def _exclusive(self, name: str) -> Iterator[tuple[Slot, Write]]:
        with self._database.writing() as tx:
            wait_alone(tx, f"login {name}")
            yield _slots(tx, name).get(name, EMPTY), partial(_write, tx, name)


def _slots(tx: Connection, name: str | None) -> dict[str, Slot]:
    query = select(tokens) if name is None else select(tokens).where(tokens.c.name == name)
    return {
        row.name: Slot(generation=row.generation, serial=row.serial, content=_content(row.content))
        for row in tx.execute(query)
    }


def _content(text: str | None) -> Mapping[str, Any] | None:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return {}  # no login: reading it will say so


def _write(tx: Connection, name: str, slot: Slot) -> None:
    content = None if slot.content is None else json.dumps(slot.content, separators=(",", ":"))
    new = insert(tx, tokens).values(name=name, generation=slot.generation, serial=slot.serial, content=content)
    changed = {column: new.excluded[column] for column in ("generation", "serial", "content")}
    tx.execute(new.on_conflict_do_update(index_elements=["name"], set_=changed))
