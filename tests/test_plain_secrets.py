"""What is given a secret as plain text, and cannot work with it, keeps it out of the traceback.

Out of the frames' locals too, which programs that collect errors store.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tradegecko_bridge
from tests.test_foreign import seen_outside
from tradegecko_bridge import (
    AsyncTradeGeckoClient,
    MedusaSource,
    ShopifySource,
    SqlStore,
    TradeGeckoClient,
    VendureSource,
    WooCommerceSource,
)
from tradegecko_bridge.errors import BridgeError, StoreError
from tradegecko_bridge.foreign import Withheld, discreet
from tradegecko_bridge.http_bounds import proxy_to
from tradegecko_bridge.ports.logins import Secret
from tradegecko_bridge.sources import ShopifyWebhooks
from tradegecko_bridge.sources.toolkit import ShopClient
from tradegecko_bridge.sources.woocommerce import is_woocommerce_webhook
from tradegecko_bridge.stores.sql.database import Database, has_password, ledger_address
from tradegecko_bridge.stores.tokens import EncryptedTokenStore, MemoryTokenStore
from tradegecko_bridge.tradegecko.base_url import checked_url
from tradegecko_bridge.tradegecko.client import BearerToken, Logins
from tradegecko_bridge.tradegecko.client.base import as_auth
from tradegecko_bridge.tradegecko.client.keeper import TokenEndpoint
from tradegecko_bridge.tradegecko.oauth import OAuthApp, is_answer_to, read_callback
from tradegecko_bridge.tradegecko.webhooks import (
    AsgiReceiver,
    WsgiReceiver,
    is_signed,
    receive,
    sign,
    signing_secret,
)

HIDDEN: Final = "Hidden7"
HERE: Final = "http://127.0.0.1:1"
Takes = Callable[[str], object]

anything: Any = object()


def app(**given: Any) -> OAuthApp:
    return OAuthApp(**{"client_id": "a", "client_secret": "b", "base_url": HERE} | given)


def shop(url: str = f"{HERE}/admin-api", **given: Any) -> VendureSource:
    return VendureSource(url, **{"username": "ann", "password": "pw"} | given)


def woo(**given: Any) -> WooCommerceSource:
    return WooCommerceSource(**{"url": HERE, "consumer_key": "ck_1", "consumer_secret": "cs_1"} | given)


def logins() -> Logins:
    """Nobody answers them."""
    return Logins(app(), MemoryTokenStore(), endpoint=TokenEndpoint(transport=httpx.MockTransport(no_answer)))


def no_answer(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no answer", request=request)


def coded(text: str) -> str:
    """As it stands in an address."""
    return quote(text, "", errors="replace")


REFUSED: Final[dict[str, Takes]] = {
    "ClientBase.__init__ token": lambda text: TradeGeckoClient(f"{text}é", base_url=HERE),
    "ClientBase.__init__ token beside another fault": lambda text: TradeGeckoClient(text, base_url="ftp://x"),
    "ClientBase.__init__ token, asynchronous": lambda text: AsyncTradeGeckoClient(f"{text} é", base_url=HERE),
    "ClientBase.__init__ base_url": lambda text: TradeGeckoClient("t", base_url=f"http://u:{text}@127.0.0.1:1"),
    "ClientBase.__init__ base_url, query": lambda text: TradeGeckoClient("t", base_url=f"{HERE}?{text}"),
    "ClientBase.__init__ base_url, port": lambda text: TradeGeckoClient("t", base_url=f"http://u:{text}"),
    "ClientBase.__init__ proxy": lambda text: TradeGeckoClient("t", base_url=HERE, proxy=f"foo://u:{text}@x"),
    "ClientBase.__init__ proxy, port": lambda text: TradeGeckoClient("t", base_url=HERE, proxy=f"http://u:{text}"),
    "ClientBase.__init__ default_headers": lambda text: TradeGeckoClient("t", default_headers={"X-Key": f"{text}é"}),
    "as_auth": lambda text: as_auth(f"{text}é"),
    "BearerToken.__init__": lambda text: BearerToken(f"{text}é"),
    "TokenEndpoint.__init__": lambda text: TokenEndpoint(proxy=f"foo://u:{text}@x"),
    "OAuthApp.__init__ client_secret": lambda text: app(client_secret=text, base_url="ftp://x"),
    "OAuthApp.__init__ base_url": lambda text: app(base_url=f"http://u:{text}@127.0.0.1:1"),
    "OAuthApp.__init__ base_url, port": lambda text: app(base_url=f"http://u:{text}"),
    "OAuthApp.__init__ authorize_url": lambda text: app(authorize_url=f"http://u:{text}@127.0.0.1:1"),
    "Logins.finish": lambda text: logins().finish("web", f"/callback?code={text}&state=other", state="s"),
    "Logins.finish, refused": lambda text: logins().finish("web", f"?code={text}&state=s&error=x", state="s"),
    "Logins.finish, no answer": lambda text: logins().finish("web", f"?code={text}&state=s", state="s"),
    "Logins.with_password": lambda text: logins().with_password("web", "ann", Secret(text)),
    "read_callback": lambda text: read_callback(f"/callback?code={text}&state=other", state="s"),
    "is_answer_to": lambda text: is_answer_to(f"/callback?code={text}", state=anything),
    "signing_secret": lambda text: signing_secret(text[:0]),
    "sign": lambda text: sign(anything, text),
    "is_signed": lambda text: is_signed(anything, "x", text),
    "receive": lambda text: receive({"x-gecko-signature": "bad"}, b"{}", text),
    "receive, no body": lambda text: receive({}, anything, text),
    "receive, signed": lambda text: receive({"x-gecko-signature": sign(b"{}", text)}, b"{}", text),
    "_Receiver.__init__": lambda text: WsgiReceiver(print, text[:0], max_bytes=len(text)),
    "_Receiver.__init__, asynchronous": lambda text: AsgiReceiver(print, text[:0], max_bytes=len(text)),
    "EncryptedTokenStore.__init__": lambda text: EncryptedTokenStore(MemoryTokenStore(), [text]),
    "VendureSource.__init__ url": lambda text: shop(f"http://u:{text}@127.0.0.1:1/admin-api"),
    "VendureSource.__init__ url, port": lambda text: shop(f"http://u:{text}/admin-api"),
    "VendureSource.__init__ url, query": lambda text: shop(f"ftp://x/admin-api?token={text}"),
    "VendureSource.__init__ password": lambda text: shop(password=text, page_size=0),
    "VendureSource.__init__ channel_token": lambda text: shop(channel_token=text, ready_states="x"),
    "VendureSource.__init__ proxy": lambda text: shop(proxy=f"foo://u:{text}@x"),
    "ShopifySource.__init__ shop": lambda text: ShopifySource(f"http://u:{text}@127.0.0.1:1", access_token="t"),
    "ShopifySource.__init__ access_token": lambda text: ShopifySource("a.b", access_token=text, page_size=0),
    "ShopifySource.__init__ client_secret": lambda text: ShopifySource("a.b", client_secret=text),
    "ShopifySource.__init__ proxy": lambda text: ShopifySource("a.b", access_token="t", proxy=f"foo://u:{text}@x"),
    "ShopifyWebhooks.__init__": lambda text: ShopifyWebhooks(text[:0]),
    "MedusaSource.__init__ url": lambda text: MedusaSource(f"http://u:{text}@127.0.0.1:1", key="sk_1"),
    "MedusaSource.__init__ key": lambda text: MedusaSource(HERE, key=text, page_size=0),
    "MedusaSource.__init__ proxy": lambda text: MedusaSource(HERE, key="sk_1", proxy=f"foo://u:{text}@x"),
    "WooCommerceSource.__init__ url": lambda text: woo(url=f"http://u:{text}@127.0.0.1:1/wp-json/"),
    "WooCommerceSource.__init__ url, query": lambda text: woo(url=f"ftp://x/?rest_route=/&consumer_secret={text}"),
    "WooCommerceSource.__init__ consumer_key": lambda text: woo(consumer_key=text),
    "WooCommerceSource.__init__ consumer_secret": lambda text: woo(consumer_secret=text),
    "WooCommerceSource.__init__ proxy": lambda text: woo(proxy=f"foo://u:{text}@x"),
    "is_woocommerce_webhook": lambda text: is_woocommerce_webhook(anything, None, text),
    "SqlStore.__init__": lambda text: SqlStore(f"postgresql://bridge:{text}@host:port/db"),
    "ShopClient.__init__": lambda text: ShopClient(
        "Acme", f"http://u:{text}@shop.example", headers={"key": text}, proxy=f"http://u:{text}@proxy.example"
    ),
    "ShopClient.__init__ proxy": lambda text: ShopClient("Acme", "https://shop.example", proxy=text),
    "SqlStore.__init__ of another kind": lambda text: SqlStore(f"mysql://bridge:{text}@host/db"),
    "SqlStore.__init__ server": lambda text: SqlStore(
        f"postgresql://bridge:{quote(text, '', errors='replace')}@127.0.0.1:9/db"
    ),
    "SqlStore.__init__ port": lambda text: SqlStore(f"postgresql://bridge:{text}"),
    "ledger_address": lambda text: ledger_address(f"postgresql://bridge:{text}@host:port/db"),
    "ledger_address of another kind": lambda text: ledger_address(f"mysql://bridge:{text}@host/db"),
    "ledger_address port": lambda text: ledger_address(f"postgresql://bridge:{text}"),
    "checked_url": lambda text: checked_url(f"http://u:{text}@127.0.0.1:1"),
}
"""Every public function and constructor that takes a plain secret, and addresses, which may have one in them: with what
makes it fail."""
TAKES_NONE_BACK: Final = {
    *("as_secret", "Config.__init__", "Audience.__init__", "Schedule.__init__", "ServiceSettings.__init__"),
}
"""Nothing that they are given makes them fail."""


def failed(takes: Takes, text: str) -> Exception | None:
    try:
        takes(text)
    except Exception as error:
        return error
    return None


def public_functions() -> Iterator[tuple[str, Any]]:
    """Of the package and its classes, as they are called in the table."""
    for found in pkgutil.walk_packages(tradegecko_bridge.__path__, "tradegecko_bridge."):
        if {"sandbox", "__main__", "migrations", "cli", "testing"}.isdisjoint(found.name.split(".")):
            for name, thing in vars(importlib.import_module(found.name)).items():
                if getattr(thing, "__module__", None) != found.name:
                    continue
                if inspect.isfunction(thing) and not name.startswith("_"):
                    yield name, thing
                elif inspect.isclass(thing):
                    for method, function in inspect.getmembers(thing, inspect.isfunction):
                        if method == "__init__" or not method.startswith("_"):
                            yield f"{function.__qualname__.split('.')[0]}.{method}", function


def test_each_of_them_is_in_the_table() -> None:
    """A new one has to say here how it fails."""
    takes = {
        name
        for name, function in public_functions()
        for one in inspect.signature(function).parameters.values()
        if "Secret | str" in str(one.annotation)
    }
    assert len(takes) > 10
    assert {name for name in takes if not any(row.startswith(name) for row in REFUSED)} == TAKES_NONE_BACK


@pytest.mark.parametrize("case", REFUSED)
def test_nothing_of_it_is_in_the_traceback(case: str) -> None:
    """With locals, notes, causes and contexts, also of those that are not printed."""
    error = failed(REFUSED[case], f"{HIDDEN}/{HIDDEN}")
    assert error is not None
    assert HIDDEN not in seen_outside(error)


ODD = [case for case in REFUSED if not case.startswith("SqlStore") or case.endswith("server")]
odd = st.text(st.sampled_from("é\x00\ud800 \n/@:?#[]%&=\\'\"" + "aZ0"), max_size=6)


@settings(deadline=None)
@given(st.sampled_from(ODD), odd, odd)
def test_whatever_it_is(case: str, before: str, after: str) -> None:
    """With characters that addresses, headers and files do not take, or take for something else. A ledger would go on
    and connect; what it makes of an address is :func:`ledger_address`'s."""
    error = failed(REFUSED[case], f"{before}{HIDDEN}{after}")
    assert error is None or HIDDEN not in seen_outside(error)


