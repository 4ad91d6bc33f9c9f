"""What may have a look at addresses before orders are sent there."""

from __future__ import annotations

from typing import Protocol

from tradegecko_bridge.commerce import Address


class ChecksAddresses(Protocol):
    """Any function of an address."""

    def __call__(self, address: Address, /) -> str | None:
        """What is wrong with it, as a person at the shop would put it right, on one line; None, or nothing: it is fine.

        An order is held with these words, less whatever of it they quote, and asked about again with every run. What it
        raises holds the order, too. It is called from several threads, for every address of every order: it should be
        quick, and must not change anything.
        """
