"""The schema of one version: what a query means, costs, needs, and whether it is one at all."""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    NoDeprecatedCustomRule,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    build_client_schema,
    get_named_type,
    is_list_type,
    parse,
    validate,
    value_from_ast_untyped,
    visit,
)
from graphql.type import get_nullable_type

from tests.carts.shopify.install import schema_file

Json = dict[str, Any]


class Api:
    """One version of the Admin API."""

    def __init__(self, version: str) -> None:
        data = json.loads(gzip.decompress(schema_file(version).read_bytes()))
        self.schema: GraphQLSchema = build_client_schema(data["data"], assume_valid=True)
        self._scopes = {
            (one["typeName"], one.get("fieldName")): one["offlineScopes"]
            for one in data["offline_scopes"]["items"]
            if one["offlineScopes"]
        }
        self._documents: dict[str, Any] = {}

    def document(self, query: str) -> Any:
        """A query, and what is wrong with it."""
        if query not in self._documents:
            parsed = parse(query)
            self._documents[query] = parsed, [error.formatted for error in validate(self.schema, parsed)]
        return self._documents[query]

    def deprecated(self, query: str) -> list[str]:
        """What it uses that will be gone in a later version."""
        return [error.message for error in validate(self.schema, parse(query), [NoDeprecatedCustomRule])]

    def needed(self, query: str) -> list[tuple[str, Collection[str]]]:
        """The access scopes it takes, each a choice of several, with what needs them."""
        info, scopes = TypeInfo(self.schema), self._scopes
        needed: list[tuple[str, Collection[str]]] = []

        def enter_field(_visitor: object, node: FieldNode, *_: object) -> None:
            owner, kind = info.get_parent_type().name, get_named_type(info.get_type()).name
            needed.extend((key[0], scopes[key]) for key in ((owner, node.name.value), (kind, None)) if key in scopes)

        visit(self.document(query)[0], TypeInfoVisitor(info, type("Needs", (Visitor,), {"enter_field": enter_field})()))
        return needed

    def cost(self, query: str, variables: Mapping[str, Any]) -> int:
        """Points: 1 for an object, 2 and all it may hold for a connection, 10 for a change."""
        (operation,) = (one for one in self.document(query)[0].definitions if isinstance(one, OperationDefinitionNode))
        root = self.schema.get_root_type(operation.operation)
        base = 10 if operation.operation.value == "mutation" else 0
        return base + sum(self._costs(operation.selection_set, root, variables))

    def _costs(self, chosen: SelectionSetNode, parent: Any, variables: Mapping[str, Any]) -> Iterator[int]:
        for one in chosen.selections:
            if isinstance(one, InlineFragmentNode):
                kind = self.schema.type_map[one.type_condition.name.value] if one.type_condition else parent
                yield from self._costs(one.selection_set, kind, variables)
            elif isinstance(one, FieldNode) and one.selection_set is not None:
                yield self._field(one, parent, variables)
            assert not isinstance(one, FragmentSpreadNode)

    def _field(self, node: FieldNode, parent: GraphQLObjectType, variables: Mapping[str, Any]) -> int:
        kind = parent.fields[node.name.value].type
        named: Any = get_named_type(kind)
        inside = sum(self._costs(node.selection_set, named, variables))
        if named.name == "PageInfo":
            return 0
        if named.name.endswith("Edge"):
            return inside
        if named.name.endswith("Connection"):
            return 2 + inside * int(_given(node, "first", variables) or _given(node, "last", variables) or 1)
        if is_list_type(get_nullable_type(kind)):
            ids = _given(node, "ids", variables)
            return (1 + inside) * int(len(ids) if ids is not None else _given(node, "first", variables) or 1)
        return 1 + inside


def _given(node: FieldNode, name: str, variables: Mapping[str, Any]) -> Any:
    for argument in node.arguments or ():
        if argument.name.value == name:
            if isinstance(argument.value, VariableNode):
                return variables.get(argument.value.name.value)
            return value_from_ast_untyped(argument.value)
    return None


@cache
def api(version: str) -> Api:
    """That version, built once."""
    return Api(version)
