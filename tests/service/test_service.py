"""The service itself: a week on the moved clock with outages of everything, threads, stopping, its pages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import httpx
import pytest
from attrs import define, evolve, field

from tests.engine.test_one_decision import Account
from tests.support import HandClock, ListSource
from tradegecko_bridge import ConnectionSettings, MemoryStore, SyncEngine
from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.config import Connection
from tradegecko_bridge.config.schedules import read_schedule
from tradegecko_bridge.config.telling import Audience, Channel
from tradegecko_bridge.errors import AccessDenied, NeedsLogin, SourceUnavailable, StoreError, Unavailable
from tradegecko_bridge.ledger import Alert, Finding, OrderState
from tradegecko_bridge.service.channels import News, NotTold
from tradegecko_bridge.service.service import Service, Stopping
from tradegecko_bridge.service.telling import Teller
from tradegecko_bridge.service.web import app_of, serving
from tradegecko_bridge.testing.builders import a_line, an_order

BEGIN = datetime(2026, 11, 2, tzinfo=UTC)


class Shop(ListSource):
    down = False

    def fetch_orders(self, after: str | None) -> Iterable[SourceOrder | UnreadableOrder]:
        if self.down:
            raise SourceUnavailable("maintenance")
        return super().fetch_orders(after)


class Moody(Account):
    """TradeGecko, which may be down or refuse the login."""

    mood: list[str] = []  # noqa: RUF012 - emptied by each test

    def prepare(self, orders: int, told: Callable[[int, int], None]) -> Sequence[str]:
        self._may()
        return ()

    def shipments_since(self, cursor: str | None, *, not_before: datetime | None = None) -> Iterable[Any]:
        self._may()
        return []

    def _may(self) -> None:
        object.__setattr__(self, "calls", self.calls + 1)
        if "down" in self.mood:
            raise Unavailable("503")
        if "login" in self.mood:
            raise AccessDenied("401: log in again") from NeedsLogin("revoked", status=401, method="GET", path="/")


class Ledger(MemoryStore):
    """A ledger that may fail."""

    down = False

    def told_values(self, connection: str, kind: str) -> Mapping[str, str]:
        self._may()
        return super().told_values(connection, kind)

    def summary(self, *arguments: Any, **options: Any) -> Any:
        self._may()
        return super().summary(*arguments, **options)

    def update_alerts(
        self, connection: str, found: Sequence[Finding], *, scope: Collection[str], at: datetime
    ) -> Sequence[Alert]:
        self._may()
        return super().update_alerts(connection, found, scope=scope, at=at)

    def _may(self) -> None:
        if self.down:
            raise StoreError("the disk is full")


@define
class World:
    """Two shops, an account, a ledger, somebody who is told, and the clock."""

    clock: HandClock = field(factory=lambda: HandClock(BEGIN))
    store: Ledger = field(factory=Ledger)
    shops: dict[str, Shop] = field(factory=lambda: {"a": Shop(), "b": Shop()})
    said: list[str] = field(factory=list)
    deaf: bool = False
    pings: list[str] = field(factory=list)
    stopping: Stopping = field(factory=Stopping)
    service: Service = field(init=False)

    def __attrs_post_init__(self) -> None:
        Moody.mood.clear()
        self.start()

    def start(self) -> None:
        table = {"orders": "30 min", "tracking": "1 h", "ping": "http://127.0.0.1/x"}
        schedule, faults = read_schedule(table)
        assert not faults
        settings = ConnectionSettings(inventory=False, earliest_order=BEGIN)
        engines = [
            SyncEngine(
                name,
                source=shop,
                gateway=Moody(),
                store=self.store,
                settings=settings,
                clock=self.clock,
                on_progress=self.stopping,
            )
            for name, shop in self.shops.items()
        ]
        connections = [Connection(name=name, source="x", settings=settings, schedule=schedule) for name in self.shops]
        teller = Teller({"me": Audience(kind=Channel.WEBHOOK)}, self.store, list(self.shops), send=self.hear)
        self.service = Service(
            engines,
            connections,
            self.store,
            teller,
            stopping=self.stopping,
            clock=self.clock,
            ping=lambda address, _body, _headers: self.pings.append(address),
        )

    def hear(self, _name: str, _audience: Audience, news: Sequence[News]) -> None:
        if self.deaf:
            raise NotTold("nobody there")
        self.said += [f"{'+' if one.is_open else '-'}{one.cause} {','.join(one.connections)}" for one in news]

    def live(self, hours: float) -> list[str]:
        """So many hours pass; what was told in them."""
        until = self.clock() + timedelta(hours=hours)
        while self.clock() < until:
            for name in self.shops:
                self.service.step(name)
            self.service.look()
            self.clock.move(minutes=30)
        said, self.said = self.said, []
        return said


def test_a_week_with_outages_of_everything() -> None:
    """Each is told once when it begins and once when it is over, restarts and all; memory stays as it is."""
    world = World()
    assert world.live(24) == []
    held = kept(world.service)
    world.shops["a"].down = True
    assert world.live(6) == ["+source a"], "its overdue jobs are a part of it"
    world.shops["a"].down = False
    assert world.live(18) == ["-source a"]
    Moody.mood.append("down")
    world.shops["a"].orders.append(an_order("1", lines=(a_line(sku="MUG"),)))
    assert world.live(3) == ["+remote a,b"]
    world.start()
    assert world.live(3) == [], "a restart tells nothing twice"
    Moody.mood.clear()
    assert world.live(18) == ["-remote a,b"]
    Moody.mood.append("login")
    assert world.live(5) == ["+login a,b"]
    Moody.mood.clear()
    assert world.live(19) == ["-login a,b"]
    world.store.down = True
    assert world.live(4) == ["+ledger all connections"]
    world.store.down = False
    assert world.live(20) == ["-ledger all connections"]
    world.deaf, world.shops["b"].down = True, True
    assert world.live(3) == []
    world.deaf = False
    assert world.live(2) == ["+source b"]
    world.shops["b"].down = False
    assert world.live(43) == ["-source b"]
    assert kept(world.service) == held
    assert world.store.alerts() == []
    assert len({one for one in world.pings if one.endswith("/fail")}) == 1
    assert len(world.pings) > 800


def kept(service: Service) -> int:
    """How many things the service's own parts keep."""
    parts = [service, service._teller, *service.agendas.values()]
    return sum(len(one) for part in parts for one in vars(part).values() if isinstance(one, dict | set | list))


