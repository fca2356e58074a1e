from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archive.metadata.agency_code import LONGEST, AgencyCode, AgencyCodeForm, agency_code_form, parse_agency_code

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


_two = st.integers(0, 99).map(lambda number: f"{number:02d}")
_old = st.builds(
    lambda *groups: ".".join(groups),
    st.integers(0, 999).map(lambda number: f"{number:03d}"),
    _two,
    _two,
    st.builds(lambda letter, number: letter + number, _letters_y, _two),
)
_new = st.builds(lambda letter, number, groups: ".".join([letter + number, *groups]), _letters_y, _two, _groups)


@given(_old | _new)
def test_a_code_is_composed_of_its_levels_again(code: str) -> None:
    """Taking a code apart and putting it together changes nothing."""
    assume(len(code) <= LONGEST)
    assert str(parse_agency_code(code)) == code


@given(_old | _new)
def test_the_bodies_above_end_at_level_1(code: str) -> None:
    """Going from parent to parent ends at a code of level 1, and every step is a lawful code of the same form."""
    assume(len(code) <= LONGEST)
    body = parse_agency_code(code)
    assert body is not None
    form = body.form
    while (above := body.parent) is not None:
        assert len(above.levels) < len(body.levels)
        assert agency_code_form(str(above)) is form
        body = above
    assert len(body.levels) == 1


@pytest.mark.parametrize(
    ("code", "levels", "parent"),
    [
        ("000.00.36.H33", ("H33", "36"), "000.00.00.H33"),
        ("000.00.00.G09", ("G09",), None),
        ("001.00.36.H33", ("H33", "36", "00", "001"), "000.00.36.H33"),
        ("H40.01.02", ("H40", "01", "02"), "H40.01"),
        ("0101243150", ("0101243150",), None),
        ("Z01ABC", ("Z01ABC",), None),
    ],
)
def test_old_codes_grow_to_the_left_and_new_ones_to_the_right(
    code: str, levels: tuple[str, ...], parent: str | None
) -> None:
    """Levels are told from the body of level 1 downwards in both forms."""
    body = parse_agency_code(code)
    assert body is not None
    assert body.levels == levels
    assert (body.parent and str(body.parent)) == parent


def test_what_keeps_no_rule_is_no_agency_code() -> None:
    """A text of no form has no levels, and levels that make no code are refused."""
    assert parse_agency_code("h40.01") is None
    for levels in ((), ("H4",), ("H33", "36", "00", "001", "5")):
        with pytest.raises(ValueError, match="no code of QCVN 102"):
            AgencyCode(AgencyCodeForm.OLD, levels)
