"""The command line where only a part of the product is installed."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import packages_distributions, requires

import pytest

from config.command_line.output import _SERVER

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
