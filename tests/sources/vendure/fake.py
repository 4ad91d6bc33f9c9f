"""A Vendure shop in memory, with Vendure's two clocks, for the interleavings a real one cannot be made to give."""

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from tradegecko_bridge.ports.logins import Secret
from tradegecko_bridge.sources.vendure.api import VendureApi
from tradegecko_bridge.sources.vendure.walk import stamp

RECORDED: Final = Path(__file__).parent / "recorded"
START: Final = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)

Json = dict[str, Any]


def recorded(name: str) -> Json:
    """An order as a real shop answered it, e.g. ``recorded("plain")``."""
    data: Json = json.loads((RECORDED / f"{name}.json").read_text())
    return data


PLAIN: Final = recorded("plain")


class FakeShop(VendureApi):
    """Answers the questions of the ingest. ``meanwhile`` runs before each listing: what shoppers do between pages.

    ``coarse`` gives ``updatedAt`` whole seconds, as sql.js does. ``coupon`` of an order counts its changes.
    """

    def __init__(self, *, coarse: bool = True, meanwhile: Callable[[], None] = lambda: None) -> None:
        super().__init__(
            "https://fake/admin-api", username="", password=Secret(""), channel_token=None, timeout=1, transport=None
        )
        self.now = START
        self.orders: dict[str, Json] = {}
        self.meanwhile = meanwhile
        self._coarse = coarse
        self._filled = 0
        self._chance = Random(1)  # ties come in another order each time

    def fill_cart(self) -> str:
        """A new open cart; its id."""
        self._filled += 1
        id = str(self._filled)  # noqa: A001
        order = deepcopy(PLAIN) | {"id": id, "code": f"C{id}", "active": True, "orderPlacedAt": None}
        self.orders[id] = order | {"state": "AddingItems", "couponCodes": ["0"]}
        self._touch(id)
        return id

    def place(self, id: str, *, state: str = "PaymentSettled", delay: timedelta = timedelta(0)) -> None:
        """Place a cart: only orderPlacedAt moves. With ``delay`` it shows a moment already past (a late commit)."""
        self.orders[id] |= {"active": False, "state": state, "orderPlacedAt": stamp(self.now - delay)}

    def change(self, id: str, *, delay: timedelta = timedelta(0)) -> None:
        """Change an order's content: only updatedAt moves. With ``delay`` as in :meth:`place`."""
        self.orders[id]["couponCodes"] = [str(int(self.orders[id]["couponCodes"][0]) + 1)]
        self._touch(id, delay)

    def _touch(self, id: str, delay: timedelta = timedelta(0)) -> None:
        moment = self.now - delay
        moment = moment.replace(microsecond=0) if self._coarse else moment
        self.orders[id]["updatedAt"] = stamp(moment)

    def ask(self, query: str, **variables: Any) -> Json:
        """Shop, Rows, Orders and Order, as the real API answers them."""
        name = query.split()[1].split("(")[0].split("{")[0]
        if name == "Shop":
            serves = {"moneyStrategyPrecision": 2}
            settings = {"trackInventory": True, "serverConfig": serves}
            return {"globalSettings": settings, "activeChannel": {"pricesIncludeTax": False}}
        if name == "Order":
            return {"order": deepcopy(self.orders.get(variables["id"]))}
        if name == "Rows":
            self.meanwhile()
        return {"orders": {"items": self._list(variables["options"])}}

    def _list(self, options: Json) -> list[Json]:
        found = [order for order in self.orders.values() if _fits(order, options["filter"])]
        self._chance.shuffle(found)
        for field, direction in options.get("sort", {}).items():
            found.sort(key=lambda order: str(order[field]), reverse=direction == "DESC")
        return deepcopy(found[: options["take"]])


def _fits(order: Json, conditions: Json) -> bool:
    for field, condition in conditions.items():
        if field in {"_and", "_or"}:
            if not (all if field == "_and" else any)(_fits(order, one) for one in condition):
                return False
        elif not all(_holds(order.get(field), *one) for one in condition.items()):
            return False
    return True


def _holds(value: Any, operator: str, operand: Any) -> bool:
    match operator:
        case "isNull":
            return (value is None) is operand
        case "in":
            return value in operand
        case "notIn":
            return value not in operand
        case "after":
            return value is not None and value > operand
        case "before":
            return value is not None and value < operand
        case "eq":
            return bool(value == operand)
        case "notEq":
            return bool(value != operand)
    raise AssertionError(operator)
