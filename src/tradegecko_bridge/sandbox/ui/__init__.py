"""The page at `/`: a place for a person to look at the sandbox. It shows and never changes. Not part of TradeGecko.

Every section shows one page of a list, cut from the ids or found by an index, so that an account with a
million variants opens as fast as an empty one.
"""

from .page import is_for_desk, look

__all__ = ["is_for_desk", "look"]
