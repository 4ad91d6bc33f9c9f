"""Query strings and bodies into nested values, the way Rails reads them.

`ids[]=1&ids[]=2` is a list, `product[name]=Gary` an object, `order[order_line_items][][quantity]=2` a list of
objects; of a repeated plain name the last one counts (reference §3.1, §3.7).
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

import orjson

from .errors import Malformed

_PARTS = re.compile(r"\[([^\[\]]*)\]")
_MAX_DEPTH = 32
_MAX_JSON_DEPTH = 100  # As Ruby's parser; what travels on must also stay below the 254 levels a reply may have.
_MAX_FIELDS = 10_000

Params = dict[str, Any]


def read_query(text: str) -> Params:
    """A query string, or a form body."""
    found: Params = {}
    for name, value in parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=_MAX_FIELDS):
        head, bracket, _ = name.partition("[")
        parts = _PARTS.findall(name) if bracket else []
        if head and len(parts) <= _MAX_DEPTH:
            _place(found, head, parts, value)
    return found


def read_body(body: bytes, content_type: str) -> Params:
    """A request body. Raises Malformed when it cannot be read."""
    if not body.strip():
        return {}
    try:
        if is_form(content_type):
            return read_query(body.decode("utf-8", "replace"))
        value = orjson.loads(body)
        if _too_deep(value):
            raise ValueError("nested too deeply")
    except ValueError as exc:
        raise Malformed from exc
    return value if isinstance(value, dict) else {}


def is_form(content_type: str) -> bool:
    """Whether a body of this type is a form."""
    return "x-www-form-urlencoded" in content_type.lower()


def _too_deep(value: Any) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(_MAX_JSON_DEPTH):
        inside = (held.values() if isinstance(held, dict) else held for held in level)
        level = [part for parts in inside for part in parts if isinstance(part, dict | list)]
        if not level:
            return False
    return True


def _place(into: Params, name: str, parts: list[str], value: str) -> None:
    if not parts:
        into[name] = value
        return
    if parts[0] == "":
        held = into.setdefault(name, [])
        if isinstance(held, list):
            _append(held, parts[1:], value)
        return
    held = into.setdefault(name, {})
    if isinstance(held, dict):
        _place(held, parts[0], parts[1:], value)


def _append(into: list[Any], parts: list[str], value: str) -> None:
    if not parts:
        into.append(value)
        return
    # A key that the last object already has begins the next object.
    if not into or not isinstance(into[-1], dict) or (len(parts) == 1 and parts[0] in into[-1]):
        into.append({})
    _place(into[-1], parts[0], parts[1:], value)


def as_list(value: Any, *, split: bool) -> list[str]:
    """The values of a filter: `[]` parameters, a comma list where `split`, or one value. Blanks are dropped."""
    if isinstance(value, dict):
        value = list(value.values())
    given = value if isinstance(value, list) else [value]
    texts = [text for text in given if isinstance(text, str)]
    if split:
        texts = [part.strip() for text in texts for part in text.split(",")]
    return [text for text in texts if text.strip()]
