"""Webhooks going out: what events_of, and telling those who asked (reference §3.12)."""

from .delivery import Deliveries
from .events import Event, events_of

__all__ = ["Deliveries", "Event", "events_of"]
