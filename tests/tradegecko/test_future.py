"""Records that say they were changed in times to come: what changes until then is followed all the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import HandClock, examples
from tests.tradegecko.support import PAGE, mocked
from tradegecko_bridge import TradeGeckoGateway
from tradegecko_bridge.ports.mirrors import MirrorProgress
from tradegecko_bridge.tradegecko.codec import write_value
from tradegecko_bridge.tradegecko.gateway.cursors import AHEAD, cursor_at, reached
from tradegecko_bridge.tradegecko.gateway.listing import Position
from tradegecko_bridge.tradegecko.gateway.mirror import OVERLAP, Mirror
from tradegecko_bridge.tradegecko.gateway.mirror_book import MirrorBook
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import VARIANTS

NAME = "1@https://api.example"
FUTURE = datetime(9998, 12, 31, tzinfo=UTC)
A_PAGE = 250


class Account:
    """An account of variants and fulfilments, with a clock; whether its answers have a ``Date``."""

    def __init__(self, *, dated: bool = True) -> None:
        self.clock, self.dated = HandClock(), dated
        self.rows: dict[int, dict[str, Any]] = {}
        self._ids = count(1)
        self.asked = 0

    def change(self, sku: str, at: datetime | None = None, id_: int | None = None) -> int:
        """Make a record, or change one; ``at`` is when it says this was."""
        id_ = id_ or next(self._ids)
        moment = write_value(at or self.clock())
        self.rows[id_] = {"id": id_, "sku": sku, "order_id": 1, "status": "active", "updated_at": moment}
        return id_

    def __call__(self, request: httpx.Request) -> httpx.Response:
        headers = {"Date": format_datetime(self.clock(), usegmt=True)} if self.dated else {}
        if request.url.path.startswith("/accounts"):
            return httpx.Response(200, json={"account": {"id": 1}}, headers=headers)
        self.asked += 1
        since, page = request.url.params.get("updated_at_min", ""), int(request.url.params.get("page", 1))
        rows = sorted((row for row in self.rows.values() if row["updated_at"] >= since), key=lambda r: r["updated_at"])
        pages = max(-(-len(rows) // A_PAGE), 1)
        told = PAGE | {"total_records": len(rows), "total_pages": pages, "last_page": page >= pages}
        body = {request.url.path.strip("/"): rows[(page - 1) * A_PAGE : page * A_PAGE]}
        return httpx.Response(200, json=body, headers=headers | {"X-Pagination": json.dumps(told)})

    def found(self, book: MirrorBook, skus: list[str]) -> list[str]:
        """The ids a new process finds by what is remembered, or by reading what changed."""
        mirror = Mirror(mocked(self), book, clock=self.clock)
        found = mirror.find(VARIANTS, "sku", skus)
        assert found is not None
        mirror.flush()
        return [row.id for row in found]

    def shipped_since(self, cursor: str | None) -> tuple[list[str], str | None]:
        """The ids of the shipments since a cursor, and the cursor after them."""
        found = list(TradeGeckoGateway(mocked(self), clock=self.clock).shipments_since(cursor))
        return [one.id for one in found], found[-1].cursor if found else cursor


@pytest.fixture(params=[True, False], ids=["dated", "undated"])
def account(request: pytest.FixtureRequest) -> Account:
    return Account(dated=request.param)


def test_the_mirror_goes_on_after_a_record_of_the_future(account: Account) -> None:
    """What is made after it is found, and the record itself as it is each time."""
    book = MirrorBook()
    strange = account.change("FUTURE", FUTURE)
    for number in range(3):
        account.clock.move(minutes=10)
        id_ = account.change(f"NEW-{number}")
        assert account.found(book, [f"NEW-{number}", "FUTURE"]) == [str(strange), str(id_)]
    assert reached(book.progress(NAME, VARIANTS.name).cursor, account.clock()).since == account.clock()
    account.change("RENAMED", FUTURE, id_=strange)
    assert account.found(book, ["FUTURE"]) == []
    account.clock.move(minutes=10)
    account.change("PRESENT", id_=strange)
    assert account.found(book, ["FUTURE", "RENAMED", "PRESENT"]) == [str(strange)]


def test_a_cursor_of_an_earlier_version_is_mended(account: Account) -> None:
    """The list is read from its beginning, once."""
    book = MirrorBook()
    ids: list[int] = []
    for number in range(3):
        account.clock.move(hours=1)
        ids.append(account.change(f"NEW-{number}"))
    far = MirrorProgress(cursor=f"{write_value(FUTURE)} page 000001", complete=True, at=account.clock())
    book.write(NAME, VARIANTS.name, [], progress=far)
    account.clock.move(hours=1)
    assert account.found(book, [f"NEW-{number}" for number in range(3)]) == [str(id_) for id_ in ids]
    account.clock.move(hours=1)
    account.rows[1]["sku"] = "NEW"  # as old as before: nobody sees it without reading all of it again
    assert account.found(book, ["NEW"]) == []
    late = account.change("LATE")
    account.clock.move(minutes=10)
    assert account.found(book, ["LATE"]) == [str(late)]


def test_shipments_go_on_after_one_of_the_future(account: Account) -> None:
    """Those after it are told, whatever cursor an earlier version kept."""
    strange = account.change("FUTURE", FUTURE)
    account.clock.move(minutes=10)
    ids, cursor = account.shipped_since(None)
    assert ids == [str(strange)]
    assert cursor == write_value(account.clock())
    account.clock.move(minutes=1)
    new = account.change("NEW")
    account.clock.move(minutes=10)
    assert account.shipped_since(cursor)[0] == [str(new), str(strange)]
    assert account.shipped_since(str(write_value(FUTURE)))[0] == [str(new), str(strange)]


MINUTES = st.integers(0, 30)
# No record goes back behind a moment that was believed: that is told from an older version by nobody.
OFFS = st.sampled_from([None, timedelta(days=3650), timedelta(hours=1), timedelta(seconds=30), -timedelta(seconds=20)])


@settings(max_examples=examples(40), deadline=None)
@given(
    runs=st.lists(st.tuples(MINUTES, st.lists(st.tuples(st.integers(1, 6), OFFS), max_size=4)), max_size=8),
    dated=st.booleans(),
)
def test_whatever_records_say_of_the_time(
    runs: list[tuple[int, list[tuple[int, timedelta | None]]]], dated: bool
) -> None:
    """After each run the mirror knows the account as it is, and every shipment was told since it changed."""
    account, book, told, cursor = Account(dated=dated), MirrorBook(), dict[str, str](), None
    for minutes, changes in runs:
        account.clock.move(minutes=minutes, seconds=61)
        for id_, off in changes:
            now = account.clock()
            account.change(f"{id_} at {now:%d %H:%M:%S}", now + (off or timedelta(0)), id_=id_)
        truth = {str(id_): row["sku"] for id_, row in account.rows.items()}
        for known, sku in truth.items():
            assert account.found(book, [sku]) == [known]
        ids, cursor = account.shipped_since(cursor)
        told |= {known: truth[known] for known in ids}
        assert told == truth


@given(
    since=st.datetimes(timezones=st.just(UTC), min_value=datetime(1000, 1, 1)),  # noqa: DTZ001  # aware by timezones
    page=st.integers(1, 10**6 - 1),
    now=st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2999, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_no_cursor_is_later_than_the_server_s_clock(since: datetime, page: int, now: datetime) -> None:
    """But for less than a listing goes back; up to there it is read as it was written, a page earlier."""
    assert AHEAD < OVERLAP
    cursor = cursor_at(Position(since, page), now)
    until = reached(cursor, now).since
    assert until is not None
    assert until <= now + AHEAD
    if since <= now:
        exact = since.replace(microsecond=since.microsecond // 1000 * 1000)
        assert reached(cursor, now) == Position(exact, max(page - 1, 1))
