"""What plugins raise may quote secrets: nothing of it but type and place stays behind the errors that programs see."""

from __future__ import annotations

import logging
import pickle
import traceback
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.bench import Bench
from tests.support import ListSource
from tests.tradegecko.oauth import APP, AT, Clock, Server, keeper, pair
from tradegecko_bridge import MemoryStore, Sandbox, SyncEngine, TradeGeckoClient
from tradegecko_bridge.engine import gateway_calls, source_calls
from tradegecko_bridge.engine.source_calls import close
from tradegecko_bridge.errors import (
    BridgeError,
    OutcomeUnknown,
    Rejected,
    SourceRefused,
    SourceUnavailable,
    StatusError,
    StoreError,
    TokenUnavailable,
    Unavailable,
)
from tradegecko_bridge.foreign import Withheld, call, fault
from tradegecko_bridge.ports import Gateway, TokenStore, sources
from tradegecko_bridge.ports.gateway import ShowsOrders
from tradegecko_bridge.ports.logins import StoredToken, TokenPair
from tradegecko_bridge.stores.tokens import MemoryTokenStore
from tradegecko_bridge.tradegecko.client import StoredLogin, token_calls
from tradegecko_bridge.tradegecko.retry import NO_RETRY

HIDDEN = "Hidden7"
TESTS = str(Path(__file__).parent)
"""In everything a plugin says; never a local of a test, whose frames are searched, too."""
Fail = Callable[[], NoReturn]


# ── what plugins do ──────────────────────────────────────────────────────────────────────────


def quoting(kind: Callable[[str], Exception], *, ours: bool = False) -> Exception:
    """An exception that quotes a secret wherever there is room; in one of ours not in the text, which is meant."""
    error = kind("refused" if ours else f"wrong: {HIDDEN}")
    error.add_note(f"it was {HIDDEN}")
    return error


KINDS: tuple[Callable[[str], Exception], ...] = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    OSError,
    RuntimeError,
    lambda text: ExceptionGroup(text, [ValueError(text)]),
    lambda text: UnicodeDecodeError("utf-8", text.encode(), 0, 1, text),
)
OURS = (SourceRefused, SourceUnavailable, Rejected, Unavailable, StoreError)


def raises(kinds: list[Any], *, implicitly: bool) -> NoReturn:
    """The first of these, from the second, from the third…"""
    kind, *others = kinds
    password = f"{HIDDEN}, a local of theirs"  # noqa: F841
    error = quoting(kind, ours=kind in OURS)
    if not others:
        raise error
    try:
        raises(others, implicitly=implicitly)
    except Exception as behind:
        if implicitly:
            raise error  # noqa: B904
        raise error from behind


@st.composite
def failures(draw: st.DrawFn) -> Fail:
    kinds = draw(st.lists(st.sampled_from([*KINDS, *OURS]), min_size=1, max_size=4))
    return partial(raises, kinds, implicitly=draw(st.booleans()))


Members = Mapping[str, bool]


def members(*ports: type) -> Members:
    """The methods and properties of these ports, and whether it is a property."""
    return {name: isinstance(one, property) for port in ports for name, one in vars(port).items() if name[0] != "_"}


SOURCE = members(*(one for one in vars(sources).values() if getattr(one, "__module__", "") == sources.__name__))
GATEWAY = members(Gateway, ShowsOrders)
TOKENS = members(TokenStore)
ENTRY = ("__enter__", "__exit__")


def a_plugin(known: Members, fail: Callable[[], object], *, late: bool = False) -> Any:
    """One of which everything fails: when it is called, or as its results are gone through."""

    def method(_self: object, *_args: object, **_options: object) -> object:
        return iter(fail, None) if late else fail()

    methods: dict[str, object] = {name: property(method) if known[name] else method for name in known}
    return type("Plugin", (), methods)()


# ── what can be seen ─────────────────────────────────────────────────────────────────────────


