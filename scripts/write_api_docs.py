"""Write the page of every endpoint and every field of the sandbox from its own description.

    python scripts/write_api_docs.py

Writes ``docs/sandbox-api.md``. A test compares it with what this writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tradegecko_bridge.sandbox.model.describe import shown_fields
from tradegecko_bridge.sandbox.model.schema import (
    Endpoint,
    Field,
    Resource,
    oauth_endpoints,
    reading_needs_permission,
    schema,
)

PAGE = Path(__file__).parents[1] / "docs/sandbox-api.md"
HEAD = """
<!-- Written by scripts/write_api_docs.py: do not edit. -->

# Endpoints and fields

Everything the [sandbox](sandbox.md) serves, written from the same description that serves it. A running sandbox gives
that description as JSON: `GET /_sandbox/schema`. Section numbers (§) lead to
[what is known of the API](api-facts.md).

**Endpoints.** *Sends* is the root a body needs, with what goes under it where that is not the record itself; a root in
parentheses may be missing. *Answers* is the status and the roots of the answer in their order; a sideloaded root
without records is left out, and `meta` is the old total. 204 has no body. *Needs* is the permission of the token's
user. Each GET is also there as HEAD, each PUT as PATCH.

**Fields** are listed in the order they are written.

- *kind*: a `decimal` is a text with a decimal place, `"10.0"`; a `quantity` one without forced ones, `"105"`; a `date`
  is `"2014-01-24"`, a `datetime` UTC, `"2014-02-05T05:22:43.502Z"`; the rest as in JSON. Numbers are taken as numbers
  or texts.
- *set*: `C` on create, `U` on update, `CU` on both; **required** where a new record needs it. Without a mark it is
  read-only, and ignored when sent.
- *filter*: lists can be narrowed by it. *only*: it is no column, lists just know it.
- *evidence*: `D` documented by TradeGecko, `R` recorded from the real API, `C` seen in the code of clients.

**Lists** take `page`, `limit`, `ids`, `order` (`created_at desc`), `status`, `created_at_min`, `created_at_max`,
`updated_at_min`, `updated_at_max`, and the fields marked as filters; arrays as `name[]=1&name[]=2`, whole numbers and
statuses with commas as well (§3.6, §3.7).
"""


def page() -> str:
    """The text of the page."""
    served = [resource for resource in schema().values() if resource.endpoints]
    parts = [HEAD, "\n".join(permissions(served)), "\n".join(signing_in())]
    return "\n\n".join(part.strip() for part in [*parts, *map(section, served)]) + "\n"


def permissions(served: list[Resource]) -> Iterator[str]:
    """Which permission writes what, and when reading needs one."""
    yield "## Permissions\n"
    yield "Inferred from their names, apart from `read_products` (§2.7, §5.33). Webhooks need none.\n"
    yield from table("permission", "for", "reading needs it, or `read_…`")
    for area, guarded in reading_needs_permission().items():
        names = ", ".join(f"[{title(r)}](#{anchor(r)})" for r in served if r.area == area)
        when = f"with [`{guarded}`](sandbox.md#switches)" if isinstance(guarded, str) else ["never", "always"][guarded]
        yield row(f"`write_{area}`", names, when)


def signing_in() -> Iterator[str]:
    """The endpoints of OAuth."""
    yield "## Signing in\n"
    yield from table("request", "parameters", "what it does")
    for endpoint in oauth_endpoints():
        yield row(request(endpoint), code(endpoint.parameters), f"{endpoint.summary} §{endpoint.reference}")


def section(resource: Resource) -> str:
    """One resource: its endpoints, what travels along, its fields."""
    lines = [f"## {title(resource)}", "", f"§{resource.reference}. {' '.join(remarks(resource))}".rstrip(), ""]
    lines += table("request", "sends", "answers", "needs", "what it does")
    lines += [endpoint_row(resource, endpoint) for endpoint in resource.endpoints]
    lines += ["", *table("field", "kind", "set", "filter", "notes", "evidence")]
    lines += [field_row(field) for field in shown_fields(resource)]
    return "\n".join(lines)


def remarks(resource: Resource) -> Iterator[str]:
    """What a table of columns cannot say."""
    if resource.children:
        yield f"New ones may come with nested {code(resource.children)}."
    if resource.always:
        yield f"Always brings {code(resource.always)}."
    if resource.includes:
        where = "" if "index" in resource.includes_on else ", on single records only"
        yield f"`include` takes {code(resource.includes)}{where}."
    if resource.search:
        yield f"`q` searches {code(resource.search)}."
    if resource.sort == "position":
        yield "Lists are in the order of `position`."
    if resource.hides:
        yield f"Lists leave out {' and '.join(resource.hides)} ones unless `status` asks for them."
    if not resource.paged:
        yield "Not paged."
    if resource.switch:
        yield f"There while {switch(resource.switch)} is on."


def endpoint_row(resource: Resource, endpoint: Endpoint) -> str:
    """One endpoint."""
    sends = f"`{endpoint.takes}`" if endpoint.takes else ""
    sends = f"({sends})" if endpoint.optional else sends
    parts = [part for part in (sends, code(endpoint.parameters)) if part]
    own = f" Only with {switch(endpoint.switch)}." if endpoint.switch and endpoint.switch != resource.switch else ""
    return row(request(endpoint), ": ".join(parts), answers(endpoint), needs(endpoint), endpoint.summary + own)


def answers(endpoint: Endpoint) -> str:
    """Status and roots."""
    if endpoint.speaks:
        return f"{endpoint.status}, or 200 {code(endpoint.gives)} with {switch(endpoint.speaks)}"
    return f"{endpoint.status} {code(endpoint.gives)}".strip()


def needs(endpoint: Endpoint) -> str:
    """The permission it needs by default."""
    if not endpoint.area or (endpoint.permission == "read" and reading_needs_permission()[endpoint.area] is not True):
        return ""
    return f"`{endpoint.permission}_{endpoint.area}`"


def field_row(field: Field) -> str:
    """One field."""
    kind = f"`{field.kind}`" + (" or null" if field.null else "")
    settable = {"RO": "", "filter": ""}.get(field.access, f"`{field.access}`")
    filtered = "only" if field.access == "filter" else "yes" if field.filter else ""
    required = " **required**" if field.required else ""
    evidence = f"`{field.evidence}`" if field.evidence else "*inferred*"
    return row(f"`{field.name}`", kind, settable + required, filtered, "; ".join(notes(field)), evidence)


def notes(field: Field) -> Iterator[str]:
    """What else there is to know of a field."""
    if field.enum:
        yield " ".join(f"`{value}`" for value in field.enum)
    if field.min is not None:
        yield f"{field.min} to {field.max}"
    if field.default not in (None, [], {}):
        yield f"default `{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"
    if field.alias:
        yield f"another name of `{field.alias}`"
    if field.ref:
        yield f"of [{title(schema()[field.ref])}](#{anchor(schema()[field.ref])})"
    if field.era:
        yield f"only with {switch({'2014': 'legacy_fields', 'later': 'later_fields'}[field.era])}"
    if not field.emit and field.access != "filter":
        yield "never shown"


def title(resource: Resource) -> str:
    return resource.name.replace("_", " ").capitalize()


def anchor(resource: Resource) -> str:
    return resource.name.replace("_", "-")


def request(endpoint: Endpoint) -> str:
    return f"`{endpoint.method} {endpoint.path}`"


def switch(name: str) -> str:
    return f"[`{name}`](sandbox.md#switches)"


def code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def table(*columns: str) -> list[str]:
    return [row(*columns), "|" + "---|" * len(columns)]


def row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    PAGE.write_text(page())
