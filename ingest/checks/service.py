"""Judging a transfer from what is known of its files: for the step, and again after a correction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from archive.clock import vietnam_date
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import ContentFile, Document, Dossier, FilePlan, FilePlanEntry, Fonds
from archive.messages.catalogue import level_of
from archive.messages.rules import Finding
from archive.organizations.services import term_on
from archive.text.folding import fold
from ingest.checks.context import CheckContext, CheckSettings, Held, PlanLine, ScanOutcome, ScanState, TransferFile
from ingest.checks.run import run_checks
from ingest.rulebook.services import rules_on
from ingest.transfers import models
from ingest.transfers.content import batches, submission_of
from ingest.transfers.services import current_files
from preservation.formats.ports import Identification


def context_of(work: UnitOfWork, transfer: models.Transfer) -> CheckContext:
    """Return what the checks look at, from the transfer's current rows."""
    return CheckContext(
        submission=submission_of(work, transfer),
        files=tuple(_file(row) for row in current_files(work, transfer)),
        today=vietnam_date(work.now),
        settings=settings_of(work, transfer),
        list_path=str(transfer.mapping.get("list", "")),
        plans=_plans(work),
        holdings=_holdings(work, transfer),
    )


def _holdings(work: UnitOfWork, transfer: models.Transfer) -> dict[str, tuple[Held, ...]]:
    """Return where content of the transfer's files lies in the same fonds already, by digest."""
    found: dict[str, tuple[Held, ...]] = {}
    digests = sorted({row.sha256 for row in current_files(work, transfer) if row.sha256 and row.length})
    for batch in batches(digests):
        rows = work.session.execute(
            select(ContentFile.sha256, Dossier.id, Dossier.code)
            .join(Document, Document.id == ContentFile.document_id)
            .join(Dossier, Dossier.id == Document.dossier_id)
            .where(ContentFile.sha256.in_(batch), Dossier.fonds_id == transfer.fonds_id)
        )
        for digest, dossier_id, code in rows:
            found[digest] = (*found.get(digest, ()), Held(dossier_id, code))
    return found


def _plans(work: UnitOfWork) -> dict[int, dict[str, PlanLine]]:
    """Return the lines of the body's approved file plans by year and folded notation."""
    found: dict[int, dict[str, PlanLine]] = {}
    for year in work.session.scalars(select(FilePlan.year).where(FilePlan.approved_on.is_not(None))):
        found[year] = {}
    rows = work.session.execute(
        select(FilePlan.year, FilePlanEntry.notation, FilePlanEntry.title, FilePlanEntry.period)
        .join(FilePlanEntry, FilePlanEntry.plan_id == FilePlan.id)
        .where(FilePlan.approved_on.is_not(None))
    )
    for year, notation, title, period in rows:
        found[year][fold(notation)] = PlanLine(title, period)
    return found


def settings_of(work: UnitOfWork, transfer: models.Transfer) -> CheckSettings:
    """Return what the transfer's organization has set."""
    fonds = work.session.scalar(select(Fonds).where(Fonds.id == transfer.fonds_id))
    term = term_on(work.session, transfer.organization_id, vietnam_date(work.now))
    rules = rules_on(work, transfer.organization_id, vietnam_date(work.now))
    return CheckSettings(agency_code=term.code, fonds_code=fonds.code if fonds else "", rules=rules)


def _file(row: models.TransferFile) -> TransferFile:
    facts: dict[str, Any] = row.facts
    formats = facts.get("formats")
    return TransferFile(
        path=row.path,
        size=row.length,
        sha256=row.sha256,
        formats=tuple(Identification.from_plain(f) for f in formats) if formats is not None else None,
        pages=facts.get("pages"),
        scan=ScanOutcome(ScanState(facts.get("scan", "no_scanner")), facts.get("malware_detail", "")),
        readings=tuple(row.other_readings),
    )


def recheck(work: UnitOfWork, transfer: models.Transfer) -> list[Finding]:
    """Judge anew inside the present transaction, after one value was corrected; return the findings."""
    context = context_of(work, transfer)
    findings = run_checks(context)
    transfer.rules_number = context.settings.rules.number
    transfer.attempt += 1
    transfer.check_attempt = transfer.attempt
    work.session.add_all(
        models.TransferFinding(
            id=work.ids.new(),
            organization_id=transfer.organization_id,
            transfer_id=transfer.id,
            stage="check",
            attempt=transfer.attempt,
            position=position,
            code=finding.code,
            level=level_of(finding),
            body=finding.to_plain(),
        )
        for position, finding in enumerate(findings, start=1)
    )
    return findings
