from __future__ import annotations

import hashlib
from collections import Counter

import pytest

from archive.messages.catalogue import catalogue
from archive.messages.rules import Finding, Level
from ingest.checks.context import CheckContext, TransferFile
from ingest.checks.run import run_checks
from ingest.readers.spreadsheet import read_spreadsheet
from preservation.formats.fido_identifier import FidoIdentifier
from preservation.formats.pages import count_pdf_pages
from tests.ingest.checks.transfers import TODAY
from tests.ingest.readers.lists import SAMPLE

_LIST = "danh-muc-ho-so.xlsx"


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    """Return what the checks say of the sample transfer, as it would be received without a scanner."""
    identifier = FidoIdentifier()
    files = []
    for path in sorted(path for path in SAMPLE.rglob("*") if path.is_file()):
        content, formats = path.read_bytes(), identifier.identify(path)
        pages = count_pdf_pages(str(path)) if formats[0].mime == "application/pdf" else None
        digest = hashlib.sha256(content).hexdigest()
        files.append(TransferFile(path.relative_to(SAMPLE).as_posix(), len(content), digest, formats, pages))
    read = read_spreadsheet(SAMPLE / _LIST)
    return run_checks(
        CheckContext(read.submission, tuple(files), TODAY, list_path=_LIST, reader_findings=read.findings)
    )


def test_the_sample_has_no_error(findings: list[Finding]) -> None:
    """A good transfer of real documents is accepted: warnings, notes and unknowns, no error."""
    levels = {catalogue().get(finding.code).level for finding in findings}
    assert levels == {Level.WARNING, Level.INFO, Level.UNKNOWN}


def test_what_the_sample_lacks_is_said(findings: list[Finding]) -> None:
    """Missing page counts, a page count that cannot be compared, older dossiers' gaps, and that nothing was scanned."""
    assert Counter(finding.code for finding in findings) == {
        "CHK-0208": 7,
        "CHK-0403": 2,
        "CHK-0404": 1,
        "CHK-0801": 1,
        "RDR-0109": 5,
    }
    assert [finding.where.row for finding in findings if finding.code == "CHK-0403"] == [9, 10]
