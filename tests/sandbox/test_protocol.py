"""The conventions every resource shares: roots, headers, paging, filters, errors, limits, keys."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.support import Client, HandClock, Json

SECURITY = (
    "X-Frame-Options",
    "X-XSS-Protection",
    "X-Content-Type-Options",
    "X-Download-Options",
    "X-Permitted-Cross-Domain-Policies",
    "Referrer-Policy",
)


def test_every_answer_has_the_recorded_headers(api: Client) -> None:
    """Security headers, request id, runtime, weak ETag, rate limit and no caching, as in 2020."""
    answer = api("GET", "/products/1")
    for name in (*SECURITY, "X-Runtime", "X-Rate-Limit-Limit", "X-Rate-Limit-Remaining", "X-Rate-Limit-Reset"):
        assert name in answer.headers
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", answer.headers["X-Request-Id"])
    assert re.fullmatch(r'W/"[0-9a-f]{32}"', answer.headers["ETag"])
    assert answer.headers["Cache-Control"] == "no-cache, no-store"
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    refused = api("POST", "/products", {"product": {"opt1": "x"}})
    assert refused.headers["Cache-Control"] == "no-cache"
    assert "ETag" not in refused.headers


def test_pages_say_where_they_are(api: Client) -> None:
    """X-Pagination and Link have the recorded keys, order and paths on every page."""
    base = f"{api.sandbox.base_url}/ajax/variants?limit=5&page="
    first = api("GET", "/variants?limit=5")
    assert first.headers["X-Pagination"] == (
        '{"total_records":16,"total_pages":4,"first_page":true,"last_page":false,"out_of_bounds":false,"offset":0}'
    )
    assert first.headers["Link"] == f'<{base}2>; rel="next", <{base}4>; rel="last"'
    middle = api("GET", "/variants?page=2&limit=5")
    base = f"{api.sandbox.base_url}/ajax/variants?"
    pages = [f"<{base}page={page}&limit=5>" for page in (1, 1, 3, 4)]
    rels = ("first", "prev", "next", "last")
    assert middle.headers["Link"] == ", ".join(f'{page}; rel="{rel}"' for page, rel in zip(pages, rels, strict=True))
    assert orjson.loads(middle.headers["X-Pagination"])["offset"] == 5
    beyond = api("GET", "/variants?limit=5&page=9")
    assert beyond.json() == {"variants": [], "meta": {"total": 16}}
    facts = orjson.loads(beyond.headers["X-Pagination"])
    assert (facts["out_of_bounds"], facts["last_page"], facts["offset"]) == (True, True, 40)


def test_limit_zero_counts(api: Client) -> None:
    """limit=0 shows nothing, but the totals, one page that is the last."""
    answer = api("GET", "/variants?limit=0")
    assert answer.json() == {"variants": [], "meta": {"total": 16}}
    assert answer.headers["X-Pagination"] == (
        '{"total_records":16,"total_pages":1,"first_page":true,"last_page":true,"out_of_bounds":false,"offset":0}'
    )
    assert answer.headers["Link"] == f'<{api.sandbox.base_url}/ajax/variants?limit=0&page=1>; rel="last"'


def test_pages_cover_the_list_once_newest_first(api: Client) -> None:
    """Walking the pages gives every id once, descending; limits are clamped to 250, nonsense is ignored."""
    walked = [key for page in (1, 2, 3, 4) for key in api.ids("/variants", limit=5, page=page)]
    assert walked == list(range(16, 0, -1))
    for odd in ("0251", "abc", "-1", "", "99999999999999999999"):
        assert len(api.ids("/variants", limit=odd)) == 16


def test_only_some_lists_have_meta_and_accounts_have_no_pages(api: Client) -> None:
    """meta.total is on companies, fulfillments, orders, products and variants; accounts are not paged."""
    with_meta = {"companies", "fulfillments", "orders", "products", "variants"}
    for name in ("addresses", "contacts", "currencies", "images", "invoices", "locations", "notes", "orders",
                 "order_line_items", "payment_methods", "payment_terms", "price_lists", "products", "tax_types",
                 "companies", "fulfillments", "variants", "users", "stock_levels", "payments"):  # fmt: skip
        answer = api("GET", f"/{name}")
        assert ("meta" in answer.json()) == (name in with_meta), name
        assert "X-Pagination" in answer.headers
        assert next(iter(answer.json().keys() - {"meta", "tax_components"})) == name
    accounts = api("GET", "/accounts")
    assert "X-Pagination" not in accounts.headers
    assert "Link" not in accounts.headers
    assert api.get("/accounts/current")["account"] == accounts.json()["accounts"][0]
    assert api.get("/users/current")["user"]["account_id"] == 1


def test_paths_are_forgiving_in_the_documented_ways_only(api: Client) -> None:
    """A trailing slash and .json are accepted, HEAD is a GET without body, unknown routes are HTML."""
    assert api.get("/orders/")["orders"] == []
    assert api.get("/products/1.json")["product"]["id"] == 1
    head = api("HEAD", "/products/1")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["Content-Length"]) > 100
    for method, path in (
        ("GET", "/nonsense"), ("PUT", "/products"), ("PUT", "/images/1"), ("POST", "/users"), ("POST", "/"),
        ("GET", "/ajax/products"), ("POST", "/stock_adjustment_reasons"), ("PUT", "/stock_adjustments/1"),
        ("POST", "/orders/1/actions/fulfill"), ("POST", "/stock_levels"), ("GET", "/products/1/variants"),
        ("DELETE", "/variants/composition/1"), ("POST", "/accounts"), ("OPTIONS", "/products"),
        ("PUT", "/"), ("DELETE", "/"),
    ):  # fmt: skip
        answer = api(method, path)
        assert answer.status_code == 404, (method, path)
        assert answer.headers["Content-Type"].startswith("text/html")


def test_records_that_are_not_there(api: Client) -> None:
    """Unknown and non-numeric ids are 404 in ActiveRecord's words, under every verb."""
    for method, path, text in (
        ("GET", "/products/123", "Couldn't find Product with 'id'=123"),
        ("GET", "/products/INVALID", "Couldn't find Product with 'id'=INVALID"),
        ("GET", "/order_line_items/9", "Couldn't find OrderLineItem with 'id'=9"),
        ("DELETE", "/companies/77", "Couldn't find Company with 'id'=77"),
        ("GET", "/price_lists/bogus", "Couldn't find PriceList with 'id'=bogus"),
        ("GET", "/variants/99999999999999999999", "Couldn't find Variant with 'id'=99999999999999999999"),
        ("POST", "/orders/5/actions/pack", "Couldn't find Order with 'id'=5"),
    ):
        assert api.refused(method, path, None, 404) == {"type": "Not Found", "message": text}


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b'"x"', b"", b'{"products":{"name":"x"}}', b'{"product":[]}', b'{"product":"x"}']
)
def test_a_missing_root_is_named(api: Client, body: bytes) -> None:
    """Without an object under the singular root the answer is 400."""
    answer = api("POST", "/products", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json() == {"type": "Bad Request", "message": "Required parameter missing: product"}


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"product":{"name":NaN}}', b"[" * 5000])
def test_malformed_json_is_a_bad_request(api: Client, body: bytes) -> None:
    """What is no JSON is 400 with a type and a message."""
    answer = api("POST", "/products", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["type"] == "Bad Request"


def test_form_bodies_nest_like_rails(api: Client) -> None:
    """product[name]=… and order[order_line_items][][quantity]=… are understood."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = api("POST", "/products", content="product%5Bname%5D=Gary&product[tags]=&product[opt1]=", headers=headers)
    assert answer.json()["product"]["name"] == "Gary"
    assert answer.json()["product"]["opt1"] == ""
    assert answer.json()["product"]["tags"] is None
    form = (
        "order[company_id]=2&order[shipping_address_id]=1"
        "&order[order_line_items][][variant_id]=1&order[order_line_items][][quantity]=2"
        "&order[order_line_items][][variant_id]=2&order[order_line_items][][quantity]=1"
    )
    order = api("POST", "/orders", content=form, headers=headers).json()["order"]
    assert len(order["order_line_item_ids"]) == 2


def test_an_unwrapped_put_changes_plain_columns_only(api: Client) -> None:
    """PUT without root still updates what Rails knew as columns, and ignores the discount rate."""
    assert api("PUT", "/companies/2", {"phone_number": "1", "default_discount_rate": 9}).status_code == 204
    company = api.get("/companies/2")["company"]
    assert (company["phone_number"], company["default_discount_rate"]) == ("1", 5.0)
    assert api("PUT", "/companies/2", {"nonsense": 1}).status_code == 400


def test_what_the_query_of_a_write_says_counts_as_its_body(api: Client) -> None:
    """Both are merged, root by root, and of one root in both the query's counts; it is not wrapped as a body is."""
    answer = api("PUT", "/companies/2?company[name]=Query&company[fax]=1")
    assert answer.status_code == 204
    assert api("PUT", "/companies/2?company[name]=Both", {"company": {"name": "Body", "fax": "2"}}).status_code == 204
    company = api.get("/companies/2")["company"]
    assert (company["name"], company["fax"]) == ("Both", "1")
    made = api("POST", "/notes?note[company_id]=2&note[body]=hi", {"other": 1}).json()["note"]
    assert (made["company_id"], made["body"]) == (2, "hi")
    order = api.order(api.line("MUG-BLUE"), status="finalized")
    api("POST", f"/orders/{order['id']}/actions/fulfil?fulfillment[tracking_number]=T1").raise_for_status()
    assert api.get("/fulfillments")["fulfillments"][0]["tracking_number"] == "T1"
    assert api("PUT", "/companies/2?phone_number=1").status_code == 400
    assert api("PUT", "/companies/2?phone_number=1", {"fax": "3"}).status_code == 204
    company = api.get("/companies/2")["company"]
    assert (company["phone_number"], company["fax"]) == ("+1 902 555 0117", "3")


_ASKED = st.dictionaries(
    st.sampled_from(["limit", "page", "status", "q", "order", "brand[]", "ids[]", "zebra", "include"]),
    st.lists(st.sampled_from(["1", "2", "a b", "é&="]), min_size=1, max_size=3),
)


@given(asked=_ASKED, old=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_links_keep_the_parameters_in_their_order(api: Client, asked: dict[str, list[str]], old: bool) -> None:
    """Whatever was asked for, in that order; only the page is another, and `_include` is last, renamed."""
    pairs = [(name, value) for name, values in asked.items() for value in (values if "[]" in name else values[:1])]
    given_last = [("include", "variants")] if old else []
    pairs = [pair for pair in pairs if not old or pair[0] != "include"]
    sent = [("_include", "variants")] * old + pairs
    link = api("GET", "/products?" + urlencode(sent)).headers["Link"]
    for url in re.findall("<(.*?)>", link):
        found = parse_qsl(urlsplit(url).query)
        page = next(value for name, value in found if name == "page")
        expected = [(name, page if name == "page" else value) for name, value in pairs]
        expected += [] if "page" in asked else [("page", page)]
        assert found == expected + given_last


def test_long_urls_are_414(api: Client) -> None:
    """Beyond about 8 kB the proxy refuses; 200 ids fit."""
    assert api("GET", "/variants", params={"ids[]": list(range(10000, 10200))}).status_code == 200
    assert api("GET", "/variants?q=" + "x" * 8200).status_code == 414
    assert api("GET", "/variants?q=" + "x" * 60000).status_code == 414


def test_tokens(api: Client) -> None:
    """No token, a wrong one and another scheme are 401 with lower-case type and a challenge."""
    for value in (None, "Bearer wrong", "Bearer", "Basic abc", api.sandbox.access_token):
        answer = httpx.get(f"{api.sandbox.base_url}/orders", headers={"Authorization": value} if value else {})
        assert answer.status_code == 401
        assert answer.json() == {"type": "unauthorized", "message": "The access token is invalid"}
        assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="')
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
        assert "X-Rate-Limit-Limit" not in answer.headers


def test_expired_and_revoked_tokens_say_so(api: Client) -> None:
    """Tokens are rows: an expiry or a revocation ends them with its own message."""
    state = api.sandbox.instance.context.state
    for column, text in (("expires_at", "The access token expired"), ("revoked_at", "The access token was revoked")):
        with state.transaction():
            state.update("access_tokens", state["access_tokens"].rows[1], {column: "2020-01-01T00:00:00.000Z"})
        assert api("GET", "/orders").json()["message"] == text


def test_the_rate_limit_is_300_in_fixed_windows(api: Client, clock: HandClock) -> None:
    """Remaining counts down from 299, the 301st call is 429, and the next window is fresh."""
    first = api("GET", "/locations").headers
    assert (first["X-Rate-Limit-Limit"], first["X-Rate-Limit-Remaining"]) == ("300", "299")
    reset = int(first["X-Rate-Limit-Reset"])
    assert reset % 300 == 0
    assert 0 < reset - clock.moment.timestamp() <= 300
    for _ in range(299):
        last = api("GET", "/locations?limit=0")
    assert last.headers["X-Rate-Limit-Remaining"] == "0"
    over = api("POST", "/orders", {}, headers={"Idempotency-Key": "kept"})
    assert over.status_code == 429
    assert over.json() == {"error": "You have exceeded the API rate limit. Please retry later."}
    assert over.headers["X-Rate-Limit-Remaining"] == "0"
    assert "Retry-After" not in over.headers
    clock.forward(seconds=reset - clock.moment.timestamp())
    fresh = api("POST", "/orders", {}, headers={"Idempotency-Key": "kept"})
    assert fresh.status_code == 400
    assert fresh.json()["message"] == "Required parameter missing: order"
    assert fresh.headers["X-Rate-Limit-Remaining"] == "299"


def test_idempotency_keys_are_refused_the_second_time(api: Client, clock: HandClock) -> None:
    """A used key is 400 whatever became of its first use, for POST and PUT, for 24 hours."""
    duplicate = {"type": "Bad Request", "message": "Duplicate Idempotency Key header detected"}
    keyed = {"headers": {"Idempotency-Key": "k1"}}
    order: Json = {"order": {"company_id": 2, "shipping_address_id": 1}}
    assert api("POST", "/orders", order, **keyed).status_code == 201
    for method, path in (("POST", "/orders"), ("PUT", "/orders/1"), ("PATCH", "/orders/1"), ("POST", "/products")):
        answer = api(method, path, order, **keyed)
        assert (answer.status_code, answer.json()) == (400, duplicate)
    assert api("GET", "/orders", **keyed).status_code == 200
    assert api.get("/orders")["meta"]["total"] == 1
    failing: Any = {"headers": {"Idempotency-Key": "k2"}}
    assert api("POST", "/orders", {"order": {"status": "active"}}, **failing).status_code == 422
    assert api("POST", "/orders", order, **failing).json() == duplicate
    clock.forward(hours=24, seconds=1)
    assert api("POST", "/orders", order, **keyed).status_code == 201


def test_filters(api: Client, clock: HandClock) -> None:
    """Ids, arrays, commas, times, text and status filters narrow lists; unknown and blank ones do nothing."""
    assert api.ids("/variants", **{"ids[]": [3, 5, 999]}) == [5, 3]
    assert api.ids("/variants", ids="2,1") == [2, 1]
    assert api.ids("/variants", ids="abc") == []
    assert len(api.ids("/variants", **{"sku[]": ["MUG-BLUE", "DUP-SKU"]})) == 3
    assert api.ids("/variants", sku="mug-blue") == []
    assert api.ids("/variants", product_id="1,2", limit=2) == [6, 5]
    assert api.ids("/variants", sku="", nonsense="x", status="") == api.ids("/variants")
    assert api.ids("/variants", composite="true") == [3]
    assert api.ids("/companies", email="robin@shopper.example") == [3]
    assert api.ids("/companies", company_type="supplier,consumer") == [5, 3, 1]
    assert api.ids("/companies", term="robin@shopper") == [3]
    assert api.ids("/products", q="mug-red") == [1]
    assert api.ids("/products", **{"brand[]": ["Northern Clay"]}) == [5, 1]
    assert api.ids("/products", tags="wool") == [3]
    assert api.ids("/products", order="name asc")[0] == 7
    assert api.ids("/products", order="created_at desc") == api.ids("/products")
    assert api.ids("/products", order="nonsense; drop") == api.ids("/products")
    clock.forward(hours=1)
    moment = clock.moment.isoformat()
    api.put("/products/2", "product", brand="Other")
    assert api.ids("/products", updated_at_min=moment) == [2]
    assert 2 not in api.ids("/products", updated_at_max=moment)
    assert api.ids("/products", created_at_min=moment) == []
    assert len(api.ids("/products", created_at_max=moment)) == 7


def test_order_filters(api: Client) -> None:
    """Statuses, derived statuses, tags and the company narrow orders; lines know their order's status."""
    one = api.order(api.line("MUG-BLUE"), tags=["vip", "gift"])
    two = api.order(api.line("PIN-FOX", 9), status="finalized", reference_number="R-7")
    assert api.ids("/orders", **{"status[]": ["active", "draft"]}) == [one["id"]]
    assert api.ids("/orders", **{"status[]": "active,finalized"}) == [two["id"], one["id"]]
    assert api.ids("/orders", tags="vip") == [one["id"]]
    assert api.ids("/orders", reference_number="R-7", company_id=2) == [two["id"]]
    assert api.ids("/orders", fulfillment_status="shipped") == []
    assert api.ids("/orders", backordering_status="backordered") == [two["id"]]
    assert api.ids("/orders", shippability_status="shippable") == [one["id"]]
    assert api.ids("/order_line_items", order_status="finalized") == two["order_line_item_ids"]
    assert api.ids("/order_line_items", order_id=one["id"]) == one["order_line_item_ids"]


def test_sideloading(api: Client) -> None:
    """include works where documented, roots come first, unknown names and order lists load nothing."""
    assert list(api.get("/products?include=variants")) == ["variants", "products", "meta"]
    assert list(api.get("/products?_include=variants&limit=5")) == ["variants", "products", "meta"]
    assert list(api.get("/products/1?include=variants,bogus")) == ["variants", "product"]
    assert list(api.get("/products?include=variants&limit=0")) == ["products", "meta"]
    assert list(api.get("/variants?include=images&sku=MUG-BLUE")) == ["images", "variants", "meta"]
    link = api("GET", "/products?_include=variants&limit=5").headers["Link"]
    assert "/ajax/products?limit=5&page=2&include=variants>" in link, "as recorded in 2015"
    order = api.order(api.line("MUG-BLUE"))
    assert list(api.get("/orders?include=order_line_items")) == ["orders", "meta"]
    shown = api.get(f"/orders/{order['id']}?include=order_line_items,shipping_address,billing_address,company")
    assert list(shown) == ["order_line_items", "addresses", "companies", "order"]
    assert len(shown["addresses"]) == 1


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**70) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
_FIELDS: dict[str, tuple[str, ...]] = {
    "orders": ("company_id", "company", "shipping_address", "shipping_address_id", "status", "order_number", "tags",
               "issued_at", "currency_iso", "order_line_items", "tax_treatment", "default_price_list_id"),
    "products": ("name", "tags", "variants", "status", "supplier_ids"),
    "variants": ("product_id", "sku", "retail_price", "variant_prices", "locations", "initial_stock_level",
                 "initial_stock_location_id", "composite", "weight", "image_ids"),
    "fulfillments": ("order_id", "fulfillment_line_items", "status", "receipt", "packed_at", "exchange_rate"),
    "companies": ("name", "company_type", "default_discount_rate", "tags", "default_price_list_id"),
    "stock_adjustments": ("stock_location_id", "reason", "stock_adjustment_line_items"),
    "payments": ("invoice_id", "amount", "paid_at"),
    "currencies": ("iso", "rate", "precision"),
    "payment_terms": ("due_in_days", "from", "name"),
    "images": ("product_id", "variant_ids", "variant_id", "url"),
    "tax_types": ("name", "tax_components"),
}  # fmt: skip


_PARAMETERS = ("ids", "ids[]", "status", "order", "q", "page", "limit", "updated_at_min", "created_at_max", "tags",
               "include", "sku[]", "product_id", "order_number")  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_input_breaks_the_server(api: Client, data: st.DataObject) -> None:
    """Whatever is sent, the answer is a proper refusal or a record, never a 500, and lists still work."""
    api.sandbox.instance.limits.limit = None
    resource = data.draw(st.sampled_from(sorted(_FIELDS)))
    singular = api.sandbox.instance.context.schema[resource].singular
    fields = data.draw(st.dictionaries(st.sampled_from(_FIELDS[resource]), _JUNK, max_size=6))
    body = {singular: {"product_id": 1, "order_id": 1, "company_id": 2, "shipping_address_id": 1, **fields}}
    text = orjson.dumps(_plain(body))
    headers = {"Content-Type": "application/json"}
    for method, path in (("POST", f"/{resource}"), ("PUT", f"/{resource}/1")):
        answer = api(method, path, content=text, headers=headers)
        assert answer.status_code in {200, 201, 204, 400, 404, 422}, (body, answer.text)
    query = data.draw(st.dictionaries(st.sampled_from(_PARAMETERS), st.text(max_size=8)))
    assert api("GET", f"/{resource}", params=query).status_code == 200


def _plain(value: Any) -> Any:
    """Integers beyond 64 bits and other things JSON cannot carry become text."""
    if isinstance(value, dict):
        return {_plain(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, int) and abs(value) >= 2**63:
        return str(value)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
