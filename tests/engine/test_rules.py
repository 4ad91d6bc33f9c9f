"""What a connection's settings take, leave out and rename: pure rules, and the round with a real sandbox."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.engine.bench import Bench, detail, outcomes
from tests.support import ListSource
from tradegecko_bridge import ConnectionSettings, Sandbox, TradeGeckoClient
from tradegecko_bridge.commerce import Address, Component, ItemResult, OrderLine, ShippingLine, SourceOrder, Verdict
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.engine.mapping.rules import apply_settings, not_taken, source_skus, unmapped_ship_method
from tradegecko_bridge.engine.settings.filters import OrderFilter
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.testing.builders import a_line, an_order

TO_OTTAWA = an_order(shipping_address=Address(address1="1 Rideau", region="ON", postal_code="K1N 5X8", country="ca"))


def settings(**given: Any) -> ConnectionSettings:
    return ConnectionSettings(**given)


@pytest.mark.parametrize(
    ("order_filter", "taken"),
    [
        ({"field": "country", "values": ["CA"]}, True),
        ({"field": "country", "values": ["US", "MX"]}, False),
        ({"field": "country", "values": ["CA"], "rule": "except"}, False),
        ({"field": "postal_code", "values": ["k1"], "match": "prefix"}, True),
        ({"field": "postal_code", "values": ["K1"]}, False),
        ({"field": "postal_code", "values": ["X8"], "match": "suffix", "rule": "except"}, False),
        ({"field": "tag", "values": ["HOLD"], "rule": "except"}, True),
        ({"field": "currency", "values": ["cad"]}, True),
        ({"field": "ship_method", "values": ["Pick"], "match": "prefix", "rule": "except"}, True),
        ({"field": "number", "values": ["10"], "match": "prefix"}, True),
    ],
)
def test_an_order_filter(order_filter: dict[str, Any], taken: bool) -> None:
    """Only, or all except, by full value, beginning or end, whatever the case."""
    reason = not_taken(TO_OTTAWA, settings(order_filters=[order_filter]))
    assert (reason is None) is taken
    if reason:
        assert reason.text.endswith("a filter leaves it out")


@pytest.mark.parametrize("match", ["full", "prefix", "suffix"])
@pytest.mark.parametrize("field", ["tag", "ship_method", "region", "payment_status", "fulfillment_status"])
def test_blank_stands_for_none(field: str, match: str) -> None:
    """Of every field, also of those of which an order can have several; and for nothing else."""
    bare = an_order(tags=(), shipping=(), shipping_address=None)
    full = an_order(tags=("web",), payment_status="paid", fulfillment_status="unshipped")
    for rule, takes_bare in (("only", True), ("except", False)):
        wired = settings(order_filters=[{"field": field, "values": [""], "match": match, "rule": rule}])
        assert (not_taken(bare, wired) is None) is takes_bare
        assert (not_taken(full, wired) is None) is not takes_bare
    reason = not_taken(bare, wired)
    assert reason is not None
    assert reason.text == f"its {field} is one of (none): a filter leaves it out"


def test_a_ship_method_without_name_is_none() -> None:
    """As is one of nothing but spaces."""
    wired = settings(order_filters=[{"field": "ship_method", "values": ["", "EXP"]}])
    for line in (ShippingLine(amount=Decimal(9)), ShippingLine(label=" ", amount=Decimal(9))):
        assert not_taken(an_order(shipping=(line,)), wired) is None
    assert not_taken(an_order(), wired) is not None


def test_every_filter_must_take_it() -> None:
    """Several filters narrow each other."""
    both = [{"field": "country", "values": ["CA"]}, {"field": "region", "values": ["QC"]}]
    assert not_taken(TO_OTTAWA, settings(order_filters=both)) is not None


def test_orders_before_the_first_day_are_not_taken() -> None:
    """The earliest order date is the beginning of its day in UTC, and that moment itself is in."""
    wired = settings(earliest_order=date(2026, 11, 3))
    assert not_taken(an_order(placed_at=datetime(2026, 11, 2, 23, 59, 59, tzinfo=UTC)), wired) is not None
    assert not_taken(an_order(placed_at=datetime(2026, 11, 3, tzinfo=UTC)), wired) is None


LINES = [
    a_line("GOOD"),
    a_line("BAD"),
    a_line("", price="0", reference="3"),
    a_line("GIFT", shippable=False),
    a_line("  ", price="0", reference="5"),
]


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({}, ["GOOD", "BAD", "", "GIFT", "  "]),
        ({"item_filters": [{"skus": ["BAD"]}]}, ["GOOD", "", "GIFT", "  "]),
        ({"item_filters": [{"skus": ["bad ", ""]}]}, ["GOOD", "GIFT"]),
        ({"item_filters": [{"skus": [" "], "rule": "only"}]}, ["", "  "]),
        ({"item_filters": [{"skus": ["Good"], "rule": "only"}]}, ["GOOD"]),
        ({"ignore_unshippable": True}, ["GOOD", "BAD", "", "  "]),
        ({"ignore_blank_skus": True}, ["GOOD", "BAD", "GIFT"]),
    ],
)
def test_lines_that_are_left_out(given: dict[str, Any], left: list[str]) -> None:
    """Unwanted SKUs, lines without one, and lines that are not shipped stay behind; the order goes without them."""
    order = an_order(lines=LINES)
    assert [line.sku for line in apply_settings(order, "N", settings(**given)).lines] == left
    assert not_taken(order, settings(**given)) is None


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({}, []),
        ({"match_by": "barcode"}, ["coded"]),
        ({"explode_kits": True}, ["kit part 1"]),
        ({"match_by": "barcode", "item_filters": [{"skus": [""]}]}, []),
    ],
)
def test_what_is_known_by_something_else_is_not_blank(given: dict[str, Any], left: list[str]) -> None:
    """A barcode or components do for a SKU where the line goes out by them; a filter on SKUs asks for SKUs."""
    lines = [
        a_line("GOOD"),
        a_line(" ", price="0", reference="neither", barcode=" "),
        a_line("", price="0", reference="coded", barcode="0628000000017"),
        a_line("", price="0", reference="kit", components=(Component(sku="MUG-RED"),)),
    ]
    sent = apply_settings(an_order(lines=lines), "N", settings(ignore_blank_skus=True, **given)).lines
    assert [line.reference for line in sent] == ["GOOD", *left]


def test_an_unwanted_item_can_take_its_order_with_it() -> None:
    """At order level one unwanted SKU refuses the order; and an order of which no line is left is not taken."""
    whole = settings(item_filters=[{"skus": ["BAD"], "level": "order"}])
    assert not_taken(an_order(lines=LINES), whole) is not None
    assert not_taken(an_order(lines=[a_line("GOOD")]), whole) is None
    nothing = not_taken(an_order(lines=[a_line("BAD")]), settings(item_filters=[{"skus": ["BAD"]}]))
    assert nothing is not None
    assert nothing.text == "every one of its lines is left out by the settings"
    assert not_taken(an_order(lines=[]), settings()) is None, "an order without lines is a hold, not a filter's doing"


def test_aliases_in_both_directions() -> None:
    """Orders get TradeGecko's SKU; stock goes back under every name the source may have for it, filters applied."""
    wired = settings(
        sku_aliases={"mug-b": "MUG-BLUE", "blue-mug": "MUG-BLUE", "TEE-M": "TEE-MEDIUM", "CAP": "CAP"},
        item_filters=[{"skus": ["blue-mug"]}],
    )
    lines = apply_settings(an_order(lines=[a_line("mug-b"), a_line("MUG-B"), a_line("PIN")]), "N", wired).lines
    assert [line.sku for line in lines] == ["MUG-BLUE", "MUG-B", "PIN"], "TradeGecko compares SKUs exactly"
    assert source_skus("MUG-BLUE", wired) == ["MUG-BLUE", "mug-b"]
    assert source_skus("TEE-MEDIUM", wired) == ["TEE-MEDIUM", "TEE-M"]
    assert source_skus("CAP", wired) == ["CAP"]
    assert source_skus("PIN", wired) == ["PIN"]
    assert source_skus("TEE-M", wired) == [], "over there it is something the source knows by no name"


