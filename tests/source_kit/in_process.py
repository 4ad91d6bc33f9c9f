"""The made-up shop without a socket: its answers, and what becomes of them on their way, as httpx would see them."""

from __future__ import annotations

import json
from email.utils import formatdate
from urllib.parse import urlsplit

import httpx

from tradegecko_bridge.http_bounds import LARGEST_ANSWER, too_large
from tradegecko_bridge.testing.fake_shop.server import HTML, Api
from tradegecko_bridge.testing.source_checks.shops import Fault


class InProcess(httpx.BaseTransport):
    """Sends requests to an API by calling it."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        parts = urlsplit(str(request.url))
        content = request.read()
        body = json.loads(content) if content else None
        reply, fault = self._api.meet(request.method, parts.path, parts.query, body, request.headers.get("x-key"))
        date = formatdate(self._api.records.now.timestamp(), usegmt=True)
        answer = b"" if reply.body is None else json.dumps(reply.body).encode()
        headers = {"date": date, **{name: value.replace("{base}", "") for name, value in reply.headers.items()}}
        match fault:
            case Fault.SLOW:
                raise httpx.ReadTimeout("timed out", request=request)
            case Fault.LOST | Fault.CUT:
                raise httpx.RemoteProtocolError("the peer closed the connection", request=request)
            case Fault.PAGE:
                return httpx.Response(200, content=HTML, headers={"content-type": "text/html"})
            case Fault.HUGE:
                raise too_large(LARGEST_ANSWER)
        return httpx.Response(reply.status, content=answer, headers=headers)
