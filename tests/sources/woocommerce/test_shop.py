"""What is awkward about WooCommerce, case by case."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sources.woocommerce.driver import WooDriver
from tests.sources.woocommerce.records import Order, Records
from tests.sources.woocommerce.stand_in import KEY, SECRET, Kind
from tests.support import examples
from tradegecko_bridge.commerce import ItemResult, Shipment, SourceOrder, StockLevel, UnreadableOrder, Verdict
from tradegecko_bridge.commerce.orders import ItemKind
from tradegecko_bridge.commerce.statuses import Standing, standings
from tradegecko_bridge.errors import SourceError, SourceNeedsLogin, SourceRefused
from tradegecko_bridge.sources import WooCommerceSource, is_woocommerce_webhook
from tradegecko_bridge.sources.woocommerce.api import home_of, without_noise
from tradegecko_bridge.sources.woocommerce.fulfilment import PLUGINS
from tradegecko_bridge.sources.woocommerce.orders import READY, rate_of, read_order
from tradegecko_bridge.testing import Wanted, WantedLine, a_shipment

pytestmark = pytest.mark.process
D = Decimal
TWO = Wanted(lines=(WantedLine(quantity=2), WantedLine(sku="TEE-M", price=D("25.00"))))


@contextmanager
def shop(kind: Kind | None = None, **options: Any) -> Iterator[WooDriver]:
    with WooDriver(kind, **options) as driver:
        yield driver


def read(driver: WooDriver, after: str | None = None) -> dict[str, SourceOrder]:
    """Its orders by reference; all can be read."""
    found = list(driver.source().fetch_orders(after))
    assert not [one.problem for one in found if isinstance(one, UnreadableOrder)]
    return {str(one.reference): one for one in found if isinstance(one, SourceOrder)}


def refusal(source: WooCommerceSource) -> SourceError:
    with pytest.raises(SourceError) as caught:
        list(source.fetch_orders(None))
    return caught.value


# ── how it gets in ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "kind",
    [
        Kind(),
        Kind(permalinks=False),
        Kind(over_tls=True),
        Kind(over_tls=True, drops_header=True),
        Kind(over_tls=True, drops_header=True, permalinks=False),
        Kind(host="shop.internal:8080"),
        Kind(host="shop.internal", permalinks=False),
    ],
    ids=str,
)
def test_every_way_in(kind: Kind) -> None:
    """By a header or by a signature, with and without permalinks; found out once."""
    with shop(kind) as driver:
        placed = driver.place(Wanted())
        source = driver.source()
        assert [one.reference for one in source.fetch_orders(None)] == [placed]
        before = len(driver.shop.requests)
        source.check()
        assert len(driver.shop.requests) == before + 1
        secret_seen = [one for one in driver.shop.requests if SECRET in one]
        assert not secret_seen


@pytest.mark.parametrize("over_tls", [True, False])
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"consumer_secret": "cs_another"}, "secret is invalid|signature does not match"),
        ({"consumer_key": "ck_another"}, "key is invalid"),
    ],
)
def test_a_wrong_key(over_tls: bool, options: dict[str, str], says: str) -> None:
    """It says which half is wrong, as far as the shop does."""
    with shop(Kind(over_tls=over_tls), **options) as driver:
        error = refusal(driver.source())
        assert isinstance(error, SourceNeedsLogin)
        assert re.search(says, str(error))


def test_a_key_that_may_only_read() -> None:
    """Orders come; what is written fails for the right, not for the login."""
    with shop(Kind(may_write=False)) as driver:
        placed = driver.place(Wanted())
        (order,) = read(driver).values()
        (result,) = driver.source().accept_tracking([a_shipment(order)])
        assert result.verdict is Verdict.FAILED
        assert "Read/Write" in result.message
        assert placed == order.reference


def test_an_address_that_is_no_shop() -> None:
    """It says what url must be."""
    with shop(Kind(permalinks=False)) as driver:
        driver.shop.kind = Kind(permalinks=True, version=(10, 3))
        source = WooCommerceSource(driver.source()._api.url + "/blog", consumer_key=KEY, consumer_secret=SECRET)
        error = refusal(source)
        source.close()
    assert isinstance(error, SourceRefused)
    assert "url must be the shop's address" in str(error)


@pytest.mark.parametrize(
    "given",
    [
        "https://shop.example/sub",
        "https://shop.example/sub/",
        "https://shop.example/sub/wp-json",
        "https://shop.example/sub/wp-json/wc/v3/",
        "https://shop.example/sub/?rest_route=/",
        "https://shop.example/sub/index.php?rest_route=/wc/v3/orders",
    ],
)
def test_addresses_of_one_shop(given: str) -> None:
    """Whatever people copy."""
    assert home_of(given) == "https://shop.example/sub"


WARNING = b"<br />\n<b>Warning</b>: Undefined array key [0] in <b>/srv/plugin.php</b> on line <b>12</b><br />\n"


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", WARNING, WARNING * 40])
@pytest.mark.parametrize("after", [b"", b"\n", b"\n<!-- cached -->"])
def test_json_with_something_around_it(before: bytes, after: bytes) -> None:
    """Of plugins and caches."""
    assert without_noise(before + b'[{"id": 1}]' + after) == b'[{"id": 1}]'


@pytest.mark.parametrize(
    "page",
    [
        b"<!doctype html><script>[]</script>",
        b"<html><body>[]",
        WARNING,
        b'<br>{"id": 1} and more',
        b"",
        b"[" * 100_000,
    ],
)
def test_a_page_is_no_json(page: bytes) -> None:
    """An empty list in it would be a shop without orders."""
    assert without_noise(page) == page


def test_requests_are_few() -> None:
    """One for each page, one to know the newest, and once what the shop can do."""
    with shop(page_size=100) as driver:
        for _ in range(120):
            driver.place(Wanted())
        source = driver.source()
        source.check()
        before = len(driver.shop.requests)
        assert len(list(source.fetch_orders(None))) == 120
        assert len(driver.shop.requests) - before <= 4


# ── dates ────────────────────────────────────────────────────────────────────────────────────

ZONES = ["Pacific/Kiritimati", "Asia/Kolkata", "UTC", "America/Toronto", "Pacific/Pago_Pago"]
VERSIONS = [(10, 3), (5, 8), (5, 7), (4, 5), (4, 4), (3, 5)]


@settings(max_examples=examples(20))
@given(
    zone=st.sampled_from(ZONES),
    version=st.sampled_from(VERSIONS),
    steps=st.lists(st.tuples(st.sampled_from(["place", "together", "change", "read"]), st.integers(0, 3)), max_size=14),
)
def test_no_zone_and_no_version_loses_an_order(
    zone: str, version: tuple[int, int], steps: list[tuple[str, int]]
) -> None:
    """Whatever happens between readings, each order comes as it was last."""
    with shop(Kind(zone=zone, version=version, fulfilments=False), overlap=timedelta(seconds=1)) as driver:
        cursor, units = None, dict[str, Decimal]()
        for what, number in [*steps, ("read", 0)]:
            references = list(driver.records.orders)
            if what == "place":
                driver.place(Wanted())
            elif what == "together":
                driver.place_together([Wanted()] * (number + 1))
            elif what == "change" and references:
                driver.change(str(references[number % len(references)]))
            else:
                for one in driver.source().fetch_orders(cursor):
                    assert isinstance(one, SourceOrder)
                    cursor, units[one.reference] = one.cursor, one.lines[0].quantity
        assert units == {str(one.id): one.lines[0].quantity for one in driver.records.orders.values()}


def test_dates_are_sent_in_utc_without_a_zone() -> None:
    """A zone would be taken over into the shop's, and compared with UTC."""
    with shop(Kind(zone="Asia/Tokyo")) as driver:
        driver.place(Wanted())
        cursor = next(iter(driver.source().fetch_orders(None))).cursor
        list(driver.source().fetch_orders(cursor))
    asked = [one for one in driver.shop.requests if "modified_after" in one]
    assert asked
    assert all("dates_are_gmt=true" in one and "modified_after=2026-01-01T11%3A55%3A00&" in one for one in asked)


