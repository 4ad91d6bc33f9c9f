"""Two drivers, one behaviour: what both promise, run for each; and what is the asynchronous one's own."""

from __future__ import annotations

import asyncio
import gc
import inspect
import ssl
import subprocess
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from attrs import evolve

from tests.tradegecko.drivers import NOW, Driver, SyncDriver, answering, driver
from tests.tradegecko.support import PAGED
from tradegecko_bridge import AsyncTradeGeckoClient, Sandbox, TradeGeckoClient, errors
from tradegecko_bridge.http_bounds import shared_ssl_context
from tradegecko_bridge.tradegecko.calls import Call, Reply
from tradegecko_bridge.tradegecko.client import DEFAULT, Priority
from tradegecko_bridge.tradegecko.resources import ORDERS, PRODUCTS, VARIANTS
from tradegecko_bridge.tradegecko.retry import NO_RETRY, RetryPolicy

__all__ = ["driver"]

GOOD = {"order": {"id": 1, "order_number": "W-1"}}
STEADY = RetryPolicy(jitter=lambda: 1.0)
GET: Call[Any] = ORDERS.get(1)
POST: Call[Any] = ORDERS.create({"company_id": 1})
LIST: Call[Any] = ORDERS.list()


def good(**headers: str) -> httpx.Response:
    return httpx.Response(200, json=GOOD, headers=headers)


# ── the same names ───────────────────────────────────────────────────────────────────────────


def public(kind: type) -> set[str]:
    return {name for name in {*dir(kind), *kind.__annotations__} if not name.startswith("_")}


def test_both_clients_offer_the_same() -> None:
    """Every public name of one is a name of the other, with the same parameters."""
    assert public(TradeGeckoClient) == public(AsyncTradeGeckoClient)
    for name in public(TradeGeckoClient):
        ours, theirs = getattr(TradeGeckoClient, name, None), getattr(AsyncTradeGeckoClient, name, None)
        if inspect.isfunction(ours) and inspect.isfunction(theirs):
            assert list(inspect.signature(ours).parameters) == list(inspect.signature(theirs).parameters), name


# ── one call ─────────────────────────────────────────────────────────────────────────────────


def test_a_call_gives_its_value(driver: Driver) -> None:
    """Read into its record, with what the request was made of."""
    script = answering(driver, good())
    assert driver.send(ORDERS.create({"notes": "é"}, idempotency_key="k1")).order_number == "W-1"
    request = script.requests[0]
    assert (request.method, str(request.url)) == ("POST", "https://api.example/orders")
    assert request.content == '{"order":{"notes":"é"}}'.encode()
    assert request.headers["Authorization"] == "Bearer secret-token"
    assert request.headers["Idempotency-Key"] == "k1"
    assert request.headers["User-Agent"].startswith("tradegecko-bridge/")


def test_nothing_of_a_call_stays_once_it_is_answered(driver: Driver) -> None:
    """Neither what was sent nor what came: nothing of it holds itself, for a collector to find some time."""
    call = evolve(POST, idempotency_key="k1")
    seen = list[weakref.ref[httpx.Request]]()

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(weakref.ref(request))
        return good()

    driver.open(answer)
    gc.disable()
    try:
        exchange = driver.exchange(call, may_leave=lambda: True)
        response = weakref.ref(exchange.response)
        del exchange
        assert (seen[0](), response()) == (None, None)
    finally:
        gc.enable()


def test_an_exchange_is_the_value_and_the_answer(driver: Driver) -> None:
    """The raw response, its request id, how many requests it took; no customer in its ``repr``."""
    answering(driver, httpx.Response(500), good(**{"X-Request-Id": "9f3"}), retry=STEADY)
    exchange = driver.exchange(GET)
    assert exchange.value.id == 1
    assert exchange.response.json() == GOOD
    assert (exchange.request_id, exchange.attempts) == ("9f3", 2)
    assert exchange.seconds >= 0
    assert "W-1" not in repr(exchange)


def test_pages_are_walked_one_by_one(driver: Driver) -> None:
    """From the page asked for to the last, each asked for once."""

    def api(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params["page"])
        return httpx.Response(
            200,
            json={"orders": [{"id": number}]},
            headers={"X-Pagination": f'{{"last_page": {str(number == 4).lower()}}}'},
        )

    driver.open(api)
    assert [page.records[0].id for page in driver.pages(ORDERS.list(page=2))] == [2, 3, 4]
    assert driver.client.calls == 3


@pytest.mark.parametrize(
    ("given", "expected"), [(DEFAULT, 30.0), (None, None), (0.5, 0.5), (httpx.Timeout(1.0, read=9.0), 9.0)]
)
def test_a_call_has_its_own_timeout(driver: Driver, given: Any, expected: float | None) -> None:
    """As the client is set, another, or none at all where there is no deadline either."""
    script = answering(driver, good())
    driver.send(GET, timeout=given, deadline=None)
    assert script.requests[0].extensions["timeout"]["read"] == expected


