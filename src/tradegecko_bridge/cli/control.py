"""Talking to a running sandbox from the command line: its control area, and what people write for faults and switches.

Plain ``http.client``: the sandbox listens on this machine, and the command line knows no other HTTP.
"""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final
from urllib.parse import urlsplit

import click

from tradegecko_bridge.cli.main import MISUSED

_TIMEOUT: Final = 30.0  # seconds
_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_WHOLE: Final = ("nth", "times", "status", "by", "seed")
_FRACTIONS: Final = ("seconds", "chance")
_TRUTHS: Final = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}


class Refused(click.ClickException):
    """What was asked for cannot be; the message says why."""

    exit_code = MISUSED

    def show(self, file: Any = None) -> None:
        """One line on standard error, as every other error of the command line."""
        click.echo(f"error: {self.format_message()}", err=True, file=file)


class NoSandbox(OSError):
    """Nobody answers where the sandbox should be, or somebody else."""


class Control:
    """The control area of the sandbox at an address."""

    def __init__(self, url: str) -> None:
        if not url:
            raise Refused("say where the sandbox is: --url URL, or the variable TGBRIDGE_SANDBOX_URL")
        self.url = url.rstrip("/")
        parts = urlsplit(self.url)
        try:
            self._place = parts.hostname or "", parts.port or 80
        except ValueError:
            self._place = "", 0
        if parts.scheme != "http" or not self._place[0] or parts.path:
            raise Refused(f"--url must be the address a sandbox printed, like http://127.0.0.1:8080, not {url!r}")

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The JSON of an answer; None when there is nothing to say.

        Raises:
            Refused: what was asked for cannot be.
            NoSandbox: nobody answers, or no sandbox.
        """
        status, raw = self._send(method, path, body)
        try:
            said: Any = json.loads(raw) if raw else None
            if status == 422:
                raise Refused(said["error"])
        except (ValueError, KeyError, TypeError):
            status = 404  # No JSON, or none of the control area's.
        if status >= 400:
            raise NoSandbox(f"what answers at {self.url} is no sandbox, or one of another release")
        return said

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(*self._place, timeout=_TIMEOUT)
        try:
            connection.request(method, f"/_sandbox/{path}", None if body is None else json.dumps(body))
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise NoSandbox(f"no sandbox answers at {self.url}: {reason}") from error
        finally:
            connection.close()


def read_duration(text: str) -> float:
    """Seconds of a text like ``90``, ``90s``, ``5m``, ``1.5h`` or ``3d``. Raises Refused."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd]?)", text.strip().lower())
    if found is None:
        raise Refused(f"{text!r} is no duration; write 90, 90s, 5m, 2h or 3d")
    return float(found[1]) * _UNITS[found[2]]


def read_switches(given: tuple[str, ...], known: Mapping[str, Any]) -> dict[str, Any]:
    """``NAME=VALUE`` pairs as switches, each value of the kind its switch has. Raises Refused."""
    switches = {}
    for text in given:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not sign:
            raise Refused(f"a switch is NAME=VALUE, not {text!r}")
        if name not in known:
            near = get_close_matches(name, known)
            hint = f"did you mean {near[0]}?" if near else "the page on the sandbox lists them"
            raise Refused(f"there is no switch {name!r}; {hint}")
        switches[name] = _position(name, value, type(known[name]))
    return switches


def _position(name: str, value: str, kind: type) -> Any:
    try:
        return _TRUTHS[value.lower()] if kind is bool else kind(value)
    except (KeyError, ValueError):
        wanted = "on or off" if kind is bool else "a whole number"
        raise Refused(f"switch {name} is {wanted}, not {value!r}") from None


def read_fault(text: str) -> dict[str, Any]:
    """A fault as JSON, or as words: ``drop_after_commit POST /orders nth=2 seconds=1``. Raises Refused."""
    if text.lstrip().startswith("{"):
        return _fault_from_json(text)
    words = text.split()
    if len(words) < 3:
        raise Refused(f"a fault is KIND METHOD PATH [KEY=VALUE ...] or JSON, not {text!r}")
    fault: dict[str, Any] = {"fault": words[0], "method": words[1], "path": words[2]}
    for word in words[3:]:
        name, sign, value = word.partition("=")
        if not sign:
            raise Refused(f"after KIND METHOD PATH a fault has KEY=VALUE, not {word!r}")
        fault[name] = _number(name, value)
    return fault


def _fault_from_json(text: str) -> dict[str, Any]:
    try:
        fault = json.loads(text)
    except ValueError as error:
        raise Refused(f"{text!r} is no JSON: {error}") from None
    assert isinstance(fault, dict)  # noqa: S101 - it began with a brace
    return fault


def _number(name: str, value: str) -> Any:
    """A value of a fault as the kind its key has; what is no number is left for the sandbox to refuse."""
    kind = int if name in _WHOLE else float if name in _FRACTIONS else str
    try:
        return kind(value)
    except ValueError:
        return value
