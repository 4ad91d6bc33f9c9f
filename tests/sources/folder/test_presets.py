"""Each format that ships, on header rows as shops write them."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.sources.folder import shops
from tests.sources.folder.shops import DAYS, FILES, LOCAL
from tradegecko_bridge.commerce import ItemKind, SourceOrder
from tradegecko_bridge.commerce.statuses import Standing, standings
from tradegecko_bridge.errors import ConfigError, MalformedData
from tradegecko_bridge.sources.folder.chosen import format_of, preset
from tradegecko_bridge.sources.folder.guess import guess
from tradegecko_bridge.sources.folder.reading import Given, orders_in
from tradegecko_bridge.sources.folder.shipped import likeliest_preset, preset_names, preset_table

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
HALF_PAST_NINE = datetime(2026, 1, 31, 14, 30, tzinfo=UTC)


def given(name: str, text: str, chosen: str, **changes: Any) -> list[Given]:
    """What a file of this text gives."""
    return list(orders_in(name, io.BytesIO(text.encode()), format_of(chosen, changes)))


def order_of(case: str, **changes: Any) -> SourceOrder:
    """The one order of a case."""
    chosen = case.split()[0]
    if chosen in LOCAL:
        changes.setdefault("zone", "America/Toronto")
        changes.setdefault("dates", "dmy" if chosen == "bigcommerce" else None)
    (order,) = given(*FILES[case], chosen, **changes)
    assert isinstance(order, SourceOrder), order
    return order


@pytest.mark.parametrize("case", FILES)
def test_the_same_sale_comes_out_of_each(case: str) -> None:
    """Number, time, goods, recipient; and where the file has a total, what was read adds up to it."""
    chosen = case.split()[0]
    order = order_of(case)
    assert order.number in ("2001", "#2001")
    assert order.placed_at == (NOON if chosen in DAYS else HALF_PAST_NINE)
    assert [(line.sku, line.quantity) for line in order.lines] == [("MUG-BLUE", Decimal(2)), ("TEE-M", Decimal(1))]
    prices = [line.price for line in order.lines]
    assert prices == ([None, None] if chosen == "cartrover" else [Decimal("19.99"), Decimal(25)])
    assert order.customer.full_name == "Ann Lee"
    assert order.shipping_address is not None or chosen == "square"
    if order.shipping_address is not None:
        address = order.shipping_address
        assert (address.full_name, address.address1, address.city) == ("Ann Lee", "1 King St W", "Toronto")
        assert (address.region, address.postal_code, address.country) == ("ON", "M5H 1A1", "CA")
    if chosen not in ("square", "cartrover"):
        assert sum(way.amount for way in order.shipping) == Decimal("12.50")
    if order.totals.grand_total is not None:
        assert order.totals.grand_total == order.computed_totals.grand_total == Decimal("87.55")
    assert not order.discounts


def test_every_preset_is_tried() -> None:
    """One that is new needs a file above, or says why none can be read."""
    unusable = {name for name in preset_names() if preset(name).unusable}
    assert {case.split()[0] for case in FILES} | unusable == set(preset_names())


@pytest.mark.parametrize("case", FILES)
def test_a_file_is_known_by_its_names(case: str) -> None:
    """Without a setting it is refused, and the line says what to set."""
    name, text = FILES[case]
    chosen = case.split()[0]
    assert guess(name, io.BytesIO(text.encode())).preset == chosen
    try:
        (held,) = given(name, text, "")
    except MalformedData as error:
        said = str(error)
    else:
        assert not isinstance(held, SourceOrder)
        said = held.problem
    assert said.count("this looks like") == 1
    assert f'set preset = "{chosen}"' in said


@pytest.mark.parametrize("chosen", LOCAL)
def test_a_zone_that_is_needed_is_asked_for_once(chosen: str) -> None:
    """One line for the whole file, before any order."""
    with pytest.raises(MalformedData) as caught:
        given(*FILES[chosen], chosen)
    assert len(caught.value.problems) == 1
    assert 'set zone = "America/Toronto"' in str(caught.value)
    assert ('set dates = "dmy" or "mdy"' in str(caught.value)) == (chosen == "bigcommerce")


@pytest.mark.parametrize(
    ("header", "chosen", "said"),
    [
        (shops.MAGENTO_GRID, "magento-grid", "it has no order lines"),
        (shops.ETSY_ORDERS, "etsy-orders", "“Order Items”"),
    ],
)
def test_exports_without_lines_are_named(header: str, chosen: str, said: str) -> None:
    """Whatever preset is set: nothing can be made of them, and the line says what to export instead."""
    for one in (chosen, "", "shopify"):
        with pytest.raises(MalformedData, match=said):
            given("a.csv", shops.table(header, [{header.split(",")[0]: "1"}]), one)


def test_a_preset_for_another_shop_is_told() -> None:
    """The file is named, not its thirty missing columns."""
    with pytest.raises(MalformedData) as caught:
        given(*FILES["shopify"], "etsy")
    assert str(caught.value).startswith('a.csv, row 1: this looks like Shopify orders (CSV): set preset = "shopify"')


def test_an_unknown_preset_names_the_nearest() -> None:
    """Also without a likeness it says which there are."""
    with pytest.raises(ConfigError, match="did you mean 'shopify'"):
        format_of("shopfy", None)


def test_amounts_of_rows_are_added_up() -> None:
    """Amazon's shipping is that of each row; tax is of each line, and nothing is left over."""
    order = order_of("amazon")
    assert [line.tax for line in order.lines] == [Decimal("5.20"), Decimal("3.25")]
    assert (order.shipping[0].amount, order.shipping[0].tax) == (Decimal("12.50"), Decimal("1.62"))
    assert order.computed_totals.grand_total == Decimal("87.55")


