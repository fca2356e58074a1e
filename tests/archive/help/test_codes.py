"""The pages of codes: what a code means, its article, an example, how to mend it."""

from __future__ import annotations

import html

import pytest
from flask import Flask

from archive.messages.catalogue import catalogue
from archive.messages.examples import example_values
from config.application import create_application
from tests.conftest import Archive
from tests.pages import client_of, page_of


@pytest.fixture
def app(archive: Archive) -> Flask:
    """The application over an empty house."""
    return create_application(archive.house)


def test_every_code_has_a_page(archive: Archive, app: Flask) -> None:
    """Each page says meaning, example, article and advice of its code."""
    for message in catalogue():
        shown = html.unescape(page_of(archive, app, "submitter", f"/tro-giup/ma/{message.code}"))
        parts = ("title", "text", "action")
        told = [catalogue().text(message.code, "vi", example_values("vi"), part) for part in parts]
        assert [text for text in (*told, message.citation) if text not in shown] == []


def test_a_code_is_found_by_its_words(archive: Archive, app: Flask) -> None:
    """The list is narrowed by a part of the code or by words without marks; what is in none of them says so."""
    by_words = page_of(archive, app, "searcher", "/tro-giup/ma?q=thieu+tep")
    assert "/tro-giup/ma/CHK-0101" in by_words
    assert "/tro-giup/ma/CHK-0102" not in by_words
    assert "/tro-giup/ma/CHK-0207" in page_of(archive, app, "searcher", "/tro-giup/ma?q=chk-02")
    assert "Không có mã nào như vậy" in page_of(archive, app, "searcher", "/tro-giup/ma?q=xyzzy")


def test_a_code_that_is_none_has_no_page(archive: Archive, app: Flask) -> None:
    """An address that was guessed is not found."""
    assert client_of(archive, app, "searcher").get("/tro-giup/ma/CHK-9999").status_code == 404
