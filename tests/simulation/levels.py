"""Where the simulation begins: at the gateway's port, or on the network behind the real gateway and client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, Protocol

from tests.simulation.account import Account, ModelAccount
from tests.simulation.gateway import EstablishedGateway, SimulatedGateway
from tests.simulation.network import HttpLevel
from tests.simulation.sandbox import SandboxAccount
from tests.simulation.scheduler import Process
from tradegecko_bridge.ports import Gateway

if TYPE_CHECKING:
    from tests.simulation.world import World


class Level(Protocol):
    """An account, and how workers get to it."""

    @property
    def account(self) -> Account:
        """The account."""

    def gateway(self, process: Process) -> Gateway:
        """The gateway of a new worker."""


class PortLevel:
    """A model of the account behind a simulated gateway."""

    def __init__(self, world: World, *, honours_keys: bool) -> None:
        self._world = world
        self.account = ModelAccount(world, honours_keys=honours_keys)

    def gateway(self, process: Process) -> Gateway:
        return SimulatedGateway(self._world, self.account)


class EstablishedLevel(PortLevel):
    """The same, of an account that has had many orders before."""

    def gateway(self, process: Process) -> Gateway:
        return EstablishedGateway(self._world, self.account)


def http_level(world: World, *, honours_keys: bool) -> Level:
    """The sandbox behind the real gateway and client."""
    return HttpLevel(world, SandboxAccount(world, honours_keys=honours_keys))


LEVELS: Final[Mapping[str, Callable[..., Level]]] = {
    "port": PortLevel,
    "established": EstablishedLevel,
    "http": http_level,
}
