"""Nothing secret and nobody's data leaves: not by any logger at any level, nor by reprs, pickles, copies and errors.

The flows run with tagged passwords, tokens and customers, and with every logger of the process at DEBUG; then all that
was logged and all that can be shown of the objects is searched for the tags. What is new is found by walking the
package.
"""

from __future__ import annotations

import copy
import importlib
import json
import logging
import pickle
import pkgutil
import re
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import EntryPoint
from inspect import isabstract
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any, NoReturn, get_args, get_origin

import attrs
import httpx
import pytest
from anyio import run

import tradegecko_bridge
from tests.support import ALL_ORDERS, ListSource
from tests.tradegecko.oauth import DANA, PASSWORD, app_of
from tradegecko_bridge import (
    AsyncTradeGeckoClient,
    MemoryStore,
    Sandbox,
    SqlStore,
    SyncEngine,
    TradeGeckoClient,
    TradeGeckoGateway,
    VendureSource,
    plugins,
)
from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.config import load_config
from tradegecko_bridge.errors import BridgeError
from tradegecko_bridge.forks import OfThisProcess
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.ports import TokenStore
from tradegecko_bridge.ports.logins import Secret, SecretValues
from tradegecko_bridge.stores.tokens import EncryptedTokenStore, FileTokenStore, KeyringTokenStore, MemoryTokenStore
from tradegecko_bridge.testing.builders import A_CUSTOMER, AN_ADDRESS, an_order
from tradegecko_bridge.tradegecko.client import BearerToken, Logins, StoredLogin
from tradegecko_bridge.tradegecko.client.keeper import TokenEndpoint
from tradegecko_bridge.tradegecko.oauth import OAuthApp
from tradegecko_bridge.tradegecko.resources import COMPANIES
from tradegecko_bridge.tradegecko.retry import NO_RETRY
from tradegecko_bridge.tradegecko.webhooks import AsgiReceiver, WsgiReceiver, sign

HIDDEN = "Hidden7"
"""In every secret."""
PERSON = "Quillfeather"
"""In everything about a customer."""
FERNET = "SGlkZGVuN0hpZGRlbjdIaWRkZW43SGlkZGVuN0hpZGQ="
SERVERS = {"uvicorn.access"}
"""The sandbox has its server keep no log of requests; a handler on its logger would turn it on."""
PACKAGE = Path(tradegecko_bridge.__file__).parent


# ── what is logged ───────────────────────────────────────────────────────────────────────────


class Recorder(logging.Handler):
    """Keeps every record, and searches it in each form in which somebody may write it down."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.records: list[tuple[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        shown = logging.Formatter("%(message)s").format(record)
        self.records.append((record.name, f"{shown} {record.msg!r} {record.args!r} {record.__dict__!r}"))

    def loggers(self) -> set[str]:
        return {name for name, _ in self.records}

    def found(self, *tags: str) -> list[tuple[str, str]]:
        return [(name, text) for name, text in self.records if any(tag in text for tag in tags)]


@contextmanager
def everything_logged() -> Iterator[Recorder]:
    """Every logger that there is, or will be, at DEBUG, and heard."""
    for library in ("alembic.command", "cryptography.fernet", "keyring", "psycopg"):
        importlib.import_module(library)  # one that is imported later may set a level of its own
    recorder = Recorder()
    known = [one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    loggers = [logging.root, *(one for one in known if one.name not in SERVERS)]
    before = [(logger, logger.level, logger.disabled) for logger in loggers]
    deaf = [logger for logger in loggers if logger is logging.root or not logger.propagate]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
        logger.disabled = False
    for logger in deaf:
        logger.addHandler(recorder)
    try:
        yield recorder
    finally:
        for logger in deaf:
            logger.removeHandler(recorder)
        for logger, level, disabled in before:
            logger.setLevel(level)
            logger.disabled = disabled


# ── what is shown ────────────────────────────────────────────────────────────────────────────


def shown(thing: object) -> str:
    """All that can be got out of an object without meaning to."""
    forms = [repr(thing), str(thing), f"{thing}"]
    if attrs.has(type(thing)):
        forms.append(repr(attrs.asdict(thing)))  # type: ignore[arg-type]
        forms.append(repr(attrs.astuple(thing)))  # type: ignore[arg-type]
    for duplicate in (copy.copy, copy.deepcopy):
        with suppress(TypeError):
            forms.append(repr(duplicate(thing)))
    with suppress(TypeError):
        forms.append(repr(pickle.dumps(thing)))
    with suppress(TypeError):
        forms.append(json.dumps(thing, default=repr))
    return "\n".join(forms)


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error with all it holds on to."""
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def shown_of_error(error: BaseException, *, frames: bool = True) -> str:
    """As a person, a log and, with ``frames``, an error tracker that keeps locals see it; those of tests are no fault
    of ours."""
    forms = []
    for one in chain(error):
        forms += [str(one), repr(one), repr(getattr(one, "__notes__", "")), repr(pickle.dumps(one))]
        for frame in traceback.StackSummary.extract(traceback.walk_tb(one.__traceback__), capture_locals=True):
            if frames and not frame.filename.startswith(str(Path(__file__).parent)):
                forms.append(f"{frame.filename}:{frame.lineno} {frame.locals}")
    return "\n".join(forms)


