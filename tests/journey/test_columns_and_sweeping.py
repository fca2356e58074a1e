"""A list with unknown headings is mapped by a person, once; what ended leaves staging."""

from __future__ import annotations

import datetime
import io
import os
import subprocess
import sys
import uuid

import openpyxl
import pytest
from sqlalchemy import select, update

from archive.accounts.errors import Forbidden
from archive.database.scope import SystemScope
from config.house import open_house
from ingest.readers.errors import SpreadsheetError
from ingest.readers.mappings import correct_mapping, mapping_of
from ingest.review import services as review
from ingest.transfers import services
from ingest.transfers.content import current_findings, dossier_rows
from ingest.transfers.files import staging_key
from ingest.transfers.models import Transfer, TransferFile
from ingest.transfers.sweeping import sweep_staging
from tests.conftest import Archive
from tests.transfers import list_file, open_transfer, pdf, row, small, state_of, submit, upload, work_off


def renamed(content: dict[str, bytes], heading: str, other: str) -> dict[str, bytes]:
    """Return the transfer with one heading of its list in other words."""
    book = openpyxl.load_workbook(io.BytesIO(content["danh-muc.xlsx"]))
    sheet = book.active
    assert sheet is not None
    for cell in sheet[1]:
        if cell.value == heading:
            cell.value = other
    output = io.BytesIO()
    book.save(output)
    return {**content, "danh-muc.xlsx": output.getvalue()}


def titles(archive: Archive, transfer_id: object) -> list[str]:
    """Return the titles of the dossiers as read."""
    with archive.house.database.read(archive.person("archivist").scope()) as work:
        rows = dossier_rows(work, services.get(work, transfer_id))  # type: ignore[arg-type] # a UUID
    return [str(row.values.get("title", "")) for row in rows]


def test_a_corrected_mapping_is_used_now_and_for_the_senders_next_list(archive: Archive) -> None:
    """A column that nobody could guess is named by a person; the list is read again, and the next one at once."""
    content = renamed(small(), "Tiêu đề hồ sơ", "Chuyện gì")
    first = open_transfer(archive)
    upload(archive, first, content)
    submit(archive, first)
    work_off(archive)
    assert titles(archive, first) == ["", ""]
    with archive.house.database.write(archive.person("submitter").scope()) as work:
        mapping = mapping_of(services.get(work, first))
        assert mapping is not None
        letter = next(c.letter for c in mapping.columns if c.heading == "Chuyện gì")
        correct_mapping(work, first, {letter: "dossier.title"})
    work_off(archive)
    assert titles(archive, first) == ["Hồ sơ thử 01.TH", "Hồ sơ thử 02.TH"]
    second = open_transfer(archive)
    upload(archive, second, content)
    submit(archive, second)
    work_off(archive)
    assert titles(archive, second) == ["Hồ sơ thử 01.TH", "Hồ sơ thử 02.TH"]


def test_a_mapping_that_cannot_be_is_refused(archive: Archive) -> None:
    """One field for two columns, or a person without the right, changes nothing."""
    transfer_id = open_transfer(archive)
    upload(archive, transfer_id, small())
    submit(archive, transfer_id)
    work_off(archive)
    database = archive.house.database
    with (
        pytest.raises(SpreadsheetError, match="RDR-01"),
        database.write(archive.person("submitter").scope()) as work,
    ):
        correct_mapping(work, transfer_id, {"A": "dossier.title"})
    with pytest.raises(Forbidden), database.write(archive.person("searcher").scope()) as work:
        correct_mapping(work, transfer_id, {"A": ""})
    assert state_of(archive, transfer_id) == "awaiting_approval"


def test_staging_is_emptied_after_the_days_set(archive: Archive) -> None:
    """A returned transfer keeps its files for the days set; then it is withdrawn and its staged bytes are gone."""
    transfer_id = open_transfer(archive)
    upload(archive, transfer_id, small())
    submit(archive, transfer_id)
    work_off(archive)
    database = archive.house.database
    with database.write(archive.person("approver").scope()) as work:
        review.return_(work, transfer_id, "Thiếu tệp")
    with database.read(SystemScope("test")) as work:
        keys = [staging_key(file) for file in work.session.scalars(select(TransferFile))]
    staging = archive.house.staging
    now = database.clock.now()
    assert sweep_staging(archive.house, now - datetime.timedelta(days=30)) == 0
    assert all(staging.size(key) for key in keys)
    with database.write(SystemScope("test")) as work:
        old = now - datetime.timedelta(days=31)
        work.session.execute(update(Transfer).where(Transfer.id == transfer_id).values(changed_at=old))
    assert sweep_staging(archive.house, now - datetime.timedelta(days=30)) == 1
    assert not any(staging.size(key) for key in keys)
    with database.read(archive.person("submitter").scope()) as work:
        assert work.session.scalar(select(Transfer.state)) == "withdrawn"


