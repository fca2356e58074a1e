"""Permissions in plain words (vi, en), for pages that say who may do what, and why."""

from __future__ import annotations

PERMISSIONS: dict[str, tuple[str, str]] = {
    "dossier.view": ("Xem hồ sơ", "See files"),
    "document.open": ("Đọc và tải văn bản", "Read and download documents"),
    "search.use": ("Tra cứu", "Search"),
    "transfer.view": ("Xem đợt nộp", "See transfers"),
    "transfer.create": ("Tạo đợt nộp, gửi tệp", "Open transfers, send files"),
    "transfer.submit": ("Nộp, rút, nộp lại", "Submit, withdraw, submit again"),
    "transfer.recheck": ("Chạy lại kiểm tra", "Have it checked again"),
    "transfer.discuss": ("Trao đổi về đợt nộp", "Write messages about transfers"),
    "transfer.approve": ("Duyệt đợt nộp của đơn vị", "Approve the unit's transfers"),
    "transfer.approve_as_head": ("Duyệt đợt nộp thay người đứng đầu", "Approve transfers as the head"),
    "transfer.review": ("Đồng ý tiếp nhận hoặc trả lại", "Accept or return transfers"),
    "transfer.correct": ("Sửa dữ liệu khi xem xét", "Correct data in review"),
    "handover.give": ("Xác nhận bên giao", "Confirm the hand-over as sender"),
    "handover.receive": ("Xác nhận bên nhận", "Confirm the hand-over as archive"),
    "package.view": ("Xem gói lưu trữ", "See archival packages"),
    "package.export": ("Xuất gói lưu trữ", "Export archival packages"),
    "package.verify": ("Kiểm tra gói lưu trữ", "Verify archival packages"),
    "file_plan.view": ("Xem danh mục hồ sơ", "See file plans"),
    "file_plan.manage": ("Lập và sửa danh mục hồ sơ", "Make and amend file plans"),
    "file_plan.approve": ("Phê duyệt danh mục hồ sơ", "Approve file plans"),
    "fonds.manage": ("Lập và sửa phông", "Make and change fonds"),
    "storage.manage": ("Khai nơi để bản giấy", "Name the places of paper"),
    "retention.view": ("Xem thời hạn", "See retention"),
    "retention.list": ("Lập dự thảo danh mục hết giá trị", "Draft disposal lists"),
    "report.view": ("Xem báo cáo", "See reports"),
    "account.manage": ("Quản lý tài khoản", "Manage accounts"),
    "unit.manage": ("Quản lý đơn vị", "Manage units"),
    "organization.manage": ("Quản lý cơ quan", "Manage bodies"),
    "settings.view": ("Xem cài đặt", "See the settings"),
    "job.view": ("Xem việc chạy nền", "See background work"),
    "index.rebuild": ("Lập lại chỉ mục", "Rebuild the index"),
    "audit.read": ("Đọc nhật ký", "Read the audit trail"),
}
SENSITIVITIES: tuple[tuple[str, str], ...] = (
    ("không xem nội dung", "no content"),
    ("công khai", "public"),
    ("công khai và nội bộ", "public and internal"),
    ("công khai, nội bộ và hạn chế", "public, internal and restricted"),
)
