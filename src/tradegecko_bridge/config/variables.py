"""Environment variables in place of texts: ``$NAME``; ``$$`` stands for a dollar sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tradegecko_bridge.bounds import LONGEST_SETTING, too_many
from tradegecko_bridge.structuring import Fault, KeyPath

_NO_NAME: Final = (
    "begins with $, but what follows is no name of a variable in the environment; for text that begins with a dollar "
    "sign write $$"
)


def _is_name(text: str) -> bool:
    """Whether it is written like one; else it may be a password that begins with a dollar sign."""
    return text.isidentifier() and text.isascii() and text.isupper()


class Variables:
    """Puts variables in; ``faults`` has those that are not there or too long, in whose place is blank text."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.faults: list[Fault] = []

    def resolve(self, value: Any, where: KeyPath) -> Any:
        """What a value stands for."""
        if not isinstance(value, str) or not value.startswith("$"):
            return value
        if value.startswith("$$"):
            return value[1:]
        name = value[1:]
        if name not in self._environment:
            problem = f"the environment has no variable {name}; set it" if _is_name(name) else _NO_NAME
            self.faults.append((where, f": {problem}"))
        found = self._environment.get(name, "")
        if len(found) <= LONGEST_SETTING:
            return found
        self.faults.append((where, f": the variable {name} has {too_many(len(found), LONGEST_SETTING)}"))
        return ""

    def resolve_each(self, table: Mapping[str, Any], where: KeyPath, *, lists: bool = False) -> dict[str, Any]:
        """A table whose values are resolved; what is in them only where they are ``lists``, and only if so asked."""
        return {
            name: [self.resolve(one, (*where, name, index)) for index, one in enumerate(value)]
            if lists and isinstance(value, list)
            else self.resolve(value, (*where, name))
            for name, value in table.items()
        }