def test_no_cookie_is_kept(driver: Driver) -> None:
    """Whoever in between sets one."""
    answer = good()
    answer.headers["Set-Cookie"] = "shop=1; Path=/"
    answering(driver, answer)
    driver.send(GET)
    assert not list(driver.client._pool.http.cookies.jar)


def test_a_copy_with_other_options_shares_the_rest(driver: Driver) -> None:
    """Another timeout and other retries; the same counter and connections, which closing the copy leaves open."""
    script = answering(driver, httpx.Response(500), good(), good())
    hasty = driver.client.with_options(timeout=None, deadline=None, retry=NO_RETRY)
    original, driver.client = driver.client, hasty
    with pytest.raises(errors.ServerError):
        driver.send(GET)
    if isinstance(driver, SyncDriver):
        driver.client.close()
    driver.send(GET)
    assert script.requests[1].extensions["timeout"]["read"] is None
    driver.client = original
    driver.send(GET)
    assert script.requests[2].extensions["timeout"]["read"] == 30.0
    assert original.calls == hasty.calls == 3


def test_a_copys_resources_are_its_own(driver: Driver) -> None:
    """``copy.orders`` goes out with the copy's options, not with the first client's."""
    script = answering(driver, httpx.Response(200, json=GOOD))
    found = driver.client.with_options(timeout=7.0).orders.get(1)
    if not isinstance(driver, SyncDriver):
        driver.loop.run(found)  # type: ignore[arg-type]
    assert script.requests[0].extensions["timeout"]["read"] == 7.0


def test_a_priority_goes_to_the_limiter(driver: Driver) -> None:
    """The client's own, and a call's."""
    asked: list[Priority] = []

    class Limiter:
        def reserve(self, _now: datetime, priority: Priority) -> float:
            asked.append(priority)
            return 0.0

        def note(self, _headers: object, _now: datetime) -> None:
            pass

        refused = note

    answering(driver, good(), limiter=Limiter())
    driver.send(GET)
    driver.send(GET, priority=Priority.DELIVERY)
    assert asked == [Priority.NORMAL, Priority.DELIVERY]


def test_what_is_known_is_not_asked_for(driver: Driver) -> None:
    """A call that brings its answer along gives it without a request."""
    script = answering(driver, httpx.Response(500))
    exchange = driver.exchange(evolve(GET, known=Reply(status=200, headers={}, body=GOOD)))
    assert (exchange.value.id, exchange.attempts, exchange.response.json()) == (1, 0, GOOD)
    assert script.requests == []


def test_what_cannot_be_sent_is_not(driver: Driver) -> None:
    """Half a character, a key of two lines: told in one line, nothing goes out."""
    script = answering(driver, good())
    for call in (ORDERS.create({"notes": "\ud83d"}), ORDERS.create({}, idempotency_key="a\nb"), ORDERS.get("\x07")):
        with pytest.raises(errors.CannotBeSent, match="it cannot be sent"):
            driver.send(call)
    key: Any = 5
    with pytest.raises(errors.CannotBeSent, match="its idempotency key is a value of type int, not a text"):
        driver.send(ORDERS.create({}, idempotency_key=key))
    assert script.requests == []
    assert driver.client.calls == 0


# ── waiting ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("failure", [httpx.Response(503), httpx.ReadTimeout("x"), httpx.ConnectError("x")])
def test_a_read_is_tried_again(driver: Driver, failure: httpx.Response | Exception) -> None:
    """After the waits of the policy."""
    script = answering(driver, failure, failure, good(), retry=STEADY)
    assert driver.send(GET).id == 1
    assert len(script.requests) == 3
    assert driver.waits.slept == [0.5, 1.0]


def test_a_call_has_its_own_retries(driver: Driver) -> None:
    """None for this one."""
    script = answering(driver, httpx.Response(503), retry=STEADY)
    with pytest.raises(errors.ServerError) as caught:
        driver.send(GET, retry=NO_RETRY)
    assert len(script.requests) == caught.value.attempts == 1


