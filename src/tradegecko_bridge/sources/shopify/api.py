"""One conversation with a Shopify shop: GraphQL over HTTP, both kinds of tokens, costs, and what each error means.

=================================================  ====================================================
the shop answers 200 and                           which is
=================================================  ====================================================
``THROTTLED``                                      ``Busy``: waited for as long as the bucket needs
``ACCESS_DENIED``                                  ``Forbidden``, with the access scope that is missing
``INTERNAL_SERVER_ERROR``, ``TIMEOUT``             ``ShopFault``
``userErrors``, any other error                    ``Refusal`` with the shop's words and its ``code``
errors about some of many things, and data         those things' own
=================================================  ====================================================

Everything else is as in the toolkit's client.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import httpx

from tradegecko_bridge.errors import ConfigError, SourceNeedsLogin, SourceRefused, SourceUnavailable
from tradegecko_bridge.ports.logins import Secret
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.toolkit.faults import one_line

Json = dict[str, Any]

VERSIONS = ("2026-10", "2026-07", "2026-04")
"""Of the API that this source speaks, the newest first."""
MOST = 1000
"""Points a single query may cost."""
TOKEN = "X-Shopify-Access-Token"  # noqa: S105 - the header's name
_BROKEN = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT"})
_SCOPE = re.compile(r"`((?:read|write)_\w+)`")


class ShopifyApi:
    """Asks one shop. Connects at the first question; for one thread at a time."""

    def __init__(
        self,
        shop: str,
        *,
        access_token: Secret | None,
        client_id: str | None,
        client_secret: Secret | None,
        version: str,
        retries: tk.Retries | None,
        timeout: float,
        deadline: float,
        proxy: Secret | None,
        allow_http: bool,
        transport: httpx.BaseTransport | None,
    ) -> None:
        if version not in VERSIONS:
            raise ConfigError(f"version must be one of {', '.join(VERSIONS)}, not {version!r}")
        if bool(access_token) == bool(client_id and client_secret) or bool(client_id) != bool(client_secret):
            raise ConfigError("give access_token, or client_id and client_secret, but not both")
        self.notes: dict[str, None] = {}
        """What a person should know, each once."""
        self._version = version
        self._client_id, self._client_secret = client_id, client_secret
        self._costs: dict[str, float] = {}
        self.client = tk.ShopClient(
            "Shopify",
            address_of(shop),
            setting="shop",
            headers={TOKEN: access_token} if access_token else None,
            login=None if access_token else self._log_in,
            judge=self._judge,
            hidden=[client_secret] if client_secret else [],
            pace=tk.Pace(MOST, 50, clock=time.monotonic, reader=tk.cost_in("extensions", "cost", "throttleStatus")),
            retries=retries,
            timeout=timeout,
            deadline=deadline,
            proxy=proxy,
            allow_http=allow_http,
            transport=transport,
        )

    @property
    def host(self) -> str:
        """The shop's own name, such as ``acme.myshopify.com``."""
        url = httpx.URL(self.client.url)
        return url.netloc.decode()

    def ask(self, query: str, /, **variables: object) -> Json:
        """The ``data`` of a question.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: as the module says.
        """
        answer = self._exchange(query, variables, repeatable=True)
        if errors := errors_of(answer.data):
            raise fault(errors[0], answer.said())
        return data_of(answer)

    def pages(
        self, query: str, /, *path: str, begin: str | None = None, **variables: object
    ) -> Iterator[Sequence[Json]]:
        """The rows of the connection at ``path``, page by page, from behind the cursor ``begin``; none where the path
        leads nowhere.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: as :meth:`ask`.
        """

        def page(after: str | None) -> tk.Page[Json]:
            found: Any = self.ask(query, **variables, after=after or begin)
            for step in path:
                found = None if found is None else found[step]
            return tk.Page(rows=found["nodes"], next=next_page(found)) if found is not None else tk.Page(rows=[])

        return tk.followed(page, "Shopify")

    def ask_each(self, query: str, name: str, /, **variables: object) -> tuple[list[Any], float]:
        """The list ``name``, with an exception in the place of each that could not be given; and what it cost.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: as the module says; what lacks a right lacks it for all.
        """
        answer = self._exchange(query, variables, repeatable=True)
        rows: list[Any] = list((answer.data.get("data") or {}).get(name) or [])
        for error in errors_of(answer.data):
            reason = fault(error, one_line(str(error.get("message", ""))))
            path = error.get("path") or []
            if isinstance(reason, tk.Forbidden) or len(path) < 2 or path[0] != name or path[1] not in range(len(rows)):
                raise reason
            rows[path[1]] = reason
        if not rows and not errors_of(answer.data):
            data_of(answer)
        return rows, self._costs.get(query, 0.0)

    def do(self, mutation: str, /, *, repeatable: bool = False, **variables: object) -> Json:
        """The one payload of a change.

        Raises:
            Refusal: it says what is wrong; and all that :meth:`ask` raises.
        """
        answer = self._exchange(mutation, variables, repeatable=repeatable)
        if errors := errors_of(answer.data):
            raise fault(errors[0], answer.said())
        (payload,) = data_of(answer).values()
        for wrong in (payload or {}).get("userErrors") or []:
            place = ".".join(map(str, wrong.get("field") or ()))
            said = one_line(f"{wrong['message']}{f' ({place})' if place else ''}")
            raise tk.Refusal(f"Shopify refused: {said}", str(wrong.get("code") or ""))
        if not payload:
            raise tk.AnswerLost("Shopify answered a change with nothing")
        return dict(payload)

    def _exchange(self, query: str, variables: Mapping[str, object], *, repeatable: bool) -> tk.Answer:
        try:
            answer = self.client.request(
                "POST",
                f"admin/api/{self._version}/graphql.json",
                body={"query": query, "variables": variables},
                repeatable=repeatable,
                cost=self._costs.get(query, 10.0),
            )
        except tk.NotThere as error:
            raise self._no_shop(error) from None
        served = answer.headers.get("x-shopify-api-version", self._version)
        if served != self._version:
            self.notes[f"Shopify no longer serves version {self._version}, but {served}: set version"] = None
        cost = ((answer.data.get("extensions") or {}).get("cost") or {}).get("requestedQueryCost")
        if isinstance(cost, int | Decimal):
            self._costs[query] = float(cost)
        return answer

    def _no_shop(self, error: Exception) -> SourceRefused:
        return SourceRefused(f"there is no shop at {self.client.url}: check shop ({error})")

    def _judge(self, answer: tk.Answer) -> None:
        """What is to be tried again, if it may be.

        Raises:
            Busy, ShopFault, AnswerLost: it is.
        """
        data = answer.data
        if not isinstance(data, dict) or not ("data" in data or "errors" in data):
            raise tk.AnswerLost("Shopify answers with something that is not GraphQL: check shop")
        for error in errors_of(data):
            if code_of(error) == "THROTTLED":
                raise tk.Busy("Shopify is over its rate limit: try again later", wait_of(data))
            if code_of(error) in _BROKEN and not data.get("data"):
                raise fault(error, answer.said())

    def _log_in(self, client: tk.ShopClient) -> Mapping[str, Secret]:
        body = {
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "grant_type": "client_credentials",
        }
        try:
            answer = client.request("POST", "admin/oauth/access_token", body=body, repeatable=True, signed=False)
        except tk.NotThere as error:
            raise self._no_shop(error) from None
        except (tk.Refusal, tk.Forbidden) as error:
            raise SourceNeedsLogin(
                f"Shopify at {client.url} does not accept client_id and client_secret: {error}; check them, and that "
                "the app is installed in this shop"
            ) from None
        try:
            return {TOKEN: Secret(answer.data["access_token"])}
        except (LookupError, TypeError):
            raise SourceUnavailable(f"Shopify at {client.url} logged in without a token") from None