# ── orders ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("at_subtotal", [True, False])
@pytest.mark.parametrize("inclusive", [True, False])
@settings(max_examples=examples(25))
@given(
    lines=st.lists(
        st.tuples(st.integers(1, 7), st.decimals("0.01", "400", places=2), st.integers(0, 100)), min_size=1, max_size=5
    ),
    rate=st.sampled_from([D(0), D(5), D(7), D(13), D(19), D("9.975")]),
    coupon=st.decimals(0, 3, places=2),
)
def test_money_adds_up(
    at_subtotal: bool, inclusive: bool, lines: list[tuple[int, Decimal, int]], rate: Decimal, coupon: Decimal
) -> None:
    """To the shop's own total, to the cent for each line that was rounded."""
    wanted = Wanted(
        lines=tuple(
            WantedLine(
                sku=f"S{place}", quantity=units, price=price, discount=(price * units * off / 100).quantize(D("0.01"))
            )
            for place, (units, price, off) in enumerate(lines)
        ),
        tax_rate=rate,
        prices_include_tax=inclusive,
        discount=cents(min(coupon, sum((price * units * (100 - off) / 100 for units, price, off in lines), D(0)))),
    )
    records = Records("America/Toronto", at_subtotal=at_subtotal)
    placed = records.place(wanted)
    order = as_read(records, placed)
    computed, total = order.computed_totals.grand_total, records.total(placed)
    assert order.totals.grand_total == total
    assert computed is not None
    assert computed == total if not inclusive else abs(computed - total) <= D("0.01")
    assert [line.price for line in order.lines] == [line.price for line in wanted.lines]


