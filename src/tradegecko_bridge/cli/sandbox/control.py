"""Talks to the control area of a running sandbox.

With plain ``http.client``: the sandbox listens on this machine only, and the command line uses no other HTTP.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import click

from tradegecko_bridge.cli.exit_codes import Refused, Unreachable

_TIMEOUT: Final = 30.0  # seconds


class Control:
    """The control area of the sandbox at an address."""

    def __init__(self, url: str) -> None:
        if not url:
            raise Refused("no sandbox is named; use --url URL or the variable TGBRIDGE_SANDBOX_URL")
        self.url: str = url.rstrip("/")
        try:
            parts = urlsplit(self.url)
            if parts.scheme != "http" or not parts.hostname or parts.path:
                raise ValueError
            self._connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=_TIMEOUT)
        except (ValueError, http.client.InvalidURL):
            raise Refused(
                f"--url must be an address that a sandbox printed, e.g. http://127.0.0.1:8080, not {url!r}"
            ) from None

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The JSON of the answer; None if it is empty. Raises Refused, and Unreachable if no sandbox answers."""
        status, raw = self._send(method, path, body)
        try:
            answer: Any = json.loads(raw) if raw else None
            if status == 422:
                raise Refused(answer["error"])
        except (ValueError, KeyError, TypeError):
            status = 404  # Not JSON, or not the control area's.
        if status >= 400:
            raise Unreachable(f"what answers at {self.url} is not a sandbox, or one of another version")
        return answer

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> tuple[int, bytes]:
        try:
            self._connection.request(method, f"/_sandbox/{path}", None if body is None else json.dumps(body))
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except (OSError, UnicodeError, http.client.HTTPException) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise Unreachable(f"no sandbox answers at {self.url}: {reason}") from error
        finally:
            self._connection.close()


CONTROL: Final = click.option(
    "--url",
    "control",
    callback=lambda _ctx, _param, url: Control(url),
    envvar="TGBRIDGE_SANDBOX_URL",
    show_envvar=True,
    default="",
    metavar="URL",
    help="The address of the sandbox.",
)
