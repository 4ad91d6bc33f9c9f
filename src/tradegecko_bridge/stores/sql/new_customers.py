"""Which orders are making which new customers: two that make one at the same time would make it twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, and_, bindparam, delete, insert, or_, select

from tradegecko_bridge.ledger import DELIVERED_STATES, UNCERTAIN_STATES, NewCustomer, Transition
from tradegecko_bridge.stores.rules.digests import keyed
from tradegecko_bridge.stores.sql.database import wait_alone
from tradegecko_bridge.stores.sql.keys import ledger_key, read_key
from tradegecko_bridge.stores.sql.many import execute_many
from tradegecko_bridge.stores.sql.tables import new_customers, not_by_index, orders

KEPT: Final = timedelta(days=1)
"""After that the customer has long been there to see."""
_STATE = not_by_index(orders.c.state)
_MAKERS = (
    select(new_customers.c.digest, new_customers.c.order_id)
    .join(orders, orders.c.id == new_customers.c.order_id)
    .where(
        new_customers.c.digest.in_(bindparam("digests", expanding=True)),
        or_(
            _STATE.in_([state.value for state in UNCERTAIN_STATES]),
            and_(
                _STATE.in_([state.value for state in DELIVERED_STATES]),
                orders.c.in_state_since >= bindparam("since"),
            ),
        ),
    )
)
_FORGET = delete(new_customers).where(
    or_(new_customers.c.at < bindparam("old"), new_customers.c.order_id.in_(bindparam("ids", expanding=True)))
)
_NOTE = insert(new_customers)


def makers_alone(tx: Connection, transitions: Sequence[Transition]) -> defaultdict[str, set[int]]:
    """The makers of the customers that these transitions want to make.

    Of two transactions that want to make one customer at the same moment, the second waits for what the first writes.
    """
    wanted = [one.new_customer for one in transitions if one.new_customer]
    if wanted:
        wait_alone(tx, "new customers")
    return makers(tx, wanted)


def makers(tx: Connection, wanted: Sequence[NewCustomer]) -> defaultdict[str, set[int]]:
    """The orders that are making each of these customers, or have just made them, by digest."""
    found = defaultdict[str, set[int]](set)
    if wanted:
        key, digests = read_key(tx), {digest for one in wanted for digest in one.digests}
        stored = {keyed(digest, key): digest for digest in digests} if key else {}
        stored |= {digest: digest for digest in digests}  # as earlier versions wrote them, until a day ago
        for row in tx.execute(_MAKERS, {"digests": list(stored), "since": min(one.since for one in wanted)}):
            found[stored[row.digest]].add(row.order_id)
    return found


def makers_of(makers: defaultdict[str, set[int]], new: NewCustomer | None) -> set[int]:
    """The orders that are making this customer, by what was found of each digest."""
    return set[int]().union(*(makers[digest] for digest in new.digests)) if new else set()


def note(tx: Connection, transitions: Sequence[Transition], at: datetime) -> None:
    """These are making their customers from now on."""
    new = {one.entry.id: one.new_customer.digests for one in transitions if one.new_customer}
    if new:
        tx.execute(_FORGET, {"old": at - KEPT, "ids": list(new)})
        key = ledger_key(tx)
        made = [(keyed(digest, key), id_) for id_, digests in new.items() for digest in sorted(digests)]
        execute_many(tx, _NOTE, [{"digest": digest, "order_id": id_, "at": at} for digest, id_ in made])


def forget(tx: Connection, entry_ids: Sequence[int], at: datetime) -> None:
    """Whom these orders have made is of no use any more, nor is what is older than a day."""
    tx.execute(_FORGET, {"old": at - KEPT, "ids": entry_ids})
