"""Re-reading a package after it was written, from stores that lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from preservation.packages.bag import PayloadFile, build_bag
from preservation.packages.verification import verify_object
from preservation.packages.zip_writer import Member, ZipPlan
from preservation.storage.errors import StorageError
from preservation.storage.folder import FolderStore
from tests.contract.liar import Liar, Lie
from tests.preservation.packages.examples import DECISION, KEY, LETTER, ROOT, content, sample_bag

STALE = "aip/0f/stale.zip"


@pytest.fixture
def liar(tmp_path: Path) -> Liar:
    """Return a liar over a store that holds the sample package, and an older one of the same length."""
    store = FolderStore(tmp_path)
    bag = sample_bag()
    store.put(KEY, bag.plan.stream(), length=bag.plan.length)
    letter = PayloadFile.of(LETTER.path, b"x" * LETTER.length)
    older = build_bag(content(files=(DECISION, letter)))
    assert older.plan.length == bag.plan.length
    store.put(STALE, older.plan.stream(), length=older.plan.length)
    liar = Liar(store)
    liar.stale = STALE
    return liar


def codes(liar: Liar, *, planned: bool = False) -> list[str]:
    """Return what verification of the sample package says, with or without the plan that it was written by."""
    bag = sample_bag()
    return [finding.code for finding in verify_object(liar, KEY, bag.expected, bag.plan if planned else None)]


@pytest.fixture(params=[False, True], ids=["directory", "plan"])
def planned(request: pytest.FixtureRequest) -> bool:
    """Say whether verification is given the plan."""
    return bool(request.param)


def test_true_store_is_believed(liar: Liar, *, planned: bool) -> None:
    """A package that was written as planned has no findings."""
    assert codes(liar, planned=planned) == []


@pytest.mark.parametrize(
    ("lie", "expected"),
    [
        (Lie.SHORT_READ, {"PKG-0013"}),
        (Lie.LONG_READ, {"PKG-0013"}),
        (Lie.ERROR_BODY, {"PKG-0013"}),
        (Lie.RAISES_ON_READ, {"STO-0007"}),
        (Lie.RAISES_HALFWAY, {"STO-0007"}),
        (Lie.RAISES_ON_STAT, {"STO-0007"}),
        (Lie.FORGETS, {"STO-0002"}),
        (Lie.STALE_READ, {"PKG-0024"}),
    ],
)
def test_each_lie_is_found(liar: Liar, lie: Lie, expected: set[str]) -> None:
    """Each lie of a store becomes a finding, never a pass and never an exception."""
    liar.lie = lie
    assert set(codes(liar)) == expected


@pytest.mark.parametrize("lie", [lie for lie in Lie if lie is not Lie.LOST_ANSWER])
def test_each_lie_is_found_when_the_plan_is_known(liar: Liar, lie: Lie) -> None:
    """Directly after writing, with the plan at hand, each lie becomes a finding too."""
    liar.lie = lie
    assert codes(liar, planned=True) != []


def test_stored_object_of_another_length_is_not_the_planned_one(liar: Liar) -> None:
    """An object that is not as long as planned is refused before it is read."""
    bag = build_bag(content(files=(DECISION,)))
    assert [found.code for found in verify_object(liar, KEY, bag.expected, bag.plan)] == ["PKG-0010"]


def test_every_flipped_byte_is_found(liar: Liar, *, planned: bool) -> None:
    """Whichever byte of the object is read wrongly, there is a finding."""
    liar.lie = Lie.FLIPPED_BYTE
    length = sample_bag().plan.length
    edges = {0, 1, length - 1, length - 2, length - 22, length - 23}
    for place in sorted(edges | set(range(0, length, 97))):
        liar.place = place
        assert codes(liar, planned=planned) != [], place


def test_flipped_content_byte_names_the_file(liar: Liar) -> None:
    """A wrong byte inside a document is told with its path and both digests."""
    path = f"{ROOT}/data/{DECISION.path}"
    liar.lie = Lie.FLIPPED_BYTE
    liar.place = sample_bag().plan.range_of(path)[0] + 5
    (finding,) = verify_object(liar, KEY, sample_bag().expected)
    assert (finding.code, finding.where.path) == ("PKG-0024", path)
    assert finding.parameters["expected"] == DECISION.sha256


def test_lost_answer_is_judged_by_reading_back(tmp_path: Path) -> None:
    """When the answer to a write is lost, verification tells that the object is there and whole."""
    liar = Liar(FolderStore(tmp_path))
    bag = sample_bag()
    liar.lie = Lie.LOST_ANSWER
    with pytest.raises(StorageError):
        liar.put(KEY, bag.plan.stream(), length=bag.plan.length)
    assert verify_object(liar, KEY, bag.expected) == []


def _store(tmp_path: Path, plan: ZipPlan) -> FolderStore:
    store = FolderStore(tmp_path)
    store.put(KEY, plan.stream(), length=plan.length)
    return store


def test_missing_unexpected_and_changed_members_are_told_apart(tmp_path: Path) -> None:
    """Each difference between the expectation and the object has a code of its own, and all are told."""
    contents = {"a": b"same", "b": b"new1", "c": b"longer", "d": b"extra"}
    files = [PayloadFile.of(path, data) for path, data in contents.items()]
    store = _store(tmp_path, ZipPlan(Member(file.path, file.length, file.crc32, file.open) for file in files))
    expected = {
        "a": (4, files[0].sha256),
        "b": (4, PayloadFile.of("b", b"old1").sha256),
        "c": (4, files[2].sha256),
        "e": (0, PayloadFile.of("e", b"").sha256),
    }
    found = [(finding.code, finding.where.path) for finding in verify_object(store, KEY, expected)]
    assert found == [("PKG-0021", "e"), ("PKG-0024", "b"), ("PKG-0023", "c"), ("PKG-0022", "d")]


def test_header_that_differs_is_told(tmp_path: Path) -> None:
    """A local header damaged on disk is a finding although all content is whole."""
    bag = sample_bag()
    data = bytearray(b"".join(bag.plan.stream()))
    at = bag.plan.range_of(f"{ROOT}/bagit.txt")[0] - len(bag.plan.headers[0])
    data[at + 10] ^= 1
    store = FolderStore(tmp_path)
    store.put(KEY, [bytes(data)], length=len(data))
    (finding,) = verify_object(store, KEY, bag.expected)
    assert (finding.code, finding.where.path) == ("PKG-0012", f"{ROOT}/bagit.txt")
