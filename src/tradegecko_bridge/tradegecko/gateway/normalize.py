"""What people write, made comparable: names and addresses."""

from __future__ import annotations


def normalized(*parts: str | None) -> str:
    """Texts without differences of case and white space."""
    return "\n".join([" ".join((part or "").casefold().split()) for part in parts])
