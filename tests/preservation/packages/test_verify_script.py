"""The program that lies in every package, as a stranger runs it in thirty years."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest

from preservation.packages.bag import ReferencedFile, build_bag
from preservation.packages.rules import Reference
from tests.preservation.packages.examples import (
    DECISION,
    KEY,
    LETTER,
    PACKAGE,
    ROOT,
    content,
    sample_bag,
    unpack,
    write,
)


def verify(*arguments: str | Path, script: Path, **environment: str) -> tuple[int, str]:
    """Run the program of a package without our code in reach; return its exit code and what it said."""
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", str(script), *map(str, arguments)],
        cwd=script.parent.parent,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == b""
    return done.returncode, done.stdout.decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the sample package, unpacked."""
    return unpack(sample_bag().plan, tmp_path)


def test_whole_package_is_valid(folder: Path) -> None:
    """Run inside an unpacked package, the program says in both languages that it is complete and valid."""
    assert verify(script=folder / "verify.py") == (
        0,
        "ĐẦY ĐỦ VÀ HỢP LỆ: 10 tệp / COMPLETE AND VALID: 10 files\n",
    )


def test_path_of_folder_or_zip_may_be_given(folder: Path, tmp_path: Path) -> None:
    """The program checks another unpacked package, and the zip as it was exported, by their paths."""
    assert verify(folder, script=folder / "verify.py")[0] == 0
    assert verify(write(sample_bag().plan, tmp_path / "x.zip"), script=folder / "verify.py")[0] == 0


def test_console_without_vietnamese_does_not_matter(folder: Path) -> None:
    """On a console of another encoding the program still ends with its verdict."""
    assert verify(script=folder / "verify.py", PYTHONIOENCODING="ascii", LC_ALL="C")[0] == 0


_DOCUMENT = f"data/{DECISION.path}"


def _link(folder: Path) -> None:
    (folder / _DOCUMENT).rename(folder.parent / "elsewhere")
    (folder / _DOCUMENT).symlink_to(folder.parent / "elsewhere")


def _list(folder: Path, line: str) -> None:
    with (folder / "manifest-sha256.txt").open("a", encoding="utf-8") as file:
        file.write(line)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "changed": lambda folder: (folder / _DOCUMENT).write_bytes(b"x" * DECISION.length),
    "missing": lambda folder: (folder / _DOCUMENT).unlink(),
    "unlisted payload": lambda folder: (folder / "data" / "more.txt").write_bytes(b"x"),
    "unlisted tag file": lambda folder: (folder / "more.txt").write_bytes(b"x"),
    "changed tag file": lambda folder: (folder / "bag-info.txt").write_text("Payload-Oxum: 1.1\n"),
    "no manifest": lambda folder: (folder / "manifest-sha256.txt").unlink(),
    "no tag manifest": lambda folder: (folder / "tagmanifest-sha256.txt").unlink(),
    "no bagit.txt": lambda folder: (folder / "bagit.txt").unlink(),
    "renamed in case": lambda folder: (folder / _DOCUMENT).rename((folder / _DOCUMENT).with_suffix(".PDF")),
    "garbage line": lambda folder: _list(folder, "garbage\n"),
    "listed twice": lambda folder: _list(folder, f"{DECISION.sha256}  {_DOCUMENT}\n"),
    "link": _link,
}


@pytest.mark.parametrize("what", DAMAGES)
def test_damage_is_found(folder: Path, what: str) -> None:
    """Each kind of damage to an unpacked package ends with exit code 1 and the word NOT VALID."""
    DAMAGES[what](folder)
    code, said = verify(script=folder / "verify.py")
    assert code == 1
    assert "KHÔNG HỢP LỆ" in said
    assert "NOT VALID" in said


@pytest.mark.parametrize("what", [what for what in DAMAGES if what != "link"])
def test_damage_inside_a_zip_is_found(folder: Path, tmp_path: Path, what: str) -> None:
    """The same damage in a package that somebody zipped again is found too."""
    script = shutil.copy(folder / "verify.py", tmp_path / "verify.py")
    DAMAGES[what](folder)
    shutil.make_archive(str(tmp_path / "again"), "zip", folder.parent, folder.name)
    assert verify(tmp_path / "again.zip", script=Path(script))[0] == 1


def test_turned_byte_in_the_zip_is_a_change(folder: Path, tmp_path: Path) -> None:
    """A document damaged inside the zip is named as changed, although the zip library stops at its CRC-32."""
    plan = sample_bag().plan
    path = write(plan, tmp_path / "x.zip")
    data = bytearray(path.read_bytes())
    data[plan.range_of(f"{ROOT}/data/{DECISION.path}")[0]] ^= 1
    path.write_bytes(data)
    code, said = verify(path, script=folder / "verify.py")
    assert code == 1
    assert said.splitlines()[0] == f"'data/{DECISION.path}': nội dung đã thay đổi / content has changed"


def test_names_taken_apart_by_another_system_are_found(folder: Path) -> None:
    """A package unpacked on a system that decomposes names (NFD) is valid there too."""
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rename(path.with_name(unicodedata.normalize("NFD", path.name)))
    assert verify(script=folder / "verify.py")[0] == 0


