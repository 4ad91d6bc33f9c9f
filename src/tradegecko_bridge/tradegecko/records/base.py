"""What all records share: they keep the JSON object they came from, so that nothing is lost on the way back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, TypeAlias

from attrs import define, field, fields

Figure: TypeAlias = Annotated[Decimal, "told, and never computed with"]
"""A number that is None where it is beyond all bounds, while the record is read. ``raw`` has it as it came."""


def json_name(attribute: str) -> str:
    """The API's name of a field; a field that is a Python keyword carries an underscore on our side."""
    return attribute.rstrip("_")


class Writable:
    """An object that has its own way to be sent."""

    __slots__ = ()

    def as_json(self) -> dict[str, Any]:
        """The JSON object to send."""
        raise NotImplementedError


@define(kw_only=True, repr=False)
class Record:
    """One TradeGecko record, as read from the API (reference §5).

    A field the API did not send is None (an empty list or dict for collections); ``raw`` tells the difference.
    Fields this package does not know are in ``extras`` and travel back in
    :func:`~tradegecko_bridge.tradegecko.codec.to_json`. Decimals are exact, moments aware UTC. ``repr`` shows
    identifiers only, never what identifies a person.
    """

    shown: ClassVar[tuple[str, ...]] = ("id",)
    """The fields ``repr`` prints."""

    raw: dict[str, Any] = field(factory=dict, eq=False)
    """The JSON object this record was read from; empty for one made by hand."""

    @property
    def extras(self) -> dict[str, Any]:
        """What the API sent beyond the fields of this class."""
        known = {json_name(a.name) for a in fields(type(self)) if a.name != "raw"}
        return {name: value for name, value in self.raw.items() if name not in known}

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.shown)
        return f"{type(self).__name__}({values})"


@define(kw_only=True, repr=False)
class DatedRecord(Record):
    """A record with the times of its creation and last change, as most are."""

    id: int
    created_at: datetime | None = None
    updated_at: datetime | None = None
