"""The named points at which kill tests make the process die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from archive import faults

_ROOT = Path(__file__).parents[2]
_PROGRAM = """
from archive import faults
for number in (1, 2, 3):
    faults.point("elsewhere")
    faults.point("store.put.renamed")
    print(number, flush=True)
"""


def _run(order: str | None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "KHOLUUTRU_FAULT"}
    if order is not None:
        environment["KHOLUUTRU_FAULT"] = order
    return subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        cwd=_ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_process_is_killed_at_the_named_passing() -> None:
    """An armed process dies by SIGKILL at exactly the passing that the environment names."""
    done = _run("store.put.renamed:3")
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "1\n2\n")


def test_nothing_happens_without_an_order() -> None:
    """Without an order in the environment all points are passed."""
    done = _run(None)
    assert (done.returncode, done.stdout) == (0, "1\n2\n3\n")


def test_another_name_is_not_met() -> None:
    """A point of another name does not count."""
    assert _run("store.put:1").returncode == 0


@pytest.mark.parametrize("order", ["store.put", ":1", "store.put:0", "store.put:x"])
def test_malformed_order_is_refused(order: str) -> None:
    """A misspelt order stops the process instead of silently testing nothing."""
    done = _run(order)
    assert done.returncode == 1
    assert "ValueError" in done.stderr


def test_hook_hears_every_point_until_it_is_taken_away() -> None:
    """An installed hook is called with each name, and no longer once it is removed."""
    heard: list[str] = []
    faults.install(heard.append)
    try:
        faults.point("a")
        faults.point("b")
    finally:
        faults.install(None)
    faults.point("c")
    assert heard == ["a", "b"]
