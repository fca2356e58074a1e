"""What happened, as services say it; the acts are the vocabulary of the audit trail."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """An event on its way into the chain.

    Attributes:
        act: what was done, ``<subject>.<verb>``; one of `ACTS`.
        organization_id: whose chain it belongs to.
        object_kind: ``dossier``, ``transfer``, ``account`` …; empty if there is no object.
        object_id: public id of the object.
        outcome: ``done`` | ``refused`` | ``failed``.
        payload: old and new values, query text, names: JSON types, erasable.
        dossier_id: the dossier that the payload tells about, with which it is erased.
    """

    act: str
    organization_id: uuid.UUID
    object_kind: str = ""
    object_id: uuid.UUID | None = None
    outcome: str = "done"
    payload: dict[str, Any] = field(default_factory=dict)
    dossier_id: uuid.UUID | None = None


ACTS: dict[str, tuple[str, str]] = {
    "account.changed": ("Sửa tài khoản", "Account changed"),
    "account.created": ("Tạo tài khoản", "Account created"),
    "account.listed": ("Xem danh sách tài khoản", "Accounts listed"),
    "account.locked": ("Khóa tài khoản", "Account locked"),
    "account.unlocked": ("Mở khóa tài khoản", "Account unlocked"),
    "account.logged_in": ("Đăng nhập", "Logged in"),
    "account.login_failed": ("Đăng nhập không được", "Log-in failed"),
    "account.logged_out": ("Đăng xuất", "Logged out"),
    "account.password_changed": ("Đổi mật khẩu", "Password changed"),
    "account.password_reset": ("Đặt lại mật khẩu của người khác", "Reset somebody's password"),
    "account.roles_changed": ("Đổi vai trò của tài khoản", "Changed an account's roles"),
    "archive.rebuilt": ("Dựng lại cơ sở dữ liệu từ kho", "Database rebuilt from the store"),
    "archive.moved": ("Chuyển kho sang máy chủ", "Archive moved to servers"),
    "audit.read": ("Xem nhật ký", "Audit trail read"),
    "audit.verified": ("Kiểm tra chuỗi nhật ký", "Audit chain verified"),
    "backup.created": ("Sao lưu", "Backup made"),
    "backup.restored": ("Khôi phục từ bản sao lưu", "Restored from a backup"),
    "backup.verified": ("Kiểm tra bản sao lưu", "Backup verified"),
    "correction.made": ("Sửa trường mô tả", "Field corrected"),
    "document.opened": ("Mở văn bản", "Document opened"),
    "dossier.destroyed": ("Hủy hồ sơ", "Dossier destroyed"),
    "dossier.opened": ("Mở hồ sơ", "Dossier opened"),
    "dossier.recovered": (
        "Khôi phục hồ sơ từ gói, cần người xem",
        "Dossier recovered from its package, needs a person",
    ),
    "dossier.sealed": ("Niêm phong hồ sơ", "Dossier sealed"),
    "dossier.listed": ("Xem danh sách hồ sơ", "Dossiers listed"),
    "dossier.placed": ("Ghi nơi để bản giấy", "Place of the paper noted"),
    "file_plan.approved": ("Phê duyệt danh mục hồ sơ", "File plan approved"),
    "file_plan.created": ("Lập danh mục hồ sơ", "File plan made"),
    "file_plan.filled": ("Nhập dòng vào danh mục hồ sơ", "Lines put into a file plan"),
    "file_plan.line_changed": ("Sửa dòng của danh mục hồ sơ", "Line of a file plan changed"),
    "file_plan.line_removed": ("Bỏ dòng của danh mục hồ sơ", "Line of a file plan removed"),
    "file_plan.listed": ("Xem danh mục hồ sơ", "File plan listed"),
    "file_plan.reopened": ("Mở lại danh mục hồ sơ", "File plan opened again"),
    "fonds.changed": ("Sửa phông", "Fonds changed"),
    "fonds.created": ("Lập phông", "Fonds created"),
    "index.rebuild_requested": ("Yêu cầu lập lại chỉ mục", "Index rebuild requested"),
    "list.all_chosen": ("Chọn tất cả dòng khớp bộ lọc để ghi", "All rows of a list chosen for an act"),
    "list.exported": ("Xuất danh sách ra tệp", "List exported"),
    "organization.changed": ("Sửa cơ quan, đơn vị", "Organization changed"),
    "organization.closed": ("Đóng cơ quan, đơn vị", "Organization closed"),
    "organization.created": ("Lập cơ quan, đơn vị", "Organization created"),
    "package.exported": ("Xuất gói", "Package exported"),
    "package.listed": ("Xem danh sách gói", "Packages listed"),
    "package.lock_doubted": ("Phát hiện kho không giữ khóa gói", "Store found not to keep locks"),
    "package.verified": ("Kiểm tra gói", "Package verified"),
    "package.viewed": ("Xem thành phần gói", "Package viewed"),
    "permission.refused": ("Từ chối quyền", "Permission refused"),
    "retention.due": ("Đến hạn, chuyển Xem xét hủy", "Due, moved to disposal review"),
    "retention.listed": ("Xem danh sách thời hạn", "Retention listed"),
    "retention.list_drafted": ("Lập dự thảo danh mục hết giá trị", "Disposal list drafted"),
    "retention.planned": ("Tính ngày xem xét", "Review date planned"),
    "retention.prolonged": ("Kéo dài khóa gói không có ngày xem xét", "Lock without a review date prolonged"),
    "rule.changed": ("Đổi quy tắc kiểm tra", "Rule of the checks changed"),
    "schedule.loaded": ("Nạp bảng thời hạn", "Retention schedule loaded"),
    "search.asked": ("Tra cứu", "Searched"),
    "storage.changed": ("Sửa nơi để bản giấy", "Place of paper changed"),
    "storage.created": ("Thêm nơi để bản giấy", "Place of paper added"),
    "storage.removed": ("Bỏ nơi để bản giấy", "Place of paper removed"),
    "system.scope_opened": ("Hệ thống tự xem các cơ quan", "System looked across bodies"),
    "transfer.accepted": ("Đồng ý tiếp nhận", "Transfer accepted"),
    "transfer.approved": ("Lãnh đạo đơn vị duyệt", "Approved by the unit's leader"),
    "transfer.checked": ("Kiểm tra xong", "Transfer checked"),
    "transfer.created": ("Tạo đợt nộp", "Transfer created"),
    "transfer.file_received": ("Nhận tệp", "File received"),
    "transfer.file_opened": ("Mở một tệp của đợt nộp để đọc", "File of a transfer opened"),
    "transfer.file_removed": ("Bỏ tệp khỏi đợt nộp", "File taken out"),
    "transfer.handover_confirmed": ("Xác nhận bàn giao", "Hand-over confirmed"),
    "transfer.listed": ("Xem danh sách đợt nộp", "Transfers listed"),
    "transfer.mapping_saved": ("Lưu cách đọc cột", "Column mapping saved"),
    "transfer.paper_taken": ("Lấy giấy tờ, báo cáo của đợt nộp ra tệp", "Paper or report of a transfer taken"),
    "transfer.read": ("Đọc xong danh mục", "List read"),
    "transfer.reopened": ("Mở lại đợt nộp", "Transfer opened again"),
    "transfer.resumed": ("Cho chạy tiếp", "Transfer continued"),
    "transfer.returned": ("Trả lại đợt nộp", "Transfer returned"),
    "transfer.sealed": ("Niêm phong xong đợt nộp", "Transfer sealed"),
    "transfer.message_written": ("Viết lời nhắn về đợt nộp", "Wrote a message about a transfer"),
    "transfer.recheck_asked": ("Yêu cầu chạy lại kiểm tra", "Asked to check again"),
    "transfer.stop_asked": ("Yêu cầu dừng", "Asked to stop"),
    "transfer.stopped": ("Dừng, cần người xử lý", "Stopped, needs a person"),
    "transfer.submitted": ("Nộp", "Submitted"),
    "transfer.withdrawn": ("Rút đợt nộp", "Transfer withdrawn"),
    "transfer.viewed": ("Xem đợt nộp", "Transfer viewed"),
}

DESTROYING_ACTS = frozenset({"dossier.destroyed"})
"""Acts after which the object is gone for ever: a rebuild does not bring it back."""
