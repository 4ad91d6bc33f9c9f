"""Files that hold logins and customers' data are their owner's alone, and nobody else can exchange them.

As ssh does it: what others can read is closed to them where we may do that, a folder in which anybody could put another
file in the place of ours, or another folder in the place of one above it, is refused, and one in which the group could
is told, once a process. On Windows, where folders are protected by other means, nothing is looked at.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from tradegecko_bridge.visible import log

_POSIX: Final = os.name == "posix"
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_told: Final[set[str]] = set()


def open_privately(path: str, flags: int) -> int:
    """An ``opener`` for :func:`open`: the file is its owner's alone, also if it was there before."""
    handle = os.open(path, flags, 0o600)
    if _POSIX and _is_open_to_others(os.fstat(handle)):
        os.fchmod(handle, 0o600)
    return handle


def make_private(path: Path) -> bool:
    """Close a file that is there to all but its owner. False if others can use it and that cannot be changed.

    A device, a pipe or a folder is none of ours, and stays as it is; whether a file is, its caller has looked.
    """
    try:
        if not _POSIX or not _is_open_to_others(path.stat()):
            return True
        path.chmod(0o600)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    log.warning("%s could be used by others; only its owner can now (mode 0600)", path)
    return True


def _is_open_to_others(found: os.stat_result) -> bool:
    return stat.S_ISREG(found.st_mode) and bool(found.st_mode & _OTHERS)


def folder_fault(folder: Path) -> str:
    """Why no file of ours may lie in this folder: anybody could put another in its place; blank if nobody can."""
    if fault := _exchangeable(folder, stat.S_IWOTH, "everybody", "o-w"):
        return fault
    if (doubt := folder_doubt(folder)) and doubt not in _told:
        _told.add(doubt)
        log.warning("%s", doubt)
    return ""


def folder_doubt(folder: Path) -> str:
    """What makes a folder less than safe: its group could exchange the file; blank if it could not."""
    return _exchangeable(folder, stat.S_IWGRP, "the group", "g-w")


def _exchangeable(folder: Path, writable: int, who: str, remedy: str) -> str:
    """The nearest folder on the way up to the root in which others can exchange what leads to the file, and the remedy.

    The sticky bit keeps them from it.
    """
    below: Path | str = "the file"
    folder = folder.resolve()
    for one in (folder, *folder.parents):
        mode = _mode(one)
        if mode & writable and not mode & stat.S_ISVTX:
            return f"{who} can write in the folder {one}, and exchange {below}; run: chmod {remedy} {one}"
        below = one
    return ""


def _mode(folder: Path) -> int:
    try:
        return folder.stat().st_mode if _POSIX else 0
    except OSError:  # whoever uses it meets that
        return 0
