"""The reference of metadata sets, code lists and the crosswalk, written from the data: `docs/profiles.md`."""

from __future__ import annotations

from collections.abc import Iterator

from archive.messages.rules import Level
from archive.metadata.code_lists import CodeList, code_lists
from archive.metadata.crosswalk import concepts
from archive.metadata.profiles import FieldType, MetadataProfile, ProfileField, profiles

_STANDARDS = {
    "nd30": "NĐ 30/2020",
    "tt02": "TT 02/2019",
    "sip": "TT 05/2025 SIP",
    "aip": "TT 05/2025 AIP",
    "dip": "TT 05/2025 DIP",
}
_LEVELS = {
    "fonds": "Phông (fonds)",
    "dossier": "Hồ sơ (dossier)",
    "batch": "Gói tài liệu rời (loose documents)",
    "document": "Văn bản, tài liệu (document)",
    "photo": "Phim âm bản, ảnh (photograph)",
    "recording": "Ghi âm, ghi hình (recording)",
    "request": "Yêu cầu khai thác (use request)",
}


def profile_reference() -> str:
    """Return the whole page; a test compares it with the file."""
    parts = [_head(), *map(_profile, profiles().values()), _lists_head(), *map(_list, code_lists().values())]
    return "\n".join(line for part in [*parts, _crosswalk()] for line in (*part, "")).rstrip("\n") + "\n"


def _head() -> Iterator[str]:
    yield "# Bộ dữ liệu đặc tả, danh mục mã, bảng đối chiếu"
    yield ""
    yield "Trang này được lập từ dữ liệu của chương trình (`python -m config.profile_reference`)."
    yield "*Metadata sets, code lists and the crosswalk; written from the program's data.*"
    yield ""
    yield "Độ dài tính bằng ký tự sau NFC. **Bắt buộc**: thiếu là lỗi; **cần**: thiếu thì cảnh báo;"
    yield "**tự động**: hệ thống lập. Dạng (mẫu) của giá trị chỉ dùng để cảnh báo, vì không văn bản nào quy định."
    yield "Độ chắc chắn: A đã đọc văn bản; B nhiều nguồn độc lập thống nhất; C một nguồn; M theo trí nhớ;"
    yield "? nguồn mâu thuẫn; D do sản phẩm này quyết định."
    yield ""
    for name, profile in profiles().items():
        yield f"- [{name}](#{name.lower()}): {profile.title['vi']}"


def _profile(profile: MetadataProfile) -> Iterator[str]:
    until = f" đến {profile.valid_to:%d/%m/%Y}" if profile.valid_to else ""
    yield f"## {profile.name}"
    yield ""
    yield f"{profile.title['vi']}. *{profile.title['en']}.*"
    yield ""
    xml = f" Tệp XML: `{profile.xml_file}`, phần tử gốc `{profile.xml_root}`." if profile.xml_root else ""
    since = f"{profile.valid_from:%d/%m/%Y}"
    yield f"Căn cứ: {profile.citation} ({profile.certainty}), bản {profile.version}. Hiệu lực từ {since}{until}.{xml}"
    yield ""
    yield "| số | trường | tên | English | kiểu | độ dài | yêu cầu | giá trị | ví dụ | nơi in | chắc chắn |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for field in profile.fields:
        yield _row(
            field.number or "–",
            f"`{field.tag}`",
            field.label["vi"],
            field.label["en"],
            field.type,
            _length(field),
            _demand(field),
            _values(field),
            field.example,
            field.citation.removeprefix(f"{profile.citation}, "),
            field.certainty,
        )


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _length(field: ProfileField) -> str:
    printed = str(field.length or "–")
    return f"{printed} (nhận {field.accepted_length})" if field.accepted_length > field.length else printed


def _demand(field: ProfileField) -> str:
    word = "bắt buộc" if field.missing is Level.ERROR else "cần"
    said = []
    if field.required:
        said.append(word)
    if field.required_if:
        said.append(f"{word} khi `{field.required_if.tag}` là {', '.join(field.required_if.values)}")
    if field.repeatable:
        said.append("nhiều giá trị")
    if field.automatic:
        said.append("tự động")
    if not field.written:
        said.append("chỉ có trong lược đồ in kèm: đọc, không ghi")
    return "; ".join(said)


def _values(field: ProfileField) -> str:
    said = []
    if field.code_list:
        said.append(f"mã của [{field.code_list}](#{field.code_list})")
    if field.suggests:
        said.append(f"nên theo [{field.suggests}](#{field.suggests})")
    if field.type is FieldType.DATE:
        said.append(" hoặc ".join(field.forms))
    if field.pattern:
        said.append(f"mẫu `{field.pattern}`")
    if field.rule:
        said.append(f"“{field.rule}”")
    return "; ".join(said)


def _lists_head() -> Iterator[str]:
    yield "# Danh mục mã"
    yield ""
    yield "*Code lists.* Chữ được hiểu không phân biệt dấu, chữ hoa, khoảng trắng, khi không lẫn với mã khác."


def _list(codes: CodeList) -> Iterator[str]:
    yield f"## {codes.name}"
    yield ""
    yield f"{codes.title['vi']}. *{codes.title['en']}.* Căn cứ: {codes.citation} ({codes.certainty})."
    yield ""
    yield "| mã | tên | English | cũng hiểu là |"
    yield "| --- | --- | --- | --- |"
    for entry in codes.entries:
        other = " (dùng khi không có mã nào đúng)" if entry.code == codes.fallback else ""
        yield _row(f"`{entry.code}`", entry.name["vi"] + other, entry.name["en"], ", ".join(entry.also))


def _crosswalk() -> Iterator[str]:
    yield "# Bảng đối chiếu"
    yield ""
    yield "*Crosswalk.* Mã (đánh dấu ⚙) được ghép từ thành phần, không chép. Giá trị không có chỗ, không ứng với mã nào"
    yield "hoặc quá dài luôn được nêu, kèm giá trị đề xuất nếu có; không có gì bị cắt hay bỏ ngầm."
    for level, title in _LEVELS.items():
        yield ""
        yield f"## {title}"
        yield ""
        yield _row(*_STANDARDS.values())
        yield _row(*["---"] * len(_STANDARDS))
        for concept in concepts():
            if concept.level == level:
                mark = "⚙ " if concept.kind else ""
                tags = [concept.tags.get(standard, "") for standard in _STANDARDS]
                into = [concept.into.get(standard, "") for standard in _STANDARDS]
                yield _row(
                    *(
                        f"{mark}`{tag}`" if tag else f"ghi vào `{sentence}`" if sentence else ""
                        for tag, sentence in zip(tags, into, strict=True)
                    )
                )


if __name__ == "__main__":
    import sys

    sys.stdout.write(profile_reference())
