"""How a client is made, and what it gives back beside values."""

from __future__ import annotations

import copy
import pickle
from collections.abc import AsyncIterator, Callable, Iterator
from time import sleep
from typing import Any

import anyio
import httpx
import pytest
from anyio import run
from hypothesis import given
from hypothesis import strategies as st

from tests.test_secrets import HIDDEN, PERSON, everything_logged, shown, shown_of_error
from tests.tradegecko.drivers import Driver, SyncDriver, driver
from tests.tradegecko.support import PAGED, mocked
from tradegecko_bridge import AsyncTradeGeckoClient, RetryPolicy, Sandbox, Secret, TradeGeckoClient, errors
from tradegecko_bridge.tradegecko.resources import ORDERS

__all__ = ["driver"]

ORDER = httpx.Response(200, json={"order": {"id": 7}}, headers={"X-Request-Id": "r", "X-Told": "this"})
REFUSAL = {"type": "Unprocessable Entity", "message": "no", "errors": {"email": ["is taken"]}, "email": PERSON}

# ── what a client is made of ─────────────────────────────────────────────────────────────────


def test_the_environment_says_what_was_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Token and address; an argument goes before, and without both one line says what to do."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return ORDER

    monkeypatch.setenv("TRADEGECKO_TOKEN", "from-outside")
    monkeypatch.setenv("TRADEGECKO_BASE_URL", "https://outside.example")
    TradeGeckoClient(transport=httpx.MockTransport(answer)).orders.get(7)
    TradeGeckoClient("given", base_url="https://given.example", transport=httpx.MockTransport(answer)).orders.get(7)
    assert [(request.url.host, request.headers["Authorization"]) for request in seen] == [
        ("outside.example", "Bearer from-outside"),
        ("given.example", "Bearer given"),
    ]
    monkeypatch.setenv("TRADEGECKO_TOKEN", "")
    monkeypatch.delenv("TRADEGECKO_BASE_URL")
    with pytest.raises(errors.ConfigError, match="there is no access token: give token, or set TRADEGECKO_TOKEN"):
        TradeGeckoClient()
    assert TradeGeckoClient("given").base_url == "https://api.tradegecko.com"


HTTP = httpx.Client()
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"token": 7}, "token must be an access token or an httpx.Auth, not int"),
    ({"timeout": "30"}, "timeout must be a number of seconds above 0, an httpx.Timeout or None, not '30'"),
    ({"timeout": -1}, "timeout must be a number of seconds above 0, an httpx.Timeout or None, not -1"),
    ({"timeout": True}, "timeout must be a number of seconds above 0, an httpx.Timeout or None, not True"),
    ({"deadline": 0}, "deadline must be a number of seconds above 0, or None, not 0"),
    ({"max_retries": -1}, "max_retries must be a whole number from 0, not -1"),
    ({"max_retries": 1.5}, "max_retries must be a whole number from 0, not 1.5"),
    ({"retry": 3}, "retry must be a RetryPolicy, not 3; for a number of repetitions write max_retries"),
    ({"max_retries": 1, "retry": RetryPolicy()}, "give either retry or max_retries: RetryPolicy(attempts=…) counts"),
    ({"default_headers": {"authorization": "x"}}, "default_headers: authorization is left to the client: give the tok"),
    ({"default_headers": {"Idempotency-Key": "x"}}, "default_headers: Idempotency-Key is left to the client: give ide"),
    ({"default_headers": {"X-A": f"{HIDDEN}\r\nB: c"}}, "default_headers: the value of X-A is not one line of printa"),
    ({"default_headers": {"X-A": 7}}, "default_headers: the value of X-A must be a text, not a int"),
    ({"default_headers": {"X A": "x"}}, "default_headers: 'X A' is not the name of a header"),
    ({"http_client": "x"}, "http_client must be an httpx.Client, not str"),
    ({"http_client": httpx.AsyncClient()}, "http_client must be an httpx.Client, not AsyncClient"),
    ({"http_client": HTTP, "proxy": "http://a.example"}, "http_client has its own proxy: set that when you make it"),
    ({"http_client": HTTP, "limits": httpx.Limits(), "ssl_context": 1}, "http_client has its own limits and ssl_conte"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG, ids=lambda value: value if isinstance(value, str) else "")
