"""What came in and what went out: the request log, webhooks and their deliveries."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from ..instance import Instance
from ..model.context import Context
from ..model.state import Row
from ..wire.html import element, join
from .elements import NONE, PAGE_SIZE, Content, PageQuery, code, link, moment, muted, pagination, status_badge, table
from .rows import newest_rows

Entry = dict[str, Any]


def requests(instance: Instance, query: PageQuery) -> Content:
    """The request log."""
    entries, total = instance.latest_requests(query.offset, PAGE_SIZE)
    shown = request_table("Requests, newest first", entries)
    note = muted("This page and the control area below ", element("code", "/_sandbox/"), " are not logged.")
    return Content("Requests", join([shown, pagination(query, total), note]))


def request_table(caption: str, entries: list[Entry]) -> Markup:
    """Requests as they were logged: without tokens and bodies."""
    heads = ("Time (UTC)", "Method", "Path", "Status", "Request id")
    return table(caption, heads, [_request(entry) for entry in entries], empty="No requests yet.")


def _request(entry: Entry) -> list[object]:
    path = entry["path"] + (f"?{entry['query']}" if entry["query"] else "")
    identifier = code(entry["request_id"], "muted nowrap")
    return [moment(entry["time"]), entry["method"], code(path), status_badge(entry["status"]), identifier]


def webhooks(instance: Instance, query: PageQuery) -> Content:
    """Subscriptions, and every attempt to deliver to them."""
    entries, total = instance.deliveries.latest(query.offset, PAGE_SIZE)
    waiting = instance.deliveries.waiting()
    attempts = table(
        "Attempts to deliver, newest first",
        ("Time (UTC)", "Event", "Object", "Webhook", "Attempt", "Answer", "Error"),
        [_attempt(entry) for entry in entries],
        empty="Nothing was delivered yet.",
        numeric={"Object", "Webhook", "Attempt"},
    )
    waits = muted(f"Still to be delivered: {waiting:,}.")
    return Content("Webhooks", join([_subscriptions(instance.context), attempts, pagination(query, total), waits]))


def _subscriptions(context: Context) -> Markup:
    page = newest_rows(context, "webhooks", PageQuery())
    caption = "Webhooks" if page.total <= len(page.rows) else f"The newest {len(page.rows)} of {page.total:,} webhooks"
    heads = ("Event", "Address", "Id", "Failing since (UTC)")
    rows = [_subscription(row) for row in page.rows]
    return table(caption, heads, rows, empty="Nobody subscribed to an event.", numeric={"Id"})


def _subscription(row: Row) -> list[object]:
    # Programs put keys of their own into the query of their address.
    address, question, _ = str(row.get("address", "")).partition("?")
    shown = f"{address}?…" if question else address
    return [row.get("event"), code(shown), row["id"], moment(row.get("failing_since"))]


def _attempt(entry: Entry) -> list[object]:
    is_order = entry["event"].startswith("order.")
    key = entry["object_id"]
    return [
        moment(entry["time"]),
        entry["event"],
        link(key, "order", id=key) if is_order else key,
        entry["webhook_id"],
        entry["attempt"],
        status_badge(entry["status"]) if entry["status"] is not None else NONE,
        entry["error"],
    ]
