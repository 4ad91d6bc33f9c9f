"""The toolkit's HTTP client: what each answer of a shop becomes, what is tried again, and what shows."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradegecko_bridge import Secret
from tradegecko_bridge.errors import ConfigError, SourceError, SourceNeedsLogin, SourceRefused, SourceUnavailable
from tradegecko_bridge.http_bounds import LARGEST_ANSWER
from tradegecko_bridge.sources.toolkit import (
    NO_RETRIES,
    Answer,
    AnswerLost,
    AnswerTooLarge,
    Busy,
    Forbidden,
    NotThere,
    Pace,
    Refusal,
    Retries,
    ShopClient,
    ShopFault,
    cost_in,
    remaining_in,
    used_of,
)

KEY = "sk_7f3a9c21e5"
URL = "https://shop.example/api"
Act = Callable[[httpx.Request], httpx.Response]


class Shop:
    """Answers from a list, the last one again and again; keeps what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers, self.asked = list(answers), list[httpx.Request]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, content=answer.content, headers=answer.headers)


def client(shop: Act, waits: list[float] | None = None, **more: object) -> ShopClient:
    """A client of that shop that notes its waits in place of waiting."""
    kept = waits if waits is not None else []
    options = {"retries": Retries(sleep=kept.append, jitter=lambda: 1.0), **more}
    return ShopClient("Acme", URL, headers={"x-key": Secret(KEY)}, transport=httpx.MockTransport(shop), **options)  # type: ignore[arg-type]


def said(status: int, body: object = None, **headers: str) -> httpx.Response:
    """An answer in JSON."""
    return httpx.Response(status, json=body, headers=headers)


PAGE = httpx.Response(200, html="<title>Welcome</title>")


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (said(400, {"message": "no such field"}), Refusal, "Acme refused (400): no such field"),
        (said(422, {"errors": {"sku": ["is taken"]}}), Refusal, "sku: is taken"),
        (said(401), SourceNeedsLogin, "does not accept the login"),
        (said(403, {"error": "scope write_orders"}), Forbidden, "scope write_orders"),
        (said(404), NotThere, "404"),
        (said(410), NotThere, "410"),
        (said(408), SourceUnavailable, "408"),
        (said(429), SourceUnavailable, "429"),
        (said(500), ShopFault, "broke over this request"),
        (said(503), SourceUnavailable, "503"),
        (said(301, location="https://www.shop.example/api/orders?key=1"), SourceRefused, "https://www.shop.example/"),
        (said(302, location="https://shop.example/login?next=orders"), SourceNeedsLogin, "log in"),
        (said(302), SourceRefused, "nowhere"),
        (PAGE, AnswerLost, "a page in place of JSON"),
        (httpx.Response(200, content=b'{"orders": [{"id'), AnswerLost, "in place of JSON"),
        (httpx.Response(200, content=b" " * (LARGEST_ANSWER + 1)), AnswerTooLarge, "smaller page"),
        (httpx.ConnectError("refused"), SourceUnavailable, "cannot be reached"),
        (httpx.ReadTimeout("timed out"), AnswerLost, "did not answer"),
        (httpx.RemoteProtocolError("peer closed connection"), AnswerLost, "cannot be reached"),
    ],
)
def test_each_failure_is_one_of_ours(answer: httpx.Response | Exception, kind: type[SourceError], words: str) -> None:
    """With the shop's own words, on one line; neither our key nor what was asked is in it."""
    with pytest.raises(kind) as caught:
        client(Shop(answer), retries=NO_RETRIES).get("orders", email="ann@example.com")
    assert type(caught.value) is kind
    assert words in str(caught.value)
    assert "ann@example.com" not in f"{caught.value} {caught.value.__cause__!r}"


