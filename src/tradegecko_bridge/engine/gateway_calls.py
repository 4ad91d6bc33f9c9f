"""Calling a gateway: other people's code, whose faults concern the order at hand and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any, Final, cast

from tradegecko_bridge.commerce.clearing import cleared_of_all
from tradegecko_bridge.engine.source_calls import place_of
from tradegecko_bridge.errors import BridgeError, GatewayError, OutcomeUnknown, Unavailable
from tradegecko_bridge.ports import Gateway
from tradegecko_bridge.visible import log

WRITES: Final = frozenset({"create_order", "perform_action"})
"""After a fault in one of these nobody knows what became of the request."""
FREE: Final = frozenset({"session", "doubles"})
"""These ask nothing of the account."""


def guarded(gateway: Gateway) -> Gateway:
    """The gateway, whose errors do not quote whom it was asked about.

    Unexpected exceptions are errors of the port, told by type and place, for they may quote somebody.
    """
    return cast("Gateway", _Guarded(gateway))


def checked(gateway: Gateway, check: Callable[[], None]) -> Gateway:
    """The gateway, which is not called unless ``check`` lets it."""
    return cast("Gateway", _Checked(gateway, check))


class _Guarded:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._gateway, name)
        if name == "session" or not callable(value):
            return value
        return _guard(value, name, OutcomeUnknown if name in WRITES else Unavailable)


class _Checked:
    def __init__(self, gateway: Gateway, check: Callable[[], None]) -> None:
        self._gateway = gateway
        self._check = check

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._gateway, name)
        if name not in FREE and callable(value):
            self._check()
        return value


def _guard(method: Callable[..., Any], name: str, kind: type[GatewayError]) -> Callable[..., Any]:
    @wraps(method)
    def call(*args: Any, **options: Any) -> Any:
        about = (*args, *options.values())
        with _faults(name, kind, about):
            result = method(*args, **options)
        return _items(result, name, kind, about) if isinstance(result, Iterator) else result

    return call


def _items(items: Iterator[Any], name: str, kind: type[GatewayError], about: Sequence[object]) -> Iterator[Any]:
    while True:
        with _faults(name, kind, about):
            try:
                item = next(items)
            except StopIteration:
                return
        yield item


@contextmanager
def _faults(name: str, kind: type[GatewayError], about: Sequence[object]) -> Iterator[None]:
    try:
        yield
    except BridgeError as error:
        error.args = tuple(cleared_of_all([arg], *about)[0] if isinstance(arg, str) else arg for arg in error.args)
        raise
    except Exception as error:
        text = f"{type(error).__name__} at {place_of(error)} in {name}: a fault in the gateway"
        log.error(text)
        raise kind(text) from error
