"""The settings file: what it may say, and how its faults are told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile import Peer, serving
from tradegecko_bridge import plugins
from tradegecko_bridge.config import Config, load_config
from tradegecko_bridge.engine import OrderStatus
from tradegecko_bridge.errors import BridgeError, ConfigError, GatewayError
from tradegecko_bridge.plugins import make_source, source_names
from tradegecko_bridge.ports.logins import Secret
from tradegecko_bridge.structuring import format_fault, strict_converter, structured
from tradegecko_bridge.wiring.credentials import check_access, open_logins
from tradegecko_bridge.wiring.engines import open_account, open_engines

GOOD = """
[tradegecko]
base_url = "http://127.0.0.1:8080"
access_token = "$TOKEN"

[connections.shop]
source = "folder"
options = { path = "shop" }
order_status = "finalized"
minimum_stock = 2.5
stock_locations = ["1"]
"""


def load(text: str, folder: Path, **environment: str) -> Config:
    path = folder / "tgbridge.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path, environment)


def test_a_whole_file(tmp_path: Path) -> None:
    """Everything is read, paths are meant from the file's folder, and the token does not show."""
    config = load(GOOD, tmp_path, TOKEN="secret-token")
    (shop,) = config.connections
    assert (config.access_token.reveal(), config.base_url) == ("secret-token", "http://127.0.0.1:8080")
    assert shop.settings.order_status is OrderStatus.FINALIZED
    assert shop.settings.minimum_stock == Decimal("2.5")
    assert shop.options == {"path": tmp_path / "shop"}
    assert config.ledger_url.reveal() == f"sqlite:///{tmp_path / 'ledger.db'}"
    assert "secret-token" not in repr(config)


@pytest.mark.process
def test_the_way_to_tradegecko_is_in_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy, if need be that of the environment, and plain http: for all requests, those that log in too."""
    seen: list[str] = []

    def talk(peer: Peer) -> None:
        seen.append(peer.head.split()[1])
        peer.answer(
            body=b'{"access_token": "t", "refresh_token": "r", "expires_in": 7200, "accounts": [], "users": []}'
        )

    with serving(talk) as proxy:
        way = 'proxy = "$HTTPS_PROXY"\nallow_http = true'
        login = f'client_id = "a"\nclient_secret = "b"\n{way}'
        text = GOOD.replace("127.0.0.1:8080", "api.invalid").replace('access_token = "$TOKEN"', login)
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        config = load(text, tmp_path, HTTPS_PROXY=proxy.url)
        assert (config.proxy.reveal(), config.allow_http) == (proxy.url, True)
        assert proxy.url not in repr(config)
        path = tmp_path / "tgbridge.toml"
        with open_logins(path, None) as (logins, _):
            logins.with_password("default", "ann", Secret("pw"))
        with open_account(path, load_config(path)) as (_, gateway), pytest.raises(GatewayError):
            gateway.check_access()
        with pytest.raises(BridgeError):
            check_access(path, None)
    assert len(seen) >= 3
    assert {address.partition("/")[0] + "//" + address.split("/")[2] for address in seen} == {"http://api.invalid"}


def test_tables_within_a_connection(tmp_path: Path) -> None:
    """Filters, aliases and ship methods are TOML tables; a fault in one names it."""
    tables = """
number_prefix = "EB-"
earliest_order = 2026-11-01

[connections.shop.sku_aliases]
"our mug" = "MUG-BLUE"

[[connections.shop.order_filters]]
field = "country"
values = ["CA", "US"]