@given(
    st.sampled_from([400, 401, 403, 404, 422, 500]), st.text(max_size=50), st.sampled_from(["message", "errors", "x"])
)
def test_the_shop_may_say_anything(status: int, text: str, name: str) -> None:
    """It is one line, and never our key."""
    shop = Shop(said(status, {name: [f"{text}{KEY}\n{text}"]}))
    with pytest.raises(SourceError) as caught:
        client(shop, retries=NO_RETRIES).get("orders")
    assert KEY not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert KEY not in repr(client(shop))


@given(st.binary(max_size=200), st.sampled_from([200, 201, 400, 401, 500]))
def test_anything_may_be_answered(content: bytes, status: int) -> None:
    """It is an answer or one of our errors."""
    shop = Shop(httpx.Response(status, content=content))
    with suppress(SourceError):
        client(shop, retries=NO_RETRIES).get("orders").rows_in("orders")


def test_numbers_are_exact_and_parameters_are_as_shops_take_them() -> None:
    """A list is a parameter that comes several times; what is None is left out."""
    shop = Shop(said(200, {"orders": [{"price": 19.99}]}))
    answer = client(shop).get("/orders", sku=["A&B", "C"], paid=True, after=None, take=3)
    assert answer.rows_in("orders")[0]["price"] == Decimal("19.99")
    assert str(shop.asked[0].url) == f"{URL}/orders?sku=A%26B&sku=C&paid=true&take=3"
    assert shop.asked[0].headers["x-key"] == KEY
    client(shop).post("orders", {"price": Decimal("19.90"), "key": Secret("k")})
    assert json.loads(shop.asked[1].content) == {"price": "19.90", "key": "k"}


@pytest.mark.parametrize("answer", [httpx.ReadTimeout("timed out"), said(401), said(503), PAGE])
def test_no_frame_holds_what_was_sent(answer: httpx.Response | Exception) -> None:
    """Tracebacks are printed with locals by some programs: neither keys nor bodies are in them."""

    def log_in(one: ShopClient) -> dict[str, Secret]:
        one.request("POST", "login", body={"password": Secret("pw-5d1c")}, signed=False)
        return {}

    with pytest.raises(SourceError) as caught:
        client(Shop(answer), retries=NO_RETRIES, login=log_in).get("orders")
    chain: list[BaseException | None] = [caught.value]
    while chain:
        if (error := chain.pop()) is not None:
            chain += (error.__cause__, error.__context__)
            frames = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), capture_locals=True)
            shown = [str(frame.locals) for frame in frames if frame.filename != __file__]
            assert not [text for text in (*shown, str(error), repr(error)) if KEY in text or "pw-5d1c" in text]


# ── trying again ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("failure", "read", "written"),
    [
        (said(429), 4, 4),
        (httpx.ConnectError("refused"), 4, 4),
        (said(503), 4, 1),
        (said(500), 4, 1),
        (httpx.ReadTimeout("timed out"), 4, 1),
        (PAGE, 4, 1),
        (said(400), 1, 1),
        (said(401), 1, 1),
    ],
)
def test_what_may_have_been_carried_out_is_not_repeated(
    failure: httpx.Response | Exception, read: int, written: int
) -> None:
    """Questions are asked again where that may help; changes only if the shop certainly did nothing."""
    for times, method in ((read, "get"), (written, "post"), (read, "put")):
        shop = Shop(failure)
        with pytest.raises(SourceError):
            getattr(client(shop), method)("orders", **({} if method == "get" else {"body": {}}))
        assert len(shop.asked) == times


def test_waits_grow_and_heed_the_shop() -> None:
    """Retry-After by seconds or by date, within reason; no wait ends later than the patience."""
    waits: list[float] = []
    date = "Mon, 02 Nov 2026 15:00:00 GMT"
    shop = Shop(
        said(503),
        said(429, **{"retry-after": "7"}),
        said(503, **{"retry-after": "Mon, 02 Nov 2026 15:00:09 GMT", "date": date}),
        said(200, []),
    )
    one = client(shop, waits)
    assert one.get("orders").rows == []
    assert waits == [0.5, 7.0, 9.0]
    assert one.server_time is not None
    waits.clear()
    with pytest.raises(SourceUnavailable):
        client(Shop(said(429, **{"retry-after": "90"})), waits).get("orders")
    assert waits == []
    with pytest.raises(SourceUnavailable):
        client(Shop(said(429, **{"retry-after": "86400"})), waits).get("orders")
    assert waits == [0.5, 1.0, 2.0]


