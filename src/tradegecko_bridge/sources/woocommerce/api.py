"""The way to one shop: where its API is, how it knows us, and what its answers mean.

It is found out by asking. With plain permalinks there is no ``wp-json``, and the API is behind ``index.php``. Over
https the key goes into a header; where the server drops that, or takes itself to be asked over http, and over http,
requests are signed. What works is kept until this source is made again.
"""

from __future__ import annotations

import json
import re
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from tradegecko_bridge.errors import ConfigError, SourceError, SourceNeedsLogin, SourceRefused
from tradegecko_bridge.http_bounds import DEADLINE
from tradegecko_bridge.ports.logins import Secret
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.woocommerce.oauth import Names, signed

Json = Mapping[str, Any]
SHOP = "WooCommerce"
API = "/wc/v3/"
_TOLERATED = 60.0
"""Seconds between the clocks that make no difference."""
_BEGINS = re.compile(r"[\[{]")
_PAGE = re.compile(r"<(!doctype|html|head|body|script)\b", re.IGNORECASE)
_AFTER = re.compile(r"(\s|<!--.*?-->)*\Z", re.DOTALL)
_MOST_NOISE = 65_536
"""Characters before the JSON."""
_MOST_BEGINNINGS = 200
_INVALID = re.compile(r"(key|secret) is invalid")


