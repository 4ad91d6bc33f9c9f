"""From bytes to a :class:`Reply` or the error it stands for (reference §3.9). Pure: both drivers use it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any, Final

import orjson

from tradegecko_bridge import errors
from tradegecko_bridge.bounds import LONGEST_SAID, brief
from tradegecko_bridge.tradegecko.calls import Reply

Where = dict[str, Any]
"""Status, method, path and request id: what every error of an answer carries."""

_TOKENS: Final[tuple[tuple[str, type[errors.NeedsLogin]], ...]] = (
    ("expired", errors.TokenExpired),
    ("revoked", errors.TokenRevoked),
    ("invalid", errors.TokenInvalid),
)
"""The one word that differs between the messages of a 401 (reference §2.6)."""
_MOST: Final = 100
"""Fields that are told of one refusal, and messages of one field."""
_LONGEST_ID: Final = 200
_LOOKED_AT: Final = 10 * LONGEST_SAID
"""Characters of a message, of which many may be blanks."""
LATEST: Final = 32_503_680_000
"""The year 3000, in epoch seconds: no clock shows more, and reckoning with more would end beyond the calendar."""
_MISSING: Final = re.compile(r"Couldn't find (\w+)(?: with '?id'?=(\S+))?")
_NO_API_ACCESS: Final = re.compile(r"\bAPI access\b", re.IGNORECASE)


def read_reply(method: str, path: str, status: int, headers: Mapping[str, str], content: bytes) -> Reply:
    """The reply, or raise what it means.

    Raises:
        StatusError: one of its kinds, for every status from 400 up.
        UnreadableReply: a redirect, or a success that is not JSON.
    """
    body, readable = _json(content)
    if 200 <= status < 300 and readable:
        return Reply(status=status, headers=headers, body=body)
    where: Where = {"method": method, "path": path, "request_id": _request_id(headers)}
    if status >= 400:
        raise _error(headers, body, {**where, "status": status})
    if not 200 <= status < 300:
        raise errors.UnreadableReply(f"{status}, a redirect or the like, which the API never sends", **where)
    kind = headers.get("content-type", "no content type").split(";")[0]
    raise errors.UnreadableReply(f"{status} with {len(content)} bytes that are not JSON ({_one_line(kind)})", **where)


def _request_id(headers: Mapping[str, str]) -> str | None:
    found = headers.get("x-request-id")
    return found and brief(found, _LONGEST_ID)


def _json(content: bytes) -> tuple[Any, bool]:
    if not content or content.isspace():
        return None, True
    try:
        return orjson.loads(content), True
    except orjson.JSONDecodeError:
        return None, False


def _error(headers: Mapping[str, str], body: Any, where: Where) -> errors.StatusError:
    error = _kind_of_error(headers, body, where)
    error.from_api = _has_api_form(where["status"], body)
    return error


def _has_api_form(status: int, body: Any) -> bool:
    """Whether an error's body is one the API sends (reference §3.9): a type and a message, or by its status alone."""
    if not isinstance(body, dict):
        return False
    if status in (401, 429) and isinstance(body.get("error"), str):
        return True
    if status == 422 and isinstance(body.get("errors"), dict):
        return True
    return isinstance(body.get("type"), str) and isinstance(body.get("message"), str)


def _kind_of_error(headers: Mapping[str, str], body: Any, where: Where) -> errors.StatusError:
    status = where["status"]
    detail = _detail(status, body)
    match status:
        case 401 if isinstance(body, dict) and isinstance(
            body.get("error"), str
        ):  # the token endpoint's way of saying it
            return errors.LoginRefused(detail, error=_one_line(body["error"]), **where)
        case 404:
            found = _MISSING.match(detail)
            model, key = found.groups() if found else (None, None)
            if model == "Login":
                return errors.LoginDeleted(detail, **where)
            return errors.NotFound(detail, model=model, id=int(key) if key and _is_number(key) else key, **where)
        case 422:
            fields = _fields(body)
            complaints = brief(
                "; ".join(f"{name} {message}" for name, messages in fields.items() for message in messages)
            )
            return errors.ValidationFailed(complaints or detail, fields=fields, **where)
        case 429:
            return errors.RateLimited(detail, reset_at=reset_time(headers), **where)
    return _plain_kind(status, detail)(detail, **where)


def _plain_kind(status: int, detail: str) -> type[errors.StatusError]:
    """The class of an error that has nothing but its message."""
    match status:
        case 400:
            return errors.DuplicateIdempotencyKey if detail.startswith("Duplicate Idempotency") else errors.BadRequest
        case 401:
            return next((kind for word, kind in _TOKENS if word in detail), errors.NeedsLogin)
        case 402:
            return errors.SubscriptionLapsed
        case 403:
            return errors.ApiAccessDisabled if _NO_API_ACCESS.search(detail) else errors.PermissionDenied
        case 414:
            return errors.RequestTooLong
    return errors.ServerError if status >= 500 else errors.StatusError


def _detail(status: int, body: Any) -> str:
    if isinstance(body, dict):
        for name in ("message", "error_description", "error"):
            if isinstance(body.get(name), str) and (message := _one_line(body[name])):
                return message
    if status == 404:
        return "no such endpoint"
    return "the server failed" if status >= 500 else "refused without a reason"


def _fields(body: Any) -> dict[str, list[str]]:
    by_field = body.get("errors") if isinstance(body, dict) else None
    if not isinstance(by_field, dict):
        return {}
    return {
        _one_line(name): [
            _one_line(message) for message in (messages[:_MOST] if isinstance(messages, list) else [messages])
        ]
        for name, messages in islice(by_field.items(), _MOST)
    }


def _one_line(text: object) -> str:
    return brief(" ".join(str(text)[:_LOOKED_AT].split()))


def reset_time(headers: Mapping[str, str]) -> datetime | None:
    """When the rate-limit window opens again, by ``X-Rate-Limit-Reset`` (epoch seconds, reference §3.10)."""
    seconds = whole_number(headers, "x-rate-limit-reset")
    return None if seconds is None or seconds > LATEST else datetime.fromtimestamp(seconds, UTC)


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """The server's clock by its ``Date`` header, UTC, whole seconds; None without a readable one."""
    try:
        moment = parsedate_to_datetime(headers.get("date", ""))
        moment = moment.replace(tzinfo=UTC) if moment.utcoffset() is None else moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
    return None if moment.timestamp() > LATEST else moment


def whole_number(headers: Mapping[str, str], name: str) -> int | None:
    """A header's number; None where there is none. Longer ones than any clock or counter gives are junk."""
    value = headers.get(name, "")
    return int(value) if _is_number(value) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 12
