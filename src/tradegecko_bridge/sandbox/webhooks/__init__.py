"""Webhooks: the events of a transaction, and their delivery (reference §3.12)."""

from .delivery import Deliveries
from .events import Event, events_of

__all__ = ["Deliveries", "Event", "events_of"]
