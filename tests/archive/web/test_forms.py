"""Forms: what was typed stays, what is wrong is said beside its field with a code."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from archive.accounts.errors import AccountError
from archive.web.forms import Choice, Choices, Day, Form, Secret, Text, Tick, WholeNumber

KINDS = [("a", "Một"), ("b", "Hai")]


class Sample(Form):
    """One field of each kind."""

    name = Text("Tên", most=10)
    remark = Text("Ghi chú", needed=False)
    secret = Secret("Mật khẩu", needed=False)
    kind = Choice("Loại", choices=KINDS)
    kinds = Choices("Các loại", choices=KINDS, needed=False)
    day = Day("Ngày", needed=False)
    year = WholeNumber("Năm", least=1900, most=2100, needed=False)
    closed = Tick("Đã đóng")


@pytest.fixture(autouse=True)
def _reader() -> Iterator[None]:
    with Flask(__name__).test_request_context():
        yield


def sent(**values: str | list[str]) -> Sample:
    """Return the form as a browser sends it."""
    return Sample(MultiDict({"name": "Tên", "kind": "a", **values}))


def codes(form: Sample) -> dict[str, str]:
    """Return what is wrong, by field."""
    form.validate()
    return {field: error.code for field, error in form.problems}


def test_what_is_right_is_read() -> None:
    """Each field gives its value in its own type, text in one form."""
    form = sent(name="  Phông   A\u0301n ", kinds=["a", "b"], day="5/9/2025", year="2025", closed="y", remark=" a  b ")
    assert form.validate()
    assert form.data == {
        "name": "Phông Án", "remark": "a b", "secret": "", "kind": "a", "kinds": ["a", "b"],
        "day": datetime.date(2025, 9, 5), "year": 2025, "closed": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"name": " "}, {"name": "FRM-0001"}),
        ({"name": "dài hơn mười ký tự"}, {"name": "FRM-0002"}),
        ({"kind": "c"}, {"kind": "FRM-0003"}),
        ({"kind": ""}, {"kind": "FRM-0001"}),
        ({"kinds": ["a", "c"]}, {"kinds": "FRM-0003"}),
        ({"day": "31/02/2025"}, {"day": "FRM-0004"}),
        ({"day": "2025"}, {"day": "FRM-0004"}),
        ({"year": "1899"}, {"year": "FRM-0005"}),
        ({"year": "năm nay"}, {"year": "FRM-0005"}),
        ({"name": "", "day": "x"}, {"name": "FRM-0001", "day": "FRM-0004"}),
    ],
)
def test_what_is_wrong_is_told_by_its_code(values: dict[str, str], expected: dict[str, str]) -> None:
    """Each fault has one code, beside the field that it is in."""
    assert codes(sent(**values)) == expected


def test_an_error_of_the_service_stands_beside_its_field() -> None:
    """What only the service knows is shown like what the form itself finds."""
    form = sent()
    form.refuse(AccountError("ACC-0004", username="x"), "name")
    form.refuse(AccountError("ACC-0003"))
    assert [(field, error.code) for field, error in form.problems] == [("", "ACC-0003"), ("name", "ACC-0004")]


@given(st.text(max_size=30), st.text(max_size=30))
def test_what_was_typed_stays(day: str, year: str) -> None:
    """Whatever stands in a field, the form shows it again and never fails."""
    with Flask(__name__).test_request_context():
        form = sent(day=day, year=year)
        form.validate()
        assert form.day._value() == day
        assert form.year._value() == year


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)))
def test_a_date_is_read_as_it_is_written(day: datetime.date) -> None:
    """The date that a form shows is the date that it reads."""
    with Flask(__name__).test_request_context():
        shown = Sample(day=day).day._value()
        form = sent(day=shown)
        assert form.validate()
        assert form.day.data == day


def test_a_form_that_is_opened_shows_what_stands() -> None:
    """Boxes and lists stand as the values say while nothing was sent; what was sent unticked is unticked."""
    held = {"name": "Tên", "kinds": ["b"], "closed": True}
    opened = Sample(MultiDict(), data=held)
    assert (opened.kinds.data, opened.closed.data) == (["b"], True)
    unticked = Sample(MultiDict({"name": "Tên"}), data=held)
    assert (unticked.kinds.data, unticked.closed.data) == ([], False)
