"""The account as a worker sees it: an :class:`tradegecko_bridge.ports.Gateway` over a network that fails."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from tests.simulation import wire
from tests.simulation.account import ModelAccount
from tests.simulation.faults import Occurrence
from tests.simulation.scheduler import MINUTE
from tests.simulation.wire import Arrival
from tradegecko_bridge.commerce import ProductDetails, VariantStock
from tradegecko_bridge.commerce.orders import Address, Customer
from tradegecko_bridge.commerce.remote import (
    Access,
    AccountIdentity,
    CustomerMatch,
    OrderDraft,
    Presence,
    RecordKind,
    RemoteOrder,
    RemoteShipment,
    RemoteVariant,
    Topic,
)
from tradegecko_bridge.errors import AccessDenied, GatewayError, OutcomeUnknown, Rejected, Unavailable

if TYPE_CHECKING:
    from tests.simulation.world import World

WINDOW: Final = 5 * MINUTE
"""How long a request may have to wait for the rate limit."""
INDEX_AGE: Final = 5 * MINUTE
"""How old the list of known numbers may be."""


@frozen
class _Answer:
    """What came back; the error is raised."""

    value: Any = None
    error: GatewayError | None = None


@frozen
class _Request:
    """A request at the port."""

    account: ModelAccount
    perform: Callable[[Arrival], object]

    def arrive(self, arrival: Arrival) -> _Answer:
        result = self.perform(arrival)
        return _Answer(error=result) if isinstance(result, GatewayError) else _Answer(value=result)

    def cut_short(self, answer: _Answer, cut: Occurrence) -> _Answer:
        return _Answer(error=OutcomeUnknown("simulated: the answer is cut short"))

    def of_another(self, answer: _Answer, which: Occurrence) -> _Answer:
        if not isinstance(answer.value, RemoteOrder):
            return answer
        others = [order for order in self.account.orders.values() if order.id != answer.value.id]
        return _Answer(value=others[int(which.amount * len(others))].as_remote()) if others else answer

    def from_between(self, refusal: Occurrence) -> _Answer:
        return _Answer(error=OutcomeUnknown("simulated: a page of something in between"))


class SimulatedGateway:
    """One worker's gateway."""

    def __init__(self, world: World, account: ModelAccount) -> None:
        self._world = world
        self._account = account
        self._index: list[RemoteOrder] = []
        self._index_at = -INDEX_AGE
        self.calls = 0
        self.clock_offset: timedelta | None = None

    @contextmanager
    def session(self, *, read_only: bool = False) -> Iterator[None]:
        self._index_at = -INDEX_AGE
        yield

    # ── reading ──────────────────────────────────────────────────────────────────────────────

    def prepare(self, orders: int, told: Callable[[int, int], None]) -> Sequence[str]:
        return ()

    def prefetch(
        self, orders: Collection[tuple[str, str]], customers: Collection[tuple[Customer, Address | None]]
    ) -> Mapping[str, Presence]:
        if self._world.scheduler.now - self._index_at >= INDEX_AGE:
            self._list("gateway.prefetch")
        known = {name for order in self._index for name in (order.number, order.marker)}
        return {
            marker: Presence.KNOWN if known.intersection((number, marker)) else Presence.ABSENT
            for number, marker in orders
        }

    def state_of(self, topic: Topic) -> str | None:
        self._read("gateway.state_of")
        orders = self._account.visible() if topic is Topic.NUMBERS else ()
        return repr(
            [(one.id, one.number, one.is_gone) for one in orders if one.is_gone or one.number != one.number_as_sent]
        )

    def find_orders(self, number: str, marker: str = "") -> Sequence[RemoteOrder]:
        self._read("gateway.find_orders")
        known = {order.id for order in self._index if order.marker == marker}
        found = [order.as_remote() for order in self._account.visible() if order.number == number or order.id in known]
        self._world.pause_for(150_000)
        return found

    def find_marked(self, marker: str, *, since: datetime, as_of: datetime) -> Sequence[RemoteOrder]:
        self._list("gateway.find_marked")
        return [order for order in self._index if order.marker == marker]

    def doubles(self) -> Mapping[str, Sequence[RemoteOrder]]:
        alive: dict[str, list[RemoteOrder]] = {}
        for order in self._index:
            if order.marker and not order.gone:
                alive.setdefault(order.marker, []).append(order)
        return {marker: orders for marker, orders in alive.items() if len(orders) > 1}

    def _list(self, where: str) -> None:
        """Read what the account shows by now."""
        self._read(where)
        self._index = [order.as_remote() for order in self._account.visible()]
        self._index_at = self._world.scheduler.now

    def find_customer(self, customer: Customer, *, billing: Address | None, match: CustomerMatch) -> str | None:
        return self._account.company_of(customer.email or "")

    def completed_actions(self, order_id: str) -> Collection[str]:
        self._read("gateway.completed_actions")
        order = self._account.orders.get(order_id)
        if order is None:
            raise Rejected("simulated: no such order")
        return [*order.actions, *(["void"] if order.is_gone else [])]

    def _read(self, where: str) -> None:
        self.calls += 1
        self._world.point(where, 300_000)
        if self._world.faults.happens("account down"):
            raise Unavailable("simulated: the account is down")

    # ── writing ──────────────────────────────────────────────────────────────────────────────

    def create_order(
        self,
        draft: OrderDraft,
        *,
        key: str,
        customer_id: str | None,
        may_leave: Callable[[], bool] = lambda: True,
    ) -> RemoteOrder:
        self._wait_for_the_limit()
        if self._world.faults.happens("request refused"):
            raise Rejected("simulated: refused")
        if not may_leave():
            raise Unavailable("simulated: it may not leave any more")

        def arrive(arrival: Arrival) -> RemoteOrder | GatewayError:
            return self._account.create(draft, key, customer_id, arrival)

        answer = self._send(f"POST {draft.number!r}", arrive)
        assert isinstance(answer, RemoteOrder)
        return answer

    def perform_action(self, order_id: str, action: str, *, key: str, method: str | None = None) -> None:
        self._wait_for_the_limit()
        self._send(f"{action} {order_id}", lambda arrival: self._account.act(order_id, action, key, arrival))

    def _wait_for_the_limit(self) -> None:
        """Before the bytes leave. A worker may be stopped, or die, in here."""
        if waits := self._world.faults.happens("rate limit"):
            self._world.trouble("at it", within=MINUTE)
            self._world.scheduler.sleep(int(waits.amount * WINDOW))
        self._world.point("gateway.before_sending", 1000, "at it")
        if self._world.faults.happens("access denied"):
            raise AccessDenied("simulated: the login is gone")
        if self._world.faults.happens("account down"):
            raise Unavailable("simulated: the account is down")

    def _send(self, what: str, perform: Callable[[Arrival], object]) -> object:
        """A request on its way, and what its sender hears of it."""
        self.calls += 1
        answer = wire.send(self._world, what, _Request(self._account, perform))
        if answer is None:
            raise OutcomeUnknown("simulated: no answer in time")
        if answer.error is not None:
            raise answer.error
        return answer.value

    # ── what is set up ───────────────────────────────────────────────────────────────────────

    def account(self) -> AccountIdentity:
        return AccountIdentity(id="1", name="fake", base_url="fake://")

    def check_access(self) -> Access:
        return Access(account="simulated")

    def find_variants(self, skus: Collection[str]) -> Mapping[str, Sequence[RemoteVariant]]:
        return {sku: [RemoteVariant(id=f"v {sku}", sku=sku)] for sku in skus}

    def find_barcodes(self, barcodes: Collection[str]) -> Mapping[str, Sequence[RemoteVariant]]:
        return {}

    def find_record(self, kind: RecordKind, name: str) -> str:
        return name

    def prices_include_tax(self) -> bool:
        return False

    def default_tax_rate(self) -> Decimal | None:
        return Decimal(13)

    def find_currency(self, name: str) -> str:
        return name

    def currencies(self, wanted: Collection[str] = ()) -> Mapping[str, int]:
        return {"CAD": 2}

    def shipments_since(self, cursor: str | None, *, not_before: datetime | None = None) -> Iterable[RemoteShipment]:
        return ()

    def stock(self) -> Iterable[VariantStock]:
        return ()

    def products(self) -> Iterable[ProductDetails]:
        return ()


class EstablishedGateway(SimulatedGateway):
    """The same where the account has more orders than are ever listed: a number is asked for, a marker nobody knows."""

    def prefetch(
        self, orders: Collection[tuple[str, str]], customers: Collection[tuple[Customer, Address | None]]
    ) -> Mapping[str, Presence]:
        self._read("gateway.prefetch")
        taken = {order.number for order in self._account.visible()}
        return {marker: Presence.KNOWN if number in taken else Presence.FREE for number, marker in orders}

    def state_of(self, topic: Topic) -> str | None:
        return None
