"""Whatever a server answers: it takes bounded time and room, sends no login elsewhere, and ends in our own errors."""

from __future__ import annotations

import ast
import asyncio
import re
import socket
import time
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.hostile import MIB, Peer, Server, bomb, certificate, memory, serving, tls_with, trusting
from tests.tradegecko.drivers import DATE, NOW, AsyncDriver, Driver, SyncDriver, answering, driver
from tests.tradegecko.oauth import AT, pair
from tests.tradegecko.support import PAGED
from tests.tradegecko.test_gateway import a_draft, a_line
from tradegecko_bridge import AsyncTradeGeckoClient, TradeGeckoClient, TradeGeckoGateway, errors, http_bounds
from tradegecko_bridge.http_bounds import REPEATS, is_loopback, read_body, read_body_async
from tradegecko_bridge.ports.logins import Secret
from tradegecko_bridge.stores.tokens import MemoryTokenStore
from tradegecko_bridge.tradegecko.calls import Call
from tradegecko_bridge.tradegecko.client.keeper import TokenEndpoint
from tradegecko_bridge.tradegecko.client.stored_login import StoredLogin
from tradegecko_bridge.tradegecko.gateway.listing import changes
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import ORDERS as KIND
from tradegecko_bridge.tradegecko.limits import RateLimiter
from tradegecko_bridge.tradegecko.oauth import OAuthApp, read_grant
from tradegecko_bridge.tradegecko.replies import reset_time
from tradegecko_bridge.tradegecko.resources import ORDERS, USERS, current
from tradegecko_bridge.tradegecko.retry import NO_RETRY

__all__ = ["driver"]

WHO = current(USERS)
FOREIGN = "http://tradegecko.invalid"


def hasty(driver: Driver, server: Server, **options: Any) -> Driver:
    """The driver, open on a server, with a megabyte, a seventh of a second and one attempt."""
    given: dict[str, Any] = {"largest_answer": MIB, "deadline": 0.15, "timeout": 5.0, "retry": NO_RETRY}
    driver.open(None, base_url=server.url, **(given | options))
    return driver


def app_at(server: Server) -> OAuthApp:
    return OAuthApp(client_id="app", client_secret=Secret("s3cret"), base_url=server.url)


# ── how much ─────────────────────────────────────────────────────────────────────────────────


def packed(coding: str) -> Callable[[Peer], object]:
    """Answers with 64 MB in 64 kB."""
    name = coding.removeprefix("raw ")
    return lambda peer: peer.answer(f"Content-Encoding: {name}", body=bomb(coding))


def endless(piece: bytes, head: str = "Transfer-Encoding: chunked") -> Callable[[Peer], object]:
    """Answers with the same piece without an end."""

    def talk(peer: Peer) -> None:
        peer.say(f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode())
        peer.for_ever(piece)

    return talk


TOO_MUCH = {
    "gzip": packed("gzip"),
    "deflate": packed("deflate"),
    "raw deflate": packed("raw deflate"),
    "endless": endless(b"10000\r\n" + bytes(65536) + b"\r\n"),
    "endless without chunks": endless(bytes(65536), "Connection: close"),
    "endless gzip": endless(bomb("gzip"), "Connection: close\r\nContent-Encoding: gzip"),
    "long": lambda peer: peer.answer(body=bytes(MIB + 1)),
}


@pytest.mark.process
@pytest.mark.parametrize("talk", TOO_MUCH.values(), ids=TOO_MUCH.keys())
def test_an_answer_that_is_too_large_is_not_read(driver: Driver, talk: Callable[[Peer], object]) -> None:
    with serving(talk) as server:
        hasty(driver, server, deadline=10.0)
        with memory() as used, pytest.raises(errors.UnreadableReply, match=r"it is larger than 1,048,576 bytes"):
            driver.send(WHO)
    assert used.peak < 6 * MIB


def test_small_pieces_take_no_more_room_than_large_ones() -> None:
    """A piece of two bytes is an object of its own, twenty times as large."""

    async def pieces() -> AsyncIterator[bytes]:
        for number in range(2**16):
            yield number.to_bytes(2, "big")

    with memory() as used:
        there = read_body((number.to_bytes(2, "big") for number in range(2**16)), MIB)
    assert used.peak < 3 * 2**17
    assert asyncio.run(read_body_async(pieces(), MIB)) == there
    assert (len(there), there[-4:]) == (2**17, b"\xff\xfe\xff\xff")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "raw deflate"])
