"""Token stores: who may refresh, which pair stays, what is remembered."""
# ruff: noqa: S101  these are tests, and their tokens are none

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from tradegecko_bridge.errors import ClaimLost, LoginTaken
from tradegecko_bridge.ports import TokenStore
from tradegecko_bridge.ports.logins import LoginOwner, Mishap, RefreshNote, Secret, StoredToken, TokenPair
from tradegecko_bridge.testing.store_checks.cases import AFTER, AT, LEASE, SOON

WEB = "web"
LOST = RefreshNote(mishap=Mishap.LOST, at=AT, worker="ann", why="no answer")
ANNS = LoginOwner(client_id="app", base_url="https://api.example", account="12")
BOBS = LoginOwner(client_id="app", base_url="https://other.example")
REFUSED = RefreshNote(mishap=Mishap.REFUSED, at=AT, worker="ann", why="spent")


def a_pair(number: int = 1, **facts: Any) -> TokenPair:
    """A pair that is good for two hours from ``AT``."""
    content = {"issued_at": AT, "expires_at": AT + timedelta(hours=2), **facts}
    access, refresh = Secret(f"access-{number}-0123456789abcdef"), Secret(f"refresh-{number}-0123456789abcdef")
    return TokenPair(**{"access_token": access, "refresh_token": refresh, **content})


def claim(store: TokenStore, token: StoredToken, at: Any = AT, worker: str = "ann") -> StoredToken | None:
    """The right to refresh, for ten minutes."""
    return store.claim_refresh(token.name, token.generation, worker, at=at, until=at + timedelta(minutes=10))


def claim_it(store: TokenStore, token: StoredToken, at: Any = AT, worker: str = "ann") -> StoredToken:
    """The same where it must be had."""
    claimed = claim(store, token, at, worker)
    assert claimed is not None
    return claimed


def load(store: TokenStore, name: str = WEB) -> StoredToken:
    """A login that must be there."""
    stored = store.load(name)
    assert stored is not None
    return stored