[[connections.shop.item_filters]]
skus = ["GIFT"]
level = "order"
"""
    (shop,) = load(GOOD + tables, tmp_path, TOKEN="t").connections
    assert shop.settings.sku_aliases == {"our mug": "MUG-BLUE"}
    assert shop.settings.order_filters[0].values == ("CA", "US")
    assert str(shop.settings.earliest_order) == "2026-11-01 00:00:00+00:00"
    with pytest.raises(
        ConfigError,
        match=r"\.toml:25: connections\.shop\.item_filters\[0\]\.level must be one of line, order, not 'all'",
    ):
        load(GOOD + tables.replace('"order"', '"all"'), tmp_path, TOKEN="t")


def test_a_dollar_sign_can_be_written(tmp_path: Path) -> None:
    """Two dollar signs are one, and no variable."""
    assert load(GOOD.replace("$TOKEN", "$$abc"), tmp_path).access_token.reveal() == "$abc"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("access_token", "acess_token"),
            "tradegecko.acess_token is not a known setting; did you mean 'acc",
        ),
        (
            ("order_status", "order_state"),
            ".order_state is not a known setting; did you mean 'order_status'?",
        ),
        (('"finalized"', '"done"'), "order_status must be one of draft, active, finalized, not 'done'"),
        (("2.5", '"many"'), "minimum_stock must be a number, without quotes, not 'many'"),
        (("2.5", "-1"), "minimum_stock must not be negative"),
        (("[connections.shop]", "[connection.shop]"), "connection is not a known setting; did you mean 'connections'?"),
        (('base_url = "http://127.0.0.1:8080"', ""), "tradegecko.base_url is missing"),
        (("$TOKEN", "$NOT_SET"), "the environment has no variable NOT_SET; set it"),
        (("$TOKEN", "$hushHush"), "access_token: begins with $, but what follows is no name of a variable"),
        (('source = "folder"', "source = 7"), "connections.shop.source must be text"),
        (("[tradegecko]", "[tradegecko"), "tgbridge.toml"),
        (("2.5", '"2.5"'), ".toml:10: connections.shop.minimum_stock must be a number, without quotes, not '2.5'"),
        (("http://127.0.0.1:8080", "localhost"), ".toml:3: tradegecko.base_url: the base URL must be like "),
        (('path = "shop"', ""), ".toml:8: connections.shop.options.path is missing"),
        (('path = "shop"', "path = 7"), ".toml:8: connections.shop.options.path must be text"),
        (('path = "shop"', 'path = "x", settle = "2"'), "connections.shop.options.settle must be a number"),
        (('path = "shop"', 'path = "x", settle = true'), "connections.shop.options.settle must be a number"),
        (('path = "shop"', 'path = "x", clock = 1'), "connections.shop.options.clock must be left out"),
        (
            ('path = "shop"', 'pth = "shop"'),
            ".toml:8: connections.shop.options.pth is not a known setting; did you mean",
        ),
        (
            ('"folder"', '"foldr"'),
            ".toml:7: connections.shop.source: no source of kind 'foldr'; there are folder",
        ),
        (("[connections.shop]", '[connections.""]'), ".toml:6: connections.'' is a blank name"),
        (("[connections.shop]", '[connections."a\\nb"]'), r".toml:6: connections.'a\nb' is a name with a character"),
        (
            ("127.0.0.1:8080", "shop.example"),
            ".toml:3: tradegecko.base_url is http:// to another machine, shop.example: logins and orders would cross ",
        ),
        (
            ('access_token = "$TOKEN"', 'client_id="a"\nclient_secret="b"\nauthorize_url = "http://shop.example"'),
            ".toml:6: tradegecko.authorize_url is http:// to another machine, shop.example: ",
        ),
        (
            ("access_token", 'proxy = "ftp://me:s3cret!@there"\naccess_token'),
            ".toml:4: tradegecko.proxy: proxy must be the address of one, like http://proxy.example:3128",
        ),
        (("$TOKEN", "$"), ".toml:4: tradegecko.access_token: begins with $, but what follows is no name"),
        (("$TOKEN", "$ecret!"), ".toml:4: tradegecko.access_token: begins with $, but what follows is no name"),
    ],
)
def test_a_fault_is_one_clear_line(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    """What, where, and what to write instead."""
    with pytest.raises(ConfigError) as caught:
        load(GOOD.replace(*change), tmp_path, TOKEN="t")
    assert said in str(caught.value)
    assert "ecret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nothing", "the ledger's address is not one; write e.g. sqlite:///ledger.db"),
        ("postgresql://h:port/x", "the ledger's address is not one; write e.g. sqlite:///ledger.db"),
        ("mysql://u:secret@h/x", "a ledger cannot live in mysql; use sqlite:///… or postgresql://…"),
        ("sqlite://", "a SQLite ledger is a file: write e.g. sqlite:///ledger.db"),
    ],
)
def test_a_wrong_ledger_address(tmp_path: Path, url: str, said: str) -> None:
    """It is told with its line, and without a password."""
    with pytest.raises(ConfigError) as caught:
        load(f'{GOOD}\n[ledger]\nurl = "{url}"\n', tmp_path, TOKEN="t")
    assert str(caught.value) == f"{tmp_path / 'tgbridge.toml'}:14: ledger.url: {said}"


@pytest.mark.parametrize("value", ["31337", "[31337]", "{ a = 31337 }", "true", "2026-01-31", '" "'])
@pytest.mark.parametrize("name", ["base_url", "access_token", "client_id", "client_secret", "tokens", "token_keys"])
def test_nonsense_about_the_account(tmp_path: Path, name: str, value: str) -> None:
    """One line says where it is and what belongs there; the value may be a secret and is not shown."""
    with pytest.raises(ConfigError) as caught:
        load(f'[tradegecko]\n{name} = {value}\n[connections.a]\nsource = "folder"\noptions.path = "a"\n', tmp_path)
    (line,) = (line for line in str(caught.value).splitlines() if f".toml:2: tradegecko.{name}" in line)
    assert "must " in line
    assert "31337" not in str(caught.value)


def test_not_utf_8(tmp_path: Path) -> None:
    """The line of the first byte that is not is told; the mark some editors put in front is no fault."""
    path = tmp_path / "tgbridge.toml"
    path.write_bytes(b"# caf\xe9\n")
    with pytest.raises(ConfigError, match=r"tgbridge\.toml:1: is not UTF-8 text; save the file as UTF-8"):
        load_config(path, {})
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert load_config(path, {"TOKEN": "t"}).connections


def test_numbers_from_the_environment(tmp_path: Path) -> None:
    """There all is text."""
    (shop,) = load(GOOD.replace("2.5", '"$LEAST"'), tmp_path, TOKEN="t", LEAST="3").connections
    assert shop.settings.minimum_stock == Decimal(3)


def test_two_connections_on_one_folder(tmp_path: Path) -> None:
    """Each would take the other's orders; however the folder is written."""
    more = '\n[connections.other]\nsource = "folder"\noptions = { path = "x/../shop" }\n'
    with pytest.raises(ConfigError) as caught:
        load(GOOD + more, tmp_path, TOKEN="t")
    assert str(caught.value) == (
        f"{tmp_path / 'tgbridge.toml'}:15: connections.other.options.path is the folder of connections.shop too; give "
        "each its own"
    )


