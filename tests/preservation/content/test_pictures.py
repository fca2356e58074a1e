"""Pictures of pages: of every page there is, of none that there is not, with what was signed drawn in."""

from __future__ import annotations

import io
import itertools
from pathlib import Path

import pytest
from PIL import Image

from preservation.content.pictures import count_pages, draw_page
from tests.structure.sources import ROOT

SIGNED = ROOT / "tests/samples/transfer/HS.01/999-ttg.signed.pdf"


def ink(picture: Image.Image) -> int:
    """Return how many pixels are not white."""
    return sum(value < 200 for value in picture.convert("L").tobytes())


def test_every_page_of_a_pdf_is_drawn_by_itself() -> None:
    """Each page has its picture in the width asked for; beyond the last there is none."""
    pages = count_pages(str(SIGNED))
    assert pages["kind"] == "pdf"
    assert pages["pages"] > 1
    for number in (1, pages["pages"]):
        picture = Image.open(io.BytesIO(draw_page(str(SIGNED), number, 300)))
        assert picture.format == "PNG"
        assert abs(picture.width - 300) <= 1
    assert draw_page(str(SIGNED), pages["pages"] + 1, 300) == b""
    assert draw_page(str(SIGNED), 0, 300) == b""


def test_what_a_signature_shows_is_drawn() -> None:
    """The appearance of a signature stands in the picture: without its widgets the page has less ink."""
    import pypdfium2

    drawn = Image.open(io.BytesIO(draw_page(str(SIGNED), 1, 900)))
    with pypdfium2.PdfDocument(str(SIGNED)) as document:
        page = document[0]
        bare = page.render(scale=900 / page.get_size()[0], draw_annots=False, may_draw_forms=False).to_pil()
    assert ink(drawn) > ink(bare)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_an_image_is_one_page(kind: str, tmp_path: Path) -> None:
    """An image is shown as its own page, no wider than asked for."""
    path = tmp_path / "image"
    Image.new("RGB", (1000, 500), "white").save(path, kind)
    assert count_pages(str(path)) == {"kind": "image", "pages": 1}
    assert Image.open(io.BytesIO(draw_page(str(path), 1, 300))).size == (300, 150)
    assert draw_page(str(path), 2, 300) == b""


def test_what_is_neither_has_no_pages(tmp_path: Path) -> None:
    """A file of another kind has no page, and that is no failure."""
    path = tmp_path / "text"
    path.write_bytes(b"only words")
    assert count_pages(str(path)) == {"kind": "", "pages": 0}
    assert draw_page(str(path), 1, 300) == b""


def drawn(path: Path) -> Image.Image:
    """Return the first page in grey."""
    return Image.open(io.BytesIO(draw_page(str(path), 1, 300))).convert("L")


def test_what_is_transparent_lies_on_white_paper(tmp_path: Path) -> None:
    """Black ink on a transparent page is read as on paper."""
    page = Image.new("RGBA", (600, 300), (0, 0, 0, 0))
    page.paste((0, 0, 0, 255), (100, 100, 200, 150))
    page.save(tmp_path / "page", "PNG")
    assert drawn(tmp_path / "page").getpixel((5, 5)) == 255
    assert drawn(tmp_path / "page").getpixel((75, 62)) == 0


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_of_grey_stay_grey(kind: str, tmp_path: Path) -> None:
    """A scan of 16 bits keeps its tones."""
    page = Image.new("I;16", (600, 300), 30000)
    for x, y in itertools.product(range(100, 200), range(100, 150)):
        page.putpixel((x, y), 500)
    page.save(tmp_path / "page", kind)
    tones = drawn(tmp_path / "page")
    assert tones.getpixel((5, 5)) == pytest.approx(30000 / 257, abs=4)
    assert tones.getpixel((75, 62)) == pytest.approx(500 / 257, abs=4)
