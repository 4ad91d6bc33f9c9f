"""The process of a shop: starting it on a free loopback port, waiting until it answers, ending it."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path


class ServerError(Exception):
    """The shop's process did not start; the message ends with the last lines of its log."""


class NodeServer:
    """One child process, its folder and its log. `start` and `stop` may each be called once.

    The script writes the file `SHOP_ADDRESS` once it answers, and ends itself when its standard input closes.
    """

    def __init__(self, name: str, script: Path, environment: Mapping[str, str]) -> None:
        self._name = name
        self._script = script
        self._given = environment
        self.folder = Path(tempfile.mkdtemp(prefix=f"{name.lower()}-shop-"))
        self._child: subprocess.Popen[bytes] | None = None

    def launch(self, patience: float) -> str:
        """Start the process and return what it wrote into `SHOP_ADDRESS`.

        Raises `ServerError` when it ends early or stays silent for `patience` seconds.
        """
        with self._log.open("wb") as log:
            self._child = subprocess.Popen(
                [shutil.which("node") or "node", str(self._script)],
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.PIPE,  # held open; the script ends itself when it closes
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return self._wait(self._child, patience)

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
        """The operating system's id of the child, None before `launch`."""
        return None if self._child is None else self._child.pid

    @property
    def _log(self) -> Path:
        return self.folder / "shop.log"

    @property
    def _address(self) -> Path:
        return self.folder / "address"

    def _environment(self) -> dict[str, str]:
        """Only what the shop needs: nothing of the developer's settings or secrets gets in."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
        return kept | dict(self._given) | {"SHOP_ADDRESS": str(self._address), "TZ": "UTC"}

    def _wait(self, child: subprocess.Popen[bytes], patience: float) -> str:
        deadline = time.monotonic() + patience
        while not self._address.exists():
            if child.poll() is not None:
                raise ServerError(f"{self._name} ended with status {child.returncode}:\n{self.last_lines()}")
            if time.monotonic() > deadline:
                raise ServerError(f"{self._name} did not answer within {patience:g} s:\n{self.last_lines()}")
            time.sleep(0.05)
        return self._address.read_text()


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
