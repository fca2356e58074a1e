"""The fence: whatever a parser of foreign bytes does, it is a result, and it hits nobody else.

The tasks are functions of the standard library, so that nothing of these tests has to be found behind the fence.
"""

from __future__ import annotations

import operator
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pebble.pool.base_pool import PoolStatus

from archive.fence.pool import Fence, Fenced, Limits, Outcome

LIMITS = Limits(wall_seconds=20.0, cpu_seconds=1, data_bytes=256 << 20, file_bytes=1 << 20, open_files=64)


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fence]:
    """A fence with narrow limits."""
    made = Fence(tmp_path_factory.mktemp("fence") / "scratch", workers=2, limits=LIMITS)
    yield made
    made.close()


def test_what_is_done_comes_back(narrow: Fence) -> None:
    """A task's result comes back as a value, from another process."""
    assert narrow.run(operator.add, 40, 2) == Fenced(Outcome.DONE, 42)
    elsewhere = narrow.run(os.getpid)
    assert elsewhere.outcome is Outcome.DONE
    assert elsewhere.value != os.getpid()


def test_an_error_of_the_parser_is_a_result(narrow: Fence) -> None:
    """What a task raises is told in one line, and never raised here."""
    result = narrow.run(int, "not a number")
    assert result == Fenced(Outcome.CRASHED, None, "ValueError: invalid literal for int() with base 10: 'not a number'")


def test_a_long_error_is_cut(narrow: Fence) -> None:
    """The bytes of a hostile file do not fill the detail."""
    assert len(narrow.run(int, "x" * 10_000).detail) < 250


def test_a_task_that_does_not_end_is_killed(narrow: Fence) -> None:
    """After its time a task is ended, and the outcome says how long it was given."""
    begun = time.monotonic()
    result = narrow.run(time.sleep, 60, wall_seconds=1.0)
    assert result == Fenced(Outcome.TIMED_OUT, None, "1 s")
    assert time.monotonic() - begun < 10


def test_a_task_that_wants_too_much_memory_is_stopped(narrow: Fence) -> None:
    """Memory beyond the limit is refused: a result of its own."""
    assert narrow.run(bytearray, 512 << 20) == Fenced(Outcome.OUT_OF_MEMORY)
    assert narrow.run(len, b"still here").value == 10


def test_a_crash_of_the_process_is_a_result(narrow: Fence) -> None:
    """A parser that takes its whole process down, as a bug in C does, is told with its exit."""
    result = narrow.run(os.abort)
    assert (result.outcome, result.value) == (Outcome.CRASHED, None)
    assert str(int(signal.SIGABRT)) in result.detail


def test_a_task_that_burns_the_processor_is_stopped(narrow: Fence) -> None:
    """Computing without end runs into the limit of processor time."""
    assert narrow.run(pow, 7, 10**9).outcome is Outcome.CRASHED


def test_a_file_beyond_the_limit_is_not_written(narrow: Fence) -> None:
    """A task cannot fill the disk."""
    result = narrow.run(Path("large").write_bytes, bytes(2 << 20))
    assert result.outcome is Outcome.CRASHED


