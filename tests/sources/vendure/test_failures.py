"""What becomes of every way in which a shop can fail, most of which a healthy one cannot be made to show."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import httpx
import pytest
from attrs import evolve

from tradegecko_bridge.commerce import (
    DeliveryReceipt,
    ItemResult,
    Package,
    ProductDetails,
    Shipment,
    ShippedItem,
    StockLevel,
    VariantDetails,
    Verdict,
)
from tradegecko_bridge.errors import ConfigError, SourceError, SourceNeedsLogin, SourceRefused, SourceUnavailable
from tradegecko_bridge.sources.toolkit.fulfilment import contents_of, find, remaining
from tradegecko_bridge.sources.vendure import VendureSource
from tradegecko_bridge.sources.vendure.fulfilment import as_vendure, shown
from tradegecko_bridge.sources.vendure.stock import choose_location

URL: Final = "https://shop.example/admin-api"
SECRETS: Final = ("boss@example.com", "hunter2", "token-of-the-session", "token-of-the-channel")

Json = dict[str, Any]
Answer = Callable[[str, Json], httpx.Response]

LOGGED_IN: Final = {"data": {"login": {"__typename": "CurrentUser"}}}
FORBIDDEN: Final = {"errors": [{"message": "not authorized", "extensions": {"code": "FORBIDDEN"}}], "data": None}
BROKEN: Final = {"errors": [{"message": "boom", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}], "data": None}
REFUSED: Final = {"errors": [{"message": "No such thing", "extensions": {"code": "ENTITY_NOT_FOUND"}}]}

SHOP: Final[Json] = {
    "globalSettings": {"trackInventory": True, "serverConfig": {"moneyStrategyPrecision": 2}},
    "activeChannel": {"pricesIncludeTax": False},
}


UNREADABLE = r"list of orders cannot be read \(KeyError\): check that url is the admin API of a Vendure 3 shop"


class Shop:
    """Answers by the name of the question, logs in whoever asks, and remembers what was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {"Shop": SHOP} | answers
        self.asked: list[str] = []
        self.headers: list[httpx.Headers] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        name = body["query"].split()[1].split("(")[0].split("{")[0]
        self.asked.append(name)
        self.headers.append(request.headers)
        if name == "Login" and "Login" not in self.answers:
            return httpx.Response(200, json=LOGGED_IN, headers={"vendure-auth-token": SECRETS[2]})
        answer = self.answers[name]
        if callable(answer):
            answer = answer(body["variables"])
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        return httpx.Response(200, json=answer if "errors" in answer else {"data": answer})


def source(shop: Callable[[httpx.Request], httpx.Response], **settings: Any) -> VendureSource:
    """The source, wired to such a shop."""
    return VendureSource(
        URL,
        username=SECRETS[0],
        password=SECRETS[1],
        channel_token=SECRETS[3],
        transport=httpx.MockTransport(shop),
        **settings,
    )


def said(results: Any) -> list[tuple[str, Verdict]]:
    """Keys and verdicts."""
    return [(one.key, one.verdict) for one in results]


def shipment(reference: str = "F1", order: str = "1", quantity: str = "1", line: str = "1") -> Shipment:
    """One unit of one line, without a tracking number."""
    items = (ShippedItem(line_reference=line, sku="MUG", quantity=Decimal(quantity)),)
    return Shipment(reference=reference, order_reference=order, order_number="X", items=items)


def level(sku: str, available: str = "5") -> StockLevel:
    return StockLevel(sku=sku, available=Decimal(available))


def variant(id: str, sku: str, on_hand: int = 1, allocated: int = 0, track: str = "INHERIT") -> Json:
    levels = [{"stockLocationId": "1", "stockOnHand": on_hand, "stockAllocated": allocated}]
    return {"id": id, "sku": sku, "trackInventory": track, "stockLevels": levels}


