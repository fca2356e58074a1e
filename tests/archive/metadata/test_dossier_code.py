from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.metadata.dossier_code import DossierCode, Naming, dossier_codes_meant


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


_group = st.text("0123456789ABCĐ", min_size=1, max_size=5)
_dotted = st.lists(_group, min_size=1, max_size=4).map(".".join)


@given(_dotted, st.integers(1000, 2999), _dotted)
def test_the_parts_of_a_printed_code_are_among_those_meant(agency: str, year: int, notation: str) -> None:
    """Whatever the parts are, taking the printed code apart finds them, and everything found prints the same code."""
    code = DossierCode(notation, agency=agency, year=year)
    meant = dossier_codes_meant(str(code))
    assert code in meant
    assert {str(one) for one in meant} == {str(code)}


def test_a_lawful_agency_is_the_likeliest() -> None:
    """Where a notation holds a year too, the split whose agency keeps a rule comes first."""
    assert dossier_codes_meant("000.00.00.G09.2010.01.TH") == (DossierCode("01.TH", agency="000.00.00.G09", year=2010),)
    assert [one.agency for one in dossier_codes_meant("H49.2010.2011.01")] == ["H49", "H49.2010"]
    assert [one.agency for one in dossier_codes_meant("h.1999.2010.01")] == ["h", "h.1999"]
    assert [one.agency for one in dossier_codes_meant("Z01A.2010.01")] == ["Z01A"]
    assert [one.agency for one in dossier_codes_meant("x.2000.G09.2010.01")] == ["x", "x.2000.G09"]
    assert [one.agency for one in dossier_codes_meant("1999.2000.00.G09.2010.01")] == ["1999", "1999.2000.00.G09"]


@pytest.mark.parametrize("code", ["", "H49", "H49.2010", "2010.01.TH", "H49..2010.01", "H49.3010.01"])
def test_what_has_no_year_between_agency_and_notation_means_nothing(code: str) -> None:
    """A code of a backlog, or half a code, is not taken apart."""
    assert dossier_codes_meant(code) == ()
