"""What resources are made of: a base that can be listed, and one class for each further verb (reference §4).

A resource has the verbs the API has for it and no others, so that a type checker knows, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any, ClassVar, Final, Generic, TypeVar, Unpack, cast, get_args, get_type_hints

from attrs import evolve

from tradegecko_bridge.tradegecko.calls import Call, Page, Reply, Shown, query
from tradegecko_bridge.tradegecko.codec import write_value
from tradegecko_bridge.tradegecko.payload_base import Fields, Payload
from tradegecko_bridge.tradegecko.records.base import Record
from tradegecko_bridge.tradegecko.resources import reading
from tradegecko_bridge.tradegecko.resources.filters import Listing

R = TypeVar("R", bound=Record)
S = TypeVar("S", bound=Record)
N = TypeVar("N", bound=Payload)
C = TypeVar("C", bound=Payload)
T = TypeVar("T")

PAGE_LIMIT: Final = 250
"""The most records the API gives in one page (reference §3.6)."""


class Resource(Generic[R]):
    """One kind of record with its endpoints; all it does is make calls, which a client sends.

    ``singular`` and ``plural`` are its JSON roots (§3.2): the names of the record's class and of this one, in lower
    case with underscores. Lists of a kind that is not ``paged`` come whole and without ``X-Pagination`` (§3.6).
    """

    singular: ClassVar[str]
    plural: ClassVar[str]
    record: type[R]
    paged: ClassVar[bool] = True

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        record = get_args(vars(cls)["__orig_bases__"][0])[0]
        if not isinstance(record, TypeVar):  # a resource of its own, not a further verb
            cls.record = record
            cls.singular, cls.plural = root_name(record.__name__), root_name(cls.__name__)
            reading.RECORD_OF[cls.plural] = record

    @cached_property
    def filters(self) -> type:
        """What ``list`` takes: a TypedDict."""
        return cast("type", get_args(get_type_hints(self.list)["filters"])[0])

    @property
    def path(self) -> str:
        """Where its records are."""
        return f"/{self.plural}"

    def list(self, **filters: Unpack[Listing]) -> Call[Page[R]]:
        """A page of records."""
        return self._list(filters)

    def __repr__(self) -> str:
        return f"<{self.plural}>"

    def _list(self, filters: Mapping[str, Any]) -> Call[Page[R]]:
        """The call of a list; for a filter of no values one whose answer is known."""
        if unknown := set(filters) - self.filters.__optional_keys__:  # type: ignore[attr-defined]
            names = ", ".join(sorted(unknown))
            raise TypeError(f"{self.plural} have no filter {names}; extra={{...}} sends whatever you like")
        params = {name: value for name, value in filters.items() if name not in ("extra", "include", "page", "limit")}
        some = {name: value for name, value in params.items() if not _empty(value)}
        return Call(
            method="GET",
            path=self.path,
            params=query(
                {
                    **some,
                    **(filters.get("extra") or {}),
                    **including(filters.get("include")),
                    "page": filters.get("page", 1),
                    "limit": filters.get("limit", PAGE_LIMIT),
                }
            ),
            known=None if len(some) == len(params) else reading.no_rows(self.plural),
            read=reading.page_reader(self.record, self.plural, paged=self.paged),
        )

    def _member(self, id: int | str) -> str:
        """The path of one record. A blank id would be the list, and a slash another endpoint: ValueError."""
        if str(id).strip() in ("", ".", "..") or "/" in str(id):
            raise ValueError(f"{id!r} is no id of {self.plural}")
        return f"{self.path}/{id}"

    def _act(
        self, id: int | str, name: str, made: type[S], fields: Payload | Fields | None, key: str | None
    ) -> Call[Shown[S] | None]:
        root = root_name(made.__name__)
        body = {} if fields is None else {root: write_value(fields)}
        read = reading.optional(reading.shown_reader(made, root), root)
        return self._about(id, _write("POST", f"{self._member(id)}/actions/{name}", body, key, read))

    def _about(self, id: int | str, call: Call[T]) -> Call[T]:
        """The call, to which an answer about another record is none."""
        return evolve(call, read=reading.about(id, self.singular, call.read))


class Gets(Resource[R]):
    """Records that can be asked for one by one."""

    def get(self, id: int | str) -> Call[R]:
        """One record."""
        return self._about(id, _read(self._member(id), reading.record_reader(self.record, self.singular)))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Call[Shown[R]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        read = reading.shown_reader(self.record, self.singular)
        return self._about(id, _read(self._member(id), read, **including(include)))


class Current(Resource[R]):
    """Records of which one is the token's own."""

    def current(self) -> Call[R]:
        """The one the token belongs to (§5.1, §5.33)."""
        return _read(f"{self.path}/current", reading.record_reader(self.record, self.singular))


class Creates(Resource[R], Generic[R, N]):
    """Records that can be made."""

    def create(self, fields: N | Fields, *, idempotency_key: str | None = None) -> Call[R]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        body = {self.singular: write_value(fields)}
        return _write("POST", self.path, body, idempotency_key, reading.record_reader(self.record, self.singular))


class Updates(Resource[R], Generic[R, C]):
    """Records that can be changed."""

    def update(self, id: int | str, fields: C | Fields, *, idempotency_key: str | None = None) -> Call[R | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        body = {self.singular: write_value(fields)}
        read = reading.optional(reading.record_reader(self.record, self.singular), self.singular)
        return self._about(id, _write("PUT", self._member(id), body, idempotency_key, read))


class Deletes(Resource[R]):
    """Records that can be deleted."""

    def delete(self, id: int | str) -> Call[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return self._about(id, Call(method="DELETE", path=self._member(id), read=reading.read_nothing))


class Full(Gets[R], Creates[R, N], Updates[R, C], Deletes[R], Generic[R, N, C]):
    """Records with every verb, as most are."""


class Acts(Resource[R]):
    """Records with ``POST /…/:id/actions/…`` (§4)."""

    def action(
        self, id: int | str, name: str, body: Fields | None = None, *, idempotency_key: str | None = None
    ) -> Call[Any]:
        """Any action by its name, with the whole body; the answer's body as it came."""
        path = f"{self._member(id)}/actions/{name}"
        return self._about(id, _write("POST", path, write_value(body or {}), idempotency_key, reading.read_body))


class Numbers(Resource[R]):
    """Records numbered by the account."""

    def available_identifier(self, type: str | None = None) -> Call[str]:
        """The number the next one would get, e.g. ``SO0074`` (§5.16, §5.26)."""
        return _read(f"{self.path}/available_identifiers", reading.read_identifier, type=type)


def _read(path: str, read: Callable[[Reply], T], **params: object) -> Call[T]:
    return Call(method="GET", path=path, params=query(params), read=read)


def _write(method: str, path: str, body: Mapping[str, Any], key: str | None, read: Callable[[Reply], T]) -> Call[T]:
    return Call(method=method, path=path, body=body, idempotency_key=key, read=read)


def root_name(class_name: str) -> str:
    """The JSON root of a class: ``order_line_item`` for ``OrderLineItem``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", class_name).lower()


def including(include: object) -> dict[str, str]:
    """The ``include`` parameter: names with commas between them (§3.8)."""
    names = include if isinstance(include, str) or not isinstance(include, Collection) else ",".join(map(str, include))
    return {"include": str(names)} if names else {}


def _empty(value: object) -> bool:
    return isinstance(value, Collection) and not isinstance(value, (str, Mapping)) and not value
