"""Whatever a settings file says: a command does its work, or ends with lines that say what is wrong."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, NoReturn
from unittest.mock import patch

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.cli.command import run
from tests.nonsense import TEXTS, texts
from tests.support import examples
from tradegecko_bridge import FolderSource, SqlStore, TradeGeckoClient
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.stores.tokens import FileTokenStore

Settings = dict[str, dict[str, Any]]

LOGIN: Final = {"client_id": "a", "client_secret": "b"}
FOLDER: Final = {"path": "shop", "settle": 0}
SHOP: Final = {"url": "http://127.0.0.1:1/admin-api", "username": "ann", "password": "pw"}
ORDER: Final = "order_number,placed_at,currency,sku,quantity,price\n1,2026-11-02T09:12:00Z,CAD,MUG,2,19.99\n"
TEXT_PLACES: Final = {
    "tradegecko": ("base_url", "access_token", "login", "tokens", "proxy", "redirect_uri", "authorize_url"),
    "ledger": ("url",),
    "options": ("path", "url", "username", "password", "channel_token", "stock_location", "proxy", "ready_states"),
    "connections.shop": ("source", "location", "number_prefix", "note", "earliest_order"),
}
NUMBER_PLACES: Final = {
    "options": ("settle", "overlap", "page_size", "timeout", "deadline"),
    "connections.shop": ("retry_days", "total_tolerance", "minimum_stock", "stock_percentage"),
}
COMMANDS: Final = (
    *("sync orders", "sync --dry-run", "sync inventory", "orders list", "orders pull 1", "orders show 1", "check"),
    *("ledger check", "ledger check --offline", "ledger backup copy.db", "ledger adopt-source --connection shop"),
    *("login --user ann --password-stdin", "logout", "orders hold 1 --reason x", "ledger expire --days 1"),
)

paths = st.sampled_from(
    ["\0", "a\0b", "x" * 300, "/".join("y" * 40), "~", "\n", "shop/orders/1.csv", ".", "%00", *TEXTS]
)
odd = (
    texts.filter(lambda text: "/" not in text and ".." not in text)  # nothing outside the folder
    | paths
    | paths.map("sqlite:///{}".format)
    | paths.map("postgresql://127.0.0.1:1/{}".format)
    | paths.map("http://127.0.0.1:1/{}".format)
    | paths.map("$HOME{}".format)
)
numbers = st.sampled_from([0, -1, 1, 1e14, 1e300, -1e14, 10**12, 86400.5, 3e9, 1e10, 9e13, 1e-300, 10**14]) | st.floats(
    allow_nan=True
)


@st.composite
def changes(draw: st.DrawFn) -> list[tuple[str, str, Any]]:
    """Up to two values of the file are something else."""
    places = [
        (table, name, values)
        for some, values in ((TEXT_PLACES, odd), (NUMBER_PLACES, numbers))
        for table, names in some.items()
        for name in names
    ]
    chosen = draw(st.lists(st.sampled_from(range(len(places))), min_size=1, max_size=2, unique=True))
    return [(places[one][0], places[one][1], draw(places[one][2])) for one in chosen]


def written(kind: str, login: dict[str, str], changed: list[tuple[str, str, Any]]) -> str:
    tables: Settings = {
        "tradegecko": {"base_url": "http://127.0.0.1:1", **login},
        "ledger": {"url": "sqlite:///ledger.db"},
        "connections.shop": {"source": kind},
        "options": dict(FOLDER if kind == "folder" else SHOP),
    }
    for table, name, value in changed:
        tables[table][name] = value
    options = tables.pop("options")
    lines = [f"[{table}]\n{_lines(values)}" for table, values in tables.items()]
    return "\n".join([*lines, f"[connections.shop.options]\n{_lines(options)}"])


def _lines(values: dict[str, Any]) -> str:
    return "".join(f"{name} = {_toml(value)}\n" for name, value in values.items())


def _toml(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value).replace("\x7f", "\\u007f")
    return str(value)


@pytest.fixture(scope="module", autouse=True)
def nobody_answers() -> Iterator[None]:
    """And nobody waits for it."""

    def refuse(_transport: object, request: httpx.Request) -> NoReturn:
        raise httpx.ConnectError("refused", request=request)

    with ExitStack() as stack:
        stack.enter_context(patch.object(httpx.HTTPTransport, "handle_request", refuse))
        stack.enter_context(patch.object(TradeGeckoClient, "_real_sleep", staticmethod(lambda _: None)))
        yield


@given(
    st.sampled_from(["folder", "vendure"]),
    st.sampled_from([LOGIN, {"access_token": "t"}, {**LOGIN, "tokens": "tokens.json"}]),
    changes(),
    st.sampled_from(COMMANDS),
)
@example("folder", {"access_token": "t"}, [("options", "path", "\0")], "sync orders")
@example("folder", {"access_token": "t"}, [("ledger", "url", "sqlite:///\0")], "sync orders")
@example("folder", {"access_token": "t"}, [("ledger", "url", "sqlite:///%00")], "orders list")
@example("folder", LOGIN, [("tradegecko", "tokens", "\0.json")], "sync orders")
@example("folder", {"access_token": "t"}, [("options", "settle", 1e14)], "sync orders")
@example("vendure", {"access_token": "t"}, [("options", "timeout", 1e14)], "sync orders")
@example("vendure", {"access_token": "t"}, [("options", "overlap", 9e13)], "sync orders")
@example("folder", {"access_token": "t"}, [("options", "path", "a\u2028b")], "sync orders")
@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_one_clear_line(kind: str, login: dict[str, str], changed: list[tuple[str, str, Any]], command: str) -> None:
    """An exit code, and on standard error nothing but what begins with “error:”."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        (folder / "shop" / "orders").mkdir(parents=True)
        (folder / "shop" / "orders" / "1.csv").write_text(ORDER, encoding="utf-8")
        (folder / "tgbridge.toml").write_text(written(kind, login, changed), encoding="utf-8", errors="replace")
        done = run(folder, *command.split(), said="pw\n")
    assert done.returncode in (0, 1, 2, 3)
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    assert "a fault in the" not in said
    assert " at /" not in said
    if done.returncode in (2, 3):
        assert done.stderr
        assert [line for line in done.stderr.splitlines() if not line.startswith("error: ")] == []


