"""Print what the tests reached, package by package, from the data a run with ``--cov`` has left.

    python scripts/coverage_table.py

Only what runs in the test processes themselves counts: not the commands, workers and servers they start.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

from coverage import Coverage

PACKAGE = Path("src/tradegecko_bridge")
COUNTS = ("num_statements", "covered_lines", "num_branches", "covered_branches")


def main() -> None:
    coverage = Coverage()
    coverage.load()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "coverage.json"
        coverage.json_report(outfile=str(path))
        files = json.loads(path.read_text())["files"]
    packages: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, file in files.items():
        found = {count: file["summary"][count] for count in COUNTS}
        packages["/".join(Path(name).relative_to(PACKAGE).parts[:-1][:2]) or "(top)"].update(found)
    print(f"\n{'package':<28}{'lines':>8}{'reached':>9}{'branches':>10}{'reached':>9}")
    total = sum(packages.values(), Counter[str]())
    for package, counts in [*sorted(packages.items()), ("total", total)]:
        lines, reached, branches, taken = (counts[count] for count in COUNTS)
        print(f"{package:<28}{lines:>8}{_share(reached, lines)}{branches:>10}{_share(taken, branches)}")


def _share(part: int, whole: int) -> str:
    return f"{part / whole:>8.1%} " if whole else f"{'–':>8} "


if __name__ == "__main__":
    main()