def window(later: int, left: int, *, skew: timedelta = timedelta(0)) -> dict[str, str]:
    """The headers of an answer so many seconds after ``NOW``, by a server whose clock is off by ``skew``."""
    server = NOW + skew + timedelta(seconds=later)
    reset = (int(server.timestamp()) // 300 + 1) * 300
    return {
        "Date": format_datetime(server, usegmt=True),
        "X-Rate-Limit-Limit": "300",
        "X-Rate-Limit-Remaining": str(left),
        "X-Rate-Limit-Reset": str(reset),
    }


@pytest.mark.parametrize("skew", [timedelta(0), timedelta(hours=-5), timedelta(days=2)])
def test_a_refusal_is_waited_out_by_the_servers_clock(driver: Driver, skew: timedelta) -> None:
    """However far the clocks differ: until the window opens, and hardly longer."""
    refusal = httpx.Response(429, headers=window(0, 0, skew=skew))
    script = answering(driver, refusal, good(), retry=STEADY)
    assert driver.send(POST).id == 1
    assert len(script.requests) == 2
    assert 42 <= sum(driver.waits.slept) <= 45


@pytest.mark.parametrize("jump", [timedelta(hours=-3), timedelta(hours=3), timedelta(days=-400)])
def test_a_clock_that_jumps_stops_nobody(driver: Driver, jump: timedelta) -> None:
    """Set back or forward in the middle of a call: no wait is longer than a window, and the call succeeds."""
    script = iter([httpx.Response(429, headers=window(0, 0)), good(**window(43, 299)), good(**window(44, 298))])

    def api(_request: httpx.Request) -> httpx.Response:
        driver.waits.now += jump
        return next(script)

    driver.open(api, retry=STEADY)
    driver.send(GET)
    driver.send(GET)
    assert max(driver.waits.slept) <= 302
    assert sum(driver.waits.slept) <= 330


def test_no_room_within_patience_is_an_error(driver: Driver) -> None:
    """A limiter that never lets go does not hold a call for ever; nothing was sent."""

    class Shut:
        def reserve(self, _now: datetime, _priority: Priority) -> float:
            return 100.0

        def note(self, _headers: object, _now: datetime) -> None:
            pass

        refused = note

    script = answering(driver, good(), limiter=Shut())
    with pytest.raises(errors.RateLimited, match="nothing was sent") as caught:
        driver.send(GET, retry=NO_RETRY)
    assert script.requests == []
    assert driver.waits.slept == [100.0, 100.0, 100.0]
    assert caught.value.reset_at == driver.waits.now + timedelta(seconds=100)


# ── bad input ────────────────────────────────────────────────────────────────────────────────

HTML = "<!DOCTYPE html><html><body>Maintenance</body></html>"
ONE_GONE = {"orders": [{"id": 1}, {"id": 2, "tags": 7}, "nonsense", {"id": 3}]}


@pytest.mark.parametrize(
    ("call", "answer", "said"),
    [
        (GET, httpx.Response(200, text=HTML, headers={"Content-Type": "text/html"}), "not JSON (text/html)"),
        (GET, httpx.Response(200, content=b'{"order": {"id": 1'), "not JSON"),
        (GET, httpx.Response(200, content=b"\xff\xfe\x00"), "not JSON"),
        (GET, httpx.Response(200, json={"orders": []}), "expected root 'order'"),
        (GET, httpx.Response(200, json=[1]), "got a list"),
        (GET, httpx.Response(204), "got nothing"),
        (POST, httpx.Response(204), "got nothing"),
        (LIST, httpx.Response(204), "got nothing"),
        (LIST, httpx.Response(200, json={"orders": {}}, headers=PAGED), "not a list"),
        (LIST, httpx.Response(200, json={"orders": []}), "X-Pagination"),
        (GET, httpx.Response(302, headers={"Location": "http://elsewhere.example/"}), "redirect"),
        (GET, httpx.Response(304), "redirect"),
        (GET, httpx.DecodingError("bad gzip"), "compression"),
    ],
)
def test_an_answer_that_is_none(driver: Driver, call: Call[Any], answer: httpx.Response | Exception, said: str) -> None:
    """Told as unreadable, once, with what was wrong; nothing follows it anywhere."""
    script = answering(driver, answer, retry=STEADY)
    with pytest.raises(errors.UnreadableReply) as caught:
        driver.send(call)
    assert said in str(caught.value)
    assert len(script.requests) == caught.value.attempts == 1


def test_a_bad_record_does_not_hide_the_others(driver: Driver) -> None:
    """The page goes on, with a line for each that could not be read."""
    answering(driver, httpx.Response(200, json=ONE_GONE, headers=PAGED))
    (page,) = driver.pages(LIST)
    assert [order.id for order in page] == [1, 3]
    assert len(page.problems) == 2


def test_an_address_too_long_is_told(driver: Driver) -> None:
    """414, with what to do about it."""
    answering(driver, httpx.Response(414, text="Request-URI Too Large"), retry=STEADY)
    with pytest.raises(errors.RequestTooLong, match="fewer filters"):
        driver.send(LIST)


@pytest.mark.parametrize("fault", ["drop_before_commit", "drop_mid_body"])
def test_an_answer_cut_short_on_the_wire(driver: Driver, sandbox: Sandbox, fault: str) -> None:
    """A read is asked again over a new connection; a write is in doubt."""
    driver.open(None, base_url=sandbox.base_url, clock=lambda: datetime.now(UTC))
    sandbox_token(driver, sandbox)
    sandbox.fault("GET", "/variants", fault)
    assert len(driver.send(VARIANTS.list()).records) == 16
    assert driver.client.calls == 2
    sandbox.fault("POST", "/products", "drop_after_commit")
    with pytest.raises(errors.TransportError, match="look before") as caught:
        driver.send(PRODUCTS.create({"name": "Kite"}))
    assert caught.value.may_have_arrived


def sandbox_token(driver: Driver, sandbox: Sandbox) -> None:
    """Open the driver anew with the sandbox's own token."""
    kind = type(driver.client)
    if isinstance(driver, SyncDriver):
        driver.client.close()
        driver.client = TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url, sleep=driver.waits.sleep)
    else:
        driver.loop.run(driver.client.close())

        async def sleep(seconds: float) -> None:
            driver.waits.sleep(seconds)

        driver.client = AsyncTradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url, sleep=sleep)
    assert type(driver.client) is kind


