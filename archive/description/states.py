"""States of a dossier, as pages name them (vi, en)."""

from __future__ import annotations

DOSSIER_STATES: dict[str, tuple[str, str]] = {
    "open": ("Đang lập", "Open"),
    "closed": ("Đã kết thúc", "Closed"),
    "submitted": ("Đã nộp", "Submitted"),
    "kept": ("Đang lưu giữ", "Kept"),
    "disposal_review": ("Xem xét hủy", "Under disposal review"),
}
