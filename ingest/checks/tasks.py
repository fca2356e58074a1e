"""The step that checks a transfer: facts about each file behind the fence, then the checks over all."""

from __future__ import annotations

import functools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sqlalchemy import select

from archive.audit.events import AuditRecord
from archive.database.scope import worker_scope
from archive.fence.pool import Outcome
from archive.jobs.claims import Claim
from archive.jobs.steps import Step
from archive.messages.catalogue import level_of
from ingest.checks.looking import look_at
from ingest.checks.run import run_checks
from ingest.checks.service import context_of
from ingest.readers.unpacking import scratch_folder
from ingest.transfers import services
from ingest.transfers.content import batches, write_findings
from ingest.transfers.files import staging_key
from ingest.transfers.house import IntakeHouse
from ingest.transfers.models import Transfer, TransferFile, TransferStep
from preservation.malware.ports import NoScanner, ScanOutcome

# Facts are kept with the file and found out again only when what finds them out has changed.
FACTS_VERSION = 1
_SAVE_EVERY = 25


def check_transfer(house: IntakeHouse, claim: Claim) -> None:
    """Check one transfer; what is known of a file already is not found out again, by whatever attempt."""
    scope = worker_scope(claim.organization_id)
    with house.database.read(scope) as work:
        transfer = services.get(work, claim.row_id)
        files = services.current_files(work, transfer)
    claim.total = len(files)
    unknown = [file for file in files if not _known(house, file)]
    done = claim.total - len(unknown)
    with (
        scratch_folder(house.scratch, f"check-{claim.row_id}-{claim.attempt}") as folder,
        ThreadPoolExecutor(house.fence.workers) as threads,
    ):
        for batch in batches(unknown, _SAVE_EVERY):
            found = threads.map(functools.partial(_facts, house, folder), batch)
            fresh: dict[Any, dict[str, Any]] = {}
            for file, facts in zip(batch, found, strict=True):
                fresh[file.id] = facts
                done += 1
                claim.progress(done, claim.total, file.path)
            _save(house, claim, fresh)
    claim.progress(claim.total, claim.total)
    with house.database.read(scope) as work:
        context = context_of(work, services.get(work, claim.row_id))
    findings = run_checks(context)
    write_findings(house.database, scope, transfer, "check", claim.attempt, findings)
    levels = [level_of(finding) for finding in findings]
    with house.database.write(scope) as work:
        row = claim.hold(work)
        row.check_attempt = claim.attempt
        row.rules_number = context.settings.rules.number
        work.record(
            AuditRecord(
                "transfer.checked",
                row.organization_id,
                "transfer",
                row.id,
                payload={"findings": len(findings), "errors": levels.count("error")},  # type: ignore[arg-type] # a StrEnum
            )
        )
        last = work.session.scalar(
            select(TransferStep.act)
            .where(
                TransferStep.transfer_id == row.id,
                TransferStep.version == row.version,
                TransferStep.act.in_(("submit", "map", "approve")),
            )
            .order_by(TransferStep.at.desc())
            .limit(1)
        )
        # Checked again after a correction, what its leader approved does not go back to him; read anew, it does.
        approver = house.approver(row.source)
        asks = approver != "nobody" and last != "approve"
        row.approver = approver if asks else row.approver
        row.changed_at = work.now
        claim.finish(work, row, "awaiting_approval" if asks else "awaiting_review")


def _known(house: IntakeHouse, file: TransferFile) -> bool:
    """Return whether nothing new can be found out; a scanner that has been set up since is something new."""
    scanner_came = file.facts.get("scan") == "no_scanner" and not isinstance(house.scanner, NoScanner)
    return file.facts.get("version") == FACTS_VERSION and not scanner_came


def _facts(house: IntakeHouse, folder: Path, file: TransferFile) -> dict[str, Any]:
    local = folder / str(file.ordinal)
    house.staging.fetch(staging_key(file), local)
    try:
        looked = house.fence.run(look_at, str(local))
    finally:
        local.unlink(missing_ok=True)
    scan: ScanOutcome = house.scanner.scan(house.staging.read(staging_key(file)), file.length)
    value = looked.value if looked.outcome is Outcome.DONE and looked.value is not None else {}
    formats = value.get("formats")
    first = formats[0] if formats and len(formats) == 1 else {}
    recognised = first.get("basis") in {"signature", "container"}
    # A process that ended or a scanner that failed tells nothing about the file: the next check looks at it again.
    settled = looked.outcome is not Outcome.CRASHED and scan.reason not in {"failed", "too_large"}
    return {
        "version": FACTS_VERSION if settled else 0,
        "checked_at": house.database.clock.now().isoformat(),
        "formats": formats,
        "puid": first.get("puid", "") if recognised else "",
        "format": f"{first.get('name', '')} {first.get('version', '')}".strip() if recognised else "",
        "basis": first.get("basis", "none"),
        "identifier": " ".join(str(first.get(name, "")) for name in ("engine", "engine_version", "registry_version")),
        "problem": "" if looked.outcome is Outcome.DONE else f"{looked.outcome} {looked.detail}".strip(),
        "pages": value.get("pages"),
        "pages_problem": value.get("pages_problem", ""),
        "scan": scan.reason or scan.state,
        "malware": scan.state,
        "malware_detail": scan.signature,
        "scanner": scan.engine,
    }


def _save(house: IntakeHouse, claim: Claim, fresh: dict[Any, dict[str, Any]]) -> None:
    with house.database.write(worker_scope(claim.organization_id)) as work:
        claim.hold(work)
        for row in work.session.scalars(select(TransferFile).where(TransferFile.id.in_(fresh))):
            row.facts = fresh[row.id]


CHECK = Step("transfer.check", Transfer, "checking", check_transfer, services.stop)
