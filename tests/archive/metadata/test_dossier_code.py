from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.metadata.dossier_code import LONGEST, AgencyCodeForm, DossierCode, Naming, agency_code_form

_letters_y = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXY")
_groups = st.lists(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=4), max_size=6)


@pytest.mark.parametrize(
    ("code", "form"),
    [
        ("000.00.36.H33", AgencyCodeForm.OLD),
        ("000.00.00.G09", AgencyCodeForm.OLD),
        ("H40.01.02", AgencyCodeForm.NEW),
        ("G09", AgencyCodeForm.NEW),
        ("H26.A1.7B", AgencyCodeForm.NEW),
        ("0101243150", AgencyCodeForm.ENTERPRISE),
        ("0101243150-001", AgencyCodeForm.ENTERPRISE),
        ("Z01ABC", AgencyCodeForm.OTHER),
        ("Z99" + "x" * 32, AgencyCodeForm.OTHER),
        ("H40." + "A" * 31, AgencyCodeForm.NEW),
        ("H40." + "A" * 32, None),
        ("Z00ABC", None),
        ("Z99" + "x" * 33, None),
        ("Z40.01", None),
        ("h40.01", None),
        ("H40..01", None),
        ("H40.01.", None),
        ("000.00.36.H3", None),
        ("", None),
        ("H40.01\n", None),
    ],
)
def test_agency_codes_have_one_of_four_forms(code: str, form: AgencyCodeForm | None) -> None:
    """The old form, the new form up to 35 characters, registration numbers and scheme codes are told apart."""
    assert agency_code_form(code) is form


@given(_letters_y, st.integers(0, 99), _groups)
def test_every_code_of_the_new_form_is_known_up_to_its_length(letter: str, number: int, groups: list[str]) -> None:
    """A level-1 code and groups of digits and capitals are the new form exactly while 35 characters hold them."""
    code = ".".join([f"{letter}{number:02d}", *groups])
    assert (agency_code_form(code) is AgencyCodeForm.NEW) is (len(code) <= LONGEST)


def test_a_code_by_year_is_built_from_its_parts() -> None:
    """Agency, year and notation are joined by dots, the year with four digits."""
    code = DossierCode("01.TH", agency="000.00.00.G09", year=2010)
    assert str(code) == "000.00.00.G09.2010.01.TH"
    assert code.naming is Naming.YEAR


def test_a_code_of_a_backlog_is_built_from_its_parts() -> None:
    """Fonds, inventory number, box and notation are joined by dots; a missing box leaves no gap."""
    code = DossierCode("HS.01", fonds="P12", inventory="01", box="07")
    assert str(code) == "P12.01.07.HS.01"
    assert code.naming is Naming.INVENTORY
    assert str(DossierCode("HS.01", fonds="P12", inventory="01")) == "P12.01.HS.01"


@pytest.mark.parametrize(
    ("notation", "year", "inventory"), [("", 2010, ""), ("01.TH", None, ""), ("01.TH", 2010, "01")]
)
def test_a_code_needs_a_notation_and_one_way_of_naming(notation: str, year: int | None, inventory: str) -> None:
    """Without notation, or with both or neither of year and inventory, there is no code."""
    with pytest.raises(ValueError, match="either a year or an inventory number"):
        DossierCode(notation, year=year, inventory=inventory)
