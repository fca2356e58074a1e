"""`kholuutru bag validate`: what it prints where, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config.command_line.bags import bag as bag_commands
from tests.preservation.packages.test_validation import add_line, make_bag, seal_tags


@pytest.fixture
def bags(tmp_path: Path) -> dict[str, Path]:
    """Return a bag for each way to end."""
    made = {
        name: make_bag(tmp_path / name, {"a": b"a", "b": b"b"}) for name in ("good", "warned", "bad", "away", "odd")
    }
    (made["warned"] / "extra.txt").write_bytes(b"x")
    (made["bad"] / "data/a").write_bytes(b"b")
    add_line(made["away"] / "fetch.txt", "https://example.org/a 1 data/a")
    (made["away"] / "data/a").unlink()
    (made["odd"] / "manifest-blake3.txt").write_bytes(b"00 data/a\n")
    seal_tags(made["odd"])
    return {**made, "none": tmp_path / "none"}


def validate(*words: str | Path) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(bag_commands, ["validate", *map(str, words)])


@pytest.mark.parametrize(
    ("names", "code"),
    [
        *((["good"], 0), (["warned"], 0), (["bad"], 1), (["away"], 1), (["odd"], 2), (["none"], 2)),
        *((["good", "bad"], 1), (["bad", "none", "good"], 2)),
    ],
)
def test_exit_code_is_the_worst(bags: dict[str, Path], names: list[str], code: int) -> None:
    """0 valid, 1 invalid or incomplete, 2 unchecked; of several bags the highest."""
    assert validate(*(bags[name] for name in names)).exit_code == code


def test_warnings_stand_apart_from_the_verdict(bags: dict[str, Path]) -> None:
    """Standard output holds one line for a valid bag; what warns goes to standard error."""
    ended = validate(bags["warned"])
    assert ended.stdout == f"{bags['warned']}: BagIt, hợp lệ\n"
    assert "PKG-0115" in ended.stderr
    ended = validate(bags["bad"])
    assert "không hợp lệ" in ended.stdout
    assert "PKG-0112" in ended.stdout
    assert "data/a" in ended.stdout


def test_json_tells_all(bags: dict[str, Path]) -> None:
    """JSON has of each path its verdict and of each finding code, level, place and words in both languages."""
    answers = json.loads(validate("--json", bags["warned"], bags["away"]).stdout)
    assert [one["verdict"] for one in answers] == ["valid", "incomplete"]
    (warning,), (error,) = (one["findings"] for one in answers)
    assert (warning["code"], warning["level"], warning["where"]) == ("PKG-0115", "warning", {"path": "extra.txt"})
    assert (error["code"], error["level"]) == ("PKG-0130", "error")
    assert set(error["text"]) == set(error["action"]) == {"vi", "en"}


def test_names_cannot_write_on_the_terminal(tmp_path: Path) -> None:
    """A name with a line break or an escape sequence is printed escaped, in one line."""
    folder = make_bag(tmp_path / "b", {"a": b"a"})
    (folder / "data/\x1b[31m\nx").write_bytes(b"")
    shown = validate(folder).stdout
    assert "\x1b" not in shown
    assert len(shown.splitlines()) == 2
