"""The page at `/`: what it shows, what it keeps to itself, and that it disturbs nothing and walks nothing."""

from __future__ import annotations

import base64
import hashlib
import re
import socket
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from typing import Any, NoReturn
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.sandbox.everything import LocalClient, furnish
from tests.sandbox.support import Application, Client, HandClock, Json, eventually
from tradegecko_bridge.sandbox import Sandbox
from tradegecko_bridge.sandbox.instance import Instance
from tradegecko_bridge.sandbox.model.tables import SortedIds
from tradegecko_bridge.sandbox.oauth.pages import consent, error
from tradegecko_bridge.sandbox.ui import render
from tradegecko_bridge.sandbox.ui.elements import duration, money
from tradegecko_bridge.sandbox.wire.faults import Fault
from tradegecko_bridge.sandbox.wire.messages import Answer, Request

SECTIONS = ("overview", "orders", "stock", "requests", "webhooks", "tokens")
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def ui(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A browser without a token, as far as one is needed here."""
    with httpx.Client(base_url=sandbox.base_url, verify=False) as ui:
        yield ui


def texts(page: httpx.Response, status: int = 200) -> str:
    """What a person reads on a page: its texts, blanks run together."""
    assert page.status_code == status, page.text
    body = page.text.partition("<body")[2].partition(">")[2]
    return " ".join(unescape(re.sub("<[^>]*>", " ", body)).split())


def cells(page: httpx.Response) -> list[list[str]]:
    """The rows of every table on a page."""
    bodies = "".join(re.findall(r"<tbody>(.*?)</tbody>", page.text, re.DOTALL))
    found = re.findall(r"<tr>(.*?)</tr>", bodies, re.DOTALL)
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in found]
    return [[unescape(re.sub("<[^>]*>", "", text)) for text in row] for row in rows]


def many_orders(api: Client, count: int) -> None:
    """Orders as they are stored, made without the rules, which would take long."""
    state = api.sandbox.instance.context.state
    with state.transaction():
        for number in range(count):
            facts: Json = {"order_number": f"N-{number}", "order_number_folded": f"n-{number}", "company_id": 2}
            state.insert("orders", {**facts, "status": "active", "total_value": Decimal("12.5"), "currency_id": 1})


def test_what_the_overview_tells(api: Client, ui: httpx.Client) -> None:
    """Counts, the clock, faults and turned switches; the last three stand above every other section as well."""
    calm = texts(ui.get("/"))
    assert "Variants 16 Companies 5" in calm
    assert "shows the time it was given" in calm
    assert "Nothing is to go wrong. Switches that were turned All are at their default." in calm
    assert "2021-03-01 12:00:0" in calm
    api.order(api.line("MUG-BLUE"))
    api.sandbox.advance(3600 * 25 + 120)
    api.sandbox.fault("POST", "/orders", "drop_after_commit", nth=2, times=3)
    api.sandbox.fault("GET", "/variants*", "slow", seconds=2.5, chance=0.5)
    api.sandbox.set_switch("default_order_status", "active")
    now = texts(ui.get("/"))
    assert "moved 1 d 1 h ahead" in now
    assert ["drop_after_commit", "POST /orders", "numbers 2 to 4", "0", "0", "–"] in cells(ui.get("/"))
    assert "from number 1, up to 1 times 0 0 seconds 2.5, chance 0.5" in now
    assert "default_order_status active draft" in now
    for section in SECTIONS:
        shown = texts(ui.get("/", params={"show": section}))
        assert "clock moved 2 faults in force 1 switch turned 2021-03-02 13:02:0" in shown


def test_orders_and_where_they_stand(api: Client, ui: httpx.Client) -> None:
    """Newest first, with company, total in its currency and how far each is."""
    api.order(api.line("MUG-BLUE", 3), order_number="W-1")
    api.order(api.line("BOOK-MOSS", 1), order_number="W-2", status="draft", company_id=3, shipping_address_id=2)
    second, first = cells(ui.get("/?show=orders"))
    assert first[:7] == ["W-1", "Harbour Gift Shop", "active", "33.90 CAD", "unshipped", "uninvoiced", "unpaid"]
    assert second[:4] == ["W-2", "Robin Tremblay", "draft", "10.00 CAD"]
    assert first[7].startswith("2021-03-01 12:00:0")


def test_orders_are_found_by_number_and_id_void_ones_too(api: Client, ui: httpx.Client) -> None:
    """The whole number, whatever its case, or the id; the list leaves void orders out, the search does not."""
    one = api.order(api.line("MUG-BLUE"), order_number="Web-1")
    two = api.order(api.line("MUG-BLUE"), order_number="Web-2")
    api("POST", f"/orders/{two['id']}/actions/void")
    assert [row[0] for row in cells(ui.get("/?show=orders"))] == ["Web-1"]
    assert [row[:3] for row in cells(ui.get("/?show=orders&q=+wEB-2"))] == [["Web-2", "Harbour Gift Shop", "void"]]
    assert [row[0] for row in cells(ui.get("/", params={"show": "orders", "q": one["id"]}))] == ["Web-1"]
    assert "No order has this number or id." in texts(ui.get("/?show=orders&q=Web"))


def test_one_order_with_lines_and_documents(api: Client, ui: httpx.Client) -> None:
    """Lines with what was packed, shipped and invoiced, then fulfilments, invoices, payments and returns."""
    freeform = {"label": "Gift wrap", "quantity": 1, "price": "4.5", "freeform": True}
    lines = [api.line("MUG-BLUE", 3), api.line("TEE-M", 2, discount="10"), freeform]
    order = api.order(*lines, status="finalized", order_number="W-7", reference_number="R-7", tags=["vip"])
    mug = order["order_line_item_ids"][0]
    shipped = {"order_id": order["id"], "shipping_address_id": 1, "status": "fulfilled"}
    parcel = {"tracking_company": "Post", "tracking_number": "T-1"}
    given = [{"order_line_item_id": mug, "quantity": 2}]
    api.post("/fulfillments", "fulfillment", **shipped, **parcel, fulfillment_line_items=given)
    invoice = api("POST", f"/orders/{order['id']}/actions/invoice").json()["invoice"]
    api.post("/payments", "payment", invoice_id=invoice["id"], amount="20", reference="visa")
    page = ui.get("/", params={"show": "order", "id": order["id"]})
    rows, read = cells(page), texts(page)
    assert ["MUG-BLUE", "Blue", "3", "10.00", "–", "33.90", "2", "2", "3"] in rows
    assert ["TEE-M", "M", "2", "10.00", "10 %", "20.34", "0", "0", "2"] in rows
    assert [row[:6] for row in rows if row[0] == "freeform"] == [["freeform", "Gift wrap", "1", "4.50", "–", "5.09"]]
    assert [row[:5] for row in rows if "T-1" in row] == [["1", "fulfilled", "2 × MUG-BLUE", "Post", "T-1"]]
    assert ["INV0001", "active", "partial", "3 × MUG-BLUE2 × TEE-M1 × Gift wrap", "59.33 CAD"] in [r[:5] for r in rows]
    assert ["1", "active", "INV0001", "20.00 CAD"] in [row[:4] for row in rows]
    for text in ("Order W-7", "Status finalized", "Payment partial", "Reference R-7", "Tags vip", "Returns"):
        assert (text in read) is (text != "Returns"), text
    back = [{"order_line_item_id": mug, "quantity": 1}]
    api.post("/fulfillment_returns", "fulfillment_return", order_id=order["id"], location_id=2,
             fulfillment_return_line_items=back)  # fmt: skip
    returns = [row for row in cells(ui.get("/", params={"show": "order", "id": order["id"]})) if "returning" in row]
    assert returns == [["CN0001", "returning", "1 × MUG-BLUE", "Second Warehouse", "–"]]


def test_stock_by_location(api: Client, ui: httpx.Client) -> None:
    """Every location of a variant has its row; bundles and unmanaged stock are told apart; SKUs are found."""
    api.order(api.line("MUG-RED", 7))
    assert cells(ui.get("/?show=stock&q=mug-red")) == [
        ["MUG-RED", "Stoneware Mug / Red", "Main Warehouse", "80", "7", "73", "–"],
        ["Second Warehouse", "15", "–", "15", "–"],
    ]
    assert cells(ui.get("/?show=stock&q=MUG-SET"))[0][1:3] == [
        "Stoneware Mug / Set of four bundle",
        "Main Warehouse",
    ]
    assert cells(ui.get("/?show=stock&q=GIFT-50")) == [["GIFT-50", "Gift Card / 50", "stock is not managed"]]
    assert len(cells(ui.get("/?show=stock&q=DUP-SKU"))) == 2
    assert cells(ui.get("/?show=stock&q=3"))[0][0] == "MUG-SET"
    api("DELETE", f"/variants/{api.variant('PIN-FOX')['id']}")
    assert "PIN-FOX" not in texts(ui.get("/?show=stock"))
    assert "Enamel Pin / Fox archived" in texts(ui.get("/?show=stock&q=PIN-FOX"))


def test_the_request_log(api: Client, ui: httpx.Client) -> None:
    """Newest first, with what was answered or that nothing was; tokens in queries are hidden as in the log."""
    api("GET", "/orders/77")
    api.sandbox.fault("POST", "/orders", "drop_after_commit")
    with pytest.raises(httpx.RemoteProtocolError):
        api("POST", "/orders", {"order": {"company_id": 2, "shipping_address_id": 1}})
    httpx.get(f"{api.sandbox.base_url}/orders?access_token=abc123def&limit=1", verify=False)
    shown = [row[1:4] for row in cells(ui.get("/?show=requests"))]
    assert shown == [
        ["GET", "/orders?access_token=[hidden]&limit=1", "401"],
        ["POST", "/orders", "dropped"],
        ["GET", "/orders/77", "404"],
    ]


def test_tokens_are_told_apart_but_never_shown(
    api: Client, app: Application, ui: httpx.Client, clock: HandClock
) -> None:
    """User, kind, state and the last four characters; no value of a token, secret or password on any section."""
    old, young = app.pair(), app.pair(1)
    api.sandbox.expire_tokens(old["access_token"])
    other = app.pair()
    clock.forward(minutes=3)
    api.sandbox.revoke_tokens(young["access_token"])
    third, second, first, privileged = cells(ui.get("/?show=tokens"))
    assert third[:3] == ["dana@demo.example", "Demo application", "signed in"]
    assert third[3] == "expires in 1 h 57 min"
    assert (second[0], second[3]) == ("sasha@demo.example", "revoked")
    assert first[3] == "expired can be refreshed"
    assert privileged == [
        "dana@demo.example",
        "Demo application",
        "privileged",
        "never expires",
        "–",
        f"…{api.sandbox.access_token[-4:]}",
    ]
    assert third[5] == "…" + other["access_token"][-4:]
    secrets = [api.sandbox.access_token, api.sandbox.client_secret, api.sandbox.users[0].password]
    secrets += [pair[name] for pair in (old, young, other) for name in ("access_token", "refresh_token")]
    for section in SECTIONS:
        text = ui.get("/", params={"show": section}).text
        assert [secret for secret in secrets if secret[:-4] in text] == []


def test_webhooks_and_their_deliveries(api: Client, ui: httpx.Client) -> None:
    """Who subscribed to what, without the keys in its address, and every attempt to deliver, newest first."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}/hook"
        api.post("/webhooks", "webhook", event="order.create", address=f"{address}?key=s3cret")
        page = ui.get("/?show=webhooks")
        assert cells(page) == [["order.create", f"{address}?…", "1", "–"]]
        assert "Nothing was delivered yet." in texts(page)
        for count in (1, 2):
            api.order(api.line("MUG-BLUE"))
            eventually(lambda count=count: len(api.sandbox.deliveries()) == count)  # type: ignore[misc]
    page = ui.get("/?show=webhooks")
    assert [row[1:6] for row in cells(page)[1:]] == [["order.create", key, "1", "1", "–"] for key in ("2", "1")]
    assert "refused" in cells(page)[1][6]
    assert "s3cret" not in page.text
    assert "Still to be delivered: 2." in texts(page)


def test_what_comes_from_outside_is_escaped(api: Client, ui: httpx.Client) -> None:
    """Order numbers, companies, SKUs, labels, paths, faults and what was typed are text and stay text."""
    product = api.post("/products", "product", name=HOSTILE)
    api.post("/variants", "variant", product_id=product["id"], sku=HOSTILE, name=HOSTILE)
    company = api.post("/companies", "company", name=HOSTILE, company_type="business")
    address = api.post("/addresses", "address", company_id=company["id"], label=HOSTILE, address1="x")
    order = api.order(api.line(HOSTILE, label=HOSTILE), company_id=company["id"], order_number=HOSTILE,
                      shipping_address_id=address["id"], reference_number=HOSTILE, tags=[HOSTILE],
                      source_url="javascript:alert(1)")  # fmt: skip
    api("GET", f"/{HOSTILE}?{HOSTILE}")
    api.sandbox.fault("GET", f"/{HOSTILE}", "slow")
    wanted = [{"show": section, "q": query} for section in SECTIONS for query in ("", HOSTILE)]
    wanted += [{"show": "order", "id": str(order["id"])}, {"show": HOSTILE}]
    for params in wanted:
        page = ui.get("/", params=params)
        assert "<script" not in page.text, params
        assert "javascript:" not in "".join(re.findall('href="([^"]*)"', page.text))
    assert texts(ui.get("/", params={"show": "orders", "q": HOSTILE})).count(HOSTILE) == 3
    assert HOSTILE in [row[0] for row in cells(ui.get("/", params={"show": "stock", "q": HOSTILE}))]


class Structure(HTMLParser):
    """The elements of a page with the names of their attributes, and its texts."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, ...]] = []
        self.texts = ""
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, *(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.texts += data


def filled(text: str) -> Instance:
    """An account in which everything that comes from outside holds one text."""
    instance = furnish(LocalClient()).instance
    tables = instance.context.state.tables
    with instance.context.state.transaction():
        for name, table in tables.items():
            fields = table.resource.fields.values()
            given = [f.name for f in fields if f.kind == "string" and f.stored and not (f.enum or f.ref)]
            given = [column for column in given if column not in {"code", "iso", "token", "builtin", "time_zone"}]
            for row in list(table.rows.values()):
                instance.context.state.update(name, row, {c: text for c in given if row.get(c)} | _tags(row, text))
    instance.log_request(Request("GET", f"/{text}", text, {}), Answer(404), 404)
    instance.add_fault(Fault("GET", f"/{text}", "slow"))
    return instance


def _tags(row: Json, text: str) -> Json:
    return {"tags": [text]} if isinstance(row.get("tags"), list) else {}


def shown(text: str) -> list[Structure]:
    """Every page there is, of an account that is full of a text, with the text typed into its search forms."""
    instance = filled(text)
    queries = [{"show": section} for section in SECTIONS] + [{"show": "order", "id": key} for key in "12345"]
    queries += [{"show": section, "q": text} for section in ("orders", "stock")] + [{"show": f"no {text}"}]
    pages = [render(instance, Request("GET", "/", urlencode(query), {})) for query in queries]
    pages += [consent(text, {"redirect_uri": text, "state": text}, text, text), error(text)]
    assert {page.status for page in pages} <= {200, 400, 401, 404}
    return [Structure(page.body) for page in pages]


@pytest.fixture(scope="module")
def harmless() -> list[Structure]:
    """The pages of an account that is full of a word."""
    return shown("word")


@settings(max_examples=25, deadline=None)
@given(text=st.lists(st.sampled_from([*"<>&\"'`=/{}%!-", "</script>", "&lt;", "{0}", "x"]), min_size=2).map("".join))
@example(HOSTILE)
@example("</title></style><img src=x onerror=alert(1)>")
def test_no_text_becomes_markup(harmless: list[Structure], text: str) -> None:
    """Whatever the account's texts hold, a page has the elements and attributes it always has, and shows the text."""
    pages = shown(f"a{text}a")
    assert [page.elements for page in pages] == [page.elements for page in harmless]
    assert [f"a{text}a" in page.texts for page in pages] == ["word" in page.texts for page in harmless]


def test_long_lists_are_cut_into_pages(api: Client, ui: httpx.Client) -> None:
    """Fifty at a time with links to the newer and older ones, and no list is ever longer than that."""
    many_orders(api, 120)
    first = ui.get("/?show=orders")
    assert [row[0] for row in cells(first)] == [f"N-{number}" for number in range(119, 69, -1)]
    assert "1–50 of 120 Older →" in texts(first)
    assert "101–120 of 120 ← Newer Void" in texts(ui.get("/?show=orders&page=3"))
    assert [row[0] for row in cells(ui.get("/?show=orders&page=3"))] == [f"N-{n}" for n in range(19, -1, -1)]
    beyond = ui.get("/?show=orders&page=9")
    assert "nothing here: there are 120 ← Newer" in texts(beyond)
    assert 'href="/?show=orders&amp;page=3"' in beyond.text
    for _ in range(60):
        api("GET", "/locations")
    assert len(cells(ui.get("/?show=requests"))) == 50
    assert len(cells(ui.get("/?show=requests&page=2"))) == 10
    assert len(cells(ui.get("/"))) == 10


class Shelf(dict[int, Any]):
    """Rows that may be looked up, but not walked along."""

    def __iter__(self) -> NoReturn:
        raise AssertionError("a whole table was walked")

    keys = values = items = __iter__


class Ids(SortedIds):
    """Ids that may be counted and cut, but not walked along."""

    def __iter__(self) -> NoReturn:
        raise AssertionError("the ids of a whole table were walked")


def _ids(live: SortedIds) -> Ids:
    ids = Ids()
    for key in live:
        ids.add(key)
    return ids


def test_no_table_is_walked(api: Client, ui: httpx.Client) -> None:
    """A great account costs what a small one does, also while a record is to be visible late (which costs lists)."""
    many_orders(api, 200)
    api.sandbox.fault("POST", "/orders", "visible_late", seconds=60)
    api.post("/orders", "order", company_id=2, shipping_address_id=1, order_number="LATE")
    api.sandbox.set_switch("order_number_filter_substring", True)
    for name in ("orders", "variants", "products", "companies", "stock_records", "access_tokens", "order_line_items"):
        table = api.sandbox.instance.context.state[name]
        table.rows, table.visible = Shelf(table.rows), _ids(table.visible)
    for section in SECTIONS:
        assert ui.get("/", params={"show": section}).status_code == 200
    for path in ("/?show=orders&q=n-17", "/?show=stock&q=MUG-SET", "/?show=order&id=100", "/?show=orders&page=4"):
        assert ui.get(path).status_code == 200
    assert [row[0] for row in cells(ui.get("/?show=orders&q=n-17"))] == ["N-17"]
    assert [row[2] for row in cells(ui.get("/?show=orders&q=late"))] == ["draft not visible yet"]


def test_an_endless_order_is_cut(api: Client, ui: httpx.Client) -> None:
    """Lines beyond the two hundredth are counted, not shown."""
    order = api.order(*(api.line("PIN-OWL") | {"label": f"L{n}"} for n in range(3)))
    state = api.sandbox.instance.context.state
    with state.transaction():
        for number in range(250):
            state.insert("order_line_items", {"order_id": order["id"], "label": f"M{number}", "quantity": Decimal(1)})
    page = ui.get("/", params={"show": "order", "id": order["id"]})
    assert len(cells(page)) == 200
    assert "Lines (the first 200 of 253)" in texts(page)


def test_looking_leaves_no_trace(api: Client, ui: httpx.Client) -> None:
    """No token is asked for; nothing is logged, counted by the rate limit or hit by a fault."""
    api.sandbox.fault("*", "*", "status", status=503)
    for section in SECTIONS:
        answer = ui.get("/", params={"show": section})
        assert answer.status_code == 200
        assert not [name for name in answer.headers if name.startswith(("x-rate", "set-cookie", "x-request"))]
    assert ui.head("/").status_code == 200
    assert ui.head("/").content == b""
    assert api.sandbox.requests() == []
    assert api("GET", "/orders").status_code == 503
    assert api("GET", "/orders").headers["X-Rate-Limit-Remaining"] == "298"


def test_the_page_allows_nothing_but_itself(ui: httpx.Client) -> None:
    """A policy without scripts and other hosts, whose one style is the one on the page; not kept, not passed on."""
    page = ui.get("/")
    policy = dict(part.split(" ", 1) for part in page.headers["Content-Security-Policy"].split("; "))
    style = page.text.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == {
        "default-src": "'none'", "style-src": f"'sha256-{digest}'", "img-src": "data:", "base-uri": "'none'",
        "frame-ancestors": "'none'", "form-action": "'self'",
    }  # fmt: skip
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == ("no-store", "same-origin")
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    # A page that names no icon has browsers ask for one, which would stand in the log.
    for shown in (page, ui.get("/oauth/authorize")):
        assert '<link rel="icon" href="data:' in shown.text
    assert "method=" not in page.text.replace('method="get"', "")


def test_only_looks_at_the_root_are_answered(api: Client, ui: httpx.Client) -> None:
    """Other methods stay unknown routes, in the log as well; what is not there is a page that says so."""
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        assert ui.request(method, "/").status_code == 404
    assert [entry["method"] for entry in api.sandbox.requests()] == ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    assert "No such section" in texts(ui.get("/?show=nonsense"), 404)
    for key in ("", "0", "99", "abc", "٣", "9" * 30):
        assert "No such order" in texts(ui.get("/", params={"show": "order", "id": key}), 404)
    for odd in ("page=-1", "page=abc", "page=" + "9" * 30, "q=%ff%00", "q[]=1", "show[]=x", "%", "q=%ed%a0%80"):
        assert ui.get(f"/?show=orders&{odd}").status_code == 200, odd


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost", 200), ("LOCALHOST:8080", 200), ("127.0.0.1:1", 200), ("[::1]:8080", 200), ("shop.localhost", 200),
     ("evil.example", 403), ("127.0.0.1.evil.example", 403), ("[::1", 403), ("", 404), ("192.168.0.2", 403)],
)  # fmt: skip
def test_a_name_from_elsewhere_finds_no_page(ui: httpx.Client, host: str, status: int) -> None:
    """A web site that lets its own name lead here cannot read the page through its ui's browser."""
    assert ui.get("/", headers={"Host": host}).status_code == status


