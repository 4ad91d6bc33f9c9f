"""The account's stock as it was read, so that a pass reads what changed, and not all of it.

Nobody documents whether a variant's ``updated_at`` moves with its stock (reference §5.34, §6.5). So three things bring
the copy up to date. What changed is listed by ``updated_at``. What our own orders have taken is looked at unless that
list had it. And every row is read again by its id, in rounds. Where one of the latter two finds other stock under the
same ``updated_at``, the account changes stock without a sign: all of it is read with each pass from then on, for a day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from attrs import evolve

from tradegecko_bridge.commerce import LocationStock, VariantStock
from tradegecko_bridge.errors import Rejected, Unavailable
from tradegecko_bridge.ports import MirrorStore
from tradegecko_bridge.ports.mirrors import ASIDE, MirrorProgress, MirrorRow
from tradegecko_bridge.tradegecko import records, resources
from tradegecko_bridge.tradegecko.client.sync import TradeGeckoClient
from tradegecko_bridge.tradegecko.gateway import translate
from tradegecko_bridge.tradegecko.gateway.late import LATEST
from tradegecko_bridge.tradegecko.gateway.listing import changes, pages
from tradegecko_bridge.tradegecko.gateway.mirror import Mirror
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import Kind

STOCK: Final = "stock"
TAKEN: Final = "stock taken"
"""Variants that orders of ours have taken something of since they were read."""
ROUND: Final = "stock round"
SILENT: Final = "stock silent"
"""Since when stock is known to change without a sign."""
SIGNED: Final = "stock signed"
"""Since when an order of ours is known to have moved ``updated_at``."""
IDS_A_CALL: Final = 200
MOST_CALLS: Final = 100
"""Requests of one pass that read rows again, at most; the rest of them is for the next ones."""
DISTRUST: Final = timedelta(days=1)
STATUSES: Final = ("active", "archived")
PAGE: Final = 1_000
AT: Final = f"{ASIDE}at"
BUNDLE: Final = "bundle"
_USUAL: Final = {"tracked": True, "sell_without_stock": False, "sellable": True, "online": True}


class StockCopy:
    """What is remembered of one account's stock, in its mirror; one pass each with :meth:`read`.

    Args:
        client: reads what changed; ``bulk`` reads what takes long.
    """

    def __init__(self, mirror: Mirror, store: MirrorStore, client: TradeGeckoClient, bulk: TradeGeckoClient) -> None:
        self._mirror, self._store, self._client, self._bulk = mirror, store, client, bulk

    def read(self, age: timedelta, at: datetime) -> Iterator[VariantStock]:
        """Every active variant with a SKU, as of the moment it was read; ``at`` is now.

        Raises:
            AccessDenied, Rejected, Unavailable: it cannot be brought up to date.
        """
        kind, taken = _kind(at), [row.id for row in self._rows(TAKEN)]
        held = self._by_id(taken)
        self._mirror.follow(kind, self._bulk)
        self._judge_taken(held, taken, at)
        ended = self._read_again(age, at)
        count, seen = 0, (at - LATEST).isoformat() if self._is_signed(at) else ""
        for row in self._rows(STOCK):
            count += 1
            if row.facts["status"] == "active" and row.facts["sku"]:
                yield self._variant(row, seen)
        if ended:
            self._find_missing(kind, count)

    # ── what changed ─────────────────────────────────────────────────────────────────────────

    def _judge_taken(self, held: Mapping[str, MirrorRow], taken: Sequence[str], at: datetime) -> None:
        """Whether what our orders have taken was listed as changed; what was not is looked at."""
        now = self._by_id(taken)
        if any(id_ in held and row.stamp > held[id_].stamp for id_, row in now.items()):
            self._note(SIGNED, at)
        unlisted = [id_ for id_ in now if now[id_].facts[AT] != at.isoformat()]
        for start in range(0, len(unlisted), IDS_A_CALL):
            self._look_at([now[id_] for id_ in unlisted[start : start + IDS_A_CALL]], at, self._client)
        self._store.drop(self._mirror.account, TAKEN, taken)

    def _look_at(self, rows: Sequence[MirrorRow], at: datetime, client: TradeGeckoClient) -> None:
        """Read these once more; what is not there any more is forgotten."""
        account, kind = self._mirror.account, _kind(at)
        call = kind.resource.list(ids=[int(row.id) for row in rows]).with_params(status=STATUSES)
        found = [kind.row(variant, self._mirror.digest) for page in pages(client, call, whole=True) for variant in page]
        before = {row.id: row for row in rows}
        if not {row.id for row in found} <= before.keys():
            raise Unavailable(f"{call.method} {call.path}: rows came that were not asked for; it is read again later")
        if any(row.stamp == before[row.id].stamp and _said(row) != _said(before[row.id]) for row in found):
            self._note(SILENT, at)
        self._store.write(account, STOCK, found)
        self._store.drop(account, STOCK, before.keys() - {row.id for row in found})

    # ── all of it, in rounds ─────────────────────────────────────────────────────────────────

    def _read_again(self, age: timedelta, at: datetime) -> bool:
        """Read on in the round as far as is due; whether that ended one.

        The cursor of rounds is the round's number and the last id read in it, so that it only goes forward.
        """
        account, now = self._mirror.account, at.isoformat()
        whole = -(-self._store.counts(account, STOCK).added // IDS_A_CALL) + 1
        progress = self._store.progress(account, ROUND)
        number, _, last = (progress.cursor or f"{1:08} ").partition(" ")
        calls, since = self._due(progress, whole, age, at)
        if not age or (calls == whole and self._is_silent(at)):
            number, last = f"{int(number) + 1:08}", ""
        ended = False
        for _ in range(calls):
            rows = self._store.rows(account, STOCK, after=last, limit=IDS_A_CALL)
            if old := [row for row in rows if row.facts[AT] != now]:
                self._look_at(old, at, self._bulk)
            done = len(rows) < IDS_A_CALL
            number, last = (f"{int(number) + 1:08}", "") if done else (number, rows[-1].id)
            ended = ended or done
            self._store.write(account, ROUND, [], progress=MirrorProgress(cursor=f"{number} {last}"))
        if calls or progress.at is None:
            self._store.write(account, ROUND, [], progress=MirrorProgress(cursor=f"{number} {last}", at=since))
        return ended

    def _due(self, progress: MirrorProgress, whole: int, age: timedelta, at: datetime) -> tuple[int, datetime]:
        """How many requests of ``whole`` are due, and up to when the round is in time with them."""
        if progress.at is None:
            return 0, at  # all of it was read just now
        if not age:
            return whole, at
        if self._is_silent(at):
            return min(whole, MOST_CALLS), at
        due = int(max(at - progress.at, timedelta(0)) * whole / age)
        if due >= whole <= MOST_CALLS:
            return whole, at
        calls = min(due, MOST_CALLS)
        return calls, progress.at + age * calls / whole

    def _find_missing(self, kind: Kind[records.Variant], count: int) -> None:
        """After a round: if there are variants that no list of changes has shown, all are listed."""
        first = kind.resource.list(limit=1).with_params(status=STATUSES)
        total = next(pages(self._client, first)).total or 0
        if total <= count:
            return
        self._mirror.follow(kind, self._bulk)
        if total > sum(1 for _ in self._rows(STOCK)):
            for page in changes(self._bulk, kind.call_at, None):
                self._store.write(self._mirror.account, STOCK, [kind.row(one, self._mirror.digest) for one in page])

    # ── what is known of the account ─────────────────────────────────────────────────────────

    def _note(self, what: str, at: datetime) -> None:
        self._store.write(self._mirror.account, what, [], progress=MirrorProgress(cursor=at.isoformat(), at=at))

    def _is_silent(self, at: datetime) -> bool:
        since = self._store.progress(self._mirror.account, SILENT).at
        return since is not None and at - since < DISTRUST

    def _is_signed(self, at: datetime) -> bool:
        """Whether orders are known to move ``updated_at``: then all that is remembered counts as of now, but for what
        lists show late."""
        return self._store.progress(self._mirror.account, SIGNED).at is not None and not self._is_silent(at)

    def _by_id(self, ids: Collection[str]) -> dict[str, MirrorRow]:
        return {row.id: row for row in self._store.with_ids(self._mirror.account, STOCK, ids)}

    def _rows(self, kind: str) -> Iterator[MirrorRow]:
        last = ""
        while page := self._store.rows(self._mirror.account, kind, after=last, limit=PAGE):
            yield from page
            last = page[-1].id

    def _variant(self, row: MirrorRow, seen: str) -> VariantStock:
        found = _variant(row, max(row.facts[AT], seen))
        return with_parts(found, self._mirror, self._bulk) if BUNDLE in row.facts else found


def with_parts(bundle: VariantStock, mirror: Mirror, client: TradeGeckoClient) -> VariantStock:
    """A bundle with what it is made of, from a list that is remembered; without it where the account does not tell."""
    id_ = bundle.variant_id
    made_of = mirror.settings("composition", lambda: _read_compositions(client), wanted=[id_]).get(id_, "")
    pairs = (part.split(":") for part in made_of.split())
    return evolve(bundle, parts=tuple((part, Decimal(units)) for part, units in pairs))


def _read_compositions(client: TradeGeckoClient) -> Mapping[str, str]:
    """What bundles are made of, by their ids."""
    found: dict[str, str] = {}
    with suppress(Rejected):
        for page in pages(client, resources.COMPOSITION.list()):
            for row in page:
                if row.component_id is not None and row.quantity is not None:
                    part = f"{row.component_id}:{row.quantity}"
                    found[str(row.bundle_id)] = f"{found.get(str(row.bundle_id), '')} {part}"
    return found


# ── rows ─────────────────────────────────────────────────────────────────────────────────────


def taken_rows(lines: Iterable[Mapping[str, object]], at: datetime) -> list[MirrorRow]:
    """The variants of an order's lines, as :data:`TAKEN` has them."""
    ids = {str(line["variant_id"]) for line in lines if line.get("variant_id") is not None}
    return [MirrorRow(id_, at.isoformat()) for id_ in sorted(ids)]


