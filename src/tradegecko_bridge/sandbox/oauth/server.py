"""The OAuth endpoints as answers to requests."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import orjson

from ..model.context import Context
from ..model.schema import oauth_endpoints
from ..model.state import Row
from ..wire.errors import ApiError, Malformed
from ..wire.log import log
from ..wire.messages import JSON, Answer, Request, Rollback, error_page
from ..wire.params import read_body, read_query
from . import pages, tokens
from .errors import TEXTS, OAuthError

_NO_STORE = [("Content-Type", JSON), ("Cache-Control", "no-store"), ("Pragma", "no-cache")]
_KEPT = ("client_id", "redirect_uri", "response_type", "state", "scope")
Fields = dict[str, str]
Handler = Callable[[Request, Fields], Answer]


class OAuth:
    """Signs users of the sandbox in. Not counted by the rate limit, which is per account (inferred)."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._routes: dict[tuple[str, str], Handler] = {
            (method, endpoint.path): getattr(self, endpoint.does)
            for endpoint in oauth_endpoints()
            for method in endpoint.methods
        }

    def handle(self, request: Request, *, undo: bool = False) -> Answer:
        """Answer one request below `/oauth/`. With `undo` nothing of it is kept."""
        endpoint = self._routes.get((request.method, request.path.rstrip("/")))
        if endpoint is None:
            return error_page(404, "There is nothing at this address")
        try:
            with self.context.state.transaction():
                answer = endpoint(request, _fields(request))
                if undo:
                    raise Rollback
        except OAuthError as exc:
            return self._error(exc.code)
        except ApiError as exc:
            if isinstance(exc, Malformed) and self.context.switches.malformed_json_is_html:
                return error_page(400, "Bad Request")
            return Answer(exc.status, orjson.dumps(exc.body), [("Content-Type", JSON)])
        except Rollback:
            return error_page(500, "We're sorry, but something went wrong.")
        except Exception:
            log.exception("the sandbox failed on %s %s", request.method, request.path)
            return error_page(500, "We're sorry, but something went wrong.")
        return answer

    def ask(self, _request: Request, fields: Fields) -> Answer:
        """Show the form, an error page, or send the browser back with what is wrong."""
        application = tokens.application_of(self.context, fields.get("client_id", ""))
        problem = self._problem(application, fields)
        if problem is not None:
            return problem
        return pages.consent(_name(application), _kept(fields))

    def decide(self, _request: Request, fields: Fields) -> Answer:
        """Send the browser back with a code, or with `access_denied`."""
        application = tokens.application_of(self.context, fields.get("client_id", ""))
        problem = self._problem(application, fields)
        if problem is not None or application is None:
            return problem or pages.error(TEXTS["invalid_client"])
        if fields.get("decision") != "allow":
            return _redirect(fields, error="access_denied", error_description=TEXTS["access_denied"])
        email = fields.get("email", "")
        user = tokens.login(self.context, email, fields.get("password", ""))
        if user is None:
            return pages.consent(_name(application), _kept(fields), email, "Invalid email or password.")
        return _redirect(fields, code=tokens.new_code(self.context, application, user, fields["redirect_uri"]))

    def token(self, request: Request, fields: Fields) -> Answer:
        """A token pair for a code, a password or a refresh token. Raises OAuthError."""
        grants = {"authorization_code": self._by_code, "refresh_token": self._by_refresh}
        if self.context.switches.password_grant:
            grants["password"] = self._by_password
        kind = fields.get("grant_type", "")
        if not kind:
            raise OAuthError("invalid_request")
        if kind not in grants:
            raise OAuthError("unsupported_grant_type")
        row = grants[kind](self._client(request, fields), fields)
        return Answer(200, orjson.dumps(tokens.shown(self.context, row)), list(_NO_STORE))

    def revoke(self, request: Request, fields: Fields) -> Answer:
        """End a token of this application. Always 200: one must not learn here which tokens exist (RFC 7009)."""
        try:
            application = self._client(request, fields)
        except OAuthError:
            application = {"id": None}
        row = tokens.find(self.context.state, fields.get("token", ""))
        if row is not None and row["application_id"] == application["id"]:
            tokens.revoke(self.context, row)
        return Answer(200, b"{}", list(_NO_STORE))

    def _by_code(self, application: Row, fields: Fields) -> Row:
        if not fields.get("code") or not fields.get("redirect_uri"):
            raise OAuthError("invalid_request")
        return tokens.exchange_code(self.context, application, fields["code"], fields["redirect_uri"])

    def _by_refresh(self, application: Row, fields: Fields) -> Row:
        if not fields.get("refresh_token"):
            raise OAuthError("invalid_request")
        try:
            return tokens.refresh(self.context, application, fields["refresh_token"])
        except OAuthError as exc:
            # The server of the first years answered for a spent token as for a missing one (reference §2.4).
            raise OAuthError("invalid_request" if self.context.switches.legacy_oauth_errors else exc.code) from exc

    def _by_password(self, application: Row, fields: Fields) -> Row:
        user = tokens.login(self.context, fields.get("username", ""), fields.get("password", ""))
        if user is None or user["account_id"] != application.get("account_id"):
            raise OAuthError("invalid_resource_owner" if self.context.switches.legacy_oauth_errors else "invalid_grant")
        return tokens.pair_for(self.context, application, user)

    def _client(self, request: Request, fields: Fields) -> Row:
        """The application that sent the request, by its id and secret. Raises OAuthError."""
        client_id, secret = _basic(request) or (fields.get("client_id", ""), fields.get("client_secret", ""))
        application = tokens.application_of(self.context, client_id)
        known = "" if application is None else str(application.get("client_secret") or "")
        if application is None or not known or not hmac.compare_digest(known.encode(), secret.encode()):
            raise OAuthError("invalid_client")
        return application

    def _problem(self, application: Row | None, fields: Fields) -> Answer | None:
        """What keeps the form from being shown. Only a known redirect URI is ever redirected to."""
        if application is None:
            return pages.error(TEXTS["invalid_client"])
        if not tokens.redirect_allowed(application, fields.get("redirect_uri", "")):
            return pages.error(TEXTS["invalid_redirect_uri"])
        code = ""
        if not fields.get("response_type"):
            code = "invalid_request"
        elif fields["response_type"] != "code":
            code = "unsupported_response_type"
        elif fields.get("scope", tokens.SCOPE) not in {"", tokens.SCOPE}:
            code = "invalid_scope"
        return _redirect(fields, error=code, error_description=TEXTS[code]) if code else None

    @staticmethod
    def _error(code: str) -> Answer:
        """401 for every error, as Doorkeeper before 5.1 answered (reference §2.4)."""
        text = TEXTS[code]
        challenge = f'Bearer realm="TradeGecko", error="{code}", error_description="{text}"'
        body = orjson.dumps({"error": code, "error_description": text})
        return Answer(401, body, [*_NO_STORE, ("WWW-Authenticate", challenge)])


def _fields(request: Request) -> Fields:
    """The texts in query and body, which may be a form or JSON. Raises Malformed for JSON that is none."""
    given: dict[str, Any] = read_query(request.query)
    if request.method == "POST":
        given |= read_body(request.body, request.headers.get("content-type", ""))
    return {name: value for name, value in given.items() if isinstance(value, str)}


def _basic(request: Request) -> tuple[str, str] | None:
    """Client id and secret from an `Authorization: Basic` header, which Doorkeeper took as well."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:  # No base64, or no UTF-8 in it.
        return None
    return name, secret


def _kept(fields: Fields) -> Fields:
    return {name: fields[name] for name in _KEPT if name in fields}


def _name(application: Row | None) -> str:
    return str((application or {}).get("name") or "")


def _redirect(fields: Fields, **result: str) -> Answer:
    """A redirect to the application, its own query and the `state` kept."""
    if "state" in fields:
        result["state"] = fields["state"]
    parts = urlsplit(fields["redirect_uri"])
    query = "&".join(part for part in (parts.query, urlencode(result)) if part)
    return Answer(302, b"", [("Location", urlunsplit(parts._replace(query=query))), ("Cache-Control", "no-store")])
