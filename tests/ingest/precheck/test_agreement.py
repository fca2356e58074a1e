"""What is found before sending is what the archive finds, finding by finding; what only it can know is named."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from archive.clock import SystemClock, vietnam_date
from archive.database.scope import SystemScope
from archive.description.models import FilePlan
from archive.messages.rules import Finding
from config.command_line.main import main
from ingest.checks.context import CheckSettings
from ingest.precheck.local import NOT_JUDGED, not_judged, precheck
from ingest.transfers import services
from ingest.transfers.content import current_findings
from tests.conftest import Archive
from tests.transfers import list_file, open_transfer, pdf, row, small, submit, upload, work_off

SAMPLES = Path(__file__).parents[2] / "samples" / "transfer"
# What the archive says of a scanner that it has not, and of file plans that it has.
_OF_THE_ARCHIVE = ("CHK-0801", "CHK-10")


def sample() -> dict[str, bytes]:
    """Return the files of the real sample transfer."""
    return {str(p.relative_to(SAMPLES)): p.read_bytes() for p in sorted(SAMPLES.rglob("*")) if p.is_file()}


def faulty() -> dict[str, bytes]:
    """Return a transfer with faults of many families."""
    rows = [
        row("01.TH", "HS/1.pdf", 1, document__issued_date__month=13),
        row("01.TH", "C:\\HS\\2.pdf", 2, document__subject="x" * 3000),
        row("01.TH", "HS/khong-co.pdf", 3),
        row("02.TH", "HS/1.pdf", 1, dossier__retention="mãi mãi", dossier__title=""),
        row("02.TH", "", 2),
        row("02.TH", "HS/mat.pdf", 3, document__access="Mật"),
    ]
    files = {"HS/1.pdf": pdf("1"), "HS/2.pdf": pdf("2"), "HS/thua.exe": b"MZ" + bytes(200), "HS/rong.pdf": b""}
    return {"danh-muc.xlsx": list_file(rows), **files, "HS/mat.pdf": b"%PDF-1.4 no end", "Thumbs.db": b"x"}


def packed(content: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files in one zip, with names as old systems write them, and one that climbs out."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, body in content.items():
            archive.writestr(path, body)
        archive.writestr("../ngoai.txt", b"x")
    return {"nop.zip": made.getvalue()}


def without_a_list() -> dict[str, bytes]:
    """Return files whose list is missing."""
    return {"HS/1.pdf": pdf("1")}


def two_lists() -> dict[str, bytes]:
    """Return files with two lists of which none is named as one."""
    book = small(1, 1)["danh-muc.xlsx"]
    return {"a.xlsx": book, "b.xlsx": book, "HS01/vb-01.pdf": pdf("1")}


def damaged() -> dict[str, bytes]:
    """Return a transfer whose list cannot be read."""
    return {"danh-muc.xlsx": small(1, 1)["danh-muc.xlsx"][:500], "HS01/vb-01.pdf": pdf("1")}


CASES: dict[str, Callable[[], dict[str, bytes]]] = {
    "sample": sample,
    "clean": lambda: small(2, 2),
    "faulty": faulty,
    "packed": lambda: packed(faulty()),
    "without a list": without_a_list,
    "two lists": two_lists,
    "damaged list": damaged,
}


def laid_out(content: Mapping[str, bytes], folder: Path) -> Path:
    """Write files into a folder."""
    for path, body in content.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body)
    return folder


def of_the_archive(archive: Archive, content: Mapping[str, bytes]) -> list[Finding]:
    """Return what the archive finds in a transfer."""
    transfer = open_transfer(archive)
    upload(archive, transfer, {path: content[path] for path in sorted(content, key=Path)})
    submit(archive, transfer)
    work_off(archive)
    with archive.house.database.read(archive.person("archivist").scope()) as work:
        found = current_findings(work, services.get(work, transfer))
    return [finding for finding in found if not finding.code.startswith(_OF_THE_ARCHIVE)]


def plain(findings: list[Finding]) -> Iterator[str]:
    """Yield findings as text that can be compared and ordered."""
    return (json.dumps(finding.to_plain(), sort_keys=True, ensure_ascii=False) for finding in findings)


@pytest.mark.parametrize("name", CASES)
def test_both_find_the_same(name: str, archive: Archive, tmp_path: Path) -> None:
    """Codes, places, values and proposals agree, in the same order."""
    content = CASES[name]()
    if name in {"without a list"}:
        # The archive takes nothing without a list in hand; it is refused where it is handed in.
        content = {**content, "rong.zip": packed({"x.txt": b"x"})["nop.zip"]}
    folder = laid_out(content, tmp_path / "sent")
    settings = CheckSettings(agency_code="H98.01", fonds_code="F1")
    here = precheck(folder, vietnam_date(SystemClock().now()), settings)
    assert list(plain(here)) == list(plain(of_the_archive(archive, content)))
    assert here or name in {"clean"}


def test_file_plans_are_the_only_thing_left_out_beside_the_scanner(archive: Archive) -> None:
    """The test province has an approved plan, so that what is left out above is really there to be left out."""
    with archive.house.database.read(SystemScope("test")) as work:
        assert work.session.scalars(select(FilePlan).where(FilePlan.approved_on.is_not(None))).all()
    assert set(NOT_JUDGED) == {"malware", "plans", "codes", "holdings"}
    assert len(not_judged(CheckSettings(agency_code="H98"))) == len(not_judged(CheckSettings())) - 1


def run(*words: str | Path) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, ["precheck", *map(str, words)])


@pytest.mark.parametrize(("name", "status"), [("clean", 0), ("faulty", 1), ("sample", 2), ("nothing", 2)])
def test_the_exit_says_what_it_comes_to(name: str, status: int, tmp_path: Path) -> None:
    """0 without errors, 1 with one, 2 where something could not be checked or is not there."""
    folder = tmp_path / "nothing" if name == "nothing" else laid_out(CASES[name](), tmp_path / "sent")
    ended = run(folder)
    assert ended.exit_code == status, ended.output
    assert "Traceback" not in ended.output
    assert "mã độc" in ended.stderr, "what is not judged here is always named"


def test_json_names_what_is_not_judged(tmp_path: Path) -> None:
    """Programs get the findings with code, place and words, and the families that were left to the archive."""
    (answer,) = json.loads(run("--json", laid_out(faulty(), tmp_path / "sent")).stdout)
    assert answer["verdict"] == "invalid"
    assert len(answer["not_judged"]) == len(NOT_JUDGED)
    told: list[dict[str, Any]] = answer["findings"]
    assert {"CHK-0101", "CHK-0301", "CHK-0901"} <= {finding["code"] for finding in told}
    assert all(finding["text"]["vi"] and finding["level"] for finding in told)


def test_it_only_reads(tmp_path: Path) -> None:
    """Nothing in the folder is changed, added or left behind, even when its files may not be written."""
    folder = laid_out(packed(small(1, 2)), tmp_path / "sent")
    before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.rglob("*") if p.is_file()}
    folder.chmod(0o500)
    try:
        # The entry that climbs out of the archive is told.
        assert run(folder).exit_code == 1
    finally:
        folder.chmod(0o700)
    assert {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.rglob("*") if p.is_file()} == before
    shutil.rmtree(folder)
