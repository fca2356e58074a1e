"""States of a transfer, as pages name them, and the ways from one to the next."""

from __future__ import annotations

# state: (vi, en, icon of the state's sign, look)
STATES: dict[str, tuple[str, str, str, str]] = {
    "receiving": ("Đang nhận", "Receiving", "arrow-repeat", "run"),
    "reading": ("Đang đọc", "Reading", "arrow-repeat", "run"),
    "checking": ("Đang kiểm tra", "Checking", "arrow-repeat", "run"),
    "awaiting_approval": ("Chờ lãnh đạo duyệt", "Awaiting approval", "hourglass-split", "warn"),
    "awaiting_review": ("Chờ xem xét", "Awaiting review", "hourglass-split", "warn"),
    "returned": ("Bị trả lại", "Returned", "arrow-return-left", "warn"),
    "withdrawn": ("Đã rút", "Withdrawn", "slash-circle", "idle"),
    "awaiting_handover": ("Chờ bàn giao", "Awaiting hand-over", "hourglass-split", "warn"),
    "sealing": ("Đang niêm phong", "Sealing", "arrow-repeat", "run"),
    "sealed": ("Đã niêm phong", "Sealed", "lock-fill", "ok"),
    "stopped": ("Đang dừng, cần người xử lý", "Stopped, needs a person", "exclamation-triangle", "bad"),
}

# The steps of the machine's way, in which several states may stand.
STEPS: dict[str, tuple[tuple[str, str], frozenset[str]]] = {
    "receive": (("Nhận", "Receive"), frozenset({"receiving"})),
    "check": (("Kiểm tra", "Check"), frozenset({"reading", "checking"})),
    "approve": (("Duyệt", "Approve"), frozenset({"awaiting_approval"})),
    "review": (("Xem xét", "Review"), frozenset({"awaiting_review"})),
    "hand_over": (("Bàn giao", "Hand over"), frozenset({"awaiting_handover"})),
    "seal": (("Niêm phong", "Seal"), frozenset({"sealing"})),
}

# Acts of people, and the state each one needs.
NEEDS: dict[str, tuple[str, ...]] = {
    "submit": ("receiving",),
    "approve": ("awaiting_approval",),
    "return_by_leader": ("awaiting_approval",),
    "accept": ("awaiting_review",),
    "return_by_archivist": ("awaiting_review",),
    "confirm": ("awaiting_handover",),
    "withdraw": ("receiving", "returned", "awaiting_approval", "awaiting_review", "stopped"),
    "reopen": ("returned", "awaiting_approval", "awaiting_review"),
    "correct": ("awaiting_review",),
    "resume": ("stopped",),
    "map": ("awaiting_approval", "awaiting_review"),
    "take_back": ("stopped",),
    "recheck": ("awaiting_approval", "awaiting_review"),
    "discuss": tuple(state for state in STATES if state != "withdrawn"),
}

SOURCES: dict[str, tuple[str, str]] = {
    "unit": ("Đơn vị lập hồ sơ", "The unit that made the files"),
    "contractor": ("Nhà thầu số hóa", "A digitisation contractor"),
    "system": ("Hệ thống khác", "Another system"),
}

ACT_NAMES: dict[str, tuple[str, str]] = {
    "submit": ("Nộp và cam kết", "Submitted with declaration"),
    "approve": ("Lãnh đạo duyệt", "Approved by the leader"),
    "return_by_leader": ("Lãnh đạo trả lại", "Returned by the leader"),
    "accept": ("Lưu trữ đồng ý tiếp nhận", "Accepted by the archive"),
    "return_by_archivist": ("Lưu trữ trả lại", "Returned by the archive"),
    "give": ("Bên giao xác nhận", "Confirmed by the sender"),
    "receive": ("Bên nhận xác nhận", "Confirmed by the archive"),
    "withdraw": ("Rút đợt nộp", "Withdrawn"),
    "reopen": ("Mở lại để nộp tiếp", "Opened again"),
    "resume": ("Cho chạy tiếp", "Continued"),
    "map": ("Sửa cách đọc các cột", "Columns mapped anew"),
    "recheck": ("Chạy lại kiểm tra", "Checked again"),
    "take_back": ("Đưa về xem xét lại, hủy xác nhận bàn giao", "Back to review, confirmations void"),
    "return_by_system": ("Hệ thống trả lại: không đọc được danh mục", "Returned: the list cannot be read"),
    "sealed": ("Niêm phong xong", "Sealed"),
}

_NOT_HANDED_IN = frozenset({"receiving", "returned", "withdrawn"})


def dossier_state(transfer_state: str) -> str:
    """Return the state of a dossier that is not sealed yet, a key of `archive.description.states.DOSSIER_STATES`.

    Only closed files are handed in (TT 05/2025 Điều 19): while its unit has it, also after a return, a dossier is
    ``closed``; from the declaration on, ``submitted``.
    """
    return "closed" if transfer_state in _NOT_HANDED_IN else "submitted"
