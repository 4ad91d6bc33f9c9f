"""Whether what a ledger has acknowledged outlives a power cut: where its file lies, and how its database writes."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from attrs import frozen
from sqlalchemy import Connection

from tradegecko_bridge.private_files import folder_doubt
from tradegecko_bridge.stores.sql.database import Database

MOUNTS: Final = Path("/proc/self/mountinfo")
"""What is mounted where, in Linux."""
_SHARED: Final = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "glusterfs", "lustre", "gpfs", "beegfs"),
        *("davfs", "9p", "virtiofs", "vboxsf", "vmhgfs", "prl_fs", "ocfs2", "gfs2"),
    }
)
"""File systems of several machines, on which SQLite's locks and its log do not hold; so are all in user space."""
_IN_MEMORY: Final = frozenset({"tmpfs", "ramfs"})
_SYNCHRONOUS: Final = ("OFF", "NORMAL", "FULL", "EXTRA")
_LOST: Final = "so a power cut can lose orders that were acknowledged, and they are sent again"


@frozen(kw_only=True)
class Storage:
    """Where and how a ledger is stored, in one line, and what is unsafe about it, a line each."""

    described: str
    problems: tuple[str, ...] = ()


def storage_of(database: Database) -> Storage:
    """Ask the database, as one of our own sessions, and the operating system."""
    with database.reading() as tx:
        return _sqlite(tx, database.path) if database.is_sqlite else _postgresql(tx)


def file_system(path: Path) -> str | None:
    """The type of the file system a file lies on, e.g. ``ext4``; None where nobody says."""
    try:
        mounts = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    found: tuple[int, str | None] = (-1, None)
    for place, kind in map(_mount, mounts):
        if path.resolve().is_relative_to(place) and len(place.parts) >= found[0]:  # a later one covers an earlier one
            found = (len(place.parts), kind)
    return found[1]


def _mount(line: str) -> tuple[Path, str]:
    """Where and what; blanks and the like are octal."""
    place, _, rest = line.partition(" - ")
    text = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), place.split()[4])
    return Path(text), rest.split()[0]


def _sqlite(tx: Connection, path: Path | None) -> Storage:
    kind = file_system(path) if path else "memory"
    journal = str(tx.exec_driver_sql("PRAGMA journal_mode").scalar_one())
    synchronous = int(tx.exec_driver_sql("PRAGMA synchronous").scalar_one())
    where = f"on {kind}" if kind else "on a file system of unknown type"
    described = f"SQLite {sqlite3.sqlite_version} {where}, journal {journal}, synchronous {_SYNCHRONOUS[synchronous]}"
    return Storage(described=described, problems=tuple(_unsafe_file(path, kind, journal, synchronous)))


def _unsafe_file(path: Path | None, kind: str | None, journal: str, synchronous: int) -> Iterator[str]:
    if path is None:
        return
    if kind and (kind in _SHARED or kind == "fuse" or kind.startswith("fuse.")):
        yield (
            f"{path} is on {kind}, which several machines share, or which is as safe as the program behind it: SQLite "
            "can be damaged there; put the ledger on a local disk, or use PostgreSQL (`tgbridge ledger copy` moves it)"
        )
    if kind in _IN_MEMORY:
        yield f"{path} is in memory ({kind}) and gone after a restart; put the ledger on a disk"
    if doubt := folder_doubt(path.resolve().parent):
        yield doubt
    if journal in {"off", "memory"}:
        yield f"{path} is written without a journal ({journal}): a crash damages it; let this package alone write it"
    if synchronous < _SYNCHRONOUS.index("FULL"):
        name = _SYNCHRONOUS[synchronous]
        yield f"{path} is written with synchronous = {name}, {_LOST}; let this package alone open it"


def _postgresql(tx: Connection) -> Storage:
    names = ("fsync", "full_page_writes", "synchronous_commit")
    version, *values = (tx.exec_driver_sql(f"SHOW {name}").scalar_one() for name in ("server_version", *names))
    said = dict(zip(names, map(str, values), strict=True))
    described = ", ".join([f"PostgreSQL {version}", *(f"{name} {value}" for name, value in said.items())])
    return Storage(described=described, problems=tuple(_unsafe_server(said)))


def _unsafe_server(said: dict[str, str]) -> Iterator[str]:
    if said["fsync"] == "off":
        yield f"PostgreSQL runs with fsync = off, {_LOST}; set fsync = on for the server"
    if said["full_page_writes"] == "off":
        yield (
            "PostgreSQL runs with full_page_writes = off: a power cut can damage tables; set it to on for the server, "
            "unless its file system writes whole pages or none"
        )
    if said["synchronous_commit"] == "off":
        yield (
            f"PostgreSQL acknowledges before it writes (synchronous_commit = off), {_LOST}; every session asks for on, "
            "so something in between (a pooler) drops that: set it for the database, "
            "ALTER DATABASE … SET synchronous_commit = on"
        )
