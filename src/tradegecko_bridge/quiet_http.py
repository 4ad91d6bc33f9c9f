"""httpx without secrets and customers in the log, whatever level a program sets for whichever logger.

httpx logs whole URLs (``?email=…``), httpcore every header of an answer (``Set-Cookie``, a shop's token) and a proxy's
login, hpack every header of HTTP/2. Of requests that a client of this module sends, the log has the steps, the status
and the kind of an error. Other requests of the program are logged as ever.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Final, TypeVar

import httpx

E = TypeVar("E", bound=BaseException)

_PARTS: Final = ("connection", "http11", "http2", "proxy", "socks")
_LOGGERS: Final = ("httpx", *(f"httpcore.{part}" for part in _PARTS), "hpack.hpack", "hpack.table")
"""A filter of "httpcore" alone would not see what its children log."""
_HARMLESS: Final = "httpcore.connection"
"""Hosts, ports and what went wrong in connecting."""
_URL: Final = re.compile(r"(https?://)(?:[^\s/?'\"<>]*@)?([^\s?'\"<>]*)(\?[^\s'\"<>]*)?")
_TELLING: Final = re.compile(r"return_value=\((?:b'HTTP/[\d.]+', )?(\d{3}),|exception=(\w+)\(")

_ours: Final[ContextVar[bool]] = ContextVar("a request of ours is on its way", default=False)


class _NoCookies(httpx.Cookies):
    def extract_cookies(self, response: httpx.Response) -> None:
        """Nothing is taken from an answer: none of our systems needs any, and what something in between sets is
        nobody's business."""


class _KeepsNone:
    """A client without cookies."""

    @property
    def cookies(self) -> httpx.Cookies:
        """None, ever."""
        return _NONE

    @cookies.setter
    def cookies(self, _cookies: object) -> None:
        raise AttributeError("this client keeps no cookies")


_NONE: Final = _NoCookies()


class Client(_KeepsNone, httpx.Client):
    """httpx's client, whose requests leave nothing secret in the log; it keeps no cookies."""

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """As httpx's."""
        with _on_its_way():
            return super().send(request, **options)


class AsyncClient(_KeepsNone, httpx.AsyncClient):
    """httpx's asynchronous client, whose requests leave nothing secret in the log; it keeps no cookies."""

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """As httpx's."""
        with _on_its_way():
            return await super().send(request, **options)


def bare(error: E) -> E:
    """The error without what was sent: its request is one without content, headers and query, and the frames that it
    and its causes came through, whose locals hold the rest, are gone."""
    chain: list[BaseException | None] = [error]
    while chain:
        one = chain.pop()
        if one is not None and one.__traceback__ is not None:
            one.__traceback__ = None
            with suppress(AttributeError, RuntimeError):  # it has none
                one.request = bare_request(one.request)  # type: ignore[attr-defined]
            chain += (one.__cause__, one.__context__)
    return error


def bare_request(request: httpx.Request) -> httpx.Request:
    """The request without content, headers and query."""
    return httpx.Request(request.method, request.url.copy_with(query=None))


@contextmanager
def _on_its_way() -> Iterator[None]:
    before = _ours.set(True)
    try:
        yield
    finally:
        _ours.reset(before)


class _Discreet(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if _ours.get() and record.name != _HARMLESS:
            record.msg, record.args = _told(record), None
        return True


def _told(record: logging.LogRecord) -> str:
    """What may be told: a URL without login and query, else the step with the status or the kind of error."""
    message = record.getMessage()
    if record.name == "httpx":
        return _URL.sub(lambda url: f"{url[1]}{url[2]}{'?…' if url[3] else ''}", message)
    step = (message.split() or [""])[0]
    found = _TELLING.search(message)
    return f"{step} {found[1] or found[2]}" if found else step


_filter: Final = _Discreet()
for _name in _LOGGERS:
    logging.getLogger(_name).addFilter(_filter)
