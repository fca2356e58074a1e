"""The house: every part put together from the settings, once per process."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from sqlalchemy import make_url

from archive.database.connection import Database
from archive.fence.pool import Fence, Limits
from archive.jobs.doorbell import Doorbell
from archive.staging.ports import Staging
from config.addresses import scanner_address, server_address
from config.buckets import open_staging, open_store
from config.logs import configure
from config.settings import Settings, SettingsError
from config.tables import SUBJECTS
from kholuutru import foreign_floor
from preservation.backup.errors import BackupError
from preservation.malware.clamd import ClamdScanner
from preservation.malware.ports import NoScanner, VirusScanner
from preservation.storage.ports import ObjectStore
from search.index.opensearch_index import OpenSearchIndex
from search.index.opensearch_server import OpenSearchServer
from search.index.ports import SearchIndex
from search.index.tantivy_index import TantivyIndex

RESTORING = "restoring"
"""File of the data folder that stands while a restore is not finished; nothing else opens the archive meanwhile."""
MOVING = "moving.json"
"""File of the new data folder that stands while a move to its database is not finished."""
VERSION = metadata.version("kholuutru")


@dataclass(slots=True)
class House:
    """All parts of one process; ports, so that each can be exchanged by settings alone."""

    settings: Settings
    database: Database
    store: ObjectStore
    staging: Staging
    scanner: VirusScanner
    index: SearchIndex
    fence: Fence
    doorbell: Doorbell
    scratch: Path

    @property
    def unpacked_bytes(self) -> int:
        """Most bytes that one archive may unpack to."""
        return self.settings.unpacked_bytes

    def approver(self, source: str) -> str:
        """Return who approves a transfer of this source: ``leader``, ``head`` or ``nobody``."""
        return {
            "unit": self.settings.approver_of_units,
            "contractor": self.settings.approver_of_contractors,
            "system": self.settings.approver_of_systems,
        }[source]

    def close(self) -> None:
        """End the fence's processes and close what is open."""
        self.fence.close()
        self.index.close()
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.doorbell.close()
        self.database.dispose()


def check_floors() -> None:
    """Refuse to run with a floor that another package's files hide (design §2).

    Raises:
        SettingsError: SET-0005 names the floor and the foreign file.
    """
    foreign = foreign_floor()
    if foreign is not None:
        raise SettingsError("SET-0005", floor=foreign[0], place=foreign[1])


def make_data_folder(settings: Settings) -> None:
    """Make the data folder and its parts, readable by their owner alone."""
    for name in ("", "store", "staging", "index", "scratch", "keys"):
        folder = settings.data / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)


def _remove_scratch_of_the_dead(folder: Path) -> None:
    """Remove the scratch folders of processes that are gone; a killed one could not do it itself."""
    for left in folder.glob("process-*"):
        pid = left.name.rpartition("-")[2]
        if pid.isdecimal() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(left, ignore_errors=True)


def _index(settings: Settings) -> SearchIndex:
    if not settings.index:
        return TantivyIndex(settings.data / "index")
    address = server_address("index", settings.index)
    credentials = (settings.index_user, settings.index_password.reveal()) if settings.index_user else None
    return OpenSearchIndex(OpenSearchServer(address.url, credentials), address.name, replicas=settings.index_replicas)


def open_doorbell(settings: Settings, answer: Callable[[str, str], object] | None = None) -> Doorbell:
    """Return the queue: in the PostgreSQL database that all machines share, or in a file beside SQLite's."""
    url = make_url(settings.database_url)
    return Doorbell(settings.data / "queue.db" if url.get_backend_name() == "sqlite" else url, answer)


def moved_place(settings: Settings) -> str:
    """Return what stands in the marker of a move for the database of these settings: tells nothing of its address."""
    return hashlib.sha256(settings.database_url.encode()).hexdigest()


def is_being_moved_to(settings: Settings) -> bool:
    """Return whether the database of these settings is the goal of a move that is not finished."""
    try:
        plain = json.loads((settings.data / MOVING).read_text("ascii"))
    except FileNotFoundError:
        return False
    # The old archive may lie in the same folder: it is whole, and opens.
    return bool(plain["place"] == moved_place(settings))


def open_house(settings: Settings, *, existing: bool = True) -> House:
    """Put the parts together.

    Raises:
        SettingsError: SET-0004 there is no archive in the data folder (with `existing`), SET-0010 an address of a
            server is none, SET-0013 a move to the database was cut off.
        BackupError: BAK-0007 a restore into the data folder was cut off.
        KhoLuuTruError: a server of the settings does not answer, or is not what it should be.
    """
    configure()
    check_floors()
    assert SUBJECTS  # noqa: S101 - imported so that every table is known, whatever command runs
    if existing and not settings.database and not (settings.data / "kholuutru.db").exists():
        raise SettingsError("SET-0004", data=str(settings.data))
    if (settings.data / RESTORING).exists():
        raise BackupError("BAK-0007", data=str(settings.data))
    if is_being_moved_to(settings):
        raise SettingsError("SET-0013", place=make_url(settings.database_url).render_as_string(hide_password=True))
    scanner: VirusScanner = ClamdScanner(scanner_address(settings.scanner)) if settings.scanner else NoScanner()
    index = _index(settings)
    make_data_folder(settings)
    scratch = settings.data / "scratch" / f"process-{os.getpid()}"
    _remove_scratch_of_the_dead(settings.data / "scratch")
    doorbell = open_doorbell(settings)
    return House(
        settings=settings,
        database=Database(settings.database_url, ring=doorbell.ring, connections=settings.database_connections),
        store=open_store(settings),
        staging=open_staging(settings),
        scanner=scanner,
        fence=Fence(
            scratch / "fence",
            workers=2,
            limits=Limits(wall_seconds=settings.fence_seconds, data_bytes=settings.fence_memory),
        ),
        index=index,
        doorbell=doorbell,
        scratch=scratch,
    )
