"""F16: something in between mixes answers up, sends requests twice and answers for itself."""

from __future__ import annotations

import httpx
import pytest

from tests.chaos.between import PAGE, Between
from tests.chaos.campaign import Tally
from tests.chaos.ground import Grounds
from tests.chaos.storm import Weather, storm
from tradegecko_bridge import Sandbox


def test_f16_answers_mixed_up(grounds: Grounds) -> None:
    """Amid all the other faults: each order once, with its own id."""
    tally = Tally()
    storm(grounds, tally, 16, size=24, count=2, rounds=3, weather=Weather(mixed_up=0.05))
    tally.assert_clean()


ADDRESS = {"address1": "1 King St W", "country": "CA"}


class TestBetween:
    """That the proxy does what the tests above rely on."""

    @pytest.fixture
    def headers(self, sandbox: Sandbox) -> dict[str, str]:
        return {"Authorization": f"Bearer {sandbox.access_token}"}

    def test_it_passes_on_what_it_is_given(self, sandbox: Sandbox, headers: dict[str, str]) -> None:
        with Between(sandbox.base_url, 1, 0.0).running() as between:
            through = httpx.get(f"{between.url}/orders?limit=3", headers=headers)
        assert through.status_code == 200
        assert through.json() == httpx.get(f"{sandbox.base_url}/orders?limit=3", headers=headers).json()
        assert through.headers["X-Pagination"]
        assert between.mischief == {}

    def test_it_does_everything_it_can(self, sandbox: Sandbox, headers: dict[str, str]) -> None:
        with Between(sandbox.base_url, 1, 0.3).running() as between, httpx.Client(headers=headers) as client:
            read = [
                client.post(f"{between.url}/locations", json={"location": {"label": f"L{number}", **ADDRESS}})
                for number in range(40)
            ]
        assert between.mischief.keys() == {
            "answer once more",
            "answers for itself",
            "answers swapped",
            "request twice",
        }
        assert any(answer.content == PAGE for answer in read)
        labels = [answer.json()["location"]["label"] for answer in read if answer.status_code == 201]
        assert len(labels) > len(set(labels)), "some answers came twice"
