"""A page for each subject of the message catalogue, written from what it holds: `docs/checks/`.

`python -m config.checks_reference` writes the folder anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from archive.messages.catalogue import Message, catalogue
from archive.messages.examples import example_values
from archive.messages.subjects import LEVELS, SUBJECTS

FOLDER = Path("docs") / "checks"


def pages() -> dict[str, str]:
    """Return the text of each file of the folder by its name."""
    by_subject: dict[str, list[Message]] = {subject: [] for subject in SUBJECTS}
    for message in catalogue():
        by_subject[message.subject].append(message)
    made = {f"{subject}.md": "\n".join(_page(subject, found)) for subject, found in by_subject.items()}
    return {"README.md": "\n".join(_index(by_subject)), **made}


def _index(by_subject: dict[str, list[Message]]) -> Iterator[str]:
    yield "# Mã thông báo"
    yield ""
    yield "Mỗi điều hệ thống báo có một mã, không đổi qua các phiên bản; trong sản phẩm, bấm vào mã để mở trang của nó."
    yield "Các trang ở đây được lập từ chương trình (`python -m config.checks_reference`)."
    yield ""
    for (name, _), (meaning, _) in LEVELS.values():
        yield f"- **{name}**: {meaning}"
    yield ""
    for subject, messages in by_subject.items():
        yield f"## [{SUBJECTS[subject][0]}]({subject}.md)"
        yield ""
        yield "| mã | mức | |"
        yield "| --- | --- | --- |"
        for message in messages:
            address = f"{subject}.md#{message.code.lower()}"
            yield f"| [{message.code}]({address}) | {LEVELS[message.level][0][0]} | {_said(message, 'vi', 'title')} |"
        yield ""


def _page(subject: str, messages: list[Message]) -> Iterator[str]:
    yield f"# {SUBJECTS[subject][0]} / {SUBJECTS[subject][1]}"
    yield ""
    yield "[Mọi mã](README.md). Giá trị trong các ví dụ là bịa."
    for message in messages:
        yield from ("", f"## {message.code}", "")
        titles = [_said(message, language, "title") for language in ("vi", "en")]
        yield f"**{titles[0]}** / {titles[1]} ({LEVELS[message.level][0][0]})"
        yield ""
        for language, (example, mend, expected) in {
            "vi": ("Ví dụ", "Cách sửa", "Phải là"),
            "en": ("Example", "To mend it", "Expected"),
        }.items():
            parts = {example: "text", mend: "action", expected: "expected"}
            for label, name in parts.items():
                if text := _said(message, language, name):
                    yield f"- {label}: {text}"
        if message.citation:
            yield f"- Căn cứ: {message.citation}"
    yield ""


def _said(message: Message, language: str, part: str) -> str:
    return catalogue().text(message.code, language, example_values(language), part)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    written = pages()
    for old in FOLDER.glob("*.md"):
        if old.name not in written:
            old.unlink()
    for file, text in written.items():
        (FOLDER / file).write_text(text, "utf-8")
