"""What stands in an event's payload, and what is wrong with a chain, in words (vi, en)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from archive.audit.rules import Fault

KEYS: dict[str, tuple[str, str]] = {
    "act": ("việc", "act"),
    "abbreviation": ("tên viết tắt", "abbreviation"),
    "after": ("từ chỗ", "from place"),
    "bytes": ("dung lượng (byte)", "size (bytes)"),
    "changed": ("đã đổi", "changed"),
    "class": ("loại hồ sơ", "class"),
    "code": ("mã", "code"),
    "corrections": ("chỗ sửa", "corrections"),
    "decision": ("quyết định", "decision"),
    "digest": ("mã băm", "digest"),
    "document": ("văn bản", "document"),
    "documents": ("số văn bản", "documents"),
    "dossier": ("hồ sơ", "file"),
    "dossiers": ("số hồ sơ", "files"),
    "due_on": ("ngày xem xét", "review date"),
    "errors": ("số lỗi", "errors"),
    "field": ("trường", "field"),
    "files": ("số tệp", "content files"),
    "filters": ("bộ lọc", "filters"),
    "findings": ("số phát hiện", "findings"),
    "folder": ("thư mục", "folder"),
    "format": ("định dạng", "format"),
    "from": ("từ ngày", "from"),
    "heading": ("đề mục", "heading"),
    "key": ("khóa", "key"),
    "kind": ("loại", "kind"),
    "label": ("tên", "label"),
    "length": ("dung lượng (byte)", "size (bytes)"),
    "lines": ("số dòng", "lines"),
    "list": ("danh sách", "list"),
    "locks_kept_by_store": ("kho giữ khóa", "locks kept by the store"),
    "lost_heads": ("đầu chuỗi để riêng", "heads set aside"),
    "made_at": ("lập lúc", "made at"),
    "maker": ("người lập", "maker"),
    "manifest": ("bản kê", "manifest"),
    "missing": ("thiếu", "missing"),
    "name": ("tên", "name"),
    "new": ("mới", "new"),
    "notation": ("số và ký hiệu", "notation"),
    "number": ("số đợt nộp", "number"),
    "object": ("đối tượng", "object"),
    "old": ("cũ", "old"),
    "on": ("ngày", "on"),
    "ordinal": ("thứ tự", "ordinal"),
    "package": ("gói", "package"),
    "package_bytes": ("dung lượng gói (byte)", "package size (bytes)"),
    "packages": ("số gói", "packages"),
    "page": ("trang", "page"),
    "parent_id": ("trực thuộc", "stands in"),
    "path": ("đường dẫn", "path"),
    "period": ("thời hạn", "period"),
    "permission": ("quyền", "right"),
    "place": ("nơi để", "place"),
    "places": ("số chỗ", "places"),
    "plan": ("danh mục năm", "plan of"),
    "position": ("chức vụ", "position"),
    "problems": ("vấn đề", "problems"),
    "q": ("từ tìm", "words"),
    "query": ("câu hỏi", "query"),
    "reason": ("lý do", "reason"),
    "recovered": ("dựng lại từ gói", "recovered"),
    "remark": ("ghi chú", "remark"),
    "replaced": ("thay các dòng cũ", "replaced"),
    "results": ("kết quả", "results"),
    "roles": ("vai trò", "roles"),
    "rows": ("số dòng", "rows"),
    "schedule": ("bảng thời hạn", "schedule"),
    "sha256": ("mã băm", "digest"),
    "shown": ("số dòng hiện ra", "rows shown"),
    "side": ("bên", "side"),
    "source": ("nguồn", "source"),
    "state": ("trạng thái", "state"),
    "text": ("lời nhắn", "text"),
    "title": ("tiêu đề", "title"),
    "total": ("tổng số", "total"),
    "transfer_source": ("nguồn nộp lưu", "source of the historical archive"),
    "unchecked": ("chưa kiểm tra được", "could not be checked"),
    "unit_id": ("đơn vị", "unit"),
    "until": ("đến", "until"),
    "username": ("tên đăng nhập", "user name"),
    "verdict": ("kết luận", "verdict"),
    "version": ("lần nộp, phiên bản", "version"),
    "year": ("năm", "year"),
}

FAULTS: dict[Fault, tuple[str, str]] = {
    Fault.CHANGED: ("dòng đã bị sửa", "the row was changed"),
    Fault.REMOVED: ("có dòng bị bỏ trước dòng này", "a row before this one was removed"),
    Fault.REORDERED: ("thứ tự các dòng đã bị đổi", "rows were reordered"),
    Fault.PAYLOAD_CHANGED: ("nội dung của dòng đã bị sửa", "the row's content was changed"),
    Fault.PAYLOAD_MISSING: ("nội dung của dòng đã bị bỏ", "the row's content was removed"),
    Fault.CUT_OFF: ("các dòng cuối đã bị cắt", "the last rows were cut off"),
    Fault.REWRITTEN: ("chuỗi đã bị viết lại từ dòng này", "the chain was rewritten from this row on"),
    Fault.UNANCHORED: ("mốc trong kho không khớp", "the store's mark does not fit"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One entry of a payload: `words` of its key, and its value, or what it was and became."""

    words: tuple[str, str]
    value: str = ""
    old: str | None = None
    new: str | None = None


def payload_words(content: Mapping[str, object]) -> Iterator[Said]:
    """Yield the entries of a payload as a reader wants them; a pair of values reads as old and new.

    ``{"old": …, "new": …}`` is a change of the whole, ``{"title": [old, new]}`` of one field.
    """
    if {"old", "new"} <= content.keys():
        yield Said(("thay đổi", "change"), old=_text(content["old"]), new=_text(content["new"]))
    for key, value in content.items():
        if key in {"old", "new"} and {"old", "new"} <= content.keys():
            continue
        words = KEYS.get(key, (key, key))
        if isinstance(value, list) and len(value) == 2 and key not in {"roles"}:  # noqa: PLR2004 - old and new
            yield Said(words, old=_text(value[0]), new=_text(value[1]))
        elif value not in ("", None, [], {}):
            yield Said(words, _text(value))


def _text(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{KEYS.get(str(k), (k, k))[0]}: {_text(v)}" for k, v in value.items() if v not in ("", None))
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value)
    return str(value)
