"""The command ``tgbridge status``."""

from __future__ import annotations

import click

from tradegecko_bridge.cli.options import Target, on_target


@click.command()
@on_target
def status(target: Target) -> None:
    """Show how each connection fares.

    Its last runs and when each job last went well, how many orders need something, and how many alerts are open.
    """
    from tradegecko_bridge.cli.output.status import print_statuses, status_of, statuses_as_rows

    with target.open_ledger() as (store, names):
        connections = [target.connection] if target.connection else list(names)
        found = [status_of(store, connection) for connection in connections]
    target.show(found, print_statuses, statuses_as_rows)
