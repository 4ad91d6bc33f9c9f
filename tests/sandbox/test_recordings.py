"""The sandbox answers what was once recorded from the real API in the same shape, and its description says so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.support import Client
from tradegecko_bridge.sandbox import Sandbox
from tradegecko_bridge.sandbox.model.schema import Field, Resource, schema

FOLDER = Path(__file__).parents[2].parent / "shared" / "recordings"
EXCHANGES = {path.stem: json.loads(path.read_text())[0] for path in sorted(FOLDER.glob("*.json"))}
LISTS = [name for name, exchange in EXCHANGES.items() if "X-Pagination" in exchange["response"]["headers"]]
ROOTS = {root: resource for resource in schema().values() for root in (resource.name, resource.singular)}
# The newest recording is of 2020, the others are of 2014 and 2015.
NEW = {name for name, exchange in EXCHANGES.items() if " 2020 " in exchange["recorded_at"]}
# Headers whose value says how the answer may be kept, rather than what it is.
SAME = ("Content-Type", "Cache-Control", "Status", "X-UA-Compatible")

pytestmark = [
    pytest.mark.skipif(not EXCHANGES, reason="the recordings are not beside the repository"),
    pytest.mark.sandbox,  # by fixtures that are asked for by name
]


def _opened(era: str) -> Iterator[Client]:
    """A client of a sandbox of that time, with documents to show."""
    with Sandbox(switches={"era": era}, rate_limit=300) as sandbox:
        client = Client(sandbox)
        for _ in range(6):
            order = client.order(client.line("MUG-BLUE"), client.line("TEE-M"), status="finalized")
            client("POST", f"/orders/{order['id']}/actions/fulfil").raise_for_status()
            line = {"variant_id": 1, "quantity": 2, "price": "2.5"}
            client.post("/purchase_orders", "purchase_order", company_id=5, purchase_order_line_items=[line])
            client.post("/payment_terms", "payment_term", name="N")
            client.post("/payment_methods", "payment_method", name="M")
            client.post("/tax_types", "tax_type", name="T", tax_components=[{"label": "L", "rate": 1}])
        yield client
        client.close()


@pytest.fixture(scope="module")
def old_api() -> Iterator[Client]:
    """The service of 2014."""
    yield from _opened("2014")


@pytest.fixture(scope="module")
def new_api() -> Iterator[Client]:
    """The service of the last years."""
    yield from _opened("2021")


@pytest.fixture
def api(name: str, request: pytest.FixtureRequest) -> Client:
    """The service as it was when the exchange was recorded."""
    client: Client = request.getfixturevalue("new_api" if name in NEW else "old_api")
    return client


def _replay(api: Client, request: Any) -> Any:
    headers = {"Content-Type": request["content_type"]} if request["content_type"] else {}
    return api(request["method"], request["path"], content=request["body"] or b"", headers=headers)


@pytest.mark.parametrize("name", EXCHANGES)
def test_a_recorded_request_gets_an_answer_of_the_recorded_shape(api: Client, name: str) -> None:
    """Same status, same roots in the same order, every recorded key with a value of the recorded kind."""
    exchange = EXCHANGES[name]
    recorded, answer = exchange["response"], _replay(api, exchange["request"])
    assert answer.status_code == recorded["status"]
    then, now = json.loads(recorded["body"]), answer.json()
    assert list(now) == list(then)
    for root, value in then.items():
        _same_shape(value, now[root], f"{name}:{root}")


@pytest.mark.parametrize("name", EXCHANGES)
def test_recorded_headers_are_there(api: Client, name: str) -> None:
    """Every header that was recorded is sent, with the recorded value where it says what a client may do."""
    exchange = EXCHANGES[name]
    recorded, answer = exchange["response"]["headers"], _replay(api, exchange["request"])
    assert {header.lower() for header in recorded} <= {header.lower() for header in answer.headers}
    then = {header.lower(): value for header, value in recorded.items()}
    for header in SAME:
        if header.lower() in then:
            assert answer.headers[header] == then[header.lower()], header
    assert answer.headers.get("ETag", "")[:1] == then.get("etag", "")[:1]


@pytest.mark.parametrize("name", LISTS)
def test_pagination_headers_have_the_recorded_form(api: Client, name: str) -> None:
    """X-Pagination has the recorded keys in their order, Link the recorded relations."""
    exchange = EXCHANGES[name]
    recorded = exchange["response"]["headers"]
    answer = _replay(api, exchange["request"])
    assert list(json.loads(answer.headers["X-Pagination"])) == list(json.loads(recorded["X-Pagination"]))
    assert ": " not in answer.headers["X-Pagination"]
    rels = [part.split("rel=")[1] for part in recorded["Link"].split(", ")]
    assert [part.split("rel=")[1] for part in answer.headers["Link"].split(", ")] == rels
    paths = [re.search(r"/ajax/[\w.]+", text)[0] for text in (answer.headers["Link"], recorded["Link"])]  # type: ignore[index]
    if name not in NEW and ".json" not in recorded["Link"]:
        paths[0] = paths[0].removesuffix(".json")  # It went away between May and September 2014.
    assert paths[0] == paths[1]


def _records() -> Iterator[tuple[str, Resource, dict[str, Any]]]:
    """Every recorded record with the resource it is of."""
    for name, exchange in EXCHANGES.items():
        for root, value in json.loads(exchange["response"]["body"]).items():
            if root in ROOTS:
                for record in value if isinstance(value, list) else [value]:
                    yield name, ROOTS[root], record


@pytest.mark.parametrize("name", sorted({name for name, _, _ in _records()}))
def test_the_description_knows_what_was_recorded(name: str) -> None:
    """Every recorded key is one of the description's, of the kind it says, and null only where it says so."""
    seen = 0
    for recording, resource, record in _records():
        if recording != name:
            continue
        seen += 1
        for key, value in record.items():
            field = resource.fields.get(key)
            assert field is not None, f"{resource.name}.{key}"
            assert field.emit, f"{resource.name}.{key}"
            assert field.access not in {"hidden", "filter"}
            assert _fits(field, value), f"{resource.name}.{key} is {field.kind}, recorded {value!r}"
    assert seen


