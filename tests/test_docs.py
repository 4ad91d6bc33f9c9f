"""The documentation holds together: its references lead somewhere, and what docstrings refer to is there."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
FACTS: Final = (DOCS / "api-facts.md").read_text(encoding="utf-8")
SECTIONS: Final = set(re.findall(r"^\(api-([\d.]+)\)=\n#+ \1 ", FACTS, re.MULTILINE))
ROWS: Final = set(re.findall(r"^\| (\d+) \|", FACTS, re.MULTILINE))
SECTION: Final = re.compile(r"§(\d+(?:\.\d+)?)(?:-(\d+\.\d+))?")
ROW: Final = re.compile(r"[Aa]ppendix (?:\(?a\)? )?(\d+(?:(?:-|, )\d+)*)")


def marks(text: str) -> Iterator[str]:
    """Sections as ``3.9`` and rows of the appendix as ``#28`` that a text refers to; of a range, both ends."""
    yield from (number for ends in SECTION.findall(text) for number in ends if number)
    yield from (f"#{number}" for listed in ROW.findall(text) for number in re.findall(r"\d+", listed))


def places() -> Iterator[Path]:
    for folder, pattern in (
        ("src", "*.py"),
        ("src", "*.json"),
        ("docs", "*.md"),
        ("scripts", "*.py"),
        ("tests", "*.py"),
    ):
        yield from (ROOT / folder).rglob(pattern)


def test_every_section_of_the_api_that_is_referred_to_is_there() -> None:
    """On the page of what is known of it."""
    known = SECTIONS | {f"#{row}" for row in ROWS}
    missing = {
        (path.relative_to(ROOT).as_posix(), mark)
        for path in places()
        if path != Path(__file__)
        for mark in marks(path.read_text(encoding="utf-8"))
    }
    assert {one for one in missing if one[1] not in known} == set()
    assert len(missing) > 300


def test_the_resources_of_the_sandbox_name_their_sections() -> None:
    """In its description: the numbers are those of the page."""
    text = (ROOT / "src/tradegecko_bridge/sandbox/model/schema.json").read_text(encoding="utf-8")
    named = {
        number for one in re.findall(r'"reference": "([^"]+)"', text) for number in re.findall(r"\d+(?:\.\d+)?", one)
    }
    assert len(named) > 35
    assert named <= SECTIONS


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(reference §3.9)", ["3.9"]),
        ("(§5.1, §5.33)", ["5.1", "5.33"]),
        ("(reference §2.2-2.4; appendix 4, 6)", ["2.2", "2.4", "#4", "#6"]),
        ("(reference §2.2 to §2.4)", ["2.2", "2.4"]),
        ("(appendix (a) 2)", ["#2"]),
        ("(reference §7, appendix a 33)", ["7", "#33"]),
        ("appendix 13-17, 19", ["#13", "#17", "#19"]),
    ],
)
def test_marks_are_read(text: str, found: list[str]) -> None:
    """As they are written."""
    assert list(marks(text)) == found


def test_no_reference_to_our_own_names_is_let_go() -> None:
    """Those of others are listed, package by package."""
    settings = runpy.run_path(str(DOCS / "conf.py"))
    ignored = [*settings["nitpick_ignore_regex"], *settings["nitpick_ignore"]]
    for name in ("tradegecko_bridge.SyncEngine", "SyncEngine", "errors.NotFound", "Sandbox.reset"):
        assert not [one for one in ignored if re.fullmatch(one[1], name)], name


LEADS: Final = "{py:class}`tradegecko_bridge.engine.SyncEngine`, {py:class}`tradegecko_bridge.SyncEngine`, §3.9"
LEADS_NOWHERE: Final = {
    "{py:class}`tradegecko_bridge.engine.NoEngine`": "target not found: tradegecko_bridge.engine.NoEngine",
    "{py:class}`NoEngine`": "target not found: NoEngine",
    "§3.99": "api-3.99",
    "{doc}`no-page`": "unknown document: 'no-page'",
}


@pytest.mark.parametrize(("text", "said"), [(LEADS, {}), (", ".join(LEADS_NOWHERE), LEADS_NOWHERE)])
def test_a_reference_that_leads_nowhere_fails_the_build(tmp_path: Path, text: str, said: dict[str, str]) -> None:
    """With the settings that our pages are built with."""
    pytest.importorskip("sphinx")
    for name in ("conf.py", "_ext", "_static"):
        (tmp_path / name).symlink_to(DOCS / name)
    (tmp_path / "api-facts.md").write_text("# Facts\n\n(api-3.9)=\n## 3.9 Errors\n", encoding="utf-8")
    (tmp_path / "index.md").write_text(
        f"# Page\n\n{text}\n\n```{{toctree}}\napi-facts\n```\n\n"
        "```{eval-rst}\n.. py:class:: tradegecko_bridge.engine.engine.SyncEngine\n```\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "sphinx", "-q", "-n", "-W", "--keep-going", str(tmp_path), str(tmp_path / "html")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("WARNING")) == (bool(said), len(said)), done.stderr
    assert all(words in done.stderr for words in said.values()), done.stderr
