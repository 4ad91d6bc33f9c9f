"""The client over a real socket, against the sandbox, and against answers made by hand."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.tradegecko.support import Waits, mocked, scripted
from tradegecko_bridge import Sandbox, TradeGeckoClient, errors
from tradegecko_bridge.tradegecko import resources
from tradegecko_bridge.tradegecko.calls import Call, query
from tradegecko_bridge.tradegecko.client import BearerToken
from tradegecko_bridge.tradegecko.client.sync import BoundResource
from tradegecko_bridge.tradegecko.codec import to_json
from tradegecko_bridge.tradegecko.retry import NO_RETRY

HARBOUR = 2
"""The id of Harbour Gift Shop in the demo account."""


def paths(sandbox: Sandbox) -> list[str]:
    return [f"{r['method']} {r['path']}" for r in sandbox.requests()]


def an_order(client: TradeGeckoClient, number: str, **fields: object) -> int:
    """A new order of Harbour Gift Shop's, by id."""
    made = client.orders.create(
        {
            "company_id": HARBOUR,
            "shipping_address_id": 1,
            "order_number": number,
            "issued_at": date(2026, 11, 3),
            "status": "active",
            "order_line_items": [{"variant_id": 1, "quantity": Decimal(2), "price": Decimal("19.99")}],
            **fields,
        }
    )
    return made.id


# ── resources ────────────────────────────────────────────────────────────────────────────────


def test_every_resource_is_an_attribute_and_annotated(client: TradeGeckoClient) -> None:
    """What ``resources`` says exists is on the client, and type checkers see it with its record class."""
    for resource in resources.ALL:
        bound = getattr(client, resource.plural)
        assert isinstance(bound, BoundResource)
        assert bound.resource is resource


NOT_SERVED = ("stock_adjustment_reasons",)
"""Too little is known of them for the sandbox to have them."""
SERVED = [r for r in resources.ALL if r.plural not in NOT_SERVED]


def one_of_everything(client: TradeGeckoClient) -> None:
    """What the demo account does not have yet: every kind of document."""
    order = an_order(client, "R-1", status="finalized")
    client.orders.invoice(order)
    client.orders.fulfil(order)
    client.orders.pay(order)
    line = next(row for row in client.order_line_items.list(order_id=order) if row.variant_id)
    back = [{"order_line_item_id": line.id, "quantity": 1}]
    client.fulfillment_returns.create({"order_id": order, "fulfillment_return_line_items": back})
    goods = [{"variant_id": 1, "quantity": 2, "price": "5", "tax_type_id": 1}]
    supplier = next(row.id for row in client.companies.list(company_type="supplier"))
    bought = {"company_id": supplier, "status": "active", "purchase_order_line_items": goods}
    client.purchase_orders.receive(client.purchase_orders.create(bought).id)
    moved = [{"variant_id": 1, "quantity": 1}]
    way = {"source_location_id": 1, "destination_location_id": 2, "stock_transfer_line_items": moved}
    client.stock_transfers.create(way)
    client.webhooks.create({"event": "company.update", "address": "http://127.0.0.1:9/hook"})


@pytest.mark.parametrize("resource", SERVED, ids=lambda r: r.plural)
def test_every_resource_is_served_and_read(client: TradeGeckoClient, resource: resources.Resource[Any]) -> None:
    """Each list has rows, each of them is read, has no field unknown to its class, and is written back unchanged."""
    one_of_everything(client)
    for page in client.pages(resource.list()):
        assert page.problems == []
        assert page.records
        for record in page:
            assert to_json(record) == record.raw
            assert record.extras == {}


def test_current_account_and_user(client: TradeGeckoClient) -> None:
    """Whom the token belongs to."""
    assert client.accounts.current().id == 1
    assert "write_orders" in client.users.current().permissions


# ── lists ────────────────────────────────────────────────────────────────────────────────────


