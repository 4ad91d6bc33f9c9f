"""Files with logins and customers' data are their owner's alone, in folders that nobody else can write in."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import require
from tradegecko_bridge import SqlStore, private_files
from tradegecko_bridge.commerce import Shipment, ShippedItem
from tradegecko_bridge.errors import BridgeError
from tradegecko_bridge.sandbox.model.journal import Journal
from tradegecko_bridge.sandbox.model.state import State
from tradegecko_bridge.sources.folder import FolderSource
from tradegecko_bridge.stores.tokens import FileTokenStore
from tradegecko_bridge.testing.builders import an_order
from tradegecko_bridge.testing.store_checks.cases import AT
from tradegecko_bridge.testing.store_checks.tokens import WEB, a_pair

SHIPMENT = Shipment(
    reference="71",
    order_reference="1001",
    order_number="1001",
    items=(ShippedItem(line_reference="1", sku="MUG", quantity=Decimal(2)),),
    shipped_at=AT,
)


@pytest.fixture(autouse=True)
def _any_umask() -> Iterator[None]:
    """Whatever it is, and where there are modes."""
    if os.name != "posix":
        require("files have no modes here")
    private_files._told.clear()
    before = os.umask(0)
    yield
    os.umask(before)


def keep_a_ledger(home: Path) -> None:
    with SqlStore(f"sqlite:///{home}/ledger.db") as store, SqlStore(f"sqlite:///{home}/ledger.db", read_only=True):
        store.ingest("shop", [an_order()], at=AT)
        store.back_up(home / "backup.db", at=AT, replace=True)


def keep_tokens(home: Path) -> None:
    FileTokenStore(home / "tokens.json").save(WEB, a_pair(), at=AT)


def keep_a_source_s_state(home: Path) -> None:
    (home / "tracking").mkdir(mode=0o700, exist_ok=True)
    FolderSource(home).accept_tracking([SHIPMENT])


def keep_a_sandbox(home: Path) -> None:
    journal, state = Journal(home / "sandbox.state"), State({}, str)
    journal.load(state, "", lambda _: None)
    journal.rewrite(state)
    journal.close()


KEEPERS: dict[str, tuple[Callable[[Path], None], set[str]]] = {
    "ledger": (keep_a_ledger, {"ledger.db", "ledger.db-wal", "ledger.db-shm", "backup.db"}),
    "tokens": (keep_tokens, {"tokens.json", "tokens.json.lock"}),
    "source": (keep_a_source_s_state, {".written"}),
    "sandbox": (keep_a_sandbox, {"sandbox.state"}),
}


def modes(home: Path, names: set[str]) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in home.rglob("*") if file.name in names}


@pytest.mark.parametrize("kind", KEEPERS)
def test_new_files_are_their_owner_s_alone(kind: str, tmp_path: Path) -> None:
    """None can be read by anybody else, not even while the umask lets everybody."""
    keep, names = KEEPERS[kind]
    keep(tmp_path)
    found = modes(tmp_path, names)
    assert found
    assert set(found.values()) == {0o600}, found


@pytest.mark.parametrize("kind", KEEPERS)
def test_files_of_before_are_closed_or_refused(kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """They were made by an earlier version, copied, or opened up by hand."""
    keep, names = KEEPERS[kind]
    keep(tmp_path)
    before = set(modes(tmp_path, names))
    for name in before:
        next(tmp_path.rglob(name)).chmod(0o664)
    if kind == "tokens":
        with pytest.raises(BridgeError, match=f"others can read it; run: chmod 600 {tmp_path}/tokens.json"):
            keep(tmp_path)
        (tmp_path / "tokens.json").chmod(0o600)
    keep(tmp_path)
    assert set(modes(tmp_path, names).values()) == {0o600}
    if kind == "ledger":
        assert f"{tmp_path}/ledger.db could be used by others; only its owner can now (mode 0600)" in caplog.messages


OTHER_FILES = {
    "text": b"somebody else reads this",
    "letters": b"number,sku\n" * 200,
    "nearly a ledger": b"SQLite format 2\0" + bytes(4080),
    "nearly a state": b'{"sandbox-stage":1}\n',
    "zeros": bytes(4096),
}
NAMED: dict[str, tuple[str, Callable[[Path], object]]] = {
    "ledger": ("not a SQLite database", lambda path: SqlStore(f"sqlite:///{path}")),
    "ledger to read": ("not a SQLite database", lambda path: SqlStore(f"sqlite:///{path}", read_only=True)),
    "backup": ("not a SQLite database", lambda path: restored(path)),
    "lock": ("is not one of ours", lambda path: FileTokenStore(path.with_suffix("")).save(WEB, a_pair(), at=AT)),
    "sandbox": ("not a sandbox state file", Journal),
}


def restored(path: Path) -> None:
    with TemporaryDirectory() as home, SqlStore(f"sqlite:///{home}/ledger.db") as store:
        store.restore(path, at=AT)


@pytest.mark.parametrize("kind", NAMED)
@pytest.mark.parametrize("content", OTHER_FILES)
def test_a_file_that_is_none_of_ours_stays_as_it_is(kind: str, content: str, tmp_path: Path) -> None:
    """Whoever reads it goes on reading it: a name is soon mistyped."""
    tmp_path.chmod(0o755)
    path = tmp_path / "shared.lock"
    path.write_bytes(OTHER_FILES[content])
    path.chmod(0o644)
    said, name = NAMED[kind]
    with pytest.raises((BridgeError, OSError), match=said):
        name(path)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (OTHER_FILES[content], 0o644)
    assert [file.name for file in tmp_path.iterdir()] == ["shared.lock"]


@pytest.mark.parametrize("kind", [kind for kind in NAMED if kind != "backup"])
def test_nor_is_anything_done_to_what_is_no_file(kind: str, tmp_path: Path) -> None:
    """A device, a pipe (which nobody writes into), a folder."""
    tmp_path.chmod(0o755)
    pipe, folder, device = (tmp_path / name for name in ("pipe.lock", "folder.lock", "device.lock"))
    os.mkfifo(pipe)
    folder.mkdir()
    device.symlink_to("/dev/null")
    for path in (pipe, folder, device):
        if not path.is_symlink():
            path.chmod(0o755)
        mode = path.stat().st_mode
        with pytest.raises((BridgeError, OSError)):
            NAMED[kind][1](path)
        assert path.stat().st_mode == mode


@given(st.binary(max_size=200), st.integers(min_value=0, max_value=0o777))
def test_whatever_is_in_it(content: bytes, mode: int) -> None:
    """Nothing is changed of a file that does not begin as ours do; an empty one may become a ledger."""
    if not content:
        return
    with TemporaryDirectory() as home:
        path = Path(home) / "x"
        path.write_bytes(content)
        path.chmod(mode | 0o600)
        with pytest.raises(BridgeError, match="not a SQLite database"):
            SqlStore(f"sqlite:///{path}")
        assert (path.read_bytes(), path.stat().st_mode & 0o777) == (content, mode | 0o600)


def test_looking_into_a_ledger_keeps_the_locks_on_it(tmp_path: Path) -> None:
    """A process that closes a file loses its locks on it, and with them what keeps others from its log."""
    path = tmp_path / "ledger.db"
    with SqlStore(f"sqlite:///{path}") as store, store._database.reading() as tx:
        tx.exec_driver_sql("SELECT count(*) FROM ledger_orders")
        before = locks_on(path)
        SqlStore(f"sqlite:///{path}", read_only=True).close()
        assert locks_on(path) == before != []


def locks_on(path: Path) -> list[str]:
    listed = Path("/proc/locks")
    if not listed.exists():
        require("this system does not list its locks")
    inode = f":{path.stat().st_ino} "
    return [line.partition(": ")[2] for line in listed.read_text().splitlines() if inode in line]


def test_a_log_that_a_crash_left_behind_is_closed_too(tmp_path: Path) -> None:
    """It holds the same rows."""
    with SqlStore(f"sqlite:///{tmp_path}/ledger.db") as running:
        running.ingest("shop", [an_order()], at=AT)
        for ending in ("", "-wal", "-shm"):
            (tmp_path / f"ledger.db{ending}").chmod(0o644)
        SqlStore(f"sqlite:///{tmp_path}/ledger.db", read_only=True).close()
        assert set(modes(tmp_path, {"ledger.db", "ledger.db-wal", "ledger.db-shm"}).values()) == {0o600}


def test_a_ledger_of_somebody_else_s_that_others_can_use_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where we may not close it, one line says who has to."""
    keep_a_ledger(tmp_path)
    (tmp_path / "ledger.db").chmod(0o666)

    def may_not(_path: Path, _mode: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", may_not)
    with pytest.raises(BridgeError, match=r"others can use the file .*ledger.db, and it is not ours; its owner runs: "):
        SqlStore(f"sqlite:///{tmp_path}/ledger.db")


@pytest.mark.parametrize("kind", ["ledger", "tokens"])
def test_a_folder_in_which_anybody_can_write_is_refused(kind: str, tmp_path: Path) -> None:
    """Whoever can rename files can put his own in the place of ours; where the sticky bit forbids that, all is well."""
    keep, names = KEEPERS[kind]
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o777)
    with pytest.raises(BridgeError, match=rf"everybody can write in the folder {home}.*run: chmod o-w {home}$"):
        keep(home)
    assert modes(home, names) == {}
    home.chmod(0o1777)
    keep(home)


