"""An account that has had many orders before: it is read by plan, and meanwhile asked for many values at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import HandClock, examples
from tests.tradegecko.test_gateway import a_draft, a_line
from tradegecko_bridge import Sandbox, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import Customer
from tradegecko_bridge.commerce.remote import CustomerMatch, Presence
from tradegecko_bridge.errors import AccessDenied, Unavailable
from tradegecko_bridge.tradegecko.gateway.mirror import MAX_AGE
from tradegecko_bridge.tradegecko.gateway.mirror_book import MirrorBook
from tradegecko_bridge.tradegecko.retry import NO_RETRY

SEED = "big:variants=600,companies=2600,orders=1500"
PAGES = 3 + 11 + 11 + 6
Params = list[tuple[str, str]]


class Ticking(HandClock):
    """A clock that goes on by a millisecond whenever it is asked."""

    def __call__(self) -> Any:
        self.now += timedelta(milliseconds=1)
        return self.now


class Between(httpx.BaseTransport):
    """On the way to the sandbox: questions and answers may be changed."""

    def __init__(self, ask: Callable[[Params], Params] = list, answer: Callable[[Any], None] = lambda _: None) -> None:
        self._inner, self._ask, self._answer = httpx.HTTPTransport(), ask, answer
        self.queries: list[str] = []

    def close(self) -> None:
        self._inner.close()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        params = self._ask(list(request.url.params.multi_items())) if request.method == "GET" else []
        self.queries.append(f"{request.url.path}?{request.url.query.decode()}")
        url = request.url.copy_with(query=urlencode(params).encode() or None)
        headers = httpx.Headers({**request.headers, "Accept-Encoding": "identity"})
        response = self._inner.handle_request(
            httpx.Request(request.method, url, headers=headers, content=request.read(), extensions=request.extensions)
        )
        content = response.read()
        response.close()
        if request.method == "GET" and response.status_code == 200:
            found = json.loads(content)
            answered = Answer(found, response.headers)
            self._answer(answered)
            content = json.dumps(found).encode()
        headers = httpx.Headers([(k, v) for k, v in response.headers.items() if k.lower() != "content-length"])
        return httpx.Response(response.status_code, headers=headers, content=content)


class Answer:
    """An answer that can be changed."""

    def __init__(self, body: Any, headers: httpx.Headers) -> None:
        self.headers = headers
        self.rows: list[Any] = next((rows for rows in body.values() if isinstance(rows, list)), [])

    def has(self, number: int, *, told: bool = True) -> None:
        """Only the first rows; ``told``: and it says that there are no more."""
        del self.rows[number:]
        if "X-Pagination" in self.headers and told:
            page = json.loads(self.headers["X-Pagination"])
            total = min(page["total_records"], number)
            self.headers["X-Pagination"] = json.dumps(
                page | {"total_records": total, "total_pages": 1, "last_page": True}
            )


def lists(change: Callable[[list[str]], list[str]]) -> Callable[[Params], Params]:
    """Where a filter but ``ids`` and ``status`` is given several values, others are read."""

    def ask(params: Params) -> Params:
        given = {name: [value for key, value in params if key == name] for name, _ in params}
        read = {
            name: change(values) if len(values) > 2 and name not in {"ids[]", "status[]"} else values
            for name, values in given.items()
        }
        return [(name, value) for name, values in read.items() for value in values]

    return ask


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox(seed=SEED, rate_limit=None) as sandbox:
        yield sandbox


@pytest.fixture
def account(running: Sandbox) -> Sandbox:
    """An account with more than is read for a few orders."""
    running.reset()
    return running


def client_of(sandbox: Sandbox, **options: Any) -> TradeGeckoClient:
    return TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url, retry=NO_RETRY, **options)


def begun(
    client: TradeGeckoClient, book: MirrorBook | None = None, clock: HandClock | None = None
) -> TradeGeckoGateway:
    """A gateway in a run of one order: it knows a little of each list."""
    gateway = TradeGeckoGateway(client, mirror=book or MirrorBook(), clock=clock or Ticking())
    gateway.prepare(1, lambda *_: None)
    return gateway


def named(*numbers: str) -> list[tuple[str, str]]:
    """These numbers, with markers."""
    return [(number, f"mark {n}") for n, number in enumerate(numbers)]


def customers(*emails: str) -> list[Any]:
    return [(Customer(first_name="Ann", last_name="Lee", email=email), None) for email in emails]


NEW = [f"N-{n}" for n in range(20)]
KNOWN = [f"BIG-{n:07d}" for n in (3, 700, 1500)]


# ── reading ──────────────────────────────────────────────────────────────────────────────────


def test_it_is_read_once_whole_where_that_pays(account: Sandbox) -> None:
    """Told as it goes on, and in the report; what many orders need costs no request from then on."""
    told: list[tuple[int, int]] = []
    with client_of(account) as client:
        gateway = TradeGeckoGateway(client, mirror=MirrorBook(), clock=Ticking())
        assert gateway.prepare(500, lambda *pages: told.append(pages)) == [f"read the account once, in {PAGES} pages"]
        assert [done for done, _ in told] == list(range(1, len(told) + 1))
        assert told[-1] == (len(told), len(told))
        before = client.calls
        found = gateway.prefetch(named(*NEW, *KNOWN), customers("customer7@big.example", "new@example.com"))
        assert list(found.values()) == [Presence.ABSENT] * len(NEW) + [Presence.KNOWN] * len(KNOWN)
        assert client.calls == before


def test_several_runs_read_it_and_say_how_far_they_are(account: Sandbox) -> None:
    """Those without orders as well. What one has read no other reads again."""
    book, clock, calls, notes = MirrorBook(), Ticking(), 0, list[Sequence[str]]()
    for orders in (30, 0, 30):
        with client_of(account) as client:
            gateway = TradeGeckoGateway(client, mirror=book, clock=clock)
            notes.append(gateway.prepare(orders, lambda *_: None))
            calls += client.calls
        clock.move(hours=1)
    first, *others = notes
    assert first[0].startswith("reading the account once, so that orders cost fewer requests: 18 of about ")
    assert first[0].endswith(" pages; the next runs go on")
    assert others == [[], []]
    assert calls <= PAGES + 6
    with client_of(account) as client:
        gateway = TradeGeckoGateway(client, mirror=book, clock=clock)
        assert set(gateway.prefetch(named(*NEW), []).values()) == {Presence.ABSENT}


def test_a_run_that_was_killed_is_gone_on_with(account: Sandbox) -> None:
    """From the page it had come to."""

    class Killed(BaseException):
        pass

    def kill(done: int, _total: int) -> None:
        if done == 6:
            raise Killed

    book, transport = MirrorBook(), Between()
    with client_of(account) as client, pytest.raises(Killed):
        TradeGeckoGateway(client, mirror=book, clock=Ticking()).prepare(500, kill)
    with client_of(account, transport=transport) as client:
        TradeGeckoGateway(client, mirror=book, clock=Ticking()).prepare(500, lambda *_: None)
    companies = [query for query in transport.queries if query.startswith("/companies")]
    assert "updated_at_min" in companies[0]
    assert len(companies) == 11 - 6


def test_a_dry_run_reads_nothing_ahead(account: Sandbox) -> None:
    with client_of(account) as client:
        gateway = TradeGeckoGateway(client, mirror=MirrorBook())
        with gateway.session(read_only=True):
            assert list(gateway.prepare(500, lambda *_: None)) == []
            assert set(gateway.prefetch(named(*NEW), []).values()) == {Presence.POSSIBLE}
        assert client.calls == 0


def test_a_run_without_orders_begins_nothing(account: Sandbox) -> None:
    with client_of(account) as client:
        gateway = TradeGeckoGateway(client, mirror=MirrorBook())
        assert list(gateway.prepare(0, lambda *_: None)) == []
        assert client.calls <= 1  # which account it is


@pytest.mark.parametrize("path", ["/companies", "/variants", "/addresses"])
def test_what_cannot_be_read_ahead_is_said_and_looked_up_one_by_one(account: Sandbox, path: str) -> None:
    """The other lists are read."""
    account.fault("GET", path, "status", times=3, status=503)
    with client_of(account) as client:
        gateway = TradeGeckoGateway(client, mirror=MirrorBook(), clock=Ticking())
        (problem, *_) = gateway.prepare(500, lambda *_: None)
        assert problem.startswith(f"{path[1:]} could not be read ahead and are looked up one by one: ")
        account.instance.faults.clear()
        found = gateway.prefetch(named(*NEW), customers("customer7@big.example"))
        assert set(found.values()) == {Presence.ABSENT}
        ann = Customer(email="customer7@big.example")
        assert gateway.find_customer(ann, billing=None, match=CustomerMatch.NORMAL) == "7"
        assert gateway.find_variants(["BIG-0000007"])["BIG-0000007"][0].id == "7"


def test_nothing_goes_out_while_the_list_of_orders_cannot_be_read(account: Sandbox) -> None:
    """An order of ours may be in it, renumbered. A run without orders only says so."""
    account.fault("GET", "/orders", "status", times=3, status=503)
    with client_of(account) as client:
        book = MirrorBook()
        gateway = TradeGeckoGateway(client, mirror=book, clock=Ticking())
        with pytest.raises(Unavailable):
            gateway.prepare(500, lambda *_: None)
        account.instance.faults.clear()
        begun(client, book)
        account.fault("GET", "/orders", "status", times=3, status=503)
        assert any("orders could not be read" in note for note in gateway.prepare(0, lambda *_: None))


def test_a_login_that_has_ended_ends_it(account: Sandbox) -> None:
    with (
        TradeGeckoClient("0" * 64, base_url=account.base_url, retry=NO_RETRY) as client,
        pytest.raises(AccessDenied),
    ):
        TradeGeckoGateway(client, mirror=MirrorBook()).prepare(500, lambda *_: None)


# ── asking for many values at once ───────────────────────────────────────────────────────────


def test_many_are_asked_for_at_once(account: Sandbox) -> None:
    """A number that nobody has is free; whether an order of ours has another number now, only the account can say."""
    with client_of(account) as client:
        gateway = begun(client)
        before = client.calls
        found = gateway.prefetch(
            named(*NEW, *KNOWN), customers(*(f"customer{n}@big.example" for n in range(1, 2000, 50)))
        )
        assert list(found.values()) == [Presence.FREE] * len(NEW) + [Presence.KNOWN] * len(KNOWN)
        asked, before = client.calls - before, client.calls
        assert asked == 3 + 3  # for orders, customers and their addresses, and for what is known to be there
        ann = Customer(email="customer51@big.example")
        assert gateway.find_customer(ann, billing=None, match=CustomerMatch.NORMAL) == "51"
        gateway.create_order(a_draft("N-1", a_line(rate=None)), key="1", customer_id="51")
        assert client.calls == before + 1
        assert gateway.prefetch(named("N-1"), [])["mark 0"] is Presence.KNOWN


@pytest.mark.parametrize(
    ("ask", "answer"),
    [
        (lists(lambda _: []), None),
        (lists(lambda values: values[-1:]), None),
        (lists(lambda values: values[:1]), None),
        (lists(lambda values: values[:10]), None),
        (lists(lambda values: values[-10:]), None),
        (lists(lambda values: [",".join(values)]), None),
        (None, lambda answer: answer.has(4) if len(answer.rows) < 50 else None),
        (None, lambda answer: answer.has(4, told=False) if len(answer.rows) < 50 else None),
        (None, lambda answer: answer.headers.pop("X-Pagination", None) if len(answer.rows) < 50 else None),
        (None, lambda answer: answer.rows.reverse() if len(answer.rows) < 50 else None),
    ],
    ids=[
        "ignored", "the last", "the first", "the first ten", "the last ten", "one text", "cut off", "cut short",
        "no total", "out of order",
    ],
)  # fmt: skip
def test_an_account_that_does_not_honour_lists_is_asked_one_by_one(
    account: Sandbox, ask: Callable[[Params], Params] | None, answer: Callable[[Any], None] | None
) -> None:
    """What such a list lacks may be there all the same."""
    transport = Between(ask or list, answer or (lambda _: None))
    there = [f"BIG-{n:07d}" for n in range(1201, 1495, 7)]
    with client_of(account) as direct, client_of(account, transport=transport) as client:
        direct.companies.create({"name": "Ann", "company_type": "consumer", "email": "late@example.com"})
        gateway = begun(client)
        found = gateway.prefetch(named(*NEW, *there), customers("late@example.com", *(f"c{n}@x.org" for n in range(9))))
        assert not set(list(found.values())[len(NEW) :]) & {Presence.FREE, Presence.ABSENT}
        assert set(list(found.values())[: len(NEW)]) == {Presence.POSSIBLE}
        ann = Customer(first_name="Ann", email="late@example.com")
        (late,) = direct.companies.list(email="late@example.com")
        if ask:  # single look-ups are answered well
            assert gateway.find_customer(ann, billing=None, match=CustomerMatch.NORMAL) == str(late.id)


def test_odd_numbers_are_asked_for_by_themselves(account: Sandbox) -> None:
    """Commas and brackets may part what belongs together. They keep the others from nothing."""
    with client_of(account) as client:
        gateway = begun(client)
        found = gateway.prefetch(named("A,B", "[7]", "x" * 300, "a\nb", *NEW), [])
        assert list(found.values()) == [Presence.POSSIBLE] * 4 + [Presence.FREE] * len(NEW)


# ── what was learned ─────────────────────────────────────────────────────────────────────────


def test_an_answer_counts_for_some_minutes(account: Sandbox) -> None:
    """As long as what is known of a list that was read to its end; and not in the next run."""
    clock, ann = Ticking(), Customer(email="ann@example.com")
    with client_of(account) as client:
        gateway = begun(client, clock=clock)

        def found() -> str | None:
            return gateway.find_customer(ann, billing=None, match=CustomerMatch.NORMAL)

        assert found() is None
        made = str(client.companies.create({"name": "Ann", "company_type": "consumer", "email": ann.email}).id)
        assert found() is None
        clock.now += MAX_AGE
        assert found() == made
        with gateway.session():
            before = client.calls
            assert found() == made
            assert client.calls > before


def test_old_answers_are_forgotten(account: Sandbox) -> None:
    """A run may take days."""
    clock = Ticking()
    with client_of(account) as client:
        gateway = begun(client, clock=clock)
        for batch in range(5):
            gateway.prefetch(named(*(f"{batch}-{n}" for n in range(50))), [])
            clock.now += MAX_AGE
        assert len(gateway._mirror._answers) <= 50


def test_no_answer_about_numbers_says_where_a_marker_is(account: Sandbox) -> None:
    """An order in doubt may have been renumbered."""
    clock = Ticking()
    with client_of(account) as client:
        made = TradeGeckoGateway(client).create_order(a_draft("N-1"), key="1", customer_id="7")
        client.orders.update(int(made.id), {"order_number": "renamed"})
        gateway = begun(client, clock=clock)
        found = gateway.prefetch([("N-1", "mark-N-1"), *named(*NEW[2:])], [])
        assert found["mark-N-1"] is Presence.FREE
        since = account.now - timedelta(hours=1)
        assert [order.id for order in gateway.find_marked("mark-N-1", since=since, as_of=clock.now)] == [made.id]


def test_an_order_found_after_a_doubt_makes_its_customer_known(account: Sandbox) -> None:
    """It brought the customer along; what was answered before does not count any more."""
    ann = Customer(first_name="Ann", last_name="Lee", email="ann@example.com", phone="+1 416 555 0100")
    with client_of(account) as client:
        gateway = begun(client)
        gateway.prefetch(named(*NEW), [(ann, None), *customers(*(f"c{n}@x.org" for n in range(5)))])
        assert gateway.find_customer(ann, billing=None, match=CustomerMatch.NORMAL) is None
        made = TradeGeckoGateway(client).create_order(a_draft("N-1", customer=ann), key="1", customer_id=None)
        assert [order.id for order in gateway.find_orders("N-1", "mark-N-1")] == [made.id]
        company = str(client.orders.get(int(made.id)).company_id)
        assert gateway.find_customer(ann, billing=None, match=CustomerMatch.NORMAL) == company


# ── the same answers, whichever way ──────────────────────────────────────────────────────────

ODD = [
    "A,B",
    "a,b",
    "[7]",
    "x[]",
    "Straße 1",
    "STRASSE 1",
    "ß",
    "#12",
    "50%",
    "a b",
    "a+b",
    "a&b=c",
    "Nº 5/7",
    "İ",
    "汉",
]
"""Numbers and codes that somebody has given."""


@pytest.fixture(scope="module")
def odd(running: Sandbox) -> Sandbox:
    """The account with odd orders and companies in it."""
    running.reset()
    with client_of(running) as client:
        gateway = TradeGeckoGateway(client)
        for n, text in enumerate(ODD):
            gateway.create_order(a_draft(text, marker=f"odd {n}"), key=f"odd {n}", customer_id="7")
            email = f"{'Ann' if n % 2 else 'ann'}{n}@Example.com"
            made = client.companies.create(
                {"name": f"Ann {n}", "company_type": "consumer", "company_code": text, "email": email}
            )
            if n % 5 == 4:
                client.companies.update(made.id, {"status": "archived"})
        void = gateway.create_order(a_draft("VOID-1"), key="void", customer_id="7")
        gateway.perform_action(void.id, "void", key="void it")
    return running


def spelled(texts: Sequence[str]) -> st.SearchStrategy[str]:
    """One of these, or much like one of them."""
    change = st.sampled_from([str, str.lower, str.upper, lambda text: f" {text} ", lambda text: text[:-1] or "-"])
    return st.builds(lambda text, how: how(text), st.sampled_from(texts), change)


numbers = st.lists(spelled([*ODD, "BIG-0000001", "BIG-0000700", "VOID-1", *NEW[:6]]), min_size=1, max_size=25)
codes = st.none() | spelled([*ODD, "C000007", "C002600"])
emails = st.none() | spelled([f"ann{n}@example.com" for n in range(len(ODD))] + ["customer9@big.example", "a,b@x.org"])
people = st.lists(
    st.builds(Customer, first_name=st.just("Ann"), reference=codes, email=emails), min_size=1, max_size=25
)


@pytest.fixture(scope="module")
def everything(odd: Sandbox) -> MirrorBook:
    """All there is of that account."""
    book = MirrorBook()
    with client_of(odd) as client:
        TradeGeckoGateway(client, mirror=book).prepare(500, lambda *_: None)
    return book


@settings(max_examples=examples(8), deadline=None)
@given(numbers, people, st.sampled_from(CustomerMatch))
def test_found_together_is_what_is_found_one_by_one(
    odd: Sandbox, everything: MirrorBook, numbers: list[str], people: list[Customer], match: CustomerMatch
) -> None:
    """Whether a number is taken, and who a customer is. Others' spellings find no less, and nobody whom one who knows
    the whole account does not find."""
    with client_of(odd) as client:
        one_by_one, whole = TradeGeckoGateway(client), TradeGeckoGateway(client, mirror=everything)
        gateway = begun(client)
        found = gateway.prefetch(named(*numbers), [(person, None) for person in people])
        for (_, mark), number in zip(named(*numbers), numbers, strict=True):
            if found[mark] is not Presence.POSSIBLE:
                assert (found[mark] is Presence.KNOWN) == bool(one_by_one.find_orders(number)), number
        for person in people:
            asked = [one.find_customer(person, billing=None, match=match) for one in (gateway, one_by_one, whole)]
            assert asked[0] == asked[1] or (asked[1] is None and asked[0] == asked[2]), person


def test_another_spelling_is_asked_for(account: Sandbox) -> None:
    """That nobody has it in lower case says nothing of how somebody else writes it."""
    with client_of(account) as client:
        made = client.companies.create({"name": "Ann", "company_type": "consumer", "email": "Ann@Example.com"})
        gateway = begun(client)
        gateway.prefetch([], customers("ann@example.com", *(f"c{n}@x.org" for n in range(9))))
        found = [
            gateway.find_customer(Customer(email=email), billing=None, match=CustomerMatch.NORMAL)
            for email in ("ann@example.com", "Ann@Example.com")
        ]
        assert found == [None, str(made.id)]
