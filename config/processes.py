"""The processes of the house: web, workers, indexer, clock; and the supervisor that keeps them alive."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import importlib
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError

from archive.database.leading import Leading
from archive.errors import KhoLuuTruError
from config.house import House, open_doorbell, open_house
from config.listening import hand_over
from config.settings import Settings, SettingsError
from config.stopping import StopSign
from preservation.packages.presence import refuse_other_store
from preservation.storage.errors import StorageError

log = structlog.get_logger()
_GRACE_SECONDS = 20.0
_PROGRAM = (sys.executable, "-m", "kholuutru")
_DRAINING = "KHOLUUTRU_DRAINING"


@contextmanager
def data_lock(data: Path) -> Iterator[None]:
    """Hold the data folder; a second start says who holds it.

    Raises:
        SettingsError: SET-0003 names the process.
    """
    descriptor = os.open(data / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 32).decode() or "?"
        os.close(descriptor)
        raise SettingsError("SET-0003", data=str(data), pid=holder) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    _held.add(descriptor)
    try:
        yield
    finally:
        _held.discard(descriptor)
        os.close(descriptor)


_held: set[int] = set()


def _let_go_of_the_data() -> None:
    """In a copy of this process: only the one that took the data folder holds it."""
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_let_go_of_the_data)


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when its parent dies, however it dies; at once if it is dead already."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def run_web(settings: Settings, listener: socket.socket) -> None:
    """Serve pages: gunicorn's threaded worker takes bodies as they come, without spooling them."""
    from gunicorn.app.base import BaseApplication

    from config.application import create_application
    from config.web_worker import WebWorker

    class Server(BaseApplication):  # type: ignore[misc] # gunicorn has no types
        def load_config(self) -> None:
            self.cfg.set("bind", f"fd://{listener.fileno()}")
            self.cfg.set("worker_class", WebWorker)
            self.cfg.set("workers", 1)
            self.cfg.set("threads", settings.web_threads)
            self.cfg.set("timeout", 0)
            self.cfg.set("graceful_timeout", 15)
            self.cfg.set("accesslog", None)
            self.cfg.set("loglevel", "warning")
            self.cfg.set("post_fork", lambda server, _worker: die_with_parent(server.pid))
            self.cfg.set("control_socket_disable", True) if "control_socket_disable" in self.cfg.settings else None

        def load(self) -> Any:  # noqa: ANN401 - a WSGI application
            return create_application(open_house(settings))

    Server().run()


def _own_house(settings: Settings) -> House:
    """Open the house for a process that writes into the store: never into one that is not the archive's.

    Raises:
        StorageError: STO-0018 the store is away, STO-0019 it is another archive's.
    """
    house = open_house(settings)
    try:
        # A database or a store that does not answer says nothing; the processes wait for it.
        with contextlib.suppress(DBAPIError):
            refuse_other_store(house.database, house.store)
    except StorageError as error:
        if not error.passing:
            house.close()
            raise
    return house


def run_worker(settings: Settings, stop: StopSign) -> None:
    """Answer the doorbell with threads, and sweep for rows that stand still."""
    from config.steps import make_worker

    house = _own_house(settings)
    worker = make_worker(house)
    doorbell = open_doorbell(settings, worker.handle)
    consumer = doorbell.huey.create_consumer(
        workers=settings.worker_threads, worker_type="thread", periodic=False, initial_delay=0.05, max_delay=0.5
    )
    consumer.start()
    # huey's consumer takes the signals for itself; this process obeys its supervisor.
    _obey(stop)
    while not stop.wait(2.0):
        try:
            for kind, row in worker.waiting():
                worker.handle(kind, row)
        except OperationalError as error:
            log.warning("database away", detail=str(error))
    consumer.stop(graceful=True)
    doorbell.close()
    house.close()


def run_indexer(settings: Settings, stop: StopSign) -> None:
    """Bring the outbox into the index: the only writer of the index."""
    from config.steps import make_indexer

    house = open_house(settings)
    indexer = make_indexer(house)
    leading = Leading(house.database, "indexer")
    while not stop.is_set():
        try:
            worked = leading.leads() and indexer.run_once()
        except (KhoLuuTruError, OperationalError) as error:
            log.warning("index or database away", detail=str(error))
            stop.wait(5.0)
        else:
            stop.wait(0.0 if worked else 0.3)
    leading.close()
    house.close()


def run_clock(settings: Settings, stop: StopSign) -> None:
    """Tick: which period has no row yet? An outage runs the missed period once."""
    from apscheduler.schedulers.background import BackgroundScheduler

    from config.steps import periodic

    house = _own_house(settings)
    scheduler = BackgroundScheduler(timezone="Asia/Ho_Chi_Minh")
    leading = Leading(house.database, "clock")

    def tick() -> None:
        if leading.leads():
            periodic(house)

    scheduler.add_job(tick, "interval", seconds=30, next_run_time=house.database.clock.now(), max_instances=1)
    scheduler.start()
    stop.wait()
    scheduler.shutdown(wait=True)
    leading.close()
    house.close()


