"""Answers that were recorded, replayed through the real drivers: the sandbox's (vcrpy) and the real API's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from tests.tradegecko.cassettes import tour
from tests.tradegecko.drivers import Driver, driver
from tests.tradegecko.support import RECORDINGS
from tradegecko_bridge import errors
from tradegecko_bridge.tradegecko.calls import Call, Page
from tradegecko_bridge.tradegecko.codec import to_json
from tradegecko_bridge.tradegecko.resources import BY_ROOT, current

__all__ = ["driver"]

CASSETTES = sorted(Path(tour.CASSETTE).parent.glob("*.yaml"))
SECRETS = {
    "an e-mail address": r"[\w.+-]+@[\w-]+\.\w+",
    "a token": r"(?i)bearer\s+\S|authorization:|access_token|refresh_token|client_secret|\b[0-9a-f]{64}\b",
    "a phone number": r"\+\d[\d ]{6,}",
    "a machine's address": r"127\.0\.0\.1|localhost",
}


# ── the sandbox's ────────────────────────────────────────────────────────────────────────────


def test_the_cassette_is_replayed(driver: Driver) -> None:
    """Without a server both drivers give the same values and errors as on the day of the recording."""
    driver.open(None, base_url="http://api.example", allow_http=True)
    results: dict[str, Any] = {}
    with tour.recorder("none"):
        for name, call in tour.CALLS.items():
            try:
                results[name] = driver.send(call)
            except errors.TradeGeckoError as error:
                results[name] = error
    assert results["who"].id == 1
    assert [results[page].records[0].sku for page in ("first page", "second page")] != [None, None]
    assert not {v.id for v in results["first page"]} & {v.id for v in results["second page"]}
    assert results["along"].sideloaded["variants"]
    assert results["always along"].sideloaded["tax_components"]
    assert all(page.problems == [] for page in results.values() if isinstance(page, Page))
    assert results["made"].name == "Kite"
    assert isinstance(results["made twice"], errors.DuplicateIdempotencyKey)
    assert isinstance(results["refused"], errors.ValidationFailed)
    assert results["changed"] is None
    assert isinstance(results["missing"], errors.NotFound)
    assert (results["missing"].model, results["missing"].id) == ("Order", 99)
    assert driver.client.calls == len(tour.CALLS)


def test_there_are_cassettes() -> None:
    """So that the next test looks at something."""
    assert CASSETTES


@pytest.mark.parametrize("what", SECRETS)
@pytest.mark.parametrize("cassette", CASSETTES, ids=lambda path: path.name)
def test_no_cassette_holds_anybody(cassette: Path, what: str) -> None:
    """Neither a token nor an e-mail address nor whatever else is somebody's."""
    found = re.search(SECRETS[what], cassette.read_text(encoding="utf-8"))
    assert found is None, f"{what} in {cassette.name}"


# ── the real API's ───────────────────────────────────────────────────────────────────────────


def exchanges() -> list[Any]:
    """Every recorded exchange, or one that is skipped with the reason."""
    if not RECORDINGS.is_dir():
        return [pytest.param({}, id="none", marks=pytest.mark.skip(reason=f"no recordings at {RECORDINGS}"))]
    return [
        pytest.param(exchange, id=f"{path.stem}-{number}")
        for path in sorted(RECORDINGS.glob("*.json"))
        for number, exchange in enumerate(json.loads(path.read_text(encoding="utf-8")))
    ]


def call_for(method: str, path: str, params: dict[str, Any]) -> Call[Any]:
    """Our call for a recorded request."""
    plural, _, rest = path.strip("/").partition("/")
    resource: Any = BY_ROOT[plural]
    if method == "POST":
        made: Call[Any] = resource.create({})
        return made
    found: Call[Any] = current(resource) if rest == "current" else resource.list().with_params(**params)
    return found


@pytest.mark.parametrize("exchange", exchanges())
def test_what_the_real_api_said_is_read(driver: Driver, exchange: dict[str, Any]) -> None:
    """Each recorded answer through the real driver: every record read, and written back as it came."""
    request, response = exchange["request"], exchange["response"]
    address = urlsplit(request["path"])
    call = call_for(request["method"], address.path, dict(parse_qsl(address.query)))

    def api(asked: httpx.Request) -> httpx.Response:
        assert (asked.method, asked.url.path) == (request["method"], address.path)
        headers = {name: value for name, value in response["headers"].items() if name.lower() != "content-length"}
        return httpx.Response(response["status"], headers=headers, content=response["body"].encode())

    driver.open(api)
    if response["status"] == 422:
        with pytest.raises(errors.ValidationFailed, match="name can't be blank"):
            driver.send(call)
        return
    told = driver.exchange(call)
    assert told.request_id == next((v for k, v in response["headers"].items() if k.lower() == "x-request-id"), None)
    body = json.loads(response["body"])
    if isinstance(told.value, Page):
        assert told.value.problems == []
        assert [to_json(record) for record in told.value] == body[address.path.strip("/")]
    else:
        assert to_json(told.value) in body.values()
