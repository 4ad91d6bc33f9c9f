"""F19: the database's server crashes and starts anew while workers are at it."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.campaign import Tally
from tests.chaos.ground import Grounds, Ledgers
from tests.chaos.storm import Weather, storm
from tests.stores import postgres
from tests.support import require
from tradegecko_bridge import Sandbox


def test_f19_the_server_restarts(running_sandbox: Sandbox, tmp_path: Path) -> None:
    """Amid all the other faults. It recovers by its log, and workers go on by themselves."""
    if reason := postgres.missing():
        require(reason)
    tally = Tally()
    with postgres.running() as server:
        grounds = Grounds(running_sandbox, Ledgers(tmp_path, server.url, server.restart), tmp_path)
        storm(grounds, tally, 19, size=12, count=2, rounds=2, weather=Weather(restarts=1))
    tally.assert_clean()
