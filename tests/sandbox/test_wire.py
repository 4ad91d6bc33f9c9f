"""Sockets as no client library would use them, against both HTTP parsers the server may find installed."""

from __future__ import annotations

import importlib.util
import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.sandbox.support import Client, Json
from tradegecko_bridge.sandbox import Sandbox
from tradegecko_bridge.sandbox.http import server

NOTE = b'{"note":{"company_id":2,"body":"hello"}}'
SIGN_IN = b'\r\nContent-Type: application/json\r\nContent-Length: 25\r\n\r\n{"grant_type":"password"}'
GONE, WAITING = 0, -1  # Instead of a status: closed without a word, and still open without one.


@pytest.fixture(scope="module", params=["h11", "httptools"])
def served(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox behind one of the two parsers."""
    if importlib.util.find_spec(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    original = server._config

    def chosen(app: Any) -> Any:
        config = original(app)
        config.http = request.param
        return config

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "_config", chosen)
        with Sandbox(rate_limit=None) as sandbox:
            yield sandbox


@pytest.fixture
def wire(served: Sandbox) -> Wire:
    """Raw access to the reset sandbox."""
    served.reset()
    return Wire(served)


class Wire:
    """Sends bytes to a sandbox as they are."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.place = ("127.0.0.1", int(sandbox.base_url.rsplit(":", 1)[1]))
        self.token = f"Authorization: Bearer {sandbox.access_token}\r\n".encode()

    def get(self, target: bytes = b"/products/1", *headers: bytes, host: bytes = b"Host: localhost") -> bytes:
        """A GET, authorized."""
        lines = [b"GET " + target + b" HTTP/1.1", host, *headers]
        return b"\r\n".join(line for line in lines if line) + b"\r\n" + self.token + b"\r\n"

    def post(self, *headers: bytes, body: bytes = NOTE, path: bytes = b"/notes", length: bool = False) -> bytes:
        """A POST, authorized, whose length is only said where asked for."""
        lines = [b"POST " + path + b" HTTP/1.1", b"Host: localhost", *headers]
        lines += [b"Content-Length: %d" % len(body)] if length else []
        if not any(line.lower().startswith(b"content-type") for line in headers):
            lines.append(b"Content-Type: application/json")
        return b"\r\n".join(lines) + b"\r\n" + self.token + b"\r\n" + body

    @contextmanager
    def open(self) -> Iterator[socket.socket]:
        """A connection."""
        with socket.create_connection(self.place, timeout=5) as sock:
            yield sock

    def send(self, raw: bytes, *, then: bytes = b"", half: bool = False, wait: float = 0.2) -> tuple[int, bytes]:
        """Send, and what comes back: the first status that is final (or GONE, WAITING), and everything."""
        with self.open() as sock:
            sock.sendall(raw)
            if half:
                sock.shutdown(socket.SHUT_WR)
            received = _until_quiet(sock, wait if not then else 2.0)
            if then:
                sock.sendall(then)
                received += _until_quiet(sock, 2.0)
            return _status(received), received

    def notes(self) -> list[str]:
        """The texts of the notes there are beside the seed's."""
        listed = _json(self.send(self.get(b"/notes"), wait=2)[1])["notes"]
        return [row["body"] for row in listed if row["id"] > 1]

    def fine(self) -> None:
        """The server answers others, and what there was is there."""
        status, received = self.send(self.get(b"/variants?limit=250"), wait=2)
        assert status == 200
        stock = {row["sku"]: row["stock_on_hand"] for row in _json(received)["variants"]}
        assert (stock["MUG-BLUE"], stock["PIN-FOX"]) == ("150", "3")


def _until_quiet(sock: socket.socket, wait: float) -> bytes:
    """What arrives until an answer is complete, the peer closes, or nothing came for a while."""
    sock.settimeout(wait)
    received = b""
    try:
        while not _complete(received) and (part := sock.recv(65536)):
            received += part
    except TimeoutError:
        return received or b"..."
    except OSError:
        return received
    return received


def _complete(received: bytes) -> bool:
    head, gap, body = received.partition(b"\r\n\r\n")
    if head.startswith(b"HTTP/1.1 100"):
        return _complete(body) if body else bool(gap)
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return bool(gap) and length is not None and len(body) >= int(length[1])


def _status(received: bytes) -> int:
    if received == b"...":
        return WAITING
    found = re.findall(rb"HTTP/1\.1 ([2-5]\d\d) ", received)
    return int(found[0]) if found else GONE


def _json(received: bytes) -> Json:
    found: Json = json.loads(received.rpartition(b"\r\n\r\n")[2])
    return found


def _strange(wire: Wire) -> dict[str, tuple[bytes, set[int]]]:
    """Requests by name, with the statuses that are a sound answer. Parsers may differ, also from Rails' servers."""
    chunked = b"Transfer-Encoding: chunked"
    return {
        "length too short": (wire.post(b"Content-Length: 5"), {400}),
        "length too long": (wire.post(b"Content-Length: 500"), {WAITING}),
        "length far too long": (wire.post(b"Content-Length: 99999999999999"), {413}),
        "length beyond numbers": (wire.post(b"Content-Length: " + b"9" * 30), {400}),
        "negative length": (wire.post(b"Content-Length: -5"), {400}),
        "length in words": (wire.post(b"Content-Length: many"), {400}),
        "two lengths": (wire.post(b"Content-Length: 5\r\nContent-Length: 40"), {400}),
        "length and chunks": (wire.post(chunked, b"Content-Length: 5", body=b"0\r\n\r\n"), {400}),
        "chunk without a size": (wire.post(chunked, body=b"ZZ\r\n" + NOTE), {400}),
        "chunk beyond memory": (wire.post(chunked, body=b"FFFFFFFFFFFFFFFFFF\r\n" + NOTE), {400, WAITING}),
        "encoded transfer": (wire.post(b"Transfer-Encoding: gzip"), {400}),
        "unknown expectation": (wire.post(b"Expect: miracles", length=True), {201}),
        "gzip": (wire.post(b"Content-Encoding: gzip", body=b"\x1f\x8b\x08\x00\x00", length=True), {400}),
        "latin-1": (wire.post(b"Content-Type: application/json; charset=latin-1", body=b'{"note":{"body":"\xe9"}}',
                              length=True), {400}),
        "utf-16": (wire.post(body='{"note":{}}'.encode("utf-16"), length=True), {400}),
        "byte order mark": (wire.post(body=b"\xef\xbb\xbf" + NOTE, length=True), {400}),
        "multipart": (wire.post(b"Content-Type: multipart/form-data; boundary=x", body=b"--x--", length=True), {400}),
        "json as a form": (wire.post(b"Content-Type: Application/X-WWW-Form-URLEncoded", length=True), {400}),
        "unescaped surrogate": (wire.post(body=b'{"note":{"company_id":2,"body":"\\ud800"}}', length=True), {400}),
        "nul": (wire.post(body=b"\x00" * 10, length=True), {400}),
        "20 000 form fields": (wire.post(b"Content-Type: application/x-www-form-urlencoded",
                                         body=b"&".join(b"a%d=1" % n for n in range(20_000)), length=True), {400}),
        "duplicate authorization": (wire.get(b"/orders", b"Authorization: Bearer other"), {401}),
        "bytes beyond ascii": (wire.get(b"/orders", b"X-Odd: \xff\xfe\xe9", b"Idempotency-Key: \xe9"), {200}),
        "token beyond ascii": (b"GET /orders HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \xe9\r\n\r\n", {401}),
        "basic beyond ascii": (b"POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic \xe9" + SIGN_IN,
                               {401}),
        "nul in a header": (wire.get(b"/orders", host=b"Host: a\x00b"), {400}),
        "control in a header": (wire.get(b"/orders", host=b"Host: a\x01b"), {400, 403}),
        "delete in a header": (wire.get(b"/orders", host=b"Host: a\x7fb"), {400, 403}),
        "two hosts": (wire.get(b"/orders", b"Host: b"), {400, 403}),
        "host beyond ascii": (wire.get(b"/orders", host=b"Host: \xe9"), {403}),
        "folded header": (wire.get(b"/products/1", b"X-Odd: 1\r\n  2"), {200, 400}),
        "space before the colon": (wire.get(b"/products/1", b"X-Odd : 1"), {400}),
        "20 000 headers": (wire.get(b"/products/1", *(b"X-%d: y" % n for n in range(20_000))), {200, 400}),
        "no version": (b"GET /orders\r\n\r\n", {400, 401}),
        "another version": (b"GET /orders HTTP/9.9\r\nHost: localhost\r\n\r\n", {400, 401}),
        "http/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 404}),
        "tls": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n" * 3, {400}),
        "unknown method": (b"FOO /orders HTTP/1.1\r\nHost: localhost\r\n\r\n", {400, 404}),
        "lower-case method": (b"get /orders HTTP/1.1\r\nHost: localhost\r\n\r\n", {400, 404}),
        "asterisk": (b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", {400, 404}),
        "tunnel": (b"CONNECT shop.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", {400, 404}),
        "upgrade": (wire.get(b"/orders", b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Key: x",
                             b"Sec-WebSocket-Version: 13"), {200}),
        "wrong escapes in the path": (wire.get(b"/orders/%ZZ%E9%00%2e%2e"), {404}),
        "wrong escapes in the query": (wire.get(b"/products?q=%ZZ%E9%00&%=%&==&&ids[]=&[]=1&a[b=2&["), {200}),
        "path beyond ascii": (wire.get("/orders/é".encode()), {400}),
        "query beyond ascii": (wire.get(b"/products?q=\xe9"), {200, 400}),
        "blank in the path": (wire.get(b"/products?q=a b"), {400}),
        "nul in the path": (wire.get(b"/products\x00"), {400}),
        "dots": (wire.get(b"/../../etc/passwd"), {404}),
        "dots out of the control area": (wire.get(b"/_sandbox/../orders"), {404}),
        "path of 9 kB": (wire.get(b"/" + b"x" * 9000), {414}),
        # httptools gives up on addresses of more than 64 kB before the application sees them.
        "address of 900 kB": (wire.get(b"/products?q=" + b"x" * 900_000), {400, 414}),
        "address of 3 MB": (wire.get(b"/products?q=" + b"x" * 3_000_000), {400, GONE}),
        "20 000 parameters": (wire.get(b"/products?" + b"&".join(b"a%d=1" % n for n in range(20_000))), {400, 414}),
    }  # fmt: skip


def test_requests_that_should_not_be(wire: Wire) -> None:
    """Each gets a sound answer or none; others are answered as before, and nothing shows a failure inside."""
    for name, (raw, sound) in _strange(wire).items():
        try:
            status, received = wire.send(raw, wait=0.1 if WAITING in sound else 5)
        except OSError:  # Hung up on while it was still sending.
            status, received = GONE, b""
        assert status in sound, (name, received[:200])
        assert not re.search(rb"Traceback|Error:|File \"", received), name
        wire.fine()
    assert not [entry for entry in wire.sandbox.requests() if (entry["status"] or 0) >= 500]


def test_pipelined_requests_are_answered_in_order(wire: Wire) -> None:
    """Many requests in one piece, a write among them: as many answers, in their order."""
    raw = b"".join(wire.get(b"/products/%d" % n) for n in (1, 2, 3))
    raw += wire.post(length=True) + wire.get(b"/notes/1") + wire.get(b"/nowhere")
    with wire.open() as sock:
        sock.sendall(raw)
        received = b""
        while received.count(b"HTTP/1.1 ") < 6 or b"nothing at this address" not in received:
            received += sock.recv(65536)
    statuses = re.findall(rb"HTTP/1\.1 (\d\d\d) ", received)
    assert statuses == [b"200", b"200", b"200", b"201", b"200", b"404"]
    assert re.findall(rb'"product":\{"id":(\d+)', received) == [b"1", b"2", b"3"]


def test_a_client_that_only_closes_its_own_side(wire: Wire) -> None:
    """A complete request is answered, an incomplete one is not and leaves nothing."""
    assert wire.send(wire.get(), half=True)[0] == 200
    assert wire.send(wire.post(length=True), half=True)[0] == 201
    assert wire.send(wire.post(b"Content-Length: 500"), half=True)[0] == GONE
    assert wire.notes() == ["hello"]
    wire.fine()


def test_the_oldest_protocol(wire: Wire) -> None:
    """HTTP/1.0 without a Host is answered and the connection closed; an empty Host does not make an empty place."""
    raw = (
        b"POST /notes HTTP/1.0\r\n"
        + wire.token
        + b"Content-Type: application/json\r\nContent-Length: 40\r\n\r\n"
        + NOTE
    )
    status, received = wire.send(raw, wait=2)
    assert status == 201
    assert b"ocation: http://localhost/ajax/notes/2\r\n" in received
    assert re.search(rb"(?i)connection: close", received)
    empty = wire.post(length=True).replace(b"Host: localhost", b"Host:")
    assert b"http://localhost/ajax/notes/3" in wire.send(empty, wait=2)[1]


def test_a_body_is_waited_for_after_100_continue(wire: Wire) -> None:
    """100 before the body and 201 after it; what is too large is told so instead of being waited for."""
    raw = wire.post(b"Expect: 100-continue", length=True)
    status, received = wire.send(raw.removesuffix(NOTE), then=NOTE)
    assert received.startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert status == 201
    status, received = wire.send(wire.post(b"Expect: 100-continue", b"Content-Length: 41943040", body=b""), wait=2)
    assert (status, b"100 Continue" in received) == (413, False)


def test_bodies_without_end(wire: Wire) -> None:
    """40 MB are refused, whether the length was said or not, and a client that never stops sending is told."""
    large = b'{"note":{"company_id":2,"body":"' + b"x" * (40 * 1024 * 1024) + b'"}}'
    assert wire.send(wire.post(body=large, length=True), wait=10)[0] == 413
    head = wire.post(b"Transfer-Encoding: chunked", body=b"")
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    with wire.open() as sock:
        sock.sendall(head)
        for _ in range(40):
            sock.sendall(chunk)
        assert _status(_until_quiet(sock, 10)) == 413
    wire.fine()
    assert wire.notes() == []


def test_slow_and_silent_clients_keep_nobody_waiting(wire: Wire) -> None:
    """Others are answered at once beside clients that trickle, say nothing, promise more, or do not read."""
    api = Client(wire.sandbox)
    raw = wire.get()
    idle = [socket.create_connection(wire.place, timeout=5) for _ in range(60)]
    try:
        for number, sock in enumerate(idle):
            sock.sendall((b"", raw[:30], wire.post(b"Content-Length: 500"), b"GET")[number % 4])
        # Answers of some 15 MB that nobody reads.
        idle[1].sendall(raw[30:] + wire.get(b"/variants?limit=250") * 800)
        started = time.perf_counter()
        for byte in range(0, len(raw), 40):
            idle[0].sendall(raw[byte : byte + 40])
            assert api("GET", "/products/1").status_code == 200
            assert api.post("/notes", "note", company_id=2, body="x")["body"] == "x"
        assert time.perf_counter() - started < 5
        assert _status(_until_quiet(idle[0], 2)) == 200
    finally:
        for sock in idle:
            sock.close()
        api.close()
    wire.fine()


def test_the_log_keeps_no_endless_address(wire: Wire) -> None:
    """What is logged of a request is bounded, however long its address is."""
    wire.send(wire.get(b"/products?q=" + b"x" * 60_000), wait=2)
    (entry,) = wire.sandbox.requests()
    assert entry["status"] == 414
    assert len(entry["query"]) <= 10_000