@pytest.mark.parametrize("up", [1, 3])
@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("kind", ["ledger", "tokens"])
def test_nor_is_one_below_such_a_folder(kind: str, linked: bool, up: int, tmp_path: Path) -> None:
    """However far above, and however it is reached: whoever can write there can exchange the way to the file."""
    keep, names = KEEPERS[kind]
    home = tmp_path / "a" / "b" / "c" / "home"
    home.mkdir(parents=True)
    for one in (home, *home.parents[:3]):
        one.chmod(0o755)
    link = tmp_path / "link"
    link.symlink_to(home)
    wide, below = home.parents[up - 1], (home, *home.parents)[up - 1]
    wide.chmod(0o777)
    said = f"everybody can write in the folder {wide}, and exchange {below}; run: chmod o-w {wide}"
    with pytest.raises(BridgeError, match=f"{re.escape(said)}$"):
        keep(link if linked else home)
    assert modes(home, names) == {}
    wide.chmod(0o1777)
    keep(link if linked else home)


@given(st.lists(st.sampled_from([0o755, 0o775, 0o777, 0o1777, 0o1775, 0o700]), min_size=1, max_size=4))
def test_the_nearest_folder_is_named(found: list[int]) -> None:
    """Which is refused, told or fine goes by each mode alone, wherever it is on the way."""
    with TemporaryDirectory() as top:
        folder = Path(top).resolve()
        for mode in found:
            folder /= "f"
            folder.mkdir()
            folder.chmod(mode)
        ways = [folder, *folder.parents][: len(found)]
        refused = [str(way) for way, mode in zip(ways, reversed(found), strict=True) if mode == 0o777]
        doubted = [str(way) for way, mode in zip(ways, reversed(found), strict=True) if mode in (0o775, 0o777)]
        for told, expected in (
            (private_files.folder_fault(folder), refused),
            (private_files.folder_doubt(folder), doubted),
        ):
            assert told.rpartition(" ")[2] == (expected[0] if expected else "")


