"""The client's errors in the words of the engine's port, and lists read through them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final, TypeVar

from attrs import frozen

from tradegecko_bridge import errors
from tradegecko_bridge.tradegecko.calls import Call, Page
from tradegecko_bridge.tradegecko.client.sync import TradeGeckoClient
from tradegecko_bridge.tradegecko.records.base import Record

R = TypeVar("R", bound=Record)
_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)


@contextmanager
def reading() -> Iterator[None]:
    """A lost or broken answer means: try again later."""
    with _told(errors.Unavailable):
        yield


@contextmanager
def writing() -> Iterator[None]:
    """A lost or broken answer means: nobody knows what became of it."""
    with _told(errors.OutcomeUnknown):
        yield


@contextmanager
def _told(in_doubt: Callable[[str], errors.GatewayError]) -> Iterator[None]:
    try:
        yield
    except (errors.NeedsLogin, errors.SubscriptionLapsed, errors.PermissionDenied) as error:
        raise errors.AccessDenied(str(error)) from error
    except errors.DuplicateIdempotencyKey as error:
        raise errors.AlreadySent(str(error)) from error
    except errors.RateLimited as error:
        raise errors.Unavailable(str(error), retry_at=error.reset_at) from error
    except (errors.ServerError, errors.UnreadableReply) as error:
        raise in_doubt(str(error)) from error
    except errors.TransportError as error:
        raise (in_doubt if error.may_have_arrived else errors.Unavailable)(str(error)) from error
    except errors.TradeGeckoError as error:  # refused, or nothing that can be sent at all
        raise (in_doubt if _is_strange(error) else errors.Rejected)(str(error)) from error


def _is_strange(error: errors.TradeGeckoError) -> bool:
    """Whether something in between may have refused, e.g. a proxy with a page of its own: that says nothing of what was
    asked. Too long is too long, whoever says so (reference §3.9)."""
    return isinstance(error, errors.StatusError) and not (error.in_json or isinstance(error, errors.RequestTooLong))


def pages(client: TradeGeckoClient, call: Call[Page[R]]) -> Iterator[Page[R]]:
    """The pages of a list.

    Raises:
        Unavailable: also for a row that cannot be read: leaving it out would be acting on half the truth.
    """
    found = client.pages(call)
    while True:
        with reading():
            page = next(found, None)
        if page is None:
            return
        if page.problems:
            raise errors.Unavailable(f"{call.method} {call.path}: {page.problems[0]}")
        yield page


def changes(
    client: TradeGeckoClient, call_at: Callable[[int, datetime | None], Call[Page[R]]], since: datetime | None
) -> Iterator[Page[R]]:
    """Pages of what changed since a moment, by ``updated_at``; ``call_at`` makes the call for a page from a moment on.

    See :class:`Place` for how one leads to the next.
    """
    place = Place(since)
    while True:
        page = page_at(client, call_at, place)
        yield page
        if page.last or not page.records:
            return
        place = place.after(page)


@frozen
class Place:
    """Where a list by ``updated_at`` is read on: a page of what changed since a moment.

    What changes while we read moves to the end and everything after it forward, past the edge of a page. So each page
    is asked for by the moment the last one ended with; the rows of that moment come again. Only where one moment has
    more rows than a page are pages counted.
    """

    since: datetime | None = None
    number: int = 1

    def __lt__(self, other: Place) -> bool:
        return (self.since or _BEGINNING, self.number) < (other.since or _BEGINNING, other.number)

    def after(self, page: Page[R]) -> Place:
        """Where to read on after this page; where the list may grow, if it was the last one."""
        until: datetime | None = getattr(page.records[-1], "updated_at", None) if page.records else None
        if until not in (None, self.since):
            return Place(until)
        return self if page.last else Place(self.since, self.number + 1)


def page_at(
    client: TradeGeckoClient, call_at: Callable[[int, datetime | None], Call[Page[R]]], place: Place
) -> Page[R]:
    """The page at a place of a list; raises as :func:`pages` does."""
    return next(pages(client, call_at(place.number, place.since)))
