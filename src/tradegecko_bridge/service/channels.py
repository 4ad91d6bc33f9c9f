"""The ways out: e-mail, Slack and what takes its messages, a signed web hook, a command."""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import ssl
import subprocess
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Final

import httpx
from attrs import frozen

from tradegecko_bridge import quiet_http
from tradegecko_bridge.config.telling import Audience, Channel, Encryption
from tradegecko_bridge.errors import BridgeError
from tradegecko_bridge.http_bounds import BoundedTransport, shared_ssl_context
from tradegecko_bridge.ledger import Severity
from tradegecko_bridge.visible import visible

TIMEOUT: Final = 15.0
"""Seconds that anybody who is told may take."""
SIGNATURE: Final = "X-TGBridge-Signature"
TIMESTAMP: Final = "X-TGBridge-Timestamp"


class NotTold(BridgeError):
    """Somebody could not be told; one line of why, and what to do."""


@frozen(kw_only=True)
class News:
    """One cause that began to need somebody, or ended: one line."""

    cause: str
    connections: tuple[str, ...]
    is_open: bool
    at: datetime
    severity: Severity = Severity.WARNING
    text: str = ""

    @property
    def line(self) -> str:
        """What is told."""
        where = ", ".join(self.connections)
        if self.is_open:
            return visible(f"{self.severity.value.upper()} {where}: {self.text}")
        return visible(f"OVER {where}: {self.cause}")

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "cause": self.cause,
            "connections": list(self.connections),
            "state": "open" if self.is_open else "over",
            "severity": self.severity.value,
            "text": self.text,
            "at": self.at.isoformat(),
        }


def send(name: str, audience: Audience, news: Sequence[News]) -> None:
    """Tell an audience, in one message.

    Raises:
        NotTold: it could not be.
    """
    try:
        _SENDERS[audience.kind](audience, news)
    except NotTold as error:
        raise NotTold(f"alerts.{name} could not be told: {error}") from None


def _subject(news: Sequence[News]) -> str:
    first = news[0].line
    more = f" (and {len(news) - 1} more)" if len(news) > 1 else ""
    return f"tgbridge: {first[:120]}{'…' if len(first) > 120 else ''}{more}"


def _body(news: Sequence[News]) -> str:
    return "\n".join(f"{one.line}" for one in news) + "\n"


def _email(audience: Audience, news: Sequence[News]) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = audience.sender, ", ".join(audience.to), _subject(news)
    mail.set_content(_body(news))
    where = f"{audience.host}:{audience.port}"
    kind: type[smtplib.SMTP] = smtplib.SMTP_SSL if audience.encryption is Encryption.TLS else smtplib.SMTP
    try:
        with kind(audience.host, audience.port, timeout=TIMEOUT) as server:
            if audience.encryption is Encryption.STARTTLS:
                server.starttls(context=ssl.create_default_context())
            if audience.user:
                server.login(audience.user, audience.password.reveal())
            server.send_message(mail)
    except smtplib.SMTPAuthenticationError:
        raise NotTold(f"{where} refuses the login; correct user and password") from None
    except smtplib.SMTPRecipientsRefused:
        raise NotTold(f"{where} refuses the recipients; correct to") from None
    except smtplib.SMTPSenderRefused:
        raise NotTold(f"{where} refuses the sender; correct sender") from None
    except smtplib.SMTPNotSupportedError:
        raise NotTold(f"{where} does not offer what is asked of it; correct encryption, or user") from None
    except ssl.SSLCertVerificationError:
        raise NotTold(f"the certificate of {where} is not trusted; correct host, or the certificate") from None
    except smtplib.SMTPException as error:
        raise NotTold(f"{where} answers wrongly ({type(error).__name__}); is it a mail server?") from None
    except OSError as error:
        raise NotTold(
            f"{where} cannot be reached ({error.strerror or type(error).__name__}); correct host and port"
        ) from None


def _slack(audience: Audience, news: Sequence[News]) -> None:
    post(audience.url.reveal(), json.dumps({"text": _body(news).rstrip()}).encode(), {})


def _webhook(audience: Audience, news: Sequence[News]) -> None:
    body = json.dumps({"alerts": [one.as_json() for one in news]}).encode()
    stamp = str(int(news[0].at.timestamp()))
    digest = hmac.new(audience.secret.reveal().encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    post(audience.url.reveal(), body, {TIMESTAMP: stamp, SIGNATURE: f"sha256={digest}"})


def _command(audience: Audience, news: Sequence[News]) -> None:
    given = json.dumps({"subject": _subject(news), "alerts": [one.as_json() for one in news]})
    try:
        done = subprocess.run(  # noqa: S603 - it is what the settings say
            audience.command, input=given.encode(), timeout=TIMEOUT, stdout=subprocess.DEVNULL, check=False
        )
    except subprocess.TimeoutExpired:
        raise NotTold(f"the command {audience.command[0]} did not end within {TIMEOUT:.0f} s") from None
    except OSError as error:
        raise NotTold(f"the command {audience.command[0]} cannot be run ({error.strerror}); correct command") from None
    if done.returncode:
        raise NotTold(f"the command {audience.command[0]} ended with exit code {done.returncode}")


def post(address: str, body: bytes, headers: dict[str, str]) -> None:
    """Send something to an address. It may be a secret as a whole: only its host is told.

    Raises:
        NotTold: it did not answer that it has it.
    """
    host, headers = httpx.URL(address).host, {"Content-Type": "application/json", **headers}
    transport = BoundedTransport(verify=shared_ssl_context())
    try:
        with (
            quiet_http.Client(timeout=TIMEOUT, transport=transport, trust_env=False) as http,
            http.stream("POST", address, content=body, headers=headers, extensions={"deadline": TIMEOUT}) as got,
        ):
            status = got.status_code
    except httpx.TimeoutException:
        raise NotTold(f"{host} does not answer within {TIMEOUT:.0f} s") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotTold(f"{host} cannot be reached ({type(error).__name__}); correct the address") from None
    if status >= 500:
        raise NotTold(f"{host} answers {status}; see what is wrong there")
    if not 200 <= status < 300:
        raise NotTold(f"{host} answers {status}; correct the address or the secret")


_SENDERS: Final = {
    Channel.EMAIL: _email,
    Channel.SLACK: _slack,
    Channel.WEBHOOK: _webhook,
    Channel.COMMAND: _command,
}
