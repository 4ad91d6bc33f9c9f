"""The world: a shop, an account, a ledger, workers and what happens to them, all from one number.

``simulate(seed)`` runs one schedule: orders come in while faults happen; then the faults stop, and within a bounded
time everything has to be settled. What does not hold then is in the result's ``violations``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from functools import partial
from random import Random
from typing import Final

from attrs import evolve, frozen

from tests.simulation.account import LATEST, AccountOrder
from tests.simulation.crew import Crew, Manner
from tests.simulation.disk import SIMULATED, Disk, remote_store
from tests.simulation.faults import ALL_RATES, RATES, Fault
from tests.simulation.levels import LEVELS
from tests.simulation.scheduler import HOUR, MINUTE, SECOND, Process, SimulatedExecutor, Task
from tests.simulation.shop import Shop, SimulatedSource
from tests.support import ALL_ORDERS
from tradegecko_bridge import SyncEngine
from tradegecko_bridge.engine.clock import SharedClock
from tradegecko_bridge.engine.context import Concurrency
from tradegecko_bridge.engine.operations.decisions import Decisions
from tradegecko_bridge.engine.settings.choices import OnCancel, OrderStatus
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.engine.source_changes.cancellations import KIND, TO_DO
from tradegecko_bridge.errors import StoreError
from tradegecko_bridge.ledger import DELIVERED_STATES, KEY_USED, OPEN_STATES, LedgerEntry, OrderState
from tradegecko_bridge.ports import Gateway

CONNECTION: Final = "shop"
LEAST_TIME: Final = 20 * MINUTE
"""How long faults happen, at least: until the longest of them is over."""
TIME_TO_SETTLE: Final = 4 * HOUR
"""How long everything may take to settle once no faults happen any more: longest retry, patience and lease, twice."""
CHECK_EVERY: Final = 10 * MINUTE
BACKUPS: Final = 4
SWAPS: Final = ("ledger restored", "ledger restored live", "ledger lost")


@frozen(kw_only=True)
class Setup(Manner):
    """What a seed decides before anything happens."""

    orders: int
    workers: int
    in_flight: int
    interval: int
    settings: ConnectionSettings

    def __str__(self) -> str:
        return (
            f"workers {self.workers}, in flight {self.in_flight}, tempo {self.tempo}, orders {self.orders}, "
            f"a run every {self.interval // MINUTE} min"
        )

    @classmethod
    def of(cls, seed: int, kinds: Collection[str]) -> Setup:
        """Half of the seeds have all of the ``kinds`` at once, half a random part of them."""
        rng = Random(f"{seed} setup")
        share = 1.0 if rng.random() < 0.5 else rng.random()
        some = {kind for kind in RATES if rng.random() < share and kind in kinds}
        newer = [kind for kind in ALL_RATES if kind not in RATES and kind in kinds]
        some.update(kind for kind in newer if Random(f"{seed} has {kind}").random() < share)
        finalized = rng.random() < 0.3
        return cls(
            kinds=frozenset(some),
            orders=rng.randint(1, 6),
            workers=rng.choice((1, 1, 2, 2, 3)),
            in_flight=rng.choice((1, 2, 4)),
            tempo=rng.choice((0.3, 1.0, 1.0, 5.0)),
            interval=rng.choice((1, 2, 5)) * MINUTE,
            same_names=rng.random() < 0.5,
            settings=ConnectionSettings(
                earliest_order=ALL_ORDERS.earliest_order,
                tracking=False,
                inventory=False,
                order_status="finalized" if finalized else "active",
                create_invoice=finalized,
                pack_orders=finalized and rng.random() < 0.5,
                on_cancel="void" if rng.random() < 0.5 else "report",
            ),
            one_machine=rng.random() < 0.3,
        )


class World(Crew):
    """One schedule while it runs."""

    def __init__(
        self, seed: int, kinds: Collection[str], off: Collection[Fault], disk: Disk, level: str, times: float = 1.0
    ) -> None:
        self.setup = Setup.of(seed, kinds)
        super().__init__(seed, self.setup, off, disk, least_time=LEAST_TIME, times=times)
        self.settings = self.setup.settings
        self.always_voids = self.settings.on_cancel is OnCancel.VOID
        self.shop = Shop()
        self._level = LEVELS[level](self, honours_keys=not self.faults.happens("keys not honoured"))
        self.account = self._level.account
        self.account.on_created = self._people_see
        self.settled = False
        self._idle: dict[int, tuple[Task, int]] = {}
        self._idle_at: tuple[int, int] | None = None
        self._runs_since = 0
        self._told: dict[str, str] = {}
        self.restores = 0
        self.told_alerts = set[str]()
        """What people have been told, whatever became of the ledger since."""

    # ── workers ─────────────────────────────────────────────────────────────────────────────────────

    def _work(self, slot: int, process: Process) -> None:
        gateway = self._level.gateway(process)
        usual = process.skew
        while True:
            if slot == 0:
                self._before_a_run()
            process.skew = usual
            if jumps := self.faults.happens("clock jumps"):
                by = timedelta(days=365) if jumps.other < 0.3 else timedelta(hours=48 * jumps.amount - 24)
                for one in self.workers.values() if self.setup.one_machine else (process,):
                    one.skew += by
            began_after = self.faults.stopped
            if (self._is_idle() or self._run(process, gateway)) and began_after:
                self._runs_since += 1
            self._idle[slot] = self.scheduler.current, self.scheduler.ticket()
            self.scheduler.wait(int(self._interval() * (0.5 + self._rng.random())))
            usual = timedelta(0) if self.faults.stopped else usual

    def _is_idle(self) -> bool:
        """Whether a run would do what the last one did: nothing. Such runs are most of them, and left out."""
        seen = self._idle_at == (len(self.shop.feed), self.restores)
        return seen and not self.disk.has_work() and not self._is_to_void()

    def _is_to_void(self) -> bool:
        return any(told.startswith(TO_DO) for told in self.disk.store.told_values(CONNECTION, KIND).values())

    def _run(self, process: Process, gateway: Gateway) -> bool:
        """One run; whether it came to its end."""
        engine = SyncEngine(
            CONNECTION,
            source=SimulatedSource(self),
            gateway=gateway,
            store=remote_store(self),
            settings=self.settings,
            clock=SharedClock(
                lambda: self.scheduler.time(process),
                lambda: None if self.setup.one_machine else self.scheduler.time(),
                elapsed=lambda: self.scheduler.now / SECOND,
            ),
            worker=process.name,
            in_flight=self.setup.in_flight,
            concurrency=Concurrency(
                executor=lambda _: SimulatedExecutor(self.scheduler),
                monotonic=lambda: self.scheduler.now / SECOND,
                patience=None,
            ),
        )
        before = len(self.shop.feed), self.restores
        try:
            report = engine.deliver_orders()
        except StoreError as error:
            if not str(error).startswith(SIMULATED):
                raise
            self.story.tell(process.name, f"ends its run: {error}")
            return False
        self.told_alerts.update(alert.text for alert in report.alerts)
        if not report.items and not report.problems and not report.notes:
            self._idle_at = before
        known, self._told[process.name] = self._told.get(process.name), "\n".join(report.lines())
        for line in report.lines():
            self.story.tell(process.name, line, quiet=known == self._told[process.name])
        return True

    def _interval(self) -> int:
        """Long pauses are not filled with thousands of idle runs."""
        if self.faults.stopped:
            return CHECK_EVERY
        return max(self.setup.interval, self.scheduler.now // 5)

    # ── what happens beside the workers ──────────────────────────────────────────────────────

    def _before_a_run(self) -> None:
        backs_up = bool(self.setup.kinds.intersection(SWAPS)) and not self.faults.stopped
        if backs_up and len(self.disk.backups) < BACKUPS:
            self.disk.back_up(self.scheduler.time())
        for kind in SWAPS:
            if happens := self.faults.happens(kind):
                swap = partial(self._swap, kind, happens.other)
                self.scheduler.after(int(happens.amount * self.setup.interval), swap)
        if changed := self.faults.happens("prefix changed"):
            self.settings = evolve(self.settings, number_prefix=("A-", "B-", "")[int(changed.amount * 3)])
        if changed := self.faults.happens("settings changed"):
            self._change_settings(changed.amount)

    def _change_settings(self, which: float) -> None:
        """Somebody thinks again of what is done with orders; what is finalized stays so: nobody can take it back."""
        settings = self.settings
        if which < 0.5:
            voids = settings.on_cancel is OnCancel.VOID
            self.settings = evolve(settings, on_cancel=OnCancel.REPORT if voids else OnCancel.VOID)
            self.always_voids = False
        elif settings.order_status is OrderStatus.FINALIZED:
            packs = not settings.pack_orders
            self.settings = evolve(settings, create_invoice=which < 0.75, pack_orders=packs)
        else:
            self.settings = evolve(settings, order_status=OrderStatus.DRAFT if which < 0.75 else OrderStatus.ACTIVE)

    def _swap(self, kind: str, which: float) -> None:
        """The ledger becomes another one. Whoever does it on purpose stops the workers first."""
        self.restores += 1
        if kind != "ledger restored live":
            for process in list(self.workers.values()):
                self.kill(process, which)
        if kind == "ledger lost" or not self.disk.backups:
            self.story.tell("disk", "ledger lost")
            self.disk.lose()
        else:
            backup = self.disk.backups[int(which * len(self.disk.backups))]
            self.story.tell("disk", f"{kind}, as of {backup.at:%H:%M:%S} UTC")
            self.disk.restore(backup, self.scheduler.time())

    def _place(self, nth: int) -> None:
        """An order is placed, and may be changed, canceled, restored or renumbered soon."""
        known = list(self.shop.versions)
        name, number, customer = f"o{nth}", str(1000 + nth), f"customer{nth}"
        reference = f"gid://{name}"
        if (same := self.faults.happens("same number")) and known:
            number = self.shop.newest(known[int(same.amount * len(known))]).number
        if (same := self.faults.happens("same customer")) and known:
            address = self.shop.newest(known[int(same.amount * len(known))]).shipping_address
            customer = (address.first_name if address else None) or customer
        if odd := self.faults.happens("odd reference"):
            reference = f"gid://{chr(0xD800 + nth)}" if odd.amount < 0.7 else f"gid://\x00{nth}"
        self.shop.place(name, reference, number, customer, nth, self.scheduler.time())
        self.story.tell("shop", f"order {name} as {number!r} of {customer}")
        if later := self.faults.happens("source changes"):
            self._later(later.amount, lambda: self.shop.requantify(name), f"changes {name}")
        if later := self.faults.happens("source renumbers"):
            new = f"{number}-new"
            self._later(later.amount, lambda: self.shop.change(name, number=new), f"renumbers {name}")
        restored = self.faults.happens("source restores")
        if later := self.faults.happens("source cancels"):
            at = self.scheduler.time()
            self._later(later.amount, lambda: self.shop.change(name, canceled_at=at), f"cancels {name}")
            if restored:
                more = later.amount + restored.amount
                self._later(more, lambda: self.shop.change(name, canceled_at=None), f"restores {name}")

    def _later(self, amount: float, action: Callable[[], object], what: str) -> None:
        def happen() -> None:
            self.story.tell("shop", what)
            action()

        self.in_time(int(amount * 15 * MINUTE), happen)

    def _people_see(self, order: AccountOrder) -> None:
        """An order has come in: people may do something about it, or have just done."""
        if renames := self.faults.happens("person renames"):
            self._by_hand(renames.amount, order, "renames", lambda: self.account.rename(order))
        if voids := self.faults.happens("person voids"):
            self._by_hand(voids.amount, order, "voids", lambda: self.account.void(order))
        if deletes := self.faults.happens("person deletes"):
            self._by_hand(deletes.amount, order, "deletes", lambda: self.account.delete(order))
        if enters := self.faults.happens("person re-enters"):
            number = order.number
            self._by_hand(enters.amount, order, "re-enters", lambda: self.account.enter_by_hand(number, order))

    def _by_hand(self, amount: float, order: AccountOrder, what: str, action: Callable[[], object]) -> None:
        def happen() -> None:
            self.story.tell("person", f"{what} order {order.id} ({order.number!r})")
            action()

        self.in_time(int(amount**3 * 15 * MINUTE), happen)

    # ── from beginning to end ────────────────────────────────────────────────────────────────

    def run(self) -> None:
        """Everything until it is settled, or has had its time."""
        for nth in range(1, self.setup.orders + 1):
            if Fault("order", nth) not in self._off:
                at = int(self._rng.random() * 8 * MINUTE)
                self.scheduler.after(at, partial(self._place, nth))
        for slot in range(self.setup.workers):
            if Fault("worker", slot) not in self._off:
                self.scheduler.after(int(self._rng.random() * MINUTE), partial(self.start_worker, slot))
        self.scheduler.after(LEAST_TIME, self._stop_faults)
        self.scheduler.run()
        self.scheduler.end([*self.workers.values(), *self.retired])

    def _stop_faults(self) -> None:
        if self.scheduler.now <= self.faults_until:
            self.scheduler.after(self.faults_until - self.scheduler.now + 1, self._stop_faults)  # after the last one
            return
        self.story.tell("world", "no more faults")
        self.faults.stopped = True
        if self.account.unpreventable:
            # A double is seen when the account is looked at for the next order, and shows it.
            self.scheduler.after(LATEST, partial(self._place, self.setup.orders + 1))
        for process in self.workers.values():
            process.skew = timedelta(0)
            self.go_on(process)
        for task, ticket in self._idle.values():
            self.scheduler.wake(task, ticket)
        self.scheduler.after(CHECK_EVERY, lambda: self._check(self.scheduler.now + TIME_TO_SETTLE))

    def _check(self, until: int) -> None:
        """A person sees to what is theirs; once nothing is left to do, that is the end."""
        store = self.disk.store
        stuck = store.entries(states={OrderState.HELD}, reasons={"rejected", KEY_USED})
        Decisions(store, who="Ann", clock=self.scheduler.time).release(stuck, "looks fine")
        is_read = store.cursor(CONNECTION, "orders") == str(len(self.shop.feed))
        waiting = any(map(_waits, store.entries(states=OPEN_STATES | DELIVERED_STATES)))
        self.settled = is_read and not self._is_to_void() and not waiting and self._runs_since > 1
        if self.settled or self.scheduler.now >= until:
            self.scheduler.over = True
        else:
            self.scheduler.after(CHECK_EVERY, lambda: self._check(until))


def _waits(entry: LedgerEntry) -> bool:
    """Whether an order still has something before it; one whose number is taken waits for a person."""
    if entry.state in DELIVERED_STATES:
        return bool(entry.pending_actions) and (entry.reason is None or entry.reason.transient)
    if entry.state is not OrderState.HELD or entry.reason is None:
        return True
    return entry.reason.transient and entry.reason.code != "number_taken"
