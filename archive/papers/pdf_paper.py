"""A paper as `.pdf`: HTML of our own, drawn by WeasyPrint in the fence, with the fonts that lie beside this module."""

from __future__ import annotations

import functools
from importlib import resources

from markupsafe import Markup, escape

from archive.papers.errors import PaperError
from archive.papers.paper import MARGINS, MOTTO, Block, Heading, Paper, Signatures, Table, Text

_FONTS = resources.files("archive.papers") / "fonts"
_FACES = ((400, "normal"), (700, "normal"), (400, "italic"))
_STYLE = """
@page { size: A4 %(side)s; margin: %(margins)s;
  @bottom-center { content: counter(page) " / " counter(pages); font: 10pt Tinos, serif; } }
body { font: 13pt/1.35 Tinos, serif; }
p { margin: 0 0 4pt; text-align: justify; } h1 { font-size: 14pt; text-align: center; margin: 14pt 0 0; }
h2 { font-size: 13pt; margin: 12pt 0 4pt; } .subject { font-weight: bold; text-align: center; margin-bottom: 12pt; }
.sides { display: flex; } .sides > div { flex: 1; text-align: center; } .sides p { text-align: center; margin: 0; }
.head { font-size: 12pt; } .head > .motto { flex: 1.5; white-space: nowrap; }
.signatures { margin-top: 14pt; break-inside: avoid; }
.dated { text-align: right; font-style: italic; margin-top: 8pt; } .centred { text-align: center; }
.bold { font-weight: bold; } .italic { font-style: italic; }
table { width: 100%%; border-collapse: collapse; table-layout: fixed; margin: 6pt 0; font-size: 11pt; }
th, td { border: .5pt solid #000; padding: 2pt 4pt; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { text-align: center; } .numeric { text-align: right; } tr { break-inside: avoid; } .marked { font-weight: bold; }
"""


@functools.cache
def can_draw() -> bool:
    """Return whether this machine has what drawing takes (Pango)."""
    try:
        import weasyprint  # noqa: F401 - the import looks for the library
    except OSError:
        return False
    return True


def pdf_paper(paper: Paper) -> bytes:
    """Return the paper as PDF; for the fence, since a long one takes time and memory.

    Raises:
        PaperError: ``PAP-0001`` this machine lacks Pango.
    """
    if not can_draw():
        raise PaperError("PAP-0001")
    from weasyprint import HTML

    return bytes(HTML(string=str(_html(paper)), url_fetcher=_own_font).write_pdf())


def _own_font(url: str, *_: object, **__: object) -> object:
    """Give a font of ours by name; nothing else is ever fetched, from nowhere."""
    from weasyprint.urls import URLFetcherResponse

    name = url.removeprefix("font:")
    if name not in {_font(*face) for face in _FACES}:
        raise ValueError(url)
    return URLFetcherResponse(url, _FONTS.joinpath(name).read_bytes(), {"Content-Type": "font/ttf"})


def _font(weight: int, style: str) -> str:
    return f"tinos-{weight}-{style}.ttf"


def _html(paper: Paper) -> Markup:
    faces = "".join(
        f"@font-face {{ font-family: Tinos; font-weight: {weight}; font-style: {style}; "
        f'src: url("font:{_font(weight, style)}"); }}'
        for weight, style in _FACES
    )
    margins = " ".join(f"{margin}mm" for margin in MARGINS)
    style = faces + _STYLE % {"side": "landscape" if paper.landscape else "", "margins": margins}
    body = Markup().join(_drawn(block) for block in paper.blocks)
    left = _lines([(paper.superior, False), (paper.body.upper(), True)])
    right = _lines([(line, True) for line in MOTTO])
    head = Markup('<div class="sides head"><div>{}</div><div class="motto">{}</div></div>').format(left, right)
    dated = Markup('<p class="dated">{}</p>').format(paper.dated) if paper.dated else ""
    subject = Markup('<p class="subject">{}</p>').format(paper.subject) if paper.subject else ""
    title = f"{paper.title} {paper.subject}".strip()
    return Markup(
        '<!doctype html><html lang="vi"><head><title>{}</title><style>{}</style></head>'
        "<body>{}{}<h1>{}</h1>{}{}</body></html>"
    ).format(title, Markup(style), head, dated, paper.title.upper(), subject, body)  # noqa: S704 - ours alone


def _drawn(block: Block) -> Markup:
    if isinstance(block, Text):
        return Markup('<p class="{}">{}</p>').format(block.look, block.text)
    if isinstance(block, Heading):
        return Markup("<h2>{}</h2>").format(block.text)
    if isinstance(block, Signatures):
        sides = Markup().join(
            Markup("<div>{}</div>").format(_lines([(role, True), *((line, False) for line in lines)]))
            for role, lines in block.sides
        )
        return Markup('<div class="sides signatures">{}</div>').format(sides)
    return _table(block)


def _table(block: Table) -> Markup:
    total = sum(column.share for column in block.columns)
    widths = Markup().join(
        Markup('<col style="width:{}%">').format(round(100 * column.share / total, 2)) for column in block.columns
    )
    heads = Markup().join(Markup("<th>{}</th>").format(column.head) for column in block.columns)
    rows = Markup().join(
        Markup('<tr class="{}">{}</tr>').format(
            "marked" if number in block.marked else "",
            Markup().join(
                Markup('<td class="{}">{}</td>').format("numeric" if column.numeric else "", text)
                for column, text in zip(block.columns, row, strict=True)
            ),
        )
        for number, row in enumerate(block.rows)
    )
    return Markup("<table>{}<thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(widths, heads, rows)


def _lines(lines: list[tuple[str, bool]]) -> Markup:
    return Markup().join(
        Markup('<p class="{}">{}</p>').format("bold" if bold else "", escape(text)) for text, bold in lines if text
    )
