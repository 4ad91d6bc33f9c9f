"""What type checkers, and the editors that use them, know of the package."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import tradegecko_bridge
from tests.support import require
from tests.typing import pyright
from tests.typing.pyright import ROOT

SHORT = ("", ".commerce", ".errors", ".payloads", ".records", ".sources", ".sources.toolkit", ".testing", ".webhooks")
"""The modules that users import from."""
PACKAGE = Path(tradegecko_bridge.__file__).parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
INNER = {"architecture.md", "sandbox.md", "sandbox-api.md"}
"""Pages that name parts for those who change them."""


@pytest.fixture(scope="session")
def installed() -> None:
    """Pyright. Without it the test is skipped; in CI it fails instead."""
    if reason := pyright.missing():
        require(reason)


# ── what checkers find ───────────────────────────────────────────────────────────────────────


@pytest.mark.process
def test_every_type_is_written_down(installed: None, tmp_path: Path) -> None:
    """So that all checkers read the same: 99 % of what the package exports, and what is missing is told."""
    said = pyright.pyright(tmp_path, "--verifytypes", "tradegecko_bridge", "--ignoreexternal")
    score = re.search(r"Type completeness score: ([\d.]+)%", said)
    assert score, said
    missing = "\n".join(line for line in said.splitlines() if "error:" in line or "Inferred" in line)
    assert float(score[1]) >= 99.0, missing
    print(f"{score[1]} %\n{missing}")


@pytest.mark.process
@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_checkers_find_each_mistake_and_no_other(checker: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """In tests/typing: misspelt names, settings, arguments, verbs. Each has an ``ignore``; a needless one is told."""
    if checker == "mypy":
        command = [sys.executable, "-m", "mypy", "tests/typing"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        return
    request.getfixturevalue("installed")
    for file in (ROOT / "tests" / "typing").glob("*.py"):
        shutil.copy(file, tmp_path)
    settings = tmp_path / "pyrightconfig.json"
    settings.write_text('{"include": ["."], "reportUnnecessaryTypeIgnoreComment": "error"}')
    assert pyright.pyright(tmp_path).startswith("0 errors, 0 warnings")
    bad = tmp_path / "misspelt.py"
    bad.write_text("from tradegecko_bridge import SyncEngin\n")
    assert '"SyncEngin" is unknown import symbol' in pyright.pyright(tmp_path)


@pytest.mark.process
def test_checkers_see_a_misspelt_import(tmp_path: Path) -> None:
    """In a program of somebody who has just begun."""
    (tmp_path / "mine.py").write_text(
        "from tradegecko_bridge import SyncEngin\nfrom tradegecko_bridge.errors import NotFoud\n"
    )
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(ROOT / ".mypy_cache"), "mine.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert re.findall(r'mine.py:(\d): error: Module .* has no attribute "(\w+)"', done.stdout) == [
        ("1", "SyncEngin"),
        ("2", "NotFoud"),
    ]


# ── what can be imported from where ──────────────────────────────────────────────────────────


def programs() -> Iterator[tuple[str, str]]:
    """(file, text) of each Python block of the documentation, and each example."""
    for page in PAGES:
        for block in re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            yield page.name, block
    for example in EXAMPLES:
        yield example.name, example.read_text(encoding="utf-8")


def _place(module: str, name: str) -> tuple[str, str]:
    """A short place may itself be what is imported."""
    whole = f"{module}.{name}"
    return (whole, "__name__") if whole.removeprefix("tradegecko_bridge") in SHORT else (module, name)


def imports() -> Iterator[tuple[str, str, str]]:
    """(file, module, name) of each name imported from the package."""
    for file, text in programs():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "tradegecko_bridge":
                yield from ((file, *_place(node.module, one.name)) for one in node.names)
            elif isinstance(node, ast.Import):
                assert not [one.name for one in node.names if one.name.startswith("tradegecko_bridge.")], file


def test_all_that_is_imported_anywhere_is_in_a_short_place() -> None:
    """README, documentation and examples import from nowhere else."""
    found = set(imports())
    assert len(found) > 40
    for file, module, name in sorted(found):
        assert module.removeprefix("tradegecko_bridge") in SHORT, f"{file}: from {module} import {name}"
        home = importlib.import_module(module)
        assert name in getattr(home, "__all__", ()) or name in ("commerce", "errors", *vars(home)), f"{file}: {name}"


def test_all_that_is_named_anywhere_is_in_a_short_place() -> None:
    """Each class of the package that README or documentation write as code."""
    kinds = {
        name
        for module in pkgutil.walk_packages([str(PACKAGE)], "tradegecko_bridge.")
        if ".cli" not in module.name and ".sandbox" not in module.name and "migrations" not in module.name
        if not module.name.endswith("__main__")
        for name, kind in vars(importlib.import_module(module.name)).items()
        if inspect.isclass(kind) and kind.__module__.startswith("tradegecko_bridge")
    }
    places = [importlib.import_module(f"tradegecko_bridge{place}") for place in SHORT]
    there = {name for place in [*places, httpx] for name in dir(place)}
    for page in PAGES:
        if page.name not in INNER:
            named = set(re.findall(r"`([A-Z]\w+)[`(.]", page.read_text(encoding="utf-8")))
            assert not (named & kinds) - there, page.name


@pytest.mark.parametrize("place", ["", ".sources", ".testing"])
def test_lazy_names_are_those_that_are_promised(place: str) -> None:
    """For checkers, at run time and in ``dir`` alike; another is refused like that of any module."""
    module = importlib.import_module(f"tradegecko_bridge{place}")
    seen = {
        one.asname or one.name
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")))
        if isinstance(node, ast.If)
        for inner in node.body
        if isinstance(inner, ast.ImportFrom)
        for one in inner.names
    }
    assert set(module.__all__) == set(module._HOMES) | ({"__version__"} if not place else set())
    assert seen == set(module._HOMES)
    assert dir(module) == sorted(module.__all__)
    for name in module.__all__:
        assert getattr(module, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'NoSuchName'"):
        _ = module.NoSuchName


# ── what editors show ────────────────────────────────────────────────────────────────────────


def test_no_docstring_is_made_when_the_program_runs() -> None:
    """Editors read the source: each public name's text stands there as it is."""
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Store):
                name = node.attr if isinstance(node, ast.Attribute) else node.id
                assert name != "__doc__", f"{file}:{node.lineno}"
    for place in SHORT:
        module = importlib.import_module(f"tradegecko_bridge{place}")
        for name in getattr(module, "__all__", ()):
            thing = getattr(module, name)
            if inspect.isclass(thing) or inspect.isfunction(thing):
                assert ast.get_docstring(definition_of(thing)), name


def definition_of(thing: type | object) -> ast.ClassDef | ast.FunctionDef:
    """Where a class or function is written."""
    tree = ast.parse(Path(str(inspect.getsourcefile(inspect.unwrap(thing)))).read_text(encoding="utf-8"))  # type: ignore[arg-type]
    name = getattr(thing, "__name__", "")
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name]
    return found[0]
