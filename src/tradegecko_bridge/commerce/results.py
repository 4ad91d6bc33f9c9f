"""What a source says to each thing it was handed, and what it is told about a delivered order."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from tradegecko_bridge.commerce.validators import aware


class Verdict(StrEnum):
    """A source's answer for one item of a batch."""

    ACCEPTED = "accepted"
    """Done, or found done already."""
    IGNORED = "ignored"
    """Not this source's business (it does not know the SKU, does not track it): not an error."""
    REFUSED = "refused"
    """Never as it stands: a person has to change something."""
    FAILED = "failed"
    """Not this time: offer it again later."""


@frozen(kw_only=True)
class ItemResult:
    """One answer. ``key`` is the item's own: order or shipment or product reference, or SKU."""

    key: str
    verdict: Verdict
    message: str = ""


@frozen(kw_only=True)
class DeliveryReceipt:
    """An order of the source arrived; ``remote_id`` and ``remote_number`` are its names in the system."""

    order_reference: str
    order_number: str
    remote_id: str
    remote_number: str
    delivered_at: datetime = field(validator=aware)
