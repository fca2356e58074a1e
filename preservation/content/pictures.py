"""Pictures of pages: a PDF's page with its annotations and form widgets drawn, or an image; made behind the fence.

Number and date of really signed documents stand only in the appearances of their signature widgets, so these are drawn.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

#: Widths in pixels that may be asked for; anything else is answered with the nearest.
WIDTHS = (300, 900, 1400)
_MOST_PIXELS = 40_000_000
_IMAGES = {b"\xff\xd8\xff": "JPEG", b"\x89PNG": "PNG", b"II*\x00": "TIFF", b"MM\x00*": "TIFF", b"GIF8": "GIF"}


def kind_of(head: bytes) -> str:
    """Return ``pdf``, ``image`` or an empty text for what begins so."""
    if head.startswith(b"%PDF"):
        return "pdf"
    return "image" if any(head.startswith(sign) for sign in _IMAGES) else ""


def count_pages(path: str) -> dict[str, Any]:
    """Return ``{"kind": …, "pages": …}``; no page of what cannot be shown."""
    with Path(path).open("rb") as file:
        kind = kind_of(file.read(8))
    if kind == "pdf":
        import pypdfium2

        with pypdfium2.PdfDocument(path) as document:
            return {"kind": kind, "pages": len(document)}
    if kind == "image":
        from PIL import Image

        with Image.open(path) as image:
            return {"kind": kind, "pages": getattr(image, "n_frames", 1)}
    return {"kind": "", "pages": 0}


def draw_page(path: str, number: int, width: int) -> bytes:
    """Return page `number` (from 1) as PNG, `width` pixels wide; empty when there is no such page."""
    with Path(path).open("rb") as file:
        kind = kind_of(file.read(8))
    return _of_pdf(path, number, width) if kind == "pdf" else _of_image(path, number, width) if kind else b""


def _of_pdf(path: str, number: int, width: int) -> bytes:
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        if not 1 <= number <= len(document):
            return b""
        document.init_forms()
        page = document[number - 1]
        wide, high = page.get_size()
        scale = width / max(wide, 1)
        if wide * high * scale * scale > _MOST_PIXELS:
            scale = (_MOST_PIXELS / (wide * high)) ** 0.5
        picture = page.render(scale=scale, draw_annots=True, may_draw_forms=True).to_pil()
        return _png(picture)


def _of_image(path: str, number: int, width: int) -> bytes:
    from PIL import Image, ImageOps

    # What is larger is refused by Pillow before it is unpacked.
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS * 5
    with Image.open(path) as image:
        if not 1 <= number <= getattr(image, "n_frames", 1):
            return b""
        image.seek(number - 1)
        image.draft("RGB", (width, width * 4))
        upright = _as_seen(ImageOps.exif_transpose(image))
        upright.thumbnail((width, width * 4))
        return _png(upright)


def _as_seen(image: Any) -> Any:  # noqa: ANN401 - of Pillow
    """Return an image in plain colours: what is transparent lies on white paper, 16 bits of grey become 8."""
    from PIL import Image

    if image.mode.startswith("I"):
        # Pillow cuts greater values off instead of scaling them.
        brightest = max(image.getextrema()[1], 65535)
        grey = image.convert("I").point(lambda value: value * 255 / brightest)
        return grey.convert("L").convert("RGB")
    if image.has_transparency_data:
        coloured = image.convert("RGBA")
        paper = Image.new("RGBA", coloured.size, "white")
        return Image.alpha_composite(paper, coloured).convert("RGB")
    return image.convert("RGB")


def _png(picture: Any) -> bytes:  # noqa: ANN401 - of Pillow
    written = io.BytesIO()
    picture.convert("RGB").quantize(128).save(written, "PNG", optimize=False)
    return written.getvalue()
