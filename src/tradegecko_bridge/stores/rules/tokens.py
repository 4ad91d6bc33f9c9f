"""What becomes of a stored login."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import evolve, field, frozen

from tradegecko_bridge.errors import ClaimLost, StoreError
from tradegecko_bridge.ports.logins import Mishap, RefreshLease, RefreshNote, Secret, StoredToken, TokenPair
from tradegecko_bridge.stores.row import utc


@frozen(kw_only=True)
class Slot:
    """The place of one login. After a logout only the counters are left, so that generations never repeat.

    ``content`` is the login as JSON values, tokens in clear: the store's own place is protected for that. It is read
    only where it is needed, so that a login that cannot be read can be replaced.
    """

    generation: int = 0
    serial: int = 0
    content: Mapping[str, Any] | None = field(default=None, repr=False)

    def token(self, name: str) -> StoredToken | None:
        """The login.

        Raises:
            StoreError: it cannot be read.
        """
        if self.content is None:
            return None
        try:
            return _from_json(name, self.generation, self.serial, self.content)
        except (KeyError, TypeError, ValueError):
            pass  # outside, so that no error that quotes the content hangs on to ours
        raise StoreError(f"what is stored of login {name!r} cannot be read; log in again")


EMPTY = Slot()


def claimed(
    token: StoredToken | None, generation: int, worker: str, at: datetime, until: datetime
) -> StoredToken | None:
    """The login with a lease for ``worker``, or None where there is nothing to claim."""
    at, until = utc(at), utc(until)
    if token is None or token.generation != generation or token.refused or token.pair.refresh_token is None:
        return None
    note = token.note
    if token.lease is not None:
        if token.lease.until > at:
            return None
        note = RefreshNote(mishap=Mishap.LOST, at=token.lease.since, worker=token.lease.worker)
    serial = token.serial + 1
    lease = RefreshLease(worker=worker, since=at, until=until, serial=serial)
    return evolve(token, lease=lease, note=note, serial=serial)


def renewed(token: StoredToken | None, after: StoredToken, pair: TokenPair, at: datetime) -> StoredToken:
    """The login with the pair that came after ``after``. The generation counts, not the lease: a late answer is kept.

    Raises:
        ClaimLost: another pair is stored by now.
    """
    if token is None or token.generation != after.generation:
        raise ClaimLost(f"login {after.name!r} was replaced or ended meanwhile; read it again")
    return token.followed_by(pair, utc(at))


def logged_in(slot: Slot, name: str, pair: TokenPair, at: datetime) -> StoredToken:
    """A new login, whatever was there."""
    return StoredToken(name=name, pair=pair, generation=slot.generation + 1, serial=slot.serial + 1, saved_at=utc(at))


def released(token: StoredToken | None, claimed: StoredToken, note: RefreshNote | None) -> StoredToken | None:
    """The login without the lease, or None when the lease was lost: then there is nothing to write."""
    if token is None or token.lease is None or claimed.lease is None or token.lease.serial != claimed.lease.serial:
        return None
    return evolve(token, lease=None, note=note or token.note, serial=token.serial + 1)


def ended(slot: Slot) -> Slot:
    """The place after a logout."""
    return Slot(generation=slot.generation, serial=slot.serial + 1)


# ── as JSON ──────────────────────────────────────────────────────────────────────────────────


def slot_of(token: StoredToken) -> Slot:
    """The place of this login."""
    pair = token.pair
    content = {
        "access_token": pair.access_token.reveal(),
        "refresh_token": pair.refresh_token.reveal() if pair.refresh_token else None,
        "issued_at": pair.issued_at.isoformat(),
        "expires_at": pair.expires_at.isoformat() if pair.expires_at else None,
        "second_hand": pair.second_hand,
        "fingerprint": pair.fingerprint,
        "saved_at": token.saved_at.isoformat(),
        "lease": _lease_json(token.lease),
        "note": _note_json(token.note),
        "earlier": list(token.earlier),
    }
    return Slot(generation=token.generation, serial=token.serial, content=content)


def _from_json(name: str, generation: int, serial: int, content: Mapping[str, Any]) -> StoredToken:
    refresh_token, expires_at = content["refresh_token"], content["expires_at"]
    pair = TokenPair(
        access_token=Secret(content["access_token"]),
        refresh_token=Secret(refresh_token) if refresh_token else None,
        issued_at=datetime.fromisoformat(content["issued_at"]),
        expires_at=datetime.fromisoformat(expires_at) if expires_at else None,
        second_hand=content["second_hand"],
        fingerprint=content["fingerprint"],
    )
    return StoredToken(
        name=name,
        pair=pair,
        generation=generation,
        serial=serial,
        saved_at=datetime.fromisoformat(content["saved_at"]),
        lease=_lease(content["lease"]),
        note=_note(content["note"]),
        earlier=tuple(content["earlier"]),
    )


def _lease_json(lease: RefreshLease | None) -> Any:
    if lease is None:
        return None
    times = {"since": lease.since.isoformat(), "until": lease.until.isoformat()}
    return {"worker": lease.worker, **times, "serial": lease.serial}


def _lease(content: Any) -> RefreshLease | None:
    if content is None:
        return None
    times = {name: datetime.fromisoformat(content[name]) for name in ("since", "until")}
    return RefreshLease(worker=content["worker"], serial=content["serial"], **times)


def _note_json(note: RefreshNote | None) -> Any:
    if note is None:
        return None
    return {"mishap": str(note.mishap), "at": note.at.isoformat(), "worker": note.worker, "why": note.why}


def _note(content: Any) -> RefreshNote | None:
    if content is None:
        return None
    at = datetime.fromisoformat(content["at"])
    return RefreshNote(mishap=Mishap(content["mishap"]), at=at, worker=content["worker"], why=content["why"])
