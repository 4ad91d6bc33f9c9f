"""A real Medusa shop for tests: started, stocked, and shopped in as a customer would.

with MedusaShop(database) as shop:
    order = shop.buy({"MUG-BLUE": 2, "TEE-M": 3})
    assert shop.order(order)["total"] == 144.0524
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx
import psycopg

from tests.carts.medusa.install import MODULES
from tests.carts.medusa.seed import Ids, Json, seed
from tests.carts.medusa.server import PATIENCE, MedusaServer
from tests.stores import postgres
from tradegecko_bridge.sources import MedusaSource
from tradegecko_bridge.sources.toolkit import NO_RETRIES

ANN: Final = "ann@example.com"
CLEARED: Final = ('"order"', "order_fulfillment", "order_payment_collection", "fulfillment", "reservation_item")


class ShopError(Exception):
    """The shop refused."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status}: {text[:500]}")
        self.status = status


@contextmanager
def a_shop() -> Iterator[MedusaShop]:
    """A shop on a PostgreSQL server of its own."""
    with postgres.server() as server, postgres.database(server) as database, MedusaShop(database) as shop:
        yield shop


class MedusaShop:
    """A Medusa 2 shop on the loopback, alive inside `with`; see `seed.CATALOGUE` for what it sells.

    Entering raises `ServerError`, with the end of the shop's log, when Medusa does not start in time.
    """

    def __init__(self, database: str, modules: Path = MODULES, patience: float = PATIENCE) -> None:
        self._database, self._modules, self._patience = database, modules, patience
        self.ids: Ids

    def __enter__(self) -> Self:
        self._server = MedusaServer(self._database, self._modules)
        self._http = httpx.Client(trust_env=False, timeout=60)
        self._sql: psycopg.Connection[Any] | None = None
        try:
            self.address = self._server.start(self._patience)
            self.ids = seed(self.admin, self.address.store_key_id)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def source(self, **options: Any) -> MedusaSource:
        """The shop as an order source, with pages of five orders."""
        few: dict[str, Any] = {"key": self.address.key, "page_size": 5, "retries": NO_RETRIES}
        return MedusaSource(self.address.url, **few | options)

    # ── the shopkeeper ───────────────────────────────────────────────────────────────────────

    def admin(self, method: str, path: str, body: object = None) -> Json:
        """What the admin API answers; raises `ShopError`."""
        auth = (self.address.key, "")
        return self._answer(self._http.request(method, f"{self.address.url}/admin/{path}", json=body, auth=auth))

    def order(self, id: str, fields: str = "*fulfillments,*fulfillments.labels,*fulfillments.items") -> Json:
        """An order as the shop has it."""
        whole = "display_id,status,payment_status,fulfillment_status,total,metadata,updated_at,*items,*items.detail"
        found: Json = self.admin("GET", f"orders/{id}?fields={whole},*payment_collections.payments,{fields}")["order"]
        return found

    def pay(self, id: str) -> None:
        """Take the money of an order."""
        (collection,) = self.order(id)["payment_collections"]
        self.admin("POST", f"payments/{collection['payments'][0]['id']}/capture", {})

    def edit(self, id: str, **quantities: int) -> None:
        """Change how much of a SKU an order has; blanks in SKUs are for their hyphens."""
        self.admin("POST", "order-edits", {"order_id": id})
        there = {item["variant_sku"]: item["id"] for item in self.order(id)["items"]}
        for name, quantity in quantities.items():
            sku = name.replace("_", "-")
            if sku in there:
                self.admin("POST", f"order-edits/{id}/items/item/{there[sku]}", {"quantity": quantity})
            else:
                added = {"variant_id": self.ids.variants[sku], "quantity": quantity}
                self.admin("POST", f"order-edits/{id}/items", {"items": [added]})
        self.admin("POST", f"order-edits/{id}/request", {})
        self.admin("POST", f"order-edits/{id}/confirm", {})

    def promotion(self, code: str, value: float, *, target: str = "order", currency: str = "cad", **more: Any) -> str:
        """A code that takes a fixed amount off the order, or percents off shipping; the code."""
        shipping = target == "shipping_methods"
        method = {
            "type": "percentage" if shipping else "fixed",
            "target_type": target,
            "value": value,
            "currency_code": currency,
            "allocation": "each" if shipping else "across",
            **({"max_quantity": 1} if shipping else {}),
        }
        whole = {"code": code, "type": "standard", "status": "active", "is_automatic": False, **more}
        self.admin("POST", "promotions", whole | {"application_method": method})
        return code

    def level(self, sku: str) -> tuple[int, int]:
        """Stocked and reserved units of a SKU at the one location."""
        rows = self.sql(
            "SELECT stocked_quantity::int, reserved_quantity::int FROM inventory_level "
            "WHERE inventory_item_id = %s AND deleted_at IS NULL",
            self.ids.items[sku],
        )
        return int(rows[0][0]), int(rows[0][1])

    # ── the shopper ──────────────────────────────────────────────────────────────────────────

    def buy(self, lines: Mapping[str, int], country: str = "ca", codes: Sequence[str] = (), email: str = ANN) -> str:
        """Shop as a guest, and give the order's id; the payment is authorized."""
        address = {
            "first_name": "Ann",
            "last_name": "Lee",
            "address_1": "1 King St W",
            "city": "Toronto",
            "province": f"{country}-on",
            "postal_code": "M5H 1A1",
            "country_code": country,
            "phone": "4165550100",
        }
        items = [{"variant_id": self.ids.variants[sku], "quantity": units} for sku, units in lines.items()]
        whole = {"region_id": self.ids.regions[country], "email": email, "shipping_address": address, "items": items}
        cart = self.store("carts", whole)["cart"]["id"]
        self.store(f"carts/{cart}/shipping-methods", {"option_id": self.ids.shipping})
        if codes:
            self.store(f"carts/{cart}/promotions", {"promo_codes": list(codes)})
        payment = self.store("payment-collections", {"cart_id": cart})["payment_collection"]["id"]
        self.store(f"payment-collections/{payment}/payment-sessions", {"provider_id": "pp_system_default"})
        return str(self.store(f"carts/{cart}/complete", None)["order"]["id"])

    def store(self, path: str, body: object) -> Json:
        """What the shoppers' API answers."""
        headers = {"x-publishable-api-key": self.address.store_key}
        return self._answer(self._http.post(f"{self.address.url}/store/{path}", json=body, headers=headers))

    # ── what no shop has ─────────────────────────────────────────────────────────────────────

    def call(self, module: str, method: str, *values: object) -> Any:
        """A method of one of the shop's modules."""
        body = {"module": module, "method": method, "values": values}
        return self._answer(self._http.post(f"{self.address.url}/of-the-tests", json=body))

    def sql(self, statement: str, *values: object) -> list[Any]:
        """Rows of the shop's database."""
        if self._sql is None or self._sql.closed:
            self._sql = psycopg.connect(self._database, autocommit=True)
        with self._sql.cursor() as cursor:
            cursor.execute(statement.encode(), values or None)
            return list(cursor.fetchall()) if cursor.description else []

    def clear(self) -> None:
        """Without orders, and with as much stock as at first."""
        self.sql(f"TRUNCATE {', '.join(CLEARED)} CASCADE")
        self.sql(
            "UPDATE inventory_level SET stocked_quantity = 1000, reserved_quantity = 0, "
            """raw_stocked_quantity = '{"value": "1000"}', raw_reserved_quantity = '{"value": "0"}'"""
        )

    def _answer(self, response: httpx.Response) -> Json:
        if response.status_code >= 400:
            raise ShopError(response.status_code, response.text)
        answer: Json = response.json()
        return answer

    def _close(self) -> None:
        self._http.close()
        if self._sql is not None:
            self._sql.close()
        self._server.stop()


def money(value: object) -> Decimal:
    """An amount of the shop's, to the cent."""
    return round(Decimal(str(value)), 2)
