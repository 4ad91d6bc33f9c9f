"""The Medusa process, on a PostgreSQL database that is empty."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Final

from attrs import frozen

from tests.carts.medusa.install import HERE, MODULES
from tests.carts.server import NodeServer

FILES: Final = ("shop.js", "medusa-config.js")
PATIENCE: Final = 180.0
"""Seconds a shop may take to set up its database and to start; it takes fifteen on a quiet machine."""


@frozen
class Address:
    """Where a shop answers, and the keys that open it: a secret one, and one for shoppers with its id."""

    url: str
    key: str
    store_key: str
    store_key_id: str


class MedusaServer(NodeServer):
    """One Medusa shop. `start` and `stop` may each be called once."""

    def __init__(self, database: str, modules: Path = MODULES) -> None:
        environment = {"SHOP_DATABASE": database, "MEDUSA_DISABLE_TELEMETRY": "true", "NODE_ENV": "production"}
        super().__init__("Medusa", Path("shop.js"), environment)
        (self.folder / "node_modules").symlink_to(modules / "node_modules")
        for name in FILES:
            shutil.copyfile(HERE / name, self.folder / name)

    def start(self, patience: float = PATIENCE) -> Address:
        """Start the process, and give its address once it answers.

        Raises `ServerError` when it ends early or stays silent for `patience` seconds.
        """
        said = json.loads(self.launch(patience))
        port = said.pop("port")
        return Address(url=f"http://127.0.0.1:{port}", **said)
