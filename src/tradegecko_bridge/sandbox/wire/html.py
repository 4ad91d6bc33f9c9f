"""HTML pages, escaped by `markupsafe`, with one stylesheet and headers that let nothing else in.

Order numbers, names, SKUs and paths come from outside and may hold anything: what is not `Markup` is escaped when it
is put into a page. The pages need no script, and the policy sent along allows none.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from importlib.resources import files

from markupsafe import Markup, escape

from .messages import HTML, Answer

_STYLE = files(__package__).joinpath("html.css").read_text(encoding="utf-8")
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
# A browser asks for /favicon.ico of a page that names no icon, and that request would stand in the log.
_PAGE = Markup("""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E\
%3Crect width='16' height='16' rx='4' fill='%231f7a5c'/%3E\
%3Cpath d='M4 5.5h8M4 8h8M4 10.5h5' stroke='white' stroke-width='1.5'/%3E%3C/svg%3E">
<style>{style}</style>
</head><body class="{layout}">
{body}
</body></html>
""")
EMPTY = Markup("")


def element(name: str, *children: object, **attributes: object) -> Markup:
    """An HTML element. Attributes that are None or blank are left out; `class_` and `aria_label` are read as meant."""
    written = (
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), value)
        for key, value in attributes.items()
        if value is not None and value != ""
    )
    return Markup("<{0}{1}>{2}</{0}>").format(name, join(written), join(children))


def join(parts: Iterable[object], separator: Markup = EMPTY) -> Markup:
    """Pieces of a page, one after the other."""
    return separator.join(map(escape, parts))


def html_page(status: int, title: str, body: Markup, layout: str, *, form_action: str = "") -> Answer:
    """A whole page. `layout` is a class of the stylesheet, `form_action` where forms may lead: default anywhere."""
    style = Markup(_STYLE)  # noqa: S704 - the stylesheet of this package
    text = _PAGE.format(title=title, style=style, layout=layout, body=body)
    policy = f"{_POLICY}; form-action {form_action}" if form_action else _POLICY
    headers = [
        ("Content-Type", HTML),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        # Addresses carry order numbers, or the state of a login. With "no-referrer", forms would name no origin.
        ("Referrer-Policy", "same-origin"),
    ]
    # A lone half of a surrogate pair has no place in UTF-8, and must not cost the whole page.
    return Answer(status, text.encode("utf-8", "replace"), headers)
