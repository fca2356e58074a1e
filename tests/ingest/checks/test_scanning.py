"""What the scanner said of each file reaches the findings, and what it could not say is asked again."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select

from archive.messages.rules import Finding
from config.addresses import scanner_address
from config.house import open_house
from ingest.transfers import services
from ingest.transfers.content import current_findings
from ingest.transfers.models import Transfer, TransferFile
from ingest.transfers.services import move
from preservation.malware.clamd import ClamdScanner
from preservation.malware.ports import NoScanner
from tests import servers
from tests.conftest import Archive
from tests.transfers import open_transfer, small, submit, upload, work_off

pytestmark = pytest.mark.network

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD" + b"-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass
class Found:
    """What is known of a checked transfer: its scan findings, and the facts of one file of it."""

    findings: list[Finding]
    facts: dict[str, object]


def checked(archive: Archive, content: dict[str, bytes]) -> uuid.UUID:
    """Bring a transfer through the checks."""
    transfer_id = open_transfer(archive)
    upload(archive, transfer_id, content)
    submit(archive, transfer_id)
    work_off(archive)
    return transfer_id


def check_again(archive: Archive, transfer_id: uuid.UUID) -> None:
    """Let the checks run once more over what is there."""
    with archive.house.database.write(archive.person("archivist").scope()) as work:
        transfer = work.session.scalars(select(Transfer).where(Transfer.id == transfer_id)).one()
        move(work, transfer, "checking")
    work_off(archive)


def look(archive: Archive, transfer_id: uuid.UUID, path: str) -> Found:
    """Return what is known after the checks."""
    with archive.house.database.read(archive.person("archivist").scope()) as work:
        findings = [f for f in current_findings(work, services.get(work, transfer_id)) if f.code.startswith("CHK-08")]
        file = work.session.scalars(
            select(TransferFile).where(TransferFile.transfer_id == transfer_id, TransferFile.path == path)
        ).one()
        return Found(findings, dict(file.facts))


def test_malware_is_a_finding(archive: Archive) -> None:
    """An infected file is an error with the name of what it holds; clean files are none."""
    archive.house.scanner = ClamdScanner(scanner_address(servers.require("clamd")))
    found = look(archive, checked(archive, small(1, 1) | {"HS01/x.com": EICAR}), "HS01/x.com")
    assert [(f.code, f.where.path) for f in found.findings] == [("CHK-0802", "HS01/x.com")]
    assert str(found.findings[0].parameters["threat"]).startswith("KhoLuuTru.EICAR")
    assert str(found.facts["scanner"]).startswith("ClamAV 1.")


def test_a_file_too_large_for_the_scanner_is_a_finding(archive: Archive) -> None:
    """What the scanner refuses for its length is not clean: the finding says that the limit is the reason."""
    archive.house.scanner = ClamdScanner(scanner_address(servers.require("clamd")))
    found = look(archive, checked(archive, small(1, 1) | {"HS01/to.bin": bytes(5 << 20)}), "HS01/to.bin")
    assert [(f.code, f.where.path) for f in found.findings] == [("CHK-0803", "HS01/to.bin")]
    assert "size limit exceeded" in str(found.findings[0].parameters["threat"])


def test_a_scanner_that_fails_is_asked_again(archive: Archive) -> None:
    """While the scanner is away each file says so; when it is back the next check scans them."""
    archive.house.scanner = ClamdScanner(("127.0.0.1", 1))
    transfer_id = checked(archive, small(1, 1))
    found = look(archive, transfer_id, "HS01/vb-01.pdf")
    assert {f.code for f in found.findings} == {"CHK-0804"}
    assert {f.where.path for f in found.findings} == {"danh-muc.xlsx", "HS01/vb-01.pdf"}
    assert "không nối được máy quét" in str(found.findings[0].parameters["threat"])
    assert found.facts["malware"] == "not_scanned"
    archive.house.scanner = ClamdScanner(scanner_address(servers.require("clamd")))
    check_again(archive, transfer_id)
    found = look(archive, transfer_id, "HS01/vb-01.pdf")
    assert (found.findings, found.facts["malware"]) == ([], "clean")


def test_a_scanner_that_was_set_up_since_is_asked(archive: Archive) -> None:
    """Files checked before there was a scanner are scanned by the next check, and not again by the one after."""
    transfer_id = checked(archive, small(1, 1))
    assert [f.code for f in look(archive, transfer_id, "HS01/vb-01.pdf").findings] == ["CHK-0801"]
    archive.house.scanner = ClamdScanner(scanner_address(servers.require("clamd")))
    check_again(archive, transfer_id)
    found = look(archive, transfer_id, "HS01/vb-01.pdf")
    assert (found.findings, found.facts["malware"]) == ([], "clean")
    archive.house.scanner = ClamdScanner(("127.0.0.1", 1))
    check_again(archive, transfer_id)
    assert look(archive, transfer_id, "HS01/vb-01.pdf").findings == []


def test_the_setting_chooses_the_scanner(archive: Archive) -> None:
    """Without an address nothing is scanned; with one clamd is asked there."""
    assert isinstance(archive.house.scanner, NoScanner)
    house = open_house(replace(archive.settings, scanner="unix:///run/clamd.ctl"))
    assert isinstance(house.scanner, ClamdScanner)
    assert house.scanner.address == "/run/clamd.ctl"
    house.close()
