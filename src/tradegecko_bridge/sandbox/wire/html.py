"""Pages for people: HTML that is escaped by construction, one stylesheet, and headers that let nothing else in.

Order numbers, names, SKUs and paths come from outside and may hold anything. So text becomes `Html` in one
place only, where it is escaped, and the pages need no script: the policy sent along allows none.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from html import escape
from importlib.resources import files

from .messages import HTML, Answer

_STYLE = files(__package__).joinpath("html.css").read_text(encoding="utf-8")
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; img-src data:; base-uri 'none'; frame-ancestors 'self'"
# A browser asks for /favicon.ico of a page that names no icon, and that request would stand in the log.
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Crect width='16' height='16' rx='4' fill='%231f7a5c'/%3E"
    "%3Cpath d='M4 5.5h8M4 8h8M4 10.5h5' stroke='white' stroke-width='1.5'/%3E%3C/svg%3E"
)
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="{icon}">
<style>{style}</style>
</head><body class="{kind}">
{body}
</body></html>
"""


class Html(str):
    """Text that is HTML already; anything else is escaped when it is put into a page."""

    __slots__ = ()


def html(template: str, /, **values: object) -> Html:
    """A template with values in its `{places}`. Only `Html` gets there as it is."""
    return Html(template.format(**{name: escaped(value) for name, value in values.items()}))


def escaped(value: object) -> Html:
    """A value as HTML, fit for attributes too."""
    return value if isinstance(value, Html) else Html(escape(str(value)))


def joined(parts: Iterable[Html], between: str = "") -> Html:
    """Pieces of HTML, one after the other."""
    return Html(between.join(parts))


def paper(status: int, title: str, body: Html, kind: str, *, forms: str = "") -> Answer:
    """A whole page. `kind` names its layout in the stylesheet, `forms` where its forms may lead: default anywhere."""
    text = html(_PAGE, title=title, icon=Html(_ICON), style=Html(_STYLE), kind=kind, body=body)
    policy = f"{_POLICY}; form-action {forms}" if forms else _POLICY
    headers = [
        ("Content-Type", HTML),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "SAMEORIGIN"),
        # Addresses carry order numbers, or the state of a login.
        ("Referrer-Policy", "no-referrer"),
    ]
    # A lone half of a surrogate pair has no place in UTF-8, and must not cost the whole page.
    return Answer(status, text.encode("utf-8", "replace"), headers)
