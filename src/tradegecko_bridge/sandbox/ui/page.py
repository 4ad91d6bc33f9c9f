"""From a request for the page to the page."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from ..api.query import read_paging
from ..instance import Instance
from ..model.formats import datetime_text
from ..wire.html import element, html_page, join
from ..wire.log import log
from ..wire.messages import Answer, Request, error_page
from ..wire.params import read_query
from .activity import requests, webhooks
from .elements import Content, PageQuery, link, moment, section_url
from .orders import order, orders
from .overview import changed_switches, overview, tokens
from .rows import read_id
from .stock import stock

_SECTIONS: dict[str, Callable[[Instance, PageQuery], Content]] = {
    "overview": overview,
    "orders": orders,
    "order": order,
    "stock": stock,
    "requests": requests,
    "webhooks": webhooks,
    "tokens": tokens,
}
_FRAME = Markup("""<a class="skip" href="#main">Skip to the content</a>
<header>
<div class="top"><p class="brand">TradeGecko sandbox</p>{notices}<p class="muted">{now} UTC</p></div>
<nav class="sections" aria-label="Sections"><ul>
{tabs}</ul></nav>
</header>
<main id="main" tabindex="-1">
<h1>{title}</h1>
{body}</main>
<footer>
<p>This page changes nothing. To change something, use the API or the control area <code>/_sandbox/</code>.</p>
</footer>""")


def is_ui_request(request: Request) -> bool:
    """Whether a request is for the page: a GET of `/`."""
    return request.path == "/" and request.method in {"GET", "HEAD"}


def render(instance: Instance, request: Request) -> Answer:
    """The page. Never raises: what goes wrong inside becomes a 500 and a log entry."""
    try:
        # Rows of a big account that were only read are dropped when the transaction ends.
        with instance.lock, instance.context.state.transaction():
            return _page(instance, _read_query(instance, request.query))
    except Exception:
        log.exception("the sandbox failed on its own page")
        return error_page(500, "We're sorry, but something went wrong.")


def _read_query(instance: Instance, query: str) -> PageQuery:
    given = {name: value for name, value in read_query(query).items() if isinstance(value, str)}
    number, _ = read_paging(instance.context, {"page": given.get("page")})
    typed = given.get("q", "")
    return PageQuery(given.get("show") or "overview", typed if typed.strip() else "", read_id(given.get("id")), number)


def _page(instance: Instance, query: PageQuery) -> Answer:
    content = _SECTIONS.get(query.section, _unknown)(instance, query)
    body = _FRAME.format(
        notices=_notices(instance),
        now=moment(datetime_text(instance.clock())),
        tabs=join(_tab(name, query.section) for name in _SECTIONS if name != "order"),
        title=content.title,
        body=content.body,
    )
    return html_page(content.status, f"{content.title} – TradeGecko sandbox", body, "ui", form_action="'self'")


def _unknown(_instance: Instance, _query: PageQuery) -> Content:
    return Content("No such section", element("p", link("To the overview", "overview")), 404)


def _tab(name: str, section: str) -> Markup:
    here = name == ("orders" if section == "order" else section)
    return element("li", element("a", name.title(), href=section_url(name), aria_current="page" if here else ""))


def _notices(instance: Instance) -> Markup:
    """On every section: what is different from a new sandbox."""
    faults, switches = len(instance.faults.listing()), len(changed_switches(instance))
    notices = []
    if instance.clock.moved:
        notices.append("clock moved")
    if faults:
        notices.append("1 fault in force" if faults == 1 else f"{faults:,} faults in force")
    if switches:
        notices.append("1 switch turned" if switches == 1 else f"{switches} switches turned")
    return join(element("a", text, class_="badge warn", href=section_url("overview")) for text in notices)