def test_what_a_source_itself_refuses_is_told_with_its_line(tmp_path: Path) -> None:
    """Options of the right kind that cannot work."""
    options = 'url = "https://x.example/admin-api", username = "u", password = "p", overlap = 0, page_size = 5'
    load(GOOD.replace('"folder"', '"vendure"').replace('path = "shop"', options).replace("$TOKEN", "t"), tmp_path)
    with pytest.raises(ConfigError) as caught, open_engines(tmp_path / "tgbridge.toml", None):
        pass
    assert str(caught.value).startswith(f"{tmp_path / 'tgbridge.toml'}:8: connections.shop.options: overlap must be")


def test_a_list_of_filters_says_what_is_wrong(tmp_path: Path) -> None:
    """Text is no list of texts, and an empty list matches nothing."""
    filters = '\n[[connections.shop.order_filters]]\nfield = "country"\nvalues = {}\n'
    with pytest.raises(ConfigError, match=r"""filters\[0\]\.values must be a list of texts, e\.g\. .*, not 'CA'$"""):
        load(GOOD + filters.format('"CA"'), tmp_path, TOKEN="t")
    with pytest.raises(ConfigError, match=r"filters\[0\]\.values is an empty list: write what is to match"):
        load(GOOD + filters.format("[]"), tmp_path, TOKEN="t")


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Nobody has to correct a file five times."""
    with pytest.raises(ConfigError) as caught:
        load('[tradegecko]\nbase_ur = ""\n[connections.a]\nsource = "folder"\nlocatio = "x"\n', tmp_path)
    assert len(str(caught.value).splitlines()) >= 4


def test_no_file(tmp_path: Path) -> None:
    """A file that is not there is said with how to name one."""
    with pytest.raises(ConfigError, match="no such settings file; name one with --config"):
        load_config(tmp_path / "nowhere.toml", {})


def test_no_connection_of_that_name(tmp_path: Path) -> None:
    """The names there are come with the complaint."""
    config = load(GOOD, tmp_path, TOKEN="t")
    with pytest.raises(ConfigError, match="no connection 'other' in the settings; there are shop"):
        config.chosen("other")


def test_sources_by_name(tmp_path: Path) -> None:
    """The shipped kinds are found; a wrong kind or option is told with what there is."""
    assert {"folder", "vendure"} <= set(source_names())
    assert make_source("folder", {"path": tmp_path, "name": "mine"}).name == "mine"
    known = "folder, medusa, shopify, vendure, woocommerce"
    with pytest.raises(ConfigError, match=f"no source of kind 'shopfy'; there are {known}"):
        make_source("shopfy", {})
    with pytest.raises(ConfigError, match=r"source 'folder': .*pth"):
        make_source("folder", {"pth": tmp_path})


class Plugin:
    """A source of somebody else's, with arguments of many kinds."""

    name = "plugin"

    def __init__(
        self,
        channel: Literal["a", "b"],
        *,
        rate: Decimal = Decimal(1),
        wait: timedelta = timedelta(0),
        states: Sequence[str] = (),
        more: Mapping[str, str] | None = None,
        tries: int = 3,
        **rest: Any,
    ) -> None:
        self.rate, self.wait, self.states = rate, wait, states


