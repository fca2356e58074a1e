"""What stands in an event's payload, and what is wrong with a chain, in words (vi, en)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from archive.accounts.roles import NAMES
from archive.accounts.words import PERMISSIONS
from archive.audit.events import ACTS
from archive.audit.rules import Fault
from archive.audit.system_reasons import REASONS
from archive.description.fonds import FONDS_KINDS
from archive.description.states import DOSSIER_STATES
from archive.description.storage import STORAGE_KINDS
from archive.organizations.kinds import KINDS

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
    "level": ("mức", "level"),
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
    "who": ("ai", "who"),
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


_YES = (("có", "yes"), ("không", "no"))
# Words of the program that stand in payloads, by key; whatever else stands there is somebody's own.
VALUES: dict[str, Mapping[str, tuple[str, str]]] = {
    "act": ACTS,
    "kind": {**KINDS, **FONDS_KINDS, **STORAGE_KINDS},
    "permission": PERMISSIONS,
    "reason": REASONS,
    "role": NAMES,
    "roles": NAMES,
    "side": {"give": ("bên giao", "sender"), "receive": ("bên nhận", "archive")},
    "state": DOSSIER_STATES,
    "transfer_source": {"True": _YES[0]},
}
_IDS = frozenset({"parent_id", "unit_id"})


@dataclass(frozen=True, slots=True)
class Said:
    """One entry of a payload: `words` of its key, and its value, or what it was and became."""

    words: tuple[str, str]
    value: str = ""
    old: str | None = None
    new: str | None = None


def payload_words(
    content: Mapping[str, object], *, english: bool = False, names: Mapping[str, str] | None = None
) -> Iterator[Said]:
    """Yield the entries of a payload as a reader wants them; a pair of values reads as old and new.

    ``{"old": …, "new": …}`` is a change of the whole, ``{"title": [old, new]}`` of one field.

    Args:
        content: the payload.
        english: values that are words of the program are said in English, otherwise in Vietnamese.
        names: what bodies and units are called, by id.
    """
    tongue = _Tongue(english, names or {})
    if {"old", "new"} <= content.keys():
        old, new = (tongue.say(content[key], "roles" if isinstance(content[key], list) else "") for key in _CHANGE)
        yield Said(("thay đổi", "change"), old=old, new=new)
    for key, value in content.items():
        if key in _CHANGE and {"old", "new"} <= content.keys():
            continue
        words = KEYS.get(key, (key, key))
        if _is_change(key, value):
            yield Said(words, old=tongue.say(value[0], key), new=tongue.say(value[1], key))  # type: ignore[index] # a pair
        elif value not in ("", None, [], {}):
            yield Said(words, tongue.say(value, key))


_CHANGE = ("old", "new")


def _is_change(key: str, value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and key != "roles"  # noqa: PLR2004 - old and new


@dataclass(frozen=True, slots=True)
class _Tongue:
    """Says values in the reader's language."""

    english: bool
    names: Mapping[str, str]

    def say(self, value: object, key: str) -> str:
        if isinstance(value, dict):
            return "; ".join(
                f"{KEYS.get(str(k), (k, k))[self.english]}: {self._inner(v, str(k))}"
                for k, v in value.items()
                if v not in ("", None)
            )
        if isinstance(value, list):
            return ", ".join(self.say(item, key) for item in value)
        if isinstance(value, bool):
            return _YES[not value][self.english]
        if key in _IDS:
            return self.names.get(str(value), str(value))
        words = VALUES.get(key, {}).get(str(value))
        return words[self.english] if words else str(value)

    def _inner(self, value: object, key: str) -> str:
        if _is_change(key, value):
            old, new = (self.say(item, key) or "∅" for item in value)  # type: ignore[attr-defined] # a pair
            return f"{old} → {new}"
        return self.say(value, key)
