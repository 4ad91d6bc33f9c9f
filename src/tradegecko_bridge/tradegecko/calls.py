"""A request to TradeGecko as a value, and an answer as a value: no I/O here.

Both drivers send the same :class:`Call`; everything about an endpoint is written once, where the call is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from enum import Enum
from typing import Any, Final, Generic, TypeVar

from attrs import evolve, field, frozen

from tradegecko_bridge.tradegecko.codec import write_value
from tradegecko_bridge.tradegecko.records.base import Record

T = TypeVar("T")
R = TypeVar("R", bound=Record)
S = TypeVar("S", bound=Record)

Params = tuple[tuple[str, str], ...]


@frozen(kw_only=True)
class Reply:
    """An answer that is not an error. ``body`` is the decoded JSON, None for an empty one (204)."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: Any = field(repr=False)

    @property
    def request_id(self) -> str | None:
        """The server's ``X-Request-Id`` (reference §3.1)."""
        return self.headers.get("x-request-id")


@frozen(kw_only=True)
class Call(Generic[T]):
    """One request and how to read its answer.

    ``idempotency_key`` goes out as ``Idempotency-Key`` (reference §3.11). ``read`` turns the reply into the value
    the caller gets and raises :class:`~tradegecko_bridge.errors.MalformedData` when it cannot. ``path`` shows in logs
    and errors, so a query, which may hold a customer, has no place in it. ``known`` is the answer where it is known
    without asking, as that to a list of nothing: drivers read it and send no request.
    """

    method: str
    path: str = field()
    params: Params = field(default=(), repr=False)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    idempotency_key: str | None = None
    known: Reply | None = field(default=None, repr=False)
    read: Callable[[Reply], T] = field(repr=False)

    @path.validator
    def _check_path(self, _attribute: object, path: str) -> None:
        if not path.startswith("/") or "?" in path:
            raise ValueError("a call's path begins with a slash; its query goes into params")

    @property
    def changes_nothing(self) -> bool:
        """Whether it may be repeated whatever happened to it."""
        return self.method in ("GET", "HEAD")

    def with_params(self, **params: object) -> Call[T]:
        """The same call with further query parameters, replacing those of the same name; None takes one away."""
        kept = (pair for pair in self.params if pair[0].removesuffix("[]") not in params)
        return evolve(self, params=(*kept, *query(params)))


class Sideloaded(dict[str, list[Any]]):
    """What came along with a record or a page, by root (reference §3.8): records, or rows as they came where their
    class is not known.

    What the API was asked to include is found under that name, too: ``sideloaded["billing_address"]`` are the
    ``addresses``. Where nothing came along the API leaves the root out; asking for it then gives an empty list.
    """

    def __missing__(self, root: str) -> list[Any]:
        return self.get(_ROOTS.get(root, root), [])

    def of(self, kind: type[S]) -> list[S]:
        """All records of one class: ``page.sideloaded.of(FulfillmentLineItem)``."""
        return [record for rows in self.values() for record in rows if isinstance(record, kind)]


_ROOTS: Final = {
    "shipping_address": "addresses",
    "billing_address": "addresses",
    "supplier_address": "addresses",
    "company": "companies",
    "bundle": "variants",
    "component": "variants",
}
"""The roots of what is included under another name."""


@frozen(kw_only=True)
class Shown(Generic[R]):
    """One record and what came along; ``problems`` has a line for each row beside it that could not be read."""

    record: R
    sideloaded: Sideloaded
    problems: list[str]


@frozen(kw_only=True)
class Page(Generic[R]):
    """One page of a list.

    ``problems`` has a line for every row that could not be read, also of those beside. ``total`` counts all records of
    the list, None where the API does not say (accounts, §3.6).
    """

    records: list[R]
    problems: list[str]
    sideloaded: Sideloaded
    total: int | None
    last: bool

    def __iter__(self) -> Iterator[R]:
        return iter(self.records)


def query(params: Mapping[str, object]) -> Params:
    """Query parameters as the API takes them (reference §3.7): lists as ``name[]=a&name[]=b``, None left out.

    Raises:
        ValueError: a list is empty, which would not narrow anything; or a moment has no time zone.
    """
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        if isinstance(value, (Sequence, AbstractSet)) and not isinstance(value, str):
            if not value:
                raise ValueError(f"{name} is an empty list: sent, it would not narrow anything")
            pairs += [(f"{name}[]", _text(item)) for item in value]
        elif value is not None:
            pairs.append((name, _text(value)))
    return tuple(pairs)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, (datetime, date)):
        return str(write_value(value))
    return str(value)