def _kind(at: datetime) -> Kind[records.Variant]:
    """Variants with their stock, as of a moment."""
    return Kind(
        called=STOCK,
        resource=resources.VARIANTS,
        statuses=STATUSES,
        keys=lambda _variant, _digest: (),
        facts=lambda variant, _digest: _facts(variant, at),
    )


def _facts(variant: records.Variant, at: datetime) -> dict[str, str]:
    """What is kept of it; flags only where they are not as usual."""
    stock = translate.variant_stock(variant)
    here = " ".join(f"{one.location_id}:{one.on_hand}:{one.committed}" for one in stock.locations)
    facts = {"sku": stock.sku, "status": variant.status or "active", AT: at.isoformat(), "here": here}
    facts |= {name: "" for name, usual in _USUAL.items() if getattr(stock, name) is not usual}
    more = {"maximum": stock.maximum, "barcode": stock.barcode, BUNDLE: variant.composite or None}
    return facts | {name: str(value) for name, value in more.items() if value is not None}


def _variant(row: MirrorRow, as_of: str) -> VariantStock:
    facts = row.facts
    maximum = facts.get("maximum")
    flags: dict[str, Any] = {name: usual is (name not in facts) for name, usual in _USUAL.items()}
    return VariantStock(
        variant_id=row.id,
        sku=facts["sku"],
        locations=tuple(
            LocationStock(location_id=id_, on_hand=Decimal(on_hand), committed=Decimal(committed))
            for id_, on_hand, committed in (one.split(":") for one in facts["here"].split())
        ),
        maximum=None if maximum is None else Decimal(maximum),
        barcode=facts.get("barcode"),
        as_of=datetime.fromisoformat(as_of),
        **flags,
    )


def _said(row: MirrorRow) -> dict[str, str]:
    """All but when it was read."""
    return {name: fact for name, fact in row.facts.items() if name != AT}
