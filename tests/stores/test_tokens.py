"""The shipped token stores: the behaviour suite over each, and what only files, keys and keyrings can get wrong."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from keyring.errors import PasswordDeleteError

from tests.stores.older import ledger_at
from tradegecko_bridge.errors import ConfigError, LoginTaken, StoreBusy, StoreError
from tradegecko_bridge.ports import TokenStore
from tradegecko_bridge.ports.logins import LoginOwner, Secret
from tradegecko_bridge.stores.memory import MemoryStore
from tradegecko_bridge.stores.sql import SqlStore, tables
from tradegecko_bridge.stores.tokens import EncryptedTokenStore, FileTokenStore, KeyringTokenStore, MemoryTokenStore
from tradegecko_bridge.testing import stores
from tradegecko_bridge.testing.store_checks.cases import AT
from tradegecko_bridge.testing.store_checks.tokens import WEB, a_pair, claim, claim_it, load

SECRET = b"0123456789abcdef"
KEYS = [Fernet.generate_key().decode() for _ in range(3)]


class Ring:
    """A keyring in memory."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        self.broken = False

    def set_password(self, service: str, name: str, text: str) -> None:
        self._work(text)
        self.entries[service, name] = text

    def get_password(self, service: str, name: str) -> str | None:
        self._work()
        return self.entries.get((service, name))

    def delete_password(self, service: str, name: str) -> None:
        if self.entries.pop((service, name), None) is None:
            raise PasswordDeleteError(name)

    def _work(self, text: str = "") -> None:
        if self.broken:
            raise RuntimeError(f"the keyring is locked, and quotes {text}")


class TestMemory(stores.TokenStoreSuite):
    """In memory, beside the ledger."""

    @pytest.fixture
    def tokens(self) -> TokenStore:
        return MemoryStore().tokens


class TestFile(stores.TokenStoreSuite):
    """In a file."""

    @pytest.fixture
    def tokens(self, tmp_path: Path) -> TokenStore:
        return FileTokenStore(tmp_path / "tokens.json")


class TestSqlite(stores.TokenStoreSuite):
    """Beside the ledger, in SQLite."""

    @pytest.fixture
    def tokens(self, sql_store: SqlStore) -> TokenStore:
        return sql_store.tokens


@pytest.fixture(scope="module")
def postgres_store(postgres_url: str) -> Iterator[SqlStore]:
    """One PostgreSQL ledger for all checks."""
    with SqlStore(postgres_url) as store:
        yield store


class TestPostgreSQL(stores.TokenStoreSuite):
    """Beside the ledger, in PostgreSQL."""

    @pytest.fixture
    def tokens(self, postgres_store: SqlStore) -> TokenStore:
        with postgres_store._database.writing() as tx:
            tx.execute(tables.tokens.delete())
        return postgres_store.tokens


class TestEncrypted(stores.TokenStoreSuite):
    """Encrypted, in a file."""

    @pytest.fixture
    def tokens(self, tmp_path: Path) -> TokenStore:
        return EncryptedTokenStore(FileTokenStore(tmp_path / "tokens.json"), KEYS[:1])


class TestKeyring(stores.TokenStoreSuite):
    """Texts in a keyring, the rest in a file."""

    @pytest.fixture
    def tokens(self, tmp_path: Path) -> TokenStore:
        return KeyringTokenStore(FileTokenStore(tmp_path / "tokens.json"), backend=Ring())


# ── files ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tokens.json"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_file_is_its_owner_s_alone(path: Path) -> None:
    """Whatever the umask, nobody else can read the tokens; nothing is left beside the file but its lock."""
    before = os.umask(0)
    try:
        FileTokenStore(path).save(WEB, a_pair(), at=AT)
    finally:
        os.umask(before)
    assert [(file.name, mode(file)) for file in sorted(path.parent.iterdir())] == [
        ("tokens.json", 0o600),
        ("tokens.json.lock", 0o600),
    ]


