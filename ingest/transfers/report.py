"""The check report as people work through it: grouped by what must be done, one entry a rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from archive.messages.catalogue import catalogue
from archive.messages.rules import Finding, Level

# What must be done, in the order in which a person does it.
GROUPS: tuple[tuple[str, tuple[Level, ...], str, str, str], ...] = (
    ("errors", (Level.ERROR,), "Phải xong trước khi tiếp nhận", "x-octagon-fill", "bad"),
    (
        "judgement",
        (Level.WARNING, Level.UNKNOWN),
        "Cần bạn kết luận",
        "exclamation-triangle-fill",
        "warn",
    ),
    ("info", (Level.INFO,), "Nên biết, không chặn tiếp nhận", "info-circle-fill", "run"),
)


@dataclass(slots=True)
class ReportEntry:
    """One rule that is not kept, with all its places."""

    code: str
    level: Level
    places: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReportGroup:
    """What must be done in one way: mend, judge, or just know."""

    key: str
    title: str
    icon: str
    look: str
    entries: tuple[ReportEntry, ...]

    @property
    def places(self) -> int:
        """Return how many places the group has."""
        return sum(len(entry.places) for entry in self.entries)


def report(findings: Iterable[Finding]) -> list[ReportGroup]:
    """Return the findings grouped by what must be done; groups without entries are left out."""
    texts = catalogue()
    entries: dict[str, ReportEntry] = {}
    for finding in findings:
        level = texts.get(finding.code).level
        entries.setdefault(finding.code, ReportEntry(finding.code, level)).places.append(finding)
    return [
        ReportGroup(key, title, icon, look, tuple(e for e in entries.values() if e.level in levels))
        for key, levels, title, icon, look in GROUPS
        if any(e.level in levels for e in entries.values())
    ]