def test_the_options_of_a_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read by the annotations; a span of time is a number of seconds. Values, which may be secret, are not shown."""
    point = EntryPoint("plugin", f"{__name__}:Plugin", "tradegecko_bridge.sources")
    monkeypatch.setattr(plugins, "entry_points", lambda group: [point])
    monkeypatch.setattr(EntryPoint, "load", lambda _: Plugin)
    good = {"channel": "a", "rate": 1.5, "wait": 5, "states": ["x"], "more": {"a": "b"}, "tries": 2, "colour": "red"}
    assert plugins.option_faults("plugin", good) == []
    made: Any = make_source("plugin", good)
    assert (made.rate, made.wait, made.states) == (Decimal("1.5"), timedelta(seconds=5), ("x",))
    bad = {"wait": "5", "states": "x", "more": ["a"], "tries": True}
    assert [format_fault(fault) for fault in plugins.option_faults("plugin", bad)] == [
        "options.channel is missing",
        "options.wait must be a number of seconds",
        'options.states must be a list of texts, e.g. ["one", "two"]',
        "options.more must be a table",
        "options.tries must be a whole number",
    ]
    assert [format_fault(fault) for fault in plugins.option_faults("plugin", {"channel": "c", "states": ["x", 7]})] == [
        "options.channel must be one of a, b",
        "options.states[1] must be text, in quotes",
    ]


def _a_plugin(monkeypatch: pytest.MonkeyPatch, make: Any) -> None:
    point = EntryPoint("my-shop", f"{__name__}:{make}", "tradegecko_bridge.sources")
    monkeypatch.setattr(plugins, "entry_points", lambda group: [point])
    monkeypatch.setattr(EntryPoint, "load", lambda _: make)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("secret"), rf"source 'my-shop' cannot be made \(ValueError at {__file__}:\d+\)"),
        (TypeError("secret"), rf"source 'my-shop' cannot be made \(TypeError at {__file__}:\d+\)"),
        (ConfigError("url must be an address"), "url must be an address"),
    ],
)
def test_a_plugin_that_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    """One line with the place in the settings; no text but that of our own error, for it may hold a secret."""

    def make(*, name: str, key: str = "") -> None:
        raise error

    _a_plugin(monkeypatch, make)
    text = GOOD.replace('"folder"', '"my-shop"').replace('path = "shop"', "")
    load(text, tmp_path, TOKEN="t")
    monkeypatch.setenv("TOKEN", "t")
    with pytest.raises(ConfigError) as caught, open_engines(tmp_path / "tgbridge.toml", None):
        pass
    assert re.fullmatch(rf".*tgbridge\.toml:6: connections\.shop: {said}", str(caught.value))


def test_a_plugin_that_takes_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said of a call that does not fit has only names of arguments."""

    def make(*, key: str) -> None:
        raise AssertionError

    _a_plugin(monkeypatch, make)
    with pytest.raises(ConfigError, match=r"cannot be made \(.*make\(\) got an unexpected keyword argument 'name'\)"):
        make_source("my-shop", {"key": "secret", "name": "shop"})


