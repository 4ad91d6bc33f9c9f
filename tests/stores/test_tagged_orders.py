"""Whatever way an order went: after its expiry no byte of the ledger's files tells whose it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from attrs import evolve

from tests.stores import postgres
from tests.stores.tagged import CALLING, CARD, STEM, TRACKING, left_in, quoted, tag, tagged
from tests.support import HandClock, ListSource, require
from tradegecko_bridge import Decisions, Sandbox, SqlStore, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import ItemResult, SourceOrder, UnreadableOrder, Verdict
from tradegecko_bridge.commerce.remote import OrderDraft, RemoteOrder
from tradegecko_bridge.engine import ConnectionSettings, Timing, expire_personal_data
from tradegecko_bridge.errors import GatewayError, OutcomeUnknown, Rejected, SourceUnavailable, Unavailable
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.stores.sql.statistics import UNSAMPLED

FAILURES: Final[Mapping[str, type[GatewayError]]] = {
    "1002": Rejected,
    "1003": Unavailable,
    "1004": OutcomeUnknown,
    "1005": OutcomeUnknown,
    "1009": OutcomeUnknown,
    "1011": Rejected,
}
"""How the sending of an order ends, whose number this is."""
ARRIVES: Final = frozenset({"1005"})
"""Sent without an answer, and there all the same."""
NUMBERS: Final = [str(number) for number in range(1001, 1013) if number != 1007]  # that one nobody can read
TOLD: Final = {"1010"}
"""Orders whose shipments their source refuses."""


class Careless(TradeGeckoGateway):
    """A system that quotes the whole order in whatever it says of it; until ``is_open`` it invoices nothing."""

    is_open = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.sent_as: dict[str, OrderDraft] = {}

    def create_order(self, draft: OrderDraft, **how: Any) -> RemoteOrder:
        failure = FAILURES.get(draft.number)
        if failure is None or draft.number in ARRIVES:
            remote = super().create_order(draft, **how)
            self.sent_as[remote.id] = draft
        if failure is not None:
            raise failure(quoted(draft))
        return remote

    def perform_action(self, order_id: str, action: str, **how: Any) -> None:
        if not self.is_open:
            raise Rejected(quoted(self.sent_as[order_id]))
        super().perform_action(order_id, action, **how)


class Shop(ListSource):
    """Gives what is in ``next``, then fails with ``failure``; refuses some shipments, naming whom they are for."""

    next: Sequence[SourceOrder | UnreadableOrder] = ()
    failure: str = ""

    def fetch_orders(self, _after: str | None) -> Iterator[SourceOrder | UnreadableOrder]:
        given, self.next = self.next, ()
        yield from given
        if self.failure:
            raise SourceUnavailable(self.failure)

    def accept_tracking(self, shipments: Sequence[Any]) -> list[ItemResult]:
        refused = {one.reference for one in shipments if one.order_number in TOLD}
        return [
            ItemResult(key=one.reference, verdict=Verdict.REFUSED, message=f"{tag('1010', 'first')} has moved")
            if one.reference in refused
            else ItemResult(key=one.reference, verdict=Verdict.ACCEPTED)
            for one in shipments
        ]


def live(store: SqlStore, client: TradeGeckoClient, clock: HandClock) -> None:
    """Orders of every kind, each to its end."""
    orders = {number: tagged(number) for number in NUMBERS}
    changed = {number: tagged(number, "9") for number in ("1009", "1011")}
    source, gateway = Shop(), Careless(client, mirror=store.mirror, clock=clock)
    engine = SyncEngine(
        "shop",
        source=source,
        gateway=gateway,
        store=store,
        settings=ConnectionSettings(order_status="finalized", create_invoice=True),
        timing=Timing(horizon=timedelta(hours=5)),
        clock=clock,
        worker="tester",
        in_flight=1,
    )

    def run(*given: SourceOrder | UnreadableOrder, failure: str = "") -> None:
        source.next, source.failure = given, failure
        clock.move(hours=1)
        engine.run()

    def unreadable(number: str) -> UnreadableOrder:
        return UnreadableOrder(problem=quoted(tagged(number)), reference=number, number=number, cursor="1012")

    run(*orders.values(), unreadable("1007"))
    run(*changed.values(), evolve(orders["1006"], canceled_at=clock()))
    run(unreadable("1008"), evolve(orders["1012"], note=tag("1012", "later")))
    for number in ("1001", "1010"):
        ship(client, number)
    run(failure=f"while reading order 1001: {quoted(orders['1001'])}")
    decisions = Decisions(store, who="bob", clock=clock)
    for entry in store.entries(states={OrderState.DELIVERED, OrderState.CONFIRMED, OrderState.SHIPPED}):
        if entry.pending_actions:
            decisions.retry([entry], f"spoke to {tag(entry.number, 'first')}")
    gateway.is_open, source.failure = True, ""
    for _ in range(10):
        clock.move(hours=1)
        engine.deliver_orders()
    assert not store.entries(states={OrderState.UNCERTAIN})
    for entry in store.entries(states={OrderState.HELD}):
        content = entry.order
        decisions.skip([entry], f"spoke to {content.customer.full_name if content else STEM}")


def ship(client: TradeGeckoClient, number: str) -> None:
    """All of it leaves, in one parcel."""
    (order,) = client.orders.list(order_number=number)
    lines = [line for line in client.order_line_items.list(order_id=order.id) if line.variant_id]
    items = [{"order_line_item_id": line.id, "quantity": line.quantity} for line in lines]
    fields = {"tracking_number": TRACKING, "tracking_company": "UPS", "tracking_url": f"https://ups.example/{TRACKING}"}
    client.fulfillments.create({"order_id": order.id, "status": "fulfilled", "fulfillment_line_items": items, **fields})


def expire(store: SqlStore, clock: HandClock) -> None:
    """A hundred days later: every order loses its personal data, and the files do."""
    clock.move(days=100)
    done = expire_personal_data(
        store, "shop", older_than=timedelta(days=90), who="nightly", also_delivered=True, clock=clock
    )
    assert (done.orders, done.scrubbed) == (12, True)
    assert not [entry.number for entry in store.entries() if entry.expired_at is None]


def test_nothing_is_left_in_the_files(tmp_path: Path, sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Of SQLite: the database, its log and its index, while the ledger stays open."""
    clock = HandClock()
    with SqlStore(f"sqlite:///{tmp_path / 'ledger.db'}") as store:
        live(store, client, clock)
        went_every_way(store)
        assert left_in(tmp_path)
        assert left_in(tmp_path, [CARD]) == [], "never there"
        with store._database.writing() as tx:
            tx.exec_driver_sql("ANALYZE")
        expire(store, clock)
        assert left_in(tmp_path) == []


