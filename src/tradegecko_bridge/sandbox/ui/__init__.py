"""The page at `/`, which shows a person what is in the sandbox and changes nothing. Not part of TradeGecko.

Every section shows one page of a list, cut from the ids or found by an index, so that an account with a
million variants opens as fast as an empty one.
"""

from .page import is_ui_request, render

__all__ = ["is_ui_request", "render"]
