"""`/_sandbox/`: looking into the sandbox and making it misbehave. Not part of TradeGecko.

No token is asked for, since the server listens on the loopback interface only; calls here are neither
counted by the rate limit nor logged.
"""

from __future__ import annotations

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .faults import Fault
from .house import House


def control(house: House) -> Starlette:
    """The control area of a house."""

    async def requests(_: Request) -> Response:
        return _json({"requests": house.requests()})

    async def reset(_: Request) -> Response:
        house.reset()
        return Response(status_code=204)

    async def show_faults(_: Request) -> Response:
        return _json({"faults": house.faults.listing()})

    async def add_fault(request: Request) -> Response:
        try:
            given = orjson.loads(await request.body())
            if not isinstance(given, dict):
                raise ValueError("a fault is a JSON object")
            fault = Fault.of(given)
        except (ValueError, TypeError) as exc:
            return _json({"error": str(exc)}, 422)
        house.fault(fault)
        return _json({"fault": given}, 201)

    async def clear_faults(_: Request) -> Response:
        house.faults.clear()
        return Response(status_code=204)

    return Starlette(
        routes=[
            Route("/_sandbox/requests", requests, methods=["GET"]),
            Route("/_sandbox/reset", reset, methods=["POST"]),
            Route("/_sandbox/faults", show_faults, methods=["GET"]),
            Route("/_sandbox/faults", add_fault, methods=["POST"]),
            Route("/_sandbox/faults", clear_faults, methods=["DELETE"]),
        ]
    )


def _json(content: object, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")
