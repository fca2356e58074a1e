"""Reasons for which the system looks across bodies: each has its words on the page of the audit trail."""

from __future__ import annotations

import ast

from archive.audit.system_reasons import REASONS
from tests.structure.sources import python_files, tree


def test_every_reason_has_its_words() -> None:
    """Whoever reads the audit trail is told in plain words why the system looked across bodies."""
    found = {
        argument.value
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "SystemScope"
        for argument in node.args[:1]
        if isinstance(argument, ast.Constant)
    }
    assert found == set(REASONS)
