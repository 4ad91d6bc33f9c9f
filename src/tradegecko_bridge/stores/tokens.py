"""Token stores: in memory, in a file, and two wrappers that keep the token texts out of any store.

The one beside the ledger is :attr:`tradegecko_bridge.stores.SqlStore.tokens`. Each fits
:class:`~tradegecko_bridge.ports.TokenStore`.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkstemp
from threading import Lock
from typing import IO, TYPE_CHECKING, Any, Final

from attrs import evolve

from tradegecko_bridge.errors import ConfigError, StoreBusy, StoreError
from tradegecko_bridge.ports.logins import RefreshNote, Secret, StoredToken, TokenPair
from tradegecko_bridge.stores import token_rules
from tradegecko_bridge.stores.token_rules import EMPTY, Slot

if TYPE_CHECKING:
    from tradegecko_bridge.ports import TokenStore

_KNOCK: Final = 0.01  # seconds between two tries for the lock file
_FORMAT: Final = 1


class MemoryTokenStore:
    """For trying things out and for tests. Threads may share it; processes cannot."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._slots: dict[str, Slot] = {}

    def __repr__(self) -> str:
        return f"<MemoryTokenStore with {len(self._slots)} logins>"

    def load(self, name: str) -> StoredToken | None:
        """See :meth:`tradegecko_bridge.ports.TokenStore.load`."""
        with self._lock:
            return self._slots.get(name, EMPTY).token

    def claim_refresh(
        self, name: str, generation: int, worker: str, *, at: datetime, until: datetime
    ) -> StoredToken | None:
        """See :meth:`tradegecko_bridge.ports.TokenStore.claim_refresh`."""
        with self._lock:
            claimed = token_rules.claimed(self._slots.get(name, EMPTY), generation, worker, at, until)
            if claimed is not None:
                self._slots[name] = token_rules.slot_of(claimed)
            return claimed

    def save(self, name: str, pair: TokenPair, *, at: datetime, after: StoredToken | None = None) -> StoredToken:
        """See :meth:`tradegecko_bridge.ports.TokenStore.save`."""
        with self._lock:
            saved = _saved(self._slots.get(name, EMPTY), name, pair, at, after)
            self._slots[name] = token_rules.slot_of(saved)
            return saved

    def release(self, claimed: StoredToken, *, note: RefreshNote | None = None) -> None:
        """See :meth:`tradegecko_bridge.ports.TokenStore.release`."""
        with self._lock:
            released = token_rules.released(self._slots.get(claimed.name, EMPTY), claimed, note)
            if released is not None:
                self._slots[claimed.name] = token_rules.slot_of(released)

    def delete(self, name: str) -> None:
        """See :meth:`tradegecko_bridge.ports.TokenStore.delete`."""
        with self._lock:
            if name in self._slots:
                self._slots[name] = token_rules.ended(self._slots[name])

    def holders(self, fingerprint: str) -> Sequence[str]:
        """See :meth:`tradegecko_bridge.ports.TokenStore.holders`."""
        with self._lock:
            return _holders(self._slots, fingerprint)


