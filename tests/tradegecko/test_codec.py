"""JSON to records and back."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, cast

import pytest
from attrs import NOTHING, fields
from hypothesis import given
from hypothesis import strategies as st

from tests.tradegecko.support import RECORDINGS, recording
from tradegecko_bridge.bounds import is_bounded
from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.tradegecko import records
from tradegecko_bridge.tradegecko.codec import converter, read_record, read_records, to_json, write_value
from tradegecko_bridge.tradegecko.records import Record
from tradegecko_bridge.tradegecko.records.base import json_name
from tradegecko_bridge.tradegecko.resources import ALL
from tradegecko_bridge.tradegecko.structuring import REMEMBERED, SHAPES, _Numbers, _slow, field_readers, structure_hook

ROOTS = {root: r.record for r in ALL for root in (r.singular, r.plural)}
CLASSES: list[type[Record]] = [
    c for c in vars(records).values() if isinstance(c, type) and issubclass(c, Record) and c is not Record
]
MOMENT = datetime(2014, 2, 5, 5, 22, 43, 502000, tzinfo=UTC)


# ── recordings ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", [p.stem for p in sorted(RECORDINGS.glob("*.json"))] or ["orders_count"])
def test_a_recording_comes_back_as_it_was(name: str) -> None:
    """Every recorded record, sideloaded ones included, is read and written back to the same JSON."""
    body = json.loads(recording(name)["body"])
    known = {root: rows if isinstance(rows, list) else [rows] for root, rows in body.items() if root in ROOTS}
    assert known or "errors" in body
    for root, rows in known.items():
        read, problems = read_records(ROOTS[root], rows)
        assert problems == []
        assert [to_json(record) for record in read] == rows


def test_recorded_values_are_what_they_mean() -> None:
    """Of a recorded fulfilment: dates, moments, exact decimals, and lines that came along."""
    body = json.loads(recording("fulfillments")["body"])
    first = read_record(records.Fulfillment, body["fulfillments"][0])
    line = read_record(records.FulfillmentLineItem, body["fulfillment_line_items"][0])
    assert first.packed_at == date.fromisoformat(body["fulfillments"][0]["packed_at"])
    assert first.updated_at is not None
    assert first.updated_at.utcoffset() == timedelta(0)
    assert str(line.quantity) == body["fulfillment_line_items"][0]["quantity"]


# ── nothing is lost ──────────────────────────────────────────────────────────────────────────


def test_unknown_fields_are_kept_and_sent_back() -> None:
    """A field this package does not know is in ``extras`` and travels back, one called ``raw`` too."""
    order = read_record(records.Order, {"id": 1, "gift": {"wrap": True}, "raw": 7})
    assert order.extras == {"gift": {"wrap": True}, "raw": 7}
    order.notes = "hello"
    assert to_json(order) == {"id": 1, "gift": {"wrap": True}, "raw": 7, "notes": "hello"}


def test_nested_records_keep_what_they_do_not_know() -> None:
    """A change to one location of a variant leaves the other fields of all locations as they came."""
    there = {"id": 1, "locations": [{"location_id": 1, "shelf": "A"}, {"location_id": 2, "stock_on_hand": "-0.0"}]}
    variant = read_record(records.Variant, there)
    variant.locations[0].bin_location = "A-7"
    assert to_json(variant)["locations"] == [
        {"location_id": 1, "shelf": "A", "bin_location": "A-7"},
        {"location_id": 2, "stock_on_hand": "-0.0"},
    ]


def test_only_changed_fields_are_written_anew() -> None:
    """What is changed goes out in the API's format; what is not keeps its own, however odd."""
    came = {"id": 1, "total": 0, "issued_at": "2014-01-24T00:00:00Z", "created_at": "2013-01-01T00:00:00Z"}
    order = read_record(records.Order, came)
    assert to_json(order) == came
    order.total, order.ship_at, order.updated_at = Decimal("1.50"), date(2014, 2, 1), MOMENT
    assert to_json(order) == {
        **came,
        "total": "1.50",
        "ship_at": "2014-02-01",
        "updated_at": "2014-02-05T05:22:43.502Z",
    }


def test_null_and_absent_differ() -> None:
    """Both read as None, but null is sent back as null and what was absent stays absent."""
    order = read_record(records.Order, {"id": 1, "notes": None, "tags": None})
    assert (order.notes, order.email, order.tags, order.fulfillment_ids) == (None, None, [], [])
    assert to_json(order) == {"id": 1, "notes": None, "tags": None}


