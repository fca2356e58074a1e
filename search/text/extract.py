"""Taking text out of files; runs behind the fence, local path in, plain values out."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

EXTRACTOR = "kholuutru-text 2"
MAX_CHARACTERS = 2_000_000
NO_EXTRACTOR = "no extractor for this kind of file"
NO_TEXT_LAYER = "no text layer"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
# After the body, in this order.
_PARTS = ("header", "footer", "footnotes", "endnotes")
_LEFT_OUT = {f"{_W}pPr", f"{_W}rPr", f"{_W}moveFrom", f"{_COMPATIBILITY}Fallback"}
_SPACES = {f"{_W}tab", f"{_W}br", f"{_W}cr"}
_ROW_END = "\r"
_ENDS = {f"{_W}p": "\n", f"{_W}tc": "\t", f"{_W}tr": _ROW_END}


def extract_text(path: str, name: str) -> dict[str, Any]:
    """Return ``text`` and ``detail`` of the file at a local path; `name` is only a hint at its kind.

    A PDF's text layer is read with the appearances of its signature widgets drawn in: number and date of real
    signed documents stand only there.
    """
    with Path(path).open("rb") as file:
        head = file.read(8)
    if head.startswith(b"%PDF"):
        return _pdf(path)
    if head.startswith(b"PK") and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if "word/document.xml" in archive.namelist():
                return _docx(path)
    if name.lower().endswith((".txt", ".csv")):
        return {"text": Path(path).read_text("utf-8", errors="replace")[:MAX_CHARACTERS], "detail": ""}
    return {"text": "", "detail": NO_EXTRACTOR}


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
    return {"text": text, "detail": "" if text.strip() else NO_TEXT_LAYER}


def _docx(path: str) -> dict[str, Any]:
    import docx
    from docx.oxml.parser import parse_xml

    document = docx.Document(path)
    roots: list[Any] = [document.element]
    related = [relation for relation in document.part.rels.values() if not relation.is_external]
    for kind in _PARTS:
        for relation in related:
            if relation.reltype.endswith(f"/{kind}"):
                part = relation.target_part
                # python-docx gives some parts as bytes only; its parser resolves no entities.
                root = getattr(part, "element", None)
                roots.append(parse_xml(part.blob) if root is None else root)
    pieces: list[str] = []
    length = 0
    for piece in (piece for root in roots for piece in _words(root)):
        if piece == "\t" and pieces[-1:] == ["\n"]:
            pieces.pop()  # the last paragraph of a cell ends with the cell
        elif piece == _ROW_END:
            if pieces[-1:] == ["\t"]:
                pieces.pop()
            piece = "\n"  # noqa: PLW2901 - a row ends as a line
        pieces.append(piece)
        length += len(piece)
        if length > MAX_CHARACTERS:
            break
    return {"text": "".join(pieces).strip("\n")[:MAX_CHARACTERS], "detail": ""}


def _words(root: Any) -> Iterator[str]:  # noqa: ANN401 - an lxml element
    """Yield what stands below an element, in its order: also tracked insertions, content controls, nested tables.

    What was deleted or moved away is no `w:t`, or is left out; so are the twins of drawings for older programs.
    """
    waiting: list[tuple[Any, bool]] = [(root, False)]
    while waiting:
        element, ended = waiting.pop()
        tag = element.tag
        if ended:
            yield _ENDS[tag]
        elif tag == f"{_W}t":
            yield element.text or ""
        elif tag in _SPACES:
            yield " "
        elif tag == f"{_W}noBreakHyphen":
            yield "-"
        elif tag not in _LEFT_OUT:
            if tag in _ENDS:
                waiting.append((element, True))
            waiting += [(child, False) for child in reversed(element)]
