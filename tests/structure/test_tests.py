"""The tests themselves: each says what it promises, and lies where pytest and the reader find it."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

from tests.structure.sources import ROOT, place, python_files, tree


def test_functions(path: Path) -> list[ast.FunctionDef]:
    """Return the test functions of a file."""
    return [
        node
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and node.args
    ]


test_functions.__test__ = False  # type: ignore[attr-defined] # its name says what it returns


def test_every_test_says_what_is_promised() -> None:
    """Each test has a docstring of one paragraph that ends with a full stop."""
    found = []
    for path in python_files("tests"):
        if not path.name.startswith("test_"):
            continue
        for function in test_functions(path):
            text = (ast.get_docstring(function) or "").partition("\n\n")[0].strip()
            if not text.endswith("."):
                found.append(f"{place(path, function.lineno)} {function.name}")
    assert found == []


def test_no_test_hides_another() -> None:
    """Two tests of one name in a file would run once."""
    found = []
    for path in python_files("tests"):
        names = Counter(node.name for node in tree(path).body if isinstance(node, ast.FunctionDef))
        found += [f"{place(path)} {name}" for name, count in names.items() if count > 1]
    assert found == []


def test_every_test_file_is_found() -> None:
    """A file with tests is named so that pytest collects it."""
    found = [
        place(path)
        for path in python_files("tests")
        if not path.name.startswith("test_") and path.name != "sources.py"
        if any(isinstance(node, ast.FunctionDef) and node.name.startswith("test_") for node in tree(path).body)
    ]
    assert found == []


def test_unit_tests_stand_where_their_floor_stands() -> None:
    """The folders of tests mirror the floors, beside the few that have a meaning of their own."""
    own = {"browser", "contract", "journey", "law", "promises", "samples", "structure"}
    floors = {"archive", "preservation", "search", "retention", "ingest", "config"}
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders <= own | floors
