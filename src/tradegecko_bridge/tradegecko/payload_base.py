"""What all payloads share: only what is given is sent, and null is not the same as not given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar, Final, Generic, Literal, Self, TypeAlias, TypeVar

from attrs import NOTHING, define, field, fields

from tradegecko_bridge.tradegecko.codec import read_record, write_value
from tradegecko_bridge.tradegecko.records.base import Record, Writable, json_name

R = TypeVar("R", bound=Record)
T = TypeVar("T")


class Unset(Enum):
    """Stands for “not given”, so that None can mean null."""

    UNSET = "unset"
    """Not given."""

    def __repr__(self) -> str:
        return self.name

    def __bool__(self) -> bool:
        return False


UNSET: Final = Unset.UNSET
Maybe: TypeAlias = T | Literal[Unset.UNSET] | None
"""A field that may be left out, or sent as null."""
Amount = Decimal | int | str
"""An exact number. Not a float: 0.1 is none."""
Fields = Mapping[str, Any]
"""Any object as a mapping: sent as it is, for what the classes do not know."""


@define(kw_only=True, repr=False, slots=True)
class Payload(Writable):
    """The fields of one object to send (reference §3.2): those given and no others; None is sent as null.

    ``extra`` goes out beside them, for fields this package does not know. ``repr`` shows the names of what is
    given, never the values, which may be a person's.
    """

    extra: Fields = field(factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The JSON object.

        Raises:
            ValueError: a moment has no time zone.
        """
        return {name: write_value(value) for name, value in (*self._given(), *self.extra.items())}

    def _given(self) -> Iterator[tuple[str, Any]]:
        for a in fields(type(self)):
            value = getattr(self, a.name)
            if value is not UNSET and a.name != "extra":
                yield json_name(a.name), value

    def __repr__(self) -> str:
        names = (*(name for name, _ in self._given()), *self.extra)
        return f"{type(self).__name__}({', '.join(names)})"


@define(kw_only=True, repr=False)
class _LineFields(Payload):
    """What may be written of a line, of a sales or a purchase order."""

    variant_id: Maybe[int] = UNSET
    tax_type_id: Maybe[int] = UNSET
    freeform: Maybe[bool] = UNSET
    label: Maybe[str] = UNSET
    position: Maybe[int] = UNSET
    price: Maybe[Amount] = UNSET
    quantity: Maybe[Amount] = UNSET
    tax_rate_override: Maybe[Amount] = UNSET  # percent
    tax_rate: Maybe[Amount] = UNSET  # deprecated


def need(payload: Payload, *names: str) -> None:
    """Raise ValueError unless at least one of these fields is given."""
    if not any(getattr(payload, name) not in (UNSET, None) for name in names):
        raise ValueError(f"{type(payload).__name__} needs {' or '.join(names)}")


@define(kw_only=True, repr=False)
class Changes(Payload, Generic[R]):
    """What to change of a record; all else stays as it is (reference §3.3)."""

    nested: ClassVar[Mapping[str, type[Changes[Any]]]] = {}
    """Fields that hold records of their own, with what may be written of those."""
    key: ClassVar[str] = "id"
    """The field by which a nested record is known."""

    @classmethod
    def of(cls, record: R, *, extra: Fields | None = None) -> Self:
        """What was changed of a record since it was read, and nothing else; with ``extra`` beside it.

        Of a record made by hand everything that was filled in, but its ``id``.

        Raises:
            ValueError: a field was changed that cannot be written; the API would ignore it and say nothing (§3.3).
        """
        changed = dict(_changed(record))
        writable = {a.name for a in fields(cls)} - {"extra"}
        if readonly := sorted(set(changed) - writable):
            raise ValueError(f"{record!r}: {', '.join(readonly)} cannot be written")
        for name, kind in cls.nested.items():
            if name in changed:
                before = read_record(type(record), record.raw) if record.raw else None
                changed[name] = _nested(kind, changed[name], getattr(before, name, []))
        return cls(**changed, extra=extra or {})


def _changed(record: Record) -> Iterator[tuple[str, Any]]:
    before = read_record(type(record), record.raw) if record.raw else None
    for a in fields(type(record)):
        value = getattr(record, a.name)
        if a.name == "raw":
            continue
        if before is None:
            if value not in (None, [], {}) and not (a.name == "id" and a.default is NOTHING):
                yield a.name, value
        elif value != getattr(before, a.name):
            yield a.name, value


def _nested(kind: type[Changes[Any]], now: Sequence[Record], before: Sequence[Record]) -> list[Changes[Any]]:
    """The whole list, each record with all that may be written of it: right whether the API replaces or merges."""
    known = {getattr(record, kind.key): record for record in before}
    names = {a.name for a in fields(kind)} - {"extra"}
    for record in now:
        old = known.get(getattr(record, kind.key))
        readonly = sorted(
            a.name
            for a in fields(type(record))
            if a.name not in names | {"raw"} and getattr(record, a.name) != (getattr(old, a.name) if old else None)
        )
        if readonly:
            raise ValueError(f"{record!r}: {', '.join(readonly)} cannot be written")
    return [kind(**{name: getattr(record, name) for name in names if _holds(record, name)}) for record in now]


def _holds(record: Record, name: str) -> bool:
    return getattr(record, name) is not None or json_name(name) in record.raw
