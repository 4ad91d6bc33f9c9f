"""Waiting for those who use a database, and keeping the others out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic, sleep

from tradegecko_bridge.stores.sql.gate import Gate

SOON = 0.05


def test_who_shuts_it_waits_for_the_others_and_keeps_new_ones_out() -> None:
    """Those inside finish their work, also where it needs to go in once more; those outside wait until it is open."""
    gate, inside, told = Gate(), Event(), list[str]()

    def work() -> None:
        with gate.inside():
            inside.set()
            sleep(SOON)
            with gate.inside():
                told.append("worked")

    def late() -> None:
        with gate.inside():
            told.append("late")

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(work)
        assert inside.wait(5)
        assert gate.shut(timeout=5)
        second = threads.submit(late)
        sleep(SOON)
        told.append("shut")
        gate.open()
        first.result(5)
        second.result(5)
    assert told == ["worked", "shut", "late"]


def test_a_stream_of_newcomers_does_not_keep_it_open() -> None:
    """Somebody is always inside, and more come: shutting it takes as long as those who are."""
    gate, done = Gate(), Event()

    def come_and_go() -> None:
        while not done.is_set():
            with gate.inside():
                sleep(0.002)

    with ThreadPoolExecutor(4) as threads:
        for _ in range(4):
            threads.submit(come_and_go)
        sleep(SOON)
        try:
            for _ in range(20):
                assert gate.shut(timeout=5)
                gate.open()
        finally:
            done.set()


def test_it_is_not_waited_for_for_ever_nor_for_oneself() -> None:
    """Who is inside does not wait for that; for the others as long as is said."""
    gate, inside, done = Gate(), Event(), Event()
    with gate.inside():
        assert gate.shut(timeout=5)
        gate.open()

    def stay() -> None:
        with gate.inside():
            inside.set()
            done.wait(5)

    with ThreadPoolExecutor(1) as threads:
        threads.submit(stay)
        assert inside.wait(5)
        began = monotonic()
        assert not gate.shut(timeout=SOON)
        assert monotonic() - began >= SOON
        gate.open()
        done.set()
    assert gate.shut(timeout=0)
    gate.open()


def test_what_is_raised_inside_leaves_it() -> None:
    gate = Gate()
    try:
        with gate.inside():
            raise ValueError
    except ValueError:
        pass
    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(gate.shut, 0).result(5)
