"""The words some settings choose from."""

from __future__ import annotations

from enum import StrEnum


class OrderStatus(StrEnum):
    """The status an order is created with: drafts wait for approval, active ones commit stock, finalized ones can be
    packed."""

    DRAFT = "draft"
    ACTIVE = "active"
    FINALIZED = "finalized"


class TaxTreatment(StrEnum):
    """Whether the prices an order has in TradeGecko include tax."""

    SOURCE = "source"
    """As the source's prices are; where they differ from line to line, without tax."""
    DEFAULT = "default"
    """As the account has it."""
    INCLUSIVE = "inclusive"
    EXCLUSIVE = "exclusive"


class LineTax(StrEnum):
    """Whose tax rate an order line gets."""

    SOURCE = "source"
    """The source's, where it gives one; else the account's default."""
    ACCOUNT = "account"
    """Always the account's default."""


class MatchBy(StrEnum):
    """What an order line's variant is known by."""

    SKU = "sku"
    BARCODE = "barcode"
    """The barcode where a variant has it, else the SKU."""


class OnCancel(StrEnum):
    """What follows when the source cancels an order that was delivered."""

    REPORT = "report"
    VOID = "void"


class OnChange(StrEnum):
    """What follows when the source changes an order that was delivered."""

    REPORT = "report"
