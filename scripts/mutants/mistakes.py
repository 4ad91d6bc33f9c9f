"""The mistakes: each changes one place of a module's syntax tree into something a tired person might have written."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from copy import copy
from types import CodeType
from typing import Any, Final

from attrs import frozen

SWAPPED: Final[dict[type[ast.AST], tuple[type[ast.AST], ...]]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.Add,),
    ast.Pow: (ast.Mult,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitAnd: (ast.BitOr,),
}
OTHER_NAMES: Final = {"max": "min", "min": "max", "any": "all", "all": "any"}
REMOVABLE: Final = (ast.AugAssign, ast.Delete, ast.Raise, ast.Continue, ast.Break)
DECLARING: Final = frozenset({"annotation", "returns", "decorator_list", "bases", "format_spec"})
"""Fields that say what something is, not what it does."""
ONLY_FORM: Final = frozenset({"kw_only", "factory", "takes_self"})
"""Keywords of declarations without which the module cannot be imported, or behaves as before."""
LONGEST: Final = 100
"""Characters of code that are shown."""
NOTHING: Final = "(nothing)"
FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


@frozen
class Mutant:
    """One mistake. ``function`` is where it is: line and name of the outermost function; None: outside of any.

    ``first`` and ``last`` are the lines of the statement it is in.
    """

    file: str
    line: int
    was: str
    becomes: str
    function: str | None
    first: int
    last: int
    _put: Callable[[], None]
    _tree: ast.Module

    def code(self) -> CodeType:
        """The module with the mistake, for this process: its tree is changed for good."""
        self._put()
        return compile(ast.fix_missing_locations(self._tree), self.file, "exec")

    def __str__(self) -> str:
        return f"{self.was} → {self.becomes}"


def mutants(file: str, source: str) -> list[Mutant]:
    """All mistakes that can be made in a module, in the order of its lines."""
    return list(_Walk(file, ast.parse(source)).all())


class _Walk:
    def __init__(self, file: str, tree: ast.Module) -> None:
        self._file = file
        self._tree = tree

    def all(self) -> Iterator[Mutant]:
        yield from self._inside(self._tree, None, (0, 0))

    def _inside(self, node: ast.AST, function: str | None, lines: tuple[int, int]) -> Iterator[Mutant]:
        for name, value in ast.iter_fields(node):
            if name in DECLARING or (isinstance(node, ast.ClassDef) and name == "keywords"):
                continue
            for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if not isinstance(child, ast.AST) or _is_left_alone(child):
                    continue
                yield from self._of(node, name, index, child, function, lines)

    def _of(
        self, parent: ast.AST, name: str, index: int | None, node: ast.AST, function: str | None, lines: tuple[int, int]
    ) -> Iterator[Mutant]:
        lines = _lines(node) or lines
        for new in _mistakes(node, parent, name):
            was, becomes = _told(node, new)

            def put(new: ast.AST = new) -> None:
                if index is None:
                    setattr(parent, name, ast.copy_location(new, node))
                else:
                    getattr(parent, name)[index] = ast.copy_location(new, node)

            line = getattr(node, "lineno", lines[0])
            yield Mutant(self._file, line, was, becomes, function, *lines, put, self._tree)
        if isinstance(node, FUNCTIONS) and function is None:
            yield from self._of_defaults(node, lines)
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            function = f"{first} {node.name}"
        if not isinstance(node, ast.JoinedStr):
            yield from self._inside(node, function, lines)
            return
        for value in node.values:  # the words between are one mistake, together
            if isinstance(value, ast.FormattedValue):
                yield from self._inside(value, function, lines)

    def _of_defaults(self, node: ast.FunctionDef | ast.AsyncFunctionDef, lines: tuple[int, int]) -> Iterator[Mutant]:
        """Defaults are evaluated where the function is defined, not when it runs."""
        yield from self._inside(node.args, None, lines)


def _lines(node: ast.AST) -> tuple[int, int] | None:
    """The lines of a statement, of one with a body those of its head; None: it is no statement."""
    if not isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
        return None
    if isinstance(node, ast.match_case):
        return node.pattern.lineno, node.body[0].lineno
    body = getattr(node, "body", None)
    last = body[0].lineno - 1 if isinstance(body, list) and body else node.end_lineno
    return node.lineno, max(node.lineno, last or node.lineno)


def _told(was: ast.AST, becomes: ast.AST) -> tuple[str, str]:
    """Both in words; of a call or a display that has lost a part, only the part."""
    if isinstance(was, ast.ExceptHandler):
        return f"except {ast.unparse(was.type) if was.type else ''}: …", "raise"
    for field in ("keywords", "elts", "values"):
        before, after = getattr(was, field, []), getattr(becomes, field, [])
        if type(was) is type(becomes) and len(after) == len(before) - 1:
            (lost,) = (part for part in before if not any(part is other for other in after))
            return f"{ast.unparse(lost)} in {_short(was)}", NOTHING
    return _short(was), _short(becomes)


def _short(node: ast.AST) -> str:
    if isinstance(node, ast.Pass):
        return NOTHING
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _is_left_alone(node: ast.AST) -> bool:
    """Imports, texts that document, what is for the type checker only, lists of names, and mere form."""
    match node:
        case ast.keyword(arg=arg) if arg in ONLY_FORM:
            return True
        case ast.Import() | ast.ImportFrom() | ast.Assert() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__" | "log")]):
            return True
        case ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar"))):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
    return isinstance(node, ast.arguments)  # looked at apart


def _mistakes(node: Any, parent: ast.AST, name: str) -> Iterator[ast.AST]:
    """What may stand in this node's place."""
    is_condition = name == "test" or name == "guard" or (name == "ifs" and isinstance(parent, ast.comprehension))
    if is_condition and not isinstance(node, ast.Constant):
        yield from (ast.Constant(True), ast.Constant(False))
    match node:
        case ast.Compare():
            for index, operator in enumerate(node.ops):
                others = SWAPPED[type(operator)]
                for other in others[:1] if isinstance(operator, ast.Lt | ast.LtE | ast.Gt | ast.GtE) else others:
                    if not is_condition or isinstance(operator, ast.Lt | ast.LtE | ast.Gt | ast.GtE):
                        yield _with(node, ops=[*node.ops[:index], other(), *node.ops[index + 1 :]])
                if not is_condition and len(others) > 1:
                    yield _with(node, ops=[*node.ops[:index], others[1](), *node.ops[index + 1 :]])
        case ast.BoolOp():
            for index in range(len(node.values)):
                left = [*node.values[:index], *node.values[index + 1 :]]
                yield left[0] if len(left) == 1 else _with(node, values=left)
        case ast.UnaryOp(op=ast.Not() | ast.USub()) if not is_condition:
            yield node.operand
        case ast.BinOp() | ast.AugAssign() if type(node.op) in SWAPPED:
            yield from (_with(node, op=other()) for other in SWAPPED[type(node.op)])
        case ast.Constant():
            yield from _other_constants(node)
        case ast.JoinedStr():
            yield ast.Constant("")
        case ast.Call():
            yield from _other_calls(node)
        case ast.Set() | ast.List() if isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            yield from _shorter(node, "elts")
        case ast.Tuple(ctx=ast.Load()) if len(node.elts) > 1 and not isinstance(parent, ast.Subscript):
            yield from _shorter(node, "elts")
        case ast.Dict():
            for index in range(len(node.keys)):
                keys, values = list(node.keys), list(node.values)
                del keys[index], values[index]
                yield _with(node, keys=keys, values=values)
        case ast.Return(value=value) if value is not None and not isinstance(value, ast.Constant):
            yield _with(node, value=None)
        case ast.ExceptHandler() if not (len(node.body) == 1 and _is_bare_raise(node.body[0])):
            yield _with(node, body=[ast.copy_location(ast.Raise(), node.body[0])])
    if _is_removable(node):
        yield ast.Pass()


