"""Sources that do what no source should: told in one line, and the rest of the run goes on."""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import Any

import pytest
from attrs import define, evolve, fields_dict
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.bench import Bench, detail, outcomes
from tests.engine.test_in_memory import Scripted
from tests.support import ListSource, OrdersOnly, accepted
from tradegecko_bridge import ConnectionSettings, MemoryStore, Sandbox, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import ItemResult, OrderLine, SourceOrder, UnreadableOrder, Verdict, order_or_problem
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.engine.delivery.ingest import MOST_LOST
from tradegecko_bridge.engine.source_calls import offer
from tradegecko_bridge.errors import (
    BridgeError,
    ConfigError,
    SourceError,
    SourceNeedsLogin,
    SourceRefused,
    SourceUnavailable,
)
from tradegecko_bridge.testing.builders import A_CUSTOMER, a_line, an_order

PRODUCTS = ConnectionSettings(products=True)


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("ann@example.com", "a value of type str"),
        (None, "None"),
        ({"number": "9"}, "a value of type dict"),
        (3, "a value of type int"),
    ],
)
def test_what_is_no_order_is_a_fault_of_the_source(
    sandbox: Sandbox, client: TradeGeckoClient, what: Any, said: str, *, dry_run: bool
) -> None:
    """The orders around it go out, tracking and stock are brought back, and only its kind and place are told. It is
    asked for with every run, until it is corrected."""

    class Odd(ListSource):
        mended = False

        def fetch_orders(self, after: str | None) -> Iterable[Any]:
            self.asked_after.append(after)
            yield an_order("1001")
            yield an_order("1002") if self.mended else what
            yield an_order("1003")

    source = Odd()
    bench = Bench(sandbox, client, source)
    orders, tracking, stock = bench.engine.run(dry_run=dry_run)
    assert outcomes(orders) == dict.fromkeys(("1001", "1003"), Outcome.PLANNED if dry_run else Outcome.DELIVERED)
    (problem,) = orders.problems
    what_it_is = f"gave {said} that is no SourceOrder and no UnreadableOrder while fetching orders"
    assert problem.startswith(f"list: {what_it_is} at {__file__}:")
    assert problem.endswith(": a fault in the source")
    assert (bool(orders), bool(tracking), bool(stock)) == (False, True, True)
    assert [alert.key for alert in bench.store.alerts("shop")] == ([] if dry_run else ["source deliver orders unread"])
    assert source.acknowledged == [], "it may let go of nothing"
    source.mended = True
    if not dry_run:
        assert outcomes(bench.deliver()) == {"1002": Outcome.DELIVERED}
        assert source.asked_after == [None, None]
        assert bench.store.alerts("shop") == []


