"""What a source may have beyond orders: notes, things nobody can read, receipts to be told again, all stock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from tests.engine.bench import Bench
from tests.engine.test_in_memory import HOUR, Desk, closed, order, orders
from tests.support import ListSource, accepted
from tradegecko_bridge import Sandbox, TradeGeckoClient
from tradegecko_bridge.commerce import DeliveryReceipt, ItemResult, SourceOrder, StockLevel, UnreadableOrder, Verdict

__all__ = ["closed"]

ODD = UnreadableOrder(problem="notes.pdf: Ann Lee's, take it out of here", cursor="1")


class Noting(ListSource):
    """A source with notes."""

    notes: Sequence[str] = ()

    def take_notes(self) -> Sequence[str]:
        notes, self.notes = self.notes, ()
        return notes


def test_notes_of_a_source_are_notes_of_the_report() -> None:
    """Once, also of a dry run; they are no problem."""
    source = Noting([order()])
    desk = Desk(source=source)
    source.notes = ["row 6: a totals row, passed over", "x" * 5000]
    dry = desk.engine.deliver_orders(dry_run=True)
    assert dry.notes[0] == "row 6: a totals row, passed over"
    assert len(dry.notes[1]) < 2500
    assert dry
    source.notes = ["again"]
    assert desk.run().notes == ["again"]
    assert desk.run().notes == []


def test_a_source_that_fails_at_its_notes_is_told() -> None:
    """The orders go through."""

    class Failing(Noting):
        def take_notes(self) -> Sequence[str]:
            raise OSError

    report = Desk(source=Failing([order()])).run()
    assert "while telling its notes: a fault in the source" in report.problems[0]
    assert [item.name for item in report.items] == ["1"]


def test_what_no_order_stands_for_is_an_alert_until_it_is_gone() -> None:
    """It has no place in the ledger, and nothing of what the source said is kept."""

    class Folder(ListSource):
        def fetch_orders(self, after: str | None) -> Iterable[SourceOrder | UnreadableOrder]:
            return self.orders

    source = Folder([ODD])
    desk = Desk(source=source)
    report = desk.run()
    assert report.problems == [ODD.problem]
    (alert,) = report.alerts
    assert (alert.key, alert.is_open) == ("source deliver orders unread", True)
    assert "Ann" not in alert.text
    assert (desk.run(after=HOUR).alerts, len(desk.store.alerts("shop"))) == ([], 1)
    source.orders.clear()
    assert [one.is_open for one in desk.run(after=HOUR).alerts] == [False]


# ── receipts ─────────────────────────────────────────────────────────────────────────────────


class Telling(ListSource):
    """A source that answers its receipts with what is next."""

    def __init__(self, *verdicts: Verdict) -> None:
        super().__init__(orders(2))
        self.verdicts = list(verdicts)

    def accept_receipts(self, receipts: Sequence[DeliveryReceipt]) -> Iterable[ItemResult]:
        self.receipts += receipts
        verdict = self.verdicts.pop(0) if self.verdicts else Verdict.ACCEPTED
        return [ItemResult(key=one.order_reference, verdict=verdict, message="disk full") for one in receipts]


def test_a_receipt_that_failed_is_told_again() -> None:
    """As it was, by each run until it is taken; one that is refused is not."""
    source = Telling(Verdict.FAILED, Verdict.FAILED)
    desk = Desk(source=source)
    assert desk.run().problems == ["receipts: disk full"]
    first = list(source.receipts)
    assert len(first) == 2
    for problems in (["receipts: disk full"], [], []):
        source.receipts.clear()
        report = desk.run(after=HOUR)
        assert report.problems == problems
    assert source.receipts == []
    desk = Desk(source=Telling(Verdict.FAILED))
    desk.run()
    desk.source.receipts.clear()
    desk.source.orders.append(orders(3)[2])
    desk.run(after=HOUR)
    assert sorted(receipt.order_reference for receipt in desk.source.receipts) == ["1", "2", "3"]
    refused = Desk(source=Telling(Verdict.REFUSED))
    refused.run()
    refused.source.receipts.clear()
    refused.run(after=HOUR)
    assert refused.source.receipts == []


def test_a_receipt_outlives_the_run_that_owes_it() -> None:
    """The program ends after the order was delivered and before the source was told: the next run tells it, once."""

    class Killed(BaseException):
        pass

    class Dies(ListSource):
        dies = True

        def accept_receipts(self, receipts: Sequence[DeliveryReceipt]) -> Iterable[ItemResult]:
            if self.dies:
                raise Killed
            return super().accept_receipts(receipts)

    source = Dies([order()])
    desk = Desk(source=source)
    with pytest.raises(Killed):
        desk.run()
    source.dies = False
    for _ in range(2):
        assert desk.run(after=HOUR)
        assert [receipt.order_reference for receipt in source.receipts] == ["1"]


# ── all stock ────────────────────────────────────────────────────────────────────────────────


class Shelf(ListSource):
    """A source that takes all stock at once when it wants to."""

    wants: object = False

    def __init__(self) -> None:
        super().__init__()
        self.at_once: list[Sequence[StockLevel]] = []

    def wants_all_stock(self) -> bool:
        if isinstance(self.wants, bool):
            return self.wants
        raise OSError

    def accept_all_stock(self, levels: Sequence[StockLevel]) -> Iterable[ItemResult]:
        self.at_once.append(levels)
        return [self.answer(level.sku) for level in levels]


@pytest.fixture
def shelf(sandbox: Sandbox, client: TradeGeckoClient) -> Bench:
    return Bench(sandbox, client, Shelf())


def skus(levels: Sequence[StockLevel]) -> list[str]:
    return sorted(level.sku for level in levels)


def test_all_stock_comes_at_once_when_it_is_wanted(shelf: Bench) -> None:
    """By the source or by a person; changes are told beside it, each once."""
    source = shelf.source
    assert isinstance(source, Shelf)
    assert shelf.engine.sync_inventory()
    known = skus(source.levels)
    assert {"MUG-BLUE", "TEE-M"} <= set(known)
    assert source.at_once == []
    source.wants = True
    assert shelf.engine.sync_inventory()
    assert [skus(levels) for levels in source.at_once] == [known]
    source.wants = False
    assert shelf.engine.sync_inventory(full=True)
    assert [skus(levels) for levels in source.at_once] == [known] * 2
    assert skus(source.levels) == known
    source.wants = True
    shelf.engine.sync_inventory(dry_run=True)
    assert len(source.at_once) == 2


def test_a_source_that_fails_at_all_stock_is_told(shelf: Bench) -> None:
    """What changed was told."""
    source = shelf.source
    assert isinstance(source, Shelf)
    source.wants = "maybe"
    assert "while asking whether it wants all stock: a fault" in shelf.engine.sync_inventory().problems[0]
    source.wants = True
    source.answer = lambda key: ItemResult(key=key, verdict=Verdict.FAILED, message="disk full")
    assert shelf.engine.sync_inventory().problems == ["all stock levels: disk full"]
    source.answer = accepted
    assert shelf.engine.sync_inventory()
