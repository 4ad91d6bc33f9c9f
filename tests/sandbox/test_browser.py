"""The sandbox's pages in a real browser, used as a person uses them: the page at `/`, and signing in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from selenium.webdriver.common.keys import Keys

from tests.sandbox import browser
from tests.sandbox.browser import Browser
from tests.sandbox.support import Application, Client, Json
from tests.support import require
from tests.tradegecko.oauth import DANA, PASSWORD, app_of
from tradegecko_bridge.sandbox import Sandbox
from tradegecko_bridge.stores.tokens import MemoryTokenStore
from tradegecko_bridge.tradegecko.client import Logins

TABS = ("Overview", "Orders", "Stock", "Requests", "Webhooks", "Tokens")
# It would change the title, fetch a picture from elsewhere and break out of an attribute, if it could.
HOSTILE = (
    "'\"><script>document.title='taken'</script><img src=http://evil.example/x onerror=\"document.title='taken'\">"
)


@pytest.fixture(scope="module")
def running_browser() -> Iterator[Browser]:
    """One browser for all tests here. Without Chromium they are skipped; in CI they fail instead."""
    if reason := browser.missing():
        require(reason)
    with browser.started() as running:
        yield running


@pytest.fixture
def chromium(running_browser: Browser) -> Browser:
    """The browser with an empty window."""
    running_browser.forget()
    return running_browser


@pytest.fixture
def shop(api: Client) -> Json:
    """A shop with something on every section; an order of it with lines and documents."""
    api.post("/webhooks", "webhook", event="product.create", address="http://127.0.0.1:9/hook")
    order = api.order(api.line("MUG-BLUE", 3), api.line("TEE-M", 2), order_number="W-1001", status="finalized")
    lines = [{"order_line_item_id": order["order_line_item_ids"][0], "quantity": 2}]
    api.post("/fulfillments", "fulfillment", order_id=order["id"], shipping_address_id=1, status="fulfilled",
             tracking_number="T-1001", fulfillment_line_items=lines)  # fmt: skip
    api("POST", f"/orders/{order['id']}/actions/invoice")
    api.order(api.line("PIN-FOX"), order_number="W-1002")
    api.sandbox.fault("POST", "/nowhere", "drop_after_commit")
    api.sandbox.set_switch("conditional_get", True)
    return order


def sections(sandbox: Sandbox, order: Json) -> list[str]:
    """The address of every section, and of one order."""
    shown = [f"{sandbox.base_url}/?show={tab.lower()}" for tab in TABS]
    return [*shown, f"{sandbox.base_url}/?show=order&id={order['id']}"]


def test_every_section_is_a_tab_away(chromium: Browser, sandbox: Sandbox, shop: Json) -> None:
    """Tabs lead everywhere; nothing is asked of another host, nothing complains, nothing new is in the log."""
    before = len(sandbox.requests())
    chromium.open(sandbox.base_url)
    for tab in (*TABS[1:], TABS[0]):
        chromium.follow(tab)
        assert chromium.text("h1") == tab
        assert chromium.text("nav [aria-current]") == tab
        assert chromium.driver.title == f"{tab} – TradeGecko sandbox"
        assert chromium.all("table")
    assert {urlsplit(url).netloc for url in chromium.asked_for() if not url.startswith("data:")} == {
        urlsplit(sandbox.base_url).netloc
    }
    assert chromium.complaints() == []
    assert len(sandbox.requests()) == before


def test_an_order_is_searched_and_opened(chromium: Browser, sandbox: Sandbox, shop: Json) -> None:
    """A number typed in any case finds its order; from there to its lines, documents and stock, and back."""
    chromium.open(sandbox.base_url)
    chromium.follow("Orders")
    assert [row[0] for row in chromium.rows()] == ["W-1002", "W-1001"]
    chromium.type("#q", "w-1001")
    chromium.press("form button")
    assert [row[0] for row in chromium.rows()] == ["W-1001"]
    assert chromium.one("#q").get_attribute("value") == "w-1001"
    chromium.follow("W-1001")
    assert chromium.text("h1") == "Order W-1001"
    rows = chromium.rows()
    assert ["MUG-BLUE", "Blue", "3", "10.00", "–", "33.90", "2", "2", "3"] in rows
    assert [row[1:5] for row in rows if "T-1001" in row] == [["fulfilled", "2 × MUG-BLUE", "–", "T-1001"]]
    chromium.follow("TEE-M")
    assert chromium.rows()[0][:3] == ["TEE-M", "Crew Neck Tee / M", "Main Warehouse"]
    chromium.follow("Show all")
    assert len({row[0] for row in chromium.rows()}) > 10


def test_hostile_values_stay_text(chromium: Browser, api: Client) -> None:
    """Nothing from an order, a product, a path or the search box becomes part of the page."""
    product = api.post("/products", "product", name=HOSTILE)
    api.post("/variants", "variant", product_id=product["id"], sku=HOSTILE)
    order = api.order(api.line(HOSTILE, label=HOSTILE), order_number=HOSTILE, tags=[HOSTILE])
    api("GET", "/" + HOSTILE)
    api.sandbox.fault("GET", HOSTILE, "slow")
    searches = [f"{api.sandbox.base_url}/?{urlencode({'show': name, 'q': HOSTILE})}" for name in ("orders", "stock")]
    for address in (*sections(api.sandbox, order), *searches):
        chromium.open(address)
        assert chromium.driver.title.endswith("– TradeGecko sandbox")
        assert chromium.all("script, img, iframe, [onerror]") == []
    assert chromium.rows()[0][0] == HOSTILE
    assert chromium.one("#q").get_attribute("value") == HOSTILE
    assert chromium.complaints() == []
    assert [url for url in chromium.asked_for() if "evil" in urlsplit(url).netloc] == []


def test_a_script_that_got_in_would_not_run(chromium: Browser, sandbox: Sandbox) -> None:
    """The page's policy keeps out what is put into it from within: scripts, pictures and styles of others."""
    chromium.open(sandbox.base_url)
    chromium.run(
        "for (const [tag, name, value] of [['script', 'textContent', 'document.title = 1'],"
        " ['img', 'src', 'http://evil.example/x'], ['style', 'textContent', 'body { display: none }']]) {"
        " const part = document.createElement(tag); part[name] = value; document.body.append(part) }"
    )
    assert chromium.driver.title == "Overview – TradeGecko sandbox"
    assert chromium.one("h1").is_displayed()
    assert len([text for text in chromium.complaints() if "Content Security Policy" in text]) == 3