def cents(money: Decimal) -> Decimal:
    return money.quantize(D("0.01"), rounding="ROUND_DOWN")


def as_read(records: Records, order: Order) -> SourceOrder:
    """An order without asking over HTTP."""
    read = read_order(records.order_json(order, 6), READY, "https://shop.example")
    assert read is not None
    return read


@pytest.mark.parametrize("inclusive", [True, False])
def test_fees(inclusive: bool) -> None:
    """One is a line of its kind; one below zero is shared out over the goods, tax and all."""
    records = Records("America/Toronto")
    placed = records.place(Wanted(lines=TWO.lines, prices_include_tax=inclusive))
    placed.fees = [("Gift box", D("4.00")), ("Member", D("-5.00"))]
    order = as_read(records, placed)
    assert [(line.name, line.price) for line in order.lines if line.kind is ItemKind.FEE] == [("Gift box", D("4.00"))]
    assert order.computed_totals.grand_total == order.totals.grand_total == records.total(placed)
    goods = [line for line in order.lines if line.kind is None]
    assert sum((line.discount * line.quantity + line.additional_discount for line in goods), D(0)) == 5


def test_compound_rates_and_shops_that_name_none() -> None:
    """A tax on a tax; before WooCommerce 3.7 there are no rates."""

    line = {
        "total_tax": "1.55",
        "subtotal_tax": "1.55",
        "taxes": [{"id": 1, "total": "0.5"}, {"id": 2, "total": "1.05"}],
    }
    gst, pst = {"rate_percent": 5, "compound": False}, {"rate_percent": 10, "compound": True}
    assert rate_of(line, {"1": gst, "2": pst}) == D("15.5")
    assert rate_of(line, {"1": {}, "2": pst}) is None
    assert rate_of({"total_tax": "0"}, {}) == 0