@contextmanager
def refused(told: list[str], *, frames: bool = True) -> Iterator[None]:
    """What is done fails, and nothing secret shows in the error."""
    with pytest.raises(BridgeError) as caught:
        yield
    assert PERSON not in shown_of_error(caught.value, frames=False)
    told.append(shown_of_error(caught.value, frames=frames))


# ── a shop, a keyring, an account ────────────────────────────────────────────────────────────


SHOP = {
    "globalSettings": {"trackInventory": True, "serverConfig": {"moneyStrategyPrecision": 2}},
    "activeChannel": {"pricesIncludeTax": False},
}


@contextmanager
def shop() -> Iterator[tuple[str, list[str]]]:
    """A Vendure server that logs people in, hands out cookies, and then fails; its address, and how it got asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked.append(f"{self.headers.get('authorization')} {self.headers.get('vendure-token')} {query}")
            answers = {"mutation Login": {"login": {"__typename": "CurrentUser"}}, "query Shop": SHOP}
            data = next((answer for start, answer in answers.items() if start in query), None)
            if data is None:
                self.connection.close()
                return
            body = json.dumps({"data": data}).encode()
            self.send_response(200, "OK")
            self.send_header("vendure-auth-token", f"session-{HIDDEN}")
            self.send_header("Set-Cookie", f"session=cookie-{HIDDEN}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/admin-api?vendure-token=channel-{HIDDEN}", asked
    finally:
        server.shutdown()
        server.server_close()


class Ring:
    """A keyring that quotes what it is given when it fails."""

    def set_password(self, service: str, entry: str, text: str) -> None:
        raise RuntimeError(text)

    get_password = delete_password = set_password


def tagged_order(number: str, **fields: Any) -> SourceOrder:
    address = attrs.evolve(AN_ADDRESS, last_name=PERSON, address1=f"1 {PERSON} Road")
    customer = attrs.evolve(A_CUSTOMER, last_name=PERSON, email=f"ann@{PERSON}.example", phone=f"+1 {PERSON}")
    return an_order(number, customer=customer, shipping_address=address, billing_address=address, **fields)


class Quoting(ListSource):
    """A source that quotes a customer when it fails."""

    def fetch_orders(self, after: str | None) -> NoReturn:
        raise ValueError(f"no such person: {PERSON}")


def token_stores(store: SqlStore, tmp_path: Path) -> list[TokenStore]:
    return [
        store.tokens,
        EncryptedTokenStore(store.tokens, [FERNET]),
        FileTokenStore(tmp_path / "tokens.json"),
        MemoryTokenStore(),
        KeyringTokenStore(MemoryTokenStore(), backend=Ring()),
    ]


SETTINGS = f"""
[tradegecko]
base_url = "http://127.0.0.1:8080"
proxy = "http://me:{HIDDEN}@proxy.example:3128"
{{login}}

[ledger]
url = "postgresql://me:{HIDDEN}@127.0.0.1:1/ledger?sslpassword={HIDDEN}"