def test_there_is_no_network(narrow: Fence) -> None:
    """Even this machine's own loopback address, where somebody listens, is out of reach; so are names."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        result = narrow.run(socket.create_connection, address, 2.0)
        assert (result.outcome, result.detail) == (
            Outcome.CRASHED,
            "PermissionError: no network behind the fence",
        )
    for look_up in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr"):
        ask = f"import socket; socket.{look_up}({'127.0.0.1'!r}{', 80' if look_up == 'getaddrinfo' else ''})"
        assert narrow.run(exec, ask).detail == "PermissionError: no network behind the fence"


@pytest.mark.parametrize("send", ["s.sendto(b'x', ('127.0.0.1', 9))", "s.sendmsg([b'x'], [], 0, ('127.0.0.1', 9))"])
def test_no_datagram_goes_out(send: str, narrow: Fence) -> None:
    """What needs no connection is refused too."""
    sending = f"import socket\nwith socket.socket(type=socket.SOCK_DGRAM) as s: {send}"
    assert narrow.run(exec, sending).detail == "PermissionError: no network behind the fence"


def test_no_secret_of_the_environment_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the environment only what programs need to find their way is left."""
    monkeypatch.setenv("KHOLUUTRU_DATABASE", "postgresql://archive:secret@db/archive")
    fence = Fence(tmp_path / "scratch", workers=1, limits=LIMITS)
    try:
        assert fence.run(os.getenv, "KHOLUUTRU_DATABASE") == Fenced(Outcome.DONE, None)
        left = fence.run(subprocess.check_output, [shutil.which("env")]).value
    finally:
        fence.close()
    assert left is not None
    assert {line.partition(b"=")[0] for line in left.splitlines()} <= {b"PATH", b"LANG", b"LC_ALL", b"TZ", b"HOME"}


def test_each_task_has_a_folder_of_its_own(narrow: Fence) -> None:
    """A task starts in an empty folder, and nothing of it is left for the next."""
    assert narrow.run(Path("note").write_text, "secret").outcome is Outcome.DONE
    first, second = narrow.run(os.getcwd).value, narrow.run(os.getcwd).value
    assert first is not None
    assert second is not None
    assert first != second
    assert Path(first).parent == narrow.scratch
    assert narrow.run(os.listdir, ".").value == []
    assert not Path(first).exists()
    assert not Path(second).exists()


def test_the_death_of_one_task_hits_no_other(narrow: Fence) -> None:
    """While tasks crash, run out of time or memory beside them, all others come back done."""
    results: dict[int, Fenced[int]] = {}

    def work(number: int) -> None:
        results[number] = narrow.run(operator.mul, number, number)

    def die(number: int) -> None:
        if number % 3 == 0:
            narrow.run(os.abort)
        elif number % 3 == 1:
            narrow.run(time.sleep, 60, wall_seconds=0.3)
        else:
            narrow.run(bytearray, 512 << 20)

    threads = [threading.Thread(target=target, args=(n,)) for n in range(6) for target in (die, work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == {number: Fenced(Outcome.DONE, number * number) for number in range(6)}


def test_processes_are_used_again_and_then_replaced(tmp_path: Path) -> None:
    """A process serves two hundred tasks and gives way to a new one: what leaks in a parser does not add up."""
    fence = Fence(tmp_path / "scratch", workers=1, limits=LIMITS)
    try:
        served = [fence.run(os.getpid).value for _ in range(201)]
    finally:
        fence.close()
    assert len(set(served[:200])) == 1
    assert served[200] != served[199]


def test_processor_time_is_counted_for_each_task_anew(tmp_path: Path) -> None:
    """A process that has worked for others before does not run out of time on the next task."""
    fence = Fence(tmp_path / "scratch", workers=1, limits=LIMITS)
    used = 0.0
    try:
        while used < LIMITS.cpu_seconds + 0.1:
            assert fence.run(exec, "pow(7, 500_000)").outcome is Outcome.DONE
            used = fence.run(time.process_time).value or 0.0
    finally:
        fence.close()


def test_a_closed_fence_opens_again(tmp_path: Path) -> None:
    """After the processes were ended the next task starts new ones."""
    fence = Fence(tmp_path / "scratch", workers=1, limits=LIMITS)
    first = fence.run(os.getpid).value
    fence.close()
    second = fence.run(os.getpid).value
    fence.close()
    assert first != second


def test_a_pool_that_has_failed_is_replaced(tmp_path: Path) -> None:
    """When the pool of processes itself has failed, as when one dies without a task, the next task gets a new one."""
    own = Fence(tmp_path, workers=1)
    try:
        assert own.run(os.getpid).outcome is Outcome.DONE
        broken = own._pool
        assert broken is not None
        broken._context.status = PoolStatus.ERROR
        assert own.run(os.getpid).outcome is Outcome.DONE
        assert own._pool is not broken
    finally:
        own.close()