def test_reports_without_prices_take_the_price_list() -> None:
    """Only where somebody says so: prices that are missing may have been forgotten."""
    text = shops.amazon(shops.AMAZON_UNSHIPPED, "quantity-purchased")
    with pytest.raises(MalformedData, match="item-price"):
        given("a.txt", text, "amazon")
    (order,) = given("a.txt", text, "amazon", prices="price_list")
    assert isinstance(order, SourceOrder)
    assert [line.price for line in order.lines] == [None, None]


def test_statuses_are_carried() -> None:
    """What the gate before the first run decides by."""
    shopify = order_of("shopify")
    assert (shopify.payment_status, shopify.paid, shopify.fulfillment_status) == ("paid", True, "unfulfilled")
    name, text = FILES["shopify"]
    text = text.replace(",paid,", ",refunded,").replace(",unfulfilled,", ",fulfilled,")
    (order,) = given(name, text, "shopify")
    assert isinstance(order, SourceOrder)
    assert (order.payment_status, order.fulfillment_status) == ("refunded", "fulfilled")
    assert order_of("amazon fulfilled").fulfillment_status is None
    assert [order_of(case).paid for case in ("ebay", "etsy", "shopify-json", "woocommerce-json")] == [True] * 4


@pytest.mark.parametrize(("total", "theirs"), [("$77.48", ""), ("$87.55", "$10.07")])
def test_tax_that_ebay_collects_is_not_the_sellers(total: str, theirs: str) -> None:
    """It is taken off the total where that has it, and the order has none."""
    rows = shops.EBAY_ROWS
    summed = {"Seller Collected Tax": "$0.00", "eBay Collected Tax": "$10.07", "Total Price": total}
    summed["eBay Collected Tax and Fees Included in Total"] = theirs
    (order,) = given("a.csv", shops.table(shops.EBAY, [{**rows[0], **summed}, *rows[1:]]), "ebay")
    assert isinstance(order, SourceOrder)
    assert order.totals.tax == 0
    assert order.computed_totals.grand_total == order.totals.grand_total == Decimal("77.48")


def test_handling_is_part_of_shipping() -> None:
    """A sum of two columns, of which either may be blank; months come first where that is set."""
    name, text = FILES["bigcommerce"]
    text = text.replace("Shipping Cost (ex tax),", "Shipping Cost (ex tax),Handling Cost (ex tax),")
    text = text.replace("31/01/2026", "01/02/2026")
    for cells, amount in (("10.00,2.50,", "12.50"), (",2.50,", "2.50"), ("12.50,,", "12.50")):
        rows = text.replace("12.50,", cells, 1)
        (order,) = given(name, rows, "bigcommerce", zone="America/Chicago", dates="mdy")
        assert isinstance(order, SourceOrder)
        assert [way.amount for way in order.shipping] == [Decimal(amount)]
        assert order.placed_at.date() == date(2026, 1, 2)


@pytest.mark.parametrize(
    ("less", "amount"), [("12.50", "0"), ("2.50", "10"), ("", "12.50"), ("0", "12.50"), ("20", "0")]
)
def test_a_discount_of_shipping_is_taken_off_it(less: str, amount: str) -> None:
    """Etsy has it in a column of its own, on each row; more than shipping leaves nothing of it."""
    rows = [{**row, "Shipping Discount": less} for row in shops.ETSY_ROWS]
    (order,) = given("a.csv", shops.table(shops.ETSY, rows), "etsy")
    assert isinstance(order, SourceOrder)
    assert [way.amount for way in order.shipping] == [Decimal(amount)]