def test_a_file_others_can_read_is_refused(path: Path) -> None:
    """Tokens that others may have seen are not used in silence; the line says what to do."""
    FileTokenStore(path).save(WEB, a_pair(), at=AT)
    path.chmod(0o640)
    with pytest.raises(StoreError, match=r"others can read it; run: chmod 600"):
        FileTokenStore(path).load(WEB)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 9, "logins": {}}', '{"format": 1, "logins": {"web": 1}}'])
def test_a_file_that_is_none_is_named(path: Path, text: str) -> None:
    """Something else under this name is neither read as tokens nor overwritten."""
    path.touch(0o600)
    path.write_text(text)
    said = r"token file .*tokens\.json: this is not one of ours"
    with pytest.raises(StoreError, match=said):
        FileTokenStore(path).load(WEB)
    with pytest.raises(StoreError, match=said):
        FileTokenStore(path).save(WEB, a_pair(), at=AT)
    assert path.read_text() == text


def test_a_damaged_file_is_not_quoted(path: Path) -> None:
    """The error about a damaged file holds nothing of it, not even in the chain behind it."""
    FileTokenStore(path).save(WEB, a_pair(), at=AT)
    path.write_text(path.read_text()[:-3])
    with pytest.raises(StoreError) as caught:
        FileTokenStore(path).load(WEB)
    assert caught.value.__context__ is None
    assert SECRET.decode() not in "".join(traceback.format_exception(caught.value))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """No folder, no file: nothing is stored, reading finds nothing, writing says why."""
    store = FileTokenStore(tmp_path / "nowhere" / "tokens.json")
    assert store.load(WEB) is None
    with pytest.raises(StoreError, match="its folder must exist and be writable"):
        store.save(WEB, a_pair(), at=AT)


def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    """Where the path is a symbolic link, the file it points to is replaced, not the link."""
    (tmp_path / "real").mkdir()
    path.symlink_to(tmp_path / "real" / "t.json")
    FileTokenStore(path).save(WEB, a_pair(), at=AT)
    assert path.is_symlink()
    assert load(FileTokenStore(path)).pair == a_pair()


