"""One call on its way: all that happens around the one line that talks to the network."""

from __future__ import annotations

import itertools
import logging
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from types import TracebackType
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

import httpx
import orjson
import tenacity
from attrs import field, frozen

from tradegecko_bridge import errors, quiet_http
from tradegecko_bridge.forks import ForkedLock, OfThisProcess
from tradegecko_bridge.http_bounds import TooLarge, Undecodable, certificate_fault, decoded, out_of_time
from tradegecko_bridge.tradegecko.calls import Call
from tradegecko_bridge.tradegecko.client import events
from tradegecko_bridge.tradegecko.client.logs import log_event
from tradegecko_bridge.tradegecko.client.options import Limiter, Options
from tradegecko_bridge.tradegecko.limits import WINDOW
from tradegecko_bridge.tradegecko.limits.headers import moment, retry_after
from tradegecko_bridge.tradegecko.replies import read_reply, server_time, whole_number
from tradegecko_bridge.visible import log

T = TypeVar("T")

_numbers: Final = itertools.count(1)
_REMEMBERED: Final = 8
"""Answers by which our clock is compared with the server's: a jump of ours is forgotten soon."""
NEVER_TOO_LONG: Final = 2000
"""Characters of an address: a 414 to one no longer than that is not the API's, which takes some 8,000 (§3.9)."""
_LEAVES: Final = "send_request_headers.started"


@frozen(kw_only=True)
class Exchange(OfThisProcess, Generic[T]):
    """A call that was answered: its value, and the answer as it came.

    ``attempts`` counts the requests it took, ``seconds`` is what the last one took.
    """

    value: T = field(repr=False)
    response: httpx.Response
    attempts: int
    seconds: float

    @property
    def request_id(self) -> str | None:
        """The server's ``X-Request-Id`` (reference §3.1)."""
        found: str | None = self.response.headers.get("x-request-id")
        return found


class Core:
    """What a client and its copies share beside the pool: address, rate limit, listeners, clock and counter."""

    def __init__(
        self,
        base_url: httpx.URL,
        headers: httpx.Headers,
        limiter: Limiter,
        listeners: Sequence[events.Listener],
        clock: Callable[[], datetime],
        largest: int,
    ) -> None:
        self.largest = largest
        self.base_url: str = str(base_url).rstrip("/")
        self.host: str = base_url.host
        self.url_at: Callable[[str], httpx.URL] = lru_cache(maxsize=64)(self._url_at)
        self.headers: list[tuple[bytes, bytes]] = headers.raw
        self.limiter = limiter
        self.clock = clock
        self.calls: int = 0
        self._listeners = events.Listeners(listeners)
        self._lock = ForkedLock()
        self._ahead: deque[float] = deque(maxlen=_REMEMBERED)
        self._last_ids: WeakKeyDictionary[Any, str] = WeakKeyDictionary()

    def _url_at(self, path: str) -> httpx.URL:
        return httpx.URL(self.base_url + path)

    def note(self, headers: httpx.Headers) -> None:
        """An answer came with these."""
        now = self.clock()
        self.limiter.note(headers, now)
        if (date := moment(headers.get("date", ""))) is not None:
            with self._lock:
                self._ahead.append(date - now.timestamp())

    @property
    def clock_offset(self) -> timedelta | None:
        """As :attr:`ClientBase.clock_offset`."""
        with self._lock:
            return timedelta(seconds=max(self._ahead)) if self._ahead else None

    @property
    def server_clock(self) -> datetime | None:
        """As :attr:`ClientBase.server_clock`."""
        offset = self.clock_offset
        return None if offset is None else self.clock() + offset

    def came_before(self, response: httpx.Response) -> bool:
        """Whether an answer is the one before it on its connection, come once more; it is remembered for the next."""
        connection = _connection(response)
        request_id: str | None = response.headers.get("x-request-id")
        if connection is None or not request_id:
            return False
        before = self._last_ids.get(connection)
        self._last_ids[connection] = request_id
        return before == request_id

    def count(self) -> None:
        """One more request is on its way."""
        with self._lock:
            self.calls += 1

    def watched(self) -> bool:
        """Whether anybody wants to know: making events costs more than asking."""
        return bool(self._listeners) or log.isEnabledFor(logging.INFO)

    def emit(self, event: events.Event) -> None:
        """To the log and to the listeners."""
        log_event(event)
        self._listeners.emit(event)