def address_of(shop: str) -> str:
    """The address of a shop by its name.

    Raises:
        ConfigError: it is none.
    """
    if "://" in shop:
        return shop
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*(\.[A-Za-z0-9-]+)+", shop):
        raise ConfigError("shop must be the shop's own name at Shopify, e.g. acme.myshopify.com")
    return f"https://{shop.lower()}"


def errors_of(data: Any) -> Sequence[Json]:
    """The errors of an answer, in whatever form they come."""
    errors = data.get("errors") or []
    if not isinstance(errors, list):
        errors = [errors]
    return [one if isinstance(one, dict) else {"message": str(one)} for one in errors]


def code_of(error: Json) -> str:
    """The shop's own word for an error, blank without one."""
    extensions = error.get("extensions")
    code = extensions.get("code") if isinstance(extensions, dict) else None
    return str(code or ("THROTTLED" if error.get("message") == "Throttled" else ""))


def fault(error: Json, said: str) -> Exception:
    """What an error of the shop's is for us."""
    code = code_of(error)
    if code == "ACCESS_DENIED":
        extensions = error.get("extensions") or {}
        scopes = _SCOPE.findall(f"{extensions.get('requiredAccess', '')} {said}")
        need = f"the access scope {' or '.join(dict.fromkeys(scopes))}" if scopes else "what it asks for"
        return tk.Forbidden(f"Shopify denies this to the app: give it {need}, and install it anew ({said})")
    if code in _BROKEN:
        return tk.ShopFault(f"Shopify broke over this request ({code}): {said}")
    return tk.Refusal(f"Shopify refused{f' ({code})' if code else ''}: {said}", code)


def wait_of(data: Json) -> float:
    """Seconds until the bucket holds what a throttled query costs; 1 where the shop does not say."""
    try:
        cost = data["extensions"]["cost"]
        status = cost["throttleStatus"]
        missing = float(cost["requestedQueryCost"]) - float(status["currentlyAvailable"])
        return max(0.0, missing / float(status["restoreRate"]))
    except (LookupError, TypeError, ValueError, ArithmeticError):
        return 1.0


def data_of(answer: tk.Answer) -> Json:
    """The data of an answer.

    Raises:
        SourceUnavailable: there are none.
    """
    data = answer.data.get("data")
    if not isinstance(data, dict):
        raise tk.AnswerLost("Shopify answered without data")
    return data


def tail(gid: object) -> str:
    """The number at the end of a global id: ``gid://shopify/Order/12`` is 12."""
    return str(gid).rpartition("/")[2].partition("?")[0]


def gid(kind: str, reference: str) -> str:
    """The global id of a number.

    Raises:
        NotThere: it is none of Shopify's.
    """
    if not re.fullmatch(r"[0-9]{1,20}", reference):
        raise tk.NotThere(f"Shopify has no {kind.lower()} {one_line(reference)}")
    return f"gid://shopify/{kind}/{reference}"


def next_page(connection: Json) -> str | None:
    """The cursor of what follows, None where nothing does."""
    info = connection["pageInfo"]
    return info["endCursor"] if info["hasNextPage"] else None
