"""Write the bound endpoints of both drivers from the resources, so that an endpoint is said once.

    python scripts/bind_resources.py

Writes ``client/bound_sync.py``, ``client/bound_async.py`` and, of the same methods with the answer as it came,
``client/raw_sync.py`` and ``client/raw_async.py``. A test compares them with what this writes.
"""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent, wrap
from typing import Any, ForwardRef, TypeVar, get_args, get_origin

from tradegecko_bridge.tradegecko import resources
from tradegecko_bridge.tradegecko.records import Record
from tradegecko_bridge.tradegecko.resources.base import Resource
from tradegecko_bridge.tradegecko.resources.filters import Listing

PACKAGE = "tradegecko_bridge.tradegecko"
CLIENT = Path(__file__).parents[1] / "src/tradegecko_bridge/tradegecko/client"
FIRST = ("list", "get", "show", "current", "create", "update", "delete")
"""The order of methods; others follow as the classes have them."""
SOURCES = {
    "collections.abc": ("Collection",),
    "typing": ("Any", "ClassVar", "TYPE_CHECKING", "Unpack"),
    PACKAGE: ("records", "resources"),
    f"{PACKAGE}.calls": ("Page", "Shown"),
    f"{PACKAGE}.client.sending": ("Exchange",),
    f"{PACKAGE}.payload_base": ("Fields",),
    f"{PACKAGE}.resources": ("accounts", "companies", "filters", "orders", "products", "purchasing", "stock"),
}
HEADER = '''"""{what}. Written by ``scripts/bind_resources.py``: do not edit."""

from __future__ import annotations

'''


def bound_module(asynchronous: bool) -> str:
    """The text of the module with the endpoints of a client."""
    prefix, article = ("Async", "an asynchronous") if asynchronous else ("", "a synchronous")
    classes = "\n\n".join(bound_class(resource, asynchronous) for resource in resources.ALL)
    paging = f"from {PACKAGE}.client.paging import {prefix}BoundResource, {prefix}Pages, {prefix}Sender\n"
    home = raw_home(asynchronous).rpartition(".")[2]
    typed = f"    from {PACKAGE}.client import {home} as raw\n"
    return module(f"The endpoints bound to {article} client", paging, f"{classes}\n\n{mixin(prefix)}", typed)


def raw_module(asynchronous: bool) -> str:
    """The text of the module with the same endpoints that give the answer as it came beside the value."""
    prefix, article = ("Async", "an asynchronous") if asynchronous else ("", "a synchronous")
    classes = "\n\n".join(raw_class(resource, asynchronous) for resource in resources.ALL)
    paging = f"from {PACKAGE}.client.paging import {prefix}BoundResource\n"
    return module(f"What {article} client answers, as it came", paging, classes)


def raw_home(asynchronous: bool) -> str:
    """The module of what gives exchanges; it loads when it is first used."""
    return f"{PACKAGE}.client.raw_{'async' if asynchronous else 'sync'}"


def module(what: str, own: str, body: str, typed: str = "") -> str:
    """The text of one module, with the imports it needs and those of its ``own``; ``typed`` are for checkers only, as
    are payloads: their classes take long to make."""
    own += f"\nif TYPE_CHECKING:\n    from {PACKAGE} import payloads\n{typed}"
    text = code(own + body)
    imports = [
        f"from {source} import {', '.join(used)}\n"
        for source, names in SOURCES.items()
        if (used := [name for name in names if re.search(rf"(?<!\.)\b{name}\b", text)])
    ]
    return formatted(f"{HEADER.format(what=what)}{''.join(imports)}{own}\n\n{body}")


def bound_class(resource: Resource[Any], asynchronous: bool) -> str:
    """The class of one resource: a line for each endpoint."""
    kind, prefix = type(resource), "Async" if asynchronous else ""
    endpoints = [method(resource, name, asynchronous) for name in method_names(kind)]
    methods = "\n\n".join([raw_property(kind, asynchronous), *endpoints])
    head = f"class {prefix}Bound{kind.__name__}({prefix}BoundResource):\n    {docstring(kind)}\n"
    return f"{head}\n{made_by(resource)}\n\n{indent(methods, '    ')}\n"


def raw_class(resource: Resource[Any], asynchronous: bool) -> str:
    """The class of one resource whose methods give exchanges."""
    kind, prefix = type(resource), "Async" if asynchronous else ""
    methods = "\n\n".join(raw_method(resource, name, asynchronous) for name in method_names(kind))
    head = f"class {prefix}Raw{kind.__name__}({prefix}BoundResource):\n    {docstring(kind)}\n"
    return f"{head}\n{made_by(resource)}\n\n{indent(methods, '    ')}\n"


def made_by(resource: Resource[Any]) -> str:
    """What makes the calls of a class."""
    kind = type(resource)
    module = kind.__module__.rpartition(".")[2]
    return f"    resource: ClassVar[{module}.{kind.__name__}] = resources.{constant(resource)}"


def raw_property(kind: type[Resource[Any]], asynchronous: bool) -> str:
    """How to come from the endpoints to those that give exchanges."""
    name = f"{'Async' if asynchronous else ''}Raw{kind.__name__}"
    load = f"from {raw_home(asynchronous)} import {name}"
    text = "The same methods, each giving the value with the answer as it came (an ``Exchange``)."
    return f'''@property
def with_raw_response(self) -> raw.{name}:
    """{text}"""
    {load}

    return {name}(self._client)'''