class Sending(Generic[T]):
    """The attempts of one call. For each a driver calls :meth:`begin`, waits out :meth:`pause`, talks to the network
    ``with`` this until it has an answer and the bytes of its body, and hands them to :meth:`read`. Only then does it
    free the connection for others, or closes it first where :meth:`doubtful` names it.

    The ``with`` counts the request, tells the listeners, and turns httpx's errors into ours.
    """

    def __init__(self, core: Core, call: Call[T], options: Options) -> None:
        self._core = core
        self._call = call
        self._options = options
        self._number = next(_numbers)
        self._attempt = 0
        self._waited = self._shut_for = self._started = 0.0
        self._believed = False
        self.answer: httpx.Response | None = None
        """What has come of it so far in this attempt; its body may be missing."""

    def controls(self) -> dict[str, Any]:
        """The arguments of tenacity's retrying, sync or async."""
        return self._options.retry.controls(self._call, self._until_reset, self._before_retry)

    @property
    def tried_once(self) -> bool:
        """Whether nothing of it is repeated, whatever comes."""
        return self._options.retry.attempts <= 1

    def begin(self) -> httpx.Request:
        """The next attempt's request.

        Raises:
            CannotBeSent: no request can be made of this call.
        """
        self._attempt += 1
        self._shut_for = 0.0
        self._believed = False
        self.answer = None
        key: object = self._call.idempotency_key
        if key is not None and not isinstance(key, str):
            detail = f"its idempotency key is a value of type {type(key).__name__}, not a text"
            raise self._counted(errors.CannotBeSent(detail, **self._where()))
        try:
            return self._request(self._call)
        except (httpx.InvalidURL, TypeError, ValueError) as error:
            # Not ``from error``: it may hold the whole text that cannot be sent.
            detail = f"it cannot be sent ({type(error).__name__}): too long, or with characters that are no text"
            raise self._counted(errors.CannotBeSent(detail, **self._where())) from None

    def pause(self) -> float:
        """Seconds to wait for the rate limit before asking again; 0: the request may go out now.

        Raises:
            RateLimited: there is no room within the ``patience`` of the retry policy.
        """
        core = self._core
        now = core.clock()
        seconds = core.limiter.reserve(now, self._options.priority)
        if seconds <= 0:
            return 0.0
        if self._waited + seconds > self._options.retry.patience:
            self._shut_for = seconds
            detail = f"nothing was sent: the rate limit has no room for {seconds:.0f} s more"
            reset_at = now + timedelta(seconds=seconds)
            raise self._counted(errors.RateLimited(detail, status=429, reset_at=reset_at, **self._where()))
        self._waited += seconds
        self._emit(events.RateWait, seconds=seconds)
        return seconds

    @property
    def guarded(self) -> bool:
        """Whether the caller wants to be asked before the request leaves."""
        return self._options.may_leave is not None

    def check_leave(self, step: str = _LEAVES, _facts: object = None) -> None:
        """Ask the caller whether the request may leave; also at httpcore's last ``step`` before its first byte does.

        Raises:
            NotSent: it may not any more.
        """
        may_leave = self._options.may_leave
        if may_leave is not None and step.endswith(_LEAVES) and not may_leave():
            raise self._counted(errors.NotSent("it was kept waiting for too long", **self._where()))

    def check_open(self, closed: bool) -> None:
        """Nothing is sent by a client that was closed.

        Raises:
            ClientClosed: it was.
        """
        if closed:
            raise self._counted(errors.ClientClosed(**self._where()))

    def __enter__(self) -> None:
        self._core.count()
        self._emit(events.RequestStarted, host=self._core.host)
        self._started = time.perf_counter()

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if error is None:
            self.answer = None  # or it held itself, by its request and what that calls last: garbage only in cycles
            return
        seconds = time.perf_counter() - self._started
        self._core.limiter.note({}, self._core.clock())  # it is no longer on its way
        self._emit(events.RequestFailed, error=type(error).__name__, seconds=seconds)
        if isinstance(error, httpx.HTTPError):
            failed = no_answer(error, self._where())
            came = self.answer if isinstance(failed, errors.UnreadableReply) else None
            raise self._counted(failed, came) from quiet_http.bare(error)
        if isinstance(error, errors.TradeGeckoError):  # from a login on the way
            self._counted(error)

    def read(self, response: httpx.Response, content: bytes) -> Exchange[T]:
        """What an answer with these bytes, as they came, means.

        Raises:
            TradeGeckoError: one of its kinds. None of the frames it came through holds what was answered.
        """
        try:
            return self._read(response, content)
        except errors.TradeGeckoError as error:
            del content
            raise self._counted(error, response).with_traceback(None) from error.__cause__

    def _read(self, response: httpx.Response, content: bytes) -> Exchange[T]:
        seconds = time.perf_counter() - self._started
        call, headers = self._call, response.headers
        self._note(response.status_code, headers, seconds)
        try:
            reply = read_reply(call.method, call.path, response.status_code, headers, self._decoded(response, content))
            value = call.read(reply)
        except errors.StatusError as error:
            if _is_anothers(call, error):
                raise self._unreadable(f"it is about something else: {error.detail}", headers) from None
            if isinstance(error, errors.RequestTooLong):
                error.from_api = len(response.request.url.raw_path) > NEVER_TOO_LONG
            self._believed = error.from_api
            if error.status in (429, 503):
                error.retry_after = retry_after(headers, self._core.clock())
            if isinstance(error, errors.RateLimited):
                self._refused(error, headers)
            raise
        except errors.MalformedData as error:
            raise self._unreadable(str(error), headers) from None
        self._believed = True
        return Exchange(value=value, response=response, attempts=self._attempt, seconds=seconds)

    def doubtful(self, response: httpx.Response) -> Any:
        """The connection of an answer that is not one to this call, or may not be: those that follow on it would be
        their neighbours'. None where the connection is good."""
        return None if self._believed else _connection(response)

    def _decoded(self, response: httpx.Response, content: bytes) -> bytes:
        """The body; the answer keeps it. An answer that came before is none."""
        try:
            body = decoded(response, content, self._core.largest)
        except (TooLarge, httpx.DecodingError) as error:
            raise no_answer(error, self._where()) from quiet_http.bare(error)
        if self._core.came_before(response):
            raise errors.MalformedData(["it is the answer to an earlier request, come once more"])
        return body

    def _request(self, call: Call[T]) -> httpx.Request:
        headers, url = self._core.headers, self._core.url_at(call.path)
        if call.params:
            url = httpx.URL(f"{url}?{urlencode(call.params)}")  # httpx's encoding is another one in each version
        if call.idempotency_key is not None:
            headers = [*headers, (b"Idempotency-Key", _header(call.idempotency_key))]
        return httpx.Request(
            call.method,
            url,
            headers=headers,
            content=orjson.dumps(call.body) if call.body is not None else None,
            extensions={"timeout": self._options.timeout.as_dict(), "deadline": self._options.deadline},
        )

    def _note(self, status: int, headers: httpx.Headers, seconds: float) -> None:
        core = self._core
        core.note(headers)
        if core.watched():
            self._emit(
                events.AnswerReceived,
                status=status,
                request_id=headers.get("x-request-id"),
                seconds=seconds,
                remaining=whole_number(headers, "x-rate-limit-remaining"),
            )

    def _refused(self, error: errors.RateLimited, headers: httpx.Headers) -> None:
        now = self._core.clock()
        shown = server_time(headers) or now
        if error.reset_at is None and error.retry_after is not None:
            error.reset_at = shown + timedelta(seconds=error.retry_after)
        if error.reset_at is not None:
            if error.reset_at - shown > WINDOW:
                error.reset_at = now + WINDOW
            self._shut_for = _seconds_shut(error.reset_at, shown)
        self._core.limiter.refused(error.reset_at, now)

    def _until_reset(self, error: errors.RateLimited) -> float:
        """By the server's clock where the answer has it; a refused refresh of the login has only the moment."""
        if self._shut_for or error.reset_at is None:
            return self._shut_for
        return _seconds_shut(error.reset_at, self._core.clock())

    def _before_retry(self, state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome is not None else None
        self._emit(events.RetryWait, error=type(error).__name__, seconds=state.upcoming_sleep)

    def _emit(self, kind: type[events.Event], **facts: Any) -> None:
        core, call = self._core, self._call
        if core.watched():
            core.emit(kind(call=self._number, method=call.method, path=call.path, attempt=self._attempt, **facts))

    def _unreadable(self, detail: str, headers: httpx.Headers) -> errors.UnreadableReply:
        return errors.UnreadableReply(detail, **self._where(), request_id=headers.get("x-request-id"))

    def _counted(self, error: errors.TradeGeckoError, response: httpx.Response | None = None) -> errors.TradeGeckoError:
        error.attempts = self._attempt
        if response is not None:
            response.request = quiet_http.bare_request(response.request)
            error.response = response
        return error

    def _where(self) -> dict[str, Any]:
        return {"method": self._call.method, "path": self._call.path}


def answered_before(call: Call[T]) -> Exchange[T] | None:
    """For a call whose answer is known without asking; no attempt was needed."""
    if call.known is None:
        return None
    response = httpx.Response(call.known.status, headers=dict(call.known.headers), json=call.known.body)
    return Exchange(value=call.read(call.known), response=response, attempts=0, seconds=0.0)


def _connection(response: httpx.Response) -> Any:
    """The connection an answer came on; None where it was not a connection, or others' answers come on it meanwhile."""
    return response.extensions.get("network_stream") if response.http_version.startswith("HTTP/1") else None


def _is_anothers(call: Call[Any], error: errors.StatusError) -> bool:
    """Whether an error can only be the answer to another call: about another record, or a key where this has none."""
    if isinstance(error, errors.NotFound):
        asked_for = call.path.rpartition("/")[2]
        return call.changes_nothing and asked_for.isdecimal() and error.id not in (None, int(asked_for))
    return isinstance(error, errors.DuplicateIdempotencyKey) and call.idempotency_key is None


def _header(text: str) -> bytes:
    if not text.isprintable():
        raise ValueError("a header is one line of printable characters")
    return text.encode("ascii")


def _seconds_shut(reset_at: datetime, now: datetime) -> float:
    """Until the server's clock has passed ``reset_at``, by a second as ``Date`` has whole ones; never over a window."""
    left = (min(reset_at - now, WINDOW)).total_seconds()
    return max(0.0, left + 1.0)


def no_answer(error: httpx.HTTPError, where: Mapping[str, Any]) -> errors.TradeGeckoError:
    """httpx's error as one of ours. Only while connecting is it certain that nothing arrived."""
    if isinstance(error, (TooLarge, Undecodable)):
        return errors.UnreadableReply(str(error), **where)
    if isinstance(error, httpx.DecodingError):
        return errors.UnreadableReply("its compression is broken", **where)
    if (fault := certificate_fault(error)) is not None:
        return errors.BadCertificate(fault[0], remedy=fault[1], **where)
    connecting = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))
    kind = errors.TimedOut if isinstance(error, httpx.TimeoutException) else errors.TransportError
    doing = "could not connect" if connecting else "the answer did not arrive"
    if kind is errors.TimedOut and out_of_time():
        doing += " by the deadline"
    return kind(f"{doing} ({type(error).__name__})", may_have_arrived=not connecting, **where)
