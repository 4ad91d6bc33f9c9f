"""The manual of the client does what it shows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tradegecko_bridge import errors
from tradegecko_bridge.errors import TradeGeckoError

DOCS = Path(__file__).parents[2] / "docs"
MANUAL = (DOCS / "client.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["client", "comfort"])
def test_the_manuals_blocks_run(page: str, tmp_path: Path) -> None:
    """All Python blocks, one after the other as one program, without a warning."""
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    program = "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))
    (tmp_path / "manual.py").write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "manual.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "404 on GET /orders/99" in done.stdout


def test_every_error_is_in_the_manual() -> None:
    """The table names each class a call may raise."""
    table = MANUAL[MANUAL.index("| class | when |") : MANUAL.index("## Retries")]
    kinds = {
        name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, TradeGeckoError)
    } - {"TradeGeckoError", "StatusError"}
    assert {name for name in kinds if f"`{name}`" not in table} == set()
