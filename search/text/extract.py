"""Taking text out of files; runs behind the fence, local path in, plain values out."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

EXTRACTOR = "kholuutru-text 1"
MAX_CHARACTERS = 2_000_000


def extract_text(path: str, name: str) -> dict[str, Any]:
    """Return ``text`` and ``detail`` of the file at a local path; `name` is only a hint at its kind.

    A PDF's text layer is read with the appearances of its signature widgets drawn in: number and date of real
    signed documents stand only there.
    """
    head = Path(path).read_bytes()[:8]
    if head.startswith(b"%PDF"):
        return _pdf(path)
    if head.startswith(b"PK") and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if "word/document.xml" in archive.namelist():
                return _docx(path)
    if name.lower().endswith((".txt", ".csv")):
        return {"text": Path(path).read_text("utf-8", errors="replace")[:MAX_CHARACTERS], "detail": ""}
    return {"text": "", "detail": "no extractor for this kind of file"}


def _pdf(path: str) -> dict[str, Any]:
    import pypdfium2
    from pypdfium2 import raw

    parts: list[str] = []
    length = 0
    with pypdfium2.PdfDocument(path) as document:
        for number in range(len(document)):
            page = document[number]
            # In memory only: draws annotations and form fields into the page, so that their text can be read.
            raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY)
            page.close()
            page = document[number]
            textpage = page.get_textpage()
            text = textpage.get_text_range()
            textpage.close()
            page.close()
            parts.append(text.replace("\r\n", "\n"))
            length += len(text)
            if length > MAX_CHARACTERS:
                return {"text": "\f".join(parts)[:MAX_CHARACTERS], "detail": f"cut after page {number + 1}"}
    text = "\f".join(parts)
    return {"text": text, "detail": "" if text.strip() else "no text layer"}


def _docx(path: str) -> dict[str, Any]:
    import docx

    document = docx.Document(path)
    parts = [paragraph.text for paragraph in document.paragraphs]
    for table in document.tables:
        parts += ["\t".join(cell.text for cell in row.cells) for row in table.rows]
    return {"text": "\n".join(parts)[:MAX_CHARACTERS], "detail": ""}
