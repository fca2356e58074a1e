"""Classes and states of a dossier, as pages name them (vi, en)."""

from __future__ import annotations

DOSSIER_CLASSES: dict[str, tuple[str, str]] = {
    "office": ("Hồ sơ cơ quan", "File of the office"),
    "procedure": ("Hồ sơ thủ tục hành chính", "File of an administrative procedure"),
}

DOSSIER_STATES: dict[str, tuple[str, str]] = {
    "open": ("Đang lập", "Open"),
    "closed": ("Đã kết thúc", "Closed"),
    "submitted": ("Đã nộp", "Submitted"),
    "kept": ("Đang lưu giữ", "Kept"),
    "disposal_review": ("Xem xét hủy", "Under disposal review"),
}