def test_what_is_taken_away_is_sent_as_null() -> None:
    """Setting a field to None sends null, and emptying a list sends the empty list."""
    order = read_record(records.Order, {"id": 1, "notes": "x", "tags": ["a"]})
    order.notes, order.tags = None, []
    assert to_json(order) == {"id": 1, "notes": None, "tags": []}


def test_a_list_can_be_changed_in_place() -> None:
    """Appending to a list is a change like any other, and what came stays what came."""
    order = read_record(records.Order, {"id": 1, "tags": ["a"]})
    order.tags.append("b")
    assert to_json(order)["tags"] == ["a", "b"]
    assert order.raw["tags"] == ["a"]


def test_a_record_made_by_hand_sends_only_what_it_holds() -> None:
    """Nothing unsaid is sent: an empty ``tags`` would clear the tags over there."""
    order = records.Order(id=7, status="finalized", total=Decimal(0), tags=[])
    assert to_json(order) == {"id": 7, "status": "finalized", "total": "0"}


def test_cattrs_reads_and_writes_records_too() -> None:
    """The converter other programs may build on does as the functions do."""
    order = converter.structure({"id": 1, "total": "2.0", "odd": 1}, records.Order)
    assert order.total == 2
    assert converter.unstructure(order) == {"id": 1, "total": "2.0", "odd": 1}


# ── kinds of values ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("came", "meant"),
    [("10.0", "10.0"), ("-12", "-12"), (7, "7"), (0.1, "0.1"), (99.0, "99.0"), ("42.601", "42.601"), ("-0.0", "-0.0")],
)
def test_decimals_are_exact(came: object, meant: str) -> None:
    """Decimals come from texts and numbers alike, floats by what they print."""
    assert str(read_record(records.Order, {"id": 1, "total": came}).total) == meant


@pytest.mark.parametrize("came", ["", None])
def test_a_blank_number_date_or_time_is_none(came: object) -> None:
    """Blank texts where a number or a date is due are nothing, and go back as they came."""
    row = {"id": 1, "total": came, "issued_at": came, "created_at": came}
    order = read_record(records.Order, row)
    assert (order.total, order.issued_at, order.created_at) == (None, None, None)
    assert to_json(order) == row


@pytest.mark.parametrize(
    "came", ["2014-02-05T05:22:43.502Z", "2014-02-05T18:22:43.502+13:00", "2014-02-05T05:22:43.502"]
)
def test_moments_are_aware_utc(came: str) -> None:
    """Whatever offset was written, and UTC where none was."""
    created = read_record(records.Order, {"id": 1, "created_at": came}).created_at
    assert created == MOMENT
    assert created is not None
    assert created.tzinfo is UTC


def test_dates_stay_dates() -> None:
    """A date is no moment, also when the API sends midnight for it."""
    for came in ("2014-01-24", "2014-01-24T00:00:00.000Z"):
        issued = read_record(records.Order, {"id": 1, "issued_at": came}).issued_at
        assert type(issued) is date
        assert issued == date(2014, 1, 24)


def test_a_moment_without_a_time_zone_is_not_written() -> None:
    """It would be another moment on every machine."""
    with pytest.raises(ValueError, match="no time zone"):
        write_value(datetime(2026, 1, 31, 9, 30))  # noqa: DTZ001


def test_moments_are_written_in_utc_with_milliseconds() -> None:
    """As the API writes them, whatever zone they were in."""
    here = MOMENT.astimezone(timezone(timedelta(hours=13)))
    assert write_value({"at": [here], "on": (date(2014, 1, 2),), "much": Decimal("1E+2")}) == {
        "at": ["2014-02-05T05:22:43.502Z"],
        "on": ["2014-01-02"],
        "much": "100",
    }


def test_a_field_that_is_a_keyword_has_an_underscore() -> None:
    """``from`` of a payment term is ``from_`` here and ``from`` on the wire."""
    term = read_record(records.PaymentTerm, {"id": 1, "from": "eom"})
    assert term.from_ == "eom"
    assert term.extras == {}
    term.from_ = "now"
    assert to_json(term) == {"id": 1, "from": "now"}


def test_unknown_enum_values_survive() -> None:
    """A status nobody has heard of is a string like any other."""
    order = read_record(records.Order, {"id": 1, "status": "on_the_moon"})
    assert order.status == "on_the_moon"