@pytest.mark.parametrize(
    ("status", "paid", "comes"),
    [
        ("processing", True, "ready"),
        ("completed", True, "ready"),
        ("on-hold", False, "waits"),
        ("packed", True, "waits"),
        ("pending", False, None),
        ("failed", False, None),
        ("failed", True, "waits"),
        ("checkout-draft", False, None),
        ("cancelled", False, "canceled"),
        ("refunded", True, "canceled"),
    ],
)
def test_states(status: str, paid: bool, comes: str | None) -> None:
    """What each means, custom ones too."""
    with shop() as driver:
        order = driver.records.place(Wanted(), status=status)
        order.paid = order.created if paid else None
        found = read(driver).get(str(order.id))
    if found is None:
        assert comes is None
    else:
        assert ("canceled" if found.canceled_at else "ready" if found.ready else "waits") == comes


@pytest.mark.parametrize(
    ("status", "paid", "word"),
    [("processing", True, "paid"), ("processing", False, "authorized"), ("on-hold", False, "unpaid")],
)
def test_cash_on_delivery_is_sent(status: str, paid: bool, word: str) -> None:
    """The shop lets it go without a payment."""
    records = Records("America/Toronto")
    order = records.place(Wanted(), status=status)
    order.paid = order.created if paid else None
    found = as_read(records, order)
    assert (found.payment_status, found.paid) == (word, paid)
    assert (Standing.UNPAID in standings(found, {})) == (word == "unpaid")


def test_states_of_the_shops_own() -> None:
    """As the settings say, with wc- or without."""
    with shop(ready_statuses=["wc-packed"]) as driver:
        packed, other = driver.records.place(Wanted(), status="packed"), driver.records.place(Wanted())
        found = read(driver)
    assert found[str(packed.id)].ready
    assert not found[str(other.id)].ready


def test_what_was_refunded_before_it_was_shipped_is_not_sent() -> None:
    """Units come off with their money and tax; later ones are returns, and money alone is neither."""
    with shop() as driver:
        order = driver.records.place(TWO)
        mug, tee = order.lines
        driver.records.refund(order, {mug.id: 1})
        driver.records.refund(order, {}, D("2.00"))
        before = read(driver)[str(order.id)]
        assert {line.sku: line.quantity for line in before.lines} == {"MUG-BLUE": 1, "TEE-M": 1}
        assert (
            before.computed_totals.grand_total == before.totals.grand_total == driver.records.total(order) - D("22.59")
        )
        assert list(driver.source().fetch_returns(None)) == []
        driver.records.set_status(order, "completed")
        later = driver.records.refund(order, {tee.id: 1})
        after = read(driver)[str(order.id)]
        assert (after.lines, after.totals) == (before.lines, before.totals)
        (returned,) = driver.source().fetch_returns(None)
        assert (returned.reference, returned.order_reference) == (str(later["id"]), str(order.id))
        assert [(line.line_reference, line.quantity) for line in returned.lines] == [(str(tee.id), D(1))]
        assert returned.refunded == D("28.25")
        assert [one.reference for one in driver.source().fetch_returns(returned.cursor)] == [returned.reference]


def test_a_shop_without_a_list_of_refunds_has_no_returns() -> None:
    """Before 9.0."""
    with shop(Kind(version=(8, 9))) as driver:
        driver.records.refund(driver.records.place(TWO), {})
        assert list(driver.source().fetch_returns(None)) == []


# ── what goes back ───────────────────────────────────────────────────────────────────────────

WITHOUT = Kind(version=(9, 9))
LEVELS = [StockLevel(sku="TEE-L", available=D(3)), StockLevel(sku="TEE-M", available=D(4))]


def ship(driver: WooDriver, shipment: Shipment) -> Verdict:
    (result,) = driver.source().accept_tracking([shipment])
    return result.verdict


@pytest.mark.parametrize("kind", [Kind(), WITHOUT])
def test_the_last_parcel_completes_the_order(kind: Kind) -> None:
    """Not the first; nor one that is told again, once more."""
    with shop(kind) as driver:
        driver.place(TWO)
        (order,) = read(driver).values()
        first = a_shipment(order, {order.lines[0].reference: 2}, reference="1", tracking=["1Z1"])
        last = a_shipment(order, {order.lines[1].reference: 1}, reference="2", tracking=["1Z2"], completes_order=True)
        assert ship(driver, first) is Verdict.ACCEPTED
        assert driver.order(order.reference).status == "processing"
        assert ship(driver, last) is Verdict.ACCEPTED
        done = driver.order(order.reference).completed
        assert done is not None
        assert ship(driver, last) is Verdict.ACCEPTED
        assert driver.order(order.reference).completed == done


