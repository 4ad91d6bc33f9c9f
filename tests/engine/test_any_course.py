"""Whatever source and system do to delivered orders, and people answer: what is different at the end has one open alert
or was decided, and no alert is without a difference."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from attrs import define, evolve, field, frozen
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.test_one_decision import Account
from tests.support import HandClock, ListSource
from tradegecko_bridge import Answers, ConnectionSettings, SqlStore, SyncEngine
from tradegecko_bridge.commerce import Address, Customer, SourceOrder
from tradegecko_bridge.commerce.remote import ChangedOrders, CustomerMatch, OrderDraft, RemoteOrder
from tradegecko_bridge.engine.report import DIFFERS
from tradegecko_bridge.ledger import LedgerEntry
from tradegecko_bridge.testing.builders import a_line, an_order

NUMBERS = ("1", "2")
Said = tuple[bool, bool, int, bool]
"""What the source says of an order: canceled, refunded, units, with another note."""
There = tuple[str, str, bool]
"""What the system says of it: number, total, void."""
AS_SENT: Said = (False, False, 1, False)


@frozen
class Drifting(Account):
    """Tells what has changed in it, by a running number."""

    by_id: dict[str, RemoteOrder] = field(factory=dict)
    log: list[str] = field(factory=list)

    def put(self, order: RemoteOrder) -> None:
        self.by_id[order.id] = order
        self.log.append(order.id)

    def create_order(self, draft: OrderDraft, *, key: str, customer_id: str | None, **may: Any) -> RemoteOrder:
        made = RemoteOrder(id=f"9{draft.number}", number=draft.number, marker=draft.marker, total=Decimal(10))
        self.put(made)
        return made

    def find_customer(self, customer: Customer, *, billing: Address | None, match: CustomerMatch) -> str | None:
        return "5"

    def perform_action(self, order_id: str, action: str, *, key: str, method: str | None = None) -> None:
        self.put(evolve(self.by_id[order_id], gone=True))

    def completed_actions(self, order_id: str) -> Collection[str]:
        return ["void"] if self.by_id[order_id].gone else []

    def changed_orders(self, cursor: str | None) -> ChangedOrders:
        ids: Sequence[str] = self.log[int(cursor or len(self.log)) :][:1]
        at = int(cursor or len(self.log)) + len(ids)
        return ChangedOrders(orders=[self.by_id[id_] for id_ in ids], cursor=str(at), whole=at == len(self.log))


@define
class World:
    """A shop with two orders, and what is true of them."""

    store: SqlStore
    on_cancel: str
    account: Drifting = field(factory=Drifting)
    source: ListSource = field(factory=ListSource)
    clock: HandClock = field(factory=HandClock)
    said: dict[str, Said] = field(factory=dict)
    decided: dict[str, tuple[Said, There]] = field(factory=dict)
    """What was true when somebody accepted it."""
    read: int = 0

    def order(self, number: str) -> SourceOrder:
        canceled, refunded, units, noted = self.said[number]
        return an_order(
            number,
            [a_line("MUG", units)],
            canceled_at=datetime(2026, 11, 3, tzinfo=UTC) if canceled else None,
            payment_status="refunded" if refunded else "paid",
            note="ring" if noted else None,
            cursor=f"{len(self.source.orders):06}",
        )

    def say(self, number: str, said: Said) -> None:
        self.said[number] = said
        self.source.orders.append(self.order(number))

    def there(self, number: str) -> There:
        order = self.account.by_id[f"9{number}"]
        return order.number, str(order.total), order.gone

    def run(self) -> None:
        """As often as it takes until all changes were read."""
        news = len(self.account.log) - self.read
        self.read = len(self.account.log)
        for _ in range(news + 1):
            self.clock.move(hours=3)
            settings = ConnectionSettings(on_cancel=self.on_cancel)  # type: ignore[arg-type]
            engine = SyncEngine(
                "shop",
                source=self.source,
                gateway=self.account,
                store=self.store,
                settings=settings,
                clock=self.clock,
                worker="tester",
            )
            assert engine.deliver_orders()
        for number in NUMBERS:
            if not self.differs(number):
                self.decided.pop(number, None)
        self.check()

    def differs(self, number: str) -> bool:
        canceled, refunded, _, _ = said = self.said[number]
        there = self.there(number)
        if there[2] and (canceled or refunded):
            return False
        return said != AS_SENT or there != (number, "10", False)

    def check(self) -> None:
        is_open = sorted(one.key.removeprefix(DIFFERS) for one in self.store.alerts())
        expected = [
            number
            for number in NUMBERS
            if self.differs(number) and self.decided.get(number) != (self.said[number], self.there(number))
        ]
        assert is_open == expected

    def entry(self, number: str) -> LedgerEntry:
        (entry,) = self.store.entries("shop", reference=f"ref-{number}") or self.store.entries("shop", number=number)
        return entry

    def accept(self, number: str) -> None:
        (answer,) = Answers(self.store, who="ann", clock=self.clock).accept([self.entry(number)], "so")
        assert bool(answer) is self.differs(number)
        if answer:
            self.decided[number] = self.said[number], self.there(number)

    def void(self, number: str, *, force: bool) -> None:
        canceled, refunded, _, _ = self.said[number]
        (answer,) = Answers(self.store, who="ann", clock=self.clock).void(
            [self.entry(number)],
            "so",
            self.account,
            force=force,
        )
        assert bool(answer) is (force or canceled or refunded or self.there(number)[2])
        if answer and self.differs(number):
            self.decided[number] = self.said[number], self.there(number)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(NUMBERS),
        st.one_of(
            st.tuples(st.just("say"), st.tuples(st.booleans(), st.booleans(), st.sampled_from((1, 5)), st.booleans())),
            st.tuples(st.just("say"), st.just(AS_SENT)),
            st.tuples(st.just("renumber"), st.sampled_from(("", "-B"))),
            st.tuples(st.just("edit"), st.sampled_from((10, 12))),
            st.tuples(st.just("void there"), st.none()),
            st.tuples(st.just("accept"), st.none()),
            st.tuples(st.just("void"), st.booleans()),
            st.tuples(st.just("run"), st.none()),
        ),
    ),
    max_size=12,
)


@given(STEPS, st.sampled_from(("report", "void")))
def test_any_course(steps: list[tuple[str, tuple[str, Any]]], on_cancel: str) -> None:
    with TemporaryDirectory() as folder, closing(SqlStore(f"sqlite:///{Path(folder)}/ledger.db")) as store:
        world = World(store, on_cancel)
        for number in NUMBERS:
            world.say(number, AS_SENT)
        world.run()
        for number, (what, value) in steps:
            order = world.account.by_id[f"9{number}"]
            match what:
                case "say":
                    world.say(number, value)
                case "renumber" if not order.gone:
                    world.account.put(evolve(order, number=f"{number}{value}"))
                case "edit" if not order.gone:
                    world.account.put(evolve(order, total=Decimal(value)))
                case "void there":
                    world.account.put(evolve(order, gone=True))
                case "accept":
                    world.run()
                    world.accept(number)
                    world.check()
                case "void":
                    world.run()
                    world.void(number, force=value)
                    world.check()
                case "run":
                    world.run()
        world.run()
