"""Orders as a real Vendure 3.7.3 answered them, in our canonical form: money to the cent, names, addresses."""

from decimal import Decimal
from typing import Final

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.vendure.fake import Json, recorded
from tradegecko_bridge.commerce import Customer, OrderLine, SourceOrder
from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.sources.toolkit import split_name
from tradegecko_bridge.sources.vendure.orders import Money, read_order

BEFORE_TAX: Final = Money(2, includes_tax=False)
WITH_TAX: Final = Money(2, includes_tax=True)
NOTHING: Final = Decimal(0)


def money_of(order: SourceOrder) -> list[tuple[str, ...]]:
    """Price, discount, rest and tax of each line, as text."""
    return [tuple(map(str, (at.price, at.discount, at.additional_discount, at.tax))) for at in order.lines]


def line(unit: int, quantity: int, off: int = 0, rate: int = 13, number: int = 1) -> Json:
    """A line of a channel with prices before tax, rounded as Vendure does."""

    def gross(net: Decimal) -> int:
        return int((net * (100 + rate) / 100).quantize(Decimal(1), "ROUND_HALF_UP"))

    whole = unit * quantity - off
    return {
        "id": str(number),
        "quantity": quantity,
        "unitPrice": unit,
        "unitPriceWithTax": gross(Decimal(unit)),
        "linePrice": unit * quantity,
        "linePriceWithTax": gross(Decimal(unit * quantity)),
        "proratedLinePrice": whole,
        "proratedLinePriceWithTax": gross(Decimal(whole)),
        "taxRate": rate,
        "productVariant": {"sku": f"SKU-{number}", "name": "Thing"},
    }


def order_of(lines: list[Json], **changed: object) -> Json:
    """An order with these lines and no shipping, its totals added up as Vendure's default strategy does."""
    net, gross = (sum(at[name] for at in lines) for name in ("proratedLinePrice", "proratedLinePriceWithTax"))
    sums = {"subTotal": net, "total": net, "subTotalWithTax": gross, "totalWithTax": gross}
    none = {"shipping": 0, "shippingWithTax": 0, "shippingLines": []}
    return recorded("plain") | sums | none | {"lines": lines} | changed


