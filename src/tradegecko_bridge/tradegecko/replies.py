"""From bytes to a :class:`Reply` or the error it stands for (reference §3.9). Pure: both drivers use it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from tradegecko_bridge.errors import (
    BadRequest,
    DuplicateIdempotencyKey,
    NeedsLogin,
    NotFound,
    PermissionDenied,
    RateLimited,
    ServerError,
    StatusError,
    SubscriptionLapsed,
    UnreadableReply,
    ValidationFailed,
)
from tradegecko_bridge.tradegecko.calls import Reply

_REMEDY: dict[int, str] = {
    401: "log in again or put a valid access token into the settings",
    402: "the account's subscription has lapsed; renew it",
    403: "the user behind the token lacks the permission, or the plan has no API access",
}
_BY_STATUS: dict[int, type[StatusError]] = {
    401: NeedsLogin,
    402: SubscriptionLapsed,
    403: PermissionDenied,
    404: NotFound,
}


def read_reply(method: str, path: str, status: int, headers: Mapping[str, str], content: bytes) -> Reply:
    """The reply, or raise what it means.

    Raises:
        StatusError: one of its kinds, for every status from 400 up.
        UnreadableReply: a redirect, or a success that is not JSON.
    """
    where: dict[str, Any] = {"method": method, "path": path, "request_id": headers.get("x-request-id")}
    body, readable = _json(content)
    if status >= 400:
        raise _error(status, headers, body, where)
    if 300 <= status < 400:
        raise UnreadableReply(f"{status} redirect, which the API never sends; check the base URL", **where)
    if not readable:
        kind = headers.get("content-type", "no content type").split(";")[0]
        raise UnreadableReply(f"{status} with {len(content)} bytes that are not JSON ({kind})", **where)
    return Reply(status=status, headers=headers, body=body)


def _json(content: bytes) -> tuple[Any, bool]:
    if not content.strip():
        return None, True
    try:
        return orjson.loads(content), True
    except orjson.JSONDecodeError:
        return None, False


def _error(status: int, headers: Mapping[str, str], body: Any, where: dict[str, Any]) -> StatusError:
    detail = _detail(status, body)
    where = {**where, "status": status}
    if status == 422:
        fields = _fields(body)
        said = "; ".join(f"{name} {message}" for name, messages in fields.items() for message in messages)
        return ValidationFailed(said or detail, fields=fields, **where)
    if status == 429:
        return RateLimited(detail, reset_at=reset_time(headers), **where)
    if status == 400 and detail.startswith("Duplicate Idempotency"):
        return DuplicateIdempotencyKey(detail, **where)
    if status in _BY_STATUS:
        remedy = _REMEDY.get(status)
        return _BY_STATUS[status](f"{detail}; {remedy}" if remedy else detail, **where)
    return (ServerError if status >= 500 else BadRequest if status == 400 else StatusError)(detail, **where)


def _detail(status: int, body: Any) -> str:
    if isinstance(body, dict):
        for name in ("message", "error_description", "error"):
            if isinstance(body.get(name), str):
                return _one_line(body[name])
    if status == 404:
        return "no such endpoint; check the base URL"
    return "the server failed" if status >= 500 else "refused without a reason"


def _fields(body: Any) -> dict[str, list[str]]:
    errors = body.get("errors") if isinstance(body, dict) else None
    if not isinstance(errors, dict):
        return {}
    return {
        _one_line(name): [_one_line(message) for message in (messages if isinstance(messages, list) else [messages])]
        for name, messages in errors.items()
    }


def _one_line(text: object) -> str:
    return " ".join(str(text).split())


def reset_time(headers: Mapping[str, str]) -> datetime | None:
    """When the rate-limit window opens again, by ``X-Rate-Limit-Reset`` (epoch seconds, reference §3.10)."""
    seconds = whole_number(headers, "x-rate-limit-reset")
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except ValueError:  # beyond the year 9999
        return None


def whole_number(headers: Mapping[str, str], name: str) -> int | None:
    """A header's number; None where there is none. Longer ones than any clock or counter gives are junk."""
    value = headers.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 12 else None
