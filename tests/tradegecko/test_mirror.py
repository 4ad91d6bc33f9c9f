"""Keeping up with an account in which very much changed at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import HandClock
from tests.tradegecko.support import PAGE as PAGE_TOLD
from tests.tradegecko.support import mocked
from tradegecko_bridge import Sandbox, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.ports import MirrorStore
from tradegecko_bridge.tradegecko.gateway.mirror import LATE_PAGES, MOST_PAGES, Mirror
from tradegecko_bridge.tradegecko.gateway.mirror_book import MirrorBook
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import COMPANIES, VARIANTS, company_keys
from tradegecko_bridge.tradegecko.records import Variant

MANY = 100
"""Variants a product."""
PAGE = 250


class Import:
    """An account that is filled while its clock stands still or moves by hand."""

    def __init__(self) -> None:
        self.now = datetime(2021, 3, 1, tzinfo=UTC)
        self.count = 0

    def products(self, client: TradeGeckoClient, number: int, *, apart: timedelta = timedelta(0)) -> list[str]:
        """Make products of a hundred variants each, so far apart; the new SKUs."""
        made: list[str] = []
        for _ in range(number):
            self.now += apart
            self.count += 1
            skus = [f"SKU-{self.count}-{n}" for n in range(MANY)]
            variants = [{"sku": sku, "name": sku, "opt1": sku} for sku in skus]
            client.products.create({"name": f"Product {self.count}", "opt1": "Size", "variants": variants})
            made += skus
        return made


@pytest.fixture
def imported() -> Import:
    return Import()


@pytest.fixture
def client(imported: Import) -> Iterator[TradeGeckoClient]:
    """A client of an account without anything in it."""
    with (
        Sandbox(seed="empty", rate_limit=None, clock=lambda: imported.now) as sandbox,
        TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client,
    ):
        yield client


def looked_up(client: TradeGeckoClient, book: MirrorBook, skus: list[str]) -> tuple[int | None, int]:
    """How many of these a new process finds by what is remembered (None: it cannot say), and the requests that took."""
    mirror = Mirror(client, book, clock=HandClock())
    assert mirror.account
    before = client.calls
    found = mirror.find(VARIANTS, "sku", skus)
    return (None if found is None else len(found)), client.calls - before


def test_an_import_of_one_moment_is_read_to_its_end(client: TradeGeckoClient, imported: Import) -> None:
    """Also when one moment has more rows than are read at a time: the next run reads on where the last one stopped."""
    skus, book = imported.products(client, 32), MirrorBook()
    assert looked_up(client, book, skus) == (None, MOST_PAGES)
    found, calls = looked_up(client, book, skus)
    assert found == len(skus)
    assert calls <= LATE_PAGES + len(skus) // PAGE + 1 - MOST_PAGES + 2
    assert looked_up(client, book, skus) == (len(skus), LATE_PAGES + 2)


def test_what_comes_at_such_a_moment_is_seen_too(client: TradeGeckoClient, imported: Import) -> None:
    """It stands behind what was read before."""
    book = MirrorBook()
    skus = imported.products(client, 32)
    assert looked_up(client, book, skus)[0] is None
    assert looked_up(client, book, skus)[0] == len(skus)
    late = imported.products(client, 1)
    assert looked_up(client, book, late)[0] == len(late)
    imported.now += timedelta(hours=1)
    later = imported.products(client, 1)
    assert looked_up(client, book, later)[0] == len(later)


def test_much_within_two_minutes_does_not_keep_it_from_the_end(client: TradeGeckoClient, imported: Import) -> None:
    """What is read again for the sake of late changes is limited; what is new is read in any case."""
    book = MirrorBook()
    skus = imported.products(client, 32, apart=timedelta(seconds=2))
    assert looked_up(client, book, skus)[0] is None
    assert looked_up(client, book, skus)[0] == len(skus)
    skus += imported.products(client, 2, apart=timedelta(seconds=2))
    found, calls = looked_up(client, book, skus)
    assert found == len(skus)
    assert calls <= LATE_PAGES + 2


@pytest.mark.parametrize(("orders", "is_whole"), [(200, False), (400, True)])
def test_very_much_that_changed_is_read_where_that_pays_this_run(
    client: TradeGeckoClient, imported: Import, orders: int, is_whole: bool
) -> None:
    """As far as it saves requests; else no more than usual, and the next runs go on."""
    book = MirrorBook()
    assert looked_up(client, book, imported.products(client, 1))[0]
    skus = imported.products(client, 32, apart=timedelta(minutes=1))
    gateway = TradeGeckoGateway(client, mirror=book, clock=HandClock())
    gateway.prepare(orders, lambda *_: None)
    before = client.calls
    assert gateway.find_variants(skus[-2:]).keys() == set(skus[-2:])
    pages = len(skus) // (PAGE // MANY * MANY) if is_whole else MOST_PAGES  # no moment is read in part
    assert client.calls - before <= pages + 1
    cursor = book.progress(Mirror(client, book).account, VARIANTS.name).cursor or ""
    assert cursor.startswith(f"{imported.now:%Y-%m-%dT%H:%M}") is is_whole


@given(st.lists(st.integers(0, 3), min_size=1, max_size=6), st.integers(0, 8))
@settings(max_examples=25, deadline=None)
def test_the_first_reading_leads_further_a_page_at_a_time(rows: list[int], apart: int) -> None:
    """Whatever was made in how short a time: read of a little in every run, the end is reached all the same."""
    now, rows_of = datetime(2021, 3, 1, tzinfo=UTC), list[dict[str, object]]()
    for number, amount in enumerate(rows):
        at = (now + timedelta(seconds=apart * 20 * number)).isoformat()
        for _ in range(100 * amount):
            rows_of.append({"id": len(rows_of) + 1, "sku": f"S-{len(rows_of)}", "updated_at": at, "created_at": at})
    listed = Listed(rows_of)
    book, runs = MirrorBook(), 0
    while not book.progress("1@https://api.example", VARIANTS.name).complete:
        Mirror(mocked(listed), book).read_on(VARIANTS, lambda *_: False)
        runs += 1
        assert runs <= len(rows_of) // (PAGE - 1) + 1 + len(rows)  # where a moment begins its rows come once more
    assert book.counts("1@https://api.example", VARIANTS.name).added == len(rows_of)


class Listed:
    """An account of these variants, by when they changed."""

    def __init__(self, rows: list[dict[str, object]]) -> None:
        self.rows = rows

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/accounts"):
            return httpx.Response(200, json={"account": {"id": 1}})
        since, page = request.url.params.get("updated_at_min"), int(request.url.params.get("page", 1))
        found = [
            row for row in self.rows
            if not since or datetime.fromisoformat(str(row["updated_at"])) >= datetime.fromisoformat(since)
        ]  # fmt: skip
        pages = max(-(-len(found) // PAGE), 1)
        told = PAGE_TOLD | {"total_records": len(found), "total_pages": pages, "last_page": page >= pages}
        rows = found[(page - 1) * PAGE : page * PAGE]
        return httpx.Response(200, json={"variants": rows}, headers={"X-Pagination": json.dumps(told)})


def test_invalidating_leaves_digests_as_they_are(client: TradeGeckoClient) -> None:
    """Another thread is comparing addresses by them just then."""
    mirror = Mirror(client, MirrorBook(), clock=HandClock())
    before = mirror.digest("1 King St")
    mirror.invalidate()
    assert mirror.digest("1 King St") == before


def test_what_is_invalid_is_not_answered_from_until_the_next_run(client: TradeGeckoClient) -> None:
    """It can still be told what was remembered."""
    mirror = Mirror(client, MirrorBook(), clock=HandClock())
    mirror.put(VARIANTS, Variant(id=7, sku="MUG"))
    mirror.invalidate()
    assert mirror.find(VARIANTS, "sku", ["MUG"]) is None
    assert [row.id for row in mirror.last_known(VARIANTS, "sku", ["MUG"])] == ["7"]
    mirror.flush()
    mirror.begin()
    found = mirror.find(VARIANTS, "sku", ["MUG"])
    assert found is not None
    assert [row.id for row in found] == ["7"]


def test_what_is_not_there_is_forgotten_everywhere(client: TradeGeckoClient) -> None:
    """Where it was written down, where it was learned, and where it is yet to be written."""
    book = MirrorBook()
    mirror = Mirror(client, book, clock=HandClock())
    mug = Variant(id=7, sku="MUG")
    book.write(mirror.account, VARIANTS.name, [VARIANTS.row(mug, mirror.digest)])
    mirror.put(VARIANTS, mug)
    mirror.remove(VARIANTS, "7")
    assert mirror.find(VARIANTS, "sku", ["MUG"]) == []
    mirror.flush()
    assert list(book.find(mirror.account, VARIANTS.name, "sku", ["MUG"])) == []


@pytest.mark.parametrize("how", ["a later look in the same run", "the next run, when another process has listed it"])
def test_what_was_learned_ends_with_what_is_listed(client: TradeGeckoClient, how: str) -> None:
    """A customer made by this process whose e-mail address changed is not found by the old one any more."""
    book, clock = MirrorBook(), HandClock()
    mirror = Mirror(client, book, clock=clock)

    def found(email: str) -> list[str]:
        ((key, value),) = company_keys(mirror.digest, name=None, email=email, phone=None, code=None)
        rows = mirror.find(COMPANIES, key, [value])
        assert rows is not None
        return [row.id for row in rows]

    assert found("old@example.com") == []
    made = client.companies.create({"name": "Ann", "company_type": "consumer", "email": "old@example.com"})
    mirror.put(COMPANIES, made)
    mirror.flush()
    assert found("old@example.com") == [str(made.id)]
    client.companies.update(made.id, {"email": "new@example.com"})
    if how.startswith("a later"):
        clock.move(minutes=6)
    else:
        changed = COMPANIES.row(client.companies.get(made.id), mirror.digest)
        book.write(mirror.account, COMPANIES.name, [changed])
        mirror.begin()
    assert (found("old@example.com"), found("new@example.com")) == ([], [str(made.id)])


def test_settings_from_the_future_are_read_anew(client: TradeGeckoClient) -> None:
    """The clock was set back since they were read: nobody knows how old they are."""
    book, clock = MirrorBook(), HandClock()
    mirror = Mirror(client, book, clock=clock)
    assert mirror.settings("rates", lambda: {"13": "old"}) == {"13": "old"}
    mirror.begin()
    assert mirror.settings("rates", lambda: {"13": "new"}) == {"13": "old"}
    clock.move(days=-30)
    mirror.begin()
    assert mirror.settings("rates", lambda: {"13": "new"}) == {"13": "new"}


def test_nobody_makes_a_digest_without_the_store_s_key(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Of one store it is the same for all, all the time; of another it is another one."""
    book = MirrorBook()
    mine, yours, other = (Mirror(client, store) for store in (book, book, MirrorBook()))
    said = mine.digest("ann@example.com")
    mine.begin()
    assert said == mine.digest("ann@example.com") == yours.digest("ann@example.com")
    assert said != other.digest("ann@example.com")
    mine.begin(read_only=True)
    assert said != mine.digest("ann@example.com"), "nothing is compared with what is kept"


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), min_size=1, max_size=8),
    st.lists(st.integers(0, 40), min_size=1, max_size=8),
)
@settings(max_examples=60, deadline=None)
def test_what_shows_late_is_read_all_the_same(changes: list[tuple[int, int]], readings: list[int]) -> None:
    """Whenever it changed (minutes), however many minutes later it shows, and whenever anybody reads."""
    began, book = datetime(2021, 3, 1, tzinfo=UTC), MirrorBook()
    rows = [
        (late + minute, {"id": id_, "sku": f"S-{id_}", "updated_at": (began + timedelta(minutes=minute)).isoformat()})
        for id_, (minute, late) in enumerate(sorted(changes), 1)
    ]
    for minute in [*sorted(readings), 60]:
        listed = Listed([row for shows, row in rows if shows <= minute])
        mirror = Mirror(mocked(listed), book, clock=HandClock(began + timedelta(minutes=minute)))
        assert mirror.find(VARIANTS, "sku", []) is not None
    assert book.counts("1@https://api.example", VARIANTS.name).added == len(rows)


