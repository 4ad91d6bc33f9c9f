"""What the sandbox may answer instead of a record.

`ApiError` carries a status and a body; its children are the shapes the API used (reference §3.9)::

    ApiError
    ├── BadRequest        400  a root or a child is missing, a used Idempotency-Key
    │   └── Malformed     400  the body is no JSON
    ├── Unauthorized      401  no token, or one that is unknown, expired or revoked
    ├── PaymentRequired   402  the account's subscription lapsed
    ├── Forbidden         403  the user may not do this, or the plan has no API access
    ├── NotFound          404  no record (or no parent) with this id
    ├── Invalid           422  {"errors": {field: [message]}}
    └── TooManyRequests   429  the window of the rate limit is used up
"""

from __future__ import annotations

from typing import Any

BLANK = "can't be blank"
ARCHIVED = "is archived"
TAKEN = "has already been taken"
NOT_A_NUMBER = "is not a number"
NOT_IN_LIST = "is not included in the list"


class ApiError(Exception):
    """An answer that is not a record: a status and a JSON body."""

    status = 500

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__(body)
        self.body = body


class BadRequest(ApiError):
    """400 with a type and a message."""

    status = 400

    def __init__(self, message: str) -> None:
        super().__init__({"type": "Bad Request", "message": message})

    @classmethod
    def missing(cls, name: str) -> BadRequest:
        """A required root or child object is not there."""
        return cls(f"Required parameter missing: {name}")


class Malformed(BadRequest):
    """400 for a body that cannot be read; where Rails found that out itself, the answer was HTML."""

    def __init__(self) -> None:
        super().__init__("There was a problem in the request body you submitted")


class Unauthorized(ApiError):
    """401; the type is lower-case here and nowhere else (reference §2.6)."""

    status = 401

    def __init__(self, message: str) -> None:
        super().__init__({"type": "unauthorized", "message": message})
        self.message = message


class PaymentRequired(ApiError):
    """402; only the status and that there is a message are known (appendix 7)."""

    status = 402

    def __init__(self, message: str) -> None:
        super().__init__({"type": "Payment Required", "message": message})


class Forbidden(ApiError):
    """403; only the status is known (appendix 7, 8)."""

    status = 403

    def __init__(self, message: str) -> None:
        super().__init__({"type": "Forbidden", "message": message})


class NotFound(ApiError):
    """404 in the words of ActiveRecord."""

    status = 404

    def __init__(self, model: str, key: object) -> None:
        shown = key if isinstance(key, str | int | float) else ""
        super().__init__({"type": "Not Found", "message": f"Couldn't find {model} with 'id'={shown}"})


class TooManyRequests(ApiError):
    """429; the only error of the resource API whose body has the key `error`."""

    status = 429

    def __init__(self) -> None:
        super().__init__({"error": "You have exceeded the API rate limit. Please retry later."})


class Invalid(ApiError):
    """422: the messages of every field that was refused."""

    status = 422

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__({"errors": errors})
        self.errors = errors

    @classmethod
    def one(cls, field: str, message: str) -> Invalid:
        """A single message on a single field."""
        return cls({field: [message]})


class FieldErrors(dict[str, list[str]]):
    """Messages by field, collected so that one answer names everything that is wrong."""

    def add(self, field: str, message: str) -> None:
        """Add one message; the same message twice is one message."""
        messages = self.setdefault(field, [])
        if message not in messages:
            messages.append(message)

    def merge(self, prefix: str, other: dict[str, list[str]]) -> None:
        """Add a nested record's messages under dotted keys (`order_line_items.variant`)."""
        for field, messages in other.items():
            for message in messages:
                self.add(f"{prefix}.{field}", message)

    def raise_if_any(self) -> None:
        """Raises Invalid when there are messages."""
        if self:
            raise Invalid(self)