@pytest.mark.parametrize("case", ["shopify", "shopify-json"])
def test_duties_are_a_line_of_their_own(case: str) -> None:
    """The order's total has them; where there are none, there is no line."""
    name, text = FILES[case]
    if case == "shopify":
        text = (
            text.replace("87.55", "95.05").replace(",Id,", ",Duty,").replace("Duties", "Id").replace("Duty", "Duties")
        )
        text = text.replace("9001", "7.50")
    else:
        text = text.replace('"87.55"', '"95.05"')
        text = json.dumps(
            {
                **json.loads(text),
                "original_total_duties_set": {"shop_money": {"amount": "7.50", "currency_code": "CAD"}},
            }
        )
    (order,) = given(name, text, case)
    assert isinstance(order, SourceOrder), order
    *goods, duties = order.lines
    assert (duties.name, duties.price, duties.kind, duties.shippable) == (
        "Duties",
        Decimal("7.50"),
        ItemKind.FEE,
        False,
    )
    assert len(goods) == 2
    assert order.totals.grand_total == order.computed_totals.grand_total == Decimal("95.05")


def test_bigcommerce_may_have_a_row_a_line() -> None:
    """By another template; it is known by the rest of its names."""
    header = shops.BIGCOMMERCE.replace("Product Details", "Product ID,Product Qty,Product SKU,Product Unit Price")
    order = {
        "Order ID": "2001", "Customer Name": "Ann Lee", "Order Date": "31/01/2026", "Order Status": "Shipped",
        "Order Currency Code": "CAD", "Tax Total": "8.45", "Order Total (inc tax)": "73.43",
    }  # fmt: skip
    mugs, tee = (("2", "MUG-BLUE", "$19.99"), ("1", "TEE-M", "$25.00"))
    rows = [
        {**order, "Product Qty": units, "Product SKU": sku, "Product Unit Price": price}
        for units, sku, price in (mugs, tee)
    ]
    text = shops.table(header, rows)
    assert guess("a.csv", io.BytesIO(text.encode())).preset == "bigcommerce"
    (found,) = given("a.csv", text, "bigcommerce", zone="America/Toronto", dates="dmy")
    assert isinstance(found, SourceOrder), found
    assert [(line.sku, line.quantity) for line in found.lines] == [("MUG-BLUE", Decimal(2)), ("TEE-M", Decimal(1))]
    assert found.computed_totals.grand_total == found.totals.grand_total


@pytest.mark.parametrize("name", ["Tee | blue", "Tee, blue | red, green", "Size: M | L"])
def test_marks_between_lines_may_stand_in_their_names(name: str) -> None:
    """What follows them is no line then."""
    text = FILES["bigcommerce"][1].replace("Product Name: Tee,", f"Product Name: {name},")
    (found,) = given("a.csv", text, "bigcommerce", zone="America/Toronto", dates="dmy")
    assert isinstance(found, SourceOrder), found
    assert [(line.sku, line.quantity) for line in found.lines] == [("MUG-BLUE", Decimal(2)), ("TEE-M", Decimal(1))]


@pytest.mark.parametrize("kept", ["Tax and Fees", "Tax"])
def test_what_ebay_keeps_is_not_the_shops(kept: str) -> None:
    """The column had another name before."""
    column = f"eBay Collected {kept} Included in Total"
    header = "Sales Record Number,Order Number,Buyer Username,Item Number,Custom Label,Quantity,Sold For,Sale Date"
    row = {
        "Order Number": "24-1", "Custom Label": "MUG", "Quantity": "1", "Sold For": "$10.00", "Sale Date": "Jan-31-26",
        "Total Price": "$11.30", column: "$1.30",
    }  # fmt: skip
    (found,) = given("a.csv", shops.table(f"{header},Total Price,{column}", [row]), "ebay")
    assert isinstance(found, SourceOrder), found
    assert found.totals.grand_total == Decimal(10)


def test_what_a_label_costs_is_not_what_is_paid_for_shipping() -> None:
    """ShipStation has both."""
    name, text = FILES["shipstation"]
    text = text.replace("Notes - From Buyer", "Amount - Shipping Cost").replace("12.50,,", "12.50,,7.10")
    (order,) = given(name, text, "shipstation", zone="America/Toronto")
    assert isinstance(order, SourceOrder)
    assert "7.10" in text
    assert [way.amount for way in order.shipping] == [Decimal("12.50")]


@pytest.mark.parametrize(
    ("shipping", "taxes", "total", "taken"),
    [
        ("0.00", "8.45", "73.43", 0),
        ("0.00", "8.45", "64.98", 0),
        ("0.00", "7.15", "62.13", 1),
        ("10.00", "9.75", "74.73", 1),
    ],
)
def test_a_code_for_free_shipping_is_taken_once(shipping: str, taxes: str, total: str, taken: int) -> None:
    """Shopify names its amount although shipping is 0 already; the total shows it, with the tax in prices or not."""
    name, text = FILES["shopify"]
    text = text.replace("64.98,12.50,10.07,87.55,", f"64.98,{shipping},{taxes},{total},").replace(
        ",0.00,Exp", ",10.00,Exp"
    )
    (order,) = given(name, text, "shopify")
    assert isinstance(order, SourceOrder)
    assert len(order.discounts) == taken
    assert order.computed_totals.grand_total == Decimal(total)