def test_arguments_that_cannot_work(arguments: dict[str, Any], said: str) -> None:
    """One line each, when the client is made, and the value of no header in it."""
    with pytest.raises(errors.ConfigError) as caught:
        TradeGeckoClient(**{"token": "t", **arguments})
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)
    assert HIDDEN not in str(caught.value)


def test_options_of_a_copy_and_a_call_are_checked_too() -> None:
    """And a misspelt one is Python's own error."""
    client = mocked(lambda _: ORDER)
    wrong: list[Callable[[], object]] = [
        lambda: client.with_options(timeout="x"),  # type: ignore[arg-type]
        lambda: client.send(ORDERS.get(7), max_retries=-1),
    ]
    for make in wrong:
        with pytest.raises(errors.ConfigError, match="must be a"):
            make()
    with pytest.raises(TypeError, match="timout"):
        client.send(ORDERS.get(7), timout=3)  # type: ignore[call-arg]


@pytest.mark.parametrize("retries", range(4))
def test_max_retries_is_what_comes_after_the_first(driver: Driver, retries: int) -> None:
    """Of the client, a copy and a call alike; the rest of the policy stays."""
    driver.open(lambda _: httpx.Response(500), max_retries=retries)
    with pytest.raises(errors.ServerError) as caught:
        driver.send(ORDERS.get(7))
    assert caught.value.attempts == retries + 1
    with pytest.raises(errors.ServerError) as caught:
        driver.send(ORDERS.get(7), max_retries=0)
    assert caught.value.attempts == 1
    policy = (
        driver.client.with_options(retry=RetryPolicy(patience=9.0)).with_options(max_retries=retries)._options.retry
    )
    assert (policy.patience, policy.attempts) == (9.0, retries + 1)


def test_default_headers_are_sent_and_show_nowhere(driver: Driver) -> None:
    """With every request beside ours, from the client and its copies."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(422, json=REFUSAL)

    headers = {"X-Shop": Secret(HIDDEN), "User-Agent": "mine"}
    with everything_logged() as recorder:
        driver.open(answer, default_headers=headers)
        with pytest.raises(errors.ValidationFailed) as caught:
            driver.send(ORDERS.create({"notes": PERSON}, idempotency_key="k"))
    assert [seen[0].headers[name] for name in ("x-shop", "user-agent", "idempotency-key")] == [HIDDEN, "mine", "k"]
    assert recorder.found(HIDDEN) == []
    copied = driver.client.with_options(timeout=3)
    for thing in (shown(driver.client), shown(copied), shown_of_error(caught.value)):
        assert HIDDEN not in thing


# ── an httpx client of one's own ─────────────────────────────────────────────────────────────


class Spaces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that is not read yet."""

    def __iter__(self) -> Iterator[bytes]:
        yield b" " * 2000

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b" " * 2000


class Shop:
    """An API that sets cookies, redirects, and answers with too much."""

    def __init__(self) -> None:
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        match request.url.path:
            case "/orders/1":
                return httpx.Response(302, headers={"Location": f"/orders/7?t={HIDDEN}"})
            case "/orders/2":
                return httpx.Response(200, stream=Spaces())
            case "/orders/3":
                return httpx.Response(200, content=b"x", headers={"Content-Encoding": "br"})
        return httpx.Response(200, json={"order": {"id": 7}}, headers={"Set-Cookie": f"session={HIDDEN}; Path=/"})


def close(driver: Driver) -> None:
    if isinstance(driver, SyncDriver):
        driver.client.close()
    else:
        driver.loop.run(driver.client.close())


def wanted(**options: Any) -> dict[str, Any]:
    """Settings of a careless httpx client."""
    return {"follow_redirects": True, "headers": {"X-Theirs": "x"}, "auth": ("me", HIDDEN), "timeout": 77.0, **options}


