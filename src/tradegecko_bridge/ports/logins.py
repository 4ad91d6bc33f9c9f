"""What a login leaves behind: a pair of tokens, and what a token store remembers beside it.

Token texts are wrapped in :class:`Secret`, which shows as ``***`` wherever something is printed, logged or dumped.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Final, NoReturn, Protocol

from attrs import Factory, evolve, field, frozen

from tradegecko_bridge.forks import OfThisProcess

_REMEMBERED: Final = 100
"""How many earlier pairs a login remembers by their fingerprints: some eight days of refreshing every two hours."""


class Secret:
    """A text that shows as ``***``; only :meth:`reveal` gives it away. It cannot be pickled or written as JSON."""

    __slots__ = ("_text",)

    written_as: ClassVar[type[str]] = str
    """In settings."""

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself: for the wire and the store, never for a variable that outlives the line."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    def __format__(self, _spec: str) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        mine, theirs = (text.encode("utf-8", "surrogatepass") for text in (self._text, other._text))
        return hmac.compare_digest(mine, theirs)

    def __hash__(self) -> int:
        return hash(self._text)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, _memo: object) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled; hand the token store's address to the other process instead")


def as_secret(given: Secret | str) -> Secret:
    """What may have been given as plain text, as a secret."""
    return given if isinstance(given, Secret) else Secret(given)


class SecretValues(OfThisProcess, Mapping[str, Any]):
    """Values of which one may be a password: who prints them sees the names only. They cannot be pickled."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"{{{', '.join(f'{name!r}: ***' for name in self)}}}"


@frozen(kw_only=True)
class LoginOwner:
    """Whom a login is for: an application, the address its tokens go to, and the account's id once it is known."""

    client_id: str
    base_url: str
    account: str | None = None

    def is_other(self, other: LoginOwner) -> bool:
        """Whether these are two; an account that is not known may be any."""
        accounts = {self.account, other.account} - {None}
        return (self.client_id, self.base_url) != (other.client_id, other.base_url) or len(accounts) > 1

    def __str__(self) -> str:
        account = f", account {self.account}" if self.account else ""
        return f"application {self.client_id!r} at {self.base_url}{account}"


OTHER_OWNER: Final = "it stays as it is; use another name, or delete it first (`tgbridge logout --force`)"
OTHER_SEAL: Final = (
    "it stays as it is; set token_keys and tokens as they were when it was stored, or delete it (`tgbridge logout`)"
)

_SEALED_BEFORE: Final = ("gAAAA", "in the keyring")
"""How texts begin that earlier versions put in place of tokens, without saying so."""


@frozen(kw_only=True)
class TokenPair:
    """An access token and what renews it (reference §2.2, §2.4).

    ``issued_at`` and ``expires_at`` are UTC by the server's clock; None never expires. ``fingerprint`` tells pairs
    apart without giving them away. ``second_hand``: TradeGecko returned a pair that somebody already had (§2.7).
    ``owner`` is None in a login that an earlier version stored, until it has worked once. ``seals`` names the wrappers,
    innermost last, that have put something else in the place of the token texts.
    """

    access_token: Secret
    refresh_token: Secret | None = None
    issued_at: datetime
    expires_at: datetime | None = None
    second_hand: bool = False
    owner: LoginOwner | None = None
    seals: tuple[str, ...] = ()
    fingerprint: str = field(default=Factory(lambda pair: _fingerprint(pair), takes_self=True))

    @property
    def lifetime(self) -> timedelta | None:
        """How long the access token was good for when it was issued."""
        return None if self.expires_at is None else self.expires_at - self.issued_at

    @property
    def sealed(self) -> bool:
        """Whether the texts are no tokens, but stand for them: they must not be sent."""
        return bool(self.seals) or self.access_token.reveal().startswith(_SEALED_BEFORE)

    @property
    def sealed_how(self) -> str:
        """In what way it is stored, for people."""
        if self.seals or not self.sealed:
            return " and ".join(self.seals) or "in clear"
        return "in the keyring" if self.access_token.reveal() == "in the keyring" else "encrypted"


def _fingerprint(pair: TokenPair) -> str:
    """128 bits of SHA-256: the tokens are random, so they cannot be found from it."""
    token = pair.refresh_token or pair.access_token
    return hashlib.sha256(b"tradegecko-bridge token " + token.reveal().encode()).hexdigest()[:32]