def test_a_login_that_ran_out_is_made_again_once() -> None:
    """Not twice, and one that is refused is not tried again and again."""
    tokens = iter(["t-111", "t-222", "t-333"])

    def log_in(one: ShopClient) -> dict[str, Secret]:
        one.request("POST", "login", body={"user": "ann"}, signed=False)
        return {"authorization": Secret(f"Bearer {next(tokens)}")}

    def shop(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/login"):
            assert "authorization" not in request.headers
            return said(200, {})
        good = request.headers["authorization"] == "Bearer t-222"
        return said(200, []) if good else said(401, {"message": f"{request.headers['authorization']} is over"})

    one = client(shop, login=log_in)
    with pytest.raises(SourceNeedsLogin) as caught:
        one.get("orders")
    assert "t-111" not in str(caught.value)
    assert one.get("orders").rows == []
    assert one.requests == 5


def test_a_next_page_is_asked_for_at_this_shop_alone() -> None:
    """A link to another machine would be given the key."""
    link = '<https://shop.example/api/orders?p=2>; rel="next", <https://shop.example/api/orders>; rel="first"'
    shop = Shop(said(200, [], link=link))
    one = client(shop)
    answer = one.get("orders")
    assert answer.link() == "https://shop.example/api/orders?p=2"
    one.get(answer.link() or "")
    assert str(shop.asked[-1].url) == answer.link()
    for elsewhere in ("https://evil.example/api", "http://shop.example/api", "https://shop.example:444/api"):
        with pytest.raises(SourceUnavailable, match="another machine"):
            one.get(elsewhere)
    assert len(shop.asked) == 2


@pytest.mark.parametrize(
    "url",
    ["shop.example", "ftp://shop.example", "https://", "http://shop.example", "https://a:b@shop.example", f"{URL}?k=1"],
)
def test_an_address_that_cannot_work_is_refused(url: str) -> None:
    """Before anything is sent, and without a password that may be in it."""
    with pytest.raises(ConfigError) as caught:
        ShopClient("Acme", url)
    assert "a:b" not in str(caught.value)
    with pytest.raises(ConfigError, match="timeout"):
        ShopClient("Acme", URL, timeout=0)


# ── a shop's own rate limit ──────────────────────────────────────────────────────────────────


class Watch:
    """A clock that goes on when somebody waits."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@given(st.lists(st.floats(0, 3), min_size=1, max_size=60), st.integers(1, 40), st.floats(0.1, 10))
def test_a_bucket_never_runs_over(pauses: list[float], size: int, refill: float) -> None:
    """In no stretch of time do more requests leave than the bucket holds and gets back."""
    watch = Watch()
    pace, sent = Pace(size, refill, clock=watch), []
    for pause in pauses:
        watch.sleep(pause)
        watch.sleep(pace.wait())
        sent.append(watch.now)
    for first in range(len(sent)):
        for last in range(first, len(sent)):
            assert last - first + 1 <= size + (sent[last] - sent[first]) * refill + 1e-6


@pytest.mark.parametrize(
    ("pace", "answer"),
    [
        (lambda clock: Pace(40, 2, clock=clock, reader=used_of("x-limit")), said(200, [], **{"x-limit": "40/40"})),
        (lambda clock: Pace(40, 2, clock=clock, reader=remaining_in("x-left")), said(200, [], **{"x-left": "0"})),
        (
            lambda clock: Pace(2000, 2, clock=clock, reader=cost_in("cost", "status")),
            said(200, {"cost": {"status": {"currentlyAvailable": 0, "maximumAvailable": 4000, "restoreRate": 2}}}),
        ),
    ],
)
def test_what_the_shop_says_counts(pace: Callable[[Watch], Pace], answer: httpx.Response) -> None:
    """Others use the limit too."""
    watch = Watch()
    one = client(Shop(answer), pace=pace(watch), retries=Retries(sleep=watch.sleep))
    one.get("orders")
    assert watch.now == 100.0
    one.get("orders")
    assert watch.now == 100.5
    one.request("GET", "orders", cost=10)
    assert watch.now == 105.5


def test_what_cannot_be_read_of_a_limit_is_nothing() -> None:
    """Headers and bodies may be anything."""
    watch = Watch()
    for reader in (used_of("x-limit"), remaining_in("x-left"), cost_in("cost")):
        for answer in (said(200, []), said(200, {"cost": 3}, **{"x-limit": "much", "x-left": "?"})):
            client(Shop(answer), pace=Pace(40, 2, clock=watch, reader=reader)).get("orders")
    assert watch.now == 100.0


def test_the_server_s_time_is_utc() -> None:
    """From its Date header."""
    one = client(Shop(said(200, [], date="Mon, 02 Nov 2026 15:00:00 GMT")))
    one.get("orders")
    assert one.server_time == datetime(2026, 11, 2, 15, tzinfo=UTC)


def over_the_limit(answer: Answer) -> None:
    """What a shop says with 200."""
    if answer.data.get("busy"):
        raise Busy("Acme is busy", seconds=7.0)
    if answer.data.get("broken"):
        raise ShopFault("Acme broke")


def test_an_answer_may_be_a_refusal_all_the_same() -> None:
    """What was not carried out is repeated after the wait that is asked for, a change too; other changes are not."""
    asks: list[Callable[[ShopClient], Answer]] = [lambda one: one.get("orders"), lambda one: one.post("orders", {})]
    for ask in asks:
        shop, waits = Shop(said(200, {"busy": 1}), said(200, {"fine": 1})), list[float]()
        assert ask(client(shop, waits, judge=over_the_limit)).data == {"fine": 1}
        assert (len(shop.asked), waits) == (2, [7.0])
    shop = Shop(said(200, {"broken": 1}), said(200, {"fine": 1}))
    with pytest.raises(ShopFault):
        client(shop, judge=over_the_limit).post("orders", {})
    assert len(shop.asked) == 1
    with pytest.raises(Busy):
        client(Shop(said(200, {"busy": 1})), judge=over_the_limit).get("orders")


def test_what_is_hidden_shows_nowhere() -> None:
    """Though the shop says it."""
    shop = Shop(said(400, {"message": "no such secret: shh-12345"}))
    with pytest.raises(Refusal) as error:
        client(shop, hidden=[Secret("shh-12345")]).get("orders")
    assert "shh" not in str(error.value)


def test_a_file_arrives_whole_or_not_at_all() -> None:
    """From wherever the shop keeps it, with nothing of the login; what is wrong with it is one of our errors."""
    shop, file = Shop(said(200, {"id": 1})), BytesIO()
    client(shop).download("https://files.example/one.jsonl", file)
    assert json.loads(file.getvalue()) == {"id": 1}
    assert "x-key" not in shop.asked[0].headers
    for answer, url in (
        (said(404), "https://files.example/one"),
        (said(302, location="https://elsewhere.example/"), "https://files.example/one"),
        (httpx.ReadError("reset"), "https://files.example/one"),
        (said(200, {"id": 1}), "http://files.example/one"),
        (said(200, {"id": 1}), "ftp://files.example/one"),
        (said(200, {"id": 1}), "one"),
    ):
        with pytest.raises(SourceUnavailable, match="Acme"):
            client(Shop(answer)).download(url, BytesIO())
    with pytest.raises(SourceUnavailable, match="larger"):
        client(Shop(said(200, "x" * 99))).download("https://files.example/one", BytesIO(), largest=50)
