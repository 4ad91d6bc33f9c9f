"""Everything this package raises, in one tree.

::

    BridgeError
    ├── ConfigError               settings that cannot work
    ├── MalformedData             data that is not what it should be, one line per fault
    ├── SourceError               an order source could not do what it was asked
    │   ├── SourceUnavailable       not now: asking again later may work
    │   ├── SourceRefused           never as it stands: a person has to change something
    │   │   └── OtherSource             the connection's orders are from another source
    │   └── SourceNeedsLogin        the source no longer accepts our credentials
    ├── GatewayError              the order-management system, as the engine sees it
    │   ├── AccessDenied            login, plan or permission: no call can work until a person acts
    │   │   └── OtherAccount            the login is for another account than the one with the connection's orders
    │   ├── Rejected                understood and refused; nothing was written
    │   │   └── OutdatedDraft           for something the draft refers to that has gone: plan it again
    │   ├── Unavailable             nothing was written; asking again later may work
    │   └── OutcomeUnknown          it may have been written: look before doing anything else
    │       └── AlreadySent           the idempotency key was used before: look for what it made
    ├── BadSignature              a webhook that TradeGecko did not send
    ├── LoginFailed               logging in did not work out; nothing was stored
    ├── TradeGeckoError           one exchange with the TradeGecko API
    │   ├── CannotBeSent            nothing was sent: no such address, header or text can exist
    │   ├── TransportError          no answer came back
    │   │   ├── TimedOut              none in time
    │   │   ├── BadCertificate        nothing was sent: the server's certificate is not to be trusted
    │   │   ├── NotSent               nothing was sent: it was not to leave any more
    │   │   ├── ClientClosed          nothing was sent: the client was closed before
    │   │   └── TokenUnavailable      nothing was sent: no access token can be had right now
    │   ├── UnreadableReply         an answer came back that is not what the API sends
    │   └── StatusError             the API answered with an error status
    │       ├── BadRequest            400
    │       │   └── DuplicateIdempotencyKey
    │       ├── NeedsLogin            401: no call can work until somebody logs in
    │       │   ├── TokenExpired        the access token is too old
    │       │   ├── TokenRevoked        it was taken back
    │       │   ├── TokenInvalid        it never was one
    │       │   ├── LoginRefused        by the token endpoint: client, code or refresh token
    │       │   │   └── ClientRefused     the application's id or secret is wrong
    │       │   ├── LoginEnded          the stored login is of no more use
    │       │   │   └── OtherLogin        it is somebody else's, or stored in another way; it stays as it is
    │       │   └── LoginDeleted        404: the user behind the token is gone
    │       ├── SubscriptionLapsed    402
    │       ├── PermissionDenied      403
    │       │   └── ApiAccessDisabled   the plan has no API access
    │       ├── NotFound              404, with model and id
    │       ├── RequestTooLong        414
    │       ├── ValidationFailed      422, with the fields
    │       ├── RateLimited           429, with the moment the window opens again
    │       └── ServerError           5xx
    └── StoreError                the ledger
        ├── StoreBusy               another process holds the database
        ├── NoLedger                there is none yet, and it was to be read only
        ├── SchemaTooNew            written by a newer version of this package
        ├── LoginTaken              a stored login is somebody else's, or stored in another way; it stays as it is
        ├── ClaimLost               the lease ran out and another worker took the order
        ├── NumberInUse             another order is or was sent under this number
        ├── CursorMoved             another worker has read on, or the ledger was restored
        ├── CustomerInUse           another order that makes the same new customer is on its way
        └── RemoteIdInUse           another order of the connection was delivered as this one

Messages are one line: what happened, where, and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx  # a type; whoever has an answer has loaded it


class BridgeError(Exception):
    """The root: catch it to catch everything this package raises on purpose. All of them can be pickled and copied."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _revived, (type(self), self.args, self.__dict__)


def _revived(kind: type[BridgeError], args: tuple[Any, ...], state: Mapping[str, Any]) -> BridgeError:
    """An error as it was; not through ``__init__``, which takes other arguments than those it prints."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class ConfigError(BridgeError):
    """Settings that cannot work; the message says what to write instead, one line for each fault.

    ``faults`` has the same again for programs that know where the settings are written: for each fault the path of
    the setting (names, and positions in lists from 0) and what is wrong with it. It may be empty.
    """

    def __init__(self, message: str, *, faults: Sequence[tuple[tuple[str | int, ...], str]] = ()) -> None:
        self.faults: tuple[tuple[tuple[str | int, ...], str], ...] = tuple(faults)
        super().__init__(message)


class MalformedData(BridgeError):
    """Data that cannot be read; ``problems`` holds one line for each fault found."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems: tuple[str, ...] = tuple(problems)
        super().__init__("; ".join(self.problems))


