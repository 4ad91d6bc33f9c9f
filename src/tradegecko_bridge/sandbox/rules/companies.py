"""Companies, their addresses, contacts and notes (reference §5.2, §5.3, §5.5, §5.15)."""

from __future__ import annotations

from ..model.state import Row
from ..wire.errors import TAKEN
from .base import Draft, Rules

# Enough to fill `country_code` for the spellings seen in recordings; an unknown spelling leaves it null.
_COUNTRY_CODES = {
    "AUSTRALIA": "AU", "CANADA": "CA", "CHINA": "CN", "FRANCE": "FR", "GERMANY": "DE", "IRELAND": "IE",
    "NEW ZEALAND": "NZ", "NZL": "NZ", "SINGAPORE": "SG", "UNITED KINGDOM": "GB", "UK": "GB", "GBR": "GB",
    "UNITED STATES": "US", "UNITED STATES OF AMERICA": "US", "USA": "US", "CAN": "CA", "AUS": "AU",
}  # fmt: skip


class Companies(Rules):
    """Customers and suppliers."""

    def check(self, draft: Draft) -> None:
        """Codes are described as unique; whether that was enforced is unknown (appendix 27)."""
        code = draft.values.get("company_code")
        if code and self.context.switches.company_codes_are_unique:
            _check_unique(draft, self.state[self.name].where("company_code", code), "company_code")


class Addresses(Rules):
    """Where a company receives goods and bills."""

    def check(self, draft: Draft) -> None:
        """A label is unique within its company; the country code follows from the country."""
        if draft.values.get("label") and self.context.switches.labels_are_unique:
            company_id = (draft.row or draft.values)["company_id"]
            _check_unique(draft, self.state[self.name].where("company_id", company_id), "label")
        if draft.values.get("country") and not draft.values.get("country_code"):
            draft.values["country_code"] = country_code(draft.values["country"])


class Contacts(Rules):
    """People at a company."""


class Notes(Rules):
    """Remarks about a company."""

    def prepare(self, draft: Draft) -> None:
        """The author is the token's user."""
        draft.values["user_id"] = self.context.session.user_id


def _check_unique(draft: Draft, others: list[Row], name: str) -> None:
    """Complain when another one that is not archived has the same value."""
    for other in others:
        same = other["id"] == draft.before.get("id") or other.get("status", "active") == "archived"
        if not same and other.get(name) == draft.values[name]:
            draft.errors.add(name, TAKEN)


def country_code(country: str) -> str | None:
    """The two-letter code of a country as people write it, or None."""
    text = country.strip().upper()
    return text if len(text) == 2 and text.isalpha() else _COUNTRY_CODES.get(text)
