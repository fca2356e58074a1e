"""The check report as people work through it: grouped by what must be done, one entry a rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from archive.messages.catalogue import level_of
from archive.messages.rules import Finding, Level
from ingest.transfers.models import TransferFile

# What must be done, in the order in which a person does it: levels, icon, look.
GROUPS: tuple[tuple[str, tuple[Level, ...], str, str], ...] = (
    ("errors", (Level.ERROR,), "x-octagon-fill", "bad"),
    ("judgement", (Level.WARNING, Level.UNKNOWN), "exclamation-triangle-fill", "warn"),
    ("info", (Level.INFO,), "info-circle-fill", "run"),
)
Words = tuple[str, str]
_OPEN: dict[str, Words] = {
    "errors": ("Phải xong trước khi tiếp nhận", "To be mended before acceptance"),
    "judgement": ("Cần bạn kết luận", "For you to judge"),
    "info": ("Nên biết, không chặn tiếp nhận", "Good to know, stops nothing"),
}
_OTHERS_JUDGE: Words = ("Chờ lưu trữ kết luận", "For the archive to judge")


# What the groups were, where nobody has anything to do any more.
_ACCEPTED: dict[str, Words] = {
    "errors": ("Lỗi đã nêu", "Errors that were told"),
    "judgement": ("Lưu trữ đã xem và chấp nhận khi tiếp nhận", "Seen and accepted by the archive"),
    "info": ("Đã ghi nhận", "Noted"),
}
_WITHDRAWN: dict[str, Words] = {
    "errors": ("Lỗi còn lại khi rút", "Errors left at the withdrawal"),
    "judgement": ("Chưa kết luận khi rút", "Not judged at the withdrawal"),
    "info": ("Đã ghi nhận", "Noted"),
}
_TITLES: dict[str, dict[str, Words]] = {
    **dict.fromkeys(("awaiting_handover", "sealing", "sealed"), _ACCEPTED),
    "withdrawn": _WITHDRAWN,
}


def can_be_corrected(finding: Finding) -> bool:
    """Return whether the finding names a field of the list that may be corrected in place; a file's place may not."""
    return bool(finding.where.field and finding.where.dossier) and "path" not in finding.where.field


def _likeness(finding: Finding) -> tuple[str, bool, str]:
    return finding.where.field, bool(finding.where.document), finding.found or ""


@dataclass(slots=True)
class ReportEntry:
    """One rule that is not kept, with all its places."""

    code: str
    level: Level
    places: list[Finding] = field(default_factory=list)
    _counted: Counter[tuple[str, bool, str]] | None = None

    def alike(self, finding: Finding) -> int:
        """Return at how many places the same was found in the same field."""
        if self._counted is None:
            self._counted = Counter(_likeness(place) for place in self.places if can_be_corrected(place))
        return self._counted[_likeness(finding)]


@dataclass(frozen=True, slots=True)
class ReportGroup:
    """What must be done in one way: mend, judge, or just know."""

    key: str
    title: Words
    icon: str
    look: str
    entries: tuple[ReportEntry, ...]

    @property
    def places(self) -> int:
        """Return how many places the group has."""
        return sum(len(entry.places) for entry in self.entries)


def report(findings: Iterable[Finding], state: str, *, judges: bool) -> list[ReportGroup]:
    """Return the findings grouped by what must be done, or was; groups without entries are left out.

    Args:
        findings: those in force.
        state: the transfer's.
        judges: whether the reader is the one to judge what wants judgement.
    """
    titles = {**_OPEN, **({} if judges else {"judgement": _OTHERS_JUDGE}), **_TITLES.get(state, {})}
    entries: dict[str, ReportEntry] = {}
    for finding in findings:
        entries.setdefault(finding.code, ReportEntry(finding.code, level_of(finding))).places.append(finding)
    return [
        ReportGroup(key, titles[key], icon, look, tuple(e for e in entries.values() if e.level in levels))
        for key, levels, icon, look in GROUPS
        if any(e.level in levels for e in entries.values())
    ]


# Kinds of files of which a page can be drawn; whether it is one shows when it is.
_DRAWN = (".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff")
_STAGED = frozenset({"awaiting_approval", "awaiting_review", "awaiting_handover"})


def drawable(files: Iterable[TransferFile], state: str) -> dict[str, int]:
    """Return the numbers of the files whose first page can be shown beside a finding, by path."""
    staged = state in _STAGED
    return {file.path: file.ordinal for file in files if staged and file.path.lower().endswith(_DRAWN)}
