"""Kinds of bodies, as pages name them."""

from __future__ import annotations

KINDS: dict[str, tuple[str, str]] = {
    "operator": ("Đơn vị vận hành hệ thống", "System operator"),
    "province": ("Cấp tỉnh", "Province"),
    "department": ("Sở, ban, ngành", "Department"),
    "commune": ("Cấp xã", "Commune"),
    "public_unit": ("Đơn vị sự nghiệp", "Public unit"),
    "historical_archive": ("Lưu trữ lịch sử", "Historical archive"),
    "unit": ("Đơn vị thuộc cơ quan", "Office unit"),
}
