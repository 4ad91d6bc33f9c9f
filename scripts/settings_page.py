"""Write ``docs/settings.md`` from the settings themselves, so that a setting is described once.

    python scripts/settings_page.py

A test compares the page with what this writes.
"""

from __future__ import annotations

import ast
import inspect
import json
import tomllib
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, get_args, get_origin

import attrs
from attrs import frozen

from tradegecko_bridge.engine import ConnectionSettings
from tradegecko_bridge.engine.settings import connection

PAGE = Path(__file__).parents[1] / "docs/settings.md"
HEAD = """\
<!-- Written by scripts/settings_page.py from ConnectionSettings: do not edit. -->

# Settings of a connection

Everything that can be set for one connection, in the settings file under `[connections.NAME]`:

```toml
[connections.my-shop]
source = "folder"
options = { path = "shop" }
order_status = "active"
```

or in Python, under the same names:

```python
from tradegecko_bridge import ConnectionSettings

settings = ConnectionSettings(order_status="active")
```

All faults of the settings are reported at once, each with the file, the line and what to write instead. Numbers stand
without quotes. A blank name (`customer = ""`) is as good as none.
"""


@frozen
class Setting:
    """One setting: its heading, what it takes and does, and a value as an example."""

    name: str
    group: str
    takes: str
    does: str
    example: Any


def page() -> str:
    """The whole page: of each heading a table, and an example of everything in it."""
    parts = [HEAD]
    for group, found in groupby(settings(), lambda one: one.group):
        members = list(found)
        parts.append(f"## {group}\n\n| setting | takes | default | what it does |\n|---|---|---|---|")
        parts += [f"| `{one.name}` | {one.takes} | {default(one.name)} | {one.does} |" for one in members]
        parts.append(f"\n```toml\n{example(members)}\n```\n")
    return "\n".join(parts)


# ── the settings, from their declaration ─────────────────────────────────────────────────────


def settings() -> Iterator[Setting]:
    """Each setting with the text below it, which may end with an example, and the heading above it."""
    source = inspect.getsource(connection)
    headings = {n: line for n, line in enumerate(source.splitlines()) if line.startswith("    # ──")}
    (body,) = (one.body for one in ast.parse(source).body if isinstance(one, ast.ClassDef))
    types = {one.name: one.type for one in attrs.fields(attrs.resolve_types(ConnectionSettings))}
    for field, below in pairwise(body):
        if not isinstance(field, ast.AnnAssign) or not isinstance(below, ast.Expr):
            continue
        name = ast.unparse(field.target)
        does, _, written = " ".join(ast.literal_eval(below.value).split()).partition(" E.g. `")
        yield Setting(
            name=name,
            group=[line for n, line in headings.items() if n < field.lineno][-1].strip(" #─"),
            takes=takes(types[name]),
            does=does.replace("|", "\\|"),
            example=tomllib.loads(f"x = {written.removesuffix('`.')}")["x"] if written else other_than_default(name),
        )


def takes(kind: Any) -> str:
    """What a type takes, in words; a text that comes with it says more than the type."""
    words = {bool: "true or false", str: "text", int: "a whole number", datetime: "a date or time, without quotes"}
    parts = get_args(kind)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return f"one of {', '.join(f'`{word}`' for word in kind)}"
    if get_origin(kind) is tuple:
        return "list of texts" if parts[0] is str else "list of tables"
    texts = [part for part in parts if isinstance(part, str)]
    return words[kind] if kind in words else texts[0] if texts else takes(parts[0])


def other_than_default(name: str) -> Any:
    """A value to show where none is written; numbers are as they are."""
    value = getattr(ConnectionSettings(), name)
    if isinstance(value, bool):
        return not value
    return list(type(value))[-1] if isinstance(value, StrEnum) else value


# ── as TOML ──────────────────────────────────────────────────────────────────────────────────


def example(members: list[Setting]) -> str:
    """Lines as they stand in a settings file: what belongs to the connection's own table first, other tables last."""
    plain, tables = [], []
    for one in members:
        match one.example:
            case dict(table):
                lines = [f"{json.dumps(key)} = {toml(value)}" for key, value in table.items()]
                tables.append("\n".join([f"[connections.my-shop.{one.name}]", *lines]))
            case [dict(table)]:
                lines = [f"{key} = {toml(value)}" for key, value in table.items()]
                tables.append("\n".join([f"[[connections.my-shop.{one.name}]]", *lines]))
            case value:
                plain.append(f"{one.name} = {toml(value)}")
    return "\n\n".join(part for part in ("\n".join(plain), *tables) if part)


def toml(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool | str | list | tuple) else str(value)


def default(name: str) -> str:
    """What a setting is when it is left out."""
    value: Any = getattr(ConnectionSettings(), name)
    return f"`{toml(value)}`" if value or isinstance(value, bool | Decimal) else "none"


if __name__ == "__main__":
    PAGE.write_text(page())
