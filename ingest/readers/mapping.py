"""Which column of a list holds what: guessed from the headings, corrected and saved by a person."""

from __future__ import annotations

import dataclasses
import difflib
import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.readers.errors import SpreadsheetError
from ingest.readers.fields import field_of_target, heading_key, list_fields, targets_of_heading

_IN_BRACKETS = re.compile(r"\([^)]*\)")
#: At this likeness "Tình trạng vật lí" is "Tình trạng vật lý", and "Ngày bắt đầu" is not "Năm bắt đầu".
_LIKENESS = 0.92


class Confidence(enum.StrEnum):
    """How sure the match of a column is, from surest to none."""

    PERSON = "person"
    CERTAIN = "certain"
    ORDER = "order"
    SIMILAR = "similar"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """One column: letter, heading as written, target (a key of `fields.toml`, or empty), confidence."""

    letter: str
    heading: str
    target: str = ""
    confidence: Confidence = Confidence.NONE


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """The columns of one sheet; rows after `heading_row` are the list."""

    sheet: str
    heading_row: int
    columns: tuple[MappedColumn, ...]

    def targets(self) -> dict[str, str]:
        """Return target by column letter, without the columns that stand for nothing."""
        return {column.letter: column.target for column in self.columns if column.target}

    def letters(self, level: str) -> dict[str, str]:
        """Return column letter by field name for one level (``dossier``, ``document``)."""
        fields = field_of_target()
        found: dict[str, str] = {}
        for letter, target in self.targets().items():
            if fields[target].level == level:
                found.setdefault(fields[target].name, letter)
        return found

    def missing(self) -> tuple[str, ...]:
        """Return the keys of the fields that no column holds."""
        held = {field_of_target()[target].key for target in self.targets().values()}
        return tuple(field.key for field in list_fields() if field.key not in held)

    def corrected(self, targets: Mapping[str, str]) -> ColumnMapping:
        """Return the mapping with some columns' targets (by letter; empty = stands for nothing) set by a person.

        Raises:
            SpreadsheetError: ``RDR-0116`` no such column or target, or a target for two columns.
        """
        known = {column.letter for column in self.columns}
        wrong = [x for x in targets if x not in known] + [
            target for target in targets.values() if target and target not in field_of_target()
        ]
        mapping = dataclasses.replace(
            self,
            columns=tuple(
                dataclasses.replace(column, target=targets[column.letter], confidence=Confidence.PERSON)
                if column.letter in targets
                else column
                for column in self.columns
            ),
        )
        held = [column.target for column in mapping.columns if column.target]
        wrong += sorted({target for target in held if held.count(target) > 1})
        if wrong:
            raise SpreadsheetError("RDR-0116", what=wrong[0])
        return mapping

    def to_plain(self) -> dict[str, Any]:
        """Return the mapping as JSON types."""
        return dataclasses.asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> ColumnMapping:
        """Return the mapping that `to_plain` described."""
        columns = tuple(
            MappedColumn(**{**column, "confidence": Confidence(column["confidence"])}) for column in plain["columns"]
        )
        return cls(plain["sheet"], plain["heading_row"], columns)


def known_headings(headings: Sequence[str]) -> int:
    """Return how many different headings of the usual list stand in a row."""
    return len({key for heading in headings if (key := heading_key(heading)) in targets_of_heading()})


def guess_columns(headings: Mapping[str, str]) -> tuple[MappedColumn, ...]:
    """Return a column for each heading (by letter, in the order of the sheet).

    A heading that both levels know ("Ngôn ngữ") belongs to the level of the nearest column to its left that
    only one level knows; where that would leave two columns for one target, the second takes the other level.
    """
    candidates = {letter: _candidates(heading) for letter, heading in headings.items()}
    alone = {x: _level(found[0]) for x, (found, _) in candidates.items() if len(found) == 1} | {"": "dossier"}
    level = next(level for level in alone.values() if level != "row")
    taken: set[str] = set()
    columns = []
    for letter, (targets, confidence) in candidates.items():
        if alone.get(letter, "row") != "row":
            level = alone[letter]
        free = [target for target in targets if target not in taken]
        target = next((target for target in free if _level(target) == level), next(iter(free), ""))
        taken.add(target)
        by_order = len(targets) > 1 and confidence is Confidence.CERTAIN
        sure = Confidence.ORDER if by_order else confidence
        columns.append(MappedColumn(letter, headings[letter], target, sure if target else Confidence.NONE))
    return tuple(columns)


def _level(target: str) -> str:
    return target.partition(".")[0]


def _candidates(heading: str) -> tuple[tuple[str, ...], Confidence]:
    known = targets_of_heading()
    key = heading_key(heading)
    if key in known:
        return known[key], Confidence.CERTAIN
    bare = heading_key(_IN_BRACKETS.sub(" ", heading))
    close = [bare] if bare in known else difflib.get_close_matches(bare, known, n=1, cutoff=_LIKENESS)
    return (known[close[0]], Confidence.SIMILAR) if close else ((), Confidence.NONE)
