"""What `package validate` finds out of a path: which kind of package lies there, and what is wrong with it."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.errors import KhoLuuTruError
from archive.messages.catalogue import catalogue
from archive.messages.rules import Finding, Where


class PackageProfile(enum.StrEnum):
    """What a path may be judged as."""

    AUTO = "auto"
    SIP = "TT05-SIP"
    AIP = "TT05-AIP"
    DIP = "TT05-DIP"


@dataclass(frozen=True, slots=True)
class PathJudgement:
    """One path.

    Attributes:
        profile: ``BagIt``, ``TT05-SIP_hoso`` …; empty if nothing tells it.
        findings: what is wrong, in the order of the judgement.
        verdict: see `preservation.packages.validation.verdict`.
    """

    path: Path
    profile: str
    findings: list[Finding]
    verdict: str

    @property
    def exit_status(self) -> int:
        """Return 0 for valid, 1 for invalid, 2 for what could not be judged."""
        judged = ("valid", "invalid")
        return judged.index(self.verdict) if self.verdict in judged else 2

    def to_plain(self) -> dict[str, Any]:
        """Return the judgement as JSON types."""
        return {
            "path": str(self.path),
            "profile": self.profile,
            "verdict": self.verdict,
            "findings": self.plain_findings(),
        }

    def plain_findings(self) -> list[dict[str, Any]]:
        """Return the findings in words: code, level, path, field, text, action, text_en, citation."""
        return [_plain(found) for found in self.findings]


def judge_path(path: Path, profile: PackageProfile) -> PathJudgement:
    """Judge a folder or zip; what it is, is found out unless the profile says it."""
    from preservation.packages.bag_files import unreadable
    from preservation.packages.validation import Verdict, verdict
    from preservation.packages.verification import finding_of

    try:
        name, findings = _judge(path, profile)
    except KhoLuuTruError as error:  # the archive as a whole is refused: nothing in it was judged
        return PathJudgement(path, "", [finding_of(error)], str(Verdict.UNCHECKED))
    except OSError as error:
        name, findings = "", [unreadable(path.name, error)]
    return PathJudgement(path, name, findings, str(verdict(findings)))


def exit_status(judgements: Iterable[PathJudgement]) -> int:
    """Return the status of several paths: one that is invalid decides, then one that could not be judged."""
    return max((judged.exit_status for judged in judgements), key=[0, 2, 1].index, default=0)


def _judge(path: Path, profile: PackageProfile) -> tuple[str, list[Finding]]:
    from ingest.readers.zip_tree import ZipTree
    from preservation.packages.bag_files import FolderFiles
    from preservation.packages.tt05.judgement import judge_package
    from preservation.packages.tt05.tree import Names
    from preservation.packages.validation import validate_file, validate_folder

    with ExitStack() as stack:
        if path.is_dir():
            tree: FolderFiles | ZipTree = FolderFiles(path)
            folder, stem = path.resolve().name, ""
        else:
            tree = ZipTree(stack.enter_context(path.open("rb")))
            folder, stem = tree.folder, path.stem
        if profile is PackageProfile.AUTO:
            if "bagit.txt" in tree.lengths:
                return "BagIt", validate_folder(path) if path.is_dir() else validate_file(path)
            if not Names(tree).find("METS.xml"):
                return "", [*tree.findings, Finding("PKG-0513", Where(path=path.name), {"path": path.name})]
        asked = "" if profile is PackageProfile.AUTO else profile.removeprefix("TT05-")
        judged = judge_package(tree, folder=folder, zip_stem=stem, asked=asked)
    return f"TT05-{judged.kind}" if judged.kind else "", judged.findings


def _plain(found: Finding) -> dict[str, Any]:
    texts = catalogue()
    message = texts.get(found.code)
    return {
        "code": found.code,
        "level": str(message.level),
        "path": found.where.path,
        "field": found.where.field,
        "text": texts.text(found.code, "vi", found.parameters),
        "action": texts.text(found.code, "vi", found.parameters, "action"),
        "text_en": texts.text(found.code, "en", found.parameters),
        "citation": str(found.parameters.get("citation") or message.citation),
    }