def test_a_client_of_ones_own_keeps_to_the_same(driver: Driver) -> None:
    """No redirect is followed, no cookie and no other login sent, answers have their bounds; it stays open."""
    api = Shop()
    kind = httpx.Client if isinstance(driver, SyncDriver) else httpx.AsyncClient
    http: Any = kind(transport=httpx.MockTransport(api), **wanted())
    http.cookies.set("mine", HIDDEN)
    driver.open(None, http_client=http, largest_answer=1000)
    for _ in range(2):
        assert driver.send(ORDERS.get(7)).id == 7
    for number, said in ((1, "302, a redirect"), (2, "larger than 1,000 bytes"), (3, "compressed by 'br'")):
        with pytest.raises(errors.UnreadableReply, match=said):
            driver.send(ORDERS.get(number))
    with pytest.raises(errors.UnreadableReply) as caught:
        driver.send(ORDERS.get(2))
    assert caught.value.response is not None
    assert (caught.value.response.status_code, caught.value.body) == (200, None)  # it was not read
    assert [request.url.path for request in api.seen] == [f"/orders/{n}" for n in (7, 7, 1, 2, 3, 2)]
    for request in api.seen:
        assert request.headers["Authorization"] == "Bearer secret-token"
        assert not {"cookie", "x-theirs"} & set(request.headers)
        assert request.extensions["timeout"]["read"] == 30.0
    close(driver)
    assert not http.is_closed
    driver.open(None, http_client=http)
    if isinstance(http, httpx.Client):
        http.close()
        with pytest.raises(errors.ClientClosed):
            driver.send(ORDERS.get(7))