def seen(error: BaseException) -> str:
    """All that a program sees of an error, and whoever has its logs and its tracker of errors."""
    whole: list[BaseException] = [error]
    for one in whole:
        whole += [behind for behind in (one.__cause__, one.__context__) if behind is not None and behind not in whole]
    record = logging.LogRecord(
        "host", logging.ERROR, __file__, 1, "failed", None, (type(error), error, error.__traceback__)
    )
    found = traceback.TracebackException.from_exception(error, capture_locals=True)
    lines = [*traceback.format_exception(error), *found.format(), logging.Formatter().format(record)]
    for one in whole:
        frames = traceback.StackSummary.extract(traceback.walk_tb(one.__traceback__), capture_locals=True)
        lines += [repr(one), str(one), repr(vars(one)), repr(pickle.dumps(one)), *frames.format()]
    return "\n".join(lines)


def seen_outside(error: BaseException) -> str:
    """The same without the frames of the test that it came through: who gives a secret away has it."""
    while error.__traceback__ is not None and error.__traceback__.tb_frame.f_code.co_filename.startswith(TESTS):
        error.__traceback__ = error.__traceback__.tb_next
    return seen(error)


def refused(run: Callable[[], object]) -> Exception:
    """What it ends in, with nothing hidden in it."""

    def go() -> None:
        result = run()
        if isinstance(result, Iterable):
            list(result)

    with pytest.raises((BridgeError, AttributeError)) as caught:
        go()
    assert HIDDEN not in seen(caught.value)
    return caught.value


def test_the_search_finds_what_is_hidden() -> None:
    """In a text, a note, a cause, a context and a local."""
    for hide in (
        partial(raises, [ValueError], implicitly=False),
        partial(raises, [Rejected], implicitly=False),
        partial(raises, [Rejected, ValueError], implicitly=True),
    ):
        with pytest.raises((BridgeError, ValueError)) as caught:
            hide()
        assert HIDDEN in seen(caught.value)


# ── the search ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("known", "guarded"),
    [(GATEWAY, gateway_calls.guarded), (TOKENS, token_calls.guarded)],
    ids=["gateway", "token store"],
)
@settings(deadline=None)
@given(fail=failures(), late=st.booleans(), data=st.data())
def test_gateways_and_token_stores(
    known: Members, guarded: Callable[[Any], Any], fail: Fail, late: bool, data: st.DataObject
) -> None:
    """From every method and property there is in the port, also while what it gives is gone through."""
    name = data.draw(st.sampled_from(sorted(known.keys() - {"session"})))
    plugin = guarded(a_plugin(known, fail, late=late and not known[name]))
    refused(lambda: getattr(plugin, name) if known[name] else getattr(plugin, name)("an argument"))


@settings(deadline=None)
@given(fail=failures(), late=st.booleans(), name=st.sampled_from(sorted(SOURCE)))
def test_sources(fail: Fail, late: bool, name: str) -> None:
    """The same, asked as the engine asks them."""
    plugin = a_plugin({name: SOURCE[name]}, fail, late=late and not SOURCE[name])
    if name == "name":
        refused(lambda: SyncEngine("shop", source=plugin, gateway=plugin, store=MemoryStore()))
        return
    plugin.name = "shop"
    if SOURCE[name]:
        refused(lambda: source_calls.guarded(plugin, "telling what it is", lambda: getattr(plugin, name)))
    else:
        refused(lambda: source_calls.iterate(plugin, lambda: getattr(plugin, name)("an argument"), "fetching orders"))


@settings(deadline=None)
@given(failures())
def test_a_source_that_cannot_be_closed(fail: Fail) -> None:
    """The command line lets go of it."""
    plugin = a_plugin({"close": False}, fail)
    plugin.name = "shop"
    refused(lambda: close(plugin))


