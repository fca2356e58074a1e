"""Many kills at random during a large transfer lose nothing."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.demonstration import make_province
from config.house import open_house
from config.settings import Settings
from tests.agreement import differences
from tests.transfers import small

SHARE = int(os.environ.get("KHOLUUTRU_SOAK_SHARE", "1"))


@pytest.mark.soak
def test_fifty_kills_at_random_during_a_thousand_files_lose_nothing(tmp_path: Path) -> None:
    """Killed again and again at random moments, the house finishes a transfer of 1,000 files, and all agrees."""
    kills, dossiers, documents = 50 // SHARE, 50 // SHARE, 20
    data, samples = tmp_path / "DATA", tmp_path / "samples"
    for path, body in small(dossiers, documents).items():
        target = samples / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
    make_province(Settings(data=data))
    environment = {**os.environ, "KHOLUUTRU_DATA": str(data), "KHOLUUTRU_LEASE_SECONDS": "1"}
    command = [sys.executable, "-m", "kholuutru", "demo", "--samples", str(samples)]
    chance = random.Random(20261124)  # noqa: S311 - a seeded choice, not a secret
    struck = 0
    for _ in range(kills):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1.0 + chance.random() * 3.0)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            struck += 1
        process.wait()
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=1800)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert struck > 0
    house = open_house(Settings(data=data))
    try:
        assert differences(house, samples, dossiers=dossiers) == []
    finally:
        house.close()
    shutil.rmtree(data)
