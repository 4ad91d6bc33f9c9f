"""The big account: consistent, changeable, and without end to a page's patience."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from tests.sandbox.support import Client
from tests.sandbox.test_books import Books
from tradegecko_bridge.sandbox import Sandbox
from tradegecko_bridge.sandbox.instance import Instance
from tradegecko_bridge.sandbox.seeds import big

SMALL = "big:variants=40,companies=7,orders=120"
NOW = "2021-03-01T12:00:00.000Z"


@pytest.fixture
def api() -> Iterator[Client]:
    """A client of a small big account."""
    with Sandbox(seed=SMALL, rate_limit=None) as sandbox:
        client = Client(sandbox)
        yield client
        client.close()


@pytest.mark.parametrize(
    ("variants", "companies", "orders"), [(1, 1, 1), (3, 2, 7), (40, 7, 230), (401, 50, 99), (9, 100, 404)]
)
def test_every_value_leads_back_to_its_rows(variants: int, companies: int, orders: int) -> None:
    """What base rows find by arithmetic is what a look at every row finds, and times never go back."""
    for name, base in big.base_rows(big.Sizes(variants, companies, orders), NOW).items():
        rows = [base.row(key) for key in range(1, base.size + 1)]
        assert [row["id"] for row in rows] == list(range(1, base.size + 1))
        indexes = Instance(seed="empty").context.schema[name].indexes
        for column in (*indexes, *base.also):
            found: dict[Any, list[int]] = defaultdict(list)
            for row in rows:
                found[row[column]].append(row["id"])
            for value, keys in found.items():
                assert list(base.find(column, value)) == keys, (name, column, value)
            for absent in (0, -1, 10**9, None, "", "BIG-", "BIG-01", "big-0", "SA1", "C1", "x@big.example"):
                if absent not in found:
                    assert list(base.find(column, absent)) == [], (name, column, absent)
        for column in ("created_at", "updated_at"):
            times = [row[column] for row in rows if column in row]
            assert times == sorted(times)
            assert not times or times[-1] < NOW
        assert list(base.hidden) == [row["id"] for row in rows if row.get("status") == "void"]


def test_the_books_of_the_big_account_add_up(api: Client) -> None:
    """Stock is what the documents say, totals and statuses are what the rules would work out."""
    books = Books(api)
    for row in api.get("/variants", limit=250)["variants"]:
        for level in row["locations"]:
            assert Decimal(level["stock_on_hand"]) == books.on_hand[row["id"], level["location_id"]]
        assert Decimal(row["committed_stock"]) == books.committed[row["id"]]
    context = api.sandbox.instance.context
    before = {key: dict(context.state["orders"].peek(key)) for key in range(1, 121)}
    with context.state.transaction():
        for key, old in before.items():
            context.progress.refresh(context.state["orders"].rows[key], touch=False)
            assert {name: context.state["orders"].rows[key].get(name) for name in old} == old
        assert not context.state["stock_records"].stored()


def test_a_walk_sees_every_row_once_and_keeps_none(api: Client) -> None:
    """All pages of all lists: each id once, newest first, and afterwards no row is held in memory."""
    for name in (
        "variants", "products", "companies", "addresses", "contacts", "order_line_items", "fulfillments",
        "fulfillment_line_items", "stock_adjustments", "stock_adjustment_line_items", "stock_levels",
    ):  # fmt: skip
        first = api("GET", f"/{name}", params={"limit": 7})
        facts = orjson.loads(first.headers["X-Pagination"])
        key = "variant_id" if name == "stock_levels" else "id"
        pages = [api.get(f"/{name}", limit=7, page=page)[name] for page in range(1, facts["total_pages"] + 1)]
        walked = [row[key] for page in pages for row in page]
        assert walked == list(range(facts["total_records"], 0, -1)), name
    shown = [row["id"] for page in (1, 2, 3) for row in api.get("/orders", limit=50, page=page)["orders"]]
    assert shown == [key for key in range(120, 0, -1) if key != 100]
    assert api.ids("/orders", status="void") == [100]
    assert [row["id"] for row in api.get("/orders", order="created_at asc", limit=3)["orders"]] == [1, 2, 3]
    for table in api.sandbox.instance.context.state.tables.values():
        assert table.base is None or dict.__len__(table.rows) == 0


def test_the_big_account_is_found_by_its_filters(api: Client) -> None:
    """SKU, order number, e-mail, company, parents, statuses and moments narrow it as they narrow stored rows."""
    assert api.ids("/variants", sku="BIG-0000033") == [33]
    assert api.ids("/variants", product_id=2) == [8, 7, 6, 5]
    assert api.ids("/orders", order_number="big-0000111") == [111]
    assert api.ids("/companies", email="customer3@big.example") == [3]
    assert api.ids("/companies", company_code="C000007") == [7]
    assert api.ids("/orders", company_id=2) == [key for key in range(120, 0, -1) if key % 7 == 2 and key != 100]
    assert api.ids("/orders", status="draft,finalized") == [120, 119]
    assert api.ids("/orders", fulfillment_status="unshipped") == [120, 119]
    moment = api.get("/orders/90")["order"]["updated_at"]
    assert api.ids("/orders", updated_at_min=moment, limit=250) == [key for key in range(120, 89, -1) if key != 100]
    moment = api.get("/orders/90")["order"]["created_at"]
    assert api.ids("/orders", created_at_min=moment, limit=2, page=2) == [118, 117]
    assert api.ids("/fulfillments", order_id=101) == [100]
    loaded = api.get("/orders/101", include="order_line_items,company,shipping_address")
    assert list(loaded) == ["order_line_items", "companies", "addresses", "order"]
    assert api.get("/orders/available_identifiers") == {"identifier": "SO0001"}
    assert api.get("/stock_adjustments/available_identifiers") == {"identifier": "SA0003"}


def test_the_big_account_can_be_changed(api: Client) -> None:
    """New, changed, refused, voided and removed records on top of it, all found where they belong."""
    order = api.post(
        "/orders", "order", company_id=3, shipping_address_id=3, status="active",
        order_line_items=[{"variant_id": 5, "quantity": 2, "price": 1}],
    )  # fmt: skip
    assert order["id"] == 121
    assert order["order_line_item_ids"] == [241]
    assert api.ids("/orders", limit=2) == [121, 120]
    before = api.get("/variants/5")["variant"]
    api("POST", "/orders/121/actions/void").raise_for_status()
    after = api.get("/variants/5")["variant"]
    assert Decimal(before["committed_stock"]) - Decimal(after["committed_stock"]) == 2
    assert api.ids("/orders", limit=2) == [120, 119]
    api.put("/companies/4", "company", email="new@example.com")
    assert api.ids("/companies", email="new@example.com") == [4]
    assert api.ids("/companies", email="customer4@big.example") == []
    unchanged = api.get("/companies/5")
    api.refused("PUT", "/companies/5", {"company": {"email": "x", "company_type": "nonsense"}})
    assert api.get("/companies/5") == unchanged
    assert api("DELETE", "/companies/6").status_code == 204
    assert api.ids("/companies") == [7, 5, 4, 3, 2, 1]
    assert api.ids("/companies", status="archived") == [6]
    api("DELETE", "/fulfillments/100").raise_for_status()
    assert api.get("/orders/101")["order"]["status"] == "finalized"
    assert api.ids("/orders", status="finalized", limit=250).count(101) == 1
    assert 100 not in api.ids("/fulfillments", limit=250)
    assert api.ids("/order_line_items", order_id=101) == [202, 201]
    assert api.ids("/companies", updated_at_min="2020-01-01", order="updated_at desc")[0] == 4


def test_a_state_file_keeps_what_changed_and_remembers_the_base_rows(tmp_path: Path) -> None:
    """After a restart, whatever the seed then is, the same account is there with its changes; reset takes the seed."""
    path = tmp_path / "state"
    with Sandbox(seed=SMALL, state=path) as sandbox:
        api = Client(sandbox)
        api.put("/variants/9", "variant", sku="CHANGED")
        api("DELETE", "/fulfillments/1").raise_for_status()
        api("DELETE", "/order_line_items/240")
        names = ("/variants?limit=250", "/orders?limit=250", "/order_line_items?limit=250", "/fulfillments?limit=250")
        kept = [api.get(name) for name in names]
        api.close()
    assert path.stat().st_size < 40_000
    for rewrite in (False, True, False):
        with Sandbox(seed="demo", state=path) as sandbox:
            if rewrite:
                sandbox.instance._journal.rewrite(sandbox.instance.context.state)  # type: ignore[union-attr]
            api = Client(sandbox)
            assert [api.get(name) for name in names] == kept
            assert api.ids("/variants", sku="CHANGED") == [9]
            api.close()
    with Sandbox(seed="demo", state=path) as sandbox:
        sandbox.reset()
        api = Client(sandbox)
        assert api.get("/variants")["meta"]["total"] == 16
        api.close()


def test_the_whole_size_serves_and_a_late_page_is_a_page() -> None:
    """A million variants, a hundred thousand companies, half a million orders; first and last pages are there."""
    with Sandbox(seed="big") as sandbox:
        api = Client(sandbox)
        for name, total in (("variants", 1_000_000), ("companies", 100_000), ("orders", 495_100)):
            for page in (1, -(-total // 250)):
                answer = api.get(f"/{name}", limit=250, page=page)
                assert answer["meta"]["total"] == total
                assert len(answer[name]) == (250 if page == 1 or not total % 250 else total % 250)
        api.close()


@pytest.mark.parametrize("seed", ["big:", "big:variants=5"])
def test_sizes_left_out_are_the_whole_ones(seed: str) -> None:
    """Only what is named is smaller."""
    assert big.Sizes.of(seed).orders == 500_000


@pytest.mark.parametrize("seed", ["big:orders=0", "big:orders=x", "big:nonsense=5", "demo:orders=5", "bigger"])
def test_sizes_nobody_has_are_refused(seed: str) -> None:
    """One line that says what is possible."""
    with pytest.raises(ValueError, match="seed"):
        Sandbox(seed=seed).start()


def test_a_bad_seed_leaves_nothing_running() -> None:
    """The port is free again after a refused seed."""
    sandbox = Sandbox(seed="bigger")
    with pytest.raises(ValueError, match="unknown seed"):
        sandbox.start()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{sandbox.base_url}/orders")
