from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from archive.messages.catalogue import catalogue
from preservation.formats.errors import FormatError
from preservation.formats.pages import count_pdf_pages

_TRANSFER = Path(__file__).parents[2] / "samples" / "transfer"


def _pdf(path: Path, pages: int, **options: object) -> str:
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page()
        document.save(path, **options)  # type: ignore[arg-type] # handed on
    return str(path)


@pytest.mark.parametrize(
    ("path", "pages"),
    [("HS.01/970-ttg.signed.pdf", 2), ("HS.02/20-2020-QD-TTg.pdf", 18), ("03.KSTTHC/Quyết định-2093-QĐ-BYT.pdf", 170)],
)
def test_pages_of_real_documents_are_counted(path: str, pages: int) -> None:
    """Signed and scanned documents have the pages that a reader shows."""
    assert count_pdf_pages(str(_TRANSFER / path)) == pages


def _locked(folder: Path) -> str:
    return _pdf(folder / "locked.pdf", 1, encryption=pikepdf.Encryption(owner="a", user="b"))


def _no_pdf(folder: Path) -> str:
    (folder / "text.pdf").write_bytes(b"xin chao")
    return str(folder / "text.pdf")


RAISES = {"FMT-0001": _locked, "FMT-0002": _no_pdf}


@pytest.mark.parametrize("code", RAISES)
def test_what_cannot_be_counted_says_why(code: str, tmp_path: Path) -> None:
    """A locked file and no PDF are two answers, neither of them a number."""
    with pytest.raises(FormatError) as raised:
        count_pdf_pages(RAISES[code](tmp_path))
    assert (raised.value.code, raised.value.parameters) == (code, {})


def test_every_code_of_the_catalogue_has_its_fixture() -> None:
    """No code of the formats is without a fixture."""
    assert set(RAISES) == {message.code for message in catalogue() if message.subject == "formats"}


def test_a_pdf_without_pages_is_damaged(tmp_path: Path) -> None:
    """No number is given for a document that has no page."""
    with pytest.raises(FormatError) as raised:
        count_pdf_pages(_pdf(tmp_path / "none.pdf", 0))
    assert raised.value.code == "FMT-0002"


def test_a_missing_file_is_no_damaged_pdf(tmp_path: Path) -> None:
    """A file that is not there raises what the system says."""
    with pytest.raises(FileNotFoundError):
        count_pdf_pages(str(tmp_path / "missing.pdf"))
