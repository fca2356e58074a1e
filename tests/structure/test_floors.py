"""The floors: complete packages, all of them under the contract, reached only by plain imports."""

from __future__ import annotations

import ast
from pathlib import Path

from kholuutru import FLOORS as CHECKED_AT_START
from tests.structure.sources import FLOORS, ROOT, place, project, python_files, tree

# Loaded by alembic by path, so no packages; scripts are started, never imported.
APART = ("archive/database/migrations", "scripts")
TOP_FOLDERS = (*FLOORS, "tests", "bench")


def test_every_folder_with_python_files_is_a_package() -> None:
    """A folder without `__init__.py` would fall out of the contract and of the type check unnoticed."""
    folders = {path.parent for path in python_files(*FLOORS, "tests", "bench", "scripts")}
    without = {place(folder) for folder in folders if not (folder / "__init__.py").exists()}
    assert {folder for folder in without if not folder.startswith(APART)} == set()


def test_every_top_level_package_stands_under_the_contract() -> None:
    """A floor that is missing from the layers could import whatever it likes."""
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert found == set(TOP_FOLDERS)
    linter = project()["tool"]["importlinter"]
    layers = next(contract["layers"] for contract in linter["contracts"] if contract["type"] == "layers")
    assert layers == list(reversed(FLOORS))
    assert set(linter["root_packages"]) == set(FLOORS)


def test_every_floor_is_installed_checked_and_typed() -> None:
    """Wheel, start-up check and type check name the same floors."""
    assert set(CHECKED_AT_START) == set(FLOORS)
    assert set(project()["tool"]["mypy"]["packages"]) == set(FLOORS)
    assert set(project()["tool"]["setuptools"]["packages"]["find"]["include"]) == {f"{floor}*" for floor in FLOORS}


def test_floors_are_reached_by_plain_imports() -> None:
    """Imports by name, which the contract cannot see, are made in the composition root alone."""
    found = []
    for path in python_files(*(floor for floor in FLOORS if floor != "config")):
        for node in ast.walk(tree(path)):
            name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
            imported = isinstance(node, ast.ImportFrom) and any(alias.name == "import_module" for alias in node.names)
            if imported or name in {"import_module", "__import__"}:
                found.append(place(path, node.lineno))
    assert found == []


def test_tables_are_asked_for_through_their_classes() -> None:
    """Only the database's own subject touches tables past their classes, and past the scopes with them."""
    past = {"__table__", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"}
    found = []
    for path in python_files():
        if (ROOT / "archive" / "database") in path.parents:
            continue
        found += [
            place(path, node.lineno)
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Attribute) and node.attr in past
        ]
    assert found == []


def test_connections_are_asked_for_by_the_database_alone() -> None:
    """A connection answers without a scope: outside the database's subject only its health is asked that way."""
    allowed = {"config/doctor.py"}
    found = set()
    for path in python_files():
        if (ROOT / "archive" / "database") in path.parents:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and node.attr in {"read_engine", "write_engine", "exec_driver_sql"}:
                found.add(place(path))
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Attribute) and called.attr == "connection":
                found.add(place(path))
    assert found == allowed


def test_the_pure_core_reads_no_clock_and_no_file() -> None:
    """Rules decide by what they are given: no time, no files, no environment."""
    forbidden = {"time", "os", "pathlib", "socket", "subprocess", "random", "secrets", "io", "shutil"}
    found = []
    for path in python_files():
        if path.name != "rules.py":
            continue
        for node in ast.walk(tree(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.partition(".")[0] in forbidden for name in names):
                found.append(place(path, node.lineno))
            if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}:
                found.append(place(path, node.lineno))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open":
                found.append(place(path, node.lineno))
    assert found == []


def test_files_are_named_by_what_they_hold() -> None:
    """No file is a drawer for everything."""
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "base_utils", "tools"}
    found = [place(path) for path in python_files(*TOP_FOLDERS, "scripts") if path.stem in drawers]
    found += [place(Path(folder)) for folder in (ROOT / name for name in drawers) if folder.exists()]
    assert found == []


def test_the_product_does_not_know_its_workshop() -> None:
    """No file of a floor names a folder of the machine that it was made on."""
    found = [
        place(path, number)
        for path in python_files()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if "/work/" in line or "/tmp/" in line or "/home/" in line  # noqa: S108 - looked for, not used
    ]
    assert found == []