@pytest.mark.parametrize("lost_at", [1, 2])
def test_a_store_that_is_restored_meanwhile_is_not_whole(lost_at: int) -> None:
    """What was read before is not in it, so nothing is said of what is not there; the next run reads it all."""
    at = datetime(2021, 3, 1, tzinfo=UTC)
    moments = [(at + timedelta(minutes=n)).isoformat() for n in range(PAGE + 1)]
    rows: list[dict[str, object]] = [
        {"id": n, "sku": f"S-{n}", "updated_at": moment} for n, moment in enumerate(moments, 1)
    ]
    books, listed, asked = [MirrorBook(), MirrorBook()], Listed(rows), list[str]()
    shared: Any = lambda: books[0]  # noqa: E731 - what the mirror's store is now

    class Replaced:
        def __getattr__(self, name: str) -> Any:
            return getattr(shared(), name)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if asked.count("/variants") == lost_at + 1 and len(books) == 2:
            del books[0]
        return listed(request)

    clock = HandClock(at + timedelta(days=1))
    first, store = mocked(answer), cast("MirrorStore", Replaced())
    for _ in range(lost_at):
        Mirror(first, store, clock=clock).find(VARIANTS, "sku", [])
    assert len(books) == 1
    for _ in range(2):
        mirror = Mirror(first, store, clock=clock)
        found = mirror.find(VARIANTS, "sku", [f"S-{n}" for n in (1, PAGE + 1)])
        assert found is None or len(found) == 2
    assert found is not None
