"""What the processes of ``test_oauth_processes`` do: ``python -m tests.tradegecko.oauth_process TASK …``."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from tradegecko_bridge.ports import TokenStore
from tradegecko_bridge.ports.logins import Secret
from tradegecko_bridge.stores.sql import SqlStore
from tradegecko_bridge.stores.tokens import FileTokenStore
from tradegecko_bridge.tradegecko.client import TradeGeckoClient
from tradegecko_bridge.tradegecko.client.stored_login import StoredLogin
from tradegecko_bridge.tradegecko.oauth import OAuthApp, RefreshPolicy


@contextmanager
def open_store(where: str) -> Iterator[TokenStore]:
    """The token store of an address: a ledger's or a file."""
    if where.endswith(".json"):
        yield FileTokenStore(Path(where))
    else:
        with SqlStore(where) as ledger:
            yield ledger.tokens


def tell(value: Any) -> None:
    print(json.dumps(value), flush=True)


def run(where: str, base_url: str, lease: str, moment: str) -> None:
    """Log in from the store and ask for the account once, when told to; be killed at ``moment``.

    Moments: ``before-request`` (the lease is stored), ``after-answer`` (refreshed, not saved), ``after-save`` (saved,
    not used), ``never``. The application comes in over standard input, so that it is not in the arguments.
    """
    client_id, secret = json.loads(sys.stdin.readline())
    app = OAuthApp(client_id=client_id, client_secret=Secret(secret), base_url=base_url)
    policy = RefreshPolicy(lease=timedelta(seconds=float(lease)), poll=0.02)
    with open_store(where) as store:
        login = StoredLogin(app, store, policy=policy)
        _doom(login, moment)
        tell("ready")
        sys.stdin.readline()
        with TradeGeckoClient(login, base_url=base_url) as client:
            tell(client.accounts.current().name)


def _doom(login: StoredLogin, moment: str) -> None:
    keeper: Any = login.keeper
    ask, save = keeper._endpoint.ask, keeper._store.save

    def doomed_ask(request: Any) -> Any:
        _die_at("before-request", moment)
        answer = ask(request)
        _die_at("after-answer", moment)
        return answer

    def doomed_save(*given: Any, **named: Any) -> Any:
        saved = save(*given, **named)
        _die_at("after-save", moment)
        return saved

    keeper._endpoint.ask, keeper._store.save = doomed_ask, doomed_save


def _die_at(here: str, moment: str) -> None:
    if here == moment:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    run(*sys.argv[1:])
