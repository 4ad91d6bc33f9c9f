"""Whatever is put into any column of any resource: a proper answer, nothing changed by a refusal, lists that work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_from_bytes

import orjson
import pytest

from tests.sandbox.everything import FORM, LocalClient, furnish, valid
from tests.sandbox.junk import ANYTHING, KINDS, NUMBERS, TEXTS, deep
from tradegecko_bridge.sandbox.model.schema import Field, Resource, schema
from tradegecko_bridge.sandbox.wire.messages import Answer

SERVED = [resource for resource in schema().values() if resource.methods]
FINE = frozenset({200, 201, 204, 400, 404, 422})


def junk_for(field: Field | None) -> tuple[str, ...]:
    """What to try on a column: what suits its kind least. Free text, of which there is most, has no kind to hurt."""
    if field is None or field.kind in {"array", "object"}:
        return (*ANYTHING, *NUMBERS)
    if field.kind == "string" and not (field.enum or field.ref or field.tag_text or field.required):
        return (*ANYTHING[::3], *TEXTS[::5])
    return (*ANYTHING, *KINDS.get(field.kind, TEXTS))


@pytest.mark.parametrize("resource", SERVED, ids=lambda resource: resource.name)
def test_any_junk_in_any_column(resource: Resource) -> None:
    """Created or changed with one junk column at a time, nested lines included."""
    local, accepted = furnish(LocalClient()), 0
    kept = _rows(local)
    for number, (method, path, body) in enumerate(_requests(resource)):
        answer = local(method, path, body.replace(b"Label 0", b"Label %d" % number))
        _proper(answer, (method, path, body[:300]))
        if answer.status >= 400:
            assert _rows(local) == kept, (method, path, body[:300])
            continue
        accepted += 1
        if accepted % 60 == 0:  # Begin anew: what was accepted is read, and does not slow the rest down.
            _everything_can_be_read(local)
            local = furnish(LocalClient())
        kept = _rows(local)
    _everything_can_be_read(local)


def _requests(resource: Resource) -> Iterator[tuple[str, str, bytes]]:
    root, base = resource.singular, valid(resource.name, 0)
    key = "retail" if resource.name == "price_lists" else "1"
    for name, field in _columns(resource, "create"):
        for junk in junk_for(field) if "C" in resource.methods else ():
            yield "POST", f"/{resource.name}", _body(root, base, name, junk)
    for name, field in _columns(resource, "update"):
        for junk in junk_for(field) if "U" in resource.methods else ():
            yield "PUT", f"/{resource.name}/{key}", _body(root, {}, name, junk)
    for child in resource.children:
        for name, field in (*_columns(schema()[child], "create"), ("id", None)):
            for junk in junk_for(field):
                line = _object(base[child][0], name, junk).decode()
                yield "POST", f"/{resource.name}", _body(root, base, child, f"[{line}]")


def _columns(resource: Resource, when: Any) -> list[tuple[str, Field | None]]:
    found: list[tuple[str, Field | None]] = [
        (field.name, field) for field in resource.fields.values() if field.settable(when) or field.handled
    ]
    nested = {"orders": ("company", "shipping_address", "billing_address"), "procurements": resource.always}
    return found + [(name, None) for name in (*resource.children, *nested.get(resource.name, ()))]


def _body(root: str, base: Any, name: str, junk: str) -> bytes:
    return b'{"%s":%s}' % (root.encode(), _object(base, name, junk))


def _object(base: Any, name: str, junk: str) -> bytes:
    pairs = [orjson.dumps(key) + b":" + orjson.dumps(value) for key, value in base.items() if key != name]
    return b"{" + b",".join([*pairs, orjson.dumps(name) + b":" + junk.encode()]) + b"}"


def _rows(local: LocalClient) -> dict[str, dict[int, Any]]:
    tables = local.instance.context.state.tables.items()
    return {name: {key: dict(row) for key, row in table.rows.items()} for name, table in tables}


def _proper(answer: Answer, about: object) -> None:
    """An answer the real API could have given, that a socket can carry."""
    assert answer.status in FINE, (about, answer.status, answer.body[:300])
    assert b"Traceback" not in answer.body, about
    for name, value in answer.headers:
        assert not re.search(r"[^\t\x20-\x7e\x80-\xff]", value), (about, name, value)


def _everything_can_be_read(local: LocalClient) -> None:
    local.instance.advance(60)  # Pictures are processed by then.
    for resource in SERVED:
        listed = local("GET", f"/{resource.name}", query="limit=250&include=variants,images,order,company")
        assert listed.status == 200, resource.name
        row = orjson.loads(listed.body)[resource.name][0] if orjson.loads(listed.body).get(resource.name) else {}
        if "id" in row and "G" in resource.methods:
            assert local("GET", f"/{resource.name}/{row['id']}").status == 200, (resource.name, row["id"])


@pytest.mark.parametrize("resource", SERVED, ids=lambda resource: resource.name)
def test_any_junk_in_any_form_field(resource: Resource) -> None:
    """The same in form bodies, where everything is text and brackets may stand anywhere."""
    local, root = furnish(LocalClient()), resource.singular
    texts = ("", "0", "-1", "NaN", "1e400", "x" * 10_000, "\x00", "😀", "9999-12-31T23:59:59-14:00", "http://[", "²")
    for name, _ in _columns(resource, "create"):
        bodies = [f"{root}[{name}]={quote(text)}" for text in texts]
        bodies += [
            f"{root}[{name}]{tail}=1" for tail in ("[]", "[][]", "[][x]", "[x][]", "[0][id]", "[", "]", "[[", "[a" * 50)
        ]
        bodies += [
            f"{root}[{name}]=%FF%ZZ%",
            f"{root}[{name}]=1&{root}[{name}][]=2&{root}[{name}][x]=3",
            f"{root}={name}",
        ]
        for body in bodies:
            for method, path in (("POST", f"/{resource.name}"), ("PUT", f"/{resource.name}/1")):
                _proper(local(method, path, body.encode(), FORM), (method, path, body[:300]))
    _everything_can_be_read(local)


ROOTS = (
    "null", "true", "1", '"x"', "[]", "{}", '{"order":null}', '{"order":[]}', '{"order":7}', '{"order":{}}',
    '{"order":[{"company_id":2}]}', '{"orders":{"company_id":2}}', '{"order":{"company_id":2},"order":{}}', '{"":{}}',
    deep("[", "]", 5000),
)  # fmt: skip
VALUES = (b"1,2,,x", b"NaN", b"1e999999999", b"\x00\xff", "٣😀".encode(), b"9999-12-31T23:59:59-14:00", b"x" * 2000,
          b"[]")  # fmt: skip
PARAMETERS = ("ids", "ids[]", "status", "status[]", "order", "q", "term", "page", "limit", "updated_at_min",
              "created_at_max", "include", "_include", "sku[]", "ids[x]", "ids[][]")  # fmt: skip


@pytest.mark.parametrize("resource", SERVED, ids=lambda resource: resource.name)
def test_any_junk_in_any_filter(resource: Resource) -> None:
    """Every column and every common parameter as a filter, with whatever value: a list."""
    local = furnish(LocalClient())
    values = [quote_from_bytes(value) for value in VALUES]
    for name in (*PARAMETERS, *resource.fields):
        for value in values:
            query = f"{quote(name, safe='[]')}={value}"
            answer = local("GET", f"/{resource.name}", query=query)
            assert answer.status == 200, (query, answer.body)
            _proper(answer, query)


def test_junk_in_actions() -> None:
    """Every action of every document, with every column of what it makes as junk."""
    made = {"pack": "fulfillments", "fulfil": "fulfillments", "invoice": "invoices", "pay": "payments"}
    for action, name in made.items():
        local, root = furnish(LocalClient()), schema()[name].singular
        for column, field in (*_columns(schema()[name], "create"), ("payment_method_name", None)):
            for junk in junk_for(field):
                for key in (2, 3):
                    answer = local("POST", f"/orders/{key}/actions/{action}", _body(root, {}, column, junk))
                    _proper(answer, (action, column, junk[:300]))
        _everything_can_be_read(local)


@pytest.mark.parametrize("body", ROOTS)
def test_wrong_roots(body: str) -> None:
    """Whatever stands where the root belongs is a bad request; the last of two roots counts."""
    local = LocalClient()
    for method, path in (("POST", "/orders"), ("PUT", "/companies/2")):
        answer = local(method, path, body.encode())
        assert (answer.status, orjson.loads(answer.body)["type"]) == (400, "Bad Request")


def test_paths_that_lead_nowhere() -> None:
    """Dots, NUL, digits of other scripts, signs and endless names: 404, never a record and never a failure."""
    local = furnish(LocalClient())
    for key in ("..", ".", "\x00", "١", "１", "²", "+1", "-1", "1.0", "1e0", " 1", "1 ", "0", "é", "\ufffd", "a" * 5000,
                "null", "9" * 18, "9" * 400, "1/..", "../1", "%31", "1;2", "1,2"):  # fmt: skip
        for path in (f"/orders/{key}", f"/orders/{key}/actions/pack", f"/variants/composition/{key}", f"/{key}"):
            for method in ("GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "FOO", ""):
                answer = local(method, path, {"order": {"notes": "x"}} if method in {"PUT", "PATCH"} else None)
                assert answer.status == 404, (method, path, answer.status)
    assert local.must("GET", "/orders/1")["order"]["notes"] is None
