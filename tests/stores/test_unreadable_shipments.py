"""A shipment that an earlier version stored and that cannot be read: its trouble is its own."""

from __future__ import annotations

import json
from contextlib import closing

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select, update

from tests.nonsense import json_texts
from tests.support import examples
from tradegecko_bridge.commerce.codec import from_plain, to_plain
from tradegecko_bridge.ledger import ShipmentState
from tradegecko_bridge.stores.sql import SqlStore
from tradegecko_bridge.stores.sql.tables import shipments
from tradegecko_bridge.testing.store_checks.cases import (
    AFTER,
    AT,
    SHOP,
    TRACKED,
    S,
    a_shipment,
    claim_shipments,
    in_state,
)

ABSURD = (
    "0E-999999999",
    "1E+28",
    "1E+999999",
    "9" * 400,
    "9" * 5000,
    "NaN",
    "Infinity",
    "sNaN",
    "1e" + "9" * 20,
    "",
    "x",
)
TEXT = "what the ledger holds of this shipment cannot be read"


def with_spoiled(store: SqlStore, content: str) -> None:
    """Two pending shipments, of which the ledger holds this of the first one."""
    if not store.shipments(SHOP):
        order = in_state(store, S.DELIVERED)
        both = [(order.id, a_shipment("bad", completes_order=True)), (order.id, a_shipment("good", packages=TRACKED))]
        store.ingest_shipments(SHOP, both, cursor=None, at=AT)
    with store._database.writing() as tx:
        tx.execute(update(shipments).values(state="pending", reason="", claim_worker=None, claim_until=None))
        tx.execute(update(shipments).where(shipments.c.reference == "bad").values(content=content))


def stored(store: SqlStore) -> tuple[str, str]:
    """The state and the content in the row."""
    query = select(shipments.c.state, shipments.c.content).where(shipments.c.reference == "bad")
    with store._database.reading() as tx:
        state, content = tx.execute(query).one()
    return state, content


def content_with(quantity: str) -> str:
    plain = to_plain(a_shipment("bad", completes_order=True))
    plain["items"][0]["quantity"] = quantity
    return json.dumps(plain)


@pytest.mark.parametrize("quantity", ABSURD, ids=lambda number: number[:12] or "blank")
def test_an_absurd_quantity_costs_one_shipment(ledger_url: str, quantity: str) -> None:
    """The other one is told; this one is refused, with the reason, once somebody would have told it."""
    with closing(SqlStore(ledger_url)) as store:
        with_spoiled(store, content_with(quantity))
        bad, good = store.shipments(SHOP)
        assert (bad.state, bad.reason, bad.shipment.items) == (ShipmentState.REFUSED, TEXT, ())
        assert (bad.shipment.reference, bad.shipment.order_number) == ("bad", "#1")
        assert bad.shipment.completes_order
        assert good.state is ShipmentState.PENDING
        assert list(store.refused_shipments(SHOP)) == []
        assert [one.shipment.reference for one in claim_shipments(store)] == ["good"]
        assert [one.shipment.reference for one in store.refused_shipments(SHOP)] == ["bad"]
        assert stored(store) == ("refused", content_with(quantity))
        assert claim_shipments(store, AFTER)[0].shipment.reference == "good"


def test_one_that_comes_again_whole_is_told(sql_store: SqlStore) -> None:
    """The system gives it with another content."""
    with_spoiled(sql_store, content_with("1E+999999"))
    claim_shipments(sql_store)
    bad, _ = sql_store.shipments(SHOP)
    again = a_shipment("bad", packages=TRACKED)
    sql_store.ingest_shipments(SHOP, [(bad.entry_id, again)], cursor=None, at=AT)
    assert [one.shipment for one in claim_shipments(sql_store)] == [again]


def test_its_personal_data_expires(sql_store: SqlStore) -> None:
    """With what nobody can read."""
    with_spoiled(sql_store, content_with("1E+999999").replace('"TEA"', '"TEA", "tracking": "1Z999"'))
    (good,) = claim_shipments(sql_store)
    sql_store.record_shipment(evolve(good, state=ShipmentState.SENT), at=AT)
    sql_store.override_state(good.entry_id, S.CONFIRMED, at=AT, who="ann", why="told by hand")
    assert sql_store.expire_personal_data(SHOP, before=AFTER, at=AFTER, who="ann", states=[S.CONFIRMED]) == 1
    assert "1Z999" not in stored(sql_store)[1]


@settings(
    max_examples=examples(60),
    deadline=5000,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(content=json_texts(to_plain(a_shipment("bad", packages=TRACKED, carrier="UPS"))))
def test_whatever_a_shipment_became(sql_store: SqlStore, content: bytes) -> None:
    """It is claimed where it can be read, and the one beside it in any case."""
    with_spoiled(sql_store, content.decode("utf-8", "replace"))
    claimed = {one.shipment.reference: one for one in claim_shipments(sql_store)}
    assert "good" in claimed
    for one in claimed.values():
        assert from_plain(to_plain(one.shipment), type(one.shipment)) == one.shipment
    if len(claimed) == 1:
        bad, _ = sql_store.shipments(SHOP)
        assert (bad.state, bad.reason, bad.shipment.reference) == (ShipmentState.REFUSED, TEXT, "bad")
