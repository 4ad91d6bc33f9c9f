"""The command that checks a source."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from tests.source_kit import a_shop
from tradegecko_bridge.cli.exit_codes import FAILED, Refused
from tradegecko_bridge.cli.source_check import check
from tradegecko_bridge.testing import CHECKS, CheckVerdict, check_source

HERE = "tests.source_kit.a_shop"


def run(*arguments: str) -> Result:
    """The command with these arguments."""
    return CliRunner().invoke(check, arguments)


def test_each_check_has_its_line() -> None:
    """One that fails has what broke, why it matters and what to do under it; the exit code says that one did."""
    some = ("--only", "line_busy", "--only", "gives_every_order")
    good, flawed, deviating = (run(f"{HERE}:{name}", *some) for name in ("good", "flawed", "deviating"))
    assert (good.exit_code, flawed.exit_code, deviating.exit_code) == (0, FAILED, 0)
    assert good.output.splitlines() == ["passed    gives_every_order", "passed    line_busy", "", "2 passed"]
    assert "failed    line_busy\n          the reading ends after" in flawed.output
    assert all(f"          {word}: " in flawed.output for word in ("promise", "why it matters", "to fix it"))
    assert flawed.output.endswith("1 passed, 1 failed\n")
    assert "deviates  line_busy\n          this shop is never busy" in deviating.output


def test_as_json() -> None:
    """One object for each check."""
    done = run(f"{HERE}:flawed", "--json", "--only", "line_busy")
    (one,) = json.loads(done.stdout)
    assert (one["check"], one["verdict"], done.exit_code) == ("line_busy", "failed", FAILED)
    assert all(one[name] for name in ("promise", "why", "fix", "findings"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere",), "no shop is called 'nowhere'"),
        ((f"{HERE}:nothing",), "cannot be loaded"),
        (("no_such_module:Shop",), "cannot be loaded"),
        ((f"{HERE}:number",), "must be a class or a function"),
        ((f"{HERE}:good", "--only", "lines_busy"), "no check is called lines_busy"),
    ],
)
def test_what_cannot_be_checked_is_one_clear_line(arguments: tuple[str, ...], words: str) -> None:
    """What, and what there is."""
    error = run(*arguments).exception
    assert isinstance(error, Refused)
    assert words in str(error)
    assert len(str(error).splitlines()) == 1


def test_without_the_command() -> None:
    """An outcome for each check, or for those that are named; a deviation that passes has to be taken out."""
    outcomes = list(check_source(a_shop.good, deviations={"ties_are_all_given": "none"}, only=["ties_are_all_given"]))
    assert [one.verdict for one in outcomes] == [CheckVerdict.FAILED]
    assert "take it out of the deviations" in str(outcomes[0])
    with pytest.raises(ValueError, match="no check is called misspelt"):
        list(check_source(a_shop.good, deviations={"misspelt": "so"}))


def test_what_a_shop_lacks_leaves_checks_out() -> None:
    """And each says what it needs."""

    class Bare:
        """Nothing but a way to place orders."""

        def __init__(self) -> None:
            with a_shop.good() as shop:
                self.source, self.place = shop.source, shop.place

        def __enter__(self) -> Bare:
            return self

        def __exit__(self, *_error: object) -> None:
            """Nothing."""

    outcomes = list(check_source(Bare))
    assert {one.verdict for one in outcomes} == {CheckVerdict.PASSED, CheckVerdict.LEFT_OUT}
    for one in outcomes:
        assert (one.verdict is CheckVerdict.LEFT_OUT) == bool(one.check.needs)
        assert all(name in str(one) for name in one.check.needs)
    assert len(outcomes) == len(CHECKS)