def test_a_write_that_fails_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is told, the file is as before, and no rest lies about."""
    store = FileTokenStore(path)
    saved = store.save(WEB, a_pair(), at=AT)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="cannot be written"):
            store.save(WEB, a_pair(2), at=AT, after=saved)
    assert load(store) == saved
    assert len(list(path.parent.iterdir())) == 2


def test_a_busy_file_is_told(path: Path) -> None:
    """Who waits too long for another writer is told; reading goes on."""
    store = FileTokenStore(path, busy_timeout=0.05)
    saved = store.save(WEB, a_pair(), at=AT)
    with store._locked(), pytest.raises(StoreBusy, match=r"somebody has held it for 0\.05 s; try again"):
        store.save(WEB, a_pair(2), at=AT)
    assert load(store) == saved


def test_the_lock_ends_with_its_process(path: Path) -> None:
    """A process that is killed while it writes leaves the old file, and nobody waits for it."""
    store = FileTokenStore(path, busy_timeout=5)
    saved = store.save(WEB, a_pair(), at=AT)
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from tests.stores.test_tokens import AT, WEB, FileTokenStore, a_pair\n"
        "Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "FileTokenStore(sys.argv[1]).save(WEB, a_pair(2), at=AT)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(path)], cwd=Path(__file__).parents[2], check=False)
    assert killed.returncode == -9
    assert load(store) == saved
    store.save(WEB, a_pair(3), at=AT, after=saved)
    assert load(store).pair == a_pair(3)


# ── the ledger ───────────────────────────────────────────────────────────────────────────────


def test_an_unreadable_row_is_told_and_replaced(sql_store: SqlStore) -> None:
    """A login whose row cannot be read says so without quoting it, and logging in again mends it."""
    sql_store.tokens.save(WEB, a_pair(), at=AT)
    with sql_store._database.writing() as tx:
        tx.exec_driver_sql("UPDATE ledger_tokens SET content = replace(content, 'issued_at', 'other')")
    with pytest.raises(StoreError, match="what is stored of login 'web' cannot be read; log in again") as caught:
        sql_store.tokens.load(WEB)
    assert caught.value.__context__ is None
    assert sql_store.tokens.save(WEB, a_pair(2), at=AT).generation == 2
    assert load(sql_store.tokens).pair == a_pair(2)


# ── encryption ───────────────────────────────────────────────────────────────────────────────

Make = Callable[[Path], TokenStore]


def sqlite_tokens(folder: Path) -> TokenStore:
    return SqlStore(f"sqlite:///{folder / 'ledger.db'}").tokens


@pytest.mark.parametrize("make", [sqlite_tokens, lambda folder: FileTokenStore(folder / "tokens.json")])
@pytest.mark.parametrize("kind", ["plain", "encrypted", "keyring"])
def test_what_lies_on_the_disk(tmp_path: Path, make: Make, kind: str) -> None:
    """No byte of a token is in any file of a wrapped store, also not of an older token; unwrapped, it is."""
    inner = make(tmp_path)
    ring = Ring()
    wrapped: dict[str, TokenStore] = {
        "plain": inner,
        "encrypted": EncryptedTokenStore(inner, KEYS[:1]),
        "keyring": KeyringTokenStore(inner, backend=ring),
    }
    store = wrapped[kind]
    store.save(WEB, a_pair(2), at=AT, after=claim_it(store, store.save(WEB, a_pair(), at=AT)))
    assert load(store).pair == a_pair(2)
    found = [file.name for file in tmp_path.iterdir() if SECRET in file.read_bytes()]
    assert bool(found) is (kind == "plain")


def test_keys_are_changed(path: Path) -> None:
    """With the new key in front everything can be read; after rotating, without the old one."""
    file = FileTokenStore(path)
    EncryptedTokenStore(file, [KEYS[0]]).save(WEB, a_pair(), at=AT)
    both = EncryptedTokenStore(file, [Secret(KEYS[1]), KEYS[0]])
    assert load(both).pair == a_pair()
    assert both.rotate(WEB, at=AT)
    assert load(EncryptedTokenStore(file, [KEYS[1]])).pair == a_pair()
    with pytest.raises(StoreError, match="login 'web' was encrypted with another key; put that key behind"):
        EncryptedTokenStore(file, [KEYS[0]]).load(WEB)


def test_rotating_leaves_a_refresh_alone(path: Path) -> None:
    """A login that is being refreshed is not touched: the pair that comes is encrypted with the new key anyway."""
    store = EncryptedTokenStore(FileTokenStore(path), KEYS[:2])
    claimed = claim_it(store, store.save(WEB, a_pair(), at=AT))
    assert not store.rotate(WEB, at=AT)
    assert not store.rotate("nobody", at=AT)
    assert store.save(WEB, a_pair(2), at=AT, after=claimed).pair == a_pair(2)


def test_a_swapped_text_is_noticed(path: Path) -> None:
    """What somebody changed in the file does not come out as a token."""
    store = EncryptedTokenStore(FileTokenStore(path), KEYS[:1])
    store.save(WEB, a_pair(), at=AT)
    content = json.loads(path.read_text())
    content["logins"][WEB]["token"]["access_token"] = "access-9-of-the-attacker"
    path.write_text(json.dumps(content))
    with pytest.raises(StoreError):
        store.load(WEB)


@pytest.mark.parametrize(
    "keys", [[], ["short"], [Secret("x" * 44)], KEYS[0]], ids=["none", "short", "no base64", "one, not in a list"]
)
def test_keys_that_are_none(keys: Any) -> None:
    """A wrong key is refused when the store is made, and is not quoted."""
    with pytest.raises(ConfigError) as caught:
        EncryptedTokenStore(MemoryTokenStore(), keys)
    assert "x" * 44 not in "".join(traceback.format_exception(caught.value))


def test_no_key_shows(path: Path) -> None:
    """The store shows what it wraps, not with what."""
    shown = repr(EncryptedTokenStore(FileTokenStore(path), KEYS))
    assert shown == f"EncryptedTokenStore(FileTokenStore('{path}'))"


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("cryptography.fernet", lambda: EncryptedTokenStore(MemoryTokenStore(), KEYS)),
        ("keyring", lambda: KeyringTokenStore(MemoryTokenStore())),
    ],
)
def test_extras_that_are_not_installed(name: str, make: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its library a store says what to install."""
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigError, match=r"pip install 'tradegecko-bridge\["):
        make()


