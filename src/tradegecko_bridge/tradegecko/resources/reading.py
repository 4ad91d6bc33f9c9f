"""From replies to values: one record, a page, what came along (reference §3.2, §3.6, §3.8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import orjson

from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.tradegecko.calls import Page, Reply, Shown, Sideloaded
from tradegecko_bridge.tradegecko.codec import read_record, read_records
from tradegecko_bridge.tradegecko.records.base import Record

R = TypeVar("R", bound=Record)
T = TypeVar("T")

RECORD_OF: Final[dict[str, type[Record]]] = {}
"""The record class of each root that may come along: resources put theirs here."""


def record_reader(cls: type[R], root: str) -> Callable[[Reply], R]:
    """Reads one record from under its root."""
    return lambda reply: read_record(cls, _root(reply, root))


def shown_reader(cls: type[R], root: str) -> Callable[[Reply], Shown[R]]:
    """Reads one record and what came with it."""

    def read(reply: Reply) -> Shown[R]:
        record = read_record(cls, _root(reply, root))
        problems: list[str] = []
        return Shown(record=record, sideloaded=_sideloaded(reply.body, root, problems), problems=problems)

    return read


def about(id: int | str, root: str, read: Callable[[Reply], T]) -> Callable[[Reply], T]:
    """The same, of an answer that concerns one record: one that names another record is not the answer to this call.

    The record is under its root, or what belongs to it names it, as an invoice its ``order_id``.
    """

    def read_own(reply: Reply) -> T:
        for name, row in reply.body.items() if isinstance(reply.body, dict) else ():
            named = row.get("id" if name == root else f"{root}_id") if isinstance(row, dict) else None
            if named is not None and str(named) != str(id).strip():
                raise MalformedData([f"the answer is about another {root}, {named}"])
        return read(reply)

    return read_own


def optional(read: Callable[[Reply], T], root: str) -> Callable[[Reply], T | None]:
    """The same, or None where the API answers with nothing (204) or with something else (reference §3.3, §4.1)."""
    return lambda reply: read(reply) if isinstance(reply.body, dict) and root in reply.body else None


def page_reader(cls: type[R], root: str, *, paged: bool = True) -> Callable[[Reply], Page[R]]:
    """Reads a page of records. What is not ``paged`` comes whole and without ``X-Pagination``."""

    def read(reply: Reply) -> Page[R]:
        rows = _root(reply, root)
        if not isinstance(rows, list):
            raise MalformedData([f"{root!r} is not a list"])
        good, problems = read_records(cls, rows)
        total, last = _pagination(reply) if paged else (None, True)
        return Page(
            records=good,
            problems=problems,
            sideloaded=_sideloaded(reply.body, root, problems),
            total=total,
            last=last or not rows,
        )

    return read


def read_nothing(_reply: Reply) -> None:
    """What the API answers to a deletion does not matter."""


def read_body(reply: Reply) -> Any:
    """The body as it came."""
    return reply.body


def read_identifier(reply: Reply) -> str:
    """``{"identifier": "SO0074"}`` (reference §5.16)."""
    return str(_root(reply, "identifier"))


def no_rows(root: str) -> Reply:
    """What the API would answer to a list of nothing."""
    return Reply(status=200, headers={"x-pagination": '{"total_records":0,"last_page":true}'}, body={root: []})


def _root(reply: Reply, root: str) -> Any:
    if not isinstance(reply.body, dict):
        got = "nothing" if reply.body is None else f"a {type(reply.body).__name__}"
        raise MalformedData([f"expected an object with {root!r}, got {got}"])
    if root not in reply.body:
        raise MalformedData([f"expected root {root!r}, got {', '.join(map(repr, reply.body)) or 'no root'}"])
    return reply.body[root]


def _pagination(reply: Reply) -> tuple[int | None, bool]:
    """From the ``X-Pagination`` header (§3.6): how many records there are in all, and whether this page is the last.

    Raises:
        MalformedData: it does not say; taking the page for the last one could lose all that follow.
    """
    try:
        value = orjson.loads(reply.headers.get("x-pagination", ""))
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict) or not isinstance(value.get("last_page"), bool):
        raise MalformedData(["no readable X-Pagination header says whether this is the last page"])
    total = value.get("total_records")
    return total if isinstance(total, int) else None, value["last_page"] or value.get("out_of_bounds") is True


def _sideloaded(body: dict[str, Any], primary: str, problems: list[str]) -> Sideloaded:
    """Every other root that holds a list: records where we know their class, else the rows as they came."""
    beside = Sideloaded()
    for root, rows in body.items():
        if root == primary or not isinstance(rows, list):
            continue
        beside[root] = rows
        if root in RECORD_OF:
            beside[root], bad = read_records(RECORD_OF[root], rows)
            problems += bad
    return beside
