"""What comes over the wire is not believed without a mark, and one order's trouble is its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import httpx
import pytest
from attrs import evolve

from tests.engine.bench import Bench, detail, outcomes, stranger
from tests.support import ListSource
from tradegecko_bridge import MemoryStore, Sandbox, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce.remote import OrderDraft, RemoteOrder, RemoteVariant
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.engine.delivery import planner
from tradegecko_bridge.engine.mapping.plan import OrderPlan, PreparedOrder, plan
from tradegecko_bridge.errors import OutcomeUnknown, Unavailable
from tradegecko_bridge.ledger import OrderState, Reason
from tradegecko_bridge.testing.builders import an_order


class Mixed(TradeGeckoGateway):
    """The answer to the ``nth`` creation is another order's."""

    nth, count = 2, 0

    def create_order(self, draft: OrderDraft, *, key: str, customer_id: str | None, **may: Any) -> RemoteOrder:
        made = super().create_order(draft, key=key, customer_id=customer_id, **may)
        self.count += 1
        return RemoteOrder(id="1", number="another", marker="another") if self.count == self.nth else made


def strangers(count: int) -> ListSource:
    return ListSource([stranger(f"c{n}@example.com", str(n)) for n in range(1, count + 1)])


def test_an_answer_about_another_order_is_none(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The order is looked for and found; every entry has the id of its own order."""
    bench = Bench(sandbox, client, strangers(4), gateway=Mixed(client), in_flight=1)
    report = bench.deliver()
    assert sorted(outcomes(report).values()) == [Outcome.ADOPTED, *[Outcome.DELIVERED] * 3]
    ids = {order.order_number: str(order.id) for order in bench.remote()}
    assert {entry.number: entry.remote_id for entry in bench.store.entries()} == ids


def test_tradegeckos_answer_counts_only_with_our_marker() -> None:
    """Connections and proxies mix answers up; one about another order is as good as none."""

    def answer(request: httpx.Request) -> httpx.Response:
        lists: dict[str, list[object]] = {"tax_types": [], "orders": []}
        if request.method == "GET":
            name = request.url.path.strip("/")
            return httpx.Response(200, json={name: lists[name]}, headers={"X-Pagination": '{"last_page": true}'})
        order = {"id": 7, "order_number": "1", "source_url": "#tgb-another"}
        return httpx.Response(201, json={"order": order})

    draft = _draft("1")
    with (
        TradeGeckoClient("token", base_url="https://api.example", transport=httpx.MockTransport(answer)) as mocked,
        pytest.raises(OutcomeUnknown, match="the answer is about another order, 7"),
    ):
        TradeGeckoGateway(mocked).create_order(draft, key="k", customer_id=None)


def _draft(number: str) -> OrderDraft:
    address = an_order(number).shipping_address
    assert address is not None
    return OrderDraft(
        number=number,
        reference=number,
        marker=f"mark-{number}",
        status="active",
        issued_on=an_order().placed_at.date(),
        currency="CAD",
        shipping_address=address,
        lines=(),
    )


@pytest.mark.parametrize("answers", [[False], [True, False]])
def test_what_may_not_leave_any_more_does_not(sandbox: Sandbox, client: TradeGeckoClient, answers: list[bool]) -> None:
    """Asked before the request is handed over, and once more when its first byte is about to leave."""
    gateway, asked = TradeGeckoGateway(client), iter(answers)
    with pytest.raises(Unavailable, match="kept waiting for too long"):
        gateway.create_order(_draft("1"), key="k", customer_id=None, may_leave=lambda: next(asked))
    assert not [request for request in sandbox.requests() if request["method"] == "POST"]
    assert list(asked) == []


def test_a_worker_that_stood_still_sends_nothing(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """It wrote its intent, waited for the rate limit, and was stopped until its claim had run out."""

    class Stopped(TradeGeckoGateway):
        def create_order(self, draft: OrderDraft, *, key: str, customer_id: str | None, **may: Any) -> RemoteOrder:
            bench.clock.move(minutes=20)
            return super().create_order(draft, key=key, customer_id=customer_id, **may)

    bench = Bench(sandbox, client, ListSource([an_order("1001")]), gateway=Stopped(client))
    assert outcomes(bench.engine.deliver_orders()) == {"1001": Outcome.WAITING}
    assert bench.remote() == []


def test_an_id_that_another_entry_has_is_the_orders_own_trouble(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The account is another one than before: its ids begin anew. The rest goes on, and an alert says so."""
    bench = Bench(sandbox, client, strangers(1), in_flight=1)
    bench.deliver()
    (first,) = bench.store.entries()
    sandbox.reset()
    bench.source.orders = strangers(3).orders[1:]
    report = bench.deliver()
    states = {entry.number: (entry.state, entry.reason and entry.reason.code) for entry in bench.store.entries()}
    assert states == {
        "1": (OrderState.DELIVERED, None),
        "2": (OrderState.UNCERTAIN, "id_in_use"),
        "3": (OrderState.DELIVERED, None),
    }
    assert f"delivered as {first.remote_id} already" in detail(report, "2")
    assert report.problems == []
    assert "uncertain id" in [alert.key for alert in bench.store.alerts()]
    assert bench.deliver().problems == [], "nor does it stop the next run"
    assert len(bench.remote()) == 2


@pytest.mark.parametrize("when", ["create before", "create after", "find_orders", "find_customer"])
def test_a_fault_in_a_gateway_concerns_one_order(sandbox: Sandbox, client: TradeGeckoClient, when: str) -> None:
    """Whatever it raises; what it says may name somebody, so only its type and place are told."""

    class Faulty(TradeGeckoGateway):
        def create_order(self, draft: OrderDraft, *, key: str, customer_id: str | None, **may: Any) -> RemoteOrder:
            if when == "create before" and draft.number == "2":
                raise ValueError("Ann Lee")
            made = super().create_order(draft, key=key, customer_id=customer_id, **may)
            if when == "create after" and draft.number == "2":
                raise ValueError("Ann Lee")
            return made

        def find_orders(self, number: str, marker: str = "") -> Sequence[RemoteOrder]:
            if when == "find_orders" and number == "2":
                raise ValueError("Ann Lee")
            return super().find_orders(number, marker)

        def find_customer(self, customer: Any, **options: Any) -> str | None:
            if when == "find_customer" and customer.email == "c2@example.com":
                raise ValueError("Ann Lee")
            return super().find_customer(customer, **options)

    bench = Bench(sandbox, client, strangers(4), gateway=Faulty(client), in_flight=1)
    report = bench.deliver()
    assert outcomes(report) == {
        **dict.fromkeys("134", Outcome.DELIVERED),
        "2": {"create after": Outcome.ADOPTED, "create before": Outcome.UNCERTAIN}.get(when, Outcome.WAITING),
    }
    assert "Ann" not in str(report.as_dict())
    assert len(bench.remote()) == (4 if when == "create after" else 3)


def test_a_fault_in_a_gateways_lists_ends_one_operation(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """A problem of that run, not an exception of the engine's."""

    class Faulty(TradeGeckoGateway):
        def find_variants(self, skus: Collection[str]) -> Mapping[str, Sequence[RemoteVariant]]:
            raise KeyError("Ann Lee")

        def stock(self) -> Any:
            yield from list(super().stock())[:1]
            raise KeyError("Ann Lee")

    bench = Bench(sandbox, client, strangers(1), gateway=Faulty(client))
    for report in bench.engine.run():
        if report.operation != "sync tracking":
            assert [problem.split(" at ")[0] for problem in report.problems] == ["KeyError"]
    assert bench.state("1") is OrderState.PENDING


def test_a_fault_of_ours_in_planning_holds_one_order(
    sandbox: Sandbox, client: TradeGeckoClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a reason that names the place; it goes out as soon as the fault is gone."""

    def faulty(prepared: PreparedOrder, *rest: Any) -> OrderPlan | Reason:
        if prepared.order.number == "2":
            raise ZeroDivisionError("Ann Lee")
        return plan(prepared, *rest)

    bench = Bench(sandbox, client, strangers(3))
    with monkeypatch.context() as patch:
        patch.setattr(f"{planner.__name__}.plan", faulty)
        report = bench.deliver()
    assert outcomes(report) == {"1": Outcome.DELIVERED, "2": Outcome.HELD, "3": Outcome.DELIVERED}
    assert "ZeroDivisionError at " in detail(report, "2")
    assert "Ann" not in detail(report, "2")
    assert outcomes(bench.deliver()) == {"2": Outcome.DELIVERED}


def test_an_order_of_ours_that_was_voided_is_told_as_such(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Its answer was lost, and somebody voided it before it was found; nothing is done to it."""

    class Lost(TradeGeckoGateway):
        def create_order(self, draft: OrderDraft, *, key: str, customer_id: str | None, **may: Any) -> RemoteOrder:
            made = super().create_order(draft, key=key, customer_id=customer_id, **may)
            client.orders.void(int(made.id))
            raise OutcomeUnknown("no answer")

    bench = Bench(sandbox, client, ListSource([evolve(an_order("1001"))]), gateway=Lost(client), store=MemoryStore())
    report = bench.deliver()
    assert outcomes(report) == {"1001": Outcome.ADOPTED}
    assert detail(report, "1001").endswith(", and is void")
    assert "is void" in bench.store.history(bench.store.entries()[0].id)[-1].why
