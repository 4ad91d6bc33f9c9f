"""What every HTTP client here keeps to, whoever answers: how much, how long, by which way, and with what certificate.

Both drivers of the TradeGecko client, its token endpoint and the sources share it. Nothing of the environment is heeded
but ``SSL_CERT_FILE`` and ``SSL_CERT_DIR``, which name the authorities a machine trusts.
"""

from __future__ import annotations

import ssl
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from contextvars import ContextVar
from functools import cache
from importlib.util import find_spec
from ipaddress import ip_address
from time import monotonic
from typing import Any, Final, TypeVar, cast

import httpcore
import httpx

from tradegecko_bridge.errors import ConfigError

T = TypeVar("T")

DEADLINE: Final = 120.0
"""Seconds for one request and all of its answer. The usual 30 for each of connecting, sending and waiting fit into it,
and it into the lease of an order's claim."""
LARGEST_ANSWER: Final = 32 * 2**20
"""Bytes of an answer, decompressed. A page of 250 orders with a hundred lines each has half of it."""
TOKEN_DEADLINE: Final = 60.0
"""Seconds for a token request: it has to end before its lease of 90 does."""
LARGEST_GRANT: Final = 2**20
"""Bytes of an answer of the token endpoint, which has some 300."""
MOST_PAGES: Final = 100_000
"""Pages of one walk through a list: 25 million rows, more than any account has, and a day at the rate limit."""
REPEATS: Final = 10
"""How often in a row a page may come again. A page is pushed on by as many new records as it has rows, so it does
happen, with small pages; not ten times."""
ROWS_TOO_MANY: Final = 1000
"""Rows beyond twice the number that a list says it has. It may grow, and give some of them twice, while it is read."""

ACCEPTED: Final = "gzip, deflate"
"""Compressions we ask for, and take: of these it is known how large a piece can become."""
_WINDOWS: Final = {"": (), "identity": (), "gzip": (31,), "deflate": (15, -15)}
"""What zlib calls them. ``deflate`` is written in two ways, which httpx tries in turn."""
_LARGEST_RATIO: Final = 1032
"""How many times its size a piece of either can become: 258 bytes by two bits."""

_HELD: Final = 2**16
"""Bytes of a request that are put together before they leave."""

_until: ContextVar[float | None] = ContextVar("until", default=None)
"""The moment (monotonic) by which the request of this thread or task has to be answered."""


class TooLarge(httpx.RequestError):
    """An answer is larger than it may be; the rest of it is not read."""


class Undecodable(httpx.DecodingError):
    """An answer is compressed in a way that was not asked for."""


# ── how much ─────────────────────────────────────────────────────────────────────────────────


def read_body(stream: Iterable[bytes], largest: int) -> bytes:
    """The bytes of an answer as they came.

    Raises:
        TooLarge: there are more than ``largest``.
    """
    body: bytes | bytearray = b""
    for piece in stream:
        body = _longer(body, piece, largest)
    return bytes(body)


async def read_body_async(stream: AsyncIterable[bytes], largest: int) -> bytes:
    """As :func:`read_body`."""
    body: bytes | bytearray = b""
    async for piece in stream:
        body = _longer(body, piece, largest)
    return bytes(body)


def _longer(body: bytes | bytearray, piece: bytes, largest: int) -> bytes | bytearray:
    """With one more piece. Many small ones take no more room than a large one, and a single one is not copied."""
    if not body:
        body = piece
    else:
        body = bytearray(body) if isinstance(body, bytes) else body
        body += piece
    if len(body) > largest:
        raise too_large(largest)
    return body


def decoded(response: httpx.Response, content: bytes, largest: int) -> bytes:
    """The body of an answer of which these bytes came; the answer keeps it.

    Raises:
        TooLarge: decompressed it is larger than ``largest``; no more than that was decompressed.
        httpx.DecodingError: its compression is broken, or none we asked for.
    """
    if "content-encoding" in response.headers:
        _check_decoded(response.headers["content-encoding"].strip().lower(), content, largest)
    response.stream = httpx.ByteStream(content)
    return response.read()


def _check_decoded(coding: str, content: bytes, largest: int) -> None:
    if coding not in _WINDOWS:
        raise Undecodable(f"it is compressed by {coding[:40]!r}, which was not asked for")
    if len(content) * _LARGEST_RATIO > largest:
        for window in _WINDOWS[coding]:
            with suppress(zlib.error):  # httpx says so better
                if len(zlib.decompressobj(window).decompress(content, largest + 1)) > largest:
                    raise too_large(largest)


def too_large(largest: int) -> TooLarge:
    """The same words wherever it is said."""
    return TooLarge(f"it is larger than {largest:,} bytes; the rest was not read")


