"""On which line of the settings file a fault is."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradegecko_bridge.config import load_config
from tradegecko_bridge.config.toml_lines import line_numbers, line_of
from tradegecko_bridge.engine.settings.filters import OrderField
from tradegecko_bridge.errors import ConfigError

TEXT = '''# a settings file
title = "x # no comment" # one
site."google.com" = true
point = { x = 1, "y z" = [1, # inside
  2] }
"sh\\u00f6p" = """
[not.a.table]
key = "none"
"""
raw = \'\'\'
a = 1\'\'\'
list = [
  "a", ["b,]",
  "c"],
]

[ connections . "my shop" ] # said
order_status = "active"
options = { path = "a}b" }

[[connections."my shop".order_filters]]
field = "country"
[[connections."my shop".order_filters]]

field = "tag"
values = [
  "A",
  "B",
]
[connections."my shop".sku_aliases]
'a.b' = "C"
when = 2026-11-01 07:32:00
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("site", "google.com"), 3),
        (("point", "x"), 4),
        (("point", "y z", 1), 5),
        (("shöp",), 6),
        (("raw",), 10),
        (("list", 0), 13),
        (("list", 1, 1), 14),
        (("connections", "my shop"), 17),
        (("connections", "my shop", "order_status"), 18),
        (("connections", "my shop", "options", "path"), 19),
        (("connections", "my shop", "order_filters", 0), 21),
        (("connections", "my shop", "order_filters", 0, "field"), 22),
        (("connections", "my shop", "order_filters", 1), 23),
        (("connections", "my shop", "order_filters", 1, "field"), 25),
        (("connections", "my shop", "order_filters", 1, "values", 1), 28),
        (("connections", "my shop", "sku_aliases", "a.b"), 31),
        (("connections", "my shop", "sku_aliases", "when"), 32),
        (("connections", "my shop", "order_filters", 0, "values"), 21),
        (("a",), None),
        (("not", "a"), None),
    ],
)
def test_a_line_is_found(path: tuple[str | int, ...], line: int | None) -> None:
    """Of keys bare, quoted and dotted, in tables, inline tables and lists; of what is missing, its table's."""
    tomllib.loads(TEXT)
    assert line_of(path, line_numbers(TEXT)) == line


@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize("inside", range(3))
def test_text_that_ends_in_quotes(quote: str, inside: int) -> None:
    """Up to two of its own stand before the three that close it; what follows is no part of it."""
    text = f"a = {3 * quote}x{inside * quote}{3 * quote}\nb = 1\nc = [{3 * quote}{inside * quote}{3 * quote}, 2,\n3]\n"
    assert tomllib.loads(text)["a"] == f"x{inside * quote}"
    assert {("a",): 1, ("b",): 2, ("c", 0): 3, ("c", 1): 3, ("c", 2): 4}.items() <= line_numbers(text).items()


def test_crlf_counts_once() -> None:
    """Files from Windows have as many lines."""
    assert line_numbers('a = 1\r\n\r\n[b]\r\nc = "x"\r\n')["b", "c"] == 4


keys = st.text("abc-_1", min_size=1, max_size=4) | st.sampled_from(['"a.b"', "'x y'", '"q\\"q"'])
values = st.sampled_from(
    ["1", '"a"', "'#'", '"\\"]"', "true", '"""\nx = 1\n"""', "[1, 2]", "[\n1,\n# x\n[2],\n]", "2026-01-01 01:00:00"]
)


@given(st.lists(st.tuples(keys, values), max_size=6, unique_by=lambda pair: pair[0].strip("\"'")))
def test_every_key_of_any_text_is_found(pairs: list[tuple[str, str]]) -> None:
    """Each key is told on the line it was written on."""
    text, expected = "", {}
    for key, value in pairs:
        name = next(iter(tomllib.loads(f"{key} = 1")))
        expected[name] = text.count("\n") + 1
        text += f"{key} = {value} # {key}\n"
    lines = line_numbers(text)
    assert {path[0]: line for path, line in lines.items() if len(path) == 1} == expected


def said(tmp_path: Path, text: str, **environment: str) -> list[str]:
    path = tmp_path / "tgbridge.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(path, environment)
    return [line.removeprefix(f"{path}:") for line in str(caught.value).splitlines()]


def test_all_faults_of_a_file_with_their_lines(tmp_path: Path) -> None:
    """In the order of the file, each with its dotted name."""
    text = """[tradegecko]
base_urll = "http://127.0.0.1:1"
access_token = "$TOKEN"

[connections.a]
source = "folder"
options.path = "a"
order_status = "active"
create_invoice = true
pack_orders = true

[connections.b]
source = 7
order_state = "x"
minimum_stock = -1

[connections.b.sku_aliases]
"A" = "B"
"C" = 1

[[connections.b.order_filters]]
field = "tag"
values = ["x"]

[[connections.b.order_filters]]
field = "colour"
"""
    assert said(tmp_path, text) == [
        "1: tradegecko.base_url is missing",
        "2: tradegecko.base_urll is not a known setting; did you mean 'base_url'?",
        "3: tradegecko.access_token: the environment has no variable TOKEN; set it",
        '9: connections.a.create_invoice only works with order_status = "finalized", and it is "active"',
        '10: connections.a.pack_orders only works with order_status = "finalized", and it is "active"',
        "13: connections.b.source must be text, in quotes",
        "14: connections.b.order_state is not a known setting; did you mean 'order_status'?",
        "15: connections.b.minimum_stock must not be negative",
        "19: connections.b.sku_aliases.C must be text, in quotes, not 1",
        "25: connections.b.order_filters[1].values is missing",
        f"26: connections.b.order_filters[1].field must be one of {', '.join(OrderField)}, not 'colour'",
    ]


def test_a_setting_from_the_environment(tmp_path: Path) -> None:
    """Texts of a connection can be taken from the environment too."""
    path = tmp_path / "tgbridge.toml"
    path.write_text(
        '[tradegecko]\nbase_url = "https://x"\naccess_token = "t"\n'
        '[connections.a]\nsource = "folder"\noptions.path = "a"\ncustomer = "$BUYER"\nnumber_prefix = "$$"\n'
    )
    (connection,) = load_config(path, {"BUYER": "HARBOUR"}).connections
    assert (connection.settings.customer, connection.settings.number_prefix) == ("HARBOUR", "$")


@pytest.mark.parametrize("broken", ["", "[", "a", 'a = "', "a = [", "[[a]", "a = {b", "= 1", '"'])
def test_what_is_no_toml_ends_quietly(broken: str) -> None:
    """Lines are only for messages: whatever the text, nothing is raised."""
    found: Any = line_numbers(f"x = 1\n{broken}")
    assert found["x",] == 1
