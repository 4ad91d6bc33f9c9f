"""Rows to JSON objects: the columns of the schema, in its order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..model.formats import decimal_text, quantity_text
from ..model.schema import Field, Resource
from ..model.state import Row
from ..rules.base import RulesContext
from .views import VIEWS

_CONVERT: dict[str, Callable[[Any], Any]] = {"decimal": decimal_text, "quantity": quantity_text}
_EMPTY: dict[str, Any] = {"array": [], "object": {}}
# A column of the output: its name, the stored column it comes from (None: from the view), how, and its default.
_Step = tuple[str, str | None, Callable[[Any], Any] | None, Any]


class Serialiser:
    """Writes rows of one resource. The columns to write are decided once, not per row."""

    def __init__(self, context: RulesContext, resource: Resource) -> None:
        self.context = context
        self._view = VIEWS.get(resource.name)
        switches = context.switches
        eras = (
            {None} | ({"2014"} if switches.legacy_fields else set()) | ({"later"} if switches.later_fields else set())
        )
        self._steps = [
            self._step(resource, field)
            for field in resource.fields.values()
            if field.emit and field.access not in {"hidden", "filter"} and field.era in eras
        ]

    def __call__(self, row: Row) -> dict[str, Any]:
        """The JSON object of a row."""
        extras = self._view(self.context, row) if self._view else {}
        shown = {}
        for name, column, convert, default in self._steps:
            if column is None:
                shown[name] = extras[name]
                continue
            value = row.get(column, default)
            shown[name] = value if convert is None or value is None else convert(value)
        return shown

    @staticmethod
    def _step(resource: Resource, field: Field) -> _Step:
        if field.computed:
            return field.name, None, None, None
        source = resource.fields[field.alias] if field.alias else field
        if source.computed:
            raise ValueError(f"{resource.name}.{field.name} is an alias of a computed column")
        default = _EMPTY.get(source.kind) if source.default is None and not source.null else source.default
        return field.name, source.name, _CONVERT.get(field.kind), default
