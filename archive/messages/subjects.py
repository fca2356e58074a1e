"""What the subjects of the message catalogue are called, and what its levels mean (vi, en)."""

from __future__ import annotations

from archive.messages.rules import Level

Words = tuple[str, str]

SUBJECTS: dict[str, Words] = {
    "checks": ("Kiểm tra đợt nộp", "Checks of a transfer"),
    "reading": ("Đọc danh mục và gói nén", "Reading lists and archives"),
    "metadata": ("Dữ liệu đặc tả", "Metadata"),
    "rules": ("Quy tắc kiểm tra", "Rules of the checks"),
    "formats": ("Định dạng tệp", "File formats"),
    "packages": ("Gói BagIt", "BagIt packages"),
    "statutory_packages": ("Gói SIP, AIP, DIP", "SIP, AIP and DIP packages"),
    "transfers": ("Đợt nộp", "Transfers"),
    "plans": ("Danh mục hồ sơ năm", "File plans"),
    "retention": ("Thời hạn lưu trữ", "Retention"),
    "description": ("Phông và nơi để", "Fonds and places"),
    "documents": ("Văn bản", "Documents"),
    "papers": ("Giấy tờ", "Papers"),
    "search": ("Tra cứu", "Search"),
    "accounts": ("Tài khoản và quyền", "Accounts and rights"),
    "organizations": ("Cơ quan và đơn vị", "Bodies and units"),
    "forms": ("Biểu mẫu", "Forms"),
    "general": ("Chung", "General"),
    "jobs": ("Việc chạy nền", "Jobs"),
    "sealing": ("Niêm phong", "Sealing"),
    "staging": ("Vùng tạm", "Staging"),
    "storage": ("Kho", "Store"),
    "ledger": ("Sổ cái", "Ledger"),
    "backup": ("Sao lưu", "Backup"),
    "migrations": ("Nâng cấp, chuyển kho", "Upgrades and moves"),
    "settings": ("Cài đặt", "Settings"),
}
LEVELS: dict[Level, tuple[Words, Words]] = {
    Level.ERROR: (
        ("Lỗi", "Error"),
        (
            "Phải sửa; việc đang làm dừng ở đây, chưa có gì mất.",
            "To be mended; the act stops here and nothing is lost.",
        ),
    ),
    Level.WARNING: (
        ("Cần kết luận", "To be judged"),
        ("Có thể đúng, có thể sai: một người phải xem.", "May be right or wrong: a person has to look."),
    ),
    Level.INFO: (("Nên biết", "Good to know"), ("Không chặn việc gì.", "Stops nothing.")),
    Level.UNKNOWN: (
        ("Chưa kiểm tra được", "Could not be checked"),
        ("Chưa biết đúng hay sai; không có nghĩa là đạt.", "Neither right nor wrong is known; it is no pass."),
    ),
}
