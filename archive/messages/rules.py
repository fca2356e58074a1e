"""What a check says: a code, where, and the values that make the sentence concrete."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any


class Level(enum.StrEnum):
    """How much a finding weighs.

    ``error`` must be mended before acceptance; ``warning`` wants a person's judgement; ``info`` is good to
    know; ``unknown`` says that something could not be checked, which is never a pass.
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Where:
    """The place that a finding is about; empty parts do not apply.

    Attributes:
        dossier: key of the dossier inside the transfer.
        document: ordinal of the document inside its dossier, counted from 1.
        path: path of the file inside the transfer, NFC, ``/`` between parts.
        row: row of the list as a spreadsheet numbers it, counted from 1.
        column: letter of the column, ``A`` … ``AT``.
        field: tag of the field in the metadata profile.
    """

    dossier: str = ""
    document: int = 0
    path: str = ""
    row: int = 0
    column: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that one thing does not keep (or that could not be checked).

    Attributes:
        code: code of the message catalogue; its level comes from there unless `level` is given.
        where: the place.
        parameters: values for the texts' placeholders; strings and integers only.
        found: the value as it came in, if one value is concerned.
        proposed: the value that would mend it, if there is one.
        level: how much it weighs where a body has changed the rule.
    """

    code: str
    where: Where = field(default_factory=Where)
    parameters: dict[str, str | int] = field(default_factory=dict)
    found: str | None = None
    proposed: str | None = None
    level: Level | None = None

    def to_plain(self) -> dict[str, Any]:
        """Return the finding as JSON types, for storing and for `--json`."""
        place = {name: getattr(self.where, name) for name in Where.__slots__ if getattr(self.where, name)}
        return {
            "code": self.code,
            "where": place,
            "parameters": dict(self.parameters),
            "found": self.found,
            "proposed": self.proposed,
            **({"level": str(self.level)} if self.level else {}),
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Finding:
        """Return the finding that `to_plain` described."""
        return cls(
            code=plain["code"],
            where=Where(**plain.get("where", {})),
            parameters=dict(plain.get("parameters", {})),
            found=plain.get("found"),
            proposed=plain.get("proposed"),
            level=Level(plain["level"]) if plain.get("level") else None,
        )
