"""Which customer record an order goes to, asked for once a run."""

from __future__ import annotations

from tradegecko_bridge.commerce import Address, Customer
from tradegecko_bridge.commerce.remote import OrderDraft
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.ports import Gateway


class Customers:
    """Remembers, for one run, which customers were found; one that is created meanwhile is found by the next look."""

    def __init__(self, gateway: Gateway, settings: ConnectionSettings) -> None:
        self._gateway = gateway
        self._match = settings.customer_match
        self._found: dict[tuple[Customer, Address], str] = {}

    def id_for(self, draft: OrderDraft) -> str | None:
        """The settings' own customer, else the one the order's customer is matched with; None for a new one.

        Raises:
            AccessDenied, Rejected, Unavailable: from the look-up.
        """
        if draft.customer_id is not None:
            return draft.customer_id
        asked = _asked(draft)
        if asked not in self._found:
            found = self._gateway.find_customer(draft.customer, billing=asked[1], match=self._match)
            if found is None:
                return None
            self._found[asked] = found
        return self._found[asked]

    def forget(self, draft: OrderDraft) -> None:
        """What was found for this order's customer is so no more."""
        self._found.pop(_asked(draft), None)


def _asked(draft: OrderDraft) -> tuple[Customer, Address]:
    return draft.customer, draft.billing_address or draft.shipping_address
