"""A kill at any point loses nothing, doubles nothing, and leaves no two parts of the house in disagreement.

Each point is a commit, a store call, a rename or a step of the outbox. The process is killed with SIGKILL when it
passes the point; started again, it has to finish by itself.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.demonstration import make_province
from config.house import open_house
from config.settings import Settings
from tests.agreement import differences
from tests.killing import start
from tests.transfers import small

DOSSIERS, DOCUMENTS = 2, 2
# Every point that the whole way passes; a test below fails when one is missing here.
POINTS = (
    "claim.taken",
    "commit.audit",
    "commit.done",
    "commit.flush",
    "commit.outbox",
    "index.committed",
    "ledger.part",
    "lock.stored",
    "seal.recorded",
    "seal.stored",
    "seal.verified",
    "staging.written",
    "store.lock.renamed",
    "store.lock.settled",
    "store.lock.written",
    "store.put.begun",
    "store.put.renamed",
    "store.put.settled",
    "store.put.synced",
    "store.put.written",
)


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A data folder with the demonstration province, and a folder with a small transfer."""
    folder = tmp_path_factory.mktemp("kill")
    data, samples = folder / "DATA", folder / "samples"
    make_province(Settings(data=data))
    for path, body in small(DOSSIERS, DOCUMENTS).items():
        target = samples / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
    return data, samples


def passed(data: Path, samples: Path) -> dict[str, int]:
    """Return how often each point is passed on an undisturbed way."""
    log = data.parent / "points.log"
    listen = (
        "import sys; from archive import faults; log = open(sys.argv.pop(1), 'a');"
        "faults.install(lambda name: print(name, file=log, flush=True));"
        "from config.command_line import main; main()"
    )
    run = subprocess.run(
        [sys.executable, "-c", listen, str(log), "demo", "--samples", str(samples)],
        env={**os.environ, "KHOLUUTRU_DATA": str(data)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    names = log.read_text("utf-8").split()
    return {name: names.count(name) for name in set(names)}


@pytest.fixture(scope="module")
def counts(beginning: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """How often each point is passed."""
    data, samples = beginning
    copy = tmp_path_factory.mktemp("counts") / "DATA"
    shutil.copytree(data, copy)
    return passed(copy, samples)


def test_every_point_of_the_way_is_tried(counts: dict[str, int]) -> None:
    """The list of points above is the list of points that the way passes."""
    assert sorted(counts) == sorted(POINTS)


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_this_point_loses_nothing(
    point: str, beginning: tuple[Path, Path], counts: dict[str, int], tmp_path: Path
) -> None:
    """Killed once at the point, the house finishes after a restart, and everything agrees."""
    data, samples = beginning
    copy = tmp_path / "DATA"
    shutil.copytree(data, copy)
    at = random.Random(f"seed {point}").randint(1, counts[point])  # noqa: S311 - a seeded choice, not a secret
    killed = start(copy, samples, KHOLUUTRU_FAULT=f"{point}:{at}")
    assert killed.returncode == -signal.SIGKILL, killed.stdout + killed.stderr
    finished = start(copy, samples)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    house = open_house(Settings(data=copy))
    try:
        assert differences(house, samples, dossiers=DOSSIERS) == []
    finally:
        house.close()