def test_pages_are_walked_to_the_end(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Every record once, page after page, and not a page more."""
    ids = [variant.id for variant in client.variants.list(limit=4)]
    everything = [variant.id for variant in client.variants.list()]
    assert ids == everything
    assert len(set(ids)) == len(ids) == 16
    assert paths(sandbox).count("GET /variants") == 4 + 1


def test_pages_are_fetched_as_they_are_asked_for(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Nothing is asked for before it is needed."""
    variants = iter(client.variants.list(limit=4))
    assert sandbox.requests() == []
    for _ in range(4):
        next(variants)
    assert len(sandbox.requests()) == 1
    next(variants)
    assert len(sandbox.requests()) == 2


def test_a_list_can_begin_at_a_later_page(client: TradeGeckoClient) -> None:
    """From the page asked for, on to the last."""
    everything = [variant.id for variant in client.variants.list()]
    assert [variant.id for variant in client.variants.list(limit=4, page=3)] == everything[8:]


def test_a_limit_of_nothing_counts(client: TradeGeckoClient) -> None:
    """``limit=0`` gives the total and no record, in one page."""
    pages = list(client.variants.list(limit=0).pages())
    assert len(pages) == 1
    assert (pages[0].total, pages[0].records, pages[0].last) == (16, [], True)


def test_what_is_included_comes_along(client: TradeGeckoClient) -> None:
    """Sideloaded records are read as what they are."""
    page = next(client.products.list(include=["variants"], limit=2).pages())
    ids = {variant.id for variant in page.sideloaded["variants"]}
    assert ids == {i for product in page for i in product.variant_ids}


def test_filters_are_written_as_the_api_takes_them(client: TradeGeckoClient) -> None:
    """Lists, moments, booleans, numbers and nothing at all."""
    assert [v.sku for v in client.variants.list(sku=["TEE-S", "MUG-RED"], order="sku asc")] == ["MUG-RED", "TEE-S"]
    assert {v.id for v in client.variants.list(ids=(1, 2))} == {1, 2}
    assert [v.sku for v in client.variants.list(composite=True)] == ["MUG-SET"]
    assert list(client.variants.list(created_at_min=datetime.now(UTC) + timedelta(hours=1))) == []
    assert len(list(client.variants.list(created_at_max=datetime.now(UTC), sku=None))) == 16


def test_parameters_are_texts_in_the_apis_format() -> None:
    """One pair for each item of a list, UTC for moments, none for None."""
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    params = query({"a": [1, "x"], "b": True, "c": moment, "d": date(2026, 1, 2), "e": None, "f": Decimal("1.50")})
    assert params == (
        ("a[]", "1"),
        ("a[]", "x"),
        ("b", "true"),
        ("c", "2026-01-02T03:04:05.000Z"),
        ("d", "2026-01-02"),
        ("f", "1.50"),
    )


def test_parameters_replace_those_of_the_same_name() -> None:
    """Also a list a single value, and None takes one away."""
    call = resources.ORDERS.list(status="active", company_id=[1, 2], page=1)
    changed = dict(call.with_params(status=["void"], company_id=7, limit=None).params)
    assert changed == {"page": "1", "status[]": "void", "company_id": "7"}


# ── writing ──────────────────────────────────────────────────────────────────────────────────


def test_an_order_can_be_made_changed_and_deleted(client: TradeGeckoClient) -> None:
    """Create, update, get, delete: and it is as it was told."""
    made = an_order(client, "W-1")
    client.orders.update(made, {"notes": "ring twice", "tags": ["a", "b"]})
    order = client.orders.get(made)
    assert (order.order_number, order.notes, order.tags, order.status) == ("W-1", "ring twice", ["a", "b"], "active")
    assert order.issued_at == date(2026, 11, 3)
    client.orders.delete(made)
    assert client.orders.get(made).status == "deleted"


def test_only_what_changed_need_be_sent(client: TradeGeckoClient) -> None:
    """A record that was read, changed and sent back whole is accepted, unknown fields and all."""
    company = client.companies.get(HARBOUR)
    company.phone_number = "+1 902 555 0199"
    client.companies.update(HARBOUR, to_json(company))
    assert client.companies.get(HARBOUR).phone_number == "+1 902 555 0199"


def test_an_update_that_answers_with_a_body_is_fine(client: TradeGeckoClient) -> None:
    """Addresses answer 200 where others answer 204."""
    client.addresses.update(1, {"city": "Dartmouth"})
    assert client.addresses.get(1).city == "Dartmouth"


def test_an_action_gives_its_body(client: TradeGeckoClient) -> None:
    """Whatever the API answers to an action, as it came."""
    made = an_order(client, "W-2", status="finalized")
    body = client.orders.action(made, "fulfil", {"fulfillment": {"tracking_number": "T1"}})
    assert body["fulfillment"]["tracking_number"] == "T1"


def test_any_call_can_be_built_by_hand(client: TradeGeckoClient) -> None:
    """What has no method of its own goes through the same road."""
    call = Call(
        method="GET",
        path="/orders/available_identifiers",
        params=query({"type": "order_number"}),
        read=lambda reply: str(reply.body["identifier"]),
    )
    assert client.send(call) == "SO0001"


@pytest.mark.parametrize("path", ["orders", "https://elsewhere.example/orders", "/companies?email=ann@example.com"])
def test_a_call_goes_to_the_api_and_hides_its_query(path: str) -> None:
    """A path is no address (the token would follow it) and holds no query (it would be in the log)."""
    with pytest.raises(ValueError, match="begins with a slash"):
        Call(method="GET", path=path, read=lambda reply: reply.body)


def test_a_call_shows_nobody() -> None:
    """Neither what is asked for nor what is sent is in its ``repr``."""
    call = resources.COMPANIES.create({"email": "ann@example.com"}).with_params(email="ann@example.com")
    assert "ann" not in repr(call)


# ── answers that are errors ──────────────────────────────────────────────────────────────────


def test_401(sandbox: Sandbox) -> None:
    """A wrong token: log in again."""
    with (
        TradeGeckoClient("wrong", base_url=sandbox.base_url) as client,
        pytest.raises(errors.NeedsLogin, match=r"401 on GET /users/current \(request id .+\): The access token is"),
    ):
        client.users.current()


def test_404(client: TradeGeckoClient) -> None:
    """No such record, with the API's own words; no such endpoint, with a hint."""
    with pytest.raises(errors.NotFound, match="Couldn't find Order with 'id'=99"):
        client.orders.get(99)
    with pytest.raises(errors.NotFound, match="check the base URL"):
        client.send(Call(method="GET", path="/nowhere", read=lambda reply: reply.body))


def test_422(client: TradeGeckoClient) -> None:
    """The fields at fault, nested ones dotted."""
    with pytest.raises(errors.ValidationFailed) as caught:
        an_order(client, "E-1", order_line_items=[{"variant_id": 999, "quantity": 1}])
    assert caught.value.fields == {"order_line_items.variant": ("can't be blank",)}


def test_400_for_a_key_used_twice(client: TradeGeckoClient) -> None:
    """The second request under a key is refused, not replayed."""
    fields = {"name": "Tee"}
    client.products.create(fields, idempotency_key="k1")
    with pytest.raises(errors.DuplicateIdempotencyKey):
        client.products.create(fields, idempotency_key="k1")


def test_a_full_window_is_waited_out_by_both_clocks() -> None:
    """Three requests a window: the fourth goes out in the next one, and no 429 was ever needed."""
    waits = Waits()
    with (
        Sandbox(rate_limit=3, clock=waits.clock) as sandbox,
        TradeGeckoClient(
            sandbox.access_token, base_url=sandbox.base_url, clock=waits.clock, sleep=waits.sleep
        ) as client,
    ):
        for _ in range(4):
            client.users.current()
        assert [r["status"] for r in sandbox.requests()] == [200] * 4
        assert sum(waits.slept) > 0


def test_429() -> None:
    """Somebody else used up the window: the refusal is waited out, and the call succeeds."""
    waits = Waits()
    with (
        Sandbox(rate_limit=3, clock=waits.clock) as sandbox,
        httpx.Client(headers={"Authorization": f"Bearer {sandbox.access_token}"}) as other,
        TradeGeckoClient(
            sandbox.access_token, base_url=sandbox.base_url, clock=waits.clock, sleep=waits.sleep
        ) as client,
    ):
        for _ in range(3):
            other.get(f"{sandbox.base_url}/users/current")
        with pytest.raises(errors.RateLimited) as caught:
            client.send(resources.current(resources.USERS), retry=NO_RETRY)
        assert caught.value.reset_at is not None
        assert caught.value.reset_at > waits.now
        client.users.current()
        assert [r["status"] for r in sandbox.requests()] == [200, 200, 200, 429, 200]
        assert sum(waits.slept) <= 305


# ── no answer ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def hasty(sandbox: Sandbox) -> Iterator[TradeGeckoClient]:
    """A client that waits a tenth of a second for an answer and tries once."""
    with TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url, timeout=0.1, retry=NO_RETRY) as client:
        yield client


