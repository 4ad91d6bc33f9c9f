"""What listeners of a client get: frozen events that name the request, never a person or a token."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import frozen

from tradegecko_bridge.foreign import place_of
from tradegecko_bridge.visible import log


@frozen(kw_only=True)
class Event:
    """Something that happened to one call.

    ``call`` numbers the calls of this program, so that what belongs together can be found together; ``attempt`` counts
    the requests of this call from 1. ``path`` has no query. All times are seconds.
    """

    call: int
    method: str
    path: str
    attempt: int


@frozen(kw_only=True)
class RequestStarted(Event):
    """A request is about to go out."""

    host: str


@frozen(kw_only=True)
class AnswerReceived(Event):
    """An answer came, good or bad; ``remaining`` is what the rate limit leaves, where the answer says."""

    status: int
    request_id: str | None
    seconds: float
    remaining: int | None


@frozen(kw_only=True)
class RequestFailed(Event):
    """No answer came; ``error`` is the class of what was raised."""

    error: str
    seconds: float


@frozen(kw_only=True)
class RetryWait(Event):
    """The call is tried again after ``seconds``; ``error`` is the class of what went wrong."""

    error: str
    seconds: float


@frozen(kw_only=True)
class RateWait(Event):
    """The rate limit has no room: the request goes out after ``seconds`` at the earliest."""

    seconds: float


Listener = Callable[[Event], None]


class Listeners:
    """The listeners of a client. One that raises does not break the call; that is logged once for each."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self._listeners = tuple(listeners)
        self._broken: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._listeners)

    def emit(self, event: Event) -> None:
        """Call each listener in turn, in the thread or task of the call."""
        for listener in self._listeners:
            try:
                listener(event)
            except Exception as error:
                self._report(listener, event, error)

    def _report(self, listener: Listener, event: Event, error: Exception) -> None:
        if id(listener) not in self._broken:
            self._broken.add(id(listener))
            what = f"{type(error).__name__} at {place_of(error)}"
            log.error("listener %r failed on %s: %s; logged once", listener, type(event).__name__, what)
