"""Names of countries, regions and months as shops export them. Loaded when the first such name is met."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Final
from unicodedata import combining, normalize

_LANGUAGES: Final = (
    *("en", "fr", "de", "es", "it", "nl", "pt", "sv", "da", "nb", "fi", "pl"),
    *("cs", "sk", "hu", "ro", "tr", "el", "ru", "uk", "ja", "zh", "ko"),
)
_ENGLISH_MONTHS: Final = {
    name: number
    for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)  # noqa: SIM905
}
_COMMON: Final = {
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "usa": "US",
    "u.s.a.": "US",
    "u.s.": "US",
    "united states of america": "US",
    "the netherlands": "NL",
    "holland": "NL",
    "czech republic": "CZ",
    "south korea": "KR",
    "korea, republic of": "KR",
    "russian federation": "RU",
    "viet nam": "VN",
    "republic of ireland": "IE",
    "hong kong": "HK",
    "macau": "MO",
    "turkey": "TR",
}


def country_code(cell: str) -> str:
    """ISO 3166 alpha-2 of a country written as that, as alpha-3 or as a name; what is none stays as it is."""
    if len(cell) == 2 and cell.isascii() and cell.isupper() and cell != "UK":
        return cell
    return _countries().get(" ".join(cell.split()).casefold(), cell)


@cache
def _countries() -> dict[str, str]:
    from babel import Locale
    from babel.core import get_global

    codes = {code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha()}
    aliases = get_global("territory_aliases")
    found = {old.casefold(): new[0] for old, new in aliases.items() if len(old) == 3 and len(new) == 1}
    for language in reversed(_LANGUAGES):  # English counts where two languages use one name
        names = Locale(language).territories
        found |= {str(name).casefold(): str(code) for code, name in names.items() if code in codes}
    return found | {code.casefold(): code for code in codes} | _COMMON


def region_code(region: str, country: str | None) -> str:
    """The code of a state or province, with accents or without, where addresses are written with it: in Australia,
    Brazil, Canada, Italy and the United States. Any other name stays as it is."""
    return _regions().get(country or "", {}).get(_plain(region), region)


def _plain(name: str) -> str:
    """A name as it is compared."""
    letters = normalize("NFD", " ".join(name.split()).casefold())
    return "".join(letter for letter in letters if not combining(letter))


@cache
def _regions() -> dict[str, dict[str, str]]:
    text = (files("tradegecko_bridge.sources.folder") / "regions.toml").read_text(encoding="utf-8")
    return {
        country: {_plain(name): code for name, code in names.items()} for country, names in tomllib.loads(text).items()
    }


def month_number(name: str) -> int:
    """1 to 12 of a month's name, short or whole; 0 where it is none."""
    return _ENGLISH_MONTHS.get(name.casefold()) or _months().get(name.casefold(), 0)


@cache
def _months() -> dict[str, int]:
    from babel import Locale

    found = {"sept": 9}
    for language in reversed(_LANGUAGES):
        months = Locale(language).months
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                found |= {name.casefold().rstrip("."): number for number, name in months[form][width].items()}
    return found