class TestMoney:
    def test_before_tax(self) -> None:
        """Two mugs, three shirts and shipping are 144.06 with tax, all of it where it belongs."""
        order = read_order(recorded("plain"), BEFORE_TAX)

        assert money_of(order) == [("19.99", "0.00", "0.00", "5.20"), ("25.00", "0.00", "0.00", "9.75")]
        (shipping,) = order.shipping
        assert (shipping.label, shipping.code, str(shipping.amount)) == ("Flat rate", "flat", "12.50")
        assert (str(shipping.tax), str(shipping.tax_rate)) == ("1.63", "13")
        totals = order.totals
        assert [str(one) for one in (totals.subtotal, totals.tax, totals.shipping, totals.grand_total)] == [
            "114.98",
            "16.58",
            "12.50",
            "144.06",
        ]
        assert evolve(order.computed_totals, discount=None) == totals

    def test_promotions(self) -> None:
        """Ten off the order is a discount per unit of each line before tax, and free shipping costs nothing."""
        order = read_order(recorded("promotions"), BEFORE_TAX)

        assert money_of(order) == [("19.99", "1.74", "0.00", "4.75"), ("25.00", "2.17", "0.01", "8.90")]
        assert [(one.amount, one.tax, one.tax_rate) for one in order.shipping] == [(NOTHING, NOTHING, NOTHING)]
        assert order.discounts == ()
        assert order.computed_totals.grand_total == order.totals.grand_total == Decimal("118.63")
        assert order.extra["coupon_codes"] == "TEN, SHIPFREE"
        assert order.extra["promotions"] == "Ten off, Free shipping"

    def test_prices_that_include_tax(self) -> None:
        """Where prices include tax each line says so, carries the tax inside, and the total is the shop's."""
        order = read_order(recorded("tax_inclusive"), WITH_TAX)

        assert order.prices_include_tax is True
        assert money_of(order) == [("19.99", "1.40", "0.00", "14.97"), ("25.00", "1.75", "0.00", "8.02")]
        assert order.computed_totals.grand_total == order.totals.grand_total == Decimal("214.01")
        assert order.computed_totals.tax == order.totals.tax

    def test_a_channel_switched_since(self) -> None:
        """An order from before the channel's prices were switched stays on the side its lines add up on."""
        assert read_order(recorded("tax_inclusive"), BEFORE_TAX) == read_order(recorded("tax_inclusive"), WITH_TAX)

    @given(
        lines=st.lists(
            st.tuples(
                st.integers(0, 10**7), st.integers(1, 50), st.integers(0, 10**7), st.sampled_from([0, 5, 13, 20])
            ),
            min_size=1,
            max_size=5,
        )
    )
    def test_the_total_is_always_the_shops(self, lines: list[tuple[int, int, int, int]]) -> None:
        """Whatever the prices, quantities and discounts, our total is Vendure's, and discounts are positive."""
        data = [
            line(unit, quantity, min(off, unit * quantity), rate, number)
            for number, (unit, quantity, off, rate) in enumerate(lines)
        ]
        order = read_order(order_of(data), BEFORE_TAX)

        assert order.computed_totals.grand_total == order.totals.grand_total
        assert all(at.discount >= 0 <= at.additional_discount for at in order.lines)
        assert all(at.additional_discount < at.quantity * Decimal("0.01") for at in order.lines)

    def test_tax_rounded_once_per_order(self) -> None:
        """A cent of tax that only appears in the sum goes into the line with the most tax."""
        lines = [line(104, 1, number=number) for number in (1, 2, 3)]  # 13.52 cents of tax each, 40.56 in all
        order = read_order(order_of(lines, totalWithTax=312 + 41, subTotalWithTax=312 + 41), BEFORE_TAX)

        assert [str(at.tax) for at in order.lines] == ["0.13", "0.14", "0.14"]
        assert order.computed_totals.grand_total == order.totals.grand_total == Decimal("3.53")

    def test_a_total_that_is_far_off(self) -> None:
        """A difference that rounding cannot explain is left for people to see."""
        order = read_order(order_of([line(1000, 1)], totalWithTax=1000), BEFORE_TAX)
        assert (order.computed_totals.grand_total, order.totals.grand_total) == (Decimal("11.30"), Decimal("10.00"))

    def test_surcharges(self) -> None:
        """A charge by hand is a line that is not shipped, a reduction by hand a discount after tax."""
        wrap = {"id": "4", "description": "Gift wrap", "sku": "", "price": 500, "priceWithTax": 565, "taxRate": 13}
        sorry = {"id": "5", "description": "Sorry", "sku": "OOPS", "price": -200, "priceWithTax": -226, "taxRate": 13}
        data = order_of([line(1000, 1)], surcharges=[wrap, sorry], totalWithTax=1130 + 565 - 226)
        order = read_order(data, BEFORE_TAX)

        extra = order.lines[1]
        assert (extra.reference, extra.name, extra.sku, extra.shippable) == ("surcharge-4", "Gift wrap", None, False)
        assert [(one.label, one.code, str(one.amount)) for one in order.discounts] == [("Sorry", "OOPS", "2.26")]
        assert order.computed_totals.grand_total == order.totals.grand_total == Decimal("14.69")

    def test_digits_are_the_shops(self) -> None:
        """The shop's money strategy says how many digits amounts have, for the yen as for any other currency."""
        data = recorded("plain") | {"currencyCode": "JPY"}
        assert read_order(data, BEFORE_TAX).totals.grand_total == Decimal("144.06")
        assert read_order(data, Money(0, includes_tax=False)).totals.grand_total == 14406
        assert read_order(data, Money(3, includes_tax=False)).totals.grand_total == Decimal("14.406")