def test_a_job_without_success_is_an_alert() -> None:
    """Though every run ends: what fails for long is told, and once it goes well it is over."""
    world = World()
    bad = world.service._engines["a"]

    def fails(**_: object) -> NoReturn:
        raise RuntimeError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bad, "run", fails)
        assert world.live(1.5) == []
        assert sorted(world.live(3)) == ["+overdue orders a", "+overdue tracking a"]
    assert sorted(world.live(2)) == ["-overdue orders a", "-overdue tracking a"]


def test_a_slow_source_holds_up_no_other_and_stopping_waits_for_it() -> None:
    """Real threads."""
    world = World()
    entered, go, other = threading.Event(), threading.Event(), threading.Event()

    class Slow(Shop):
        def fetch_orders(self, after: str | None) -> Iterable[SourceOrder | UnreadableOrder]:
            entered.set()
            assert go.wait(30)
            return []

    class Quick(Shop):
        def fetch_orders(self, after: str | None) -> Iterable[SourceOrder | UnreadableOrder]:
            other.set()
            return []

    world.shops = {"a": Slow(), "b": Quick()}
    world.start()
    world.service.start()
    assert entered.wait(30)
    assert other.wait(30)
    assert world.service.alive
    stopper = threading.Thread(target=world.service.stop)
    stopper.start()
    stopper.join(0.05)
    assert stopper.is_alive(), "the run under way comes to its end"
    go.set()
    stopper.join(30)
    assert not stopper.is_alive()
    assert not world.service.alive


def test_a_stop_comes_between_two_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was delivered is in the ledger, the rest is pending and unclaimed, and the next start sends it, once."""
    world = World()
    world.shops["a"].orders += [an_order(str(number), lines=(a_line(sku="MUG"),)) for number in range(100)]
    stop_at = 3
    create, made = Moody.create_order, list[str]()

    def stopping(self: Moody, draft: Any, **more: Any) -> Any:
        made.append(draft.number)
        if len(made) == stop_at:
            world.stopping.event.set()
        return evolve(create(self, draft, **more), id=draft.number)

    monkeypatch.setattr(Moody, "create_order", stopping)
    monkeypatch.setattr(Moody, "find_customer", lambda *_, **__: "7")
    world.service.step("a")
    sent = {entry.reference for entry in world.store.entries("a", states={OrderState.DELIVERED}, limit=200)}
    waiting = world.store.entries("a", states={OrderState.PENDING}, limit=200)
    assert 3 <= len(sent) < 100
    assert len(sent) + len(waiting) == 100
    assert not any(entry.claim for entry in waiting)
    world.stopping = Stopping()
    world.start()
    world.service.step("a")
    assert len(world.store.entries("a", states={OrderState.DELIVERED}, limit=200)) == 100
    assert len(made) == len(set(made)) == 100


@pytest.mark.process
def test_its_pages() -> None:
    """Health, readiness and why not, metrics, and nothing else."""
    world = World()
    world.live(1)
    with (
        serving(app_of(world.service), "127.0.0.1", 0) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as web,
    ):
        assert web.get("/healthz").status_code == 503, "not begun"
        world.service._threads = [threading.current_thread()]
        assert web.get("/healthz").json() == {"alive": True}
        assert web.get("/readyz").json() == {"ready": True, "ledger": True, "overdue": {}}
        assert 'tgbridge_runs_total{connection="a",job="orders",ok="true"} 2.0' in web.get("/metrics").text
        world.service.overdue["a"] = ["orders"]
        assert (web.get("/readyz").status_code, web.get("/readyz").json()["overdue"]) == (503, {"a": ["orders"]})
        assert web.get("/webhooks").status_code == 404
        assert web.post("/metrics").status_code == 405
