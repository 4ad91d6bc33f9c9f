"""The sandbox as a running server: `Sandbox` for programs and tests, `serve` for the command line."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import FrameType, TracebackType
from typing import Any

import uvicorn

from ..instance import Instance
from ..model.clock import Clock
from ..model.switches import Switches
from ..wire.faults import Fault
from .admission import Admission
from .app import App

_HOST = "127.0.0.1"
# What of an order: quantities by SKU, or objects that name a line and a quantity.
Lines = Mapping[str, Any] | Sequence[Mapping[str, Any]]
_MAX_HEAD = 1024 * 1024  # bytes; far above the 414 limit, so that the application gets to answer it


class _Server(uvicorn.Server):
    """Tells when it has started, so that nobody has to poll."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@dataclass(frozen=True, slots=True)
class Login:
    """A user of the sandbox who can sign in. The passwords are nobody's and no secrets."""

    email: str
    password: str
    permissions: tuple[str, ...]


class Sandbox:
    """A TradeGecko on this machine, reachable over HTTP while the context lasts.

    `seed`: what is there at first, `demo` or `empty`. `port`: 0 takes a free one. `state`: a file that keeps
    everything across restarts. `rate_limit`: requests per 300 s, application and account (reference §3.10);
    None counts nothing. `clock`: gives the current moment, aware. `switches`: how the account behaves where
    the evidence is silent, see `Switches`. `access_token`: the privileged token, and
    `client_secret`: the application's secret; by default ones that nobody knows, or those in the state file.
    `allowed_hosts`: names the sandbox may be called by, beside those of this machine.
    Raises ValueError for a switch, token, secret or host that cannot be.

    >>> with Sandbox() as sandbox:
    ...     print(sandbox.base_url, sandbox.access_token)  # doctest: +SKIP
    """

    def __init__(
        self,
        *,
        seed: str = "demo",
        port: int = 0,
        state: str | os.PathLike[str] | None = None,
        rate_limit: int | None = 300,
        clock: Clock | None = None,
        switches: Mapping[str, Any] | None = None,
        access_token: str | None = None,
        client_secret: str | None = None,
        allowed_hosts: Iterable[str] = (),
    ) -> None:
        Switches.of(switches)  # Raises ValueError here and now rather than at the start.
        for what, key in (("an access token", access_token), ("a client secret", client_secret)):
            if key is not None and not re.fullmatch("[!-~]+", key):
                raise ValueError(f"{what} must be ASCII characters without blanks")
        self._admission = Admission(allowed_hosts)
        self._port = port
        self._options: dict[str, Any] = {
            "seed": seed, "state": state, "rate_limit": rate_limit, "clock": clock, "switches": switches,
            "access_token": access_token, "client_secret": client_secret,
        }  # fmt: skip
        self._instance: Instance | None = None
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Sandbox:
        """Begin to serve; returns once requests are answered. Raises OSError when the port is taken."""
        if self._thread is not None:
            raise RuntimeError("the sandbox is running already")
        listener = _listen(self._port)
        try:
            self._instance = Instance(**self._options)
        except BaseException:
            listener.close()
            raise
        self._port = listener.getsockname()[1]
        self._instance.deliveries.base_url = self.base_url
        self._server = _Server(_config(App(self._instance, self._admission)))
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="tradegecko-sandbox", daemon=True
        )
        self._thread.start()
        while not self._server.ready.wait(0.2):
            if not self._thread.is_alive():
                self.stop()
                raise RuntimeError("the sandbox did not start")
        return self

    def stop(self) -> None:
        """Stop serving and let go of the port and the state file. Stopping twice is fine."""
        if self._server is None or self._thread is None or self._instance is None:
            return
        self._server.should_exit = True
        self._thread.join()
        self._instance.close()
        self._server = self._thread = None

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """Where it serves, e.g. `http://127.0.0.1:40123`, without a slash at the end."""
        return f"http://{_HOST}:{self._port}"

    @property
    def access_token(self) -> str:
        """A privileged token: it never expires and may do everything. Each sandbox has another."""
        return self.instance.access_token()

    @property
    def client_id(self) -> str:
        """The id of the seeded application, which may redirect to any port of this machine."""
        return str(self.instance.application()["client_id"])

    @property
    def client_secret(self) -> str:
        """The secret of the seeded application. Each sandbox has another."""
        return self.instance.client_secret()

    @property
    def users(self) -> list[Login]:
        """Who can sign in; the first may do everything, in `demo` the second may do little."""
        return [
            Login(row["email"], row["password"], tuple(row.get("permissions", ()))) for row in self.instance.logins()
        ]

    @property
    def instance(self) -> Instance:
        """What is behind the socket. Raises RuntimeError before `start`."""
        if self._instance is None:
            raise RuntimeError("the sandbox has not been started")
        return self._instance

    def requests(self) -> list[dict[str, Any]]:
        """Every request so far, oldest first: method, path, query, status, request_id, time (UTC)."""
        return self.instance.requests()

    def reset(self) -> None:
        """Back to the seed: empty log, no faults, fresh rate-limit windows, clock and switches as at the start."""
        self.instance.reset()

    def fault(
        self,
        method: str,
        path: str,
        fault: str,
        *,
        nth: int = 1,
        times: int = 1,
        seconds: float = 0.0,
        status: int = 500,
        when: str = "before",
        by: int = 0,
        until: str = "",
        chance: float = 1.0,
        seed: int = 0,
    ) -> None:
        """Have the `nth` matching request from now on go wrong; see `faults.Fault`. Raises ValueError."""
        made = Fault(method, path, fault, nth, times, seconds, status, when, by, until, chance, seed)
        made.check()
        self.instance.add_fault(made)

    @property
    def now(self) -> datetime:
        """What time it is in the sandbox."""
        return self.instance.clock()

    def advance(self, seconds: float) -> datetime:
        """Let `seconds` pass at once; the moment it is then (UTC). Raises ValueError for less than none."""
        return self.instance.advance(seconds)

    def deliveries(self) -> list[dict[str, Any]]:
        """Every attempt to deliver a webhook, oldest first: event, object_id, attempt, status, error, ..."""
        return self.instance.deliveries.listing()

    def set_clock(self, moment: datetime) -> datetime:
        """Make it this moment, from where the clock runs on. Raises ValueError for one without a time zone."""
        return self.instance.set_clock(moment)

    def set_switch(self, name: str, value: Any) -> None:
        """Turn a switch while it runs; `reset` turns it back. Raises ValueError."""
        self.instance.set_switches({name: value})

    def receive_stock(
        self, item: str | int, quantity: Any, *, location: str | int | None = None, cost: Any = None
    ) -> dict[str, Any]:
        """Goods arrive in the warehouse: the stock adjustment that took them in.

        `item`: a SKU, or a variant's id. `location`: by label or id; default the account's primary one. `cost`: of
        one unit; default what such goods cost so far. Raises ValueError for what cannot be, in one line.
        """
        which = "sku" if isinstance(item, str) else "variant_id"
        given = {which: item, "quantity": quantity, "location": location, "cost": cost}
        return self._made("receive", given)[0]

    def receive_purchase_order(self, purchase_order: str | int) -> dict[str, Any]:
        """What is open of a purchase order arrives: the procurement. By number or id. Raises ValueError."""
        return self._made("receive", {"purchase_order": purchase_order})[0]

    def pack(self, order: str | int, lines: Lines | None = None, **parcel: Any) -> dict[str, Any]:
        """An order, by number or id, is packed: the fulfilment.

        `lines`: quantities by SKU, or a list of objects with `sku`, `variant_id` or `order_line_item_id` and
        `quantity`; default all that is not packed yet. `parcel`: `location`, `tracking_number`, `tracking_company`,
        `tracking_url`, `service`, `notes`, and `finalize=True` to finalize the order first. Raises ValueError.
        """
        return self._made("pack", {**parcel, "order": order, "lines": lines})[0]

    def ship(self, order: str | int | None = None, lines: Lines | None = None, **parcel: Any) -> list[dict[str, Any]]:
        """An order, by number or id, is shipped: the fulfilments that left. What is not packed yet is packed first.

        Takes what `pack` takes, and `fulfillment`, the id of one packed parcel. Raises ValueError.
        """
        return self._made("ship", {**parcel, "order": order, "lines": lines})

    def _made(self, work: str, given: dict[str, Any]) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = next(iter(self.instance.warehouse(work, given).values()))
        return made

    def expire_tokens(self, token: str | None = None) -> int:
        """End the time of one access token, or of all but the privileged; refresh tokens still work. How many."""
        return self.instance.expire_tokens(token)

    def revoke_tokens(self, token: str | None = None) -> int:
        """Revoke one access token, or all but the privileged, with their refresh tokens. How many."""
        return self.instance.revoke_tokens(token)


