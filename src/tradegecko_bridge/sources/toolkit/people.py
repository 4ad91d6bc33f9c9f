"""Names and addresses as shops write them."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import fields_dict

from tradegecko_bridge.commerce import Address


def blank_as_none(text: object) -> str | None:
    """A text without the space around it; None where nothing is left, or there was no text."""
    return (text.strip() or None) if isinstance(text, str) else None


def address(**fields: object) -> Address | None:
    """An address of these fields, the country in capitals; None where all are blank, which is how many shops
    say "not given". ``full_name`` may stand in place of first and last name."""
    first, last = split_name(blank_as_none(fields.pop("full_name", None)), blank_as_none(fields.get("last_name")))
    known = {name: blank_as_none(value) for name, value in fields.items() if name in fields_dict(Address)}
    if unknown := fields.keys() - known:
        raise TypeError(f"an address has no {', '.join(sorted(unknown))}")
    if country := known.get("country"):
        known["country"] = country.upper()
    if not (any(known.values()) or first or last):
        return None
    if first or last:
        known |= {"first_name": known.get("first_name") or first, "last_name": known.get("last_name") or last}
    return Address(**known)


def split_name(full: str | None, last_name: str | None = None) -> tuple[str | None, str | None]:
    """First and last name of a full one.

    ``last_name``, where the full name ends with it, decides. Otherwise the last word is the last name,
    together with small words before it: "Ludwig van Beethoven" is Ludwig, and van Beethoven.
    """
    words = (full or "").split()
    if len(words) < 2:
        return (words[0] if words else None), None
    known = (last_name or "").split()
    if known and len(known) < len(words) and _same(words[-len(known) :], known):
        cut = len(words) - len(known)
    else:
        cut = len(words) - 1
        while cut > 1 and words[cut - 1].islower() and not words[0].islower():
            cut -= 1
    return " ".join(words[:cut]), " ".join(words[cut:])


def _same(words: Sequence[str], others: Sequence[str]) -> bool:
    return [word.casefold() for word in words] == [word.casefold() for word in others]
