"""Journeys go their way on both set-ups, by settings alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.fence.pool import Fence
from config.settings import Settings
from tests.conftest import Archive, opened
from tests.setups import on_servers


@pytest.fixture(params=["embedded", pytest.param("servers", marks=pytest.mark.network)])
def archive(request: pytest.FixtureRequest, fence: Fence, tmp_path: Path) -> Iterator[Archive]:
    """A house of its own for one test, on each set-up."""
    if request.param == "embedded":
        source, province = request.getfixturevalue("initialised")
        shutil.copytree(source, tmp_path / "DATA")
        with opened(Settings(data=tmp_path / "DATA"), province, fence) as archive:
            yield archive
        return
    template, province = request.getfixturevalue("initialised_on_postgresql")
    with on_servers(tmp_path, template) as settings, opened(settings, province, fence) as archive:
        archive.house.index.finish_rebuild(archive.house.index.begin_rebuild())
        yield archive