[connections.shop]
source = "vendure"
[connections.shop.options]
url = "http://127.0.0.1:1/admin-api"
username = "me"
password = "{HIDDEN}"
proxy = "http://me:{HIDDEN}@proxy.example:3128"
"""


# ── the search ───────────────────────────────────────────────────────────────────────────────


def test_no_secret_and_no_customer_is_ever_shown(sandbox: Sandbox, tmp_path: Path) -> None:
    """The main flows with every logger at DEBUG, then a search through all that was logged and can be shown."""
    told: list[str] = []
    secrets = [HIDDEN, PASSWORD, sandbox.client_secret, sandbox.access_token, FERNET]
    with everything_logged() as recorder:
        with SqlStore(f"sqlite:///{tmp_path / 'ledger.db'}") as store:
            things = [store, *log_in(sandbox, token_stores(store, tmp_path), secrets, told)]
            things += deliver(sandbox, store, secrets, told)
        with MemoryStore() as memory:
            things += [memory, *deliver(sandbox, memory, secrets, told)]
        things += ask_a_shop(told)
        things += read_settings(tmp_path, told)
        things += receive_webhooks(secrets)
        run(ask_asynchronously, sandbox, things, told)
    heard = recorder.loggers()
    for expected in ("httpx", "httpcore.http11", "httpcore.connection", "tradegecko_bridge", "psycopg"):
        assert expected in heard
    assert any(name.startswith("sqlalchemy.engine.Engine") for name in heard)
    assert any(name.startswith("sqlalchemy.pool") for name in heard)
    assert recorder.found(*secrets) == []
    assert recorder.found(PERSON) == []
    for text in (*map(shown, things), *told):
        assert [line for line in text.splitlines() if any(secret in line for secret in secrets)] == []
    for thing in things:
        assert PERSON not in repr(thing)
        if isinstance(thing, OfThisProcess):
            for use in (pickle.dumps, copy.copy, copy.deepcopy):
                with pytest.raises(TypeError, match=r"is not pickled or copied: it holds connections or secrets"):
                    use(thing)


def test_nor_in_postgresql(sandbox: Sandbox, postgres_ledger: str, tmp_path: Path) -> None:
    """The same with a ledger in PostgreSQL and its driver."""
    told: list[str] = []
    secrets = [HIDDEN, PASSWORD, sandbox.client_secret]
    with everything_logged() as recorder, SqlStore(postgres_ledger) as store:
        log_in(sandbox, [store.tokens], secrets, told)
        deliver(sandbox, store, secrets, told)
    assert "psycopg" in recorder.loggers()
    assert recorder.found(*secrets, PERSON) == []
    assert [text for text in told if any(secret in text for secret in secrets)] == []


def log_in(sandbox: Sandbox, stores: Sequence[TokenStore], secrets: list[str], told: list[str]) -> list[object]:
    """Log in and refresh with each kind of token store, and fail to."""
    app = app_of(sandbox)
    things: list[object] = [app, app.password(DANA, Secret(PASSWORD))]
    for tokens in stores:
        logins = Logins(app, tokens)
        things += [tokens, logins, logins.begin()]
        if isinstance(tokens, KeyringTokenStore):
            with refused(told):
                logins.with_password("web", DANA, Secret(PASSWORD))
            continue
        name = type(tokens).__name__
        sandbox.reset()
        stored = logins.with_password(name, DANA, Secret(PASSWORD))
        secrets += known(stored.pair.access_token, stored.pair.refresh_token)
        sandbox.expire_tokens()
        login = StoredLogin(app, tokens, name)
        with TradeGeckoClient(login, base_url=sandbox.base_url) as client:
            client.accounts.current()
            things += [stored, stored.pair, login, login.keeper, client, client.with_options(timeout=1.0)]
        renewed = tokens.load(name)
        assert renewed is not None
        secrets += known(renewed.pair.access_token, renewed.pair.refresh_token)
        things.append(renewed)
        with refused(told):
            logins.with_password(name, DANA, Secret(f"{HIDDEN}-wrong"))
        with refused(told):
            Logins(app, tokens, endpoint=TokenEndpoint(transport=httpx.MockTransport(cut_off))).with_password(
                name, DANA, Secret(PASSWORD)
            )
    return things


def known(*secrets: Secret | None) -> list[str]:
    return [secret.reveal() for secret in secrets if secret is not None]


def cut_off(request: httpx.Request) -> NoReturn:
    raise httpx.ReadError("the connection was lost", request=request)


def deliver(sandbox: Sandbox, store: SqlStore | MemoryStore, secrets: list[str], told: list[str]) -> list[object]:
    """Bring orders over and tracking back; one has a customer's e-mail that is none, one source quotes people."""
    sandbox.reset()
    secrets.append(sandbox.access_token)
    source = ListSource([tagged_order("1001"), tagged_order("1002"), tagged_order("1003", currency="XXX")])
    with TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url, retry=NO_RETRY) as client:
        gateway = TradeGeckoGateway(client, mirror=store.mirror)
        settings = attrs.evolve(ALL_ORDERS, order_status="finalized")
        engine = SyncEngine("shop", source=source, gateway=gateway, store=store, settings=settings)
        assert engine.deliver_orders()
        for order in client.orders.list():
            sandbox.ship(order.id)
        report = engine.run()
        assert {entry.state for entry in store.entries("shop")} == {OrderState.CONFIRMED, OrderState.HELD}
        assert source.shipments
        bad = SyncEngine("bad", source=Quoting([]), gateway=gateway, store=store)
        failed = bad.deliver_orders()
        told += [shown_of_error(cause) for cause in failed.causes]
        call = COMPANIES.list(email=f"ann@{PERSON}.example")
        exchange = client.exchange(call)
        with refused(told):
            client.orders.get(999)
        sent = [engine, gateway, client, report, failed, exchange, *store.entries("shop")]
    with TradeGeckoClient(f"{HIDDEN}-token", base_url="http://127.0.0.1:1", retry=NO_RETRY) as nowhere:
        with refused(told):
            nowhere.orders.create({"notes": PERSON})
        with refused(told):
            nowhere.send(call)
    return sent