# ── threads and tasks ────────────────────────────────────────────────────────────────────────


def test_many_threads_may_use_one_client(sandbox: Sandbox) -> None:
    """Each gets its own answer, and no request is lost from the count."""
    ids = [variant.id for variant in _variants(sandbox)]
    with (
        TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client,
        ThreadPoolExecutor(8) as threads,
    ):
        wanted = ids * 10
        assert [variant.id for variant in threads.map(client.variants.get, wanted)] == wanted
        assert client.calls == len(wanted)


def _variants(sandbox: Sandbox) -> list[Any]:
    with TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client:
        return list(client.variants.list())


def test_many_tasks_may_use_one_client(sandbox: Sandbox) -> None:
    """The resources of the asynchronous client, side by side, against the sandbox."""

    async def work() -> None:
        async with AsyncTradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client:
            variants = [variant async for variant in client.variants.list(limit=4)]
            again = await asyncio.gather(*(client.variants.get(variant.id) for variant in variants))
            assert [variant.id for variant in again] == [variant.id for variant in variants]
            product = await client.products.create({"name": "Kite"}, idempotency_key="k")
            await client.products.update(product.id, {"name": "Blue kite"})
            assert (await client.products.get(product.id)).name == "Blue kite"
            await client.products.delete(product.id)
            assert (await client.users.current()).id == 1
            pages = [page async for page in client.products.list(limit=0).pages()]
            assert [page.records for page in pages] == [[]]
            assert client.calls == len(sandbox.requests())

    asyncio.run(work())


def test_a_cancelled_call_leaves_the_client_usable() -> None:
    """The next call goes out as if nothing had been."""
    started = asyncio.Event()

    async def api(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/1"):
            started.set()
            await asyncio.sleep(60)
        return httpx.Response(200, json={"order": {"id": 2}})

    async def work() -> None:
        async with AsyncTradeGeckoClient("t", transport=httpx.MockTransport(api)) as client:
            task = asyncio.create_task(client.orders.get(1))
            await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (await client.orders.get(2)).id == 2

    asyncio.run(work())


def test_any_asgi_application_will_do() -> None:
    """A program's own server, without a socket."""

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        assert scope["path"] == "/api/orders/1"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"order": {"id": 1}}'})

    async def work() -> None:
        transport = httpx.ASGITransport(app)
        async with AsyncTradeGeckoClient("t", base_url="https://here/api/", transport=transport) as client:
            assert (await client.orders.get(1)).id == 1

    asyncio.run(work())


# ── one context for all ──────────────────────────────────────────────────────────────────────


def test_all_clients_share_one_ssl_context(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made when it is first needed, once; one's own is taken where it is given."""
    made: list[ssl.SSLContext] = []
    seen: list[object] = []
    create = httpx.create_ssl_context

    def counted(*args: Any, **options: Any) -> ssl.SSLContext:
        context = options.get("verify", args[0] if args else True)
        seen.append(context)
        if not isinstance(context, ssl.SSLContext):
            made.append(create(*args, **options))
            return made[-1]
        return context

    monkeypatch.setattr(httpx, "create_ssl_context", counted)
    shared_ssl_context.cache_clear()
    for _ in range(3):
        TradeGeckoClient("t").close()
    assert len(made) == 1
    assert shared_ssl_context() is made[0]


def test_four_hundred_clients_are_cheap() -> None:
    """Less memory than forty would take with a context each."""
    code = (
        "import resource\n"
        "from tradegecko_bridge import TradeGeckoClient\n"
        "first = TradeGeckoClient('t')\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "clients = [TradeGeckoClient('t') for _ in range(400)]\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert int(done.stdout) < 40_000  # kB
