"""What each endpoint answers (reference §3.2, §3.3, §4, §5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlencode

import orjson

from ..model.schema import Resource
from ..model.state import Row
from ..rules.actions import Actions
from ..rules.adjustments import StockAdjustments
from ..rules.base import RulesContext
from ..rules.orders import Orders
from ..wire.errors import BadRequest, NotFound
from ..wire.params import Params, as_list
from .access import may_see_buying_prices, without_buying_prices
from .query import Page, list_rows, read_paging
from .routes import Route
from .serialise import Serialiser
from .sideload import sideloads


@dataclass(slots=True)
class Call:
    """One request, taken apart. `given` is body and query in one: of the same name the query counts, as in Rails."""

    route: Route
    query: Params
    body: Params
    given: Params
    host: str
    json: bool = True
    shuffle: Random | None = None


@dataclass(slots=True)
class Reply:
    """What to answer: a status, an object to send as JSON (None: nothing), extra headers."""

    status: int
    content: dict[str, Any] | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)


class Endpoints:
    """Every endpoint of the resource API as a method named like `Endpoint.does`."""

    def __init__(self, context: RulesContext) -> None:
        self.context = context
        self.actions: Actions = Actions(context)
        self._write: dict[str, Callable[[Row], dict[str, Any]]] = {
            name: Serialiser(context, resource) for name, resource in context.schema.items() if not resource.internal
        }
        self._write["variants"] = self._variant_writer(self._write["variants"])

    def run(self, call: Call) -> Reply:
        """Answer a call. Raises ApiError."""
        endpoint = call.route.endpoint
        reply: Reply = getattr(self, endpoint.does)(call, self.context.schema[endpoint.resource])
        return reply

    def shown(self, name: str, row: Row) -> dict[str, Any]:
        """The JSON object of a record, for the session that is on."""
        return self._write[name](row)

    def index(self, call: Call, resource: Resource) -> Reply:
        """A page of records."""
        if not resource.paged:
            rows = list(self.context.state[resource.name].rows.values())
            return Reply(200, self._roots(resource, rows, call.query))
        page = list_rows(self.context, resource, call.query, call.shuffle)
        content = self._roots(resource, page.rows, call.query)
        if resource.meta:
            content["meta"] = {"total": page.total}
        return Reply(200, content, paging_headers(self.context, call, resource.name, page))

    def show(self, call: Call, resource: Resource) -> Reply:
        """One record."""
        row = self._find(resource, call.route.key)
        if self.context.is_late(resource.name, row["id"]):
            raise NotFound(resource.model, call.route.key)
        return Reply(200, self._single(resource, row, call.query))

    def create(self, call: Call, resource: Resource) -> Reply:
        """A new record: 201, the record and where it is, under the path of the web application."""
        old = call.given.get("variant_image") if resource.name == "images" else None
        if isinstance(old, dict) and self.context.switches.legacy_image_root:
            given, root = {"variant_id": call.given.get("variant_id"), **old}, "images"
        else:
            given, root = _root(call, resource), resource.singular
        row = self.context.rules[resource.name].create(given)
        content = self._single(resource, row, {})
        content[root] = content.pop(resource.singular)
        location = f"http://{call.host}/ajax/{resource.name}/{content[root]['id']}"
        return Reply(call.route.endpoint.status, content, [("Location", location)])

    def update(self, call: Call, resource: Resource) -> Reply:
        """A changed record: 204 and nothing, except where the API sent it back."""
        row = self._find(resource, call.route.key)
        self.context.rules[resource.name].update(row, _root(call, resource, self.context))
        return Reply(200, self._single(resource, row, {})) if self._speaks(call) else Reply(204)

    def destroy(self, call: Call, resource: Resource) -> Reply:
        """A record that is archived, voided or removed."""
        row = self._find(resource, call.route.key)
        if self.context.switches.delete_archived_is_404 and not self.context.state[resource.name].shows(row):
            raise NotFound(resource.model, call.route.key)
        self.context.rules[resource.name].delete(row)
        return Reply(204)

    def act(self, call: Call, resource: Resource) -> Reply:
        """An action: 201 with what it made, 200 with the record it changed, or nothing."""
        acted_on, endpoint = self._find(resource, call.route.key), call.route.endpoint
        given = call.given.get(endpoint.takes)
        given = given if isinstance(given, dict) else {}
        name, row = self.actions.run(resource.name, endpoint.action, acted_on, given)
        if endpoint.speaks and not self._speaks(call):
            return Reply(204)
        shown = self.context.schema[name]
        changed = row is acted_on or self.context.switches.actions_answer_200
        return Reply(200 if changed else endpoint.status, {shown.singular: self._write[name](row)})

    def current_account(self, call: Call, resource: Resource) -> Reply:
        """The account of the token."""
        return Reply(200, self._single(resource, self.context.account, call.query))

    def current_user(self, call: Call, resource: Resource) -> Reply:
        """The user of the token."""
        row = self.context.get("users", self.context.session.user_id)
        return Reply(200, self._single(resource, row, call.query))

    def available_identifier(self, _call: Call, resource: Resource) -> Reply:
        """The number the next order (or adjustment) would get."""
        rules = self.context.rules[resource.name]
        assert isinstance(rules, Orders | StockAdjustments)  # noqa: S101 - for the type checker
        return Reply(200, {"identifier": rules.next_identifier()})

    def composition(self, call: Call, _resource: Resource) -> Reply:
        """Bundle rows; `ids` are bundle ids here."""
        number, limit = read_paging(self.context, call.query)
        rows = [row for row in self._bundle_rows() if _composition_matches(self.context, row, call.query)]
        start = (number - 1) * limit
        page = Page(rows[start : start + limit], len(rows), number, limit)
        content = self._composition(page.rows, call.query)
        return Reply(200, content, paging_headers(self.context, call, "variants/composition", page))

    def composition_of(self, call: Call, _resource: Resource) -> Reply:
        """The rows of one bundle."""
        bundle = self._find(self.context.schema["variants"], call.route.key)
        rows = self.context.state["composition"].where("bundle_id", bundle["id"])
        return Reply(200, self._composition(rows, call.query))

    def _speaks(self, call: Call) -> bool:
        """Whether an answer that may have a body has one."""
        switch = call.route.endpoint.speaks
        return bool(switch) and bool(getattr(self.context.switches, switch))

    def _bundle_rows(self) -> list[Row]:
        variants = self.context.state["variants"]
        rows = self.context.state["composition"].rows.values()
        return [row for row in rows if variants.shows(variants.rows[row["bundle_id"]])]

    def _composition(self, rows: list[Row], query: Params) -> dict[str, Any]:
        wanted = as_list(query.get("include") or query.get("_include"), split=True)
        keys = [row[f"{name}_id"] for name in ("bundle", "component") if name in wanted for row in rows]
        variants = self.context.state["variants"].rows
        loaded = [self._write["variants"](variants[key]) for key in dict.fromkeys(keys)]
        content: dict[str, Any] = {"variants": loaded} if loaded else {}
        content["composition"] = [self._write["composition"](row) for row in rows]
        return content

    def _variant_writer(self, write: Callable[[Row], dict[str, Any]]) -> Callable[[Row], dict[str, Any]]:
        def written(row: Row) -> dict[str, Any]:
            shown = write(row)
            return shown if may_see_buying_prices(self.context) else without_buying_prices(shown)

        return written

    def _find(self, resource: Resource, key: str | None) -> Row:
        """The record a path names. Raises NotFound for ids that are not numbers as well."""
        if resource.name == "price_lists":
            row = self.context.price_list(key)
            if row is not None:
                return row
        if resource.name == "stock_levels":
            resource = self.context.schema["variants"]
        if key is None or not (key.isascii() and key.isdecimal()) or len(key) > 18:
            raise NotFound(resource.model, key)
        return self.context.get(resource.name, int(key))

    def _single(self, resource: Resource, row: Row, query: Params) -> dict[str, Any]:
        content = self._loaded(resource, [row], query, "show")
        content[resource.singular] = self._write[resource.name](row)
        return content

    def _roots(self, resource: Resource, rows: list[Row], query: Params) -> dict[str, Any]:
        content = self._loaded(resource, rows, query, "index")
        write = self._write[resource.name]
        content[resource.name] = [write(row) for row in rows]
        return content

    def _loaded(self, resource: Resource, rows: list[Row], query: Params, kind: str) -> dict[str, Any]:
        loads = sideloads(self.context, resource, rows, query, kind)
        return {name: [self._write[name](row) for row in loaded] for name, loaded in loads.items()}


def _root(call: Call, resource: Resource, context: RulesContext | None = None) -> Params:
    """The object under the singular root. Raises BadRequest when there is none."""
    given = call.given.get(resource.singular)
    if isinstance(given, dict) and given:
        return given
    if given is None and context is not None and context.switches.unwrapped_put_accepted and call.json:
        # Rails wrapped what it knew as columns of the model, and only that, and only of the body (reference §3.2).
        known = {f.name for f in resource.settable("update") if f.stored and not f.virtual}
        wrapped = {name: value for name, value in call.body.items() if name in known}
        if wrapped:
            return wrapped
    raise BadRequest.missing(resource.singular)


def paging_headers(context: RulesContext, call: Call, path: str, page: Page) -> list[tuple[str, str]]:
    """`X-Pagination` and `Link`, keys and relations in the order they were recorded (reference §3.6).

    `Link` has the parameters in the order they came in, a page that was not asked for behind them, and at the end,
    under its new name, what was asked for as `_include`.
    """
    last, beyond = page.number >= page.pages, page.number > page.pages
    facts = {
        "total_records": page.total,
        "total_pages": page.pages,
        "first_page": page.number == 1,
        "last_page": last and (context.switches.last_page_past_the_end or not beyond),
        "out_of_bounds": beyond,
        "offset": page.offset,
    }
    numbers = {"first": 1, "prev": min(page.number - 1, page.pages)} if page.number > 1 else {}
    numbers |= {"last": page.pages} if last else {"next": page.number + 1, "last": page.pages}
    base = f"http://{call.host}/ajax/{path}{'.json' if context.switches.legacy_headers else ''}?"
    kept = {name: value for name, value in call.query.items() if name != "_include"} | {"page": None}
    if "_include" in call.query:
        kept["include"] = call.query["_include"]
    links = [f'<{base}{urlencode(_flat(kept | {"page": str(n)}), safe="")}>; rel="{rel}"' for rel, n in numbers.items()]
    return [("X-Pagination", orjson.dumps(facts).decode()), ("Link", ", ".join(links))]


def _flat(params: Params) -> list[tuple[str, str]]:
    """Parameters as Rails writes them back: lists with brackets."""
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        if isinstance(value, list):
            pairs += [(f"{name}[]", str(item)) for item in value]
        elif not isinstance(value, dict):
            pairs.append((name, str(value)))
    return pairs


def _composition_matches(context: RulesContext, row: Row, query: Params) -> bool:
    variants = context.state["variants"].rows
    sku = variants[row["bundle_id"]].get("sku")
    checks = {
        "ids": str(row["bundle_id"]),
        "sku": sku,
        "bundle_sku": sku,
        "component_id": str(row["component_id"]),
        "component_ids": str(row["component_id"]),
    }
    for name, value in checks.items():
        wanted = as_list(query.get(name), split="sku" not in name)
        if wanted and value not in wanted:
            return False
    return True
