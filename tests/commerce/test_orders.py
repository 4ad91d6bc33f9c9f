"""Canonical orders: the money rules, privacy, and the JSON form."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, get_args

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradegecko_bridge.bounds import is_bounded
from tradegecko_bridge.commerce import (
    Address,
    Component,
    Customer,
    Discount,
    OrderLine,
    ShippingLine,
    SourceOrder,
    Totals,
    UnreadableOrder,
)
from tradegecko_bridge.commerce.codec import fingerprint, from_plain, to_plain
from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.testing.builders import a_line, an_order

D = Decimal
money = st.decimals(min_value=-10_000, max_value=10_000, places=2)
words = st.text(max_size=20)


def test_the_grand_total_by_the_rules() -> None:
    """Subtotal without tax, plus tax and shipping, less what is taken off after tax."""
    order = an_order(
        lines=[
            a_line(price="20.00", quantity=2, discount=D("1.50"), tax=D("4.81")),
            a_line("B", price="10.00", additional_discount=D("2.00"), tax=D("1.30")),
        ],
        shipping=(ShippingLine(amount=D("5.00"), tax=D("0.65")),),
        discounts=(Discount(amount=D("3.00")),),
    )
    assert order.computed_totals == Totals(
        subtotal=D("47.00"), tax=D("6.76"), shipping=D("5.00"), discount=D("5.00"), grand_total=D("53.76")
    )


def test_tax_inside_prices_is_not_added_again() -> None:
    """Where prices include tax, the grand total is what the prices say."""
    line = a_line(price="11.30", price_includes_tax=True, tax=D("1.30"))
    order = an_order(lines=[line], shipping=(), totals=Totals(tax=D("1.30")))
    assert order.prices_include_tax is True
    assert order.computed_totals.grand_total == D("11.30")


def test_tax_of_the_whole_order_counts_when_no_line_carries_any() -> None:
    """Most sources give one tax figure: it counts, and is inside where prices include tax."""
    exclusive = an_order(lines=[a_line(price="10", tax_rate=None)], shipping=(), totals=Totals(tax=D("1.30")))
    assert exclusive.computed_totals.grand_total == D("11.30")
    line = a_line(price="10", tax_rate=None, price_includes_tax=True)
    inclusive = an_order(lines=[line], shipping=(), totals=Totals(tax=D("1.15")))
    assert inclusive.computed_totals.grand_total == D("10")


def test_mixed_footing_is_said() -> None:
    """Some prices with tax and some without is None, not a guess."""
    lines = [a_line(price_includes_tax=True), a_line("B")]
    assert an_order(lines=lines).prices_include_tax is None
    assert an_order(lines=[]).prices_include_tax is False


def test_a_float_is_refused() -> None:
    """Money that went through binary fractions has lost cents: it is refused at the door."""
    with pytest.raises(TypeError, match="price must be a Decimal"):
        OrderLine(reference="1", quantity=D(1), price=19.99)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="finite"):
        OrderLine(reference="1", quantity=D(1), price=D("NaN"))


def test_a_time_without_zone_is_refused() -> None:
    """A naive time means another moment on every machine."""
    with pytest.raises(ValueError, match="has no time zone"):
        an_order(placed_at=datetime(2026, 1, 1))  # noqa: DTZ001


def test_what_identifies_a_person_never_shows() -> None:
    """Names, addresses, e-mail, phone and notes are not in any repr."""
    order = an_order(note="leave with Mrs Smith", extra={"gift": "for Ann"})
    shown = repr(order)
    for secret in ("Ann", "Lee", "King St", "M5H", "ann@example.com", "4165550100", "Smith"):
        assert secret not in shown
    assert "MUG-BLUE" in shown


addresses = st.builds(
    Address,
    first_name=st.none() | words,
    address1=st.none() | words,
    country=st.none() | words,
    email=st.none() | words,
)
orders = st.builds(
    SourceOrder,
    reference=st.text(min_size=1, max_size=9).filter(str.strip),
    number=st.text(min_size=1, max_size=9).filter(str.strip),
    placed_at=st.datetimes(timezones=st.just(UTC)),
    currency=st.sampled_from(["CAD", "JPY"]),
    lines=st.lists(
        st.builds(
            OrderLine,
            reference=st.text(min_size=1, max_size=9).filter(str.strip),
            sku=st.none() | words,
            quantity=money,
            price=money,
            tax=st.none() | money,
            shippable=st.booleans(),
        ),
        max_size=3,
    ).map(tuple),
    shipping_address=st.none() | addresses,
    requested_ship_date=st.none() | st.dates(min_value=date(1, 1, 1)),
    tags=st.lists(words, max_size=3).map(tuple),
    extra=st.dictionaries(words, words, max_size=2),
)


@given(orders)
def test_an_order_survives_json(order: SourceOrder) -> None:
    """Any order written as JSON text and read back is the same order, to the last digit."""
    text = json.dumps(to_plain(order))
    again = from_plain(json.loads(text), SourceOrder, strict=True)
    assert again == order
    assert [repr(line.price) for line in again.lines] == [repr(line.price) for line in order.lines]
    assert fingerprint(again) == fingerprint(order)


def test_what_was_stored_before_there_were_more_fields_has_not_changed() -> None:
    """An order's fingerprint is the one that earlier versions kept; those of orders that use a new field differ."""
    assert fingerprint(an_order()) == "558a80cdb8deab85df60c0e7b18b2779"
    order = an_order(paid=True, source_status="x", tags=("a",))
    assert fingerprint(order) == "9eadd9aa73ab45bd204a45979fa98c9c"
    assert from_plain(to_plain(order), SourceOrder).ready
    waiting = an_order(ready=False)
    assert from_plain(to_plain(waiting), SourceOrder) == waiting
    assert fingerprint(waiting) != fingerprint(an_order())


