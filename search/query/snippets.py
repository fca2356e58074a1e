"""The place in a text where the words stand, with the words marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archive.text.folding import nfc
from search.index.analysis import Words, folded_terms

_WORD = re.compile(r"\w+")
_BLANKS = re.compile(r"\s+")
_AROUND = 90


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text, marked or not."""

    text: str
    marked: bool


def snippet(text: str, words: Words) -> tuple[Piece, ...]:
    """Return the surroundings of the first place where a word occurs, in pieces; empty when none does."""
    # Marks that stand apart from their letters would cut words in two.
    text = nfc(text)
    matches = _matches(text, words)
    if not matches:
        return ()
    start, end = _best_window(matches)
    left, right = max(0, start - _AROUND // 2), min(len(text), end + _AROUND)
    pieces = [Piece("… " if left else "", marked=False)]
    at = left
    for match in matches:
        if left <= match.start() and match.end() <= right:
            pieces += [Piece(_plain(text[at : match.start()]), marked=False), Piece(match.group(), marked=True)]
            at = match.end()
    pieces += [Piece(_plain(text[at:right]), marked=False), Piece(" …" if right < len(text) else "", marked=False)]
    return tuple(piece for piece in pieces if piece.text)


def marked(text: str, words: Words) -> tuple[Piece, ...]:
    """Return a whole text in pieces, every place where a word stands marked; line breaks stay."""
    text = nfc(text)
    pieces: list[Piece] = []
    at = 0
    for match in _matches(text, words):
        pieces += [Piece(text[at : match.start()], marked=False), Piece(match.group(), marked=True)]
        at = match.end()
    pieces.append(Piece(text[at:], marked=False))
    return tuple(piece for piece in pieces if piece.text)


def _matches(text: str, words: Words) -> list[re.Match[str]]:
    wanted = set(words.folded) | {term for phrase in words.phrases for term in phrase}
    return [match for match in _WORD.finditer(text) if wanted.intersection(folded_terms(match.group()))]


def _plain(text: str) -> str:
    """Return the text on one line."""
    return _BLANKS.sub(" ", text)


def _best_window(matches: Sequence[re.Match[str]]) -> tuple[int, int]:
    """Return begin and end of the densest run of matches within two surroundings."""
    best, chosen = 0, (matches[0].start(), matches[0].end())
    first = 0
    for last, match in enumerate(matches):
        while match.end() - matches[first].start() > 2 * _AROUND:
            first += 1
        if last - first + 1 > best:
            best, chosen = last - first + 1, (matches[first].start(), match.end())
    return chosen