def test_a_compressed_answer_up_to_the_bound_is_read(driver: Driver, coding: str) -> None:
    """Also where it had to be measured first."""
    window = {"gzip": 31, "deflate": 15, "raw deflate": -15}[coding]
    text = b'{"user":{"id":1,"email":"%s"}}' % (b"a" * 5000)
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    answer = httpx.Response(200, stream=httpx.ByteStream(packer.compress(text) + packer.flush()))
    answer.headers["Content-Encoding"] = coding.removeprefix("raw ")
    driver.open(lambda _: answer, largest_answer=len(text), retry=NO_RETRY)
    exchanged = driver.exchange(WHO)
    assert len(exchanged.value.email or "") == 5000
    assert exchanged.response.content == text


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress", "x" * 100_000])
def test_a_compression_nobody_asked_for_is_not_undone(driver: Driver, coding: str) -> None:
    answer = httpx.Response(200, headers={"Content-Encoding": coding}, stream=httpx.ByteStream(b"{}"))
    seen: list[str] = []

    def api(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["Accept-Encoding"])
        return answer

    driver.open(api, retry=NO_RETRY)
    with pytest.raises(errors.UnreadableReply, match="which was not asked for") as caught:
        driver.send(WHO)
    assert seen == ["gzip, deflate"]
    assert len(str(caught.value)) < 300


@pytest.mark.process
def test_a_bomb_in_answer_to_an_order_leaves_it_in_doubt() -> None:
    """It may have been carried out; a read is made again later."""
    with (
        serving(packed("gzip")) as server,
        TradeGeckoClient("t", base_url=server.url, retry=NO_RETRY, largest_answer=MIB) as client,
    ):
        gateway = TradeGeckoGateway(client)
        draft = a_draft("1", a_line(rate=None), account_treatment=True)
        with pytest.raises(errors.OutcomeUnknown, match="larger than"):
            gateway.create_order(draft, key="k", customer_id=None)
        with pytest.raises(errors.Unavailable, match="larger than"):
            gateway.check_access()


# ── how long ─────────────────────────────────────────────────────────────────────────────────


def dripping(start: bytes, drop: bytes = b"a") -> Callable[[Peer], object]:
    """Begins an answer and goes on byte by byte, each well within the timeout of a step."""

    def talk(peer: Peer) -> None:
        peer.say(start)
        peer.for_ever(drop, every=0.02)

    return talk


