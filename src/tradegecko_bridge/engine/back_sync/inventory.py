"""Stock levels: what may be sold of each SKU, by the connection's rules, told where it changed.

The whole list is gathered first, on disk, then held against what the source was told: a list that breaks off changes
nothing, and what is missing from a whole one has vanished.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import Final

from attrs import evolve

from tradegecko_bridge.bounds import LONGEST_NAME, findable
from tradegecko_bridge.commerce import VariantStock, Verdict
from tradegecko_bridge.commerce.remote import RecordKind
from tradegecko_bridge.commerce.validators import UnfitValue
from tradegecko_bridge.engine.back_sync import in_flight
from tradegecko_bridge.engine.back_sync.stock_drift import look_for_drift
from tradegecko_bridge.engine.back_sync.stock_rules import ZERO, is_chosen, level_of, stock_level, value_of
from tradegecko_bridge.engine.back_sync.stock_spool import VariantSpool
from tradegecko_bridge.engine.back_sync.telling import (
    Known,
    Telling,
    changes,
    differences,
    gather,
    some_of,
    stream_of,
    tell,
    write,
)
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.mapping.rules import source_skus
from tradegecko_bridge.engine.report import Outcome, Report
from tradegecko_bridge.engine.settings.choices import Vanished
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.engine.source_calls import SourceFailed, a_kind, guarded, iterate, offer
from tradegecko_bridge.errors import ConfigError, GatewayError, Rejected
from tradegecko_bridge.ledger import Finding, Severity
from tradegecko_bridge.outbox import OutboxEntry, OutboxState, Wanted
from tradegecko_bridge.ports import AcceptsAllStock, AcceptsStock, Gateway, HasStockLocations, KeepsStock, Spool

OPERATION: Final = "sync inventory"
KIND: Final = "stock"
BRAKE: Final = "stock brake"
BATCH: Final = 200
GONE: Final = "0"
"""What is told of what has vanished."""
FEW: Final = 10
"""So many SKUs may always be sold out at once."""
_HUNDRED: Final = Decimal(100)
_NOW: Final = timedelta(0)
_NOWHERE: Final = "none"
"""No id of a location."""


def sync_inventory(context: Context, *, dry_run: bool = False, full: bool = False, past_brake: bool = False) -> Report:
    """Tell the source changed stock levels; ``full`` all of them, ``past_brake`` also where very many become 0."""
    with context.report(OPERATION, dry_run=dry_run) as report:
        source = context.source
        if not isinstance(source, AcceptsStock):
            return report
        if dry_run:
            with context.store.spool() as found:
                if _found(context, report, found, full=full):
                    _foretell(context, report, found, full=full)
            return report
        with stream_of(context, KIND, report) as stream, context.store.spool() as found:
            if stream is None or not _found(context, report, found, full=full):
                return report
            look_for_drift(context, stream, report, full=full)
            if not _brake(context, report, found, passed=past_brake):
                at_once = isinstance(source, AcceptsAllStock)
                write(context, stream, _wanted(context, found, report, full=full), again=full and not at_once)
            telling = Telling(
                kind=KIND,
                operation=OPERATION,
                doing="accepting stock levels",
                accept=source.accept_stock,
                item=level_of,
                key=lambda level: level.key,
                batch=BATCH,
                called=lambda entry: entry.key,
            )
            tell(context, stream, telling, report)
            if isinstance(source, AcceptsAllStock):
                _tell_all(context, source, report, full=full)
    return report


def _tell_all(context: Context, source: AcceptsAllStock, report: Report, *, full: bool) -> None:
    """All levels at once, where the source wants them or a person does (``full``)."""
    try:
        if not (full or guarded(context.source, "asking whether it wants all stock", source.wants_all_stock)):
            return
    except SourceFailed as error:
        report.fail(error)
        return
    levels = [level_of(entry) for entry in _entries(context) if not entry.gone]
    if levels:
        doing = "accepting all stock levels"
        results = offer(context.source, source.accept_all_stock, levels, lambda level: level.key, doing).values()
        bad = {result.message for result in results if result.verdict in (Verdict.FAILED, Verdict.REFUSED)}
        report.problems.extend(f"all stock levels: {message}" for message in sorted(bad))


def _entries(context: Context) -> Iterator[OutboxEntry]:
    after = 0
    while page := context.store.outbox(context.connection, KIND, after=after):
        yield from page
        after = page[-1].id


# ── what there is ────────────────────────────────────────────────────────────────────────────


def _found(context: Context, report: Report, found: Spool, *, full: bool) -> bool:
    """Gather the whole list beside what the outbox has; False, told in the report, where it cannot be had."""
    began = context.clock()
    try:
        settings = _with_ids(context.gateway, context.settings)
        reading = in_flight.Reading(context)
        with context.store.spool() as spool:
            variants = VariantSpool(spool, began)
            variants.fill(_tellable(_listed(context, began, full=full), report))
            sold = reading.finish(variants.oldest)
            held = dict[str, str]()
            levels = chain.from_iterable(
                _levels(variants, sold.reserved(variants, rules, began), rules, place, held)
                for place, rules in _places(context, settings).items()
            )
            gather(context, KIND, levels, found)
        for sku, why in held.items():
            report.add(sku, Outcome.HELD, why)
    except (GatewayError, SourceFailed, ConfigError) as error:
        report.fail(error)
        return False
    return True


def _listed(context: Context, began: datetime, *, full: bool) -> Iterable[VariantStock]:
    gateway = context.gateway
    if not isinstance(gateway, KeepsStock):
        return gateway.stock()
    return gateway.stock_within(_NOW if full else context.settings.stock_age, began)


def _tellable(stock: Iterable[VariantStock], report: Report) -> Iterator[VariantStock]:
    """Those whose SKU is one that can be told, stored and found again."""
    for one in stock:
        if one.sku.isprintable() and findable(one.sku) == one.sku:
            yield one
        else:
            said = f"its SKU is no line of at most {LONGEST_NAME} characters; correct it in TradeGecko"
            report.add(f"variant {one.variant_id}", Outcome.HELD, said)


def _with_ids(gateway: Gateway, settings: ConnectionSettings) -> ConnectionSettings:
    """The settings with the ids of locations in place of their labels.

    Raises:
        Rejected: one is not there; left out in silence, it would make everything sold out at the source.
        AccessDenied, Unavailable: the account cannot be asked.
    """

    def ids(setting: str, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(_location(gateway, setting, name) for name in names)

    return evolve(
        settings,
        stock_locations=ids("stock_locations", settings.stock_locations),
        excluded_stock_locations=ids("excluded_stock_locations", settings.excluded_stock_locations),
    )


def _location(gateway: Gateway, setting: str, name: str) -> str:
    try:
        return gateway.find_record(RecordKind.LOCATION, name)
    except Rejected as error:
        what = "no stock level is sent until you create it there or correct the setting"
        raise Rejected(f"setting {setting}: {error}; {what}") from error


def _places(context: Context, settings: ConnectionSettings) -> dict[str, ConnectionSettings]:
    """Each location of the source's with the rules for it; blank where it has one stock for all.

    Raises:
        ConfigError: the source has no locations, or none of this name.
        Rejected: the account has none; AccessDenied, Unavailable, SourceFailed: one of them cannot be asked.
    """
    source, named = context.source, settings.source_locations
    if not named:
        return {"": settings}
    if not isinstance(source, HasStockLocations):
        raise ConfigError(f"setting source_locations: {source.name} has no stock locations of its own; remove it")
    there: list[object] = list(iterate(source, source.stock_locations, "naming its stock locations"))
    if strange := [one for one in there if not isinstance(one, str)]:
        what = f"stock_locations gave {a_kind(strange[0])} where a text is due"
        raise SourceFailed(f"{source.name}: {what}: a fault in the source")
    if unknown := sorted(set(named.values()).difference(there)):
        has = ", ".join(map(repr, sorted({str(one) for one in there}))) or "none"
        raise ConfigError(f"setting source_locations: {source.name} has no location {unknown[0]!r}; it has {has}")
    found: dict[str, list[str]] = {}
    for here, place in named.items():
        found.setdefault(place, []).append(_location(context.gateway, "source_locations", here))
    return {
        place: evolve(settings, stock_locations=[one for one in ids if is_chosen(one, settings)] or [_NOWHERE])
        for place, ids in found.items()
    }


def _levels(
    variants: VariantSpool,
    reserved: Mapping[str, Decimal],
    settings: ConnectionSettings,
    place: str,
    held: dict[str, str],
) -> Iterator[Wanted]:
    """One level a SKU, at this place. What has no level that can be told is ``held``, with the reason: as a SKU on
    several variants, which has no true one."""
    for sku, several in variants.groups():
        tracked = [one for one in several if one.tracked]
        if len(tracked) > 1:
            held[sku] = f"{len(tracked)} TradeGecko variants carry this SKU; give each its own"
            continue
        for one in tracked:
            try:
                level = stock_level(one, reserved.get(one.variant_id, ZERO), settings)
            except UnfitValue:
                held[sku] = "TradeGecko has more of it than can be told; correct its stock there"
                continue
            for name in source_skus(sku, settings):
                there = evolve(level, sku=name, location=place or None)
                yield Wanted(key=there.key, value=value_of(level), content=place, name=name if place else "")


# ── what is to be told ───────────────────────────────────────────────────────────────────────


def _wanted(context: Context, found: Spool, report: Report, *, full: bool) -> Iterator[Wanted]:
    """What to write; of what has vanished by the setting."""
    vanished: list[str] = []

    def gone(known: Known) -> Wanted:
        if _still_so(known, context.settings):
            vanished.append(known.wanted.key)
        return evolve(known.wanted, value=_after_vanishing(known, context.settings))

    yield from changes(found, report, gone, gone_value=GONE, full=full)
    policy = context.settings.vanished
    if vanished and policy is not Vanished.LEAVE:
        became = "set to 0" if policy is Vanished.ZERO else "left as it is"
        why = "archived, deleted, renamed, filtered, not managed, or on several variants now"
        what = f"no level in TradeGecko any more ({why}), and {became} at the source"
        report.notes.append(f"{what}: {some_of(vanished)}")


def _after_vanishing(known: Known, settings: ConnectionSettings) -> str:
    """What the source is to show of what the system has no more; nothing new where it never took it."""
    leave = settings.vanished is not Vanished.ZERO or not _still_so(known, settings)
    return known.wanted.value if leave or known.state is OutboxState.IGNORED else GONE


def _still_so(known: Known, settings: ConnectionSettings) -> bool:
    """Whether the source is still told of it in this way: by location, or of all its stock."""
    return bool(known.wanted.content) is bool(settings.source_locations)


def _sells(known: Known) -> bool:
    """Whether the source sells it, by what it accepted last, and has not been set to 0 since."""
    return GONE not in (known.accepted or GONE, known.wanted.value) and known.state is not OutboxState.IGNORED


def _brake(context: Context, report: Report, found: Spool, *, passed: bool = False) -> bool:
    """Whether the pass is held, because it would set a great part of what the source sells to 0 and nobody has let it
    pass."""
    report.judged.append(BRAKE)
    share = context.settings.stock_brake
    for_sale, sold_out = 0, 0
    for one in differences(found):
        if one.known is None or not _sells(one.known):
            continue
        for_sale += 1
        after = one.wanted.value if one.wanted is not None else _after_vanishing(one.known, context.settings)
        sold_out += after == GONE
    if passed or sold_out <= FEW or sold_out * _HUNDRED <= share * for_sale:
        return False
    text = (
        f"{sold_out} of the {for_sale} SKUs the source sells would be set to 0, more than {share} % (stock_brake): "
        "nothing new is told until that is right; if it is, run `tgbridge sync inventory --past-brake`"
    )
    report.problems.append(text)
    report.findings.append(Finding(key=BRAKE, severity=Severity.ERROR, text=text, count=sold_out))
    return True


def _foretell(context: Context, report: Report, found: Spool, *, full: bool) -> None:
    """What would be told."""
    if _brake(context, report, found):
        return
    for one in _wanted(context, found, report, full=full):
        if one.gone and one.value != GONE:
            continue  # it is only noted
        report.tally(one.key, Outcome.PLANNED, f"would be {one.value}")
