"""Errors and findings as pages show them: title, text, what to do, code."""

from __future__ import annotations

from dataclasses import dataclass

from archive.errors import KhoLuuTruError
from archive.messages.catalogue import catalogue
from archive.web.translation import language


@dataclass(frozen=True, slots=True)
class MessageFace:
    """A message in the reader's language."""

    code: str
    level: str
    title: str
    text: str
    action: str
    citation: str
    expected: str


def face_of_error(error: KhoLuuTruError) -> MessageFace:
    """Return an error's message."""
    return face_of_code(error.code, error.parameters)


def face_of_code(code: str, parameters: dict[str, str | int]) -> MessageFace:
    """Return a message with its placeholders filled."""
    texts, reader = catalogue(), language()
    entry = texts.get(code)
    title, text, action, expected = (
        texts.text(code, reader, parameters, part) for part in ("title", "text", "action", "expected")
    )
    return MessageFace(code, entry.level, title, text, action, entry.citation, expected)