@pytest.mark.parametrize(("total", "taken"), [("67.11", 0), ("61.11", 1)])
def test_discounts_of_lines_that_are_the_orders_are_known_by_the_total(total: str, taken: int) -> None:
    """Some files name both: only the figures show whether there are two."""
    columns = dict(
        zip(("order_number", "placed_at", "sku", "quantity", "price", "line_discount"), "NWSQPL", strict=True)
    )
    columns |= {"discount_amount": "O", "tax_total": "T", "grand_total": "G"}
    rows = [f"1,2026-01-31,A,2,20,4,6,8.11,{total}", f"1,2026-01-31,B,1,25,2,6,8.11,{total}"]
    text = "\n".join(["N,W,S,Q,P,L,O,T,G", *rows])
    (order,) = given("a.csv", text, "", columns=columns, constants={"currency": "CAD"})
    assert isinstance(order, SourceOrder)
    assert len(order.discounts) == taken
    assert order.computed_totals.grand_total == Decimal(total)


def test_tax_within_prices_is_found_out_by_the_figures() -> None:
    """A shop in Europe: the total is that of goods and shipping, with the tax inside."""
    name, text = FILES["woocommerce-algolplus"]
    text = text.replace("87,55", "77,48")
    (order,) = given(name, text, "woocommerce-algolplus", zone="Europe/Berlin")
    assert isinstance(order, SourceOrder)
    assert order.prices_include_tax
    assert order.computed_totals.grand_total == order.totals.grand_total == Decimal("77.48")


def test_taxes_of_lines_count_where_they_make_the_orders() -> None:
    """Else the order's own total does: a line may lack its tax."""
    order = order_of("shopify-json")
    assert [line.tax for line in order.lines] == [Decimal("5.20"), Decimal("3.25")]
    assert {line.tax_rate for line in order.lines} == {Decimal(13)}
    name, text = FILES["shopify-json"]
    (lacking,) = given(name, text.replace('"5.20"', '"0.20"'), "shopify-json")
    assert isinstance(lacking, SourceOrder)
    assert [line.tax for line in lacking.lines] == [None, None]
    assert lacking.computed_totals.grand_total == Decimal("87.55")


def test_fees_are_told_from_goods() -> None:
    """WooCommerce has them in a list of their own."""
    fee = {"id": 9, "name": "Gift wrap", "total": "5.00", "total_tax": "0.65"}
    (order,) = given("a.json", json.dumps({**shops.WOO_ORDER, "fee_lines": [fee]}), "woocommerce-json")
    assert isinstance(order, SourceOrder)
    assert [line.kind for line in order.lines] == [ItemKind.GOODS, ItemKind.GOODS, ItemKind.FEE]
    assert order.lines[2].extended_amount == Decimal(5)


def test_refunds_at_the_till_are_no_orders() -> None:
    """They are passed over by a setting of the preset, and told."""
    notes: list[str] = []
    name, text = FILES["square"]
    assert len(list(orders_in(name, io.BytesIO(text.encode()), preset("square"), notes.append))) == 1
    assert notes == ["a.csv, row 4: Event Type is Refund, passed over"]


@pytest.mark.parametrize(("test", "status"), [(True, "test"), (False, None)])
def test_orders_that_try_the_shop_are_told(test: bool, status: str | None) -> None:
    """Shopify says which, and they count as canceled."""
    name, text = FILES["shopify-json"]
    (order,) = given(name, json.dumps({**json.loads(text), "test": test}), "shopify-json")
    assert isinstance(order, SourceOrder)
    assert order.source_status == status
    assert (Standing.CANCELED in standings(order, {})) == test


def test_presets_can_be_changed() -> None:
    """Single columns, constants and settings; the rest stays."""
    name, text = FILES["shopify"]
    changes = {"columns": {"note": "Tags"}, "constants": {"currency": "USD"}, "ignore": ["Nobody"]}
    (order,) = given(name, text.replace("Ring twice", "Ring"), "shopify", **changes)
    assert isinstance(order, SourceOrder)
    assert (order.note, order.currency, order.number) == (None, "USD", "#2001")


def test_marks_tell_presets_apart() -> None:
    """The columns that one is known by are no other's, or it is the more exact one."""
    for name in preset_names():
        assert likeliest_preset(preset_table(name)["marks"]) == name
