"""One identity for an order: whatever characters its source's reference has, two never become one."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st

from tests.engine.bench import Bench, outcomes, stranger
from tests.support import ListSource
from tradegecko_bridge import Sandbox, TradeGeckoClient
from tradegecko_bridge.commerce import DeliveryReceipt, ItemResult, Verdict
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.engine.keys import idempotency_key, marker, original_reference, storable_reference

ODD = ("gid://\ud800", "gid://\ud801", "gid://\0", "gid://\ufffd", "gid://\ufffdd800;", "gid://\ufffd0000;")
REFERENCES = st.text(st.sampled_from("\0\ud800\udfff\ufffd08dfa;x"), max_size=12) | st.text(
    st.characters(), max_size=12
)


@given(REFERENCES)
@example("\ufffdd800;")
@example("\ufffd\ufffd0000;0000;")
def test_a_reference_can_be_stored_and_given_back(reference: str) -> None:
    stored = storable_reference(reference)
    assert original_reference(stored) == reference
    assert "\0" not in stored
    stored.encode()
    assert marker("shop", stored)
    assert idempotency_key("shop", stored, 1)


@given(REFERENCES)
def test_an_ordinary_reference_stays_as_it_is(reference: str) -> None:
    """So that ledgers of earlier versions find their orders."""
    if not any(letter in "\0\ufffd" or "\ud800" <= letter <= "\udfff" for letter in reference):
        assert storable_reference(reference) == reference


def test_each_is_an_order_of_its_own_and_its_source_hears_of_it_as_it_said(
    sandbox: Sandbox, client: TradeGeckoClient
) -> None:
    told: list[str] = []

    class Listening(ListSource):
        def accept_receipts(self, receipts: Sequence[DeliveryReceipt]) -> list[ItemResult]:
            told.extend(receipt.order_reference for receipt in receipts)
            return [ItemResult(key=one.order_reference, verdict=Verdict.ACCEPTED) for one in receipts]

    orders = [evolve(stranger(f"c{n}@example.com", str(n)), reference=reference) for n, reference in enumerate(ODD, 1)]
    bench = Bench(sandbox, client, Listening(orders))
    for _ in range(2):
        report = bench.deliver()
        assert report.problems == []
    assert len(bench.remote()) == len(bench.store.entries()) == len(ODD)
    assert told == list(ODD)


def test_an_order_of_an_earlier_version_is_known(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Which stored several odd references as one, and the first order that had it."""
    first, second = (evolve(stranger(f"c{n}@example.com", str(n)), reference=ODD[n]) for n in (0, 1))
    bench = Bench(sandbox, client, ListSource([]))
    bench.store.ingest("shop", [first], at=bench.clock())
    assert bench.store.entries()[0].reference == "gid://\ufffd"
    bench.source.orders = [first, second]
    assert outcomes(bench.deliver()) == {"0": Outcome.DELIVERED, "1": Outcome.DELIVERED}
    assert len(bench.remote()) == len(bench.store.entries()) == 2
