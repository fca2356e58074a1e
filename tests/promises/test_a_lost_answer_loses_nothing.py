"""The network breaks after a COMMIT was sent: what was committed counts once, and what waits goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url, select
from sqlalchemy.exc import OperationalError

from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.database.series import NumberSeries, next_number
from archive.fence.pool import Fence
from config.settings import Secret
from config.steps import make_indexer, make_worker
from tests.agreement import differences
from tests.conftest import Archive, opened
from tests.cutting_proxy import CuttingProxy, cutting_proxy
from tests.province import Province
from tests.setups import on_servers
from tests.transfers import answer, open_transfer, small, state_of, submit, upload

pytestmark = pytest.mark.network


@pytest.fixture
def wired(
    initialised_on_postgresql: tuple[str, Province], fence: Fence, tmp_path: Path
) -> Iterator[tuple[Archive, CuttingProxy]]:
    """A house whose every word with its database goes over a wire that can break."""
    template, province = initialised_on_postgresql
    with on_servers(tmp_path, template) as settings:
        url = make_url(settings.database.reveal())
        with cutting_proxy(url.host or "", url.port or 0) as (proxy, port):
            through = url.set(port=port).render_as_string(hide_password=False)
            over_the_wire = replace(settings, database=Secret(through), lease_seconds=2)
            with opened(over_the_wire, province, fence) as archive:
                archive.house.index.finish_rebuild(archive.house.index.begin_rebuild())
                yield archive, proxy


def number(database: Database, province: Province) -> int:
    """Return the last number of the series that the test counts in."""
    with database.read(SystemScope("test")) as work:
        return work.session.scalar(select(NumberSeries.last).where(NumberSeries.name == "cut")) or 0


def test_a_commit_whose_answer_is_lost_is_an_error_and_is_made(wired: tuple[Archive, CuttingProxy]) -> None:
    """Whoever committed is told that the database is away, not that all is well; the rows are there once."""
    archive, proxy = wired
    database, province = archive.house.database, archive.province
    with database.write(SystemScope("first")) as work:
        next_number(work, province.department, "cut")
    proxy.cut_every = 1
    with pytest.raises(OperationalError), database.write(SystemScope("cut")) as work:
        next_number(work, province.department, "cut")
    proxy.cut_every = 0
    assert proxy.cuts == 1
    assert number(database, province) == 2


def persist(archive: Archive, state: str, transfer: object) -> None:
    """Work as the processes do, through every break of the wire, until the transfer is in a state."""
    worker, deadline = make_worker(archive.house), time.monotonic() + 120
    while True:
        try:
            worker.run_all()
            make_indexer(archive.house).run_all()
            if state_of(archive, transfer) == state:  # type: ignore[arg-type] # a UUID
                return
        except OperationalError:
            pass
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_transfer_goes_its_way_over_a_wire_that_breaks(wired: tuple[Archive, CuttingProxy], tmp_path: Path) -> None:
    """With every seventh answer lost while workers and indexer work, bytes, rows, store, chains and index agree."""
    archive, proxy = wired
    folder = tmp_path / "sent"
    for path, body in small(3, 2).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)
    transfer = open_transfer(archive)
    upload(archive, transfer, small(3, 2))
    submit(archive, transfer)
    proxy.cut_every = 7
    persist(archive, "awaiting_approval", transfer)
    proxy.cut_every = 0
    answer(archive, transfer)
    proxy.cut_every = 7
    persist(archive, "sealed", transfer)
    proxy.cut_every = 0
    assert proxy.cuts >= 3
    deadline = time.monotonic() + 120
    while differences(archive.house, folder, dossiers=3) and time.monotonic() < deadline:
        make_worker(archive.house).run_all()
        make_indexer(archive.house).run_all()
        time.sleep(0.2)
    assert differences(archive.house, folder, dossiers=3) == []