class Drip(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that comes in pieces, and never ends by itself."""

    def __iter__(self) -> Iterator[bytes]:
        while True:
            sleep(0.02)
            yield b" "

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await anyio.sleep(0.02)
            yield b" "


def test_a_client_of_ones_own_keeps_the_deadline(driver: Driver) -> None:
    """Between the steps of its transport."""
    kind: Any = httpx.Client if isinstance(driver, SyncDriver) else httpx.AsyncClient
    http = kind(transport=httpx.MockTransport(lambda _: httpx.Response(200, stream=Drip())))
    driver.open(None, http_client=http, deadline=0.1, max_retries=0)
    with pytest.raises(errors.TimedOut, match="by the deadline"):
        driver.send(ORDERS.get(7))


def test_a_client_of_ones_own_leaves_nothing_in_the_log(sandbox: Sandbox) -> None:
    """Whatever level its loggers have; its own requests are logged as ever."""
    with everything_logged() as recorder, httpx.Client() as http:
        with TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url, http_client=http) as client:
            assert list(client.companies.list(email=f"ann@{PERSON}.example")) == []
        http.get(f"{sandbox.base_url}/orders?who=me")
    assert recorder.found(PERSON, sandbox.access_token) == []
    assert {"httpx", "httpcore.http11"} <= recorder.loggers()
    assert recorder.found("who=me")


def test_a_client_of_ones_own_is_not_used_after_a_fork() -> None:
    """Its connections are the parent's; one line says so."""
    with httpx.Client(transport=httpx.MockTransport(Shop())) as http:
        client = TradeGeckoClient("t", http_client=http)
        assert client.orders.get(7).id == 7
        client._pool.after_fork_in_child()
        with pytest.raises(errors.ConfigError, match="the http_client was opened before this process was forked"):
            client.orders.get(7)


def test_a_closed_client_says_so(driver: Driver) -> None:
    """In one line, at once, whoever closed it; nothing is sent, and the engine may try again later."""
    api = Shop()
    driver.open(api)
    copied = driver.client.with_options(timeout=3.0)
    close(driver)
    with pytest.raises(errors.ClientClosed) as caught:
        driver.send(ORDERS.get(7))
    assert str(caught.value) == (
        "nothing sent on GET /orders/7: the client is closed; "
        "use it before close(), inside its with block, or make another"
    )
    assert (caught.value.may_have_arrived, caught.value.attempts, api.seen) == (False, 1, [])
    if isinstance(copied, TradeGeckoClient):
        with pytest.raises(errors.ClientClosed):
            copied.orders.get(7)


# ── answers as they came ─────────────────────────────────────────────────────────────────────


def test_an_answer_beside_its_value() -> None:
    """Of each method, typed; a list gives one page."""
    client = mocked(lambda _: ORDER)
    answer = client.orders.with_raw_response.get(7)
    assert (answer.value.id, answer.response.headers["X-Told"], answer.request_id) == (7, "this", "r")
    page = mocked(lambda _: httpx.Response(200, headers=PAGED, json={"orders": [{"id": 1}]})).orders.with_raw_response
    assert [order.id for order in page.list(status="active").value] == [1]
    assert mocked(lambda _: httpx.Response(204)).orders.with_raw_response.delete(7).response.status_code == 204

    async def ask() -> int:
        transport = httpx.MockTransport(lambda _: ORDER)
        async with AsyncTradeGeckoClient("t", base_url="https://a.example", transport=transport) as client:
            return (await client.orders.with_raw_response.get(7)).value.id

    assert run(ask) == 7


ANSWERS: list[tuple[httpx.Response, type[errors.TradeGeckoError], Any]] = [
    (httpx.Response(422, json=REFUSAL, headers={"X-Told": HIDDEN}), errors.ValidationFailed, REFUSAL),
    (
        httpx.Response(404, json={"type": "Not Found", "message": "no"}),
        errors.NotFound,
        {"type": "Not Found", "message": "no"},
    ),
    (httpx.Response(500, text=f"<p>{PERSON}"), errors.ServerError, f"<p>{PERSON}"),
    (httpx.Response(503), errors.ServerError, None),
    (httpx.Response(200, text=f"{PERSON} {{"), errors.UnreadableReply, f"{PERSON} {{"),
    (httpx.Response(200, json={"company": {"id": 1}}), errors.UnreadableReply, {"company": {"id": 1}}),
    (httpx.Response(302, headers={"Location": f"/x?{HIDDEN}"}), errors.UnreadableReply, None),
]


@pytest.mark.parametrize(("answer", "kind", "body"), ANSWERS, ids=lambda value: getattr(value, "__name__", ""))
def test_an_error_has_the_answer_for_whoever_asks(
    driver: Driver, answer: httpx.Response, kind: type[errors.TradeGeckoError], body: Any
) -> None:
    """Response, headers and body; no form in which an error is shown, kept or sent on has them."""
    driver.open(lambda _: answer, max_retries=0, default_headers={"X-Shop": HIDDEN})
    call = (
        ORDERS.create({"notes": PERSON}, idempotency_key="k") if kind is not errors.UnreadableReply else ORDERS.get(7)
    )
    with pytest.raises(kind) as caught:
        driver.send(call)
    error = caught.value
    assert error.response is answer
    assert dict(error.headers) == dict(answer.headers)
    assert error.body == body
    assert not {"authorization", "x-shop"} & set(answer.request.headers)
    assert (answer.request.method, answer.request.content) == (call.method, b"")
    for form in (vars(error), error.args, error.__reduce__(), error):
        assert HIDDEN not in repr(form)
        assert "Response" not in repr(form)
    for tag in (HIDDEN, PERSON):
        assert tag not in shown_of_error(error)
    for duplicate in (copy.copy(error), copy.deepcopy(error), pickle.loads(pickle.dumps(error))):
        assert (str(duplicate), duplicate.response, dict(duplicate.headers), duplicate.body) == (
            str(error),
            None,
            {},
            None,
        )


def test_without_an_answer_there_is_none(driver: Driver) -> None:
    """Lost on the way, or never sent."""
    driver.open(lambda request: (_ for _ in ()).throw(httpx.ReadError("lost", request=request)), max_retries=0)
    with pytest.raises(errors.TransportError) as caught:
        driver.send(ORDERS.get(7))
    assert (caught.value.response, dict(caught.value.headers), caught.value.body) == (None, {}, None)


@given(
    st.integers(200, 599), st.binary(max_size=60), st.sampled_from(["application/json", "text/html; charset=x", "a"])
)
def test_whatever_is_answered_can_be_looked_at(status: int, content: bytes, kind: str) -> None:
    """Body and headers never raise, and are those of the answer."""
    answer = httpx.Response(status, content=content, headers={"Content-Type": kind})
    error = None
    try:
        mocked(lambda _: answer).orders.get(7)
    except errors.TradeGeckoError as raised:
        error = raised
    assert error is None or error.response is answer
    assert error is None or (error.body is None) >= (not content)
    assert error is None or error.headers["content-type"] == kind
