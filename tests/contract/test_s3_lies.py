"""A store and staging behind a network that lies: never a wrong success, and the truth is found again afterwards."""

from __future__ import annotations

import datetime
import hashlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.s3.bucket import Bucket
from archive.s3.connection import BucketAddress
from archive.staging.errors import StagingError
from archive.staging.ports import StagingKey
from archive.staging.s3 import S3Staging
from archive.staging.turns import MachineTurns
from preservation.storage.errors import ObjectExists, StorageError
from preservation.storage.lock_proof import HARMLESS_TO_LOCKS, Weakness, prove_lock
from preservation.storage.ports import Lock, StoredObject
from preservation.storage.s3 import PART, S3Store
from tests.buckets import bucket_for, patient
from tests.contract.s3_liar import S3Liar, WireLie, lying

pytestmark = pytest.mark.network
FAR = datetime.datetime(2095, 1, 1, tzinfo=datetime.UTC)
BODY, STALE = b"what was written", b"something else!!"
LIES = [lie for lie in WireLie if lie is not WireLie.FULL and not lie.name.startswith("FORGETS")]
IMPATIENT = 0.2
"""Seconds that are waited for a server that hangs."""
CODES = {"STO-0006", "STO-0007", "STO-0012"}


@pytest.fixture
def address(tmp_path: Path) -> BucketAddress:
    """A bucket with object lock."""
    return bucket_for(tmp_path, lock=True)


@pytest.fixture
def liar(address: BucketAddress) -> Iterator[S3Liar]:
    """A proxy before the server."""
    with lying(address) as made:
        yield made


def _unlocked(end: datetime.datetime | None, *, held: bool) -> Lock:
    return Lock(end, held, "product")


@dataclass(frozen=True)
class Act:
    """Something a store is asked for.

    Attributes:
        do: asks.
        ask: finds out how things are, as they may be told in `before` and `after`.
        before: how things are while it has not happened.
        after: how things are when it has happened; an act that changes nothing must return this.
        changes: whether it changes anything.
    """

    do: Callable[[S3Store], object]
    ask: Callable[[S3Store], object]
    before: object
    after: object
    changes: bool = True


def _read(store: S3Store, key: str) -> bytes | None:
    return None if store.stat(key) is None else b"".join(store.read(key))


ACTS = {
    "put": Act(lambda store: store.put("new", [BODY], length=len(BODY)), lambda store: _read(store, "new"), None, BODY),
    "delete": Act(lambda store: store.delete("one"), lambda store: _read(store, "one"), BODY, None),
    "retain": Act(
        lambda store: store.retain("one", FAR),
        lambda store: store.lock("one"),
        _unlocked(None, held=False),
        _unlocked(FAR, held=False),
    ),
    "hold": Act(
        lambda store: store.hold("one", on=True),
        lambda store: store.lock("one"),
        _unlocked(None, held=False),
        _unlocked(None, held=True),
    ),
    "read": Act(
        lambda store: b"".join(store.read("one")), lambda store: _read(store, "one"), BODY, BODY, changes=False
    ),
    "range": Act(
        lambda store: b"".join(store.read("one", offset=3, length=4)),
        lambda store: b"".join(store.read("one", offset=3, length=4)),
        BODY[3:7],
        BODY[3:7],
        changes=False,
    ),
    "stat": Act(
        lambda store: store.stat("one"),
        lambda store: store.stat("one"),
        StoredObject("one", len(BODY)),
        StoredObject("one", len(BODY)),
        changes=False,
    ),
    "keys": Act(
        lambda store: list(store.keys("o")), lambda store: list(store.keys("o")), ["one"], ["one"], changes=False
    ),
    "lock": Act(
        lambda store: store.lock("held"),
        lambda store: store.lock("held"),
        _unlocked(FAR, held=True),
        _unlocked(FAR, held=True),
        changes=False,
    ),
    "sweep": Act(lambda store: store.sweep(3600), lambda store: store.sweep(3600), 0, 0, changes=False),
}


