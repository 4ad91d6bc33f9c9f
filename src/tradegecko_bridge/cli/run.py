"""The command ``tgbridge run``."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import click

from tradegecko_bridge.cli.exit_codes import FAILED
from tradegecko_bridge.cli.options import CONFIG
from tradegecko_bridge.cli.output.lines import tell


@click.command()
@click.option("--connection", metavar="NAME", help="Only this connection.")
@click.option("--once", is_flag=True, help="Run what is due, tell of alerts, and end: for cron.")
@click.option("--try-alerts", is_flag=True, help="Send everybody who is told of alerts a message to try, and end.")
@CONFIG
def run(connection: str | None, once: bool, try_alerts: bool, config_path: Path) -> None:
    """Run every job of every connection at its rhythm, and tell of alerts, until stopped.

    On SIGTERM or Ctrl-C the order in hand is finished, and what else runs.
    """
    from tradegecko_bridge.service import run as service_run

    if try_alerts:
        _try_alerts(config_path)
        return
    with service_run.open_service(config_path, connection) as (service, port):
        if once:
            for name in service.agendas:
                service.step(name)
            service.look()
            if service.ledger_down or any(service.overdue.values()):
                sys.exit(FAILED)
            return
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
        service.start()
        jobs = {name: ", ".join(agenda.jobs) or "nothing" for name, agenda in service.agendas.items()}
        tell(*(f"{name}: {some}" for name, some in jobs.items()))
        if port:
            tell(f"health and metrics on port {port}")
        sys.stdout.flush()
        while not ended.wait(0.5):
            pass
        tell("stopping after the order in hand")
        service.stop()


def _try_alerts(config_path: Path) -> None:
    from tradegecko_bridge.config import load_config
    from tradegecko_bridge.service.run import try_alerts

    failed = False
    tried = list(try_alerts(load_config(config_path)))
    for name, problem in tried:
        tell(f"✗ {problem}" if problem else f"✓ alerts.{name} was told")
        failed |= bool(problem)
    if not tried:
        tell("nobody is told of alerts; write a table [alerts.NAME] into the settings")
    if failed:
        sys.exit(FAILED)
