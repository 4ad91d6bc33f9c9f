"""What the package is made of: each dependency has a reason, a pinned version and a place in the bill of materials."""

from __future__ import annotations

import io
import json
import re
import runpy
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

import pytest

from tests.support import require

ROOT: Final = Path(__file__).parents[1]
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SCRIPT: Final = ROOT / "scripts" / "bill_of_materials.py"
BILL: Final = runpy.run_path(str(SCRIPT))
AUDIT: Final = runpy.run_path(str(ROOT / "scripts" / "audit.py"))
PINNED: Final = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()


def name(requirement: str) -> str:
    """The name of a requirement or a pin, as package indexes compare names."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[>=<;]", requirement)[0].strip()).lower()


def needs() -> dict[str, set[str]]:
    found: dict[str, set[str]] = BILL["closure"](one for one in BILL["shipped"](PROJECT) if BILL["_applies"](one))
    return found


def test_every_dependency_has_a_reason() -> None:
    """In the table of the page on architecture, with its extra, what it is for and what were without it; no others."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page.split("## Dependencies")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([\w-]+)`(?: \(`(\w+)`\))? \| (.+) \| (.+) \|$", table, re.MULTILINE)
    extras = {extra: ones for extra, ones in PROJECT["optional-dependencies"].items() if extra not in BILL["TOOLS"]}
    declared = [(name(one), "") for one in PROJECT["dependencies"]]
    declared += [(name(one), extra) for extra, ones in extras.items() for one in ones]
    assert sorted((one, extra) for one, extra, *_ in rows) == sorted(declared)


def test_every_package_that_users_run_is_pinned() -> None:
    """Also what a dependency brings along: the tests run with the versions that are audited."""
    pinned = [name(one) for one in PINNED]
    assert needs().keys() - {""} <= set(pinned)
    assert len(pinned) == len(set(pinned))
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", one) for one in PINNED), "no addresses, no ranges"


def test_tools_are_not_part_of_it() -> None:
    """Nobody who installs the package gets them."""
    assert not needs().keys() & {"pytest", "mypy", "ruff", "sphinx", "hypothesis", "selenium", "cyclonedx-bom"}
    assert {"httpx", "h11", "sqlalchemy", "psycopg-binary", "starlette", "click"} <= needs().keys()


def test_no_file_names_an_index() -> None:
    """Where packages come from is the business of whoever installs them."""
    files = ("constraints.txt", "pyproject.toml", "Makefile", ".ci/run", ".pre-commit-config.yaml", "CONTRIBUTING.md")
    for file in (*files, "scripts/audit.py", "scripts/check_dist.py"):
        assert not re.search(r"index-url|find-links|--index|simple/", (ROOT / file).read_text(encoding="utf-8")), file


def test_what_runs_before_a_commit_is_what_make_check_runs() -> None:
    """With the project's own tools, and nothing from elsewhere."""
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"repo: (.+)", hooks) == ["local"]
    before = [line.replace(" --force-exclude", "") for line in re.findall(r"entry: \.venv/bin/(.+)", hooks)]
    check = (ROOT / "Makefile").read_text(encoding="utf-8").split("\ncheck: ")[1].split("\n\n")[0]
    assert before == re.findall(r"\$\(BIN\)/(.+)", check)


CHECKS: Final = runpy.run_path(str(ROOT / "scripts" / "check_dist.py"))
SOURCES: Final = (
    "pyproject.toml",
    "src/tradegecko_bridge/py.typed",
    "src/tradegecko_bridge/a/schema.json",
    "src/tradegecko_bridge/a/html.css",
    "src/tradegecko_bridge/a/demo_orders/1.csv",
    "src/tradegecko_bridge/a/migrations/versions/1.py",
)


def said(folder: Path, files: Iterable[str] = SOURCES, **changed: str) -> list[str]:
    """Of a sdist and a wheel with these files, and of their metadata, some of it changed."""
    fields = {
        "Metadata-Version": "2.4",
        "Name": PROJECT["name"],
        "Version": "1.0",
        "License-Expression": PROJECT["license"],
        "License-File": PROJECT["license-files"][0],
        "Requires-Python": PROJECT["requires-python"],
        "Description-Content-Type": "text/markdown",
    } | {key.replace("_", "-"): value for key, value in changed.items()}
    lines = [f"{key}: {value}" for key, value in fields.items() if value]
    lines += [f"Provides-Extra: {extra}" for extra in PROJECT["optional-dependencies"]]
    metadata = "\n".join(lines) + "\n\n" + (ROOT / "README.md").read_text(encoding="utf-8")
    sdist, wheel = folder / "it-1.0.tar.gz", folder / "it-1.0-py3-none-any.whl"
    with tarfile.open(sdist, "w:gz") as archive:
        for name in (*files, "PKG-INFO"):
            text = metadata.encode() if name == "PKG-INFO" else b""
            told = tarfile.TarInfo(f"it-1.0/{name}")
            told.size = len(text)
            archive.addfile(told, io.BytesIO(text))
    with ZipFile(wheel, "w") as zipped:
        for name in files:
            if name.startswith("src/"):
                zipped.writestr(name.removeprefix("src/"), "")
        zipped.writestr("it-1.0.dist-info/METADATA", metadata)
    return [*CHECKS["complaints"](sdist, wheel, SOURCES)]