def _is_bare_raise(node: ast.stmt) -> bool:
    return isinstance(node, ast.Raise) and node.exc is None


def _is_removable(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Call() | ast.Await() | ast.Yield() | ast.YieldFrom()):
            return True
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            return True
        case ast.AnnAssign(target=ast.Attribute(), value=ast.expr()):
            return True
    return isinstance(node, REMOVABLE)


def _other_constants(node: ast.Constant) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        yield ast.Constant(value + 1)
    elif isinstance(value, str | bytes):
        yield ast.Constant(value[:0] if value else "something")


def _other_calls(node: ast.Call) -> Iterator[ast.AST]:
    for index, keyword in enumerate(node.keywords):
        if keyword.arg is not None and keyword.arg not in ONLY_FORM:
            yield _with(node, keywords=[*node.keywords[:index], *node.keywords[index + 1 :]])
    if not isinstance(node.func, ast.Name):
        return
    if other := OTHER_NAMES.get(node.func.id):
        yield _with(node, func=ast.copy_location(ast.Name(other, ast.Load()), node.func))
    if node.func.id in ("max", "min") and len(node.args) > 1:
        yield from node.args
    if node.func.id == "suppress":
        yield from _shorter(node, "args")


def _shorter(node: Any, field: str) -> Iterator[ast.AST]:
    """The node without one of its elements."""
    elements = getattr(node, field)
    for index in range(len(elements)):
        yield _with(node, **{field: [*elements[:index], *elements[index + 1 :]]})


def _with(node: Any, **fields: Any) -> Any:
    changed = copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed
