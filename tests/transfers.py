"""Small transfers for tests: a list, a few files, and the acts that bring them through the house."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl

from config.steps import make_indexer, make_worker
from ingest.handover.services import confirm
from ingest.readers.fields import list_fields
from ingest.review import services as review
from ingest.transfers import files, services

if TYPE_CHECKING:
    from tests.conftest import Archive

SAMPLES = Path(__file__).parent / "samples"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \n0000000105 00000 n \n"
    b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n171\n%%EOF\n"
)


def headings() -> list[tuple[str, str]]:
    """Return target and heading of the usual list's 46 columns."""
    return [(target, names[0]) for field in list_fields() for target, names in field.headings]


def list_file(rows: Iterable[Mapping[str, str | int]]) -> bytes:
    """Return an `.xlsx` list with these rows, values by target (``dossier.title``, ``document.path`` …)."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([heading for _, heading in headings()])
    for row in rows:
        sheet.append([row.get(target) for target, _ in headings()])
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def row(notation: str, path: str, number: int = 1, **values: str | int) -> dict[str, str | int]:
    """Return a row that no check objects to; `values` replace fields, ``__`` standing for the dot."""
    made: dict[str, str | int] = {
        "dossier.fonds": "F1",
        "dossier.notation": notation,
        "dossier.title": f"Hồ sơ thử {notation}",
        "dossier.retention": "10 năm",
        "dossier.access": "Công khai",
        "dossier.language": "Tiếng Việt",
        "dossier.start_date.day": 5,
        "dossier.start_date.month": 1,
        "dossier.start_date.year": 2024,
        "dossier.end_date.day": 20,
        "dossier.end_date.month": 12,
        "dossier.end_date.year": 2024,
        "dossier.keywords": "thử",
        "document.ordinal": number,
        "document.type_name": "Quyết định",
        "document.number": str(number),
        "document.notation": "QĐ-ST",
        "document.issued_date.day": 10,
        "document.issued_date.month": 2,
        "document.issued_date.year": 2024,
        "document.organ_name": "Sở Thử",
        "document.subject": f"Về việc thử số {number}",
        "document.language": "Tiếng Việt",
        "document.page_total": 1,
        "document.path": path,
    }
    return made | {name.replace("__", "."): value for name, value in values.items()}


def pdf(mark: str) -> bytes:
    """Return a one-page PDF that differs by its mark."""
    return PDF + f"% {mark}\n".encode()


def small(dossiers: int = 2, documents: int = 2) -> dict[str, bytes]:
    """Return the files of a transfer without errors, by path."""
    rows, content = [], {}
    for d in range(1, dossiers + 1):
        for n in range(1, documents + 1):
            path = f"HS{d:02d}/vb-{n:02d}.pdf"
            rows.append(row(f"{d:02d}.TH", path, n))
            content[path] = pdf(f"{d}-{n}")
    return {"danh-muc.xlsx": list_file(rows), **content}


def open_transfer(archive: Archive, who: str = "submitter", title: str = "Đợt thử", **choices: str) -> uuid.UUID:
    """Open a transfer of the person's own body."""
    face = archive.person(who)
    fonds = archive.province.fonds if not who.startswith("xa.") else archive.province.commune_fonds
    with archive.house.database.write(face.scope()) as work:
        unit = face.unit_id or face.organization_id
        return services.create(work, title=title, fonds_id=fonds, unit_id=unit, **choices).id


def upload(archive: Archive, transfer_id: uuid.UUID, content: Mapping[str, bytes], who: str = "submitter") -> None:
    """Send files."""
    house, scope = archive.house, archive.person(who).scope()
    for path, body in content.items():
        with house.database.write(scope) as work:
            file = files.announce(work, transfer_id, path, len(body))
            ordinal, received = file.ordinal, file.received_at
        if received is None:
            files.receive(house.database, scope, house.staging, transfer_id, ordinal, iter([body]))


def submit(archive: Archive, transfer_id: uuid.UUID, who: str = "submitter") -> None:
    """Declare and hand in."""
    with archive.house.database.write(archive.person(who).scope()) as work:
        services.submit(work, transfer_id, complete=True, nothing_secret=True)


def work_off(archive: Archive) -> None:
    """Do all background work that waits."""
    make_worker(archive.house).run_all()


def index(archive: Archive) -> None:
    """Bring the outbox into the index."""
    make_indexer(archive.house).run_all()


def answer(archive: Archive, transfer_id: uuid.UUID, *, prefix: str = "") -> None:
    """Approve, accept and hand over, each by the person whose part it is."""
    database = archive.house.database
    with database.write(archive.person(f"{prefix}approver").scope()) as work:
        review.approve(work, transfer_id)
    with database.write(archive.person(f"{prefix}archivist").scope()) as work:
        review.accept(work, transfer_id, unchecked_seen=True)
    with database.write(archive.person(f"{prefix}submitter").scope()) as work:
        confirm(work, transfer_id, "give")
    with database.write(archive.person(f"{prefix}archivist").scope()) as work:
        confirm(work, transfer_id, "receive")


def whole_way(archive: Archive, content: Mapping[str, bytes] | None = None, *, prefix: str = "") -> uuid.UUID:
    """Bring a transfer from its first byte to sealed and findable; returns its id."""
    transfer_id = open_transfer(archive, f"{prefix}submitter")
    upload(archive, transfer_id, content or small(), f"{prefix}submitter")
    submit(archive, transfer_id, f"{prefix}submitter")
    work_off(archive)
    answer(archive, transfer_id, prefix=prefix)
    work_off(archive)
    index(archive)
    return transfer_id


def state_of(archive: Archive, transfer_id: uuid.UUID, who: str = "submitter") -> str:
    """Return the transfer's state."""
    with archive.house.database.read(archive.person(who).scope()) as work:
        return services.get(work, transfer_id).state