class TokenChecks:
    """Logins."""

    def test_what_is_saved_is_loaded(self, tokens: TokenStore) -> None:
        """A login comes back whole: texts, times, fingerprint; nothing is there before.

        *Troubleshooting:* times are aware and keep their microseconds; both tokens come back as ``Secret``.
        """
        assert tokens.load(WEB) is None
        saved = tokens.save(WEB, a_pair(), at=AT)
        assert load(tokens) == saved
        assert (saved.name, saved.pair, saved.generation, saved.saved_at) == (WEB, a_pair(), 1, AT)
        assert saved.pair.access_token.reveal() == "access-1-0123456789abcdef"
        assert (saved.lease, saved.note, saved.refused) == (None, None, False)

    def test_a_privileged_token_fits(self, tokens: TokenStore) -> None:
        """A token that never expires and has no refresh token is kept, and nobody may refresh it.

        *Troubleshooting:* None stays None.
        """
        saved = tokens.save(WEB, a_pair(refresh_token=None, expires_at=None), at=AT)
        assert load(tokens).pair.refresh_token is None
        assert load(tokens).pair.expires_at is None
        assert claim(tokens, saved) is None

    def test_a_login_stays_its_owner_s(self, tokens: TokenStore) -> None:
        """It tells whom it is for, and another owner's login never takes its place until it was deleted.

        *Troubleshooting:* compare owners with ``is_other``, within the write.
        """
        assert tokens.owner(WEB) is None
        saved = tokens.save(WEB, a_pair(owner=ANNS), at=AT)
        assert tokens.owner(WEB) == load(tokens).pair.owner == ANNS
        for after in (None, saved):
            with pytest.raises(LoginTaken):
                tokens.save(WEB, a_pair(2, owner=BOBS), at=AT, after=after)
        with pytest.raises(LoginTaken):
            tokens.rewrite(WEB, saved.generation, a_pair(owner=BOBS))
        assert load(tokens) == saved
        tokens.delete(WEB)
        assert tokens.owner(WEB) is None
        assert tokens.save(WEB, a_pair(2, owner=BOBS), at=AT).pair.owner == BOBS

    def test_an_owner_is_noted_beside_the_pair(self, tokens: TokenStore) -> None:
        """Rewriting leaves generation, lease and note alone, and does nothing once another pair is stored.

        *Troubleshooting:* the generation counts, as in ``save``.
        """
        saved = tokens.save(WEB, a_pair(), at=AT)
        claimed = claim_it(tokens, saved)
        assert tokens.rewrite(WEB, saved.generation, a_pair(owner=ANNS))
        known = load(tokens)
        assert (known.pair, known.generation, known.lease) == (a_pair(owner=ANNS), 1, claimed.lease)
        newer = tokens.save(WEB, a_pair(2, owner=ANNS), at=SOON, after=claimed)
        assert not tokens.rewrite(WEB, saved.generation, a_pair(owner=ANNS))
        assert load(tokens) == newer

    def test_names_are_apart(self, tokens: TokenStore) -> None:
        """Each login has its own pair, lease and generation.

        *Troubleshooting:* names are any text, compared exactly.
        """
        first = tokens.save("web", a_pair(1), at=AT)
        second = tokens.save("Web shop/ü", a_pair(2), at=AT)
        claim_it(tokens, first)
        assert claim(tokens, second) is not None
        tokens.delete("web")
        assert tokens.load("web") is None
        assert load(tokens, "Web shop/ü").pair == a_pair(2)

    def test_one_worker_may_refresh(self, tokens: TokenStore) -> None:
        """While a lease runs nobody gets another, not even its worker; from ``until`` on anybody does.

        *Troubleshooting:* the claim is stored, and it is handed out with the pair.
        """
        saved = tokens.save(WEB, a_pair(), at=AT)
        claimed = claim_it(tokens, saved)
        assert claimed.pair == a_pair()
        assert claimed.lease is not None
        assert (claimed.lease.worker, claimed.lease.since, claimed.lease.until) == ("ann", AT, LEASE)
        assert load(tokens) == claimed
        assert claim(tokens, saved, LEASE - timedelta(microseconds=1), "bob") is None
        assert claim(tokens, saved, LEASE - timedelta(microseconds=1), "ann") is None
        assert claim_it(tokens, saved, LEASE, "bob").lease != claimed.lease

    def test_a_lease_that_ran_out_is_told(self, tokens: TokenStore) -> None:
        """Whoever takes over learns who began a refresh and did not report back, and when.

        *Troubleshooting:* the note is ``lost``, of the earlier worker, at the beginning of its lease.
        """
        saved = tokens.save(WEB, a_pair(), at=AT)
        claim_it(tokens, saved)
        assert claim_it(tokens, saved, AFTER, "bob").note == RefreshNote(mishap=Mishap.LOST, at=AT, worker="ann")

    def test_only_the_stored_generation_is_claimed(self, tokens: TokenStore) -> None:
        """Who knows an old pair cannot claim its refresh: there is a newer one to read.

        *Troubleshooting:* compare generations in the same step that takes the lease.
        """
        saved = tokens.save(WEB, a_pair(), at=AT)
        tokens.save(WEB, a_pair(2), at=SOON, after=claim_it(tokens, saved))
        assert claim(tokens, saved, AFTER, "bob") is None
        assert tokens.claim_refresh("nobody", 1, "bob", at=AT, until=LEASE) is None

    def test_the_next_pair_ends_lease_and_note(self, tokens: TokenStore) -> None:
        """Saving what a refresh gave makes the next generation, free to be claimed.

        *Troubleshooting:* lease and note belong to the pair they were about.
        """
        saved = tokens.save(WEB, a_pair(), at=AT)
        claimed = claim_it(tokens, saved)
        tokens.release(claimed, note=LOST)
        after = tokens.save(WEB, a_pair(2), at=SOON, after=claim_it(tokens, saved))
        assert (after.generation, after.pair, after.saved_at) == (2, a_pair(2), SOON)
        assert (after.lease, after.note) == (None, None)
        assert load(tokens) == after
        assert claim(tokens, after) is not None

    def test_a_late_answer_is_kept(self, tokens: TokenStore) -> None:
        """A worker whose lease ran out while TradeGecko answered still saves the pair: it is the only good one.

        *Troubleshooting:* the generation decides, not the lease.
        """
        saved = tokens.save(WEB, a_pair(), at=AT)
        slow = claim_it(tokens, saved)
        claim_it(tokens, saved, AFTER, "bob")
        assert tokens.save(WEB, a_pair(2), at=AFTER, after=slow).pair == a_pair(2)
        assert load(tokens).lease is None

    def test_the_second_answer_is_not(self, tokens: TokenStore) -> None:
        """Of two pairs that came after the same one, the first that is saved stays.

        *Troubleshooting:* ``ClaimLost``, and nothing is written.
        """
        saved = tokens.save(WEB, a_pair(), at=AT)
        slow = claim_it(tokens, saved)
        quick = claim_it(tokens, saved, AFTER, "bob")
        kept = tokens.save(WEB, a_pair(2), at=AFTER, after=quick)
        with pytest.raises(ClaimLost, match="'web'"):
            tokens.save(WEB, a_pair(3), at=AFTER, after=slow)
        assert load(tokens) == kept

    def test_giving_back(self, tokens: TokenStore) -> None:
        """A lease given back is free at once; a note stays until the next pair, or the next note.

        *Troubleshooting:* giving back without a note keeps the earlier one.
        """
        saved = tokens.save(WEB, a_pair(), at=AT)
        tokens.release(claim_it(tokens, saved))
        assert load(tokens).lease is None
        tokens.release(claim_it(tokens, saved), note=LOST)
        claimed = claim_it(tokens, saved)
        assert claimed.note == LOST
        tokens.release(claimed)
        assert load(tokens).note == LOST

    def test_giving_back_a_lost_lease_is_harmless(self, tokens: TokenStore) -> None:
        """Who comes too late neither ends another's lease nor speaks about another's refresh.

        *Troubleshooting:* compare the lease's serial.
        """
        saved = tokens.save(WEB, a_pair(), at=AT)
        slow = claim_it(tokens, saved)
        quick = claim_it(tokens, saved, AFTER, "bob")
        tokens.release(slow, note=REFUSED)
        assert load(tokens) == quick
        kept = tokens.save(WEB, a_pair(2), at=AFTER, after=quick)
        tokens.release(quick, note=REFUSED)
        assert load(tokens) == kept

    def test_a_refused_pair_is_not_tried_again(self, tokens: TokenStore) -> None:
        """Once TradeGecko has refused, nobody claims; a new login begins anew.

        *Troubleshooting:* ``refused`` belongs to the pair, so saving another ends it.
        """
        saved = tokens.save(WEB, a_pair(), at=AT)
        tokens.release(claim_it(tokens, saved), note=REFUSED)
        assert load(tokens).refused
        assert claim(tokens, saved, AFTER, "bob") is None
        anew = tokens.save(WEB, a_pair(2), at=AFTER)
        assert not anew.refused
        assert claim(tokens, anew, AFTER) is not None

    def test_a_new_login_replaces_whatever_is_there(self, tokens: TokenStore) -> None:
        """Logging in again wins over a refresh that is on its way.

        *Troubleshooting:* the refresh's pair comes after a generation that is gone.
        """
        claimed = claim_it(tokens, tokens.save(WEB, a_pair(), at=AT))
        anew = tokens.save(WEB, a_pair(2), at=SOON)
        assert anew.generation == 2
        with pytest.raises(ClaimLost):
            tokens.save(WEB, a_pair(3), at=SOON, after=claimed)
        assert load(tokens).pair == a_pair(2)

    def test_generations_never_repeat(self, tokens: TokenStore) -> None:
        """After a logout generations go on counting: nobody takes a new pair for the one it knew.

        *Troubleshooting:* keep the counter when the tokens go.
        """
        old = tokens.save(WEB, a_pair(), at=AT)
        tokens.delete(WEB)
        tokens.delete(WEB)
        tokens.delete("nobody")
        anew = tokens.save(WEB, a_pair(2), at=AT)
        assert anew.generation > old.generation
        assert claim(tokens, old) is None
        with pytest.raises(ClaimLost):
            tokens.save(WEB, a_pair(3), at=AT, after=old)

    def test_a_refresh_ends_with_the_logout(self, tokens: TokenStore) -> None:
        """A refresh that comes back after a logout does not log in again.

        *Troubleshooting:* ``ClaimLost``; releasing is harmless.
        """
        claimed = claim_it(tokens, tokens.save(WEB, a_pair(), at=AT))
        tokens.delete(WEB)
        with pytest.raises(ClaimLost):
            tokens.save(WEB, a_pair(2), at=AT, after=claimed)
        tokens.release(claimed, note=REFUSED)
        assert tokens.load(WEB) is None

    def test_who_holds_a_pair(self, tokens: TokenStore) -> None:
        """Logins that share a pair are found, also when one of them has refreshed it since.

        *Troubleshooting:* remember the fingerprints of earlier pairs; a new login forgets them.
        """
        shared = a_pair()
        tokens.save("b", shared, at=AT)
        first = tokens.save("a", shared, at=AT)
        tokens.save("c", a_pair(3), at=AT)
        assert list(tokens.holders(shared.fingerprint)) == ["a", "b"]
        second = tokens.save("a", a_pair(2), at=SOON, after=claim_it(tokens, first))
        tokens.save("a", a_pair(4), at=SOON, after=claim_it(tokens, second))
        assert list(tokens.holders(shared.fingerprint)) == ["a", "b"]
        tokens.save("a", a_pair(5), at=SOON)
        tokens.delete("b")
        assert list(tokens.holders(shared.fingerprint)) == []

    def test_threads_agree_on_one(self, tokens: TokenStore) -> None:
        """Of many workers that ask at once exactly one may refresh, generation after generation.

        *Troubleshooting:* finding and taking must be one step.
        """
        stored = tokens.save(WEB, a_pair(0), at=AT)
        with ThreadPoolExecutor(8) as pool:
            for number in range(1, 6):
                known = stored
                won = [c for c in pool.map(lambda n: claim(tokens, known, AT, f"w{n}"), range(8)) if c]  # noqa: B023
                assert len(won) == 1
                stored = tokens.save(WEB, a_pair(number), at=AT, after=won[0])
        assert stored.generation == 6

    def test_nothing_shows_a_token(self, tokens: TokenStore) -> None:
        """Neither the store nor a login shows a token, whoever prints it, and no secret can be pickled.

        *Troubleshooting:* keep token texts in ``Secret``.
        """
        saved = tokens.save(WEB, a_pair(), at=AT)
        claimed = claim_it(tokens, saved)
        shown = repr(tokens) + repr(claimed) + str(claimed) + f"{claimed.pair.access_token}" + repr(vars(tokens))
        assert "0123456789abcdef" not in shown
        assert copy.copy(claimed.pair) == claimed.pair
        with pytest.raises(TypeError):
            pickle.dumps(claimed)

    def test_times_need_a_zone(self, tokens: TokenStore) -> None:
        """A moment without a time zone is refused.

        *Troubleshooting:* ``ValueError``, as everywhere in the ledger.
        """
        with pytest.raises(ValueError, match="time zone"):
            tokens.save(WEB, a_pair(), at=AT.replace(tzinfo=None))
