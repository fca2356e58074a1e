"""What the commands that judge packages on this machine say of each path, and how they end."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from config.command_line.output import WORDS

if TYPE_CHECKING:
    from archive.messages.rules import Finding

_EXIT_OF: tuple[tuple[str, int], ...] = (("valid", 0), ("invalid", 1), ("incomplete", 1), ("unchecked", 2))


@dataclass(frozen=True, slots=True)
class JudgedPath:
    """One path.

    Attributes:
        profile: ``BagIt``, ``TT05-SIP_hoso`` …; empty if nothing tells it.
        verdict: see `preservation.packages.validation.verdict`.
        findings: what is wrong, in the order of the judgement.
    """

    path: Path
    profile: str
    verdict: str
    findings: list[Finding]


def tell(judged: Iterable[JudgedPath], *, as_json: bool) -> None:
    """Print each judgement and end: 0 valid, 1 invalid or incomplete, 2 not to be judged; of several the highest.

    For people as soon as it is known; for programs as one list of ``path``, ``profile``, ``verdict``, ``findings``.
    """
    answers: list[dict[str, Any]] = []
    worst = 0
    for one in judged:
        worst = max(worst, dict(_EXIT_OF)[one.verdict])
        told = [_told(finding) for finding in one.findings]
        if as_json:
            answers.append({"path": str(one.path), "profile": one.profile, "verdict": one.verdict, "findings": told})
        else:
            _say(one, told)
    if as_json:
        # A name that is no UTF-8 stays an escape of JSON.
        whole = json.dumps(answers, ensure_ascii=False, indent=1)
        click.echo(whole.encode("utf-8", "backslashreplace").decode())
    sys.exit(worst)


def _told(finding: Finding) -> dict[str, Any]:
    """Return a finding as programs get it: code, level, place, article, and the words for people in both languages."""
    from archive.messages.catalogue import catalogue

    texts = catalogue()
    message = texts.get(finding.code)
    words = {
        part: {language: texts.text(finding.code, language, finding.parameters, part) for language in ("vi", "en")}
        for part in ("text", "action")
    }
    citation = str(finding.parameters.get("citation") or message.citation)
    return {"level": str(message.level), **finding.to_plain(), **words, "citation": citation}


def _say(one: JudgedPath, told: list[dict[str, Any]]) -> None:
    """Print the verdict and what led to it; what does not change it goes to standard error."""
    kind = f"{one.profile}, " if one.profile else ""
    click.echo(_printable(f"{one.path}: {kind}{WORDS['verdict'][one.verdict]}"))
    for found in told:
        apart = found["level"] in {"warning", "info"}
        place, field, row = (found["where"].get(name, "") for name in ("path", "field", "row"))
        where = f"{place}:{row}" if row else f"{place} {field}".strip()
        told_in_words = f"{found['text']['vi']} {found['action']['vi']}"
        line = f"  {found['code']} {WORDS['level'][found['level']]} {where} — {told_in_words}"
        click.echo(_printable(line), err=apart)


def _printable(text: str) -> str:
    """Return text that no name of a file can turn into more lines, or into commands to the terminal."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "backslashreplace").decode() for char in text
    )
