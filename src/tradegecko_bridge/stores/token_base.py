"""What all stores of logins have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from attrs import define

from tradegecko_bridge.ports.logins import RefreshNote, StoredToken, TokenPair, TokenStore
from tradegecko_bridge.stores.rules import tokens as rules
from tradegecko_bridge.stores.rules.tokens import Slot


@define
class Draft:
    """A slot as it is; what is put in its place is written."""

    slot: Slot


class SlotStore(TokenStore, ABC):
    """A token store over two hooks: it reads slots, and lets one caller at a time change one."""

    @abstractmethod
    def _read(self, name: str | None = None) -> Mapping[str, Slot]:
        """The slots, or only that of ``name``."""

    @abstractmethod
    def _exclusive(self, name: str) -> AbstractContextManager[Draft]:
        """The slot of ``name``, and nobody else changes it until the block ends. If it was replaced, it is written."""

    def load(self, name: str) -> StoredToken | None:
        return self._read(name).get(name, rules.EMPTY).token(name)

    def claim_refresh(
        self, name: str, generation: int, worker: str, *, at: datetime, until: datetime
    ) -> StoredToken | None:
        with self._exclusive(name) as draft:
            claimed = rules.claimed(draft.slot.token(name), generation, worker, at, until)
            if claimed is not None:
                draft.slot = rules.slot_of(claimed)
        return claimed

    def save(self, name: str, pair: TokenPair, *, at: datetime, after: StoredToken | None = None) -> StoredToken:
        with self._exclusive(name) as draft:
            if after is None:
                saved = rules.logged_in(draft.slot, name, pair, at)
            else:
                saved = rules.renewed(draft.slot.token(name), after, pair, at)
            draft.slot = rules.slot_of(saved)
        return saved

    def release(self, claimed: StoredToken, *, note: RefreshNote | None = None) -> None:
        with self._exclusive(claimed.name) as draft:
            released = rules.released(draft.slot.token(claimed.name), claimed, note)
            if released is not None:
                draft.slot = rules.slot_of(released)

    def delete(self, name: str) -> None:
        with self._exclusive(name) as draft:
            if draft.slot != rules.EMPTY:
                draft.slot = rules.ended(draft.slot)

    def holders(self, fingerprint: str) -> Sequence[str]:
        tokens = (slot.token(name) for name, slot in sorted(self._read().items()))
        return [token.name for token in tokens if token and token.has_held(fingerprint)]