# ── order sources ────────────────────────────────────────────────────────────────────────────


class SourceError(BridgeError):
    """An order source could not do what it was asked."""


class SourceUnavailable(SourceError):
    """Not now (network, overload, maintenance): asking again later may work."""


class SourceRefused(SourceError):
    """Never as it stands: something has to be changed in the source or in the settings."""


class OtherSource(SourceRefused):
    """The connection has its orders from another source than the settings name; nothing was done."""


class SourceNeedsLogin(SourceError):
    """The source no longer accepts our credentials."""


# ── the gateway, as the engine sees any order-management system ─────────────────────────────


class GatewayError(BridgeError):
    """The order-management system did not do what it was asked."""


class AccessDenied(GatewayError):
    """Login, plan or permission: no call can work until a person acts."""


class OtherAccount(AccessDenied):
    """The login is for another account than the one that has the connection's orders; nothing was done."""


class Rejected(GatewayError):
    """Understood and refused: nothing was written, and the same request will be refused again."""


class OutdatedDraft(Rejected):
    """Refused because something the draft refers to (a variant, a customer) has gone: it has to be planned again."""


class Unavailable(GatewayError):
    """Nothing was written; asking again (not before ``retry_at``, when known) may work."""

    def __init__(self, message: str, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class OutcomeUnknown(GatewayError):
    """The request may have been carried out: look before doing anything else."""


class AlreadySent(OutcomeUnknown):
    """The idempotency key was used before: look for what the first request made."""


# ── logging in ───────────────────────────────────────────────────────────────────────────────


class LoginFailed(BridgeError):
    """Logging in did not work out (refused by the person, out of time, the wrong answer); nothing was stored."""


# ── TradeGecko over HTTP ─────────────────────────────────────────────────────────────────────


class BadSignature(BridgeError):
    """A webhook that was not signed with the application's secret: TradeGecko did not send it (§3.12)."""


class TradeGeckoError(BridgeError):
    """One exchange with the TradeGecko API went wrong.

    ``str()`` is one line such as ``422 on POST /orders (request id 9f3…): order_number has already
    been taken; correct what it names …``. Attributes: ``method``, ``path``, ``request_id`` (the server's
    ``X-Request-Id``; None when no answer came), ``detail`` (what happened), ``remedy`` (what to do),
    ``attempts`` (how often the request went out before this was raised).

    Where an answer came, ``response``, ``headers`` and ``body`` have it. What it says may be a customer's, so nothing
    else does: neither ``str`` and ``repr`` nor ``args``, ``vars``, pickles and copies.
    """

    __slots__ = ("_response",)

    remedy: str = "report it with the request id"
    attempts: int = 1

    def __init__(self, detail: str, *, method: str, path: str, request_id: str | None = None) -> None:
        self.detail = detail
        self.method = method
        self.path = path
        self.request_id = request_id
        known_as = f" (request id {request_id})" if request_id else ""
        super().__init__(f"{self._label()} on {method} {path}{known_as}: {detail}; {self.remedy}")

    @property
    def response(self) -> httpx.Response | None:
        """The answer as it came, its request without login, headers, query and content; None where none came, and in a
        copy."""
        return getattr(self, "_response", None)

    @response.setter
    def response(self, response: httpx.Response | None) -> None:
        self._response = response

    @property
    def headers(self) -> Mapping[str, str]:
        """The answer's, by names in any case; empty where none came."""
        return {} if self.response is None else self.response.headers

    @property
    def body(self) -> Any:
        """What the answer says: its JSON, or its text where it is none; None where no body came, or it was not read."""
        try:
            if self.response is None or not self.response.content:
                return None
            return self.response.json()
        except ValueError:
            return None if self.response is None else self.response.text
        except RuntimeError:  # it was not read
            return None

    def _label(self) -> str:
        return "error"


class CannotBeSent(TradeGeckoError):
    """Nothing was sent: too long for an address, or with characters that are no text."""

    remedy = "shorten it, or take out what is no text"

    def _label(self) -> str:
        return "nothing sent"


class TransportError(TradeGeckoError):
    """No answer came back. Unless ``may_have_arrived`` is False a write may have happened."""

    remedy: str = "check that the base URL is right and the server runs"

    def __init__(
        self,
        detail: str,
        *,
        method: str,
        path: str,
        request_id: str | None = None,
        may_have_arrived: bool = True,
    ) -> None:
        self.may_have_arrived = may_have_arrived
        if may_have_arrived and method not in ("GET", "HEAD"):
            self.remedy = "it may have been carried out: look before sending it again"
        super().__init__(detail, method=method, path=path, request_id=request_id)

    def _label(self) -> str:
        return "no answer"


class TimedOut(TransportError):
    """No answer came back in time."""

    def _label(self) -> str:
        return "timeout"


class BadCertificate(TransportError):
    """The server's certificate is expired, of nobody known, or for another host: nothing was sent, and nothing can be
    before a person has acted."""

    def __init__(self, detail: str, *, method: str, path: str, remedy: str) -> None:
        self.remedy = remedy
        super().__init__(detail, method=method, path=path, may_have_arrived=False)

    def _label(self) -> str:
        return "no connection"


class NotSent(TransportError):
    """The caller's ``may_leave`` said no when the request was about to leave: nothing was sent."""

    remedy = "start again: what it rests on is out of date"

    def __init__(self, detail: str, *, method: str, path: str) -> None:
        super().__init__(detail, method=method, path=path, may_have_arrived=False)

    def _label(self) -> str:
        return "nothing sent"


class ClientClosed(TransportError):
    """The client was closed before it was used: nothing was sent."""

    remedy = "use it before close(), inside its with block, or make another"

    def __init__(self, *, method: str, path: str) -> None:
        super().__init__("the client is closed", method=method, path=path, may_have_arrived=False)

    def _label(self) -> str:
        return "nothing sent"


class TokenUnavailable(TransportError):
    """No access token can be had right now, so the request did not leave; asking again later may work."""

    remedy = "try again later"

    def __init__(self, detail: str, *, path: str, remedy: str = remedy) -> None:
        self.remedy = remedy
        super().__init__(detail, method="POST", path=path, may_have_arrived=False)

    def _label(self) -> str:
        return "no access token"


class UnreadableReply(TradeGeckoError):
    """An answer came back that is not what the API sends (HTML, cut short, another root)."""

    remedy: str = "check that the base URL is an API's; after a write, look before sending it again"

    def _label(self) -> str:
        return "unreadable answer"


class StatusError(TradeGeckoError):
    """The API answered with an error status (reference §3.9); ``status`` is the number."""

    remedy = "the same request will be refused again"
    from_api = True
    """Whether the answer has the API's own form (§3.9); else something in between may have answered for it."""
    retry_after: float | None = None
    """Seconds that a 429 or 503 asks to wait (``Retry-After``), 300 at most."""

    def __init__(self, detail: str, *, status: int, method: str, path: str, request_id: str | None = None) -> None:
        self.status = status
        super().__init__(detail, method=method, path=path, request_id=request_id)

    def _label(self) -> str:
        return str(self.status)


class BadRequest(StatusError):
    """400: a required part of the request is missing, or its body is not JSON."""

    remedy = "correct the request"


class DuplicateIdempotencyKey(BadRequest):
    """400: the ``Idempotency-Key`` was used within 24 hours; the answer is not replayed (§3.11)."""

    remedy = "look for what the first request under this key made"


class NeedsLogin(StatusError):
    """401: no call can work until somebody logs in (§2.6); the kinds below say why."""

    remedy = "log in again or put a valid access token into the settings"


class TokenExpired(NeedsLogin):
    """401: the access token is older than its 7200 seconds (§2.6)."""

    remedy = "refresh the token; without a refresh token, log in again"


class TokenRevoked(NeedsLogin):
    """401: the access token was taken back: by hand, or by another program that refreshed the shared one (§2.7)."""

    remedy = "log in again, with a user of its own for each program"


class TokenInvalid(NeedsLogin):
    """401: there is no such access token (§2.6)."""


class LoginRefused(NeedsLogin):
    """401 from the token endpoint: it took neither client, nor code, nor refresh token (§2.4).

    ``error`` is the endpoint's own word for it, e.g. ``invalid_grant``.
    """

    remedy = "log in again"

    def __init__(
        self, detail: str, *, status: int, method: str, path: str, request_id: str | None = None, error: str
    ) -> None:
        self.error = error
        super().__init__(detail, status=status, method=method, path=path, request_id=request_id)


class ClientRefused(LoginRefused):
    """401 ``invalid_client`` from the token endpoint: the application's id or secret is wrong (appendix (a) 2)."""

    remedy = "correct client_id and client_secret in the settings; no new login is needed"


class LoginEnded(NeedsLogin):
    """No login is stored under ``name``, or TradeGecko refuses to refresh it; ``path`` is the token endpoint's."""

    def __init__(self, detail: str, *, name: str, path: str, remedy: str) -> None:
        self.name = name
        self.remedy = remedy
        super().__init__(detail, status=401, method="POST", path=path)

    def _label(self) -> str:
        return "login needed"


class OtherLogin(LoginEnded):
    """The login stored under ``name`` is somebody else's, or stored in another way: it stays as it is, unsent."""

    def _label(self) -> str:
        return "login not used"


class LoginDeleted(NeedsLogin):
    """404 that means: the user behind the access token is gone (§2.5)."""

    remedy = "log in again as another user"


class SubscriptionLapsed(StatusError):
    """402: the account's subscription has lapsed (§2.7)."""

    remedy = "renew the account's subscription"


class PermissionDenied(StatusError):
    """403: the user behind the token may not do this, or the plan has no API access (§2.7)."""

    remedy = "give the user behind the token this permission, or have API access enabled for the account"


class ApiAccessDisabled(PermissionDenied):
    """403 that says so: the account's plan has no API access (§2.7; told by its words, which are not documented)."""

    remedy = "have API access enabled for the account"


class NotFound(StatusError):
    """404: no such record, also a missing parent on create (§3.9).

    ``model`` and ``id`` are the record's where the API names them (``Couldn't find Product with 'id'=123``).
    """

    remedy: str = "check the id; the record may belong to another account"

    def __init__(
        self,
        detail: str,
        *,
        status: int,
        method: str,
        path: str,
        request_id: str | None = None,
        model: str | None = None,
        id: int | str | None = None,
    ) -> None:
        self.model = model
        self.id = id
        if model is None:
            self.remedy = "check the base URL and the path"
        super().__init__(detail, status=status, method=method, path=path, request_id=request_id)


class RequestTooLong(StatusError):
    """414: the address is too long for the server, some 8,000 characters (§3.9)."""

    remedy = "ask with fewer filters, in several calls"


class ValidationFailed(StatusError):
    """422: ``fields`` maps each field (nested ones dotted) to its messages (§3.9)."""

    remedy = "correct what it names"

    def __init__(
        self,
        detail: str,
        *,
        status: int,
        method: str,
        path: str,
        request_id: str | None = None,
        fields: Mapping[str, Sequence[str]],
    ) -> None:
        self.fields: dict[str, tuple[str, ...]] = {name: tuple(messages) for name, messages in fields.items()}
        super().__init__(detail, status=status, method=method, path=path, request_id=request_id)


class RateLimited(StatusError):
    """429: the window of 300 requests in 300 s is used up until ``reset_at`` (UTC, §3.10)."""

    remedy = "wait for the next window"

    def __init__(
        self,
        detail: str,
        *,
        status: int,
        method: str,
        path: str,
        request_id: str | None = None,
        reset_at: datetime | None = None,
    ) -> None:
        self.reset_at = reset_at
        super().__init__(detail, status=status, method=method, path=path, request_id=request_id)


class ServerError(StatusError):
    """5xx: the API failed. A write may have happened."""

    remedy = "try again later; after a write, look before sending it again"


# ── the ledger ───────────────────────────────────────────────────────────────────────────────


class StoreError(BridgeError):
    """The ledger could not do what it was asked."""


class StoreBusy(StoreError):
    """Another process holds the ledger's database for longer than we wait; nothing was lost."""


class NoLedger(StoreError):
    """There is no ledger yet, and it was not to be made: it was to be read only."""


class SchemaTooNew(StoreError):
    """The ledger was written by a newer version of this package: upgrade this one."""


class NumberInUse(StoreError):
    """Another order of this ledger is or was sent under this number: look before sending."""


class CustomerInUse(StoreError):
    """Another order that makes the same new customer is on its way, or has just arrived: wait until it is seen."""

    @classmethod
    def for_order(cls, reference: str) -> CustomerInUse:
        """The same words wherever it is said."""
        return cls(f"order {reference}: another order that makes the same customer is on its way")


class RemoteIdInUse(StoreError):
    """Two orders of a connection cannot have become the same one: find out which of them it is."""


class LoginTaken(StoreError):
    """A stored login is somebody else's, or stored in another way than it is to be used: it stays as it is."""


class ClaimLost(StoreError):
    """The lease on an order ran out and another worker took it: leave the order to that worker."""


class CursorMoved(StoreError):
    """Somebody else has read on from the cursor, or the ledger was restored: read anew from where it stands."""

    @classmethod
    def of(cls, connection: str, stream: str) -> CursorMoved:
        """The same words in every store."""
        return cls(
            f"another worker has read the {stream} of {connection!r} meanwhile, or the ledger was restored; the next "
            "sync reads on from there, nothing is lost"
        )
