"""What stands in an address is somebody's typing: no list may fall over it."""

from __future__ import annotations

import pytest
from flask import Flask

from config.application import create_application
from tests.conftest import Archive
from tests.pages import client_of


@pytest.fixture
def app(archive: Archive) -> Flask:
    """The application over an archive without dossiers."""
    return create_application(archive.house)


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("officer", "/thoi-han?loc=year&nam=99999"),
        ("officer", "/thoi-han?loc=year&nam=9999"),
        ("officer", "/thoi-han?loc=year&nam=-1"),
        ("officer", "/thoi-han?xep=due&sau=zz"),
        ("archivist", "/ho-so?year=%C2%B2"),
        ("archivist", "/ho-so?year=0000"),
        ("archivist", "/ho-so?sealed=0000-01"),
        ("archivist", "/ho-so?sealed=9999-12"),
        ("archivist", "/ho-so?sealed=2025-13"),
        ("archivist", "/ho-so?sau=abc&xep=zzz&state=zzz&unit=zz&lock=zz&malware=z"),
        ("searcher", "/tra-cuu?q=chu&tu=99999999999999999999999"),
        ("searcher", "/tra-cuu?q=chu&tu=-5"),
        ("searcher", "/tra-cuu?q=%00"),
        ("searcher", "/tra-cuu?q=" + "a+" * 3000),
        ("searcher", "/tra-cuu?q=chu&xuat=pdf"),
    ],
)
def test_a_list_answers_whatever_was_typed(archive: Archive, app: Flask, who: str, address: str) -> None:
    """A year, a month, a key that cannot be are no condition, never a fault."""
    answer = client_of(archive, app, who).get(address)
    assert answer.status_code < 500
    answer.close()