class TestErrors:
    @pytest.mark.parametrize(
        ("answer", "kind", "words"),
        [
            (httpx.ConnectError("refused"), SourceUnavailable, "cannot be reached: refused"),
            (httpx.ReadTimeout("slow"), SourceUnavailable, "did not answer in time"),
            (httpx.RemoteProtocolError("cut off"), SourceUnavailable, "cut off"),
            (httpx.Response(502, text="<html>"), SourceUnavailable, "answers 502"),
            (httpx.Response(429), SourceUnavailable, "answers 429"),
            (httpx.Response(200, text="<html>Back soon"), SourceUnavailable, "not GraphQL"),
            (httpx.Response(200, json={"data": None}), SourceUnavailable, "without data"),
            (BROKEN, SourceUnavailable, "boom"),
            (httpx.Response(401), SourceNeedsLogin, "wants a login"),
            (FORBIDDEN, SourceNeedsLogin, "check its role"),
            (httpx.Response(404, text="nothing here"), SourceRefused, "is this the address"),
            (httpx.Response(301, headers={"location": "https://elsewhere"}), SourceRefused, "answers 301"),
            (httpx.Response(400, json={"message": "Bad"}), SourceRefused, "answers 400"),
            (httpx.Response(400, json=REFUSED), SourceRefused, "No such thing"),
            ({"errors": ["just text"]}, SourceRefused, "just text"),
        ],
    )
    def test_what_each_becomes(
        self, answer: Any, kind: type[SourceError], words: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Every failure becomes the error that tells what to do, with the shop's words and none of our secrets."""
        caplog.set_level(logging.DEBUG)
        with source(Shop(Shop=answer)) as vendure, pytest.raises(kind, match=words) as caught:
            list(vendure.fetch_orders(None))
        told = f"{caught.value!r} {caught.value.__cause__!r} {vendure!r} {caplog.text}"
        assert not [secret for secret in SECRETS if secret in told]
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize("code", ["INVALID_CREDENTIALS_ERROR", "NATIVE_AUTH_STRATEGY_ERROR"])
    def test_login_refused(self, code: str) -> None:
        """A login that is refused says so by code, and does not show whose it was."""
        refused = {"login": {"__typename": "X", "errorCode": code, "message": "boss@example.com is wrong"}}
        with source(Shop(Login=refused)) as vendure, pytest.raises(SourceNeedsLogin, match=code) as caught:
            list(vendure.fetch_orders(None))
        assert SECRETS[0] not in str(caught.value)

    def test_login_without_a_token(self) -> None:
        """A shop that only sets cookies is told apart from a wrong password, with the setting to change."""
        with (
            source(Shop(Login={"login": {"__typename": "CurrentUser"}})) as vendure,
            pytest.raises(SourceRefused, match="tokenMethod"),
        ):
            list(vendure.fetch_orders(None))

    def test_an_expired_login_is_renewed_once(self) -> None:
        """A login that ran out is renewed and the question asked again, without anybody noticing."""
        answers = iter([SHOP, FORBIDDEN, SHOP])
        shop = Shop(Shop=lambda _: next(answers), Rows={"orders": {"items": []}})
        with source(shop) as vendure:
            assert list(vendure.fetch_orders(None)) == []
            assert list(vendure.fetch_orders(None)) == []
        assert shop.asked == ["Login", "Shop", *["Rows"] * 3, "Shop", "Login", "Shop", *["Rows"] * 3]

    def test_a_login_that_does_not_help(self) -> None:
        """Denied, logged in again, denied again: then it is a person's turn."""
        answers = iter([SHOP, FORBIDDEN, FORBIDDEN])
        shop = Shop(Shop=lambda _: next(answers), Rows={"orders": {"items": []}})
        with source(shop) as vendure:
            list(vendure.fetch_orders(None))
            with pytest.raises(SourceNeedsLogin):
                list(vendure.fetch_orders(None))
        assert shop.asked[-3:] == ["Shop", "Login", "Shop"]

    def test_headers(self) -> None:
        """Every question carries the session's token and the channel's."""
        shop = Shop(Rows={"orders": {"items": []}})
        with source(shop) as vendure:
            list(vendure.fetch_orders(None))
        assert shop.headers[-1]["authorization"] == f"Bearer {SECRETS[2]}"
        assert {headers["vendure-token"] for headers in shop.headers} == {SECRETS[3]}

    def test_a_list_that_cannot_be_read(self) -> None:
        """A list of orders that is not one stops the run instead of losing what it may have held."""
        shop = Shop(Rows={"orders": {"items": [{"id": "1"}]}})
        with source(shop) as vendure, pytest.raises(SourceUnavailable, match=UNREADABLE):
            list(vendure.fetch_orders(None))

    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ({"url": "shop.example"}, "whole address"),
            ({"url": "https://boss:hunter2@shop.example/admin-api"}, "must not contain a password"),
            ({"url": "http://[::1"}, "not an address"),
            ({"page_size": 0}, "page_size"),
            ({"overlap": timedelta(0)}, "overlap"),
            ({"ready_states": "PaymentSettled"}, "list of states"),
        ],
    )
    def test_settings_that_cannot_work(self, settings: Json, words: str) -> None:
        """Settings that cannot work are refused at once, by name and without repeating a password."""
        with pytest.raises(ConfigError, match=words) as caught:
            VendureSource(**dict[str, Any](url=URL, username="u", password="p") | settings)
        assert "hunter2" not in str(caught.value)


