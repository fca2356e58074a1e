from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.messages.catalogue import catalogue
from archive.messages.rules import Finding, Level, Where
from ingest.checks.codes import code_of
from ingest.checks.context import CheckContext, CheckSettings, allowed_formats
from ingest.checks.registry import CHECKS
from ingest.checks.run import run_checks
from tests.ingest.checks.transfers import TODAY, context, document, dossier, file, identified


def _run(checked: CheckContext) -> list[Finding]:
    return run_checks(checked)


def _one(checked: CheckContext) -> Finding:
    (finding,) = run_checks(checked)
    return finding


def _codes(checked: CheckContext) -> list[str]:
    return [finding.code for finding in run_checks(checked)]


def test_a_finding_names_its_place() -> None:
    """Row, column letter, dossier, document and field are there, so that a page can lead to the cell."""
    assert _one(context(dossier(document(issued_date="31/06/2025")))).where == Where(
        dossier="01.TH", document=1, path="", row=2, column="AC", field="issued_date"
    )
    assert _one(context(dossier(retention="Lâu dài"))).where == Where(
        dossier="01.TH", row=2, column="G", field="retention"
    )


def test_the_missing_field_is_named_in_both_languages() -> None:
    """The message says which field is missing, in the law's words."""
    finding = _one(context(dossier(document(subject=None))))
    texts = [catalogue().text(finding.code, language, finding.parameters) for language in ("vi", "en")]
    assert texts == ["Hàng 2 thiếu “Trích yếu nội dung”.", "Row 2 lacks “Subject”."]


@pytest.mark.parametrize(
    ("end", "codes"),
    [
        ("30/06/2025", ["CHK-0202", "CHK-0208"]),
        ("2024", ["CHK-0202", "CHK-0208"]),
        ("01/07/2025", ["CHK-0201"]),
        ("06/2025", ["CHK-0202", "CHK-0208"]),
        ("2025", ["CHK-0201"]),
    ],
)
def test_the_end_decides_which_rules_apply(end: str, codes: list[str]) -> None:
    """Dossiers closed by 2025-06-30 are judged by TT 02 with warnings; all others, doubtful ones too, by NĐ 30."""
    checked = context(dossier(document(issued_date=None), title=None, start_date="01/01/2024", end_date=end))
    assert [code for code in _codes(checked) if code.startswith("CHK-02")] == (
        codes if codes[0] == "CHK-0201" else ["CHK-0202", "CHK-0202", "CHK-0208"]
    ) + (["CHK-0201"] if codes == ["CHK-0201"] else [])


def test_what_an_older_dossier_lacks_is_no_error_but_for_its_code() -> None:
    """A dossier of 2011 with its notation, dates and file raises warnings only; without the notation it has no code."""
    names = ["title", "retention", "document_total", "sheet_total"]
    bare = dossier(
        document(issued_date=None, type_name=None, organ_name=None, subject=None),
        start_date="2011",
        end_date="2011",
        **dict.fromkeys(names),
    )
    levels = {catalogue().get(code).level for code in _codes(context(bare))}
    assert levels == {Level.WARNING}
    nameless = dataclasses.replace(bare, values={k: v for k, v in bare.values.items() if k != "notation"})
    errors = [code for code in _codes(context(nameless)) if catalogue().get(code).level is Level.ERROR]
    assert errors == ["CHK-0505"]


def test_lengths_are_counted_in_composed_characters() -> None:
    """Five hundred decomposed letters are five hundred characters, not more."""
    assert _codes(context(dossier(title="e\u0302\u0301" * 500))) == []


def test_a_proposal_comes_with_the_finding() -> None:
    """Two-digit years, swapped days and totals propose what is probably meant."""
    finding = _one(context(dossier(document(issued_date="15/08/25"))))
    assert (finding.found, finding.proposed) == ("15/08/25", "15/08/2025")
    finding = _one(context(dossier(document_total="3")))
    assert (finding.found, finding.proposed) == ("3", "1")
    finding = _one(context(dossier(document(page_total=None))))
    assert finding.proposed == "3"


