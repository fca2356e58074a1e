"""Check 9: nothing of a secrecy grade comes in, and every access regime is one that the archive knows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archive.messages.rules import Finding, Where
from archive.text.folding import fold
from ingest.checks.context import CheckContext, cell, document_place, dossier_place

_GRADES = re.compile(r"(toi |tuyet )?mat\b|0?3$")
_KNOWN = {
    "",
    "cong khai",
    "khong han che",
    "rong rai",
    "noi bo",
    "han che",
    "su dung han che",
    "co dieu kien",
    "su dung co dieu kien",
    "01",
    "02",
    "1",
    "2",
}


def check_secrecy(context: CheckContext) -> Iterator[Finding]:
    """Yield an error for every secrecy grade (R-045, R-068), a warning for a regime in unknown words."""
    for dossier in context.submission.dossiers:
        yield from _judge(dossier.values.get("access", ""), dossier_place(dossier, "access"))
        for document in dossier.documents:
            yield from _judge(document.values.get("access", ""), document_place(dossier, document, "access"))


def _judge(text: str, where: Where) -> Iterator[Finding]:
    folded = fold(text)
    if _GRADES.match(folded):
        yield Finding("CHK-0901", where, {**cell(where), "text": text}, found=text)
    elif folded not in _KNOWN:
        yield Finding("CHK-0902", where, {**cell(where), "text": text}, found=text)