@given(odd, odd)
def test_what_only_looks(before: str, after: str) -> None:
    """These are given what is secret already, or say no more than yes and no."""
    text = f"{before}{HIDDEN}{after}"
    for takes in (has_password, lambda text: proxy_to("", text)):
        error = failed(takes, text)
        assert error is None or isinstance(error, BridgeError)
        assert HIDDEN not in str(error)


def test_what_is_not_ours_says_where_it_was() -> None:
    """The frames are gone; the calls are told, as of a plugin's exceptions."""

    @discreet
    def breaks(secret: str) -> None:
        int(secret[:0])

    with pytest.raises(ValueError, match="invalid literal") as caught:
        breaks(HIDDEN)
    assert HIDDEN not in seen_outside(caught.value)
    assert isinstance(caught.value.__cause__, Withheld)
    assert "in breaks" in str(caught.value.__cause__)
    assert str(discreet(lambda secret: Secret(secret))(HIDDEN)) == "***"


def test_no_driver_s_frames_stay_behind_a_store_s_error() -> None:
    """Of a ledger that was open already, and whose server is gone."""

    def reads(secret: str) -> None:
        address = Secret(f"postgresql://bridge:{coded(secret)}@127.0.0.1:9/db")
        del secret
        with Database.at(address, 1.0).reading():
            pass

    error = failed(reads, HIDDEN)
    assert isinstance(error, StoreError)
    assert error.__context__ is not None
    assert HIDDEN not in seen_outside(error)
