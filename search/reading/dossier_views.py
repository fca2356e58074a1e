"""The page of one dossier: what it is, its documents, how it is kept, who may see it, what was done with it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from archive.accounts.roles import NAMES, roles_reaching
from archive.accounts.words import SENSITIVITIES
from archive.audit.events import AuditRecord
from archive.clock import vietnam_date
from archive.database.connection import Database
from archive.database.errors import NotFound
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import ContentFile, Document, Dossier, Fonds
from archive.description.states import DOSSIER_CLASSES, DOSSIER_STATES
from archive.description.storage import move_dossier, places
from archive.organizations.services import names_on
from archive.web.addresses import known_uuid
from archive.web.parts import part
from archive.web.session import may, permission_required, scope
from preservation.packages.models import PackageVersion
from search.reading.description import citation, described
from search.reading.history import MOST, history
from search.reading.panels import DossierPanels, Drawn
from search.reading.words import LOOKS


@dataclass(frozen=True, slots=True)
class _Listed:
    """A document with its files."""

    document: Document
    files: Sequence[ContentFile]


def _dossier(work: UnitOfWork, dossier_id: uuid.UUID) -> Dossier:
    dossier = work.session.scalar(select(Dossier).where(Dossier.id == dossier_id))
    if dossier is None:
        raise NotFound
    return dossier


def _documents(work: UnitOfWork, dossier_id: uuid.UUID) -> list[_Listed]:
    """Return the documents in their order; files that the reader may not see are not among theirs."""
    rows = work.session.execute(
        select(Document, ContentFile)
        .outerjoin(ContentFile, ContentFile.document_id == Document.id)
        .where(Document.dossier_id == dossier_id)
        .order_by(Document.ordinal, ContentFile.original_path)
    ).all()
    files: dict[Document, list[ContentFile]] = {}
    for document, file in rows:
        files.setdefault(document, []).extend([file] if file is not None else [])
    return [_Listed(document, tuple(held)) for document, held in files.items()]


def _record_opening(dossier: Dossier) -> None:
    with part(Database).write(scope()) as work:
        work.record(
            AuditRecord(
                "dossier.opened",
                dossier.organization_id,
                "dossier",
                dossier.id,
                payload={"code": dossier.code},
                dossier_id=dossier.id,
            )
        )


@permission_required("dossier.view")
def show(dossier_id: uuid.UUID) -> str:
    """Show one dossier."""
    with part(Database).read(scope()) as work:
        dossier = _dossier(work, dossier_id)
        documents = _documents(work, dossier_id)
        packages = work.session.scalars(
            select(PackageVersion)
            .where(PackageVersion.dossier_id == dossier_id)
            .order_by(PackageVersion.version.desc())
        ).all()
        paths = {file.id: file.original_path for listed in documents for file in listed.files}
        # What was done with the content is content's own: not for those who may not read it.
        events = history(work, dossier, paths) if may("document.open") else None
        panels = [
            Drawn(panel.anchor, panel.title, html)
            for panel in part(DossierPanels).panels
            if may(panel.permission) and (html := panel.draw(work, dossier))
        ]
        fonds = work.session.scalar(select(Fonds).where(Fonds.id == dossier.fonds_id))
        paper = places(work)
        names = names_on(work.session, vietnam_date(work.now))
    _record_opening(dossier)
    return render_template(
        "dossiers/show.html",
        dossier=dossier,
        documents=documents,
        first=next((file for listed in documents for file in listed.files), None),
        packages=packages,
        events=events,
        most=MOST,
        panels=panels,
        fonds=fonds,
        paper=paper,
        fields=described(dossier),
        citation=citation(),
        sensitivity=SENSITIVITIES[min(dossier.sensitivity, len(SENSITIVITIES) - 1)],
        unit_roles=[NAMES[role] for role in roles_reaching(dossier.sensitivity, own_unit=True)],
        body_roles=[NAMES[role] for role in roles_reaching(dossier.sensitivity, own_unit=False)],
        names=names,
        states=DOSSIER_STATES,
        classes=DOSSIER_CLASSES,
        looks=LOOKS,
    )


@permission_required("dossier.view")
def contents(dossier_id: uuid.UUID) -> str:
    """Show the list of a dossier's documents as a paper to print (NĐ 30/2020/NĐ-CP, Phụ lục V)."""
    with part(Database).read(scope()) as work:
        dossier = _dossier(work, dossier_id)
        documents = _documents(work, dossier_id)
        fonds = work.session.scalar(select(Fonds).where(Fonds.id == dossier.fonds_id))
        names = names_on(work.session, vietnam_date(work.now))
    _record_opening(dossier)
    return render_template("dossiers/contents.html", dossier=dossier, documents=documents, fonds=fonds, names=names)


@permission_required("storage.manage")
def place(dossier_id: uuid.UUID) -> Response:
    """Note where the paper lies."""
    with part(Database).write(scope()) as work:
        move_dossier(work, dossier_id, known_uuid(request.form.get("place", "")))
    flash(_("Đã ghi nơi để bản giấy."), "ok")
    return redirect(url_for("dossiers.show", dossier_id=dossier_id))
