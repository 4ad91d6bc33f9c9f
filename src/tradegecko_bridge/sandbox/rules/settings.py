"""What an account sets up once: locations, currencies, taxes, payment methods, price lists, users."""

from __future__ import annotations

from ..model.state import Row
from ..wire.errors import Invalid
from .base import Draft, Rules


class Currencies(Rules):
    """Currencies; codes are kept in capitals."""

    def check(self, draft: Draft) -> None:
        """A rate of zero would make every conversion fail."""
        if draft.values.get("iso"):
            draft.values["iso"] = draft.values["iso"].strip().upper()
        rate = draft.values.get("rate")
        if rate is not None and rate <= 0:
            draft.errors.add("rate", "must be greater than 0")


class Locations(Rules):
    """Warehouses."""

    def check(self, draft: Draft) -> None:
        """A label is unique among active locations (reference §5.14); in the first years it was all they needed."""
        if not self.context.switches.require_location_address:
            for name in ("address1", "country"):
                draft.errors.pop(name, None)
        if self.context.switches.labels_are_unique:
            self.must_be_unique(draft, "label")


class TaxTypes(Rules):
    """Tax types; one that an order uses cannot be edited any more (reference §7)."""

    def created(self, draft: Draft) -> None:
        """Make the nested components; the name of 2013 for them is understood too."""
        given = self.children(draft.raw, "tax_components") or self.children(draft.raw, "tax_components_attributes")
        self.create_children("tax_components", {"tax_type_id": draft.record["id"]}, given)

    def check(self, draft: Draft) -> None:
        """Refuse changes to a used one."""
        if draft.row is not None and draft.values:
            self.must_be_unused(draft.row["id"])

    def must_be_unused(self, tax_type_id: int) -> None:
        """Raises Invalid when an order line has this tax type."""
        if tax_type_id in self.state["order_line_items"].indexes["tax_type_id"]:
            raise Invalid.one("base", "Tax type is used on an order and can no longer be edited")


class TaxComponents(Rules):
    """The parts a tax type's rate is made of."""

    def check_parent(self, values: Row) -> None:
        """A component on its own must not change the rate of a used tax type."""
        self._must_be_unused(values["tax_type_id"])

    def check(self, draft: Draft) -> None:
        """Neither must a changed one."""
        if draft.row is not None and draft.values:
            self._must_be_unused(draft.row["tax_type_id"])

    def delete(self, row: Row) -> None:
        """Nor a removed one."""
        self._must_be_unused(row["tax_type_id"])
        super().delete(row)

    def _must_be_unused(self, tax_type_id: int) -> None:
        self.context.rules_of(TaxTypes).must_be_unused(tax_type_id)


class PriceLists(Rules):
    """Price lists; the three built-in ones are part of every account (reference §5.21)."""

    def prepare(self, draft: Draft) -> None:
        """Custom lists are numbered in order."""
        draft.values["position"] = len(self.state[self.name].rows)

    def delete(self, row: Row) -> None:
        """A built-in list stays."""
        if row.get("builtin"):
            raise Invalid.one("base", "Built-in price lists cannot be deleted")
        super().delete(row)
