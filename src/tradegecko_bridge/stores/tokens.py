"""Token stores: in memory, in a file, and two wrappers that keep the token texts out of any store.

The one beside the ledger is :attr:`tradegecko_bridge.stores.sql.SqlStore.tokens`.
"""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import mkstemp
from typing import IO, Any, ClassVar, Final

from attrs import asdict, evolve
from filelock import FileLock, Timeout

from tradegecko_bridge.errors import ConfigError, LoginTaken, StoreBusy, StoreError
from tradegecko_bridge.foreign import discreet
from tradegecko_bridge.forks import ForkedLock, OfThisProcess
from tradegecko_bridge.ports.logins import (
    OTHER_SEAL,
    LoginOwner,
    RefreshNote,
    Secret,
    StoredToken,
    TokenPair,
    TokenStore,
    as_secret,
)
from tradegecko_bridge.private_files import folder_fault, make_private
from tradegecko_bridge.stores.slots import EMPTY, Slot, SlotStore, Write

_POLL: Final = 0.01  # seconds between two tries for the lock file
_FORMAT: Final = 1


class MemoryTokenStore(SlotStore):
    """For trying things out and for tests. Threads may share it; processes cannot."""

    def __init__(self) -> None:
        self._lock = ForkedLock()
        self._slots: dict[str, Slot] = {}

    def __repr__(self) -> str:
        return f"<MemoryTokenStore with {len(self._slots)} logins>"

    def _read(self, name: str | None = None) -> Mapping[str, Slot]:  # noqa: ARG002
        with self._lock:
            return dict(self._slots)

    @contextmanager
    def _exclusive(self, name: str) -> Iterator[tuple[Slot, Write]]:
        with self._lock:
            yield self._slots.get(name, EMPTY), partial(self._slots.__setitem__, name)


class FileTokenStore(SlotStore):
    """Logins in one JSON file that only its owner can read; any number of threads and processes may share it.

    The file is replaced as a whole: a reader never sees half of it, and a writer that is killed leaves the old one.
    Writers take turns by locking ``PATH.lock`` beside it; the lock ends with its process. The file belongs on a local
    disk, not on a network share.

    Args:
        path: the file; created with mode 0600 on first saving. On Windows the folder's permissions protect it.
        busy_timeout: seconds to wait for another writer.

    Raises:
        ConfigError: no file can have this name.
    """

    def __init__(self, path: str | Path, *, busy_timeout: float = 30.0) -> None:
        if "\0" in str(path):
            raise ConfigError("a token file's name must not have a NUL character")
        self._path = Path(path).resolve()
        self._busy_timeout = busy_timeout

    def __repr__(self) -> str:
        return f"FileTokenStore({str(self._path)!r})"

    def _read(self, name: str | None = None) -> Mapping[str, Slot]:  # noqa: ARG002
        self._check_folder()
        try:
            with self._path.open("rb") as file:
                self._check_private(file)
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

    @contextmanager
    def _exclusive(self, name: str) -> Iterator[tuple[Slot, Write]]:
        with self._locked():
            slots = self._read()
            yield slots.get(name, EMPTY), lambda slot: self._write({**slots, name: slot})

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._check_folder()
        self._check_lock(Path(f"{self._path}.lock"))
        lock = FileLock(f"{self._path}.lock", self._busy_timeout, mode=0o600)  # a new one excludes other threads too
        try:
            if not self._path.parent.is_dir():  # the lock would create it
                raise FileNotFoundError(2, "no such folder")
            lock.acquire(poll_interval=_POLL)
        except Timeout:
            raise StoreBusy(
                f"token file {self._path}: somebody has held it for {self._busy_timeout:g} s; try again"
            ) from None
        except (OSError, NotImplementedError) as error:
            why = getattr(error, "strerror", None) or "locks do not work there"
            raise StoreError(
                f"token file {self._path}: cannot lock it ({why}); its folder must exist and be writable"
            ) from None
        try:
            yield
        finally:
            lock.release()

    def _check_folder(self) -> None:
        if fault := folder_fault(self._path.parent):
            raise StoreError(f"token file {self._path}: {fault}")

    def _check_lock(self, path: Path) -> None:
        """It is empty; what is not is somebody else's, and locking would empty it."""
        if path.exists() and not (path.is_file() and path.stat().st_size == 0):
            raise StoreError(f"token file {self._path}: {path}, its lock, is not one of ours; name another token file")
        make_private(path)

    def _check_private(self, file: IO[bytes]) -> None:
        if os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o077:
            raise StoreError(f"token file {self._path}: others can read it; run: chmod 600 {self._path}")

    def _write(self, slots: Mapping[str, Slot]) -> None:
        """Replace the file: written beside it, forced to the disk, renamed over it, and the renaming forced, too."""
        logins = {
            name: {"generation": slot.generation, "serial": slot.serial, "token": slot.content}
            for name, slot in slots.items()
        }
        text = json.dumps({"format": _FORMAT, "logins": logins})
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


