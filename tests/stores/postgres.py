"""A real PostgreSQL server for the tests: a cluster of its own in a temporary folder, on loopback, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

PATIENCE = 30.0


def missing() -> str | None:
    """Why there can be no server here; None when there can."""
    if _program("initdb") is None:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    if os.geteuid() == 0 and _user() is None:
        return "PostgreSQL does not run as root, and there is no user postgres to run it as"
    return None


@contextmanager
def server() -> Iterator[str]:
    """The SQLAlchemy URL of an empty database. Nothing is synced to disk: these tests do not cut the power."""
    with running() as started:
        yield started.url


@contextmanager
def running() -> Iterator[Server]:
    """A server of one's own, which may be restarted."""
    home = Path(tempfile.mkdtemp(prefix="tgbridge-pg-"))
    try:
        _own(home)
        started = Server(home)
        try:
            started.start()
            yield started
        finally:
            started.stop(signal.SIGTERM)
    finally:
        shutil.rmtree(home)


class Server:
    """A cluster in a folder, and the server process on it."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"postgresql://bridge@127.0.0.1:{self._port}/postgres"
        self.data = home / "data"
        _run("initdb", "--no-sync", "--auth=trust", "--username=bridge", "--encoding=UTF8", "-D", str(self.data))

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", f"unix_socket_directories={self._home}"]
        self._process = subprocess.Popen(
            [str(_program("postgres")), "-D", str(self.data), "-p", str(self._port), *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=_user(),
        )
        _wait_for(self._port, self._process)

    def stop(self, how: signal.Signals) -> None:
        """Stop it: SIGTERM waits for those who are connected, SIGINT sends them away, SIGQUIT is a crash."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(PATIENCE)

    def restart(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """Stop it, and start it anew on the same address."""
        self.stop(how)
        self.start()


@contextmanager
def database(server_url: str) -> Iterator[str]:
    """The URL of a database of its own in a running server."""
    import psycopg

    name = f"t{uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as running:
        running.execute(f'CREATE DATABASE "{name}"')
        yield server_url.removesuffix("postgres") + name
        running.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _program(name: str) -> Path | None:
    """A server program, on the PATH or where Debian keeps them; the newest version there."""
    found = shutil.which(name)
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: path.parts[-3].zfill(4))
    return Path(found) if found else versions[-1] if versions else None


def _user() -> str | None:
    """The user the server has to run as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    return "postgres" if "postgres" in {entry.pw_name for entry in pwd.getpwall()} else None


def _own(folder: Path) -> None:
    user = _user()
    if user:
        shutil.chown(folder, user)


def _run(name: str, *arguments: str) -> None:
    subprocess.run([str(_program(name)), *arguments], check=True, capture_output=True, user=_user())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    import psycopg

    until = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(f"host=127.0.0.1 port={port} user=bridge dbname=postgres").close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