def test_a_group_s_folder_above_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """For each folder in it that leads to files of ours."""
    homes = [tmp_path / "team" / "one", tmp_path / "team" / "two"]
    for home in homes:
        home.mkdir(mode=0o700, parents=True)
    homes[0].parent.chmod(0o770)
    caplog.set_level(logging.WARNING)
    for home in (*homes, *homes):
        keep_tokens(home)
    team = homes[0].parent
    assert caplog.messages == [
        f"the group can write in the folder {team}, and exchange {home}; run: chmod g-w {team}" for home in homes
    ]


def test_a_backup_goes_to_no_such_folder_either(tmp_path: Path) -> None:
    """Somebody could exchange it before it is restored."""
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o777)
    written = pytest.raises(BridgeError, match=r"cannot be written: everybody can write in the folder")
    with SqlStore(f"sqlite:///{tmp_path}/ledger.db") as store, written:
        store.back_up(home / "backup.db", at=AT)
    assert list(home.iterdir()) == []


def test_a_folder_of_a_group_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Often the group is the owner's own; so it goes on, and the check of the ledger names it as well."""
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o770)
    caplog.set_level(logging.WARNING)
    for _ in range(3):
        keep_a_ledger(home)
    said = f"the group can write in the folder {home}, and exchange the file; run: chmod g-w {home}"
    assert caplog.messages.count(said) == 1
    with SqlStore(f"sqlite:///{home}/ledger.db") as store:
        assert said in store.storage().problems
