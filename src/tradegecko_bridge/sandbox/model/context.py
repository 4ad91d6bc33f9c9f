"""What a request runs in: the rows, the switches, the clock, and on whose behalf it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..wire.errors import NotFound
from .clock import Clock
from .formats import datetime_text
from .lists import ListCache
from .schema import Resource, schema
from .state import Row, State
from .switches import Switches


@dataclass(frozen=True, slots=True)
class Session:
    """On whose behalf a request runs: one user of one account through one application."""

    account_id: int
    user_id: int
    application_id: int
    privileged: bool = False

    @property
    def scope(self) -> str:
        """What rate limits and idempotency keys are counted by (reference §3.10, appendix 21)."""
        return f"{self.application_id}/{self.account_id}"


class Context:
    """The data of one sandboxed TradeGecko, and the session that works on it."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self.clock = clock
        self.switches: Switches = switches
        self.schema: dict[str, Resource] = schema()
        self.state: State = State(self.schema, self.now)
        self.list_cache: ListCache = ListCache()
        self.webhook_copies = 1
        self.late: dict[tuple[str, int], str] = {}
        self.session: Session = Session(account_id=1, user_id=1, application_id=1, privileged=True)

    def set_switches(self, given: Mapping[str, Any]) -> None:
        """Turn switches. The default tax treatment is a column of the account, so that is changed with it."""
        self.switches = self.switches.having(given)
        self.state.version += 1  # What a filter finds depends on switches.
        if "default_tax_treatment" in given:
            with self.state.transaction():
                chosen = {"default_tax_treatment": self.switches.default_tax_treatment}
                self.state.update("accounts", self.account, chosen)

    def switch_values(self) -> dict[str, Any]:
        """Every switch and its position; the account's own column is the truth about its tax treatment."""
        return asdict(self.switches) | {"default_tax_treatment": self.account["default_tax_treatment"]}

    def now(self) -> str:
        """The current moment as text, UTC."""
        return datetime_text(self.clock())

    def today(self) -> date:
        """The current date in the account's time zone (appendix 32)."""
        return self.clock().astimezone(_zone(self.account.get("time_zone") or "UTC")).date()

    @property
    def account(self) -> Row:
        """The account of the current session."""
        return self.state["accounts"].rows[self.session.account_id]

    def get(self, table: str, key: Any) -> Row:
        """The row with this id. Raises NotFound, worded as the API worded it."""
        row = None if key is None else self.state.find(table, key)
        if row is None:
            raise NotFound(self.schema[table].model, key)
        return row

    def value(self, table: str, row: Row, name: str) -> Any:
        """A stored value, or the column's default."""
        return self.state.value(table, row, name)

    def price_list(self, key: object) -> Row | None:
        """A price list by what the API shows as its id: `retail`, `wholesale`, `buy`, or a number."""
        text = str(key)
        for row in self.state["price_lists"].rows.values():
            if text == (row.get("builtin") or str(row["id"])):
                return row
        return None

    def delay(self, table: str, key: int, until: str) -> None:
        """Keep a record from being read until a moment, as a lagging replica does. Writes find it."""
        now = self.now()
        self.late = {late: moment for late, moment in self.late.items() if moment > now}
        self.late[table, key] = until

    def is_late(self, table: str, key: int) -> bool:
        """Whether the record cannot be read yet."""
        until = self.late.get((table, key))
        if until is not None and until <= self.now():
            del self.late[table, key]
            return False
        return until is not None

    def referred(self, table: str, key: Any) -> Row | None:
        """What a reference leads to."""
        return self.price_list(key) if table == "price_lists" else self.state.find(table, key)

    def exists(self, table: str, key: Any) -> bool:
        """Whether a reference leads anywhere."""
        return self.referred(table, key) is not None


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # Unknown, no name at all, a folder.
        return ZoneInfo("UTC")