def test_numbers_and_texts_stand_in_for_each_other() -> None:
    """An id as text, a text as number: read as what the field is."""
    order = read_record(records.Order, {"id": "12", "order_number": 1001, "company_id": 7.0, "tags": [5]})
    assert (order.id, order.order_number, order.company_id, order.tags) == (12, "1001", 7, ["5"])


# ── what cannot be read ──────────────────────────────────────────────────────────────────────


def test_one_bad_row_does_not_hide_the_others() -> None:
    """The rest of a page is read, and the bad row is told with its id and field."""
    good, problems = read_records(records.Order, [{"id": 1}, {"id": 2, "total": "lots"}, {"id": 3}])
    assert [order.id for order in good] == [1, 3]
    assert problems == ["Order 2: total holds text where a number was expected"]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (None, "Order: expected an object, got null"),
        ([], "Order: expected an object, got a list"),
        ({}, "Order ?: id is missing"),
        ({"id": None}, "Order ?: id is missing"),
        ({"id": 7, "created_at": "soon"}, "Order 7: created_at holds text where a time was expected"),
        ({"id": 7, "created_at": "0001-01-01T00:00:00+09:00"}, "Order 7: created_at holds text where a time"),
        ({"id": 7, "issued_at": ["2014-01-24"]}, "Order 7: issued_at holds a list where a date was expected"),
        ({"id": 7, "tags": "a,b"}, "Order 7: tags holds text where a list of one kind of value was expected"),
        ({"id": 7, "fulfillment_ids": [[1]]}, "Order 7: fulfillment_ids holds a list where a list"),
        ({"id": 7, "fulfillment_ids": [1, None]}, "Order 7: fulfillment_ids holds a list where a list"),
        ({"id": 7, "notes": True}, "Order 7: notes holds True where text was expected"),
        ({"id": 7, "total": True}, "Order 7: total holds True where a number was expected"),
        ({"id": 7, "total": "NaN"}, "Order 7: total holds text where a number was expected"),
    ],
)
def test_a_fault_is_one_line_that_names_it(row: object, problem: str) -> None:
    """Class, id, field, what it held and what was expected."""
    with pytest.raises(MalformedData) as caught:
        read_record(records.Order, row)
    assert str(caught.value).startswith(problem)


def test_a_fault_in_a_nested_record_is_named() -> None:
    """The line leads to the nested record and its field."""
    row = {"id": 7, "locations": [{"location_id": 1}, {"location_id": 3, "stock_on_hand": {}}]}
    with pytest.raises(MalformedData) as caught:
        read_record(records.Variant, row)
    assert str(caught.value) == (
        "Variant 7: locations: VariantLocation 3: stock_on_hand holds an object where a number was expected"
    )


# ── properties ───────────────────────────────────────────────────────────────────────────────

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
anything = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
NAME = "Zebulon Quux"


def read_one(cls: type[Record], row: object) -> tuple[Record | None, list[str]]:
    """The record if the row can be read, and what is wrong with it if not."""
    good, problems = read_records(cls, [row])
    return (good[0] if good else None), problems


