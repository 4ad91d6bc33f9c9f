"""The synchronous driver."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import httpx
import orjson
import tenacity

from tradegecko_bridge._version import __version__
from tradegecko_bridge.errors import (
    ConfigError,
    MalformedData,
    TimedOut,
    TradeGeckoError,
    TransportError,
    UnreadableReply,
)
from tradegecko_bridge.tradegecko import records, resources
from tradegecko_bridge.tradegecko.calls import Call, Page, Reply
from tradegecko_bridge.tradegecko.client.auth import BearerToken
from tradegecko_bridge.tradegecko.client.logs import keep_queries_out_of_http_logs
from tradegecko_bridge.tradegecko.limits import RateWindow
from tradegecko_bridge.tradegecko.records.base import Record
from tradegecko_bridge.tradegecko.replies import read_reply
from tradegecko_bridge.tradegecko.resources import PAGE_LIMIT, Resource
from tradegecko_bridge.tradegecko.retry import RetryPolicy

T = TypeVar("T")
R = TypeVar("R", bound=Record)

DEFAULT_BASE_URL = "https://api.tradegecko.com"
"""Where the service was until it closed in 2023; the host no longer exists."""

log = logging.getLogger("tradegecko_bridge")


class TradeGeckoClient:
    """A client of one TradeGecko account.

    Use it as a context manager, from one thread at a time. ``client.orders.list(status="active")`` walks all pages;
    ``client.send(call)`` sends any :class:`~tradegecko_bridge.tradegecko.calls.Call`, also one built by hand.

    Args:
        token: the access token, or any ``httpx.Auth``. It never shows in logs, reprs or errors.
        base_url: where the API is; the sandbox's or any compatible endpoint's.
        timeout: seconds for each of connecting, sending, and waiting for an answer.
        retry: what is tried again and how long.
        transport: any httpx transport, e.g. ``httpx.MockTransport``.
        clock, sleep: the present moment (aware UTC) and how to wait (seconds).

    Raises:
        ConfigError: the token or the base URL is none.
    """

    def __init__(
        self,
        token: str | httpx.Auth,
        *,
        base_url: str = DEFAULT_BASE_URL,
        timeout: float = 30.0,
        retry: RetryPolicy | None = None,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        keep_queries_out_of_http_logs()
        self._http = httpx.Client(
            base_url=_checked(base_url),
            auth=BearerToken(token) if isinstance(token, str) else token,
            timeout=timeout,
            transport=transport,
            headers={
                "Accept": "application/json",
                "Content-Type": "application/json",
                "User-Agent": f"tradegecko-bridge/{__version__}",
            },
        )
        self._retry = retry or RetryPolicy()
        self._window = RateWindow()
        self._clock = clock
        self._sleep = sleep
        self.calls = 0
        """Requests sent so far, repeated ones counted each time."""
        for resource in resources.ALL:
            setattr(self, resource.plural, BoundResource(self, resource))

    accounts: BoundResource[records.Account]
    addresses: BoundResource[records.Address]
    companies: BoundResource[records.Company]
    contacts: BoundResource[records.Contact]
    currencies: BoundResource[records.Currency]
    fulfillments: BoundResource[records.Fulfillment]
    fulfillment_line_items: BoundResource[records.FulfillmentLineItem]
    images: BoundResource[records.Image]
    invoices: BoundResource[records.Invoice]
    invoice_line_items: BoundResource[records.InvoiceLineItem]
    locations: BoundResource[records.Location]
    orders: BoundResource[records.Order]
    order_line_items: BoundResource[records.OrderLineItem]
    payment_methods: BoundResource[records.PaymentMethod]
    payment_terms: BoundResource[records.PaymentTerm]
    price_lists: BoundResource[records.PriceList]
    products: BoundResource[records.Product]
    purchase_orders: BoundResource[records.PurchaseOrder]
    purchase_order_line_items: BoundResource[records.PurchaseOrderLineItem]
    tax_components: BoundResource[records.TaxComponent]
    tax_types: BoundResource[records.TaxType]
    users: BoundResource[records.User]
    variants: BoundResource[records.Variant]

    def send(self, call: Call[T], *, retry: RetryPolicy | None = None) -> T:
        """Send a call, wait out the rate limit, repeat what may be repeated, and read the answer.

        Raises:
            TradeGeckoError: one of its kinds, with method, path and request id.
        """
        policy = retry or self._retry
        retrying = tenacity.Retrying(sleep=self._sleep, **policy.controls(call, self._until))
        reply = retrying(self._attempt, call)
        try:
            return call.read(reply)
        except MalformedData as error:
            raise UnreadableReply(str(error), method=call.method, path=call.path, request_id=reply.request_id) from None

    def pages(self, call: Call[Page[R]]) -> Iterator[Page[R]]:
        """Every page of a list from the call's own on, fetched as they are asked for."""
        number = int(dict(call.params).get("page", 1))
        while True:
            page = self.send(call.with_params(page=number))
            yield page
            if page.last:
                return
            number += 1

    def close(self) -> None:
        """Close the connections; the client is not used afterwards."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"TradeGeckoClient({str(self._http.base_url)!r})"

    def _attempt(self, call: Call[Any]) -> Reply:
        """One request, no repetition."""
        request = self._request(call)
        pause = self._window.wait(self._clock())
        if pause:
            log.info("rate limit used up; waiting", extra={"seconds": pause})
            self._sleep(pause)
        self.calls += 1
        response = self._exchange(request, call)
        self._window.note(response.headers, self._clock())
        return read_reply(call.method, call.path, response.status_code, response.headers, response.content)

    def _request(self, call: Call[Any]) -> httpx.Request:
        headers = {"Idempotency-Key": call.idempotency_key} if call.idempotency_key else None
        try:
            content = orjson.dumps(call.body) if call.body is not None else None
            return self._http.build_request(
                call.method, call.path, params=call.params or None, content=content, headers=headers
            )
        except (httpx.InvalidURL, TypeError, ValueError) as error:
            # Not ``from error``: it may hold the whole text that cannot be sent.
            detail = f"it cannot be sent ({type(error).__name__}): too long, or with characters that are no text"
            raise TradeGeckoError(detail, method=call.method, path=call.path) from None

    def _exchange(self, request: httpx.Request, call: Call[Any]) -> httpx.Response:
        started = time.perf_counter()
        try:
            response = self._http.send(request)
        except httpx.HTTPError as error:
            raise _transport_error(error, call) from error
        log.debug(
            "%s %s %s",
            call.method,
            call.path,
            response.status_code,
            extra={
                "request_id": response.headers.get("x-request-id"),
                "seconds": time.perf_counter() - started,
                "rate_remaining": response.headers.get("x-rate-limit-remaining"),
            },
        )
        return response

    def _until(self, reset_at: datetime) -> float:
        return self._window.until_reset(reset_at, self._clock())


class BoundResource(Generic[R]):
    """A resource's endpoints, sent through one client. See :class:`~..resources.Resource` for what each does."""

    def __init__(self, client: TradeGeckoClient, resource: Resource[R]) -> None:
        self._client = client
        self.resource = resource

    def get(self, id: int | str, *, include: Sequence[str] = ()) -> R:
        """One record, or :class:`~tradegecko_bridge.errors.NotFound`."""
        return self._client.send(self.resource.get(id, include=include))

    def current(self) -> R:
        """The record of the token itself; accounts and users only."""
        return self._client.send(resources.current(self.resource))

    def list(self, *, limit: int = PAGE_LIMIT, include: Sequence[str] = (), **filters: object) -> Iterator[R]:
        """Every matching record, page after page (``limit`` is the page size, at most 250)."""
        for page in self.pages(limit=limit, include=include, **filters):
            yield from page

    def pages(self, *, limit: int = PAGE_LIMIT, include: Sequence[str] = (), **filters: object) -> Iterator[Page[R]]:
        """The same, page by page: with sideloaded records, totals, and rows that could not be read."""
        return self._client.pages(self.resource.list(limit=limit, include=include).with_params(**filters))

    def create(self, fields: Mapping[str, Any], *, idempotency_key: str | None = None) -> R:
        """Create a record."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(self, id: int | str, fields: Mapping[str, Any]) -> None:
        """Change some fields of a record."""
        self._client.send(self.resource.update(id, fields))

    def delete(self, id: int | str) -> None:
        """Archive, delete or void a record."""
        self._client.send(self.resource.delete(id))

    def action(self, id: int | str, name: str, body: Mapping[str, Any] | None = None) -> Any:
        """Run an action, e.g. ``client.orders.action(7, "fulfil")``."""
        return self._client.send(self.resource.action(id, name, body))


def _checked(base_url: str) -> httpx.URL:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query:
        raise ConfigError(f"the base URL must be like {DEFAULT_BASE_URL}, without user, password or query")
    return url


def _transport_error(error: httpx.HTTPError, call: Call[Any]) -> TransportError:
    """Ours for theirs. Only while connecting is it certain that nothing arrived."""
    connecting = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))
    kind = TimedOut if isinstance(error, httpx.TimeoutException) else TransportError
    doing = "could not connect" if connecting else "the answer did not arrive"
    return kind(
        f"{doing} ({type(error).__name__}); check that the base URL is right and the server runs",
        method=call.method,
        path=call.path,
        may_have_arrived=not connecting,
    )