class FileTokenStore:
    """Logins in one JSON file that only its owner can read; any number of threads and processes may share it.

    The file is replaced as a whole, so a reader never sees half of it and a writer that is killed leaves the old
    one. Writers take turns by locking ``PATH.lock`` beside it: on Linux and macOS with ``flock``, which ends with its
    process; on Windows with ``msvcrt.locking``. Both want a local disk, not a network share.

    Args:
        path: the file; made with mode 0600 on first saving. On Windows the folder's permissions protect it.
        busy_timeout: seconds to wait for another writer.
    """

    def __init__(self, path: str | Path, *, busy_timeout: float = 30.0) -> None:
        self._path = Path(path).resolve()
        self._busy_timeout = busy_timeout

    def __repr__(self) -> str:
        return f"FileTokenStore({str(self._path)!r})"

    def load(self, name: str) -> StoredToken | None:
        """See :meth:`tradegecko_bridge.ports.TokenStore.load`."""
        return self._read().get(name, EMPTY).token

    def claim_refresh(
        self, name: str, generation: int, worker: str, *, at: datetime, until: datetime
    ) -> StoredToken | None:
        """See :meth:`tradegecko_bridge.ports.TokenStore.claim_refresh`."""
        with self._alone() as slots:
            claimed = token_rules.claimed(slots.get(name, EMPTY), generation, worker, at, until)
            if claimed is not None:
                self._write({**slots, name: token_rules.slot_of(claimed)})
            return claimed

    def save(self, name: str, pair: TokenPair, *, at: datetime, after: StoredToken | None = None) -> StoredToken:
        """See :meth:`tradegecko_bridge.ports.TokenStore.save`."""
        with self._alone() as slots:
            saved = _saved(slots.get(name, EMPTY), name, pair, at, after)
            self._write({**slots, name: token_rules.slot_of(saved)})
            return saved

    def release(self, claimed: StoredToken, *, note: RefreshNote | None = None) -> None:
        """See :meth:`tradegecko_bridge.ports.TokenStore.release`."""
        with self._alone() as slots:
            released = token_rules.released(slots.get(claimed.name, EMPTY), claimed, note)
            if released is not None:
                self._write({**slots, claimed.name: token_rules.slot_of(released)})

    def delete(self, name: str) -> None:
        """See :meth:`tradegecko_bridge.ports.TokenStore.delete`."""
        with self._alone() as slots:
            if name in slots:
                self._write({**slots, name: token_rules.ended(slots[name])})

    def holders(self, fingerprint: str) -> Sequence[str]:
        """See :meth:`tradegecko_bridge.ports.TokenStore.holders`."""
        return _holders(self._read(), fingerprint)

    def _read(self) -> dict[str, Slot]:
        try:
            with self._path.open("rb") as file:
                self._must_be_private(file)
                return _slots(json.loads(file.read()))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StoreError(f"token file {self._path}: cannot be read ({error.strerror})") from None
        except (KeyError, TypeError, ValueError, AttributeError):
            pass  # outside, so that no error that quotes the file hangs on to ours
        raise StoreError(
            f"token file {self._path}: this is not one of ours; name another file, or delete it and log in"
        )

    def _must_be_private(self, file: IO[bytes]) -> None:
        if os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o077:
            raise StoreError(f"token file {self._path}: others can read it; run: chmod 600 {self._path}")

    def _write(self, slots: Mapping[str, Slot]) -> None:
        """Replace the file: written beside it, forced to the disk, renamed over it, and the renaming forced, too."""
        text = json.dumps({"format": _FORMAT, "logins": {name: _slot_json(slot) for name, slot in slots.items()}})
        temporary = ""
        try:
            handle, temporary = mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")  # mode 0600
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self._path)
            _sync_directory(self._path.parent)
        except OSError as error:
            with suppress(OSError):
                Path(temporary).unlink()
            raise StoreError(f"token file {self._path}: cannot be written ({error.strerror})") from None

    @contextmanager
    def _alone(self) -> Iterator[dict[str, Slot]]:
        """What is there, and nobody else writes until the block ends."""
        try:
            lock = os.open(f"{self._path}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            said = f"token file {self._path}: cannot lock it ({error.strerror}); its folder must exist and be writable"
            raise StoreError(said) from None
        try:
            self._wait_for(lock)
            yield self._read()
        finally:
            os.close(lock)  # lets go of the lock

    def _wait_for(self, lock: int) -> None:
        deadline = time.monotonic() + self._busy_timeout
        while not _try_lock(lock):
            if time.monotonic() > deadline:
                raise StoreBusy(
                    f"token file {self._path}: somebody has held it for {self._busy_timeout:g} s; try again"
                )
            time.sleep(_KNOCK)


if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    def _try_lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _sync_directory(_path: Path) -> None:
        """Windows has no such thing."""

else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _sync_directory(path: Path) -> None:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _saved(slot: Slot, name: str, pair: TokenPair, at: datetime, after: StoredToken | None) -> StoredToken:
    if after is None:
        return token_rules.logged_in(slot, name, pair, at)
    return token_rules.renewed(slot, after, pair, at)


def _holders(slots: Mapping[str, Slot], fingerprint: str) -> list[str]:
    return sorted(name for name, slot in slots.items() if slot.token and slot.token.has_held(fingerprint))


def _slots(content: Any) -> dict[str, Slot]:
    if content["format"] != _FORMAT:
        raise ValueError("another format")
    return {name: _slot(name, slot) for name, slot in content["logins"].items()}


def _slot(name: str, content: Any) -> Slot:
    generation, serial = int(content["generation"]), int(content["serial"])
    kept = content["token"]
    token = token_rules.from_json(name, generation, serial, kept) if kept else None
    return Slot(generation=generation, serial=serial, token=token)


def _slot_json(slot: Slot) -> dict[str, Any]:
    token = token_rules.to_json(slot.token) if slot.token else None
    return {"generation": slot.generation, "serial": slot.serial, "token": token}


# ── keeping the texts out of the store ───────────────────────────────────────────────────────


class _Wrapped:
    """A store whose tokens are hidden on the way in and shown on the way out; all else is the inner store's work."""

    def __init__(self, inner: TokenStore) -> None:
        self._inner = inner

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._inner!r})"

    def load(self, name: str) -> StoredToken | None:
        """See :meth:`tradegecko_bridge.ports.TokenStore.load`."""
        stored = self._inner.load(name)
        return None if stored is None else self._shown(stored)

    def claim_refresh(
        self, name: str, generation: int, worker: str, *, at: datetime, until: datetime
    ) -> StoredToken | None:
        """See :meth:`tradegecko_bridge.ports.TokenStore.claim_refresh`."""
        claimed = self._inner.claim_refresh(name, generation, worker, at=at, until=until)
        return None if claimed is None else self._shown(claimed)

    def save(self, name: str, pair: TokenPair, *, at: datetime, after: StoredToken | None = None) -> StoredToken:
        """See :meth:`tradegecko_bridge.ports.TokenStore.save`."""
        saved = self._inner.save(name, self._hide(name, pair), at=at, after=after)
        return evolve(saved, pair=pair)

    def release(self, claimed: StoredToken, *, note: RefreshNote | None = None) -> None:
        """See :meth:`tradegecko_bridge.ports.TokenStore.release`."""
        self._inner.release(claimed, note=note)

    def delete(self, name: str) -> None:
        """See :meth:`tradegecko_bridge.ports.TokenStore.delete`."""
        self._inner.delete(name)

    def holders(self, fingerprint: str) -> Sequence[str]:
        """See :meth:`tradegecko_bridge.ports.TokenStore.holders`."""
        return self._inner.holders(fingerprint)

    def _shown(self, stored: StoredToken) -> StoredToken:
        return evolve(stored, pair=self._show(stored.name, stored.pair))

    def _hide(self, name: str, pair: TokenPair) -> TokenPair:
        raise NotImplementedError

    def _show(self, name: str, pair: TokenPair) -> TokenPair:
        raise NotImplementedError