@frozen(kw_only=True)
class RefreshLease:
    """The exclusive right of ``worker`` to refresh one pair, from ``since`` until ``until`` (UTC)."""

    worker: str
    since: datetime
    until: datetime
    serial: int


class Mishap(StrEnum):
    """How the last refresh of a pair ended, when it did not end well."""

    LOST = "lost"
    """It was begun and nobody reported back: the refresh token may be spent."""
    REFUSED = "refused"
    """TradeGecko no longer takes the refresh token: only a new login helps."""


@frozen(kw_only=True)
class RefreshNote:
    """What became of the last refresh: which mishap, when (UTC), which worker, and why."""

    mishap: Mishap
    at: datetime
    worker: str
    why: str = ""


@frozen(kw_only=True)
class StoredToken:
    """A login as the token store holds it.

    ``generation`` grows by one with every pair stored under this name, and ``serial`` with every write; neither starts
    over, not even after the login was deleted. ``earlier`` holds the fingerprints of the pairs this one came
    from by refreshing, newest last.
    """

    name: str
    pair: TokenPair
    generation: int
    serial: int
    saved_at: datetime
    lease: RefreshLease | None = None
    note: RefreshNote | None = None
    earlier: tuple[str, ...] = field(default=(), repr=False)

    @property
    def refused(self) -> bool:
        """Whether refreshing this pair again is pointless."""
        return self.note is not None and self.note.mishap is Mishap.REFUSED

    def has_held(self, fingerprint: str) -> bool:
        """Whether this is, or came from, the pair with this fingerprint."""
        return fingerprint == self.pair.fingerprint or fingerprint in self.earlier

    def followed_by(self, pair: TokenPair, at: datetime) -> StoredToken:
        """The same login with the pair that refreshing gave; lease and note are cleared."""
        earlier = (*self.earlier, self.pair.fingerprint)[-_REMEMBERED:]
        return evolve(
            self,
            pair=pair,
            generation=self.generation + 1,
            serial=self.serial + 1,
            saved_at=at,
            lease=None,
            note=None,
            earlier=earlier,
        )


class TokenStore(Protocol):
    """Where logins are kept, each under a name of its own. Every method is atomic and durable when it returns.

    A refresh token works once, so of all threads and processes exactly one may refresh a pair: the one whose
    :meth:`claim_refresh` was answered. All times are aware UTC.

    Raises (any method): StoreBusy when another process holds the store too long, StoreError when it fails.
    Neither contains a token.
    """

    def load(self, name: str) -> StoredToken | None:
        """The login of this name, or None."""

    def claim_refresh(
        self, name: str, generation: int, worker: str, *, at: datetime, until: datetime
    ) -> StoredToken | None:
        """Take the right to refresh this generation; nobody else gets it before ``until``.

        None when there is nothing to take: another generation is stored (or no login), somebody's lease runs
        (until just before its ``until``), the pair has no refresh token, or TradeGecko has refused it. A lease that
        ran out leaves a note ``lost`` that names its worker.
        """

    def save(self, name: str, pair: TokenPair, *, at: datetime, after: StoredToken | None = None) -> StoredToken:
        """Write a pair: a new login, or with ``after`` the result of refreshing that one. Lease and note are cleared.

        With ``after`` the generation counts, not the lease, so that a late answer is not lost.

        Raises:
            ClaimLost: ``after`` is no longer the stored generation; nothing is written.
            LoginTaken: the login of this name has another owner, or other ``seals``; nothing is written.
        """

    def rewrite(self, name: str, generation: int, pair: TokenPair) -> bool:
        """Write the pair of this generation down anew, now that more is known of its owner; all else stays.

        False, and nothing is written, when another generation is stored.

        Raises:
            LoginTaken: as :meth:`save`.
        """

    def owner(self, name: str) -> LoginOwner | None:
        """Whom the login of this name is for, without reading its tokens; None where that is not known."""

    def release(self, claimed: StoredToken, *, note: RefreshNote | None = None) -> None:
        """Give a lease back without a new pair, and record why; harmless when the lease was lost."""

    def delete(self, name: str) -> None:
        """Delete a login and its tokens; harmless when there is none. Its generations go on counting."""

    def holders(self, fingerprint: str) -> Sequence[str]:
        """The names of the logins that hold this pair, or one that came from it by refreshing, in order."""
