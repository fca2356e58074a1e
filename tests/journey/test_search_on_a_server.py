"""The whole way with the index on a real OpenSearch, from the first start to an index that somebody deleted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.database.scope import SystemScope
from config.beginning import initialise
from config.doctor import examine
from config.house import open_house
from config.processes import run_indexer
from config.settings import Secret, Settings
from config.steps import make_indexer
from search.index.errors import IndexMissing
from search.index.models import IndexRebuild
from search.index.opensearch_index import OpenSearchIndex
from search.index.services import request_rebuild
from search.query.services import ask
from tests import servers
from tests.conftest import Archive
from tests.contract.opensearch import clear, name_of
from tests.transfers import index, whole_way

pytestmark = pytest.mark.network


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The setting `index` for an index of this test's own, of which nothing is left afterwards."""
    yield f"{servers.require('opensearch')}/{name_of(tmp_path)}"
    clear(tmp_path)


def examined(settings: Settings) -> tuple[str, str, str]:
    """Return what the doctor says of the index: state, text, action."""
    found = {result.what: result for result in examine(settings)}["index"]
    return found.state, found.text, found.action


def test_a_new_archive_gets_its_index(address: str, tmp_path: Path) -> None:
    """After `init` the indexer's first work is the index; before it the doctor says what is missing."""
    settings = Settings(data=tmp_path / "DATA", index=address)
    assert initialise(settings)
    state, text, action = examined(settings)
    assert (state, "IDX-0001" in text, "kholuutru index rebuild" in action) == ("bad", True, True)
    house = open_house(settings)
    make_indexer(house).run_all()
    house.close()
    state, text, _ = examined(settings)
    assert (state, "opensearch 2." in text, "green" in text) == ("ok", True, True)


def test_what_was_sealed_is_found_on_the_server(archive: Archive, address: str) -> None:
    """A transfer goes its way and is found; a deleted index is said to be gone, and a rebuild brings all back."""
    settings = replace(archive.settings, index=address)
    house = open_house(settings)
    embedded, archive.house.index = archive.house.index, house.index
    assert isinstance(house.index, OpenSearchIndex)
    house.index.finish_rebuild(house.index.begin_rebuild())
    whole_way(archive)
    scope = archive.person("searcher").scope()
    answer = ask(archive.house.database, house.index, scope, "quyet dinh thu so")
    assert answer.total == 4
    assert {found.dossier.code for found in answer.found} == {"H98.01.2024.01.TH", "H98.01.2024.02.TH"}
    assert answer.facets["type"] == {"Quyết định": 4}
    assert examined(settings)[0] == "ok"
    (generation,) = house.index.server.request("GET", f"/{house.index.name}-*/_alias")
    house.index.server.request("DELETE", f"/{generation}")
    with pytest.raises(IndexMissing, match="IDX-0001"):
        ask(archive.house.database, house.index, scope, "quyet dinh")
    with archive.house.database.write(archive.person("archivist").scope()) as work:
        request_rebuild(work, archive.province.department)
    index(archive)
    assert ask(archive.house.database, house.index, scope, "quyet dinh thu so").total == 4
    archive.house.index = embedded
    house.close()


def test_a_server_that_is_away_is_bad(archive: Archive) -> None:
    """The doctor says that the search server is away, where it should be, and what to check."""
    state, text, action = examined(replace(archive.settings, index="http://127.0.0.1:1/kho"))
    assert (state, "http://127.0.0.1:1" in text, "thiết lập index" in action) == ("bad", True, True)


def test_the_indexer_waits_for_a_server_that_is_away(archive: Archive) -> None:
    """Without its server the indexer neither dies nor loses a change; it waits until it is told to stop."""
    whole_way(archive)
    with archive.house.database.write(archive.person("archivist").scope()) as work:
        request_rebuild(work, archive.province.department)
    stop = threading.Event()
    settings = replace(archive.settings, index="http://127.0.0.1:1/kho")
    process = threading.Thread(target=run_indexer, args=(settings, stop))
    process.start()
    process.join(1.5)
    assert process.is_alive()
    stop.set()
    process.join(20)
    assert not process.is_alive()
    with archive.house.database.read(SystemScope("test")) as work:
        assert work.session.scalars(select(IndexRebuild.done_at)).all() == [None]


def test_the_settings_reach_the_server(archive: Archive) -> None:
    """Address, name, user, password and copies are those of the settings."""
    settings = replace(
        archive.settings,
        index="https://tim.example:9243/kho-tinh",
        index_user="kho",
        index_password=Secret("bí mật"),
        index_replicas=2,
    )
    house = open_house(settings)
    assert isinstance(house.index, OpenSearchIndex)
    assert (house.index.name, house.index.replicas) == ("kho-tinh", 2)
    assert (house.index.server.url, house.index.server.credentials) == ("https://tim.example:9243", ("kho", "bí mật"))
    house.close()
