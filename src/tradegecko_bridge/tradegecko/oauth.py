"""Logging in by OAuth 2 (reference §2): addresses, requests and answers as values, no I/O.

:class:`OAuthApp` builds what is sent, :func:`read_grant` and :func:`read_callback` read what comes back, and
:class:`RefreshPolicy` says when a pair of tokens is renewed.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

import orjson
from attrs import evolve, field, frozen

from tradegecko_bridge import errors
from tradegecko_bridge.foreign import discreet, discreetly_made
from tradegecko_bridge.http_bounds import check_not_plain
from tradegecko_bridge.ports.logins import LoginOwner, Mishap, Secret, StoredToken, TokenPair, as_secret
from tradegecko_bridge.tradegecko.limits.headers import retry_after
from tradegecko_bridge.tradegecko.replies import read_reply, server_time

TOKEN_PATH: Final = "/oauth/token"  # noqa: S105 - a path
AUTHORIZE_PATH: Final = "/oauth/authorize"
_SECOND_HAND: Final = timedelta(seconds=60)
"""A pair that is older than this when it is handed out is somebody else's, too."""


@frozen(kw_only=True)
class TokenRequest:
    """A POST to the token endpoint, form-encoded (reference §2.2). ``grant`` names it in errors and logs; ``owner`` is
    whom the pair will be for."""

    url: str
    grant: str
    form: Mapping[str, str | Secret] = field(repr=False)
    owner: LoginOwner | None = None

    @property
    def path(self) -> str:
        """The address in errors."""
        return urlsplit(self.url).path

    def content(self) -> bytes:
        """The body, secrets and all."""
        plain = {name: value.reveal() if isinstance(value, Secret) else value for name, value in self.form.items()}
        return urlencode(plain, errors="surrogatepass").encode("ascii")  # no error that quotes a password


def _split(address: str) -> SplitResult:
    """The parts of an address; of what is none, no part."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return urlsplit("")
    return parts


@discreetly_made
@frozen(kw_only=True)
class OAuthApp:
    """An application registered with TradeGecko, and where its endpoints are.

    Args:
        base_url: where the API is; the endpoints are below it by default. The page where people approve
            lived on other hosts in its later years (reference §2.1).
        client_id, client_secret: APPLICATION ID and APPLICATION SECRET.
        redirect_uri: where the person's browser is sent with the code; one of those registered.
        allow_http: take ``http://`` addresses of other machines, to which secrets and tokens travel unencrypted.

    Raises:
        ConfigError: an address that is none, or not to be used.
    """

    client_id: str
    client_secret: Secret = field(converter=as_secret)
    base_url: str
    redirect_uri: str = ""
    authorize_url: str = ""
    token_url: str = ""
    allow_http: bool = False

    def __attrs_post_init__(self) -> None:
        base = self.base_url.rstrip("/")
        object.__setattr__(self, "authorize_url", self.authorize_url or base + AUTHORIZE_PATH)
        object.__setattr__(self, "token_url", self.token_url or base + TOKEN_PATH)
        for name in ("authorize_url", "token_url"):
            address = _split(getattr(self, name))
            if address.scheme not in ("http", "https") or not address.hostname or "@" in address.netloc:
                raise errors.ConfigError(
                    f"{name} must be like https://api.tradegecko.com{TOKEN_PATH}, without user or password"
                )
            check_not_plain(name, address.scheme, address.hostname, allow_http=self.allow_http)

    @property
    def owner(self) -> LoginOwner:
        """Whom its logins are for; the account is told by the API alone."""
        base = self.base_url.rstrip("/")
        tokens = "" if self.token_url == base + TOKEN_PATH else f" with tokens from {self.token_url}"
        return LoginOwner(client_id=self.client_id, base_url=origin(base) + urlsplit(base).path + tokens)

    def authorization_url(self, state: str) -> str:
        """Where to send the person who is to approve (reference §2.2).

        ``state`` is random, kept with the person's session, and compared by :func:`read_callback` when they return.
        """
        given = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "state": state,
        }
        return f"{self.authorize_url}{'&' if '?' in self.authorize_url else '?'}{urlencode(given)}"

    def exchange(self, code: Secret) -> TokenRequest:
        """The code from the callback for a pair of tokens; works once and for ten minutes (reference §2.2)."""
        return self._request("authorization_code", code=as_secret(code), redirect_uri=self.redirect_uri)

    def password(self, username: str, password: Secret) -> TokenRequest:
        """A user's name and password for a pair; only ever for the account that made the application (§2.3)."""
        return self._request("password", username=username, password=as_secret(password))

    def refresh(self, refresh_token: Secret) -> TokenRequest:
        """A refresh token, once, for the next pair (reference §2.4)."""
        more = {"redirect_uri": self.redirect_uri} if self.redirect_uri else {}
        return self._request("refresh_token", refresh_token=as_secret(refresh_token), **more)

    def _request(self, grant: str, **more: str | Secret) -> TokenRequest:
        form = {"grant_type": grant, "client_id": self.client_id, "client_secret": self.client_secret, **more}
        return TokenRequest(url=self.token_url, grant=grant, form=form, owner=self.owner)