def test_no_token_is_on_any_section(chromium: Browser, api: Client, app: Application, shop: Json) -> None:
    """Who looks over one's shoulder sees whose tokens there are, not the tokens."""
    pairs = [app.pair(), app.pair(1)]
    secrets = [api.sandbox.access_token, api.sandbox.client_secret, api.sandbox.users[0].password]
    secrets += [pair[name] for pair in pairs for name in ("access_token", "refresh_token")]
    for address in sections(api.sandbox, shop):
        chromium.open(address)
        assert [secret for secret in secrets if secret[:-4] in chromium.driver.page_source] == []
    chromium.follow("Tokens")
    assert [row[0] for row in chromium.rows()] == ["sasha@demo.example", "dana@demo.example", "dana@demo.example"]


@pytest.mark.parametrize("width", [320, 400])
def test_a_small_screen_scrolls_down_only(chromium: Browser, api: Client, shop: Json, width: int) -> None:
    """Wide tables scroll within themselves, with the keyboard too; the page never does sideways."""
    long = "X" * 300
    order = api.order(api.line("MUG-BLUE", label=long), order_number=long, reference_number=long)
    api("GET", f"/{long}?{long}")
    chromium.look(width=width)
    for address in (*sections(api.sandbox, shop), f"{api.sandbox.base_url}/?show=order&id={order['id']}"):
        chromium.open(address)
        assert chromium.run("return document.documentElement.scrollWidth") <= width, address
    for region in chromium.all(".scroll"):
        assert region.get_attribute("tabindex") == "0"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_in_both_schemes(chromium: Browser, sandbox: Sandbox, shop: Json, scheme: str) -> None:
    """Every text has a contrast of 4.5 or more with its ground, and the schemes differ."""
    chromium.look(scheme=scheme)
    for address in (*sections(sandbox, shop), sign_in(sandbox, "http://127.0.0.1:1/")):
        chromium.open(address)
        contrasts = chromium.contrasts()
        assert len(contrasts) > 5
        assert contrasts[0][0] >= 4.5, (address, contrasts[:3])
    ground = chromium.run("return getComputedStyle(document.body).backgroundColor")
    assert (int(ground.removeprefix("rgb(").split(",")[0]) < 128) is (scheme == "dark")