def rows_of(cls: type[Record]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of the class's fields, each holding anything, and fields it does not know."""
    names = st.sampled_from([json_name(a.name) for a in fields(cls) if a.name != "raw"])
    return st.dictionaries(names | st.text(), anything | st.integers().map(str) | st.datetimes().map(str))


NUMBERS = (
    st.none()
    | st.integers(-(10**14), 10**14)
    | st.floats(-1e9, 1e9).filter(lambda x: not 0 < abs(x) < 1e-30)
    | st.decimals(-(10**9), 10**9).filter(is_bounded).map(str)
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "to_int": st.integers() | st.none() | st.integers(-(2**63) + 1, 2**63 - 1).map(str),
    "to_str": st.text() | st.none() | st.integers(),
    "to_bool": st.booleans() | st.none() | st.sampled_from(["true", "false"]),
    "to_decimal": NUMBERS,
    "to_figure": NUMBERS,
    "to_datetime": st.none() | st.datetimes(timezones=st.just(UTC)).map(lambda m: m.isoformat()),
    "to_date": st.none() | st.dates().map(str) | st.just(""),
    "to_list": st.none() | st.lists(anything),
    "to_dict": st.none() | st.dictionaries(st.text(), anything),
    "to_any": anything,
}  # fmt: skip


def good_rows_of(cls: type[Record]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects that can be read, with unknown fields among the known."""
    required = {json_name(a.name): st.integers() for a in fields(cls) if a.default is NOTHING}
    known = {p.name: VALUES[p.read.__name__] for p in field_readers(cls) if p.read.__name__ in VALUES}
    optional = {name: values for name, values in known.items() if name not in required}
    extra = st.dictionaries(st.text().map("x_".__add__), anything, max_size=2)
    return st.builds(lambda row, more: {**more, **row}, st.fixed_dictionaries(required, optional=optional), extra)


@given(data=st.data(), cls=st.sampled_from(CLASSES))
def test_arbitrary_json_is_read_or_malformed(data: st.DataObject, cls: type[Record]) -> None:
    """Nothing but MalformedData is raised, in one line; what can be read comes back as it was."""
    row = data.draw(anything | rows_of(cls))
    record, problems = read_one(cls, row)
    assert [len(problem.splitlines()) for problem in problems] == [1] * len(problems)
    if record is not None:
        assert json.dumps(to_json(record)) == json.dumps(row)


@given(data=st.data(), cls=st.sampled_from(CLASSES))
def test_valid_rows_come_back_as_they_were(data: st.DataObject, cls: type[Record]) -> None:
    """For every class: reading and writing a row gives the row."""
    row = data.draw(good_rows_of(cls))
    assert to_json(read_record(cls, row)) == row


@given(data=st.data(), cls=st.sampled_from(CLASSES))
def test_the_fast_way_reads_as_the_slow_one(data: st.DataObject, cls: type[Record]) -> None:
    """What was written for a shape of row gives the same record, or fails as well."""
    row = data.draw(rows_of(cls) | good_rows_of(cls))
    ways = [structure_hook(cast("Any", cls)), _slow(cls)]
    read: list[object] = []
    for way in ways:
        try:
            read.append(way(row, None))
        except (TypeError, ValueError, AttributeError):
            read.append(None)
    assert read[0] == read[1]


def test_any_number_of_shapes_is_read() -> None:
    """A class remembers so many shapes and no more; rows of others are read all the same."""
    for n in range(2 * SHAPES):
        order = read_record(records.Order, {"id": n, f"x{n}": 1, "total": "2.0"})
        assert (order.id, order.total, order.extras) == (n, Decimal(2), {f"x{n}": 1})


def test_so_many_numbers_are_remembered() -> None:
    """The memory for numbers is bounded, and a long text is not kept."""
    numbers = _Numbers()
    assert [numbers[str(n)] for n in range(REMEMBERED + 5)] == list(range(REMEMBERED + 5))
    assert len(numbers) <= REMEMBERED
    assert numbers["0." + "1" * 40] == Decimal("0." + "1" * 40)
    assert "0." + "1" * 40 not in numbers


def test_lists_are_the_records_own() -> None:
    """Two records of one shape share no list, and absent fields are fresh ones."""
    first, second = (read_record(records.Order, {"id": 1, "tags": []}) for _ in range(2))
    first.tags.append("a")
    first.invoice_ids.append(1)
    assert (second.tags, second.invoice_ids) == ([], [])


@given(data=st.data(), cls=st.sampled_from(CLASSES))
def test_people_show_neither_in_faults_nor_in_reprs(data: st.DataObject, cls: type[Record]) -> None:
    """A name anywhere in a row is in no error line, and in a ``repr`` only where the class says that it shows it."""
    names = [json_name(a.name) for a in fields(cls) if a.name != "raw"]
    chosen = data.draw(st.sampled_from(names))
    row = {
        "id": 1,
        "location_id": 1,
        "price_list_id": "retail",
        chosen: data.draw(st.sampled_from([NAME, [NAME], {NAME: NAME}])),
    }
    record, problems = read_one(cls, row)
    assert NAME not in "".join(problems)
    if chosen not in cls.shown:
        assert NAME not in repr(record)


def test_no_class_shows_what_identifies_a_person() -> None:
    """The fields a ``repr`` prints are ids, numbers and labels of things."""
    shown = {name for cls in CLASSES for name in cls.shown}
    personal = {"email", "first_name", "last_name", "phone_number", "company_name", "address1", "notes", "raw"}
    assert not shown & personal
    assert "name" not in records.Company.shown + records.Contact.shown + records.User.shown
