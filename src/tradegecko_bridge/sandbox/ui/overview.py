"""The sandbox itself: its clock, what is to go wrong, switches that were turned, and who may come in."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from markupsafe import Markup

from ..instance import Instance
from ..model.context import Context
from ..model.formats import datetime_text
from ..model.state import Row
from ..model.switches import Switches
from ..wire.html import element, join
from .activity import request_table
from .elements import (
    PAGE_SIZE,
    Content,
    PageQuery,
    badge,
    card,
    code,
    duration,
    facts,
    link,
    moment,
    pagination,
    table,
)
from .rows import newest_rows

_PREVIEW = 10
# Details of a fault that are shown unless they are at these defaults.
_DETAILS: tuple[tuple[str, Any], ...] = (
    ("seconds", 0.0), ("status", 500), ("when", "before"), ("by", 0), ("until", ""), ("chance", 1.0), ("seed", 0),
)  # fmt: skip


def overview(instance: Instance, _query: PageQuery) -> Content:
    """The state of the sandbox."""
    entries, _ = instance.latest_requests(0, _PREVIEW)
    latest = request_table("The newest requests", entries)
    parts = [_counts(instance), _clock(instance), _faults(instance), _switches(instance), latest]
    return Content("Overview", join(parts))


def changed_switches(instance: Instance) -> dict[str, tuple[Any, Any]]:
    """The switches that are not at their default: the value and the default."""
    usual = asdict(Switches())
    return {name: (value, usual[name]) for name, value in instance.switches().items() if value != usual[name]}


def _counts(instance: Instance) -> Markup:
    lengths = {name: len(instance.context.state[name].visible) for name in ("orders", "variants", "companies")}
    return facts(
        [
            ("Orders", link(f"{lengths['orders']:,}", "orders")),
            ("Variants", link(f"{lengths['variants']:,}", "stock")),
            ("Companies", f"{lengths['companies']:,}"),
            ("Requests logged", link(f"{instance.latest_requests(0, 0)[1]:,}", "requests")),
            ("Webhooks waiting", link(f"{instance.deliveries.waiting():,}", "webhooks")),
        ],
        "tiles",
    )


def _clock(instance: Instance) -> Markup:
    moved = instance.clock.moved.total_seconds()
    shift = "shows the time it was given"
    if moved:
        shift = f"moved {duration(moved)} {'ahead' if moved > 0 else 'back'}"
    shown = facts(
        [
            ("Time in the sandbox (UTC)", moment(datetime_text(instance.clock()))),
            ("The clock", shift),
            ("Date in the account", instance.context.today().isoformat()),
        ]
    )
    return card(element("h2", "Clock"), shown)


def _faults(instance: Instance) -> Markup:
    faults = instance.faults.listing()
    return table(
        "Faults in force"
        if len(faults) <= PAGE_SIZE
        else f"Faults in force (the first {PAGE_SIZE} of {len(faults):,})",
        ("Fault", "Requests", "Strikes", "Counted", "Struck", "Details"),
        [_fault(fault) for fault in faults[:PAGE_SIZE]],
        empty="Nothing is to go wrong.",
        numeric={"Counted", "Struck"},
    )


def _fault(fault: dict[str, Any]) -> list[object]:
    first, last = fault["nth"], fault["nth"] + fault["times"] - 1
    hits = f"number {first}" if first == last else f"numbers {first} to {last}"
    if fault["chance"] < 1:
        hits = f"from number {first}, up to {fault['times']} times"
    details = [f"{name} {fault[name]}" for name, usual in _DETAILS if fault[name] != usual]
    return [
        badge(fault["fault"], "warn"),
        code(f"{fault['method']} {fault['path']}"),
        hits,
        fault["seen"],
        fault["struck"],
        ", ".join(details),
    ]


def _switches(instance: Instance) -> Markup:
    return table(
        "Switches that were turned",
        ("Switch", "Now", "Default"),
        [[code(name), badge(now, "warn"), badge(usual)] for name, (now, usual) in changed_switches(instance).items()],
        empty="All are at their default.",
    )


def tokens(instance: Instance, query: PageQuery) -> Content:
    """Who may call, and for how long. A token's value is never shown: its last characters identify it."""
    page = newest_rows(instance.context, "access_tokens", query)
    shown = table(
        "Access tokens, newest first",
        ("User", "Application", "Kind", "State", "Ends (UTC)", "Token ends in"),
        [_token(instance.context, row) for row in page.rows],
        empty="There are no tokens.",
    )
    return Content("Tokens", join([shown, pagination(query, page.total)]))


def _token(context: Context, row: Row) -> list[object]:
    user = context.state.find("users", row.get("user_id")) or {}
    application = context.state.find("applications", row.get("application_id")) or {}
    expires = row.get("expires_at")
    return [
        user.get("email") or user.get("first_name"),
        application.get("name"),
        "privileged" if expires is None else "signed in",
        _token_state(context, row),
        moment(row.get("revoked_at") or expires),
        code(f"…{str(row.get('token'))[-4:]}"),
    ]


def _token_state(context: Context, row: Row) -> Markup:
    if row.get("revoked_at") is not None:
        return badge("revoked")
    expires = row.get("expires_at")
    if expires is None:
        return badge("never expires", "good")
    left = (datetime.fromisoformat(expires) - context.clock()).total_seconds()
    if left > 0:
        return badge(f"expires in {duration(left)}", "good")
    again = [" ", element("span", "can be refreshed", class_="muted")] if row.get("refresh_token") else []
    return join([badge("expired"), *again])