def test_ship_methods_are_mapped_or_held() -> None:
    """By code or by name; unmapped ones pass, unless orders are to be held for them."""
    by_code = ShippingLine(label="Express", code="EXP", amount=Decimal(9))
    methods = {"EXP": "Purolator Express", "Flat rate": "Canada Post"}
    wired = settings(ship_methods=methods, hold_unmapped_ship_methods=True)
    assert [line.label for line in apply_settings(an_order(shipping=(by_code,)), "N", wired).shipping] == [
        "Purolator Express"
    ]
    assert [line.label for line in apply_settings(an_order(), "N", wired).shipping] == ["Canada Post"]
    odd = an_order(shipping=(ShippingLine(label="Drone", amount=Decimal(1)),))
    reason = unmapped_ship_method(odd, wired)
    assert reason is not None
    assert (reason.transient, "'Drone'" in reason.text) == (True, True)
    assert unmapped_ship_method(odd, settings(ship_methods=methods)) is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"order_filters": [{"field": "colour", "values": ["x"]}]}, "order_filters[0].field must be one of country, "),
        ({"order_filters": [{"field": "tag"}]}, "order_filters[0].values is missing"),
        ({"order_filters": [{"field": "tag", "values": []}]}, "order_filters[0].values is an empty list"),
        (
            {"item_filters": [{"skus": ["A"]}, {"skus": ["A"], "levl": "x"}]},
            "item_filters[1].levl is not a known setting; did you mean 'level'?",
        ),
        ({"earliest_order": "2026-01-31"}, "earliest_order must be a date such as 2026-01-31, without quotes"),
        ({"earliest_order": datetime(2026, 1, 31)}, "has no time zone"),  # noqa: DTZ001
        ({"sku_aliases": {"A": 1}}, "sku_aliases.A must be text, in quotes, not 1"),
    ],
)
def test_a_setting_that_cannot_work_is_told(given: dict[str, Any], said: str) -> None:
    """Which setting, which of its filters, and what is wrong."""
    with pytest.raises(ConfigError) as caught:
        settings(**given)
    assert said in str(caught.value)


