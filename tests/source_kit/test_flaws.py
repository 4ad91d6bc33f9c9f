"""The kit proves itself: a good source passes, and of sources with one mistake each is caught by its check alone."""

from __future__ import annotations

import pytest

from tests.source_kit.flaws import FLAWS, Cart, caught, shop_of
from tradegecko_bridge.testing import CHECKS, CheckVerdict
from tradegecko_bridge.testing.source_checks.bench import examine

BY_NAME = {check.name: check for check in CHECKS}


def test_there_is_a_mistake_for_each_check() -> None:
    """And none for a check that there is not."""
    assert FLAWS.keys() == BY_NAME.keys()


@pytest.mark.parametrize("name", sorted(FLAWS))
def test_a_mistake_is_caught(name: str) -> None:
    """By its check, which says what broke, why it matters and what to do; the good one passes it."""
    check = BY_NAME[name]
    assert examine(check, shop_of(Cart)).verdict is CheckVerdict.PASSED
    outcome = examine(check, shop_of(FLAWS[name]))
    assert outcome.verdict is CheckVerdict.FAILED
    assert all(text and text in str(outcome) for text in (check.promise, check.why, check.fix, *outcome.findings))


@pytest.mark.parametrize("name", sorted(FLAWS))
def test_by_no_other_check(name: str) -> None:
    """So that what a failure says is what is wrong."""
    assert caught(FLAWS[name]) == {name}
