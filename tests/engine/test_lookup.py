"""What is asked of an account before orders are planned: as little as decides something, and what it comes to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve, field, frozen

from tests.engine.test_one_decision import Account
from tradegecko_bridge.commerce import Address, Customer, OrderLine, SourceOrder, Totals
from tradegecko_bridge.commerce.remote import CustomerMatch, OrderDraft, RecordKind, RemoteVariant
from tradegecko_bridge.engine import ConnectionSettings
from tradegecko_bridge.engine.delivery.lookup import Customers, load_account, load_goods
from tradegecko_bridge.engine.mapping.catalog import LONGEST_SKU, Catalog
from tradegecko_bridge.engine.mapping.draft import build_draft
from tradegecko_bridge.engine.mapping.plan import PreparedOrder, prepare
from tradegecko_bridge.errors import Rejected
from tradegecko_bridge.ledger import Reason
from tradegecko_bridge.testing.builders import a_line, an_order

MUG, OTHER = [RemoteVariant(id="7", sku="MUG")], [RemoteVariant(id="8", sku="TEE")]
PLAIN = ConnectionSettings()


@frozen
class Asked(Account):
    """Says what it was asked for."""

    asked: list[object] = field(factory=list)
    records: dict[str, str] = field(factory=dict)

    def currencies(self, wanted: Collection[str] = ()) -> Mapping[str, int]:
        self.asked.append(sorted(wanted))
        return dict.fromkeys(wanted, 2)

    def find_variants(self, skus: Collection[str]) -> Mapping[str, Sequence[RemoteVariant]]:
        self.asked.append(sorted(skus))
        return {"MUG": MUG}

    def find_barcodes(self, barcodes: Collection[str]) -> Mapping[str, Sequence[RemoteVariant]]:
        self.asked.append(sorted(barcodes))
        return {"501": OTHER}

    def find_record(self, kind: RecordKind, name: str) -> str:
        if name not in self.records:
            raise Rejected(f"there is no {kind.value} {name!r}")
        return self.records[name]

    def find_currency(self, name: str) -> str:
        if name != "Euro":
            raise Rejected(f"there is no currency {name!r}")
        return "EUR"

    def prices_include_tax(self) -> bool:
        self.asked.append("tax in prices")
        return True

    def default_tax_rate(self) -> Decimal | None:
        self.asked.append("tax rate")
        return Decimal(13)

    def find_customer(self, customer: Customer, *, billing: Address | None, match: CustomerMatch) -> str | None:
        self.asked.append((customer.email, billing and billing.city, match))
        return {"ann@example.com": "55"}.get(customer.email or "")


def missing(setting: str, what: str) -> Reason:
    text = f"setting {setting}: there is no {what}; create it there or correct the setting, and the order goes out"
    return Reason(f"unknown_{setting}", text, transient=True)


# ── the account ──────────────────────────────────────────────────────────────────────────────


def test_the_currencies_of_the_orders_are_asked_for() -> None:
    """Or only the one the settings give them all."""
    orders = [an_order("1"), an_order("2", currency="EUR"), an_order("3")]
    account = Asked()
    found = load_account(account, PLAIN, orders)
    assert found == Catalog(currencies={"CAD": 2, "EUR": 2}, currency=None, prices_include_tax=False)
    assert account.asked == [["CAD", "EUR"]]
    set_so = Asked()
    assert load_account(set_so, ConnectionSettings(currency="Euro"), orders) == Catalog(
        currencies={"EUR": 2}, currency="EUR"
    )
    assert set_so.asked == [["EUR"]]


def test_whether_prices_include_tax_is_asked_for_where_the_account_decides() -> None:
    """And nowhere else."""
    account = Asked()
    assert load_account(account, ConnectionSettings(tax_treatment="default"), []).prices_include_tax
    assert "tax in prices" in account.asked


def test_what_the_settings_name_is_looked_up() -> None:
    """The first that is missing is the reason; a record before a currency."""
    account = Asked(records={"Main": "3", "Retail": "4"})
    both = load_account(account, ConnectionSettings(location="Main", price_list="Retail"), [])
    assert both.names == {RecordKind.LOCATION: "3", RecordKind.PRICE_LIST: "4"}
    assert both.missing is None
    one = load_account(account, ConnectionSettings(location="Main", price_list="Sale", currency="Yen"), [])
    assert one.names == {RecordKind.LOCATION: "3"}
    assert one.missing == missing("price_list", f"{RecordKind.PRICE_LIST.value} 'Sale'")
    none = load_account(account, ConnectionSettings(currency="Yen"), [])
    assert (none.currency, none.missing) == (None, missing("currency", "currency 'Yen'"))


# ── the goods ────────────────────────────────────────────────────────────────────────────────


def prepared(*lines: OrderLine, settings: ConnectionSettings = PLAIN, **fields: Any) -> PreparedOrder:
    return prepare(an_order("1", list(lines), **fields), "1", settings, 2)


def goods(account: Asked, *orders: PreparedOrder, settings: ConnectionSettings = PLAIN) -> Catalog:
    return load_goods(account, settings, Catalog(currencies={"CAD": 2}), list(orders))


def test_goods_are_asked_for_by_all_skus_at_once() -> None:
    """Not by one that is blank, or longer than any; the account's currencies stay."""
    account, longest = Asked(), "M" * LONGEST_SKU
    skus = ["MUG", " ", None, longest, longest + "M", "TEE"]
    lines = [evolve(a_line(reference=str(n)), sku=sku) for n, sku in enumerate(skus)]
    found = goods(account, prepared(*lines[:3]), prepared(*lines[3:]))
    assert found == Catalog(currencies={"CAD": 2}, variants={"MUG": MUG})
    assert account.asked == [sorted(["MUG", longest, "TEE"])]
    nothing = Asked()
    assert goods(nothing, prepared(evolve(a_line(), sku=None))) == Catalog(currencies={"CAD": 2})
    assert nothing.asked == []


