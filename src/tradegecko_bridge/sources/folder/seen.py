"""What earlier runs have seen of the files that are still in the inbox."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from attrs import field, frozen

from tradegecko_bridge.sources.folder.inbox import Waiting, told

Stamp = tuple[str, int, int]
"""A file as it is: a file that was corrected, or put here again, is another one."""


def stamp(file: Waiting) -> Stamp:
    """Name, size and time of change."""
    return file.name, file.size, file.modified


@frozen
class Seen:
    """``given``: files whose orders an earlier run has given. ``second``: orders (by file and reference) for which an
    older file of the same run had another content, and where that is."""

    given: set[Stamp] = field(factory=set)
    second: dict[tuple[Stamp, str], str] = field(factory=dict)


class SeenFile:
    """Keeps :class:`Seen` in ``orders/.seen``: a contradiction must not pass for a change of the order as soon as the
    older file has been put away. Deleting it is harmless but for that.

    A line of JSON for each fact; lines that cannot be read do not count.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Seen:
        """What is known; nothing where the file is missing or unreadable."""
        seen = Seen()
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").split("\n")
        except OSError:
            return seen
        for line in filter(None, lines):
            with suppress(ValueError, TypeError):
                name, size, modified, reference, place = json.loads(line)
                if reference is None:
                    seen.given.add((name, size, modified))
                else:
                    seen.second[(name, size, modified), reference] = place
        return seen

    def add(self, given: Iterable[Stamp], second: Iterable[tuple[Stamp, str, str]]) -> None:
        """Note files, and orders with the place of the one that was taken.

        Raises:
            SourceRefused, SourceUnavailable: it cannot be written.
        """
        facts = [*((*file, None, None) for file in given), *((*file, ref, place) for file, ref, place in second)]
        if not facts:
            return
        with told(self._path, "written"), self._path.open("a", encoding="utf-8", newline="") as opened:
            # The line break comes first, so that a line cut off by a crash spoils only itself.
            opened.writelines(f"\n{json.dumps(fact)}" for fact in facts)
            opened.flush()
            os.fsync(opened.fileno())
