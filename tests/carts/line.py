"""A line to a real shop, on which things go wrong when a test wants them to."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

import httpx

from tradegecko_bridge.testing import Fault

_HUGE: Final = 10**9
_STATUS: Final = {Fault.BUSY: 429, Fault.DOWN: 503, Fault.LOGIN: 401, Fault.FORBIDDEN: 403}


class Line(httpx.BaseTransport):
    """Passes requests on, until it breaks. ``is_change`` tells what changes the shop, for a lost answer."""

    def __init__(self, is_change: Callable[[httpx.Request], bool] = lambda request: request.method != "GET") -> None:
        self._real = httpx.HTTPTransport(trust_env=False)
        self._is_change = is_change
        self._fault: Fault | None = None
        self._after = 0

    def break_with(self, fault: Fault, after: int) -> None:
        """The requests after the next ``after`` ones meet this; ``LOST`` is for changes alone, and for one of them."""
        self._fault, self._after = fault, after

    def mend(self) -> None:
        """All is well."""
        self._fault = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        if self._fault is None or (self._fault is Fault.LOST and not self._is_change(request)):
            return self._real.handle_request(request)
        if self._after > 0:
            self._after -= 1
            return self._real.handle_request(request)
        return self._broken(request, self._fault)

    def close(self) -> None:
        """Let go of the connections; the next request makes new ones."""
        self._real.close()
        self._real = httpx.HTTPTransport(trust_env=False)

    def _broken(self, request: httpx.Request, fault: Fault) -> httpx.Response:
        if fault is Fault.LOST:
            self._fault = None
            response = self._real.handle_request(request)
            response.read()
            raise httpx.ReadTimeout("the answer was lost", request=request)
        if fault is Fault.SLOW:
            raise httpx.ReadTimeout("no answer in time", request=request)
        if fault is Fault.CUT:
            raise httpx.RemoteProtocolError("the answer ended in the middle", request=request)
        if fault is Fault.REDIRECT:
            return httpx.Response(302, headers={"location": "https://elsewhere.example/"})
        if fault is Fault.PAGE:
            return httpx.Response(200, headers={"content-type": "text/html"}, text="<html>Please wait</html>")
        if fault is Fault.HUGE:
            return httpx.Response(200, headers={"content-length": str(_HUGE)}, stream=_Endless())
        status = _STATUS[fault]
        return httpx.Response(status, content=json.dumps({"message": f"the line says {status}"}))


class _Endless(httpx.SyncByteStream):
    def __iter__(self):  # type: ignore[no-untyped-def]
        while True:
            yield b" " * 2**20
