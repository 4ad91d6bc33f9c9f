"""Whatever a shop answers: it takes bounded time and room, sends no login elsewhere, and is the shop's failure."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hostile import MIB, Peer, bomb, certificate, memory, serving, tls_with
from tests.sources.vendure.test_failures import LOGGED_IN, SHOP
from tradegecko_bridge import http_bounds
from tradegecko_bridge.errors import ConfigError, SourceError, SourceUnavailable
from tradegecko_bridge.http_bounds import REPEATS
from tradegecko_bridge.sources.vendure import VendureSource
from tradegecko_bridge.sources.vendure.catalogue import find_variants

FOREIGN: Final = "http://vendure.invalid/admin-api"
MOMENT: Final = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
Talk = Callable[[Peer], object]


def shop_at(url: str, **options: Any) -> VendureSource:
    given: dict[str, Any] = {"username": "boss@example.com", "password": "hunter2", "deadline": 0.15, "timeout": 5.0}
    return VendureSource(url, **(given | options))


def read(url: str, **options: Any) -> list[Any]:
    with shop_at(url, **options) as shop:
        return list(shop.fetch_orders(None))


def large(peer: Peer) -> None:
    peer.answer("Content-Encoding: gzip", body=bomb("gzip"))


def endless(peer: Peer) -> None:
    peer.say(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    peer.for_ever(bytes(65536))


@pytest.mark.process
@pytest.mark.parametrize("talk", [large, endless])
def test_an_answer_that_is_too_large_is_not_read(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradegecko_bridge.sources.vendure.api.LARGEST_ANSWER", MIB)
    with (
        serving(talk) as server,
        memory() as used,
        pytest.raises(SourceUnavailable, match=r"larger than 1,048,576 bytes; .* set a smaller page_size"),
    ):
        read(server.url, deadline=10.0)
    assert used.peak < 6 * MIB


@pytest.mark.process
@pytest.mark.parametrize(
    "start", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n"]
)
def test_an_answer_that_does_not_end_ends_at_the_deadline(start: bytes) -> None:
    def talk(peer: Peer) -> None:
        peer.say(start)
        peer.for_ever(b"a" if start else b"", every=0.02)

    with serving(talk) as server:
        started = time.monotonic()
        with pytest.raises(SourceUnavailable, match=r"did not answer within 0\.15 s in all"):
            read(server.url)
        assert time.monotonic() - started < 4


@pytest.mark.process
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    """The other server hears nothing: neither the password nor, later, the token."""
    with serving(lambda peer: peer.answer(body=b"{}")) as other:

        def talk(peer: Peer) -> None:
            if b"mutation Login" in peer.body:
                peer.answer("vendure-auth-token: t", "Set-Cookie: a=b", body=json.dumps(LOGGED_IN).encode())
            else:
                peer.answer(f"Location: {other.url}/x", status=f"{status} Elsewhere")

        with serving(talk) as server, shop_at(server.url) as shop:
            with pytest.raises(SourceError, match=f"answers {status}"):
                list(shop.fetch_orders(None))
            assert len(server.heard) == 2
            assert "bearer t" in server.heard[1]
            assert "cookie" not in server.heard[1]
        assert other.heard == []


@pytest.mark.process
def test_a_proxy_is_used_only_where_one_is_given_and_never_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda peer: peer.answer(body=b"no GraphQL")) as proxy:
        for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        with pytest.raises(SourceUnavailable, match="cannot be reached"):
            read(FOREIGN, allow_http=True)
        with serving(lambda peer: peer.answer(body=b"")) as server:
            for given in (None, proxy.url):
                with pytest.raises(SourceUnavailable, match="not GraphQL"):
                    read(server.url, proxy=given)
            assert len(server.heard) == 2
        assert proxy.connections == 0
        with pytest.raises(SourceUnavailable, match="not GraphQL"):
            read(FOREIGN, allow_http=True, proxy=proxy.url)
        assert [head.split()[1] for head in proxy.heard] == [FOREIGN]


def test_plain_http_to_another_machine_takes_a_word() -> None:
    with pytest.raises(ConfigError, match=r"url is http:// to another machine, vendure\.invalid: .* allow_http = true"):
        shop_at(FOREIGN)
    shop_at(FOREIGN, allow_http=True)
    shop_at("http://localhost:3000/admin-api")


def test_a_proxy_that_is_none_is_told_without_its_password() -> None:
    with pytest.raises(ConfigError, match="proxy must be") as caught:
        shop_at("https://shop.example/admin-api", proxy="socks://me:hunter2@there")
    assert "hunter2" not in str(caught.value)


@pytest.mark.process
def test_a_bad_certificate_is_named(tmp_path: Path) -> None:
    with serving(lambda peer: peer.answer(body=b"{}"), tls_with(certificate(tmp_path))) as server:
        with pytest.raises(SourceUnavailable, match="cannot be trusted: the server's certificate is self-signed; have"):
            read(server.url)
        assert server.heard == []


# ── lists ────────────────────────────────────────────────────────────────────────────────────


def listing(rows: Callable[[int], list[dict[str, Any]]]) -> VendureSource:
    """A shop with these rows for each question in turn, which heeds neither filter nor place."""
    asked = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        query = json.loads(request.content)["query"]
        if "mutation Login" in query:
            return httpx.Response(200, json=LOGGED_IN, headers={"vendure-auth-token": "t"})
        if "query Shop" in query:
            return httpx.Response(200, json={"data": SHOP})
        field = "productVariants" if "productVariants" in query else "orders"
        if re.search(r"items\{id orderPlacedAt|productVariants", query) and "DESC" not in request.content.decode():
            asked += 1
            return httpx.Response(200, json={"data": {field: {"items": rows(asked)}}})
        return httpx.Response(200, json={"data": {field: {"items": []}}})

    return shop_at("https://shop.example/admin-api", transport=httpx.MockTransport(answer), page_size=2)


def row(number: int) -> dict[str, Any]:
    moment = (MOMENT + timedelta(seconds=number)).isoformat()
    return {"id": str(number), "orderPlacedAt": moment, "updatedAt": moment, "sku": "A"}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (lambda _: [row(1), row(2)], f"one page came {REPEATS + 1} times in a row"),
        (lambda n: [row(n % 3), row(n % 3 + 1)], "40 pages came"),
        (lambda n: [row(n), row(n + 1)], "40 pages came"),
    ],
    ids=["one page again and again", "round in circles", "always more"],
)
def test_a_list_without_an_end_is_a_failure(
    rows: Callable[[int], list[dict[str, Any]]], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of orders, and of variants."""
    monkeypatch.setattr(http_bounds, "MOST_PAGES", 40)
    with pytest.raises(SourceUnavailable, match=f"list of orders does not end: {words}"):
        list(listing(rows).fetch_orders(None))
    with pytest.raises(SourceUnavailable, match=f"list of variants does not end: {words}"):
        find_variants(listing(rows)._api, ["A"], "", 2)


