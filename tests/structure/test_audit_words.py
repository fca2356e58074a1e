"""Payloads of events: every key that the program writes is said in words on the page of the audit trail."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from archive.audit.words import KEYS
from tests.structure.sources import place, python_files, tree


def keys_of(node: ast.AST) -> Iterator[str]:
    """Yield the keys of every dict that is written out in an expression."""
    for found in ast.walk(node):
        if isinstance(found, ast.Dict):
            yield from (k.value for k in found.keys if isinstance(k, ast.Constant) and isinstance(k.value, str))


def payloads(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """Yield what a function gives as payload, or as values of a noted reading."""
    for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
        name = getattr(call.func, "id", "")
        for keyword in call.keywords:
            if name == "AuditRecord" and keyword.arg == "payload":
                yield keyword.value
            if name == "note_reading" and keyword.arg:
                yield ast.Dict([ast.Constant(keyword.arg)], [keyword.value])


def parts(payload: ast.expr) -> list[ast.expr]:
    """Return the payload itself, and what is unpacked into it."""
    if not isinstance(payload, ast.Dict):
        return [payload]
    return [value for key, value in zip(payload.keys, payload.values, strict=True) if key is None]


def written(path: Path) -> Iterator[str]:
    """Yield the keys of the payloads that a file writes: in the call, or in a dict with a name that the call takes."""
    for function in (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)):
        taken: set[str] = set()
        for payload in payloads(function):
            yield from keys_of(payload)
            taken |= {node.id for node in parts(payload) if isinstance(node, ast.Name)}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and taken & {getattr(target, "id", "") for target in node.targets}:
                yield from keys_of(node.value)


def test_every_key_of_a_payload_has_its_words() -> None:
    """Nobody reads a raw key in the audit trail."""
    found = {key: place(path) for path in python_files() for key in written(path)}
    assert len(found) > 40
    assert {key: where for key, where in found.items() if key not in KEYS} == {}
