"""The description of endpoints and fields as it is published: `GET /_sandbox/schema`, and `docs/sandbox-api.md`.

What only matters inside (stored columns nobody sees, how a value is worked out) is left out, and so is every
property that has its default: `false`, null, an empty text or list. Only `status` and `access` are always shown.
"""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Any

from .schema import Endpoint, Field, Resource, oauth_endpoints, reading_needs_permission, schema

Json = dict[str, Any]

_OF_FIELDS = ("kind", "access", "required", "null", "filter", "enum", "min", "max", "default", "ref", "alias", "era",
              "emit", "evidence")  # fmt: skip
_ALWAYS = frozenset({"status", "access"})
_OF_RESOURCES = ("singular", "reference", "area", "always", "children", "includes_on", "sort", "hides", "search")


def published() -> Json:
    """Areas, endpoints and resources as one JSON object."""
    served = [resource for resource in schema().values() if resource.endpoints]
    endpoints = [*oauth_endpoints(), *(endpoint for resource in served for endpoint in resource.endpoints)]
    return {
        "reading_needs_permission": reading_needs_permission(),
        "endpoints": [_properties(endpoint, [f.name for f in fields(Endpoint)]) for endpoint in endpoints],
        "resources": {resource.name: _resource(resource) for resource in served},
    }


def shown_fields(resource: Resource) -> list[Field]:
    """The fields a client meets: in answers, in what it sends, as filters."""
    return [field for field in resource.fields.values() if field.access != "hidden"]


def _resource(resource: Resource) -> Json:
    shown = _properties(resource, _OF_RESOURCES)
    if resource.includes:
        shown["includes"] = {name: rule["table"] for name, rule in resource.includes.items()}
    return {**shown, "fields": {field.name: _properties(field, _OF_FIELDS) for field in shown_fields(resource)}}


def _properties(thing: Endpoint | Field | Resource, names: list[str] | tuple[str, ...]) -> Json:
    """The properties that are not as they are by default; what has no default is always shown."""
    defaults = {f.name: f.default for f in fields(thing)}
    found = {name: getattr(thing, name) for name in names}
    return {name: _plain(value) for name, value in found.items() if value != defaults[name] or name in _ALWAYS}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else str(value) if isinstance(value, Decimal) else value
