"""The page on sources of one's own does what it shows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tradegecko_bridge import commerce, errors

PAGE = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")


def test_the_examples_run(tmp_path: Path) -> None:
    """All Python blocks, one after the other as one program, without a warning."""
    program = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
    (tmp_path / "page.py").write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "page.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "1 held, 2 delivered" in done.stdout
    assert "held M-2: sale 2: its units are not a number" in done.stdout
    assert "\n{'M-1': '1Z1'}\n" in done.stdout
    assert "\n  problem: market: the market answers 503\n" in done.stdout


def test_the_names_are_where_the_page_says() -> None:
    """Each can be imported from there, and those the text speaks of are among them."""
    for module in (commerce, errors):
        (row,) = re.findall(rf"^\| `{module.__name__}` \| (.*) \|$", PAGE, re.MULTILINE)
        assert not [name for name in re.findall(r"`(\w+)`", row) if not hasattr(module, name)]
    for name in ("SourceUnavailable", "SourceRefused", "SourceNeedsLogin", "ItemResult", "Verdict"):
        assert f"`{name}`" in PAGE.split("| from | import |")[1].split("\n\n")[0]
