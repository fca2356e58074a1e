"""The word that ends a process is heard, whenever it is said."""

from __future__ import annotations

import signal
import time

from config.stopping import StopSign


def test_a_signal_ends_the_waiting() -> None:
    """A handler that interrupts the very thread which waits ends its waiting, and it stays ended."""
    stop = StopSign()
    before = signal.signal(signal.SIGALRM, lambda *_: stop.set())
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        began = time.monotonic()
        assert stop.wait(30) is True
        assert time.monotonic() - began < 10
        assert stop.is_set()
        assert stop.wait() is True
    finally:
        signal.signal(signal.SIGALRM, before)


def test_without_a_word_the_time_runs_out() -> None:
    """Nobody asks: the waiting lasts as long as was said, and says that nobody asked."""
    assert StopSign().wait(0.01) is False
