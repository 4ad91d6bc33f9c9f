"""One login, one store, many workers: real processes and threads, killed at every boundary, against the sandbox."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.tradegecko.oauth import app_of, log_in, refreshes
from tests.tradegecko.oauth_process import open_store
from tradegecko_bridge import Sandbox, TradeGeckoClient
from tradegecko_bridge.errors import LoginEnded
from tradegecko_bridge.ports import TokenStore
from tradegecko_bridge.ports.logins import Mishap, RefreshNote
from tradegecko_bridge.stores.tokens import MemoryTokenStore
from tradegecko_bridge.tradegecko.client import AsyncTradeGeckoClient
from tradegecko_bridge.tradegecko.client.stored_login import StoredLogin
from tradegecko_bridge.tradegecko.oauth import RefreshPolicy

Process = subprocess.Popen[str]
ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", "file"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty token store, of a kind that processes can share."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_ledger"))
    if request.param == "file":
        return str(tmp_path / "tokens.json")
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def store(where: str) -> Iterator[TokenStore]:
    """The store there, open."""
    with open_store(where) as store:
        yield store


@contextmanager
def worker(sandbox: Sandbox, where: str, *, lease: float = 60, moment: str = "never") -> Iterator[Process]:
    """A process that is about to ask for the account."""
    command = [sys.executable, "-W", "error", "-m", "tests.tradegecko.oauth_process"]
    arguments = [where, sandbox.base_url, str(lease), moment]
    pipe = subprocess.PIPE
    with subprocess.Popen([*command, *arguments], cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            assert process.stdin is not None
            process.stdin.write(json.dumps([sandbox.client_id, sandbox.client_secret]) + "\n")
            process.stdin.flush()
            yield process
        finally:
            process.kill()


def go(*processes: Process) -> list[tuple[int, str]]:
    """Let them all ask at the same moment; exit codes and what they said."""
    for process in processes:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said == '"ready"\n', (said, process.stderr and process.stderr.read())
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [(process.wait(60), "".join(process.communicate())) for process in processes]


def log_in_and_expire(sandbox: Sandbox, store: TokenStore) -> None:
    """A login of two hours ago: its access token has ten seconds left."""
    sandbox.set_clock(sandbox.now - timedelta(seconds=7190))
    log_in(sandbox, store)
    sandbox.advance(7190)


def test_eight_processes_make_one_refresh(sandbox: Sandbox, where: str, store: TokenStore) -> None:
    """Eight processes with one expired token and one store make exactly one refresh, and all get their answer."""
    log_in_and_expire(sandbox, store)
    with ExitStack() as stack:
        ended = go(*[stack.enter_context(worker(sandbox, where)) for _ in range(8)])
    assert [code for code, _ in ended] == [0] * 8, ended
    assert refreshes(sandbox) == 2, "one login, one refresh"
    stored = store.load("default")
    assert stored is not None
    assert (stored.generation, stored.lease, stored.note) == (2, None, None)


@pytest.mark.parametrize("where", ["postgresql"], indirect=True)
def test_eight_processes_with_a_revoked_token(sandbox: Sandbox, where: str, store: TokenStore) -> None:
    """The same when the API answers 401 to a token that looked good: one refresh for all."""
    log_in(sandbox, store)
    assert sandbox.expire_tokens() == 1
    with ExitStack() as stack:
        ended = go(*[stack.enter_context(worker(sandbox, where)) for _ in range(8)])
    assert [code for code, _ in ended] == [0] * 8, ended
    assert refreshes(sandbox) == 2


@pytest.mark.parametrize(
    ("where", "moment"), [("file", "before-request"), ("sqlite", "after-save")], indirect=["where"]
)
def test_a_killed_worker_is_replaced(sandbox: Sandbox, where: str, store: TokenStore, moment: str) -> None:
    """Killed before its request left, or after its pair was saved: the next worker goes on, nobody has to log in."""
    log_in_and_expire(sandbox, store)
    with worker(sandbox, where, lease=1.5, moment=moment) as doomed:
        assert go(doomed)[0][0] == -9
    with ExitStack() as stack:
        ended = go(*[stack.enter_context(worker(sandbox, where)) for _ in range(2)])
    assert [code for code, _ in ended] == [0] * 2, ended
    assert refreshes(sandbox) == 2


@pytest.mark.parametrize("where", ["sqlite"], indirect=True)
def test_a_killed_worker_that_took_the_answer_along(sandbox: Sandbox, where: str, store: TokenStore) -> None:
    """Killed between answer and save, the only good pair is gone: everybody is told to log in, why, and asks once."""
    log_in_and_expire(sandbox, store)
    with worker(sandbox, where, lease=1.5, moment="after-answer") as doomed:
        assert go(doomed)[0][0] == -9
    with ExitStack() as stack:
        ended = go(*[stack.enter_context(worker(sandbox, where)) for _ in range(2)])
    for code, said in ended:
        assert code == 1
        assert "LoginEnded: login needed on POST /oauth/token" in said
        assert "was lost, and the next token with it" in said
        assert "log in again (tgbridge login --name default)" in said
    assert refreshes(sandbox) == 3, "login, lost refresh, one more that was refused; then nobody asks"
    log_in(sandbox, store)
    with worker(sandbox, where) as anew:
        assert go(anew)[0][0] == 0


@pytest.mark.parametrize("where", ["sqlite"], indirect=True)
def test_a_lost_answer_where_old_tokens_live_on(sandbox: Sandbox, where: str, store: TokenStore) -> None:
    """On a server that keeps the old pair until the new one is used, even that mends itself."""
    sandbox.set_switch("refresh_revokes_on_first_use", True)
    log_in_and_expire(sandbox, store)
    with worker(sandbox, where, lease=1.0, moment="after-answer") as doomed:
        assert go(doomed)[0][0] == -9
    with worker(sandbox, where) as anew:
        code, said = go(anew)[0]
    assert code == 0, said


# ── threads and tasks ────────────────────────────────────────────────────────────────────────


def quick(sandbox: Sandbox, store: TokenStore) -> StoredLogin:
    return StoredLogin(app_of(sandbox), store, policy=RefreshPolicy(poll=0.01))


@pytest.mark.parametrize("shared", [True, False], ids=["one login object", "one each"])
def test_threads_make_one_refresh(sandbox: Sandbox, shared: bool) -> None:
    """Sixteen threads whose token is expired make one refresh, whether they share the object or only the store."""
    store = MemoryTokenStore()
    log_in(sandbox, store)
    sandbox.expire_tokens()
    one = quick(sandbox, store)

    def work(_: int) -> str | None:
        login = one if shared else quick(sandbox, store)
        with TradeGeckoClient(login, base_url=sandbox.base_url) as client:
            return client.accounts.current().name

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(work, range(16)))) == 1
    assert refreshes(sandbox) == 2


def test_tasks_make_one_refresh(sandbox: Sandbox) -> None:
    """A hundred tasks of one event loop make one refresh, and the loop keeps turning meanwhile."""
    store = MemoryTokenStore()
    log_in(sandbox, store)
    sandbox.expire_tokens()
    sandbox.fault("POST", "/oauth/token", "slow", seconds=0.3)
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.01)

    async def work() -> None:
        turning = asyncio.create_task(turn())
        async with AsyncTradeGeckoClient(quick(sandbox, store), base_url=sandbox.base_url) as client:
            accounts = await asyncio.gather(*(client.accounts.current() for _ in range(100)))
        turning.cancel()
        assert len({account.id for account in accounts}) == 1

    asyncio.run(work())
    assert refreshes(sandbox) == 2
    assert turns > 10


def test_a_cancelled_task_loses_no_token(sandbox: Sandbox) -> None:
    """A task that is cancelled while its refresh is on its way still saves the pair that comes back."""
    store = MemoryTokenStore()
    log_in(sandbox, store)
    sandbox.expire_tokens()
    sandbox.fault("POST", "/oauth/token", "slow", seconds=0.3, when="after")

    async def work() -> None:
        async with AsyncTradeGeckoClient(quick(sandbox, store), base_url=sandbox.base_url) as client:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.accounts.current(), 0.15)

    asyncio.run(work())
    patience = time.monotonic() + 10
    while (stored := store.load("default")) is not None and stored.generation == 1 and time.monotonic() < patience:
        time.sleep(0.02)  # the thread sees it through
    assert stored is not None
    assert (stored.generation, stored.lease) == (2, None)
    with TradeGeckoClient(quick(sandbox, store), base_url=sandbox.base_url) as client:
        assert client.accounts.current().name


def test_nobody_waits_for_a_refused_login(sandbox: Sandbox) -> None:
    """Workers that come while a refused pair is stored are told at once, without a request."""
    store = MemoryTokenStore()
    stored = log_in(sandbox, store)
    now = stored.saved_at
    claimed = store.claim_refresh("default", 1, "x", at=now, until=now + timedelta(minutes=1))
    assert claimed is not None
    store.release(claimed, note=RefreshNote(mishap=Mishap.REFUSED, at=now, worker="x", why="it was refused"))
    sandbox.advance(7300)
    before = time.monotonic()
    with (
        TradeGeckoClient(quick(sandbox, store), base_url=sandbox.base_url) as client,
        pytest.raises(LoginEnded, match="it was refused"),
    ):
        client.accounts.current()
    assert time.monotonic() - before < 2
    assert refreshes(sandbox) == 1
