"""Reports: counts, truth, and what people and programs read."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.engine.bench import Bench
from tests.support import ListSource, unseen
from tradegecko_bridge import Sandbox, TradeGeckoClient
from tradegecko_bridge.engine import Outcome, Report, RunReport
from tradegecko_bridge.engine.report import FAILURES
from tradegecko_bridge.testing.builders import an_order

AT = datetime(2026, 11, 3, 12, tzinfo=UTC)


def a_report(*outcomes: Outcome, problems: list[str] | None = None) -> Report:
    report = Report(operation="sync tracking", connection="shop", started_at=AT, problems=problems or [])
    for number, outcome in enumerate(outcomes):
        report.add(f"#{number}", outcome, f"said {outcome}")
    return report


@pytest.mark.parametrize("outcome", list(Outcome))
def test_true_when_nothing_failed(outcome: Outcome) -> None:
    """A report is false exactly when something failed, was refused, is amiss, waits for another try or is in doubt."""
    expected = outcome in {Outcome.FAILED, Outcome.REFUSED, Outcome.WAITING, Outcome.UNCERTAIN, Outcome.AMISS}
    assert (outcome in FAILURES) is expected
    assert bool(a_report(Outcome.DELIVERED, outcome)) is not expected


def test_a_problem_is_a_failure() -> None:
    """What went wrong with the run itself makes it false, and the whole run with it."""
    bad = a_report(problems=["the shop is down"])
    assert not bad
    assert bad.headline(named=True) == "sync tracking of shop: stopped - 0 API calls"
    assert a_report().headline() == "sync tracking: nothing to do - 0 API calls"
    assert not RunReport(connection="shop", reports=[a_report(), bad])
    assert RunReport(connection="shop", reports=[a_report()])


def test_people_read_what_matters() -> None:
    """Counts in one line, then each item with something to say; what is not the source's business is only counted."""
    report = a_report(Outcome.SENT, Outcome.IGNORED, Outcome.REFUSED, problems=["slow"])
    assert str(report).splitlines() == [
        "sync tracking: 1 sent, 1 ignored, 1 refused - 0 API calls",
        "  sent #0: said sent",
        "  refused #2: said refused",
        "  problem: slow",
    ]


def test_what_strangers_wrote_is_made_visible() -> None:
    """A program prints its report: names and problems do nothing to the terminal, and each stays in its line."""
    report = a_report(Outcome.DELIVERED, problems=["\x1b[31m\u202eno\nforged"])
    report.add("1\x9b2J\r\n2", Outcome.FAILED, "said \x07")
    text = str(RunReport(connection="shop", reports=[report]))
    assert not unseen(text)
    assert text.count("\n") == len(list(report.lines())) - 1
    assert "failed 1\\x9b2J\\r\\n2: said \\x07" in text


def test_programs_read_everything() -> None:
    """The dictionary has every item and survives JSON."""
    plain = json.loads(json.dumps(RunReport(connection="shop", reports=[a_report(Outcome.IGNORED)]).as_dict()))
    (part,) = plain["reports"]
    assert (plain["ok"], part["counts"]) == (True, {"ignored": 1})
    assert part["items"] == [{"name": "#0", "outcome": "ignored", "detail": "said ignored"}]
    assert part["started_at"] == "2026-11-03T12:00:00+00:00"


@pytest.mark.parametrize(
    ("offset", "said"),
    [
        (None, ""),
        (timedelta(seconds=30), ""),
        (timedelta(seconds=-30), ""),
        (timedelta(seconds=31), "this machine's clock is 31 s behind TradeGecko's"),
        (timedelta(minutes=-10), "this machine's clock is 600 s ahead of TradeGecko's"),
    ],
)
def test_a_clock_that_is_wrong_is_told(offset: timedelta | None, said: str) -> None:
    """To people where it is worth their while, to programs always; it is no failure."""
    report = a_report()
    report.clock_offset = offset
    assert report
    assert (said in str(report), "note: " in str(report)) == (True, bool(said))
    assert json.loads(json.dumps(report.as_dict()))["clock_offset"] == (offset and offset.total_seconds())


def test_a_clock_that_is_wrong_is_logged_once(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    """By the answers of the run, however many runs there are."""

    def slow() -> datetime:
        return datetime.now(UTC) - timedelta(seconds=95)

    with TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url, clock=slow) as client:
        bench = Bench(sandbox, client, ListSource([an_order("1")]))
        for _ in range(2):
            assert "this machine's clock is 9" in str(bench.deliver())
    warnings = [record.getMessage() for record in caplog.records if "clock" in record.getMessage()]
    assert [text.partition(" is ")[0] for text in warnings] == ["shop: this machine's clock"]
