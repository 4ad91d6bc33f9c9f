"""What a person sees in the browser: a form to sign in and allow an application, or an error."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from markupsafe import Markup

from ..wire.html import EMPTY, element, html_page, join
from ..wire.messages import Answer

_FORM = Markup("""<main>
<h1>Authorize {name}?</h1>
<p><strong>{name}</strong> wants to use your TradeGecko account with your permissions.</p>
{error}<form method="post" action="/oauth/authorize">
{hidden}<label for="email">E-mail</label>
<input id="email" name="email" type="email" value="{email}" autocomplete="username"{email_marks}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password"{password_marks}>
<div class="buttons"><button class="primary" name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button></div>
</form>
<p class="note">You will be sent back to <strong>{target}</strong>. This is a sandbox on your own machine; nothing here
leaves it.</p>
</main>""")
_HIDDEN = Markup('<input type="hidden" name="{}" value="{}">\n')
_WRONG = Markup(' aria-invalid="true" aria-describedby="error"')
_FOCUS = Markup(" autofocus")


def consent(name: str, kept: Mapping[str, str], email: str = "", error: str = "") -> Answer:
    """The form. `kept` travels along in hidden fields; with `error` it is shown again."""
    uri = kept.get("redirect_uri", "")
    body = _FORM.format(
        name=name,
        hidden=join(_HIDDEN.format(key, value) for key, value in kept.items()),
        email=email,
        error=element("p", error, class_="error", role="alert", id="error") if error else EMPTY,
        # Who mistyped the password types it again.
        email_marks=_WRONG if error else _FOCUS,
        password_marks=_WRONG + _FOCUS if error else EMPTY,
        target=urlsplit(uri).netloc or uri,
    )
    # A policy on where forms lead would hold for the redirect to the application as well, so there is none.
    return html_page(401 if error else 200, "Sign in to TradeGecko (sandbox)", body, "dialog")


def error(description: str) -> Answer:
    """An error for the person: nothing that could be sent back to the application."""
    body = element("main", element("h1", "An error has occurred"), element("p", description))
    return html_page(400, "An error has occurred", body, "dialog")
