"""What of an order is written when work has changed it: all that changed, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from attrs import evolve, fields_dict
from hypothesis import given
from hypothesis import strategies as st

from tradegecko_bridge.ledger import Claim, LedgerEntry, OrderState, PendingUpdate, Reason
from tradegecko_bridge.stores.row import Row
from tradegecko_bridge.stores.rules.lookups import search_key
from tradegecko_bridge.stores.sql.rows import _WORK, changed_values, work_values
from tradegecko_bridge.testing.builders import an_order

NOW: Final = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
MOMENTS: Final = (None, NOW, NOW + timedelta(hours=1))
GIVEN: Final = {"id", "connection", "reference", "number", "order", "given", "ingested_at"}
"""What its source, or the ledger, has said once."""
VALUES: Final[dict[str, tuple[Any, ...]]] = {
    "state": (OrderState.PENDING, OrderState.SENDING, OrderState.DELIVERED),
    "reason": (None, Reason("rejected", "no"), Reason("rejected", "no", transient=True), Reason("restored", "no")),
    "remote_id": (None, "1", "2"),
    "remote_number": (None, "1001", "Straße 1001"),
    "line_ids": ({}, {"1": "11"}, {"1": "11", "2": "12"}),
    "remote_lines": ({}, {"31": "a"}),
    "pending_actions": ((), ("invoice",), ("invoice", "pay")),
    "generation": (0, 1),
    "attempts": (0, 1),
    "sent_at": MOMENTS,
    "next_attempt_at": MOMENTS,
    "updated_at": MOMENTS[1:],
    "in_state_since": MOMENTS[1:],
    "expired_at": MOMENTS,
    "basis": (None, "a", "b"),
    "serial": (0, 1),
    "claim": (None, *(Claim(worker=who, until=until, serial=1) for who in ("ann", "bob") for until in MOMENTS[1:])),
}
UPDATES: Final = (None, an_order("1001", note="one"), an_order("1001", note="two"))


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """One and the same order, after whatever was done with it."""
    facts = {name: draw(st.sampled_from(values)) for name, values in VALUES.items()}
    update = draw(st.sampled_from(UPDATES))
    entry = LedgerEntry(
        id=1,
        connection="shop",
        reference="1001",
        number="1001",
        order=UPDATES[1],
        ingested_at=NOW,
        pending_update=PendingUpdate.of(update),
        **facts,
    )
    return Row(entry=entry, fingerprint="", pending_update=update)


def test_every_attribute_is_kept_somewhere() -> None:
    """One that is new in an entry has a column, or is given once."""
    assert {*_WORK, "pending_update"} | GIVEN == set(fields_dict(LedgerEntry))
    assert VALUES.keys() == _WORK.keys()


@given(before=rows(), after=rows())
def test_what_changed_makes_the_one_the_other(before: Row, after: Row) -> None:
    """And what is as it was is left alone."""
    changed, was, now = changed_values(before, after), work_values(before), work_values(after)
    assert {**was, **changed} == now
    assert now["names"] == search_key(after.entry)
    assert changed.keys() <= now.keys()
    assert changed_values(after, evolve(after)) == {}
    assert {name for name in now if was[name] != now[name]} <= changed.keys()
