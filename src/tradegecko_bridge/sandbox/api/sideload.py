"""Records that travel along with others (reference §3.8)."""

from __future__ import annotations

from typing import Any

from ..model.context import Context
from ..model.schema import Resource
from ..model.state import Row
from ..wire.params import Params, as_list

Loads = dict[str, list[Row]]


def sideloads(context: Context, resource: Resource, rows: list[Row], params: Params, kind: str) -> Loads:
    """Rows to sideload by root, in the order of the roots. A root without rows is left out."""
    found: Loads = {}
    for name in resource.always:
        _add(found, name, _children(context, name, f"{resource.singular}_id", rows))
    if kind in resource.includes_on:
        for name in _asked_for(params):
            rule = resource.includes.get(name)
            if rule is not None:
                _add(found, rule["table"], _included(context, rule, rows))
    return {name: loaded for name, loaded in found.items() if loaded}


def _asked_for(params: Params) -> list[str]:
    given: Any = params.get("include") or params.get("_include")
    return as_list(given, split=True) if given else []


def _included(context: Context, rule: dict[str, str], rows: list[Row]) -> list[Row]:
    table = context.state[rule["table"]]
    if "via" in rule:
        return [child for child in _children(context, rule["table"], rule["via"], rows) if table.shows(child)]
    if "ids" in rule:
        keys = [key for row in rows for key in row.get(rule["ids"], [])]
    else:
        keys = [row.get(rule["via_id"]) for row in rows]
    return [table.rows[key] for key in keys if key in table.rows]


def _children(context: Context, name: str, column: str, rows: list[Row]) -> list[Row]:
    found = []
    for row in rows:
        children = context.state[name].where(column, row["id"])
        children.sort(key=lambda child: child.get("position") or 0)
        found += children
    return found


def _add(found: Loads, root: str, rows: list[Row]) -> None:
    held = found.setdefault(root, [])
    known = {row["id"] for row in held}
    for row in rows:
        if row["id"] not in known:
            known.add(row["id"])
            held.append(row)
