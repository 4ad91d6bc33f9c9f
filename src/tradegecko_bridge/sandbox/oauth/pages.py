"""What a person sees in the browser: a form to sign in and allow an application, or an error."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from ..wire.html import Html, html, joined, paper
from ..wire.messages import Answer

_FORM = """<main>
<h1>Authorize {name}?</h1>
<p><strong>{name}</strong> wants to use your TradeGecko account with your permissions.</p>
{error}<form method="post" action="/oauth/authorize">
{hidden}<label for="email">E-mail</label>
<input id="email" name="email" type="email" value="{email}" autocomplete="username"{email_marks}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password"{password_marks}>
<div class="answers"><button class="chief" name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button></div>
</form>
<p class="note">You will be sent back to <strong>{target}</strong>. This is a sandbox on your own machine; nothing here
leaves it.</p>
</main>"""
_ERROR = Html('<p class="error" role="alert" id="error">{text}</p>\n')
_WRONG = Html(' aria-invalid="true" aria-describedby="error"')
_FOCUS = Html(" autofocus")


def consent(name: str, kept: Mapping[str, str], email: str = "", error: str = "") -> Answer:
    """The form. `kept` travels along in hidden fields; with `error` it is shown again."""
    hidden = joined(
        html('<input type="hidden" name="{key}" value="{value}">\n', key=key, value=value)
        for key, value in kept.items()
    )
    wrong = _WRONG if error else Html("")
    uri = kept.get("redirect_uri", "")
    body = html(
        _FORM,
        name=name,
        hidden=hidden,
        email=email,
        error=html(_ERROR, text=error) if error else Html(""),
        # Who mistyped the password types it again.
        email_marks=joined([wrong, Html("") if error else _FOCUS]),
        password_marks=joined([wrong, _FOCUS if error else Html("")]),
        target=urlsplit(uri).netloc or uri,
    )
    # A policy on where forms lead would hold for the redirect to the application as well, so there is none.
    return paper(401 if error else 200, "Sign in to TradeGecko (sandbox)", body, "slip")


def error(description: str) -> Answer:
    """An error for the person: nothing that could be sent back to the application."""
    body = html("<main><h1>An error has occurred</h1><p>{description}</p></main>", description=description)
    return paper(400, "An error has occurred", body, "slip")
