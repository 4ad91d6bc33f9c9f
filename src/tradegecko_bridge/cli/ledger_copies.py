"""The commands ``tgbridge ledger backup`` and its like: copies of whole ledgers."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tradegecko_bridge.cli.options import CONFIG, JSON, Target, read_time
from tradegecko_bridge.cli.output.lines import tell
from tradegecko_bridge.ledger import Restore

if TYPE_CHECKING:
    from tradegecko_bridge.stores.sql import SqlStore
    from tradegecko_bridge.stores.sql.copies import LedgerCopy

_FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.command("backup")
@_FILE
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@CONFIG
@JSON
def backup(file: Path, force: bool, config_path: Path, as_json: bool) -> None:
    """Write the ledger into a file, checked and whole.

    Workers may go on meanwhile. The file is a ledger in SQLite, whatever database it comes from; only its owner can
    read it. It contains everything but logins.
    """
    target = Target(None, config_path, as_json)
    with _open(target, read_only=True) as store:
        made = store.back_up(file, at=datetime.now(UTC), replace=force)
    _show(target, made, f"{file}: {_counted(made)}, as of {_second(made.at)} UTC; logins are not in it")


@click.command("restore")
@_FILE
@click.option("--force", is_flag=True, help="Replace what the ledger holds, after a backup of it.")
@CONFIG
@JSON
def restore(file: Path, force: bool, config_path: Path, as_json: bool) -> None:
    """Fill the ledger from a backup.

    Stop all workers first. The ledger has to be empty; with --force, what it holds is written into a backup beside FILE
    before it is replaced. Logins stay as they are.
    """
    target, now = Target(None, config_path, as_json), datetime.now(UTC)
    aside = file.with_name(f"{file.stem}-before-{now:%Y%m%dT%H%M%S}Z.db") if force else None
    with _open(target) as store:
        made = store.restore(file, at=now, set_aside=aside)
    kept = f"; what it held before is in {aside}" if aside and aside.exists() else ""
    said = f"the ledger is as of {_second(made.at)} UTC: {_counted(made)}{kept}"
    after = "the next sync asks the source again for what came since, and looks before it sends"
    _show(target, made, said, after)


@click.command("restored")
@click.argument("time", callback=read_time)
@CONFIG
@JSON
def restored(time: datetime, config_path: Path, as_json: bool) -> None:
    """Note that the ledger was restored by other means.

    From a dump of the database, for example, or from a snapshot of the machine. TIME is the moment it is of, rather too
    early than too late.
    """
    target, now = Target(None, config_path, as_json), datetime.now(UTC)
    if time > now:
        raise click.UsageError(f"{time:%Y-%m-%dT%H:%MZ} is still to come; name the moment the backup is of")
    with _open(target) as store:
        store.note_restore(time, at=now)
    said = f"noted: the ledger is as of {_second(time)} UTC, restored at {_second(now)} UTC"
    target.show(Restore(backed_up_at=time, restored_at=now), lambda _: tell(said))


@click.command("copy")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@JSON
def copy(source: str, target: str, as_json: bool) -> None:
    """Copy a whole ledger into an empty one.

    Stop all workers first. FROM and TO are addresses as in the settings, such as sqlite:///ledger.db and '$LEDGER_URL',
    which is read from the environment. Everything is copied but logins.
    """
    from tradegecko_bridge.stores.sql import SqlStore

    with SqlStore(_address(source), read_only=True) as one, SqlStore(_address(target)) as other:
        made = one.copy_to(other, at=datetime.now(UTC))
    said = f"{_counted(made)} copied; write the new address into the settings, and log in again if you use logins"
    _show(Target(None, Path(), as_json), made, said)


def _open(target: Target, *, read_only: bool = False) -> AbstractContextManager[SqlStore]:
    from tradegecko_bridge.config import load_config
    from tradegecko_bridge.wiring.open_ledger import ledger_of

    return ledger_of(target.config_path, load_config(target.config_path), read_only=read_only)


def _address(given: str) -> str:
    from tradegecko_bridge.config.variables import Variables
    from tradegecko_bridge.stores.sql.database import has_password

    if has_password(given):
        raise click.UsageError(
            "an address with a password is not for the command line, which others on this machine can read; "
            "put it into an environment variable and write '$LEDGER_URL'"
        )
    variables = Variables(os.environ)
    address = variables.resolve(given, ())
    for _, problem in variables.faults:
        raise click.UsageError(f"{given}{problem}")
    return str(address)


def _counted(made: LedgerCopy) -> str:
    from tradegecko_bridge.cli.output.console import counted

    return f"{counted(made.orders, 'order')}, {counted(made.rows['ledger_events'], 'event')}"


def _second(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S}"


def _show(target: Target, made: LedgerCopy, *lines: str) -> None:
    target.show(made, lambda _: tell(*lines), lambda made: {"at": made.at, "rows": dict(made.rows)})


COPY_COMMANDS = [backup, restore, restored, copy]
