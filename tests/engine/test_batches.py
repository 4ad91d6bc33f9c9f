"""What is worked out once for a whole batch neither goes stale nor concerns more than its own order."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from attrs import evolve

from tests.engine.bench import Bench, detail, outcomes, stranger
from tests.support import ListSource
from tradegecko_bridge import Decisions, Sandbox, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import Totals, UnreadableOrder
from tradegecko_bridge.commerce.remote import RemoteOrder
from tradegecko_bridge.engine import ConnectionSettings, Outcome
from tradegecko_bridge.engine.context import Progress
from tradegecko_bridge.errors import StoreBusy, Unavailable
from tradegecko_bridge.ledger import Alert, OrderState
from tradegecko_bridge.testing.builders import a_line, an_order


def strangers(number: int) -> ListSource:
    return ListSource([stranger(f"c{n}@example.com", f"N{n}") for n in range(1, number + 1)])


@pytest.mark.parametrize("amount", ["1E+30", "-1E+40", "9" * 40])
def test_an_impossible_amount_that_the_settings_leave_out_holds_its_own_order(
    sandbox: Sandbox, client: TradeGeckoClient, amount: str
) -> None:
    """The others of its batch go out, and the reason says which line is meant."""
    lines = [a_line(), a_line("", quantity=amount, reference="free")]
    bench = Bench(sandbox, client, strangers(3), settings=ConnectionSettings(ignore_blank_skus=True))
    bench.source.orders[1] = an_order("N2", lines, totals=Totals(grand_total=Decimal("36.72")))
    report = bench.deliver()
    assert outcomes(report) == {"N1": Outcome.DELIVERED, "N2": Outcome.HELD, "N3": Outcome.DELIVERED}
    assert "line free: quantity" in detail(report, "N2")


def test_a_number_taken_while_the_batch_is_on_its_way_is_noticed(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """What was free when the batch was planned is asked again once that is a while ago."""
    made = count()

    def on_progress(progress: Progress) -> None:
        if progress.operation == "deliver orders" and next(made) == 1:
            client.orders.create(
                {"company_id": 2, "shipping_address_id": 1, "issued_at": "2026-11-02", "order_number": "N7"}
            )
            bench.clock.move(minutes=6)

    source = strangers(9)
    first, rest = source.orders[:1], source.orders[1:]
    source.orders = first
    bench = Bench(sandbox, client, source, in_flight=1, on_progress=on_progress)
    bench.deliver()
    source.orders = rest
    report = bench.deliver()
    assert {name for name, outcome in outcomes(report).items() if outcome is not Outcome.DELIVERED} == {"N7"}
    assert "another order 'N7'" in detail(report, "N7")
    assert len(list(client.orders.list(order_number="N7"))) == 1


def test_a_dry_run_stops_where_a_run_does(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """No use in asking for every order once several in a row could not be looked for."""
    looks = count()

    class Down(TradeGeckoGateway):
        def find_orders(self, number: str, marker: str = "") -> Sequence[RemoteOrder]:
            next(looks)
            raise Unavailable("no answer")

    bench = Bench(sandbox, client, strangers(30), gateway=Down(client), in_flight=1)
    dry = bench.engine.deliver_orders(dry_run=True)
    assert next(looks) == 3
    run = bench.engine.deliver_orders()
    assert dry.problems == run.problems == ["stopped after 3 failures in a row, the last: no answer"]
    assert outcomes(dry) == dict.fromkeys(("N1", "N2", "N3"), Outcome.WAITING)
    assert outcomes(dry).items() <= outcomes(run).items()


@pytest.mark.parametrize("distance", [1, 250])
def test_a_dry_run_foresees_who_comes_second(sandbox: Sandbox, client: TradeGeckoClient, distance: int) -> None:
    """Two orders with one number: the second is held; one order given twice is counted once."""
    source = strangers(distance)
    source.orders.append(evolve(source.orders[0], reference="another"))
    source.orders.append(source.orders[1 if distance > 1 else 0])
    bench = Bench(sandbox, client, source)
    dry = bench.engine.deliver_orders(dry_run=True)
    run = bench.engine.deliver_orders()
    for report in (dry, run):
        assert [item.name for item in report.items if item.outcome is Outcome.HELD] == ["N1"]
        assert [item.facts["reason"] for item in report.items if item.outcome is Outcome.HELD] == ["number_taken"]
        assert (report.ingested, report.unchanged) == (distance + 1, 1)


def test_a_ledger_that_fails_at_the_end_of_a_run_is_alerted(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """What is remembered of the account is written then."""
    heard: list[Alert] = []
    bench = Bench(sandbox, client, strangers(1), on_alert=heard.append)
    mirror: Any = bench.store.mirror

    class Full:
        def __getattr__(self, name: str) -> Any:
            return getattr(mirror, name)

        def write(self, *written: Any, progress: Any = None) -> None:
            if progress is None:
                raise StoreBusy("the ledger is busy")
            mirror.write(*written, progress=progress)

    full: Any = Full()
    bench = Bench(sandbox, client, strangers(1), on_alert=heard.append, gateway=TradeGeckoGateway(client, mirror=full))
    with pytest.raises(StoreBusy):
        bench.deliver()
    assert [alert.key for alert in heard] == ["ledger"]


def test_what_waits_or_is_in_doubt_is_no_success(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Every run says so until it is settled, the dry run too."""
    sandbox.fault("POST", "/orders", "drop_after_commit")
    sandbox.fault("POST", "/orders", "visible_late", seconds=3600)
    bench = Bench(sandbox, client, strangers(1))
    assert not bench.deliver()
    assert bench.state("N1") is OrderState.UNCERTAIN
    for dry_run in (False, True):
        report = bench.engine.deliver_orders(dry_run=dry_run)
        assert outcomes(report) == {"N1": Outcome.UNCERTAIN}
        assert "; next " in detail(report, "N1")
        assert not report


def test_what_somebody_canceled_is_not_held_any_more(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """However often its source gives it unreadable, run and dry run are silent about it."""
    torn = UnreadableOrder(reference="7", number="7", problem="row 12: no price")
    bench = Bench(sandbox, client, ListSource([torn]))
    assert outcomes(bench.deliver()) == outcomes(bench.deliver()) == {"7": Outcome.HELD}
    Decisions(bench.store, who="ann", clock=bench.clock).cancel(bench.store.entries(), "cleanup")
    assert outcomes(bench.engine.deliver_orders(dry_run=True)) == outcomes(bench.deliver()) == {}