class TestBatches:
    def test_silence_does_not_last_for_ever(self) -> None:
        """After three shipments without an answer the rest is not tried; all of them may come again."""
        shop = Shop(Shipped=httpx.ReadTimeout("slow"))
        with source(shop) as vendure:
            results = list(vendure.accept_tracking([shipment(f"F{number}") for number in range(9)]))
        assert {one.verdict for one in results} == {Verdict.FAILED}
        assert shop.asked.count("Shipped") == 3
        assert "not tried" in results[-1].message

    def test_a_broken_order_hides_no_other(self) -> None:
        """Orders the shop breaks over, however many, do not keep the others from being tried."""
        shop = Shop(Shipped=lambda asked: {"order": None} if asked["id"] == "9" else BROKEN)
        with source(shop) as vendure:
            results = list(vendure.accept_tracking([*(shipment(f"F{n}") for n in range(5)), shipment("F9", "9")]))
        assert said(results)[-1] == ("F9", Verdict.REFUSED)

    def test_login_lost_on_the_way(self) -> None:
        """A login lost in the middle of a batch is raised, and what was answered before counts."""
        shop = Shop(Shipped=lambda asked: {"order": None} if asked["id"] == "1" else FORBIDDEN)
        with source(shop) as vendure:
            results = iter(vendure.accept_tracking([shipment("F1"), shipment("F2", "2")]))
            assert next(results).verdict is Verdict.REFUSED
            with pytest.raises(SourceNeedsLogin):
                next(results)

    def test_stock_without_an_answer(self) -> None:
        """When the shop falls silent over stock the levels of that page fail and the rest is not tried."""
        places = {"stockLocations": {"items": [{"id": "1", "name": "Shelf"}]}}
        shop = Shop(Locations=places, Variants=httpx.ReadTimeout("slow"))
        with source(shop, page_size=2) as vendure:
            results = list(vendure.accept_stock([level(sku) for sku in "ABCD"]))
        assert said(results) == [(sku, Verdict.FAILED) for sku in "ABCD"]
        assert shop.asked.count("Variants") == 1

    def test_one_bad_variant_hides_no_other(self) -> None:
        """When a call for many variants is refused each is tried alone, and only the bad one is refused."""

        def write(asked: Json) -> Json:
            rows = asked["input"]
            if any(row["id"] == "2" for row in rows):
                return REFUSED
            return {"updateProductVariants": [variant(row["id"], "", 5) for row in rows]}

        found = {"productVariants": {"items": [variant("1", "A"), variant("2", "B"), variant("3", "C")]}}
        places = {"stockLocations": {"items": [{"id": "1", "name": "Shelf"}]}}
        with source(Shop(Locations=places, Variants=found, Stock=write)) as vendure:
            results = list(vendure.accept_stock([level(sku) for sku in "ABC"]))
        assert said(results) == [("A", Verdict.ACCEPTED), ("B", Verdict.REFUSED), ("C", Verdict.ACCEPTED)]

    @pytest.mark.parametrize("shown", [[variant("1", "A", 4)], [variant("1", "A") | {"stockLevels": []}], []])
    def test_stock_is_read_back(self, shown: list[Json]) -> None:
        """A level the shop does not show after it was written is not called accepted."""
        places = {"stockLocations": {"items": [{"id": "1", "name": "Shelf"}]}}
        found = {"productVariants": {"items": [variant("1", "A")]}}
        shop = Shop(Locations=places, Variants=found, Stock={"updateProductVariants": shown})
        with source(shop) as vendure:
            assert said(vendure.accept_stock([level("A")])) == [("A", Verdict.FAILED)]

    def test_stock_that_is_not_to_be_set(self) -> None:
        """Unknown SKUs and untracked variants are ignored, SKUs on two variants refused with both ids."""
        variants = [
            variant("1", "TWIN"),
            variant("2", "TWIN"),
            variant("3", "FREE", track="FALSE"),
            variant("4", "odd"),
        ]
        places = {"stockLocations": {"items": [{"id": "1", "name": "Shelf"}]}}
        with source(Shop(Locations=places, Variants={"productVariants": {"items": variants}})) as vendure:
            results = list(vendure.accept_stock([level(sku) for sku in ("TWIN", "FREE", "NONE", "ODD")]))
        assert [one.verdict for one in results] == [Verdict.REFUSED, *[Verdict.IGNORED] * 3]
        assert "ids 1, 2" in results[0].message

    def test_a_shop_that_tracks_nothing(self) -> None:
        """INHERIT is what the shop's global setting says."""
        untracked = SHOP | {"globalSettings": SHOP["globalSettings"] | {"trackInventory": False}}
        places = {"stockLocations": {"items": [{"id": "1", "name": "Shelf"}]}}
        found = {"productVariants": {"items": [variant("1", "A"), variant("2", "B", 5, track="TRUE")]}}
        with source(Shop(Shop=untracked, Locations=places, Variants=found)) as vendure:
            results = list(vendure.accept_stock([level("A"), level("B")]))
        assert said(results) == [("A", Verdict.IGNORED), ("B", Verdict.ACCEPTED)]

    def test_nothing_to_do(self) -> None:
        """Empty batches ask the shop nothing."""
        shop = Shop()
        with source(shop) as vendure:
            for answer in (vendure.accept_stock, vendure.accept_tracking, vendure.accept_products):
                assert list(answer([])) == []
        assert shop.asked == []


