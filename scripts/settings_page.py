"""Write ``docs/settings.md`` from the settings themselves, so that a setting is said once.

    python scripts/settings_page.py

A test compares the page with what this writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from tradegecko_bridge.engine import ConnectionSettings
from tradegecko_bridge.engine.settings.declaration import About, told

PAGE = Path(__file__).parents[1] / "docs/settings.md"
TABLES = ("[connections.", "[[connections.")
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

All faults of the settings are told at once, each with the file, the line and what to write instead. Numbers stand
without quotes. A blank name (`customer = ""`) is as good as none.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(part for group in groups() for part in section(group))])


def groups() -> list[str]:
    return list(dict.fromkeys(said.group for said in told(ConnectionSettings).values()))


def section(group: str) -> Iterator[str]:
    """One heading: a table, and an example of everything in it."""
    settings = {name: said for name, said in told(ConnectionSettings).items() if said.group == group}
    yield f"## {group}\n"
    yield "| setting | takes | unless said | what it does |\n|---|---|---|---|"
    for name, said in settings.items():
        yield f"| `{name}` | {said.takes} | {default(name)} | {said.does.replace('|', chr(92) + '|')} |"
    yield f"\n```toml\n{example(settings)}\n```\n"


def example(settings: dict[str, About]) -> str:
    """Lines as they stand in a settings file: what belongs to the connection's own table first, other tables last."""
    tables = [said.example for said in settings.values() if said.example.startswith(TABLES)]
    plain = [f"{name} = {said.example}" for name, said in settings.items() if said.example not in tables]
    return "\n\n".join(part for part in ("\n".join(plain), *tables) if part)


def default(name: str) -> str:
    """What a setting is when nobody says, in TOML's words."""
    value: Any = getattr(ConnectionSettings(), name)
    match value:
        case bool():
            return f"`{str(value).lower()}`"
        case StrEnum():
            return f'`"{value}"`'
        case Decimal():
            return f"`{value}`"
    return f'`"{value}"`' if value else "none"


if __name__ == "__main__":
    PAGE.write_text(page())