def _sync_directory(path: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _slots(content: Any) -> dict[str, Slot]:
    if content["format"] != _FORMAT:
        raise ValueError("another format")
    return {
        name: Slot(generation=int(slot["generation"]), serial=int(slot["serial"]), content=slot["token"] or None)
        for name, slot in content["logins"].items()
    }


# ── keeping the texts out of the store ───────────────────────────────────────────────────────


class _Wrapped(OfThisProcess, TokenStore, ABC):
    """A store that hides token texts on the way in and reveals them on the way out; the inner store does the rest."""

    _seal: ClassVar[str]

    def __init__(self, inner: TokenStore) -> None:
        self._inner = inner

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._inner!r})"

    def load(self, name: str) -> StoredToken | None:
        stored = self._inner.load(name)
        return None if stored is None else self._shown(stored)

    def claim_refresh(
        self, name: str, generation: int, worker: str, *, at: datetime, until: datetime
    ) -> StoredToken | None:
        claimed = self._inner.claim_refresh(name, generation, worker, at=at, until=until)
        return None if claimed is None else self._shown(claimed)

    def save(self, name: str, pair: TokenPair, *, at: datetime, after: StoredToken | None = None) -> StoredToken:
        saved = self._inner.save(name, self._sealed(name, pair), at=at, after=after)
        return evolve(saved, pair=pair)

    def rewrite(self, name: str, generation: int, pair: TokenPair) -> bool:
        return self._inner.rewrite(name, generation, self._sealed(name, pair))

    def owner(self, name: str) -> LoginOwner | None:
        return self._inner.owner(name)

    def release(self, claimed: StoredToken, *, note: RefreshNote | None = None) -> None:
        self._inner.release(claimed, note=note)

    def delete(self, name: str) -> None:
        self._inner.delete(name)

    def holders(self, fingerprint: str) -> Sequence[str]:
        return self._inner.holders(fingerprint)

    def _sealed(self, name: str, pair: TokenPair) -> TokenPair:
        return evolve(self._hide(name, pair), seals=(*pair.seals, self._seal))

    def _shown(self, stored: StoredToken) -> StoredToken:
        """What is inside our seal. Earlier versions put none on; a pair that neither of them sealed is not ours."""
        name, pair = stored.name, stored.pair
        if (pair.seals and pair.seals[-1] != self._seal) or not pair.sealed:
            raise LoginTaken(f"login {name!r} is stored {pair.sealed_how}, not {self._seal}; {OTHER_SEAL}")
        return evolve(stored, pair=evolve(self._show(name, pair), seals=pair.seals[:-1]))

    @abstractmethod
    def _hide(self, name: str, pair: TokenPair) -> TokenPair:
        """The pair as the inner store gets it."""

    @abstractmethod
    def _show(self, name: str, pair: TokenPair) -> TokenPair:
        """The pair as it was."""


def _each(pair: TokenPair, change: Callable[[Secret, str], Secret]) -> TokenPair:
    """The pair with both texts changed, each with its kind; the fingerprint stays that of the real ones."""
    refresh_token = change(pair.refresh_token, "refresh") if pair.refresh_token else None
    return evolve(pair, access_token=change(pair.access_token, "access"), refresh_token=refresh_token)


def _place(name: str, pair: TokenPair, kind: str) -> list[str]:
    """Where a token belongs: only there it is decrypted."""
    return [name, kind, pair.fingerprint]


def _facts(owner: LoginOwner | None) -> dict[str, str | None] | None:
    return None if owner is None else asdict(owner)


