"""The user guide: every page of the product has its help, and the guide speaks of pages that there are."""

from __future__ import annotations

import re

import pytest

from archive.help.contents import HELP, anchor, guide, help_for
from config.application import create_application
from tests.conftest import Archive
from tests.structure.sources import ROOT


def test_every_page_has_its_help(archive: Archive) -> None:
    """Each blueprint leads to a heading that the guide really has, and no help is for a page that is not there."""
    app = create_application(archive.house)
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    blueprints = {endpoint.partition(".")[0] for endpoint in endpoints}
    for endpoint in endpoints:
        name, heading = help_for(endpoint)
        assert heading in guide()[name].anchors, endpoint
    assert [place for place in HELP if place not in endpoints | blueprints] == []


@pytest.mark.parametrize("name", sorted(guide()))
def test_a_page_of_the_guide_leads_to_pages_that_there_are(name: str) -> None:
    """Links between the pages of the guide, and its pictures, lead somewhere."""
    links = re.findall(r'(?:href|src)="([^"#]+)', guide()[name].html)
    pictures = {f"hinh/{file.name}" for file in (ROOT / "archive" / "help" / "guide" / "hinh").iterdir()}
    assert [link for link in links if link not in guide() and link not in pictures] == []
    assert guide()[name].title != name


def test_a_heading_is_named_as_people_type_it() -> None:
    """The name of a heading in addresses has neither marks nor blanks."""
    assert anchor("Vì sao đến ngày này?") == "vi-sao-den-ngay-nay"


def test_every_picture_is_shown_and_light() -> None:
    """No picture lies about unused, and none makes the guide slow to open."""
    shown = {name for page in guide().values() for name in re.findall(r'src="hinh/([^"]+)"', page.html)}
    files = {file.name: file.stat().st_size for file in (ROOT / "archive" / "help" / "guide" / "hinh").iterdir()}
    assert set(files) == shown
    assert max(files.values()) < 250_000
