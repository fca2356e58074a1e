"""The command line where only a part of the product is installed."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from archive.audit.rules import Fault
from archive.messages.rules import Level
from config.command_line.main import main
from config.command_line.output import _SERVER, HEADS, WORDS, answer
from config.command_line.vietnamese import WORDS as VIETNAMESE
from preservation.formats.ports import Basis
from preservation.packages.validation import Verdict

_BASE_INSTALL = """
import sys
for library in {libraries!r}:
    sys.modules[library] = None
sys.argv = ["kholuutru", *{words!r}]
from kholuutru import main
main()
"""


@pytest.mark.parametrize("words", [["init"], ["run"], ["demo", "--samples", "."], ["doctor"], ["audit", "verify"]])
def test_a_server_command_says_that_the_server_is_not_installed(words: list[str]) -> None:
    """In an installation without the server's libraries a command names what to install, without a traceback."""
    code = _BASE_INSTALL.format(libraries=sorted(_SERVER), words=words)
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("SET-0014: "), ended.stderr
    assert "pip install 'kholuutru[server]'" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_every_library_of_the_server_is_known() -> None:
    """What the extra `server` asks for is what the command line takes for a missing server."""
    wanted = {
        name.partition(";")[0].split(">")[0].split("[")[0].strip().lower()
        for name in requires("kholuutru") or []
        if 'extra == "server"' in name.replace("'", '"')
    }
    found = {
        module
        for module, packages in packages_distributions().items()
        if {package.lower() for package in packages} & wanted
    }
    assert {module for module in found if not module.startswith("_")} - {"psycopg_binary"} <= _SERVER


# Keys of what only ever goes out as JSON.
_JSON_ALONE = {
    "folder",
    "made_at",
    "database",
    "packages",
    "package_bytes",
    "objects",
    "later",
    "id",
    "sent",
    "findings",
    *("profile", "citation", "not_judged"),
}


def test_every_column_of_a_table_has_a_vietnamese_head() -> None:
    """Whatever a command lays out as rows has heads for people."""
    folder = Path(__file__).parents[2] / "config" / "command_line"
    keys: set[str] = set()
    for file in folder.glob("*.py"):
        if file.name in {"output.py", "vietnamese.py"}:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Dict):
                keys |= {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}
    not_rows = {"help_option_names"}
    assert "verdict" in keys, "the search must find what it judges"
    assert keys - set(HEADS) - _JSON_ALONE - not_rows == set()


def test_every_verdict_has_a_word() -> None:
    """Faults of chains, levels, verdicts on packages and grounds of formats are said in Vietnamese."""
    assert {*Fault} <= set(WORDS["state"])
    assert {*Level} == set(WORDS["level"])
    assert {*Verdict} <= set(WORDS["verdict"])
    assert {*Basis} == set(WORDS["basis"])


def test_a_table_speaks_vietnamese_and_json_stays_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """The same rows: heads and words translated for people, names and values kept for programs."""
    rows = [{"verdict": "altered", "locked": True}]
    answer(rows, as_json=False)
    table = capsys.readouterr().out
    assert "Kết luận" in table
    assert "bị thay đổi" in table
    assert "có" in table
    answer(rows, as_json=True)
    assert '"verdict": "altered"' in capsys.readouterr().out


def test_what_was_examined_is_named_in_vietnamese() -> None:
    """Every part of the house that `doctor` and `backup verify` speak of has a word."""
    root = Path(__file__).parents[2]
    found: set[str] = set()
    for file in [*(root / "config").rglob("*.py"), *(root / "preservation" / "backup").glob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Examination", "Comparison"}:
                found |= {str(part.value) for part in node.args[:1] if isinstance(part, ast.Constant)}
    assert found == set(WORDS["what"])


def test_the_command_speaks_vietnamese_where_click_does() -> None:
    """Help and refusals that the library words itself are Vietnamese, and each of them is one of its sentences."""
    said = [
        CliRunner().invoke(main, words)
        for words in (
            ["--help"],
            ["--no"],
            ["packag"],
            ["search"],
            ["search", "x", "y", "--as", "a"],
            ["search", "--limit"],
        )
    ]
    told = "".join(one.stdout + one.stderr for one in said)
    for word in (
        "Cách dùng:",
        "Tùy chọn:",
        "Lệnh:",
        "Hiện lời hướng dẫn",
        "Không có tùy chọn",
        "Có phải",
        "Thiếu tham số",
    ):
        assert word in told
    for word in ("Usage", "Options", "Commands", "Show", "No such", "Did you", "Missing", "Error", "unexpected"):
        assert word not in told
    source = "".join(
        re.sub(r'"\s*"', "", Path(str(module.__file__)).read_text("utf-8"))
        for module in (click.core, click.decorators, click.exceptions, click.formatting, click.parser, click.types)
    )
    assert [text for text in VIETNAMESE if f'"{text}"'.replace("\n", "\\n").replace("\t", "\\t") not in source] == []