# ── keyrings ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def ring() -> Ring:
    return Ring()


@pytest.fixture
def ringed(path: Path, ring: Ring) -> KeyringTokenStore:
    return KeyringTokenStore(FileTokenStore(path), backend=ring)


def test_old_entries_are_cleared_away(ringed: KeyringTokenStore, ring: Ring) -> None:
    """There is one entry per login, the newest pair's; none after the logout."""
    claimed = claim_it(ringed, ringed.save(WEB, a_pair(), at=AT))
    ringed.save(WEB, a_pair(2), at=AT, after=claimed)
    ringed.save(WEB, a_pair(2), at=AT)
    assert list(ring.entries) == [("tradegecko-bridge", f"web/{a_pair(2).fingerprint}")]
    ringed.delete(WEB)
    assert not ring.entries


def test_a_pair_that_came_too_late_leaves_no_entry(ringed: KeyringTokenStore, ring: Ring) -> None:
    """What the inner store does not take does not stay in the keyring."""
    claimed = claim_it(ringed, ringed.save(WEB, a_pair(), at=AT))
    ringed.save(WEB, a_pair(2), at=AT)
    with pytest.raises(StoreError):
        ringed.save(WEB, a_pair(3), at=AT, after=claimed)
    assert len(ring.entries) == 1
    assert load(ringed).pair == a_pair(2)


def test_an_entry_that_is_gone_is_told(ringed: KeyringTokenStore, ring: Ring) -> None:
    """Somebody cleared the keyring: only a new login helps, and it is said."""
    ringed.save(WEB, a_pair(), at=AT)
    ring.entries.clear()
    with pytest.raises(StoreError, match="its tokens are not in the keyring; log in again"):
        ringed.load(WEB)


def test_a_locked_keyring_is_told(ringed: KeyringTokenStore, ring: Ring) -> None:
    """A keyring that fails is one line that quotes nothing, and the login is as it was."""
    saved = ringed.save(WEB, a_pair(), at=AT)
    ring.broken = True
    with pytest.raises(StoreError, match=r"the system's keyring failed \(RuntimeError\); unlock it") as caught:
        ringed.save(WEB, a_pair(2), at=AT)
    assert SECRET.decode() not in "".join(traceback.format_exception(caught.value))
    ring.broken = False
    assert load(ringed) == saved


def test_a_pair_replaced_between_two_looks(ringed: KeyringTokenStore, ring: Ring, path: Path) -> None:
    """Reading while another process saves gives the new pair, not an error."""
    saved = ringed.save(WEB, a_pair(), at=AT)
    other = KeyringTokenStore(FileTokenStore(path), backend=ring)
    look = ring.get_password

    def meanwhile(service: str, name: str) -> str | None:
        ring.get_password = look  # type: ignore[method-assign]
        other.save(WEB, a_pair(2), at=AT, after=saved)
        return look(service, name)

    ring.get_password = meanwhile  # type: ignore[method-assign]
    assert load(ringed).pair == a_pair(2)


def test_a_system_without_a_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server has no keyring: the settings are wrong, and that is said at once."""
    import keyring
    from keyring.backends.fail import Keyring

    monkeypatch.setattr(keyring, "get_keyring", Keyring)
    with pytest.raises(ConfigError, match="this system has no keyring; keep tokens in the ledger or in a file"):
        KeyringTokenStore(MemoryTokenStore())


def test_the_system_s_keyring_is_taken(monkeypatch: pytest.MonkeyPatch, ring: Ring) -> None:
    """Without a backend it is the one the system has."""
    import keyring

    monkeypatch.setattr(keyring, "get_keyring", lambda: ring)
    store = KeyringTokenStore(MemoryTokenStore(), service="mine")
    store.save(WEB, a_pair(), at=AT)
    assert next(iter(ring.entries))[0] == "mine"


def test_the_suite_is_not_too_kind(tmp_path: Path) -> None:
    """The suite's claims would be lost by a store that reads before it locks."""
    store = FileTokenStore(tmp_path / "tokens.json")
    saved = store.save(WEB, a_pair(), at=AT)
    stale = store._read()
    assert claim(store, saved) is not None
    store._write(stale)
    assert claim(store, saved) is not None


