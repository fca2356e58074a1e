"""What every test may ask for: a house in an empty folder, a small province, a small transfer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from sqlalchemy import make_url

from archive.accounts.services import AccountFace
from archive.fence.pool import Fence
from config.house import House, open_house
from config.settings import Secret, Settings
from tests.buckets import buckets_removed_afterwards
from tests.databases import postgresql_database
from tests.province import Province, make_province

# A busy machine is no fault of the code: how long an example takes is not what these tests promise.
hypothesis.settings.register_profile("kholuutru", deadline=None)
hypothesis.settings.load_profile("kholuutru")


_WHOLE_HOUSE = {"browser", "config", "journey", "promises"}
"""Folders whose tests run the whole house."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let what walks through the whole house go at its own speed: other tests try every branch of the pure core."""
    for item in items:
        if _WHOLE_HOUSE & set(item.path.relative_to(Path(__file__).parent).parts):
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse sockets, except to those tests that are about servers on this machine."""
    if request.node.get_closest_marker("network") or request.node.get_closest_marker("browser"):
        return

    connect = socket.socket.connect

    def refuse(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            raise AssertionError(f"a test without the mark `network` wants to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(scope="session", autouse=True)
def _buckets() -> Iterator[None]:
    """Leave no bucket behind on the S3 server."""
    with buckets_removed_afterwards():
        yield


@pytest.fixture(scope="session")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Province]:
    """A data folder with a small province, made once per process and copied for each test."""
    data = tmp_path_factory.mktemp("initialised") / "DATA"
    return data, make_province(Settings(data=data))


@pytest.fixture(scope="session")
def initialised_on_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Province]]:
    """A PostgreSQL database with a small province, made once per process; its name is a template for each test."""
    with postgresql_database() as url:
        folder = tmp_path_factory.mktemp("initialised") / "DATA"
        made = make_province(Settings(data=folder, database=Secret(url)))
        yield make_url(url).database or "", made


@dataclass
class Archive:
    """A house with its province."""

    house: House
    province: Province
    settings: Settings

    def person(self, name: str) -> AccountFace:
        """Return an account of the province by user name."""
        return self.province.people[name]


@pytest.fixture(scope="session")
def fence(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fence]:
    """One fence for all tests of a process: its processes take a second to start, and keep nothing."""
    shared = Fence(tmp_path_factory.mktemp("fence"))
    yield shared
    shared.close()


@pytest.fixture
def archive(fence: Fence, initialised: tuple[Path, Province], tmp_path: Path) -> Iterator[Archive]:
    """A house of its own for one test."""
    import shutil

    source, province = initialised
    data = tmp_path / "DATA"
    shutil.copytree(source, data)
    with opened(replace(Settings(), data=data), province, fence) as archive:
        yield archive


@contextmanager
def opened(settings: Settings, province: Province, fence: Fence, *, existing: bool = True) -> Iterator[Archive]:
    """Yield the house of these settings, with the fence that all tests of the process share."""
    house = open_house(settings, existing=existing)
    house.fence = fence
    yield Archive(house, province, settings)
    house.fence = Fence(settings.data / "none")
    house.close()
