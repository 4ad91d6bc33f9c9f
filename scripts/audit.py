"""Ask whether a vulnerability is known in what constraints.txt names: python scripts/audit.py

Exit code 1 if there is one. Where no database can be reached, nothing is known: that is said, and is no failure.
Needs the extra `audit`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
SERVICES: Final = ("pypi", "osv")


def ask(service: str) -> list[dict[str, Any]]:
    """What one database says of each package; none if it cannot be reached."""
    options = ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--timeout", "10", "--format", "json"]
    command = [sys.executable, "-m", "pip_audit", *options, "--vulnerability-service", service]
    command += ["-r", str(ROOT / "constraints.txt")]
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 - nothing of it comes from outside
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return []
    return found


def verdict(answers: list[list[dict[str, Any]]]) -> tuple[int, list[str]]:
    """The exit code, and the lines to print, of the databases' answers."""
    names = {one["name"] for answer in answers for one in answer}
    audited = {one["name"]: one for answer in answers for one in answer if "skip_reason" not in one}
    if not audited:
        return 0, ["skipped: no database of vulnerabilities can be reached, so nothing was audited"]
    lines = [
        f"{one['name']} {one['version']}: {each['id']}, corrected in {', '.join(each['fix_versions']) or 'no version'}"
        for answer in answers
        for one in answer
        for each in one.get("vulns", ())
    ]
    left = sorted(names - audited.keys())
    unknown = f"; not in the database: {', '.join(left)}" if left else ""
    lines.append(f"packages audited: {len(audited)}; vulnerabilities known: {len(set(lines))}{unknown}")
    return int(len(lines) > 1), list(dict.fromkeys(lines))


if __name__ == "__main__":
    answers: list[list[dict[str, Any]]] = []
    for name in SERVICES:
        answers.append(ask(name))
        if any("skip_reason" not in one for one in answers[-1]):
            break
    code, said = verdict(answers)
    print("\n".join(said))
    sys.exit(code)