# ── the round ────────────────────────────────────────────────────────────────────────────────


def bench_with(sandbox: Sandbox, client: TradeGeckoClient, *orders: SourceOrder, **given: Any) -> Bench:
    return Bench(sandbox, client, ListSource(list(orders)), settings=settings(**given))


def test_an_order_that_is_not_taken_is_skipped_with_the_reason(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """It is in the ledger with the reason, costs nothing again, and is asked again when its source changes it."""
    not_held = [{"field": "tag", "values": ["HOLD"], "rule": "except"}]
    bench = bench_with(sandbox, client, an_order("1001", tags=("HOLD",)), an_order("1002"), order_filters=not_held)
    report = bench.deliver()
    assert outcomes(report) == {"1001": Outcome.SKIPPED, "1002": Outcome.DELIVERED}
    assert detail(report, "1001") == "its tag is one of HOLD: a filter leaves it out"
    assert report
    assert bench.state("1001") is OrderState.SKIPPED
    assert bench.deliver().items == []
    bench.source.orders.append(an_order("1001", cursor="later"))
    assert outcomes(bench.deliver()) == {"1001": Outcome.DELIVERED}


def test_number_sku_method_and_tags_over_there(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The order arrives under its prefixed number, with TradeGecko's SKU, the mapped method and both tags."""
    bench = bench_with(
        sandbox,
        client,
        an_order("1001", [a_line("our-mug", 2)], tags=("web",)),
        number_prefix="EB-",
        sku_aliases={"our-mug": "MUG-BLUE"},
        ship_methods={"Flat rate": "Canada Post"},
        tags=["ebay"],
    )
    assert bench.deliver()
    (order,) = bench.remote()
    assert (order.order_number, order.tags) == ("EB-1001", ["web", "ebay"])
    labels = [line.label for line in client.order_line_items.list(order_id=order.id) if line.freeform]
    assert labels == ["Shipping Cost: Canada Post"]
    bench.ship("EB-1001", {"MUG-BLUE": 2})
    bench.clock.move(hours=1)
    bench.engine.sync_tracking()
    (shipment,) = bench.source.shipments
    assert (shipment.order_number, shipment.completes_order) == ("1001", True)
    assert [(item.sku, item.quantity) for item in shipment.items] == [("our-mug", Decimal(2))]
    bench.engine.sync_inventory()
    levels = {level.sku: level.available for level in bench.source.levels}
    assert levels["our-mug"] == levels["MUG-BLUE"] == 148


def test_a_source_that_lacks_the_sku_itself_is_no_failure(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Where only the alias is sold, TradeGecko's own name is not the source's business, run after run."""
    bench = bench_with(sandbox, client, sku_aliases={"our-mug": "MUG-BLUE"}, item_filters=[{"skus": ["DUP-SKU"]}])
    bench.source.answer = lambda key: ItemResult(
        key=key, verdict=Verdict.IGNORED if key == "MUG-BLUE" else Verdict.ACCEPTED
    )
    first, second = bench.engine.sync_inventory(), bench.engine.sync_inventory()
    assert outcomes(first)["MUG-BLUE"] is Outcome.IGNORED
    assert "MUG-BLUE" not in outcomes(second), "it is not offered again as it is"
    assert first
    assert second
    assert (first.alerts, second.alerts) == ([], [])


def test_a_changed_prefix_does_not_lose_an_order_in_doubt(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """An order is looked for under the number it was sent with, not the one it would get today."""
    source = ListSource([an_order("1001")])
    before = Bench(sandbox, client, source, settings=settings(number_prefix="OLD-"))
    sandbox.fault("POST", "/orders", "drop_after_commit")
    sandbox.fault("GET", "/orders", "status", nth=2, times=4, status=503)
    before.clock.move(hours=1)
    before.engine.deliver_orders()
    assert before.state("1001") is OrderState.UNCERTAIN
    after = Bench(sandbox, client, source, store=before.store, settings=settings(number_prefix="NEW-"))
    after.clock.move(hours=9)
    for _ in range(4):
        after.deliver()
    assert [order.order_number for order in after.remote()] == ["OLD-1001"]
    assert after.state("1001") is OrderState.DELIVERED


def test_lines_left_out_do_not_keep_an_order_open(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """An order is complete when everything that was sent has left, whatever was left out of it."""
    lines = [a_line("MUG-BLUE", 1), OrderLine(reference="2", sku="NOT-OURS", quantity=Decimal(1), price=Decimal(1))]
    bench = bench_with(sandbox, client, an_order("1001", lines), item_filters=[{"skus": ["NOT-OURS"]}])
    assert bench.deliver()
    bench.ship("1001", {"MUG-BLUE": 1})
    bench.clock.move(hours=1)
    bench.engine.sync_tracking()
    assert bench.state("1001") is OrderState.CONFIRMED


def test_a_reason_says_none_for_a_blank_value() -> None:
    """Without a word for it nobody would see that the filter also takes orders without a status."""
    only = OrderFilter(field="payment_status", values=["", "paid"])
    assert only.refuses(an_order(payment_status="open")) == "its payment_status is none of (none), paid"
