"""Everything this package raises, in one tree.

::

    BridgeError
    ├── ConfigError               settings that cannot work
    ├── MalformedData             data that is not what it should be, one line per fault
    ├── SourceError               an order source could not do what it was asked
    │   ├── SourceUnavailable       not now: asking again later may work
    │   ├── SourceRefused           never as it stands: a person has to change something
    │   └── SourceNeedsLogin        the source no longer accepts our credentials
    ├── GatewayError              the order-management system, as the engine sees it
    │   ├── AccessDenied            login, plan or permission: no call can work until a person acts
    │   ├── Rejected                understood and refused; nothing was written
    │   ├── Unavailable             nothing was written; asking again later may work
    │   └── OutcomeUnknown          it may have been written: look before doing anything else
    │       └── AlreadySent           the idempotency key was used before: look for what it made
    ├── TradeGeckoError           one exchange with the TradeGecko API
    │   ├── TransportError          no answer came back
    │   │   └── TimedOut              none in time
    │   ├── UnreadableReply         an answer came back that is not what the API sends
    │   └── StatusError             the API answered with an error status
    │       ├── BadRequest            400
    │       │   └── DuplicateIdempotencyKey
    │       ├── NeedsLogin            401
    │       ├── SubscriptionLapsed    402
    │       ├── PermissionDenied      403
    │       ├── NotFound              404
    │       ├── ValidationFailed      422, with the fields
    │       ├── RateLimited           429, with the moment the window opens again
    │       └── ServerError           5xx
    └── StoreError                the ledger
        ├── StoreBusy               another process holds the database
        ├── SchemaTooNew            written by a newer version of this package
        └── ClaimLost               the lease ran out and another worker took the order

Messages are one line: what happened, where, and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime


class BridgeError(Exception):
    """The root: catch it to catch everything this package raises on purpose."""


class ConfigError(BridgeError):
    """Settings that cannot work; the message names the setting and what to write instead."""


class MalformedData(BridgeError):
    """Data that cannot be read; ``problems`` holds one line for each fault found."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


# ── order sources ────────────────────────────────────────────────────────────────────────────


class SourceError(BridgeError):
    """An order source could not do what it was asked."""


class SourceUnavailable(SourceError):
    """Not now (network, overload, maintenance): asking again later may work."""


class SourceRefused(SourceError):
    """Never as it stands: something has to be changed in the source or in the settings."""


class SourceNeedsLogin(SourceError):
    """The source no longer accepts our credentials."""


# ── the gateway, as the engine sees any order-management system ─────────────────────────────


class GatewayError(BridgeError):
    """The order-management system did not do what it was asked."""


class AccessDenied(GatewayError):
    """Login, plan or permission: no call can work until a person acts."""


class Rejected(GatewayError):
    """Understood and refused: nothing was written, and the same request will be refused again."""


class Unavailable(GatewayError):
    """Nothing was written; asking again (not before ``retry_at``, when known) may work."""

    def __init__(self, message: str, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class OutcomeUnknown(GatewayError):
    """The request may have been carried out: look before doing anything else."""


class AlreadySent(OutcomeUnknown):
    """The idempotency key was used before: look for what the first request made."""


# ── TradeGecko over HTTP ─────────────────────────────────────────────────────────────────────


class TradeGeckoError(BridgeError):
    """One exchange with the TradeGecko API went wrong.

    ``str()`` is one line such as ``422 on POST /orders (request id 9f3…): order_number has already
    been taken``. Attributes: ``method``, ``path``, ``request_id`` (the server's ``X-Request-Id``; None
    when no answer came), ``detail`` (the line without the address).
    """

    def __init__(self, detail: str, *, method: str, path: str, request_id: str | None = None) -> None:
        self.detail = detail
        self.method = method
        self.path = path
        self.request_id = request_id
        known_as = f" (request id {request_id})" if request_id else ""
        super().__init__(f"{self._label()} on {method} {path}{known_as}: {detail}")

    def _label(self) -> str:
        return "error"


class TransportError(TradeGeckoError):
    """No answer came back. Unless ``may_have_arrived`` is False a write may have happened."""

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
        super().__init__(detail, method=method, path=path, request_id=request_id)

    def _label(self) -> str:
        return "no answer"


class TimedOut(TransportError):
    """No answer came back in time."""

    def _label(self) -> str:
        return "timeout"


class UnreadableReply(TradeGeckoError):
    """An answer came back that is not what the API sends (HTML, cut short, another root)."""

    def _label(self) -> str:
        return "unreadable answer"


class StatusError(TradeGeckoError):
    """The API answered with an error status (reference §3.9); ``status`` is the number."""

    def __init__(self, detail: str, *, status: int, method: str, path: str, request_id: str | None = None) -> None:
        self.status = status
        super().__init__(detail, method=method, path=path, request_id=request_id)

    def _label(self) -> str:
        return str(self.status)


class BadRequest(StatusError):
    """400: a required part of the request is missing, or its body is not JSON."""


class DuplicateIdempotencyKey(BadRequest):
    """400: the ``Idempotency-Key`` was used within 24 hours; the answer is not replayed (§3.11)."""


class NeedsLogin(StatusError):
    """401: the access token is unknown, expired or revoked (§2.6). Log in again."""


class SubscriptionLapsed(StatusError):
    """402: the account's subscription has lapsed (§2.7)."""


class PermissionDenied(StatusError):
    """403: the user behind the token may not do this, or the plan has no API access (§2.7)."""


class NotFound(StatusError):
    """404: no such record; also a missing parent on create (§3.9)."""


class ValidationFailed(StatusError):
    """422: ``fields`` maps each field (nested ones dotted) to its messages (§3.9)."""

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
        self.fields = {name: tuple(messages) for name, messages in fields.items()}
        super().__init__(detail, status=status, method=method, path=path, request_id=request_id)


class RateLimited(StatusError):
    """429: the window of 300 requests in 300 s is used up until ``reset_at`` (UTC, §3.10)."""

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


# ── the ledger ───────────────────────────────────────────────────────────────────────────────


class StoreError(BridgeError):
    """The ledger could not do what it was asked."""


class StoreBusy(StoreError):
    """Another process holds the ledger's database for longer than we wait; nothing was lost."""


class SchemaTooNew(StoreError):
    """The ledger was written by a newer version of this package: upgrade this one."""


class ClaimLost(StoreError):
    """The lease on an order ran out and another worker took it: leave the order to that worker."""