def test_a_plugin_whose_module_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same, where it is imported."""
    _a_plugin(monkeypatch, None)
    monkeypatch.setattr(EntryPoint, "load", lambda _: {"a": 1}["secret"])
    (fault,) = plugins.option_faults("my-shop", {})
    assert re.fullmatch(
        rf"source: source 'my-shop' cannot be loaded \(KeyError at {__file__}:\d+\)", format_fault(fault)
    )


class _Word(str):
    """Text of somebody's own class."""


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (tuple[str, int], ["a", 1], ("a", 1)),
        (tuple[str, int], ["a", "1"], "option[1] must be a whole number"),
        (tuple[str, int], ["a"], "option must be a list of 2"),
        (tuple[()], [], ()),
        (tuple[str, ...], ["a", "b", "c"], ("a", "b", "c")),
        (tuple[str, ...], {"a"}, 'option must be a list of texts, e.g. ["one", "two"]'),
        (Sequence[str], frozenset("a"), 'option must be a list of texts, e.g. ["one", "two"]'),
        (set[str], {"a"}, {"a"}),
        (Literal["a", "b"], _Word("a"), "a"),
        (OrderStatus, _Word("draft"), OrderStatus.DRAFT),
        (OrderStatus, _Word("a"), "option must be one of draft, active, finalized"),
        (float, 10**400, "option must be a number of at most 15 digits before the point and 50 behind it"),
        (bytes, b"a", b"a"),
        (bytes, "a", "option must be bytes, which no settings file can hold"),
        (bytes | None, None, None),
    ],
)
def test_an_option_of_each_kind(monkeypatch: pytest.MonkeyPatch, kind: Any, value: Any, said: Any) -> None:
    """What it is read as, or what is said of it."""

    def make(*, option: Any, name: str = "") -> Any:
        return option

    make.__annotations__["option"] = kind
    _a_plugin(monkeypatch, make)
    faults = [format_fault(fault) for fault in plugins.option_faults("my-shop", {"option": value})]
    if isinstance(said, str) and said.startswith("option"):
        assert faults == [f"options.{said}"]
    else:
        assert (faults, make_source("my-shop", {"option": value})) == ([], said)


@given(st.lists(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none()), max_size=4))
def test_a_tuple_is_read_position_by_position(values: list[Any]) -> None:
    """It comes out as it went in, or is refused."""
    fits = [type(value) for value in values] == [str, int, bool]
    read, faults = structured(strict_converter(), values, tuple[str, int, bool])
    assert (read, bool(faults)) == ((tuple(values), False) if fits else (None, True))
