"""A source may give anything at all: each order is delivered, held with a reason, or named."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from attrs import evolve, fields_dict, has
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import nonsense
from tests.engine.bench import stranger
from tests.engine.test_in_memory import Scripted
from tests.support import HandClock, ListSource, examples
from tradegecko_bridge import MemoryStore, Sandbox, SqlStore, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import Component, Discount, SourceOrder, UnreadableOrder
from tradegecko_bridge.engine import Outcome, Report
from tradegecko_bridge.engine.delivery.ingest import MOST_LOST
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.ports import Gateway, Store
from tradegecko_bridge.testing.builders import A_CUSTOMER, AN_ADDRESS, a_line

SECRET = "Annika Lindqvist"
"""Stands in what is nonsense: nothing of it may be told."""


class Hostile:
    """Raises whatever it is asked but its class."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    def __getattribute__(self, name: str) -> Any:
        if name == "__class__":
            return Hostile
        raise RuntimeError(SECRET)

    def __eq__(self, other: object) -> bool:
        raise RuntimeError(SECRET)

    def __repr__(self) -> str:
        raise RuntimeError(SECRET)

    def __bool__(self) -> bool:
        raise RuntimeError(SECRET)

    def __iter__(self) -> Iterator[Any]:
        raise RuntimeError(SECRET)

    def __len__(self) -> int:
        raise RuntimeError(SECRET)


class OddText(str):
    """A text that says something else of itself."""

    __slots__ = ()

    def strip(self, *_: Any) -> Any:
        raise RuntimeError(SECRET)

    def __len__(self) -> int:
        return -1


class OddNames(Mapping[str, str]):
    """A mapping that ends badly."""

    def __getitem__(self, name: str) -> str:
        raise RuntimeError(SECRET)

    def __iter__(self) -> Iterator[str]:
        yield "a"
        raise RuntimeError(SECRET)

    def __len__(self) -> int:
        return 1


class OddMoment(datetime):
    """A moment whose zone cannot be told."""

    def utcoffset(self) -> Any:
        raise RuntimeError(SECRET)


class OwnOrder(SourceOrder):
    """Of a class of somebody's own."""

    @property
    def colour(self) -> str:
        return SECRET


ORDER = evolve(
    stranger("ann@example.com", "spoiled"),
    lines=(a_line(components=(Component(sku="MUG-RED"),)),),
    discounts=(Discount(amount=Decimal(0)),),
    customer=A_CUSTOMER,
    billing_address=AN_ADDRESS,
    extra={"a": "b"},
    tags=("a",),
)
things = st.one_of(
    nonsense.values,
    nonsense.decimals,
    nonsense.moments,
    st.sampled_from(
        [
            *(Hostile(), OddText(SECRET), OddNames(), {SECRET: SECRET}, [SECRET], (None,), {None: 1}, SECRET, b"x"),
            *(Decimal("NaN"), Decimal("sNaN"), float("nan"), object(), type, len, ValueError(SECRET), ..., {1, 2}),
            *(datetime(2026, 1, 31), OddMoment(2026, 1, 31), ORDER, ORDER.lines[0], ORDER.customer),  # noqa: DTZ001
        ]
    ),
)
"""What may stand in any place."""
TOLD = "reference", "number", "sku", "problem"
"""What orders and goods are called, and what a source says is wrong, is told: nothing stands there that may not be."""


@st.composite
def changed(draw: st.DrawFn, record: Any) -> Any:
    """A record in which one field, at whatever depth, holds something else, or nothing."""
    name = draw(st.sampled_from(sorted(fields_dict(type(record)))))
    value = getattr(record, name)
    if has(type(value)) and draw(st.booleans()):
        value = draw(changed(value))
    elif isinstance(value, tuple) and value and draw(st.booleans()):
        value = (*value[:-1], draw(changed(value[-1]) if has(type(value[-1])) else things))
    else:
        value = draw(things)
        if name in TOLD and type(value) in (str, OddText):
            value = type(value)("a name")
    made = copy.copy(record)
    object.__setattr__(made, name, value)
    return made


class Fault:
    """The source raises."""

    def __init__(self, error: Exception) -> None:
        self.error = error


