"""The account both shops sell from, and the people who work in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from tests.simulation.account import LATEST
from tests.simulation.sandbox import SandboxAccount
from tests.simulation.scheduler import SECOND
from tradegecko_bridge.sandbox.model.formats import datetime_text
from tradegecko_bridge.sandbox.model.state import Row

if TYPE_CHECKING:
    from tests.way_back.world import BackWorld

PRODUCTS: Final[Mapping[str, tuple[str, ...]]] = {"Tee": ("TEE-S", "TEE-M", "TEE-L"), "Cup": ("CUP",), "Pot": ("POT",)}
ANNEX: Final = "Annex"
GONE: Final = ("archived", "disabled")


@frozen
class Goods:
    """A variant as the warehouse sees it; ``free`` by location is what is on hand and not committed."""

    id: int
    sku: str
    product: int
    managed: bool
    free: Mapping[str, Decimal]


@frozen
class Parcel:
    """A shipment that has left and was not taken back; units by the SKU the order had."""

    id: str
    order: str
    number: str | None
    units: Mapping[str, Decimal]


class BackAccount(SandboxAccount):
    """Some articles in two places; people ship, take back, count, rename, archive and edit."""

    def __init__(self, world: BackWorld) -> None:
        super().__init__(world, honours_keys=True)
        self._back = world
        with self._context.state.transaction():
            place = {"label": ANNEX, "address1": "2 King St W", "city": "Toronto", "country": "CA", "holds_stock": True}
            annex = self._create("locations", place)["id"]
            for name, skus in PRODUCTS.items():
                variants = [
                    {"sku": sku, "name": sku, "retail_price": "19.99", "initial_stock_level": 40} for sku in skus
                ]
                self._create("products", {"name": name, "variants": variants})
            self.places = (1, annex)

    # ── people ───────────────────────────────────────────────────────────────────────────────

    def happen(self, chance: Random) -> str:
        """Somebody does something; what, for the story."""
        acts = (
            *(self._ship, self._ship, self._ship, self._ship, self._track, self._take_back, self._count, self._count),
            *(self._rename, self._archive, self._restore, self._edit, self._unmanage),
        )
        said = [""]
        self._do(lambda: said.append(chance.choice(acts)(chance)))
        return said[-1]

    def _ship(self, chance: Random) -> str:
        open_lines = [
            line
            for line in self._rows("order_line_items")
            if line.get("variant_id") and self._order_row(line)["status"] == "finalized" and self._left(line) > 0
        ]
        if not open_lines:
            return ""
        order_id = chance.choice(open_lines)["order_id"]
        items = [
            {"order_line_item_id": line["id"], "quantity": str(chance.randint(1, int(self._left(line))))}
            for line in open_lines
            if line["order_id"] == order_id and chance.random() < 0.7
        ]
        if not items:
            return ""
        fields: dict[str, Any] = {"order_id": order_id, "status": "fulfilled", "fulfillment_line_items": items}
        if chance.random() < 0.7:
            fields |= {"tracking_number": f"T{chance.randrange(10_000)}", "tracking_company": "UPS"}
        made = self._create("fulfillments", fields)
        if late := self._back.faults.happens("visible late"):
            self._context.delay("fulfillments", made["id"], self._later(late.amount * LATEST / SECOND))
        return f"ships {made['id']} of order {order_id}: {len(items)} lines"

    def _track(self, chance: Random) -> str:
        if not (shipped := self._shipped()):
            return ""
        one = chance.choice(shipped)
        numbers = ", ".join(f"T{chance.randrange(10_000)}" for _ in range(chance.randint(1, 2)))
        self._context.rules["fulfillments"].update(one, {"tracking_number": numbers})
        return f"gives shipment {one['id']} the number {numbers}"

    def _take_back(self, chance: Random) -> str:
        if not (shipped := self._shipped()):
            return ""
        one = chance.choice(shipped)
        self._context.rules["fulfillments"].delete(one)
        return f"voids shipment {one['id']}"

    def _count(self, chance: Random) -> str:
        variant, quantity = chance.choice(self._active()), chance.choice((-5, -1, 2, 10))
        line = {"variant_id": variant["id"], "quantity": quantity, "price": "5"}
        reason = "supplier" if quantity > 0 else "damaged"
        at = {"stock_location_id": chance.choice(self.places), "reason": reason}
        self._create("stock_adjustments", {**at, "stock_adjustment_line_items": [line]})
        return f"counts {quantity} of {variant['sku']}"

    def _rename(self, chance: Random) -> str:
        variant, other = chance.choice(self._active()), chance.choice(self._active())
        new = other["sku"] if chance.random() < 0.3 else f"{variant['sku'].partition('/')[0]}/{chance.randint(1, 3)}"
        was = variant["sku"]
        self._context.rules["variants"].update(variant, {"sku": new})
        return f"renames {was} to {new}"

    def _archive(self, chance: Random) -> str:
        if len(self._active()) < 4:
            return ""
        variant = chance.choice(self._active())
        if chance.random() < 0.4:
            product = self._context.state["products"].rows[variant["product_id"]]
            self._context.rules["products"].delete(product)
            return f"archives product {product['id']}"
        self._context.rules["variants"].delete(variant)
        return f"archives {variant['sku']}"

    def _restore(self, chance: Random) -> str:
        gone = [row for row in self._rows("variants") if row.get("status") in GONE]
        if not gone:
            return ""
        variant, state = chance.choice(gone), self._context.state
        state.update("variants", variant, {"status": "active"})
        state.update("products", state["products"].rows[variant["product_id"]], {"status": "active"})
        return f"restores {variant['sku']}"

    def _edit(self, chance: Random) -> str:
        variant = chance.choice(self._active())
        price = f"{chance.randint(5, 50)}.00"
        self._context.rules["variants"].update(variant, {"retail_price": price})
        return f"{variant['sku']} costs {price}"

    def _unmanage(self, chance: Random) -> str:
        variant = chance.choice(self._active())
        managed = not variant.get("manage_stock", True)
        self._context.rules["variants"].update(variant, {"manage_stock": managed})
        return f"stock of {variant['sku']} is {'' if managed else 'not '}managed"

    # ── what is there ────────────────────────────────────────────────────────────────────────

    def skus(self) -> list[str]:
        """All SKUs there are now."""
        return sorted({row["sku"] for row in self._active()})

    def goods(self) -> Iterator[Goods]:
        """Everything that is for sale."""
        for row in self._active():
            levels = self._context.stock.levels(row)
            free = {str(level.location_id): level.on_hand - (level.committed or Decimal(0)) for level in levels}
            yield Goods(row["id"], row["sku"], row["product_id"], row.get("manage_stock", True), free)

    def prices(self) -> Mapping[str, Mapping[str, Decimal | None]]:
        """Of each product the retail price of each variant by its SKU; products without variants too."""
        products = {row["id"] for row in self._rows("products") if row.get("status", "active") not in GONE}
        return {
            str(product): {
                row["sku"]: row.get("retail_price") for row in self._active() if row["product_id"] == product
            }
            for product in products
        }

    def parcels(self) -> Iterator[Parcel]:
        """All that has left and was not taken back, by the orders' names."""
        for row in self._shipped():
            lines = self._context.state["fulfillment_line_items"].where("fulfillment_id", row["id"])
            units = {str(line["order_line_item_id"]): line["quantity"] for line in lines}
            yield Parcel(str(row["id"]), str(row["order_id"]), row.get("tracking_number"), units)

    def ordered(self, order_id: str) -> Mapping[str, Decimal]:
        """Units of each line of an order that is goods."""
        lines = self._context.state["order_line_items"].where("order_id", int(order_id))
        return {str(line["id"]): line["quantity"] for line in lines if line.get("variant_id")}

    def _active(self) -> list[Row]:
        return [row for row in self._rows("variants") if row.get("status", "active") not in GONE]

    def _shipped(self) -> list[Row]:
        return [row for row in self._rows("fulfillments") if row.get("status") == "fulfilled"]

    def _left(self, line: Row) -> Decimal:
        return self._context.progress.unpacked(line)

    def _order_row(self, line: Row) -> Row:
        return self._context.state["orders"].rows[line["order_id"]]

    def _rows(self, table: str) -> list[Row]:
        return [row for _, row in sorted(self._context.state[table].rows.items())]

    def _later(self, seconds: float) -> str:
        return datetime_text(self._instance.clock() + timedelta(seconds=seconds))
