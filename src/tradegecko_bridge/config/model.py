"""What a settings file says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from tradegecko_bridge.config.schedules import Schedule
from tradegecko_bridge.config.telling import Audience, ServiceSettings
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.ports.logins import Secret, SecretValues, as_secret


@frozen(kw_only=True)
class Connection:
    """One ``[connections.NAME]`` of the file: a kind of source, its own options, and how it is wired."""

    name: str
    source: str
    options: Mapping[str, Any] = field(factory=dict, converter=SecretValues)
    settings: ConnectionSettings = ConnectionSettings()
    schedule: Schedule = field(factory=Schedule)


@frozen(kw_only=True)
class LoginSettings:
    """How to log in where no privileged token is given.

    ``name`` is what the login is called in the token store. ``tokens`` says where that is: ``"ledger"``,
    ``"keyring"``, or a file. ``keys`` are Fernet keys; with any, tokens are encrypted with the first.
    """

    client_id: str
    client_secret: Secret
    redirect_uri: str = ""
    authorize_url: str = ""
    name: str = "default"
    tokens: str | Path = "ledger"
    keys: tuple[Secret, ...] = ()


@frozen(kw_only=True)
class Config:
    """The whole file. ``ledger_url`` is an SQLAlchemy URL, and as secret as the password that may be in it.

    One of ``access_token`` and ``login`` is given; the other is blank, or None. ``proxy`` is blank where there is none;
    ``allow_http`` lets ``base_url`` and the login's addresses be ``http://`` ones of another machine.
    """

    base_url: str
    access_token: Secret = field(default=Secret(""), converter=as_secret)
    login: LoginSettings | None = None
    ledger_url: Secret = field(default=Secret("sqlite:///ledger.db"), converter=as_secret)
    connections: tuple[Connection, ...] = ()
    proxy: Secret = field(default=Secret(""), converter=as_secret)
    allow_http: bool = False
    audiences: Mapping[str, Audience] = field(factory=dict)
    service: ServiceSettings = ServiceSettings()

    @property
    def names(self) -> tuple[str, ...]:
        """What the connections are called."""
        return tuple(connection.name for connection in self.connections)

    def chosen(self, name: str | None) -> tuple[Connection, ...]:
        """The connection of this name, or all of them.

        Raises:
            ConfigError: there is none of this name.
        """
        if name is None:
            return self.connections
        for connection in self.connections:
            if connection.name == name:
                return (connection,)
        raise ConfigError(f"no connection {name!r} in the settings; there are {', '.join(self.names)}")
