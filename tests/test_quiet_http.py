"""What is logged of requests of ours, line by line; and of those of others."""

from __future__ import annotations

import logging
from collections.abc import Callable

import httpx
import pytest
from anyio import run

from tradegecko_bridge.quiet_http import AsyncClient, Client, bare

URL = "http://me:Hidden7@api.example/orders?email=ann"


def loud(name: str, line: str, *args: object) -> Callable[[httpx.Request], httpx.Response]:
    """A server, or a library on the way to it, that logs a line."""

    def answer(_: httpx.Request) -> httpx.Response:
        logging.getLogger(name).debug(line, *args)
        return httpx.Response(200)

    return answer


LINES = [
    ("httpcore.socks", "setup_socks5_connection.started auth=(b'me', b'Hidden7')", "setup_socks5_connection.started"),
    ("httpcore.proxy", "http11.send.started request=Hidden7", "http11.send.started"),
    (
        "httpcore.http11",
        "receive_response_headers.complete return_value=(b'HTTP/1.1', 404, b'OK', [(b'Set-Cookie', b'Hidden7')])",
        "receive_response_headers.complete 404",
    ),
    (
        "httpcore.http2",
        "receive_response_headers.complete return_value=(200, [(b'set-cookie', b'Hidden7')])",
        "receive_response_headers.complete 200",
    ),
    (
        "httpcore.http11",
        "receive_response_headers.failed exception=ReadError('Hidden7')",
        "receive_response_headers.failed ReadError",
    ),
    ("hpack.hpack", "Adding (b'authorization', b'Hidden7') to the header table", "Adding"),
    (
        "httpcore.connection",
        "connect_tcp.failed exception=ConnectError('refused')",
        "connect_tcp.failed exception=ConnectError('refused')",
    ),
    (
        "httpx",
        "redirected to http://me:Hidden7@x/a?token=Hidden7 and https://y/b",
        "redirected to http://x/a?… and https://y/b",
    ),
    ("httpx", "", ""),
    ("httpcore.http11", "", ""),
]


@pytest.mark.parametrize(("name", "line", "told"), LINES)
def test_what_is_told_of_our_requests(name: str, line: str, told: str, caplog: pytest.LogCaptureFixture) -> None:
    """The step, the status and the kind of an error, of both clients; URLs without login and query."""

    async def ask() -> None:
        async with AsyncClient(transport=httpx.MockTransport(loud(name, line))) as client:
            await client.get(URL)

    caplog.set_level(logging.DEBUG)
    with Client(transport=httpx.MockTransport(loud(name, line))) as client:
        client.get(URL)
    run(ask)
    said = [record.getMessage() for record in caplog.records if record.levelno == logging.DEBUG and record.name == name]
    assert said == [told, told]
    assert "Hidden7" not in caplog.text
    assert "ann" not in caplog.text
    assert 'HTTP Request: GET http://api.example/orders?… "HTTP/1.1 200 OK"' in caplog.text


def test_the_requests_of_others_are_logged_as_ever(caplog: pytest.LogCaptureFixture) -> None:
    """Before, between and after ours: the log of a program is its own."""
    caplog.set_level(logging.DEBUG)
    name, line, _ = LINES[0]
    with httpx.Client(transport=httpx.MockTransport(loud(name, line))) as theirs:
        theirs.get(URL)
        before = caplog.text
        with (
            Client(transport=httpx.MockTransport(lambda _: httpx.Response(200))) as ours,
            pytest.raises(LookupError),
        ):
            ours.get("http://api.example", params={"a": "1"}, timeout=1, auth=fail)
        theirs.get(URL)
    assert "b'Hidden7'" in before
    assert caplog.text.count("b'Hidden7'") == 2
    assert caplog.text.count("?email=ann") == 2


def fail(request: httpx.Request) -> httpx.Request:
    raise LookupError


def test_an_error_without_what_was_sent() -> None:
    """Neither it nor what it comes from holds a header, a body, a query, or a frame in which they are."""

    def cut_off(request: httpx.Request) -> httpx.Response:
        try:
            raise OSError("the line is dead")
        except OSError as error:
            raise httpx.ReadError("lost", request=request) from error

    with Client(transport=httpx.MockTransport(cut_off)) as client, pytest.raises(httpx.ReadError) as caught:
        client.post(URL, content=b"Hidden7", headers={"Authorization": "Hidden7"})
    error = bare(caught.value)
    assert error is caught.value
    assert (error.request.method, str(error.request.url.copy_with(userinfo=b""))) == (
        "POST",
        "http://api.example/orders",
    )
    assert (error.request.content, "authorization" in error.request.headers) == (b"", False)
    assert error.__traceback__ is None
    assert isinstance(error.__cause__, OSError)
    assert error.__cause__.__traceback__ is None
