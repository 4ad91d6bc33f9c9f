"""Print what is in an installation, in CycloneDX JSON: python scripts/bill_of_materials.py

Versions and licences of what the package and its extras need, and of what that needs; not of the tools of development,
which are installed beside them. Two runs with the same versions print the same. Needs the extra `dist`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import requires, version
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).parents[1]
TOOLS: Final = frozenset({"all", "audit", "dev", "dist", "docs"})
"""Extras that are no part of what users run, or only name others."""


def shipped(project: dict[str, Any]) -> list[str]:
    """The requirements of the package and of every extra that users run."""
    extras = project["optional-dependencies"]
    return [*project["dependencies"], *(one for name in sorted(extras.keys() - TOOLS) for one in extras[name])]


def closure(requirements: Iterable[str]) -> dict[str, set[str]]:
    """Everything that is needed here, with what each needs itself; the root is ``""``."""
    needs: dict[str, set[str]] = {"": set()}
    waiting = [("", Requirement(one)) for one in requirements]
    seen = set[tuple[str, frozenset[str]]]()
    while waiting:
        parent, one = waiting.pop()
        name = canonicalize_name(one.name)
        needs[parent].add(name)
        needs.setdefault(name, set())
        if (name, frozenset(one.extras)) not in seen:
            seen.add((name, frozenset(one.extras)))
            waiting += [(name, each) for each in _needed(name, one.extras)]
    return needs


def _needed(name: str, extras: Iterable[str]) -> Iterator[Requirement]:
    for each in map(Requirement, requires(name) or ()):
        if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield each


def bill(pyproject: Path) -> dict[str, Any]:
    """The bill of materials."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    # cyclonedx-py lists all that is installed, and takes what extras need for needs: those are worked out here.
    options = ["--output-reproducible", "--no-validate", "--mc-type", "library", "--pyproject", str(pyproject)]
    command = [sys.executable, "-m", "cyclonedx_py", "environment", *options, sys.executable]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - all of it is ours
    made: dict[str, Any] = json.loads(done.stdout)
    needs = closure(one for one in shipped(project) if _applies(one))
    found = {canonicalize_name(one["name"]): one for one in made["components"]}
    ref = {name: one["bom-ref"] for name, one in found.items()}
    ref[""] = made["metadata"]["component"]["bom-ref"]
    made["metadata"]["component"]["version"] = version(project["name"])
    made["components"] = [found[name] for name in sorted(needs.keys() - {""})]
    for part in (*made["components"], *made["metadata"]["tools"]["components"]):
        part.pop("externalReferences", None)  # links to homepages and sponsors
    made["dependencies"] = [
        {"ref": ref[name]} | ({"dependsOn": sorted(ref[one] for one in needs[name])} if needs[name] else {})
        for name in sorted(needs)
    ]
    return made


def _applies(requirement: str) -> bool:
    marker = Requirement(requirement).marker
    return marker is None or marker.evaluate()


if __name__ == "__main__":
    print(json.dumps(bill(ROOT / "pyproject.toml"), indent=2, sort_keys=True))
