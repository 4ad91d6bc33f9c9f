"""Write ``docs/included.md`` from the classes of the sources that are included: what each takes, and what it can do.

    python scripts/sources_page.py

A test compares the page with what this writes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name
from typing import Final

from tradegecko_bridge.wiring.described import FUNCTIONS, Described, described

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs/included.md"
GROUP: Final = "tradegecko_bridge.sources"
HEAD: Final = """\
<!-- Written by scripts/sources_page.py from the classes: edit it there. -->

# Sources that are included

What each of them can do, and what it takes as `options` in the settings file. `tgbridge source describe NAME` shows the
same, also of sources that other packages bring along; `tgbridge source list` names them all.
"""


def sources() -> list[Described]:
    """Those of the project file, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    points = sorted(project["entry-points"][GROUP].items())
    return [described(kind, resolve_name(where), "tradegecko-bridge") for kind, where in points]


def page() -> str:
    """The whole page."""
    found = sources()
    return "\n".join([HEAD, *_table(found), *(line for one in found for line in _options(one))])


def _table(found: list[Described]) -> Iterator[str]:
    yield f"| | {' | '.join(f'[{one.kind}](#{one.kind})' for one in found)} |"
    yield f"|---|{'---|' * len(found)}"
    for name, said in FUNCTIONS.items():
        marks = ["yes" if name in one.functions else "" for one in found]
        yield f"| {said} | {' | '.join(marks)} |"


def _options(one: Described) -> Iterator[str]:
    yield f"\n## {one.kind}\n\n{one.summary}\n"
    yield "| option | takes | default | meaning |"
    yield "|---|---|---|---|"
    for option in one.options:
        default = "" if option.default is None else f"`{option.default}`" if option.default != "none" else "none"
        meaning = option.meaning.replace("|", "\\|").replace("<", "&lt;")
        yield f"| `{option.name}` | {option.takes} | {default} | {meaning} |"


def main() -> None:
    """Write it."""
    PAGE.write_text(page() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
