"""How many pages a PDF has. Meant to run behind the fence."""

from __future__ import annotations

from pathlib import Path

from preservation.formats.errors import FormatError

_PDFIUM_PASSWORD = 4  # FPDF_ERR_PASSWORD


def count_pdf_pages(path: str) -> int:
    """Return the number of pages of the PDF at a local path.

    Raises:
        FormatError: ``FMT-0001`` locked by a password; ``FMT-0002`` damaged, without pages, or no PDF.
        OSError: the file cannot be read.
    """
    import pypdfium2

    # Given by path, the library reads only what it needs; a missing file would look like a damaged one.
    with Path(path).open("rb"):
        try:
            with pypdfium2.PdfDocument(path) as document:
                return len(document)
        except pypdfium2.PdfiumError as error:
            locked = getattr(error, "err_code", None) == _PDFIUM_PASSWORD
            raise FormatError("FMT-0001" if locked else "FMT-0002") from error
