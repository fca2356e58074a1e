"""Classes and states of a dossier, as pages name them (vi, en)."""

from __future__ import annotations

DOSSIER_CLASSES: dict[str, tuple[str, str]] = {
    "office": ("Hồ sơ cơ quan", "File of the office"),
    "procedure": ("Hồ sơ thủ tục hành chính", "File of an administrative procedure"),
}

# `kept` and `disposal_review` are written in the rows of dossiers, which there are from sealing on. Before, a
# dossier is a row of its transfer, and `ingest.transfers.states.dossier_state` says which of the first two it is in.
DOSSIER_STATES: dict[str, tuple[str, str]] = {
    "closed": ("Đã kết thúc", "Closed"),
    "submitted": ("Đã nộp", "Submitted"),
    "kept": ("Đang lưu giữ", "Kept"),
    "disposal_review": ("Xem xét hủy", "Under disposal review"),
}
