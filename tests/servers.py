"""The real servers that `make servers` has started: where they are, and what a test does without them."""

from __future__ import annotations

import functools
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ADDRESSES = {
    "postgresql": "KHOLUUTRU_TEST_POSTGRESQL",
    "s3": "KHOLUUTRU_TEST_S3",
    "opensearch": "KHOLUUTRU_TEST_OPENSEARCH",
    "clamd": "KHOLUUTRU_TEST_CLAMD",
}
"""Each server by name, and the variable that holds its address."""


def variables(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what is known of the servers: the file that `make servers` wrote, then the environment over it."""
    environment = os.environ if environment is None else environment
    folder = Path(environment.get("KHOLUUTRU_SERVERS", Path(__file__).parent.parent / ".servers"))
    try:
        lines = (folder / "environment").read_text("utf-8").splitlines()
    except FileNotFoundError:
        lines = []
    known = {name: value for name, _, value in (line.partition("=") for line in lines)}
    return known | {name: value for name, value in environment.items() if name.startswith("KHOLUUTRU_TEST_")}


def address(name: str) -> str | None:
    """Return the address of a server, None when none is known or nobody listens there."""
    known = variables().get(ADDRESSES[name])
    return known if known and _listens(known) else None


def require(name: str) -> str:
    """Return the address of a server; without it the test is skipped by name, or fails where servers are required."""
    found = address(name)
    if found is None:
        missing = f"{name} does not answer: `make servers` starts it"
        if os.environ.get("KHOLUUTRU_REQUIRE_SERVERS") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@functools.cache
def _listens(known: str) -> bool:
    parts = urlsplit(known)
    if parts.hostname is None or parts.port is None:
        return False
    try:
        socket.create_connection((parts.hostname, parts.port), timeout=5).close()
    except OSError:
        return False
    return True
