"""Sources that read a list by number, cursor or link pass the checks of reading too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import pytest

from tests.source_kit.flaws import Cart
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.testing import CheckVerdict, FakeShop, Paging
from tradegecko_bridge.testing.source_checks.bench import Check, examine
from tradegecko_bridge.testing.source_checks.line import LINE
from tradegecko_bridge.testing.source_checks.reading import READING


class ByNumber(Cart):
    """Each page by its number, from a moment on."""

    def _page(self, since: datetime | None, skip: int) -> tk.Page[tk.Row]:
        begin = None if since is None else tk.stamp(since)
        answer = self.client.get("orders", changed_from=begin, page=skip // 3 + 1, take=3)
        return tk.Page(rows=self._rows(answer), more=answer.data["more"])


class ByCursor(Cart):
    """The next page by what this one says."""

    def _changed_since(self, since: datetime | None) -> Iterator[Sequence[tk.Row]]:
        begin = None if since is None else tk.stamp(since)

        def page(cursor: str | None) -> tk.Page[tk.Row]:
            answer = self.client.get("orders", changed_from=begin, cursor=cursor, take=3)
            return tk.Page(rows=self._rows(answer), next=answer.data["next"])

        return tk.followed(page, "Acme")


class ByLink(Cart):
    """The next page by a header."""

    def _changed_since(self, since: datetime | None) -> Iterator[Sequence[tk.Row]]:
        begin = None if since is None else tk.stamp(since)

        def page(link: str | None) -> tk.Page[tk.Row]:
            first = {"changed_from": begin, "take": 3} if link is None else {}
            answer = self.client.get(link or "orders", **first)
            return tk.Page(rows=self._rows(answer), next=answer.link())

        return tk.followed(page, "Acme")


STYLES = {Paging.OFFSET: Cart, Paging.NUMBER: ByNumber, Paging.CURSOR: ByCursor, Paging.LINK: ByLink}


@pytest.mark.parametrize("check", [*READING, *LINE], ids=lambda check: check.name)
@pytest.mark.parametrize("paging", Paging)
def test_every_style(paging: Paging, check: Check) -> None:
    """Nothing is lost, whatever comes, goes and breaks."""
    shop = FakeShop(STYLES[paging], paging=paging)
    outcome = examine(check, shop)
    assert outcome.verdict is CheckVerdict.PASSED, outcome
