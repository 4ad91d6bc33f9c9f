"""How long the names and texts of a settings file may be: one clear line for each that is longer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_config import GOOD, load
from tradegecko_bridge.bounds import LARGEST_SETTINGS, LONGEST_NAME, LONGEST_SETTING
from tradegecko_bridge.errors import ConfigError

LONG = "a" * 1_000_000
NAME = r"is a name of 1,000,000 characters; write at most 500"
TEXT = r"is a text of 1,000,000 characters; write at most 10,000"
CUT = "a" * 80


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (GOOD.replace("connections.shop", f"connections.{LONG}"), f":6: connections.{CUT}… {NAME}"),
        (GOOD + f'{LONG} = "x"', f":12: connections.shop.{CUT}… {NAME}"),
        (GOOD + f'ship_methods = {{ {LONG} = "x" }}', f":12: connections.shop.ship_methods.{CUT}… {NAME}"),
        (GOOD.replace("path =", f"{LONG} = 1, path ="), f":8: connections.shop.options.{CUT}… {NAME}"),
        (GOOD.replace('"folder"', f'"{LONG}"'), f":7: connections.shop.source {TEXT}"),
        (GOOD.replace('"shop"', f'"{LONG}"'), f":8: connections.shop.options.path {TEXT}"),
        (GOOD + f'tags = ["b", "{LONG}"]', f":12: connections.shop.tags[1] {TEXT}"),
        (GOOD + f'number_prefix = "{LONG}"', f":12: connections.shop.number_prefix {TEXT}"),
        (GOOD.replace('"$TOKEN"', f'"{LONG}"'), f":4: tradegecko.access_token {TEXT}"),
        (GOOD + f"#{'x' * LARGEST_SETTINGS}", ": is larger than 16,777,216 bytes; is it a settings file?"),
    ],
    ids=["connection", "setting", "key of a table", "option", "kind", "path", "in a list", "prefix", "token", "file"],
)
def test_a_megabyte_is_one_line(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(text, tmp_path, TOKEN="t")
    assert str(caught.value) == f"{tmp_path / 'tgbridge.toml'}{fault}"


def test_a_megabyte_of_the_environment_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(GOOD, tmp_path, TOKEN=LONG)
    assert str(caught.value).endswith(
        ":4: tradegecko.access_token: the variable TOKEN has 1,000,000 characters; write at most 10,000"
    )


def test_what_has_just_that_length_is_taken(tmp_path: Path) -> None:
    """A connection's name, an alias and a note."""
    name, note = "n" * LONGEST_NAME, "x" * LONGEST_SETTING
    text = GOOD.replace("connections.shop", f"connections.{name}")
    (one,) = load(text + f'note = "{note}"\nsku_aliases = {{ {name} = "A" }}', tmp_path, TOKEN="t").connections
    assert (one.name, one.settings.note, one.settings.sku_aliases) == (name, note, {name: "A"})


def test_many_faults_are_not_all_told(tmp_path: Path) -> None:
    """A hundred, and how many more there are; the error has them all."""
    with pytest.raises(ConfigError) as caught:
        load(GOOD + "\n".join(f"a{number} = 1" for number in range(3000)), tmp_path, TOKEN="t")
    lines = str(caught.value).splitlines()
    assert len(lines) == 101
    assert lines[-1].endswith("tgbridge.toml: and 2,900 more")
    assert len(caught.value.faults) == 3000