def _each(pair: TokenPair, change: Callable[[Secret], Secret]) -> TokenPair:
    """The pair with both texts changed; the fingerprint stays that of the real ones."""
    refresh_token = change(pair.refresh_token) if pair.refresh_token else None
    return evolve(pair, access_token=change(pair.access_token), refresh_token=refresh_token)


class EncryptedTokenStore(_Wrapped):
    """Any token store with its token texts encrypted (Fernet: AES-128-CBC and HMAC-SHA256; extra ``crypto``).

    Args:
        inner: where the encrypted texts go.
        keys: Fernet keys, each 32 random bytes in URL-safe base64 as ``Fernet.generate_key()`` makes them. The first
            encrypts, all decrypt: to change keys put the new one in front, and take the old one
            away once every login has been refreshed or :meth:`rotate` was called.

    Raises:
        ConfigError: no key, or one that is none, or the extra is not installed.
    """

    def __init__(self, inner: TokenStore, keys: Sequence[Secret | str]) -> None:
        super().__init__(inner)
        self._fernet = _fernet(keys)

    def rotate(self, name: str, *, at: datetime) -> bool:
        """Encrypt a login anew with the first key; False when it is being refreshed right now or there is none.

        Takes the refresh lease for the moment, so that no other worker changes the pair meanwhile; a pair without a
        refresh token is left to its next login.
        """
        stored = self.load(name)
        until = at + timedelta(minutes=1)
        claimed = stored and self.claim_refresh(name, stored.generation, "key rotation", at=at, until=until)
        if not claimed:
            return False
        self.save(name, claimed.pair, at=claimed.saved_at, after=claimed)
        return True

    def _hide(self, _name: str, pair: TokenPair) -> TokenPair:
        return _each(pair, lambda secret: Secret(self._fernet.encrypt(secret.reveal().encode()).decode()))

    def _show(self, name: str, pair: TokenPair) -> TokenPair:
        from cryptography.fernet import InvalidToken

        try:
            return _each(pair, lambda secret: Secret(self._fernet.decrypt(secret.reveal().encode()).decode()))
        except InvalidToken:
            said = "was encrypted with another key; put that key behind the present one, or log in again"
            raise StoreError(f"login {name!r} {said}") from None


