"""`/_sandbox/`: inspecting and controlling the sandbox. Not part of TradeGecko.

No token is needed, since the server listens on the loopback interface only and lets in nobody from elsewhere (see
`admission`); calls here are neither counted by the rate limit nor logged.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..instance import Instance
from ..model.describe import published
from ..model.formats import datetime_text
from ..wire.faults import Fault

_MAX_ERROR = 500
Handler = Callable[[Request], Awaitable[Response]]


def control_area(instance: Instance) -> Starlette:
    """The control area of an instance."""
    area = ControlArea(instance)
    routes: list[tuple[str, str, Handler]] = [
        ("GET", "requests", area.requests),
        ("POST", "reset", area.reset),
        ("GET", "faults", area.show_faults),
        ("POST", "faults", area.add_fault),
        ("DELETE", "faults", area.clear_faults),
        ("GET", "clock", area.show_clock),
        ("POST", "clock", area.move_clock),
        ("GET", "switches", area.show_switches),
        ("POST", "switches", area.set_switches),
        ("GET", "deliveries", area.deliveries),
        ("GET", "schema", area.description),
        ("POST", "tokens/expire", area.expire_tokens),
        ("POST", "tokens/revoke", area.revoke_tokens),
        ("POST", "warehouse/receive", area.receive),
        ("POST", "warehouse/pack", area.pack),
        ("POST", "warehouse/ship", area.ship),
    ]
    return Starlette(routes=[Route(f"/_sandbox/{path}", run, methods=[verb]) for verb, path, run in routes])


class ControlArea:
    """Each request of the control area as a method."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance

    async def requests(self, _: Request) -> Response:
        """The request log."""
        return _json({"requests": self.instance.requests()})

    async def reset(self, _: Request) -> Response:
        """Back to the seed."""
        self.instance.reset()
        return Response(status_code=204)

    async def show_faults(self, _: Request) -> Response:
        """The faults still to come."""
        return _json({"faults": self.instance.faults.listing()})

    async def add_fault(self, request: Request) -> Response:
        """Set a fault."""

        def add(given: dict[str, Any]) -> object:
            self.instance.add_fault(Fault.of(given))
            return {"fault": given}

        return await _command(request, add, 201)

    async def clear_faults(self, _: Request) -> Response:
        """No more faults."""
        self.instance.faults.clear()
        return Response(status_code=204)

    async def show_clock(self, _: Request) -> Response:
        """What time it is in the sandbox."""
        return _json({"now": datetime_text(self.instance.clock())})

    async def move_clock(self, request: Request) -> Response:
        """Let time pass, or make it a certain moment."""

        def move(given: dict[str, Any]) -> object:
            if given.keys() == {"advance"} and type(given["advance"]) in {int, float}:
                return {"now": datetime_text(self.instance.advance(given["advance"]))}
            if given.keys() == {"set"} and isinstance(given["set"], str):
                return {"now": datetime_text(self.instance.set_clock(datetime.fromisoformat(given["set"])))}
            raise ValueError('the clock takes {"advance": seconds} or {"set": "2021-03-01T12:00:00Z"}')

        return await _command(request, move)

    async def show_switches(self, _: Request) -> Response:
        """Every switch and its position."""
        return _json({"switches": self.instance.switches()})

    async def set_switches(self, request: Request) -> Response:
        """Turn the switches that were sent."""

        def turn(given: dict[str, Any]) -> object:
            self.instance.set_switches(given)
            return {"switches": self.instance.switches()}

        return await _command(request, turn)

    async def deliveries(self, _: Request) -> Response:
        """Attempts to deliver webhooks, and how many still wait."""
        deliveries = self.instance.deliveries
        return _json({"deliveries": deliveries.listing(), "waiting": deliveries.waiting()})

    async def description(self, _: Request) -> Response:
        """Every endpoint and every field."""
        return _json(published())

    async def expire_tokens(self, request: Request) -> Response:
        """End the time of one access token, or of all."""
        return await _command(request, lambda given: {"tokens": self.instance.expire_tokens(_token(given))})

    async def revoke_tokens(self, request: Request) -> Response:
        """Revoke one access token and its refresh token, or all but the privileged."""
        return await _command(request, lambda given: {"tokens": self.instance.revoke_tokens(_token(given))})

    async def receive(self, request: Request) -> Response:
        """Goods arrive."""
        return await _command(request, lambda given: self.instance.warehouse("receive", given), 201)

    async def pack(self, request: Request) -> Response:
        """An order, or some of it, is packed."""
        return await _command(request, lambda given: self.instance.warehouse("pack", given), 201)

    async def ship(self, request: Request) -> Response:
        """Goods leave."""
        return await _command(request, lambda given: self.instance.warehouse("ship", given), 201)


async def _command(request: Request, run: Callable[[dict[str, Any]], object], status: int = 200) -> Response:
    """Run a command with the JSON object that was sent; 422 with the reason when it fails."""
    try:
        given = orjson.loads(await request.body() or b"{}")
        if not isinstance(given, dict):
            raise ValueError("a JSON object is needed")
        return _json(run(given), status)
    except (ValueError, TypeError) as exc:
        return _json({"error": _short(str(exc))}, 422)


def _short(text: str) -> str:
    """An error of readable length, even when it quotes what was sent."""
    return text if len(text) <= _MAX_ERROR else text[:_MAX_ERROR] + "…"


def _token(given: dict[str, Any]) -> str | None:
    token = given.get("token")
    if token is not None and not isinstance(token, str):
        raise ValueError("token must be a text")
    return token


def _json(content: object, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")
