"""The client's errors as those of the engine's port."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from tradegecko_bridge import errors


@contextmanager
def _mapped(uncertain: Callable[[str], errors.GatewayError]) -> Iterator[None]:
    try:
        yield
    except (errors.NeedsLogin, errors.SubscriptionLapsed, errors.PermissionDenied) as error:
        raise errors.AccessDenied(str(error)) from error
    except errors.DuplicateIdempotencyKey as error:
        raise errors.AlreadySent(str(error)) from error
    except errors.RateLimited as error:
        raise errors.Unavailable(str(error), retry_at=error.reset_at) from error
    except (errors.ServerError, errors.UnreadableReply) as error:
        raise uncertain(str(error)) from error
    except errors.TransportError as error:
        raise (uncertain if error.may_have_arrived else errors.Unavailable)(str(error)) from error
    except errors.TradeGeckoError as error:  # refused, or cannot be sent at all
        raise (uncertain if _is_not_the_apis(error) else errors.Rejected)(str(error)) from error


def reading() -> AbstractContextManager[None]:
    """A lost or broken answer means: try again later."""
    return _mapped(errors.Unavailable)


def writing() -> AbstractContextManager[None]:
    """A lost or broken answer means: nobody knows whether it was carried out."""
    return _mapped(errors.OutcomeUnknown)


def _is_not_the_apis(error: errors.TradeGeckoError) -> bool:
    """Whether something in between may have refused, e.g. a proxy with a page of its own: that says nothing about the
    request. Too long is too long, whoever says so (reference §3.9)."""
    return isinstance(error, errors.StatusError) and not (error.in_json or isinstance(error, errors.RequestTooLong))
