"""The one object a program calls."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from attrs import evolve

from tradegecko_bridge.engine import address_checks, source_calls, telemetry
from tradegecko_bridge.engine.back_sync import inventory, products, shipments
from tradegecko_bridge.engine.clock import SharedClock, utc_now
from tradegecko_bridge.engine.context import REAL_THREADS, Concurrency, Context, Progress
from tradegecko_bridge.engine.delivery import pull
from tradegecko_bridge.engine.delivery.dry_run import preview_delivery
from tradegecko_bridge.engine.delivery.run import deliver_orders
from tradegecko_bridge.engine.gateway_calls import checked, guarded
from tradegecko_bridge.engine.operations.alerts import ledger_failed, watch
from tradegecko_bridge.engine.own_account import OwnAccount
from tradegecko_bridge.engine.own_source import OwnSource
from tradegecko_bridge.engine.reconcile import OPERATION as RECONCILE
from tradegecko_bridge.engine.reconcile import reconcile
from tradegecko_bridge.engine.report import DELIVER, Report, RunReport
from tradegecko_bridge.engine.settings.choices import Job
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.engine.settings.timing import Timing
from tradegecko_bridge.engine.source_calls import SourceFailed
from tradegecko_bridge.engine.telemetry import Tracer
from tradegecko_bridge.errors import (
    BridgeError,
    ConfigError,
    GatewayError,
    LoginEnded,
    OtherAccount,
    OtherSource,
    StoreError,
)
from tradegecko_bridge.foreign import call, place_of
from tradegecko_bridge.forks import OfThisProcess
from tradegecko_bridge.ledger import Alert
from tradegecko_bridge.ports import ChecksAddresses, Clock, Gateway, KeepsStock, OrderSource, Store

T = TypeVar("T")


class SyncEngine(OfThisProcess):
    """Keeps one source and one account in step.

    ::

        engine = SyncEngine("my-shop", source=source, gateway=gateway, store=store)
        report = engine.run()
        print(report)

    Every operation returns a report instead of raising for what a run may meet: a source or an order-management
    system that is down, refused orders, broken rows. Only the ledger's own failures
    (:class:`~tradegecko_bridge.errors.StoreError`) are raised, for nothing may be done without it.

    Args:
        connection: the name of this context. It is part of every key the orders are known by: never change it.
        source: where orders come from.
        gateway: the order-management system.
        store: the ledger; many engines and processes may share one.
        settings, timing: how orders are mapped, and how long is waited for what.
        clock: tells the present moment, aware and in UTC. By default that is the clock the ledger's workers share (the
            database server's), else this machine's.
        worker: who is working, for claims and history; by default this machine's name and this process's id.
        in_flight: how many orders are delivered at once at most, so that slow answers still fill the rate limit's
            window. Orders of one customer, or with one number, go one after the other.
        on_progress: called as work goes on, from one of the threads that work, never by two at once.
        on_alert: called after an operation for each alert that opened or closed with it (``alert.is_open``), once in
            the whole fleet. What it raises is logged and breaks nothing. A failure of the ledger itself is told each
            time, under the key ``"ledger"``.
        concurrency: where threads come from, and the clock that measures their work.
        check_address: says what is wrong with an address, and so holds its order; by default the check that the
            settings name (``address_check``), if any.
        siblings: the settings of other connections of the ledger, by name: what their orders are made of is taken off
            this one's stock levels by them.
        tracer: OpenTelemetry's, if a span is wanted for each operation and for each order on its way; by
            ``opentelemetry.trace.get_tracer("my-program")``.

    Raises:
        ConfigError: the source has no name, or words for statuses that mean nothing; or the settings' address check
            cannot be loaded.
        ValueError: the connection has none.
    """

    def __init__(
        self,
        connection: str,
        *,
        source: OrderSource,
        gateway: Gateway,
        store: Store,
        settings: ConnectionSettings | None = None,
        timing: Timing | None = None,
        clock: Clock | None = None,
        worker: str | None = None,
        in_flight: int = 4,
        on_progress: Callable[[Progress], None] = lambda _: None,
        on_alert: Callable[[Alert], None] = lambda _: None,
        concurrency: Concurrency = REAL_THREADS,
        tracer: Tracer | None = None,
        check_address: ChecksAddresses | None = None,
        siblings: Mapping[str, ConnectionSettings] | None = None,
    ) -> None:
        if not (connection and connection.strip()):
            raise ValueError('the connection needs a name, e.g. "my-shop"')
        name = call(lambda: getattr(source, "name", None), partial(_nameless, source))
        if not isinstance(name, str) or not name.strip():
            raise ConfigError(f'source {type(source).__name__} has no name; give the class one, e.g. name = "my shop"')
        self.settings: ConnectionSettings = settings or ConnectionSettings()
        check = self.settings.address_check
        context = Context(
            check_address=check_address or (address_checks.named(check) if check else None),
            connection=connection,
            source=source,
            gateway=guarded(gateway),
            store=store,
            settings=self.settings,
            timing=timing or Timing.of(self.settings),
            clock=clock or SharedClock(utc_now, store.now),
            given_worker=worker,
            in_flight=max(in_flight, 1),
            on_progress=on_progress,
            on_alert=on_alert,
            concurrency=concurrency,
            tracer=tracer,
            siblings=siblings or {},
            words=source_calls.status_words(source, self.settings.status_words),
        )
        self._closed = False
        self._own_account = OwnAccount(context)
        self._own_source = OwnSource(context)
        own_account = self._own_account
        self._context = evolve(context, gateway=checked(context.gateway, own_account.check), account=own_account.key)

    def close(self) -> None:
        """Let go of what the source has opened, once. What was handed in beside it stays open.

        Raises:
            BridgeError: in place of what the source raised.
        """
        if not self._closed:
            self._closed = True
            source_calls.close(self._context.source)

    def check_source(self) -> None:
        """Have the source try what fetching orders needs, where it can; nothing is fetched.

        Raises:
            BridgeError: orders cannot be fetched, and why.
        """
        source_calls.check(self._context.source)

    def deliver_orders(self, *, dry_run: bool = False) -> Report:
        """Ingest the source's new orders and deliver every order that is due, each exactly once.

        A dry run makes the same looks and plans, says what would be created or held and why, and writes nowhere:
        not to TradeGecko, not to the source, not to the ledger.
        """
        return self._do(DELIVER, preview_delivery if dry_run else deliver_orders, dry_run=dry_run)

    def pull_orders(self, *names: str) -> Report:
        """Ask the source again for these orders, by number or reference, and ingest what is new or has changed.

        Nothing is delivered; the next run does that. A source that cannot is told in the report.
        """
        return self._pull(partial(pull.pull_orders, names=names))

    def pull_since(self, moment: datetime) -> Report:
        """Ask the source again for everything placed at ``moment`` (aware) or later; as :meth:`pull_orders`.

        Raises:
            ValueError: the moment has no time zone.
        """
        _refuse_naive(moment)
        return self._pull(partial(pull.pull_since, moment=moment.astimezone(UTC)))

    def _pull(self, operation: Callable[[Context], Report]) -> Report:
        def bound(context: Context) -> Report:
            self._own_source.bind(reached=False)
            return operation(context)

        return self._watched(pull.OPERATION, bound)

    def sync_tracking(self, *, dry_run: bool = False) -> Report:
        """Bring shipments and their tracking numbers back to the source, if it takes them."""
        sync = partial(shipments.sync_tracking, dry_run=dry_run)
        return self._do(shipments.OPERATION, sync, dry_run=dry_run)

    def sync_inventory(self, *, dry_run: bool = False, full: bool = False, past_brake: bool = False) -> Report:
        """Bring changed stock levels to the source, if it takes them; ``full`` sends unchanged ones again, and what
        the source refused or did not know. ``past_brake``: also where the setting ``stock_brake`` would hold them."""
        sync = partial(inventory.sync_inventory, dry_run=dry_run, full=full, past_brake=past_brake)
        return self._do(inventory.OPERATION, sync, dry_run=dry_run)

    def stock_changed(self, variant_ids: Collection[str]) -> None:
        """Have the next pass look at the stock of these variants (ids of the system), whether or not it says that they
        have changed; for whoever hears of it, as by webhooks. Nothing is asked now.

        Raises:
            GatewayError: the account cannot be asked which one it is.
        """
        gateway = self._context.gateway
        if variant_ids and isinstance(gateway, KeepsStock):
            gateway.stock_changed(variant_ids)

    def sync_products(self, *, dry_run: bool = False, full: bool = False) -> Report:
        """Bring changed product details to the source, if it takes them; ``full`` sends unchanged ones again."""
        sync = partial(products.sync_products, dry_run=dry_run, full=full)
        return self._do(products.OPERATION, sync, dry_run=dry_run)

    def reconcile(self, since: datetime, until: datetime | None = None, *, repair: bool = False) -> Report:
        """Hold the orders placed from ``since`` until just before ``until`` (aware; None: now) against each other, as
        source, ledger and system have them, and what the source shows of stock against what it was told.

        What differs is an item (``amiss``) and one alert. What is younger than an hour is left out. ``repair``: what
        can be done safely is done, and takes effect with the next run; without it nothing changes but the alert.

        Raises:
            ValueError: a moment has no time zone.
        """
        for moment in filter(None, (since, until)):
            _refuse_naive(moment)
        return self._do(RECONCILE, partial(reconcile, since=since, until=until, repair=repair), dry_run=False)

    @property
    def connection(self) -> str:
        """Its name."""
        return self._context.connection

    def run(self, *, dry_run: bool = False, jobs: Collection[Job] = tuple(Job)) -> RunReport:
        """Deliver orders, then bring back what the settings ask for: tracking, stock levels, product details.

        ``jobs``: only these, and of these only what the settings ask for.
        """
        (run,) = run_together([self], dry_run=dry_run, jobs=jobs)
        return run

    def _go_on(self, run: RunReport, jobs: Collection[Job], *, dry_run: bool) -> None:
        """A part of a run."""
        settings = self.settings
        for job, wanted, operation in (
            (Job.ORDERS, True, self.deliver_orders),
            (Job.TRACKING, settings.tracking, self.sync_tracking),
            (Job.INVENTORY, settings.inventory, self.sync_inventory),
            (Job.PRODUCTS, settings.products, self.sync_products),
        ):
            if wanted and job in jobs and not any(map(_concerns_all, run.reports)):
                run.reports.append(operation(dry_run=dry_run))
                self._own_account.goes_on = True

    # ── for asynchronous programs: the same in a thread ──────────────────────────────────────

    async def run_async(self, *, dry_run: bool = False, jobs: Collection[Job] = tuple(Job)) -> RunReport:
        """As :meth:`run`, in a thread. Like all of these: a task that is canceled waits until it is done."""
        return await _in_thread(partial(self.run, dry_run=dry_run, jobs=jobs))

    async def deliver_orders_async(self, *, dry_run: bool = False) -> Report:
        """As :meth:`deliver_orders`."""
        return await _in_thread(partial(self.deliver_orders, dry_run=dry_run))

    async def pull_orders_async(self, *names: str) -> Report:
        """As :meth:`pull_orders`."""
        return await _in_thread(partial(self.pull_orders, *names))

    async def pull_since_async(self, moment: datetime) -> Report:
        """As :meth:`pull_since`."""
        return await _in_thread(partial(self.pull_since, moment))

    async def sync_tracking_async(self, *, dry_run: bool = False) -> Report:
        """As :meth:`sync_tracking`."""
        return await _in_thread(partial(self.sync_tracking, dry_run=dry_run))

    async def sync_inventory_async(
        self, *, dry_run: bool = False, full: bool = False, past_brake: bool = False
    ) -> Report:
        """As :meth:`sync_inventory`."""
        return await _in_thread(partial(self.sync_inventory, dry_run=dry_run, full=full, past_brake=past_brake))

    async def sync_products_async(self, *, dry_run: bool = False, full: bool = False) -> Report:
        """As :meth:`sync_products`."""
        return await _in_thread(partial(self.sync_products, dry_run=dry_run, full=full))

    def _do(self, name: str, operation: Callable[[Context], Report], *, dry_run: bool) -> Report:
        """One operation with the account; a dry run leaves the alerts as they are."""

        def in_session(context: Context) -> Report:
            self._own_account.begin(read_only=dry_run)
            with context.gateway.session(read_only=dry_run):
                with context.report(name, dry_run=dry_run) as report:
                    if not dry_run:
                        self._own_source.bind(reached=False)
                    try:
                        self._own_account.check()
                    except OtherAccount as error:
                        report.fail(error)
                        return report
                    except GatewayError:
                        pass  # an operation that needs the account meets that itself; what else there is to do is done
                    if not dry_run:
                        self._own_source.bind(reached=self._own_account.reached)
                done = operation(context)
                done.calls += report.calls
                done.reached = self._own_account.reached
                return done

        return self._watched(name, in_session, dry_run=dry_run)

    def _watched(self, name: str, operation: Callable[[Context], Report], *, dry_run: bool = False) -> Report:
        """One operation, if the connection is its source's; of another's not even the alerts are touched."""
        context = self._context
        with telemetry.operation(context.tracer, context.connection, name, dry_run=dry_run) as ended:
            try:
                report = self._own(name, operation, dry_run=dry_run)
            except StoreError as error:
                if not dry_run:
                    ledger_failed(context, error)
                raise
            ended(report)
        return report

    def _own(self, name: str, operation: Callable[[Context], Report], *, dry_run: bool) -> Report:
        try:
            self._own_source.check()
        except (OtherSource, SourceFailed) as error:
            return self._refused(name, error, dry_run=dry_run)
        try:
            report = operation(self._context)
        except OtherSource as error:  # it has just become another one's
            return self._refused(name, error, dry_run=dry_run)
        if not dry_run:
            watch(self._context, report)
            self._context.store.record_run(report.as_run(self._context.worker))
        return report

    def _refused(self, name: str, error: BridgeError, *, dry_run: bool) -> Report:
        with self._context.report(name, dry_run=dry_run) as report:
            report.fail(error)
        return report


def run_together(
    engines: Sequence[SyncEngine], *, dry_run: bool = False, jobs: Collection[Job] = tuple(Job)
) -> list[RunReport]:
    """:meth:`SyncEngine.run` for several connections of one ledger, whose sources sell from one stock.

    Stock levels go back when the orders of all are delivered: what one source has sold is off the others' in the same
    run.
    """
    runs = [RunReport(connection=engine._context.connection) for engine in engines]
    try:
        for part in ({Job.ORDERS, Job.TRACKING}, {Job.INVENTORY, Job.PRODUCTS}):
            for engine, run in zip(engines, runs, strict=True):
                engine._go_on(run, part.intersection(jobs), dry_run=dry_run)
    finally:
        for engine in engines:
            engine._own_account.goes_on = False
    return runs


def _refuse_naive(moment: datetime) -> None:
    if moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; write e.g. datetime.now(UTC)")


def _nameless(source: OrderSource, error: Exception) -> ConfigError:
    return ConfigError(
        f"source {type(source).__name__} cannot say its name: {type(error).__name__} at {place_of(error)}"
    )


async def _in_thread(operation: Callable[[], T]) -> T:
    from anyio import to_thread

    return await to_thread.run_sync(operation)


def _concerns_all(report: Report) -> bool:
    """Whether it met what every operation would meet alike: once is enough."""
    met = [one for cause in report.causes for one in (cause, cause.__cause__)]
    return any(isinstance(one, OtherAccount | OtherSource | LoginEnded) for one in met)
