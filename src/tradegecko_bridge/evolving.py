"""attrs' ``evolve`` at half its cost, for records that every order changes several times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import attrs

_SEVERAL: Final = 2
"""Of fewer attributes, ``attrgetter`` gives no tuple."""

if TYPE_CHECKING:
    from attrs import evolve as evolve  # whose arguments the type checker knows
else:

    def evolve(record: Any, **changes: Any) -> Any:
        """The record with other values. Its class has slots, and nothing that looks at values when one is made.

        Raises:
            TypeError: its class is another one, or has no attribute of a name.
        """
        kind = record.__class__
        read, write = _slots(kind)
        made = object.__new__(kind)
        for put, value in zip(write.values(), read(record), strict=True):
            put(made, value)
        for name, value in changes.items():
            if name not in write:
                raise TypeError(f"{kind.__name__} has no {name}")
            write[name](made, value)
        return made


@cache
def _slots(kind: type) -> tuple[Callable[[Any], tuple[Any, ...]], Mapping[str, Callable[..., None]]]:
    """How all attributes are read at once, and how each is written, whatever the class says to that."""
    fields = attrs.fields(kind)
    if "__slots__" not in vars(kind) or hasattr(kind, "__attrs_post_init__") or len(fields) < _SEVERAL:
        raise TypeError(f"{kind.__name__} has no slots for several attributes, or looks at them when it is made")
    if checked := [field.name for field in fields if field.validator or field.converter]:
        raise TypeError(f"{kind.__name__} looks at {', '.join(checked)} when it is made")
    names = [field.name for field in fields]
    return attrgetter(*names), {name: getattr(kind, name).__set__ for name in names}
