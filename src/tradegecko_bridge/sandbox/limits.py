"""Who may call, how often, and whether a write was seen before (reference §2.6, §3.10, §3.11)."""

from __future__ import annotations

from datetime import datetime, timedelta

from .errors import BadRequest, Unauthorized
from .formats import datetime_text
from .world import Session, World

WINDOW = 300  # seconds
_KEY_LIFE = timedelta(hours=24)
Headers = list[tuple[str, str]]


def authenticate(world: World, authorization: str) -> Session:
    """The session behind an `Authorization: Bearer …` header. Raises Unauthorized."""
    scheme, _, token = authorization.partition(" ")
    known = world.state["access_tokens"].where("token", token.strip()) if token.strip() else []
    if scheme.lower() != "bearer" or not known:
        raise Unauthorized("The access token is invalid")
    row = known[0]
    if row.get("revoked_at") is not None:
        raise Unauthorized("The access token was revoked")
    if row.get("expires_at") is not None and row["expires_at"] <= world.now():
        raise Unauthorized("The access token expired")
    return Session(row["account_id"], row["user_id"], row["application_id"])


class RateLimits:
    """Counts requests per application and account, in fixed windows aligned to the epoch."""

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self._used: dict[str, tuple[int, int]] = {}

    def count(self, scope: str, now: datetime) -> tuple[Headers, bool]:
        """Count one request: the headers of its answer, and whether it may go on."""
        if self.limit is None:
            return [], True
        window = int(now.timestamp()) // WINDOW
        held, used = self._used.get(scope, (window, 0))
        used = used + 1 if held == window else 1
        self._used[scope] = (window, used)
        headers = [
            ("X-Rate-Limit-Limit", str(self.limit)),
            ("X-Rate-Limit-Remaining", str(max(self.limit - used, 0))),
            ("X-Rate-Limit-Reset", str((window + 1) * WINDOW)),
        ]
        return headers, used <= self.limit

    def forget(self) -> None:
        """Start every window anew."""
        self._used.clear()


def claim_key(world: World, key: str) -> None:
    """Use up an Idempotency-Key for 24 hours. Raises BadRequest for one that is used up already."""
    table = world.state["idempotency_keys"]
    scope_key = f"{world.session.scope}/{key}"
    for row in table.where("scope_key", scope_key):
        if row["expires_at"] > world.now():
            raise BadRequest("Duplicate Idempotency Key header detected")
        world.state.delete("idempotency_keys", row)
    expires = datetime_text(world.clock() + _KEY_LIFE)
    world.state.insert("idempotency_keys", {"scope_key": scope_key, "expires_at": expires})