def test_a_source_that_gives_nothing_but_nonsense_is_left_alone(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """It might go on for ever."""

    class Endless(ListSource):
        def fetch_orders(self, _after: str | None) -> Iterable[Any]:
            yield an_order("1001")
            while True:
                yield {}

    report = Bench(sandbox, client, Endless()).deliver()
    assert outcomes(report) == {"1001": Outcome.DELIVERED}
    assert len(report.problems) == MOST_LOST + 1


def test_what_is_no_order_is_told_when_it_is_pulled(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The same, where one order is asked for."""

    class Archive(ListSource):
        def fetch_order(self, _name: str) -> Any:
            return [an_order("1001"), "1002"]

    report = Bench(sandbox, client, Archive()).engine.pull_orders("1001")
    assert outcomes(report) == {"1001": Outcome.INGESTED}
    assert report.problems[0].startswith("list: gave a value of type str that is no SourceOrder")


@pytest.mark.parametrize("name", [None, "", "  ", 7])
def test_a_source_without_a_name_is_refused(client: TradeGeckoClient, name: Any) -> None:
    """Every report would need it."""

    class Nameless(OrdersOnly):
        pass

    source = Nameless()
    source.name = name
    with pytest.raises(ConfigError, match="source Nameless has no name; give the class one"):
        SyncEngine("shop", source=source, gateway=TradeGeckoGateway(client), store=MemoryStore())


@pytest.mark.parametrize("fields", [{"quantity": 2.5}, {"price": Decimal("NaN")}, {"reference": " "}])
def test_a_fault_our_validators_find_is_placed_at_the_source(
    sandbox: Sandbox, client: TradeGeckoClient, fields: dict[str, Any]
) -> None:
    """Whoever writes the source sees the line of theirs, not ours."""

    class Careless(ListSource):
        def fetch_orders(self, _after: str | None) -> Iterable[SourceOrder]:
            given: dict[str, Any] = {
                "reference": "1",
                "sku": "MUG-BLUE",
                "quantity": Decimal(1),
                "price": Decimal(1),
            } | fields
            yield an_order("1001", [OrderLine(**given)])

    (problem,) = Bench(sandbox, client, Careless()).deliver().problems
    assert re.search(rf"(Type|Value)Error at {re.escape(__file__)}:\d+: {next(iter(fields))} must ", problem)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"refernce": "1"}, "got an unexpected keyword argument 'refernce'"),
        ({"reference": "1"}, "missing 3 required keyword-only arguments: 'number', 'placed_at', and 'currency'"),
    ],
)
def test_fields_that_an_order_does_not_have_are_named(
    sandbox: Sandbox, client: TradeGeckoClient, fields: dict[str, Any], said: str
) -> None:
    """By their names alone."""

    class Careless(ListSource):
        def fetch_orders(self, _after: str | None) -> Iterable[SourceOrder]:
            yield SourceOrder(**fields)

    (problem,) = Bench(sandbox, client, Careless()).deliver().problems
    assert f": SourceOrder.__init__() {said} while fetching orders" in problem
    assert f"TypeError at {__file__}:" in problem


@pytest.mark.parametrize("name", ["Zoë Ångström", "ann@example.com"])
def test_a_name_that_is_no_field_is_not_quoted(sandbox: Sandbox, client: TradeGeckoClient, name: str) -> None:
    """Whoever mixes names up with values may have taken a customer's."""

    class Careless(ListSource):
        def fetch_orders(self, _after: str | None) -> Iterable[SourceOrder]:
            fields: dict[str, Any] = {name: "1"}
            yield SourceOrder(**fields)

    (problem,) = Bench(sandbox, client, Careless()).deliver().problems
    assert name not in problem
    assert f"TypeError at {__file__}:" in problem


def _changed(record: Any, **fields: Any) -> Any:
    """A record around whose checks somebody has gone."""
    changed = copy.copy(record)
    for name, value in fields.items():
        object.__setattr__(changed, name, value)
    return changed


class _Shy:
    """What nothing may be asked of."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError("Ann Lee")

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("Ann Lee")

    def __repr__(self) -> str:
        raise RuntimeError("Ann Lee")

    __str__ = __repr__


@define
class _OwnOrder(SourceOrder):
    """What somebody makes of our order."""

    colour: str = "blue"


class _OwnText(str):
    __slots__ = ()


class _OwnMoment(datetime):
    pass


_SLIPS: list[tuple[dict[str, Any], str]] = [
    ({"customer": None}, "customer must be a Customer, not None"),
    ({"customer": {"email": "ann@example.com"}}, "customer must be a Customer, not dict"),
    ({"customer": _changed(A_CUSTOMER, phone=4165550101)}, "customer.phone must be a str, not int"),
    ({"tags": None}, "tags must be a tuple, not None"),
    ({"tags": "vip"}, "tags must be a tuple, not str"),
    ({"tags": (None,)}, "tags[0] must be a str, not None"),
    ({"lines": None}, "lines must be a tuple, not None"),
    ({"lines": ({"sku": "MUG-BLUE"},)}, "lines[0] must be an OrderLine, not dict"),
    ({"lines": (_changed(a_line(), sku=12345),)}, "lines[0].sku must be a str, not int"),
    ({"lines": (_changed(a_line(), quantity=1.5),)}, "lines[0].quantity must be a Decimal, not float"),
    ({"lines": (_changed(a_line(), price=Decimal("NaN")),)}, "lines[0].price must be a finite number, not 'NaN'"),
    ({"lines": (_changed(a_line(), reference=" "),)}, "lines[0].reference must not be blank"),
    ({"lines": (_changed(a_line(), name=_Shy()),)}, "lines[0].name cannot be read (RuntimeError)"),
    ({"extra": {"a": Decimal(1)}}, "a value in extra must be a str, not Decimal"),
    ({"extra": [("a", "b")]}, "extra must be a Mapping, not list"),
    ({"currency": None}, "currency must be a str, not None"),
    ({"placed_at": "2026-11-02"}, "placed_at must be a datetime, not str"),
    ({"placed_at": datetime(2026, 11, 2)}, "placed_at 2026-11-02T00:00:00 has no time zone"),  # noqa: DTZ001
    ({"number": None}, "number must be a str, not None"),
    ({"cursor": None}, "cursor must be a str, not None"),
    ({"totals": {}}, "totals must be a Totals, not dict"),
]


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(("fields", "said"), _SLIPS)
def test_an_order_changed_around_its_checks_is_held(
    sandbox: Sandbox, client: TradeGeckoClient, fields: dict[str, Any], said: str, *, dry_run: bool
) -> None:
    """With the field named, at the line that gave it; the orders around it go out, and an alert is open."""

    class Careless(ListSource):
        def fetch_orders(self, _after: str | None) -> Iterable[SourceOrder]:
            yield an_order("1001")
            yield _changed(an_order("1002"), **fields)
            yield an_order("1003")

    bench = Bench(sandbox, client, Careless())
    report = bench.engine.deliver_orders(dry_run=dry_run)
    went = Outcome.PLANNED if dry_run else Outcome.DELIVERED
    assert outcomes(report) == {"1001": went, "1002": Outcome.HELD, "1003": went}
    assert report.problems == []
    told = detail(report, "1002")
    assert told.startswith(said)
    assert re.search(rf" at {re.escape(__file__)}:\d+; correct that in the source$", told)
    if not dry_run:
        assert [alert.key for alert in bench.store.alerts("shop")] == ["held unreadable"]


@pytest.mark.parametrize(
    "order",
    [
        _OwnOrder(**{name: getattr(an_order("1001"), name) for name in fields_dict(SourceOrder)}),
        _changed(an_order("1001"), number=_OwnText("1001"), tags=["vip"], lines=[a_line()]),
        _changed(an_order("1001"), placed_at=_OwnMoment(2026, 11, 2, 15, 30, tzinfo=UTC)),
        _changed(an_order("1001"), extra=MappingProxyType({"a": "b"})),
    ],
)
def test_what_is_as_good_as_an_order_is_one(sandbox: Sandbox, client: TradeGeckoClient, order: Any) -> None:
    """Classes of somebody's own are made into ours."""
    bench = Bench(sandbox, client, ListSource([order]))
    assert outcomes(bench.deliver()) == {"1001": Outcome.DELIVERED}
    (entry,) = bench.store.entries()
    assert type(entry.order) is SourceOrder


def test_what_may_not_even_be_asked_for_its_class(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """It is no order either."""

    class Odd(ListSource):
        def fetch_orders(self, _after: str | None) -> Iterable[Any]:
            return [an_order("1001"), _Shy(), an_order("1002")]

    report = Bench(sandbox, client, Odd()).deliver()
    assert outcomes(report) == dict.fromkeys(("1001", "1002"), Outcome.DELIVERED)
    assert report.problems[0].startswith("list: gave a value of type _Shy that is no SourceOrder")


@pytest.mark.parametrize("fields", [{"reference": None}, {"reference": 5}, {"reference": " "}])
def test_an_order_without_a_name_is_told(sandbox: Sandbox, client: TradeGeckoClient, fields: dict[str, Any]) -> None:
    """There is nothing to hold it under."""

    class Careless(ListSource):
        def fetch_orders(self, _after: str | None) -> Iterable[SourceOrder]:
            yield _changed(an_order("1001"), **fields)
            yield an_order("1002")

    bench = Bench(sandbox, client, Careless())
    report = bench.deliver()
    assert outcomes(report) == {"1002": Outcome.DELIVERED}
    assert report.problems[0].startswith("list: reference must ")
    assert bench.store.cursor("shop", "orders") is None
    assert [alert.key for alert in bench.store.alerts("shop")] == ["source deliver orders unread"]


def test_one_order_that_cannot_be_made_does_not_end_the_others(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Where each is made through the helper for that."""

    def make(sale: dict[str, Any]) -> SourceOrder:
        line = a_line(sale["sku"], name=sale["name"])
        return an_order(f"{sale['id']}", [line])

    class Careful(ListSource):
        def fetch_orders(self, _after: str | None) -> Iterable[SourceOrder | UnreadableOrder]:
            sales = [("MUG-BLUE", "Mug"), ("MUG-RED", None), ("TEE-M", "Tee")]
            for number, (sku, name) in enumerate(sales, 1001):
                sale = {"id": number, "sku": sku, "name": name}
                yield order_or_problem(partial(make, sale), reference=number, cursor=f"{number}")
            yield order_or_problem(lambda: make({}), reference=1004)
            yield order_or_problem(lambda: make({}), reference=None)

    bench = Bench(sandbox, client, Careful())
    report = bench.deliver()
    held, out = Outcome.HELD, Outcome.DELIVERED
    assert outcomes(report) == {"1001": out, "1002": held, "1003": out, "1004": held}
    assert re.fullmatch(
        rf"TypeError at {re.escape(__file__)}:\d+: name must be a str, not None; correct that in the source",
        detail(report, "1002"),
    )
    assert detail(report, "1004").startswith(f"KeyError at {__file__}:")
    assert [problem.partition(" at ")[0] for problem in report.problems] == ["KeyError"]


def test_what_ends_a_source_is_not_one_orders_problem() -> None:
    """A shop that is down is down for all."""

    def make() -> SourceOrder:
        raise SourceUnavailable("down")

    with pytest.raises(SourceUnavailable):
        order_or_problem(make, reference="1")


@pytest.mark.parametrize("way", ["tracking", "stock", "products"])
@given(keys=st.lists(st.sampled_from(["", "zz", "MUG-BLUE", "TEE-M", "1", "2"]), max_size=4))
def test_whatever_keys_a_source_answers_with(way: str, keys: list[str]) -> None:
    """Each thing it was handed gets one answer; keys that nobody asked for are ignored."""
    asked = ["MUG-BLUE", "1", "TEE-M"]
    answers = [ItemResult(key=key, verdict=Verdict.ACCEPTED) for key in keys]
    results = offer(ListSource(), lambda _: answers, asked, str, f"accepting {way}")
    assert list(results) == asked
    for key, result in results.items():
        told = (Verdict.ACCEPTED, "") if key in keys else (Verdict.FAILED, "the source gave no answer for it")
        assert (result.key, result.verdict, result.message) == (key, *told)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"verdict": "splendid"}, "verdict must be a Verdict, not str"),
        ({"verdict": None}, "verdict must be a Verdict, not None"),
        ({"key": None}, "key must be a str, not None"),
        ({"key": ["MUG-BLUE"]}, "key must be a str, not list"),
        ({"message": 5}, "message must be a str, not int"),
        ({"message": None}, "message must be a str, not None"),
    ],
)
def test_an_answer_that_is_none_is_told_with_its_field(fields: dict[str, Any], said: str) -> None:
    """Of one thing's answer; those before it count, and what has none is offered again."""
    answers = [accepted("MUG-BLUE"), _changed(accepted("TEE-M"), **fields), accepted("MUG-RED")]
    results = offer(ListSource(), lambda _: answers, ["MUG-BLUE", "TEE-M"], str, "accepting stock levels")
    assert results["MUG-BLUE"].verdict is Verdict.ACCEPTED
    assert results["TEE-M"].verdict is Verdict.FAILED
    assert said in results["TEE-M"].message


def test_a_key_nobody_asked_for_is_no_answer(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """On all three ways back: what was handed over waits, and the run goes on."""
    source = ListSource([an_order("1001")], answer=lambda _: accepted("zz"))
    bench = Bench(sandbox, client, source, settings=PRODUCTS)
    bench.deliver()
    bench.ship("1001", {"MUG-BLUE": 1})
    for report in (bench.engine.sync_tracking(), bench.engine.sync_inventory(), bench.engine.sync_products()):
        told = {item.detail for item in report.items if item.outcome is Outcome.WAITING}
        assert told == {"the source gave no answer for it"}
        assert report.count(Outcome.SENT) == 0


async def _never(*_: object) -> None:
    """What somebody writes who takes the engine for an asynchronous one."""


def _without_arguments() -> Any:
    return []


@pytest.mark.parametrize(
    ("method", "said"),
    [
        (lambda _: None, "{method} gave None; it must give an iterable of {kind}: a fault in the source"),
        (lambda _: 3, "{method} gave a value of type int; it must give an iterable of {kind}: a fault in the source"),
        (_never, "{method} gave a value of type coroutine; it must give an iterable of {kind}: a fault in the source"),
        (
            _without_arguments,
            "_without_arguments() takes 0 positional arguments but 1 was given while {doing}: a fault",
        ),
    ],
)
def test_a_method_that_does_not_fit_is_named(
    sandbox: Sandbox, client: TradeGeckoClient, method: Any, said: str
) -> None:
    """The fault is in the source, so no line of ours stands in the message."""
    source: Any = ListSource([an_order("1001")])
    bench = Bench(sandbox, client, source, settings=PRODUCTS)
    bench.deliver()
    source.accept_products = source.fetch_orders = method
    (problem,) = bench.deliver().problems
    assert problem.startswith(f"list: {said.format(method='fetch_orders', kind='orders', doing='fetching orders')}")
    (item, *_) = bench.engine.sync_products().items
    told = said.format(method="accept_products", kind="ItemResults", doing="accepting products")
    assert item.detail.startswith(f"list: {told}")


def test_answers_without_end_end(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """What was answered counts, the rest waits."""

    class Endless(ListSource):
        def accept_products(self, products: Any) -> Any:
            return itertools.repeat(accepted(products[0].reference))

    report = Bench(sandbox, client, Endless(), settings=PRODUCTS).engine.sync_products()
    assert report.count(Outcome.SENT) > 0
    waiting = [item.detail for item in report.items if item.outcome is Outcome.WAITING]
    assert set(waiting) <= {"list: accept_products gave answers without end: a fault in the source"}


def test_an_answer_that_is_none_is_a_fault_of_the_source(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """What was answered before it counts, and the others are offered anew, until each has an answer or none."""

    class Odd(ListSource):
        def accept_products(self, products: Any) -> Any:
            return [accepted(product.reference) for product in products if product.reference != "3"] + [
                product.reference for product in products if product.reference == "3"
            ]

    items = Bench(sandbox, client, Odd(), settings=PRODUCTS).engine.sync_products().items
    told = "list: accept_products gave a value of type str that is no ItemResult: a fault in the source"
    assert [(item.name, item.detail) for item in items if item.outcome is not Outcome.SENT] == [("Wool Scarf", told)]
    assert {item.outcome for item in items} == {Outcome.SENT, Outcome.WAITING}


@pytest.mark.parametrize(
    "fields", [{"lines": ({"sku": "x"},)}, {"customer": {"email": "x"}}, {"tags": "vip"}, {"cursor": None}]
)
def test_an_order_with_a_part_of_a_wrong_type(
    sandbox: Sandbox, client: TradeGeckoClient, fields: dict[str, Any]
) -> None:
    """The orders before it go out, and whoever writes the source sees the line of theirs."""

    class Careless(ListSource):
        def fetch_orders(self, _after: str | None) -> Iterable[SourceOrder]:
            yield an_order("1001")
            yield evolve(an_order("1002"), **fields)

    report = Bench(sandbox, client, Careless()).deliver()
    assert outcomes(report) == {"1001": Outcome.DELIVERED}
    assert f"TypeError at {__file__}:" in report.problems[0]


@pytest.mark.parametrize("name", [None, "", " "])
def test_a_connection_without_a_name_is_refused(client: TradeGeckoClient, name: Any) -> None:
    """It is part of every key the orders are known by."""
    with pytest.raises(ValueError, match="the connection needs a name"):
        SyncEngine(name, source=OrdersOnly(), gateway=TradeGeckoGateway(client), store=MemoryStore())


@pytest.mark.parametrize("text", [(), ("",), (" ",)])
@pytest.mark.parametrize("kind", [SourceRefused, SourceUnavailable, SourceNeedsLogin])
def test_an_error_without_a_text_is_told_by_kind_and_line(
    sandbox: Sandbox, client: TradeGeckoClient, kind: type[SourceError], text: tuple[str, ...]
) -> None:
    class Silent(ListSource):
        def fetch_orders(self, after: str | None) -> Iterable[SourceOrder | UnreadableOrder]:
            raise kind(*text)

    (problem,) = Bench(sandbox, client, Silent([])).deliver().problems
    assert re.search(rf": {kind.__name__} at \S*test_faulty_sources\.py:\d+$", problem)


def test_an_order_s_error_without_a_text_is_told_alike() -> None:
    def make() -> SourceOrder:
        raise BridgeError

    made = order_or_problem(make, reference="1")
    assert isinstance(made, UnreadableOrder)
    assert re.fullmatch(r"BridgeError at \S*test_faulty_sources\.py:\d+", made.problem)


@pytest.mark.parametrize("dry_run", [False, True])
def test_what_a_source_does_with_an_order_it_has_given_is_its_own_business(*, dry_run: bool) -> None:
    """It may use one record, and one table, for all of them."""

    class Reusing(ListSource):
        def fetch_orders(self, _after: str | None) -> Iterable[SourceOrder]:
            shared, extra = an_order("1001"), {"till": "1"}
            for number in ("1001", "1002", "1003"):
                extra["till"] = number
                for name, value in (("reference", number), ("number", number), ("extra", extra), ("cursor", number)):
                    object.__setattr__(shared, name, value)
                yield shared
            for name in fields_dict(SourceOrder):
                object.__setattr__(shared, name, None)
            object.__setattr__(an_order("1001").lines[0], "quantity", None)

    store = MemoryStore()
    report = SyncEngine("shop", source=Reusing(), gateway=Scripted(), store=store, worker="me").deliver_orders(
        dry_run=dry_run
    )
    assert [item.name for item in report.items] == ["1001", "1002", "1003"]
    kept = {entry.number: entry.order.extra for entry in store.entries() if entry.order}
    assert kept == ({} if dry_run else {number: {"till": number} for number in ("1001", "1002", "1003")})


def test_an_end_that_a_generator_may_not_raise_is_placed_at_its_own_line(
    sandbox: Sandbox, client: TradeGeckoClient
) -> None:
    """Python says nothing of the line."""

    class Ended(ListSource):
        def fetch_orders(self, _after: str | None) -> Iterable[SourceOrder]:
            yield an_order("1001")
            yield from (next(iter(())) for _ in range(1))

    report = Bench(sandbox, client, Ended()).deliver()
    assert outcomes(report) == {"1001": Outcome.DELIVERED}
    (problem,) = report.problems
    line = Ended.fetch_orders.__code__.co_firstlineno + 2
    assert f"StopIteration at {__file__}:{line}" in problem
