"""What creating, changing and deleting a record does, when nothing special happens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..model.clock import Clock
from ..model.context import Context
from ..model.schema import Resource
from ..model.state import Row, State
from ..model.switches import Switches
from ..model.values import Raw, label, read_values, require_parents, require_present
from ..wire.errors import ARCHIVED, BLANK, TAKEN, BadRequest, FieldErrors, Invalid
from .progress import Progress
from .stock import Stock


@dataclass(slots=True)
class Draft:
    """A record on its way in: what was sent, what will be stored, and what is wrong with it.

    `row` is the stored record: None until a new one is inserted. `before` is a changed record as it was.
    """

    raw: Raw
    values: Row = field(default_factory=dict)
    errors: FieldErrors = field(default_factory=FieldErrors)
    row: Row | None = None
    before: Row = field(default_factory=dict)

    @property
    def record(self) -> Row:
        """The stored record, once there is one."""
        if self.row is None:
            raise RuntimeError("the record is not stored yet")
        return self.row

    @property
    def changed(self) -> bool:
        """Whether an update changed anything."""
        return self.row != self.before


class Rules:
    """Plain create, update and delete of one resource; domain modules override the steps between.

    Every method runs inside a transaction: what raises leaves nothing behind.
    """

    def __init__(self, context: RulesContext, resource: Resource) -> None:
        self.context = context
        self.resource = resource
        self.name: str = resource.name

    @property
    def state(self) -> State:
        """The tables."""
        return self.context.state

    def create(self, raw: Raw, *, nested: bool = False) -> Row:
        """Make a record of what was sent; `nested` when it came inside its parent's request.

        Raises Invalid, or NotFound for a missing parent.
        """
        draft = Draft(raw)
        draft.values = read_values(self.context, self.resource, raw, "create", draft.errors)
        require_parents(self.context, self.resource, draft.values, raw)
        if not nested:
            self.check_parent(draft.values)
        self.prepare(draft)
        require_present(self.resource, draft.values, draft.errors, only_given=False)
        self.check(draft)
        draft.errors.raise_if_any()
        draft.row = self.state.insert(self.name, draft.values)
        self.created(draft)
        if not nested:
            self.refresh_parent(draft.row)
        return draft.row

    def update(self, row: Row, raw: Raw) -> None:
        """Change what was sent and differs; the rest stays. Raises Invalid."""
        draft = Draft(raw, row=row, before=dict(row))
        given = read_values(self.context, self.resource, raw, "update", draft.errors)
        draft.values = {name: value for name, value in given.items() if self.get(row, name) != value}
        require_present(self.resource, draft.values, draft.errors, only_given=True)
        self.check(draft)
        draft.errors.raise_if_any()
        self.state.update(self.name, row, draft.values)
        self.updated(draft)

    def delete(self, row: Row) -> None:
        """Archive the record, or remove it where the resource has no status. Twice is as good as once."""
        if self.resource.soft is None:
            self.state.delete(self.name, row)
        else:
            self.state.update(self.name, row, {"status": self.resource.soft})

    def check_parent(self, values: Row) -> None:
        """Refuse a new record that was not nested in its parent's request when the parent may not change."""

    def refresh_parent(self, row: Row) -> None:
        """Bring the parent up to date after this record changed, or was made on its own."""

    def prepare(self, draft: Draft) -> None:
        """Fill in defaults before presence is checked."""

    def check(self, draft: Draft) -> None:
        """Complain about what is wrong with the values."""

    def created(self, draft: Draft) -> None:
        """Children and effects of a new record."""

    def updated(self, draft: Draft) -> None:
        """Children and effects of a change."""
        if draft.changed:
            self.refresh_parent(draft.record)

    def get(self, row: Row, name: str) -> Any:
        """A stored value, or the column's default."""
        return self.state.value(self.name, row, name)

    def children(self, raw: Raw, name: str) -> list[Raw]:
        """The nested records under `name`. Raises BadRequest when they are not objects."""
        given = raw.get(name)
        if given is None or given == "":
            return []
        if isinstance(given, dict):
            # Rails' nested attributes in form bodies: {"0": {...}, "1": {...}}
            given = list(given.values())
        if not isinstance(given, list) or not all(isinstance(child, dict) for child in given):
            raise BadRequest.missing(name)
        return given

    def create_children(self, name: str, parent: Raw, given: list[Raw]) -> list[Row]:
        """Make every nested record; all their errors come back together under dotted keys."""
        errors = FieldErrors()
        made = []
        for child in given:
            try:
                made.append(self.context.rules[name].create({**child, **parent}, nested=True))
            except Invalid as exc:
                errors.merge(name, exc.errors)
        errors.raise_if_any()
        return made

    def refresh_order(self, key: int) -> None:
        """Bring what is derived of an order up to date."""
        self.context.progress.refresh(self.state["orders"].rows[key])

    def refuse_archived(self, draft: Draft, named: Iterable[str]) -> None:
        """Complain about archived records among those that the columns name, where the account refuses them."""
        if not self.context.switches.archived_refused_on_orders:
            return
        for column in map(self.resource.fields.__getitem__, named):
            row = self.context.referred(column.ref, draft.values[column.name]) if column.ref else None
            if row is not None and row.get("status") == "archived":
                draft.errors.add(label(column), ARCHIVED)

    def next_position(self, column: str, parent: int) -> int:
        """The place behind the others of a parent; the first is 1."""
        return 1 + max((row.get("position") or 0 for row in self.state[self.name].where(column, parent)), default=0)

    def must_be_unique(self, draft: Draft, name: str) -> None:
        """`name` must not be in use by another record that lists show."""
        value, own = draft.values.get(name), draft.before.get("id")
        rows = self.state[self.name].rows
        if value and any(rows[key].get(name) == value and key != own for key in self.state[self.name].visible):
            draft.errors.add(name, TAKEN)


AnyRules = TypeVar("AnyRules", bound=Rules)


class RulesContext(Context):
    """A context with the rules that change its rows, by resource."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        super().__init__(clock, switches)
        self.rules: dict[str, Rules] = {}
        self.stock: Stock = Stock(self)
        self.progress: Progress = Progress(self, self.stock)

    def rules_of(self, kind: type[AnyRules]) -> AnyRules:
        """The rules of this class."""
        return next(rules for rules in self.rules.values() if isinstance(rules, kind))


def require_sent(draft: Draft, *names: str) -> None:
    """Complain about columns that were not sent, before their defaults are filled in."""
    for name in names:
        if draft.values.get(name) in (None, "") and name.removesuffix("_id") not in draft.errors:
            draft.errors.add(name.removesuffix("_id"), BLANK)


def next_number(rules: Rules, prefix: str, counter: str, column: str, *, use: bool = True) -> str:
    """The next free number (`SO0001`) of a sequence of the account, which goes on behind it when it is to be used.

    `counter` is the account's column, `column` the indexed one that may not hold the number yet.
    """
    context, taken = rules.context, rules.state[rules.name].indexes[column]
    number = context.value("accounts", context.account, counter)
    while (text := f"{prefix}{number:04d}") in taken or (column.endswith("_folded") and text.lower() in taken):
        number += 1
    if use:
        rules.state.update("accounts", context.account, {counter: number + 1}, touch=False)
    return text