def test_an_answer_that_takes_too_long(sandbox: Sandbox, hasty: TradeGeckoClient) -> None:
    """A time-out says that the request may have arrived."""
    sandbox.fault("GET", "/users/current", "slow", seconds=0.3)
    with pytest.raises(errors.TimedOut, match="timeout on GET /users/current: the answer did not arrive") as caught:
        hasty.users.current()
    assert caught.value.may_have_arrived


def test_a_dropped_connection_leaves_a_write_in_doubt(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The order exists, nobody said so, and it is not sent again."""
    sandbox.fault("POST", "/orders", "drop_after_commit")
    with pytest.raises(errors.TransportError) as caught:
        an_order(client, "D-1")
    assert caught.value.may_have_arrived
    assert paths(sandbox).count("POST /orders") == 1
    assert [o.order_number for o in client.orders.list()] == ["D-1"]


def test_a_dropped_connection_does_not_stop_a_read(sandbox: Sandbox) -> None:
    """A list goes on where it was."""
    waits = Waits()
    sandbox.fault("GET", "/variants", "drop_before_commit", nth=2)
    with TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url, sleep=waits.sleep) as client:
        assert len({v.id for v in client.variants.list(limit=4)}) == 16
    assert len(waits.slept) == 1


@pytest.mark.process
def test_nobody_there() -> None:
    """Where nothing listens, nothing arrived."""
    with (
        TradeGeckoClient("t", base_url="http://127.0.0.1:1", retry=NO_RETRY) as client,
        pytest.raises(errors.TransportError, match="could not connect") as caught,
    ):
        client.users.current()
    assert not caught.value.may_have_arrived


# ── what cannot work ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("token", ["", "  ", "a b", "tökén", "a\x00b", "Bearer\nx"])
def test_a_token_that_is_none(token: str) -> None:
    """Said at once, without printing it."""
    with pytest.raises(errors.ConfigError) as caught:
        TradeGeckoClient(token)
    assert token.strip() == "" or token not in str(caught.value)


def test_a_token_may_end_with_its_file() -> None:
    """A line end around a token does not matter."""
    client, script = scripted(httpx.Response(200, json={"user": {"id": 1}}))
    client.users.current()
    assert script.requests[0].headers["Authorization"] == "Bearer secret-token"
    TradeGeckoClient(" secret-token\n").close()


@pytest.mark.parametrize(
    "url", ["", "localhost:8080", "ftp://host", "http://", "http://host:port", "http://me:pw@host", "http://host/?a=b"]
)
def test_a_base_url_that_is_none(url: str) -> None:
    """Said at once, not by the first request."""
    with pytest.raises(errors.ConfigError) as caught:
        TradeGeckoClient("t", base_url=url)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize(
    "call",
    [
        resources.ORDERS.list(order_number="9" * 100_000),
        resources.ORDERS.list(order_number="\ud83d"),
        resources.ORDERS.create({"notes": "\ud83d"}),
        resources.ORDERS.create({"company_id": 2**70}),
        resources.ORDERS.create({}, idempotency_key="ключ"),
        resources.ORDERS.get("\x07"),
    ],
)
def test_what_cannot_be_sent_is_an_error_of_ours(call: Call[object]) -> None:
    """Addresses too long, half characters, numbers no JSON reader takes: told in one line, and nothing is sent."""
    client, script = scripted(httpx.Response(500))
    with pytest.raises(errors.TradeGeckoError, match="it cannot be sent"):
        client.send(call)
    assert script.requests == []
    assert client.calls == 0


# ── secrets and people ───────────────────────────────────────────────────────────────────────


def test_nothing_secret_is_logged(sandbox: Sandbox, client: TradeGeckoClient, caplog: pytest.LogCaptureFixture) -> None:
    """At DEBUG, our log and those of httpx and httpcore hold neither the token nor whom we asked for."""
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, logger=name)
    list(client.companies.list(email="robin@shopper.example"))
    an_order(client, "L-1", email="ines@harbour.example")
    with pytest.raises(errors.NotFound):
        client.orders.get(99)
    said = "\n".join(f"{record.name} {record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "httpcore.http11" in said
    assert "httpx" in said
    assert "receive_response_headers.complete 200" in said
    assert "GET /companies 200" in said
    for secret in (sandbox.access_token, "robin", "ines@", "Bearer"):
        assert secret not in said


def test_nothing_secret_is_in_errors_and_reprs(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    """Not in the client's ``repr``, nor in an error, nor in its traceback with all causes."""
    caplog.set_level(logging.DEBUG)
    token = sandbox.access_token
    client = TradeGeckoClient(token, base_url=sandbox.base_url, retry=NO_RETRY)
    client.close()
    assert token not in repr(client) + str(client.__dict__) + repr(client.companies) + repr(BearerToken(token))
    somebody = "@".join(("robin", "shopper.example"))  # in two parts, as a traceback shows lines of this file
    down = TradeGeckoClient(token, base_url="http://127.0.0.1:1", retry=NO_RETRY)
    with pytest.raises(errors.TransportError) as caught:
        list(down.companies.list(email=somebody))
    down.close()
    text = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert token not in text + caplog.text
    assert somebody not in text + caplog.text
    assert "could not connect" in text


# ── put together ─────────────────────────────────────────────────────────────────────────────


def test_the_headers_of_a_request() -> None:
    """Who we are, what we send and take, and the key where there is one."""
    client, script = scripted(httpx.Response(201, json={"order": {"id": 1}}))
    client.orders.create({"notes": "é"}, idempotency_key="k1")
    request = script.requests[0]
    assert request.headers["Idempotency-Key"] == "k1"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["User-Agent"].startswith("tradegecko-bridge/")
    assert request.url == "https://api.example/orders"
    assert request.content == '{"order":{"notes":"é"}}'.encode()


def test_the_answer_to_a_broken_page_is_told_with_its_request() -> None:
    """What a reader cannot read is an error with method, path and request id."""
    client, _ = scripted(httpx.Response(200, json={"orders": None}, headers={"X-Request-Id": "9f3"}))
    with pytest.raises(errors.UnreadableReply, match=r"GET /orders \(request id 9f3\): 'orders' is not a list"):
        list(client.orders.list())


def test_redirects_are_not_followed() -> None:
    """The token does not go where an answer points."""
    client, script = scripted(httpx.Response(302, headers={"Location": "http://elsewhere.example/"}))
    with pytest.raises(errors.UnreadableReply, match="redirect"):
        client.orders.get(1)
    assert len(script.requests) == 1


def test_a_closed_client_is_closed() -> None:
    """Leaving the context lets go of the connections."""

    class Transport(httpx.MockTransport):
        closed = False

        def close(self) -> None:
            self.closed = True

    transport = Transport(lambda request: httpx.Response(200, json={"user": {"id": 1}}))
    with TradeGeckoClient("t", transport=transport) as client:
        client.users.current()
        assert not transport.closed
    assert transport.closed


def test_any_httpx_auth_will_do() -> None:
    """A token that rotates is somebody's own ``httpx.Auth``."""

    class Signed(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
            request.headers["Authorization"] = "Bearer fresh"
            yield request

    seen: list[str] = []

    def api(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["Authorization"])
        return httpx.Response(200, json={"user": {"id": 1}})

    TradeGeckoClient(Signed(), transport=httpx.MockTransport(api)).users.current()
    mocked(api).users.current()
    assert seen == ["Bearer fresh", "Bearer secret-token"]
