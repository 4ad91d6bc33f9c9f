"""The description of every endpoint and every resource, read from `schema.json`.

One file says which endpoints there are, what each takes and gives and which permission it needs; which
fields a resource has and in which order they are written, what kind each is, who may set it, what it refers
to, how lists filter and what travels along. Routing, permissions, validation, serialisation, filtering, the
state file and the published description all follow it; rules only add what a table cannot express.

Endpoints: `verbs` describes the five that resources share, by the letter a resource has in its `methods` (or in
`older_methods`, which only older documents have); its other endpoints it lists itself. Access of fields: `RO`
read-only, `CU` settable on create and update, `C` create only, `U` update only, `filter` a column that only
lists know, `hidden` stored but never shown. Evidence: `D` documented by TradeGecko, `R` recorded from the real API,
`C` seen in the code of clients, nothing: inferred. Era: `2014` recorded then and gone since, `later` not there yet in
2014, as what recordings of a resource lack. Section numbers point into the reference.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any, Literal

import orjson

When = Literal["create", "update"]
_ALSO = {"GET": "HEAD", "PUT": "PATCH"}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method on one path. `does` names the method of `Endpoints` (or of `OAuth`) that answers.

    `takes` is the root a body must have (or may have, when `optional`), `parameters` what can be under it or in
    the query, `gives` the roots of the answer in their order, the ones that may be absent included; where `speaks`
    names a switch they are only given, with 200, while that is on, and 204 with nothing otherwise. `permission`
    is `read` or `write`, in the `area` of the resource; without one everybody may. With a `switch` it is only there
    while that is on.
    """

    method: str
    path: str
    does: str
    resource: str = ""
    action: str = ""
    status: int = 200
    takes: str = ""
    optional: bool = False
    parameters: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    speaks: str = ""
    permission: str = ""
    area: str = ""
    switch: str = ""
    summary: str = ""
    reference: str = ""

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods it answers: Rails took HEAD for GET and PATCH for PUT as well (appendix 39)."""
        return (self.method, _ALSO[self.method]) if self.method in _ALSO else (self.method,)


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
    evidence: str = ""

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
    older_methods: str = ""
    area: str = ""
    switch: str = ""
    endpoints: tuple[Endpoint, ...] = ()
    reference: str = ""
    internal: bool = False
    meta: bool = False
    paged: bool = True
    timestamps: bool = True
    sort: str = "id"
    soft: str | None = None
    hides: tuple[str, ...] = ()
    ids_show_hidden: bool = False
    put_returns_body: str = ""
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
    given: dict[str, Any] = {key: tuple(v) if key == "enum" else v for key, v in spec.items()}
    if spec["kind"] in {"decimal", "quantity"} and "default" in spec:
        given["default"] = Decimal(spec["default"])
    return Field(name=name, **given)


def _dated(spec: dict[str, Any], recorded: bool) -> dict[str, Any]:
    """A column with its era: what recordings of a resource lack came later than those."""
    later = recorded and spec.get("emit", True) and spec["access"] != "hidden" and "R" not in spec["evidence"]
    return {"era": "later", **spec} if later else spec


def _resource(name: str, spec: dict[str, Any], verbs: dict[str, Any]) -> Resource:
    given = _tuples({key: value for key, value in spec.items() if key not in {"fields", "endpoints"}})
    recorded = any("R" in details.get("evidence", "") for details in spec["fields"].values())
    columns = {column: _field(column, _dated(details, recorded)) for column, details in spec["fields"].items()}
    bare = Resource(name=name, fields=columns, **given)
    own = [verbs[letter] | {"switch": bare.switch} for letter in bare.methods]
    own += [verbs[letter] | {"switch": "older_verbs_served"} for letter in bare.older_methods]
    own += spec.get("endpoints", ())
    return replace(bare, endpoints=tuple(_endpoint(bare, details) for details in own))


def _endpoint(resource: Resource, spec: dict[str, Any]) -> Endpoint:
    """An endpoint of a resource: the names in it filled in."""
    words = {"plural": resource.name, "singular": resource.singular}
    words |= {
        "many": resource.name.replace("_", " "),
        "one": resource.singular.replace("_", " "),
        "gone": _gone(resource),
    }
    given = _tuples(spec)
    for key in ("path", "takes", "summary"):
        given[key] = given.get(key, "").format(**words)
    if spec["does"] == "update" and resource.put_returns_body:
        given |= {"gives": "one", "speaks": resource.put_returns_body}
    given["gives"] = _roots(resource, given.get("gives", ()))
    return Endpoint(resource=resource.name, area=resource.area if spec.get("permission") else "", **given)


def _gone(resource: Resource) -> str:
    """What DELETE does, in words."""
    done = {
        "archived": "Archives it",
        "void": "Voids it",
        None: "Deletes or voids it" if resource.hides else "Removes it",
    }
    return done[resource.soft] + (", so that lists leave it out" if resource.hides else "")


def _roots(resource: Resource, gives: str | tuple[str, ...]) -> tuple[str, ...]:
    """The roots of an answer: what always travels along, the record or the records, the old total."""
    if gives == "one":
        return (*resource.always, resource.singular)
    if gives == "many":
        return (*resource.always, resource.name, *(["meta"] if resource.meta else []))
    return tuple(gives)


def _tuples(spec: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in spec.items()}


@lru_cache(maxsize=1)
def _description() -> dict[str, Any]:
    text = files(__package__).joinpath("schema.json").read_bytes()
    description: dict[str, Any] = orjson.loads(text)
    return description


@lru_cache(maxsize=1)
def schema() -> dict[str, Resource]:
    """Every resource by its plural name, the ones that are never served included."""
    found = _description()
    return {name: _resource(name, spec, found["verbs"]) for name, spec in found["resources"].items()}


@lru_cache(maxsize=1)
def oauth_endpoints() -> tuple[Endpoint, ...]:
    """The endpoints of signing in."""
    return tuple(Endpoint(**_tuples(spec)) for spec in _description()["oauth"])


def reading_needs_permission() -> dict[str, bool | str]:
    """By area, whether reading needs a permission as well as writing; a text names the switch that decides."""
    areas: dict[str, bool | str] = _description()["reading_needs_permission"]
    return areas
