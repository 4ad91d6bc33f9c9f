"""What a sandbox holds when it is new."""

from __future__ import annotations

from collections.abc import Callable

from ..rules.base import RulesContext
from . import big
from .demo import fill_demo
from .empty import complete, fill_empty

__all__ = ["SEEDS", "complete", "ground_of", "lay_ground", "seed_world"]

SEEDS: dict[str, Callable[[RulesContext], None]] = {"empty": fill_empty, "demo": fill_demo, "big": big.fill_big}


def seed_world(context: RulesContext, name: str) -> None:
    """Fill a new context. Raises ValueError for a seed there is none of."""
    with context.state.transaction():
        SEEDS[_kind(name)](context)


def ground_of(name: str, now: str) -> str:
    """What lies under the tables of a seed, in words that `lay_ground` understands for ever; blank for nothing.

    Raises ValueError for a seed there is none of.
    """
    return f"{big.Sizes.of(name)}@{now}" if _kind(name) == "big" else ""


def lay_ground(context: RulesContext, ground: str) -> None:
    """Put a ground under the empty tables of a context. Raises ValueError for words it does not understand."""
    if ground:
        sizes, _, now = ground.partition("@")
        context.state.lay(big.grounds(big.Sizes.of(sizes), now))


def _kind(name: str) -> str:
    kind = name.partition(":")[0]
    if kind not in SEEDS or (kind != "big" and kind != name):
        raise ValueError(f"unknown seed {name!r}; there are {', '.join(sorted(SEEDS))}")
    return kind
