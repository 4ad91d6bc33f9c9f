"""The description against the tables of the reference, where the reference is beside the repository.

Where the two differ on purpose, the reason stands here; a difference that went away fails as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.sandbox.test_matrix import MATRIX
from tradegecko_bridge.sandbox.model.schema import Field, Resource, schema

FILE = Path(__file__).parents[2].parent / "shared/reference/tradegecko-api.md"
TEXT = FILE.read_text() if FILE.exists() else ""
SECTIONS = re.findall(r"^### 5\.\d+ .*?`(\w+)`.*?\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL)
pytestmark = pytest.mark.skipif(not TEXT, reason="the reference is not beside the repository")

OLD = "only in documents of 2013, before everything that was recorded"
DEFAULTED = "flagged as required, but guides leave it out and it has a default; a switch insists on it"
LEFT = "flagged as required, but a guide leaves it out and means all that is left"
NOT_SERVED = {
    "fulfillments.xero": OLD,
    "invoices.xero": OLD,
    "purchase_orders.xero": OLD,
    "locations.account_id": OLD,
    "users.roles": OLD,
    "variants.cost_price": OLD,
    "variants.vendor_code": OLD,
    "variants.channels": "private, documented briefly and removed in 2016",
    "invoice_line_items.base_price": "private and in no sample; what it holds is unknown",
    "tax_types.tax_components": "nested records rather than a column: they are the children of the resource",
}
ACCESS = {
    "companies.default_tax_rate": "a rate cannot be turned into a tax type; it is shown as the default type's",
    "products.status": "flagged read-only, yet the recorded creation kept the status it was sent",
    "purchase_orders.status": "flagged read-only and settable; setting it by PUT was reported to work (ISS#20)",
    "variants.composite": "settable on creation only in the official client",
    "variants.manage_stock": "cannot be changed after creation (help centre)",
    "variants.locations": "read-only as a whole; two keys inside may be written",
    "variants.reorder_point": "moved into locations in 2014; shown as the recordings have it",
    "users.account_name": "settable only in the official client; there is nothing to set",
}
REQUIRED = {
    "fulfillment_line_items.quantity": LEFT,
    "invoice_line_items.quantity": LEFT,
    "orders.issued_at": DEFAULTED,
    "order_line_items.variant_id": "not for free text",
    "order_line_items.tax_type_id": DEFAULTED,
    "order_line_items.price": DEFAULTED,
    "purchase_orders.due_at": DEFAULTED,
    "purchase_orders.payment_due_at": DEFAULTED,
    "purchase_orders.tax_treatment": DEFAULTED,
    "purchase_orders.issued_at": DEFAULTED,
    "purchase_order_line_items.variant_id": "not for free text",
    "purchase_order_line_items.tax_type_id": "an older client does not send it",
    "purchase_order_line_items.price": "an older client does not send it; the price list has one",
    "stock_adjustments.stock_location_id": "documented to default to the primary location as well",
    "stock_adjustment_line_items.price": "documented as needed for what comes in only",
    "tax_components.rate": "not flagged, but required in the documents of 2013, and no rate means nothing",
}
RECORDED_LATER = {
    "addresses.country_code": "written into the recording by hand",
    "orders.tags": "written into the recording by hand",
    "products.brand": "only in the recording of 2015",
    "variants.default_ledger_account_id": "only in the recording of 2015",
    "variants.incoming_stock": "only in the recording of 2015",
}
FILTERS = {"products.supplier": "no mark, but said to work (ISS#69)"}
# What a table calls a kind, and the kinds of the description that write it.
KINDS = {
    "int": {"int"}, "bool": {"bool"}, "array": {"array"}, "object": {"object"}, "datetime": {"datetime"},
    "date": {"date"}, "decimal": {"decimal"}, "numeric": {"quantity"}, "comma": {"string"}, "float": {"float"},
    "string": {"string", "decimal", "quantity", "date", "datetime"}, "null": {"string"}, "(filter": {"string"},
}  # fmt: skip
OTHER_KINDS = {
    "accounts.default_tax_rate": "a float in 2014, a text in the newest sample",
    "price_lists.id": "a text for the built-in three, a number for the others",
}


@dataclass(frozen=True)
class Row:
    """One row of a field table."""

    name: str
    kind: str
    access: str
    filter: str
    sources: str


def tables() -> Iterator[tuple[Resource, list[Row]]]:
    """Every resource with the rows of its field table."""
    for name, body in SECTIONS:
        rows = []
        for line in re.findall(r"^\| (`\w+` \|.*)\|$", body, re.MULTILINE):
            cells = [cell.strip() for cell in line.split("|")]
            if len(cells) >= 7:
                field, kind, access, _, marked, sources = cells[:6]
                rows.append(Row(field.strip("`"), kind, access, marked, sources))
        if rows:
            yield schema()[name], rows


TABLES = list(tables())
RESOURCES = pytest.mark.parametrize(("resource", "rows"), TABLES, ids=[resource.name for resource, _ in TABLES])


def known(resource: Resource, rows: list[Row]) -> Iterator[tuple[str, Row, Field]]:
    """The rows whose field the description has, with where they are."""
    for row in rows:
        if row.name in resource.fields:
            yield f"{resource.name}.{row.name}", row, resource.fields[row.name]


def differ(found: set[str], expected: dict[str, str], resource: Resource) -> None:
    """The differences found are the ones with a reason."""
    assert found == {where for where in expected if where.partition(".")[0] == resource.name}


def test_the_tables_were_read() -> None:
    """All resources with a table are there, and hundreds of fields."""
    assert len(TABLES) == 33
    assert sum(len(rows) for _, rows in TABLES) > 500


@RESOURCES
def test_every_field_is_there(resource: Resource, rows: list[Row]) -> None:
    """No field of a table is missing."""
    differ(
        {f"{resource.name}.{row.name}" for row in rows} - {w for w, _, _ in known(resource, rows)}, NOT_SERVED, resource
    )


@RESOURCES
def test_fields_are_set_by_whom_the_table_says(resource: Resource, rows: list[Row]) -> None:
    """Read-only, on create, on update; fields without a flag of the documents may be either."""
    flagged = {"RO": "RO", "RO†": "RO", "CU": "CU", "C": "C", "U": "U"}
    wrong = set()
    for where, row, field in known(resource, rows):
        flag = row.access.split()[0]
        if flag in flagged and flagged[flag] != field.access:
            wrong.add(where)
    differ(wrong, ACCESS, resource)


@RESOURCES
def test_fields_are_required_where_the_table_says(resource: Resource, rows: list[Row]) -> None:
    """And not where it does not."""
    differ({w for w, row, f in known(resource, rows) if ("**req**" in row.access) != f.required}, REQUIRED, resource)


@RESOURCES
def test_lists_can_be_filtered_where_the_table_says(resource: Resource, rows: list[Row]) -> None:
    """By every field with a mark, and by every other parameter of the section."""
    body = dict(SECTIONS)[resource.name]
    differ({w for w, row, f in known(resource, rows) if bool(row.filter) != f.filter}, FILTERS, resource)
    line = re.search(r"^\*\*Resource filters\*\*.*$", body, re.MULTILINE)
    for name in re.findall(r"`(\w+)`", line[0] if line else ""):
        field = resource.fields.get(name)
        filtered = bool(resource.search) if name == "q" else field is not None and (field.filter or name == "status")
        assert filtered or f"{resource.name}.{name}" in NOT_SERVED, name


@RESOURCES
def test_fields_are_of_the_kind_the_table_says(resource: Resource, rows: list[Row]) -> None:
    """And may be null where it was seen null."""
    wrong = set()
    for where, row, field in known(resource, rows):
        if field.kind not in KINDS[re.split(r"[ ,/]", row.kind)[0]]:
            wrong.add(where)
        assert field.null or "null" not in row.kind, where
    differ(wrong - {"price_lists.id"}, {k: v for k, v in OTHER_KINDS.items() if k != "price_lists.id"}, resource)


@RESOURCES
def test_the_evidence_is_the_tables(resource: Resource, rows: list[Row]) -> None:
    """Documented, recorded, seen in clients: what the letters of the table's sources stand for."""
    letters = {"S": "D", "Sj": "D", "OD": "D", "R": "R", "G": "C", "Z": "C"}
    for where, row, field in known(resource, rows):
        assert set(field.evidence) == {letters[source] for source in row.sources.split("·")}, where


