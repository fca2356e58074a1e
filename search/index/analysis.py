"""How text becomes terms: the one analysis for every search engine, for what is indexed and what is asked."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from archive.text.folding import fold, nfc

_TERM = re.compile(r"\w+")
_PHRASE = re.compile(r'"([^"]*)"')
# A longer run of letters is no word; engines refuse terms of some thousand bytes.
LONGEST_TERM = 100


def exact_terms(text: str) -> list[str]:
    """Return the terms with their marks: NFC, lower case, split at everything but letters and digits."""
    return [term[:LONGEST_TERM] for term in _TERM.findall(nfc(text).casefold().replace("_", " "))]


def folded_terms(text: str) -> list[str]:
    """Return the terms without marks, numbers without leading zeros: ``09/2025/QĐ-TTg`` → 9 2025 qd ttg."""
    return [_number(term)[:LONGEST_TERM] for term in _TERM.findall(fold(text).replace("_", " "))]


def _number(term: str) -> str:
    return (term.lstrip("0") or "0") if term.isdecimal() else term


def has_marks(term: str) -> bool:
    """Return whether a term carries a Vietnamese mark, or is a ``đ``."""
    return fold(term) != term


@dataclass(frozen=True, slots=True)
class Words:
    """What a person asked for.

    Attributes:
        folded: terms that must all occur, without marks.
        exact: the terms typed with marks, as typed; documents with all of these stand first.
        phrases: runs of folded terms that must occur as they are (typed in quotation marks).
    """

    folded: tuple[str, ...]
    exact: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]

    @property
    def empty(self) -> bool:
        """Return whether nothing was asked for."""
        return not self.folded and not self.phrases


def parse_words(query: str) -> Words:
    """Return what a query asks for; there is no syntax to get wrong, only words and quotation marks."""
    query = unicodedata.normalize("NFC", query)
    phrases = tuple(tuple(folded_terms(phrase)) for phrase in _PHRASE.findall(query))
    rest = _PHRASE.sub(" ", query).replace('"', " ")
    marked = [term for term in exact_terms(query) if has_marks(term)]
    return Words(
        folded=tuple(dict.fromkeys(folded_terms(rest))),
        exact=tuple(dict.fromkeys(marked)),
        phrases=tuple(phrase for phrase in phrases if phrase),
    )
