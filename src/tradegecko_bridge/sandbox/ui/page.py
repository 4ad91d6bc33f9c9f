"""From a request for the page to the page."""

from __future__ import annotations

import logging
from collections.abc import Callable

from ..api.query import read_paging
from ..instance import Instance
from ..model.formats import datetime_text
from ..wire.html import Html, html, joined, paper
from ..wire.messages import Answer, Request, is_from_here, page
from ..wire.params import read_query
from .activity import requests, webhooks
from .elements import Asked, Sheet, link, moment, place
from .orders import order, orders
from .overview import overview, tokens, turned
from .rows import whole
from .stock import stock

log = logging.getLogger("tradegecko_bridge.sandbox")

_TABS = {
    "overview": "Overview",
    "orders": "Orders",
    "stock": "Stock",
    "requests": "Requests",
    "webhooks": "Webhooks",
    "tokens": "Tokens",
}
_SECTIONS: dict[str, Callable[[Instance, Asked], Sheet]] = {
    "overview": overview,
    "orders": orders,
    "order": order,
    "stock": stock,
    "requests": requests,
    "webhooks": webhooks,
    "tokens": tokens,
}
_FRAME = """<a class="skip" href="#main">Skip to the content</a>
<header>
<div class="top"><p class="brand">TradeGecko sandbox</p>{signs}<p class="soft">{now} UTC</p></div>
<nav class="sections" aria-label="Sections"><ul>
{tabs}</ul></nav>
</header>
<main id="main" tabindex="-1">
<h1>{title}</h1>
{body}</main>
<footer>
<p>This page only looks. To change something, use the API or the control area <code>/_sandbox/</code>.</p>
</footer>"""


def is_for_desk(request: Request) -> bool:
    """Whether a request is for the page: a look at `/`, under a name of this machine.

    The page asks for no token. A web site from elsewhere could let a name of its own lead here and read it
    through its visitor's browser; under such a name there is no page.
    """
    return request.path == "/" and request.method in {"GET", "HEAD"} and is_from_here(request)


def look(instance: Instance, request: Request) -> Answer:
    """The page. Never raises: what goes wrong inside becomes a 500 and a log entry."""
    try:
        # Rows of a big account that were only looked at are forgotten when the transaction ends.
        with instance.lock, instance.context.state.transaction():
            return _page(instance, _asked(instance, request.query))
    except Exception:
        log.exception("the sandbox failed on its own page")
        return page(500, "We're sorry, but something went wrong.")


def _asked(instance: Instance, query: str) -> Asked:
    given = read_query(query)
    texts = {name: value for name, value in given.items() if isinstance(value, str)}
    number, _ = read_paging(instance.context, {"page": texts.get("page")})
    typed = texts.get("q", "")
    return Asked(texts.get("show") or "overview", typed if typed.strip() else "", whole(texts.get("id")), number)


def _page(instance: Instance, asked: Asked) -> Answer:
    sheet = _SECTIONS.get(asked.show, _nowhere)(instance, asked)
    tab = "orders" if asked.show == "order" else asked.show
    body = html(
        _FRAME,
        signs=_signs(instance),
        now=moment(datetime_text(instance.clock())),
        tabs=joined(_tab(name, title, here=name == tab) for name, title in _TABS.items()),
        title=sheet.title,
        body=sheet.body,
    )
    return paper(sheet.status, f"{sheet.title} – TradeGecko sandbox", body, "desk", forms="'self'")


def _nowhere(_instance: Instance, _asked: Asked) -> Sheet:
    return Sheet("No such section", html("<p>{back}</p>", back=link("To the overview", "overview")), 404)


def _tab(name: str, title: str, *, here: bool) -> Html:
    current = Html(' aria-current="page"' if here else "")
    return html('<li><a href="{href}"{current}>{title}</a></li>\n', href=place(name), current=current, title=title)


def _signs(instance: Instance) -> Html:
    """On every section: what makes this sandbox behave otherwise than a new one."""
    faults, switches, moved = len(instance.faults.listing()), len(turned(instance)), instance.clock.moved
    signs = []
    if moved:
        signs.append("clock moved")
    if faults:
        signs.append("1 fault in force" if faults == 1 else f"{faults:,} faults in force")
    if switches:
        signs.append("1 switch turned" if switches == 1 else f"{switches} switches turned")
    return joined(
        html('<a class="badge warn" href="{href}">{sign}</a>\n', href=place("overview"), sign=sign) for sign in signs
    )