def test_a_change_changes_the_fingerprint_and_a_cursor_does_not() -> None:
    """The cursor is the source's business, the content is ours."""
    order = an_order()
    assert fingerprint(an_order(cursor="other")) == fingerprint(order)
    assert fingerprint(an_order(lines=[a_line(quantity=2)])) != fingerprint(order)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"number": "1"}, "reference is missing"),
        ({"lines": [{"quantity": "two"}]}, "lines[0].quantity must be a number, not 'two'"),
        ({"lines": [{"quantity": "1_0"}]}, "lines[0].quantity must be a number, not '1_0'"),
        ({"lines": [{"price": 1.5}]}, 'lines[0].price must be a number in quotes, e.g. "1.5", not 1.5'),
        ({"lines": [7]}, "lines[0] must be an object with named fields, not a number"),
        ({"lines": 7}, "lines must be a list of objects, not a number"),
        ({"reference": None}, "reference must be text, in quotes, not None"),
        ({"lines": [None]}, "lines[0] must be an object with named fields, not None"),
        ({"lines": [{"quantity": None}]}, "lines[0].quantity must be a number, not None"),
        ({"tags": "vip"}, 'tags must be a list of texts, e.g. ["one", "two"], not text of 3 characters'),
        ({"placed_at": "yesterday"}, "placed_at must be a time such as 2026-01-31T09:30:00Z, not 'yesterday'"),
        ({"requested_ship_date": "soon"}, "requested_ship_date must be a date such as 2026-01-31, not 'soon'"),
        ({"quantiy": 1}, "has an unknown field 'quantiy'"),
        ({"lines": [{"shippable": "yes"}]}, "lines[0].shippable must be true or false, without quotes, not 'yes'"),
        ([], "must be an object with named fields, not a list"),
    ],
)
def test_each_fault_is_one_line_with_its_place(data: object, said: str) -> None:
    """A person reads where it is and what to write instead."""
    with pytest.raises(MalformedData) as caught:
        from_plain(data, SourceOrder, strict=True)
    assert [line for line in caught.value.problems if line.startswith(said)]


def test_a_fault_in_a_personal_field_does_not_echo_it() -> None:
    """A telephone number written as a number is told of, not quoted."""
    with pytest.raises(MalformedData) as caught:
        from_plain({"customer": {"phone": 4165550100}}, SourceOrder)
    assert "customer.phone must be text, in quotes, not a number" in caught.value.problems
    assert "4165550100" not in str(caught.value)


BOUNDED = st.decimals(-(10**14), 10**14, places=50) | st.builds(
    lambda digits, exponent: D(digits).scaleb(exponent), st.integers(-999, 999), st.integers(-50, 12)
)


@given(subtotal=BOUNDED, tax=BOUNDED)
def test_any_number_within_bounds_comes_back(subtotal: Decimal, tax: Decimal) -> None:
    """To the last digit: what was written down must be readable, or the order would be lost."""
    order = an_order(totals=Totals(subtotal=subtotal, tax=tax))
    back = from_plain(to_plain(order), SourceOrder)
    assert (str(back.totals.subtotal), str(back.totals.tax)) == (str(subtotal), str(tax))


@pytest.mark.parametrize("number", ["1e15", "-1e999999", "1e-51", "0e-999999999", "0e999999999", "0." + "1" * 200])
def test_a_number_out_of_bounds_is_malformed(number: str) -> None:
    """In one line that says what may be there."""
    with pytest.raises(MalformedData) as caught:
        from_plain({**to_plain(an_order()), "totals": {"tax": number}}, SourceOrder)
    (problem,) = caught.value.problems
    assert problem.startswith("totals.tax must be a number of at most 15 digits before the point and 50 behind it, not")


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    st.binary(max_size=2),
    st.decimals(),
    st.dates(),
    st.datetimes(timezones=st.sampled_from([None, UTC])),
    st.sampled_from([Address(), Customer(), Totals(), Discount(amount=D(1)), a_line(), Component(sku="A")]),
)
KEYS = JUNK.filter(lambda value: not (isinstance(value, D) and value.is_snan()))  # a signaling NaN has no hash
NESTED = st.one_of(
    JUNK, st.lists(JUNK, max_size=2), st.lists(JUNK, max_size=2).map(tuple), st.dictionaries(KEYS, JUNK, max_size=2)
)
RECORDS: list[Any] = [
    *(Address(), Customer(), Totals(), Component(sku="A"), a_line(), ShippingLine(amount=D(1)), Discount(amount=D(1))),
    *(an_order(), UnreadableOrder(problem="not JSON", reference="1")),
]


