"""What is set up in the account: records by name, taxes, currencies, price lists."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal

from tradegecko_bridge.commerce.remote import (
    PriceList,
    RecordKind,
)
from tradegecko_bridge.errors import Rejected
from tradegecko_bridge.tradegecko import resources
from tradegecko_bridge.tradegecko.gateway import (
    record_names,
)
from tradegecko_bridge.tradegecko.gateway.error_mapping import reading
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import (
    PRICE,
)
from tradegecko_bridge.tradegecko.gateway.normalize import normalized
from tradegecko_bridge.tradegecko.gateway.reader import Reader


class SetUp(Reader):
    """Short lists, which are remembered for hours."""

    def find_record(self, kind: RecordKind, name: str) -> str:
        """By id or by what people call it, from a short list that is remembered; a customer by a few calls.

        Raises:
            Rejected: the account has none of this name.
        """
        as_key = self._name_key(kind)
        known = self._mirror.settings(
            f"{kind}s" if kind in record_names.SHORT_LISTS else f"customer {as_key(name)}",
            lambda: self._read_names(kind, name),
            wanted=[name if kind in record_names.SHORT_LISTS and name.isdecimal() else as_key(name)],
        )
        for key in (name, as_key(name)):
            if key in known:
                return known[key]
        raise record_names.not_found(kind, name, known)

    def _name_key(self, kind: RecordKind) -> Callable[[str], str]:
        """How names of this kind are remembered: those of persons by their digests."""
        return (
            (lambda name: self._mirror.digest(normalized(name)))
            if kind in record_names.PERSONS
            else (lambda name: name)
        )

    def _read_names(self, kind: RecordKind, name: str) -> Mapping[str, str]:
        as_key = self._name_key(kind)
        if kind in record_names.SHORT_LISTS:
            resource, fields = record_names.SHORT_LISTS[kind]
            return record_names.ids_by_name(self._list(resource), fields, as_key)
        found = record_names.find_company(lambda **filters: self._list(resources.COMPANIES, **filters), name)
        return {} if found is None else {as_key(name): found}

    def prices_include_tax(self) -> bool:
        """The account's default tax treatment (reference §7), asked for in every run."""
        if self._treatment is None:
            with reading():
                self._treatment = self._account().default_tax_treatment or ""
        return self._treatment == "inclusive"

    def default_tax_rate(self) -> Decimal | None:
        """The effective rate of the account's ``default_sales_order_tax_type_id`` (reference §7); a customer's own tax
        type and products without tax come before it."""
        found = self._mirror.settings("default_tax", self._read_default_tax).get("rate")
        return None if found is None else Decimal(found)

    def _read_default_tax(self) -> Mapping[str, str]:
        with reading():
            default = self._account().default_sales_order_tax_type_id
        rates = {tax_type.id: tax_type.effective_rate for tax_type in self._list(resources.TAX_TYPES)}
        rate = rates.get(default) if default is not None else None
        return {} if rate is None else {"rate": str(rate)}

    def time_zone(self) -> str | None:
        """The account's (reference §5.1), as it was when its login was first used."""
        return self._mirror.identity.time_zone

    def tax_rates(self) -> Collection[Decimal]:
        """Those of the tax types (reference §5.31)."""
        return set(map(Decimal, self._mirror.settings("tax_types", self._read_tax_types)))

    def _tax_type_of(self, rate: Decimal) -> int | None:
        found = self._mirror.settings("tax_types", self._read_tax_types).get(_plain(rate))
        return None if found is None else int(found)

    def _read_tax_types(self) -> Mapping[str, str]:
        """Ids by effective rate; of several with one rate the oldest."""
        found = [(t.effective_rate, t.id) for t in self._list(resources.TAX_TYPES) if t.effective_rate is not None]
        return {_plain(rate): str(id_) for rate, id_ in sorted(found, key=lambda pair: pair[1], reverse=True)}

    def find_currency(self, name: str) -> str:
        """The ISO code of a currency by that code or by its name (reference §5.6).

        Raises:
            Rejected: the account has none of this name.
        """
        key = normalized(name)
        known = self._mirror.settings("currency_names", self._read_currency_names, wanted=[key])
        if key not in known:
            raise Rejected(f"no currency {name!r} in TradeGecko; it has {', '.join(sorted(set(known.values())))}")
        return known[key]

    def _read_currency_names(self) -> Mapping[str, str]:
        known = [currency for currency in self._list(resources.CURRENCIES) if currency.iso]
        return {normalized(name): str(c.iso) for c in known for name in (c.name, c.iso) if name}

    def currencies(self, wanted: Collection[str] = ()) -> Mapping[str, int]:
        """The account's active currencies with their ``precision`` (reference §5.6)."""
        found = self._mirror.settings("currencies", self._read_currencies, wanted=wanted)
        return {iso: int(digits) for iso, digits in found.items()}

    def _read_currencies(self) -> Mapping[str, str]:
        known = (currency for currency in self._list(resources.CURRENCIES) if currency.iso)
        return {str(currency.iso): str(2 if currency.precision is None else currency.precision) for currency in known}

    def price_list(self, id_: str | None) -> PriceList | None:
        """By its id, or the account's ``default_order_price_list_id`` (reference §5.1), else the retail one."""
        known = self._mirror.settings("price_list_currencies", self._read_price_lists)
        wanted = id_ or known["default"]
        name, _, currency = known.get(f"{PRICE}{wanted}", "").rpartition("\n")
        return PriceList(id=wanted, name=name or wanted, currency=currency)

    def _read_price_lists(self) -> Mapping[str, str]:
        with reading():
            default = self._account().default_order_price_list_id or "retail"
        lists = self._list(resources.PRICE_LISTS)
        return {"default": default, **{f"{PRICE}{one.id}": f"{one.name}\n{one.currency_iso or ''}" for one in lists}}


def _plain(number: Decimal) -> str:
    """One text for one number: 13, 13.0 and 13.00 are the same rate."""
    return f"{number.normalize():f}"