NUL: Final = "has a NUL character; take it out"


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        ("folder", ("options", "path", "\0"), f":12: connections.shop.options.path {NUL}"),
        ("folder", ("ledger", "url", "sqlite:///\0"), f":6: ledger.url {NUL}"),
        (
            "folder",
            ("ledger", "url", "sqlite:///%00"),
            ":6: ledger.url: the ledger's address has a NUL character in it",
        ),
        ("folder", ("tradegecko", "tokens", "\0.json"), f":4: tradegecko.tokens {NUL}"),
        ("folder", ("options", "settle", 1e14), ": settle must be from 0 to 86400 seconds, not 1e+14"),
        ("folder", ("options", "settle", -1), ": settle must be from 0 to 86400 seconds, not -1"),
        ("vendure", ("options", "overlap", 9e12), ": overlap must be at most 365 days"),
        ("vendure", ("options", "timeout", 1e14), ": timeout must be more than 0 and at most 86400 seconds, not 1e+14"),
        ("vendure", ("options", "deadline", 0), ": deadline must be more than 0 and at most 86400 seconds, not 0"),
    ],
)
def test_what_is_said(tmp_path: Path, kind: str, change: tuple[str, str, Any], said: str) -> None:
    """Where it stands, and what to write."""
    (tmp_path / "tgbridge.toml").write_text(written(kind, {"access_token": "t"}, [change]), encoding="utf-8")
    done = run(tmp_path, "sync", "orders")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("error: tgbridge.toml:")
    assert said in done.stderr


def test_what_a_program_gives() -> None:
    """The same without a settings file."""
    for make in (
        lambda: FolderSource("\0"),
        lambda: FolderSource("a", settle=float("nan")),
        lambda: FileTokenStore("a\0"),
        lambda: SqlStore("sqlite:///a\0"),
    ):
        with pytest.raises(ConfigError):
            make()
