"""When jobs run: rhythms, cron, quiet hours, what was missed, and settings that are wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import examples
from tradegecko_bridge import MemoryStore
from tradegecko_bridge.config import load_config
from tradegecko_bridge.config.schedules import JOBS, QuietHours, Rhythm, Schedule, read_schedule
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.service.agenda import Agenda

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def agenda(store: MemoryStore, schedule: Schedule | None = None, now: datetime = NOW) -> Agenda:
    return Agenda("shop", schedule or Schedule(), store, JOBS, now)


def test_each_job_has_its_rhythm() -> None:
    """A new connection runs everything but the nightly pass at once, then each job when its time has passed."""
    plan = agenda(MemoryStore())
    assert plan.due(NOW) == ["orders", "tracking", "inventory", "products"]
    for job in plan.due(NOW):
        plan.ran(job, NOW, NOW)
    assert plan.soonest(NOW) == NOW + 5 * MINUTE
    assert plan.due(NOW + 15 * MINUTE) == ["orders", "tracking"]
    night = datetime(2026, 11, 4, 2, 30, tzinfo=UTC)
    assert "full_stock" not in plan.due(night - MINUTE)
    assert plan.due(night) == ["orders", "tracking", "full_stock"], "it stands for the hourly pass, too"
    plan.ran("full_stock", night, night)
    assert "inventory" not in plan.due(night + MINUTE)


def test_what_was_missed_is_made_up_once() -> None:
    """After a restart days later each job is due once; what ran a moment ago is not."""
    store = MemoryStore()
    plan = agenda(store)
    plan.ran("orders", NOW, NOW)
    plan.ran("full_stock", NOW, NOW)
    assert "orders" not in agenda(store, now=NOW + MINUTE).due(NOW + MINUTE)
    later = NOW + timedelta(days=3)
    again = agenda(store, now=later)
    assert {"orders", "full_stock"} <= set(again.due(later))
    again.ran("orders", later, later)
    again.ran("full_stock", later, later)
    assert not {"orders", "full_stock"}.intersection(again.due(later + MINUTE))


def test_what_breaks_is_tried_soon_then_less_often() -> None:
    """One that was interrupted was not run; a clock that was put back stops nothing for long."""
    plan = agenda(MemoryStore())
    waits = []
    for _ in range(6):
        plan.broke("orders", NOW)
        waits.append(plan.next("orders", NOW) - NOW)
    assert waits == [timedelta(minutes=wait) for wait in (1, 2, 4, 8, 15, 15)]
    plan.ran("orders", NOW + timedelta(days=1), NOW)
    assert plan.next("orders", NOW) == NOW + 5 * MINUTE


def test_a_nudge_runs_a_job_now() -> None:
    """If the connection has it, and once."""
    plan = agenda(MemoryStore(), read_schedule({"products": False})[0])
    for job in plan.jobs:
        plan.ran(job, NOW, NOW)
    plan.nudge({"tracking", "products"})
    assert plan.due(NOW + MINUTE) == ["tracking"]
    plan.ran("tracking", NOW + MINUTE, NOW + MINUTE)
    assert plan.due(NOW + MINUTE) == []


def test_quiet_hours() -> None:
    """Nothing begins in them, in the zone's own time, and what fell due is made up once at their end."""
    quiet = QuietHours.of("22:00-06:30", "Europe/Berlin")
    assert quiet.over(datetime(2026, 11, 3, 21, tzinfo=UTC)) == datetime(2026, 11, 4, 5, 30, tzinfo=UTC)
    assert quiet.over(datetime(2026, 11, 4, 1, tzinfo=UTC)) == datetime(2026, 11, 4, 5, 30, tzinfo=UTC)
    assert quiet.over(NOW) == NOW
    plan = agenda(MemoryStore(), Schedule(quiet=QuietHours.of("12:00-13:00")))
    assert plan.due(NOW) == []
    assert plan.soonest(NOW) == NOW + timedelta(hours=1)


def test_cron_goes_by_the_zones_clock() -> None:
    """Also in the night in which it is changed."""
    rhythm = Rhythm.of("30 2 * * *", "Europe/Berlin")
    assert rhythm.after(NOW) == datetime(2026, 11, 4, 1, 30, tzinfo=UTC)
    assert rhythm.after(datetime(2026, 7, 1, 12, tzinfo=UTC)) == datetime(2026, 7, 2, 0, 30, tzinfo=UTC)
    assert Rhythm.of("0 8 * * 1-5").after(datetime(2026, 11, 6, 9, tzinfo=UTC)).weekday() == 0


@settings(max_examples=examples(25), deadline=None)
@given(
    st.sampled_from(["10 s", "7 min", "1 h", "1 day", "*/5 * * * *", "30 2 * * *", "0 0 29 2 *"]),
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"]),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_time_goes_forward(text: str, zone: str, moment: datetime) -> None:
    """Whatever the rhythm, zone and moment, the next time is later, and quiet hours end."""
    rhythm, quiet = Rhythm.of(text, zone), QuietHours.of("23:00-01:30", zone)
    assert rhythm.after(moment) > moment
    over = quiet.over(moment)
    assert moment <= over <= moment + timedelta(hours=4)
    assert quiet.over(over) == over


FILE = """
[tradegecko]
base_url = "http://127.0.0.1:8080"
access_token = "t"

[connections.shop]
source = "folder"
options = {{ path = "shop" }}
{}
"""


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            'schedule = { orders = "99 * * * *" }',
            r"schedule.orders is a wrong cron expression: '99 \* \* \* \*' \(Bad m",
        ),
        ('schedule = { orders = "0 0 31 2 *" }', "is a wrong cron expression"),
        ('schedule = { orders = "often" }', "is no rhythm: 'often'; write \"5 min\""),
        ('schedule = { orders = "1 s" }', "the least is 10 s"),
        ("schedule = { orders = 5 }", "is no text: 5"),
        ('schedule = { order = "5 min" }', "schedule.order is not a known setting, did you mean 'orders'|order is not"),
        ('schedule = { quiet = "late" }', "quiet are no hours: 'late'"),
        ('schedule = { time_zone = "Mars" }', "is no time zone: 'Mars'"),
        ('schedule = { overdue = "30 2 * * *" }', "overdue is how long"),
        ('schedule = { ping = "hc" }', "ping must be an address"),
        ("schedule = 5", "schedule must be a table"),
        ('[alerts.me]\nkind = "mail"', "alerts.me.kind"),
        ('[alerts.me]\nkind = "slack"', "alerts.me.url is missing: slack needs it"),
        ('[alerts.me]\nkind = "slack"\nurl = "x"', "alerts.me.url must be an address"),
        (
            '[alerts.me]\nkind = "command"\ncommand = ["x"]\nconnections = ["no"]',
            "names 'no'; the connections are shop",
        ),
        ('[alerts.me]\nkind = "command"\ncommand = ["x"]\ndigest = "61 * * * *"', "digest is a wrong cron expression"),
        ("[service]\nport = 70000", "service.port must be from 0 to 65535"),
    ],
)
def test_one_line_for_what_is_wrong(tmp_path: Path, more: str, said: str) -> None:
    """Its place, and what to write."""
    file = tmp_path / "tgbridge.toml"
    file.write_text(FILE.format(more), encoding="utf-8")
    with pytest.raises(ConfigError, match=said) as caught:
        load_config(file)
    assert "\n" not in str(caught.value)
