"""The ledger in a real PostgreSQL server, under several processes and kills."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import psycopg
import pytest
from attrs import evolve
from sqlalchemy import update

from tests.stores.process import AT, BATCH, batch
from tests.stores.running import running, said, start
from tradegecko_bridge.errors import NumberInUse, StoreBusy, StoreError
from tradegecko_bridge.ledger import LedgerEntry, OrderState, ShipmentState, Transition
from tradegecko_bridge.stores.sql import SqlStore
from tradegecko_bridge.stores.sql.tables import orders
from tradegecko_bridge.testing.builders import a_line, an_order
from tradegecko_bridge.testing.store_checks.cases import SHOP, TRACKED, a_shipment, claim_shipments, with_shipments


def test_eight_processes_open_a_new_ledger(postgres_ledger: str) -> None:
    """Eight processes that open an empty database at once all find the ledger ready."""
    with ExitStack() as stack:
        processes = [stack.enter_context(running("open_it", postgres_ledger)) for _ in range(8)]
        start(*processes)
        assert [said(process) for process in processes] == [[0]] * 8


def test_four_processes_never_claim_the_same_order(postgres_ledger: str) -> None:
    """Four processes that claim at once pass over what the others hold: each order goes to exactly one."""
    with SqlStore(postgres_ledger) as store:
        store.ingest("shop", batch(0, 400), at=AT)
    with ExitStack() as stack:
        workers = [stack.enter_context(running("claim_all", postgres_ledger, f"worker-{n}")) for n in range(4)]
        start(*workers)
        shares = [[order for some in said(worker) for order in some] for worker in workers]
    assert sorted(order for share in shares for order in share) == list(range(1, 401))
    assert sum(bool(share) for share in shares) > 1


@pytest.mark.parametrize(("when", "written"), [("inside", 0), ("after", BATCH)])
def test_killed_while_taking_in(postgres_ledger: str, when: str, written: int) -> None:
    """A process killed before its batch and cursor are written leaves nothing; right after, everything."""
    SqlStore(postgres_ledger).close()
    with running("die_taking_in", postgres_ledger, when) as process:
        assert process.wait() == -9
    with SqlStore(postgres_ledger) as store:
        assert int(store.cursor("shop", "orders") or 0) == len(store.entries("shop")) == written


def test_of_two_that_ask_for_a_number_at_the_same_moment_one_gets_it(postgres_ledger: str) -> None:
    """The second one's look waits for what the first is writing, though neither sees the other's rows."""
    with SqlStore(postgres_ledger) as store, ThreadPoolExecutor(2) as pool:
        steps = []
        for shop in ("one", "other"):
            store.ingest(shop, batch(0, 1), at=AT)
            (entry,) = store.claim(shop, "ann", at=AT, until=AT + timedelta(minutes=5), limit=1)
            steps.append(
                Transition(
                    entry=entry.transition_to(OrderState.SENDING, AT, remote_number="1"),
                    who="ann",
                    require_unique_number=True,
                )
            )
        with psycopg.connect(postgres_ledger) as other:
            other.execute("LOCK TABLE ledger_events IN SHARE MODE")  # whoever writes stops just before its commit
            answers = [pool.submit(store.record_all, [step]) for step in steps]
            while _waiting(postgres_ledger) < 2:
                time.sleep(0.01)
        found = [type(answer.result()[0]) for answer in answers]
        assert sorted(found, key=str) == sorted([LedgerEntry, NumberInUse], key=str)


def _waiting(url: str) -> int:
    """How many wait for a lock."""
    with psycopg.connect(url) as server:
        row = server.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ).fetchone()
    return int(row[0]) if row else 0


def test_whoever_wants_several_orders_takes_them_in_one_order(postgres_ledger: str) -> None:
    """Ingest and tracking wait for the first order they want with none of the later ones in their hands.

    So they cannot wait for each other, in whatever order a source gives orders and a warehouse ships them.
    """
    numbers = [f"{n}" for n in range(1999, 1399, -1)]  # the first one's reference comes last, beyond one statement
    with SqlStore(postgres_ledger) as store, ThreadPoolExecutor(1) as pool:
        store.ingest("shop", [an_order(number) for number in numbers], at=AT)
        ids = sorted(entry.id for entry in store.entries("shop"))
        changed = [an_order(number, [a_line(quantity=7)]) for number in numbers]
        backwards = [(id_, a_shipment(f"{id_}")) for id_ in reversed(ids)]
        wanted: list[Callable[[], object]] = [
            lambda: store.ingest("shop", changed, at=AT),
            lambda: store.ingest_shipments("shop", backwards, cursor=None, at=AT),
        ]
        for take in wanted:
            with psycopg.connect(postgres_ledger) as other:
                other.execute("SELECT id FROM ledger_orders WHERE id = %s FOR UPDATE", [ids[0]])
                taken = pool.submit(take)
                while _waiting(postgres_ledger) < 1:
                    time.sleep(0.01)
                for id_ in ids[1:]:
                    other.execute("SELECT id FROM ledger_orders WHERE id = %s FOR UPDATE NOWAIT", [id_])
            assert taken.result()


def test_busy_is_one_clear_line(postgres_ledger: str) -> None:
    """While somebody else holds the rows, writing waits, then says so; nothing was written; reading goes on."""
    with SqlStore(postgres_ledger, busy_timeout=0.3) as store:
        store.ingest("shop", batch(0, 1), at=AT)
        (entry,) = store.entries("shop")
        with psycopg.connect(postgres_ledger) as other:
            other.execute("SELECT * FROM ledger_orders FOR UPDATE")
            before = time.monotonic()
            with pytest.raises(StoreBusy, match=r"somebody else has held it for 0\.3 s and nothing was written"):
                store.override_state(entry.id, OrderState.HELD, at=AT, who="me", why="wait")
            assert 0.3 <= time.monotonic() - before < 5
            assert store.entries("shop")[0].state is OrderState.PENDING
        store.override_state(entry.id, OrderState.HELD, at=AT, who="me", why="wait")
        assert store.entries("shop")[0].state is OrderState.HELD


def test_who_stands_still_in_a_transaction_loses_it(postgres_ledger: str) -> None:
    """A worker that was stopped with an order locked: the others wait for a while, and then get it."""
    with SqlStore(postgres_ledger, busy_timeout=0.5) as stopped, SqlStore(postgres_ledger) as store:
        store.ingest("shop", batch(0, 1), at=AT)
        (entry,) = store.entries("shop")

        def stand_still() -> None:
            with stopped._database.writing() as tx:
                tx.execute(update(orders).where(orders.c.id == entry.id).values(state=OrderState.SKIPPED.value))
                assert (
                    store.override_state(entry.id, OrderState.HELD, at=AT, who="me", why="wait").state
                    is OrderState.HELD
                )

        with pytest.raises(StoreError, match="stopped in the middle of a write"):
            stand_still()
        assert [event.now for event in store.history(entry.id)] == [OrderState.PENDING, OrderState.HELD]


def test_an_order_that_expires_while_its_shipment_is_told(postgres_ledger: str) -> None:
    """Whoever records the shipment waits for the expiry, then leaves no tracking number in an expired order."""
    with SqlStore(postgres_ledger) as store, ThreadPoolExecutor(1) as pool:
        with_shipments(store, a_shipment(packages=TRACKED))
        (shipment,) = claim_shipments(store)
        with psycopg.connect(postgres_ledger) as other:
            other.execute("UPDATE ledger_orders SET expired_at = now()")
            recorded = pool.submit(store.record_shipment, evolve(shipment, state=ShipmentState.SENT), at=AT)
            with pytest.raises(TimeoutError):
                recorded.result(0.5)
        recorded.result(10)
        (after,) = store.shipments(SHOP)
        assert (after.state, after.shipment.tracking_numbers) == (ShipmentState.SENT, ())


def test_connections_the_server_dropped_are_replaced(postgres_ledger: str) -> None:
    """The server restarts or drops everybody: the next call connects again by itself."""
    with SqlStore(postgres_ledger) as store:
        store.ingest("shop", batch(0, 1), at=AT)
        with psycopg.connect(postgres_ledger, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert len(store.entries("shop")) == 1


def test_no_server_is_one_clear_line() -> None:
    """A database that is not there is said in one line, without password."""
    with pytest.raises(StoreError, match="no connection to the database; check that it runs") as caught:
        SqlStore("postgresql://bridge:s3cret@127.0.0.1:1/none")
    assert "s3cret" not in str(caught.value)