@settings(deadline=None)
@given(failures(), st.sampled_from(["", "__enter__", "__exit__"]))
def test_the_session_of_a_gateway(fail: Fail, where: str) -> None:
    """Whether it cannot be made, begun or ended."""
    session = type("Session", (), {name: lambda *_, name=name: fail() if name == where else None for name in ENTRY})
    plugin = gateway_calls.guarded(a_plugin({"session": False}, lambda: session() if where else fail()))

    def work() -> None:
        with plugin.session(read_only=True):
            pass

    refused(work)


def test_what_is_done_in_a_session_is_not_the_gateway_s() -> None:
    """It comes out as it is."""
    plugin = gateway_calls.guarded(a_plugin({"session": False}, nullcontext))
    mine = ValueError("mine")
    with pytest.raises(ValueError, match="mine") as caught, plugin.session():
        raise mine
    assert caught.value is mine


# ── what stays ───────────────────────────────────────────────────────────────────────────────


def test_whoever_wrote_the_plugin_finds_the_line() -> None:
    """Type and calls of each exception of the chain, innermost first; ours are there themselves."""
    answer = StatusError("taken", status=422, method="POST", path="/orders", request_id="9f3")

    def inner() -> NoReturn:
        raise KeyError(HIDDEN)

    def outer() -> NoReturn:
        try:
            inner()
        except KeyError as error:
            answer.__cause__ = error
            raise ValueError(HIDDEN) from answer

    plugin = gateway_calls.guarded(a_plugin({"find_orders": False}, outer))
    error = refused(lambda: plugin.find_orders("1001"))
    assert isinstance(error, Unavailable)
    first = outer.__code__.co_firstlineno
    assert str(error) == f"ValueError at {__file__}:{first + 5} in find_orders: a fault in the gateway"
    assert isinstance(error.__cause__, Withheld)
    assert str(error.__cause__).startswith(f"ValueError at {__file__}:{first + 5} in outer, called at {__file__}:")
    assert error.__cause__.__cause__ is answer
    behind = answer.__cause__
    assert isinstance(behind, Withheld)
    assert str(behind) == f"KeyError at {__file__}:{first - 2} in inner, called at {__file__}:{first + 2} in outer"


def test_endless_chains_and_calls_end() -> None:
    """An exception that is its own cause's cause, and one that came out of a thousand calls."""

    def deep(left: int) -> NoReturn:
        if left:
            deep(left - 1)
        first, second = ValueError(HIDDEN), KeyError(HIDDEN)
        first.__cause__, second.__cause__ = second, first
        raise first

    plugin = token_calls.guarded(a_plugin({"load": False}, partial(deep, 500)))
    error = refused(lambda: plugin.load("default"))
    assert len(seen(error)) < 30_000


@pytest.mark.parametrize("kind", OURS)
def test_an_error_of_ours_comes_out_itself(kind: type[BridgeError]) -> None:
    """With its text and all it holds, for the plugin chose it."""
    mine = kind("refused")
    mine.add_note(HIDDEN)

    def fail() -> NoReturn:
        raise mine

    assert refused(lambda: gateway_calls.guarded(a_plugin(GATEWAY, fail)).find_orders("1")) is mine
    assert str(mine) == "refused"


def test_a_write_that_failed_is_in_doubt() -> None:
    """Whatever was raised, and whether it is told or not."""
    plugin: Any = gateway_calls.guarded(a_plugin(GATEWAY, partial(raises, [ValueError], implicitly=False)))
    assert isinstance(refused(lambda: plugin.create_order("draft")), OutcomeUnknown)
    assert isinstance(refused(lambda: plugin.find_orders("1001")), Unavailable)


def test_a_run_whose_source_fails(sandbox: Sandbox, client: TradeGeckoClient, caplog: pytest.LogCaptureFixture) -> None:
    """A program that logs the causes of its report, with their tracebacks, gives nothing away."""

    class Shop(ListSource):
        def fetch_orders(self, after: str | None) -> NoReturn:
            raises([SourceUnavailable, KeyError], implicitly=False)

        def accept_stock(self, levels: object) -> NoReturn:
            raises([ValueError, KeyError], implicitly=True)

    with caplog.at_level(logging.DEBUG):
        for report in Bench(sandbox, client, Shop()).engine.run():
            for cause in report.causes:
                logging.getLogger("host").error("failed", exc_info=cause)
                assert HIDDEN not in seen(cause)
    assert "SourceFailed: list: refused" in caplog.text
    assert "Withheld: KeyError" in caplog.text
    assert HIDDEN not in caplog.text


