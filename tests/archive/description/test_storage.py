"""Fonds and places of paper: what may be made, changed, taken away, and by whom."""

from __future__ import annotations

import uuid

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from archive.accounts.errors import Forbidden
from archive.database.errors import NotFound
from archive.description.errors import DescriptionError
from archive.description.fonds import change_fonds, create_fonds
from archive.description.models import Dossier, Fonds
from archive.description.storage import create_place, move_dossier, places, remove_place, rename_place
from config.application import create_application
from tests.archive.dossiers import add_dossier
from tests.conftest import Archive


def place(archive: Archive, kind: str, label: str, inside: uuid.UUID | None = None) -> uuid.UUID:
    """Make a place."""
    face = archive.person("archivist")
    with archive.house.database.write(face.scope()) as work:
        return create_place(work, face.organization_id, kind=kind, label=label, parent_id=inside)


def paths(archive: Archive, who: str = "archivist") -> list[str]:
    """Return the places as lines."""
    with archive.house.database.read(archive.person(who).scope()) as work:
        return [found.path for found in places(work)]


def test_places_are_told_as_a_tree_in_order(archive: Archive) -> None:
    """Each place stands before what lies in it, numbers by their value, and other bodies see nothing of it."""
    store = place(archive, "repository", "Kho 1")
    for label in ("Giá 10", "Giá 9"):
        place(archive, "box", "Hộp 1", place(archive, "shelf", label, store))
    assert paths(archive) == [
        "Kho 1", "Kho 1 / Giá 9", "Kho 1 / Giá 9 / Hộp 1", "Kho 1 / Giá 10", "Kho 1 / Giá 10 / Hộp 1"
    ]  # fmt: skip
    assert paths(archive, "xa.archivist") == []


def test_a_place_lies_where_such_a_place_can_lie(archive: Archive) -> None:
    """A shelf is in no box, no name stands twice in one place, and a foreign place is none."""
    box = place(archive, "box", "Hộp 1")
    with pytest.raises(DescriptionError) as told:
        place(archive, "shelf", "Giá 1", box)
    assert told.value.code == "DSC-0002"
    with pytest.raises(DescriptionError) as told:
        place(archive, "box", "Hộp 1")
    assert told.value.code == "DSC-0003"
    with pytest.raises(NotFound):
        place(archive, "box", "Hộp 2", uuid.uuid4())


def test_only_an_empty_place_is_taken_away(archive: Archive) -> None:
    """While a dossier or another place lies there, a place stays; empty, it goes."""
    store = place(archive, "repository", "Kho 1")
    box = place(archive, "box", "Hộp 1", store)
    scope = archive.person("archivist").scope()
    with archive.house.database.write(scope) as work:
        dossier = add_dossier(work, archive.province, "01.TH")
        work.session.flush()
        move_dossier(work, dossier.id, box)
    for full in (store, box):
        with pytest.raises(DescriptionError) as told, archive.house.database.write(scope) as work:
            remove_place(work, full)
        assert told.value.code == "DSC-0004"
    with archive.house.database.write(scope) as work:
        move_dossier(work, dossier.id, None)
        remove_place(work, box)
        rename_place(work, store, "Kho A")
    assert paths(archive) == ["Kho A"]
    with archive.house.database.read(scope) as work:
        assert work.session.scalars(select(Dossier.location_id).where(Dossier.id == dossier.id)).one() is None


def test_a_fonds_has_a_code_of_its_own(archive: Archive) -> None:
    """A second fonds of one code is refused; the name can change, the code cannot."""
    face = archive.person("archivist")
    with archive.house.database.write(face.scope()) as work:
        fonds = create_fonds(work, face.organization_id, code="P9", name="Phông Cũ")
    with pytest.raises(DescriptionError) as told, archive.house.database.write(face.scope()) as work:
        create_fonds(work, face.organization_id, code="P9", name="Phông Khác")
    assert told.value.code == "DSC-0001"
    with archive.house.database.write(face.scope()) as work:
        change_fonds(work, fonds.id, name="Phông Mới", kind="collection")
    with archive.house.database.read(face.scope()) as work:
        found = work.session.scalars(select(Fonds).where(Fonds.id == fonds.id)).one()
        assert (found.code, found.name, found.kind) == ("P9", "Phông Mới", "collection")
    with pytest.raises(Forbidden), archive.house.database.write(archive.person("searcher").scope()) as work:
        change_fonds(work, fonds.id, name="x", kind="fonds")


@pytest.fixture
def client(archive: Archive) -> FlaskClient:
    """An archivist's browser."""
    app = create_application(archive.house)
    app.config["WTF_CSRF_ENABLED"] = False
    made = app.test_client()
    face = archive.person("archivist")
    with made.session_transaction() as session:
        session["_user_id"] = f"{face.id}/{face.session_mark}"
    return made


def test_pages_make_and_change_them(archive: Archive, client: FlaskClient) -> None:
    """By the pages an archivist makes a fonds and a tree of places; what is wrong is said beside its field."""
    typed = {"name": "Phông Trang", "code": "P7", "kind": "fonds"}
    assert client.post("/phong/moi", data=typed).status_code == 302
    answer = client.post("/phong/moi", data=typed)
    assert answer.status_code == 400
    assert "DSC-0001" in answer.text
    assert 'value="Phông Trang"' in answer.text
    assert "Phông Trang" in client.get("/phong").text
    assert client.post("/noi-de", data={"label": "Kho 1", "kind": "repository", "parent": ""}).status_code == 302
    assert client.post("/noi-de", data={"label": "Kho 1", "kind": "repository", "parent": ""}).status_code == 400
    with archive.house.database.read(archive.person("archivist").scope()) as work:
        store = places(work)[0].id
    assert client.post(f"/noi-de/{store}/ten", data={"label": "Kho 2"}).status_code == 302
    assert "Kho 2" in client.get("/noi-de").text
    assert client.post(f"/noi-de/{store}/bo").status_code == 302
    assert paths(archive) == []
