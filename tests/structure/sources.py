"""The project's own files, read as text and as syntax trees."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FLOORS = ("archive", "preservation", "search", "retention", "ingest", "config")


@cache
def project() -> dict[str, Any]:
    """Return `pyproject.toml`."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def python_files(*folders: str) -> Iterator[Path]:
    """Yield the Python files below these folders of the project, or below all floors."""
    for folder in folders or FLOORS:
        yield from sorted(path for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text("utf-8"))


def place(path: Path, line: int = 0) -> str:
    """Return how a file is named in the outcome of a test."""
    return f"{path.relative_to(ROOT).as_posix()}:{line}" if line else path.relative_to(ROOT).as_posix()