def test_a_failure_is_a_500_and_the_server_lives(
    sandbox: Sandbox, ui: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What goes wrong on the page is logged and costs that page only."""
    with monkeypatch.context() as patch:
        patch.setattr(sandbox.instance, "latest_requests", None)
        assert ui.get("/").status_code == 500
    assert "the sandbox failed on its own page" in caplog.text
    assert ui.get("/").status_code == 200


def test_the_page_shows_the_time_of_the_sandbox(sandbox: Sandbox, clock: HandClock, ui: httpx.Client) -> None:
    """Date and the time above every section are the sandbox's."""
    clock.forward(days=2)
    page = ui.get("/?show=stock")
    assert page.headers["Date"].startswith("Wed, 03 Mar 2021 12:00:0")
    assert "2021-03-03 12:00:0" in texts(page)


def test_amounts_and_spans_read_well() -> None:
    """Money has the decimals of its currency or more, spans have two units at most."""
    assert [money(Decimal(text), 2) for text in ("5", "5.5", "5.125", "-0.1", "0", "1E+3", "5.100")] == [
        "5.00", "5.50", "5.125", "-0.10", "0.00", "1000.00", "5.10",
    ]  # fmt: skip
    assert money(Decimal("5.0"), 0) == "5"
    seconds = (0, 0.4, 59.6, 3599, 3600, 90061, -86400 * 1200)
    assert [duration(s) for s in seconds] == ["0 s", "0 s", "1 min", "59 min 59 s", "1 h", "1 d 1 h", "1,200 d"]
