"""Logins, scopes, costs and errors of Shopify, each with its own clear line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tradegecko_bridge.commerce import UnreadableOrder, Verdict
from tradegecko_bridge.errors import SourceNeedsLogin, SourceRefused, SourceUnavailable
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.shopify.scopes import SCOPES
from tradegecko_bridge.testing import Wanted
from tradegecko_bridge.testing.builders import a_stock_level


def made(shop: Any, **options: Any) -> Any:
    """A source."""
    from tests.carts.shopify.driver import source

    return source(shop, **options)


def by_client(shop: Any, **options: Any) -> Any:
    """A source that logs in by client credentials."""
    from tests.carts.shopify.server import CLIENT_ID, CLIENT_SECRET

    return made(shop, **{"access_token": None, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET} | options)


def test_client_credentials_are_renewed(shop: Any) -> None:
    """A token that is good no more is exchanged for the next, in the middle of a change too, which is made once."""
    shop.place(Wanted())
    with by_client(shop) as shopify:
        assert len(list(shopify.fetch_orders(None))) == 1
        shop.tokens.clear()
        (result,) = shopify.accept_stock([a_stock_level("MUG-BLUE", 7)])
        assert (result.verdict, shop.stock("MUG-BLUE"), shop.logins) == (Verdict.ACCEPTED, 7, 2)


def test_wrong_credentials_are_named_and_not_shown(shop: Any) -> None:
    """Of both kinds."""
    with by_client(shop, client_secret="shpss_wrong") as shopify, pytest.raises(SourceNeedsLogin) as error:
        list(shopify.fetch_orders(None))
    assert "client_id and client_secret" in str(error.value)
    assert "shpss_wrong" not in str(error.value)
    with made(shop, access_token="shpat_wrong") as shopify, pytest.raises(SourceNeedsLogin, match="Invalid API key"):
        list(shopify.fetch_orders(None))


@pytest.mark.parametrize("scope", SCOPES["orders"])
def test_a_missing_scope_is_named(shop: Any, scope: str) -> None:
    """Whether orders are checked or fetched."""
    shop.place(Wanted())
    shop.answers.scopes -= {scope, scope.replace("read_", "write_")}
    with made(shop) as shopify:
        for ask in (shopify.check, lambda: list(shopify.fetch_orders(None)), lambda: list(shopify.fetch_order("1"))):
            with pytest.raises(SourceRefused, match=scope):
                ask()


def test_what_else_is_missing_is_a_note(shop: Any) -> None:
    """The first run says what the app will not be able to do; each item says it again."""
    shop.answers.scopes -= {"write_inventory", "read_all_orders"}
    with made(shop) as shopify:
        list(shopify.fetch_orders(None))
        stock, old = shopify.take_notes()
        assert "write_inventory" in stock
        assert "60 days" in old
        (result,) = shopify.accept_stock([a_stock_level("MUG-BLUE", 7)])
        assert result.verdict is Verdict.FAILED
        assert "read_inventory" in result.message


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now, self.slept = 100.0, 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


def test_a_throttled_question_waits_for_the_bucket(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as the shop says, and no order is lost; nor is a change made twice."""
    clock = Clock()
    monkeypatch.setattr("tradegecko_bridge.sources.shopify.api.time.monotonic", clock)
    bucket = shop.bucket
    bucket.size, bucket.refill, bucket.left, bucket.clock = 1000.0, 50.0, 0.0, clock
    placed = [shop.place(Wanted()) for _ in range(12)]
    retries = tk.Retries(attempts=6, patience=600.0, sleep=clock.sleep, jitter=lambda: 0.0)
    with made(shop, page_size=50, retries=retries) as shopify:
        assert [one.reference for one in shopify.fetch_orders(None)] == placed
    assert 20 < clock.slept < 120


def test_a_shop_that_stays_over_its_limit_is_left_for_later(shop: Any) -> None:
    """With an error that says so."""
    shop.bucket.left = shop.bucket.size = shop.bucket.refill = 1.0
    retries = tk.Retries(attempts=2, sleep=lambda _: None)
    with made(shop, retries=retries) as shopify, pytest.raises(SourceUnavailable, match="rate limit"):
        list(shopify.fetch_order("#1"))


