"""Whose the store is: nothing is written beside an archive whose volume is not mounted."""

from __future__ import annotations

import shutil

import pytest
from click.testing import CliRunner

from config.beginning import initialise
from config.command_line import main
from config.house import open_house
from config.processes import run_clock, run_worker
from preservation.packages.presence import IDENTITY, mark_store, own_store, refuse_other_store
from preservation.storage.errors import StorageError
from tests.conftest import Archive
from tests.setups import environment_of, put_past_the_product
from tests.transfers import small, whole_way


def refused(archive: Archive) -> str:
    """Return the code with which the store is refused."""
    with pytest.raises(StorageError) as caught:
        mark_store(archive.house.database, archive.house.store)
    return caught.value.code


def test_a_new_store_says_whose_it_is(archive: Archive) -> None:
    """`init` writes the mark once, and does nothing when it is done again."""
    first = b"".join(archive.house.store.read(IDENTITY))
    assert initialise(archive.settings) is None
    assert b"".join(archive.house.store.read(IDENTITY)) == first


def test_an_absent_store_is_refused(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the volume away neither `init`, nor `run`, nor a worker, nor the clock begins; nothing is written."""
    whole_way(archive, small(1, 1))
    store = archive.settings.data / "store"
    shutil.move(store, archive.settings.data / "elsewhere")
    for begin in (initialise, lambda s: run_worker(s, None), lambda s: run_clock(s, None)):
        with pytest.raises(StorageError) as caught:
            begin(archive.settings)
        assert caught.value.code == "STO-0018"
    for name, value in environment_of(archive.settings).items():
        monkeypatch.setenv(name, value)
    run = CliRunner().invoke(main, ["run"])
    assert (run.exit_code, "STO-0018" in run.stderr, "Gắn ổ đĩa" in run.stderr) == (1, True, True)
    assert not [path for path in (store / "objects").rglob("*") if path.is_file()]


def test_a_store_without_a_mark_that_has_the_packages_is_marked(archive: Archive) -> None:
    """An archive of the time before the mark goes on, and its store is marked."""
    whole_way(archive, small(1, 1))
    put_past_the_product(archive.settings, IDENTITY, None)
    mark_store(archive.house.database, archive.house.store)
    assert archive.house.store.stat(IDENTITY) is not None


def test_the_store_of_another_archive_is_refused(archive: Archive) -> None:
    """A store that names another archive is refused, packages or not."""
    put_past_the_product(archive.settings, IDENTITY, b"of somebody else")
    assert refused(archive) == "STO-0019"


def test_a_rebuilt_archive_owns_its_store_whatever_is_lost(archive: Archive) -> None:
    """What was made from a store that had lost its packages is not kept from running by that."""
    whole_way(archive, small(1, 1))
    for key in [*archive.house.store.keys("aip/"), IDENTITY]:
        put_past_the_product(archive.settings, key, None)
    assert refused(archive) == "STO-0018"
    own_store(archive.house.database, archive.house.store)
    refuse_other_store(archive.house.database, open_house(archive.settings).store)