class TestContents:
    def test_identity(self) -> None:
        """The reference is Vendure's id, the number its code, and the time the moment of placing."""
        data = recorded("plain")
        order = read_order(data, BEFORE_TAX)

        assert (order.reference, order.number, order.currency) == (data["id"], data["code"], "CAD")
        assert order.placed_at.isoformat(timespec="milliseconds").replace("+00:00", "Z") == data["orderPlacedAt"]
        assert order.canceled_at is None
        lines = [(at.reference, at.sku, str(at.quantity)) for at in order.lines]
        assert lines == [("1", "MUG-BLUE", "2"), ("2", "TEE-M", "3")]

    def test_people(self) -> None:
        """Customer and shipping address are taken over, and a billing address of nothing but null is none."""
        order = read_order(recorded("plain"), BEFORE_TAX)

        assert order.customer == Customer(
            reference="1", first_name="Ann", last_name="Lee", email="ann@example.com", phone="4165550100"
        )
        address = order.shipping_address
        assert address is not None
        assert (address.full_name, address.address1, address.city) == ("Ann Lee", "1 King St W", "Toronto")
        assert (address.region, address.postal_code, address.country) == ("ON", "M5H 1A1", "CA")
        assert order.billing_address is None

    def test_without_a_customer(self) -> None:
        """An order whose customer is gone has the name its goods go to."""
        customer = read_order(recorded("plain") | {"customer": None}, BEFORE_TAX).customer
        assert (customer.reference, customer.full_name) == (None, "Ann Lee")

    def test_cancelled(self) -> None:
        """A cancelled order says when, by the clock that cancelling moves, and has no lines left."""
        data = recorded("plain")
        gone: Json = {"state": "Cancelled", "total": 0, "totalWithTax": 0, "shippingLines": []}
        order = read_order(data | gone | {"lines": [at | {"quantity": 0} for at in data["lines"]]}, BEFORE_TAX)

        assert order.canceled_at is not None
        assert order.lines == ()
        assert order.computed_totals.grand_total == order.totals.grand_total == 0

    def test_paying_and_shipping_is_no_change(self) -> None:
        """The content is the same before and after payment and shipment: our own tracking is no news."""
        data = recorded("plain")
        assert read_order(data, BEFORE_TAX) == read_order(data | {"state": "Shipped"}, BEFORE_TAX)

    @pytest.mark.parametrize(
        ("full", "last", "split"),
        [
            ("Ann Lee", None, ("Ann", "Lee")),
            ("Ludwig van Beethoven", None, ("Ludwig", "van Beethoven")),
            ("Mary Ann O'Neil Jones", "O'Neil Jones", ("Mary Ann", "O'Neil Jones")),
            ("ann marie lee", None, ("ann marie", "lee")),
            ("ANN LEE", "Lee", ("ANN", "LEE")),
            ("Prince", "Prince", ("Prince", None)),
            ("  ", "Lee", (None, None)),
            (None, None, (None, None)),
        ],
    )
    def test_names(self, full: str | None, last: str | None, split: tuple[str | None, str | None]) -> None:
        """A full name is split where the customer's last name begins, else before the last word and its small ones."""
        assert split_name(full, last) == split

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            ({"orderPlacedAt": "noon"}, "orderPlacedAt is not a time"),
            ({"totalWithTax": "12"}, "totalWithTax is not a whole number"),
            ({"totalWithTax": Decimal("0.5")}, "totalWithTax is not a whole number"),
            ({"lines": None}, "cannot be read (TypeError)"),
            ({"code": ""}, "id 1"),
        ],
    )
    def test_unreadable(self, change: Json, problem: str) -> None:
        """What cannot be read is named, with the order it is in and without the value it has."""
        with pytest.raises(MalformedData) as caught:
            read_order(recorded("plain") | change, BEFORE_TAX)
        assert problem in str(caught.value)

    def test_a_variant_without_sku(self) -> None:
        """A line whose variant has a blank SKU is still a line, without one."""
        data = line(100, 1) | {"productVariant": {"sku": "", "name": "Thing"}}
        (only,) = read_order(order_of([data]), BEFORE_TAX).lines
        assert isinstance(only, OrderLine)
        assert only.sku is None
