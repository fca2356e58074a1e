"""Messages: every code that is raised has its texts, every text has somebody who raises it."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from archive.messages.catalogue import catalogue
from archive.messages.examples import example_values
from archive.messages.rules import Level
from archive.messages.subjects import LEVELS, SUBJECTS
from tests.structure.sources import FLOORS, ROOT, place, python_files, tree

CODE = re.compile(r"\b[A-Z]{3}-\d{4}\b")
MESSAGES = list(catalogue())
# Keywords of errors that are no values of the texts.
NOT_SHOWN = {"retry"}


def used() -> Counter[str]:
    """Return how often each code stands in the program as a value: docstrings do not count."""
    counts: Counter[str] = Counter()
    for path in python_files():
        documentation = {
            id(node.value) for node in ast.walk(tree(path)) if isinstance(node, ast.Expr) and _text(node.value)
        }
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
                counts.update(CODE.findall(node.value))
    for floor in FLOORS:
        for path in (ROOT / floor).rglob("*.html"):
            counts.update(CODE.findall(path.read_text("utf-8")))
    return counts


def _text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_every_code_in_the_program_has_its_texts() -> None:
    """Nobody is ever shown a code without words."""
    assert set(used()) - {message.code for message in MESSAGES} == set()


def test_every_text_is_used() -> None:
    """The catalogue holds nothing that no part of the program says."""
    assert {message.code for message in MESSAGES} - set(used()) == set()


def test_a_message_is_said_in_both_languages() -> None:
    """Title, text and, where there is one, the advice are there in Vietnamese and English, with the same values."""
    wrong = []
    for message in MESSAGES:
        languages = [set(message.title), set(message.text), set(message.action) or {"vi", "en"}]
        if languages != [{"vi", "en"}] * 3:
            wrong.append(message.code)
        for part in (message.title, message.text, message.action):
            # A value may have a twin in English: `field` and `field_en`.
            values = [{n.removesuffix("_en") for n in re.findall(r"{(\w+)}", text)} for text in part.values()]
            if any(found != values[0] for found in values) or any(text.strip() != text for text in part.values()):
                wrong.append(message.code)
    assert wrong == []


def test_a_message_speaks_plainly() -> None:
    """No exclamation mark, no blame, no "please"; what must be mended has an advice."""
    wrong = []
    for message in MESSAGES:
        sentences = [*message.text.values(), *message.action.values()]
        wrong += [t for t in sentences if "!" in t or re.search(r"(?i)\bvui lòng|\bplease\b|\binvalid\b", t)]
        wrong += [t for t in sentences if not t.endswith((".", "…", "?"))]
        if not message.action and message.level in {"error", "unknown"}:
            wrong.append(f"{message.code} has no advice")
    assert wrong == []


def _raised() -> Iterator[tuple[str, str, set[str]]]:
    """Yield place, code and names of values of each error or finding whose values stand in the program."""
    for path in python_files():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call):
                pieces: list[ast.expr] = list(node.args)
                names = {keyword.arg for keyword in node.keywords}
                given = next((k.value for k in node.keywords if k.arg == "parameters"), None)
            elif isinstance(node, ast.Tuple):
                pieces, names, given = list(node.elts), set(), node.elts[-1] if len(node.elts) == 2 else None
            else:
                continue
            first = pieces[0] if pieces else None
            if not isinstance(first, ast.Constant) or not CODE.fullmatch(str(first.value)) or None in names:
                continue
            if isinstance(given, ast.Dict):
                names = {key.value if isinstance(key, ast.Constant) else None for key in given.keys}
            elif given is not None or isinstance(node, ast.Tuple) or _is_finding(node):
                continue
            if None not in names:
                yield place(path, node.lineno), str(first.value), {str(name) for name in names}


def _is_finding(node: ast.Call) -> bool:
    called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    return not called.endswith(("Error", "NotFound", "Forbidden")) and called not in {"__init__"}


def test_every_value_of_a_text_is_given() -> None:
    """Where a code is raised with its values, none that its texts want is missing, so that no text has a hole."""
    texts = catalogue()
    raised = list(_raised())
    assert len(raised) > 30, "the search must find what it judges"
    missing = [
        f"{where} {code} {sorted(wanted)}"
        for where, code, names in raised
        if (wanted := texts.get(code).placeholders() - names)
    ]
    assert missing == []


def test_no_value_is_given_in_vain() -> None:
    """A value that no text shows was meant to be shown."""
    texts = catalogue()
    vain = [
        f"{where} {code} {sorted(unused)}"
        for where, code, names in _raised()
        if (unused := names - texts.get(code).placeholders() - NOT_SHOWN)
    ]
    assert vain == []


def test_every_value_has_an_example() -> None:
    """Wherever a code is explained its sentences are whole, in both languages; no example is left over."""
    wanted = {name for message in MESSAGES for name in message.placeholders()}
    assert set(example_values("vi")) == set(example_values("en")) == wanted
    for message in MESSAGES:
        for language in ("vi", "en"):
            assert "…" not in catalogue().text(message.code, language, dict.fromkeys(wanted, "x")).rstrip("….")


def test_every_subject_and_level_has_a_name() -> None:
    """The list of codes is grouped by what its readers call things."""
    assert {message.subject for message in MESSAGES} == set(SUBJECTS)
    assert set(LEVELS) == set(Level)
