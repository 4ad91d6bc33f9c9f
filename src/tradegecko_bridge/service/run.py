"""From a settings file to a service that runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tradegecko_bridge.config import Config, load_config
from tradegecko_bridge.service.channels import News, NotTold, send
from tradegecko_bridge.service.service import Service, Stopping
from tradegecko_bridge.service.telling import Teller
from tradegecko_bridge.service.web import app_of, serving
from tradegecko_bridge.tradegecko.webhooks import WsgiReceiver
from tradegecko_bridge.wiring.engines import open_engines
from tradegecko_bridge.wiring.nudges import Nudges
from tradegecko_bridge.wiring.open_ledger import ledger_of


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def open_service(
    settings: Path, connection: str | None = None, *, clock: Callable[[], datetime] = _now
) -> Iterator[tuple[Service, int]]:
    """A service that is not begun yet, and the port it answers on (0: none).

    Raises:
        ConfigError: one line for each fault in the settings, or nothing can listen where they say.
        StoreError: the ledger cannot be opened.
    """
    config = load_config(settings)
    connections = config.chosen(connection)
    names = [one.name for one in connections]
    stopping, nudges = Stopping(), Nudges() if config.service.webhook_secret.reveal() else None
    with ExitStack() as stack:
        engines = stack.enter_context(open_engines(settings, connection, on_progress=stopping))
        store = stack.enter_context(ledger_of(settings, config, connection))
        teller = Teller(config.audiences, store, names)
        service = Service(engines, connections, store, teller, stopping=stopping, clock=clock, nudges=nudges)
        port = 0
        if config.service.port:
            receiver = WsgiReceiver(nudges.handler(names), config.service.webhook_secret) if nudges else None
            port = stack.enter_context(serving(app_of(service, receiver), config.service.host, config.service.port))
        yield service, port


def try_alerts(config: Config) -> Iterator[tuple[str, str]]:
    """Send everybody who is told of alerts a message to try; each name, and what went wrong or nothing."""
    for name, audience in config.audiences.items():
        text = "this is a test: alerts will be told here"
        news = News(cause="test", connections=("tgbridge",), is_open=True, at=_now(), text=text)
        try:
            send(name, audience, [news])
        except NotTold as error:
            yield name, str(error)
        else:
            yield name, ""
