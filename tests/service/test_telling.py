"""Who is told what, when, and over real servers: one cause one line, once, and over again."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import socket
import socketserver
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from tests.support import HandClock
from tradegecko_bridge import MemoryStore
from tradegecko_bridge.config.telling import Audience, Channel, Encryption
from tradegecko_bridge.errors import StoreError
from tradegecko_bridge.ledger import Finding, Severity
from tradegecko_bridge.service import channels
from tradegecko_bridge.service.channels import News, NotTold, send
from tradegecko_bridge.service.telling import Teller
from tradegecko_bridge.service.web import App, serving

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
HOOK = Audience(kind=Channel.WEBHOOK)
NEWS = [News(cause="login", connections=("a", "b"), is_open=True, at=NOW, severity=Severity.ERROR, text="log in again")]


class Office:
    """A ledger with alerts, and somebody who is told of them."""

    def __init__(self, audience: Audience = HOOK) -> None:
        self.store, self.clock, self.audience = MemoryStore(), HandClock(NOW), audience
        self.said: list[str] = []
        self.messages = 0
        self.down = False
        self.teller = self.made()

    def made(self) -> Teller:
        return Teller({"me": self.audience}, self.store, ["a", "b"], send=self.hear)

    def hear(self, _name: str, _audience: Audience, news: Sequence[News]) -> None:
        if self.down:
            raise NotTold("nobody there")
        self.messages += 1
        self.said += [f"{'+' if one.is_open else '-'}{one.cause} {','.join(one.connections)}" for one in news]

    def opened(self, **keys: Sequence[str]) -> None:
        """These are the alerts that are open now."""
        for connection in ("a", "b"):
            found = [Finding(key=key, severity=Severity.WARNING, text="x") for key in keys.get(connection, ())]
            self.store.update_alerts(connection, found, scope=[""], at=self.clock())

    def news(self) -> list[str]:
        self.teller.tell(self.clock())
        said, self.said = self.said, []
        return said


def test_told_once_and_when_it_is_over() -> None:
    """A restart tells nothing twice."""
    office = Office()
    office.opened(a=["held no_sku"])
    assert office.news() == ["+held no_sku a"]
    assert office.news() == []
    office.teller = office.made()
    assert office.news() == []
    office.opened()
    office.teller = office.made()
    assert office.news() == ["-held no_sku a"]
    assert office.news() == []


def test_one_cause_is_one_line() -> None:
    """A source that is down, with all it brings; what the account's connections have together."""
    office = Office()
    jobs = ["deliver orders", "sync tracking", "sync inventory", "sync products"]
    brought = ["held unavailable", "shipments failing", "told stock pending", "told products pending"]
    thirteen = [*(f"source {job}" for job in jobs), *brought, *(f"overdue {job[5:]}" for job in jobs), "source login"]
    assert len(thirteen) == 13
    office.opened(a=[*thirteen, "held no_sku"])
    assert office.news() == ["+source a", "+held no_sku a"]
    office.opened(a=["overdue tracking", "held no_sku"])
    assert sorted(office.news()) == ["+overdue tracking a", "-source a"], "what outlasts its cause is one of its own"
    office.opened()
    office.news()
    office.opened(a=["remote deliver orders", "remote sync tracking"])
    assert office.news() == ["+remote a"]
    office.opened(a=["remote sync tracking"], b=["remote deliver orders"])
    assert office.news() == [], "one more connection of the account is no news"
    office.opened(b=["remote deliver orders"])
    assert office.news() == []
    office.opened()
    assert office.news() == ["-remote b"]


def test_severity_and_connections() -> None:
    """Each is told of what is theirs."""
    office = Office(evolve(HOOK, severity=Severity.ERROR))
    office.opened(a=["held no_sku"])
    assert office.news() == []
    office = Office(evolve(HOOK, connections=("b",)))
    office.opened(a=["held no_sku"], b=["failed"])
    assert office.news() == ["+failed b"]


def test_digest_and_quiet_hours() -> None:
    """One message at its time, of what is so then."""
    office = Office(evolve(HOOK, digest="0 8 * * *"))
    office.opened(a=["held no_sku", "failed"])
    assert office.news() == []
    office.opened(a=["failed"], b=["failed"])
    office.clock.now = datetime(2026, 11, 4, 8, tzinfo=UTC)
    assert office.news() == ["+failed a", "+failed b"]
    assert office.messages == 1
    office.opened()
    office.clock.move(hours=23)
    assert office.news() == []
    office.clock.move(hours=1)
    assert office.news() == ["-failed a", "-failed b"]
    office = Office(evolve(HOOK, quiet="11:00-13:00"))
    office.opened(a=["failed"])
    assert office.news() == []
    office.clock.move(hours=1)
    assert office.news() == ["+failed a"]


