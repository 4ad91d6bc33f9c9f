"""Shops as a plugin has them: made without arguments, a shop when they are entered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.source_kit.flaws import FLAWS, Cart, shop_of


@contextmanager
def good() -> Iterator[Any]:
    """Of the cart that passes."""
    yield shop_of(Cart)


@contextmanager
def flawed() -> Iterator[Any]:
    """Of one that takes 429 for the end of a list."""
    yield shop_of(FLAWS["line_busy"])


@contextmanager
def deviating() -> Iterator[Any]:
    """The same, which is known."""
    yield shop_of(FLAWS["line_busy"])


deviating.deviations = {"line_busy": "this shop is never busy"}  # type: ignore[attr-defined]
number = 7
