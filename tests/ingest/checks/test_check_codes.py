"""Every code of the checks, and the one transfer that raises it."""

from __future__ import annotations

import dataclasses
import uuid

import pytest

from archive.messages.catalogue import catalogue
from ingest.checks.context import CheckContext, Held, PlanLine, ScanOutcome, ScanState
from ingest.checks.run import run_checks
from ingest.rulebook.weights import Rules
from tests.ingest.checks.transfers import context, document, dossier, file, identified, unrecognised

_TWO_FILES = (file(), file("HS/2.pdf"))
_FORMER = {"start_date": "02/01/2011", "end_date": "30/12/2011"}
_FORMER_FIELDS = {"keywords": "tổng kết", "physical_state": "Tốt", "language": "Tiếng Việt"}
_FORMER_DOCUMENT = document(issued_date="15/08/2011", access="Công khai", physical_state="Tốt", language="Tiếng Việt")


def _dossier(**values: str | None) -> CheckContext:
    return context(dossier(**values))


def _document(**values: str | None) -> CheckContext:
    return context(dossier(document(**values)))


def _former(**values: str | None) -> CheckContext:
    return context(dossier(_FORMER_DOCUMENT, **{**_FORMER, **_FORMER_FIELDS, **values}))


def _planned(lines: dict[str, PlanLine]) -> CheckContext:
    return dataclasses.replace(context(), plans={2025: lines})


def _switched_on(code: str, made: CheckContext) -> CheckContext:
    """The rules of a body that wants one that is silent elsewhere."""
    return dataclasses.replace(made, settings=dataclasses.replace(made.settings, rules=Rules(1, {code: "warning"})))


def _file(path: str = "HS/1.pdf", **changes: object) -> CheckContext:
    return context(files=(file(path, **changes),))


def _pair(one: str | None, other: str | None, *files: tuple[str, str]) -> CheckContext:
    """Two documents in one dossier, or in two when `other` is another key."""
    documents = (document(path=files[0][0]), document(2 if one == other else 1, files[1][0]))
    held = tuple(file(path, sha256=digest) for path, digest in files)
    if one == other:
        return context(dossier(*documents, document_total="2", sheet_total="3"), files=held)
    second = dossier(documents[1], key="02.TH", notation="02.TH")
    return context(dossier(documents[0]), second, files=held)