@pytest.mark.parametrize("name", EXCHANGES)
def test_keys_are_written_in_the_order_of_the_description(api: Client, name: str) -> None:
    """Records have every column of their time in the order of the description, and no other key.

    The order of the description is the newest sample's, which only the recording of 2020 shares.
    """
    answer = _replay(api, EXCHANGES[name]["request"]).json()
    for root, value in answer.items():
        if root not in ROOTS:
            continue
        fields = ROOTS[root].fields.values()
        gone = "2014" if name in NEW else "later"
        shown = [f.name for f in fields if f.emit and f.access not in {"hidden", "filter"} and f.era != gone]
        for record in value if isinstance(value, list) else [value]:
            assert list(record) == shown
    recorded = json.loads(EXCHANGES[name]["response"]["body"])
    if name in NEW:
        assert [list(row) for row in recorded[name]] == [list(row) for row in answer[name]]
    elif EXCHANGES[name]["response"]["status"] == 200:
        assert _columns(answer) == _columns(recorded)


def _columns(answer: Any) -> dict[str, list[str]]:
    """The keys of records, by root, in the order of the alphabet."""
    records = {root: value[0] if isinstance(value, list) else value for root, value in answer.items() if value}
    return {root: sorted(record) for root, record in records.items() if root in ROOTS}


_TEXTS = {
    "decimal": r"-?\d+\.\d+",
    "quantity": r"-?\d+(\.\d*[1-9])?",
    "date": r"\d{4}-\d\d-\d\d",
    "datetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
}
_KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str, "int": int, "bool": bool, "float": float, "array": list, "object": dict,
}  # fmt: skip
# The account's rate was a float in 2014 and is a text in the newest sample.
_FLOATS_THEN = {"default_tax_rate"}


def _fits(field: Field, value: Any) -> bool:
    """Whether a recorded value is one of the field's."""
    if value is None:
        return field.null
    if field.name in _FLOATS_THEN:
        return isinstance(value, float)
    if field.kind in _TEXTS:
        return isinstance(value, str) and re.fullmatch(_TEXTS[field.kind], value) is not None
    return isinstance(value, _KINDS[field.kind]) and (field.kind != "int" or not isinstance(value, bool))


def _same_shape(then: Any, now: Any, where: str) -> None:
    """Every key of the recording is here, with a value of a kind that was recorded for it, or null."""
    if isinstance(then, dict):
        assert isinstance(now, dict), where
        if where.rsplit(".", 1)[-1] in {"receipt", "invoice_numbers"}:
            return
        assert then.keys() <= now.keys(), (where, sorted(then.keys() - now.keys()))
        for key, value in then.items():
            _same_shape(value, now[key], f"{where}.{key}")
    elif isinstance(then, list):
        assert isinstance(now, list), where
        for one in then[:3] if then and isinstance(then[0], dict) else []:
            for other in now:
                _same_shape(one, other, f"{where}[]")
    elif then is not None and now is not None:
        assert _kind(then) == _kind(now), (where, then, now)


def _kind(value: Any) -> str:
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