@given(data=st.data(), record=st.sampled_from(RECORDS), value=NESTED)
def test_a_record_is_refused_or_can_be_stored_and_read_back(data: st.DataObject, record: Any, value: Any) -> None:
    """Whatever a plugin puts into a field: no record comes about that the ledger could not give again, but for numbers
    beyond all bounds, which ingest keeps out of it."""
    name = data.draw(st.sampled_from(sorted(attrs.fields_dict(type(record)))))
    try:
        made = attrs.evolve(record, **{name: value})
    except (TypeError, ValueError) as error:
        assert str(error).startswith(f"{name} ")  # noqa: PT017
        return
    if isinstance(value, Decimal) and not is_bounded(value):
        with pytest.raises(MalformedData, match=f"{name} must be a number of at most"):
            from_plain(to_plain(made), type(record))
        return
    assert from_plain(json.loads(json.dumps(to_plain(made))), type(record), strict=True) == made


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"lines": ({"sku": "x"},)}, "lines must hold only OrderLine, not dict"),
        ({"customer": {"email": "x"}}, "customer must be a Customer, not dict"),
        ({"shipping_address": "1 King St"}, "shipping_address must be an Address, not str"),
        ({"totals": None}, "totals must be a Totals, not None"),
        ({"tags": "vip"}, "tags must be a tuple, not str"),
        ({"cursor": 5}, "cursor must be a str, not int"),
        ({"currency": None}, "currency must be a str, not None"),
        ({"requested_ship_date": "2026-01-31"}, "requested_ship_date must be a date, not str"),
        ({"extra": {"a": 1}}, "extra must hold only str, not int"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(fields: dict[str, Any], said: str) -> None:
    """By name and type; the value, which may be personal, is not shown."""
    with pytest.raises(TypeError, match=f"^{said}$"):
        attrs.evolve(an_order(), **fields)


def test_a_list_becomes_a_tuple() -> None:
    """Else an order would not equal itself once it is read back, and look changed."""
    tags: Any = ["a", "b"]
    assert an_order(tags=tags).tags == ("a", "b")


@pytest.mark.parametrize("fields", [{"reference": ""}, {"reference": " "}, {"problem": "\n"}])
def test_an_unreadable_order_says_which_and_why(fields: dict[str, str]) -> None:
    """A blank reference could be held nowhere."""
    with pytest.raises(ValueError, match=f"{next(iter(fields))} must not be blank"):
        UnreadableOrder(**{"problem": "not JSON", **fields})


def _optional(record: type, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every field that may be left out, of a record and of the records in it, by its path."""
    found = []
    for one in attrs.fields(attrs.resolve_types(record)):
        inner = next((kind for kind in (one.type, *get_args(one.type)) if attrs.has(kind)), None)
        if one.default is not attrs.NOTHING:
            found.append((*path, one.name))
        if inner:
            found += _optional(inner, (*path, one.name))
    return found


@pytest.mark.parametrize("path", _optional(SourceOrder), ids=".".join)
def test_null_is_as_good_as_left_out(path: tuple[str, ...]) -> None:
    """Of every field that may be left out, however deep."""
    whole = an_order(
        lines=[a_line(components=(Component(sku="A"),), ship_to=Address(city="Ottawa"))],
        discounts=(Discount(amount=D(1)),),
        totals=Totals(tax=D(1)),
        billing_address=Address(city="Ottawa"),
    )
    given, without = to_plain(whole), to_plain(whole)
    for plain, empty in ((given, True), (without, False)):
        at: Any = plain
        for name in path[:-1]:
            at = at[name][0] if isinstance(at[name], list) else at[name]
        at.pop(path[-1], None)
        if empty:
            at[path[-1]] = None
    assert from_plain(given, SourceOrder, strict=True) == from_plain(without, SourceOrder, strict=True)


@given(st.sets(st.sampled_from(_optional(SourceOrder))))
def test_any_nulls_at_once(paths: set[tuple[str, ...]]) -> None:
    """An order of nothing but what must be there, and nulls, is that order."""
    plain = to_plain(an_order(shipping=()))
    bare = {name: plain[name] for name in ("reference", "number", "placed_at", "currency")}
    nulls: dict[str, Any] = {path[0]: None for path in paths if len(path) == 1}
    assert from_plain({**nulls, **bare}, SourceOrder, strict=True) == from_plain(bare, SourceOrder)