def correct_title(archive: Archive, transfer_id: uuid.UUID, key: str, value: str) -> None:
    """Correct the title of a dossier as the archivist does."""
    with archive.house.database.write(archive.person("archivist").scope()) as work:
        review.correct(work, transfer_id, dossier_key=key, document=0, field="title", value=value)


def keys_of(archive: Archive, transfer_id: uuid.UUID) -> list[str]:
    """Return the keys of the dossiers."""
    with archive.house.database.read(archive.person("archivist").scope()) as work:
        return [row.key for row in dossier_rows(work, services.get(work, transfer_id))]


def send_again(archive: Archive, transfer_id: uuid.UUID, content: dict[str, bytes]) -> None:
    """Return the transfer, and hand in its next version."""
    with archive.house.database.write(archive.person("archivist").scope()) as work:
        review.return_(work, transfer_id, "Bổ sung")
    with archive.house.database.write(archive.person("submitter").scope()) as work:
        services.reopen(work, transfer_id)
    upload(archive, transfer_id, content)
    submit(archive, transfer_id)
    work_off(archive)


def in_review(archive: Archive) -> uuid.UUID:
    """Return a transfer of two dossiers that the archivist looks at."""
    transfer_id = open_transfer(archive)
    upload(archive, transfer_id, small())
    submit(archive, transfer_id)
    work_off(archive)
    with archive.house.database.write(archive.person("approver").scope()) as work:
        review.approve(work, transfer_id)
    return transfer_id


def test_a_correction_outlives_a_new_reading_of_the_same_list(archive: Archive) -> None:
    """What a person mended is still mended after the next version was read from a list that still says the old."""
    transfer_id = in_review(archive)
    correct_title(archive, transfer_id, keys_of(archive, transfer_id)[0], "Tên đã sửa")
    send_again(archive, transfer_id, {"HS01/vb-01.pdf": pdf("khác")})
    assert titles(archive, transfer_id) == ["Tên đã sửa", "Hồ sơ thử 02.TH"]


def test_where_the_sender_says_something_new_the_sender_has_the_word(archive: Archive) -> None:
    """A list that changed the corrected place is followed, and a finding says so."""
    transfer_id = in_review(archive)
    correct_title(archive, transfer_id, keys_of(archive, transfer_id)[0], "Tên đã sửa")
    rows = [
        row(f"{d:02d}.TH", f"HS{d:02d}/vb-{n:02d}.pdf", n, dossier__title="Tên mới của người gửi" if d == 1 else "Khác")
        for d in (1, 2)
        for n in (1, 2)
    ]
    send_again(archive, transfer_id, {"danh-muc.xlsx": list_file(rows)})
    assert titles(archive, transfer_id) == ["Tên mới của người gửi", "Khác"]
    with archive.house.database.read(archive.person("archivist").scope()) as work:
        findings = current_findings(work, services.get(work, transfer_id))
    told = [finding for finding in findings if finding.code == "TRF-0020"]
    assert [(finding.found, finding.proposed) for finding in told] == [("Hồ sơ thử 01.TH", "Tên đã sửa")]


def test_scratch_of_dead_processes_is_removed_and_that_of_living_ones_stays(archive: Archive) -> None:
    """A house that opens removes what killed processes left in the scratch folder, and nothing else."""
    scratch = archive.settings.data / "scratch"
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    for name in (f"process-{int(ended.stdout)}", f"process-{os.getppid()}", "strange"):
        (scratch / name).mkdir(parents=True)
    open_house(archive.settings).close()
    left = {path.name for path in scratch.iterdir()}
    assert left >= {f"process-{os.getppid()}", "strange"}
    assert f"process-{int(ended.stdout)}" not in left
