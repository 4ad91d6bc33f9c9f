"""What systems and sources say of an order goes into reports, histories and alerts without whose order it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from attrs import evolve

from tests.engine.bench import Bench, detail
from tests.support import ListSource
from tradegecko_bridge import Sandbox, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import UnreadableOrder
from tradegecko_bridge.commerce.remote import OrderDraft, RemoteOrder
from tradegecko_bridge.errors import AccessDenied, GatewayError, OutcomeUnknown, Rejected, Unavailable
from tradegecko_bridge.testing.builders import a_line, an_order

ORDER = an_order("1001", [a_line(name="Mug for Ann")], note="Ring twice", tags=("vip Ann",), url="https://x.pl/1?t=77")
SECRETS = ("ann", "lee", "1 king st w", "m5h", "4165550100", "example.com", "ring twice", "vip", "x.pl")


class Quoting(TradeGeckoGateway):
    """Fails with ``failure``, and quotes what it was asked about; where it is ``early``, when it looks."""

    failure: type[GatewayError] = Rejected
    early = False

    def create_order(self, draft: OrderDraft, **how: Any) -> RemoteOrder:
        if self.early:
            return super().create_order(draft, **how)
        people = (draft.customer, draft.shipping_address, draft.note, draft.tags, draft.url, draft.lines)
        raise self.failure(f"422 (request id r-1): customer.email {people} {_spelled_out(draft)}")

    def find_customer(self, customer: Any, **how: Any) -> str | None:
        if self.early:
            raise self.failure(f"422 on GET /companies?email={customer.email} (request id r-1)")
        return super().find_customer(customer, **how)


def _spelled_out(draft: OrderDraft) -> str:
    person, address = draft.customer, draft.shipping_address
    return json.dumps([person.email, person.last_name, person.phone, address.address1, address.postal_code, draft.note])


@pytest.mark.parametrize(
    ("failure", "early"),
    [
        (OutcomeUnknown, False),
        *((kind, early) for kind in (Rejected, Unavailable, AccessDenied) for early in (False, True)),
    ],
)
def test_whatever_a_system_says(
    sandbox: Sandbox, client: TradeGeckoClient, failure: type[GatewayError], *, early: bool
) -> None:
    """In the report, the alerts and the history; names of fields and request ids are kept."""
    gateway = Quoting(client)
    gateway.failure, gateway.early = failure, early
    bench = Bench(sandbox, client, ListSource([ORDER]), gateway=gateway)
    report = bench.deliver()
    (entry,) = bench.store.entries()
    told = f"{json.dumps(report.as_dict())} {report} {entry.reason} {bench.store.history(entry.id)}"
    told += f" {bench.store.alerts(closed=True)}"
    assert "request id r-1" in told
    left = told.casefold().replace(str(entry.order).casefold(), "")
    assert [secret for secret in SECRETS if secret in left] == []


def test_an_alert_does_not_quote_what_nobody_could_read(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The ledger knows none of its values, and could never take them out of the alert again."""
    unreadable = UnreadableOrder(problem="Ann Lee has no street", reference="1001", number="1001", cursor="1")
    bench = Bench(sandbox, client, ListSource([unreadable]))
    report = bench.deliver()
    assert detail(report, "1001") == "Ann Lee has no street"
    (alert,) = bench.store.alerts()
    assert alert.text.endswith("; the newest is 1001")


def test_card_numbers_are_not_sent(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """They are not in the ledger, so nothing that is sent has them."""
    order = evolve(ORDER, note="card 4111 1111 1111 1111, ring twice")
    bench = Bench(sandbox, client, ListSource([order]))
    assert bench.deliver()
    (sent,) = bench.remote()
    assert sent.notes == "card [card number removed], ring twice"
