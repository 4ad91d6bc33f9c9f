"""The page on the sources that are included is written from their classes."""

from __future__ import annotations

import pytest

from scripts import sources_page


@pytest.mark.skipif(not sources_page.PAGE.exists(), reason="the documentation is not beside the tests")
def test_the_page_is_written_from_the_classes() -> None:
    """Nobody edits it by hand: run ``python scripts/sources_page.py``."""
    assert sources_page.PAGE.read_text(encoding="utf-8") == sources_page.page() + "\n"


def test_each_option_is_explained() -> None:
    """And none of them twice."""
    for one in sources_page.sources():
        names = [option.name for option in one.options]
        assert len(names) == len(set(names))
        assert [option.name for option in one.options if not option.meaning] == [], one.kind
