"""Who is told of alerts, ``[alerts.NAME]``, and what the service shows, ``[service]``."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from tradegecko_bridge.config.schedules import QuietHours, Rhythm, is_address
from tradegecko_bridge.ledger import Severity
from tradegecko_bridge.ports.logins import Secret, as_secret
from tradegecko_bridge.structuring import Fault


class Channel(StrEnum):
    """How somebody is told."""

    EMAIL = "email"
    SLACK = "slack"
    WEBHOOK = "webhook"
    COMMAND = "command"


class Encryption(StrEnum):
    """How a mail server is spoken to."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


_NEEDED: Final = {
    Channel.EMAIL: ("host", "sender", "to"),
    Channel.SLACK: ("url",),
    Channel.WEBHOOK: ("url", "secret"),
    Channel.COMMAND: ("command",),
}


@frozen(kw_only=True)
class Audience:
    """One ``[alerts.NAME]``: who is told, how, of what and when.

    ``digest`` gathers what there is to tell until its next time; in ``quiet`` hours nothing is told. What has come and
    gone by then is not told at all.
    """

    kind: Channel
    to: tuple[str, ...] = ()
    sender: str = ""
    host: str = ""
    port: int = 587
    user: str = ""
    password: Secret = field(default=Secret(""), converter=as_secret)
    encryption: Encryption = Encryption.STARTTLS
    url: Secret = field(default=Secret(""), converter=as_secret)
    secret: Secret = field(default=Secret(""), converter=as_secret)
    command: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()
    severity: Severity = Severity.WARNING
    digest: str = ""
    quiet: str = ""
    time_zone: str = "UTC"

    @property
    def gathers(self) -> Rhythm | None:
        """When a digest is told; None: what there is to tell is told at once."""
        return Rhythm.of(self.digest, self.time_zone) if self.digest else None

    @property
    def quiet_hours(self) -> QuietHours | None:
        """When nothing is told."""
        return QuietHours.of(self.quiet, self.time_zone) if self.quiet else None

    def faults(self, connections: Collection[str]) -> Iterator[Fault]:
        """What is wrong with it where these are the connections."""
        from zoneinfo import ZoneInfo

        from tradegecko_bridge.http_bounds import is_loopback

        for name in _NEEDED[self.kind]:
            value = getattr(self, name)
            if not (value.reveal() if isinstance(value, Secret) else value):
                yield (name,), f"is missing: {self.kind} needs it"
        if self.url.reveal() and not is_address(self.url.reveal()):
            yield ("url",), "must be an address that begins with https:// (or http://)"
        if any("@" not in one or not one.isprintable() for one in (*self.to, *filter(None, [self.sender]))):
            yield ("to",), "and sender must be e-mail addresses"
        if not 0 < self.port < 65536:
            yield ("port",), "must be from 1 to 65535"
        if self.user and self.encryption is Encryption.NONE and not is_loopback(self.host):
            yield ("encryption",), "must be starttls or tls: the password would travel readable"
        for one in self.connections:
            if one not in connections:
                yield ("connections",), f"names {one!r}; the connections are {', '.join(connections)}"
        try:
            ZoneInfo(self.time_zone)
        except (ValueError, OSError, KeyError):
            yield ("time_zone",), f'is no time zone: {self.time_zone!r}; write one such as "Europe/Berlin"'
            return
        for name, read in (("digest", lambda: self.gathers), ("quiet", lambda: self.quiet_hours)):
            try:
                read()
            except ValueError as error:
                yield (name,), str(error)


@frozen(kw_only=True)
class ServiceSettings:
    """``[service]``: where ``tgbridge run`` answers for its health, and the application's secret if it takes webhooks.

    ``port`` 0: nowhere.
    """

    host: str = "127.0.0.1"
    port: int = 0
    webhook_secret: Secret = field(default=Secret(""), converter=as_secret)