def ask_a_shop(told: list[str]) -> list[object]:
    """Log in to a shop, and lose the connection right after it."""
    with shop() as (url, asked), VendureSource(url, username="me", password=HIDDEN, channel_token=HIDDEN) as source:
        with refused(told):
            list(source.fetch_orders(None))
        assert any(f"Bearer session-{HIDDEN}" in one for one in asked)
        assert any(f'"password": "{HIDDEN}"' in one for one in asked)
    with refused(told), VendureSource("http://127.0.0.1:1/admin-api", username="me", password=HIDDEN) as down:
        list(down.fetch_orders(None))
    with refused(told):
        VendureSource("http://127.0.0.1:1/admin-api", username="me", password=HIDDEN, page_size=0)
    with refused(told, frames=False):
        VendureSource(f"http://me:{HIDDEN}@127.0.0.1/admin-api", username="me", password=HIDDEN)
    return [source, down, source._api]


def read_settings(folder: Path, told: list[str]) -> list[object]:
    """Settings with every secret there is in them; a ledger that cannot be reached; addresses with passwords."""
    file = folder / "tgbridge.toml"
    things: list[object] = []
    environment = {"TOKEN": f"env-{HIDDEN}", "SECRET": f"env-{HIDDEN}"}
    for login in (
        'access_token = "$TOKEN"',
        f'client_id = "app"\nclient_secret = "$SECRET"\ntoken_keys = ["{FERNET}"]',
        f'access_token = "{HIDDEN}"',
    ):
        file.write_text(SETTINGS.format(login=login))
        config = load_config(file, environment)
        things += [config, config.login, *config.connections]
        things += [plugins.make_source(one.source, one.options) for one in config.connections]
        with refused(told):
            SqlStore(config.ledger_url)
        with refused(told):
            TradeGeckoClient(config.access_token, base_url="nowhere", proxy=config.proxy)
        things.append(TokenEndpoint(proxy=config.proxy))
        file.write_text(SETTINGS.format(login=f"{login}\nbase_urn = 1"))
        with refused(told):
            load_config(file, environment)
        file.write_bytes(SETTINGS.format(login=login).encode() + b"\xff")
        with refused(told):
            load_config(file, environment)
    for make in (
        lambda: BearerToken(f"{HIDDEN} two words"),
        lambda: TradeGeckoClient(HIDDEN, base_url=f"https://me:{HIDDEN}@api.example"),
        lambda: TradeGeckoClient("t", base_url=f"https://api.example?token={HIDDEN}"),
        lambda: OAuthApp(client_id="a", client_secret=HIDDEN, base_url=f"https://:{HIDDEN}@api.example"),
        lambda: SqlStore(f"mysql://me:{HIDDEN}@host/ledger"),
        lambda: EncryptedTokenStore(MemoryTokenStore(), [HIDDEN]),
        lambda: WsgiReceiver(print, " "),
    ):
        with refused(told, frames=False):
            make()
    return things