ROLES: dict[str, Callable[[Settings, StopSign], None]] = {
    "worker": run_worker,
    "indexer": run_indexer,
    "clock": run_clock,
}


def _obey(stop: StopSign) -> None:
    """Let the supervisor's word count, not the terminal's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: stop.set())


def _load_the_program() -> None:
    """Import what the children will want, so that they share it."""
    for module in ("config.application", "config.steps", "config.web_worker", "apscheduler.schedulers.background"):
        importlib.import_module(module)


def _child(role: str, settings: Settings, parent: int, listener: socket.socket) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    die_with_parent(parent)
    if role == "web":
        # gunicorn answers SIGTERM itself: running requests finish.
        run_web(settings, listener)
    else:
        stop = StopSign()
        _obey(stop)
        ROLES[role](settings, stop)


@dataclass(slots=True)
class _Kept:
    role: str
    process: Any = None
    failures: int = 0
    started: float = 0.0
    not_before: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Starts the processes, restarts what dies with growing pauses, drains all on SIGTERM.

    On SIGHUP it gives its place to the program as it is installed now (an upgrade), and the listening socket with
    it: requests that run are finished by the old web process, those that come wait for the new one.
    """

    settings: Settings
    listener: socket.socket
    # Copies of this process, which has loaded the program and opened nothing: a start costs next to nothing.
    context: Any = field(default_factory=lambda: multiprocessing.get_context("fork"))
    _renew: bool = False

    def run(self) -> None:
        """Run until SIGTERM or SIGINT."""
        _load_the_program()
        stop = StopSign()
        kept = [_Kept("web"), _Kept("indexer"), _Kept("clock")]
        kept += [_Kept("worker") for _ in range(self.settings.workers)]
        draining = [int(pid) for pid in os.environ.pop(_DRAINING, "").split(",") if pid]

        def ask_to_stop(number: int, frame: FrameType | None) -> None:
            del number, frame
            stop.set()

        def ask_to_renew(number: int, frame: FrameType | None) -> None:
            del number, frame
            self._renew = True

        signal.signal(signal.SIGTERM, ask_to_stop)
        signal.signal(signal.SIGINT, ask_to_stop)
        signal.signal(signal.SIGHUP, ask_to_renew)
        while not stop.is_set():
            for child in kept:
                self._keep(child)
            draining = [pid for pid in draining if _still_there(pid)]
            if self._renew:
                self._renew = False
                self._give_place(kept, draining)
            stop.wait(0.2)
        self._wind_down(kept)

    def _wind_down(self, kept: list[_Kept]) -> None:
        """Let every process end what it is doing, for as long as the grace lasts."""
        for child in kept:
            if child.process is not None and child.process.is_alive():
                child.process.terminate()
        deadline = time.monotonic() + _GRACE_SECONDS
        for child in kept:
            if child.process is not None:
                child.process.join(max(0.1, deadline - time.monotonic()))
                if child.process.is_alive():
                    child.process.kill()
                    child.process.join()

    def _give_place(self, kept: list[_Kept], draining: list[int]) -> None:
        """Become the program as it is installed now; what cannot even start is not taken."""
        tried = subprocess.run([*_PROGRAM, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - ours
        if tried.returncode != 0:
            log.error("the installed program does not start; the old one goes on", detail=tried.stderr[-500:])
            return
        for child in kept:
            if child.process is not None and child.process.is_alive():
                child.process.terminate()
                draining.append(child.process.pid)
        hand_over(self.listener)
        os.environ[_DRAINING] = ",".join(map(str, draining))
        os.execv(_PROGRAM[0], [*_PROGRAM, "run"])  # noqa: S606 - our own program, no shell

    def _keep(self, child: _Kept) -> None:
        now = time.monotonic()
        if child.process is not None and child.process.is_alive():
            if now - child.started > 60:  # noqa: PLR2004 - a minute of health forgives
                child.failures = 0
            return
        if child.process is not None and child.not_before == 0.0:
            child.failures += 1
            child.not_before = now + min(30.0, 0.5 * 2**child.failures)
            log.warning("process ended", role=child.role, exit=child.process.exitcode, failures=child.failures)
        if now < child.not_before:
            return
        child.process = self.context.Process(
            target=_child,
            args=(child.role, self.settings, os.getpid(), self.listener),
            name=f"kholuutru {child.role}",
        )
        child.process.start()
        child.started, child.not_before = now, 0.0


def _still_there(pid: int) -> bool:
    """Return whether a child of the program before this one still runs; one that has ended is buried."""
    try:
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return False


def wait_for_port(host: str, port: int, seconds: float) -> bool:
    """Return whether something listens there within the time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
            return True
        time.sleep(0.1)
    return False