def test_the_page_can_be_heard(chromium: Browser, sandbox: Sandbox, shop: Json) -> None:
    """One main heading, a caption and heads for every table, a name for every field and region, a way past the tabs."""
    for address in sections(sandbox, shop):
        chromium.open(address)
        assert len(chromium.all("h1")) == len(chromium.all("main")) == 1
        assert chromium.one("html").get_attribute("lang") == "en"
        assert len(chromium.all("table")) == len(chromium.all("table > caption"))
        assert chromium.all("th:not([scope])") == []
        assert len(chromium.all("tbody > tr")) == len(chromium.all("tbody > tr > th[scope]")) or "stock" in address
        assert all(part.accessible_name for part in chromium.all("[role=region], nav")), address
        # A placeholder counts as a name too, but is gone as soon as one types.
        fields = chromium.all("input:not([type=hidden])")
        assert len(fields) == len(chromium.all("label[for=q]")) == ("?show=orders" in address or "stock" in address)
    chromium.run("document.activeElement.blur()")
    chromium.driver.switch_to.active_element.send_keys(Keys.TAB)
    skip = chromium.driver.switch_to.active_element
    assert skip.text == "Skip to the content"
    skip.send_keys(Keys.ENTER)
    assert chromium.run("return document.activeElement.id") == "main"


class Callback:
    """The application's own server on this machine, to which the browser is sent back."""

    def __init__(self) -> None:
        self.taken: list[dict[str, list[str]]] = []
        callback = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                # Browsers ask every new host for an icon.
                if self.path.startswith("/callback"):
                    callback.taken.append(parse_qs(urlsplit(self.path).query))
                body = b"<!DOCTYPE html><title>Back</title><h1>You may close this window.</h1>"
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/callback"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def callback() -> Iterator[Callback]:
    """Where the browser is sent back to."""
    callback = Callback()
    yield callback
    callback.close()


def sign_in(sandbox: Sandbox, redirect_uri: str, state: str = "s") -> str:
    """The address an application sends its user to."""
    fields = {"response_type": "code", "client_id": sandbox.client_id, "redirect_uri": redirect_uri, "state": state}
    return f"{sandbox.base_url}/oauth/authorize?{urlencode(fields)}"


def fill_in(chromium: Browser, email: str, password: str) -> None:
    """Type who one is."""
    chromium.type("#email", email)
    chromium.type("#password", password)


def pair(app: Application, callback: Callback) -> Json:
    """The token pair for the code the browser came back with last."""
    code = callback.taken[-1]["code"][0]
    answer = app.token(grant_type="authorization_code", redirect_uri=callback.address, code=code)
    assert answer.status_code == 200, answer.text
    given: Json = answer.json()
    return given