class EndlessList:
    """Notices it: the pages of one walk through a list, so that it ends, also where the list does not."""

    def __init__(self) -> None:
        self._before: Sequence[object] = ()
        self._repeats = self._count = 0

    def flaw(self, page: Sequence[object]) -> str:
        """What shows with this page that the list has no end; blank where nothing does."""
        self._count += 1
        self._repeats = self._repeats + 1 if page and page == self._before else 0
        self._before = page
        if self._repeats >= REPEATS:
            return f"one page came {self._repeats + 1} times in a row"
        return f"{self._count} pages came" if self._count >= MOST_PAGES else ""


# ── how long ─────────────────────────────────────────────────────────────────────────────────


def out_of_time() -> bool:
    """Whether the deadline of the last request of this thread or task has passed."""
    until = _until.get()
    return until is not None and monotonic() >= until - 0.001


def _left(timeout: float | None, error: type[httpx.TimeoutException]) -> float | None:
    """What a step that may take so long has left of its request's time."""
    until = _until.get()
    if until is None:
        return timeout
    left = until - monotonic()
    if left <= 0.0:
        raise error("no time is left")
    return left if timeout is None or left < timeout else timeout


def _begin(request: httpx.Request) -> None:
    seconds: float | None = request.extensions.get("deadline")
    _until.set(None if seconds is None else monotonic() + seconds)


class _Stream:
    """A connection of httpcore's, each of whose steps ends with its request's time. Where the connection is an
    asynchronous one so are the steps."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.get_extra_info = stream.get_extra_info
        self._read = stream.read
        self._write = stream.write
        for name in ("close", "aclose"):
            if hasattr(stream, name):
                setattr(self, name, getattr(stream, name))

    def read(self, max_bytes: int, timeout: float | None = None) -> Any:
        return self._read(max_bytes, _left(timeout, httpx.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> Any:
        return self._write(buffer, _left(timeout, httpx.WriteTimeout))


class _SyncStream(_Stream):
    """What is written goes out together once an answer is waited for: head and body of a request as one."""

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)
        self._held = b""
        self._patience: float | None = None

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._held += buffer
        self._patience = timeout
        if len(self._held) > _HELD:
            self._flush()

    def read(self, max_bytes: int, timeout: float | None = None) -> Any:
        if self._held:
            with suppress(httpcore.WriteError):  # the answer may say why
                self._flush()
        return super().read(max_bytes, timeout)

    def _flush(self) -> None:
        held, self._held = self._held, b""
        super().write(held, self._patience)

    def start_tls(self, ssl_context: Any, server_hostname: Any = None, timeout: float | None = None) -> _SyncStream:
        left = _left(timeout, httpx.ConnectTimeout)
        return _SyncStream(self._stream.start_tls(ssl_context, server_hostname, left))


class _AsyncStream(_Stream):
    async def start_tls(
        self, ssl_context: Any, server_hostname: Any = None, timeout: float | None = None
    ) -> _AsyncStream:
        left = _left(timeout, httpx.ConnectTimeout)
        try:
            return _AsyncStream(await self._stream.start_tls(ssl_context, server_hostname, left))
        except ssl.SSLError as error:  # httpcore 1.0.0 lets it through
            raise httpx.ConnectError(str(error)) from error


class _SyncBackend:
    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self.sleep = backend.sleep

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, **more: Any) -> _SyncStream:
        left = _left(timeout, httpx.ConnectTimeout)
        return _SyncStream(self._backend.connect_tcp(host, port, timeout=left, **more))


class _AsyncBackend:
    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self.sleep = backend.sleep

    async def connect_tcp(self, host: str, port: int, timeout: float | None = None, **more: Any) -> _AsyncStream:
        left = _left(timeout, httpx.ConnectTimeout)
        return _AsyncStream(await self._backend.connect_tcp(host, port, timeout=left, **more))


class BoundedTransport(httpx.HTTPTransport):
    """Ends a request at its deadline, the extension ``deadline`` in seconds, in whatever step it is then. httpx's
    timeouts are for single steps, and a server that sends a byte now and then begins a new one with each."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(trust_env=False, **settings)
        pool: Any = self._pool
        pool._network_backend = _SyncBackend(pool._network_backend)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it."""
        _begin(request)
        return super().handle_request(request)


class AsyncBoundedTransport(httpx.AsyncHTTPTransport):
    """The same for an event loop."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(trust_env=False, **settings)
        pool: Any = self._pool
        pool._network_backend = _AsyncBackend(pool._network_backend)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it."""
        _begin(request)
        return await super().handle_async_request(request)


class GivenTransport(httpx.BaseTransport):
    """Keeps somebody else's transport to the deadline of each request, as far as that can be done from without.

    None of the timeouts it is given is longer than the deadline, and no piece of an answer counts that comes after it.
    A transport that heeds no timeout and blocks in one step cannot be interrupted: it is out of time once that step is
    done.
    """

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it."""
        _begin(request)
        timeouts: dict[str, float | None] = request.extensions.get("timeout", {})
        shorter = {step: _left(seconds, httpx.ConnectTimeout) for step, seconds in timeouts.items()}
        request.extensions = {**request.extensions, "timeout": shorter}
        response = self._transport.handle_request(request)
        response.stream = _Pieces(cast("httpx.SyncByteStream", response.stream))
        return response

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()


