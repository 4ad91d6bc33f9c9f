"""Calling a gateway: other people's code, whose faults concern the order at hand and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial, wraps
from types import TracebackType
from typing import Any, Final, cast

from attrs import frozen

from tradegecko_bridge.commerce.clearing import cleared_of_all
from tradegecko_bridge.errors import BridgeError, OutcomeUnknown, Unavailable
from tradegecko_bridge.foreign import Guarded, call, fault
from tradegecko_bridge.ports import Gateway

WRITES: Final = frozenset({"create_order", "create_return", "perform_action"})
"""After a fault in one of these nobody knows what became of the request."""
FREE: Final = frozenset({"session", "doubles"})
"""These ask nothing of the account."""


def guarded(gateway: Gateway) -> Gateway:
    """The gateway, whose errors do not quote whom it was asked about.

    Unexpected exceptions are errors of the port, told by type and place, for they may quote somebody.
    """
    return cast("Gateway", _Guarded(gateway, _told))


def checked(gateway: Gateway, check: Callable[[], None]) -> Gateway:
    """The gateway, which is not called unless ``check`` lets it."""
    return cast("Gateway", _Checked(gateway, check))


class _Guarded(Guarded):
    def session(self, **options: Any) -> AbstractContextManager[None]:
        return _Session(self.__getattr__("session")(**options))


@frozen
class _Session(AbstractContextManager[None]):
    """A gateway's session; what is done in it is not the gateway's."""

    _theirs: AbstractContextManager[None]

    def __enter__(self) -> None:
        call(self._theirs.__enter__, partial(_told, "session", ()))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        call(lambda: self._theirs.__exit__(kind, error, traceback), partial(_told, "session", ()))


class _Checked:
    def __init__(self, gateway: Gateway, check: Callable[[], None]) -> None:
        self._gateway = gateway
        self._check = check

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._gateway, name)
        if name in FREE or not callable(value):
            return value

        @wraps(value)
        def let(*args: Any, **options: Any) -> Any:
            self._check()
            return value(*args, **options)

        vars(self)[name] = let  # found there from now on
        return let


def _told(name: str, about: Sequence[object], error: Exception) -> BridgeError:
    if isinstance(error, BridgeError):
        error.args = tuple(cleared_of_all([arg], *about)[0] if isinstance(arg, str) else arg for arg in error.args)
        return error
    return (OutcomeUnknown if name in WRITES else Unavailable)(fault(error, name, "gateway"))
