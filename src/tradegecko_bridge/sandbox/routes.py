"""Which endpoint a method and a path mean (reference §4)."""

from __future__ import annotations

from dataclasses import dataclass

from .schema import Resource

_COLLECTION = {"GET": ("index", "L"), "POST": ("create", "C")}
_MEMBER = {
    "GET": ("show", "G"),
    "PUT": ("update", "U"),
    "PATCH": ("update", "U"),
    "DELETE": ("destroy", "X"),
}
_ACTIONS = {
    "orders": frozenset({"invoice", "pay", "pack", "fulfil", "void"}),
    "purchase_orders": frozenset({"receive"}),
    "stock_transfers": frozenset({"receive", "revert"}),
}
_NUMBERED = frozenset({"orders", "stock_adjustments"})


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint: what it does, to which resource, to which record."""

    endpoint: str
    resource: str
    key: str | None = None
    action: str = ""


def match(schema: dict[str, Resource], method: str, path: str, *, ajax: bool) -> Route | None:
    """The route of a request, or None where Rails had none. Trailing slash and `.json` do not matter."""
    parts = path.strip("/").removesuffix(".json").split("/")
    if ajax and parts[0] == "ajax":
        parts = parts[1:] or [""]
    method = "GET" if method == "HEAD" else method
    special = _special(method, parts)
    if special is not None:
        return special
    resource = schema.get(parts[0])
    if resource is None or resource.internal or resource.hidden_table or len(parts) > 2:
        return None
    endpoint, letter = (_COLLECTION if len(parts) == 1 else _MEMBER).get(method, ("", "-"))
    if letter not in resource.methods:
        return None
    return Route(endpoint, resource.name, parts[1] if len(parts) == 2 else None)


def _special(method: str, parts: list[str]) -> Route | None:
    if method == "POST":
        if len(parts) == 4 and parts[2] == "actions" and parts[3] in _ACTIONS.get(parts[0], ()):
            return Route("act", parts[0], parts[1], parts[3])
        return None
    if method != "GET":
        return None
    match parts:
        case ["accounts", "current" | "account"]:
            return Route("current_account", "accounts")
        case ["users", "current"]:
            return Route("current_user", "users")
        case ["variants", "composition"]:
            return Route("composition", "composition")
        case ["variants", "composition", key] | ["variants", key, "composition"]:
            return Route("composition_of", "composition", key)
        case ["stock_levels"]:
            return Route("index", "stock_levels")
        case ["stock_levels", key]:
            return Route("show", "stock_levels", key)
        case [resource, "available_identifiers"] if resource in _NUMBERED:
            return Route("available_identifier", resource)
    return None
