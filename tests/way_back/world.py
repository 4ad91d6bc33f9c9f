"""The world: two shops, one account, one ledger, workers that do every job, and people, all from one number.

For some time everything happens while things go wrong; then no more does, and after a day all has to be right.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Final

from attrs import frozen

from tests.simulation.crew import Crew, Manner
from tests.simulation.disk import SIMULATED, Disk, remote_store
from tests.simulation.faults import Fault
from tests.simulation.network import HttpLevel
from tests.simulation.scheduler import HOUR, MINUTE, SECOND, Process, SimulatedExecutor, Task
from tests.support import ALL_ORDERS
from tests.way_back.account import ANNEX, PRODUCTS, BackAccount
from tests.way_back.rates import RATES
from tests.way_back.shop import Shop, SimulatedSource, TakesBack
from tradegecko_bridge import SyncEngine
from tradegecko_bridge.commerce import Address, Customer
from tradegecko_bridge.engine import Report
from tradegecko_bridge.engine.clock import SharedClock
from tradegecko_bridge.engine.context import Concurrency
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.errors import StoreError
from tradegecko_bridge.ports import Gateway
from tradegecko_bridge.testing.builders import a_line, an_order

SHOPS: Final = ("north", "south")
AFTERWARDS: Final = 80 * MINUTE
"""How long everything is tried often once no faults happen any more: the longest wait between two tries, and more."""
NIGHT: Final = 25 * HOUR
"""Then nothing runs until what is done once a day is due; and then a few times more."""
IDLE: Final = 40 * MINUTE
"""How long nothing may be told in the end."""


@frozen(kw_only=True)
class Setup(Manner):
    """What a seed decides before anything happens. ``span``: how long things happen."""

    span: int
    orders: int
    acts: int
    workers: int
    interval: int
    takes_back: tuple[bool, ...]
    settings: tuple[ConnectionSettings, ...]

    def __str__(self) -> str:
        told = "; ".join(_told(one) for one in self.settings)
        return f"workers {self.workers}, tempo {self.tempo}, orders {self.orders}, acts {self.acts}, settings: {told}"

    @classmethod
    def of(cls, seed: int, kinds: Collection[str], *, hours: int) -> Setup:
        """Half of the seeds have all of the ``kinds`` at once, half a random part of them."""
        rng = Random(f"{seed} setup")
        share = 1.0 if rng.random() < 0.5 else rng.random()
        return cls(
            kinds=frozenset(kind for kind in RATES if rng.random() < share and kind in kinds),
            span=hours * HOUR or 40 * MINUTE,
            orders=rng.randint(1, 6) + 4 * hours,
            acts=rng.randint(5, 30) + 10 * hours,
            workers=rng.choice((1, 2, 2, 3)),
            tempo=rng.choice((0.3, 1.0, 1.0, 5.0)),
            interval=rng.choice((2, 4, 8)) * MINUTE * (8 if hours else 1),
            same_names=rng.random() < 0.5,
            one_machine=rng.random() < 0.3,
            takes_back=tuple(rng.random() < 0.8 for _ in SHOPS),
            settings=tuple(_settings(rng) for _ in SHOPS),
        )


def _settings(rng: Random) -> ConnectionSettings:
    def some(chance: float, value: int, otherwise: int) -> Decimal:
        return Decimal(value if rng.random() < chance else otherwise)

    return ConnectionSettings(
        earliest_order=ALL_ORDERS.earliest_order,
        order_status="finalized",
        products=True,
        stock_brake=Decimal(100),
        vanished=rng.choice(("zero", "zero", "leave", "report")),
        stock_percentage=some(0.3, 50, 100),
        stock_fractions="down",
        stock_subtract=some(0.3, 3, 0),
        minimum_stock=some(0.3, 4, 0),
        maximum_stock=Decimal(30) if rng.random() < 0.3 else None,
        excluded_stock_locations=(ANNEX,) if rng.random() < 0.4 else (),
        blank_tracking=rng.random() < 0.7,
    )


def _told(settings: ConnectionSettings) -> str:
    names = ("vanished", "stock_percentage", "stock_subtract", "minimum_stock", "maximum_stock")
    rest = f"excluded {settings.excluded_stock_locations}, blank_tracking {settings.blank_tracking}"
    return ", ".join([*(f"{name} {getattr(settings, name)}" for name in names), rest])


class BackWorld(Crew):
    """One schedule while it runs."""

    def __init__(
        self, seed: int, kinds: Collection[str], off: Collection[Fault], disk: Disk, *, hours: int, times: float
    ) -> None:
        self.setup = Setup.of(seed, kinds, hours=hours)
        super().__init__(
            seed, self.setup, off, disk, least_time=self.setup.span, times=times / (1 + hours / 4), rates=RATES
        )
        self.account = BackAccount(self)
        self._level = HttpLevel(self, self.account)
        self.shops = [Shop(name, takes) for name, takes in zip(SHOPS, self.setup.takes_back, strict=True)]
        self.settings = dict(zip(SHOPS, self.setup.settings, strict=True))
        self.sold = sorted(sku for skus in PRODUCTS.values() for sku in skus)
        self.told_late: list[str] = []
        """What shops heard when all should long have been told."""
        self.calm_since: int | None = None
        self._asleep: dict[int, tuple[Task, int]] = {}
        if self._rng.random() < 0.5:
            self.shops[1].unknown.add("TEE-L")

    # ── workers ──────────────────────────────────────────────────────────────────────────────

    def _work(self, slot: int, process: Process) -> None:
        gateway = self._level.gateway(process)
        sources = {shop.name: (TakesBack if shop.takes_back else SimulatedSource)(self, shop) for shop in self.shops}
        chance = Random(f"{self.seed} {slot} {len(self.retired)}")
        jobs = [(name, job) for name in SHOPS for job in range(4)]
        while self.calm_since is None or slot == min(self.workers):
            for name, job in jobs if self.calm_since else chance.sample(jobs, 4):
                self._run(process, gateway, sources[name], job)
            self._asleep[slot] = self.scheduler.current, self.scheduler.ticket()
            self.scheduler.wait(int(self._interval() * (0.5 + chance.random())))

    def _interval(self) -> int:
        if self.calm_since is None:
            beyond = self.scheduler.now - self.setup.span  # somebody stands still for hours
            return max(self.setup.interval, beyond // 4)
        since = self.scheduler.now - self.calm_since
        return NIGHT if AFTERWARDS < since < NIGHT else 20 * MINUTE

    def _run(self, process: Process, gateway: Gateway, source: SimulatedSource, job: int) -> None:
        engine = SyncEngine(
            source.name,
            source=source,
            gateway=gateway,
            store=remote_store(self),
            settings=self.settings[source.name],
            clock=SharedClock(
                lambda: self.scheduler.time(process),
                lambda: None if self.setup.one_machine else self.scheduler.time(),
                elapsed=lambda: self.scheduler.now / SECOND,
            ),
            worker=process.name,
            concurrency=Concurrency(
                executor=lambda _: SimulatedExecutor(self.scheduler),
                monotonic=lambda: self.scheduler.now / SECOND,
            ),
        )
        operations: tuple[Callable[[], Report], ...] = (
            *(engine.deliver_orders, engine.sync_tracking, engine.sync_inventory, engine.sync_products),
        )
        try:
            report = operations[job]()
        except StoreError as error:
            if not str(error).startswith(SIMULATED):
                raise
            self.story.tell(process.name, f"ends its run: {error}")
            return
        for line in report.lines():
            self.story.tell(process.name, f"{source.name}: {line}", quiet=not (report.items or report.problems))

    # ── what happens beside the workers ──────────────────────────────────────────────────────

    def _place(self, nth: int) -> None:
        chance = Random(f"{self.seed} order {nth}")
        shop = chance.choice(self.shops)
        number = f"{shop.name[0].upper()}{nth}"
        skus = chance.sample(self.sold, chance.randint(1, 3))
        customer = f"customer{chance.randint(1, 4)}"
        order = an_order(
            number,
            [a_line(sku, chance.randint(1, 3), "20.00", reference=f"{number}-{sku}") for sku in skus],
            placed_at=self.scheduler.time(),
            tags=(f"{shop.name} {number}",),
            customer=Customer(email=f"{customer}@{shop.name}.example"),
            shipping_address=Address(first_name=customer, address1="1 King St W", city="Toronto", country="CA"),
        )
        shop.place(order)
        self.story.tell(shop.name, f"order {number}: {', '.join(f'{one.quantity} × {one.sku}' for one in order.lines)}")

    def _act(self, nth: int) -> None:
        if did := self.account.happen(Random(f"{self.seed} act {nth}")):
            self.story.tell("person", did)

    # ── from beginning to end ────────────────────────────────────────────────────────────────

    def run(self) -> None:
        """Everything, and the night after."""
        span, happen = self.setup.span, self.scheduler.after
        for kind, count, action in (("order", self.setup.orders, self._place), ("act", self.setup.acts, self._act)):
            for nth in range(1, count + 1):
                at = int(self._rng.random() * span * (0.6 if kind == "order" else 1))
                if Fault(kind, nth) not in self._off:
                    happen(at, partial(action, nth))
        for slot in range(self.setup.workers):
            at = int(self._rng.random() * MINUTE)
            if Fault("worker", slot) not in self._off:
                happen(at, partial(self.start_worker, slot))
        happen(span, self._stop_faults)
        self.scheduler.run()
        self.scheduler.end([*self.workers.values(), *self.retired])

    def _stop_faults(self) -> None:
        if self.scheduler.now <= self.faults_until:
            self.scheduler.after(self.faults_until - self.scheduler.now + 1, self._stop_faults)
            return
        self.story.tell("world", "no more faults")
        self.faults.stopped = True
        self.calm_since = self.scheduler.now
        for process in self.workers.values():
            process.skew = timedelta(0)
            self.go_on(process)
        for task, ticket in self._asleep.values():
            self.scheduler.wake(task, ticket)
        self.scheduler.after(NIGHT + HOUR, self._note_what_was_told)

    def _note_what_was_told(self) -> None:
        counts = [len(shop.heard) for shop in self.shops]
        self.story.tell("world", "nothing should be left to tell")

        def over() -> None:
            for shop, count in zip(self.shops, counts, strict=True):
                self.told_late += [f"{shop.name} {kind} {key}: {what}" for (kind, key), what in shop.heard[count:]]
            self.scheduler.over = True

        self.scheduler.after(IDLE, over)
