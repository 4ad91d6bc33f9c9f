"""Logins in slots: what all token stores have in common, and how a login is written down."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from attrs import evolve, field, frozen
from cattrs import Converter

from tradegecko_bridge.errors import ClaimLost, LoginTaken, StoreError
from tradegecko_bridge.forks import OfThisProcess
from tradegecko_bridge.ports.logins import (
    OTHER_OWNER,
    OTHER_SEAL,
    LoginOwner,
    Mishap,
    RefreshLease,
    RefreshNote,
    Secret,
    StoredToken,
    TokenPair,
    TokenStore,
)
from tradegecko_bridge.stores.row import utc

_converter = Converter(detailed_validation=False)
_converter.register_unstructure_hook(datetime, datetime.isoformat)
_converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
_converter.register_unstructure_hook(Secret, Secret.reveal)
_converter.register_structure_hook(Secret, lambda text, _: Secret(text))
_BESIDE_CONTENT = ("name", "generation", "serial")


@frozen(kw_only=True)
class Slot(OfThisProcess):
    """The place of one login. After a logout only the counters are left, so that generations never repeat.

    ``content`` is the login as JSON values, tokens in clear: the store must protect it. It is read only where it is
    needed, so that a login that cannot be read can be replaced.
    """

    generation: int = 0
    serial: int = 0
    content: Mapping[str, Any] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, token: StoredToken) -> Slot:
        """The place of this login."""
        whole = _converter.unstructure(token)
        content = {**whole.pop("pair"), **{name: whole[name] for name in whole if name not in _BESIDE_CONTENT}}
        return cls(generation=token.generation, serial=token.serial, content=content)

    def token(self, name: str) -> StoredToken | None:
        """The login.

        Raises:
            StoreError: it cannot be read.
        """
        if self.content is None:
            return None
        try:
            whole = {**self.content, "name": name, "generation": self.generation, "serial": self.serial}
            return _converter.structure({**whole, "pair": self.content}, StoredToken)
        except (KeyError, TypeError, ValueError):
            pass  # outside, so that no error that quotes the content hangs on to ours
        raise StoreError(f"what is stored of login {name!r} cannot be read; log in again")

    def must_admit(self, name: str, pair: TokenPair) -> None:
        """A pair takes the place of its own login's only, stored in the same way. What cannot be read is nobody's.

        Raises:
            LoginTaken: this place has another login.
        """
        try:
            present = self.token(name)
        except StoreError:
            return
        if present is None:
            return
        owner, given = present.pair.owner, pair.owner
        if owner and given and owner.is_other(given):
            raise LoginTaken(f"login {name!r} is for {owner}, not for {given}; {OTHER_OWNER}")
        if present.pair.sealed and (not pair.seals or present.pair.seals not in ((), pair.seals)):
            raise LoginTaken(f"login {name!r} is stored {present.pair.sealed_how}; {OTHER_SEAL}")


EMPTY = Slot()
Write = Callable[[Slot], None]


class SlotStore(OfThisProcess, TokenStore, ABC):
    """A token store over two hooks: it reads slots, and lets one caller at a time change one."""

    @abstractmethod
    def _read(self, name: str | None = None) -> Mapping[str, Slot]:
        """The slots; with ``name`` at least that one, if there is one."""

    @abstractmethod
    def _exclusive(self, name: str) -> AbstractContextManager[tuple[Slot, Write]]:
        """The slot of ``name`` and how to write it; nobody else changes it until the block ends."""

    def load(self, name: str) -> StoredToken | None:
        return self._read(name).get(name, EMPTY).token(name)

    def claim_refresh(
        self, name: str, generation: int, worker: str, *, at: datetime, until: datetime
    ) -> StoredToken | None:
        at, until = utc(at), utc(until)
        with self._exclusive(name) as (slot, write):
            token = slot.token(name)
            if token is None or token.generation != generation or token.refused or token.pair.refresh_token is None:
                return None
            note = token.note
            if token.lease is not None:
                if token.lease.until > at:
                    return None
                note = RefreshNote(mishap=Mishap.LOST, at=token.lease.since, worker=token.lease.worker)
            lease = RefreshLease(worker=worker, since=at, until=until, serial=token.serial + 1)
            claimed = evolve(token, lease=lease, note=note, serial=lease.serial)
            write(Slot.of(claimed))
        return claimed

    def save(self, name: str, pair: TokenPair, *, at: datetime, after: StoredToken | None = None) -> StoredToken:
        at = utc(at)
        with self._exclusive(name) as (slot, write):
            slot.must_admit(name, pair)
            if after is None:
                generation, serial = slot.generation + 1, slot.serial + 1
                saved = StoredToken(name=name, pair=pair, generation=generation, serial=serial, saved_at=at)
            elif (token := slot.token(name)) is None or token.generation != after.generation:
                raise ClaimLost(f"login {after.name!r} was replaced or ended meanwhile; read it again")
            else:
                saved = token.followed_by(pair, at)
            write(Slot.of(saved))
        return saved

    def rewrite(self, name: str, generation: int, pair: TokenPair) -> bool:
        with self._exclusive(name) as (slot, write):
            slot.must_admit(name, pair)
            token = slot.token(name)
            if token is None or token.generation != generation:
                return False
            write(Slot.of(evolve(token, pair=pair, serial=token.serial + 1)))
        return True

    def owner(self, name: str) -> LoginOwner | None:
        try:
            token = self.load(name)
        except StoreError:
            return None
        return token.pair.owner if token else None

    def release(self, claimed: StoredToken, *, note: RefreshNote | None = None) -> None:
        with self._exclusive(claimed.name) as (slot, write):
            token, lease = slot.token(claimed.name), claimed.lease
            if token and token.lease and lease and token.lease.serial == lease.serial:
                write(Slot.of(evolve(token, lease=None, note=note or token.note, serial=token.serial + 1)))

    def delete(self, name: str) -> None:
        with self._exclusive(name) as (slot, write):
            if slot != EMPTY:
                write(Slot(generation=slot.generation, serial=slot.serial + 1))

    def holders(self, fingerprint: str) -> Sequence[str]:
        tokens = (slot.token(name) for name, slot in sorted(self._read().items()))
        return [token.name for token in tokens if token and token.has_held(fingerprint)]
