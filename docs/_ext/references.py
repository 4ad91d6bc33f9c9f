"""References to our own names, under whichever of their names: public ones, and those of the modules they are in."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any, Final, TypeVar, get_type_hints

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

PACKAGE: Final = "tradegecko_bridge"
ROLE: Final = re.compile(r":\w+:`~?(?:[\w.]+\.)?(\w+)`")
SECTION: Final = re.compile(r"§(\d+(?:\.\d+)?)")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("autodoc-process-docstring", plain_attributes, priority=100)
    app.connect("autodoc-before-process-signature", lambda app, obj, bound: plain_annotations(obj))
    app.connect("autodoc-process-signature", lambda app, what, name, obj, *rest: plain_annotations(obj), priority=100)
    app.connect("autodoc-skip-member", no_decorators)
    app.connect("autodoc-process-docstring", link_sections)
    app.connect("source-read", link_sections_of_page)
    app.connect("missing-reference", Aliases())
    app.add_directive("public-names", PublicNames)
    return {"parallel_read_safe": True}


def plain_attributes(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Napoleon takes what stands before a colon for the type of an attribute; with us it is the sentence."""
    if what in {"attribute", "data", "property"}:
        lines[:0] = ["..", ""]


def plain_annotations(obj: Any) -> None:
    """Types as they are, without what ``Annotated`` adds; also in classes, and in initializers that attrs wrote."""
    name = f"{getattr(obj, '__module__', '')}.{getattr(obj, '__qualname__', '')}"
    owner = obj if isinstance(obj, type) else found(name.removesuffix(".__init__"))
    for one in (obj, owner, getattr(owner, "__init__", None)):
        annotations = getattr(one, "__annotations__", None) or {}
        for source in (one, owner):
            with suppress(NameError, TypeError):
                known = get_type_hints(source)
                annotations.update({name: known[name] for name in annotations.keys() & known.keys()})


def no_decorators(app: Sphinx, what: str, name: str, obj: Any, skip: bool, options: Any) -> bool | None:
    """attrs' are none of the modules they are used in."""
    return True if isinstance(obj, partial) else None


def link_sections(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """``(reference §3.9)`` leads to that section of the page on the API; without the section the build fails."""
    lines[:] = [SECTION.sub(r":ref:`§\1 <api-\1>`", line) for line in lines]


def link_sections_of_page(app: Sphinx, page: str, source: list[str]) -> None:
    """The same in our pages."""
    if page != "api-facts":
        source[0] = SECTION.sub(r"[§\1](#api-\1)", source[0])


class Aliases:
    """A name of ours that is documented under another name leads there. Any other stays a broken reference."""

    def __init__(self) -> None:
        self._documented: dict[int, str] = {}

    def __call__(self, app: Sphinx, env: Any, node: Any, content: nodes.Node) -> nodes.Node | None:
        if node.get("refdomain") != "py":
            return None
        target, domain = node["reftarget"], env.domains.python_domain
        if not self._documented:
            self._documented = {id(found(name)): name for name in reversed(domain.objects) if found(name) is not None}
        module = node.get("py:module")
        home = getattr(found(f"{module}.{node.get('py:class')}"), "__module__", module)
        for name in (target, f"{module}.{target}", f"{home}.{target}", f"{PACKAGE}.{target}"):
            meant = found(name)
            if isinstance(meant, TypeVar) or re.fullmatch("[A-Z]", target):
                return content  # a variable of types
            if meant is not None and id(meant) in self._documented:
                name = self._documented[id(meant)]
                return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", name, node, content)
        return None


def found(name: str) -> Any:
    """What a full name of ours stands for; None if there is nothing."""
    if name.split(".")[0] != PACKAGE:
        return None
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            value: Any = import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            value = getattr(value, part, None)
        return value
    return None


class PublicNames(SphinxDirective):
    """The names a module offers, each with its first sentence."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        module = import_module(self.arguments[0])
        lines = []
        for name in sorted((one for one in module.__all__ if not one.startswith("_")), key=str.lower):
            value = getattr(module, name)
            said = (value.__doc__ or "").partition("\n\n")[0] if callable(value) else ""
            said = ROLE.sub(r"``\1``", " ".join(said.split()))
            link = f":py:obj:`~{module.__name__}.{name}`" if not isinstance(value, ModuleType) else f"``{name}``"
            lines.append(f"- {link}: {said}".rstrip(": "))
        return self.parse_text_to_nodes("```{eval-rst}\n" + "\n".join(lines) + "\n```")
