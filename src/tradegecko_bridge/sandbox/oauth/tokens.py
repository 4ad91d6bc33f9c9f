"""Codes and token pairs: made, exchanged, refreshed, revoked (reference §2.2-2.4, §2.7)."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from ..model.context import Context
from ..model.formats import datetime_text
from ..model.state import Row, State
from .errors import OAuthError

TOKEN_LIFE = 7200  # seconds
CODE_LIFE = 600  # seconds
SCOPE = "public"


def application_of(context: Context, client_id: str) -> Row | None:
    """The application with this id, or None."""
    found = context.state["applications"].where("client_id", client_id) if client_id else []
    return found[0] if found else None


def redirect_allowed(application: Row, uri: str) -> bool:
    """Whether the application registered this redirect URI.

    A registered `http://127.0.0.1:*` stands for every port and path there: a program that waits for a
    browser on its own machine takes whatever port is free.
    """
    try:
        parts = urlsplit(uri)
        port = parts.port  # Reading it is what finds a bad one.
    except ValueError:
        return False
    # Only what a header can carry as it is: the browser is sent back by one.
    printable = all(32 < ord(char) < 127 for char in uri)
    if parts.fragment or parts.username is not None or "\\" in uri or not printable:
        return False
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    anywhere = f"{parts.scheme}://{host}:*"
    return any(uri == known or (anywhere == known and port != 0) for known in application.get("redirect_uris", []))


def login(context: Context, email: str, password: str) -> Row | None:
    """The user with this e-mail address and password, who has signed in by that, or None."""
    for user in context.state["users"].rows.values():
        known = user.get("password")
        if known and str(user.get("email", "")).lower() == email.strip().lower() and user_is_active(user):
            if not hmac.compare_digest(known.encode(), password.encode()):
                return None
            context.state.update("users", user, {"last_sign_in_at": context.now()}, touch=False)
            return user
    return None


def user_is_active(user: Row) -> bool:
    """Whether the user was not deleted."""
    return bool(user.get("status", "active") == "active")


def new_code(context: Context, application: Row, user: Row, redirect_uri: str) -> str:
    """A code for the user's browser to carry back; it works once and for ten minutes."""
    code = secrets.token_hex(32)
    grant = {
        "code": code,
        "application_id": application["id"],
        "user_id": user["id"],
        "redirect_uri": redirect_uri,
        "expires_at": datetime_text(context.clock() + timedelta(seconds=CODE_LIFE)),
    }
    context.state.insert("access_grants", grant)
    return code


def exchange_code(context: Context, application: Row, code: str, redirect_uri: str) -> Row:
    """The token pair for a code. Raises OAuthError; a wrong redirect URI does not use the code up."""
    found = context.state["access_grants"].where("code", code)
    if not found:
        raise OAuthError("invalid_grant")
    grant = found[0]
    spent = grant.get("revoked_at") is not None or grant["expires_at"] <= context.now()
    if spent or grant["application_id"] != application["id"] or grant["redirect_uri"] != redirect_uri:
        raise OAuthError("invalid_grant")
    context.state.update("access_grants", grant, {"revoked_at": context.now()})
    return pair_for(context, application, context.state["users"].rows[grant["user_id"]])


def pair_for(context: Context, application: Row, user: Row) -> Row:
    """A token pair for someone who signed in: the one that is alive already, when the server re-uses tokens.

    That is why two connections of one user work side by side until the first of them refreshes (§2.7).
    """
    if context.switches.reuse_access_token:
        now = context.now()
        for row in reversed(context.state["access_tokens"].where("user_id", user["id"])):
            mine = row["application_id"] == application["id"] and row.get("refresh_token") is not None
            if mine and row.get("revoked_at") is None and row["expires_at"] > now:
                return row
    return _new_pair(context, application["id"], user)


def refresh(context: Context, application: Row, refresh_token: str) -> Row:
    """A new pair for a refresh token, which is spent by it. Raises OAuthError."""
    found = context.state["access_tokens"].where("refresh_token", refresh_token)
    if not found or found[0].get("revoked_at") is not None or found[0]["application_id"] != application["id"]:
        raise OAuthError("invalid_grant")
    old = found[0]
    user = context.state["users"].rows[old["user_id"]]
    if context.switches.refresh_revokes_on_first_use:
        return _new_pair(context, application["id"], user, previous=refresh_token)
    revoke(context, old)
    return _new_pair(context, application["id"], user)


def revoke(context: Context, row: Row) -> None:
    """End a token and the refresh token with it."""
    if row.get("revoked_at") is None:
        context.state.update("access_tokens", row, {"revoked_at": context.now()})


def expire(context: Context, row: Row) -> None:
    """End a token's time now; its refresh token still works."""
    context.state.update("access_tokens", row, {"expires_at": context.now()})


def find(state: State, token: str) -> Row | None:
    """The pair an access token or a refresh token belongs to, or None."""
    for column in ("token", "refresh_token"):
        found = state["access_tokens"].where(column, token)
        if token and found:
            return found[0]
    return None


def shown(context: Context, row: Row) -> dict[str, Any]:
    """The answer of the token endpoint."""
    left = datetime.fromisoformat(row["expires_at"]).timestamp() - context.clock().timestamp()
    return {
        "access_token": row["token"],
        "token_type": "bearer",
        "expires_in": min(round(left), TOKEN_LIFE),
        "refresh_token": row["refresh_token"],
        "scope": SCOPE,
        "created_at": row["created_epoch"],
    }


def _new_pair(context: Context, application_id: int, user: Row, previous: str | None = None) -> Row:
    moment = context.clock()
    values: Row = {
        "token": secrets.token_hex(32),
        "refresh_token": secrets.token_hex(32),
        "application_id": application_id,
        "account_id": user["account_id"],
        "user_id": user["id"],
        "created_epoch": int(moment.timestamp()),
        "expires_at": datetime_text(moment + timedelta(seconds=TOKEN_LIFE)),
    }
    if previous is not None:
        values["previous_refresh_token"] = previous
    return context.state.insert("access_tokens", values)
