"""Tables as shops export them (text, .gz, .xlsx) as numbered rows of cells."""

from __future__ import annotations

import codecs
from collections.abc import Sequence

from attrs import field, frozen

from tradegecko_bridge.errors import ConfigError


def _one_character(_: object, attribute: object, value: str | None) -> None:
    name = getattr(attribute, "name", "")
    if value is not None and (len(value) != 1 or value in "\r\n\0"):
        raise ConfigError(f"{name} must be one character, such as ';' or a tab")


def _one_character_or_none(_: object, attribute: object, value: str | None) -> None:
    if value:
        _one_character(_, attribute, value)


def _known_encoding(_: object, attribute: object, value: str | None) -> None:
    try:
        if value is not None:
            codecs.lookup(value)
    except (LookupError, ValueError):
        raise ConfigError("encoding is not known; write one such as utf-8, cp1252 or utf-16") from None


def _not_negative(_: object, attribute: object, value: int) -> None:
    if value < 0:
        raise ConfigError("skip must be a number of lines, 0 or more")


def _names(value: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)


@frozen(kw_only=True)
class Layout:
    """How a table is laid out; what is None is found out by looking.

    Raises:
        ConfigError: what cannot be.
    """

    delimiter: str | None = field(default=None, validator=_one_character)
    """Between cells. Found out: the one of ``, ; tab |`` that makes the most known columns."""
    quote: str | None = field(default=None, validator=_one_character_or_none)
    """Around cells that hold a delimiter; a double quote unless told. Blank: there is none."""
    encoding: str | None = field(default=None, validator=_known_encoding)
    """Of the text. Found out: UTF-8, UTF-16, else Windows' cp1252 where the text looks like it."""
    header: tuple[str, ...] | None = field(default=None, converter=_names)
    """The columns' names where the file has no line of them. None: its first line names them."""
    skip: int = field(default=0, validator=_not_negative)
    """Lines at the top that are passed over; blank ones and ``sep=`` are anyway."""
    sheet: str | None = None
    """The sheet of a workbook; the first one unless told."""