def test_moving_an_older_ledger_up(tmp_path: Path) -> None:
    """A ledger of the version before logins gets their table when it is opened, and keeps what it had."""
    path = ledger_at("0002", tmp_path / "ledger.db")
    with SqlStore(f"sqlite:///{path}") as store:
        store.tokens.save(WEB, a_pair(), at=AT)
        assert load(store.tokens).pair == a_pair()


# ── logins belong to somebody ────────────────────────────────────────────────────────────────

ANN = LoginOwner(client_id="app", base_url="https://ann.example", account="12")
BOB = LoginOwner(client_id="app", base_url="https://bob.example")


def kinds_of_store(path: Path) -> dict[str, tuple[TokenStore, TokenStore]]:
    """Each way to keep texts out of a store, with the store inside."""
    ring = Ring()
    kept = {kind: FileTokenStore(path.with_name(f"{kind}.json")) for kind in ("keys", "ring", "both")}
    return {
        "keys": (EncryptedTokenStore(kept["keys"], KEYS[:1]), kept["keys"]),
        "ring": (KeyringTokenStore(kept["ring"], backend=ring), kept["ring"]),
        "both": (EncryptedTokenStore(KeyringTokenStore(kept["both"], backend=ring), KEYS[:1]), kept["both"]),
    }


@pytest.mark.parametrize("kind", ["keys", "ring", "both"])
def test_who_does_not_unseal_writes_nothing(kind: str, path: Path) -> None:
    """A login that is stored sealed says so, and is neither replaced nor renewed by who would store it in clear."""
    sealing, inner = kinds_of_store(path)[kind]
    saved = sealing.save(WEB, a_pair(owner=ANN), at=AT)
    seen = load(inner)
    assert seen.pair.sealed
    for after in (None, seen):
        with pytest.raises(LoginTaken, match=rf"{seen.pair.sealed_how}.*it stays as it is; set token_keys and tokens"):
            inner.save(WEB, a_pair(2, owner=ANN), at=AT, after=after)
    assert load(sealing) == saved


@pytest.mark.parametrize("kind", ["keys", "ring", "both"])
def test_what_is_stored_in_clear_is_not_taken_for_sealed(kind: str, path: Path) -> None:
    """Settings with keys or a keyring, and a login from before: one line, and it stays until somebody logs in anew."""
    sealing, inner = kinds_of_store(path)[kind]
    saved = inner.save(WEB, a_pair(), at=AT)
    with pytest.raises(LoginTaken, match="is stored in clear, not"):
        sealing.load(WEB)
    assert load(inner) == saved
    sealing.save(WEB, a_pair(2), at=AT)
    assert load(sealing).pair == a_pair(2)


def contents(store: FileTokenStore) -> dict[str, Any]:
    logins: dict[str, Any] = json.loads(store._path.read_text(encoding="utf-8"))["logins"]
    return logins


def put(store: FileTokenStore, logins: dict[str, Any]) -> None:
    store._path.write_text(json.dumps({"format": 1, "logins": logins}), encoding="utf-8")


@pytest.mark.parametrize(
    "swapped",
    [("access_token",), ("refresh_token",), ("access_token", "refresh_token"), ("access_token", "fingerprint"), ()],
    ids="+".join,
)
def test_ciphertexts_cannot_be_swapped(swapped: tuple[str, ...], path: Path) -> None:
    """Whatever of another login is put into a login's place, up to the whole of it, nobody gets its token."""
    file = FileTokenStore(path)
    store = EncryptedTokenStore(file, KEYS[:1])
    store.save("ann", a_pair(1, owner=ANN), at=AT)
    store.save("bob", a_pair(2, owner=BOB), at=AT)
    logins = contents(file)
    anns = logins["ann"]["token"]
    for keep_seals in (True, False):
        logins["bob"]["token"].update({name: anns[name] for name in swapped or tuple(anns)})
        if not keep_seals:
            logins["bob"]["token"]["seals"] = []
        put(file, logins)
        with pytest.raises(LoginTaken, match="'bob' was encrypted as another one") as raised:
            store.load("bob")
        assert SECRET.decode() not in str(raised.value)
    assert load(store, "ann").pair == a_pair(1, owner=ANN)


