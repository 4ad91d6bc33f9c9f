"""Make mistakes in the rules, one at a time, and see whether a test fails.

    python -m scripts.mutants [PART OF A PATH ...] [--jobs N] [--sample N]

Prints every survivor, and the share of mutants killed for each module and in all. Which modules, and which tests they
are put to, is said in ``[tool.mutants]`` of pyproject.toml, and so is, with the reason, what no test can notice. Ends
with 1 where the share is less than ``least`` there.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
import tomllib
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scripts.mutants.mistakes import Mutant, mutants
from scripts.mutants.run import BaselineFailed, Verdict, run

ROOT = Path(__file__).parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.mutants", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("only", nargs="*", help="only files with this in their path")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants at once (default: one a core)")
    parser.add_argument("--sample", type=int, help="only so many of each target, always the same")
    options = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT / "src"))
    table = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["mutants"]
    campaign = Campaign(table["equivalent"])
    with TemporaryDirectory(prefix="mutants-") as folder:
        os.environ["TMPDIR"] = folder
        try:
            for target in table["target"]:
                campaign.put(target, options.only, options.jobs, options.sample)
        except BaselineFailed as error:
            print(f"\nwithout any mistake:\n{error}", file=sys.stderr)
            return 2
    return campaign.end(table["least"])


class Campaign:
    """All mutants that were made, and what became of them."""

    def __init__(self, equivalent: list[dict[str, str]]) -> None:
        self._equivalent = {(one["file"], one["mutant"]) for one in equivalent}
        self._verdicts: dict[str, Counter[Verdict]] = {}
        self._began = time.monotonic()

    def put(self, target: dict[str, Any], only: list[str], jobs: int, sample: int | None) -> None:
        """All mutants of a target's files to its tests."""
        paths = sorted(path for pattern in target["files"] for path in ROOT.glob(pattern))
        if not paths:
            raise SystemExit(f"no file is {' or '.join(target['files'])}")
        paths = [path for path in paths if not only or any(part in str(path) for part in only)]
        found = [one for path in paths for one in mutants(str(path), path.read_text()) if not self._is_excused(one)]
        if sample is not None:
            found = random.Random(1).sample(found, min(sample, len(found)))  # noqa: S311 - always the same
        if found:
            run(found, target["tests"], jobs, self._note)

    def _is_excused(self, mutant: Mutant) -> bool:
        return (_short(mutant), str(mutant)) in self._equivalent

    def _note(self, mutant: Mutant, verdict: Verdict) -> None:
        self._verdicts.setdefault(_short(mutant), Counter())[verdict] += 1
        if verdict in (Verdict.SURVIVED, Verdict.NOT_REACHED):
            print(f"{_short(mutant)}:{mutant.line}: {mutant}", flush=True)
        done = sum(verdicts.total() for verdicts in self._verdicts.values())
        if done % 25 == 0 and sys.stderr.isatty():
            print(f"{done} mutants so far", end="\r", file=sys.stderr, flush=True)

    def end(self, least: float) -> int:
        """Print the table."""
        print(f"\n{'module':<60}{'mutants':>8}{'killed':>8}{'endless':>8}{'share':>8}")
        total: Counter[Verdict] = Counter()
        for file, verdicts in sorted(self._verdicts.items()):
            total += verdicts
            print(_row(file, verdicts))
        minutes = (time.monotonic() - self._began) / 60
        print(f"{_row('total', total)}\n{minutes:.1f} minutes, {total.total() / minutes:.0f} mutants a minute")
        return 0 if _share(total) >= least / 100 else 1


def _short(mutant: Mutant) -> str:
    return str(Path(mutant.file).relative_to(ROOT / "src/tradegecko_bridge"))


def _row(name: str, verdicts: Counter[Verdict]) -> str:
    killed = verdicts[Verdict.KILLED] + verdicts[Verdict.TIMEOUT]
    return f"{name:<60}{verdicts.total():>8}{killed:>8}{verdicts[Verdict.TIMEOUT]:>8}{_share(verdicts):>8.1%}"


def _share(verdicts: Counter[Verdict]) -> float:
    return (verdicts[Verdict.KILLED] + verdicts[Verdict.TIMEOUT]) / max(verdicts.total(), 1)


if __name__ == "__main__":
    sys.exit(main())
