"""What is taken along from a transfer: the check report, and the papers of the hand-over."""

from __future__ import annotations

import hashlib
import io
import json
import uuid
from collections.abc import Callable

from flask import Blueprint, send_file
from werkzeug.exceptions import NotFound as PageNotFound
from werkzeug.wrappers import Response

from archive.audit.events import AuditRecord
from archive.clock import vietnam_date
from archive.database.connection import Database
from archive.database.unit_of_work import UnitOfWork
from archive.fence.pool import Fence, Outcome
from archive.messages.rules import Finding
from archive.organizations.services import names_on, term_on
from archive.papers.docx_paper import docx_paper
from archive.papers.errors import PaperError
from archive.papers.paper import Paper
from archive.papers.pdf_paper import can_draw, pdf_paper
from archive.staging.errors import StagingError
from archive.staging.ports import Staging
from archive.web.parts import part
from archive.web.session import may, permission_required, scope
from ingest.handover.papers import NAMES, Parties, paper_of
from ingest.handover.services import minutes
from ingest.transfers import services
from ingest.transfers.content import current_findings
from ingest.transfers.files import staging_key
from ingest.transfers.models import Transfer, TransferFile
from ingest.transfers.report_files import Subject, findings_book, mark_list, report_json, report_paper

blueprint = Blueprint("papers", __name__)
_DRAWING_SECONDS = 120.0
_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


@blueprint.get("/giao-nop/<uuid:transfer_id>/ban-giao/<name>.<kind>")
@permission_required("transfer.view")
def handover_paper(transfer_id: uuid.UUID, name: str, kind: str) -> Response:
    """Give one of the papers of the hand-over, as ``docx`` or ``pdf``."""
    if name not in NAMES or kind not in {"docx", "pdf"}:
        raise PageNotFound
    with part(Database).read(scope()) as work:
        transfer = services.get(work, transfer_id)
        superior, body, unit = _names(work, transfer)
        paper = paper_of(name, minutes(work, transfer), Parties(superior, body, unit, transfer.number))
    return _given(transfer, name, kind, _written(paper, kind))


@blueprint.get("/giao-nop/<uuid:transfer_id>/bao-cao.<kind>")
@permission_required("transfer.view")
def check_report(transfer_id: uuid.UUID, kind: str) -> Response:
    """Give the check report: ``pdf``, ``xlsx`` with the sender's rows marked, or ``json``."""
    with part(Database).read(scope()) as work:
        transfer = services.get(work, transfer_id)
        findings = current_findings(work, transfer)
        list_file = next(
            (file for file in services.current_files(work, transfer) if file.path == transfer.mapping.get("list")), None
        )
        subject = Subject(
            *(*_names(work, transfer), transfer.number, transfer.title, transfer.version, transfer.state),
            *(work.now, transfer.rules_number),
        )
    ways: dict[str, Callable[[], bytes]] = {
        "json": lambda: json.dumps(report_json(subject, findings), ensure_ascii=False, indent=1).encode(),
        "pdf": lambda: _written(
            report_paper(subject, findings, vietnam_date(subject.at), judges=may("transfer.review")), "pdf"
        ),
        "xlsx": lambda: _marked(transfer, list_file, findings),
    }
    if kind not in ways:
        raise PageNotFound
    return _given(transfer, "bao-cao", kind, ways[kind]())


def _marked(transfer: Transfer, list_file: TransferFile | None, findings: list[Finding]) -> bytes:
    """Return the sender's list with marks; the findings alone once the list is staged no more, or too large to mark."""
    if list_file is None:
        return findings_book(findings)
    with part(Fence).folder() as folder:
        source, target = folder / "list.xlsx", folder / "marked.xlsx"
        try:
            part(Staging).fetch(staging_key(list_file), source)  # type: ignore[type-abstract] # a port
        except StagingError:
            return findings_book(findings)
        sheet, row = str(transfer.mapping.get("sheet", "")), int(transfer.mapping.get("heading_row", 1))
        plain = [finding.to_plain() for finding in findings]
        made = part(Fence).run(mark_list, str(source), sheet, row, plain, str(target), wall_seconds=_DRAWING_SECONDS)
        return target.read_bytes() if made.outcome is Outcome.DONE else findings_book(findings)


def _names(work: UnitOfWork, transfer: Transfer) -> tuple[str, str, str]:
    """Return the names of the body above, the body and the unit."""
    day = vietnam_date(work.now)
    names = names_on(work.session, day)
    above = term_on(work.session, transfer.organization_id, day).parent_id
    superior = names.get(above, "") if above else ""
    return superior, names.get(transfer.organization_id, ""), names.get(transfer.unit_id, "")


def _written(paper: Paper, kind: str) -> bytes:
    if kind == "docx":
        return docx_paper(paper)
    if not can_draw():
        raise PaperError("PAP-0001")
    drawn = part(Fence).run(pdf_paper, paper, wall_seconds=_DRAWING_SECONDS)
    if drawn.outcome is not Outcome.DONE or drawn.value is None:
        raise PaperError("PAP-0002", detail=drawn.detail or str(drawn.outcome))
    return drawn.value


def _given(transfer: Transfer, name: str, kind: str, content: bytes) -> Response:
    with part(Database).write(scope()) as work:
        taken = {"name": name, "format": kind, "sha256": hashlib.sha256(content).hexdigest()}
        record = AuditRecord("transfer.paper_taken", transfer.organization_id, "transfer", transfer.id, payload=taken)
        work.record(record)
    return send_file(
        io.BytesIO(content),
        mimetype=_TYPES[kind],
        as_attachment=True,
        download_name=f"{name}-{transfer.number.replace('/', '-')}.{kind}",
    )
