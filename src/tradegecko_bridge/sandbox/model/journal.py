"""The state file: what `Sandbox(state=…)` remembers across restarts.

An append-only journal of JSON lines. The first line says what the file is; every further line is one
transaction, written before its request is answered, so a killed server loses nothing it had answered and a
line torn by the kill is a transaction that was never answered. Opening replays the file and, when most of it is
history, writes it anew. Base rows are not in it: its first line says which those were.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from .schema import Field, Resource
from .state import Change, Row, State

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no flock; two servers on one file go unnoticed there
    fcntl = None  # type: ignore[assignment]

_FORM = 1
_START = b'{"sandbox-state":'


class StateFileError(OSError):
    """The state file cannot be used; the message says why and what to do."""


class Journal:
    """One open state file."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path: Path = Path(path)
        self.base: str = ""
        self._lines = 0
        self._file = self._open()

    def _open(self) -> io.FileIO:
        # Unbuffered: what could not be written must not turn up later.
        file = io.FileIO(self.path, "a+", opener=_privately)
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as exc:
                file.close()
                raise StateFileError(f"state file {self.path} is in use by another sandbox") from exc
        return file

    def load(self, state: State, base: str, install: Callable[[str], None]) -> bool:
        """Replay the file into empty tables. False when nothing is in it yet and it wants seeding.

        `install` puts base rows under the tables: those of the file, or `base` for a new one.
        """
        self._file.seek(0)
        lines = self._file.readall().split(b"\n")
        torn = lines.pop()  # Whatever follows the last line end was not finished.
        begun = lines[0] if lines else torn
        unfinished = not lines and (_START.startswith(begun) or begun.startswith(_START))
        self.base = base if unfinished else self._read_header(begun)
        if unfinished or len(lines) == 1:
            self.clear(base)
            install(base)
            return False
        install(self.base)
        for number, line in enumerate(lines[1:], start=2):
            self._replay(state, number, line)
        state.drop_computed()
        self._lines = len(lines)
        if torn or self._lines > 1000 + 2 * sum(len(table.stored()) for table in state.tables.values()):
            self.rewrite(state)
        return True

    def _read_header(self, line: bytes) -> str:
        try:
            header = orjson.loads(line)
            if header["sandbox-state"] == _FORM:
                return str(header.get("ground", ""))
        except (ValueError, TypeError, KeyError):
            pass
        raise _no_state_file(self.path)

    def _replay(self, state: State, number: int, line: bytes) -> None:
        try:
            _apply(state, orjson.loads(line))
        except (ValueError, TypeError, KeyError, ArithmeticError) as exc:
            raise StateFileError(f"state file {self.path} is damaged in line {number}") from exc

    def _begin(self) -> None:
        self._file.truncate(0)
        self._file.write(_header(self.base) + b"\n")
        self._lines = 1

    def append(self, changes: Iterable[Change]) -> None:
        """Write one transaction. It is with the operating system when this returns. Raises OSError."""
        end = self._file.seek(0, os.SEEK_END)
        left = memoryview(orjson.dumps(list(changes), default=_encode) + b"\n")
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError:
            self._file.truncate(end)  # Half a line would spoil the next one.
            raise
        self._lines += 1

    def rewrite(self, state: State) -> None:
        """Replace the history by what is. The old file stays whole until the new one is complete."""
        fresh = self.path.with_name(self.path.name + ".new")
        with open(fresh, "wb", opener=_privately) as file:
            file.write(_header(self.base) + b"\n")
            for name, table in state.tables.items():
                # The first entry keeps the counter, so that the ids of removed rows are not given twice.
                removed = [(name, key, None) for key in table.removed()]
                file.write(orjson.dumps([(name, -table.last_id, None), *removed]) + b"\n")
                rows = table.stored()
                file.writelines(orjson.dumps([(name, row["id"], row)], default=_encode) + b"\n" for row in rows)
        self._file.close()
        fresh.replace(self.path)
        self._file = self._open()
        self._lines = 1 + sum(1 + len(table.stored()) for table in state.tables.values())

    def clear(self, base: str) -> None:
        """Start over with an empty file and maybe other base rows."""
        self.base = base
        self._begin()

    def close(self) -> None:
        """Let go of the file. Closing twice is fine."""
        self._file.close()


def _privately(path: str, flags: int) -> int:
    """What is in it is its owner's alone, also if the file was there before. Another's stays as it is."""
    handle = os.open(path, flags, 0o600)
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or (found.st_size and not _is_begun(handle)):
            raise _no_state_file(path)
        if os.name == "posix":
            os.fchmod(handle, 0o600)
    except BaseException:
        os.close(handle)
        raise
    return handle


def _is_begun(handle: int) -> bool:
    begun = os.read(handle, len(_START))
    return begun == _START[: len(begun)]


def _no_state_file(path: object) -> StateFileError:
    return StateFileError(f"{path} is not a sandbox state file; name another or remove it")


def _header(base: str) -> bytes:
    return orjson.dumps({"sandbox-state": _FORM, **({"ground": base} if base else {})})


def _encode(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be kept in the state file")


def _apply(state: State, changes: list[tuple[str, int, Row | None]]) -> None:
    for name, key, row in changes:
        table = state.tables.get(name)
        if table is None:
            continue  # A table of a newer or older release.
        if key <= 0:
            table.last_id = max(table.last_id, -key)
            continue
        if key in table.rows:
            table.remove(table.rows[key])
        if row is not None:
            table.add(_revive(table.resource, row))
        table.last_id = max(table.last_id, key)


def _revive(resource: Resource, row: Row) -> Row:
    for name, value in row.items():
        field = resource.fields.get(name)
        if value is not None and field is not None:
            row[name] = _typed(field, value)
    return row


def _typed(field: Field, value: Any) -> Any:
    if field.kind in {"decimal", "quantity"}:
        return Decimal(value)
    if field.values == "decimal":
        return {key: None if text is None else Decimal(text) for key, text in value.items()}
    if field.values == "moves":
        return [(variant, location, Decimal(text)) for variant, location, text in value]
    return value
