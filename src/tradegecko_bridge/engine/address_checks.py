"""Whether somebody objects to the addresses of an order that is to be sent."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from importlib.metadata import entry_points
from operator import attrgetter
from typing import Any, Final

from tradegecko_bridge.commerce.clearing import cleared
from tradegecko_bridge.commerce.remote import OrderDraft
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.foreign import call, fault, place_of
from tradegecko_bridge.ledger import Reason
from tradegecko_bridge.ports.addresses import ChecksAddresses

GROUP: Final = "tradegecko_bridge.address_checks"
"""Under this entry-point group other packages offer checks."""
_OURS: Final = {"formats": "tradegecko_bridge.commerce.address_formats:check"}
_REMEDY: Final = "correct it at the source, or take the check out of the settings (address_check)"


def named(name: str) -> ChecksAddresses:
    """The check of this name, or of this place, ``module:function``.

    Raises:
        ConfigError: there is none, or it cannot be loaded.
    """
    offered = {point.name: point.value for point in entry_points(group=GROUP)} | _OURS
    place = offered.get(name, name)
    if ":" not in place:
        known = ", ".join(sorted(offered))
        raise ConfigError(f"no address_check {name!r}; there are {known}, and functions of your own as module:function")
    check = call(partial(_loaded, place), partial(_not_loaded, name))
    if not callable(check):
        raise ConfigError(f"address_check {name!r} is no function, but a {type(check).__name__}")
    return check  # type: ignore[no-any-return]


def _loaded(place: str) -> Any:
    module, _, function = place.partition(":")
    return attrgetter(function)(import_module(module))


def _not_loaded(name: str, error: Exception) -> ConfigError:
    told = error if isinstance(error, (ImportError, AttributeError)) else f"{type(error).__name__} at {place_of(error)}"
    remedy = "pip install tradegecko-bridge[addresses]" if name in _OURS else "install what it needs"
    return ConfigError(f"address_check {name!r} cannot be loaded ({told}); {remedy}")


def objection(check: ChecksAddresses, draft: OrderDraft) -> Reason | None:
    """Why an order is held that is to go to these addresses; None where nothing is said against them."""
    addresses = {"shipping": draft.shipping_address, "billing": draft.billing_address or draft.shipping_address}
    for which, address in addresses.items():
        if which == "billing" and address == draft.shipping_address:
            continue
        try:
            said: object = check(address)
        except Exception as error:
            said = fault(error, _name_of(check), "address check")
        if said is not None and not isinstance(said, str):
            said = f"{_name_of(check)} gave a value of type {type(said).__name__}: a fault in the address check"
        if said:
            return Reason("bad_address", f"{which} address: {cleared(said, draft)}; {_REMEDY}", transient=True)
    return None


def _name_of(check: ChecksAddresses) -> str:
    return getattr(check, "__qualname__", type(check).__qualname__)
