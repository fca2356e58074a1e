"""Places of paper: repositories, shelves, boxes; a tree that is told as one line, ``Kho 1 / Giá 3 / Hộp 12``."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from archive.accounts.permissions import require
from archive.audit.events import AuditRecord
from archive.database.errors import NotFound
from archive.database.unit_of_work import UnitOfWork
from archive.description.errors import DescriptionError
from archive.description.models import Dossier, StorageLocation
from archive.text.folding import sort_key

STORAGE_KINDS: dict[str, tuple[str, str]] = {
    "repository": ("Kho", "Repository"),
    "shelf": ("Giá, kệ", "Shelf"),
    "box": ("Hộp, cặp", "Box"),
}
_DEPTH = tuple(STORAGE_KINDS)


@dataclass(frozen=True, slots=True)
class Place:
    """A place as a line of the tree: `depth` from 0, `path` with the places it lies in."""

    id: uuid.UUID
    kind: str
    label: str
    path: str
    depth: int


def places(work: UnitOfWork) -> list[Place]:
    """Return the tree of the places in scope, each before what lies in it, in Vietnamese order."""
    rows = work.session.scalars(select(StorageLocation)).all()
    inside: dict[uuid.UUID | None, list[StorageLocation]] = {}
    for row in rows:
        inside.setdefault(row.parent_id, []).append(row)

    def walk(parent: uuid.UUID | None, path: str, depth: int) -> Iterator[Place]:
        for row in sorted(inside.get(parent, ()), key=lambda place: sort_key(place.label)):
            here = f"{path} / {row.label}" if path else row.label
            yield Place(row.id, row.kind, row.label, here, depth)
            yield from walk(row.id, here, depth + 1)

    return list(walk(None, "", 0))


def dossiers_by_place(work: UnitOfWork) -> dict[uuid.UUID, int]:
    """Return how many dossiers in scope lie at each place where there are any."""
    counted = select(Dossier.location_id, func.count()).where(Dossier.location_id.is_not(None))
    found = work.session.execute(counted.group_by(Dossier.location_id))
    return {place: count for place, count in found if place is not None}


def create_place(
    work: UnitOfWork, organization_id: uuid.UUID, *, kind: str, label: str, parent_id: uuid.UUID | None = None
) -> uuid.UUID:
    """Make a place, in another one or by itself, and return its id.

    Raises:
        DescriptionError: DSC-0002 such a place does not lie in that one; DSC-0003 the name is taken there.
        NotFound: the other one is not in scope.
        Forbidden: the actor may not manage places.
    """
    require(work.scope, "storage.manage")
    parent = _place(work, parent_id) if parent_id else None
    if parent is not None and _DEPTH.index(kind) <= _DEPTH.index(parent.kind):
        raise DescriptionError("DSC-0002", inner=STORAGE_KINDS[kind][0], outer=STORAGE_KINDS[parent.kind][0])
    _refuse_twin(work, organization_id, parent_id, label)
    made = StorageLocation(
        id=work.ids.new(), organization_id=organization_id, parent_id=parent_id, kind=kind, label=label
    )
    work.add(made)
    payload = {"kind": kind, "label": label}
    work.record(AuditRecord("storage.created", organization_id, "storage_location", made.id, payload=payload))
    return made.id


def rename_place(work: UnitOfWork, place_id: uuid.UUID, label: str) -> None:
    """Call a place otherwise; raises as `create_place`."""
    require(work.scope, "storage.manage")
    place = _place(work, place_id)
    if place.label == label:
        return
    _refuse_twin(work, place.organization_id, place.parent_id, label)
    payload = {"label": [place.label, label]}
    place.label = label
    work.record(AuditRecord("storage.changed", place.organization_id, "storage_location", place.id, payload=payload))


def remove_place(work: UnitOfWork, place_id: uuid.UUID) -> None:
    """Take an empty place away.

    Raises:
        DescriptionError: DSC-0004 something lies there still.
        NotFound: no such place in scope.
        Forbidden: the actor may not manage places.
    """
    require(work.scope, "storage.manage")
    place = _place(work, place_id)
    counts = [
        work.session.scalar(select(func.count()).select_from(table).where(column == place_id)) or 0
        for table, column in ((StorageLocation, StorageLocation.parent_id), (Dossier, Dossier.location_id))
    ]
    if any(counts):
        raise DescriptionError("DSC-0004", label=place.label, places=counts[0], dossiers=counts[1])
    payload = {"label": place.label}
    work.session.delete(place)
    work.record(AuditRecord("storage.removed", place.organization_id, "storage_location", place.id, payload=payload))


def move_dossier(work: UnitOfWork, dossier_id: uuid.UUID, place_id: uuid.UUID | None) -> None:
    """Say where the paper of a dossier lies; None = nowhere.

    Raises:
        NotFound: no such dossier or place in scope.
        Forbidden: the actor may not manage places.
    """
    require(work.scope, "storage.manage")
    dossier = work.session.scalar(select(Dossier).where(Dossier.id == dossier_id))
    if dossier is None:
        raise NotFound
    move_dossiers(work, [dossier], place_id)


def move_dossiers(work: UnitOfWork, dossiers: Iterable[Dossier], place_id: uuid.UUID | None) -> int:
    """Say where the paper of some dossiers lies, an event for each; return how many did not lie there before.

    As many as one transaction may hold; raises as `move_dossier`.
    """
    require(work.scope, "storage.manage")
    if place_id is not None:
        _place(work, place_id)
    known = {place.id: place.path for place in places(work)}
    moved = [dossier for dossier in dossiers if dossier.location_id != place_id]
    for dossier in moved:
        old, new = (known.get(place, "") if place else "" for place in (dossier.location_id, place_id))
        dossier.location_id = place_id
        work.record(
            AuditRecord(
                "dossier.placed",
                dossier.organization_id,
                "dossier",
                dossier.id,
                payload={"place": [old, new]},
                dossier_id=dossier.id,
            )
        )
    return len(moved)


def _place(work: UnitOfWork, place_id: uuid.UUID) -> StorageLocation:
    place = work.session.scalar(select(StorageLocation).where(StorageLocation.id == place_id))
    if place is None:
        raise NotFound
    return place


def _refuse_twin(work: UnitOfWork, organization_id: uuid.UUID, parent_id: uuid.UUID | None, label: str) -> None:
    beside = select(StorageLocation.label).where(
        StorageLocation.organization_id == organization_id, StorageLocation.parent_id == parent_id
    )
    if label in set(work.session.scalars(beside)):
        raise DescriptionError("DSC-0003", label=label)
