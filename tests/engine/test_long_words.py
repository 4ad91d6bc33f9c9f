"""Whatever a system or a source says, however much of it: a person reads two thousand characters."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from tests.engine.bench import Bench, stranger
from tests.support import ListSource
from tradegecko_bridge import Sandbox, SqlStore, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.bounds import LONGEST_SAID
from tradegecko_bridge.commerce import ItemResult, Verdict
from tradegecko_bridge.commerce.clearing import LONGEST
from tradegecko_bridge.commerce.remote import OrderDraft, RemoteOrder
from tradegecko_bridge.engine.source_calls import offer
from tradegecko_bridge.errors import Rejected, SourceRefused, Unavailable

MEGABYTES = "said at length " * 200_000


class Talkative(TradeGeckoGateway):
    """Refuses every order with megabytes of text, in which it is quoted where a text is cut."""

    failure: type[Rejected] | type[Unavailable] = Rejected

    def create_order(self, draft: OrderDraft, **_: Any) -> RemoteOrder:
        raise self.failure("x" * (LONGEST - 8) + f" {draft.customer.email} " + MEGABYTES)


@pytest.mark.parametrize("failure", [Rejected, Unavailable])
def test_a_refusal_of_megabytes_is_kept_in_short(
    failure: type[Rejected] | type[Unavailable], sandbox: Sandbox, client: TradeGeckoClient, tmp_path: Path
) -> None:
    """In reasons, histories, reports and alerts; and no order is left on its way."""
    with SqlStore(f"sqlite:///{tmp_path / 'ledger.db'}") as store:
        gateway = Talkative(client, mirror=store.mirror)
        gateway.failure = failure
        orders = [stranger(f"zaphod{n}@example.com", str(1000 + n)) for n in range(2)]
        bench = Bench(sandbox, client, ListSource(orders), gateway=gateway, store=store)
        report = bench.deliver()
        entries = store.entries("shop")
        assert {str(entry.state) for entry in entries} <= {"held", "pending"}
        said = [event.why for entry in entries for event in store.history(entry.id)]
        said += [entry.reason.text for entry in entries if entry.reason]
        said += [alert.text for alert in store.alerts("shop")]
        said += [item.detail for item in report.items] + [str(problem) for problem in report.problems]
        assert 1000 < max(map(len, said)) <= LONGEST + 100
        assert len(json.dumps(report.as_dict())) < 10 * LONGEST
        assert "zap" not in "".join(said).lower()


class Chatty(ListSource):
    """A source that fails, or refuses what it is told, in megabytes."""

    def accept_tracking(self, shipments: Sequence[Any]) -> list[ItemResult]:
        return [ItemResult(key=str(one), verdict=Verdict.REFUSED, message=MEGABYTES) for one in shipments]

    def accept_stock(self, _: Sequence[Any]) -> list[ItemResult]:
        raise SourceRefused(MEGABYTES)


def test_so_is_what_a_source_says(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Of an item, of all of them, and of an order."""
    source = Chatty([evolve(stranger("ann@example.com", "1001"))])
    for accept in (source.accept_tracking, source.accept_stock):
        said = offer(source, accept, ["1", "2"], str, "accepting tracking")
        assert all(len(result.message) <= LONGEST_SAID + 100 for result in said.values())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "fetch_orders", lambda _: (_ for _ in ()).throw(SourceRefused(MEGABYTES)))
        bench = Bench(sandbox, client, source)
        report = bench.deliver()
    (alert,) = bench.store.alerts("shop")
    assert max(len(alert.text), *(len(str(problem)) for problem in report.problems)) <= LONGEST_SAID + 200
