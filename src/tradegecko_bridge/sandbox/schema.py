"""The description of every resource, read from `schema.json`.

One file says which fields a resource has and in which order they are written, what kind each is, who may
set it, what it refers to, how lists filter and what travels along. Validation, serialisation, filtering
and the state file all follow it; rules only add what a table of columns cannot say.

Access: `RO` read-only, `CU` settable on create and update, `C` create only, `U` update only, `filter` a
column that only lists know, `hidden` stored but never shown. Section numbers point into the reference.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any, Literal

import orjson

When = Literal["create", "update"]


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a resource."""

    name: str
    kind: str
    access: str = "RO"
    required: bool = False
    null: bool = False
    filter: bool = False
    ref: str | None = None
    parent: bool = False
    enum: tuple[str, ...] = ()
    default: Any = None
    alias: str | None = None
    computed: bool = False
    handled: bool = False
    emit: bool = True
    era: str | None = None
    virtual: bool = False
    comma: bool = False
    min: int | None = None
    max: int | None = None
    values: str | None = None
    tag_text: bool = False
    blank_ok: bool = False

    @property
    def stored(self) -> bool:
        """Whether rows of the table have this column."""
        return not (self.computed or self.alias or self.handled or self.access == "filter")

    def settable(self, when: When) -> bool:
        """Whether a request may set it."""
        return self.access == "CU" or self.access == when[0].upper()


@dataclass(frozen=True)
class Resource:
    """One resource: its names, its verbs, its columns."""

    name: str
    model: str
    fields: dict[str, Field]
    singular: str = ""
    methods: str = ""
    reference: str = ""
    internal: bool = False
    meta: bool = False
    paged: bool = True
    timestamps: bool = True
    sort: str = "id"
    soft: str | None = None
    hides: tuple[str, ...] = ()
    ids_show_hidden: bool = False
    put_returns_body: bool = False
    hidden_table: bool = False
    always: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    includes: dict[str, dict[str, str]] = field(default_factory=dict)
    includes_on: tuple[str, ...] = ("index", "show")
    indexes: tuple[str, ...] = ()
    search: tuple[str, ...] = ()

    def settable(self, when: When) -> list[Field]:
        """The columns a request may set, aliases after what they stand for."""
        return self._settable[when]

    @cached_property
    def _settable(self) -> dict[When, list[Field]]:
        columns = sorted(self.fields.values(), key=lambda f: f.alias is not None)
        moments: tuple[When, ...] = ("create", "update")
        return {when: [f for f in columns if f.settable(when) and not f.handled] for when in moments}

    @cached_property
    def required(self) -> list[Field]:
        """The columns a new record must have, parents aside."""
        return [f for f in self.fields.values() if f.required and not f.parent]

    @cached_property
    def parents(self) -> list[tuple[str, str]]:
        """The columns that name a parent, with the parent's resource."""
        return [(f.name, f.ref) for f in self.fields.values() if f.parent and f.ref]


def _field(name: str, spec: dict[str, Any]) -> Field:
    if spec["kind"] in {"decimal", "quantity"} and "default" in spec:
        spec["default"] = Decimal(spec["default"])
    given: dict[str, Any] = {key: tuple(v) if key == "enum" else v for key, v in spec.items()}
    return Field(name=name, **given)


def _resource(name: str, spec: dict[str, Any]) -> Resource:
    given: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in spec.items() if key != "fields"}
    columns = {column: _field(column, details) for column, details in spec["fields"].items()}
    return Resource(name=name, fields=columns, **given)


@lru_cache(maxsize=1)
def schema() -> dict[str, Resource]:
    """Every resource by its plural name, the ones that are never served included."""
    text = files(__package__).joinpath("schema.json").read_bytes()
    return {name: _resource(name, spec) for name, spec in orjson.loads(text).items()}