def serve(
    *,
    port: int = 0,
    seed: str = "demo",
    state: str | os.PathLike[str] | None = None,
    json_line: bool = False,
    rate_limit: int | None = 300,
    switches: Mapping[str, Any] | None = None,
    faults: Iterable[Mapping[str, Any]] = (),
    access_token: str | None = None,
    client_secret: str | None = None,
    allowed_hosts: Iterable[str] = (),
) -> None:
    """Serve until SIGINT or SIGTERM. Must be called from the main thread.

    Prints where it serves once it does: a line for people, or with `json_line` one JSON object with
    `base_url`, `access_token`, `client_id` and `client_secret`. `faults` are set from the start, in their JSON form.
    Before anything is printed, raises OSError when the port is taken, and ValueError for what a seed,
    a switch, a fault, a token, a secret or a host cannot be.
    """
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    parsed_faults = [Fault.of(fault) for fault in faults]
    sandbox = Sandbox(
        seed=seed,
        port=port,
        state=state,
        rate_limit=rate_limit,
        switches=switches,
        access_token=access_token,
        client_secret=client_secret,
        allowed_hosts=allowed_hosts,
    )
    previous = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with sandbox:
            for fault in parsed_faults:
                sandbox.instance.add_fault(fault)
            _announce(sandbox, json_line)
            stop.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _announce(sandbox: Sandbox, json_line: bool) -> None:
    facts = {
        "base_url": sandbox.base_url,
        "access_token": sandbox.access_token,
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
    }
    if json_line:
        text = json.dumps(facts)
    else:
        text = f"Sandbox on {facts['base_url']}, access token {facts['access_token']} (Ctrl-C stops it)"
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _listen(port: int) -> socket.socket:
    # Naming the protocol lets asyncio see TCP and switch Nagle's algorithm off: 40 ms an answer otherwise.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            # Elsewhere this option would let two servers share a port; here it only skips TIME_WAIT.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
        listener.listen(2048)
    except OSError as exc:
        listener.close()
        reason = exc.strerror or str(exc)
        raise OSError(
            exc.errno,
            f"the sandbox cannot listen on {_HOST}:{port}: {reason}; choose another port, or 0 for a free one",
        ) from exc
    except OverflowError as exc:
        listener.close()
        raise OSError(f"the sandbox cannot listen on port {port}: it must be 0 to 65535") from exc
    return listener


def _config(app: App) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,  # The sandbox's clock may not show the real time.
        ws="none",
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
        h11_max_incomplete_event_size=_MAX_HEAD,
    )