@pytest.mark.parametrize("sampled", [False, True], ids=["as it is", "with statistics"])
def test_nothing_is_left_in_the_server_s_tables(sampled: bool, client: TradeGeckoClient) -> None:
    """Of PostgreSQL: the files of all its tables and indexes, and what can be read of its statistics. Its log (WAL) is
    the server's business.

    Statistics of all columns are what earlier versions had; autovacuum takes them as ANALYZE does.
    """
    if reason := postgres.missing():
        require(reason)
    clock = HandClock()
    with postgres.running() as server, SqlStore(server.url) as store:
        if sampled:
            take_statistics(server)
        live(store, client, clock)
        went_every_way(store)
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("ANALYZE")
        assert tables_hold(server)
        assert bool(statistics_hold(server)) is sampled
        assert rows_hold(server)
        expire(store, clock)
        assert tables_hold(server) == []
        assert statistics_hold(server) == rows_hold(server) == []
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("ANALYZE")
            assert connection.execute("SELECT count(*) FROM pg_stats WHERE tablename = 'ledger_orders'").fetchone() != (
                0,
            )
        assert statistics_hold(server) == []


def take_statistics(server: postgres.Server) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        for table, columns in UNSAMPLED.items():
            for column in columns:
                connection.execute(f'ALTER TABLE {table} ALTER "{column}" SET STATISTICS -1')


