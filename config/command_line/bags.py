"""`kholuutru bag`: bags of anybody's making on this machine; needs no archive."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from config.command_line.output import WORDS, coded_errors, json_option

if TYPE_CHECKING:
    from archive.messages.rules import Finding

_EXIT_OF: tuple[tuple[str, int], ...] = (("valid", 0), ("invalid", 1), ("incomplete", 1), ("unchecked", 2))


@click.group()
def bag() -> None:
    """Gói BagIt trên máy này; không cần kho."""


@bag.command("validate")
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="PATH…")
@json_option
@coded_errors
def validate(paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Kiểm tra gói BagIt 0.93 đến 1.0 (thư mục, .zip, .tar, .tar.gz) theo RFC 8493.

    Không tải gì về, không giải nén ra đĩa. Mã thoát: 0 hợp lệ, 1 không hợp lệ hoặc thiếu tệp, 2 chưa kiểm tra
    được; nhiều gói thì lấy mã lớn nhất. Cảnh báo ghi ra stderr.
    """
    from preservation.packages.validation import validate_path, verdict

    answers: list[dict[str, Any]] = []
    worst = 0
    for path in paths:
        findings = validate_path(path)
        judged = verdict(findings)
        worst = max(worst, dict(_EXIT_OF)[judged])
        told = [_told(finding) for finding in findings]
        if as_json:
            answers.append({"path": str(path), "verdict": str(judged), "findings": told})
        else:
            _say(path, WORDS["verdict"][judged], told)
    if as_json:
        # A name that is no UTF-8 stays an escape of JSON.
        whole = json.dumps(answers, ensure_ascii=False, indent=1)
        click.echo(whole.encode("utf-8", "backslashreplace").decode())
    sys.exit(worst)


def _told(finding: Finding) -> dict[str, Any]:
    """Return a finding as programs get it: code, level, place, and the words for people in both languages."""
    from archive.messages.catalogue import catalogue

    texts = catalogue()
    words = {
        part: {language: texts.text(finding.code, language, finding.parameters, part) for language in ("vi", "en")}
        for part in ("text", "action")
    }
    return {"level": str(texts.get(finding.code).level), **finding.to_plain(), **words}


def _say(path: Path, judged: str, told: list[dict[str, Any]]) -> None:
    """Print the verdict and what led to it; what does not change it goes to standard error."""
    click.echo(f"{_printable(str(path))}: {judged}")
    for one in told:
        apart = one["level"] in {"warning", "info"}
        place = one["where"].get("path", "")
        row = one["where"].get("row")
        where = f"{place}:{row}" if row else place
        line = f"  {one['code']} {WORDS['level'][one['level']]} {where} — {one['text']['vi']} {one['action']['vi']}"
        click.echo(_printable(line), err=apart)


def _printable(text: str) -> str:
    """Return text that no name of a file can turn into more lines, or into commands to the terminal."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "backslashreplace").decode() for char in text
    )
