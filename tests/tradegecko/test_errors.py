"""The tree of errors: as drawn, one line each, and whole after a journey to another process."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tradegecko_bridge import errors
from tradegecko_bridge.errors import BridgeError, TradeGeckoError

RESET = datetime(2026, 11, 3, 12, 5, tzinfo=UTC)
WHERE: dict[str, Any] = {"method": "POST", "path": "/orders", "request_id": "9f3"}
ANSWERED = {**WHERE, "status": 400}
MADE: list[BridgeError] = [
    errors.ConfigError("no token"),
    errors.MalformedData(["id is missing", "name is 3"]),
    errors.Unavailable("busy", retry_at=RESET),
    errors.TradeGeckoError("x", **WHERE),
    errors.CannotBeSent("x", **WHERE),
    errors.TransportError("x", may_have_arrived=False, **WHERE),
    errors.TimedOut("x", **WHERE),
    errors.UnreadableReply("x", **WHERE),
    errors.LoginRefused("x", error="invalid_grant", **ANSWERED),
    errors.NotFound("x", model="Product", id=123, **ANSWERED),
    errors.ValidationFailed("x", fields={"a": ["b", "c"]}, **ANSWERED),
    errors.RateLimited("x", reset_at=RESET, **ANSWERED),
    *(
        kind("x", **ANSWERED)
        for kind in (
            errors.StatusError,
            errors.BadRequest,
            errors.DuplicateIdempotencyKey,
            errors.NeedsLogin,
            errors.TokenExpired,
            errors.TokenRevoked,
            errors.TokenInvalid,
            errors.LoginDeleted,
            errors.SubscriptionLapsed,
            errors.PermissionDenied,
            errors.ApiAccessDisabled,
            errors.RequestTooLong,
            errors.ServerError,
        )
    ),
]


def drawn() -> Iterator[tuple[str, str]]:
    """(parent, child) for each branch of the tree in the module's docstring."""
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        if found := re.match(r"    ((?:│   |    )*)[├└]── (\w+)", line):
            depth = len(found[1]) // 4
            yield ([*above[:depth]] or ["BridgeError"])[-1], found[2]
            above[depth:] = [found[2]]


def there() -> Iterator[tuple[str, str]]:
    """(parent, child) for each class."""
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, BridgeError) and kind is not BridgeError:
            yield kind.__bases__[0].__name__, kind.__name__


def test_the_tree_is_drawn_as_it_is() -> None:
    """The module's docstring shows every class under its parent, and no other."""
    assert sorted(drawn()) == sorted(there())


@pytest.mark.parametrize("error", MADE, ids=lambda error: type(error).__name__)
def test_an_error_travels(error: BridgeError) -> None:
    """Pickled, copied and copied deep it is the same, with all it knows."""
    if isinstance(error, TradeGeckoError):
        error.attempts = 3
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(other) is type(error)
        assert str(other) == str(error)
        assert other.args == error.args
        assert vars(other) == vars(error)


@pytest.mark.parametrize("error", MADE, ids=lambda error: type(error).__name__)
def test_an_error_is_one_line_that_says_what_to_do(error: BridgeError) -> None:
    """What happened and where; those of the API end with the remedy."""
    assert len(str(error).splitlines()) == 1
    if isinstance(error, TradeGeckoError):
        assert " on POST /orders (request id 9f3): x; " in str(error)
        assert str(error).endswith(error.remedy)
        assert (error.method, error.path, error.request_id) == ("POST", "/orders", "9f3")


def test_a_lost_answer_to_a_write_says_look() -> None:
    """A read can simply be asked again; a write that may have arrived cannot."""
    assert "look before" in str(errors.TransportError("x", **WHERE))
    assert "look before" not in str(errors.TransportError("x", may_have_arrived=False, **WHERE))
    assert "look before" not in str(errors.TimedOut("x", method="GET", path="/orders"))