class TestLocations:
    PLACES: Final = ({"id": "1", "name": "Toronto"}, {"id": "2", "name": "Calgary"})

    def test_chosen(self) -> None:
        """A location is chosen by id or name, and need not be where there is only one."""
        assert choose_location(self.PLACES, "2") == choose_location(self.PLACES, "Calgary") == "2"
        assert choose_location(self.PLACES[:1], None) == "1"

    @pytest.mark.parametrize("chosen", [None, "3", "calgary"])
    def test_to_be_chosen(self, chosen: str | None) -> None:
        """Without a choice among several, or with a wrong one, the locations there are get listed."""
        with pytest.raises(SourceRefused, match=r"1 \(Toronto\), 2 \(Calgary\)"):
            choose_location(self.PLACES, chosen)


def fulfilment(id: str, state: str = "Shipped", code: str = "", **lines: int) -> Json:
    contents = [{"orderLineId": line[1:], "quantity": quantity} for line, quantity in (lines or {"_1": 1}).items()]
    return {"id": id, "state": state, "method": "", "trackingCode": code, "lines": contents}


class TestRecognition:
    def found(self, fulfilments: list[Json], *notes: str, to_ship: Shipment | None = None) -> str | None:
        to_ship = as_vendure(to_ship or shipment())
        history = {"items": [{"data": {"note": note}} for note in notes]}
        order = shown(TestShipping.ORDER | {"fulfillments": fulfilments, "history": history})
        one = find(order, to_ship, contents_of(to_ship), adopts_sent=False)
        return None if one is None else one.id

    def test_by_note(self) -> None:
        """A note that names the fulfilment decides, whatever it looks like."""
        pair = [fulfilment("7"), fulfilment("8", "Delivered", "1Z", _2=5)]
        assert self.found(pair, "TradeGecko shipment F1 is fulfilment 8", "Call back") == "8"

    def test_by_contents(self) -> None:
        """Without a note the same lines and tracking number are it; other lines or another number are not."""
        assert self.found([fulfilment("7")]) == "7"
        assert self.found([fulfilment("7", _1=2)]) is None
        assert self.found([fulfilment("7", code="1Z")]) is None
        assert self.found([fulfilment("7", "Cancelled")]) is None

    def test_somebody_elses(self) -> None:
        """A fulfilment that a note gives to another shipment is not ours, so two alike are two."""
        assert self.found([fulfilment("7")], "TradeGecko shipment F0 is fulfilment 7") is None

    def test_prepared(self) -> None:
        """A pending one with our lines and no number yet is taken on, after one with the very number."""
        packed = evolve_tracking(shipment(), "1Z")
        assert self.found([fulfilment("7", "Pending")], to_ship=packed) == "7"
        assert self.found([fulfilment("7", "Pending"), fulfilment("8", code="1Z")], to_ship=packed) == "8"
        assert self.found([fulfilment("7", "Shipped")], to_ship=packed) is None

    def test_left(self) -> None:
        """What is left of a line is what no fulfilment has that was not cancelled."""
        order = {
            "lines": [{"id": "1", "quantity": 5}, {"id": "2", "quantity": 1}],
            "fulfillments": [fulfilment("7", _1=2), fulfilment("8", "Cancelled", _1=2), fulfilment("9", _2=1)],
        }
        assert remaining(shown(TestShipping.ORDER | order)) == {"1": 3, "2": 0}

    @pytest.mark.parametrize(("quantity", "line"), [("1.5", "1"), ("0", "1"), ("-1", "1"), ("1", "surcharge-4")])
    def test_what_cannot_be_shipped(self, quantity: str, line: str) -> None:
        """Parts of units, nothing at all, and surcharges are refused before the shop is asked to create anything."""
        with pytest.raises(SourceRefused):
            contents_of(as_vendure(shipment(quantity=quantity, line=line)))


