"""Pages in two languages: nothing on a page is said outside the translations, and each has its English."""

from __future__ import annotations

import ast
import io
import re
import runpy
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment

from archive.web.translation import read_english
from tests.structure.sources import ROOT

_translations = runpy.run_path(str(ROOT / "scripts/translations.py"))
said_in, subjects = _translations["said_in"], _translations["subjects"]
TEMPLATES = sorted(path for floor in _translations["FLOORS"] for path in (ROOT / floor).rglob("*.html"))
VIEWS = sorted(
    path for folder in subjects(ROOT) for path in folder.glob("*.py") if path.stem.endswith(("views", "desk", "report"))
)
# Names of the product and of things that are called so in both languages.
_NAMES = {"Kho Lưu Trữ", "CSV", "Enter", "SHA-256", "Tiếng Việt"}
_VIETNAMESE = re.compile("[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_ATTRIBUTE = re.compile(r'(?:title|alt|placeholder|aria-label|data-busy|data-text-\w+)="([^"]*)"')


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("folder", subjects(ROOT), ids=_name)
def test_everything_that_is_said_has_its_english(folder: Path) -> None:
    """No page has words without a translation, and no translation is left over."""
    path = folder / "english.po"
    held = (
        {str(entry.id): str(entry.string) for entry in read_po(io.BytesIO(path.read_bytes())) if entry.id}
        if path.exists()
        else {}
    )
    everywhere = {str(entry.id) for entry in read_english(subjects(ROOT)) if entry.id}
    said = said_in(ROOT, folder)
    assert sorted(set(said) - everywhere) == []
    assert sorted(set(held) - set(said)) == []
    assert [words for words, english in held.items() if not english] == []


def test_a_translation_keeps_the_values() -> None:
    """The English has the same values to fill in as the Vietnamese."""
    for entry in read_english(subjects(ROOT)):
        if entry.id:
            assert sorted(re.findall(r"%\(\w+\)s", str(entry.id))) == sorted(
                re.findall(r"%\(\w+\)s", str(entry.string))
            ), entry.id


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_no_template_speaks_past_the_translations(path: Path) -> None:
    """Every word that stands in a template stands in the translations' brackets."""
    text = "".join(
        value if kind == "data" else "\x00" if kind.endswith("_begin") and kind != "block_begin" else ""
        for _line, kind, value in Environment(autoescape=True).lex(path.read_text("utf-8"))
    )
    told = [*_ATTRIBUTE.findall(text), *re.split(r"[\x00\n]", _TAG.sub("\n", text))]
    words = [piece.strip(" \t.,:;()·–/→?…") for piece in told]
    assert [w for w in words if re.search(r"[^\W\d_]{2,}", w) and w not in _NAMES and "&" not in w] == []


@pytest.mark.parametrize("path", VIEWS, ids=_name)
def test_no_view_speaks_past_the_translations(path: Path) -> None:
    """Vietnamese words in the code of pages stand in the translations' brackets or beside their English."""
    tree = ast.parse(path.read_text("utf-8"))
    allowed: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"_", "lazy_gettext"}:
            allowed |= {id(argument) for argument in node.args}
        # Pairs (vi, en) with whatever stands behind them.
        if isinstance(node, ast.Tuple) and len(node.elts) > 1:
            allowed |= {id(node.elts[0])} if _is_english(node.elts[1]) else set()
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            allowed.add(id(node.body[0].value))  # type: ignore[attr-defined] # a docstring is an expression
    strings = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert [
        n.value for n in strings if _VIETNAMESE.search(n.value) and not (id(n) in allowed or n.value in _NAMES)
    ] == []


def _is_english(node: ast.expr) -> bool:
    """Return whether it reads as words, and not as the name of an icon or a look."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or _VIETNAMESE.search(node.value):
        return False
    return node.value[:1].isupper() or " " in node.value