TOO_LONG = {
    "nothing": lambda peer: peer.for_ever(b"", every=0.02),
    "the status": dripping(b"HTTP/1.1 200 "),
    "a header": dripping(b"HTTP/1.1 200 OK\r\nX-Long: "),
    "headers": dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "the body": dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"),
    "chunks": dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n{\r\n"),
    "the size of a chunk": dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x"),
    "going on": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "going on at once": lambda peer: peer.for_ever(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
}


@pytest.mark.process
@pytest.mark.parametrize("talk", TOO_LONG.values(), ids=TOO_LONG.keys())
def test_an_answer_that_does_not_end_ends_at_the_deadline(driver: Driver, talk: Callable[[Peer], object]) -> None:
    with serving(talk) as server:
        hasty(driver, server)
        started = time.monotonic()
        with pytest.raises(errors.TimedOut, match="the answer did not arrive by the deadline") as caught:
            driver.send(ORDERS.create({"notes": "x"}))
        assert time.monotonic() - started < 4
        assert caught.value.may_have_arrived


@pytest.mark.process
def test_a_deadline_is_of_each_request_anew(driver: Driver) -> None:
    """And may be another for one call, or none."""

    def talk(peer: Peer) -> None:
        time.sleep(0.15)
        peer.answer(body=b'{"user":{"id":1}}')

    with serving(talk) as server:
        hasty(driver, server, deadline=0.5)
        assert [driver.send(WHO).id for _ in range(4)] == [1, 1, 1, 1]
        with pytest.raises(errors.TimedOut, match="deadline"):
            driver.send(WHO, deadline=0.05)
        assert driver.send(WHO, deadline=None).id == 1
        assert driver.send(WHO, deadline=60.0).id == 1


@pytest.mark.process
def test_an_encrypted_answer_has_the_same_deadline(driver: Driver, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = certificate(tmp_path_factory.getbasetemp())
    with serving(TOO_LONG["a header"], tls_with(file)) as server:
        hasty(driver, server, ssl_context=trusting(file))
        with pytest.raises(errors.TimedOut, match="the answer did not arrive by the deadline"):
            driver.send(WHO)


@pytest.mark.process
def test_a_server_that_does_not_listen_is_left_at_the_deadline(driver: Driver) -> None:
    """It takes the connection, and nothing of the request but what the system keeps for it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        driver.open(None, base_url=url, deadline=0.2, timeout=5.0, retry=NO_RETRY)
        started = time.monotonic()
        with pytest.raises(errors.TimedOut, match="by the deadline"):
            driver.send(ORDERS.create({"notes": "x" * 2**24}))
        assert time.monotonic() - started < 4


@pytest.mark.process
def test_a_server_that_does_not_shake_hands_is_left_at_the_deadline(driver: Driver) -> None:
    """Nothing arrived: it is certain."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        driver.open(None, base_url=url, deadline=0.2, timeout=5.0, retry=NO_RETRY)
        started = time.monotonic()
        with pytest.raises(errors.TimedOut, match="could not connect by the deadline") as caught:
            driver.send(WHO)
        assert time.monotonic() - started < 4
        assert not caught.value.may_have_arrived


# ── lists ────────────────────────────────────────────────────────────────────────────────────


def pages_of(
    rows: Callable[[int], list[int]], total: Callable[[int], int]
) -> Callable[[httpx.Request], httpx.Response]:
    """A list that never says which page is its last."""

    def api(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params["page"])
        header = f'{{"total_records":{total(number)},"last_page":false}}'
        orders = [{"id": one, "order_number": str(one)} for one in rows(number)]
        return httpx.Response(200, json={"orders": orders}, headers={**PAGED, "X-Pagination": header})

    return api


ENDLESS = {
    "one page again and again": (lambda _: [1, 2], lambda _: 10**9, f"one page came {REPEATS + 1} times", 11),
    "round in circles": (
        lambda n: [n % 3 * 100 + row for row in range(100)],
        lambda _: 300,
        "1700 rows came of 300",
        17,
    ),
    "more than there are": (lambda n: [n * 100 + row for row in range(100)], lambda _: 5, "rows came of 5", 11),
    "below nothing": (lambda n: [n * 100 + row for row in range(100)], lambda _: -9, "rows came of -9", 11),
    "always more": (lambda n: [n], lambda n: n + 1, "40 pages came", 40),
}


@pytest.mark.parametrize(("rows", "total", "words", "pages"), ENDLESS.values(), ids=ENDLESS.keys())
def test_a_list_without_an_end_is_an_error(
    driver: Driver, rows: Any, total: Any, words: str, pages: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_bounds, "MOST_PAGES", 40)
    driver.open(pages_of(rows, total), retry=NO_RETRY, limiter=None)
    with pytest.raises(errors.UnreadableReply, match=f"GET /orders: the list does not end: .*{words}"):
        driver.pages(ORDERS.list())
    assert driver.client.calls == pages


def test_a_list_may_grow_and_repeat_a_page_while_it_is_read(driver: Driver) -> None:
    """As many new records as a page has push it on: the same page comes again, now and then."""

    def api(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params["page"])
        header = f'{{"total_records":{10 + number},"last_page":{"true" if number == 20 else "false"}}}'
        return httpx.Response(200, json={"orders": [{"id": number // 5}]}, headers={"X-Pagination": header})

    driver.open(api, retry=NO_RETRY)
    assert len(driver.pages(ORDERS.list(limit=1))) == 20


def test_the_gateway_reads_no_list_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says that it reads it again later, whichever way it goes through the list."""
    monkeypatch.setattr(http_bounds, "MOST_PAGES", 40)

    def api(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params["page"])
        moment = "2026-11-03T12:00:00Z"
        orders = [{"id": number * 250 + row, "updated_at": moment, "company_id": 1} for row in range(250)]
        header = f'{{"total_records":{number * 250 + 1},"last_page":false}}'
        return httpx.Response(200, json={"orders": orders}, headers={"X-Pagination": header})

    with TradeGeckoClient("t", transport=httpx.MockTransport(api), retry=NO_RETRY) as client:
        gateway = TradeGeckoGateway(client)
        with pytest.raises(errors.Unavailable, match="does not end: 40 pages came"):
            list(gateway._list(ORDERS))
        with pytest.raises(errors.Unavailable, match="does not end: 40 pages came"):
            list(changes(client, KIND.call_at, NOW))


# ── how soon again ───────────────────────────────────────────────────────────────────────────


NONSENSE = [
    "1000000000",
    "-5",
    "0",
    "253402300799",
    "999999999999999",
    "1e9",
    "soon",
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "",
]


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize("header", ["Retry-After", "X-Rate-Limit-Reset"])
@pytest.mark.parametrize("value", NONSENSE)
def test_no_answer_puts_a_request_off_for_long(driver: Driver, status: int, header: str, value: str) -> None:
    """A window of the rate limit at most; the policy's patience in all, for retries and for the rate limit each."""
    answering(driver, httpx.Response(status, json={"error": "no"}, headers={header: value, "Date": DATE}))
    with pytest.raises((errors.RateLimited, errors.ServerError)) as caught:
        driver.send(WHO)
    if isinstance(caught.value, errors.RateLimited) and caught.value.reset_at is not None:
        assert caught.value.reset_at <= driver.waits.now + timedelta(seconds=302)
    assert sum(driver.waits.slept) <= 2 * 330
    assert all(0 <= wait <= 302 for wait in driver.waits.slept)


RESETS = st.one_of(st.integers(0, 10**13), st.integers(0, 34 * 10**8).map(lambda n: 300 * n), st.sampled_from([300, 0]))
DATES = st.one_of(
    st.sampled_from(["", "soon", DATE, "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 -0100"]),
    st.datetimes(timezones=st.just(UTC)).map(lambda moment: format_datetime(moment, usegmt=True)),
)


@given(answers=st.lists(st.tuples(st.integers(-1, 400), RESETS, DATES, st.booleans()), min_size=1, max_size=4))
@example([(5, 999999999900, "", False)])
@example([(5, 253402300800, "Fri, 31 Dec 9999 23:59:59 GMT", True)])
def test_no_answer_stops_the_rate_limiter(answers: list[tuple[int, int, str, bool]]) -> None:
    """Whatever it says of the time: a request goes out within two windows."""
    limiter, now = RateLimiter(), NOW
    for remaining, reset, date, refused in answers:
        headers = {"x-rate-limit-remaining": str(remaining), "x-rate-limit-reset": str(reset), "date": date}
        limiter.reserve(now)
        limiter.note(headers, now)
        if refused:
            limiter.refused(reset_time(headers), now)
    end = now + timedelta(seconds=700)
    while (wait := limiter.reserve(now)) and now < end:
        assert 0 < wait <= 300
        now += timedelta(seconds=max(wait, 1.0))
    assert now < end


@given(date=DATES, lasts=st.integers(0, 10**12), made=st.integers(0, 10**12))
@example("Fri, 31 Dec 9999 23:59:59 GMT", 7200, 0)
@example("Fri, 31 Dec 9999 23:59:59 -0100", 7200, 0)
def test_a_grant_of_any_time_is_read(date: str, lasts: int, made: int) -> None:
    request = OAuthApp(client_id="a", client_secret=Secret("s"), base_url="https://a.example").refresh(Secret("r"))
    body = f'{{"access_token":"t","expires_in":{lasts},"created_at":{made}}}'.encode()
    assert read_grant(request, 200, {"date": date}, body, now=NOW).access_token.reveal() == "t"


# ── nowhere else ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.process
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_client_follows_a_redirect(driver: Driver, status: int) -> None:
    """The other server hears nothing, and what the first one sets is not sent back."""
    with serving(lambda peer: peer.answer(body=b"{}")) as other:

        def talk(peer: Peer) -> None:
            peer.answer(f"Location: {other.url}/x", "Set-Cookie: a=b; Path=/", status=f"{status} Elsewhere")

        with serving(talk) as server:
            hasty(driver, server, deadline=5.0)
            for _ in range(2):
                with pytest.raises(errors.UnreadableReply, match="redirect"):
                    driver.send(WHO)
                with pytest.raises(errors.UnreadableReply, match="redirect"):
                    TokenEndpoint().ask(app_at(server).refresh(Secret("refresh")))
        assert other.heard == []
        assert len(server.heard) == 4
        assert not any("cookie" in head for head in server.heard)


PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


@pytest.mark.process
def test_a_proxy_of_the_environment_is_not_used(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        serving(lambda peer: peer.answer(body=b"{}")) as proxy,
        serving(lambda peer: peer.answer(body=b'{"user":{"id":1}}')) as server,
    ):
        for name in PROXIES:
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        hasty(driver, server, deadline=5.0)
        assert driver.send(WHO).id == 1
        with pytest.raises(errors.UnreadableReply, match="without an access token"):
            TokenEndpoint().ask(app_at(server).refresh(Secret("refresh")))
        again = type(driver)().open(None, base_url=FOREIGN, allow_http=True, retry=NO_RETRY)
        with pytest.raises(errors.TransportError, match="could not connect"):
            again.send(WHO)
        again.close()
        assert proxy.connections == 0


@pytest.mark.process
def test_a_proxy_is_used_where_one_is_given(driver: Driver) -> None:
    """For other machines; never for this one."""
    body = b'{"user":{"id":1},"access_token":"t"}'
    with serving(lambda peer: peer.answer(body=body)) as proxy, serving(lambda peer: peer.answer(body=body)) as server:
        driver.open(None, base_url=FOREIGN, allow_http=True, proxy=proxy.url, retry=NO_RETRY)
        assert driver.send(WHO).id == 1
        app = OAuthApp(client_id="a", client_secret=Secret("s"), base_url=FOREIGN, allow_http=True)
        assert TokenEndpoint(proxy=proxy.url).ask(app.refresh(Secret("r"))).access_token.reveal() == "t"
        assert [head.split()[1] for head in proxy.heard] == [f"{FOREIGN}/users/current", f"{FOREIGN}/oauth/token"]
        here = type(driver)().open(None, base_url=server.url, proxy=proxy.url, retry=NO_RETRY)
        assert here.send(WHO).id == 1
        here.close()
        TokenEndpoint(proxy=proxy.url).ask(app_at(server).refresh(Secret("r")))
        assert (proxy.connections, len(server.heard)) == (2, 2)


@pytest.mark.parametrize("proxy", ["here", "http://", "ftp://me:hunter2@there", "http://me:hunter2@a:b"])
def test_a_proxy_that_is_none_is_told_without_its_password(proxy: str) -> None:
    for make in (lambda: TradeGeckoClient("t", proxy=proxy), lambda: TokenEndpoint(proxy=proxy)):
        with pytest.raises(errors.ConfigError, match=r"proxy must be .* http://proxy\.example:3128") as caught:
            make()
        assert "hunter2" not in str(caught.value)


def test_a_socks_proxy_needs_its_package() -> None:
    with pytest.raises(errors.ConfigError, match=r"httpx\[socks\]"):
        TradeGeckoClient("t", proxy="socks5://proxy.example")


@pytest.mark.parametrize("host", ["shop.example", "10.0.0.7", "192.168.1.5", "localhost.example", "[2001:db8::1]"])
def test_plain_http_to_another_machine_takes_a_word(host: str) -> None:
    url = f"http://{host}/api"
    for make in (
        lambda **more: TradeGeckoClient("t", base_url=url, **more),
        lambda **more: AsyncTradeGeckoClient("t", base_url=url, **more),
        lambda **more: OAuthApp(client_id="a", client_secret="s", base_url=url, **more),
    ):
        with pytest.raises(
            errors.ConfigError, match=r"unencrypted; write https://, or allow it with allow_http = true"
        ):
            make()
        assert make(allow_http=True) is not None


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("a.localhost", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
    ]
    + [(host, False) for host in ("", "0.0.0.0", "127.0.0.1.example", "1270.0.0.1", "notlocalhost", "10.0.0.1", "::2")],
)
def test_which_host_is_this_machine(host: str, here: bool) -> None:
    assert is_loopback(host) is here


CLIENTS = {f"{home}.{kind}" for home in ("httpx", "quiet_http") for kind in ("Client", "AsyncClient")}


def test_no_client_is_made_without_bounds() -> None:
    """All of httpx's are given their way and nothing of the environment, and nothing is asked without a client."""
    found = []
    for file in Path(http_bounds.__file__).parent.rglob("*.py"):
        if "http" not in (text := file.read_text(encoding="utf-8")):
            continue
        for used in re.findall(r"httpx\.(get|post|put|delete|request|stream|HTTPTransport|AsyncHTTPTransport)\b", text):
            assert file.name == "http_bounds.py", f"{file}: {used}"
        for call in ast.walk(ast.parse(text)):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in CLIENTS:
                given = {one.arg: ast.unparse(one.value) for one in call.keywords}
                assert (given.get("transport"), given.get("trust_env")) == ("transport", "False"), file
                found.append(file.name)
    assert sorted(found) == ["api.py", "channels.py", "client.py", "keeper.py"]


# ── certificates ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.process
@pytest.mark.parametrize(
    ("host", "days", "trusted", "words"),
    [
        (
            "127.0.0.1",
            1,
            False,
            "the server's certificate is self-signed; have its server use one of a known authority",
        ),
        (
            "127.0.0.1",
            -1,
            True,
            "the server's certificate has expired; have it renewed, and check this machine's clock",
        ),
        ("tradegecko.invalid", 1, True, "the server's certificate is for another host; check the address"),
    ],
)
def test_a_bad_certificate_is_named_and_not_tried_again(
    driver: Driver, tmp_path_factory: pytest.TempPathFactory, host: str, days: int, trusted: bool, words: str
) -> None:
    """Nothing was sent; the default policy would try what may pass four times."""
    file = certificate(tmp_path_factory.getbasetemp(), host, days)
    context = trusting(file) if trusted else None
    with serving(lambda peer: peer.answer(body=b"{}"), tls_with(file)) as server:
        driver.open(None, base_url=server.url, ssl_context=context)
        with pytest.raises(errors.BadCertificate, match=f"no connection on POST /orders: {words}") as caught:
            driver.send(ORDERS.create({"notes": "x"}))
        assert not caught.value.may_have_arrived
        assert (caught.value.attempts, driver.waits.slept) == (1, [])
        with pytest.raises(errors.BadCertificate, match=words):
            TokenEndpoint(ssl_context=context).ask(app_at(server).refresh(Secret("refresh")))
        assert server.heard == []


@pytest.mark.process
def test_a_bad_certificate_denies_access_until_somebody_acts(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Through the gateway, whether the API's or that of the token endpoint; a stored login stays as it is."""
    file = certificate(tmp_path_factory.getbasetemp())
    with serving(lambda peer: peer.answer(body=b"{}"), tls_with(file)) as server:
        store = MemoryTokenStore()
        store.save("default", pair(), at=AT)
        for token in ("t", StoredLogin(app_at(server), store)):
            with (
                TradeGeckoClient(token, base_url=server.url) as client,
                pytest.raises(errors.AccessDenied, match="certificate is self-signed"),
            ):
                TradeGeckoGateway(client).check_access()
        kept = store.load("default")
        assert kept is not None
        assert (kept.refused, kept.note, kept.lease) == (False, None, None)


@pytest.mark.process
def test_a_certificate_that_is_trusted_is_taken(driver: Driver, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = certificate(tmp_path_factory.getbasetemp())
    with serving(lambda peer: peer.answer(body=b'{"user":{"id":1}}'), tls_with(file)) as server:
        driver.open(None, base_url=server.url, ssl_context=trusting(file), retry=NO_RETRY)
        assert driver.send(WHO).id == 1


# ── logging in ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.process
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_refusal_that_is_too_large_is_not_read_before_the_next_request(kind: str) -> None:
    """httpx would read the whole answer that a login goes on from."""
    grant = b'{"access_token":"new","refresh_token":"r","expires_in":7200}'

    def talk(peer: Peer) -> None:
        if "/oauth/token" in peer.head:
            peer.answer(body=grant)
        elif "bearer new" in peer.head:
            peer.answer(body=b'{"user":{"id":1}}')
        else:
            peer.answer("Content-Encoding: gzip", body=bomb("gzip"), status="401 Unauthorized")

    with serving(talk) as server:
        store = MemoryTokenStore()
        store.save("default", pair(), at=AT)
        login = StoredLogin(app_at(server), store, clock=lambda: AT)

        async def later() -> Any:
            async with AsyncTradeGeckoClient(login, base_url=server.url, retry=NO_RETRY) as client:
                return await client.send(WHO)

        with memory() as used:
            if kind == "async":
                assert asyncio.run(later()).id == 1
            else:
                with TradeGeckoClient(login, base_url=server.url, retry=NO_RETRY) as client:
                    assert client.send(WHO).id == 1
        assert used.peak < 4 * MIB


@pytest.mark.process
@pytest.mark.parametrize("talk", TOO_MUCH.values(), ids=TOO_MUCH.keys())
def test_a_grant_is_small(talk: Callable[[Peer], object]) -> None:
    with serving(talk) as server, memory() as used, pytest.raises(errors.UnreadableReply, match="larger than"):
        TokenEndpoint().ask(app_at(server).refresh(Secret("refresh")))
    assert used.peak < 6 * MIB


@pytest.mark.process
@pytest.mark.parametrize("what", ["a header", "the body"])
def test_a_grant_comes_by_its_deadline(what: str) -> None:
    """So that a refresh never outlasts its lease."""
    with serving(TOO_LONG[what]) as server, pytest.raises(errors.TimedOut, match="deadline"):
        TokenEndpoint(deadline=0.2).ask(app_at(server).refresh(Secret("refresh")))
    assert http_bounds.TOKEN_DEADLINE < 90


# ── anything ─────────────────────────────────────────────────────────────────────────────────


BODIES = st.sampled_from(
    [b"", b"{}", b"null", b'{"user":{"id":1}}', b"<html>", b"[" * 5000, bytes(300_000), bomb("gzip", 4 * MIB)]
)
HEADERS = st.lists(
    st.sampled_from(
        [
            "Content-Encoding: gzip",
            "Content-Encoding: deflate",
            "Content-Encoding: br",
            "Content-Type: text/html",
            "X-Rate-Limit-Reset: 99999999999999999999",
            "X-Rate-Limit-Remaining: -1",
            "Retry-After: 1000000000",
            "Date: Fri, 31 Dec 9999 23:59:59 GMT",
            "Location: /",
            "X-Request-Id: \x80\xff",
            "Set-Cookie: a=b",
        ]
    ),
    max_size=4,
    unique=True,
)
FRAMES = st.sampled_from(
    ["length", "too long", "too short", "chunked", "chunks", "close", "both", "none", "broken chunks"]
)


def framed(body: bytes, frame: str) -> tuple[str, bytes]:
    """A header, and the body as it goes over the wire."""
    if frame in ("chunked", "both"):
        more = f"\r\nContent-Length: {len(body)}" if frame == "both" else ""
        return f"Transfer-Encoding: chunked{more}", b"%x\r\n%b\r\n0\r\n\r\n" % (
            len(body),
            body,
        ) if body else b"0\r\n\r\n"
    if frame == "chunks":
        return "Transfer-Encoding: chunked", b"".join(b"1\r\n%c\r\n" % one for one in body[:2000]) + b"0\r\n\r\n"
    if frame == "broken chunks":
        return "Transfer-Encoding: chunked", b"zz\r\n" + body
    if frame in ("close", "none"):
        return "Connection: close" if frame == "close" else "X: y", body
    return f"Content-Length: {len(body) + {'length': 0, 'too long': 5, 'too short': -5}[frame]}", body


@pytest.mark.process
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@settings(max_examples=80, deadline=None)
@given(
    kind=st.sampled_from([SyncDriver, AsyncDriver]),
    status=st.sampled_from([100, 200, 201, 204, 302, 401, 404, 422, 429, 500, 999, 42]),
    headers=HEADERS,
    body=BODIES,
    frame=FRAMES,
    cut=st.one_of(st.none(), st.integers(0, 200)),
    write=st.booleans(),
)
@example(SyncDriver, 200, ["Content-Encoding: gzip"], bomb("gzip", 4 * MIB), "chunked", None, True)
def test_whatever_a_server_does_ends_in_time_in_bounds_and_in_our_errors(
    kind: type[Driver],
    status: int,
    headers: list[str],
    body: bytes,
    frame: str,
    cut: int | None,
    write: bool,
) -> None:
    header, wire = framed(body, frame)
    answer = "\r\n".join([f"HTTP/1.1 {status} X", *headers, header, "", ""]).encode("latin-1") + wire

    def talk(peer: Peer) -> str:
        peer.say(answer[:cut])
        return "hang up"

    with serving(talk) as server, memory() as used:
        driver = kind().open(None, base_url=server.url, largest_answer=MIB, deadline=0.5, timeout=0.5, retry=NO_RETRY)
        started = time.monotonic()
        call: Call[Any] = ORDERS.create({"notes": "x"}) if write else WHO
        with suppress(errors.TradeGeckoError):
            driver.send(call)
        assert time.monotonic() - started < 3
        with suppress(errors.TradeGeckoError):
            TokenEndpoint(deadline=0.5).ask(app_at(server).refresh(Secret("refresh")))
        driver.close()
    assert used.peak < 8 * MIB
