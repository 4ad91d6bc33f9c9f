"""Signing in: `/oauth/authorize`, `/oauth/token`, `/oauth/revoke`, the way Doorkeeper did it (reference §2)."""

from .server import OAuth
from .tokens import expire, revoke

__all__ = ["OAuth", "expire", "revoke"]