def test_paths_never_lead_out(folder: Path) -> None:
    """A listed path that leads to a sister folder is a wrong line, and the file there is not read."""
    sister = folder.parent / f"{folder.name}-x"
    sister.mkdir()
    (sister / "secret").write_bytes(b"s")
    for path in ("../" + sister.name + "/secret", "data/../../" + sister.name + "/secret", str(sister / "secret")):
        with (folder / "manifest-sha256.txt").open("a", encoding="utf-8") as file:
            file.write(f"{DECISION.sha256}  {path}\n")
    code, said = verify(script=folder / "verify.py")
    assert code == 1
    assert "'manifest-sha256.txt': dòng 7 không đúng / line 7 is not right" in said
    assert "secret" not in said


def test_member_names_of_a_zip_never_lead_out(folder: Path, tmp_path: Path) -> None:
    """A zip with members outside its one folder is not valid."""
    path = write(sample_bag().plan, tmp_path / "x.zip")
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("../outside", b"x")
        file.writestr(f"{ROOT}/../outside", b"x")
    code, said = verify(path, script=folder / "verify.py")
    assert code == 1
    assert said.count("không thuộc gói / does not belong to the package") == 2


def _second(tmp_path: Path) -> Path:
    reference = Reference(KEY, f"{ROOT}/data/{DECISION.path}")
    referenced = ReferencedFile(DECISION.path, DECISION.length, DECISION.sha256, reference)
    return unpack(build_bag(content(version=2, files=(LETTER,), references=(referenced,))).plan, tmp_path)


def test_version_with_references_is_incomplete(tmp_path: Path) -> None:
    """A version with references ends with exit code 2, names the version that it needs, and never says valid."""
    folder = _second(tmp_path)
    code, said = verify(script=folder / "verify.py")
    assert code == 2
    assert said == (
        f"{PACKAGE}-v1: giữ 1 tệp của gói này / holds 1 files of this package\n"
        "CHƯA ĐẦY ĐỦ: cần thêm các phiên bản trên / INCOMPLETE: the versions above are needed too\n"
    )


def test_completed_version_is_valid(tmp_path: Path) -> None:
    """Once the referenced bytes are added, the version is valid; with other bytes it is not."""
    folder = _second(tmp_path)
    document = folder / "data" / DECISION.path
    document.write_bytes(b"".join(DECISION.open()))
    assert verify(script=folder / "verify.py")[0] == 0
    document.write_bytes(b"x" * DECISION.length)
    assert verify(script=folder / "verify.py")[0] == 1


def test_damaged_version_with_references_is_invalid(tmp_path: Path) -> None:
    """Damage is told before incompleteness."""
    folder = _second(tmp_path)
    (folder / "data" / LETTER.path).write_bytes(b"x")
    assert verify(script=folder / "verify.py")[0] == 1


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\5\6" + bytes(17)])
def test_what_cannot_be_read_is_said(folder: Path, tmp_path: Path, content: bytes) -> None:
    """What is no package at all ends with exit code 3: nothing can be said."""
    (tmp_path / "x.zip").write_bytes(content)
    code, said = verify(tmp_path / "x.zip", script=folder / "verify.py")
    assert code == 3
    assert said.startswith("KHÔNG ĐỌC ĐƯỢC")


def test_missing_path_is_said(folder: Path) -> None:
    """A path that does not exist ends with exit code 3."""
    assert verify(folder / "none", script=folder / "verify.py")[0] == 3


def test_more_arguments_show_how_to_use_it(folder: Path) -> None:
    """With two paths the program prints its description in both languages and checks nothing."""
    code, said = verify("a", "b", script=folder / "verify.py")
    assert code == 3
    assert "Kiểm tra gói tin lưu trữ này / Check this archival package." in said


def test_checking_changes_nothing(folder: Path) -> None:
    """After a check the package has the files and bytes that it had."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    verify(script=folder / "verify.py")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_program_is_python_38_and_uses_only_the_standard_library() -> None:
    """The program is readable by Python 3.8 and imports nothing that Python does not bring along."""
    text = resources.files("preservation.packages").joinpath("verify.py.txt").read_text("utf-8")
    tree = ast.parse(text, feature_version=(3, 8))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert not any(isinstance(node, ast.ImportFrom) for node in ast.walk(tree))
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


def test_text_for_a_stranger_names_what_is_there() -> None:
    """The text to be read first speaks Vietnamese, then English, and names every tag file and the command."""
    bag = sample_bag()
    member = next(member for member in bag.plan.members if member.path == f"{ROOT}/ĐỌC TRƯỚC.txt")
    text = b"".join(member.open()).decode()
    assert text.startswith("ĐỌC TRƯỚC\n")
    assert "METS" not in text
    vietnamese, english = text.split("\nREAD FIRST\n")
    for part in (vietnamese, english):
        assert "python3 verify.py" in part
        assert " data/metadata/" in part
        for name in (
            "data/",
            "manifest-sha256.txt",
            "tagmanifest-sha256.txt",
            "bag-info.txt",
            "fetch.txt",
            "verify.py",
        ):
            assert f"  {name}" in part