def evolve_tracking(one: Shipment, number: str) -> Shipment:
    return evolve(one, packages=(Package(tracking_number=number),))


class TestShipping:
    ORDER: Final[Json] = {
        "id": "1",
        "code": "C1",
        "state": "PaymentSettled",
        "active": False,
        "orderPlacedAt": "2026-11-23T10:00:00.000Z",
        "lines": [{"id": "1", "quantity": 2}],
        "fulfillments": [],
        "history": {"items": []},
    }

    def record(self, *, order: Json | None = None, **answers: Any) -> ItemResult:
        with source(Shop(Shipped={"order": self.ORDER | (order or {})}, **answers)) as vendure:
            (result,) = vendure.accept_tracking([shipment()])
        return result

    @pytest.mark.parametrize(
        ("code", "verdict"),
        [
            ("INSUFFICIENT_STOCK_ON_HAND_ERROR", Verdict.FAILED),
            ("FULFILLMENT_STATE_TRANSITION_ERROR", Verdict.FAILED),
            ("ITEMS_ALREADY_FULFILLED_ERROR", Verdict.REFUSED),
            ("CREATE_FULFILLMENT_ERROR", Verdict.REFUSED),
        ],
    )
    def test_refusals(self, code: str, verdict: Verdict) -> None:
        """A shelf that is empty may be filled by next time, the other refusals last; the shop's words are kept."""
        result = self.record(Fulfil={"addFulfillmentToOrder": {"errorCode": code, "message": "because"}})
        assert result.verdict is verdict
        assert code in result.message
        assert "because" in result.message

    def test_cancelled_by_a_person(self) -> None:
        """A fulfilment of ours that somebody cancelled in the shop is not made again."""
        notes = {"items": [{"data": {"note": "TradeGecko shipment F1 is fulfilment 7"}}]}
        result = self.record(order={"fulfillments": [fulfilment("7", "Cancelled")], "history": notes})
        assert result.verdict is Verdict.REFUSED
        assert "cancelled parcel 7" in result.message

    def test_unpaid_waits(self) -> None:
        """What is not paid is not shipped yet, and comes again."""
        result = self.record(order={"state": "PaymentAuthorized"})
        assert result.verdict is Verdict.FAILED
        assert "settle its payment" in result.message

    def test_taken_back_and_told_anew(self) -> None:
        """What we cancelled is made again; what we only meant to cancel is not."""
        for state, created in (("Cancelled", 1), ("Shipped", 0)):
            told = ("TradeGecko shipment F1 is fulfilment 7", "TradeGecko takes fulfilment 7 back")
            notes = {"items": [{"data": {"note": note}} for note in told]}
            made = {"addFulfillmentToOrder": fulfilment("8", "Pending")}
            shop = Shop(
                Shipped={"order": self.ORDER | {"fulfillments": [fulfilment("7", state, "1Z9")], "history": notes}},
                Fulfil=made,
                Note={"addNoteToOrder": {"id": "1"}},
                Ship={"transitionFulfillmentToState": {"id": "8", "state": "Shipped"}},
            )
            with source(shop) as vendure:
                (result,) = vendure.accept_tracking([shipment()])
            assert result.verdict is Verdict.ACCEPTED, result.message
            assert shop.asked.count("Fulfil") == created