class AsyncGivenTransport(httpx.AsyncBaseTransport):
    """The same for an event loop, where every step is interrupted at the deadline. One that blocks the loop cannot
    be."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it."""
        _begin(request)
        response = await _in_time(lambda: self._transport.handle_async_request(request))
        response.stream = _AsyncPieces(cast("httpx.AsyncByteStream", response.stream))
        return response

    async def aclose(self) -> None:
        """Close the transport."""
        await self._transport.aclose()


class _Pieces(httpx.SyncByteStream):
    """The body of an answer, piece by piece in time."""

    def __init__(self, stream: httpx.SyncByteStream) -> None:
        self._stream = stream
        self.close = stream.close  # type: ignore[method-assign]

    def __iter__(self) -> Iterator[bytes]:
        _left(None, httpx.ReadTimeout)
        for piece in self._stream:
            _left(None, httpx.ReadTimeout)
            yield piece


class _AsyncPieces(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream
        self.aclose = stream.aclose  # type: ignore[method-assign]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = aiter(self._stream)
        while (piece := await _in_time(lambda: anext(pieces, None))) is not None:
            yield piece


async def _in_time(step: Callable[[], Awaitable[T]]) -> T:
    from anyio import move_on_after  # only where there is an event loop

    with move_on_after(_left(None, httpx.ReadTimeout)):
        return await step()
    raise httpx.ReadTimeout("no time is left")


def ask(http: httpx.Client, request: httpx.Request, *, deadline: float | None, largest: int) -> httpx.Response:
    """The whole answer to a request.

    Raises:
        TooLarge, httpx.HTTPError: see :func:`decoded`, and httpx's own.
    """
    if deadline is not None:
        request.extensions["deadline"] = deadline
    response = http.send(request, stream=True, follow_redirects=False)
    stream: Any = response.stream
    try:
        content = read_body(stream, largest)
    finally:
        stream.close()
    decoded(response, content, largest)
    return response


# ── by which way ─────────────────────────────────────────────────────────────────────────────


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, whatever a network says."""
    host = host.lower().removesuffix(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_not_plain(what: str, scheme: str, host: str, *, allow_http: bool) -> None:
    """That tokens and passwords do not cross a network in the clear, unless that is wanted.

    Raises:
        ConfigError: they would.
    """
    if scheme == "http" and not allow_http and not is_loopback(host):
        raise ConfigError(
            f"{what} is http:// to another machine, {host}: logins and orders would cross the network unencrypted; "
            "write https://, or allow it with allow_http = true"
        )


def proxy_to(host: str, proxy: str | None) -> httpx.Proxy | None:
    """The proxy for requests to a host; none to this machine.

    Raises:
        ConfigError: it is no proxy; its address, which may hold a password, is not shown.
    """
    if not proxy:
        return None
    try:
        url = httpx.URL(proxy)
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL()
    if url.scheme not in ("http", "https", "socks5", "socks5h") or not url.host:
        raise ConfigError("proxy must be the address of one, like http://proxy.example:3128")
    if url.scheme.startswith("socks") and find_spec("socksio") is None:
        raise ConfigError("a SOCKS proxy needs the package socksio: pip install 'httpx[socks]'")
    return None if is_loopback(host) else httpx.Proxy(url)


# ── with what certificate ────────────────────────────────────────────────────────────────────


@cache
def shared_ssl_context() -> ssl.SSLContext:
    """The context of every client that was given none: reading the certificates takes longer than most requests."""
    return httpx.create_ssl_context()


_TRUST: Final = "have its server use one of a known authority, or name the file of yours in SSL_CERT_FILE"
_CERTIFICATE_FAULTS: Final = {
    9: ("is not valid yet", "check this machine's clock"),
    10: ("has expired", "have it renewed, and check this machine's clock"),
    18: ("is self-signed", _TRUST),
    19: ("is of an authority that is not known here", _TRUST),
    20: ("is of an authority that is not known here", _TRUST),
    21: ("is of an authority that is not known here", _TRUST),
    62: ("is for another host", "check the address; if it is right, something else answers there"),
    64: ("is for another host", "check the address; if it is right, something else answers there"),
}
"""By OpenSSL's number: what is wrong, and what to do."""


def certificate_fault(error: BaseException) -> tuple[str, str] | None:
    """What is wrong with the certificate over which a connection was not made, and what to do; None for all else."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    if cause is None:
        return None
    what, remedy = _CERTIFICATE_FAULTS.get(cause.verify_code, (f"is not accepted ({cause.verify_message})", _TRUST))
    return f"the server's certificate {what}", remedy
