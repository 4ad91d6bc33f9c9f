"""What came in and what went out: the request log, webhooks and their deliveries."""

from __future__ import annotations

from typing import Any

from ..instance import Instance
from ..model.context import Context
from ..model.state import Row
from ..wire.html import Html, html, joined
from .elements import NONE, PAGE, Asked, Sheet, answered, code, link, moment, pages, table
from .rows import newest

Entry = dict[str, Any]


def requests(instance: Instance, asked: Asked) -> Sheet:
    """The request log."""
    entries, total = instance.latest_requests(asked.start, PAGE)
    shown = request_table("Requests, newest first", entries)
    note = Html('<p class="soft">This page and the control area below <code>/_sandbox/</code> are not logged.</p>')
    return Sheet("Requests", joined([shown, pages(asked, total), note]))


def request_table(caption: str, entries: list[Entry]) -> Html:
    """Requests as they were logged: without tokens and bodies."""
    heads = ("Time (UTC)", "Method", "Path", "Status", "Request id")
    return table(caption, heads, [_request(entry) for entry in entries], nothing="No requests yet.")


def _request(entry: Entry) -> list[object]:
    path = entry["path"] + (f"?{entry['query']}" if entry["query"] else "")
    identifier = code(entry["request_id"], "soft whole")
    return [moment(entry["time"]), entry["method"], code(path), answered(entry["status"]), identifier]


def webhooks(instance: Instance, asked: Asked) -> Sheet:
    """Who is told of what, and every attempt to tell them."""
    entries, total = instance.deliveries.latest(asked.start, PAGE)
    waiting = instance.deliveries.waiting()
    attempts = table(
        "Attempts to deliver, newest first",
        ("Time (UTC)", "Event", "Object", "Webhook", "Attempt", "Answer", "Error"),
        [_attempt(entry) for entry in entries],
        nothing="Nothing was delivered yet.",
        figures={"Object", "Webhook", "Attempt"},
    )
    waits = html('<p class="soft">Still to be delivered: {waiting}.</p>', waiting=f"{waiting:,}")
    return Sheet("Webhooks", joined([_subscriptions(instance.context), attempts, pages(asked, total), waits]))


def _subscriptions(context: Context) -> Html:
    page = newest(context, "webhooks", Asked())
    caption = "Webhooks" if page.total <= len(page.rows) else f"The newest {len(page.rows)} of {page.total:,} webhooks"
    heads = ("Event", "Address", "Id", "Failing since (UTC)")
    rows = [_subscription(row) for row in page.rows]
    return table(caption, heads, rows, nothing="Nobody subscribed to an event.", figures={"Id"})


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
        answered(entry["status"]) if entry["status"] is not None else NONE,
        entry["error"],
    ]
