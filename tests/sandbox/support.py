"""What the sandbox tests share: a clock to turn by hand, a client, and short ways to make documents."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tradegecko_bridge.sandbox import Sandbox

Json = dict[str, Any]
CALLBACK = "http://127.0.0.1:54321/callback"
START = datetime(2021, 3, 1, 12, 0, 0, tzinfo=UTC)


def eventually(check: Callable[[], bool]) -> None:
    """Wait a moment for what another thread does."""
    for _ in range(300):
        if check():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


class HandClock:
    """A clock that moves one millisecond at every look, and as far as it is told."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        self.moment += timedelta(milliseconds=1)
        return self.moment

    def forward(self, **parts: float) -> None:
        """Move on, e.g. `forward(seconds=300)`."""
        self.moment += timedelta(**parts)


class Client:
    """Calls one sandbox with its token."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.http = httpx.Client(
            base_url=sandbox.base_url,
            headers={"Authorization": f"Bearer {sandbox.access_token}"},
            timeout=5,
            verify=False,  # Plain HTTP: loading certificates would cost more than most tests.
        )

    def __call__(self, method: str, path: str, body: object = None, **options: Any) -> httpx.Response:
        """Send one request; `body` goes out as JSON."""
        if body is not None:
            options["json"] = body
        return self.http.request(method, path, **options)

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of a GET that must succeed."""
        answer = self.http.get(path, params=params or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, root: str, **fields: Any) -> Any:
        """The record a POST made, from under its root."""
        answer = self("POST", path, {root: fields})
        assert answer.status_code == 201, answer.text
        return answer.json()[root]

    def put(self, path: str, root: str, **fields: Any) -> None:
        """A PUT that must be accepted."""
        answer = self("PUT", path, {root: fields})
        assert answer.status_code == 204, answer.text

    def refused(self, method: str, path: str, body: object, status: int = 422) -> Any:
        """The JSON of a request that must be refused."""
        answer = self(method, path, body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def ids(self, path: str, **params: Any) -> list[int]:
        """The ids a list shows."""
        root = path.strip("/").split("/")[0]
        return [row["id"] for row in self.get(path, **params)[root]]

    def variant(self, sku: str) -> Json:
        """The newest variant with this SKU."""
        found: Json = self.get("/variants", sku=sku)["variants"][0]
        return found

    def order(self, *lines: Json, **fields: Any) -> Json:
        """A new order for Harbour Gift Shop, active unless told otherwise."""
        given = {"company_id": 2, "shipping_address_id": 1, "status": "active", **fields}
        made: Json = self.post("/orders", "order", **given, order_line_items=list(lines))
        return made

    def line(self, sku: str, quantity: object = 1, **fields: Any) -> Json:
        """An order line for a SKU, at ten a piece."""
        return {"variant_id": self.variant(sku)["id"], "quantity": quantity, "price": "10", **fields}

    def stock(self, sku: str) -> tuple[str, str, str]:
        """On hand, committed and available of a SKU."""
        row = self.variant(sku)
        return row["stock_on_hand"], row["committed_stock"], row["available_stock"]

    def close(self) -> None:
        """Let go of the connection."""
        self.http.close()


class Application:
    """A program that signs users of a sandbox in."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.http = httpx.Client(base_url=sandbox.base_url, verify=False)
        self.keys = {"client_id": sandbox.client_id, "client_secret": sandbox.client_secret}

    def ask(self, **fields: str) -> httpx.Response:
        """Open the page a user signs in on."""
        given = {"response_type": "code", "client_id": self.keys["client_id"], "redirect_uri": CALLBACK}
        return self.http.get("/oauth/authorize", params={**given, **fields})

    def decide(self, page: httpx.Response, decision: str = "allow", who: int = 0, **fields: str) -> httpx.Response:
        """Fill the form in and press a button, as a browser would."""
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        user = self.sandbox.users[who]
        form = {**hidden, "email": user.email, "password": user.password, "decision": decision, **fields}
        return self.http.post("/oauth/authorize", data=form)

    def code(self, who: int = 0) -> str:
        """Sign a user in; the code the browser brings back."""
        return parse_qs(urlsplit(self.decide(self.ask(), who=who).headers["Location"]).query)["code"][0]

    def token(self, **fields: Any) -> httpx.Response:
        """Ask the token endpoint, in JSON."""
        return self.http.post("/oauth/token", json={**self.keys, **fields})

    def pair(self, who: int = 0) -> Json:
        """Sign a user in; the token pair."""
        grant = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code": self.code(who)}
        return self._given(self.token(**grant))

    def refresh(self, pair: Json) -> Json:
        """The pair a refresh token gives."""
        return self._given(self.token(grant_type="refresh_token", refresh_token=pair["refresh_token"]))

    def call(self, pair: Json, path: str = "/users/current") -> tuple[int, str]:
        """Use an access token: the status and the message of a refusal."""
        answer = self.http.get(path, headers={"Authorization": f"Bearer {pair['access_token']}"})
        return answer.status_code, answer.json().get("message", "")

    @staticmethod
    def _given(answer: httpx.Response) -> Json:
        assert answer.status_code == 200, answer.text
        given: Json = answer.json()
        return given
