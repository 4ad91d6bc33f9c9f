"""A process that delivers one order and is killed at a chosen moment: ``python -m tests.engine.victim MOMENT …``.

Moments: ``before-request`` (the intent is durable, the request has not left), ``after-answer`` (the order is made, its
answer not recorded), ``never``.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import closing
from datetime import timedelta

from tests.support import ListSource
from tradegecko_bridge import SqlStore, SyncEngine, Timing, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce.remote import OrderDraft, RemoteOrder
from tradegecko_bridge.testing.builders import an_order

LEASE = 3.5
"""Seconds a worker may be silent; long enough for the next process to start and find it running."""


class Doomed(TradeGeckoGateway):
    """Ends the whole process, as a power cut would."""

    moment = "never"

    def create_order(self, draft: OrderDraft, *, key: str, customer_id: str | None) -> RemoteOrder:
        self._die_at("before-request")
        made = super().create_order(draft, key=key, customer_id=customer_id)
        self._die_at("after-answer")
        return made

    def _die_at(self, moment: str) -> None:
        if self.moment == moment:
            os.kill(os.getpid(), signal.SIGKILL)


def main(moment: str, base_url: str, token: str, ledger: str, numbers: str) -> None:
    """Deliver the orders of these comma-separated numbers; the report goes to standard output."""
    orders = [an_order(number) for number in numbers.split(",")]
    with TradeGeckoClient(token, base_url=base_url) as client, closing(SqlStore(ledger)) as store:
        gateway = Doomed(client)
        gateway.moment = moment
        timing = Timing(lease=timedelta(seconds=LEASE), first_retry=timedelta(seconds=0.1))
        engine = SyncEngine("shop", source=ListSource(orders), gateway=gateway, store=store, timing=timing)
        print(engine.deliver_orders())


if __name__ == "__main__":
    main(*sys.argv[1:])