def tables_hold(server: postgres.Server) -> list[str]:
    """What is left in the server's files of tables, once all that is in its memory is written there."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    return [*left_in(server.data / "base"), *left_in(server.data / "global")]


def statistics_hold(server: postgres.Server) -> list[str]:
    """What can be read of any statistics: in the files it may be compressed."""
    slots = ", ".join(f"stavalues{slot}::text" for slot in range(1, 6))
    return _read(server, f"SELECT {slots} FROM pg_statistic")


def rows_hold(server: postgres.Server) -> list[str]:
    """What can be read of any row."""
    return [line for table in UNSAMPLED for line in _read(server, f"SELECT one::text FROM {table} AS one")]


def _read(server: postgres.Server, query: str) -> list[str]:
    with psycopg.connect(server.url) as connection:
        rows = [str(row).casefold() for row in connection.execute(query)]
    return [row[:200] for row in rows if any(text.casefold() in row for text in (STEM, CALLING, CARD))]


def test_a_view_keeps_statistics_and_is_told(postgres_ledger: str, caplog: pytest.LogCaptureFixture) -> None:
    """They cannot be removed then: it is said, and the ledger is not taken for clean."""
    with SqlStore(postgres_ledger) as store:
        store.ingest("shop", [tagged(number) for number in NUMBERS], at=HandClock()())
        with psycopg.connect(postgres_ledger, autocommit=True) as connection:
            connection.execute("ALTER TABLE ledger_orders ALTER content SET STATISTICS 100")
            connection.execute("CREATE VIEW mine AS SELECT content FROM ledger_orders")
            connection.execute("ANALYZE ledger_orders")
            assert store.scrub() is False
            assert "ledger_orders.content" in caplog.text
            connection.execute("DROP VIEW mine")
            assert store.scrub() is True
            kept = "SELECT count(*) FROM pg_stats WHERE (tablename, attname) = ('ledger_orders', 'content')"
            assert connection.execute(kept).fetchone() == (0,)


def went_every_way(store: SqlStore) -> None:
    """That the orders above are what they are meant to be."""
    states = {entry.number: str(entry.state) for entry in store.entries()}
    assert states == {
        **dict.fromkeys(("1005", "1006", "1008", "1012"), "delivered"),
        **dict.fromkeys(("1002", "1007", "1011"), "skipped"),
        **dict.fromkeys(("1003", "1004", "1009"), "failed"),
        "1001": "confirmed",
        "1010": "shipped",
    }
    codes = {entry.number: entry.reason.code for entry in store.entries() if entry.reason}
    assert {codes[number] for number in ("1003", "1004", "1009")} == {"gave_up", "gave_up_in_doubt"}
    alerts = [alert.text for alert in store.alerts(closed=True)]
    assert any(STEM.upper() in text for text in alerts), "a source's exception is quoted until its order expires"
    said = [event.why for entry in store.entries() for event in store.history(entry.id)]
    assert sum("refused: " in why for why in said) > len(FAILURES)


def test_who_does_not_own_the_tables_is_told(postgres_ledger: str, caplog: pytest.LogCaptureFixture) -> None:
    """PostgreSQL then writes none of them anew either."""
    SqlStore(postgres_ledger).close()
    with psycopg.connect(postgres_ledger, autocommit=True) as connection:
        connection.execute("CREATE ROLE guest LOGIN")
        connection.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO guest")
    with SqlStore(postgres_ledger.replace("bridge@", "guest@")) as store:
        assert store.scrub() is False
    assert "does not own its tables" in caplog.text
