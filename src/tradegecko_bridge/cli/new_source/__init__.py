"""A package with a source to start from, written from the templates beside this file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Final

from tradegecko_bridge.cli.exit_codes import Refused

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 60
FILES: Final = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "src/$package/__init__.py": "package.py",
    "src/$package/source.py": "source.py",
    "src/$package/shop.py": "shop.py",
    "src/$package/py.typed": "",
    "tests/test_source.py": "test_source.py",
}
"""Templates by the files that they become."""


def write_package(name: str, into: Path) -> Path:
    """The folder that was written.

    Raises:
        Refused: a name that will not do, or the folder is there already.
    """
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise Refused(f"a source's name is small letters, digits and hyphens, such as my-shop, not {name!r}")
    folder = into / name
    if folder.exists():
        raise Refused(f"{folder} is there already: choose another name, or another folder with --into")
    words = words_for(name)
    try:
        for file, template in FILES.items():
            path = folder / Template(file).substitute(words)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_filled(template, words), encoding="utf-8")
    except OSError as error:
        raise Refused(f"{folder} cannot be written: {error.strerror}") from None
    return folder


def words_for(name: str) -> Mapping[str, str]:
    """What the templates' placeholders become."""
    title = "".join(word.capitalize() for word in name.split("-"))
    return {
        "name": name,
        "title": title,
        "package": f"tgbridge_{name.replace('-', '_')}",
        "version": version("tradegecko-bridge").split("+")[0],
    }


def _filled(template: str, words: Mapping[str, str]) -> str:
    if not template:
        return ""
    text = files(__name__).joinpath(f"{template}.template").read_text(encoding="utf-8")
    return Template(text).substitute(words)
