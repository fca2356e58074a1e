"""How tests find the real servers: a file, the environment over it, and no silent skip where they are required."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests import servers

pytestmark = pytest.mark.network


def test_addresses_come_from_the_file_and_the_environment(tmp_path: Path) -> None:
    """What `make servers` wrote holds, unless the environment names another server."""
    (tmp_path / "environment").write_text("KHOLUUTRU_TEST_S3=http://a:1\nKHOLUUTRU_TEST_CLAMD=tcp://b:2\n", "utf-8")
    environment = {"KHOLUUTRU_SERVERS": str(tmp_path), "KHOLUUTRU_TEST_CLAMD": "tcp://c:3", "HOME": "/"}
    assert servers.variables(environment) == {
        "KHOLUUTRU_TEST_S3": "http://a:1",
        "KHOLUUTRU_TEST_CLAMD": "tcp://c:3",
    }
    assert servers.variables({"KHOLUUTRU_SERVERS": str(tmp_path / "none")}) == {}


def test_a_server_that_listens_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address of a server that is there is given, whatever protocol it speaks."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        there = f"tcp://127.0.0.1:{listening.getsockname()[1]}"
        monkeypatch.setenv("KHOLUUTRU_TEST_CLAMD", there)
        assert servers.require("clamd") == servers.address("clamd") == there


@pytest.mark.parametrize("known", ["tcp://127.0.0.1:1", "tcp://127.0.0.1", ""])
def test_a_missing_server_skips_or_fails_by_name(monkeypatch: pytest.MonkeyPatch, known: str) -> None:
    """Without the server the test is skipped and says whose absence it was; where servers are required it fails."""
    monkeypatch.setenv("KHOLUUTRU_TEST_CLAMD", known)
    monkeypatch.delenv("KHOLUUTRU_REQUIRE_SERVERS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="clamd"):
        servers.require("clamd")
    monkeypatch.setenv("KHOLUUTRU_REQUIRE_SERVERS", "1")
    with pytest.raises(pytest.fail.Exception, match="clamd"):
        servers.require("clamd")
