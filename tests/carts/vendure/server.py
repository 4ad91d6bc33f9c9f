"""The Vendure process: starting it on a free loopback port, waiting until it answers, ending it."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

from tests.carts.vendure.install import HERE, MODULES

SCRIPT: Final = HERE / "shop.mjs"
PATIENCE: Final = 60.0
"""Seconds a shop may take to start; it takes five on a quiet machine."""


class ServerError(Exception):
    """The Vendure process did not start; the message ends with the last lines of its log."""


class VendureServer:
    """One child process, its folder and its log. `start` and `stop` may each be called once."""

    def __init__(self, username: str, password: str, modules: Path = MODULES) -> None:
        self._credentials = {"SHOP_USERNAME": username, "SHOP_PASSWORD": password}
        self._modules = modules
        self.folder = Path(tempfile.mkdtemp(prefix="vendure-shop-"))
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, patience: float = PATIENCE) -> str:
        """Start the process and return its address once it answers, as `http://127.0.0.1:PORT`.

        Raises `ServerError` when it ends early or stays silent for `patience` seconds.
        """
        with self._log.open("wb") as log:
            self._child = subprocess.Popen(
                [shutil.which("node") or "node", str(SCRIPT)],
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.PIPE,  # held open; the script ends itself when it closes
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return f"http://127.0.0.1:{self._wait_for_port(self._child, patience)}"

    def stop(self, patience: float = 10.0) -> None:
        """End exactly the process we started, wait for it, and remove its folder."""
        if self._child is not None:
            _end(self._child, patience)
        shutil.rmtree(self.folder, ignore_errors=True)

    def last_lines(self, count: int = 20) -> str:
        """The end of what the shop wrote to its log."""
        if not self._log.exists():
            return ""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-count:])

    @property
    def process_id(self) -> int | None:
        """The operating system's id of the child, None before `start`."""
        return None if self._child is None else self._child.pid

    @property
    def _log(self) -> Path:
        return self.folder / "shop.log"

    @property
    def _address(self) -> Path:
        return self.folder / "port"

    def _environment(self) -> dict[str, str]:
        """Only what the shop needs: nothing of the developer's settings or secrets gets in."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
        return (
            kept
            | self._credentials
            | {
                "SHOP_MODULES": str(self._modules),
                "SHOP_DATABASE": str(self.folder / "shop.sqlite"),
                "SHOP_ADDRESS": str(self._address),
                "VENDURE_DISABLE_TELEMETRY": "true",
                "TZ": "UTC",
            }
        )

    def _wait_for_port(self, child: subprocess.Popen[bytes], patience: float) -> int:
        deadline = time.monotonic() + patience
        while not self._address.exists():
            if child.poll() is not None:
                raise ServerError(f"Vendure ended with status {child.returncode}:\n{self.last_lines()}")
            if time.monotonic() > deadline:
                raise ServerError(f"Vendure did not answer within {patience:g} s:\n{self.last_lines()}")
            time.sleep(0.05)
        return int(self._address.read_text())


def _end(child: subprocess.Popen[bytes], patience: float) -> None:
    child.terminate()
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    finally:
        if child.stdin is not None:
            child.stdin.close()
