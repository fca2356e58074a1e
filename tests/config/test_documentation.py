"""Nothing that a person can set, type or be told is undocumented."""

from __future__ import annotations

import re
from pathlib import Path

from archive.messages.catalogue import catalogue
from config.checks_reference import pages
from config.profile_reference import profile_reference
from config.reference import reference

ROOT = Path(__file__).parents[2]


def test_every_setting_and_command_is_documented() -> None:
    """`docs/reference.md` says what the program says of itself (write it anew: `python -m config.reference`)."""
    assert (ROOT / "docs" / "reference.md").read_text("utf-8") == reference()


def test_every_code_is_documented_and_nothing_else() -> None:
    """`docs/checks/` says what the catalogue holds (write it anew: `python -m config.checks_reference`)."""
    found = {path.name: path.read_text("utf-8") for path in (ROOT / "docs" / "checks").iterdir()}
    assert found == pages()
    headings = re.findall(r"^## ([A-Z]{3}-\d{4})$", "".join(found.values()), re.MULTILINE)
    assert sorted(headings) == [message.code for message in catalogue()]


def test_links_between_documents_lead_somewhere() -> None:
    """Every relative link of the documents leads to a file of the repository."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert broken == []


def test_the_documents_speak_of_the_product_alone() -> None:
    """No document names a place on somebody's machine or a download address."""
    for page in [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *ROOT.glob("*.lock"),
        *ROOT.glob("requirements/*.lock"),
    ]:
        text = page.read_text("utf-8")
        assert not re.search(r"(?<![\w./])/(home|root|work|tmp)/", text), page
        assert "index-url" not in text or page.suffix == ".md", page


def test_every_metadata_set_list_and_counterpart_is_documented() -> None:
    """`docs/profiles.md` says what the data say (write it anew: `python -m config.profile_reference`)."""
    assert (ROOT / "docs" / "profiles.md").read_text("utf-8") == profile_reference()