def test_allowing_leads_back_with_a_code(chromium: Browser, app: Application, callback: Callback) -> None:
    """The person sees who asks and where it leads, allows, and arrives there with a code that works and the state."""
    state = "a\"b&c=<d>'"
    chromium.open(sign_in(app.sandbox, callback.address, state))
    assert "Authorize Demo application?" in chromium.text("h1")
    assert urlsplit(callback.address).netloc in chromium.text(".note")
    assert chromium.run("return document.activeElement.id") == "email"
    user = app.sandbox.users[0]
    fill_in(chromium, user.email, user.password)
    chromium.press("button[value=allow]")
    assert chromium.text("h1") == "You may close this window."
    assert [fields["state"] for fields in callback.taken] == [[state]]
    assert app.call(pair(app, callback)) == (200, "")
    assert chromium.complaints() == []


def test_a_wrong_password_can_be_typed_again(chromium: Browser, app: Application, callback: Callback) -> None:
    """The page says what is wrong, keeps the address and everything else, and waits for the password."""
    user = app.sandbox.users[1]
    chromium.open(sign_in(app.sandbox, callback.address, "kept"))
    fill_in(chromium, user.email, "wrong")
    chromium.press("button[value=allow]")
    assert chromium.text("[role=alert]") == "Invalid email or password."
    assert chromium.one("#email").get_attribute("value") == user.email
    assert chromium.one("#password").get_attribute("value") == ""
    assert chromium.run("return document.activeElement.id") == "password"
    assert callback.taken == []
    # Enter in the last field allows, as people expect of a form.
    chromium.type("#password", user.password)
    chromium.enter()
    assert callback.taken[0]["state"] == ["kept"]
    assert app.call(pair(app, callback)) == (200, "")


def test_logging_in_from_the_address_that_the_browser_is_started_with(chromium: Browser, sandbox: Sandbox) -> None:
    """It sends the browser on to the sign-in page, and back with what the login waits for."""

    def sign_in_there(address: str) -> None:
        assert "state" not in address
        chromium.open(address)
        fill_in(chromium, DANA, PASSWORD)
        chromium.press("button[value=allow]")

    logins = Logins(app_of(sandbox), MemoryTokenStore())
    stored = logins.at_browser("default", tell=lambda _: None, open_browser=sign_in_there)
    assert stored.pair.refresh_token
    assert chromium.text("h1") == "TradeGecko has answered"


def test_denying_leads_back_empty_handed(chromium: Browser, app: Application, callback: Callback) -> None:
    """Deny needs no password; the application learns that access was denied, with its state, and gets no code."""
    chromium.open(sign_in(app.sandbox, callback.address))
    chromium.press("button[value=deny]")
    assert chromium.text("h1") == "You may close this window."
    (fields,) = callback.taken
    assert (fields["error"], fields["state"]) == (["access_denied"], ["s"])
    assert "code" not in fields


def test_two_connections_of_one_user_share_a_pair(chromium: Browser, app: Application, callback: Callback) -> None:
    """Who signs in again gets the pair that is alive, and the page shows it once; another user has another."""
    other, pairs, user = app.pair(1), [], app.sandbox.users[0]
    for _ in range(2):
        chromium.open(sign_in(app.sandbox, callback.address))
        fill_in(chromium, user.email, user.password)
        chromium.press("button[value=allow]")
        pairs.append(pair(app, callback))
    first, again = [(given["access_token"], given["refresh_token"]) for given in pairs]
    assert first == again
    assert first[0] != other["access_token"]
    chromium.open(app.sandbox.base_url + "/?show=tokens")
    signed_in = [row[0] for row in chromium.rows() if row[2] == "signed in"]
    assert signed_in == ["dana@demo.example", "sasha@demo.example"]


def test_an_unknown_application_gets_a_page_not_a_redirect(chromium: Browser, app: Application) -> None:
    """The person is told, and stays where they are."""
    chromium.open(f"{app.sandbox.base_url}/oauth/authorize?client_id=nobody&redirect_uri=http://evil.example/")
    assert chromium.text("h1") == "An error has occurred"
    assert [url for url in chromium.asked_for() if "evil" in urlsplit(url).netloc] == []
