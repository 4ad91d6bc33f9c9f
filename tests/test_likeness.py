"""What is suggested for a name that is not known: one that is like it, or nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tradegecko_bridge.engine.reasons import CODES
from tradegecko_bridge.sources.folder.columns import COLUMNS
from tradegecko_bridge.structuring import did_you_mean, likeliest

NAMES = sorted({*CODES, *COLUMNS})
LONG = [name for name in NAMES if len(name) >= 6]


def test_nothing_is_suggested_that_is_not_alike() -> None:
    """The names that there are come in its place."""
    for name in ("foo", "x", "", "12345", "Ann Lee"):
        assert likeliest(name, NAMES) is None
    assert did_you_mean("foo", ["too_early", "no_sku"]) == "; there are no_sku, too_early"
    assert did_you_mean("to_early", ["too_early", "no_sku"]) == "; did you mean 'too_early'?"
    assert (likeliest("qty", COLUMNS), likeliest("banana", CODES)) == ("quantity", None)


@given(st.sampled_from(LONG), st.data())
def test_one_slip_is_understood(name: str, data: st.DataObject) -> None:
    """A letter that is missing, wrong, doubled or exchanged with the next one, wherever."""
    at = data.draw(st.integers(0, len(name) - 2))
    slips = (name[:at] + name[at + 1 :], f"{name[:at]}~{name[at + 1 :]}", name[:at] + name[at] + name[at:])
    for slip in (*slips, name[:at] + name[at + 1] + name[at] + name[at + 2 :]):
        assert slip in NAMES or likeliest(slip, [name]) == name
        assert likeliest(slip, NAMES)


@given(st.text("0123456789 ?!", max_size=12))
def test_what_has_nothing_in_common_is_like_nothing(text: str) -> None:
    """Whatever its length."""
    assert likeliest(text, [name for name in NAMES if not any(one.isdigit() for one in name)]) is None
