"""The behaviour suite for order sources, as tests for pytest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pytest

from tradegecko_bridge.testing.source_checks.bench import examine
from tradegecko_bridge.testing.sources import CHECKS, Check, CheckVerdict, Shop

__all__ = ["SourceSuite"]


class SourceSuite:
    """Everything an order source promises, as tests.

    Subclass it in your test suite and give it a fixture ``shop``: a shop without orders, a new one for every test,
    as :class:`~tradegecko_bridge.testing.Shop` describes it::

        import pytest
        from tradegecko_bridge.testing import SourceSuite


        class TestMySource(SourceSuite):
            @pytest.fixture
            def shop(self):
                with MyShop() as shop:
                    yield shop

    That is all. A shop that lacks a method of :class:`~tradegecko_bridge.testing.AbleShop` leaves out the checks that
    need it, and each says so. When one fails, it tells what broke, why that matters and how to fix it.

    What your source cannot promise is an expected failure *with the reason*, so that whoever reads your tests knows::

            deviations = {"stock_is_set_and_not_added": "the market takes changes only"}
    """

    deviations: ClassVar[Mapping[str, str]] = {}
    """The checks that fail, by name, each with the reason. One that passes has to be taken out."""

    @pytest.fixture
    def shop(self) -> Shop:
        """To be given by the subclass."""
        raise NotImplementedError("give your suite a fixture 'shop': see tradegecko_bridge.testing.SourceSuite")

    @pytest.mark.parametrize("check", CHECKS, ids=[check.name for check in CHECKS])
    def test_source(self, check: Check, shop: Shop) -> None:
        """One promise; see what the failure says."""
        outcome = examine(check, shop, self.deviations)
        if outcome.verdict is CheckVerdict.LEFT_OUT:
            pytest.skip("; ".join(outcome.findings))
        if outcome.verdict is CheckVerdict.DEVIATES:
            pytest.xfail("; ".join(outcome.findings))
        if outcome.verdict is CheckVerdict.FAILED:
            pytest.fail(str(outcome), pytrace=False)

    def test_deviations_are_named_as_checks_are(self) -> None:
        """A misspelt one would excuse nothing."""
        unknown = set(self.deviations) - {check.name for check in CHECKS}
        assert not unknown, f"no check has these names: {sorted(unknown)}"  # noqa: S101
