"""The base installation, without the libraries of the server, is enough for the commands on local files."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest

from tests.preservation.packages.test_validation import make_bag

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "samples" / "transfer"
_RUN = "import sys; sys.path[:0] = {paths!r}; sys.argv = ['kholuutru', *{words!r}]; from kholuutru import main; main()"


def wanted(found: Distribution) -> list[str]:
    """Return the names of what a distribution always needs on this machine."""
    names = []
    for line in found.requires or []:
        requirement, _, marker = line.partition(";")
        if "extra ==" in marker.replace("'", '"') or 'sys_platform == "win32"' in marker.replace("'", '"'):
            continue
        names.append(re.split(r"[\s\[<>=!~(]", requirement.strip())[0])
    return names


def base() -> set[str]:
    """Return the names of all distributions that the base installation brings."""
    found: set[str] = set()
    waiting = wanted(distribution("kholuutru"))
    while waiting:
        name = waiting.pop().lower()
        if name in found:
            continue
        try:
            waiting += wanted(distribution(name))
        except PackageNotFoundError:
            continue
        found.add(name)
    return found


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of libraries that holds those of the base installation and no others."""
    folder = tmp_path_factory.mktemp("base")
    for name in base():
        for file in distribution(name).files or []:
            top = file.parts[0]
            source = Path(str(distribution(name).locate_file(top)))
            if top not in {"..", "__pycache__"} and source.exists() and not (folder / top).exists():
                (folder / top).symlink_to(source)
    return folder


def run(environment: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command with these libraries alone: no site packages, nothing of the environment."""
    code = _RUN.format(paths=[str(environment), str(ROOT)], words=list(map(str, words)))
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")},
        capture_output=True,
        text=True,
        check=False,
        cwd=environment,
    )


def test_the_server_is_really_not_there(environment: Path) -> None:
    """None of the server's libraries is among those of the base installation."""
    assert {"click", "openpyxl", "pypdfium2", "pebble"} <= base()
    assert not {"sqlalchemy", "flask", "weasyprint", "minio", "psycopg"} & base()
    ended = run(environment, "doctor")
    assert (ended.returncode, ended.stderr[:8]) == (1, "SET-0014")


def test_a_transfer_is_checked_before_it_is_sent(environment: Path) -> None:
    """`precheck` reads list and files of the real sample and tells its one place that cannot be checked."""
    ended = run(environment, "precheck", "--agency", "H98.01", "--json", SAMPLES)
    assert ended.returncode == 2, ended.stderr
    (answer,) = json.loads(ended.stdout)
    assert [found["code"] for found in answer["findings"] if found["level"] == "unknown"] == ["CHK-0404"]


def test_bags_packages_and_formats_are_judged(environment: Path, tmp_path: Path) -> None:
    """`bag validate`, `package validate` and `identify` do their work."""
    bag = make_bag(tmp_path / "bag", {"a": b"a"})
    assert run(environment, "bag", "validate", bag).returncode == 0
    assert run(environment, "package", "validate", bag).returncode == 0
    sample = SAMPLES / "HS.01" / "970-ttg.signed.pdf"
    assert json.loads(run(environment, "identify", "--json", sample).stdout)[0]["basis"] == "signature"
