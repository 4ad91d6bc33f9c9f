"""What the sections are made of: tables, badges, times, a search box, and links to other pages of a list."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from ..model.formats import quantity_text
from ..wire.html import Html, escaped, html, joined

PAGE = 50
# Lines and documents of one order: far more than a person reads, and ten thousand would still open at once.
MOST = 200

NONE = Html('<span class="soft">–</span>')
_GOOD = frozenset({"paid", "shipped", "fulfilled", "invoiced", "packed", "received", "returned", "active", "finalized"})
_BAD = frozenset({"void", "deleted", "archived", "revoked", "dropped"})
_WARN = frozenset({"partial", "expired", "returning", "not visible yet"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked to see."""

    show: str = "overview"
    query: str = ""
    key: int | None = None
    page: int = 1

    @property
    def start(self) -> int:
        """How many newer entries come before this page."""
        return (self.page - 1) * PAGE


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is shown for it."""

    title: str
    body: Html
    status: int = 200


def link(text: object, show: str, **params: object) -> Html:
    """A link to a section."""
    return html('<a href="{href}">{text}</a>', href=place(show, **params), text=text)


def place(show: str, **params: object) -> str:
    """The address of a section; what is empty is left out."""
    given = {"show": show if show != "overview" else None, **params}
    # A lone half of a surrogate pair cannot be written in an address.
    query = urlencode({name: value for name, value in given.items() if value}, errors="replace")
    return f"/?{query}" if query else "/"


def cell(value: object) -> Html:
    """A value in a table or among facts; a dash where there is none."""
    return NONE if value is None or value == "" else escaped(value)


def code(text: object, kind: str = "") -> Html:
    """What a program wrote or reads."""
    return html('<code class="{kind}">{text}</code>', kind=kind, text=text) if text else NONE


def number(value: Decimal | None) -> Html | str:
    """A quantity."""
    return NONE if value is None else quantity_text(value)


def money(amount: Decimal, places: int) -> str:
    """An amount with the decimals of its currency, and with more where it has more."""
    whole, _, part = quantity_text(amount).partition(".")
    part = part.ljust(places, "0")
    return f"{whole}.{part}" if part else whole


def moment(text: str | None) -> Html:
    """A moment in UTC, to the second."""
    if not text:
        return NONE
    return html('<time datetime="{text}">{shown}</time>', text=text, shown=text[:19].replace("T", " "))


def badge(word: object, tone: str = "") -> Html:
    """A status: its word, and a colour that says no more than the word does."""
    text = str(word)
    tone = tone or next((name for name, words in _TONES if text in words), "")
    return html('<span class="badge {tone}">{text}</span>', tone=tone, text=text)


_TONES = (("good", _GOOD), ("bad", _BAD), ("warn", _WARN))


def answered(status: int | None) -> Html:
    """The status of an answer; there is none when the connection was dropped."""
    if status is None:
        return badge("dropped")
    return badge(status, "good" if status < 400 else "warn" if status < 500 else "bad")


def table(
    caption: str, heads: Sequence[str], rows: Iterable[Sequence[object]], *, nothing: str, figures: Collection[str] = ()
) -> Html:
    """A table with a caption; the first cell of a row is its head. `figures` are the columns set flush right."""
    marks = [Html(' class="figure"' if head in figures else "") for head in heads]
    body = joined(html("<tr>{cells}</tr>\n", cells=_cells(row, marks)) for row in rows)
    if body:
        body = html("<tbody>\n{rows}</tbody>", rows=body)
    return framed(caption, heads, body, nothing=nothing, figures=figures)


def framed(caption: str, heads: Sequence[str], bodies: Html, *, nothing: str, figures: Collection[str] = ()) -> Html:
    """A table around bodies that are made already; wide ones scroll, with the keyboard too."""
    columns = joined(
        html('<th scope="col"{mark}>{head}</th>', mark=Html(' class="figure"' if head in figures else ""), head=head)
        for head in heads
    )
    if not bodies:
        return html('<section class="card"><h2>{caption}</h2><p class="soft">{nothing}</p></section>',
                    caption=caption, nothing=nothing)  # fmt: skip
    return html(
        '<div class="scroll" role="region" aria-label="{caption}" tabindex="0"><table><caption>{caption}</caption>\n'
        "<thead><tr>{columns}</tr></thead>\n{bodies}\n</table></div>\n",
        caption=caption, columns=columns, bodies=bodies,
    )  # fmt: skip


def _cells(row: Sequence[object], marks: Sequence[Html]) -> Html:
    head, *others = (cell(value) for value in row)
    first = html('<th scope="row"{mark}>{value}</th>', mark=marks[0], value=head)
    rest = (html("<td{mark}>{value}</td>", mark=mark, value=v) for mark, v in zip(marks[1:], others, strict=True))
    return joined([first, *rest])


def facts(pairs: Iterable[tuple[str, object]], kind: str = "facts") -> Html:
    """Names with their values."""
    entries = (html("<div><dt>{name}</dt><dd>{value}</dd></div>\n", name=n, value=cell(v)) for n, v in pairs)
    return html('<dl class="{kind}">\n{entries}</dl>\n', kind=kind, entries=joined(entries))


def search(asked: Asked, label: str, hint: str) -> Html:
    """A box to look for one thing; a plain GET."""
    back = html(" {link}", link=link("Show all", asked.show)) if asked.query else Html("")
    return html(
        '<form class="search" action="/" method="get" role="search">'
        '<input type="hidden" name="show" value="{show}">'
        '<div><label for="q">{label}</label>'
        '<input id="q" name="q" type="search" value="{query}" maxlength="200" placeholder="{hint}" '
        'autocomplete="off" spellcheck="false"></div>'
        '<button class="chief">Search</button>{back}</form>\n',
        show=asked.show, label=label, query=asked.query, hint=hint, back=back,
    )  # fmt: skip


def pages(asked: Asked, total: int) -> Html:
    """Where this page is in the list, with links to the newer and the older one."""
    if total <= PAGE and asked.page == 1:
        return Html("")
    last = max(-(-total // PAGE), 1)
    end = min(asked.start + PAGE, total)
    shown = f"{asked.start + 1:,}–{end:,} of {total:,}" if asked.start < total else f"nothing here: there are {total:,}"
    ways = []
    if asked.page > 1:
        ways.append(link("← Newer", asked.show, page=min(asked.page - 1, last)))
    if asked.page < last:
        ways.append(link("Older →", asked.show, page=asked.page + 1))
    return html('<nav class="pages" aria-label="Pages"><p>{shown}</p>{ways}</nav>\n', shown=shown, ways=joined(ways))


def span(seconds: float) -> str:
    """A length of time as people say it: `1 h 59 min`."""
    left = round(abs(seconds))
    parts: list[str] = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count and len(parts) < 2:
            parts.append(f"{count:,} {unit}")
    return " ".join(parts) or "0 s"
