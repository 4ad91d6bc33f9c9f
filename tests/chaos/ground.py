"""Where it happens: a sandbox, a ledger, and a clock that all workers go by."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.chaos.cases import listed
from tests.chaos.victim import CONNECTION, Ended, Job
from tests.chaos.workers import run
from tradegecko_bridge import Decisions, Sandbox, SqlStore, Timing, TradeGeckoClient
from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.ledger import KEY_USED, LedgerEntry, OrderState

LEASE = timedelta(minutes=5)
AN_HOUR = 3600.0
EVERY_STATUS = ["draft", "active", "finalized", "fulfilled", "void", "deleted"]
SETTLED = frozenset(OrderState) - {OrderState.PENDING, OrderState.SENDING, OrderState.UNCERTAIN}


class Ledgers:
    """Empty ledgers, one after the other, in one kind of database; ``restart`` restarts its server, where it has one
    that may be restarted."""

    def __init__(self, folder: Path, postgres: str | None = None, restart: Callable[[], None] | None = None) -> None:
        self._folder = folder
        self._postgres = postgres
        self._restart = restart
        self._made = 0
        self.name = "sqlite" if postgres is None else "postgresql"

    def restart(self) -> None:
        """Let the server crash and start anew. A file has none."""
        if self._restart is not None:
            self._restart()

    def new(self) -> str:
        """The URL of an empty ledger; the one before is gone."""
        if self._postgres is not None:
            _empty(self._postgres)
            return self._postgres
        for old in self._folder.glob(f"ledger-{self._made}.db*"):
            old.unlink()
        self._made += 1
        return f"sqlite:///{shutil.copy(self._pattern, self._folder / f'ledger-{self._made}.db')}"

    @cached_property
    def _pattern(self) -> Path:
        """An empty ledger that is up to date; copying it is thirty times quicker than migrating."""
        path = self._folder / "pattern.db"
        SqlStore(f"sqlite:///{path}").close()
        return path


def _empty(url: str) -> None:
    """Empty every table but the one that says how far the schema is; the schema is made when it is not there."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as server:
        found = server.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        tables = [f'"{name}"' for (name,) in found if name != "ledger_version"]
        if tables:
            server.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
    if not tables:
        SqlStore(url).close()


class Ground:
    """One case's sandbox, ledger and clock."""

    def __init__(self, sandbox: Sandbox, ledger: str, folder: Path) -> None:
        self.sandbox = sandbox
        self.ledger = ledger
        self.folder = folder
        self._clock = folder / "clock"
        self._seconds = 0.0
        self.advance(0)

    def advance(self, seconds: float) -> None:
        """Let time pass: for all workers, running ones too, and in the sandbox."""
        self._seconds += seconds
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(str(self._seconds))
        fresh.replace(self._clock)
        self.sandbox.advance(seconds)

    def job(self, orders: Sequence[SourceOrder], **fields: Any) -> Job:
        """A worker's job on this ground."""
        given = {
            "base_url": self.sandbox.base_url,
            "source": listed(orders),
            "timing": Timing(lease=LEASE, first_retry=timedelta(seconds=1)),
        }
        return Job(
            token=self.sandbox.access_token,
            ledger=self.ledger,
            clock=self._clock,
            **{**given, **fields},
        )

    def settle(self, job: Job, expected: int, *, rounds: int = 8, pause: float = AN_HOUR) -> int:
        """Have one worker after the other run, an hour apart, until nothing is left to do: how many it took.

        Raises:
            AssertionError: it does not come to rest.
        """
        for count in range(1, rounds + 1):
            self.advance(pause)
            assert run(job) is not None
            if not self.release_used_keys() and self.at_rest(expected):
                return count
        states = {entry.number: str(entry.state) for entry in self.entries()}
        raise AssertionError(f"after {rounds} runs not at rest: {states}")

    def release_used_keys(self) -> int:
        """A person has looked, and sends out again what a failure of the application has cost its key; how many."""
        with closing(SqlStore(self.ledger)) as store:
            held = store.entries(CONNECTION, states={OrderState.HELD}, reasons={KEY_USED})
            return len(Decisions(store, who="ann").release(held, "it is not there"))

    def at_rest(self, expected: int) -> bool:
        """Whether the ledger knows all the orders and has come to an end with each."""
        entries = self.entries()
        return len(entries) == expected and all(
            entry.state in SETTLED and not entry.pending_actions for entry in entries
        )

    def entries(self) -> Sequence[LedgerEntry]:
        """What the ledger says now."""
        with closing(SqlStore(self.ledger)) as store:
            return store.entries(CONNECTION)

    def passes(self, job: Job) -> tuple[str, ...]:
        """The boundaries an undisturbed worker passes."""
        ended = run(job)
        assert isinstance(ended, Ended)
        return ended.passed


class Grounds:
    """Fresh grounds, one after the other, on one sandbox and one kind of database."""

    def __init__(self, sandbox: Sandbox, ledgers: Ledgers, folder: Path) -> None:
        self.sandbox = sandbox
        self.ledgers = ledgers
        self._folder = folder

    def new(self) -> Ground:
        """The account as seeded, an empty ledger, the present moment."""
        self.sandbox.reset()
        return Ground(self.sandbox, self.ledgers.new(), self._folder)


@contextmanager
def account(ground: Ground) -> Iterator[TradeGeckoClient]:
    """The account as it is, for whoever wants to look."""
    with TradeGeckoClient(ground.sandbox.access_token, base_url=ground.sandbox.base_url) as client:
        yield client
