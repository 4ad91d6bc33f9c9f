"""What a sandbox holds when it is new."""

from __future__ import annotations

from collections.abc import Callable

from ..rules.base import RulesContext
from . import big
from .demo import fill_demo
from .empty import Keys, complete, fill_empty

__all__ = ["SEEDS", "Keys", "base_of", "complete", "install_base", "seed_world"]

SEEDS: dict[str, Callable[[RulesContext, Keys], None]] = {"empty": fill_empty, "demo": fill_demo, "big": big.fill_big}


def seed_world(context: RulesContext, name: str, keys: Keys) -> None:
    """Fill a new context. Raises ValueError for a seed there is none of."""
    with context.state.transaction():
        SEEDS[_kind(name)](context, keys)


def base_of(name: str, now: str) -> str:
    """The base rows of a seed, in words that `install_base` understands for ever; blank for none.

    Raises ValueError for a seed there is none of.
    """
    return f"{big.Sizes.of(name)}@{now}" if _kind(name) == "big" else ""


def install_base(context: RulesContext, base: str) -> None:
    """Put base rows under the empty tables of a context. Raises ValueError for words it does not understand."""
    if base:
        sizes, _, now = base.partition("@")
        context.state.install(big.base_rows(big.Sizes.of(sizes), now))


def _kind(name: str) -> str:
    kind = name.partition(":")[0]
    if kind not in SEEDS or (kind != "big" and kind != name):
        raise ValueError(f"unknown seed {name!r}; there are {', '.join(sorted(SEEDS))}")
    return kind