MISSING = "the constructor"
"""Stands for a record that cannot be made."""
spoiled = st.one_of(
    things,
    changed(ORDER),
    changed(UnreadableOrder(problem="no price", reference="spoiled", cursor="spoiled")),
    st.builds(lambda: object.__new__(SourceOrder)),
    st.builds(lambda: OwnOrder(**{name: getattr(ORDER, name) for name in fields_dict(SourceOrder)})),
    st.sampled_from([RuntimeError(SECRET), KeyError(SECRET), TypeError(SECRET), StopIteration(SECRET)]).map(Fault),
    st.just(MISSING),
)
streams = st.lists(spoiled | st.just("good"), max_size=8)


class AnySource(ListSource):
    """Gives a stream, in which ``"good"`` stands for an order that has nothing wrong."""

    def __init__(self, stream: list[Any], batch: str, sku: str) -> None:
        super().__init__()
        self.stream, self.batch, self.line = stream, batch, a_line(sku)

    def fetch_orders(self, _after: str | None) -> Iterable[Any]:
        for number, thing in enumerate(self.stream):
            if type(thing) is Fault:
                raise thing.error
            if type(thing) is str and thing == MISSING:
                SourceOrder(reference=SECRET, number=5)  # type: ignore[arg-type, call-arg]
            elif type(thing) is str and thing == "good":
                yield evolve(stranger(f"{number}@example.com", f"{self.batch}-{number}"), lines=(self.line,))
            else:
                yield thing


def good_ones(source: AnySource) -> list[str]:
    """The numbers that must go out: those before the source fails."""
    found, lost = [], 0
    for number, thing in enumerate(source.stream):
        if type(thing) is Fault or (type(thing) is str and thing == MISSING):
            break
        if type(thing) is str and thing == "good":
            found.append(f"{source.batch}-{number}")
        lost += 1
    assert lost <= MOST_LOST
    return found


def check(source: AnySource, gateway: Gateway, store: Store) -> None:
    engine = SyncEngine(
        "shop", source=source, gateway=gateway, store=store, clock=HandClock(), worker="me", in_flight=1
    )
    dry = engine.deliver_orders(dry_run=True)
    assert store.entries() == []
    report = engine.deliver_orders()
    good = good_ones(source)
    for told, outcome in ((dry, Outcome.PLANNED), (report, Outcome.DELIVERED)):
        assert {item.name for item in told.items if item.outcome is outcome} >= set(good)
        assert SECRET not in said_of(told)
    entries = store.entries("shop")
    assert {entry.state for entry in entries} <= {
        OrderState.DELIVERED,
        OrderState.HELD,
        OrderState.SKIPPED,
        OrderState.CANCELED,
    }
    assert all(entry.reason for entry in entries if entry.state is not OrderState.DELIVERED)
    assert len(dry.problems) == len(report.problems)
    named = len(report.problems) + len({entry.reference for entry in entries})
    assert named >= len(set(good)) + (len(source.stream) > len(good))
    alerts = {alert.key for alert in store.alerts("shop")}
    assert bool(report.problems) is any(key.startswith("source deliver orders") for key in alerts)
    held = {entry.reason.code for entry in entries if entry.state is OrderState.HELD and not entry.reason.transient}  # type: ignore[union-attr]
    assert {f"held {code}" for code in held} <= alerts
    assert not any(SECRET in alert.text for alert in store.alerts("shop"))


def said_of(report: Report) -> str:
    """All of a report but what orders are called, which may be anything."""
    return "\n".join([*report.problems, *(item.detail for item in report.items if item.outcome is Outcome.HELD)])


@pytest.mark.parametrize("kind", ["memory", "sql"])
@settings(max_examples=examples(25))
@given(stream=streams)
def test_whatever_a_source_gives(kind: str, stream: list[Any]) -> None:
    """In either ledger, and in the dry run before it."""
    with TemporaryDirectory() as folder:
        store = MemoryStore() if kind == "memory" else SqlStore(f"sqlite:///{Path(folder) / 'ledger.db'}")
        try:
            check(AnySource(stream, "a", "MUG"), Scripted(), store)
        finally:
            store.close()


@settings(max_examples=examples(8), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stream=streams)
def test_whatever_a_source_gives_reaches_an_account(
    sandbox: Sandbox, client: TradeGeckoClient, stream: list[Any]
) -> None:
    """With real requests: what cannot be sent ends none of the others'."""
    sandbox.reset()  # or an order of one example is found in the account, and adopted, by the next
    with MemoryStore() as store:
        check(AnySource(stream, "a", "MUG-BLUE"), TradeGeckoGateway(client), store)
