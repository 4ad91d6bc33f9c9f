"""What a sandbox holds when it is new."""

from __future__ import annotations

from collections.abc import Callable

from ..world import World
from .demo import fill_demo
from .empty import complete, fill_empty

__all__ = ["SEEDS", "complete", "seed_world"]

SEEDS: dict[str, Callable[[World], None]] = {"empty": fill_empty, "demo": fill_demo}


def seed_world(world: World, name: str) -> None:
    """Fill a new world. Raises ValueError for a seed there is none of."""
    if name not in SEEDS:
        raise ValueError(f"unknown seed {name!r}; there are {', '.join(sorted(SEEDS))}")
    with world.state.transaction():
        SEEDS[name](world)
