"""The Vendure process."""

from pathlib import Path
from typing import Final

from tests.carts.server import NodeServer, ServerError
from tests.carts.vendure.install import HERE, MODULES

__all__ = ["PATIENCE", "ServerError", "VendureServer"]

SCRIPT: Final = HERE / "shop.mjs"
PATIENCE: Final = 60.0
"""Seconds a shop may take to start; it takes five on a quiet machine."""


class VendureServer(NodeServer):
    """A Vendure shop on sql.js. `start` and `stop` may each be called once."""

    def __init__(self, username: str, password: str, modules: Path = MODULES) -> None:
        super().__init__("Vendure", SCRIPT, {"SHOP_USERNAME": username, "SHOP_PASSWORD": password})
        self._given = {
            **self._given,
            "SHOP_MODULES": str(modules),
            "SHOP_DATABASE": str(self.folder / "shop.sqlite"),
            "VENDURE_DISABLE_TELEMETRY": "true",
        }

    def start(self, patience: float = PATIENCE) -> str:
        """Start the process and return its address once it answers, as `http://127.0.0.1:PORT`.

        Raises `ServerError` when it ends early or stays silent for `patience` seconds.
        """
        return f"http://127.0.0.1:{int(self.launch(patience))}"
