"""Words and looks of what the pages of the holdings show."""

from __future__ import annotations

LOOKS = {"kept": ("archive", "ok"), "disposal_review": ("hourglass-split", "warn")}
EVENT_KINDS: dict[str, tuple[str, str]] = {
    "ingestion": ("Tiếp nhận", "Ingestion"),
    "message digest calculation": ("Tính mã băm", "Digest calculated"),
    "format identification": ("Nhận dạng định dạng", "Format identified"),
    "virus check": ("Quét mã độc", "Scanned for malware"),
    "fixity check": ("Kiểm tra toàn vẹn", "Fixity checked"),
    "replication": ("Sao chép", "Replicated"),
}
# Words, icon and look of each outcome.
OUTCOMES: dict[str, tuple[str, str, str, str]] = {
    "success": ("Xong", "Done", "check-circle", "ok"),
    "failure": ("Không đạt", "Failed", "x-octagon", "bad"),
    "not performed": ("Chưa thực hiện", "Not performed", "question-circle", "unknown"),
}
# Beside what was done with a dossier; anything else has a dot.
ACT_ICONS: dict[str, str] = {
    "correction.made": "pencil",
    "document.opened": "book",
    "dossier.opened": "eye",
    "dossier.placed": "boxes",
    "dossier.sealed": "lock",
    "package.exported": "box-arrow-up",
    "package.verified": "shield-check",
    "retention.due": "hourglass-split",
    "retention.planned": "calendar-range",
}
