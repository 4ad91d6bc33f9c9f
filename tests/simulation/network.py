"""The network at the HTTP level: an httpx transport on which everything can go wrong.

Behind it is the sandbox, before it the real client with its rate limiter, the real gateway and its mirror.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

import httpx
import orjson
from attrs import evolve, frozen

from tests.simulation import wire
from tests.simulation.disk import remote_mirror, remote_permits
from tests.simulation.faults import Occurrence
from tests.simulation.sandbox import Reply, SandboxAccount
from tests.simulation.scheduler import MINUTE, SECOND, BatonLock, Process
from tests.simulation.wire import TIMEOUT, Arrival
from tradegecko_bridge import TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.ports import Gateway
from tradegecko_bridge.sandbox.wire.messages import Request
from tradegecko_bridge.tradegecko.limits import RateLimiter, SharedLimiter
from tradegecko_bridge.tradegecko.retry import RetryPolicy

if TYPE_CHECKING:
    from tests.simulation.crew import Crew

ADDRESS: Final = "https://api.tradegecko.example"
KEPT_ALIVE: Final = 5 * SECOND
"""How long a connection may be idle."""
HTML: Final = b"<html><head><title>Blocked</title></head><body>Your request was blocked.</body></html>"
FOREIGN: Final = (b'{"code": 17, "reason": "blocked"}', b'{"error": {"reason": "policy"}}', b"blocked", b"")
STATUSES: Final = (200, 302, 400, 401, 402, 403, 404, 407, 409, 414, 422, 429, 500, 502, 503, 504)
"""What something in between may say for itself."""
NOT_THE_TOKEN: Final = "Bearer no-longer-valid"

Answer = Reply | httpx.TransportError
"""What comes back; the error is raised."""


@frozen
class _Trip:
    """A request on the network."""

    account: SandboxAccount
    request: Request

    def arrive(self, arrival: Arrival) -> Answer:
        return self.account.answer(self.request, arrival)

    def cut_short(self, answer: Answer, cut: Occurrence) -> Answer:
        """The connection breaks; or something in between takes what it has for all."""
        if isinstance(answer, Reply) and cut.other < 0.5:
            return evolve(answer, body=answer.body[: int(cut.amount * len(answer.body))])
        return httpx.RemoteProtocolError("simulated: the connection was closed in the middle of the answer")

    def of_another(self, answer: Answer, which: Occurrence) -> Answer:
        """Of a request that was answered alike, if there was one."""
        others = [reply for reply in self.account.replies if reply is not answer]
        alike = [reply for reply in others if isinstance(answer, Reply) and reply.status == answer.status]
        some = alike or others
        return some[int(which.amount * len(some))] if some else answer

    def from_between(self, refusal: Occurrence) -> Answer:
        status = STATUSES[int(refusal.amount * len(STATUSES))]
        if refusal.other < 0.5:
            return Reply(status, (("Content-Type", "text/html"),), HTML)
        body = FOREIGN[int((refusal.other - 0.5) * 2 * len(FOREIGN))]
        return Reply(status, (("Content-Type", "application/json"),), body)


class Connection:
    """A connection that is kept alive. Once an answer has come twice on it, those that follow are their neighbours'."""

    def __init__(self) -> None:
        self.closed = False
        self.idle_since = 0
        self._queue: list[Reply] = []
        self._last: Reply | None = None

    def receive(self, reply: Reply, *, once_more: bool) -> Reply:
        """The server answers with ``reply``; what is read next."""
        if once_more and self._last is not None:
            self._queue.append(self._last)
        self._queue.append(reply)
        self._last = self._queue.pop(0)
        return self._last

    def close(self) -> None:
        """Nothing more is read from it."""
        self.closed = True