def _fernet(keys: Sequence[Secret | str]) -> Any:
    try:
        from cryptography.fernet import Fernet, MultiFernet
    except ModuleNotFoundError:
        raise ConfigError("encrypting tokens needs: pip install 'tradegecko-bridge[crypto]'") from None
    if isinstance(keys, str) or not keys:
        raise ConfigError("encrypting tokens needs a list of at least one Fernet key")
    with suppress(ValueError):
        return MultiFernet([Fernet(key.reveal() if isinstance(key, Secret) else key) for key in keys])
    raise ConfigError("a token key is not a Fernet key: 32 random bytes in URL-safe base64, 44 characters")


class KeyringTokenStore(_Wrapped):
    """Any token store with its token texts in the system's keyring (extra ``keyring``): only their names are stored.

    A keyring can neither lock nor compare, so leases and generations stay in the inner store. Each pair has an entry
    of its own, written before the inner store points to it and removed after it points to the next one.

    Args:
        inner: where everything but the texts goes, e.g. ``FileTokenStore``.
        service: the name the entries have in the keyring.
        backend: a keyring backend; the system's unless given.

    Raises:
        ConfigError: the extra is not installed, or the system has no keyring that is unlocked.
    """

    def __init__(self, inner: TokenStore, *, service: str = "tradegecko-bridge", backend: Any = None) -> None:
        super().__init__(inner)
        self._service = service
        self._ring = backend if backend is not None else _system_keyring()

    def load(self, name: str) -> StoredToken | None:
        """See :meth:`tradegecko_bridge.ports.TokenStore.load`."""
        for _ in range(3):  # a writer may take the entry away between the two looks
            stored = self._inner.load(name)
            shown = None if stored is None else self._looked_up(stored)
            if stored is None or shown is not None:
                return shown
        raise StoreError(f"login {name!r} is stored, but its tokens are not in the keyring; log in again")

    def save(self, name: str, pair: TokenPair, *, at: datetime, after: StoredToken | None = None) -> StoredToken:
        """See :meth:`tradegecko_bridge.ports.TokenStore.save`."""
        before = self._inner.load(name)
        try:
            saved = super().save(name, pair, at=at, after=after)
        except BaseException:
            if before is None or before.pair.fingerprint != pair.fingerprint:
                self._forget(name, pair)
            raise
        if before is not None and before.pair.fingerprint != pair.fingerprint:
            self._forget(name, before.pair)
        return saved

    def delete(self, name: str) -> None:
        """See :meth:`tradegecko_bridge.ports.TokenStore.delete`."""
        before = self._inner.load(name)
        super().delete(name)
        if before is not None:
            self._forget(name, before.pair)

    def _hide(self, name: str, pair: TokenPair) -> TokenPair:
        texts = json.dumps([pair.access_token.reveal(), pair.refresh_token.reveal() if pair.refresh_token else None])
        with self._one_line_errors():
            self._ring.set_password(self._service, _entry(name, pair), texts)
        return _each(pair, lambda _: Secret("in the keyring"))

    def _show(self, name: str, pair: TokenPair) -> TokenPair:
        with self._one_line_errors():
            texts = self._ring.get_password(self._service, _entry(name, pair))
        if texts is None:
            raise StoreError(f"login {name!r} is stored, but its tokens are not in the keyring; log in again")
        access_token, refresh_token = json.loads(texts)
        return evolve(
            pair,
            access_token=Secret(access_token),
            refresh_token=Secret(refresh_token) if refresh_token else None,
        )

    def _looked_up(self, stored: StoredToken) -> StoredToken | None:
        try:
            return self._shown(stored)
        except StoreError:
            if self._inner.load(stored.name) == stored:
                raise
            return None

    def _forget(self, name: str, pair: TokenPair) -> None:
        """At worst an entry nobody points to stays behind."""
        with suppress(Exception):
            self._ring.delete_password(self._service, _entry(name, pair))

    @contextmanager
    def _one_line_errors(self) -> Iterator[None]:
        failed = None
        try:
            yield
        except Exception as error:  # backends raise what they like, and may quote what they were given
            failed = type(error).__name__
        if failed:
            said = f"the system's keyring failed ({failed}); unlock it, or choose another token store"
            raise StoreError(said) from None


def _entry(name: str, pair: TokenPair) -> str:
    return f"{name}/{pair.fingerprint}"


def _system_keyring() -> Any:
    try:
        import keyring
        from keyring.backends.fail import Keyring as NoKeyring
    except ModuleNotFoundError:
        raise ConfigError("keeping tokens in the keyring needs: pip install 'tradegecko-bridge[keyring]'") from None
    ring = keyring.get_keyring()
    if isinstance(ring, NoKeyring):
        raise ConfigError("this system has no keyring; keep tokens in the ledger or in a file instead")
    return ring
