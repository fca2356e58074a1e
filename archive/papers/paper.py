"""A paper as offices write it (NĐ 30/2020, Phụ lục I): heading, title, blocks; written out as `.docx` and `.pdf`."""

from __future__ import annotations

from dataclasses import dataclass

MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
# Margins in millimetres: top, right, bottom, left, the bound side.
MARGINS = (20, 15, 20, 30)


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `look`: ``plain``, ``bold``, ``italic``, ``centred``."""

    text: str
    look: str = "plain"


@dataclass(frozen=True, slots=True)
class Heading:
    """A line above a part of the paper."""

    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, its share of the width, and whether it holds numbers."""

    head: str
    share: int
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads that are repeated on every page; `marked` rows (counted from 0) stand out."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Signatures:
    """Who signs, side by side: role, then lines below it."""

    sides: tuple[tuple[str, tuple[str, ...]], ...]


Block = Text | Heading | Table | Signatures


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper.

    Attributes:
        superior, body: agency above and agency, as the heading's left side shows them; `superior` may be empty.
        title: name of the kind of paper, printed in capitals.
        subject: what it is about; may be empty.
        dated: place and day, or what stands in their place; may be empty.
        landscape: A4 on its side.
    """

    superior: str
    body: str
    title: str
    subject: str
    dated: str
    blocks: tuple[Block, ...]
    landscape: bool = False
