"""From an answer to a reply or the error it stands for."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tradegecko.support import PAGED, recording
from tradegecko_bridge import errors
from tradegecko_bridge.bounds import LONGEST_SAID
from tradegecko_bridge.errors import TradeGeckoError
from tradegecko_bridge.tradegecko.calls import Call, Page, Reply
from tradegecko_bridge.tradegecko.records import Account, Order, Product
from tradegecko_bridge.tradegecko.replies import read_reply
from tradegecko_bridge.tradegecko.resources import ACCOUNTS, ORDERS, PRODUCTS

HTML = b"<!DOCTYPE html><html><body><h1>We're sorry</h1></body></html>"


def reply(status: int, content: bytes | str = b"", **headers: str) -> Reply:
    body = content.encode() if isinstance(content, str) else content
    return read_reply("POST", "/orders", status, {"x-request-id": "9f3", **headers}, body)


def said(status: int, content: object, **headers: str) -> TradeGeckoError:
    """The error an answer stands for."""
    with pytest.raises(TradeGeckoError) as caught:
        reply(status, content if isinstance(content, bytes) else json.dumps(content), **headers)
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.BadRequest),
        (401, errors.NeedsLogin),
        (402, errors.SubscriptionLapsed),
        (403, errors.PermissionDenied),
        (404, errors.NotFound),
        (414, errors.RequestTooLong),
        (418, errors.StatusError),
        (422, errors.ValidationFailed),
        (429, errors.RateLimited),
        (500, errors.ServerError),
        (503, errors.ServerError),
    ],
)
@pytest.mark.parametrize(
    "content", [{"type": "T", "message": "two\nlines"}, HTML, b"", b'{"type": "cut', b"null", b"[1]", b'"no"', b"7"]
)
def test_each_status_has_its_class(status: int, kind: type[errors.StatusError], content: object) -> None:
    """Whatever the body: the class, the status, where it happened, and one line."""
    error = said(status, content)
    assert type(error) is kind
    assert isinstance(error, errors.StatusError)
    assert (error.status, error.method, error.path, error.request_id) == (status, "POST", "/orders", "9f3")
    assert str(error).startswith(f"{status} on POST /orders (request id 9f3): ")
    assert len(str(error).splitlines()) == 1
    assert error.detail
    assert error.from_api is isinstance(content, dict)


def test_the_apis_own_words_are_passed_on() -> None:
    """Message, and what to do where we know it."""
    assert said(404, {"type": "Not Found", "message": "Couldn't find Order"}).detail == "Couldn't find Order"
    assert "; log in again" in str(said(401, {"type": "unauthorized", "message": "The access token is invalid"}))
    assert said(429, {"error": "You have exceeded"}).detail == "You have exceeded"
    assert "check the base URL" in str(said(404, HTML))


def test_validation_names_the_fields() -> None:
    """Nested fields are dotted; every message of every field is in the line and in ``fields``."""
    error = said(
        422, {"errors": {"order_number": ["is taken", "is\ntoo long"], "order_line_items.variant": ["can't be blank"]}}
    )
    assert isinstance(error, errors.ValidationFailed)
    assert error.fields == {
        "order_number": ("is taken", "is too long"),
        "order_line_items.variant": ("can't be blank",),
    }
    assert error.detail == "order_number is taken; order_number is too long; order_line_items.variant can't be blank"


def test_a_recorded_validation_failure_is_read() -> None:
    """The 422 the real API gave for a product without a name."""
    error = said(422, recording("products_new_invalid")["body"].encode())
    assert isinstance(error, errors.ValidationFailed)
    assert error.fields == {"name": ("can't be blank",)}


@pytest.mark.parametrize(
    "body", [{"errors": "no"}, {"errors": ["no"]}, {"errors": {"a": None}}, {"errors": {"a": {"b": 1}}}]
)
def test_a_strange_validation_failure_is_still_one(body: object) -> None:
    """Errors in another shape raise nothing else."""
    assert isinstance(said(422, body), errors.ValidationFailed)


def test_a_key_used_twice_is_told_apart() -> None:
    """The 400 that means “the first one arrived” has its own class."""
    error = said(400, {"type": "Bad Request", "message": "Duplicate Idempotency Key header detected"})
    assert type(error) is errors.DuplicateIdempotencyKey


@pytest.mark.parametrize(
    ("reset", "expected"),
    [
        ("1594871400", datetime(2020, 7, 16, 3, 50, tzinfo=UTC)),
        ("", None),
        ("soon", None),
        ("²", None),
        ("-5", None),
        ("999999999999", None),
        ("9" * 5000, None),
    ],
)
def test_a_rate_limit_says_when_the_window_opens(reset: str, expected: datetime | None) -> None:
    """From ``X-Rate-Limit-Reset``; junk there is no moment, and no other error either."""
    error = said(429, {}, **{"x-rate-limit-reset": reset})
    assert isinstance(error, errors.RateLimited)
    assert error.reset_at == expected


@pytest.mark.parametrize(
    ("status", "content"),
    [(200, HTML), (200, b'{"orders": [{"id": 1'), (201, b"\xff\xfe"), (301, b""), (302, HTML), (304, b"")],
)
def test_a_success_that_is_none_is_unreadable(status: int, content: bytes) -> None:
    """HTML, JSON cut short, and redirects are not what the API sends."""
    error = said(status, content, **{"content-type": "text/html; charset=utf-8"})
    assert type(error) is errors.UnreadableReply
    assert str(error).startswith("unreadable answer on POST /orders (request id 9f3): ")


def test_an_empty_success_has_no_body() -> None:
    """204, and what else is blank."""
    assert reply(204).body is None
    assert reply(200, " \n").body is None
    assert reply(200, "{}").request_id == "9f3"


def test_a_reply_shows_no_body() -> None:
    """Bodies are full of people."""
    assert "ann" not in repr(reply(200, '{"email": "ann@example.com"}', Link="ann"))


# ── reading what a reply holds ───────────────────────────────────────────────────────────────


def ok(body: object, headers: dict[str, str] | None = None) -> Reply:
    found = PAGED if headers is None else headers
    return Reply(status=200, headers={name.lower(): value for name, value in found.items()}, body=body)


@pytest.mark.parametrize(
    "body", [None, [], "text", 7, {}, {"orders": []}, {"order": None}, {"order": [1]}, {"order": {}}]
)
def test_one_record_is_due(body: object) -> None:
    """Nothing, another root, null or a list in its place is malformed."""
    with pytest.raises(errors.MalformedData):
        ORDERS.get(1).read(ok(body))


@pytest.mark.parametrize("body", [None, [], "text", {}, {"order": {}}, {"orders": None}, {"orders": {}}])
def test_a_list_is_due(body: object) -> None:
    """Likewise for lists."""
    with pytest.raises(errors.MalformedData):
        ORDERS.list().read(ok(body))


@pytest.mark.parametrize(
    "header", [None, "", "nonsense", "[]", "null", "{}", '{"last_page": "false"}', '{"total_records": 3}']
)
def test_a_page_says_whether_it_is_the_last(header: str | None) -> None:
    """A list whose ``X-Pagination`` cannot be read is malformed: taking it for whole could lose the rest."""
    with pytest.raises(errors.MalformedData, match="X-Pagination"):
        ORDERS.list().read(ok({"orders": [{"id": 1}]}, {} if header is None else {"X-Pagination": header}))


def test_accounts_come_without_pages() -> None:
    """The one list without the header is whole."""
    page = ACCOUNTS.list().read(ok({"accounts": [{"id": 1}]}, {}))
    assert page.last
    assert page.total is None
    assert [type(account) for account in page] == [Account]


@pytest.mark.parametrize(
    ("facts", "rows", "last"),
    [
        ({"last_page": False}, [{"id": 1}], False),
        ({"last_page": True}, [{"id": 1}], True),
        ({"last_page": False}, [], True),
        ({"last_page": False, "out_of_bounds": True}, [{"id": 1}], True),
    ],
)
def test_pages_end(facts: dict[str, Any], rows: list[Any], last: bool) -> None:
    """At the last one, past it, or at an empty one."""
    page = ORDERS.list().read(ok({"orders": rows}, {"X-Pagination": json.dumps(facts)}))
    assert page.last is last


def test_a_page_holds_what_came_along_and_what_did_not() -> None:
    """Records, sideloaded ones by root, the total, and a line for each bad row of either."""
    body = {"variants": [{"id": 5}, {"id": 6, "taxable": 3}], "products": [{"id": 1}, 4], "meta": {"total": 1}}
    page: Page[Product] = PRODUCTS.list().read(ok(body))
    assert [p.id for p in page.records] == [1]
    assert [v.id for v in page.sideloaded["variants"]] == [5]
    assert set(page.sideloaded) == {"variants"}
    assert page.total == 1
    assert page.problems == [
        "Product: expected an object, got 4",
        "Variant 6: taxable holds 3 where true or false was expected",
    ]


@given(
    status=st.integers(200, 599),
    content=st.binary(max_size=40) | st.sampled_from([HTML, b"null", b'{"orders": null}', b'{"errors": {"a": 1}}']),
    headers=st.dictionaries(st.sampled_from(["x-pagination", "x-rate-limit-reset", "x-request-id"]), st.text()),
    call=st.sampled_from(
        [ORDERS.get(1), ORDERS.list(), ORDERS.create({}), ORDERS.update(1, {}), ORDERS.action(1, "void")]
    ),
)
def test_no_answer_raises_anything_else(
    status: int, content: bytes, headers: dict[str, str], call: Call[object]
) -> None:
    """Whatever comes over the wire: a value, or an error of ours."""
    with suppress(errors.BridgeError):
        call.read(read_reply(call.method, call.path, status, headers, content))


def test_a_record_is_read_from_its_root() -> None:
    """Beside whatever else came."""
    assert ORDERS.get(1).read(ok({"addresses": [], "order": {"id": 1}})) == Order(id=1)


@given(
    st.dictionaries(st.text(max_size=5), st.lists(st.text(max_size=5), max_size=4) | st.text(max_size=5), max_size=4),
    st.integers(1, 10_000),
    st.sampled_from([401, 404, 422, 429, 500]),
)
@settings(deadline=None, max_examples=30)
def test_what_is_said_at_length_is_told_in_short(fields: dict[str, Any], times: int, status: int) -> None:
    """However many fields, messages and characters: an error is read by people, and kept."""
    long = {name * times: [one * times for one in said] + [said] * 200 for name, said in fields.items()}
    body = {"type": "x", "message": "why " * times, "errors": long | {str(n): "is wrong" for n in range(500)}}
    with pytest.raises(errors.StatusError) as caught:
        read_reply("POST", "/orders", status, {"x-request-id": "9" * times}, json.dumps(body).encode())
    assert len(str(caught.value)) < LONGEST_SAID + 500
    told = getattr(caught.value, "fields", {})
    assert len(told) <= 100
    assert all(len(message) <= LONGEST_SAID for messages in told.values() for message in messages)
    assert all(len(messages) <= 100 for messages in told.values())
