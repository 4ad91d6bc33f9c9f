"""Whose requests are let in: those for a name of this machine, and of no web site from elsewhere.

A site that somebody looks at in a browser here may have the browser send requests to this machine (which then name the
site as their `Origin`), or let a name of its own lead here and read the answers (its name is then the `Host`). Neither
gets anything, and no answer has CORS headers. Programs send no `Origin`, and may leave `Host` out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from markupsafe import escape

from ..wire.messages import Answer, Request, error_page

_CONSENT = "/oauth/authorize"
_HOST_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_ADDRESS = re.compile(r"(https?:)?//(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]+)?", re.IGNORECASE | re.ASCII)
"""A host, or an origin, and nothing more: several headers of one name come as one, with commas."""


class Admission:
    """Lets requests in for `localhost`, loopback addresses and the `allowed` names. Raises ValueError for no name."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        names = [name.strip("[]").lower() for name in allowed]
        for name in names:
            if not (_HOST_NAME.fullmatch(name) or _is_address(name)):
                raise ValueError(f"an allowed host is a name or an address without scheme and port, not {name!r}")
        self._allowed = frozenset(names)
        self._is_ours = lru_cache(1024)(self._decide)

    def refusal(self, request: Request) -> Answer | None:
        """The answer to a request that is not let in, or None."""
        host, origin = request.headers.get("host", ""), request.headers.get("origin")
        if host and not self._is_ours(f"//{host}"):
            return _refused(f"This sandbox is not {host}: use its own address, or allow the host (allowed_hosts)")
        if origin is not None and not (self._is_ours(origin) and self._may_decide(request, host, origin)):
            return _refused(f"A page of {origin} may not use this sandbox; its host can be allowed (allowed_hosts)")
        return None

    def is_named(self, request: Request) -> bool:
        """Whether a request names a host at all: what needs no token is shown to nobody else."""
        return bool(request.headers.get("host"))

    def _decide(self, address: str) -> bool:
        name = _name_of(address)
        return name == "localhost" or name.endswith(".localhost") or name in self._allowed or _is_loopback(name)

    @staticmethod
    def _may_decide(request: Request, host: str, origin: str) -> bool:
        """Only the consent page itself sends what somebody decided there."""
        decides = request.method == "POST" and request.path.rstrip("/") == _CONSENT
        return not decides or urlsplit(origin).netloc.lower() == host.lower()


def _name_of(address: str) -> str:
    try:
        return (_ADDRESS.fullmatch(address) and urlsplit(address).hostname) or ""
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(name: str) -> bool:
    return _is_address(name) and ip_address(name).is_loopback


def _refused(why: str) -> Answer:
    answer = error_page(403, "Forbidden", f"<p>{escape(why)}</p>")
    answer.headers.append(("X-Content-Type-Options", "nosniff"))
    return answer
