"""What a command loads: no more than it needs, and where something is not installed, one line says what to install."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.cli.test_help import ALL
from tradegecko_bridge.cli.app import COMMANDS

SETTINGS = """
[ledger]
url = "sqlite:///ledger.db"

[tradegecko]
base_url = "http://127.0.0.1:9/"
access_token = "a-token"

[connections.shop]
source = "folder"
options = { path = "orders" }
"""
RUN = """
import json, sys
sys.argv[0] = "tgbridge"
for name in json.loads(sys.argv.pop()):
    sys.modules[name] = None
from tradegecko_bridge.cli.main import main
try:
    main()
finally:
    with open("modules.json", "w") as file:
        json.dump([name for name, module in sys.modules.items() if module is not None], file)
"""


def loaded_by(folder: Path, *arguments: str, without: tuple[str, ...] = ()) -> tuple[set[str], str]:
    """The modules a command has loaded, and what it wrote to standard error."""
    command = [sys.executable, "-c", RUN, *arguments, json.dumps(without)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    return set(json.loads((folder / "modules.json").read_text())), done.stderr


def of(loaded: set[str], package: str) -> set[str]:
    return {name for name in loaded if name == package or name.startswith(f"{package}.")}


def test_help_loads_click_and_little_else(tmp_path: Path) -> None:
    """None of the commands, and no library but click."""
    loaded, _ = loaded_by(tmp_path, "--help")
    assert of(loaded, "tradegecko_bridge") == {
        "tradegecko_bridge",
        "tradegecko_bridge._version",
        "tradegecko_bridge.cli",
        *(f"tradegecko_bridge.cli.{name}" for name in ("app", "exit_codes", "lazy", "main")),
        "tradegecko_bridge.errors",
        "tradegecko_bridge.log_output",
        "tradegecko_bridge.lazy",
        "tradegecko_bridge.visible",
    }
    assert not {"attrs", "cattrs", "httpx", "rich", "sqlalchemy"} & loaded


def test_looking_at_orders_does_not_load_tradegecko(tmp_path: Path) -> None:
    """Also where the settings say where it is."""
    (tmp_path / "tgbridge.toml").write_text(SETTINGS, encoding="utf-8")
    loaded, said = loaded_by(tmp_path, "orders", "list")
    assert (len(of(loaded, "tradegecko_bridge.cli.orders")), said) == (1, "")
    assert of(loaded, "tradegecko_bridge.tradegecko") <= {
        "tradegecko_bridge.tradegecko",
        "tradegecko_bridge.tradegecko.base_url",
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_said_of_a_command_is_what_it_says(name: str) -> None:
    """It is written twice, so that the list needs no command."""
    command = ALL[name,]
    assert COMMANDS[name][1] == command.get_short_help_str(200)
    assert command.name == name
    assert isinstance(command, click.Command)


@pytest.mark.parametrize("missing", ["starlette", "uvicorn", "markupsafe"])
def test_a_sandbox_that_is_not_installed(tmp_path: Path, missing: str) -> None:
    """One line, whichever part of it is missing."""
    for arguments in (("demo",), ("sandbox",)):
        _, said = loaded_by(tmp_path, *arguments, without=(missing,))
        assert said == f"error: {missing} is not installed; run: pip install 'tradegecko-bridge[sandbox]'\n"


def test_a_name_from_an_extra_that_is_not_installed(tmp_path: Path) -> None:
    """The same line, for a program that imports it."""
    program = "import sys; sys.modules['starlette'] = None\nfrom tradegecko_bridge import Sandbox"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    said = "starlette is not installed; run: pip install 'tradegecko-bridge[sandbox]'"
    assert done.stderr.splitlines()[-1] == f"ModuleNotFoundError: {said}"


def test_a_client_loads_its_own_driver_alone(tmp_path: Path) -> None:
    """Neither the other one, nor what may be sent, nor logins and ports that it does not use."""
    program = "import sys, json; from tradegecko_bridge import {}; print(json.dumps(list(sys.modules)))"
    for name, other in (("TradeGeckoClient", "aio"), ("AsyncTradeGeckoClient", "sync")):
        command = [sys.executable, "-c", program.format(name)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
        loaded = set(json.loads(done.stdout))
        assert f"tradegecko_bridge.tradegecko.client.{other}" not in loaded
        for unused in ("tradegecko.payloads", "tradegecko.client.keeper", "tradegecko.oauth", "engine", "commerce"):
            assert not of(loaded, f"tradegecko_bridge.{unused}"), unused