def test_fields_and_notes_of_a_shop_without_fulfilments() -> None:
    """In the form of the tracking plugins, whose own entries stay; a note once, which stays when all else is gone."""
    with shop(WITHOUT) as driver:
        driver.place(TWO)
        (order,) = read(driver).values()
        theirs = {"tracking_number": "XY", "tracking_provider": "dhl"}
        driver.order(order.reference).meta[PLUGINS] = {"2": theirs}  # PHP's way to write a list with a gap
        parcel = a_shipment(order, {order.lines[0].reference: 2}, tracking=["1Z1"])
        assert ship(driver, parcel) is ship(driver, parcel) is Verdict.ACCEPTED
        items = driver.order(order.reference).meta[PLUGINS]
        assert [one["tracking_number"] for one in items] == ["XY", "1Z1"]
        assert items[1]["tracking_id"] == hashlib.md5(b"1Z1", usedforsecurity=False).hexdigest()
        assert len(driver.order(order.reference).notes) == 1
        (result,) = driver.source().withdraw_tracking([parcel])
        assert result.verdict is Verdict.ACCEPTED
        assert driver.order(order.reference).meta[PLUGINS] == [theirs]
        assert driver.parcels(order.reference) == []


def test_stock_of_its_own() -> None:
    """A variation that shares its product's, and what is not managed, only where that is wanted."""
    with shop() as driver:
        shared, own = driver.source().accept_stock(LEVELS)
        assert {shared.verdict, own.verdict} == {Verdict.REFUSED, Verdict.ACCEPTED}
        driver._product("TEE-M").manage = False
        assert {one.verdict for one in driver.source().accept_stock(LEVELS)} == {Verdict.REFUSED, Verdict.IGNORED}
    with shop(track_stock=True) as driver:
        assert {one.verdict for one in driver.source().accept_stock(LEVELS)} == {Verdict.ACCEPTED}
        assert driver.stock("TEE-L") == 3
        assert driver._product("TEE-L").manage is True
        assert driver.records.products[30].stock == 5


def test_cancelling() -> None:
    """Once; a completed one is for people."""
    with shop() as driver:
        one, other = driver.records.place(Wanted()), driver.records.place(Wanted(), status="completed")
        for _ in range(2):
            results = driver.source().cancel_orders([str(one.id), str(other.id), "9999"])
            assert [result.verdict for result in results] == [Verdict.ACCEPTED, Verdict.REFUSED, Verdict.REFUSED]
        assert (one.status, other.status) == ("cancelled", "completed")


def test_webhooks() -> None:
    """Only with the right signature, which the ping has not."""
    body, secret = b'{"id": 1}', "s3cret"
    signature = base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()
    assert is_woocommerce_webhook(body, signature, secret)
    assert not is_woocommerce_webhook(body + b" ", signature, secret)
    assert not is_woocommerce_webhook(b"webhook_id=3", None, secret)
    assert not is_woocommerce_webhook(body, "\ud800", "half\udc80")


@pytest.mark.parametrize(
    "answer", [b"null", b"7", b'{"orders": []}', b"[null]", b'[{"id": {}}]', b'[{"id": 1}]', b'["x"]']
)
def test_answers_that_no_woocommerce_gives(answer: bytes) -> None:
    """Errors of the port, or orders that cannot be read."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=answer))
    source = WooCommerceSource("https://shop.example", consumer_key=KEY, consumer_secret=SECRET, transport=transport)
    for door in (lambda: list(source.fetch_orders(None)), lambda: list(source.accept_stock(LEVELS))):
        with suppress(SourceError):
            assert all(isinstance(one, UnreadableOrder | ItemResult) for one in door())
