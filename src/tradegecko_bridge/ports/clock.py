"""The present moment, as everything below the edges is told it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""Tells the present moment, aware and in UTC."""