def test_a_listener_that_fails(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    """It breaks nothing, and the log has type and place."""

    def listen(_event: object) -> NoReturn:
        raises([ValueError, KeyError], implicitly=False)

    with TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url, listeners=[listen]) as client:
        assert client.accounts.current().id
    (said,) = [record.getMessage() for record in caplog.records if record.name == "tradegecko_bridge"]
    assert f": ValueError at {__file__}:" in said
    assert HIDDEN not in caplog.text


# ── token stores ─────────────────────────────────────────────────────────────────────────────


class Quoting(MemoryTokenStore):
    """A token store that fails some times, and quotes what it was given."""

    def __init__(self, *, loads: int = 0, saves: int = 0) -> None:
        super().__init__()
        self.loads, self.saves = loads, saves

    def load(self, name: str) -> StoredToken | None:
        self.loads -= 1
        if self.loads >= 0:
            raise ConnectionError(f"redis://:{HIDDEN}@127.0.0.1 has no {name}")
        return super().load(name)

    def save(self, name: str, pair: TokenPair, *, at: datetime, after: StoredToken | None = None) -> StoredToken:
        self.saves -= 1
        if after is not None and self.saves >= 0:
            raise ValueError(f"{HIDDEN} {pair.access_token.reveal()}")
        return super().save(name, pair, at=at, after=after)


def test_a_token_store_that_fails_sent_nothing() -> None:
    """So trying again later may work, and the line says where the fault is."""
    store = Quoting(loads=1)
    store.save("default", pair(owner=APP.owner), at=AT)
    answered = httpx.MockTransport(lambda _: httpx.Response(200, json={"account": {"id": 12}}))
    login = StoredLogin(APP, store, clock=lambda: AT)
    with TradeGeckoClient(login, base_url=APP.base_url, transport=answered, retry=NO_RETRY) as client:
        error = refused(client.accounts.current)
        assert isinstance(error, TokenUnavailable)
        assert f"the token store failed: ConnectionError at {__file__}:" in str(error)
        assert client.accounts.current().id == 12


def test_a_new_pair_is_not_lost_to_a_store_s_fault() -> None:
    """It is the only one that works, and is offered again, as to a store that says that it fails."""
    store, clock = Quoting(saves=2), Clock(AT + timedelta(hours=3))
    refreshed = keeper(Server(clock), clock, store)[0].usable()
    assert refreshed == store.load("default")
    assert (refreshed.generation, store.saves < 0) == (2, True)


@pytest.mark.parametrize("source", [True, False])
def test_whoever_writes_a_plugin_sees_every_call(caplog: pytest.LogCaptureFixture, *, source: bool) -> None:
    """At DEBUG: of each exception of the chain, whatever it came from; not what they say."""

    def looked_up() -> None:
        raise KeyError(f"{HIDDEN} is no field")

    def read() -> list[Any]:
        try:
            looked_up()
        except KeyError as error:
            raise ValueError(f"row of {HIDDEN}") from error
        return []

    caplog.set_level(logging.DEBUG, "tradegecko_bridge")
    by_gateway = partial(call, read, lambda error: Unavailable(fault(error, "find_orders", "gateway")))
    by_source = partial(source_calls.guarded, ListSource([]), "being read", read)
    with pytest.raises(BridgeError):
        (by_source if source else by_gateway)()
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.DEBUG]
    assert [line.split(" at ")[0] for line in told] == ["ValueError", "KeyError"]
    assert " in read" in told[0]
    assert " in looked_up, called at " in told[1]
    assert HIDDEN not in caplog.text