RAISES: dict[str, CheckContext] = {
    "CHK-0101": context(files=()),
    "CHK-0102": context(files=(file(), file("HS/khac.pdf"))),
    "CHK-0103": context(dossier(document(), document(2), document_total="2", sheet_total="3")),
    "CHK-0104": context(dossier(document(path="")), files=()),
    "CHK-0105": context(dossier(), dataclasses.replace(dossier(key="02.TH", notation="02.TH"), documents=())),
    "CHK-0106": _file(size=0),
    "CHK-0107": context(files=(file(), file("HS/Thumbs.db", formats=None))),
    "CHK-0201": _dossier(title=None),
    "CHK-0202": _former(retention=None),
    "CHK-0203": _dossier(title="x" * 501),
    "CHK-0204": _former(physical_state="x" * 21),
    "CHK-0205": _document(ordinal="1a"),
    "CHK-0206": _dossier(retention="Lâu dài"),
    "CHK-0207": _dossier(retention="75 năm"),
    "CHK-0208": _former(keywords=None),
    "CHK-0301": _dossier(start_date="31/06/2025"),
    "CHK-0302": _document(issued_date="15/?/2025"),
    "CHK-0303": _document(issued_date="15/08/25"),
    "CHK-0304": _dossier(start_date="01/10/2025"),
    "CHK-0305": _document(issued_date="01/07/2025"),
    "CHK-0306": _dossier(end_date="25/11/2026"),
    "CHK-0401": _dossier(document_total="2"),
    "CHK-0402": _document(page_total="4"),
    "CHK-0403": _document(page_total=None),
    "CHK-0404": _file(pages=None),
    "CHK-0405": _dossier(sheet_total="1"),
    "CHK-0406": _document(ordinal="2"),
    "CHK-0407": _dossier(document_total=None),
    "CHK-0501": context(dossier(), dossier(document(path="HS/2.pdf"), key="01.th", notation="01.th"), files=_TWO_FILES),
    "CHK-0502": context(agency="UBND tỉnh"),
    "CHK-0503": context(agency="H40.01.02.03.04"),
    "CHK-0504": context(agency=""),
    "CHK-0505": _former(notation=None),
    "CHK-0601": _pair("a", "a", ("HS/1.pdf", "a" * 64), ("HS/2.pdf", "a" * 64)),
    "CHK-0602": _pair("a", "b", ("HS/1.pdf", "a" * 64), ("HS/2.pdf", "a" * 64)),
    "CHK-0603": dataclasses.replace(context(), holdings={file().sha256: (Held(uuid.UUID(int=1), "H98.2024.01.TH"),)}),
    "CHK-0604": dataclasses.replace(
        context(
            dossier(document(), document(2, "HS/2.pdf"), document_total="2", sheet_total="3"),
            files=(file(), file("HS/2.pdf", sha256="b" * 64)),
        ),
        holdings={"b" * 64: (Held(uuid.UUID(int=1), "H98.2024.01.TH"),)},
    ),
    "CHK-0701": _file(formats=(identified("fmt/899", "exe"),)),
    "CHK-0702": _file(formats=(identified("fmt/412", "docx"),)),
    "CHK-0703": _file(formats=(identified(), identified("fmt/19"))),
    "CHK-0704": _file(formats=None),
    "CHK-0705": _file(formats=(unrecognised(),)),
    "CHK-1101": _switched_on("CHK-1101", context(dossier(document(path="HS/ý.pdf")), files=(file("HS/ý.pdf"),))),
    "CHK-1102": _switched_on("CHK-1102", _file(size=51 << 20)),
    "CHK-1103": _switched_on("CHK-1103", context()),
    "CHK-1001": _planned({"02.th": PlanLine("Hồ sơ hội nghị tổng kết", "20 năm")}),
    "CHK-1002": _planned({"01.th": PlanLine("Hồ sơ hội nghị tổng kết", "Vĩnh viễn")}),
    "CHK-1003": _planned({"01.th": PlanLine("Hồ sơ hội nghị sơ kết", "20 năm")}),
    "CHK-1004": dataclasses.replace(context(), plans={}),
    "CHK-0901": _dossier(access="Tối mật"),
    "CHK-0902": _document(access="Tùy trường hợp"),
    "CHK-0801": _file(scan=ScanOutcome()),
    "CHK-0802": _file(scan=ScanOutcome(ScanState.INFECTED, "Eicar")),
    "CHK-0803": _file(scan=ScanOutcome(ScanState.TOO_LARGE)),
    "CHK-0804": _file(scan=ScanOutcome(ScanState.FAILED, "timeout")),
}


@pytest.mark.parametrize("code", RAISES)
def test_each_code_has_one_transfer_that_raises_exactly_it(code: str) -> None:
    """The fixture of a code gives that code, once, and no other."""
    assert [finding.code for finding in run_checks(RAISES[code])] == [code]


def test_every_code_of_the_catalogue_has_its_fixture() -> None:
    """No code of the checks is without a fixture, and none is raised that the catalogue does not know."""
    assert set(RAISES) == {message.code for message in catalogue() if message.subject == "checks"}


@pytest.mark.parametrize("code", RAISES)
def test_each_text_gets_the_values_it_names(code: str) -> None:
    """A finding carries a value for every placeholder of its texts."""
    (finding,) = run_checks(RAISES[code])
    assert catalogue().get(code).placeholders() <= set(finding.parameters)


def test_a_clean_transfer_raises_nothing() -> None:
    """The transfer that the fixtures spoil is clean by itself, in both eras."""
    assert run_checks(context()) == []
    assert run_checks(_former()) == []


def test_what_the_plan_says_is_proposed_and_a_backlog_is_left_alone() -> None:
    """The plan's period is the proposal; the same line in other capitals is the same; inventories have no plan."""
    (finding,) = run_checks(RAISES["CHK-1002"])
    assert (finding.found, finding.proposed) == ("20 năm", "Vĩnh viễn")
    line = {"01.th": PlanLine("HỒ SƠ HỘI NGHỊ TỔNG KẾT", "20 nam")}
    assert run_checks(_planned(line)) == []
    backlog = dataclasses.replace(_former(inventory="01", box="3"), plans={})
    assert [finding.code for finding in run_checks(backlog)] == []
