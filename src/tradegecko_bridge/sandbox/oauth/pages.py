"""What a person sees in the browser: a form to sign in and allow an application, or an error."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from ..wire import HTML, Answer, page

_FORM = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sign in to TradeGecko (sandbox)</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 24rem; margin: 4rem auto; padding: 0 1rem; color: #222 }}
label, input, button {{ display: block; width: 100%; box-sizing: border-box; font: inherit }}
input {{ margin: .25rem 0 1rem; padding: .5rem }} button {{ margin-top: .5rem; padding: .6rem }}
.error {{ color: #a00 }} .note {{ color: #666; font-size: .9em }}
</style></head><body>
<h1>Authorize {name}?</h1>
<p><strong>{name}</strong> wants to use your TradeGecko account with your permissions.</p>
{error}<form method="post" action="/oauth/authorize">
{hidden}<label for="email">E-mail</label>
<input id="email" name="email" type="email" value="{email}" autocomplete="username" autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password">
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button>
</form>
<p class="note">This is a sandbox on your own machine. Nothing here leaves it.</p>
</body></html>
"""
_NO_STORE = [("Content-Type", HTML), ("Cache-Control", "no-store"), ("X-Frame-Options", "SAMEORIGIN")]


def consent(name: str, kept: Mapping[str, str], email: str = "", error: str = "") -> Answer:
    """The form. `kept` travels along in hidden fields; with `error` it is shown again."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(key)}" value="{escape(value)}">\n' for key, value in kept.items()
    )
    text = _FORM.format(
        name=escape(name),
        hidden=hidden,
        email=escape(email),
        error=f'<p class="error" role="alert">{escape(error)}</p>\n' if error else "",
    )
    return Answer(401 if error else 200, text.encode(), list(_NO_STORE))


def error(description: str) -> Answer:
    """An error for the person: nothing that could be sent back to the application."""
    return page(400, "An error has occurred", f"<p>{escape(description)}</p>")
