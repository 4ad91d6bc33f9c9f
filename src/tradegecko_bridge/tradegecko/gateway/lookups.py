"""Looking up what orders name: customers and variants, one by one and many at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from tradegecko_bridge.commerce import Address, Customer
from tradegecko_bridge.commerce.customers import Identity, identity
from tradegecko_bridge.commerce.remote import (
    CustomerMatch,
    Presence,
    RemoteVariant,
)
from tradegecko_bridge.ports.mirrors import MirrorRow
from tradegecko_bridge.tradegecko.gateway import (
    customer_match,
)
from tradegecko_bridge.tradegecko.gateway.listing import chunks_by_url_length
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import (
    ADDRESSES,
    COMPANIES,
    ORDERS,
    VARIANTS,
    Kind,
    company_keys,
    prices_of,
    twin_key,
)
from tradegecko_bridge.tradegecko.gateway.reader import D, Filters, Reader

TWINS_ASKED: Final = 5
"""SKUs that nothing has for which what is nearly the same is searched for, at most."""
COMPANY_FILTERS: Final = {"code": "company_code", "email": "email"}
"""The filters that find companies by a key exactly."""
VALUE_OF: Final[Mapping[str, Callable[[Any], str]]] = {
    "order_number": lambda order: (order.order_number or "").strip(),
    "company_code": lambda company: (company.company_code or "").strip(),
    "email": lambda company: (company.email or "").strip(),
    "company_id": lambda address: str(address.company_id),
}
"""What a record has that a filter with this name finds it by."""


class Lookups(Reader):
    """From the mirror, or by the filters the API has."""

    def prefetch(
        self, orders: Collection[tuple[str, str]], customers: Collection[tuple[Customer, Address | None]]
    ) -> Mapping[str, Presence]:
        """One look into the mirror for a whole batch, or into the account for many of it at a time; what the last one
        brought is written first."""
        self._mirror.flush()
        self._keys = {}
        found = self._prefetch_customers([identity(customer, bill) for customer, bill in customers])
        self._ask_together(ADDRESSES, "company", "company_id", {id_: [id_] for id_ in sorted(found, key=int)})
        numbers = {marker: number.strip() for number, marker in orders}
        self._ask_together(ORDERS, "number", "order_number", {number: [number] for number in numbers.values()})
        return self._presence(numbers)

    def _prefetch_customers(self, customers: Sequence[Identity]) -> set[str]:
        """The ids of companies that one of these may be."""
        wanted: dict[str, dict[str, list[str]]] = {key: {} for key in customer_match.LOOKUP_KEYS}
        for customer in customers:
            for key, value in self._customer_keys(customer).items():
                if key in wanted:
                    wanted[key].setdefault(value, []).extend(customer_match.said(customer, key))
        found = set[str]()
        for key, said in wanted.items():
            if said and key in COMPANY_FILTERS:
                self._ask_together(COMPANIES, key, COMPANY_FILTERS[key], said)
            told = self._mirror.find_each(COMPANIES, key, said, said=said) if said else {}
            found |= {row.id for rows in told.values() for row in rows}
        return found

    def _ask_together(self, kind: Kind[D], key: str, name: str, said: Mapping[str, Sequence[str]]) -> None:
        """Ask the account for many values of a key at once, by this filter: those that the mirror cannot tell. With
        each of the values come the texts that stand for it."""
        if not said or not self._mirror.answers:
            return
        told = self._mirror.find_each(kind, key, said, said=said)
        asked = {value: texts for value, texts in said.items() if value not in told}
        at, answered, found = self._clock(), set[str](), list[D]()
        for texts, some in self._together.ask(kind, name, list(chain.from_iterable(asked.values())), VALUE_OF[name]):
            answered.update(texts)
            found += some
        values = [value for value, texts in asked.items() if answered.issuperset(texts)]
        self._mirror.learn(kind, key, values, found, at, asked)

    def _presence(self, numbers: Mapping[str, str]) -> Mapping[str, Presence]:
        told = self._mirror.find_each(ORDERS, "number", set(numbers.values()))
        absent = Presence.ABSENT if self._mirror.is_whole(ORDERS) else Presence.FREE
        used = {number for number, rows in told.items() if rows}
        for key, values in (("number", set(numbers.values())), ("mark", numbers.keys())):
            used |= {value for row in self._mirror.last_known(ORDERS, key, values) for value in row.values(key)}
        return {
            marker: Presence.KNOWN if marker in used or number in used
            else absent if number in told
            else Presence.POSSIBLE
            for marker, number in numbers.items()
        }  # fmt: skip

    def find_variants(self, skus: Collection[str]) -> Mapping[str, Sequence[RemoteVariant]]:
        """From the mirror, or some fifty SKUs a call; several variants may carry a SKU (reference §5.34)."""
        wanted = {sku for sku in skus if sku.strip()}
        return self._variants_by(
            "sku", wanted, ({"sku": chunk} for chunk in chunks_by_url_length(sorted(wanted), "sku"))
        )

    def find_barcodes(self, barcodes: Collection[str]) -> Mapping[str, Sequence[RemoteVariant]]:
        """From the mirror, or one call each: there is no filter by ``upc``, so its full text is searched."""
        wanted = {barcode for barcode in barcodes if barcode.strip()}
        return self._variants_by("upc", wanted, ({"q": barcode} for barcode in sorted(wanted)))

    def _variants_by(
        self, key: str, wanted: Collection[str], queries: Iterable[Filters]
    ) -> Mapping[str, Sequence[RemoteVariant]]:
        rows = self._rows(VARIANTS, key, wanted, queries)
        found: dict[str, list[RemoteVariant]] = {}
        for row in {row.id: row for row in rows if row.facts["status"] == "active"}.values():
            for value in set(row.values(key)).intersection(wanted):
                found.setdefault(value, []).append(
                    RemoteVariant(id=row.id, sku="".join(row.values("sku")), prices=prices_of(row))
                )
        return found

    def find_twins(self, skus: Collection[str]) -> Mapping[str, Sequence[str]]:
        """From the mirror, or by a search for each of the first few."""
        wanted = {sku: twin_key(sku) for sku in sorted(skus)[:TWINS_ASKED] if twin_key(sku)}
        rows = self._rows(VARIANTS, "twin", set(wanted.values()), ({"q": sku} for sku in wanted))
        alive = [row for row in rows if row.facts["status"] == "active"]
        return {
            sku: sorted({text for row in alive if key in row.values("twin") for text in row.values("sku")})
            for sku, key in wanted.items()
        }

    def find_customer(
        self, customer: Customer, *, billing: Address | None = None, match: CustomerMatch = CustomerMatch.NORMAL
    ) -> str | None:
        """From the mirror, or by code, e-mail address and phone in up to three calls (reference §5.3)."""
        known = identity(customer, billing)
        keys = self._customer_keys(known)

        def look_up(key: str) -> Sequence[MirrorRow]:
            queries = (customer_match.filters(known, one) for one in [key])
            return self._rows(COMPANIES, key, [keys[key]], queries, customer_match.said(known, key))

        return customer_match.best_match(keys, match, look_up, is_counted=known.is_counted)

    def _customer_keys(self, known: Identity) -> Mapping[str, str]:
        keys = self._keys.get(known)
        if keys is None:
            said = {"name": known.name, "email": known.email, "phone": known.phone, "code": known.code}
            keys = self._keys[known] = dict(company_keys(self._mirror.digest, **said))
        return keys
