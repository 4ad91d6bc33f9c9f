"""What the sections are made of: tables, badges, times, a search form, and links to other pages of a list."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from markupsafe import Markup, escape

from ..model.formats import quantity_text
from ..wire.html import EMPTY, element, join

PAGE_SIZE = 50
# Lines and documents of one order: far more than a person reads, and ten thousand would still open at once.
MAX_LINES = 200

NONE = element("span", "–", class_="muted")
_TONES = {
    "good": {"paid", "shipped", "fulfilled", "invoiced", "packed", "received", "returned", "active", "finalized"},
    "bad": {"void", "deleted", "archived", "revoked", "dropped"},
    "warn": {"partial", "expired", "returning", "not visible yet"},
}


@dataclass(frozen=True, slots=True)
class PageQuery:
    """What a person asked to see: a section, what was typed into its search form, a record, a page of the list."""

    section: str = "overview"
    search: str = ""
    key: int | None = None
    number: int = 1

    @property
    def offset(self) -> int:
        """How many newer entries come before this page."""
        return (self.number - 1) * PAGE_SIZE


@dataclass(frozen=True, slots=True)
class Content:
    """What a section shows."""

    title: str
    body: Markup
    status: int = 200


def link(text: object, section: str, **params: object) -> Markup:
    """A link to a section."""
    return element("a", text, href=section_url(section, **params))


def section_url(section: str, **params: object) -> str:
    """The address of a section; what is empty is left out."""
    given = {"show": section if section != "overview" else None, **params}
    # A lone half of a surrogate pair cannot be written in an address.
    query = urlencode({name: value for name, value in given.items() if value}, errors="replace")
    return f"/?{query}" if query else "/"


def cell(value: object) -> Markup:
    """A value in a table or among facts; a dash where there is none."""
    return NONE if value is None or value == "" else escape(value)


def code(text: object, kind: str = "") -> Markup:
    """What a program wrote or reads."""
    return element("code", text, class_=kind) if text else NONE


def number(value: Decimal | None) -> str:
    """A quantity."""
    return NONE if value is None else quantity_text(value)


def money(amount: Decimal, places: int) -> str:
    """An amount with the decimals of its currency, and with more where it has more."""
    whole, _, part = quantity_text(amount).partition(".")
    part = part.ljust(places, "0")
    return f"{whole}.{part}" if part else whole


def moment(text: str | None) -> Markup:
    """A moment in UTC, to the second."""
    return element("time", text[:19].replace("T", " "), datetime=text) if text else NONE


def badge(word: object, tone: str = "") -> Markup:
    """A status as a word; its colour carries no further meaning."""
    tone = tone or next((name for name, words in _TONES.items() if str(word) in words), "")
    return element("span", word, class_=f"badge {tone}".strip())


def status_badge(status: int | None) -> Markup:
    """The HTTP status of an answer; there is none when the connection was dropped."""
    if status is None:
        return badge("dropped")
    return badge(status, "good" if status < 400 else "warn" if status < 500 else "bad")


def muted(*children: object) -> Markup:
    """A remark."""
    return element("p", *children, class_="muted")


def card(*children: object) -> Markup:
    """A framed part of a section."""
    return element("section", *children, class_="card")


def table(
    caption: str, heads: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str, numeric: Collection[str] = ()
) -> Markup:
    """A table with a caption; the first cell of a row is its head. `numeric` are the columns set flush right."""
    kinds = ["number" if head in numeric else "" for head in heads]
    written = join(element("tr", _cells(row, kinds)) for row in rows)
    body = element("tbody", written) if written else EMPTY
    return table_of_bodies(caption, heads, body, empty=empty, numeric=numeric)


def table_of_bodies(
    caption: str, heads: Sequence[str], bodies: Markup, *, empty: str, numeric: Collection[str] = ()
) -> Markup:
    """A table around bodies that are made already; wide ones scroll, with the keyboard too."""
    if not bodies:
        return card(element("h2", caption), muted(empty))
    columns = (element("th", head, scope="col", class_="number" if head in numeric else "") for head in heads)
    head = element("thead", element("tr", *columns))
    whole = element("table", element("caption", caption), head, bodies)
    return element("div", whole, class_="scroll", role="region", aria_label=caption, tabindex=0)


def _cells(row: Sequence[object], kinds: Sequence[str]) -> Markup:
    head, *others = map(cell, row)
    rest = (element("td", value, class_=kind) for kind, value in zip(kinds[1:], others, strict=True))
    return join([element("th", head, scope="row", class_=kinds[0]), *rest])


def facts(pairs: Iterable[tuple[str, object]], kind: str = "facts") -> Markup:
    """Names with their values."""
    entries = (element("div", element("dt", name), element("dd", cell(value))) for name, value in pairs)
    return element("dl", *entries, class_=kind)


_SEARCH = Markup(
    '<form class="search" action="/" method="get" role="search">'
    '<input type="hidden" name="show" value="{section}">'
    '<div><label for="q">{label}</label>'
    '<input id="q" name="q" type="search" value="{search}" maxlength="200" placeholder="{example}" '
    'autocomplete="off" spellcheck="false"></div>'
    '<button class="primary">Search</button> {back}</form>\n'
)


def search_form(query: PageQuery, label: str, example: str) -> Markup:
    """A form to look for one thing; a plain GET."""
    back = link("Show all", query.section) if query.search else EMPTY
    return _SEARCH.format(section=query.section, label=label, search=query.search, example=example, back=back)


def pagination(query: PageQuery, total: int) -> Markup:
    """Where this page is in the list, with links to the newer and the older one."""
    if total <= PAGE_SIZE and query.number == 1:
        return EMPTY
    last = max(-(-total // PAGE_SIZE), 1)
    start, end = query.offset + 1, min(query.offset + PAGE_SIZE, total)
    shown = f"{start:,}–{end:,} of {total:,}" if start <= total else f"nothing here: there are {total:,}"
    links = []
    if query.number > 1:
        links.append(link("← Newer", query.section, page=min(query.number - 1, last)))
    if query.number < last:
        links.append(link("Older →", query.section, page=query.number + 1))
    return element("nav", element("p", shown), *links, class_="pages", aria_label="Pages")


def duration(seconds: float) -> str:
    """A length of time as people write it: `1 h 59 min`."""
    left = round(abs(seconds))
    parts: list[str] = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count and len(parts) < 2:
            parts.append(f"{count:,} {unit}")
    return " ".join(parts) or "0 s"