@RESOURCES
def test_keys_are_written_as_in_the_newest_sample(resource: Resource, rows: list[Row]) -> None:
    """In its order; what the sample lacks may follow anywhere, and nothing of the sample is missing."""
    sample = re.search(r"newest sample \(Sj\): ([\w, ]+?)(?: ·|\.)", dict(SECTIONS)[resource.name])
    assert sample is not None
    written = [f.name for f in resource.fields.values() if f.emit and f.access not in {"hidden", "filter"}]
    expected = sample[1].split(", ")
    assert [name for name in written if name in expected] == expected


@RESOURCES
def test_the_service_of_2014_has_the_columns_recorded_then(resource: Resource, rows: list[Row]) -> None:
    """Those and no others, but for what was recorded later or written into a recording by hand."""
    recorded = re.search(r"recorded: ([\w, ]+)\.$", dict(SECTIONS)[resource.name], re.MULTILINE)
    shown = [f for f in resource.fields.values() if f.emit and f.access not in {"hidden", "filter"}]
    if recorded is None:
        assert {f.era for f in shown} == {None}
    else:
        then = {f"{resource.name}.{f.name}" for f in shown if f.era != "later"}
        differ({f"{resource.name}.{name}" for name in recorded[1].split(", ")} - then, RECORDED_LATER, resource)
        assert then <= {f"{resource.name}.{name}" for name in recorded[1].split(", ")}


def test_the_matrix_is_the_reference_matrix() -> None:
    """The newest documents' column, with what was recorded or seen in clients where they are silent."""
    table = TEXT[TEXT.index("## 4. ") : TEXT.index("### 4.1")]
    rows = dict(re.findall(r"^\| (\w[\w/]*) \| ([^|]+) \|", table, re.MULTILINE))
    differing = {}
    for name, verbs in MATRIX.items():
        column = rows.get("variants/composition" if name == "composition" else name, "")
        if re.match(r"[LGCUX]*", column)[0] != verbs:  # type: ignore[index]
            differing[name] = column.partition("(")[0].strip()
    assert differing == {
        "accounts": "U, `/current`",
        "composition": "LG",
        "payments": "–",
        "procurements": "–",
        "stock_adjustment_reasons": "on an unmerged docs branch",
    }
    assert {row for row in rows if row not in {"Resource", "variants/composition"}} == MATRIX.keys() - {"composition"}
