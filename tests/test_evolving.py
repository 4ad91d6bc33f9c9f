"""Records with other values, as attrs makes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradegecko_bridge.engine.delivery.decide import DueOrder
from tradegecko_bridge.evolving import evolve
from tradegecko_bridge.ledger import Claim, LedgerEntry, OrderState, Reason
from tradegecko_bridge.stores.row import Row
from tradegecko_bridge.testing.builders import an_order

AT = datetime(2026, 1, 31, tzinfo=UTC)
ENTRY = LedgerEntry(
    id=1, connection="shop", reference="r", number="n", state=OrderState.PENDING, order=an_order("1"),
    ingested_at=AT, updated_at=AT,
)  # fmt: skip
RECORDS = (
    ENTRY,
    Row(entry=ENTRY, fingerprint="f"),
    DueOrder(entry=ENTRY, number="n", marker="m"),
    Claim(worker="w", until=AT, serial=1),
    Reason("code", "text"),
)


@given(st.sampled_from(RECORDS), st.data())
def test_it_is_what_attrs_makes(record: Any, data: st.DataObject) -> None:
    """Whatever is changed, and the record stays as it was."""
    names = data.draw(st.sets(st.sampled_from([field.name for field in attrs.fields(type(record))])))
    before, changes = attrs.asdict(record, recurse=False), {name: object() for name in names}
    assert evolve(record, **changes) == attrs.evolve(record, **changes)
    assert attrs.asdict(record, recurse=False) == before


def test_what_is_made_is_as_frozen() -> None:
    """And has the same type."""
    made = evolve(ENTRY, attempts=1)
    assert type(made) is LedgerEntry
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        made.attempts = 2  # type: ignore[misc]


@attrs.frozen
class _Positive:
    number: int = attrs.field(validator=attrs.validators.gt(0))
    more: int = 0


@attrs.frozen(slots=False)
class _WithoutSlots:
    number: int
    more: int = 0


@attrs.frozen
class _Looks:
    number: int
    more: int = 0

    def __attrs_post_init__(self) -> None:
        """Whatever it does."""


@attrs.frozen
class _Single:
    number: int


@pytest.mark.parametrize("record", [_Positive(1), _WithoutSlots(1), _Looks(1), _Single(1)], ids=repr)
def test_what_it_cannot_make_it_refuses(record: Any) -> None:
    """A value that nobody looked at would be worse."""
    with pytest.raises(TypeError, match=type(record).__name__):
        evolve(record, number=-1)


def test_a_name_that_is_none_is_refused() -> None:
    """As attrs does."""
    with pytest.raises(TypeError, match="LedgerEntry has no nonsense"):
        evolve(ENTRY, nonsense=1)  # type: ignore[call-arg]
