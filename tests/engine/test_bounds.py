"""Numbers, texts and cursors beyond all bounds, wherever they come from: nothing computes with them, nothing ends."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.engine.bench import Bench, outcomes
from tests.support import ListSource
from tradegecko_bridge import Sandbox, SqlStore, TradeGeckoClient
from tradegecko_bridge.bounds import LONGEST_NAME
from tradegecko_bridge.commerce import ItemResult, SourceOrder, Totals, UnreadableOrder, Verdict
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.ledger import DELIVERED_STATES, OrderState
from tradegecko_bridge.ports.mirrors import MirrorRow
from tradegecko_bridge.testing.builders import a_line, an_order
from tradegecko_bridge.tradegecko.retry import RetryPolicy

ABSURD = ("1E+28", "-1e999999999", "0E-999999999", "0e999999999", "1" * 4400, 1e300)
ONCE = RetryPolicy(attempts=1, sleeps=False)
WIDE = "".join(chr(0x4E00 + 7 * n % 20_000) for n in range(5000))
"""Text that no database can make shorter."""


class Distorted(httpx.BaseTransport):
    """Answers in which one field of every order holds something else."""

    def __init__(self, field: str, value: Any) -> None:
        self._field, self._value, self._real = field, value, httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._real.handle_request(request)
        content = response.read()
        if b'"order' in content:
            body = json.loads(content)
            for order in [*body.get("orders", []), *([body["order"]] if "order" in body else [])]:
                order[self._field] = self._value
            content = json.dumps(body).encode()
        dropped = {"content-length", "content-encoding"}
        headers = [(name, value) for name, value in response.headers.multi_items() if name.lower() not in dropped]
        return httpx.Response(response.status_code, headers=headers, content=content)

    def close(self) -> None:
        self._real.close()


@pytest.mark.parametrize("value", ABSURD, ids=lambda value: str(value)[:12])
def test_an_absurd_total_in_an_answer_is_unknown(sandbox: Sandbox, value: object) -> None:
    """The order is delivered, once; what TradeGecko says it comes to is not told."""
    transport = Distorted("total", value)
    with TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url, transport=transport, retry=ONCE) as client:
        bench = Bench(sandbox, client, ListSource([an_order("1001"), an_order("1002")]))
        orders, *_ = bench.engine.run()
        assert outcomes(orders) == {"1001": Outcome.DELIVERED, "1002": Outcome.DELIVERED}
        assert orders.problems == []
        bench.clock.move(hours=1)
        bench.engine.run()
        assert len(bench.remote()) == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [("id", 10**400), ("id", "9" * 5000), ("created_at", "9999-12-31T23:59:59-14:00"), ("updated_at", "0001-01-01")],
)
def test_an_answer_that_cannot_be_read_leaves_the_order_in_doubt(sandbox: Sandbox, field: str, value: Any) -> None:
    """Nothing is raised, nothing is sent twice, and once answers are as they should be it is adopted."""
    source = ListSource([an_order("1001")])
    with TradeGeckoClient(
        sandbox.access_token, base_url=sandbox.base_url, transport=Distorted(field, value), retry=ONCE
    ) as distorted:
        bench = Bench(sandbox, distorted, source)
        for _ in range(2):
            bench.engine.run()
            bench.clock.move(minutes=1)
    with TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client:
        bench = Bench(sandbox, client, source, store=bench.store)
        for _ in range(3):
            bench.deliver()
        assert bench.state("1001") in DELIVERED_STATES
        assert len(bench.remote()) == 1


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    with closing(SqlStore(f"sqlite:///{tmp_path / 'ledger.db'}")) as store:
        yield store


@pytest.mark.parametrize("number", [number for number in ABSURD if isinstance(number, str)], ids=lambda n: n[:12])
def test_an_absurd_number_in_a_ledger_costs_one_order(
    sandbox: Sandbox, client: TradeGeckoClient, store: SqlStore, tmp_path: Path, number: str
) -> None:
    """An earlier version took it in: that order is told, and left as it is, and the others go out."""
    at = Bench(sandbox, client, ListSource()).clock()
    store.ingest("shop", [an_order("bad", [a_line(price="19.99")]), an_order("good")], at=at)
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as database, database:
        (content,) = database.execute("SELECT content FROM ledger_orders WHERE number = 'bad'").fetchone()
        assert '"19.99"' in content
        spoiled = content.replace('"19.99"', json.dumps(number))
        database.execute("UPDATE ledger_orders SET content = ? WHERE number = 'bad'", (spoiled,))
    bench = Bench(sandbox, client, ListSource(), store=store)
    for dry_run in (True, False):
        orders, *_ = bench.engine.run(dry_run=dry_run)
        assert outcomes(orders) == {"bad": Outcome.HELD, "good": Outcome.PLANNED if dry_run else Outcome.DELIVERED}
    (entry,) = store.entries(number="bad")
    assert entry.order is None
    assert entry.reason is not None
    assert entry.reason.text == "what the ledger holds of this order cannot be read; have it given again"


def test_an_absurd_quantity_in_a_ledger_costs_one_shipment(
    sandbox: Sandbox, client: TradeGeckoClient, store: SqlStore, tmp_path: Path
) -> None:
    """The source is told of the other one; a person is told of this one, and its order waits for them."""
    source = ListSource([an_order(number, [a_line("MUG-BLUE", 1)]) for number in ("bad", "good")])
    bench = Bench(sandbox, client, source, store=store)
    bench.deliver()
    for number in ("bad", "good"):
        bench.ship(number, {"MUG-BLUE": 1})
    source.answer = lambda key: ItemResult(key=key, verdict=Verdict.FAILED, message="down")
    bench.engine.sync_tracking()
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as database, database:
        named = "SELECT content FROM ledger_shipments WHERE content LIKE '%bad%'"
        (content,) = database.execute(named).fetchone()
        spoiled = re.sub(r'"quantity":"[^"]*"', '"quantity":"1E+999999"', content)
        assert spoiled != content
        database.execute("UPDATE ledger_shipments SET content = ? WHERE content = ?", (spoiled, content))
    source.answer = lambda key: ItemResult(key=key, verdict=Verdict.ACCEPTED)
    bench.clock.move(hours=1)
    assert outcomes(bench.engine.sync_tracking()) == {"good": Outcome.SENT}
    bench.engine.run()
    assert (bench.state("bad"), bench.state("good")) == (OrderState.SHIPPED, OrderState.CONFIRMED)
    assert [alert.key for alert in store.alerts("shop")] == ["shipments refused"]


@pytest.mark.parametrize("cursor", ["\ud800", "a\0b", "\ufffdd800;"])
def test_any_cursor_comes_back_to_its_source(
    ledger_url: str, sandbox: Sandbox, client: TradeGeckoClient, cursor: str
) -> None:
    """Also what no database takes as it is."""
    with closing(SqlStore(ledger_url)) as store:
        source = ListSource([an_order("1", cursor=cursor)])
        bench = Bench(sandbox, client, source, store=store)
        assert bench.deliver().problems == []
        bench.deliver()
    assert source.asked_after == [None, cursor]
    assert source.acknowledged == [cursor]


LONG: dict[str, SourceOrder | UnreadableOrder] = {
    "reference": an_order("bad", reference=WIDE),
    "number": an_order(WIDE, reference="bad"),
    "unreadable": UnreadableOrder(problem=WIDE, reference="bad", number=WIDE),
    "unreadable-reference": UnreadableOrder(problem="half a row", reference=WIDE),
    "cursor": an_order("bad", cursor=WIDE * 201),
    "sku": an_order("bad", [a_line(WIDE, reference="1")]),
    "line": an_order("bad", [a_line(reference=WIDE)]),
}


@pytest.mark.parametrize("what", LONG)
def test_no_name_is_too_long_for_a_ledger(
    ledger_url: str, sandbox: Sandbox, client: TradeGeckoClient, what: str
) -> None:
    """An index has room for few characters: one long name must not keep a batch out."""
    with closing(SqlStore(ledger_url)) as store:
        bench = Bench(sandbox, client, ListSource([an_order("a"), LONG[what], an_order("z")]), store=store)
        found = outcomes(bench.deliver())
        assert (found["a"], found["z"]) == (Outcome.DELIVERED, Outcome.DELIVERED)
        assert all(len(entry.reference) <= LONGEST_NAME for entry in store.entries("shop"))


def test_a_reference_that_is_too_long_holds_its_order(
    sandbox: Sandbox, client: TradeGeckoClient, store: SqlStore
) -> None:
    """Two that differ only in what is cut off are two orders, each with its line, run after run the same."""
    source = ListSource([an_order(number, reference=f"{WIDE}{number}", cursor="") for number in ("1", "2")])
    bench = Bench(sandbox, client, source, store=store)
    for _ in range(2):
        report = bench.deliver()
        assert report.problems == []
        assert outcomes(report) == {"1": Outcome.HELD, "2": Outcome.HELD}
        assert "the reference has 5001 characters" in report.items[0].detail
    assert len(store.entries("shop")) == 2


def test_long_names_of_the_account_are_found_again(ledger_url: str) -> None:
    """Two SKUs that differ only behind what an index has room for are two."""
    with closing(SqlStore(ledger_url)) as store:
        rows = [MirrorRow(str(n), "1", (("sku", f"{WIDE}{n}"),), {}) for n in range(2)]
        store.mirror.write("a", "variants", rows)
        for n in range(2):
            assert [row.id for row in store.mirror.find("a", "variants", "sku", [f"{WIDE}{n}"])] == [str(n)]


def test_a_total_only_told_is_unknown_where_it_is_absurd(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Nothing is computed with a subtotal, so it holds nothing up."""
    order = an_order("1", totals=Totals(subtotal=Decimal("1e999999"), shipping=Decimal("12.50")))
    bench = Bench(sandbox, client, ListSource([order]))
    assert outcomes(bench.deliver()) == {"1": Outcome.DELIVERED}
    (entry,) = bench.store.entries(number="1")
    assert entry.order is not None
    assert (entry.order.totals.subtotal, entry.order.totals.shipping) == (None, Decimal("12.50"))
