"""What Shopify is asked: valid in every version, not outdated, affordable, and covered by the scopes we name."""

from __future__ import annotations

import pytest

from tests.carts.shopify.install import missing
from tests.support import require
from tradegecko_bridge.sources.shopify import queries
from tradegecko_bridge.sources.shopify.api import MOST, VERSIONS
from tradegecko_bridge.sources.shopify.listing import FIRST_CHUNK
from tradegecko_bridge.sources.shopify.scopes import SCOPES

TEXTS = {
    name: queries.in_money(text, "presentment").replace("QUERY", '"x"')
    for name, text in vars(queries).items()
    if isinstance(text, str) and text.lstrip().startswith(("query ", "mutation "))
}
LARGEST = {"ids": ["1"] * FIRST_CHUNK, "first": 250}
"""What variables may be at most; those of SKUs are asked for fifty at a time."""
FOR = {
    "orders": {
        "ROWS",
        "NEWEST",
        "COUNT",
        "NAMED",
        "DETAILS",
        "REST_OF_LINES",
        "REFUNDED",
        "RETURNS",
        "REFUND",
        "REFUND_IDS",
        "REST_OF_REFUND",
        "RUN_BULK",
        "BULK",
    },
    "tracking": {
        "LOOK",
        "TO_SHIP",
        "REST_TO_SHIP",
        "PARCEL_IDS",
        "PARCEL",
        "REST_OF_PARCEL",
        "SHIP",
        "RENUMBER",
        "TAKE_BACK",
    },
    "receipts": {"NOTE", "STATE", "CANCEL"},
    "stock": {"LOCATIONS", "STOCK", "SET_STOCK"},
    "products": {"VARIANTS", "SET_PRODUCT", "SET_PRICES"},
}


@pytest.mark.parametrize("version", VERSIONS)
def test_they_are_understood(version: str) -> None:
    """By each version, and nothing in them will be gone in the next."""
    if reason := missing():
        require(reason)
    from tests.carts.shopify.schema import api

    assert len(TEXTS) > 20
    for name, text in TEXTS.items():
        _, wrong = api(version).document(text)
        assert not wrong, (name, wrong)
        assert not api(version).deprecated(text), name
        if name in ("STOCK", "VARIANTS"):
            assert api(version).cost(text, {"first": 50}) <= MOST
        else:
            assert 0 < api(version).cost(text, LARGEST) <= MOST, name


def test_the_scopes_we_name_are_enough() -> None:
    """For each capability, by what the schema's package says that each type and field needs; and each is needed."""
    if reason := missing():
        require(reason)
    from tests.carts.shopify.schema import api

    asked = set()
    for capability, names in FOR.items():
        held = {*SCOPES[capability], *SCOPES["orders"]}
        held |= {one.replace("write_", "read_", 1) for one in held}
        for name in names:
            for what, wanted in api(VERSIONS[0]).needed(TEXTS[name]):
                assert set(wanted) & held, f"{name}: {what} needs one of {wanted}"
                asked |= set(wanted) & held
    unspoken = {"write_orders"}  # metafields need it, which the package does not say
    assert {one for some in SCOPES.values() for one in some} <= asked | unspoken
    assert set(TEXTS) - {name for names in FOR.values() for name in names} == {
        *("LOOK_AT_BULK", "SCOPES", "HOOKS", "SUBSCRIBE")
    }
