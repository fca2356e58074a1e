"""The fence: one pool of processes, with limits and no network, for every parser of foreign bytes."""

from __future__ import annotations

import ctypes
import enum
import math
import multiprocessing
import os
import resource
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from pebble import ProcessExpired, ProcessPool

T = TypeVar("T")
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_scratch: Path | None = None
_cpu_seconds = 0


class Outcome(enum.StrEnum):
    """How a task ended; three of them are findings, never a pass."""

    DONE = "done"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Fenced(Generic[T]):
    """What came back over the fence; `value` only when done, `detail` one line otherwise."""

    outcome: Outcome
    value: T | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one task: seconds, bytes, open files."""

    wall_seconds: float = 120.0
    cpu_seconds: int = 600
    data_bytes: int = 1 << 30
    file_bytes: int = 1 << 37
    open_files: int = 256


@dataclass(slots=True)
class Fence:
    """A pool of spawned, reused processes (recycled after 200 tasks).

    A task is a function of a module, its arguments and its result small plain values. It works in a scratch
    folder of its own, has no network, no database connection and no environment.
    """

    scratch: Path
    workers: int = 2
    limits: Limits = field(default_factory=Limits)
    _pool: ProcessPool | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """Yield an empty private folder for what a task is to read; it is gone afterwards."""
        self.scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=self.scratch) as made:
            yield Path(made)

    def run(self, function: Callable[..., T], *arguments: Any, wall_seconds: float | None = None) -> Fenced[T]:  # noqa: ANN401
        """Run one task and say how it ended; never raises for what the task did."""
        timeout = wall_seconds or self.limits.wall_seconds
        pool = self._running()
        try:
            future = pool.schedule(_task, args=(function, arguments), timeout=timeout)
        except RuntimeError:
            # The pool itself has failed, and stays so: without a new one this process could look at no file any more.
            self._give_up(pool)
            future = self._running().schedule(_task, args=(function, arguments), timeout=timeout)
        try:
            return Fenced(Outcome.DONE, future.result())
        except FutureTimeout:
            return Fenced(Outcome.TIMED_OUT, detail=f"{timeout:.0f} s")
        except MemoryError:
            return Fenced(Outcome.OUT_OF_MEMORY)
        except ProcessExpired as error:
            return Fenced(Outcome.CRASHED, detail=f"exit code {error.exitcode}")
        except Exception as error:  # noqa: BLE001 - whatever a parser of hostile bytes raises is a result
            return Fenced(Outcome.CRASHED, detail=f"{type(error).__name__}: {str(error)[:200]}")

    def _running(self) -> ProcessPool:
        with self._lock:
            if self._pool is None:
                self.scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._pool = ProcessPool(
                    max_workers=self.workers,
                    max_tasks=200,
                    initializer=_enter,
                    initargs=(str(self.scratch), self.limits, os.getpid()),
                    context=multiprocessing.get_context("spawn"),
                )
            return self._pool

    def _give_up(self, pool: ProcessPool) -> None:
        with self._lock:
            if self._pool is pool:
                self._pool = None
                pool.stop()  # type: ignore[no-untyped-call] # pebble's
                pool.join()

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            if self._pool is not None:
                self._pool.stop()  # type: ignore[no-untyped-call] # pebble's
                self._pool.join()
                self._pool = None


def _enter(scratch: str, limits: Limits, parent: int) -> None:
    """Lock this process in, before it sees any foreign byte."""
    global _scratch  # noqa: PLW0603 - one per process, set once
    libc = ctypes.CDLL(None, use_errno=True)
    pr_set_pdeathsig, sigkill = 1, 9
    libc.prctl(pr_set_pdeathsig, sigkill)
    if os.getppid() != parent:
        # It died while this process was starting.
        os._exit(1)
    # The kernel's own answer where it is allowed; Python's socket module is shut in any case.
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    _shut_sockets()
    for name in [n for n in os.environ if n not in {"PATH", "LANG", "LC_ALL", "TZ", "HOME"}]:
        del os.environ[name]
    _scratch = Path(scratch)
    # RLIMIT_AS would kill libraries that reserve much address space and use little of it.
    resource.setrlimit(resource.RLIMIT_DATA, (limits.data_bytes, limits.data_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_bytes, limits.file_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits.open_files, limits.open_files))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    global _cpu_seconds  # noqa: PLW0603 - as above
    _cpu_seconds = limits.cpu_seconds


def _shut_sockets() -> None:
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("no network behind the fence")

    # Datagrams and look-ups of names carry data out as connections do.
    for name in ("connect", "connect_ex", "sendto", "sendmsg"):
        setattr(socket.socket, name, refuse)
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr"):
        setattr(socket, name, refuse)


def _task(function: Callable[..., T], arguments: tuple[Any, ...]) -> T:
    used = resource.getrusage(resource.RUSAGE_SELF)
    # A limit for each task: the process has been working for others before.
    allowed = math.ceil(used.ru_utime + used.ru_stime) + _cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    folder = tempfile.mkdtemp(dir=_scratch)
    before = os.getcwd()  # noqa: PTH109 - the plain call for the plain call below
    os.chdir(folder)
    try:
        return function(*arguments)
    finally:
        os.chdir(before)
        shutil.rmtree(folder, ignore_errors=True)
