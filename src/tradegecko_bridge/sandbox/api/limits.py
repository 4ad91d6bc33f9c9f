"""Who may call, how often, and whether a write was seen before (reference §2.6, §3.10, §3.11)."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..model.context import Context, Session
from ..model.formats import datetime_text
from ..model.state import Row
from ..wire.errors import BadRequest, Unauthorized
from ..wire.params import read_query

WINDOW = 300  # seconds
_REAL_LIMIT = 300
_KEY_LIFE = timedelta(hours=24)
_EXPIRED_AT_ONCE = 4  # expired keys; more than one, so that they never pile up
Headers = list[tuple[str, str]]


def authenticate(context: Context, authorization: str, query: str = "") -> Session:
    """The session behind a bearer token in the header, or in the query where there is no header.

    Raises Unauthorized.
    """
    token = _presented_token(authorization, query)
    known = context.state["access_tokens"].where("token", token) if token else []
    if not known:
        raise Unauthorized("The access token is invalid")
    row = known[0]
    if row.get("revoked_at") is not None:
        raise Unauthorized("The access token was revoked")
    expires = row.get("expires_at")
    if expires is not None and expires <= context.now():
        raise Unauthorized("The access token expired")
    if row.get("previous_refresh_token") is not None:
        _retire_previous(context, row)
    return Session(row["account_id"], row["user_id"], row["application_id"], privileged=expires is None)


def _presented_token(authorization: str, query: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if authorization:
        return token.strip() if scheme.lower() == "bearer" else ""
    if "_token=" not in query:
        return ""
    fields = read_query(query)
    found = fields.get("access_token") or fields.get("bearer_token")
    return found if isinstance(found, str) else ""


def _retire_previous(context: Context, row: Row) -> None:
    """The first use of a new token ends the one it was refreshed from, where the server waits for that."""
    with context.state.transaction():
        for old in context.state["access_tokens"].where("refresh_token", row["previous_refresh_token"]):
            if old.get("revoked_at") is None:
                context.state.update("access_tokens", old, {"revoked_at": context.now()})
        context.state.update("access_tokens", row, {"previous_refresh_token": None})


class RateLimits:
    """Counts requests per application and account, in fixed windows aligned to the epoch."""

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self._used: dict[str, tuple[int, int]] = {}
        self._used_up: dict[str, int] = {}

    def count(self, scope: str, now: datetime, *, refuse: bool = False) -> tuple[Headers, bool]:
        """Count one request: the headers of its answer, and whether it may go on. With `refuse` it may not."""
        window = int(now.timestamp()) // WINDOW
        refuse = refuse or self._used_up.get(scope) == window
        if self.limit is None and not refuse:
            return [], True
        limit = self.limit or _REAL_LIMIT
        held, used = self._used.get(scope, (window, 0))
        used = used + 1 if held == window else 1
        self._used[scope] = (window, used)
        headers = [
            ("X-Rate-Limit-Limit", str(limit)),
            ("X-Rate-Limit-Remaining", "0" if refuse else str(max(limit - used, 0))),
            ("X-Rate-Limit-Reset", str((window + 1) * WINDOW)),
        ]
        return headers, used <= limit and not refuse

    def use_up(self, scope: str, now: datetime) -> None:
        """Refuse everything until the window ends, as if another program had used it up."""
        self._used_up[scope] = int(now.timestamp()) // WINDOW

    def reset(self) -> None:
        """Start every window anew."""
        self._used.clear()
        self._used_up.clear()


def claim_key(context: Context, key: str) -> None:
    """Use up an Idempotency-Key for 24 hours. Raises BadRequest for one that is used up already."""
    table = context.state["idempotency_keys"]
    for oldest in table.visible.oldest(0, _EXPIRED_AT_ONCE):
        if table.rows[oldest]["expires_at"] <= context.now():
            context.state.delete("idempotency_keys", table.rows[oldest])
    scope_key = f"{context.session.scope}/{key}"
    for row in table.where("scope_key", scope_key):
        if row["expires_at"] > context.now():
            raise BadRequest("Duplicate Idempotency Key header detected")
        context.state.delete("idempotency_keys", row)
    expires = datetime_text(context.clock() + _KEY_LIFE)
    context.state.insert("idempotency_keys", {"scope_key": scope_key, "expires_at": expires})
