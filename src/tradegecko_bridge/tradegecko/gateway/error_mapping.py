"""The client's errors as those of the engine's port."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from tradegecko_bridge import errors

READ_REFUSALS = (errors.NeedsLogin, errors.SubscriptionLapsed, errors.PermissionDenied, errors.RateLimited)
"""What ends a read, whoever says so: it has written nothing."""


@contextmanager
def _mapped(uncertain: Callable[[str], errors.GatewayError], *believed: type[errors.StatusError]) -> Iterator[None]:
    try:
        yield
    except (errors.ServerError, errors.UnreadableReply) as error:
        raise uncertain(str(error)) from error
    except errors.BadCertificate as error:
        raise errors.AccessDenied(str(error)) from error
    except errors.TransportError as error:
        raise (uncertain if error.may_have_arrived else errors.Unavailable)(str(error)) from error
    except errors.StatusError as error:
        counts = isinstance(error, believed) or _is_the_apis(error)
        raise (_refusal(error) if counts else uncertain(str(error))) from error
    except errors.TradeGeckoError as error:  # it cannot be sent at all
        raise errors.Rejected(str(error)) from error


def _refusal(error: errors.StatusError) -> errors.GatewayError:
    """What the API itself has answered: nothing was carried out."""
    if isinstance(error, (errors.NeedsLogin, errors.SubscriptionLapsed, errors.PermissionDenied)):
        return errors.AccessDenied(str(error))
    if isinstance(error, errors.DuplicateIdempotencyKey):
        return errors.AlreadySent(str(error))
    if isinstance(error, errors.RateLimited):
        return errors.Unavailable(str(error), retry_at=error.reset_at)
    return errors.Rejected(str(error))


def _is_the_apis(error: errors.StatusError) -> bool:
    """Whether a refusal is the API's own. A proxy in between that refuses with a page or words of its own says nothing
    about the request, whatever its status; a login that failed on the way does: the request did not leave."""
    return error.from_api or error.path.startswith("/oauth/") or isinstance(error, errors.LoginEnded)


def reading() -> AbstractContextManager[None]:
    """A lost, broken or foreign answer means: try again later."""
    return _mapped(errors.Unavailable, *READ_REFUSALS)


def writing() -> AbstractContextManager[None]:
    """A lost, broken or foreign answer means: nobody knows whether it was carried out."""
    return _mapped(errors.OutcomeUnknown)