def raw_method(resource: Resource[Any], name: str, asynchronous: bool) -> str:
    """One endpoint: what the resource makes, sent, with its answer."""
    function, declared, returned, call = parts(resource, name)
    more = filter_names(resource, "One page. Takes") if name == "list" else ""
    sent = f"return {'await ' if asynchronous else ''}self._client.exchange({call})"
    head = f"{'async ' if asynchronous else ''}def {name}({declared}) -> Exchange[{returned}]:"
    return f"{head}\n    {docstring(function, more)}\n    {sent}"


def method(resource: Resource[Any], name: str, asynchronous: bool) -> str:
    """One endpoint: what the resource makes, sent."""
    function, declared, returned, call = parts(resource, name)
    if name == "list":
        pages = f"{'Async' if asynchronous else ''}Pages"
        returned = returned.replace("Page[", f"{pages}[", 1)
        head, body = f"def list({declared}) -> {returned}:", f"return {pages}(self._client, {call})"
        return f"{head}\n    {docstring(function, filter_names(resource))}\n    {body}"
    sent = f"{'await ' if asynchronous else ''}self._client.send({call})"
    body = sent if returned == "None" else f"return {sent}"
    head = f"{'async ' if asynchronous else ''}def {name}({declared}) -> {returned}:"
    return f"{head}\n    {docstring(function)}\n    {body}"


def parts(resource: Resource[Any], name: str) -> tuple[Any, str, str, str]:
    """A resource's method; its parameters as they are declared, what its call gives, and the call."""
    function = getattr(type(resource), name)
    signature = inspect.signature(function)
    types = type_arguments(type(resource))
    parameters = list(signature.parameters.values())[1:]
    returned = substituted(signature.return_annotation, types).removeprefix("Call[").removesuffix("]")
    call = f"self.resource.{name}({', '.join(argument(p) for p in parameters)})"
    return function, ", ".join(["self", *declarations(parameters, types)]), returned, call


def mixin(prefix: str) -> str:
    """What makes every resource an attribute of a client."""
    kinds = {r.plural: f"{prefix}Bound{type(r).__name__}" for r in resources.ALL}
    lines = [f"self.{name}: {kind} = {kind}(self)" for name, kind in kinds.items()]
    return (
        f'class {prefix}Resources({prefix}Sender):\n    """Every resource as an attribute of a client."""\n\n'
        "    def _bind(self) -> None:\n" + indent("\n".join(lines), " " * 8) + "\n"
    )


def method_names(kind: type[Resource[Any]]) -> list[str]:
    """The endpoints of a resource in the order they are written."""
    found = [n for base in kind.__mro__ for n, f in vars(base).items() if inspect.isfunction(f) and n[0] != "_"]
    rest = [name for name in dict.fromkeys(found) if name not in FIRST]
    return [name for name in FIRST if name in found] + rest


def type_arguments(kind: type) -> dict[str, str]:
    """What the type variables of a resource's bases stand for, by name."""
    found: dict[str, str] = {}
    for base in vars(kind)["__orig_bases__"]:
        variables: tuple[TypeVar, ...] = get_origin(base).__parameters__
        found |= {v.__name__: qualified(a) for v, a in zip(variables, get_args(base), strict=True)}
    return found


def qualified(kind: type[Record] | ForwardRef) -> str:
    return kind.__forward_arg__ if isinstance(kind, ForwardRef) else f"records.{kind.__name__}"


def substituted(annotation: str, types: dict[str, str]) -> str:
    return re.sub(r"\b\w+\b", lambda word: types.get(word[0], word[0]), annotation)


def declarations(parameters: list[inspect.Parameter], types: dict[str, str]) -> Iterator[str]:
    """Parameters with their types and defaults, as they are written."""
    starred = False
    for p in parameters:
        if p.kind is p.KEYWORD_ONLY and not starred:
            starred = True
            yield "*"
        stars = "**" if p.kind is p.VAR_KEYWORD else ""
        default = "" if p.default is p.empty else f" = {p.default!r}"
        yield f"{stars}{p.name}: {substituted(p.annotation, types)}{default}"


def argument(p: inspect.Parameter) -> str:
    """How a parameter is handed on."""
    return f"**{p.name}" if p.kind is p.VAR_KEYWORD else f"{p.name}={p.name}" if p.kind is p.KEYWORD_ONLY else p.name


def filter_names(resource: Resource[Any], begin: str = "Takes") -> str:
    """The filters of a list, for its documentation."""
    names = [name for name in inspect.get_annotations(resource.filters) if name not in Listing.__annotations__]
    every = ["page", "limit", "order", "ids", "extra"]
    return "\n".join(wrap(f"{begin} {', '.join(f'``{name}``' for name in [*names, *every])}.", 108))


def docstring(thing: object, more: str = "") -> str:
    text = inspect.getdoc(thing) or ""
    text = f"{text}\n\n{more}" if more else text
    return f'"""{indent(text, "    ").strip()}' + ('\n    """' if "\n" in text else '"""')


def constant(resource: Resource[Any]) -> str:
    return next(name for name, value in vars(resources).items() if value is resource)


def code(text: str) -> str:
    """A module's text without its docstrings."""
    return re.sub(r'""".*?"""', "", text, flags=re.DOTALL)


def formatted(text: str) -> str:
    """As ruff has it."""
    for command in (["check", "--quiet", "--fix", "--select=I"], ["format", "--quiet"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(CLIENT / "bound.py"), "-"]
        text = subprocess.run(ruff, input=text, capture_output=True, text=True, check=True).stdout  # noqa: S603
    return text


def written() -> dict[Path, str]:
    """The files and what is to be in them."""
    makers = {"bound": bound_module, "raw": raw_module}
    kinds = {"sync": False, "async": True}
    return {CLIENT / f"{what}_{kind}.py": make(kinds[kind]) for what, make in makers.items() for kind in kinds}


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text)
