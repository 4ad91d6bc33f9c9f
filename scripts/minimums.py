"""Print the oldest versions that pyproject.toml allows, as constraints for pip: python scripts/minimums.py cli,sandbox

The names are those of extras. Only what is declared is pinned; what that needs in turn is as new as it may be.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

_LEAST: Final = re.compile(r"(?P<name>[\w.-]+)(?:\[[^]]*\])?>=(?P<version>[\w.]+)[^;]*(?P<marker>;.*)?")
"""``psycopg[binary]>=3.1,<4; python_version < '4'``: constraints take no extras."""


def minimums(pyproject: Path, extras: Sequence[str]) -> Iterator[str]:
    """``httpx==0.27`` and so on.

    Raises:
        SystemExit: a requirement says no oldest version, or there is no such extra.
    """
    project = tomllib.loads(pyproject.read_text())["project"]
    optional = project["optional-dependencies"]
    if unknown := set(extras) - optional.keys():
        raise SystemExit(f"{pyproject} has no extra {', '.join(sorted(unknown))}")
    for requirement in (*project["dependencies"], *(one for extra in extras for one in optional[extra])):
        least = _LEAST.fullmatch(requirement)
        if least is None:
            raise SystemExit(f"{pyproject}: {requirement!r} says no oldest version; write name>=version")
        yield f"{least['name']}=={least['version']}{least['marker'] or ''}"


if __name__ == "__main__":
    print("\n".join(minimums(Path(__file__).parents[1] / "pyproject.toml", sys.argv[1].split(","))))