def test_partial_dates_are_judged_by_what_they_may_be() -> None:
    """A document of 2025 may lie inside; a year that only begins before today is not in the future."""
    assert _codes(context(dossier(document(issued_date="2025"), end_date="2026"))) == []


@given(st.dates(datetime.date(2024, 1, 1), datetime.date(2026, 11, 24)))
def test_a_document_is_outside_exactly_when_its_day_is(day: datetime.date) -> None:
    """The warning comes for days before the dossier's first and after its last, and for no other."""
    inside = datetime.date(2025, 7, 2) <= day <= datetime.date(2025, 9, 30)
    checked = context(dossier(document(issued_date=day.strftime("%d/%m/%Y"))))
    assert _codes(checked) == ([] if inside else ["CHK-0305"])


@given(st.integers(1, 40), st.integers(0, 50))
def test_sheets_fit_when_each_has_one_page_or_two(pages: int, sheets: int) -> None:
    """Sheets between half the pages and all of them raise nothing; any other number is doubted."""
    checked = context(dossier(document(page_total=str(pages)), sheet_total=str(sheets)), files=(file(pages=pages),))
    assert _codes(checked) == ([] if pages <= 2 * sheets and sheets <= pages else ["CHK-0405"])


def test_a_backlog_is_told_apart_by_inventory_and_box() -> None:
    """Dossiers of one notation in two boxes have two codes; an inventory number makes the agency's code needless."""
    files = (file(), file("HS/2.pdf"))
    shared: dict[str, Any] = {"fonds": "P01", "inventory": "01"}
    one = dossier(key="a", box="01", **shared)
    other = dossier(document(path="HS/2.pdf"), key="b", box="02", **shared)
    assert _codes(context(one, other, files=files, agency="")) == []
    same = dataclasses.replace(other, values={**other.values, "box": "01"})
    finding = _one(context(one, same, files=files, agency=""))
    assert (finding.code, finding.found) == ("CHK-0501", "P01.01.01.01.TH")


def test_the_code_of_a_dossier_is_built_from_its_values() -> None:
    """By year with the agency's code, by inventory with the fonds' or the list's; none while a part is missing."""
    values = {"notation": "01.TH", "start_date": "09/2025", "fonds": "UBND tỉnh"}
    assert str(code_of(values, agency="H40", fonds="P01")) == "H40.2025.01.TH"
    assert str(code_of({**values, "inventory": "02"}, agency="H40", fonds="P01")) == "P01.02.01.TH"
    assert str(code_of({**values, "inventory": "02"}, agency="H40", fonds="")) == "UBND tỉnh.02.01.TH"
    assert code_of({**values, "start_date": "31/06/2025"}, agency="H40", fonds="") is None
    assert code_of({"inventory": "02"}, agency="H40", fonds="") is None


def test_an_inexact_path_is_one_finding_and_still_a_link() -> None:
    """A path in other capitals warns and proposes the file, which is then neither missing nor without row."""
    finding = _one(context(files=(file("hs/1.PDF"),)))
    assert (finding.code, finding.found, finding.proposed) == ("RDR-0201", "\\HS\\1.pdf", "hs/1.PDF")


def test_a_folder_instead_of_a_file_is_one_finding() -> None:
    """The only file inside is proposed, and not reported a second time as a file without row."""
    finding = _one(context(dossier(document(path="HS"))))
    assert (finding.code, finding.proposed) == ("RDR-0206", "HS/1.pdf")


def test_the_list_itself_is_no_file_without_row() -> None:
    """The list lies among the files and is not asked for a row or a format."""
    listed = file("danh-muc.xlsx", formats=(identified("fmt/214", "xlsx"),))
    assert _codes(context(files=(file(), listed), list_path="danh-muc.xlsx")) == []


def test_content_twice_and_one_file_twice_are_told_apart() -> None:
    """Two rows for one file are spoken of once, by the first check."""
    assert _codes(context(dossier(document(), document(2), document_total="2", sheet_total="3"))) == ["CHK-0103"]


