from __future__ import annotations

import zipfile
from pathlib import Path

import pygfried
import pytest

from preservation.formats.fido_identifier import FidoIdentifier, pieces_of
from preservation.formats.ports import Basis, Identification

_SAMPLES = Path(__file__).parents[2] / "samples"
_DOCUMENTS = sorted(path for path in _SAMPLES.rglob("*") if path.is_file() and path.suffix != ".md")
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns"


@pytest.fixture(scope="module")
def identifier() -> FidoIdentifier:
    """Return one identifier, as a process has it."""
    return FidoIdentifier()


def _puids(identifier: FidoIdentifier, path: Path) -> list[tuple[str, Basis]]:
    return [(found.puid, found.basis) for found in identifier.identify(path)]


def _opendocument(path: Path, kind: str, version: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}", zipfile.ZIP_STORED)
        package.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content xmlns:office="{_OFFICE}:office:1.0" '
            f'office:version="{version}"/>',
        )
        package.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{_OFFICE}:manifest:1.0"><manifest:file-entry manifest:full-path="/" '
            f'manifest:media-type="application/vnd.oasis.opendocument.{kind}"/></manifest:manifest>',
        )
    return path


@pytest.mark.parametrize("path", _DOCUMENTS, ids=lambda path: path.name)
def test_real_documents_are_recognised_as_siegfried_does(identifier: FidoIdentifier, path: Path) -> None:
    """Each sample has exactly one format, and an independent engine names the same one."""
    assert [puid for puid, _ in _puids(identifier, path)] == [pygfried.identify(str(path))]


def test_an_identification_says_all_about_itself(identifier: FidoIdentifier) -> None:
    """Format, basis, registry, engine and their versions are recorded."""
    assert identifier.identify(_SAMPLES / "transfer/HS.01/970-ttg.signed.pdf") == (
        Identification(
            puid="fmt/18",
            name="Acrobat PDF 1.4 - Portable Document Format",
            version="1.4",
            mime="application/pdf",
            basis=Basis.SIGNATURE,
            registry="PRONOM",
            registry_version="v109, containers 20200121 with ODF 1.3",
            engine="fido",
            engine_version="1.6.1",
            extensions=("pdf",),
        ),
    )


def test_packages_are_looked_into(identifier: FidoIdentifier) -> None:
    """Word and Excel files, old and new, are recognised by what their package holds."""
    assert _puids(identifier, _SAMPLES / "LUATTRITUENHANTAO.docx") == [("fmt/412", Basis.CONTAINER)]
    assert _puids(identifier, _SAMPLES / "transfer/danh-muc-ho-so.xlsx") == [("fmt/214", Basis.CONTAINER)]
    assert _puids(identifier, _SAMPLES / "transfer/04.CNTT/QD15UB.DOC") == [("fmt/40", Basis.CONTAINER)]


@pytest.mark.parametrize(
    ("kind", "version", "puid"),
    [
        ("text", "1.2", "fmt/291"),
        ("text", "1.3", "fmt/1756"),
        ("spreadsheet", "1.2", "fmt/295"),
        ("spreadsheet", "1.3", "fmt/1755"),
        ("presentation", "1.3", "fmt/1754"),
    ],
)
def test_versions_of_opendocument_are_told_apart(
    identifier: FidoIdentifier, tmp_path: Path, kind: str, version: str, puid: str
) -> None:
    """The version that a package states decides, which fido by itself gets wrong."""
    assert _puids(identifier, _opendocument(tmp_path / "file", kind, version)) == [(puid, Basis.CONTAINER)]


def test_a_label_of_pdf_a_far_behind_the_head_is_seen(identifier: FidoIdentifier, tmp_path: Path) -> None:
    """A scan whose XMP stands far into the file, or at its end, is PDF/A by its label, not plain PDF."""
    xmp = (
        b'<x xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>1</pdfaid:part>'
        b"<pdfaid:conformance>B</pdfaid:conformance></x>"
    )
    for number, before, after in ((0, 2_000_000, 0), (1, 2_000_000, 9_000_000), (2, 9_000_000, 2_000_000)):
        path = tmp_path / str(number)
        path.write_bytes(b"%PDF-1.4\n" + bytes(before) + xmp + bytes(after) + b"\n%%EOF\n")
        assert _puids(identifier, path) == [("fmt/354", Basis.SIGNATURE)]


@pytest.mark.parametrize("name", ["tep.pdf", "tep.docx", "tep.txt"])
@pytest.mark.parametrize(("content", "warning"), [(b"", "empty file"), (b"xin chao\n", "")])
def test_an_extension_alone_is_no_identification(
    identifier: FidoIdentifier, tmp_path: Path, name: str, content: bytes, warning: str
) -> None:
    """Empty files and plain text are not recognised, whatever they are called."""
    path = tmp_path / name
    path.write_bytes(content)
    (found,) = identifier.identify(path)
    assert (found.puid, found.basis, found.recognised, found.warning) == ("", Basis.NONE, False, warning)


def test_a_damaged_package_is_what_it_is_outside(identifier: FidoIdentifier, tmp_path: Path) -> None:
    """A cut .docx is a ZIP that could not be looked into, and says so."""
    whole = (_SAMPLES / "LUATTRITUENHANTAO.docx").read_bytes()
    path = tmp_path / "cut.docx"
    path.write_bytes(whole[: len(whole) // 2])
    found = identifier.identify(path)
    assert all(not f.recognised or f.warning.startswith("container not readable: BadZipFile") for f in found)
    assert [f.puid for f in found] in ([""], ["x-fmt/263"])


def test_a_file_that_is_not_there_is_an_error(identifier: FidoIdentifier, tmp_path: Path) -> None:
    """A missing file raises; it is never silently nothing."""
    with pytest.raises(FileNotFoundError):
        identifier.identify(tmp_path / "missing")


@pytest.mark.parametrize("filling", [b"\x00", b" ", b"<html ", b"0\r\nSECTION\r\n  2\r\nHEADER\r\n  9\r\n$ACAD\r\n"])
def test_no_long_run_takes_long(identifier: FidoIdentifier, tmp_path: Path, filling: bytes) -> None:
    """Nine megabytes of one thing are judged at all, and are none of the packages."""
    path = tmp_path / "run"
    path.write_bytes(filling * (9_000_000 // len(filling)))
    assert all(found.basis in {Basis.NONE, Basis.SIGNATURE} for found in identifier.identify(path))


@pytest.mark.parametrize(
    ("expression", "pieces"),
    [
        (rb"(?s)\A%PDF.*%%EOF", [rb"(?s)\A%PDF.{0}", rb"(?s)%%EOF"]),
        (rb"(?s)a.{3,}b.{0,9}c", [rb"(?s)a.{3}", rb"(?s)b.{0,9}c"]),
        (rb"(?s)a(?:b.*c|d)e\.*f[.*]g", [rb"(?s)a(?:b.*c|d)e\.*f[.*]g"]),
        (rb"\A\Z", [rb"\A\Z"]),
    ],
)
def test_expressions_are_cut_at_unbounded_gaps(expression: bytes, pieces: list[bytes]) -> None:
    """Only gaps outside groups and classes are cut, and a gap's least length stays."""
    assert pieces_of(expression) == pieces


def test_an_identification_goes_through_plain_values_and_back(identifier: FidoIdentifier) -> None:
    """What leaves the worker process is the same identification on the other side."""
    (found,) = identifier.identify(_SAMPLES / "LUATTRITUENHANTAO.docx")
    assert Identification.from_plain(found.to_plain()) == found