def test_barcodes_are_asked_for_where_goods_are_matched_by_them() -> None:
    """And there are any."""
    by_barcode = ConnectionSettings(match_by="barcode")
    longest = "5" * LONGEST_SKU
    lines = [a_line("MUG", barcode=code, reference=code or "-") for code in ("501", longest, longest + "5", None)]
    account = Asked()
    found = goods(account, prepared(*lines, settings=by_barcode), settings=by_barcode)
    assert found == Catalog(currencies={"CAD": 2}, variants={"MUG": MUG}, barcodes={"501": OTHER})
    assert account.asked == [["MUG"], sorted(["501", longest])]
    by_sku, without = Asked(), Asked()
    goods(by_sku, prepared(*lines))
    goods(without, prepared(a_line("MUG"), settings=by_barcode), settings=by_barcode)
    assert by_sku.asked == without.asked == [["MUG"]]


@pytest.mark.parametrize(
    ("rates", "inclusive", "total", "asked"),
    [
        ((None, "13"), False, "50.00", True),
        (("13", None), False, "50.00", True),
        ((None, None), False, None, False),
        (("13", "13"), False, "50.00", False),
        ((None, None), True, "50.00", False),
    ],
)
def test_the_account_s_tax_is_asked_for_where_it_decides_a_total(
    rates: tuple[str | None, ...], inclusive: bool, total: str | None, asked: bool
) -> None:
    """There is one to compare with, and a part whose tax nobody gave comes on top of its price."""
    lines = [
        a_line(
            "MUG", reference=str(n), tax_rate=Decimal(rate) if rate else None, price_includes_tax=inclusive, tax=None
        )
        for n, rate in enumerate(rates)
    ]
    totals = Totals(grand_total=Decimal(total) if total else None)
    plain = prepared(a_line("MUG"), shipping=())
    account = Asked()
    found = goods(account, plain, prepared(*lines, shipping=(), totals=totals))
    assert found.tax_rate == (Decimal(13) if asked else None)
    assert account.asked == [["MUG"], "tax rate"] if asked else [["MUG"]]


# ── customers ────────────────────────────────────────────────────────────────────────────────


def a_draft(order: SourceOrder, **fields: Any) -> OrderDraft:
    catalog = Catalog(currencies={"CAD": 2}, variants={"MUG": MUG})
    draft = build_draft(order, "mark", catalog, PLAIN)
    assert isinstance(draft, OrderDraft)
    return evolve(draft, **fields)


def test_a_customer_is_asked_for_until_one_is_found() -> None:
    """With whom the bill goes to, else the parcel; found, once; forgotten, again. The settings' own: never."""
    account = Asked()
    customers = Customers(account, ConnectionSettings(customer_match="strict"))
    order = an_order("1", [a_line("MUG")])
    draft = a_draft(order)
    assert [customers.id_for(draft), customers.id_for(draft)] == ["55", "55"]
    assert account.asked == [("ann@example.com", "Toronto", CustomerMatch.STRICT)]
    customers.forget(draft)
    assert customers.id_for(draft) == "55"
    assert len(account.asked) == 2
    billed = a_draft(evolve(order, billing_address=Address(address1="9 Elm", city="Ottawa")))
    assert customers.id_for(billed) == "55"
    assert account.asked[2:] == [("ann@example.com", "Ottawa", CustomerMatch.STRICT)]
    stranger = a_draft(evolve(order, customer=Customer(email="x@example.com")))
    assert [customers.id_for(stranger), customers.id_for(stranger)] == [None, None]
    assert len(account.asked) == 5
    assert customers.id_for(a_draft(order, customer_id="1")) == "1"
    assert len(account.asked) == 5
