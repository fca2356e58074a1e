"""The catalogue of messages: every code's level, texts in Vietnamese and English, and legal citation.

One TOML file a subject under `texts/`; a code stands in exactly one of them:

    ["CHK-0101"]
    level = "error"
    title = { vi = "Thiếu tệp", en = "File missing" }
    text = { vi = "Dòng {row} ghi tệp {path} …", en = "Row {row} names {path} …" }
    action = { vi = "Bổ sung tệp …", en = "Add the file …" }
    expected = { vi = "một tệp có trong đợt nộp", en = "a file of the transfer" }   # where a value can be named
    citation = "NĐ 30/2020/NĐ-CP, Điều 30"
    adjustable = true   # a body may raise, lower or switch it
    silent = true       # not told unless a body switches it on
"""

from __future__ import annotations

import functools
import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources

from archive.messages.rules import Finding, Level

_LANGUAGES = ("vi", "en")


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of the catalogue; `title`, `text`, `action` and `expected` (what should stand there) by language."""

    code: str
    subject: str
    level: Level
    title: dict[str, str]
    text: dict[str, str]
    action: dict[str, str]
    citation: str
    expected: dict[str, str]
    adjustable: bool = False
    silent: bool = False

    def placeholders(self) -> set[str]:
        """Return the names that the texts want values for."""
        texts = [*self.title.values(), *self.text.values(), *self.action.values(), *self.expected.values()]
        return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}


class Catalogue:
    """All messages by code."""

    def __init__(self, messages: Mapping[str, Message]) -> None:
        self._messages = dict(messages)

    def __iter__(self) -> Iterator[Message]:
        """Iterate over the messages in the order of their codes."""
        return iter(sorted(self._messages.values(), key=lambda m: m.code))

    def get(self, code: str) -> Message:
        """Return the message.

        Raises:
            KeyError: no file of the catalogue has this code.
        """
        return self._messages[code]

    def text(self, code: str, language: str, parameters: Mapping[str, str | int], part: str = "text") -> str:
        """Return one text of a message with its placeholders filled; a missing value shows as ``…``."""
        template: str = getattr(self.get(code), part).get(language, "")
        return string.Formatter().vformat(template, (), _Lenient(parameters))


class _Lenient(dict[str, str | int]):
    def __missing__(self, key: str) -> str:
        return "…"


@functools.cache
def catalogue() -> Catalogue:
    """Return the catalogue, read once from `texts/*.toml`.

    Raises:
        ValueError: a code stands twice, or an entry lacks a language.
    """
    messages: dict[str, Message] = {}
    folder = resources.files("archive.messages").joinpath("texts")
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if not entry.name.endswith(".toml"):
            continue
        for code, body in tomllib.loads(entry.read_text("utf-8")).items():
            if code in messages:
                raise ValueError(f"{code} stands in two files of the catalogue")
            messages[code] = _message(code, entry.name.removesuffix(".toml"), body)
    return Catalogue(messages)


def level_of(finding: Finding) -> Level:
    """Return how much a finding weighs: as the body has it, else as the catalogue does."""
    return finding.level or catalogue().get(finding.code).level


def _message(code: str, subject: str, body: dict[str, object]) -> Message:
    def texts(name: str, *, required: bool) -> dict[str, str]:
        value = body.get(name, {})
        if not isinstance(value, dict) or (required and any(not value.get(lang) for lang in _LANGUAGES)):
            raise ValueError(f"{code}: {name} needs texts in {' and '.join(_LANGUAGES)}")
        return {str(k): str(v) for k, v in value.items()}

    return Message(
        code=code,
        subject=subject,
        level=Level(str(body.get("level", "error"))),
        title=texts("title", required=True),
        text=texts("text", required=True),
        action=texts("action", required=False),
        citation=str(body.get("citation", "")),
        expected=texts("expected", required="expected" in body),
        adjustable=body.get("adjustable") is True,
        silent=body.get("silent") is True,
    )