def receive_webhooks(secrets: Sequence[str]) -> list[object]:
    """A webhook whose handler fails and quotes a customer."""

    def handler(event: object) -> NoReturn:
        raise ValueError(f"no such person: {PERSON}")

    body = json.dumps({"object_id": 1, "event": "order.create", "timestamp": 1, "resource_url": "http://x"}).encode()
    receiver = WsgiReceiver(handler, HIDDEN)
    environ = {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)}
    said: list[str] = []
    receiver({**environ, "HTTP_X_GECKO_SIGNATURE": sign(body, HIDDEN)}, lambda status, _: said.append(status))
    assert said == ["500 Internal Server Error"]
    return [receiver, AsgiReceiver(handler, HIDDEN)]


async def ask_asynchronously(sandbox: Sandbox, things: list[object], told: list[str]) -> None:
    async with AsyncTradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client:
        await client.exchange(COMPANIES.list(email=f"ann@{PERSON}.example"))
        things.append(client)
    async with AsyncTradeGeckoClient(f"{HIDDEN}-token", base_url="http://127.0.0.1:1", retry=NO_RETRY) as nowhere:
        with refused(told):
            await nowhere.orders.create({"notes": PERSON})


# ── what is new is found ─────────────────────────────────────────────────────────────────────


def modules() -> Iterator[str]:
    for module in pkgutil.walk_packages([str(PACKAGE)], "tradegecko_bridge."):
        if ".migrations." not in module.name and not module.name.endswith("__main__"):
            yield module.name


def classes() -> set[type]:
    """Every class of the package."""
    found = (vars(importlib.import_module(name)).values() for name in modules())
    ours = (one for values in found for one in values if isinstance(one, type))
    return {one for one in ours if one.__module__.startswith("tradegecko_bridge")}


SECRET_NAME = re.compile(
    r"(^|_)(token|secret|pass(word|phrase|wd)?|api_?key|keys?|credentials?|cookies?|auth|proxy)s?($|_)"
)
NO_SECRETS = {
    "Alert.key": "what an alert is about",
    "Finding.key": "what an alert would be about",
    "ItemResult.key": "what a result is about",
    "OutboxEntry.key": "a SKU, or a product's id",
    "Telling.key": "a function",
    "Wanted.key": "a SKU, or a product's id",
    "MirrorRow.keys": "digests by which a row is found",
    "Kind.keys": "a function",
    "Call.idempotency_key": "goes with a request, and opens nothing",
    "LoginSettings.tokens": "where tokens are kept",
    "_TradeGecko.tokens": "where tokens are kept",
    "OAuthApp.token_url": "an address",
}
"""Fields that are named like secrets and hold none."""


def hides(kind: object) -> bool:
    """Whether values of a type hide themselves: secrets, or none, or lists of them."""
    if kind in (Secret, SecretValues, type(None), ...):
        return True
    if get_origin(kind) is Annotated:
        return hides(get_args(kind)[0])
    return bool(get_args(kind)) and all(map(hides, get_args(kind)))


def test_whatever_is_named_like_a_secret_hides_itself() -> None:
    """A field of that name is a Secret, which no `repr`, `asdict` or pickle gives away, unless it is said why not."""
    found = {
        f"{kind.__name__}.{field.name}": field.type
        for kind in classes()
        if attrs.has(kind)
        for field in attrs.fields(attrs.resolve_types(kind))
        if SECRET_NAME.search(field.name)
    }
    assert {name for name, kind in found.items() if not hides(kind)} == NO_SECRETS.keys() & found.keys()
    assert found.keys() >= NO_SECRETS.keys(), "what is gone needs no reason"
    assert {"Config.access_token", "OAuthApp.client_secret", "WsgiReceiver.secret"} <= found.keys()


