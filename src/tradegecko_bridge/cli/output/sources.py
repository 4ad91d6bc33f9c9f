"""What a file of orders gives: for people, and as JSON."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from tradegecko_bridge.cli.output.console import counted, in_one_line, print_columns, public_fields, say
from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.commerce.values import trimmed
from tradegecko_bridge.sources.folder.explain import Explained


def print_explained(found: Explained, limit: int) -> None:
    """Columns, then orders, then what was passed over and what is wrong."""
    read = [(name, fields) for name, fields in found.columns if fields]
    ignored = [name for name, fields in found.columns if not fields]
    if read:
        say(Text("columns", style="bold"))
        print_columns((f"  {name}", f"-> {', '.join(fields)}") for name, fields in read)
    for name, text in found.constants.items():
        say(f"  {name} is always {text}")
    if ignored:
        say(f"  not read: {', '.join(ignored)}")
    for order in found.orders[:limit]:
        _print_order(order)
    if len(found.orders) > limit:
        say(Text(f"and {len(found.orders) - limit} more orders: --limit shows them", style="dim"))
    for note in found.notes:
        say(Text(f"note: {note}", style="dim"))
    for problem in found.problems:
        say(Text(f"problem: {problem.problem}", style="yellow"))
    say(f"{counted(len(found.orders), 'order')} can be taken, {counted(len(found.problems), 'problem')}")


def explained_as_json(found: Explained) -> dict[str, Any]:
    """The same as one JSON object; without personal data."""
    return {
        "ok": not found.problems,
        "columns": [{"name": name, "fields": list(fields)} for name, fields in found.columns],
        "constants": found.constants,
        "orders": [
            {**public_fields(order), "customer": _given(order.customer), "totals_agree": _agree(order)}
            for order in found.orders
        ],
        "notes": found.notes,
        "problems": [one.problem for one in found.problems],
    }


def _print_order(order: SourceOrder) -> None:
    say(Text(f"order {in_one_line(order.number)}", style="bold"))
    address = order.shipping_address
    country = f" ({address.country})" if address and address.country else ""
    facts = {
        "reference": order.reference if order.reference != order.number else "",
        "placed": f"{order.placed_at:%Y-%m-%d %H:%M %z}",
        "customer": f"given: {', '.join(_given(order.customer)) or 'nothing'}",
        "ship to": f"given: {', '.join(_given(address)) or 'nothing'}{country}",
        "status": ", ".join(filter(None, (order.source_status, order.payment_status, order.fulfillment_status))),
        "canceled": f"{order.canceled_at:%Y-%m-%d %H:%M %z}" if order.canceled_at else "",
        "paid": "" if order.paid is None else "yes" if order.paid else "no",
        "tags": ", ".join(order.tags),
    }
    print_columns((f"  {name}", text) for name, text in facts.items() if text)
    for line in order.lines:
        price = "price list" if line.price is None else trimmed_money(line.price)
        discount = f", {trimmed_money(line.discount)} off each" if line.discount else ""
        say(f"    {trimmed(line.quantity)} × {in_one_line(line.sku or line.name or '(no SKU)')} at {price}{discount}")
    for way in order.shipping:
        say(f"    shipping {trimmed_money(way.amount)} {in_one_line(way.label or way.code or '')}".rstrip())
    for one in order.discounts:
        say(f"    discount {trimmed_money(one.amount)} {in_one_line(one.label or one.code or '')}".rstrip())
    _print_total(order)


def _print_total(order: SourceOrder) -> None:
    said, made = order.totals.grand_total, order.computed_totals.grand_total
    currency = order.currency or "(the connection's currency)"
    agree = _agree(order)
    if said is None or made is None:
        say(f"    total not in the file, {currency}")
    elif agree is None:
        say(f"    total {trimmed_money(said)} {currency}; prices are the price list's")
    elif agree:
        say(f"    total {trimmed_money(said)} {currency}, and so it adds up")
    else:
        say(
            Text(f"    total {trimmed_money(said)} {currency}, but it adds up to {trimmed_money(made)}", style="yellow")
        )


def _agree(order: SourceOrder) -> bool | None:
    """Whether what the file gives comes to its total; None where that cannot be said."""
    said = order.totals.grand_total
    made = order.computed_totals.grand_total
    if said is None or made is None or any(line.price is None for line in order.lines):
        return None
    return round(made, 2) == round(said, 2)


def _given(record: Any) -> list[str]:
    """The names of what is filled of a person or an address; what it says is personal."""
    slots = getattr(type(record), "__attrs_attrs__", ())
    return [one.name.replace("_", " ") for one in slots if getattr(record, one.name)]


def trimmed_money(amount: Any) -> str:
    """An amount with at least two places."""
    text = f"{trimmed(amount):f}"
    whole, _, places = text.partition(".")
    return f"{whole}.{places:0<2}"