def test_who_cannot_be_told_is_told_later(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is lost, and nobody is called all the time."""
    office = Office()
    office.down = True
    office.opened(a=["failed"])
    with caplog.at_level(logging.ERROR):
        for _ in range(240):
            assert office.news() == []
            office.clock.move(minutes=1)
    assert 7 <= office.teller.failures["me"] <= 10
    office.down = False
    office.clock.move(hours=1)
    assert office.news() == ["+failed a"]


def test_the_ledger_is_told_past_the_ledger() -> None:
    """Once, and when it works again."""
    office = Office()
    for _ in range(3):
        office.teller.tell_ledger(StoreError("disk full"), office.clock())
    assert office.said == ["+ledger all connections"]
    office.said.clear()
    assert office.news() == ["-ledger all connections"]
    assert office.news() == []


# ── over real servers ────────────────────────────────────────────────────────────────────────


class _Mail(socketserver.StreamRequestHandler):
    """As much of SMTP as one message takes."""

    def handle(self) -> None:
        answers: dict[bytes, bytes] = {b"RCPT": self.server.recipients, b"QUIT": b"221 bye", b"DATA": b"354 go on"}  # type: ignore[attr-defined]
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            self.wfile.write(answers.get(verb, b"250 fine") + b"\r\n")
            if verb == b"DATA":
                text = b""
                while not text.endswith(b"\r\n.\r\n"):
                    text += self.rfile.readline()
                self.server.mails.append(text.decode())  # type: ignore[attr-defined]
                self.wfile.write(b"250 taken\r\n")
            if verb == b"QUIT":
                return


@contextmanager
def mail_server(recipients: bytes = b"250 fine") -> Iterator[tuple[int, list[str]]]:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mail)
    server.mails, server.recipients = [], recipients  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1], server.mails  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def a_mail(port: int, encryption: Encryption = Encryption.NONE) -> Audience:
    return Audience(
        kind=Channel.EMAIL,
        host="127.0.0.1",
        port=port,
        encryption=encryption,
        sender="bridge@example.com",
        to=("ann@example.com", "bob@example.com"),
    )


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.mark.process
def test_mail() -> None:
    """To all, with what is told in subject and text."""
    with mail_server() as (port, mails):
        send("me", a_mail(port), NEWS)
    (mail,) = mails
    assert "To: ann@example.com, bob@example.com" in mail
    assert "Subject: tgbridge: ERROR a, b: log in again" in mail


@pytest.mark.process
def test_mail_that_is_refused() -> None:
    """One line with what to do."""
    with mail_server(b"550 no") as (port, mails):
        with pytest.raises(
            NotTold, match=r"^alerts.me could not be told: 127.0.0.1:\d+ refuses the recipients; correct to$"
        ):
            send("me", a_mail(port), NEWS)
        with pytest.raises(NotTold, match="does not offer what is asked of it; correct encryption"):
            send("me", a_mail(port, Encryption.STARTTLS), NEWS)
        assert mails == []
    with pytest.raises(NotTold, match=r"cannot be reached \(Connection refused\); correct host and port$"):
        send("me", a_mail(free_port()), NEWS)


Heard = list[tuple[dict[str, Any], bytes]]


@contextmanager
def hook(status: str = "200 OK") -> Iterator[tuple[str, Heard]]:
    heard: Heard = []

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        heard.append((environ, environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))))
        start(status, [])
        return [b""]

    served: App = app
    with serving(served, "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}/secret-path", heard


@pytest.mark.process
def test_web_hooks() -> None:
    """Slack's own form; ours is signed over its moment and its body."""
    with hook() as (url, heard):
        send("me", Audience(kind=Channel.SLACK, url=url), NEWS)
        send("me", Audience(kind=Channel.WEBHOOK, url=url, secret="s3cret"), NEWS)
    assert json.loads(heard[0][1]) == {"text": "ERROR a, b: log in again"}
    environ, body = heard[1]
    stamp = environ["HTTP_X_TGBRIDGE_TIMESTAMP"]
    digest = hmac.new(b"s3cret", f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert environ["HTTP_X_TGBRIDGE_SIGNATURE"] == f"sha256={digest}"
    (alert,) = json.loads(body)["alerts"]
    assert (alert["cause"], alert["state"], alert["connections"]) == ("login", "open", ["a", "b"])


@pytest.mark.process
@pytest.mark.parametrize(("status", "said"), [("500 No", "answers 500; see"), ("403 No", "answers 403; correct the a")])
def test_hooks_that_refuse(status: str, said: str) -> None:
    """The address may be a secret: it is not told."""
    with hook(status) as (url, _), pytest.raises(NotTold, match=said) as caught:
        send("me", Audience(kind=Channel.SLACK, url=url), NEWS)
    assert "secret-path" not in str(caught.value)


@pytest.mark.process
def test_hooks_that_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are not waited for longer than told; nor is a command."""
    monkeypatch.setattr(channels, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(NotTold, match="does not answer within"):
            send("me", Audience(kind=Channel.SLACK, url=url), NEWS)
    with pytest.raises(NotTold, match="did not end within"):
        send("me", a_command("import time; time.sleep(9)"), NEWS)


def a_command(code: str) -> Audience:
    return Audience(kind=Channel.COMMAND, command=(sys.executable, "-c", code))


@pytest.mark.process
def test_commands(tmp_path: Path) -> None:
    """They read what is told; how they fail is told."""
    file = tmp_path / "said"
    send("me", a_command(f"import sys; open({str(file)!r}, 'w').write(sys.stdin.read())"), NEWS)
    assert json.loads(file.read_text(encoding="utf-8"))["alerts"][0]["text"] == "log in again"
    with pytest.raises(NotTold, match="ended with exit code 7"):
        send("me", a_command("raise SystemExit(7)"), NEWS)
    with pytest.raises(NotTold, match=r"cannot be run \(No such file or directory\); correct command"):
        send("me", Audience(kind=Channel.COMMAND, command=("/no/such",)), NEWS)