@pytest.mark.parametrize("changed", ["client_id", "base_url", "account"])
def test_an_owner_cannot_be_exchanged(changed: str, path: Path) -> None:
    """Nor can a token be sent to another host by writing that host beside its ciphertext; one left out is known."""
    file = FileTokenStore(path)
    store = EncryptedTokenStore(file, KEYS[:1])
    store.save(WEB, a_pair(owner=ANN), at=AT)
    logins = contents(file)
    logins[WEB]["token"]["owner"][changed] = "https://evil.example"
    put(file, logins)
    with pytest.raises(LoginTaken, match="was encrypted as another one"):
        store.load(WEB)
    logins[WEB]["token"]["owner"] = None
    put(file, logins)
    assert load(store).pair.owner == ANN


def test_ciphertexts_of_earlier_versions_are_read_and_bound(path: Path) -> None:
    """They held the token alone, and nothing beside them said that they are none. The next save binds them."""
    file = FileTokenStore(path)
    store = EncryptedTokenStore(file, KEYS[:1])
    store.save(WEB, a_pair(), at=AT)
    logins = contents(file)
    old = logins[WEB]["token"]
    key = Fernet(KEYS[0])
    for kind in ("access", "refresh"):
        old[f"{kind}_token"] = key.encrypt(f"{kind}-1-0123456789abcdef".encode()).decode()
    del old["seals"], old["owner"]
    put(file, logins)
    stored = load(store)
    assert stored.pair == a_pair()
    assert load(file).pair.sealed, "also in the eyes of who has no key"
    with pytest.raises(LoginTaken, match="is stored encrypted"):
        file.save(WEB, a_pair(2), at=AT)
    assert store.rewrite(WEB, stored.generation, evolve(stored.pair, owner=ANN))
    assert load(store).pair == a_pair(owner=ANN)
    now = contents(file)
    now[WEB]["token"] |= {name: old[name] for name in ("access_token", "refresh_token")}
    put(file, now)
    with pytest.raises(LoginTaken, match="was encrypted as another one"):
        store.load(WEB)


FIELDS = ("access_token", "refresh_token", "fingerprint", "owner", "seals", "expires_at", "earlier")


@given(st.lists(st.tuples(st.sampled_from(FIELDS), st.sampled_from(["ann", "ann before", "bob", "bob before"]))))
def test_no_mixture_of_logins_gives_one_s_token_to_the_other(mixed: list[tuple[str, str]]) -> None:
    """Whoever can write into the store puts parts of logins, of now and of before, wherever he likes: what comes out
    under a name was stored under it, for the same owner, or nothing comes out."""
    inner = MemoryTokenStore()
    store = EncryptedTokenStore(inner, KEYS[:1])
    stored: dict[str, dict[str, Any]] = {}
    pairs = {"ann": [a_pair(1, owner=ANN), a_pair(2, owner=ANN)], "bob": [a_pair(3, owner=BOB), a_pair(4, owner=BOB)]}
    for name, (before, now) in pairs.items():
        for pair, key in ((before, f"{name} before"), (now, name)):
            store.save(name, pair, at=AT)
            stored[key] = dict(inner._slots[name].content or {})
    content = {**stored["bob"], **{field: stored[whose][field] for field, whose in mixed}}
    inner._slots["bob"] = evolve(inner._slots["bob"], content=content)
    try:
        found = load(store, "bob").pair
    except LoginTaken:
        return
    assert (found.access_token, found.refresh_token, found.owner) in [
        (pair.access_token, pair.refresh_token, pair.owner) for pair in pairs["bob"]
    ]