def origin(address: str) -> str:
    """Scheme, host and port of an address, the same however they are written."""
    parts = urlsplit(address)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in (None, {"http": 80, "https": 443}.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


@discreet
def is_answer_to(address: str, *, state: str) -> bool:
    """Whether the address the browser came back to has our ``state`` (compared in constant time)."""
    given, ours = (text.encode("utf-8", "surrogatepass") for text in (_given(address).get("state", ""), state))
    return bool(state) and hmac.compare_digest(given, ours)


def _given(address: str) -> dict[str, str]:
    _, mark, query = address.partition("?")
    return {name: values[0] for name, values in parse_qs(query.partition("#")[0] if mark else address).items()}


@discreet
def read_callback(address: str, *, state: str) -> Secret:
    """The code in the address the browser came back to (whole or only its query), after comparing ``state``.

    Raises:
        LoginFailed: another state than ours, the person refused, or no code.
    """
    given = _given(address)
    if not is_answer_to(address, state=state):
        raise errors.LoginFailed("the answer belongs to another login (its state is not ours); begin again")
    if given.get("error") == "access_denied":
        raise errors.LoginFailed("access was refused on TradeGecko's page; begin again and approve")
    if "error" in given:
        reason = _one_line(given.get("error_description") or given["error"])
        raise errors.LoginFailed(f"TradeGecko did not give a code ({reason}); check client_id and redirect_uri")
    if not given.get("code"):
        raise errors.LoginFailed("the answer has no code; begin again")
    return Secret(given["code"])


def read_grant(
    request: TokenRequest, status: int, headers: Mapping[str, str], content: bytes, *, now: datetime
) -> TokenPair:
    """The pair in the token endpoint's answer. ``now`` (aware) stands in where the answer has no ``Date``.

    The time a pair lasts is counted from the server's ``Date``, since ``created_at`` of a pair that is handed out
    again lies back (reference §2.7).

    Raises:
        LoginRefused: client (``ClientRefused``), code, password or refresh token are not taken: asking again does
            not help. Legacy and newer words (reference §2.3, §2.4) are told apart by the request, not by the words.
        RateLimited, ServerError: asking again later may work.
        UnreadableReply: an answer without a token; the server may have done its part.
    """
    try:
        reply = read_reply("POST", request.path, status, headers, content)
    except errors.StatusError as error:
        if status in (429, 503):
            error.retry_after = retry_after(headers, now)
        refused: errors.TradeGeckoError = _refusal(request, error, content)
    except errors.UnreadableReply as error:
        refused = error
    else:
        pair = _pair(reply.body, server_time(headers) or now)
        if pair is not None:
            return evolve(pair, owner=request.owner)
        refused = errors.UnreadableReply(
            "a success without an access token", method="POST", path=request.path, request_id=reply.request_id
        )
    content = b""  # a traceback that shows locals must not show a token, nor the frames that read it
    raise refused.with_traceback(None)


_WHAT: Final[Mapping[str, str]] = {
    "authorization_code": "the code was used before, is too old, or belongs to another redirect_uri",
    "password": "user name or password are wrong, or the password grant is not for this application",
    "refresh_token": "the refresh token was used before or taken back",
}


def _refusal(request: TokenRequest, error: errors.StatusError, content: bytes) -> errors.StatusError:
    """What the token endpoint means. Its words changed over the years, and 400 and 401 with them."""
    if is_temporary(error):
        return error
    where: dict[str, Any] = {"method": "POST", "path": request.path, "request_id": error.request_id}
    word = _word(error, content)
    if word is None:
        return error
    if word in ("invalid_client", "unauthorized_client"):
        return errors.ClientRefused(f"the application is not known ({word})", status=error.status, error=word, **where)
    if word == "unsupported_grant_type":
        detail = f"the server has no {request.grant} grant ({word})"
        return errors.LoginRefused(detail, status=error.status, error=word, **where)
    return errors.LoginRefused(f"{_WHAT[request.grant]} ({word})", status=error.status, error=word, **where)


def is_temporary(error: errors.TradeGeckoError) -> bool:
    """Whether asking the token endpoint again later may work."""
    if isinstance(error, errors.BadCertificate):
        return False
    if isinstance(error, errors.StatusError):
        return isinstance(error, (errors.RateLimited, errors.ServerError)) or error.status in (408, 425)
    return True


def _word(error: errors.StatusError, content: bytes) -> str | None:
    """The endpoint's own word for a refusal, e.g. ``invalid_grant``."""
    if isinstance(error, errors.LoginRefused):
        return error.error
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    word = body.get("error") if isinstance(body, dict) else None
    return _one_line(word) if isinstance(word, str) else None


def _pair(body: Any, at: datetime) -> TokenPair | None:
    access_token = body.get("access_token") if isinstance(body, dict) else None
    if not isinstance(access_token, str) or not access_token.strip():
        return None
    refresh_token, lasts, made = body.get("refresh_token"), body.get("expires_in"), body.get("created_at")
    age = at - datetime.fromtimestamp(made, UTC) if _is_moment(made) else timedelta(0)
    return TokenPair(
        access_token=Secret(access_token.strip()),
        refresh_token=Secret(refresh_token) if isinstance(refresh_token, str) and refresh_token else None,
        issued_at=at,
        expires_at=at + timedelta(seconds=lasts) if _is_moment(lasts) else None,
        second_hand=age > _SECOND_HAND,
    )


def _is_moment(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**11


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]


# ── when to refresh ──────────────────────────────────────────────────────────────────────────


class Due(StrEnum):
    """How urgent the next refresh is."""

    NOT_YET = "not yet"
    BETTER_NOW = "better now"
    """Advisory: one worker refreshes, the others and failures go on with the old token."""
    NOW = "now"
    """Mandatory: no request may go out with this token."""


@frozen(kw_only=True)
class RefreshPolicy:
    """When a pair is renewed, and how long it may take.

    From ``advisory`` before its end a token is better refreshed, from ``mandatory`` before its end it must be; neither
    begins before three quarters of the token's life are over. Workers spread over the first half of
    the advisory window (jitter). ``lease`` is how long a worker may take to refresh; longer than ``timeout``, the
    seconds each of connecting, sending and waiting for the answer may take. Who waits for another worker looks
    again every ``poll`` seconds, for ``patience`` in all.
    """

    advisory: timedelta = timedelta(minutes=5)
    mandatory: timedelta = timedelta(seconds=30)
    lease: timedelta = timedelta(seconds=90)
    timeout: float = 20.0
    poll: float = 0.1
    patience: timedelta = timedelta(seconds=200)
    pause: timedelta = timedelta(seconds=30)
    """After a refresh in the advisory window that failed, this worker leaves the next one alone so long."""

    def due(self, pair: TokenPair, now: datetime, spread: float) -> Due:
        """How urgent it is at ``now`` (server's clock); ``spread`` from 0 to 1 is this worker's place in the window."""
        if pair.expires_at is None or pair.lifetime is None:
            return Due.NOT_YET
        left = pair.expires_at - now
        if left <= min(self.mandatory, pair.lifetime / 8):
            return Due.NOW
        return Due.BETTER_NOW if left <= min(self.advisory, pair.lifetime / 4) * (1 - spread / 2) else Due.NOT_YET


# ── why a login ended ────────────────────────────────────────────────────────────────────────


def remedy(name: str) -> str:
    """What to do about a login that ended."""
    return f"log in again (tgbridge login --name {name}) as a TradeGecko user that no other connection or program uses"


def why_refused(stored: StoredToken, others: Sequence[str], now: datetime) -> str:
    """Why TradeGecko refused to refresh a login, as well as can be told. ``now`` is by the server's clock.

    ``others`` are further logins in the same store that hold, or held, this pair. See the trap in reference §2.7:
    two logins as the same user share one pair, and the first refresh of either ends the other.
    """
    if others:
        names = " and ".join(repr(name) for name in others)
        return f"login {names} was made as the same TradeGecko user, shares its tokens, and has refreshed them"
    if stored.note is not None and stored.note.mishap is Mishap.LOST:
        when = f"{stored.note.at:%Y-%m-%d %H:%M:%S} UTC"
        return f"the answer to a refresh begun at {when} by {stored.note.worker} was lost, and the next token with it"
    if stored.pair.second_hand:
        return "another program is logged in as the same TradeGecko user, shares its tokens, and has refreshed them"
    if stored.pair.expires_at is not None and now < stored.pair.expires_at:
        return (
            "this happened while the access token should still have been good: most likely another connection or "
            "program was logged in as the same TradeGecko user and has refreshed the tokens both share"
        )
    return "access was taken back in TradeGecko, or another program logged in as the same user has refreshed the tokens"


def with_refresh_token(pair: TokenPair, before: TokenPair) -> TokenPair:
    """The pair that refreshing gave: for the same owner, with the same refresh token where the answer has none."""
    return evolve(pair, refresh_token=pair.refresh_token or before.refresh_token, owner=before.owner or pair.owner)
