"""Which endpoint a method and a path mean (reference §4).

Every path has at most one `:id`. A request is looked up as it stands, then with its second part taken for the
id, then with its last: three dictionary look-ups at most, whatever the number of endpoints.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from ..model.schema import Endpoint, schema
from ..model.switches import Switches

_DEFAULTS = Switches()


class Route(NamedTuple):
    """The endpoint a request is for, and the record it names."""

    endpoint: Endpoint
    key: str | None = None


def match(method: str, path: str, switches: Switches = _DEFAULTS) -> Route | None:
    """The route of a request, or None where Rails had none. Trailing slash and `.json` do not matter."""
    path = path.strip("/").removesuffix(".json")
    if switches.ajax_paths_served:
        path = path.removeprefix("ajax/")
    route = _look_up(method, path)
    if route is None or (route.endpoint.switch and not getattr(switches, route.endpoint.switch)):
        return None
    return route


def _look_up(method: str, path: str) -> Route | None:
    fixed, keyed = _tables()
    route = fixed.get((method, path))
    if route is not None:
        return route
    head, slash, rest = path.partition("/")
    key, _, tail = rest.partition("/")
    endpoint = keyed.get((method, head, tail))
    if endpoint is None:
        head, slash, key = path.rpartition("/")
        endpoint = keyed.get((method, head, ""))
    return Route(endpoint, key) if endpoint is not None and slash else None


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[tuple[str, str], Route], dict[tuple[str, str, str], Endpoint]]:
    """The endpoints whose path is fixed, and those with an id: by what is before and what is behind it."""
    fixed: dict[tuple[str, str], Route] = {}
    keyed: dict[tuple[str, str, str], Endpoint] = {}
    for endpoint in (e for resource in schema().values() for e in resource.endpoints):
        before, has_key, behind = endpoint.path.strip("/").partition("/:id")
        for method in endpoint.methods:
            if has_key:
                keyed[method, before, behind.strip("/")] = endpoint
            else:
                fixed[method, before] = Route(endpoint)
    return fixed, keyed
