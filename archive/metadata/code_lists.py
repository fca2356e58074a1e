"""Code lists as data, and what free text means in them: “Công văn”, “cong van”, “CV”.

One file a list under `code_lists/`, with where it is printed and how sure that is.
"""

from __future__ import annotations

import datetime
import functools
import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

from archive.metadata.periods import parse_period
from archive.text.folding import fold, nfc

#: Between several values of one field. No standard prints a sign; a comma is this product's.
SEPARATOR = ","
_BETWEEN = re.compile(r"\s*[,;/+&\n]\s*|\s+và\s+")
_EDGES = " .,:;-–'\"()[]"


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One code: its name in Vietnamese (as printed) and English, and other words that are understood."""

    code: str
    name: dict[str, str]
    also: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """Return everything that means this code."""
        return (self.name["vi"], *self.also)


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list.

    Attributes:
        fallback: code that says “other”; empty = the list has none.
        reads: ``period`` if a text is first understood as a retention period.
    """

    name: str
    title: dict[str, str]
    citation: str
    certainty: str
    valid_from: datetime.date
    fallback: str
    reads: str
    entries: tuple[CodeEntry, ...]

    def entry(self, code: str) -> CodeEntry | None:
        """Return the entry of a code, or None."""
        return next((entry for entry in self.entries if entry.code == code), None)

    def code_of(self, text: str) -> str | None:
        """Return the code that a text means, or None.

        Words as printed decide before folded ones, so that ``ĐA`` and ``DA`` stay two; folded words that two codes
        share mean neither. A code itself is no word: ``20`` is twenty years.
        """
        text = nfc(text).strip(_EDGES)
        period = parse_period(text) if self.reads == "period" else None
        text = period.render() if period else text
        for same in (str, fold):
            found = {entry.code for entry in self.entries if same(text) in map(same, entry.words)}
            if len(found) == 1:
                return found.pop()
        return None

    def codes_of(self, text: str) -> tuple[tuple[str, str | None], ...]:
        """Return (words, code or None) for each value that a text names; a text that is one value is never split."""
        whole = self.code_of(text)
        parts = [] if whole else [part for part in _BETWEEN.split(text) if part]
        return tuple((part, self.code_of(part)) for part in parts or [text])


@functools.cache
def code_lists() -> dict[str, CodeList]:
    """Return all lists by name, read once."""
    folder = resources.files("archive.metadata").joinpath("code_lists")
    lists = [
        _code_list(tomllib.loads(entry.read_text("utf-8")))
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
    ]
    return {found.name: found for found in lists}


def _code_list(data: dict[str, Any]) -> CodeList:
    return CodeList(
        name=data["name"],
        title=data["title"],
        citation=data["citation"],
        certainty=data["certainty"],
        valid_from=data["valid_from"],
        fallback=data.get("fallback", ""),
        reads=data.get("reads", ""),
        entries=tuple(CodeEntry(entry["code"], entry["name"], tuple(entry.get("also", ()))) for entry in data["entry"]),
    )
