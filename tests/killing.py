"""The demonstration in a process of its own that may be killed; forked from one that has loaded the product already."""

from __future__ import annotations

import functools
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
_LOADED = (__name__, "config.demonstration", "config.command_line", "config.application", "search.index.tantivy_index")


def start(data: Path, samples: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run the demonstration on a data folder; it goes on from wherever the folder is.

    Args:
        data: the data folder.
        samples: what is sent.
        extra: further variables; ``KHOLUUTRU_FAULT`` says where the process kills itself.
    """
    context = _loaded()
    variables = {"KHOLUUTRU_DATA": str(data), "KHOLUUTRU_LEASE_SECONDS": "1", **extra}
    with tempfile.NamedTemporaryFile() as output:
        process = context.Process(target=_demonstrate, args=(str(samples), variables, output.name))
        process.start()
        process.join(120)
        if process.is_alive():
            process.kill()
            process.join()
            raise AssertionError("the demonstration does not end")
        said = Path(output.name).read_text("utf-8", "replace")
        return subprocess.CompletedProcess(["demo"], process.exitcode or 0, said, "")


@functools.cache
def _loaded() -> ForkServerContext:
    context: ForkServerContext = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_LOADED))
    with pytest.MonkeyPatch.context() as environment:
        # Tests are found by pytest, and by nobody else.
        environment.setenv("PYTHONPATH", str(_ROOT))
        forkserver.ensure_running()
    return context


def _demonstrate(samples: str, variables: Mapping[str, str], output: str) -> None:
    descriptor = os.open(output, os.O_WRONLY | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.environ.update(variables)
    from archive import faults
    from config.command_line import main

    if order := variables.get("KHOLUUTRU_FAULT"):
        faults.install(faults._killer(order))
    sys.argv = ["kholuutru", "demo", "--samples", samples]
    main()
