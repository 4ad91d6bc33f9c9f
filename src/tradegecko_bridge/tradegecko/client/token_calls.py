"""Calling a token store: other people's code, whose faults are failures of the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from tradegecko_bridge.errors import BridgeError, StoreError
from tradegecko_bridge.foreign import Guarded, fault
from tradegecko_bridge.ports import TokenStore


def guarded(store: TokenStore) -> TokenStore:
    """The store, which raises errors of the port only.

    Unexpected exceptions are told by type and place, for they may quote a token.
    """
    return cast("TokenStore", Guarded(store, _told))


def _told(name: str, _about: Sequence[object], error: Exception) -> BridgeError:
    return error if isinstance(error, BridgeError) else StoreError(fault(error, name, "token store"))
