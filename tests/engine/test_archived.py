"""An account that takes no orders for what is archived, and an order planned just before something was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.engine.test_remembering import order_of, posts
from tests.support import HandClock, ListSource
from tradegecko_bridge import MemoryStore, Sandbox, SqlStore, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce.remote import OrderDraft, RemoteOrder
from tradegecko_bridge.engine import ConnectionSettings, Outcome, Report

SETTINGS = {"location": "Second Warehouse", "price_list": "US Retail", "assignee": "sasha@demo.example"}
Archive = Callable[[TradeGeckoClient], object]


class Racing(TradeGeckoGateway):
    """Somebody else does something after an order was planned, before it is sent."""

    meanwhile: Callable[[], object] | None = None

    def create_order(self, draft: OrderDraft, **options: Any) -> RemoteOrder:
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            happens()
        return super().create_order(draft, **options)


class Shop:
    """A connection whose account is remembered in a file, from run to run."""

    def __init__(self, client: TradeGeckoClient, mirror: SqlStore) -> None:
        self.client, self.mirror = client, mirror
        self.source, self.store, self.clock = ListSource(), MemoryStore(), HandClock()

    def deliver(self, meanwhile: Callable[[], object] | None = None) -> Report:
        """Deliver what the source has, an hour after the last time."""
        self.clock.move(hours=1)
        gateway = Racing(self.client, mirror=self.mirror.mirror, clock=self.clock)
        gateway.meanwhile = meanwhile
        engine = SyncEngine(
            "shop",
            source=self.source,
            gateway=gateway,
            store=self.store,
            settings=ConnectionSettings(**SETTINGS),  # type: ignore[arg-type]
            clock=self.clock,
        )
        return engine.deliver_orders()


@pytest.fixture
def shop(client: TradeGeckoClient, sandbox: Sandbox, tmp_path: Path) -> Iterator[Shop]:
    """A shop that has delivered one order already, and whose account takes nothing archived."""
    sandbox.set_switch("archived_refused_on_orders", True)
    with closing(SqlStore(f"sqlite:///{tmp_path / 'mirror.db'}")) as store:
        shop = Shop(client, store)
        shop.source.orders.append(order_of(1, 1))
        assert shop.deliver().count(Outcome.DELIVERED) == 1
        shop.source.orders.append(order_of(2, 1))
        yield shop


def first_order(client: TradeGeckoClient) -> Any:
    return next(iter(client.orders.list(order_number="N1")))


def twin(client: TradeGeckoClient) -> None:
    """The variant is archived, and another one has its SKU by now."""
    old = next(iter(client.variants.list(sku="TEE-M")))
    client.variants.delete(old.id)
    client.variants.create({"product_id": old.product_id, "sku": "TEE-M", "retail_price": "25.0"})


PASSING: dict[str, Archive] = {
    "company": lambda client: client.companies.delete(first_order(client).company_id),
    "address": lambda client: client.addresses.delete(first_order(client).shipping_address_id),
    "tax type": lambda client: client.tax_types.delete(next(t.id for t in client.tax_types.list() if t.code == "HST")),
    "variant": twin,
}
HOLDING: dict[str, tuple[Archive, str, Archive]] = {
    "variant": (
        lambda client: client.variants.delete(next(iter(client.variants.list(sku="TEE-M"))).id),
        "'TEE-M' is not in TradeGecko",
        lambda client: client.variants.create({"product_id": 2, "sku": "TEE-M", "retail_price": "25.0"}),
    ),
    "location": (
        lambda client: client.locations.delete(2),
        "no stock location 'Second Warehouse'",
        lambda client: client.locations.create({"label": "Second Warehouse", "address1": "1 Elm St", "country": "CA"}),
    ),
    "price list": (
        lambda client: client.price_lists.delete(4),
        "no price list 'US Retail'",
        lambda client: client.price_lists.create({"name": "US Retail", "currency_id": 2}),
    ),
    "assignee": (
        lambda client: client.users.delete(2),
        "no user",
        lambda client: client.users.update(3, {"email": "sasha@demo.example"}),
    ),
}
"""How each is archived, what is said of the order, and what puts something in its place."""


@pytest.mark.parametrize(
    "kinds", [kinds for size in range(1, len(PASSING) + 1) for kinds in combinations(PASSING, size)], ids=" and ".join
)
def test_what_has_something_in_its_place_is_planned_again_once(
    shop: Shop, sandbox: Sandbox, kinds: tuple[str, ...]
) -> None:
    """A refused request and a second one that is not, whatever was archived together; one order in the end."""
    before = posts(sandbox)
    report = shop.deliver(lambda: [PASSING[kind](shop.client) for kind in reversed(kinds)])
    assert report.count(Outcome.DELIVERED) == 1, report
    assert posts(sandbox) == before + 2
    (order,) = shop.client.orders.list(order_number="N2")
    old = first_order(shop.client)
    assert (order.company_id != old.company_id) == ("company" in kinds)
    assert (order.shipping_address_id != old.shipping_address_id) == bool({"company", "address"} & set(kinds))
    variants = {shop.client.variants.get(line.variant_id or 0).status for line in lines_of(shop.client, order.id)}
    assert variants == {"active"}
    assert shop.deliver().items == []
    assert posts(sandbox) == before + 2


def lines_of(client: TradeGeckoClient, order_id: int) -> list[Any]:
    return [line for line in client.order_line_items.list(order_id=order_id) if line.variant_id is not None]


@pytest.mark.parametrize("kind", HOLDING)
def test_what_has_nothing_in_its_place_is_held_until_it_has(shop: Shop, sandbox: Sandbox, kind: str) -> None:
    """With a line that says what is missing; nothing is sent for it until that is there, and then one request."""
    archive, said, replace = HOLDING[kind]
    before = posts(sandbox)
    report = shop.deliver(lambda: archive(shop.client))
    assert [(item.outcome, said in item.detail) for item in report.items] == [(Outcome.HELD, True)], report
    assert shop.deliver().count(Outcome.HELD) == 1
    assert posts(sandbox) == before + 1
    assert list(shop.client.orders.list(order_number="N2")) == []
    replace(shop.client)
    assert shop.deliver().count(Outcome.DELIVERED) == 1
    assert posts(sandbox) == before + 2
    assert len(list(shop.client.orders.list(order_number="N2"))) == 1


@pytest.mark.parametrize("archive", PASSING.values(), ids=PASSING)
def test_where_the_account_takes_it_nothing_is_planned_again(shop: Shop, sandbox: Sandbox, archive: Archive) -> None:
    """One request, as planned."""
    sandbox.set_switch("archived_refused_on_orders", False)
    before = posts(sandbox)
    assert shop.deliver(lambda: archive(shop.client)).count(Outcome.DELIVERED) == 1
    assert posts(sandbox) == before + 1
