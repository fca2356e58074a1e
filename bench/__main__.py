"""All benchmarks: `python -m bench`; every figure stands beside its plain counterpart of the same run."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from tests.servers import address

PLAIN = ("library", "lines")
"""What a stage stands beside: the plain library, or the same promise made by ten plain lines."""


def main() -> None:
    """Run them, each in a process of its own, so that the memory it prints is its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, action="append", help="files in one transfer (1000 and 10000)")
    parser.add_argument("--documents", type=int, default=20, help="files in a dossier")
    parser.add_argument("--size", type=int, default=50_000, help="bytes of a file")
    chosen = parser.parse_args()
    setups = ["embedded"]
    if all(address(name) for name in ("postgresql", "s3", "opensearch", "clamd")):
        setups.append("servers")
    else:
        print("servers: not all answer (`make servers`), so only the embedded set-up is measured")
    print("sealing alone: package, fsync, re-read", flush=True)
    run("bench.seal")
    print("validating bags: seconds", flush=True)
    run("bench.bags")
    print("objects in a bucket: put and re-read", flush=True)
    run("bench.objects")
    for count in chosen.files or [1000, 10_000]:
        print(f"\n{count} files of {chosen.size} bytes, {chosen.documents} to a dossier; files per second", flush=True)
        figures = {setup: _stages(setup, count, chosen.documents, chosen.size) for setup in setups}
        _table(figures, count)


def _stages(setup: str, *numbers: int) -> dict[str, Any]:
    """Return the figures of one set-up; whatever else its process prints comes before the last line."""
    command = [sys.executable, "-m", "bench.stages", setup, *map(str, numbers)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _table(figures: Mapping[str, dict[str, Any]], count: int) -> None:
    """Print the set-ups side by side, each with its ratio to the plain counterpart that its own process measured."""
    ratios = "".join(f"{f'ratio {setup}':>16}" for setup in figures)
    print(f"{'stage':<34}" + "".join(f"{setup:>10}" for setup in figures) + f"{'library':>10}{'ten lines':>10}{ratios}")
    for stages in zip(*(found["stages"] for found in figures.values()), strict=True):
        ours = "".join(f"{count / stage['ours']:>10.0f}" for stage in stages)
        plain = "".join(_shown(count, [stage[kind] for stage in stages if kind in stage]) for kind in PLAIN)
        beside = [next((stage[kind] for kind in PLAIN if kind in stage), None) for stage in stages]
        ratio = ["" if b is None else f"{b / stage['ours']:.2f}" for stage, b in zip(stages, beside, strict=True)]
        told = "".join(f"{one:>16}" for one in ratio)
        print(f"{stages[0]['stage']:<34}{ours}{plain}{told}")
    memory = ", ".join(f"{setup} {found['memory']:.0f} MB" for setup, found in figures.items())
    print(f"highest memory of the process: {memory}", flush=True)


def _shown(count: int, seconds: Sequence[float]) -> str:
    """Return files per second of the plain counterpart, the mean of what the set-ups' processes measured."""
    return f"{count * len(seconds) / sum(seconds):>10.0f}" if seconds else " " * 10


def run(module: str, *words: str) -> None:
    """Run one of them."""
    subprocess.run([sys.executable, "-m", module, *words], check=True)


if __name__ == "__main__":
    main()
