"""The judge of pages itself: it hears English, and lets Vietnamese and names pass."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.judging import faults, foreign_words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nộp hồ sơ, tài liệu; quyet dinh nghien cuu khuyen khich thuong truc uy ban nhan dan", []),
        ("Submit the form", ["Submit", "form"]),
        ("Không có lỗi. N/A, PDF/A, SHA-256, UBND tỉnh, tệp .xlsx, kholuutru audit verify", ["audit", "verify"]),
        ("Xuất Excel · Error 500", ["Error"]),
    ],
)
def test_english_words_are_heard(text: str, expected: list[str]) -> None:
    """A word that no Vietnamese syllable can be is named; syllables without marks, formats and codes are not."""
    assert foreign_words(text) == sorted(expected)


@pytest.mark.browser
def test_a_bad_page_is_told_by_each_fault(browser: Browser) -> None:
    """A page without labels, too wide, in English and pale is told of, each fault by itself."""
    page = browser.new_context(viewport={"width": 400, "height": 600}).new_page()
    page.set_content(
        '<html lang="vi"><head><title>x</title></head><body><div style="width:900px;color:#ccc">Delete everything</div>'
        '<input id="a"><button></button></body></html>'
    )
    told = " ".join(faults(page))
    for word in ("color-contrast", "wider", "without a name", "h1", "Delete", "everything"):
        assert word in told


@pytest.mark.browser
def test_a_good_page_has_no_fault(browser: Browser) -> None:
    """A plain page with a heading and a labelled field passes."""
    page = browser.new_context(viewport={"width": 400, "height": 600}).new_page()
    page.set_content(
        '<html lang="vi"><head><title>Tra cứu</title></head><body><main><h1>Tra cứu hồ sơ</h1>'
        '<label for="a">Từ cần tìm</label> <input id="a"></main></body></html>'
    )
    assert faults(page) == []