def test_a_repr_works_whatever_is_missing() -> None:
    """Tracebacks with locals show what could not be made, too."""
    whole = [kind for kind in classes() if issubclass(kind, OfThisProcess) and not isabstract(kind)]
    assert {SqlStore, TradeGeckoClient, VendureSource, BearerToken} <= set(whole)
    for kind in whole:
        assert repr(kind.__new__(kind))


def test_http_and_databases_are_used_through_what_keeps_them_quiet() -> None:
    """No other client of httpx's and no other engine of SQLAlchemy's is made anywhere."""
    loud = re.compile(
        r"httpx\.(Async)?Client\(|= httpx\.(Async)?Client$|httpx\.(get|post|put|patch|delete|request|stream)\("
        r"|from sqlalchemy.* import .*create_engine"
    )
    found = [
        (file.relative_to(PACKAGE).as_posix(), line.strip())
        for file in PACKAGE.rglob("*.py")
        for line in file.read_text(encoding="utf-8").splitlines()
        if loud.search(line)
    ]
    assert found == [("stores/sql/database.py", "from sqlalchemy import create_engine as sqlalchemy_engine")]


# ── what plugins and callers do ──────────────────────────────────────────────────────────────


class Careless:
    """A source that quotes its options."""

    def __init__(self, *, name: str, password: str, kind: type[Exception]) -> None:
        self.name = name
        try:
            raise KeyError(password)
        except KeyError as error:
            raise kind(f"wrong: {password}") from error


@pytest.mark.parametrize("kind", [TypeError, ValueError, RuntimeError, OSError])
def test_a_plugin_that_quotes_its_options(monkeypatch: pytest.MonkeyPatch, kind: type[Exception]) -> None:
    """Its text, its causes and its frames are not part of the error."""
    monkeypatch.setattr(plugins, "entry_points", lambda group: [EntryPoint("careless", "x:y", group)])
    monkeypatch.setattr(EntryPoint, "load", lambda _: Careless)
    told: list[str] = []
    options = SecretValues({"password": HIDDEN, "kind": kind})
    with refused(told):
        plugins.make_source("careless", {**options, "name": "shop"})
    assert f"cannot be made ({kind.__name__} at {__file__}:" in told[0]
    with refused(told):
        plugins.make_source("careless", {**options, "more": 1})
    assert HIDDEN not in "".join(told)


def refuse(text: str) -> str:
    raise ValueError(f"wrong: {text}")


def fail(text: str) -> str:
    raise RuntimeError(f"wrong: {text}")


@attrs.frozen
class Choosy:
    """Options of a class that quotes what it is given."""

    word: Any = attrs.field(default="", converter=refuse)


@attrs.frozen
class Surprising:
    """The same, in a way nobody expects."""

    word: Any = attrs.field(default="", converter=fail)


@pytest.mark.parametrize(("kind", "error"), [(Choosy, "ValueError"), (Surprising, "RuntimeError")])
def test_a_plugins_own_class_that_quotes_its_options(monkeypatch: pytest.MonkeyPatch, kind: type, error: str) -> None:
    """The same where an option is read."""

    def make(*, choosy: object) -> None:
        raise AssertionError

    make.__annotations__["choosy"] = kind
    monkeypatch.setattr(plugins, "entry_points", lambda group: [EntryPoint("choosy", "x:y", group)])
    monkeypatch.setattr(EntryPoint, "load", lambda _: make)
    ((path, problem),) = plugins.option_faults("choosy", {"choosy": {"word": HIDDEN}})
    assert (path, problem) == (("options", "choosy"), f"is not accepted ({error})")


def test_values_that_may_be_secret() -> None:
    """They are read like any mapping, and shown by their names only."""
    values = SecretValues({"password": HIDDEN, "url": "u"})
    assert dict(values) == {"password": HIDDEN, "url": "u"}
    assert values == {"password": HIDDEN, "url": "u"}
    assert repr(values) == "{'password': ***, 'url': ***}"
