"""What people write for durations, switches, faults and rate limits."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, Final

import click

from tradegecko_bridge.cli.exit_codes import Refused

_SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_WHOLE: Final = ("nth", "times", "status", "by", "seed")
_DECIMAL: Final = ("seconds", "chance")


def read_rate_limit(_ctx: click.Context, _param: click.Parameter, value: str) -> int | None:
    """The ``callback`` of an option that takes a number of requests, or ``off``: None, no limit."""
    if value.lower() == "off":
        return None
    if not re.fullmatch("0*[1-9][0-9]{0,8}", value):
        raise click.BadParameter(f"{value!r} is neither a number from 1 nor off")
    return int(value)


def read_duration(text: str) -> float:
    """Seconds of a text like ``90``, ``90s``, ``5m``, ``1.5h`` or ``3d``. Raises Refused."""
    found = re.fullmatch(r"(\d{1,9}(?:\.\d+)?)\s*([smhd]?)", text.strip().lower())
    if found is None:
        raise Refused(f"{text!r} is not a duration; write e.g. 90, 90s, 5m, 2h or 3d")
    return float(found[1]) * _SECONDS[found[2]]


def read_switches(pairs: tuple[str, ...], known: Mapping[str, Any]) -> dict[str, Any]:
    """``NAME=VALUE`` pairs as switches; each value is converted to the type of the known one. Raises Refused."""
    switches = {}
    for text in pairs:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not sign:
            raise Refused(f"a switch is written NAME=VALUE, not {text!r}")
        if name not in known:
            close = get_close_matches(name, known)
            hint = f"did you mean {close[0]}?" if close else "`tgbridge sandbox switches show` lists those there are"
            raise Refused(f"there is no switch {name!r}; {hint}")
        switches[name] = _converted(value, _truth if isinstance(known[name], bool) else type(known[name]))
    return switches


def read_fault(text: str) -> dict[str, Any]:
    """A fault as JSON, or as words: ``drop_after_commit POST /orders nth=2 seconds=1``. Raises Refused."""
    if text.lstrip().startswith("{"):
        try:
            return dict(json.loads(text))
        except ValueError as error:
            raise Refused(f"{text!r} is not JSON: {error}") from None
    words = text.split()
    if len(words) < 3:
        raise Refused(f"a fault is written KIND METHOD PATH [KEY=VALUE ...] or as JSON, not {text!r}")
    fault: dict[str, Any] = {"fault": words[0], "method": words[1], "path": words[2]}
    for word in words[3:]:
        name, sign, value = word.partition("=")
        if not sign:
            raise Refused(f"after KIND METHOD PATH a fault takes KEY=VALUE, not {word!r}")
        fault[name] = _converted(value, int if name in _WHOLE else _decimal if name in _DECIMAL else str)
    return fault


def _decimal(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError
    return number


def _truth(text: str) -> bool:
    return {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}[text.lower()]


def _converted(value: str, kind: Callable[[str], Any]) -> Any:
    """The value as what is expected, if it can be read as that; what cannot, the sandbox refuses."""
    try:
        return kind(value)
    except (KeyError, ValueError):
        return value
