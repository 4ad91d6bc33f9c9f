"""Stock per variant and location, and what moves it (reference §6.5, §9).

Only plain variants that manage stock have records. A bundle's levels are computed from its components, one
location at a time, and every movement of a bundle is a movement of its components. A *move* is
`(variant id, location id, quantity)`; documents keep the moves they made, so that undoing one undoes
exactly that, whatever has changed since.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..model.context import Context
from ..model.formats import ZERO
from ..model.state import Row, State

Move = tuple[int, int, Decimal]


@dataclass(slots=True)
class Level:
    """One variant's stock at one location. `committed` is None where nothing was ever committed."""

    location_id: int
    on_hand: Decimal = ZERO
    committed: Decimal | None = None
    incoming: Decimal | None = None
    bin_location: str | None = None
    reorder_point: str | None = None

    @property
    def available(self) -> Decimal:
        """On hand less committed; may be negative."""
        return self.on_hand - (self.committed or ZERO)


class Stock:
    """Reads and moves stock. Quantities are in the variant's own units."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.state: State = context.state

    def levels(self, variant: Row) -> list[Level]:
        """The variant's stock at every location it has a record for, oldest record first."""
        if variant.get("composite"):
            return self._bundle_levels(variant)
        return [
            Level(
                row["location_id"],
                row.get("on_hand", ZERO),
                row.get("committed"),
                row.get("incoming"),
                row.get("bin_location"),
                row.get("reorder_point"),
            )
            for row in self.state["stock_records"].where("variant_id", variant["id"])
        ]

    def on_hand(self, variant_id: int) -> Decimal:
        """Stock on hand over all locations, of a plain variant."""
        records = self.state["stock_records"].where("variant_id", variant_id)
        return sum((row.get("on_hand", ZERO) for row in records), ZERO)

    def explode(self, variant_id: int, quantity: Decimal) -> list[tuple[int, Decimal]]:
        """What of stock a quantity of a variant is: itself, its components, or nothing."""
        variant = self.state["variants"].rows[variant_id]
        if variant.get("composite"):
            return [
                (part["component_id"], quantity * part["quantity"])
                for part in self.state["composition"].where("bundle_id", variant_id)
            ]
        return [(variant_id, quantity)] if variant.get("manage_stock", True) else []

    def moves(self, variant_id: int, location_id: int, quantity: Decimal) -> list[Move]:
        """The moves a quantity of a variant at a location stands for."""
        return [(part, location_id, amount) for part, amount in self.explode(variant_id, quantity) if amount]

    def change_on_hand(self, moves: Iterable[Move], sign: int = 1) -> None:
        """Add (or with -1 take away) the moves from stock on hand."""
        for variant_id, location_id, quantity in moves:
            self._shift(variant_id, location_id, "on_hand", sign * quantity)

    def change_committed(self, old: Iterable[Move], new: Iterable[Move]) -> None:
        """Replace one document's commitments by others."""
        self._replace("committed", old, new)

    def change_incoming(self, old: Iterable[Move], new: Iterable[Move]) -> None:
        """Replace what one document lets expect by something else."""
        self._replace("incoming", old, new)

    def _replace(self, column: str, old: Iterable[Move], new: Iterable[Move]) -> None:
        difference: dict[tuple[int, int], Decimal] = {}
        for sign, moves in ((-1, old), (1, new)):
            for variant_id, location_id, quantity in moves:
                key = (variant_id, location_id)
                difference[key] = difference.get(key, ZERO) + sign * quantity
        for (variant_id, location_id), quantity in difference.items():
            if quantity:
                self._shift(variant_id, location_id, column, quantity)

    def record(self, variant_id: int, location_id: int) -> Row:
        """The stock record of a variant at a location, made when there is none."""
        for row in self.state["stock_records"].where("variant_id", variant_id):
            if row["location_id"] == location_id:
                return row
        return self.state.insert("stock_records", {"variant_id": variant_id, "location_id": location_id})

    def receive_cost(self, variant_id: int, quantity: Decimal, price: Decimal) -> None:
        """Work a received quantity's unit price into the moving average cost; call before the stock moves."""
        variant = self.state["variants"].rows[variant_id]
        before = max(self.on_hand(variant_id), ZERO)
        if not before + quantity:
            return
        average = variant.get("moving_average_cost") or ZERO
        value = (before * average + quantity * price) / (before + quantity)
        costs = {"moving_average_cost": round(value, 5), "last_cost_price": price}
        self.state.update("variants", variant, costs, touch=False)

    def _shift(self, variant_id: int, location_id: int, column: str, quantity: Decimal) -> None:
        row = self.record(variant_id, location_id)
        self.state.update("stock_records", row, {column: (row.get(column) or ZERO) + quantity})
        if self.context.switches.stock_change_touches_variant:
            self._touch(variant_id)

    def _touch(self, variant_id: int) -> None:
        variants = self.state["variants"].rows
        self.state.touch("variants", variants[variant_id])
        for part in self.state["composition"].where("component_id", variant_id):
            self.state.touch("variants", variants[part["bundle_id"]])

    def _bundle_levels(self, bundle: Row) -> list[Level]:
        parts = [
            (part["quantity"], {level.location_id: level for level in self.levels(component)})
            for part in self.state["composition"].where("bundle_id", bundle["id"])
            for component in [self.state["variants"].rows[part["component_id"]]]
            if component.get("manage_stock", True)
        ]
        locations = dict.fromkeys(location for _, levels in parts for location in levels)
        return [_bundle_level(location, parts) for location in locations]


def _bundle_level(location: int, parts: list[tuple[Decimal, dict[int, Level]]]) -> Level:
    nothing = Level(location)
    here = [(quantity, levels.get(location, nothing)) for quantity, levels in parts]
    on_hand = min(_floor(level.on_hand / quantity) for quantity, level in here)
    available = min(_floor(level.available / quantity) for quantity, level in here)
    return Level(location, on_hand, on_hand - available)


def _floor(value: Decimal) -> Decimal:
    whole = value.to_integral_value(rounding="ROUND_FLOOR")
    return whole or ZERO


def total(levels: Iterable[Any], name: str) -> Decimal:
    """The sum of one figure over levels."""
    return sum((getattr(level, name) or ZERO for level in levels), ZERO)