class EncryptedTokenStore(_Wrapped):
    """Any token store with its token texts encrypted (Fernet: AES-128-CBC and HMAC-SHA256; extra ``crypto``).

    What is encrypted says which login, owner and token it is: put in the place of another, it is refused.

    Args:
        inner: where the encrypted texts go.
        keys: Fernet keys, each 32 random bytes in URL-safe base64 as ``Fernet.generate_key()`` makes them. The first
            encrypts, all decrypt: to change keys put the new one in front, and take the old one
            away once every login has been refreshed or :meth:`rotate` was called.

    Raises:
        ConfigError: no key, or one that is none, or the extra is not installed.
    """

    _seal = "encrypted"

    @discreet
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

    def _hide(self, name: str, pair: TokenPair) -> TokenPair:
        def hide(secret: Secret, kind: str) -> Secret:
            whole = {"place": _place(name, pair, kind), "owner": _facts(pair.owner), "token": secret.reveal()}
            return Secret(self._fernet.encrypt(json.dumps(whole).encode()).decode())

        return _each(pair, hide)

    def _show(self, name: str, pair: TokenPair) -> TokenPair:
        from cryptography.fernet import InvalidToken

        owner = pair.owner

        def show(secret: Secret, kind: str) -> Secret:
            nonlocal owner
            text = self._fernet.decrypt(secret.reveal().encode()).decode()
            if not text.startswith("{") and not pair.seals:
                return Secret(text)  # as earlier versions encrypted it
            whole = json.loads(text) if text.startswith("{") else {}
            known = whole.get("owner")
            if whole.get("place") != _place(name, pair, kind) or known != (_facts(pair.owner) or known):
                raise LoginTaken(
                    f"what is stored as login {name!r} was encrypted as another one: somebody has changed the token "
                    "store by hand; put it back, or log in again"
                )
            owner = LoginOwner(**known) if known else owner
            return Secret(whole["token"])

        try:
            return evolve(_each(pair, show), owner=owner)
        except InvalidToken:
            raise LoginTaken(
                f"login {name!r} was encrypted with another key; put that key behind the present one, or log in again"
            ) from None


def _fernet(keys: Sequence[Secret | str]) -> Any:
    try:
        from cryptography.fernet import Fernet, MultiFernet
    except ModuleNotFoundError:
        raise ConfigError("encrypting tokens needs: pip install 'tradegecko-bridge[crypto]'") from None
    if isinstance(keys, str) or not keys:
        raise ConfigError("encrypting tokens needs a list of at least one Fernet key")
    with suppress(ValueError):
        return MultiFernet([Fernet(as_secret(key).reveal()) for key in keys])
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

    _seal = "in the keyring"

    def __init__(self, inner: TokenStore, *, service: str = "tradegecko-bridge", backend: Any = None) -> None:
        super().__init__(inner)
        self._service = service
        self._ring = backend if backend is not None else _system_keyring()

    def load(self, name: str) -> StoredToken | None:
        stored = self._inner.load(name)
        try:
            return None if stored is None else self._shown(stored)
        except StoreError:
            if self._inner.load(name) == stored:
                raise
        return self.load(name)  # a writer has replaced the entry between the two looks

    def save(self, name: str, pair: TokenPair, *, at: datetime, after: StoredToken | None = None) -> StoredToken:
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

    def rewrite(self, name: str, generation: int, pair: TokenPair) -> bool:
        written = super().rewrite(name, generation, pair)
        if not written and ((now := self._inner.load(name)) is None or now.pair.fingerprint != pair.fingerprint):
            self._forget(name, pair)
        return written

    def delete(self, name: str) -> None:
        before = self._inner.load(name)
        super().delete(name)
        if before is not None:
            self._forget(name, before.pair)

    def _hide(self, name: str, pair: TokenPair) -> TokenPair:
        texts = Secret(
            json.dumps([pair.access_token.reveal(), pair.refresh_token.reveal() if pair.refresh_token else None])
        )
        self._ask("set_password", name, pair, texts)
        return _each(pair, lambda *_: Secret(self._seal))

    def _show(self, name: str, pair: TokenPair) -> TokenPair:
        texts = self._ask("get_password", name, pair)
        if texts is None:
            raise StoreError(f"login {name!r} is stored, but its tokens are not in the keyring; log in again")
        access_token, refresh_token = json.loads(texts)
        refresh_token = Secret(refresh_token) if refresh_token else None
        return evolve(pair, access_token=Secret(access_token), refresh_token=refresh_token)

    def _forget(self, name: str, pair: TokenPair) -> None:
        """At worst an entry nobody points to stays behind."""
        with suppress(Exception):
            self._ring.delete_password(self._service, _entry(name, pair))

    def _ask(self, method: str, name: str, pair: TokenPair, *texts: Secret) -> Any:
        """Of an error only the kind is kept: backends raise what they like, and may quote what they were given."""
        try:
            return getattr(self._ring, method)(self._service, _entry(name, pair), *map(Secret.reveal, texts))
        except Exception as error:
            failed = type(error).__name__
        raise StoreError(f"the system's keyring failed ({failed}); unlock it, or choose another token store")


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
