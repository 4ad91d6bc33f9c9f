"""What tests of money have in common: orders, and what arrives of them in TradeGecko, line by line."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from attrs import evolve

from tests.engine.bench import Bench, detail, outcomes
from tests.support import ALL_ORDERS, ListSource
from tradegecko_bridge import Sandbox, TradeGeckoClient, records
from tradegecko_bridge.commerce import Discount, OrderLine, SourceOrder, Totals
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.testing.builders import a_line, an_order

D = Decimal


def shop(sandbox: Sandbox, client: TradeGeckoClient, *orders: SourceOrder, **given: Any) -> Bench:
    return Bench(sandbox, client, ListSource(list(orders)), settings=evolve(ALL_ORDERS, **given))


def order(*lines: OrderLine, grand: str | None = None, tax: str | None = None, **fields: Any) -> SourceOrder:
    """An order without shipping; ``grand`` and ``tax`` are its totals."""
    totals = Totals(grand_total=None if grand is None else D(grand), tax=None if tax is None else D(tax))
    return an_order("1", list(lines), **{"shipping": (), "totals": totals, **fields})


def arrived(bench: Bench, made: SourceOrder) -> tuple[records.Order, list[records.OrderLineItem]]:
    """The order as it is in TradeGecko, with its lines in their order."""
    bench.source.orders.append(made)
    report = bench.deliver()
    assert outcomes(report)[made.number] is Outcome.DELIVERED, detail(report, made.number)
    (remote,) = [one for one in bench.remote() if one.order_number == made.number]
    lines = bench.client.order_line_items.list(order_id=remote.id)
    return remote, sorted(lines, key=lambda line: line.position or 0)


def held(bench: Bench, made: SourceOrder) -> str:
    """Why it stays; the dry run says the same."""
    bench.source.orders.append(made)
    before = len(bench.writes())
    dry = bench.engine.deliver_orders(dry_run=True)
    report = bench.deliver()
    assert outcomes(report)[made.number] is Outcome.HELD
    assert detail(dry, made.number) == detail(report, made.number)
    assert len(bench.writes()) == before
    return detail(report, made.number)


def rate(client: TradeGeckoClient, line: records.OrderLineItem) -> Decimal | None:
    """What a line is taxed at."""
    if line.tax_rate_override is not None:
        return line.tax_rate_override
    types = {one.id: one.effective_rate for one in client.tax_types.list()}
    return types[line.tax_type_id or 0]


def priced(client: TradeGeckoClient, lines: Iterable[records.OrderLineItem]) -> list[tuple[Any, Any]]:
    """What lines cost, and what they are taxed at."""
    return [(line.price, rate(client, line)) for line in lines]


def save(amount: str, **fields: Any) -> tuple[Discount, ...]:
    return (Discount(label="SAVE", amount=D(amount), **fields),)


def bare(price: str = "100.00", **fields: Any) -> OrderLine:
    """A line that says nothing of tax."""
    return a_line(price=price, **{"tax_rate": None, **fields})
