"""The house: every part put together from the settings, once per process."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from archive.database.connection import Database
from archive.fence.pool import Fence, Limits
from archive.jobs.doorbell import Doorbell
from archive.staging.ports import Staging
from config.buckets import open_staging, open_store
from config.floors import foreign_floor
from config.logs import configure
from config.settings import Settings, SettingsError
from config.tables import SUBJECTS
from preservation.malware.ports import NoScanner, VirusScanner
from preservation.storage.ports import ObjectStore
from search.index.ports import SearchIndex
from search.index.tantivy_index import TantivyIndex

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

    @property
    def require_approval(self) -> bool:
        """Whether a transfer needs the approval of the unit's leader."""
        return self.settings.require_approval

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


def open_house(settings: Settings, *, existing: bool = True) -> House:
    """Put the parts together.

    Raises:
        SettingsError: SET-0004 there is no archive in the data folder (with `existing`); a setting is unusable.
        KhoLuuTruError: a server of the settings does not answer, or is not what it should be.
    """
    configure()
    check_floors()
    assert SUBJECTS  # noqa: S101 - imported so that every table is known, whatever command runs
    if existing and not settings.database and not (settings.data / "kholuutru.db").exists():
        raise SettingsError("SET-0004", data=str(settings.data))
    make_data_folder(settings)
    scratch = settings.data / "scratch" / f"process-{os.getpid()}"
    _remove_scratch_of_the_dead(settings.data / "scratch")
    doorbell = Doorbell(settings.data / "queue.db")
    return House(
        settings=settings,
        database=Database(settings.database_url, ring=doorbell.ring),
        store=open_store(settings),
        staging=open_staging(settings),
        scanner=NoScanner(),
        fence=Fence(
            scratch / "fence",
            workers=2,
            limits=Limits(wall_seconds=settings.fence_seconds, data_bytes=settings.fence_memory),
        ),
        index=TantivyIndex(settings.data / "index"),
        doorbell=doorbell,
        scratch=scratch,
    )
