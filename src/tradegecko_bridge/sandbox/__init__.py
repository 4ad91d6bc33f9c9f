"""A local server that behaves as the real TradeGecko API did: faithful, not convenient.

It keeps real state, follows one description of every resource (`schema.json`), and imports nothing from the
rest of the package, so that a mistake shared by client and sandbox cannot hide. See `docs/sandbox.md`.
"""

from .http.server import Login, Sandbox, serve
from .model.journal import StateFileError
from .model.switches import Switches

__all__ = ["Login", "Sandbox", "StateFileError", "Switches", "serve"]
