"""Errors of the OAuth endpoints, in Doorkeeper's words (reference §2.4, appendix 2-5)."""

from __future__ import annotations

TEXTS = {
    "access_denied": "The resource owner or authorization server denied the request.",
    "invalid_client": "Client authentication failed due to unknown client, no client authentication included, "
    "or unsupported authentication method.",
    "invalid_grant": "The provided authorization grant is invalid, expired, revoked, does not match the redirection "
    "URI used in the authorization request, or was issued to another client.",
    "invalid_redirect_uri": "The redirect uri included is not valid.",
    "invalid_request": "The request is missing a required parameter, includes an unsupported parameter value, or is "
    "otherwise malformed.",
    "invalid_resource_owner": "The provided resource owner credentials are not valid, or resource owner cannot be "
    "found",
    "invalid_scope": "The requested scope is invalid, unknown, or malformed.",
    "unsupported_grant_type": "The authorization grant type is not supported by the authorization server.",
    "unsupported_response_type": "The authorization server does not support this response type.",
}


class OAuthError(Exception):
    """A refusal of an OAuth endpoint. `str()` of it is the description."""

    def __init__(self, code: str) -> None:
        super().__init__(TEXTS[code])
        self.code = code