class WooApi:
    """Asks one shop, by paths behind ``wc/v3``. For one thread at a time.

    Args:
        url: the shop's address, as it is in the browser; the API's is taken too.
        clock: seconds since 1970, for signatures.

    Raises:
        ConfigError: settings that cannot work.
    """

    def __init__(
        self,
        url: str,
        *,
        key: Secret,
        secret: Secret,
        timeout: float = 30.0,
        deadline: float = DEADLINE,
        proxy: Secret | None = None,
        allow_http: bool = False,
        retries: tk.Retries | None = None,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        for name, value, begins in (("consumer_key", key, "ck_"), ("consumer_secret", secret, "cs_")):
            if not value.reveal().startswith(begins) or not value.reveal().isascii():
                raise ConfigError(
                    f"{name} must be one of the shop's REST API keys, which begin with {begins}: make a pair at "
                    "WooCommerce, Settings, Advanced, REST API"
                )
        self._key, self._secret, self._now = key, secret, clock
        self.client = tk.ShopClient(
            SHOP,
            home_of(url),
            headers={"cache-control": "no-cache"},
            sign=self._signed,
            hidden=(key, secret, basic(key, secret)),
            mend=without_noise,
            timeout=timeout,
            deadline=deadline,
            proxy=proxy,
            allow_http=allow_http,
            retries=retries,
            transport=transport,
        )
        over_tls = self.client.url.startswith("https:")
        self._ways: tuple[str | None, ...] = (None, "https", "http") if over_tls else ("http", "https")
        """How it may know us: by signatures for one of these schemes, or (None) by a header."""
        self._way = 0
        self._known = False
        self._plain: bool | None = None
        self._behind = 0.0
        """Seconds that the shop's clock shows more than ours."""
        self._home = httpx.URL(self.client.url)
        """What the shop takes its address to be."""

    @property
    def url(self) -> str:
        """The shop's address."""
        return self.client.url

    def close(self) -> None:
        """Let go of the connections."""
        self.client.close()

    def get(self, path: str, **params: object) -> tk.Answer:
        """The answer to a question.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: as the toolkit's client says.
        """
        return self._ask("GET", path, params)

    def post(self, path: str, body: object, *, repeatable: bool = False, **params: object) -> tk.Answer:
        """The answer to a change. WordPress takes POST for what others put, and some servers take nothing else.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: as the toolkit's client says.
        """
        return self._ask("POST", path, params, body, repeatable=repeatable)

    def delete(self, path: str, **params: object) -> tk.Answer:
        """The answer to taking something away.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: as the toolkit's client says.
        """
        return self._ask("DELETE", path, params, repeatable=True)

    # ── where it is ──────────────────────────────────────────────────────────────────────────

    def _ask(
        self, method: str, path: str, params: Json, body: object = None, *, repeatable: bool | None = None
    ) -> tk.Answer:
        if self._plain is not None:
            return self._known_to(self._plain, method, path, params, body, repeatable)
        for self._plain in (False, True):
            try:
                return self._known_to(self._plain, method, path, params, body, repeatable)
            except tk.NotThere as error:
                if error.code == "rest_no_route" and path == "orders":
                    raise SourceRefused(f"{self.url} is a WordPress without WooCommerce 3.5 or newer") from None
                if not error.code.isdecimal():  # WordPress says it itself
                    raise
            except SourceError:
                self._plain = None
                raise
        self._plain = None
        raise SourceRefused(f"there is no API of WooCommerce at {self.url}: url must be the shop's address")

    def _known_to(
        self,
        plain: bool,
        method: str,
        path: str,
        params: Json,
        body: object,
        repeatable: bool | None,
        *,
        again: bool = True,
    ) -> tk.Answer:
        """Asked in each way there is, until the shop knows us by one."""
        errors: list[SourceNeedsLogin] = []
        for way in [self._way] if self._known else range(len(self._ways)):
            self._way = way
            try:
                answer = self._sent(plain, method, path, params, body, repeatable)
            except SourceNeedsLogin as error:
                errors.append(error)
            else:
                self._known = True
                return answer
        if again and self._learned(plain):
            return self._known_to(plain, method, path, params, body, repeatable, again=False)
        if self._known and method != "GET" and self._may_read(plain):
            raise tk.Forbidden(f"{errors[0]}; give the key the permission Read/Write")
        raise next((error for error in errors if _INVALID.search(str(error))), errors[0])

    def _sent(
        self, plain: bool, method: str, path: str, params: Json, body: object, repeatable: bool | None
    ) -> tk.Answer:
        where = "index.php" if plain else f"wp-json{API}{path}"
        asked = {"rest_route": f"{API}{path}", **params} if plain else params
        return self.client.request(method, where, params=asked, body=body, repeatable=repeatable)

    def _may_read(self, plain: bool) -> bool:
        """What is wrong, the shop says in its own language only."""
        try:
            self._sent(plain, "GET", "orders", {"per_page": 1, "_fields": "id"}, None, None)
        except SourceError:
            return False
        return True

    def _learned(self, plain: bool) -> bool:
        """Whether signatures would be other ones now: by the shop's clock, and for what it takes its address to be,
        which it tells everybody."""
        before = self._behind, self._home
        where, asked = ("index.php", {"rest_route": "/"}) if plain else ("wp-json/", {})
        with suppress(SourceRefused, SourceNeedsLogin, httpx.InvalidURL):
            index = self.client.request("GET", where, params=asked, signed=False).data
            if isinstance(index, dict) and isinstance(index.get("home"), str):
                told = httpx.URL(index["home"].rstrip("/"))
                self._home = told if told.host else self._home
        if (shown := self.client.server_time) is not None:
            self._behind = shown.timestamp() - self._now()
        return abs(self._behind - before[0]) > _TOLERATED or self._home != before[1]

    # ── how it knows us ──────────────────────────────────────────────────────────────────────

    def _signed(self, method: str, address: httpx.URL) -> tuple[httpx.URL, Mapping[str, Secret]]:
        scheme = self._ways[self._way]
        if scheme is None:
            return address, {"authorization": basic(self._key, self._secret)}
        at = int(self._now() + self._behind)  # the shop checks it by its own clock
        rest = address.path.removeprefix(httpx.URL(self.url).path.rstrip("/"))
        seen_as = self._home.copy_with(scheme=scheme, path=self._home.path.rstrip("/") + rest)
        named = Names(self._key, self._secret, at, uuid4().hex)
        return signed(method, address, seen_as, named), {}


def basic(key: Secret, secret: Secret) -> Secret:
    """The header that names both."""
    return Secret("Basic " + b64encode(f"{key.reveal()}:{secret.reveal()}".encode()).decode())


def home_of(url: str) -> str:
    """The shop's address, of that or of its API's."""
    with suppress(ValueError):
        parts = urlsplit(url)
        url = parts._replace(query="").geturl() if "rest_route" in parts.query else url
    return re.sub(r"(/index\.php)?(/wp-json(/.*)?)?/*$", "", url)


def without_noise(content: bytes) -> bytes:
    """The JSON in an answer with warnings of plugins, or a byte order mark, before it, or a comment of a cache behind
    it; as it was where there is none. A page is none, whatever stands in it."""
    text = content.decode("utf-8-sig", "replace")
    decoder = json.JSONDecoder()
    for begin in islice(_BEGINS.finditer(text, 0, _MOST_NOISE), _MOST_BEGINNINGS):
        if _PAGE.search(text, 0, begin.start()):
            break
        with suppress(ValueError, RecursionError):
            _, end = decoder.raw_decode(text, begin.start())
            if _AFTER.match(text, end):
                return text[begin.start() : end].encode()
    return content
