"""The place in a text where the words stand, with the words marked."""

from __future__ import annotations

import functools
import itertools
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.text.folding import nfc
from search.index.analysis import Words, folded_terms

_WORD = re.compile(r"\w+")
_BLANKS = re.compile(r"\s+")
_AROUND = 90
PAGE_END = "\f"
# The densest place is looked for among so many: what comes first is what a reader meets first.
_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text, marked or not; `place` numbers the marked places of a whole text from 1, 0 elsewhere."""

    text: str
    marked: bool
    place: int = 0


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A place in a text in pieces; `page` from 1, 0 where the text has no pages."""

    pieces: tuple[Piece, ...]
    page: int


def excerpt(text: str, words: Words) -> Excerpt:
    """Return the surroundings of the place where the words stand most densely; no pieces when none does."""
    # Marks that stand apart from their letters would cut words in two.
    text = nfc(text)
    matches = list(itertools.islice(_matches(text, words), _LOOKED_AT))
    if not matches:
        return Excerpt((), 0)
    start, end = _best_window(matches)
    left, right = max(0, start - _AROUND // 2), min(len(text), end + _AROUND)
    pieces = [Piece("… " if left else "", marked=False)]
    at = left
    for match in matches:
        if left <= match.start() and match.end() <= right:
            pieces += [Piece(_plain(text[at : match.start()]), marked=False), Piece(match.group(), marked=True)]
            at = match.end()
    pieces += [Piece(_plain(text[at:right]), marked=False), Piece(" …" if right < len(text) else "", marked=False)]
    page = text.count(PAGE_END, 0, start) + 1 if PAGE_END in text else 0
    return Excerpt(tuple(piece for piece in pieces if piece.text), page)


def marked(text: str, words: Words) -> tuple[Piece, ...]:
    """Return a whole text in pieces, every word that was asked for marked; line breaks stay.

    Words that stand side by side are one place.
    """
    text = nfc(text)
    pieces: list[Piece] = []
    at = place = 0
    for match in _matches(text, words):
        between = text[at : match.start()]
        if not place or _WORD.search(between):
            place += 1
        pieces += [Piece(between, marked=False), Piece(match.group(), marked=True, place=place)]
        at = match.end()
    pieces.append(Piece(text[at:], marked=False))
    return tuple(piece for piece in pieces if piece.text)


def count_places(text: str, words: Words) -> int:
    """Return at how many places of a text the words stand, as `marked` numbers them."""
    return max((piece.place for piece in marked(text, words)), default=0)


def _matches(text: str, words: Words) -> Iterator[re.Match[str]]:
    """Yield the places of single words and of whole phrases, in the order of the text, each once."""
    wanted = set(words.folded)
    longest = max(map(len, words.phrases), default=0)
    # The latest terms with their places: as many as the longest phrase has.
    latest: deque[tuple[str, re.Match[str]]] = deque(maxlen=longest)
    waiting: deque[tuple[re.Match[str], bool]] = deque()
    for match in _WORD.finditer(text):
        terms = _terms(match.group())
        waiting.append((match, not wanted.isdisjoint(terms)))
        for term in terms if longest else ():
            latest.append((term, match))
            run = tuple(found for found, _place in latest)
            for phrase in words.phrases:
                if run[-len(phrase) :] == phrase:
                    inside = {place.start() for _term, place in list(latest)[-len(phrase) :]}
                    waiting = deque((each, hit or each.start() in inside) for each, hit in waiting)
        # What no phrase can reach any more is decided.
        while len(waiting) > longest:
            place, hit = waiting.popleft()
            if hit:
                yield place
    yield from (place for place, hit in waiting if hit)


@functools.lru_cache(maxsize=50_000)
def _terms(word: str) -> tuple[str, ...]:
    """Return a word's terms; a language has few words, a document many."""
    return tuple(folded_terms(word))


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
