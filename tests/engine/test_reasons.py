"""Every reason an order can be kept back for has its line in the docs, with what to do."""

from __future__ import annotations

import re
from pathlib import Path

import tradegecko_bridge
from tradegecko_bridge.engine.mapping.catalog import NAMING
from tradegecko_bridge.engine.reasons import CODES

SOURCE = Path(tradegecko_bridge.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
CODE = re.compile(
    r'Reason\(\s*(?:code=)?"([a-z_]+)"'
    r"|^(?:BY_HAND|EDIT_OUTDATED|GIVEN_OTHERWISE|GAVE_UP_IN_DOUBT|ID_IN_USE|REFERENCE_REUSED|REFUSED|UNPAID|PARTLY_SHIPPED|TOO_OLD)"
    r'(?:: Final)? = "([a-z_]+)"',
    re.MULTILINE,
)


def codes() -> set[str]:
    """The codes that stand in the code."""
    texts = [
        file.read_text(encoding="utf-8")
        for pattern in ("engine/**/*.py", "stores/**/*.py", "*.py")
        for file in SOURCE.glob(pattern)
    ]
    found = {one or other for text in texts for one, other in CODE.findall(text)}
    return (
        found
        | {f"unknown_{setting}" for setting in NAMING}
        | {
            *("ambiguous_sku", "ambiguous_barcode", "key_used"),
            *("canceled_before", "refunded_before", "shipped_before"),
        }
    )


def test_every_reason_is_explained() -> None:
    """The page on operations explains every code, and no other."""
    table = PAGE.read_text(encoding="utf-8").split("## Reasons")[1].split("\n## ")[0]
    first = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    told = {code for cell in first for code in re.findall(r"`([a-z_]+)`", cell)}
    assert len(codes()) > 20
    assert told == codes() == CODES
