"""The account's stock as the gateway remembers it: true, and at few requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import HandClock, examples
from tradegecko_bridge import MemoryStore, Sandbox, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import VariantStock
from tradegecko_bridge.tradegecko.gateway import stock_copy

A_DAY = timedelta(days=1)


class Copy:
    """A gateway that remembers, and one that does not."""

    def __init__(self, sandbox: Sandbox, client: TradeGeckoClient) -> None:
        self.sandbox, self.client, self.clock = sandbox, client, HandClock()
        self.store = MemoryStore()
        self.gateway = TradeGeckoGateway(client, mirror=self.store.mirror, clock=self.clock)
        self.plain = TradeGeckoGateway(client)
        self.calls = 0

    def read(self, age: timedelta = A_DAY) -> dict[str, VariantStock]:
        """One pass, an hour after the last; without the moments, which only a copy has."""
        self.clock.move(hours=1)
        self.sandbox.advance(3600)
        with self.gateway.session():
            before = self.gateway.calls
            found = list(self.gateway.stock_within(age, self.clock()))
            self.calls = self.gateway.calls - before
        assert len(found) == len({one.variant_id for one in found})
        return {one.variant_id: evolve(one, as_of=None) for one in found}

    def truth(self) -> dict[str, VariantStock]:
        return {one.variant_id: one for one in self.plain.stock()}

    def adjust(self, sku: str, units: int, location: int = 1) -> None:
        """Somebody counts again."""
        (variant,) = self.client.variants.list(sku=sku)
        line = {"variant_id": variant.id, "quantity": units, "price": 1}
        self.client.stock_adjustments.create(
            {"stock_location_id": location, "reason": "shrinkage", "stock_adjustment_line_items": [line]}
        )


@pytest.fixture
def copy(sandbox: Sandbox, client: TradeGeckoClient) -> Copy:
    """One that has read everything, of which only one variant has changed lately."""
    copy = Copy(sandbox, client)
    assert copy.read() == copy.truth()
    copy.adjust("TEE-M", 1)
    assert copy.read() == copy.truth()
    return copy


def test_what_changed_is_read_and_nothing_else(copy: Copy) -> None:
    """One request where nothing did."""
    copy.read()
    copy.clock.move(minutes=-50)
    copy.read()
    assert copy.calls <= 2
    copy.adjust("MUG-BLUE", 7)
    assert copy.read() == copy.truth()
    assert copy.calls <= 2


def test_what_is_older_than_it_may_be_is_read_again(sandbox: Sandbox, copy: Copy) -> None:
    """Where stock changes without a sign, within the time that is set; then it is known, and everything is read."""
    sandbox.set_switch("stock_change_touches_variant", False)
    copy.adjust("MUG-BLUE", 7)
    assert copy.read() != copy.truth()
    copy.clock.move(hours=24)
    assert copy.read() == copy.truth()
    copy.adjust("MUG-RED", 3)
    assert copy.read() == copy.truth(), "at once"
    sandbox.set_switch("stock_change_touches_variant", True)
    copy.clock.move(hours=48)
    copy.read()
    copy.clock.move(minutes=-59)
    copy.read()
    assert copy.calls == 1, "it is trusted again"


def test_what_somebody_says_has_changed_is_looked_at(sandbox: Sandbox, copy: Copy) -> None:
    """Also where nothing shows it: as webhooks do."""
    sandbox.set_switch("stock_change_touches_variant", False)
    copy.adjust("MUG-BLUE", 7)
    (variant,) = copy.client.variants.list(sku="MUG-BLUE")
    copy.gateway.stock_changed([str(variant.id), "999999"])
    assert copy.read() == copy.truth()


def test_all_of_it_at_once(sandbox: Sandbox, copy: Copy) -> None:
    """Where no age is allowed."""
    sandbox.set_switch("stock_change_touches_variant", False)
    copy.adjust("MUG-BLUE", 7)
    assert copy.read(timedelta(0)) == copy.truth()


def test_rows_are_read_in_rounds(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few with each pass, evenly, and all within the age."""
    monkeypatch.setattr(stock_copy, "IDS_A_CALL", 2)
    passes = [(copy.read(), copy.calls)[1] for _ in range(24)]
    rows = len(list(copy.client.variants.list(status=["active", "archived"])))
    assert max(passes) <= 1 + -(-rows // 2) // 24 + 2
    assert sum(passes) >= 24 + rows // 2


def test_what_lists_of_changes_never_showed_is_found(copy: Copy) -> None:
    """At the end of a round."""
    account = copy.gateway._mirror.account
    lost = copy.store.mirror.rows(account, "stock", limit=2)
    copy.store.mirror.drop(account, "stock", [row.id for row in lost])
    assert copy.read() != copy.truth()
    copy.clock.move(hours=24)
    copy.read()
    assert copy.read() == copy.truth()


def test_what_is_gone_is_forgotten(sandbox: Sandbox, copy: Copy) -> None:
    """Archived, deleted, without a SKU."""
    variants = {variant.sku: variant.id for variant in copy.client.variants.list()}
    copy.client.variants.delete(variants["MUG-BLUE"])
    copy.client.variants.update(variants["MUG-RED"], {"sku": ""})
    found = copy.read()
    assert found == copy.truth()
    assert not {str(variants["MUG-BLUE"]), str(variants["MUG-RED"])} & found.keys()


def test_bundles_come_with_their_parts(copy: Copy) -> None:
    """As the account says what they are made of."""
    copy.clock.move(hours=1)
    with copy.gateway.session():
        found = {one.sku: one for one in copy.gateway.stock_within(A_DAY, copy.clock())}
    ids = {sku: one.variant_id for sku, one in found.items()}
    parts = {(row.component_sku, row.quantity) for row in copy.client.composition.list(sku="MUG-SET")}
    assert parts
    assert set(found["MUG-SET"].parts) == {(ids[sku or ""], quantity) for sku, quantity in parts}


STEPS: dict[str, Callable[[Copy, int], Any]] = {
    "adjust": lambda copy, n: copy.adjust(["MUG-BLUE", "MUG-RED", "TEE-M"][n % 3], n - 5 or 1, 1 + n % 2),
    "pass": lambda copy, _: copy.read(),
    "wait": lambda copy, n: copy.clock.move(hours=n),
}


@settings(max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 9)), max_size=8), signs=st.booleans())
def test_whatever_happens_it_is_true_within_its_age(
    sandbox: Sandbox, client: TradeGeckoClient, steps: list[tuple[str, int]], *, signs: bool
) -> None:
    """At once where the account shows what changed, and within a day where it does not."""
    sandbox.reset()
    sandbox.set_switch("stock_change_touches_variant", signs)
    copy = Copy(sandbox, client)
    copy.read()
    for step, n in steps:
        STEPS[step](copy, n)
    if not signs:
        copy.clock.move(hours=24)
    assert copy.read() == copy.truth()


def test_a_moment_comes_with_each(sandbox: Sandbox, copy: Copy) -> None:
    """When it was read: what was not asked for again keeps the older one."""
    first = copy.clock()
    copy.adjust("MUG-BLUE", 7)
    copy.clock.move(hours=1)
    sandbox.advance(3600)
    at: datetime = copy.clock()
    with copy.gateway.session():
        found = {one.sku: one.as_of for one in copy.gateway.stock_within(A_DAY, at)}
    assert found["MUG-BLUE"] == at
    assert min(filter(None, found.values())) == first