class SimulatedTransport(httpx.BaseTransport):
    """One worker's network."""

    def __init__(self, world: Crew, account: SandboxAccount) -> None:
        self._world = world
        self._account = account
        self._idle: list[Connection] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        writes = request.method != "GET"
        self._world.point("network.connect", 20_000, "at it" if writes else "")
        if self._world.faults.happens("account down"):
            raise httpx.ConnectError("simulated: the account is down", request=request)
        connection = self._connection()
        if (trace := request.extensions.get("trace")) is not None:
            trace("http11.send_request_headers.started", {})
        answer = (self._write if writes else self._read)(_Trip(self._account, _received(request)))
        if answer is None:
            raise httpx.ReadTimeout("simulated: no answer in time", request=request)
        if not isinstance(answer, Reply):
            raise answer
        once_more = self._world.faults.happens("answers shifted") is not None
        reply = connection.receive(answer, once_more=once_more)
        self._give_back(connection)
        return httpx.Response(
            reply.status,
            headers=list(reply.headers),
            stream=httpx.ByteStream(reply.body),
            extensions={"network_stream": connection, "http_version": b"HTTP/1.1"},
        )

    # ── connections ──────────────────────────────────────────────────────────────────────────

    def _connection(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.closed and self._world.scheduler.now - connection.idle_since <= KEPT_ALIVE:
                return connection
        return Connection()

    def _give_back(self, connection: Connection) -> None:
        connection.idle_since = self._world.scheduler.now
        self._idle.append(connection)

    # ── requests ─────────────────────────────────────────────────────────────────────────────

    def _write(self, trip: _Trip) -> Answer | None:
        happens, request = self._world.faults.happens, trip.request
        if others := happens("rate limit"):
            self._account.others_ask(others.amount)
        if happens("access denied"):
            request.headers["authorization"] = NOT_THE_TOKEN
        if happens("request refused"):
            request.body = b"{}"
        return wire.send(self._world, _told(request), trip)

    def _read(self, trip: _Trip) -> Answer | None:
        """Its answer may be lost, cut short, or somebody else's; or something in between answers."""
        world, faults, scheduler = self._world, self._world.faults, self._world.scheduler
        if faults.happens("limit used up"):
            self._account.others_ask(1)
        fails, swapped = faults.happens("read fails"), faults.happens("read swapped")
        ticket, sender = scheduler.ticket(), scheduler.current
        world.story.tell(sender.process.name, f"asks {_told(trip.request)}?{trip.request.query}", quiet=True)

        def arrive() -> None:
            answer = trip.arrive(Arrival())
            if fails and fails.amount < 0.4:
                return
            if fails:
                answer = trip.from_between(fails) if fails.amount < 0.7 else trip.cut_short(answer, fails)
            elif swapped:
                answer = trip.of_another(answer, swapped)
            scheduler.wake(sender, ticket, answer, delay=world.duration(100_000))

        scheduler.after(world.duration(100_000), arrive)
        answer: Answer | None = scheduler.wait(TIMEOUT)
        return answer


def _received(request: httpx.Request) -> Request:
    """The request as the sandbox takes it."""
    headers = {name.lower(): text for name, text in request.headers.items()}
    return Request(request.method, request.url.path, request.url.query.decode("ascii"), headers, request.content)


def _told(request: Request) -> str:
    """A request for the story."""
    number = ""
    if request.method == "POST" and request.path == "/orders" and len(request.body) > 2:
        number = f" {orjson.loads(request.body)['order']['order_number']!r}"
    return f"{request.method} {request.path}{number}"


class HttpLevel:
    """The sandbox on a network, and real gateways with real clients before it."""

    def __init__(self, world: Crew, account: SandboxAccount) -> None:
        self._world = world
        self._chance = Random(f"{world.seed} clients")
        self._shares_limit = self._chance.random() < 0.3
        self.account = account

    def gateway(self, process: Process) -> Gateway:
        world, scheduler = self._world, self._world.scheduler

        def sleep(seconds: float) -> None:
            delay = int(seconds * SECOND) + 1  # time passes however short it is
            world.trouble("at it", within=min(delay, MINUTE))
            scheduler.sleep(delay)

        def lock() -> BatonLock:
            return BatonLock(scheduler)

        shared = SharedLimiter(remote_permits(world), "account", lock=lock)
        client = TradeGeckoClient(
            self.account.token,
            base_url=ADDRESS,
            transport=SimulatedTransport(world, self.account),
            limiter=shared if self._shares_limit else RateLimiter(lock=lock),
            retry=RetryPolicy(jitter=self._chance.random),
            clock=lambda: scheduler.time(process),
            sleep=sleep,
        )
        mirror = remote_mirror(world)
        return TradeGeckoGateway(client, mirror=mirror, clock=lambda: scheduler.time(process), lock=lock)