# ── anything ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.process
@settings(max_examples=40, deadline=None)
@given(
    status=st.sampled_from([100, 200, 204, 302, 401, 429, 500, 999, 42]),
    headers=st.lists(
        st.sampled_from(
            ["Content-Encoding: gzip", "Content-Encoding: br", "vendure-auth-token: \xff", "Retry-After: 9999999999"]
        ),
        max_size=3,
        unique=True,
    ),
    body=st.sampled_from([b"", b"{}", b'{"data":{"login":{}}}', b"[" * 5000, bytes(300_000), bomb("gzip", 4 * MIB)]),
    header=st.sampled_from(
        ["Content-Length: 2", "Content-Length: 9", "Transfer-Encoding: chunked", "Connection: close"]
    ),
    cut=st.one_of(st.none(), st.integers(0, 200)),
)
def test_whatever_a_shop_does_is_a_failure_of_the_source_in_time_and_in_bounds(
    status: int, headers: list[str], body: bytes, header: str, cut: int | None
) -> None:
    answer = "\r\n".join([f"HTTP/1.1 {status} X", *headers, header, "", ""]).encode("latin-1") + body

    def talk(peer: Peer) -> str:
        peer.say(answer[:cut])
        return "hang up"

    with serving(talk) as server, memory() as used:
        started = time.monotonic()
        with suppress(SourceError):
            read(server.url, timeout=0.5)
        assert time.monotonic() - started < 3
    assert used.peak < 16 * MIB
