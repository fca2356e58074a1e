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
        not_judged: what cannot be known on this machine, in words.
    """

    path: Path
    profile: str
    verdict: str
    findings: list[Finding]
    not_judged: tuple[str, ...] = ()


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
            answer = {"path": str(one.path), "profile": one.profile, "verdict": one.verdict, "findings": told}
            answers.append(answer | ({"not_judged": list(one.not_judged)} if one.not_judged else {}))
        else:
            _say(one, told)
    if as_json:
        # A name that is no UTF-8 stays an escape of JSON.
        whole = json.dumps(answers, ensure_ascii=False, indent=1)
        click.echo(whole.encode("utf-8", "backslashreplace").decode())
    sys.exit(worst)


def _told(finding: Finding) -> dict[str, Any]:
    """Return a finding as programs get it: code, level, place, article, and the words for people in both languages."""
    from archive.messages.catalogue import catalogue, level_of

    texts = catalogue()
    message = texts.get(finding.code)
    words = {
        part: {language: texts.text(finding.code, language, finding.parameters, part) for language in ("vi", "en")}
        for part in ("text", "action")
    }
    citation = str(finding.parameters.get("citation") or message.citation)
    return {"level": str(level_of(finding)), **finding.to_plain(), **words, "citation": citation}


def _say(one: JudgedPath, told: list[dict[str, Any]]) -> None:
    """Print the verdict and what led to it; what does not change it goes to standard error."""
    kind = f"{one.profile}, " if one.profile else ""
    click.echo(_printable(f"{one.path}: {kind}{WORDS['verdict'][one.verdict]}"))
    for found in told:
        apart = found["level"] in {"warning", "info"}
        where = _place(found["where"])
        told_in_words = f"{found['text']['vi']} {found['action']['vi']}"
        line = f"  {found['code']} {WORDS['level'][found['level']]} {where} — {told_in_words}"
        click.echo(_printable(line), err=apart)
    if one.not_judged:
        click.echo(f"  Chưa xét ở đây, kho sẽ xét: {', '.join(one.not_judged)}.", err=True)


def _place(where: dict[str, Any]) -> str:
    """Return a place in short: cell or line, and file."""
    cell = f"{where.get('column', '')}{where['row']}" if where.get("row") else ""
    if where.get("dossier"):
        return " ".join(filter(None, (cell, where.get("path"))))
    path = f"{where.get('path', '')}:{cell}" if cell else where.get("path", "")
    return f"{path} {where.get('field', '')}".strip()


def _printable(text: str) -> str:
    """Return text that no name of a file can turn into more lines, or into commands to the terminal."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "backslashreplace").decode() for char in text
    )
