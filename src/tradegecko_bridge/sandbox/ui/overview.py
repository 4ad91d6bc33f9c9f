"""The sandbox itself: its clock, what is to go wrong, switches that were turned, and who may come in."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from ..instance import Instance
from ..model.context import Context
from ..model.formats import datetime_text
from ..model.state import Row
from ..model.switches import Switches
from ..wire.html import Html, html, joined
from .activity import request_table
from .elements import PAGE, Asked, Sheet, badge, code, facts, link, moment, pages, span, table
from .rows import newest

_GLIMPSE = 10
# What a fault says beyond the requests it strikes, and the value that says nothing.
_DETAILS: tuple[tuple[str, Any], ...] = (
    ("seconds", 0.0), ("status", 500), ("when", "before"), ("by", 0), ("until", ""), ("chance", 1.0), ("seed", 0),
)  # fmt: skip


def overview(instance: Instance, _asked: Asked) -> Sheet:
    """How the sandbox stands."""
    entries, _ = instance.latest_requests(0, _GLIMPSE)
    latest = request_table("The newest requests", entries)
    parts = [_counts(instance), _clock(instance), _faults(instance), _switches(instance), latest]
    return Sheet("Overview", joined(parts))


def turned(instance: Instance) -> dict[str, tuple[Any, Any]]:
    """The switches that are not at their default: how they stand, and the default."""
    usual = asdict(Switches())
    return {name: (value, usual[name]) for name, value in instance.switches().items() if value != usual[name]}


def _counts(instance: Instance) -> Html:
    lengths = {name: len(instance.context.state[name].live) for name in ("orders", "variants", "companies")}
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


def _clock(instance: Instance) -> Html:
    moved = instance.clock.moved.total_seconds()
    shift = "shows the time it was given"
    if moved:
        shift = f"moved {span(moved)} {'ahead' if moved > 0 else 'back'}"
    shown = facts(
        [
            ("Time in the sandbox (UTC)", moment(datetime_text(instance.clock()))),
            ("The clock", shift),
            ("Date in the account", instance.context.today().isoformat()),
        ]
    )
    return html('<section class="card"><h2>Clock</h2>{shown}</section>', shown=shown)


def _faults(instance: Instance) -> Html:
    faults = instance.faults.listing()
    return table(
        "Faults in force" if len(faults) <= PAGE else f"Faults in force (the first {PAGE} of {len(faults):,})",
        ("Fault", "Requests", "Strikes", "Counted", "Struck", "Details"),
        [_fault(fault) for fault in faults[:PAGE]],
        nothing="Nothing is to go wrong.",
        figures={"Counted", "Struck"},
    )


def _fault(fault: dict[str, Any]) -> list[object]:
    first, last = fault["nth"], fault["nth"] + fault["times"] - 1
    strikes = f"number {first}" if first == last else f"numbers {first} to {last}"
    if fault["chance"] < 1:
        strikes = f"from number {first}, up to {fault['times']} times"
    details = [f"{name} {fault[name]}" for name, usual in _DETAILS if fault[name] != usual]
    return [
        badge(fault["fault"], "warn"),
        code(f"{fault['method']} {fault['path']}"),
        strikes,
        fault["seen"],
        fault["struck"],
        ", ".join(details),
    ]


def _switches(instance: Instance) -> Html:
    return table(
        "Switches that were turned",
        ("Switch", "Now", "Default"),
        [[code(name), badge(now, "warn"), badge(usual)] for name, (now, usual) in turned(instance).items()],
        nothing="All are at their default.",
    )


def tokens(instance: Instance, asked: Asked) -> Sheet:
    """Who may call, and for how long. A token's value is never shown: its end tells it from the others."""
    page = newest(instance.context, "access_tokens", asked)
    shown = table(
        "Access tokens, newest first",
        ("User", "Application", "Kind", "State", "Ends (UTC)", "Token ends in"),
        [_token(instance.context, row) for row in page.rows],
        nothing="There are no tokens.",
    )
    return Sheet("Tokens", joined([shown, pages(asked, page.total)]))


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


def _token_state(context: Context, row: Row) -> Html:
    if row.get("revoked_at") is not None:
        return badge("revoked")
    expires = row.get("expires_at")
    if expires is None:
        return badge("never expires", "good")
    left = (datetime.fromisoformat(expires) - context.clock()).total_seconds()
    if left > 0:
        return badge(f"expires in {span(left)}", "good")
    again = Html(' <span class="soft">can be refreshed</span>' if row.get("refresh_token") else "")
    return joined([badge("expired"), again])
