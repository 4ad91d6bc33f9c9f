"""Whatever is asked for, sense or nonsense: a refusal changes nothing, and afterwards everything adds up.

Random requests, most of them wrong in some way, run against an account that has a bit of everything. After each one all
lists are read. Refused: every list must be the same to the byte, `updated_at` included. Accepted: the oracle works
everything out anew from the documents.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.sandbox.everything import LocalClient, furnish
from tests.sandbox.oracle import Picture, complaints
from tests.sandbox.support import Json

Request = tuple[str, str, Any]
Drawn = tuple[str, int, int, int, int]
MUG, RED, SET, GIFT = 1, 2, 3, 11  # A plain variant, another, the bundle of both, and one without stock.
VARIANTS: tuple[Any, ...] = (*(MUG, RED, SET, MUG, SET, GIFT) * 3, 999, None, "x", [MUG])
QUANTITIES: tuple[Any, ...] = (
    *("1", "2", "0.5", "3", 1, "1.25") * 4,
    None,
    "0",
    "-1",
    "100000",
    "NaN",
    "1e30",
    "x",
    True,
    [],
    {"a": 1},
)
PRICES: tuple[Any, ...] = (*("10", "19.99", "0.333", "0", 7, "2.005") * 2, "-5", None, "1e30", [])
PLACES: tuple[Any, ...] = (1, 2, 1, 2, 1, 2, 1, 99, None)
STATUSES: tuple[Any, ...] = (
    *("draft", "active", "finalized") * 3, "fulfilled", "void", "deleted", "received", "packed", "archived", "x", None,
    [],
)  # fmt: skip
SWITCHES = ("allow_over_fulfillment", "allow_over_invoicing", "allow_over_return", "finalized_orders_editable",
            "delete_active_order_voids", "allow_status_revert", "require_finalized", "actions_finalize_order",
            "reject_duplicate_order_numbers", "older_verbs_served", "adjustment_revert_action",
            "delete_archived_is_404")  # fmt: skip
# Shapes of nested lines nobody should send.
ODD: tuple[Any, ...] = ([5], "x", [[]], [None], 7, {"a": 5}, [{}], [{"id": 999}], [{"id": []}], None, "", [])


class Step:
    """Numbers that chance drew, and what an operation makes of them."""

    def __init__(self, picture: Picture, drawn: Drawn) -> None:
        self.picture = picture
        self.name, self.one, self.two, self.three, self.four = drawn

    def key(self, name: str, which: int) -> Any:
        """One of the records of a list, the newest first; now and then none that is there."""
        if which % 12 == 11:
            return (9999, "x", "", -1)[self.one % 4]
        keys = sorted(self.picture[name], reverse=True)
        return keys[which % len(keys)] if keys else 1

    def path(self, name: str, which: int) -> str:
        """Where one of the records is."""
        return f"/{name}/{self.key(name, which)}"

    def one_of(self, *bodies: Any) -> Any:
        """One of these."""
        return bodies[self.four % len(bodies)]

    @property
    def quantity(self) -> Any:
        """How many."""
        return QUANTITIES[self.three % len(QUANTITIES)]

    @property
    def status(self) -> Any:
        """A status of whatever kind."""
        return STATUSES[self.two % len(STATUSES)]

    @property
    def place(self) -> Any:
        """A location."""
        return PLACES[self.three % len(PLACES)]

    @property
    def line(self) -> Json:
        """What a line of an order or a document of stock may hold."""
        price, variant = PRICES[self.four % len(PRICES)], VARIANTS[self.two % len(VARIANTS)]
        return {"variant_id": variant, "quantity": self.quantity, "price": price}

    @property
    def priced(self) -> Json:
        """The same with a discount and a tax of its own."""
        discount, tax = ("10", "-5", "33.3", None, None, None, "101")[self.one % 7], ("7.5", None)[self.two % 2]
        return {**self.line, "discount": discount, "tax_rate_override": tax}

    @property
    def text(self) -> Json:
        """A line without a variant."""
        return {"freeform": True, "label": "Text", "price": self.line["price"], "quantity": self.quantity}

    def line_of(self, order_id: Any) -> Any:
        """A line of an order; now and then of another."""
        own = [row["id"] for row in self.picture["order_line_items"].values() if row["order_id"] == order_id]
        return own[self.two % len(own)] if own and self.four % 8 else self.key("order_line_items", self.two)

    def part(self, order_id: Any) -> Json:
        """Some of a line of an order."""
        return {"order_line_item_id": self.line_of(order_id), "quantity": self.quantity}

    def parts(self, order_id: Any) -> list[Json]:
        """Some of an order; now and then nothing."""
        return [] if self.four % 16 == 15 else [self.part(order_id)]

    def about(self, name: str, document: Any) -> Any:
        """The order a document is about."""
        return self.picture[name].get(document, {}).get("order_id")

    def children(self, name: str, *lines: Any) -> Json:
        """Nested lines, in one of the shapes that are understood, or in none."""
        shapes: tuple[Any, ...] = (list(lines), {str(n): line for n, line in enumerate(lines)}, [*lines, *lines])
        return {name: ODD[self.one % len(ODD)] if self.four % 12 == 11 else shapes[self.four % 3]}


def orders(step: Step) -> dict[str, Request]:
    """Sales orders and their lines."""
    order, line = step.path("orders", step.one), step.path("order_line_items", step.two)
    action = ("invoice", "pay", "pack", "fulfil", "void", "x")[step.two % 6]
    number = {"order_number": f"SO{step.four:04d}"} if step.three % 4 == 3 else {}
    return {
        "order": ("POST", "/orders", {"order": {
            "company_id": 2, "shipping_address_id": 1, "status": STATUSES[step.one % 11],
            "stock_location_id": step.place,
            "tax_treatment": ("inclusive", "exclusive")[step.two % 2], "currency_id": (1, 2, 1, 2, 1, 99)[step.one % 6],
            **number, **step.children("order_line_items", step.priced, step.text)}}),
        "order status": ("PUT", order, {"order": {"status": step.status}}),
        "order append": ("PUT", order, {"order": step.children("order_line_items", step.line)}),
        "order change": ("PUT", order, {"order": step.one_of(
            {"stock_location_id": step.place}, {"tax_treatment": "exclusive"}, {"currency_id": 2}, {"notes": "x"},
            {"status": "finalized", "stock_location_id": step.place}, {"company_id": 1}, {"total": "1"})}),
        "order delete": ("DELETE", order, None),
        "order act": ("POST", f"{order}/actions/{action}", step.one_of(None, {"fulfillment": {"notes": step.status}})),
        "line": ("POST", "/order_line_items", {"order_line_item": {
            "order_id": step.key("orders", step.one), **step.one_of(step.priced, step.text)}}),
        "line change": ("PUT", line, {"order_line_item": step.one_of(
            {"quantity": step.quantity}, {"price": step.line["price"]}, {"variant_id": step.line["variant_id"]},
            {"discount": "12.5"}, {"order_id": 1}, {"freeform": True}, {"variant_id": None, "freeform": True},
            {"discount_amount": "1"}, {"quantity": step.quantity, "price": "2"})}),
        "line delete": ("DELETE", line, None),
    }  # fmt: skip


def parcels(step: Step) -> dict[str, Request]:
    """Fulfilments and their lines."""
    order, sent = step.key("orders", step.one), step.key("fulfillments", step.one)
    line = step.key("fulfillment_line_items", step.two)
    status = (None, "packed", "fulfilled", "shipped", step.status)[step.three % 5]
    return {
        "pack": ("POST", "/fulfillments", {"fulfillment": {
            "order_id": order, "status": status, "stock_location_id": (None, step.place)[step.one % 2],
            **step.children("fulfillment_line_items", *step.parts(order))}}),
        "ship": ("PUT", f"/fulfillments/{sent}", {"fulfillment": {"status": status or "fulfilled"}}),
        "parcel change": ("PUT", f"/fulfillments/{sent}", {"fulfillment": step.one_of(
            {"stock_location_id": step.place}, {"tracking_number": "1Z"}, {"order_id": order}, {"exchange_rate": "0"},
            {"fulfillment_line_items": [{"id": line, "quantity": step.quantity}]},
            {"status": "fulfilled", "stock_location_id": step.place})}),
        "parcel delete": ("DELETE", f"/fulfillments/{sent}", None),
        "parcel line": ("POST", "/fulfillment_line_items", {"fulfillment_line_item": {
            "fulfillment_id": sent, **step.part(step.about("fulfillments", sent))}}),
        "parcel line change": ("PUT", f"/fulfillment_line_items/{line}", {"fulfillment_line_item": step.one_of(
            {"quantity": step.quantity}, step.part(order), {"fulfillment_id": sent})}),
        "parcel line delete": ("DELETE", f"/fulfillment_line_items/{line}", None),
    }  # fmt: skip


def bills(step: Step) -> dict[str, Request]:
    """Invoices, their lines, and payments."""
    order, billed = step.key("orders", step.one), step.key("invoices", step.one)
    line, paid = step.path("invoice_line_items", step.two), step.path("payments", step.two)
    part = step.part(step.about("invoices", billed))
    return {
        "bill": ("POST", "/invoices", {"invoice": {
            "order_id": order, **step.children("invoice_line_items", *step.parts(order))}}),
        "bill change": ("PUT", f"/invoices/{billed}", {"invoice": step.one_of(
            {"notes": "x"}, {"order_id": order}, {"status": "archived"}, {"invoice_line_items": [part]})}),
        "bill delete": ("DELETE", f"/invoices/{billed}", None),
        "bill line": ("POST", "/invoice_line_items", {"invoice_line_item": {"invoice_id": billed, **part}}),
        "bill line change": ("PUT", line, {"invoice_line_item": step.one_of({"quantity": step.quantity}, part)}),
        "bill line delete": ("DELETE", line, None),
        "pay": ("POST", "/payments", {"payment": {"invoice_id": billed, "amount": step.quantity}}),
        "pay change": ("PUT", paid, {"payment": step.one_of(
            {"amount": step.quantity}, {"status": step.one_of("active", "archived", "x")}, {"invoice_id": billed})}),
        "pay delete": ("DELETE", paid, None),
    }  # fmt: skip


def returns(step: Step) -> dict[str, Request]:
    """Returns and their lines."""
    order, back = step.key("orders", step.one), step.key("fulfillment_returns", step.one)
    line = step.path("fulfillment_return_line_items", step.two)
    part = step.part(step.about("fulfillment_returns", back))
    status = (None, "returning", "received", step.status)[step.three % 4]
    return {
        "return": ("POST", "/fulfillment_returns", {"fulfillment_return": {
            "order_id": order, "location_id": step.place, "status": status,
            **step.children("fulfillment_return_line_items", *step.parts(order))}}),
        "return change": ("PUT", f"/fulfillment_returns/{back}", {"fulfillment_return": step.one_of(
            {"status": "received"}, {"status": status}, {"location_id": step.place},
            {"status": "received", "location_id": step.place}, step.children("fulfillment_return_line_items", part))}),
        "return delete": ("DELETE", f"/fulfillment_returns/{back}", None),
        "return line": ("POST", "/fulfillment_return_line_items", {"fulfillment_return_line_item": {
            "fulfillment_return_id": back, **part}}),
        "return line change": ("PUT", line, {"fulfillment_return_line_item": step.one_of(
            {"quantity": step.quantity}, part)}),
        "return line delete": ("DELETE", line, None),
    }  # fmt: skip


def purchases(step: Step) -> dict[str, Request]:
    """Purchase orders, their lines, and procurements."""
    bought, line = step.key("purchase_orders", step.one), step.key("purchase_order_line_items", step.two)
    return {
        "buy": ("POST", "/purchase_orders", {"purchase_order": {
            "company_id": 5, "status": ("draft", "active", "active", step.status)[step.one % 4],
            "stock_location_id": step.place, **step.children("purchase_order_line_items", step.line, step.text)}}),
        "buy change": ("PUT", f"/purchase_orders/{bought}", {"purchase_order": step.one_of(
            {"status": step.status}, {"stock_location_id": step.place}, {"currency_id": 2},
            {"tax_treatment": "exclusive"}, step.children("purchase_order_line_items", step.line))}),
        "buy receive": ("POST", f"/purchase_orders/{bought}/actions/receive", None),
        "buy delete": ("DELETE", f"/purchase_orders/{bought}", None),
        "buy line": ("POST", "/purchase_order_line_items", {"purchase_order_line_item": {
            "purchase_order_id": bought, **step.line}}),
        "buy line change": ("PUT", f"/purchase_order_line_items/{line}", {"purchase_order_line_item": step.one_of(
            {"quantity": step.quantity}, {"variant_id": step.line["variant_id"]}, {"price": "3"})}),
        "buy line delete": ("DELETE", f"/purchase_order_line_items/{line}", None),
        "procure": ("POST", "/procurements", {"procurement": {
            "purchase_order_id": bought, **step.children("purchase_order_line_items", {"id": line})}}),
        "procure delete": ("DELETE", step.path("procurements", step.two), None),
    }  # fmt: skip


def movements(step: Step) -> dict[str, Request]:
    """Adjustments, transfers, and variants that come and go."""
    adjusted, moved = step.key("stock_adjustments", step.one), step.key("stock_transfers", step.one)
    adjusted_line = step.path("stock_adjustment_line_items", step.two)
    moved_line = step.path("stock_transfer_line_items", step.two)
    gone = step.one_of("variants/1", "variants/3", "products/1", "products/2", "variants/999")
    return {
        "adjust": ("POST", "/stock_adjustments", {"stock_adjustment": {
            "stock_location_id": step.place, **step.children("stock_adjustment_line_items", step.line)}}),
        "adjust line": ("POST", "/stock_adjustment_line_items", {"stock_adjustment_line_item": {
            "stock_adjustment_id": adjusted, **step.line}}),
        "adjust delete": ("DELETE", f"/stock_adjustments/{adjusted}", None),
        "adjust change": ("PUT", f"/stock_adjustments/{adjusted}", {"stock_adjustment": step.one_of(
            {"notes": "x"}, {"stock_location_id": step.place}, {"status": step.status})}),
        "adjust act": ("POST", f"/stock_adjustments/{adjusted}/actions/revert", None),
        "adjust line change": ("PUT", adjusted_line, {"stock_adjustment_line_item": step.one_of(
            {"quantity": step.quantity}, {"price": "3"}, {"variant_id": step.line["variant_id"]}, step.line)}),
        "adjust line delete": ("DELETE", adjusted_line, None),
        "move": ("POST", "/stock_transfers", {"stock_transfer": {
            "source_location_id": step.place, "destination_location_id": (2, 1, 2, 99)[step.one % 4],
            "status": (None, "active", "received", step.status)[step.four % 4],
            **step.children("stock_transfer_line_items", step.line)}}),
        "move act": ("POST", f"/stock_transfers/{moved}/actions/{step.one_of('receive', 'revert', 'x')}", None),
        "move change": ("PUT", f"/stock_transfers/{moved}", {"stock_transfer": step.one_of(
            {"status": step.status}, {"status": "received"}, {"source_location_id": step.place}, {"notes": "x"})}),
        "move delete": ("DELETE", f"/stock_transfers/{moved}", None),
        "move line": ("POST", "/stock_transfer_line_items", {"stock_transfer_line_item": {
            "stock_transfer_id": moved, **step.line}}),
        "move line change": ("PUT", moved_line, {"stock_transfer_line_item": step.one_of(
            {"quantity": step.quantity}, {"variant_id": step.line["variant_id"]}, step.line)}),
        "move line delete": ("DELETE", moved_line, None),
        "variant": ("POST", "/variants", {"variant": {
            "product_id": (1, 2, 99)[step.one % 3], "sku": "NEW", "initial_stock_level": step.quantity,
            "initial_cost_price": step.line["price"], "initial_stock_location_id": step.place}}),
        "variant delete": ("DELETE", f"/{gone}", None),
    }  # fmt: skip


def work(step: Step) -> dict[str, Json]:
    """What the warehouse may be told, by the work."""
    order, lines = step.key("orders", step.one), {"MUG-SET": step.quantity, "MUG-BLUE": step.quantity}
    place, finalize = {"location": step.place}, step.two % 3 == 0
    return {
        "receive": step.one_of({"sku": "MUG-RED", "quantity": step.quantity, "cost": step.line["price"], **place},
                               {"purchase_order": step.key("purchase_orders", step.one)}),
        "pack it": {"order": order, "finalize": finalize, **place, "lines": step.one_of(None, lines, {"x": 1})},
        "ship it": step.one_of({"order": order, "finalize": finalize, "lines": step.one_of(None, lines)},
                               {"fulfillment": step.key("fulfillments", step.two), **place}),
    }  # fmt: skip


def requests(step: Step) -> dict[str, Request]:
    """The request each operation stands for in this step."""
    found: dict[str, Request] = {}
    for domain in (orders, parcels, bills, returns, purchases, movements):
        found |= domain(step)
    return found


_NOTHING = Step(Picture(LocalClient()), ("", 0, 0, 0, 0))
WORK = sorted(work(_NOTHING))
NAMES = [*sorted(requests(_NOTHING)), *WORK]
# Endings are rare, or little would be left to be wrong about; the first steps of an order are many.
OFTEN = [name for name in NAMES if not name.endswith("delete")] * 3
STEP = st.tuples(
    st.sampled_from([*NAMES, *OFTEN, *("switch", "order", "order status", "pack", "ship") * 6]),
    *(st.integers(0, 47) for _ in range(4)),
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, min_size=15, max_size=40), incoming=st.booleans())
@example(  # A shipped line that is made a text, where finalized orders are editable.
    steps=[("switch", 3, 0, 0, 0), ("line change", 0, 7, 0, 6), ("line change", 0, 7, 0, 2)], incoming=False
)
def test_sense_and_nonsense(steps: list[Drawn], incoming: bool) -> None:
    """Refusals leave everything as it was, and what was accepted adds up."""
    local = furnish(LocalClient(transfers_are_incoming=incoming))
    picture, done = Picture(local), []
    for drawn in steps:
        step = Step(picture, drawn)
        if step.name == "switch":
            switch = {SWITCHES[step.one % len(SWITCHES)]: step.two % 2 == 0}
            local.instance.set_switches(switch)
            done.append(str(switch))
            continue
        body, accepted = run(local, step, done)
        before, picture = picture, Picture(local)
        if not accepted:
            assert picture == before, (before.differs(picture), done)
            continue
        assert '"NaN"' not in json.dumps(body), done
        wrong = [*complaints(picture, transfers_are_incoming=incoming), *_repeated(before, picture, body)]
        assert not wrong, (wrong, done)


def run(local: LocalClient, step: Step, done: list[str]) -> tuple[Any, bool]:
    """Do a step: what was sent, and whether it was accepted."""
    if step.name in WORK:
        body: Any = work(step)[step.name]
        done.append(f"{step.name} {body}")
        try:
            local.instance.warehouse(step.name.split()[0], body)
        except ValueError as exc:
            done.append(str(exc))
            return body, False
        return body, True
    method, path, body = requests(step)[step.name]
    answer = local(method, path, body)
    done.append(f"{method} {path} {body} -> {answer.status}")
    assert answer.status < 500, done
    return body, answer.status < 400


def _repeated(before: Picture, after: Picture, body: Any) -> list[str]:
    """Numbers nobody asked for, given although they were taken."""
    given = {"orders": "order_number", "purchase_orders": "order_number", "invoices": "invoice_number"}
    found = []
    for name, column in given.items():
        taken = {row[column] for row in before[name].values()}
        fresh = [row[column] for key, row in after[name].items() if key not in before[name]]
        found += [f"{name}: {number} again" for number in fresh if number in taken and number not in json.dumps(body)]
    return found