def test_questions_are_as_large_as_the_shop_allows(shop: Any) -> None:
    """Where it counts dearer than we thought, fewer orders come at a time; where cheaper, more."""
    placed = [shop.place(Wanted()) for _ in range(30)]
    shop.answers.api = Dearer(shop.answers.api)
    with made(shop, page_size=50) as shopify:
        assert [one.reference for one in shopify.fetch_orders(None)] == placed
    sizes = [len(variables["ids"]) for query, variables in shop.asked if "query Details" in query]
    assert sizes[0] == 5
    assert max(sizes[2:]) == 2
    shop.answers.api.factor = 0.1
    shop.asked.clear()
    with made(shop, page_size=50) as shopify:
        assert [one.reference for one in shopify.fetch_orders(None)] == placed
    assert max(len(variables["ids"]) for query, variables in shop.asked if "query Details" in query) == 25


class Dearer:
    """A version of the API that counts otherwise."""

    factor = 2.0

    def __init__(self, api: Any) -> None:
        self._api = api

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)

    def cost(self, query: str, variables: Any) -> int:
        """So many points."""
        cost: int = self._api.cost(query, variables)
        return max(1, int(cost * self.factor)) if "query Details" in query else cost


def test_one_order_over_which_the_shop_breaks_is_its_own(shop: Any) -> None:
    """Of an answer with data and errors, what is good counts."""
    first, broken, last = shop.place(Wanted()), shop.place_unreadable(), shop.place(Wanted())
    with made(shop, page_size=50) as shopify:
        given = list(shopify.fetch_orders(None))
    assert [one.reference for one in given] == [first, broken, last]
    (told,) = [one for one in given if isinstance(one, UnreadableOrder)]
    assert "INTERNAL_SERVER_ERROR" in told.problem


def test_an_old_version_is_told(shop: Any) -> None:
    """Shopify answers as the oldest it still serves."""
    shop.oldest = "2027-01"
    with made(shop) as shopify:
        list(shopify.fetch_orders(None))
        assert any("no longer serves version 2026-10, but 2027-01" in note for note in shopify.take_notes())


def test_no_such_shop() -> None:
    """A name that is none is told before anything is asked."""
    import httpx

    from tradegecko_bridge.sources import ShopifySource

    gone = httpx.MockTransport(lambda _: httpx.Response(404, json={"errors": "Not Found"}))
    with (
        ShopifySource("acme.myshopify.com", access_token="t", transport=gone) as shopify,
        pytest.raises(SourceRefused, match=r"no shop at https://acme\.myshopify\.com"),
    ):
        list(shopify.fetch_orders(None))


def test_a_shop_that_redirects(shop: Any) -> None:
    """Where to, and which setting it belongs into."""
    from tradegecko_bridge.testing import Fault

    shop.break_line(Fault.REDIRECT)
    with (
        made(shop) as shopify,
        pytest.raises(SourceRefused, match=r"https://elsewhere\.example/: put .* into shop"),
    ):
        list(shopify.fetch_orders(None))


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        "x",
        {"data": None},
        {"data": {}},
        {"data": {"orders": 1}},
        {"errors": "no"},
        {"errors": [1]},
        {"errors": {"a": [1]}},
    ],
)
def test_any_answer_ends_in_an_error_of_ours(answer: Any) -> None:
    """One line, whatever it is."""
    import httpx

    from tradegecko_bridge.sources import ShopifySource

    strange = httpx.MockTransport(lambda _: httpx.Response(200, json=answer))
    with ShopifySource("a.b", access_token="t", transport=strange, retries=tk.NO_RETRIES) as shopify:
        for ask in (
            lambda: list(shopify.fetch_order("1")),
            lambda: list(shopify.fetch_since(shop_time())),
            shopify.check,
        ):
            with pytest.raises((SourceRefused, SourceUnavailable)) as error:
                ask()
            assert len(str(error.value).splitlines()) == 1


def shop_time() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)


def test_requests_for_each_order(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """At most one for fifty, and one for each that needs detail: far fewer, as several come at a time."""
    from tests.carts.shopify.records import Line

    placed = [shop.place(Wanted()) for _ in range(200)]
    second = timedelta(seconds=1)
    with made(shop, page_size=50, overlap=second) as shopify:
        given = list(shopify.fetch_orders(None))
        first = shopify.requests
        list(shopify.fetch_orders(given[-1].cursor))
        again = shopify.requests - first
        shop.records.place([Line(id=next(shop.records.ids)) for _ in range(20)])
        list(shopify.fetch_orders(given[-1].cursor))
        detailed = shopify.requests - first - again
    assert [one.reference for one in given] == placed
    each = first / len(placed)
    with capsys.disabled():
        print(f"\nShopify: {first} requests for {len(placed)} orders, {each:.2f} each; {again} when none is new")
    assert first <= len(placed) / 50 + len(placed) / 4 + 5
    assert again <= 3
    assert detailed <= again + 1, "one for an order of many lines"