def test_an_unknown_extension_never_helps() -> None:
    """A file that was not recognised stays unknown whatever its name ends in; no extension at all is reported."""
    assert _codes(context(dossier(document(path="HS/1")), files=(file("HS/1"),))) == ["CHK-0702"]


def test_several_formats_pass_only_if_one_is_allowed() -> None:
    """Ambiguity among formats none of which is allowed is simply not allowed."""
    both = (identified("fmt/899", "exe"), identified("fmt/900", "exe"))
    assert _codes(context(files=(file(formats=both),))) == ["CHK-0701"]


def test_the_allowed_formats_are_a_setting() -> None:
    """An organization that allows nothing refuses PDF too."""
    settings = CheckSettings(agency_code="H40.01.02", allowed_formats=frozenset())
    assert _codes(dataclasses.replace(context(), settings=settings)) == ["CHK-0701"]
    assert {"fmt/18", "fmt/95", "fmt/40", "fmt/412", "fmt/214", "fmt/353", "fmt/134"} <= allowed_formats()
    assert not {"fmt/899", "fmt/494", "fmt/754", "x-fmt/263", "fmt/523"} & allowed_formats()


def test_sound_has_no_pages_to_count() -> None:
    """A recording without page numbers raises nothing."""
    sound = file("HS/1.mp3", pages=None, formats=(identified("fmt/134", "mp3", "audio/mpeg"),))
    assert _codes(context(dossier(document(path="HS/1.mp3", page_total=None)), files=(sound,))) == []


def test_what_the_readers_found_is_passed_on() -> None:
    """Findings about the archive and its names appear among the checks' own."""
    said = (Finding("RDR-0309", Where(), {"position": 3}),)
    assert _run(context(reader_findings=said)) == list(said)


def test_the_same_transfer_gives_the_same_findings_in_the_same_order() -> None:
    """Findings come by check and inside it by the list's order, each time."""
    checked = context(
        dossier(document(page_total=None), document(2, "HS/9.pdf", subject=None), title=None),
        agency="",
    )
    expected = ["CHK-0101", "CHK-0201", "CHK-0201", "CHK-0401", "CHK-0403", "CHK-0504"]
    assert _codes(checked) == expected
    assert _run(checked) == _run(context(*checked.submission.dossiers, agency=""))


def test_the_checks_have_ids_versions_and_titles() -> None:
    """Nine checks, each with an id of its own and titles in both languages."""
    assert [check.id for check in CHECKS] == [
        "files",
        "metadata",
        "dates",
        "counts",
        "codes",
        "duplicates",
        "formats",
        "plans",
        "names",
        "secrecy",
        "safety",
    ]
    assert all(check.version >= 1 and check.title["vi"] and check.title["en"] for check in CHECKS)


@given(
    st.dictionaries(
        st.sampled_from(["title", "retention", "start_date", "end_date", "document_total", "inventory", "notation"]),
        st.text(max_size=20).filter(bool),
    ),
    st.dictionaries(
        st.sampled_from(["issued_date", "ordinal", "page_total", "number"]), st.text(max_size=20).filter(bool)
    ),
    st.text(max_size=20),
)
def test_no_values_break_a_check(of_dossier: dict[str, str], of_document: dict[str, str], path: str) -> None:
    """Whatever a list says, the checks answer with findings of known codes whose texts can be filled."""
    checked = context(dossier(document(path=path, **of_document), **of_dossier))
    for finding in run_checks(checked):
        assert catalogue().text(finding.code, "vi", finding.parameters)
        assert Finding.from_plain(finding.to_plain()) == finding


def test_future_is_after_today() -> None:
    """Today is not in the future, tomorrow is."""
    dates = [TODAY, TODAY + datetime.timedelta(days=1)]
    codes = [_codes(context(dossier(end_date=day.strftime("%d/%m/%Y")))) for day in dates]
    assert codes == [[], ["CHK-0306"]]
