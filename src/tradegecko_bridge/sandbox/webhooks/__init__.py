"""Webhooks going out: what happened, and telling those who asked (reference §3.12)."""

from .delivery import Deliveries
from .events import Event, happened

__all__ = ["Deliveries", "Event", "happened"]