def test_what_is_built_is_what_is_in_the_repository(tmp_path: Path) -> None:
    """Each file that is missing and each that does not belong there is named; so is what a wheel cannot do without."""
    assert said(tmp_path) == []
    assert said(tmp_path, [*SOURCES, ".venv/x", "src/tradegecko_bridge/a.pyc"]) == [
        "sdist: .venv/x is not in the repository",
        "sdist: src/tradegecko_bridge/a.pyc is not in the repository",
        "wheel: tradegecko_bridge/a.pyc is not in the repository",
    ]
    for left_out in SOURCES:
        told = said(tmp_path, [name for name in SOURCES if name != left_out])
        inside = left_out.removeprefix("src/")
        in_wheel = [f"wheel: {inside} is missing"] if inside != left_out else []
        assert told[: 1 + len(in_wheel)] == [f"sdist: {left_out} is missing", *in_wheel]
        assert len(told) == 1 + 2 * len(in_wheel), "what a wheel needs is named once more"


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("Metadata_Version", "9.9", "9.9"),
        ("Version", "one", "one"),
        ("License_Expression", "", "licence"),
        ("License_File", "", "licence"),
        ("Requires_Python", "", "no Requires-Python"),
        ("Description_Content_Type", "text/x-rst", "not as Markdown"),
        ("Provides_Extra", "more", "extras"),
    ],
)
def test_metadata_that_an_index_would_refuse_is_told(tmp_path: Path, field: str, value: str, complaint: str) -> None:
    """Of sdist and wheel."""
    told = said(tmp_path, **{field: value})
    for kind in ("sdist", "wheel"):
        assert [line for line in told if line.startswith(f"{kind}: ") and complaint in line], told


@pytest.fixture(scope="module")
def bills() -> list[str]:
    """The bill of materials, written twice. Without cyclonedx-py its tests are skipped; in CI they fail instead."""
    if find_spec("cyclonedx_py") is None:
        require("cyclonedx-py is not installed: it is in the extra dist")
    command = [sys.executable, str(SCRIPT)]
    return [subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(2)]


def test_the_bill_of_materials_is_complete_and_says_nothing_of_the_machine(bills: list[str]) -> None:
    """Each package with version and licence, and what needs what; two runs write the same."""
    first, second = bills
    assert first == second
    made: dict[str, Any] = json.loads(first)
    root, parts = made["metadata"]["component"], made["components"]
    assert (root["name"], bool(root["version"]), bool(root["licenses"])) == (PROJECT["name"], True, True)
    assert {name(part["name"]) for part in parts} == needs().keys() - {""}
    assert all(part["version"] and part["licenses"] and part["purl"] for part in parts)
    assert {one["ref"] for one in made["dependencies"]} == {part["bom-ref"] for part in (root, *parts)}
    assert not re.search(rf"serialNumber|timestamp|file:|{re.escape(str(ROOT))}|{re.escape(sys.prefix)}", first)


def test_the_bill_of_materials_follows_the_schema(bills: list[str]) -> None:
    """CycloneDX's own, strictly."""
    schemas, validation = import_module("cyclonedx.schema"), import_module("cyclonedx.validation.json")
    version = schemas.SchemaVersion.from_version(json.loads(bills[0])["specVersion"])
    assert validation.JsonStrictValidator(version).validate_str(bills[0]) is None


def _audited(*found: str) -> dict[str, Any]:
    return {"name": "a", "version": "1", "vulns": [{"id": one, "fix_versions": ["2"]} for one in found]}


UNREACHED: Final = {"name": "a", "skip_reason": "not found"}


NOTHING: Final = "skipped: no database of vulnerabilities can be reached, so nothing was audited"


@pytest.mark.parametrize(
    ("answers", "code", "said"),
    [
        ([[], []], 0, [NOTHING]),
        ([[UNREACHED], []], 0, [NOTHING]),
        ([[_audited()]], 0, ["packages audited: 1; vulnerabilities known: 0"]),
        (
            [[UNREACHED], [_audited("CVE-1")]],
            1,
            ["a 1: CVE-1, corrected in 2", "packages audited: 1; vulnerabilities known: 1"],
        ),
        (
            [[_audited(), {"name": "b", "skip_reason": "x"}]],
            0,
            ["packages audited: 1; vulnerabilities known: 0; not in the database: b"],
        ),
    ],
)
def test_an_audit_never_says_more_than_it_knows(answers: list[Any], code: int, said: list[str]) -> None:
    """A database that knows no package has found nothing out."""
    assert AUDIT["verdict"](answers) == (code, said)
