"""Servers on this machine that do what a server should not, byte by byte."""

from __future__ import annotations

import socket
import ssl
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Talk = Callable[["Peer"], object]
MIB: Final = 2**20


class Peer:
    """A client that has sent a request, ``head`` in lower case and ``body``; the server says what it likes."""

    def __init__(self, connection: socket.socket, stopped: Event) -> None:
        self._connection, self._stopped = connection, stopped
        self.head, self.body = "", b""

    def say(self, data: bytes) -> None:
        """Send these bytes."""
        self._connection.sendall(data)

    def answer(self, *headers: str, body: bytes = b"", status: str = "200 OK") -> None:
        """A whole answer with its length."""
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
        self.say("\r\n".join(lines).encode() + body)

    def for_ever(self, data: bytes, every: float = 0.0) -> None:
        """Send these bytes again and again."""
        while not self._stopped.wait(every) if every else not self._stopped.is_set():
            self.say(data)

    def hear(self) -> bool:
        """Whether there is another request."""
        heard = b""
        while b"\r\n\r\n" not in heard:
            if not (piece := self._connection.recv(65536)):
                return False
            heard += piece
        head, _, body = heard.partition(b"\r\n\r\n")
        self.head = head.decode("latin-1").lower()
        length = next((int(line[15:]) for line in self.head.split("\r\n") if line.startswith("content-length:")), 0)
        while len(body) < length and (piece := self._connection.recv(65536)):
            body += piece
        self.body = body
        return True


class Server:
    """Talks to each connection in a thread of its own; ``heard`` has the heads of all requests."""

    def __init__(self, talk: Talk, tls: ssl.SSLContext | None = None) -> None:
        self._talk, self._tls = talk, tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stopped = Event()
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        self.heard: list[str] = []
        self.connections = 0

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                Thread(target=self._serve_one, args=(connection,), daemon=True).start()

    def _serve_one(self, connection: socket.socket) -> None:
        with suppress(OSError), self._secured(connection) as talking:
            peer = Peer(talking, self._stopped)
            while peer.hear():
                self.heard.append(peer.head)
                if self._talk(peer) == "hang up":
                    return

    def _secured(self, connection: socket.socket) -> socket.socket:
        return connection if self._tls is None else self._tls.wrap_socket(connection, server_side=True)

    def close(self) -> None:
        self._stopped.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextmanager
def serving(talk: Talk, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """The server while the block runs."""
    server = Server(talk, tls)
    thread = Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join()


@cache
def bomb(coding: str, size: int = 64 * MIB) -> bytes:
    """Zeros, a thousandth of their size."""
    packer = zlib.compressobj(9, zlib.DEFLATED, {"gzip": 31, "deflate": 15, "raw deflate": -15}[coding])
    piece = bytes(MIB)
    return b"".join(packer.compress(piece) for _ in range(size // MIB)) + packer.flush()


class Memory:
    """``peak`` is how many bytes more than at the beginning were in use at once."""

    peak = 0


@contextmanager
def memory() -> Iterator[Memory]:
    """What Python takes while the block runs."""
    measured = Memory()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        yield measured
        measured.peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


@cache
def certificate(folder: Path, host: str = "127.0.0.1", days: int = 1) -> Path:
    """A file with a key and a certificate it has signed itself, which expires in so many days."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    with suppress(ValueError):
        named: x509.GeneralName = x509.DNSName(host)
        named = x509.IPAddress(ip_address(host))
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([named]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / f"{host}{days}.pem"
    file.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return file


def tls_with(file: Path) -> ssl.SSLContext:
    """A server's side of this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def trusting(file: Path) -> ssl.SSLContext:
    """A client's side that trusts it."""
    return ssl.create_default_context(cafile=str(file))
