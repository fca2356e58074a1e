"""What `package validate` finds out of a path: which kind of package lies there, and what is wrong with it."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING

from archive.messages.rules import Finding, Where
from config.command_line.judged_paths import JudgedPath

if TYPE_CHECKING:
    from preservation.packages.bag_files import BagFiles


class PackageProfile(enum.StrEnum):
    """What a path may be judged as."""

    AUTO = "auto"
    SIP = "TT05-SIP"
    AIP = "TT05-AIP"
    DIP = "TT05-DIP"


def judge_path(path: Path, profile: PackageProfile) -> JudgedPath:
    """Judge a folder, zip or tar; what it is, is found out unless the profile says it."""
    from preservation.packages.bag_files import unreadable
    from preservation.packages.bag_places import open_bag
    from preservation.packages.errors import PackageError
    from preservation.packages.validation import verdict
    from preservation.packages.verification import finding_of

    try:
        with open_bag(path) as files:
            name, findings = _judge(path, files, profile)
    except PackageError as error:  # the archive as a whole is refused: nothing in it was judged
        name, findings = "", [finding_of(error)]
    except OSError as error:
        name, findings = "", [unreadable(path.name, error)]
    return JudgedPath(path, name, str(verdict(findings)), findings)


def _judge(path: Path, files: BagFiles, profile: PackageProfile) -> tuple[str, list[Finding]]:
    from preservation.packages.tt05.judgement import judge_package
    from preservation.packages.tt05.tree import Names, PackageFiles
    from preservation.packages.validation import validate_file, validate_folder

    tree = PackageFiles(files)
    if profile is PackageProfile.AUTO:
        if "bagit.txt" in tree.lengths:
            return "BagIt", validate_folder(path) if path.is_dir() else validate_file(path)
        if not Names(tree).find("METS.xml"):
            return "", [*tree.findings, Finding("PKG-0513", Where(path=path.name), {"path": path.name})]
    asked = "" if profile is PackageProfile.AUTO else profile.removeprefix("TT05-")
    zip_stem = path.stem if path.is_file() and path.suffix.lower() == ".zip" else ""
    judged = judge_package(tree, folder=files.folder, zip_stem=zip_stem, asked=asked)
    return f"TT05-{judged.kind}" if judged.kind else "", judged.findings
