"""The account at the HTTP level: the sandbox, called in this process and going by the world's clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final

import orjson
from attrs import frozen

from tests.simulation.account import LATEST, AccountOrder, Company
from tests.simulation.faults import Occurrence
from tests.simulation.scheduler import HOUR, MINUTE, SECOND
from tests.simulation.wire import Arrival
from tradegecko_bridge.sandbox.instance import Instance
from tradegecko_bridge.sandbox.model.formats import datetime_text
from tradegecko_bridge.sandbox.model.state import Row
from tradegecko_bridge.sandbox.wire.errors import ApiError
from tradegecko_bridge.sandbox.wire.faults import ActiveFaults, Fault
from tradegecko_bridge.sandbox.wire.messages import Answer, Request

if TYPE_CHECKING:
    from tests.simulation.crew import Crew

SWITCHES: Final = (
    "idempotency_key_burnt_by_failure",
    "order_number_filter_substring",
    "order_number_filter_case_sensitive",
    "unknown_order_parties_are_422",
    "last_page_past_the_end",
    "actions_answer_200",
    "void_action_returns_order",
)
"""What nobody knows of the API, so that it is one way in some schedules and the other way in others."""
SKU: Final = "MUG-BLUE"
MARK: Final = "#tgb-"
KEY: Final = "idempotency-key"
REMEMBERED: Final = 20
"""So many answers may turn up again."""


@frozen
class Reply:
    """An answer as it comes over the network."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class SandboxAccount:
    """An account of the sandbox with one article to sell."""

    def __init__(self, world: Crew, *, honours_keys: bool) -> None:
        self._world = world
        self._honours_keys = honours_keys
        chance = Random(f"{world.seed} account")
        switches = {name: chance.random() < 0.5 for name in SWITCHES}
        self._instance = Instance(
            seed="empty",
            clock=world.scheduler.time,
            switches={**switches, "idempotency_keys": honours_keys},
            access_token="simulated",  # a seed is the same story every time
        )
        self._context = self._instance.context
        self._limits = self._instance.limits
        self._requests = 0
        self._sent: dict[int, tuple[str, int]] = {}
        self.token = self._instance.access_token()
        self.replies: list[Reply] = []
        self.unpreventable = set[str]()
        self.on_created: Callable[[AccountOrder], None] = lambda _: None
        with self._context.state.transaction():
            variant = {"sku": SKU, "name": SKU, "initial_stock_level": 1000}
            self._create("products", {"name": "Mug", "variants": [variant]})
            self._by_hand = self._create("companies", {"name": "By hand", "company_type": "business"})["id"]
            there = {"label": "Door", "address1": "1 King St W", "city": "Toronto", "country": "CA"}
            self._door = self._create("addresses", {"company_id": self._by_hand, **there})["id"]

    def _create(self, name: str, fields: Mapping[str, Any]) -> Row:
        return self._context.rules[name].create(dict(fields))

    # ── requests ─────────────────────────────────────────────────────────────────────────────

    def answer(self, request: Request, arrival: Arrival) -> Reply:
        """What the API answers to a request that has arrived."""
        if not arrival.keyed:
            request = replace(request, headers={name: text for name, text in request.headers.items() if name != KEY})
        makes = request.method == "POST" and request.path == "/orders"
        answer = self._instance.handle(request, self._faults(request, makes=makes))
        if makes and answer.status == 201:
            self._came_in(orjson.loads(answer.body)["order"]["id"], request.headers.get(KEY), arrival)
        elif answer.status in (200, 201) and "/actions/" in request.path:
            self._world.story.tell(
                "account", f"{request.path.rpartition('/')[2]} on order {request.path.split('/')[2]}"
            )
        reply = self._reply(request, answer)
        self.replies = [*self.replies[1 - REMEMBERED :], reply]
        return reply

    def _faults(self, request: Request, *, makes: bool) -> ActiveFaults:
        happens, active = self._world.faults.happens, ActiveFaults()
        if makes and (late := happens("visible late")):
            seconds = late.amount * LATEST / SECOND
            active.combined.append(Fault(request.method, request.path, "visible_late", seconds=seconds))
        if request.method == "GET" and (shuffled := happens("list shuffled")):
            seed = int(shuffled.amount * 1_000_000)
            active.combined.append(Fault(request.method, request.path, "shuffle", seed=seed))
        return active

    def _reply(self, request: Request, answer: Answer) -> Reply:
        self._requests += 1
        body = answer.body
        if request.method == "GET" and answer.status == 200 and (cut := self._world.faults.happens("list cut")):
            body = _shorter(body, cut)
        headers = [pair for pair in answer.headers if pair[0] not in ("X-Request-Id", "X-Runtime", "ETag")]
        headers += [("X-Request-Id", f"request-{self._requests}"), ("Date", self._instance.date())]
        return Reply(answer.status, tuple(headers), body)

    def _came_in(self, id_: int, key: str | None, arrival: Arrival) -> None:
        world, row = self._world, self._context.state["orders"].rows[id_]
        self._sent[id_] = row["order_number"], world.scheduler.now
        order = self._order(row)
        if key and (forgotten := world.faults.happens("keys forgotten")):
            self._forget(key, 15 * MINUTE + int(forgotten.amount * HOUR))
        if not (key and self._honours_keys) or arrival.again:
            self.unpreventable.add(str(order.name))
        world.story.tell("account", f"has order {order.id} as {order.number!r}, for {order.name}")
        self.on_created(order)

    def _forget(self, key: str, delay: int) -> None:
        """Let a key count for so long only."""
        state, until = self._context.state, datetime_text(self._instance.clock() + timedelta(microseconds=delay))
        with state.transaction():
            for row in state["idempotency_keys"].where("scope_key", f"{self._context.session.scope}/{key}"):
                state.update("idempotency_keys", row, {"expires_at": until})

    def others_ask(self, share: float) -> None:
        """Another program has used so much of the rate limit's window; all of it: nothing more is answered in it."""
        scope, now = self._context.session.scope, self._instance.clock()
        if share >= 1:
            self._limits.use_up(scope, now)
        for _ in range(int(share * (self._limits.limit or 0))):
            self._limits.count(scope, now)

    # ── people ───────────────────────────────────────────────────────────────────────────────

    def rename(self, order: AccountOrder) -> None:
        number = f"{self._row(order)['order_number']} (Ann)"
        self._do(lambda: self._context.rules["orders"].update(self._row(order), {"order_number": number}))

    def void(self, order: AccountOrder) -> None:
        self._do(lambda: self._context.rules["orders"].void(self._row(order)))  # type: ignore[attr-defined]

    def delete(self, order: AccountOrder) -> None:
        self._do(lambda: self._context.rules["orders"].delete(self._row(order)))

    def enter_by_hand(self, number: str, order: AccountOrder) -> None:
        lines = [
            {"variant_id": 1, "quantity": str(quantity), "price": str(price)} for _, quantity, price in order.goods
        ]
        address = {"shipping_address_id": self._door, "billing_address_id": self._door}
        fields = {"order_number": number, "company_id": self._by_hand, **address, "order_line_items": lines}
        self._do(lambda: self._create("orders", {**fields, "status": "active"}))

    def _do(self, action: Callable[[], object]) -> None:
        """What the web application does not allow is left undone."""
        with suppress(ApiError), self._context.state.transaction():
            action()

    def _row(self, order: AccountOrder) -> Row:
        return self._context.state["orders"].rows[int(order.id)]

    # ── what is there ────────────────────────────────────────────────────────────────────────

    @property
    def orders(self) -> Mapping[str, AccountOrder]:
        return {str(id_): self._order(row) for id_, row in self._context.state["orders"].rows.items()}

    @property
    def companies(self) -> Collection[Company]:
        return [
            Company(str(row["id"]), row.get("email") or "") for row in self._context.state["companies"].rows.values()
        ]

    def _order(self, row: Row) -> AccountOrder:
        state, value = self._context.state, self._context.value
        lines = sorted(
            state["order_line_items"].where("order_id", row["id"]), key=lambda line: line.get("position") or 0
        )
        number_as_sent, made_at = self._sent.get(row["id"], (row["order_number"], 0))
        _, found, mark = str(row.get("source_url") or "").rpartition(MARK)
        return AccountOrder(
            id=str(row["id"]),
            name=next(iter(value("orders", row, "tags") or ()), None),
            number=row["order_number"],
            number_as_sent=number_as_sent,
            mark=mark if found else None,
            goods=tuple((f"v {SKU}", line["quantity"], line["price"]) for line in lines if line.get("variant_id")),
            company=str(row["company_id"]),
            visible_at=made_at,
            made_at=made_at,
            is_gone=row["status"] in ("void", "deleted"),
        )


def _shorter(body: bytes, cut: Occurrence) -> bytes:
    """A list with some of its rows missing at the end."""
    content = orjson.loads(body)
    for name, rows in content.items():
        if isinstance(rows, list) and rows:
            content[name] = rows[: int(cut.amount * len(rows))]
    return orjson.dumps(content)