def _prepare(address: BucketAddress, liar: S3Liar, act: Act) -> None:
    """Put what the acts need, and see that the act does what it should when nobody lies."""
    truth = S3Store(Bucket(address, write_once=True))
    for key, body in {"one": BODY, "stale": STALE, "held": BODY}.items():
        if truth.stat(key) is None:
            truth.put(key, [body], length=len(body))
            if key == "held":
                truth.retain(key, FAR)
                truth.hold(key, on=True)
    liar.stale = "stale"
    liar.told(None)
    assert act.changes or act.do(S3Store(Bucket(liar.address, write_once=True))) == act.after


def _behind(liar: S3Liar, lie: WireLie) -> S3Store:
    liar.told(None)
    waits = patient(liar.address, IMPATIENT if lie is WireLie.HANG else 20)
    return S3Store(Bucket(waits, write_once=True))


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.name.lower())
@pytest.mark.parametrize("name", ACTS)
def test_one_lie_at_any_moment_is_no_wrong_success(
    name: str, lie: WireLie, address: BucketAddress, liar: S3Liar
) -> None:
    """Whichever single request is lied about, a success is true, a failure has a code, and then the truth is told."""
    act = ACTS[name]
    truth = S3Store(Bucket(address, write_once=True))
    for number in range(20):
        _prepare(address, liar, act)
        store = _behind(liar, lie)
        liar.told(lie, frozenset({number}))
        answer: object = None
        failure = ""
        try:
            answer = act.do(store)
        except StorageError as error:
            failure = error.code
        passed = liar.count
        if failure:
            assert failure in CODES
            assert act.ask(truth) in (act.before, act.after)
        else:
            assert act.ask(truth) == act.after
            assert act.changes or answer == act.after
        _undo(name, truth)
        if passed <= number:
            # Who waits so short for a busy server may give up on a true answer.
            assert not failure or lie is WireLie.HANG
            assert number > 0
            return
    pytest.fail("an act of more than twenty requests")


def _undo(name: str, truth: S3Store) -> None:
    """Bring back what was before the act."""
    if name == "put" and truth.stat("new") is not None:
        truth.delete("new")
    if name == "hold":
        truth.hold("one", on=False)
    if name == "retain":
        _forget_retention(truth)


def _forget_retention(truth: S3Store) -> None:
    from minio.deleteobjects import DeleteObject

    gone = [DeleteObject("one", entry.version_id) for entry in truth.bucket.versions_of("one")]
    assert not list(truth.bucket.client.remove_objects(truth.bucket.name, gone, bypass_governance_mode=True))


@pytest.mark.parametrize("lie", [lie for lie in LIES if lie is not WireLie.STALE], ids=lambda lie: lie.name.lower())
@pytest.mark.parametrize("name", [name for name in ACTS if name != "sweep"])
def test_who_lies_all_the_time_is_never_believed(name: str, lie: WireLie, address: BucketAddress, liar: S3Liar) -> None:
    """When every answer is a lie, no act succeeds."""
    act = ACTS[name]
    _prepare(address, liar, act)
    store = _behind(liar, lie)
    liar.told(lie)
    with pytest.raises(StorageError) as caught:
        act.do(store)
    assert caught.value.code in CODES


def test_a_store_that_does_not_answer_is_not_opened(liar: S3Liar) -> None:
    """An error document, 503 and silence at opening are errors with a code."""
    for lie in (WireLie.ERROR_BODY, WireLie.UNAVAILABLE, WireLie.HANG):
        liar.told(lie)
        with pytest.raises(StorageError) as caught:
            S3Store(Bucket(patient(liar.address, IMPATIENT), write_once=True))
        assert caught.value.code == "STO-0007"


def test_after_a_lost_answer_reading_tells(address: BucketAddress, liar: S3Liar) -> None:
    """The write whose answer got lost was done: it is there once, whole, and putting it again says that it exists."""
    store = S3Store(Bucket(liar.address, write_once=True))
    liar.told(WireLie.LOST_ANSWER, frozenset({1}))
    with pytest.raises(StorageError) as caught:
        store.put("new", [BODY], length=len(BODY))
    assert caught.value.code == "STO-0006"
    liar.told(None)
    assert _read(store, "new") == BODY
    with pytest.raises(ObjectExists):
        store.put("new", [BODY], length=len(BODY))
    assert len(Bucket(address).versions_of("new")) == 1