class TestProducts:
    def test_spread_over_several(self) -> None:
        """A product whose SKUs are on two products of the shop is refused, as nobody knows which is meant."""
        variants = [
            {"id": "1", "sku": "A", "product": {"id": "1", "name": "", "description": "", "languageCode": "en"}},
            {"id": "2", "sku": "B", "product": {"id": "2", "name": "", "description": "", "languageCode": "en"}},
        ]
        details = ProductDetails(
            reference="P1", name="X", variants=tuple(VariantDetails(reference=sku, sku=sku) for sku in "AB")
        )
        with source(Shop(Variants={"productVariants": {"items": variants}})) as vendure:
            (result,) = vendure.accept_products([details])
        assert result.verdict is Verdict.REFUSED
        assert "ids 1, 2" in result.message

    def test_without_any_sku(self) -> None:
        """A product without SKUs is nobody's business, and the shop is not asked."""
        shop = Shop()
        with source(shop) as vendure:
            (result,) = vendure.accept_products([ProductDetails(reference="P1", name="X")])
        assert result.verdict is Verdict.IGNORED
        assert shop.asked == []


class TestReceipts:
    def test_unknown_order(self) -> None:
        """A receipt for an order the shop does not have is refused."""
        receipt = DeliveryReceipt(
            order_reference="9", order_number="X", remote_id="1", remote_number="SO1", delivered_at=datetime.now(UTC)
        )
        with source(Shop(Notes={"order": None})) as vendure:
            assert said(vendure.accept_receipts([receipt])) == [("9", Verdict.REFUSED)]