@pytest.mark.parametrize("lie", [WireLie.ERROR_BODY, WireLie.LOST_ANSWER, WireLie.UNAVAILABLE])
@pytest.mark.parametrize("number", range(2, 5), ids=["first part", "second part", "completion"])
def test_an_object_in_parts_is_there_whole_or_not_at_all(
    lie: WireLie, number: int, address: BucketAddress, liar: S3Liar
) -> None:
    """A lie about a part or about the completion leaves the whole object, or nothing; what is left is swept away."""
    store = S3Store(Bucket(liar.address, write_once=True))
    body = bytes(range(256)) * (PART // 256) + b"x"
    liar.told(lie, frozenset({number}))
    with pytest.raises(StorageError) as caught:
        store.put("new", [body], length=len(body))
    assert caught.value.code == "STO-0006"
    liar.told(None)
    found = _read(store, "new")
    assert found is None or hashlib.sha256(found).digest() == hashlib.sha256(body).digest()
    assert (found is not None) == (lie is WireLie.LOST_ANSWER and number == 4)
    store.sweep(-60)
    assert Bucket(address).client._list_multipart_uploads(address.name).uploads == []


def test_a_server_that_only_says_that_it_locks_is_found_out(liar: S3Liar, tmp_path: Path) -> None:
    """A retention that is repeated when asked for, but does not keep the version from being deleted, is seen."""
    liar.told(WireLie.FORGETS_LOCKS)
    assert prove_lock(Bucket(liar.address)) == (Weakness.SHORTENED, Weakness.DELETED)


def test_a_server_that_does_not_know_conditions_is_found_out(liar: S3Liar) -> None:
    """That a key can be written twice is seen, apart from the locks, which are kept."""
    liar.told(WireLie.FORGETS_CONDITIONS)
    assert prove_lock(Bucket(liar.address)) == (Weakness.WRITTEN_TWICE,)
    assert {Weakness.WRITTEN_TWICE} <= HARMLESS_TO_LOCKS


@pytest.mark.parametrize("lie", [WireLie.ERROR_BODY, WireLie.UNAVAILABLE, WireLie.LOST_ANSWER])
def test_a_server_that_cannot_be_asked_is_not_judged(liar: S3Liar, lie: WireLie) -> None:
    """An attempt that failed for another reason proves neither that locks are kept nor that they are not."""
    liar.told(lie)
    with pytest.raises(StorageError) as caught:
        prove_lock(Bucket(liar.address))
    assert caught.value.code == "STO-0007"


KEY = StagingKey(uuid.UUID(int=1), uuid.UUID(int=2), 1, 1)


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.name.lower())
def test_staging_holds_a_beginning_whatever_is_lied_about(lie: WireLie, tmp_path: Path) -> None:
    """One lie at any request of a resumed upload: a failure has a code, and what is held is a beginning of the file."""
    address = bucket_for(tmp_path, lock=False)
    turns = MachineTurns(tmp_path / "turns")
    truth = S3Staging(Bucket(address), turns)
    with lying(address) as liar:
        waits = patient(liar.address, IMPATIENT if lie is WireLie.HANG else 20)
        staging = S3Staging(Bucket(waits), turns)
        stale = StagingKey(KEY.organization, KEY.transfer, 1, 2)
        list(truth.append(stale, 0, [b"another's "]))
        liar.stale = f"{stale.path()}/{0:020d}"
        for number in range(20):
            list(truth.append(KEY, 0, [b"0123456789"]))
            liar.told(lie, frozenset({number}))
            found, failure = b"", "STG-0007"
            try:
                list(staging.append(KEY, 6, [b"abcdef"]))
                found = b"".join(staging.read(KEY))
            except StagingError as error:
                failure = error.code
            passed = liar.count
            assert failure == "STG-0007"
            assert b"".join(truth.read(KEY)) in {b"0123456789", b"012345abcdef"}
            assert found in {b"", b"012345abcdef"}
            if found and passed <= number:
                return
    pytest.fail("more than twenty requests")
